"""The whole planning model on the real riverside: what is proven of a plan, and how fast.

    python benchmarks/planning.py                           every case, the table on stdout
    python benchmarks/planning.py --only dogs backup        cases that begin like this
    python benchmarks/planning.py --clock                   seconds of the clock
    python benchmarks/planning.py --report                  write into docs/explanation/proofs.md

A plan is written into a temporary folder, loaded and solved as `place` does it: 400 candidate sites
and 10,000 demand points (those of ``benchmarks/lanes.py``) in 29 zones, 326,000 people, of whom 18%
walk without steps at 0.69 m/s; gates within 10 minutes at 10 officers and 5 for their lane, dog
teams within 8 minutes at 4 officers, 3 minutes from a gate at most. Seconds are of the processor
(all threads together), whatever else the machine does, once walks are known; those of the first
stage end when its bound was last bettered.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import geopandas
import numpy as np
import pulp
import shapely
from lanes import DATA, ROOT, SITES, points_in, sites_around
from pages import write_table

from placement import load_plan
from placement.cover.survey import survey
from placement.solve.core import stopping
from placement.solve.questions.max_cover import optimise
from placement.solve.questions.min_cost import least_cost
from placement.streets import read_streets

HOME = ROOT / ".benchmarks"
KEPT = HOME / "planning.json"
PAGE = ROOT / "docs" / "explanation" / "proofs.md"
HEADS = (
    "rules",
    "budget",
    "posts",
    "objective",
    "bound",
    "gap, %",
    "first stage, s",
    "all, s",
    "walks: gap, %",
    "asked",
    "met",
)

PLAN = """
name = "riverside"
crs = "EPSG:2154"
budget = {{ amount = 400, unit = {{ en = "officers", fr = "agents" }} }}
layers = {{ sites = "sites.geojson", demand = "demand.geojson", streets = "{streets}" }}
walking = {{ snap_m = 120 }}

[resources.checkpoint]
walk_limit_min = 10
value = 2
open_cost = 10
unit_cost = 5
{checkpoint}
"""
DOGS = """
[resources.dog_team]
walkers = "team"
walk_limit_min = 8
unit_cost = 4
near = {{ resource = "checkpoint", walk_min = 3 }}
{dog_team}
"""
FLOORS = '\n[[floors]]\nzone = "*"\nresource = "checkpoint"\nshare = 0.6\n'
BACKUP = (
    'backup = { zones = ["box-05-tuileries", "box-10-trocadero", "box-14-invalides"], worth = 0.3 }'
)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One line of the table: a plan, a question, and what must be reached."""

    rules: str
    budget: int = 0
    checkpoint: str = ""
    dog_team: str | None = None
    ruled: bool = False
    change: bool = False
    shares: dict[str, float] = field(default_factory=dict)
    bar_s: float = 60.0
    bar_gap: float = 0.0  # that will do where nothing is proven, %


def cases() -> dict[str, Case]:
    """Return every case by name."""
    found: dict[str, Case] = {}
    for budget in (100, 200, 300, 400, 500):
        found[f"gates-{budget}"] = Case(rules="checkpoints only", budget=budget, bar_s=10)
    for budget, seconds, gap in (
        (100, 60, 1.0), (200, 60, 0.3), (300, 60, 0.1),
        (400, 60, 0.0), (500, 10, 0.0), (600, 10, 0.0),
    ):  # fmt: skip
        found[f"dogs-{budget}"] = Case(
            rules="coupled dogs", budget=budget, dog_team="", bar_s=seconds, bar_gap=gap
        )
    for budget, seconds in ((400, 60), (500, 10), (600, 10)):
        common = {"budget": budget, "ruled": True, "checkpoint": "separation_m = 60"}
        found[f"ruled-{budget}"] = Case(
            rules="dogs, floors, groups, separation", dog_team="separation_min = 1", bar_s=seconds,
            **common,
        )  # fmt: skip
    for budget in (400, 500, 600):
        found[f"backup-{budget}"] = Case(
            rules="the same and backup in three zones", budget=budget, ruled=True,
            checkpoint=f"separation_m = 60\n{BACKUP}", dog_team="separation_min = 1",
        )  # fmt: skip
    for budget in (300, 400, 500, 600):
        found[f"expected-{budget}"] = Case(
            rules="expected cover, four levels", budget=budget, bar_s=15 if budget >= 400 else 60,
            dog_team="unavailable = 0.5", bar_gap=0.0 if budget >= 400 else 1.0,
        )  # fmt: skip
    for budget in (200, 300, 400):
        found[f"changes-{budget}"] = Case(
            rules="at most 3 changes, a gate lost",
            budget=budget,
            dog_team="",
            change=True,
            bar_s=25,
        )
    found["cheapest-gates"] = Case(
        rules="cheapest for 95%", dog_team="", shares={"checkpoint": 0.95}, bar_s=20
    )
    found["cheapest-both"] = Case(
        rules="cheapest for 95%, dogs 80%", dog_team="",
        shares={"checkpoint": 0.95, "dog_team": 0.8}, bar_s=60,
    )  # fmt: skip
    return found


