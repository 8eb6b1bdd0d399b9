"""Random days in the drawn town, and the right answer to each: every choice, each period alone.

A period alone is a plan without ``[[periods]]``, with the period's people for its own, the closures
that hold then closed all day, and one-way streets turned round where its people leave.
"""

import itertools
import json
import math
import random
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import placement
from placement.cover.survey import survey
from placement.plan.problem import Plan
from tests.builders import Feature, box, point, streets, write_geojson, write_plan

BRIDGE, STREET = "Pont Dessiné", "Rue 1 north"
ONE_WAY = ("parallel-1", "parallel-2", "meridian-3-north", "bridge")


@dataclass(frozen=True)
class Part:
    """A period as it was drawn."""

    name: str
    begins: int
    ends: int
    out: tuple[str, ...]
    weight: float
    layers: Mapping[str, list[Feature]]


@dataclass(frozen=True)
class Day:
    """A plan with periods, and what the plan of each alone is made of."""

    folder: Path
    parts: tuple[Part, ...]
    shut: Mapping[str, tuple[int, int]]
    ground: list[Feature]
    budget: int
    serves: Mapping[str, tuple[str, ...]]

    def write(self, *, order: int = 0) -> Path:
        """Write it; another `order` shuffles tables and rows."""
        draw = random.Random(order)
        parts = list(self.parts)
        if order:
            draw.shuffle(parts)
        text = "".join(
            f'[[closures]]\nstreet = "{name}"\nbegins = "{clock(hours[0])}"\n'
            f'ends = "{clock(hours[1])}"\n'
            for name, hours in self.shut.items()
        )
        for part in parts:
            text += f'[[periods]]\nname = "{part.name}"\nbegins = "{clock(part.begins)}"\n'
            text += f'ends = "{clock(part.ends)}"\nweight = {part.weight}\n'
            turned = ", ".join(f'{name} = "out"' for name in part.out)
            text += f"directions = {{ {turned} }}\n"
            files = {layer: f"{part.name}-{layer}.geojson" for layer in part.layers}
            named = ", ".join(f'{layer} = "{file}"' for layer, file in files.items())
            text += f"layers = {{ {named} }}\n" if files else ""
        plan = write_plan(
            self.folder,
            layers={"streets": self.ground},
            replace=self._settings(),
            extra=text,
            shuffle=order or None,
        )
        for part in self.parts:
            for layer, rows in part.layers.items():
                mine = draw.sample(rows, len(rows)) if order else rows
                write_geojson(self.folder / f"{part.name}-{layer}.geojson", mine)
        return plan

    def alone(self, part: Part, folder: Path) -> dict[str, Plan]:
        """Return by resource the plan of one period by itself, as that resource is walked to."""
        found = {}
        for name in ("checkpoint", "dog_team"):
            ground = json.loads(json.dumps(self.ground))
            for way in ground if name in part.out else ():
                if way["properties"].get("oneway"):
                    way["geometry"]["coordinates"].reverse()
            people: dict[str, Any] = {"demand": None, "areas": None} if part.layers else {}
            closed = [
                street
                for street, (begins, ends) in self.shut.items()
                if any(begins <= minute % 1440 < ends for minute in range(part.begins, part.ends))
            ]
            extra = "".join(f'[[closures]]\nstreet = "{street}"\n' for street in closed)
            file = write_plan(
                folder / part.name / name,
                layers={"streets": ground, **people, **part.layers},
                extra=extra,
            )
            plan = placement.load_plan(file)
            walkers = plan.problem.resources[plan.problem.resource_index(name)].walkers.value
            assert walkers == ("people" if name == "checkpoint" else "team")
            found[name] = plan
        return found

    def _settings(self) -> dict[str, str]:
        changed = {"amount = 40": f"amount = {self.budget}"}
        for name, periods in self.serves.items():
            listed = ", ".join(f'"{one}"' for one in periods)
            head = f"[resources.{name}]\n"
            changed[head] = f"{head}periods = [{listed}]\n"
        return changed


def clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def draw_day(folder: Path, seed: int) -> Day:
    """Draw a plan of one to three periods."""
    draw = random.Random(f"day {seed}")
    ground = streets()
    for way in ground:
        if way["properties"]["id"] in ONE_WAY and draw.random() < 0.5:
            way["properties"]["oneway"] = "yes"
    names = draw.sample(["arrive", "event", "leave", "night"], draw.randint(1, 3))
    at, parts = draw.randrange(14 * 60, 17 * 60), []
    for name in names:
        begins = at + draw.choice([0, 0, 45])
        at = begins + draw.choice([30, 90, 240])
        kinds = ("checkpoint", "dog_team")
        out = tuple(one for one in kinds if draw.random() < 0.4)
        layers: dict[str, list[Feature]] = {}
        if draw.random() < 0.8:
            layers["demand"] = _people(draw)
        if draw.random() < 0.3:
            west = draw.choice([2.3464, 2.3508])
            layers["areas"] = [
                box(west, 48.85155, west + 0.0012, 48.85185, id="box", people=draw.randint(1, 400))
            ]
        parts.append(Part(name, begins, at, out, draw.choice([1, 1, 0.5, 3]), layers))
    shut = {}
    for street in (BRIDGE, STREET):
        if draw.random() < 0.6:
            begins = draw.randrange(13 * 60, 20 * 60)
            shut[street] = begins, begins + draw.choice([20, 200])
    serves = {"dog_team": tuple(draw.sample(names, 1))} if draw.random() < 0.3 else {}
    return Day(folder, tuple(parts), shut, ground, draw.choice([15, 30, 45]), serves)


