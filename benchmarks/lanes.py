"""Lanes and queues on the real riverside: what is proven, and how fast, as a table.

    python benchmarks/lanes.py                    both tables, 60 s of processor time each budget
    python benchmarks/lanes.py --seconds 20 --budgets 1600 1800
    python benchmarks/lanes.py --report           write into docs/explanation/proofs.md

400 candidate sites (the bundled plan's, and street junctions around them) and 10,000 demand points
in the bundled plan's areas, walked on an OpenStreetMap extract that is no part of the project
(PLACEMENT_DATA, or ../shared/data). 82% of the people walk 10 minutes at 1.34 m/s, 18% the same
time at 0.69 m/s; dog teams walk 8 minutes and stand within 3 minutes of a gate. A lane takes 5
officers and admits 400 · 0.85 people an hour for three hours. Seconds are of one processor.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
from pages import write_table
from scipy.sparse import csr_array
from shapely import contains_xy

from placement.arrays import Bools, Floats, Ints
from placement.cover.aggregate import aggregate
from placement.cover.instance import Instance, Limit
from placement.cover.lanes import ONE_PERIOD, Arrivals, Lanes
from placement.plan.layers import load_plan
from placement.solution import Status
from placement.solve.capacitated.solver import solve_lanes
from placement.solve.core.stopping import Effort, Stop
from placement.streets import Streets, read_streets, snap, walking_times

SITES, POINTS = 400, 10_000
ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("PLACEMENT_DATA", ROOT.parent / "shared" / "data"))
LANE_PEOPLE = 400 * 0.85 * 3  # people a lane admits in the window: rate, efficiency, hours
BUDGETS = {False: range(800, 2601, 200), True: range(1000, 2601, 200)}
PAGE = ROOT / "docs" / "explanation" / "proofs.md"
KEPT = ROOT / ".benchmarks" / "lanes.json"
PROFILE = np.array([0.10, 0.14, 0.20, 0.20, 0.20, 0.16])  # arrivals by half-hour, 15:30 to 18:30
SLOWER = 0.69 / 1.34


def points_in(areas: geopandas.GeoDataFrame, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Draw demand points in the areas, whole people each, as many as the crowd's share."""
    people = areas["people"].to_numpy(dtype=float)
    counts = np.maximum(1, np.round(POINTS * people / people.sum())).astype(int)
    xy, weight = [], []
    for shape, count, crowd in zip(areas.geometry, counts, people, strict=True):
        low, high = np.array(shape.bounds).reshape(2, 2)
        found = np.zeros((0, 2))
        while len(found) < count:
            drawn = low + rng.random((4 * count, 2)) * (high - low)
            found = np.concatenate([found, drawn[contains_xy(shape, drawn)]])
        xy.append(found[:count])
        weight.append(np.diff(np.round(np.linspace(0, crowd, count + 1))))
    return np.concatenate(xy), np.concatenate(weight)


def sites_around(streets: Streets, own: Floats, rng: np.random.Generator) -> Floats:
    """Return the plan's sites and street junctions within 300 m of one, 400 in all."""
    junction = streets.node_xy[streets.component == 0]
    reach = np.array([np.hypot(*(own - at).T).min() for at in junction])
    pool = np.flatnonzero((reach > 40) & (reach < 300))
    more = rng.choice(pool, SITES - len(own), replace=False)
    return np.concatenate([own, junction[np.sort(more)]])


def riverside(*, dogs: bool, budget: float, fleet: int = 30) -> tuple[Instance, Bools, Bools]:
    """Make the instance; return it with which rows hold people of gates and which columns are."""
    rng = np.random.default_rng(26)
    plan = load_plan(ROOT / "data/geo/paris-2024/plan.toml")
    streets = read_streets(DATA / "paris" / "paris_seine.osm.pbf", crs=plan.crs)
    areas = geopandas.read_file(ROOT / "data/geo/paris-2024/areas.geojson").to_crs(plan.crs)
    xy, weight = points_in(areas, rng)
    sites = sites_around(streets, plan.problem.sites.xy, rng)
    at_sites, at_points = (snap(streets, points, max_m=120) for points in (sites, xy))
    slow = np.round(weight * 0.18)
    gate_s = walking_times(streets, at_sites, at_points, limit_s=600, outward=False).T.tocsr()
    dog_s = walking_times(streets, at_sites, at_points, limit_s=480, outward=True).T.tocsr()
    near = walking_times(streets, at_sites, at_sites, limit_s=180, outward=True).T.tocsr()

    pieces = [_rows(gate_s, weight - slow, 600.0, 2.0), _rows(gate_s, slow, 600 * SLOWER, 2.0)]
    merged = aggregate(*_joined(pieces))[:3]
    laned = len(merged[2])
    if dogs:
        indptr, indices, worth = _rows(dog_s, weight, 480.0, 1.0)
        dog_rows = aggregate(indptr, indices + SITES, worth)[:3]
        merged = _joined([merged, dog_rows])
    columns = SITES * (2 if dogs else 1)
    is_gate = np.arange(columns) < SITES
    counts = np.concatenate([np.zeros(SITES, np.int64), np.diff(near.indptr)])[:columns]
    instance = Instance.build(
        indptr=merged[0],
        indices=merged[1],
        weight=merged[2],
        cost=np.where(is_gate, 10.0, 4.0),
        budget=budget,
        limits=(Limit(name="fleet", use=(~is_gate).astype(float), most=fleet),) if dogs else (),
        near_indptr=np.concatenate([[0], np.cumsum(counts)]),
        near_indices=near.indices.astype(np.int64) if dogs else np.zeros(0, np.int64),
        coupled=~is_gate,
    )
    return instance, np.arange(instance.rows) < laned, is_gate


