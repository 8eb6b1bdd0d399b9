"""The hard zone: uniform sites at budgets where relaxations leave gaps, and the two cities.

    python benchmarks/hard_zone.py [300a 300b 500a 500b 1000a 1000b NY50 … SF100] [--seconds 60]
                                   [--plan-seconds 15] [--seed 1] [--known FILE]

Prints, for each instance, the gap of the linear relaxation, the gap after the blocks, what was
proven and in how many seconds, all against the plan found in the same run. ``--known`` names a
JSON file of plans found by earlier runs; it is read and written, so that gaps can also be told
against the best plan known.
"""

import argparse
import csv
import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from placement.arrays import Floats, Ints
from placement.cover.instance import Instance
from placement.solve.core.stopping import Stop
from placement.solve.mclp.bounds.block_solver import close
from placement.solve.mclp.bounds.bound import relaxation
from placement.solve.mclp.heuristics.heuristic import search

DATA = Path(os.environ.get("PLACEMENT_DATA", "../shared/data"))
CITIES = {"NY": ("NewYork.csv", 400.0), "SF": ("SanFrancisco.csv", 600.0)}
EARTH_M = 6_378_100.0


def aggregated(near: list[list[int]], weight: Floats, *, columns: int, budget: float) -> Instance:
    """Merge points with the same columns."""
    groups: dict[tuple[int, ...], list[int]] = {}
    for point, covering in enumerate(near):
        if covering:
            groups.setdefault(tuple(covering), []).append(point)
    keys = [key for key in sorted(groups) if weight[groups[key]].sum() > 0]
    return Instance.build(
        indptr=np.concatenate([[0], np.cumsum([len(key) for key in keys])]),
        indices=np.concatenate([np.array(key, dtype=np.int64) for key in keys]),
        weight=np.array([weight[groups[key]].sum() for key in keys]),
        cost=np.ones(columns),
        budget=budget,
    )


def uniform(name: str, seed: int) -> Instance:
    """Return one of the instances 300a to 1000b of the hard zone."""
    sites, kind = int(name[:-1]), name[-1]
    rng = np.random.default_rng(seed)
    at = rng.uniform(0, 30, (sites, 2))
    points = rng.uniform(0, 30, (100_000, 2))
    weight = rng.integers(1, 101, len(points)).astype(np.float64)
    radius = (4.0 if kind == "a" else 3.25) * np.sqrt(100 / sites)
    budget = round((0.15 if kind == "a" else 0.2) * sites)
    near = cKDTree(at).query_ball_point(points, radius, return_sorted=True)
    return aggregated(list(near), weight, columns=sites, budget=budget)


def city(name: str) -> Instance:
    """Return New York or San Francisco: every point is demand and a site."""
    file, radius = CITIES[name[:2]]
    with (DATA / "mclp" / file).open(encoding="utf-8") as stream:
        table = np.array([[float(x) for x in row] for row in list(csv.reader(stream))[1:]])
    lat, lon = np.radians(table[:, 1]), np.radians(table[:, 2])
    ball = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    chord = 2 * np.sin(radius / EARTH_M / 2) * (1 + 1e-12)
    near = cKDTree(ball).query_ball_point(ball, chord, return_sorted=True)
    return aggregated(list(near), table[:, 3], columns=len(table), budget=float(name[2:]))


def run(instance: Instance, known: Ints | None, args: argparse.Namespace) -> dict[str, Any]:
    """Search, bound and close one instance, as the engine would."""
    began, worked = time.perf_counter(), time.process_time()
    stop = Stop(args.seconds)
    start = relaxation(instance, stop=stop)
    relaxed_s = time.process_time() - worked
    plan, _ = search(instance, stop=stop.share(1.0, at_most=args.plan_seconds), seed=args.seed)
    if known is not None and instance.value(known) > instance.value(plan):
        plan = known
    moments: list[tuple[float, float]] = []
    done = close(
        instance,
        stop=stop,
        start=start,
        plan=plan,
        on_bound=lambda bound: moments.append((time.perf_counter() - began, bound)),
    )
    return {
        "worth": done.worth,
        "relaxation": start.value,
        "bound": done.bound,
        "proven": done.proven,
        "rounds": done.rounds,
        "nodes": done.nodes,
        "first_blocks": moments[1][1] if len(moments) > 1 else start.value,
        "relaxed_cpu_s": relaxed_s,
        "seconds": time.perf_counter() - began,
        "cpu_s": time.process_time() - worked,
        "chosen": done.chosen,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=["300a", "300b", "500a", "500b"])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--plan-seconds", type=float, default=15.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--known", type=Path)
    args = parser.parse_args()
    plans = json.loads(args.known.read_text()) if args.known and args.known.exists() else {}
    print(
        "| instance | rows × columns | worth | relaxation % | first blocks % | end % | proven "
        "| rounds, nodes | s | CPU s |\n|---|---|---|---|---|---|---|---|---|---|"
    )
    for name in args.names:
        if name[:2] in CITIES:
            if not (DATA / "mclp").exists():
                print(f"| {name} | skipped: no data in {DATA} |")
                continue
            instance = city(name)
        else:
            instance = uniform(name, args.seed)
        kept = np.array(plans[name], dtype=np.int64) if name in plans else None
        found = run(instance, kept, args)
        worth = found["worth"]
        plans[name] = [int(j) for j in found["chosen"]]
        if args.known:
            args.known.write_text(json.dumps(plans))
        print(
            f"| {name} | {instance.rows} × {instance.columns} | {worth:.0f} "
            + "".join(
                f"| {100 * (found[key] / worth - 1):.4f} "
                for key in ("relaxation", "first_blocks", "bound")
            )
            + f"| {'yes' if found['proven'] else 'no'} | {found['rounds']}, {found['nodes']} "
            f"| {found['seconds']:.1f} | {found['cpu_s']:.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
