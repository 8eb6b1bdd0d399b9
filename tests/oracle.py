"""A brute-force oracle: every choice of posts is tried. Shares no code with the solver."""

import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from placement.cover.instance import Instance, Limit, Rule


def choices(count: int) -> Iterator[tuple[int, ...]]:
    for size in range(count + 1):
        yield from itertools.combinations(range(count), size)


def keeps_rules(instance: Instance, chosen: tuple[int, ...]) -> bool:
    is_open = set(chosen)
    if any(instance.excluded[j] for j in chosen):
        return False
    if any(instance.required[j] and j not in is_open for j in range(len(instance.cost))):
        return False
    if sum(instance.cost[j] for j in chosen) > instance.budget + 1e-9:
        return False
    for limit in instance.limits:
        if sum(limit.use[j] for j in chosen) > limit.most + 1e-9:
            return False
    for j in chosen:
        if instance.coupled[j]:
            near = instance.near_indices[instance.near_indptr[j] : instance.near_indptr[j + 1]]
            if not is_open & set(near.tolist()):
                return False
    for rule in instance.rules:
        left = math.fsum(rule.slope[j] for j in chosen)
        for row, times, share in zip(rule.rows, rule.times, rule.share, strict=True):
            if _times(instance, int(row), is_open) >= times:
                left -= share
        if left > rule.most + 1e-9:
            return False
    return True


def _times(instance: Instance, row: int, is_open: set[int]) -> int:
    columns = instance.indices[instance.indptr[row] : instance.indptr[row + 1]]
    return len(is_open & set(columns.tolist()))


def worth(instance: Instance, chosen: tuple[int, ...]) -> float:
    is_open = set(chosen)
    parts = [float(instance.profit[j]) for j in chosen]
    for row in range(len(instance.weight)):
        times = _times(instance, row, is_open)
        if times:
            parts.append(float(instance.weight[row]))
        for level in range(instance.gains.shape[1]):
            if times >= level + 2:
                parts.append(float(instance.gains[row, level]))
    return math.fsum(parts)


def best(instance: Instance) -> tuple[float, list[tuple[int, ...]]]:
    """Return the highest worth and every choice that reaches it; −inf if no choice is allowed."""
    top, found = -math.inf, []
    for chosen in choices(len(instance.cost)):
        if keeps_rules(instance, chosen):
            value = worth(instance, chosen)
            if value > top + 1e-9:
                top, found = value, [chosen]
            elif value >= top - 1e-9:
                found.append(chosen)
    return top, found


def random_instance(seed: int, *, columns: int = 9, rows: int = 14, **off: Any) -> Instance:
    """Draw a small instance that mixes every rule; ``rule=False`` leaves one out."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, columns + 1))
    cover = [
        np.sort(rng.choice(n, size=int(rng.integers(1, min(n, 4) + 1)), replace=False))
        for _ in range(int(rng.integers(1, rows + 1)))
    ]
    cost = rng.integers(0, 9, n).astype(np.float64)
    if rng.random() < 0.3:
        cost += rng.integers(0, 4, n) / 4
    coupled = (rng.random(n) < 0.3) & (rng.random() < 0.6) & off.get("coupling", True)
    near = [
        np.sort(rng.choice(n, size=int(rng.integers(0, min(n, 3) + 1)), replace=False))
        if coupled[j]
        else np.zeros(0, dtype=np.int64)
        for j in range(n)
    ]
    limits = []
    if off.get("limits", True):
        for number in range(int(rng.integers(0, 3))):
            use = rng.integers(0, 3, n).astype(np.float64)
            limits.append(Limit(name=f"limit {number}", use=use, most=float(rng.integers(0, 7))))
    gains, rules = None, []
    if off.get("deep", False):
        gains = rng.integers(0, 30, (len(cover), int(rng.integers(0, 3)))).astype(np.float64)
        for number in range(int(rng.integers(0, 3))):
            some = np.flatnonzero(rng.random(len(cover)) < 0.5)
            share = rng.integers(0, 20, len(some)).astype(np.float64)
            slope = rng.integers(-2, 3, n).astype(np.float64) * (rng.random() < 0.4)
            rules.append(
                Rule(
                    name=f"rule {number}",
                    slope=slope,
                    rows=some,
                    times=rng.integers(1, 4, len(some)),
                    share=share,
                    most=float(rng.integers(-1, 3) - np.floor(rng.random() * 0.6 * share.sum())),
                )
            )
    state = rng.random(n) if off.get("status", True) else np.full(n, 0.5)
    return Instance.build(
        indptr=np.concatenate([[0], np.cumsum([len(row) for row in cover])]),
        indices=np.concatenate(cover),
        weight=rng.integers(1, 40, len(cover)).astype(np.float64)
        / (1 if rng.random() < 0.8 else 7),
        cost=cost,
        budget=float(rng.integers(0, 30)),
        required=state < 0.06,
        excluded=state > 0.9,
        limits=tuple(limits),
        near_indptr=np.concatenate([[0], np.cumsum([len(row) for row in near])]),
        near_indices=np.concatenate(near),
        coupled=coupled,
        gains=gains,
        rules=tuple(rules),
    )