def _rows(
    walk: csr_array, weight: Floats, limit_s: float, value: float
) -> tuple[Ints, Ints, Floats]:
    """Return the rows of the points with people that somebody can reach."""
    walk = walk.tocsr()
    walk.sort_indices()
    row = np.repeat(np.arange(walk.shape[0]), np.diff(walk.indptr))
    kept = (walk.data <= limit_s * (1 + 1e-9)) & (weight[row] > 0)
    counts = np.bincount(row[kept], minlength=walk.shape[0])
    full = counts > 0
    indptr = np.concatenate([[0], np.cumsum(counts[full])]).astype(np.int64)
    return indptr, walk.indices[kept].astype(np.int64), weight[full] * value


def _joined(pieces: list[tuple[Ints, Ints, Floats]]) -> tuple[Ints, Ints, Floats]:
    lengths = np.concatenate([np.diff(piece[0]) for piece in pieces])
    return (
        np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        np.concatenate([piece[1] for piece in pieces]),
        np.concatenate([piece[2] for piece in pieces]),
    )


class ProcessorStop(Stop):
    """A stop rule that counts seconds of the processor, whatever else the machine does."""

    def __init__(self, seconds: float) -> None:
        super().__init__(None)
        self._begin, self._most = time.process_time(), seconds

    def seconds(self) -> float:
        """Return the seconds since the start."""
        return time.process_time() - self._begin

    def left(self) -> float:
        """Return the seconds left."""
        return max(0.0, self._most - self.seconds())


def lanes_of(instance: Instance, laned: Bools, gate: Bools, *, queue: bool) -> Lanes:
    """Give every gate up to twelve lanes of five officers, and people their arrivals."""
    size = instance.columns
    return Lanes(
        people=np.where(laned, instance.weight / 2.0, 0.0),
        gate=gate,
        least=np.ones(size, dtype=np.int64),
        most=np.full(size, 12, dtype=np.int64),
        lane_cost=np.where(gate, 5.0, 0.0),
        lane_people=np.where(gate, LANE_PEOPLE, 0.0),
        arrivals=Arrivals(shares=PROFILE, carry=1) if queue else ONE_PERIOD,
    )


HEADS = ("rules", "budget", "posts", "lanes", "objective", "bound", "gap, %", "seconds")


def table(kept: dict[str, dict[str, Any]]) -> list[str]:
    """Return the lines of the table of what was measured."""
    lines = ["| " + " | ".join(HEADS) + " |", "|---|" + " --: |" * 7]
    for queue in (False, True):
        rules = "lanes, dogs, six periods, queue" if queue else "lanes, one period"
        for budget in BUDGETS[queue]:
            out = kept.get(f"{queue}-{budget}")
            if out is None:
                continue
            gap = "proven" if out["proven"] else f"{100 * out['gap']:.3f}"
            lines.append(
                f"| {rules} | {budget:,} | {out['posts']} | {out['lanes']} "
                f"| {out['objective']:,.0f} | {out['bound']:,.0f} | {gap} | {out['seconds']:.1f} |"
            )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--budgets", type=int, nargs="*")
    parser.add_argument("--report", action="store_true", help="only write up what is kept")
    args = parser.parse_args()
    if args.report:
        write_table(PAGE, "lanes", table(json.loads(KEPT.read_text())), packages=("highspy",))
        return
    if not (DATA / "paris" / "paris_seine.osm.pbf").exists():
        sys.exit("no street extract: set PLACEMENT_DATA")
    KEPT.parent.mkdir(exist_ok=True)
    for queue in (False, True):
        instance, laned, gate = riverside(dogs=queue, budget=0.0)
        lanes = lanes_of(instance, laned, gate, queue=queue)
        for budget in args.budgets or BUDGETS[queue]:
            stop = ProcessorStop(args.seconds)
            found = solve_lanes(instance.with_budget(float(budget)), lanes, Effort(stop=stop))
            out = {
                "posts": 0 if found.chosen is None else len(found.chosen),
                "lanes": int(found.lanes.sum()),
                "objective": found.objective,
                "bound": found.bound,
                "gap": found.gap,
                "proven": found.status is Status.OPTIMAL,
                "seconds": stop.seconds(),
            }
            print(f"{queue}-{budget}  {json.dumps(out)}", flush=True)
            kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
            kept[f"{queue}-{budget}"] = out
            KEPT.write_text(json.dumps(kept, indent=1))
    print("\n".join(table(json.loads(KEPT.read_text()))))


if __name__ == "__main__":
    main()
