"""Small random plans of every rule, and the one right answer to each by trying every choice."""

import itertools
import math
import random
from pathlib import Path
from typing import Any

import numpy as np

from placement.plan.problem import Plan

WEST, SOUTH = 2.3000, 48.8500


def write_random_plan(folder: Path, seed: int) -> Path:
    """Write a plan of up to 6 sites and 12 demand points, walked in straight lines."""
    draw = random.Random(seed)
    kinds = draw.sample(["checkpoint", "dog_team", "first_aid"], draw.choice([1, 2, 2, 3]))
    sites = draw.randint(1, 6 if len(kinds) < 3 else 4)
    lines = ["id,name,lon,lat,resources,status,open_cost," + ",".join(f"status_{k}" for k in kinds)]
    for n in range(sites):
        allowed = ",".join(sorted(draw.sample(kinds, draw.randint(1, len(kinds)))))
        status = draw.choices(["optional", "required", "excluded"], [14, 1, 1])[0]
        own = [draw.choices(["", "optional", "excluded"], [9, 1, 1])[0] for _ in kinds]
        price = draw.choice(["", "0", str(draw.randint(1, 9))])
        lon, lat = _place(draw)
        lines.append(f'S{n},Site {n},{lon},{lat},"{allowed}",{status},{price},{",".join(own)}')
    (folder / "sites.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    lines = ["id,lon,lat,people,zone,priority"]
    for n in range(draw.randint(1, 12)):
        lon, lat = _place(draw)
        priority = draw.choice([1, 1, 1, 2, 0.5])
        lines.append(f"D{n},{lon},{lat},{draw.choice([0, 1, 5, 10, 10, 250])},Z{n % 2},{priority}")
    (folder / "demand.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    text = [
        'name = "random"',
        'crs = "EPSG:2154"',
        f'budget = {{ amount = {draw.randint(0, 30)}, unit = "officers" }}',
        'layers = { sites = "sites.csv", demand = "demand.csv" }',
    ]
    for kind in kinds:
        least = draw.randint(1, 3)
        text += [
            f"[resources.{kind}]",
            f"walk_limit_min = {draw.choice([1, 2, 4, 6])}",
            f'walkers = "{draw.choice(["people", "team"])}"',
            f"value = {draw.choice([1, 2, 0.5])}",
            f"open_cost = {draw.choice([0, 2, 5])}",
            f"unit_cost = {draw.choice([0, 1, 2.5])}",
            f"min_units = {least}",
            f"max_units = {least + draw.randint(0, 2)}",
        ]
        if draw.random() < 0.3:
            text.append(f"fleet = {draw.randint(1, 6)}")
        if draw.random() < 0.3:
            text.append(f"posts = {draw.randint(1, 3)}")
        others = [other for other in kinds if other != kind]
        if others and draw.random() < 0.4:
            walk = draw.choice([0.5, 1, 3])
            text.append(f'near = {{ resource = "{draw.choice(others)}", walk_min = {walk} }}')
    (folder / "plan.toml").write_text("\n".join(text) + "\n", encoding="utf-8")
    return folder / "plan.toml"


def _place(draw: random.Random) -> tuple[str, str]:
    # a coarse grid, so that many walks and many plans are equal
    return f"{WEST + draw.randint(0, 6) * 0.001:.6f}", f"{SOUTH + draw.randint(0, 4) * 0.001:.6f}"


def the_answer(plan: Plan) -> tuple[float, tuple[str, ...]] | None:
    """Return the objective and the posts of the one right solution, or None if there is none."""
    problem, walking = plan.problem, plan.settings.walking
    sites, demand = problem.sites, problem.demand
    pace = walking.speed_m_s / walking.detour_factor
    columns = [
        (n, k)
        for n in range(len(sites))
        for k in range(len(problem.resources))
        if sites.allowed[n, k] and sites.status[n, k] != 2
    ]
    must = {(n, k) for n, k in np.argwhere(sites.allowed & (sites.status == 1)).tolist()}

    def seconds(a: Any, b: Any) -> float:
        return math.dist(a, b) / pace

    best: tuple[Any, ...] | None = None
    for size in range(len(columns) + 1):
        for chosen in itertools.combinations(columns, size):
            if not must <= set(chosen):
                continue
            cost = 0.0
            for n, k in chosen:
                cost += sites.open_cost[n, k] + sites.unit_cost[n, k] * sites.min_units[n, k]
            if cost > problem.budget + 1e-9 or not _allowed(problem, chosen, seconds):
                continue
            worth, walk = [], 0.0
            for k, kind in enumerate(problem.resources):
                for i in range(len(demand)):
                    value = kind.value * demand.people[i] * demand.priority[i]
                    times = [
                        seconds(demand.xy[i], sites.xy[n]) for n, other in chosen if other == k
                    ]
                    nearest = min(times, default=math.inf)
                    if nearest <= kind.walk_limit_s * (1 + 1e-9):
                        worth.append(value)
                        walk += value * min(round(nearest), round(kind.walk_limit_s))
                    else:
                        walk += value * round(kind.walk_limit_s)
            lowest = tuple(column not in chosen for column in columns)
            key = (-round(math.fsum(worth), 6), round(walk, 3), round(cost, 6), size, lowest)
            if best is None or key < best[0]:
                best = (key, chosen)
    if best is None:
        return None
    posts = sorted(f"{sites.id[n]}/{problem.resources[k].id}" for n, k in best[1])
    return -best[0][0], tuple(posts)


def _allowed(problem: Any, chosen: Any, seconds: Any) -> bool:
    sites = problem.sites
    for k, kind in enumerate(problem.resources):
        mine = [n for n, other in chosen if other == k]
        if kind.posts is not None and len(mine) > kind.posts:
            return False
        if kind.fleet is not None and sum(sites.min_units[n, k] for n in mine) > kind.fleet:
            return False
        if kind.near is not None:
            partner = problem.resource_index(kind.near.resource)
            others = [n for n, other in chosen if other == partner]
            for n in mine:
                if not any(
                    seconds(sites.xy[m], sites.xy[n]) <= kind.near.walk_s * (1 + 1e-9)
                    for m in others
                ):
                    return False
    return True
