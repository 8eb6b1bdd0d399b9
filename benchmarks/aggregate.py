"""How aggregation grows with points, sites and chunks: time, memory and rows, as a table.

    python benchmarks/aggregate.py              three sizes up to 40,000,000 points, and more sites
    python benchmarks/aggregate.py --billion    1,000,000,000 points made on the fly as well

Uniform sites and points in [0, 30]², whole weights 1 to 100, fixed seeds. Every case runs in a
process of its own, after a small run that loads the compiled code. "Making" is the time spent in
drawing the points, which is no part of the other columns.
"""

import argparse
import json
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

CHUNK = 1 << 20
SIDE = 30.0

CASES: list[dict[str, float]] = [
    {"points": points, "sites": 100, "radius": 6.25, "chunked": 1}
    for points in (10_000_000, 20_000_000, 40_000_000)
]
CASES += [
    {"points": 15_000_000, "sites": 100, "radius": radius, "chunked": 0}
    for radius in (6.25, 5.5, 4.0, 3.25)
]
CASES += [
    {"points": 15_000_000, "sites": sites, "radius": 40.0 / sites**0.5, "chunked": 1}
    for sites in (300, 1000, 3000)
]
BILLION: dict[str, float] = {
    "points": 1_000_000_000,
    "sites": 100,
    "radius": 6.25,
    "chunked": 1,
}


class Drawn:
    """Chunks of random points in the same two arrays, with the time it took to draw them."""

    def __init__(self, points: int) -> None:
        self.points = points
        self.cpu_s = 0.0
        self.wall_s = 0.0

    def __iter__(self) -> Iterator[tuple[NDArray[np.float64], NDArray[np.uint8]]]:
        rng = np.random.Generator(np.random.SFC64(1))
        xy = np.empty((CHUNK, 2))
        for first in range(0, self.points, CHUNK):
            cpu, wall = time.process_time(), time.perf_counter()
            size = min(CHUNK, self.points - first)
            rng.random(out=xy)
            np.multiply(xy, SIDE, out=xy)
            weight = rng.integers(1, 101, size, dtype=np.uint8)
            self.cpu_s += time.process_time() - cpu
            self.wall_s += time.perf_counter() - wall
            yield xy[:size], weight


def run(case: dict[str, float], threads: int) -> None:
    from placement.cover.cover import Cover  # noqa: PLC0415 - only in the process that measures

    count = int(case["points"])
    sites = np.random.default_rng(0).random((int(case["sites"]), 2)) * SIDE
    for warm_up in (Drawn(1000), iter([np.ones((1000, 2), dtype=np.float64)])):
        Cover.from_discs(warm_up, sites, case["radius"], threads=threads)
    empty_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    drawn = Drawn(count)
    cpu, wall = time.process_time(), time.perf_counter()
    if case["chunked"]:
        cover = Cover.from_discs(drawn, sites, case["radius"], threads=threads)
    else:
        xy, weight = np.empty((count, 2)), np.empty(count)
        for number, (points, weights) in enumerate(drawn):
            first = number * CHUNK
            xy[first : first + len(points)] = points
            weight[first : first + len(points)] = weights
        cpu, wall = time.process_time(), time.perf_counter()
        drawn.cpu_s = drawn.wall_s = 0.0
        cover = Cover.from_discs(xy, sites, case["radius"], weight, threads=threads)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    print(
        json.dumps(
            {
                "rows": len(cover.weight),
                "entries": len(cover.indices),
                "cpu_s": cpu - drawn.cpu_s,
                "wall_s": wall - drawn.wall_s,
                "making_s": drawn.wall_s,
                "empty_mb": empty_mb,
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--billion", action="store_true", help="add 1,000,000,000 points")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=3, help="the median of so many runs")
    parser.add_argument("--case", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.case:
        run(json.loads(args.case), args.threads)
        return
    print(
        f"Python {platform.python_version()}, numpy {version('numpy')}, numba {version('numba')}, "
        f"{platform.machine()}, {args.threads} threads, median of {args.repeat}\n"
    )
    head = (
        "points", "sites", "radius", "chunks", "rows", "entries", "seconds", "CPU s",
        "ns CPU a point", "making, s", "peak MB", "of which before MB",
    )  # fmt: skip
    print("| " + " | ".join(head) + " |")
    print("|" + " --: |" * len(head))
    for case in [*CASES, *([BILLION] if args.billion else [])]:
        repeat = 1 if case is BILLION else args.repeat
        command = [sys.executable, __file__, "--threads", str(args.threads)]
        outs = [
            json.loads(
                subprocess.run(
                    [*command, "--case", json.dumps(case)], check=True, capture_output=True
                ).stdout
            )
            for _ in range(repeat)
        ]
        out = {name: float(np.median([each[name] for each in outs])) for name in outs[0]}
        cells = (
            f"{case['points']:,}",
            f"{case['sites']:,}",
            f"{case['radius']:.2f}",
            f"{CHUNK:,}" if case["chunked"] else "none",
            f"{out['rows']:,.0f}",
            f"{out['entries']:,.0f}",
            f"{out['wall_s']:.2f}",
            f"{out['cpu_s']:.2f}",
            f"{out['cpu_s'] / case['points'] * 1e9:.1f}",
            f"{out['making_s']:.2f}",
            f"{out['peak_mb']:.0f}",
            f"{out['empty_mb']:.0f}",
        )
        print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