def _people(draw: random.Random) -> list[Feature]:
    north, south = 48.8515, 48.8485
    return [
        point(
            2.346 + draw.randint(0, 16) * 0.0005,
            draw.choice([north, south, 48.8530]),
            id=f"p{number}",
            people=draw.choice([10, 80, 250]),
            zone=draw.choice(["a", "b"]),
            priority=draw.choice([1, 1, 2]),
        )
        for number in range(draw.randint(1, 7))
    ]


def right_answer(day: Day, folder: Path) -> tuple[float, dict[str, dict[str, float]]]:
    """Return the most worth of any choice of posts, and who is covered by it in each period.

    Costs, fleets and the need of a checkpoint nearby are those of the plan; the last is told by
    walks on the streets as the plan has them, with all closures at once.
    """
    whole = placement.load_plan(day.folder)
    problem = whole.problem
    tables = {part.name: _tables(day.alone(part, folder)) for part in day.parts}
    sites = problem.sites
    posts = [
        (site, kind)
        for site, kind in np.argwhere(sites.allowed).tolist()
        if sites.status[site, kind] != 2
    ]
    near = survey(whole).near["dog_team"].toarray() > 0
    near |= np.eye(len(sites), dtype=bool)
    best: tuple[float, dict[str, dict[str, float]]] = (-1.0, {})
    for size in range(len(posts) + 1):
        for chosen in itertools.combinations(posts, size):
            if not _keeps(problem, chosen, near):
                continue
            worth, covered = _worth(day, problem, tables, chosen)
            if worth > best[0] + 1e-6:
                best = worth, covered
    return best


def _tables(plans: Mapping[str, Plan]) -> dict[str, Any]:
    """Return by resource whom each site reaches, with their people and priority."""
    found = {}
    for name, plan in plans.items():
        table = survey(plan).walk[name].tocoo()
        reach = np.zeros((len(plan.problem.sites), len(plan.problem.demand)), dtype=bool)
        reach[table.col, table.row] = True
        found[name] = reach, plan.problem.demand.people, plan.problem.demand.priority
    return found


def _keeps(problem: Any, chosen: Any, near: Any) -> bool:
    sites = problem.sites
    cost = sum(
        sites.open_cost[post] + sites.unit_cost[post] * sites.min_units[post] for post in chosen
    )
    dogs = [site for site, kind in chosen if problem.resources[kind].id == "dog_team"]
    gates = [site for site, kind in chosen if problem.resources[kind].id == "checkpoint"]
    if cost > problem.budget + 1e-9 or len(dogs) > 2:
        return False
    return all(any(near[dog, gate] for gate in gates) for dog in dogs)


def _worth(
    day: Day, problem: Any, tables: Any, chosen: Any
) -> tuple[float, dict[str, dict[str, float]]]:
    worth, covered = [], {}
    for part in day.parts:
        mine: dict[str, float] = {}
        for kind, resource in enumerate(problem.resources):
            if part.name not in day.serves.get(resource.id, [part.name]):
                continue
            reach, people, priority = tables[part.name][resource.id]
            open_ = [site for site, one in chosen if one == kind]
            met = reach[open_].any(axis=0)
            mine[resource.id] = math.fsum(people[met])
            worth.append(resource.value * part.weight * math.fsum((people * priority)[met]))
        covered[part.name] = mine
    return math.fsum(worth), covered


def laned_day(folder: Path, *, late_h: int = 0) -> Plan:
    """Write a day whose gates have lanes, which open while people come: so many hours later."""
    cases = Path(__file__).parent / "cases/plans"
    text = (cases / "lanes/plan.toml").read_text(encoding="utf-8").replace('"../town/', '"')
    for name, period in (("checkpoint", "arrive"), ("dog_team", "leave")):
        head = f"[resources.{name}]\n"
        text = text.replace(head, f'{head}periods = ["{period}"]\n')
    shutil.copytree(cases / "town", folder)
    write_geojson(folder / "late.geojson", [point(2.3501, 48.8515, id="late", people=500)])
    text += """
[[floors]]
zone = "north"
resource = "checkpoint"
share = 0.1

[[periods]]
name = "arrive"
begins = "15:00"
ends = "17:30"

[[periods]]
name = "leave"
begins = "22:00"
ends = "24:00"
direction = "out"
layers = { demand = "late.geojson" }
"""
    for hour in (24, 22, 17, 15):
        text = text.replace(f'"{hour}:', f'"{hour + late_h}:')
    (folder / "plan.toml").write_text(text, encoding="utf-8")
    return placement.load_plan(folder)
