"""Small plans with everything a choice can break, and every choice that breaks nothing."""

import itertools
import math
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from placement.plan.problem import Plan


def write_small_plan(folder: Path, seed: int) -> Path:
    """Write a plan of up to 5 sites, 2 resources and 10 demand points, walked in straight lines."""
    folder.mkdir(parents=True, exist_ok=True)
    draw = random.Random(f"small {seed}")

    def place() -> str:
        return f"{2.3 + draw.randint(0, 6) * 0.001:.4f},{48.85 + draw.randint(0, 4) * 0.001:.4f}"

    kinds = ["gate", "patrol"][: draw.choice([1, 2, 2])]
    rows = ["id,lon,lat,resources,open_cost,status_gate"]
    for n in range(draw.randint(2, 5)):
        allowed = " ".join(draw.sample(kinds, draw.randint(1, len(kinds)))).replace(" ", ",")
        status = draw.choices(["", "required", "excluded"], [10, 1, 1])[0]
        if "gate" not in allowed:
            status = ""
        rows.append(f'S{n},{place()},"{allowed}",{draw.randint(1, 9)},{status}')
    (folder / "sites.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    rows = ["id,lon,lat,people,priority"]
    rows += [
        f"D{n},{place()},{draw.choice([1, 5, 10, 25])},{draw.choice([1, 1, 2])}"
        for n in range(draw.randint(2, 10))
    ]
    (folder / "demand.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    text = [
        'name = "small"',
        'crs = "EPSG:2154"',
        f'budget = {{ amount = {draw.randint(4, 25)}, unit = "officers" }}',
        'layers = { sites = "sites.csv", demand = "demand.csv" }',
    ]
    for kind in kinds:
        text += [
            f"[resources.{kind}]",
            f"walk_limit_min = {draw.choice([2, 4, 6])}",
            f"value = {draw.choice([1, 2, 0] if kind == 'patrol' else [1, 2])}",
            f"unit_cost = {draw.choice([0, 1, 2])}",
        ]
        if draw.random() < 0.3:
            text.append(f"fleet = {draw.randint(1, 4)}")
        if draw.random() < 0.2:
            text.append(f"posts = {draw.randint(1, 3)}")
        if kind == "patrol" and draw.random() < 0.6:
            text.append(f'near = {{ resource = "gate", walk_min = {draw.choice([0.5, 2, 4])} }}')
    (folder / "plan.toml").write_text("\n".join(text) + "\n", encoding="utf-8")
    return folder / "plan.toml"


@dataclass(frozen=True)
class Choice:
    """One choice of posts that breaks no rule but maybe the budget."""

    posts: tuple[str, ...]
    cost: float
    objective: float
    people: dict[str, float]


def every_choice(plan: Plan) -> list[Choice]:
    """Try all choices of posts; return those that keep every rule, whatever they cost."""
    problem, walking = plan.problem, plan.settings.walking
    sites, demand = problem.sites, problem.demand
    pace = walking.speed_m_s / walking.detour_factor

    def within(a: np.ndarray, b: np.ndarray, limit_s: float) -> bool:
        return math.dist(a, b) / pace <= limit_s * (1 + 1e-9)

    columns = [(n, k) for n, k in np.argwhere(sites.allowed).tolist() if sites.status[n, k] != 2]
    must = {(n, k) for n, k in columns if sites.status[n, k] == 1}
    found = []
    for size in range(len(columns) + 1):
        for chosen in itertools.combinations(columns, size):
            if not must <= set(chosen):
                continue
            people, objective, kept = {}, 0.0, True
            for k, kind in enumerate(problem.resources):
                mine = [n for n, other in chosen if other == k]
                units = sum(sites.min_units[n, k] for n in mine)
                kept &= kind.posts is None or len(mine) <= kind.posts
                kept &= kind.fleet is None or units <= kind.fleet
                if kind.near is not None:
                    partner = problem.resource_index(kind.near.resource)
                    others = [n for n, other in chosen if other == partner]
                    kept &= all(
                        any(within(sites.xy[m], sites.xy[n], kind.near.walk_s) for m in others)
                        for n in mine
                    )
                met = [
                    any(within(demand.xy[i], sites.xy[n], kind.walk_limit_s) for n in mine)
                    for i in range(len(demand))
                ]
                people[kind.id] = float(demand.people[met].sum())
                objective += kind.value * float((demand.people * demand.priority)[met].sum())
            if kept:
                cost = sum(
                    sites.open_cost[n, k] + sites.unit_cost[n, k] * sites.min_units[n, k]
                    for n, k in chosen
                )
                names = tuple(sorted(f"{sites.id[n]}/{problem.resources[k].id}" for n, k in chosen))
                found.append(Choice(names, float(cost), objective, people))
    return found
