"""The drawn town with its middle sealed, and small random plans whose ways must be sealed.

Five ways lead into the middle of the north bank: two streets from the west, two from the east, and
the bridge from the south.
"""

import itertools
import json
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from placement.plan.problem import Plan
from tests.builders import Feature, box, line, point, write_geojson, write_plan

PERIMETER = [box(2.3488, 48.8512, 2.3512, 48.8533, id="middle", name="The middle")]
SEALED = '[sealed]\nresources = ["checkpoint"]\nband_m = 60\n'


def ways() -> list[Feature]:
    """The five ways in, each with a fence across it."""
    across = 0.00008
    found = [
        line((lon, lat - across), (lon, lat + across), id=f"{side}-{row}", name=f"Street {row}",
             kind="fence", price=6)
        for side, lon in (("west", 2.3485), ("east", 2.3515))
        for row, lat in ((2, 48.8515), (3, 48.8530))
    ]  # fmt: skip
    south = line((2.3499, 48.8509), (2.3501, 48.8509), id="south", name="Pont Dessiné")
    south["properties"] |= {"kind": "vehicle block", "price": 8.5}
    return [*found, south]


def gates() -> list[Feature]:
    """Sites in two of the ways, one cheaper than its fence, and one beside a way."""
    return [
        point(2.34855, 48.8515, id="gate-west", name="Gate, west", resources=["checkpoint"]),
        point(2.35155, 48.8530, id="gate-east", name="Gate, east", resources=["checkpoint"],
              open_cost=1, unit_cost=2),
        point(2.3488, 48.8530, id="beside", name="22 m beside", resources=["checkpoint"],
              open_cost=0, unit_cost=1),
    ]  # fmt: skip


def write_sealed(
    folder: Path, *, layers: dict[str, Any] | None = None, rule: str = SEALED, budget: float = 70
) -> Path:
    """Write the drawn town with its middle sealed; return the plan file."""
    drawn: dict[str, Any] = {"ways": ways(), "perimeter": PERIMETER, "sites": gates()}
    replaced = {"amount = 40": f"amount = {budget}"}
    return write_plan(folder, layers=drawn | (layers or {}), replace=replaced, extra=rule)


def write_random(folder: Path, seed: int) -> Path:
    """Write a plan of up to 4 sites, 2 resources and 4 ways, walked in straight lines."""
    draw = random.Random(f"sealed {seed}")
    folder.mkdir(parents=True, exist_ok=True)
    step = 0.0002  # some 15 m east, 22 m north: a post may stand in two ways

    def place() -> tuple[float, float]:
        return 2.3 + step * draw.randint(0, 8), 48.85 + step * draw.randint(0, 8)

    sites = [
        point(*place(), id=f"S{n}", name="", level=draw.choice([0, 0, 0, 1]),
              resources=draw.choice([["gate"], ["gate"], ["gate", "patrol"], ["patrol"]]),
              open_cost=draw.randint(0, 6))
        for n in range(draw.randint(1, 4))
    ]  # fmt: skip
    for site in sites:
        if site["properties"]["resources"] != ["patrol"] and draw.random() < 0.1:
            site["properties"]["status_gate"] = "excluded"
    demand = [
        point(*place(), id=f"D{n}", people=draw.choice([1, 5, 10]))
        for n in range(draw.randint(1, 6))
    ]
    drawn = []
    for n in range(draw.randint(1, 4)):
        there = draw.choice(sites)["geometry"]["coordinates"]
        lon, lat = there if draw.random() < 0.6 else place()
        facts: dict[str, Any] = {"id": f"W{n}", "kind": draw.choice(["fence", "vehicle block", ""])}
        near = [
            site
            for site in sites
            if math.dist(site["geometry"]["coordinates"], (lon, lat)) < step / 4
            and site["properties"]["level"] == 0
            and "gate" in site["properties"]["resources"]
        ]
        facts["price"] = draw.choice([0.5, 2.25, 4, 7, 9])
        if near and draw.random() < 0.4:
            facts |= {"kind": "gate"}
        if draw.random() < 0.2 and facts["kind"] != "gate":
            facts["level"] = "1"
        drawn.append(line((lon, lat - 0.00002), (lon, lat + 0.00002), **facts))
    write_geojson(folder / "sites.geojson", sites)
    write_geojson(folder / "demand.geojson", demand)
    write_geojson(folder / "ways.geojson", drawn)
    write_geojson(folder / "perimeter.geojson", [box(2.3, 48.85, 2.301, 48.851, id="p")])
    fleet = f"fleet = {draw.randint(1, 2)}\n" if draw.random() < 0.3 else ""
    (folder / "plan.toml").write_text(
        f'name = "sealed"\ncrs = "EPSG:2154"\nbudget = {{ amount = {draw.randint(2, 24)} }}\n'
        '[layers]\nsites = "sites.geojson"\ndemand = "demand.geojson"\nways = "ways.geojson"\n'
        'perimeter = "perimeter.geojson"\n'
        f"[resources.gate]\nwalk_limit_min = 1\nvalue = {draw.choice([0, 2])}\nunit_cost = 1\n"
        f"{fleet}[resources.patrol]\nwalk_limit_min = 0.5\nvalue = 1\nunit_cost = 1\n"
        f"[sealed]\nresources = {draw.choice([['gate'], ['gate'], ['gate', 'patrol']])}\n"
        f"within_m = {draw.choice([10, 16])}\n".replace("'", '"'),
        encoding="utf-8",
    )
    return folder / "plan.toml"