def draw(folder: Path) -> None:
    """Write the layers of the plan."""
    rng = np.random.default_rng(26)
    bundled = load_plan(ROOT / "data/geo/paris-2024-cover/plan.toml")
    streets = read_streets(DATA / "paris" / "paris_seine.osm.pbf", crs=bundled.crs)
    areas = geopandas.read_file(ROOT / "data/geo/paris-2024/areas.geojson").to_crs(bundled.crs)
    xy, people = points_in(areas, rng)
    inside = shapely.STRtree(areas.geometry).query(shapely.points(xy), predicate="intersects")
    zone = areas["id"].to_numpy()[inside[1][np.unique(inside[0], return_index=True)[1]]]
    at = sites_around(streets, bundled.problem.sites.xy, rng)
    own = [str(name) for name in bundled.problem.sites.id]
    names = own + [f"street-{n:03}" for n in range(SITES - len(own))]
    demand = {
        "id": [f"p{n:05}" for n in range(len(xy))],
        "people": people,
        "zone": zone,
        "step_free_people": np.round(0.18 * people),
    }
    for name, columns, places in (("demand", demand, xy), ("sites", {"id": names}, at)):
        frame = geopandas.GeoDataFrame(columns, geometry=shapely.points(places), crs=bundled.crs)
        frame.to_crs("EPSG:4326").to_file(folder / f"{name}.geojson")


def write(folder: Path, case: Case) -> Path:
    """Write the plan file of a case; return it."""
    text = PLAN.format(
        streets=(DATA / "paris" / "paris_seine.osm.pbf").resolve(), checkpoint=case.checkpoint
    )
    if case.dog_team is not None:
        text += DOGS.format(dog_team=case.dog_team)
    if case.ruled:
        text += FLOORS
        ends = sorted(
            feature["properties"]["id"]
            for feature in json.loads((folder / "sites.geojson").read_text())["features"]
            if feature["properties"]["id"].startswith("bridge-")
        )
        for bridge in sorted({name.rsplit("-rive-", 1)[0] for name in ends}):
            both = [name for name in ends if name.rsplit("-rive-", 1)[0] == bridge]
            if len(both) == 2:
                text += f'\n[[groups]]\nname = "one end of {bridge}"\nsites = {both}\n'
                text += 'resource = "checkpoint"\n'
    path = folder / "plan.toml"
    path.write_text(text)
    return path


class ProcessorTime:
    """Stands for the module ``time`` where the stop rule reads the clock."""

    monotonic = staticmethod(time.process_time)


class PatientHiGHS(pulp.HiGHS):  # type: ignore[misc]
    """HiGHS, which knows the clock only: it is stopped by the rule that asks for processor time."""

    def __init__(self, *, timeLimit: float | None = None, **options: Any) -> None:  # noqa: ANN401, N803
        super().__init__(timeLimit=timeLimit and 8 * timeLimit, **options)


