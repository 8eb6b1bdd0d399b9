"""Random integer models of the kinds that a solver is given here, as plain arrays."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Arrays:
    """Minimise cost · x within bounds and rows; some x are whole.

    All values of `whole` variables are small, so a feasible model has an optimum.
    """

    cost: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    whole: NDArray[np.bool_]
    matrix: NDArray[np.float64]
    row_low: NDArray[np.float64]
    row_high: NDArray[np.float64]

    def breaks(self, x: NDArray[np.float64], tolerance: float = 1e-5) -> bool:
        """Tell whether values break a bound or row, or are not whole."""
        got = self.matrix @ x
        return bool(
            (x < self.low - tolerance).any()
            or (x > self.high + tolerance).any()
            or (np.abs(x - np.round(x))[self.whole] > tolerance).any()
            or (got < self.row_low - tolerance * np.maximum(1, np.abs(got))).any()
            or (got > self.row_high + tolerance * np.maximum(1, np.abs(got))).any()
        )

    def with_row(self, row: NDArray[np.float64], most: float) -> "Arrays":
        """Add row · x ≤ most."""
        return replace(
            self,
            matrix=np.vstack([self.matrix, row]),
            row_low=np.append(self.row_low, -np.inf),
            row_high=np.append(self.row_high, most),
        )

    def with_fixed(self, at: int, value: float) -> "Arrays":
        """Fix one variable."""
        low, high = self.low.copy(), self.high.copy()
        low[at] = high[at] = value
        return replace(self, low=low, high=high)


def random_model(seed: int) -> Arrays:
    """Draw posts y, units u, rows z of people, walking steps v, a budget, partners and a total."""
    rng = np.random.default_rng(seed)
    posts, rows = int(rng.integers(3, 9)), int(rng.integers(3, 13))
    steps = int(rng.integers(0, 9))
    lanes = rng.random() < 0.4
    near = rng.random((rows, posts)) < rng.uniform(0.15, 0.5)
    behind = rng.random((steps, posts)) < 0.4
    # y, u (of each post), z, v, total
    y, u = np.arange(posts), posts + np.arange(posts)
    z, v = 2 * posts + np.arange(rows), 2 * posts + rows + np.arange(steps)
    total = 2 * posts + rows + steps
    n = total + 1
    people = rng.integers(1, 2000, rows).astype(float)
    price = rng.integers(1, 9, posts).astype(float)
    lines: list[tuple[dict[int, float], float, float]] = []

    def add(terms: dict[int, float], low: float, high: float) -> None:
        lines.append((terms, low, high))

    for r in range(rows):
        add({z[r]: 1.0, **{y[j]: -1.0 for j in np.flatnonzero(near[r])}}, -np.inf, 0.0)
    for s in range(steps):
        add({v[s]: 1.0, **{y[j]: 1.0 for j in np.flatnonzero(behind[s])}}, 1.0, np.inf)
    add({**{y[j]: 1.0 for j in range(posts)}, total: -1.0}, 0.0, 0.0)
    for j in range(posts):
        add({u[j]: 1.0, y[j]: -3.0}, -np.inf, 0.0)
        add({y[j]: 1.0, u[j]: -1.0}, -np.inf, 0.0)
    spent = {**{y[j]: price[j] for j in range(posts)}, **{u[j]: float(lanes) for j in range(posts)}}
    add(spent, -np.inf, float(rng.integers(2, 4 + int(price.sum()))))
    if rng.random() < 0.5:  # one post needs a partner
        one, other = rng.choice(posts, 2, replace=False)
        add({y[one]: 1.0, y[other]: -1.0}, -np.inf, 0.0)
    floor = float(rng.choice([0.0, 0.3, 0.6]) * people.sum() * (near.any(axis=1).mean()))
    if lanes:  # people through units
        add(
            {**dict(zip(z, people, strict=True)), **{u[j]: -400.0 for j in range(posts)}},
            -np.inf,
            0,
        )
    cost = np.zeros(n)
    kind = int(rng.integers(4))
    if kind == 0:  # most people
        cost[z] = -people
    elif kind == 1:  # least cost of a level of cover
        cost[y], cost[u] = price, float(lanes)
        add(dict(zip(z, people, strict=True)), floor, np.inf)
    elif kind == 2:  # least walk of a level of cover
        cost[v] = rng.integers(1, 3000, steps)
        add(dict(zip(z, people, strict=True)), floor, np.inf)
    else:  # people, less a price of walks and of posts
        cost[z], cost[y] = -people, rng.integers(-50, 300, posts)
        cost[v] = rng.integers(1, 500, steps)
    matrix = np.zeros((len(lines), n))
    for line, (terms, _, _) in zip(matrix, lines, strict=True):
        for at, slope in terms.items():
            line[at] += slope
    high = np.ones(n)
    high[u], high[total] = 3.0, posts
    whole = np.zeros(n, dtype=np.bool_)
    whole[[*y, *u, total]] = True
    whole[z] = rng.random() < 0.3
    return Arrays(
        cost=cost,
        low=np.zeros(n),
        high=high,
        whole=whole,
        matrix=matrix,
        row_low=np.array([low for _, low, _ in lines]),
        row_high=np.array([most for _, _, most in lines]),
    )


def variants(model: Arrays, seed: int) -> dict[str, Arrays]:
    """Return the model, one more row, and one variable fixed: what a kept solver goes through."""
    rng = np.random.default_rng([seed, 1])
    row = np.where(model.whole & (rng.random(len(model.cost)) < 0.5), 1.0, 0.0)
    at = int(rng.choice(np.flatnonzero(model.whole)))
    return {
        "as it is": model,
        "a row more": model.with_row(row, float(rng.integers(1, 1 + max(1, int(row.sum()))))),
        "one fixed": model.with_fixed(at, float(rng.integers(0, 2))),
    }