@dataclass(frozen=True)
class Choice:
    """One choice of posts and barriers that keeps every rule."""

    posts: tuple[str, ...]
    objective: float
    cost: float


def every_choice(plan: Plan, folder: Path) -> list[Choice]:
    """Try all choices of posts and barriers, by what was written; the best objective first."""
    problem, pace = plan.problem, plan.settings.walking.speed_m_s / 1.3
    rule = plan.settings.sealed
    assert rule is not None
    xy = dict(zip(problem.sites.id, problem.sites.xy.tolist(), strict=True))
    sites = {one["properties"]["id"]: one["properties"] for one in _read(folder / "sites.geojson")}
    drawn = [one["properties"] for one in _read(folder / "ways.geojson")]
    middle = {shape.id: shape.xy for shape in plan.ways}
    kinds = {kind.id: kind for kind in problem.resources}
    posts = [
        (site, kind)
        for site, facts in sites.items()
        for kind in facts["resources"]
        if facts.get(f"status_{kind}") != "excluded"
    ]
    fences = [way for way in drawn if way["kind"] != "gate"]
    found = []
    for chosen in _subsets(posts):
        worth, fleet_kept = 0.0, True
        for name, kind in kinds.items():
            mine = [site for site, other in chosen if other == name]
            fleet_kept &= kind.fleet is None or len(mine) <= kind.fleet
            worth += kind.value * sum(
                float(people)
                for place, people in zip(problem.demand.xy, problem.demand.people, strict=True)
                if any(math.dist(xy[s], place) / pace <= kind.walk_limit_s + 1e-6 for s in mine)
            )
        if not fleet_kept:
            continue
        price = sum(sites[site]["open_cost"] + 1 for site, _ in chosen)
        shut = {
            way["id"]
            for way in drawn
            for site, kind in chosen
            if kind in rule.resources
            and sites[site]["level"] == int(way.get("level", 0))
            and _metres(middle[way["id"]], xy[site]) <= rule.within_m
        }
        for barriers in _subsets(fences):
            if shut | {way["id"] for way in barriers} != {way["id"] for way in drawn}:
                continue
            cost = price + sum(way["price"] for way in barriers)
            if cost <= problem.budget:
                names = [f"{site}/{kind}" for site, kind in chosen]
                names += [
                    f"{way['id']}/{(way['kind'] or 'barrier').replace(' ', '_')}"
                    for way in barriers
                ]
                found.append(Choice(tuple(sorted(names)), worth, cost))
    return sorted(found, key=lambda one: (-one.objective, one.cost, one.posts))


def _subsets(items: Sequence[Any]) -> itertools.chain[tuple[Any, ...]]:
    return itertools.chain.from_iterable(
        itertools.combinations(items, size) for size in range(len(items) + 1)
    )


def _read(path: Path) -> list[Feature]:
    features: list[Feature] = json.loads(path.read_text(encoding="utf-8"))["features"]
    return features


def _metres(way: Any, place: Sequence[float]) -> float:
    """How far a place lies from a way of two corners, by plain geometry."""
    (ax, ay), (bx, by) = way.coords
    along = ((place[0] - ax) * (bx - ax) + (place[1] - ay) * (by - ay)) / math.dist(
        (ax, ay), (bx, by)
    ) ** 2
    part = min(1.0, max(0.0, along))
    return math.dist(place, (ax + part * (bx - ax), ay + part * (by - ay)))
