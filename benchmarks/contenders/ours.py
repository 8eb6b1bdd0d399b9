"""`Cover` and `maximise`: the whole call, the first in a process and once more."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from instances import GRID, SIDE, Case, city, clock, since, tell, uniform
from scipy.sparse import csr_array

from placement import Cover, maximise

_CHUNK = 1 << 20


def play(case: Case) -> dict[str, Any]:
    ways = {"uniform": _discs, "chunks": _chunks, "city": _matrix, "streets": _streets}
    make = ways[case["kind"]](case)
    out: dict[str, Any] = {}
    for call in ("first", "again"):
        began = clock()
        cover = make()
        cover_s = since(began)
        result = maximise(cover, budget=case["p"], time_limit=case["limit_s"])
        wall_s, cpu_s = since(began)
        out[f"{call}_s"], out[f"{call}_cpu_s"], out["cover_cpu_s"] = wall_s, cpu_s, cover_s[1]
        if wall_s > case.get("again_below_s", 5.0):
            break
    return out | {
        "chosen": result.chosen.tolist(),
        "covered": result.covered,
        "bound": result.bound,
        "says": result.status.value,
        "rows": len(cover.weight),
        "trace": [(moment.seconds, moment.objective, moment.bound) for moment in result.trace],
    }


def _discs(case: Case) -> Any:  # noqa: ANN401 - a call without arguments
    drawn = uniform(case)
    return lambda: Cover.from_discs(drawn.points, drawn.sites, case["radius"], drawn.weight)


def _chunks(case: Case) -> Any:  # noqa: ANN401
    """Draw points into the same two arrays again and again, as a stream would bring them."""
    sites = np.random.default_rng(case["seed"]).uniform(0, SIDE, (case["sites"], 2))

    def drawn() -> Iterator[tuple[Any, Any]]:
        rng = np.random.Generator(np.random.SFC64(case["seed"]))
        xy = np.empty((_CHUNK, 2))
        for first in range(0, case["points"], _CHUNK):
            size = min(_CHUNK, case["points"] - first)
            rng.random(out=xy)
            np.multiply(xy, SIDE, out=xy)
            yield xy[:size], rng.integers(1, 101, size, dtype=np.uint8)

    return lambda: Cover.from_discs(drawn(), sites, case["radius"])


def _matrix(case: Case) -> Any:  # noqa: ANN401
    matrix, weight = city(case["city"])
    sparse = csr_array(matrix)
    return lambda: Cover.from_matrix(sparse, weight)


def _streets(case: Case) -> Any:  # noqa: ANN401
    """Demand at every junction, sites at some of them."""
    from placement.streets import read_streets  # noqa: PLC0415 - only this case needs it

    streets = read_streets(GRID, crs="EPSG:32631")
    rng = np.random.default_rng(case["seed"])
    at = rng.choice(streets.n_nodes, case["sites"], replace=False)
    weight = rng.integers(1, 101, streets.n_nodes).astype(np.float64)
    walk_s = case["radius"] / streets.speed_m_s
    return lambda: Cover.from_streets(streets, streets.node_xy, streets.node_xy[at], walk_s, weight)


if __name__ == "__main__":
    tell(play)
