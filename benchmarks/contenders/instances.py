"""The instances that every contender gets, drawn by numpy alone so that any environment can."""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from placement.arrays import Bools, Floats, Ints

type Case = dict[str, Any]

SIDE = 30.0
EARTH_M = 6_378_100.0
_BLOCK = 10_000  # points whose distances are in memory at a time
ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("PLACEMENT_DATA", ROOT / "../shared/data"))
GRID = ROOT / ".benchmarks" / "grid.parquet"
CITIES = {"NY": ("NewYork.csv", 400.0), "SF": ("SanFrancisco.csv", 600.0)}


class Drawn(NamedTuple):
    """Points (M, 2), sites (N, 2) and whole weights (M,) of 1 to 100."""

    points: Floats
    sites: Floats
    weight: Floats


def uniform(case: Case) -> Drawn:
    """Draw sites and demand in [0, 30]²."""
    rng = np.random.default_rng(case["seed"])
    sites = rng.uniform(0, SIDE, (case["sites"], 2))
    points = rng.uniform(0, SIDE, (case["points"], 2))
    return Drawn(points, sites, rng.integers(1, 101, len(points)).astype(np.float64))


def within(points: Floats, sites: Floats, radius: float) -> Bools:
    """Tell which sites cover which points, one distance at a time and without a library."""
    found = np.empty((len(points), len(sites)), dtype=np.bool_)
    for first in range(0, len(points), _BLOCK):
        step = points[first : first + _BLOCK, None, :] - sites[None, :, :]
        found[first : first + _BLOCK] = (step * step).sum(axis=2) <= radius * radius
    return found


def city(name: str) -> tuple[Bools, Floats]:
    """Return who covers whom in New York or San Francisco, and the weights."""
    file, radius = CITIES[name]
    table = np.loadtxt(DATA / "mclp" / file, delimiter=",", skiprows=1)
    lat, lon = np.radians(table[:, 1]), np.radians(table[:, 2])
    half = np.sin((lat[:, None] - lat) / 2) ** 2
    half += np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    return 2 * EARTH_M * np.arcsin(np.sqrt(np.minimum(1, half))) <= radius, table[:, 3]


def rows(case: Case) -> tuple[list[Ints], Floats]:
    """Return the covering sites of each point, or of each distinct set of sites, and weights."""
    drawn = uniform(case)
    matrix, weight = within(drawn.points, drawn.sites, case["radius"]), drawn.weight
    if case.get("merged"):
        packed, row = np.unique(np.packbits(matrix, axis=1), axis=0, return_inverse=True)
        weight = np.bincount(row.ravel(), weights=weight)
        matrix = np.unpackbits(packed, axis=1, count=matrix.shape[1]).astype(np.bool_)
    reached = matrix.any(axis=1)
    matrix, weight = matrix[reached], weight[reached]
    first = np.concatenate([[0], np.cumsum(matrix.sum(axis=1))])
    return np.split(np.nonzero(matrix)[1], first[1:-1]), weight


def recount(case: Case, chosen: list[int]) -> float:
    """Return what a choice of sites covers, counted point by point."""
    if case["kind"] == "city":
        matrix, weight = city(case["city"])
        return float(weight[matrix[:, chosen].any(axis=1)].sum())
    drawn = uniform(case)
    covered = np.zeros(len(drawn.points), dtype=np.bool_)
    for site in chosen:
        step = drawn.points - drawn.sites[site]
        covered |= (step * step).sum(axis=1) <= case["radius"] * case["radius"]
    return float(drawn.weight[covered].sum())


def tell(play: Callable[[Case], dict[str, Any]]) -> None:
    """Run one case from the command line and print what came of it as one line of JSON.

    `play` returns a dict with ``chosen``, ``bound`` or None and ``says``, and may return more.
    It calls `clock` itself where something has to be made ready first.
    """
    case = json.loads(sys.argv[1])
    out = play(case)
    peak = max(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    out["peak_mb"] = peak / 1024
    chosen = out["chosen"]
    if chosen is not None and case["kind"] not in {"streets", "chunks"}:
        out["covered"] = recount(case, chosen)
    print(json.dumps(out))


def clock() -> tuple[float, float]:
    """Return wall and CPU seconds, those of finished children included."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return time.perf_counter(), sum(each.ru_utime + each.ru_stime for each in used)


def since(then: tuple[float, float]) -> tuple[float, float]:
    """Return wall and CPU seconds since `clock` was read."""
    now = clock()
    return now[0] - then[0], now[1] - then[1]