def measure(folder: Path, case: Case, *, seconds: float) -> dict[str, Any]:
    """Solve a case as `place` does; return what is proven, and when."""
    plan = load_plan(write(folder, case))
    survey(plan)
    options: dict[str, Any] = {}
    if case.change:
        agreed = optimise(plan, budget=case.budget, time_limit=seconds, gap=0.002)
        gates = [post for post in agreed.posts_list if post.resource == "checkpoint"]
        lost = max(gates, key=lambda post: (post.only, post.id))
        options = {"baseline": agreed, "max_changes": 3, "forbid": [lost.id]}
    last = 0.0

    def watch(at: float, objective: float, bound: float) -> None:
        nonlocal last
        if told[-1:] != [(objective, bound)]:
            told.append((objective, bound))
            last = at

    told: list[tuple[float, float]] = []
    began = stopping.time.monotonic()
    gap = bound = float("nan")
    if case.shares:
        found = least_cost(plan, case.shares, time_limit=seconds, progress=watch)
        value = found.cost
        if found.reverse is not None:
            gap, bound = found.reverse.cost_gap, found.reverse.cost_bound
    else:
        found = optimise(plan, budget=case.budget, time_limit=seconds, progress=watch, **options)
        gap, value, bound = found.gap, found.objective, found.bound
    walk = found.walk
    return {
        "value": value,
        "bound": bound,
        "gap": gap,
        "first_s": last,
        "all_s": stopping.time.monotonic() - began,
        "walk_gap": None if walk is None else walk.gap,
        "posts": len(found.posts_list),
        "load": os.getloadavg()[0],
    }


def table(kept: dict[str, dict[str, Any]]) -> list[str]:
    """Return the lines of the table of what was measured."""
    lines = [
        "| " + " | ".join(HEADS) + " |",
        "|---|" + " --: |" * 8 + "---|---|",
    ]
    for name, case in cases().items():
        out = kept.get(name)
        if out is None:
            continue
        asked = f"proven in {case.bar_s:g} s"
        if case.bar_gap:
            asked = f"≤ {case.bar_gap:g}% in {case.bar_s:g} s"
        met = out["first_s"] <= case.bar_s * 1.02 and 100 * out["gap"] <= case.bar_gap
        walk = "–" if out["walk_gap"] is None else f"{100 * out['walk_gap']:.2f}"
        lines.append(
            f"| {case.rules} | {case.budget or '–'} | {out['posts']} | {out['value']:,.0f} "
            f"| {out['bound']:,.0f} | {100 * out['gap']:.3f} | {out['first_s']:.1f} "
            f"| {out['all_s']:.1f} | {walk} | {asked} | {'yes' if met else 'no'} |"
        )
    return lines


def report() -> None:
    """Write the table between the marks of the page."""
    write_table(PAGE, "measured", table(json.loads(KEPT.read_text())), packages=("highspy",))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", default=[""], help="cases that begin like this")
    parser.add_argument("--seconds", type=float, default=75.0, help="of both stages together")
    parser.add_argument("--clock", action="store_true", help="seconds of the clock")
    parser.add_argument("--report", action="store_true", help="only write up what is kept")
    args = parser.parse_args()
    if args.report:
        report()
        return
    if not (DATA / "paris" / "paris_seine.osm.pbf").exists():
        sys.exit("no street extract: set PLACEMENT_DATA")
    HOME.mkdir(exist_ok=True)
    if not args.clock:
        mock.patch("placement.solve.core.stopping.time", ProcessorTime).start()
        mock.patch("pulp.HiGHS", PatientHiGHS).start()
    with tempfile.TemporaryDirectory() as place:
        draw(Path(place))
        for name, case in cases().items():
            if not name.startswith(tuple(args.only)):
                continue
            out = measure(Path(place), case, seconds=args.seconds)
            print(f"{name}  {json.dumps(out)}", flush=True)
            kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
            kept[name] = out
            KEPT.write_text(json.dumps(kept, indent=1))
    print("\n".join(table(json.loads(KEPT.read_text()))))


if __name__ == "__main__":
    main()
