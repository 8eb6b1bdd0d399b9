"""The search for a plan on New York and San Francisco, against the best covers known.

Run from the project root: ``python -m benchmarks.heuristic [CPU seconds] [part of a name] [seed]``.
"""

import csv
import os
import sys
import time
from pathlib import Path

import numpy as np

from placement.cover.instance import Instance
from placement.solve.core.stopping import Stop
from placement.solve.mclp.heuristics.heuristic import search

EARTH_M = 6_378_100.0


class CpuSeconds(Stop):
    """Stops after CPU seconds, so that a busy machine does not count."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._end = time.process_time() + seconds

    def reached(self) -> bool:
        """Tell whether to stop now."""
        return time.process_time() >= self._end


def great_circle(path: Path, budget: float, radius_m: float) -> Instance:
    """Build the instance in which every point is a site and a row."""
    table = np.loadtxt(path, delimiter=",", skiprows=1)
    lat, lon, weight = np.radians(table[:, 1]), np.radians(table[:, 2]), table[:, 3]
    half = np.sin((lat[:, None] - lat) / 2) ** 2
    half += np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    matrix = 2 * EARTH_M * np.arcsin(np.sqrt(np.minimum(1, half))) <= radius_m
    return Instance.build(
        indptr=np.r_[0, np.cumsum(matrix.sum(axis=1))],
        indices=np.nonzero(matrix)[1],
        weight=weight,
        cost=np.ones(len(weight)),
        budget=budget,
    )


def main() -> None:
    folder = Path(os.environ.get("PLACEMENT_DATA", "../shared/data")) / "mclp"
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    part = sys.argv[2] if len(sys.argv) > 2 else ""
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    with (folder / "best_known.csv").open() as file:
        cases = [case for case in csv.DictReader(file) if part in case["instance"] + case["p"]]
    print("| instance | p | found | gap, % | last better, CPU s | CPU s |")
    print("|---|---|---|---|---|---|")
    for case in cases:
        path = folder / f"{case['instance']}.csv"
        instance = great_circle(path, float(case["p"]), float(case["radius_m"]))
        known = float(case["best_known"])
        start = time.process_time()
        times = [0.0]
        chosen, objective = search(
            instance,
            stop=CpuSeconds(seconds),
            seed=seed,
            target=known,
            on_better=lambda *_, times=times: times.append(time.process_time()),  # type: ignore[misc]
        )
        if instance.broken_rule(chosen) is not None:
            raise SystemExit(f"{case} broke a rule")
        gap = 100 * (known - objective) / known
        print(
            f"| {case['instance']} | {case['p']} | {objective:.0f} | {gap:.4f} "
            f"| {times[-1] - start:.1f} | {time.process_time() - start:.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
