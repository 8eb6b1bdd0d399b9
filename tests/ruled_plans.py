"""Small random plans that mix every rule of the planning model, and the right answer to each.

The answer is found by trying every choice of posts and units, from what was drawn rather than from
the problem that was read; only positions in metres are taken from the loaded plan.
"""

import itertools
import json
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from placement.plan.problem import Plan
from placement.solution import Post, Solution, Status
from tests.ticket_zones import enters

WEST, SOUTH = 2.3000, 48.8500
_EPS = 1e-9


@dataclass
class Drawn:
    """A plan as drawn: the numbers that are written into its files, and the wishes of a run."""

    kinds: dict[str, dict[str, Any]] = field(default_factory=dict)
    sites: list[dict[str, Any]] = field(default_factory=list)
    demand: list[dict[str, Any]] = field(default_factory=list)
    floors: list[dict[str, Any]] = field(default_factory=list)
    groups: list[dict[str, Any]] = field(default_factory=list)
    zones: list[dict[str, Any]] = field(default_factory=list)
    budget: int = 0
    lock: list[str] = field(default_factory=list)
    forbid: list[str] = field(default_factory=list)
    baseline: list[str] | None = None
    most: int | None = None
    price: float = 0.0

    @property
    def posts(self) -> list[str]:
        """Every candidate post, in order."""
        return [f"{s['id']}/{k}" for s in self.sites for k in sorted(self.kinds) if k in s["may"]]

    def wishes(self) -> dict[str, Any]:
        """The options of the run."""
        options: dict[str, Any] = {"lock": self.lock, "forbid": self.forbid}
        if self.baseline is not None:
            options["baseline"] = _solution(self.baseline)
            options["max_changes"] = self.most
            options["change_price"] = self.price
        return options


def _solution(posts: list[str]) -> Solution:
    listed = tuple(
        Post(site=p.split("/")[0], name="", resource=p.split("/")[1], units=1, cost=0.0,
             covered=0.0, only=0.0, lon=WEST, lat=SOUTH)
        for p in sorted(posts)
    )  # fmt: skip
    return Solution(
        plan="ruled", budget=0.0, budget_unit="officers", cost=0.0, status=Status.OPTIMAL,
        objective=0.0, bound=0.0, gap=0.0, coverage={}, walking="straight line", posts_list=listed,
    )  # fmt: skip


def draw_plan(seed: int) -> Drawn:
    """Draw a plan of up to 5 sites and 9 demand points."""
    draw = random.Random(f"ruled {seed}")
    drawn = Drawn(budget=draw.randint(6, 26))
    names = draw.sample(["checkpoint", "dog_team"], draw.choice([1, 2, 2]))
    for n in range(draw.randint(2, 5 if len(names) == 1 else 4)):
        may = sorted(draw.sample(names, draw.randint(1, len(names))))
        status = draw.choices(["optional", "required", "excluded"], [16, 1, 1])[0]
        drawn.sites.append({"id": f"S{n}", "at": _place(draw), "may": may, "status": status})
    for name in names:
        drawn.kinds[name] = _kind(draw, names, name)
    slow = draw.random() < 0.4
    tiers = draw.random() < 0.25
    for n in range(draw.randint(2, 9)):
        people = draw.choice([0, 1, 5, 10, 10, 30, 250])
        share = draw.choice([0, 0, 0.2, 0.5, 1]) if slow else 0
        drawn.demand.append({
            "id": f"D{n}", "at": _place(draw), "people": people, "zone": f"Z{n % 2}",
            "priority": draw.choice([1, 1, 1, 2, 0.5]), "tier": draw.choice([1, 2]) if tiers else 1,
            "step_free": share,
        })  # fmt: skip
    _rules(draw, drawn, names)
    _wishes(draw, drawn, tiers=len({one["tier"] for one in drawn.demand}) > 1)
    return drawn


def _kind(draw: random.Random, names: list[str], name: str) -> dict[str, Any]:
    least = draw.choice([1, 1, 1, 1, 2])
    kind: dict[str, Any] = {
        "walk_limit_min": draw.choice([2, 4, 6, 8]),
        "walkers": draw.choice(["people", "people", "team"]),
        "value": draw.choice([1, 2, 0.5, 0]) if name == "dog_team" else draw.choice([1, 2]),
        "open_cost": draw.choice([0, 2, 5]),
        "unit_cost": draw.choice([0.5, 1, 2]),
        "min_units": least,
        "max_units": least + draw.randint(0, 2),
    }
    for key, chance, values in (
        ("fleet", 0.25, [2, 3, 5]),
        ("posts", 0.2, [1, 2, 3]),
        ("separation_m", 0.15, [80, 150, 300]),
        ("separation_min", 0.15, [1, 2.5]),
    ):
        if draw.random() < chance:
            kind[key] = draw.choice(values)
    others = [other for other in names if other != name]
    if others and draw.random() < 0.3:
        kind["near"] = {"resource": others[0], "walk_min": draw.choice([0.5, 1, 3])}
    if draw.random() < 0.25:
        kind["unavailable"] = draw.choice([0.5, 0.25, 0.3])
        kind["counted_units"] = draw.choice([1, 2, 3])
    elif draw.random() < 0.35:
        where = draw.choice([{"zones": "*"}, {"zones": ["Z0"]}, {"points": ["D0", "D1"]}])
        worth = draw.choice([{"worth": 0.5}, {"worth": 0.25}, {"share": 0.1, "worth": 0.5}])
        kind["backup"] = {**where, **worth}
    return kind


def _rules(draw: random.Random, drawn: Drawn, names: list[str]) -> None:
    if draw.random() < 0.4:
        zone = draw.choice([{"zone": "Z0"}, {"zone": "*"}, {"zones": ["Z0", "Z1"]}])
        share = draw.choice([0.01, 0.1, 0.25, 0.5])
        drawn.floors.append({**zone, "resource": draw.choice(names), "share": share})
    if any(one["step_free"] * one["people"] for one in drawn.demand) and draw.random() < 0.5:
        drawn.floors.append(
            {"zone": "*", "resource": draw.choice(names), "share": 0.05, "step_free": True}
        )
    for n in range(draw.choice([0, 0, 1, 2])):
        size = draw.randint(1, len(drawn.sites))
        sites = sorted(draw.sample([one["id"] for one in drawn.sites], size))
        group: dict[str, Any] = {"name": f"G{n}", "sites": sites}
        if draw.random() < 0.4:
            group["resource"] = draw.choice(names)
        if draw.random() < 0.4:
            group["most"] = 2
        drawn.groups.append(group)


def _wishes(draw: random.Random, drawn: Drawn, *, tiers: bool) -> None:
    candidates = drawn.posts
    if draw.random() < 0.15:
        drawn.lock = [draw.choice(candidates)]
    if draw.random() < 0.15:
        drawn.forbid = [one for one in [draw.choice(candidates)] if one not in drawn.lock]
    if draw.random() < 0.3:
        drawn.baseline = sorted(draw.sample(candidates, draw.randint(1, min(3, len(candidates)))))
        if draw.random() < 0.2:
            drawn.baseline = sorted([*drawn.baseline, "S9/checkpoint"])  # there is no such site
        if draw.random() < 0.8:
            drawn.most = draw.randint(1, 4)
        if not tiers and draw.random() < 0.5:
            drawn.price = draw.choice([1.0, 20.0])


def _place(draw: random.Random) -> tuple[float, float]:
    # a coarse grid, so that many walks and many plans are equal
    return round(WEST + draw.randint(0, 5) * 0.001, 6), round(SOUTH + draw.randint(0, 3) * 0.001, 6)


def write_ruled_plan(folder: Path, drawn: Drawn) -> Path:
    """Write a drawn plan."""
    lines = ["id,lon,lat,resources,status"]
    for one in drawn.sites:
        lon, lat = one["at"]
        lines.append(f'{one["id"]},{lon},{lat},"{",".join(one["may"])}",{one["status"]}')
    (folder / "sites.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    keys = ("people", "zone", "priority", "tier", "step_free")
    lines = ["id,lon,lat," + ",".join(keys)]
    for one in drawn.demand:
        lon, lat = one["at"]
        lines.append(f"{one['id']},{lon},{lat}," + ",".join(str(one[key]) for key in keys))
    (folder / "demand.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    text = [
        'name = "ruled"',
        'crs = "EPSG:2154"',
        f'budget = {{ amount = {drawn.budget}, unit = "officers" }}',
        'layers = { sites = "sites.csv", demand = "demand.csv" }',
    ]
    for name, kind in drawn.kinds.items():
        text += [f"[resources.{name}]", *_toml(kind)]
    for table, rules in (
        ("floors", drawn.floors), ("groups", drawn.groups), ("zones", drawn.zones),
    ):  # fmt: skip
        for rule in rules:
            text += [f"[[{table}]]", *_toml(rule)]
    path = folder / "plan.toml"
    path.write_text("\n".join(text) + "\n", encoding="utf-8")
    return path


def _toml(table: dict[str, Any]) -> list[str]:
    def value(given: Any) -> str:
        if isinstance(given, dict):
            return "{ " + ", ".join(f"{key} = {value(one)}" for key, one in given.items()) + " }"
        return json.dumps(given)

    return [f"{key} = {value(given)}" for key, given in table.items()]


@dataclass(frozen=True)
class Answer:
    """The one right solution."""

    objective: float
    tiers: tuple[float, ...]
    units: dict[str, int]


class _Town:
    """Walks and people of a drawn plan, measured for the oracle alone."""

    def __init__(self, drawn: Drawn, plan: Plan) -> None:
        self.drawn = drawn
        walking = plan.settings.walking
        here = dict(zip(plan.problem.sites.id, plan.problem.sites.xy.tolist(), strict=True))
        there = dict(zip(plan.problem.demand.id, plan.problem.demand.xy.tolist(), strict=True))
        self.xy = here
        self.pace = walking.speed_m_s / walking.detour_factor
        slow_pace = walking.step_free_speed_m_s / walking.detour_factor
        self.people: list[dict[str, Any]] = []
        for one in drawn.demand:
            slow = one["people"] * one["step_free"]
            at = there.get(one["id"]) or there[one["id"] + "~step-free"]
            for many, is_slow in ((one["people"] - slow, False), (slow, True)):
                if many:
                    walks = {
                        f"{s}/{k}": math.dist(at, xy)
                        / (slow_pace if is_slow and kind["walkers"] == "people" else self.pace)
                        for s, xy in here.items()
                        for k, kind in drawn.kinds.items()
                    }
                    self.people.append({**one, "people": many, "slow": is_slow, "walks": walks})

    def reached(
        self, kind: str, posts: dict[str, int]
    ) -> Iterator[tuple[dict[str, Any], list[str]]]:
        """Each group of people with the open posts of a resource within its limit."""
        limit = self.drawn.kinds[kind]["walk_limit_min"] * 60 * (1 + _EPS)
        mine = [post for post in posts if post.endswith("/" + kind)]
        for one in self.people:
            yield (
                one,
                [
                    post
                    for post in mine
                    if one["walks"][post] <= limit
                    and enters(self.drawn.zones, kind, post.split("/")[0], one["zone"])
                ],
            )


def _options(drawn: Drawn) -> list[list[int]]:
    """The units each candidate may have: 0 where it may stay closed."""
    options = []
    status = {one["id"]: one["status"] for one in drawn.sites}
    for post in drawn.posts:
        site, name = post.split("/")
        kind = drawn.kinds[name]
        least, most = kind["min_units"], kind["max_units"]
        useful = [least]
        if kind.get("unavailable"):
            useful = list(range(least, max(least, min(most, kind["counted_units"])) + 1))
        must = status[site] == "required" or post in drawn.lock
        never = status[site] == "excluded" or post in drawn.forbid
        options.append(([] if must else [0]) + ([] if never else useful))
    return options


def worth_by_night(
    drawn: Drawn, plan: Plan, nights: list[dict[str, int]]
) -> Iterator[tuple[dict[str, int], list[float]]]:
    """Every plan that keeps the rules, with any units, and what it is worth night by night.

    A night says how many units each post needs for one of them to be there.
    """
    town = _Town(drawn, plan)
    kinds = drawn.kinds
    # any number of units may be of use
    every = {
        name: {**kind, "unavailable": 0.5, "counted_units": kind["max_units"]}
        for name, kind in kinds.items()
    }
    wide = replace(drawn, kinds=every)
    for units in itertools.product(*_options(wide)):
        posts = {post: n for post, n in zip(drawn.posts, units, strict=True) if n}
        cost = sum(
            kinds[post.split("/")[1]]["open_cost"] + kinds[post.split("/")[1]]["unit_cost"] * n
            for post, n in posts.items()
        )
        if cost > drawn.budget + _EPS or not _keeps_rules(town, posts):
            continue
        reached = {name: list(town.reached(name, posts)) for name in kinds}
        yield (
            posts,
            [
                math.fsum(
                    kinds[name]["value"] * one["people"] * one["priority"]
                    for name, groups in reached.items()
                    for one, near in groups
                    if any(posts[post] >= night[post] for post in near)
                )
                for night in nights
            ],
        )


def right_answer(drawn: Drawn, plan: Plan) -> Answer | None:
    """Try everything; None where no choice keeps every rule."""
    town = _Town(drawn, plan)
    names = drawn.posts
    best: tuple[Any, Answer] | None = None
    for units in itertools.product(*_options(drawn)):
        posts = {post: n for post, n in zip(names, units, strict=True) if n}
        cost = 0.0
        for post, n in posts.items():
            kind = drawn.kinds[post.split("/")[1]]
            cost += kind["open_cost"] + kind["unit_cost"] * n
        if cost > drawn.budget + _EPS or not _keeps_rules(town, posts):
            continue
        tiers, walk = _worth(town, posts)
        changes = 0 if drawn.baseline is None else len(set(drawn.baseline) ^ set(posts))
        worth = tuple(round(value - drawn.price * changes, 6) for value in tiers)
        steps = [_steps(drawn, post, posts.get(post, 0)) for post in names]
        lowest = tuple(not taken for one in steps for taken in one)
        key = (
            tuple(-value for value in worth),
            round(walk, 3),
            round(cost, 6),
            sum(sum(one) for one in steps),
            lowest,
        )
        if best is None or key < best[0]:
            best = (key, Answer(math.fsum(worth), worth, posts))
    return None if best is None else best[1]


def _steps(drawn: Drawn, post: str, units: int) -> list[bool]:
    """What is decided about a post, one thing after the other: that it opens, and further units."""
    kind = drawn.kinds[post.split("/")[1]]
    if not kind.get("unavailable"):
        return [units > 0]
    least, counted = kind["min_units"], kind["counted_units"]
    tied = min(least, counted)
    most = max(tied, min(kind["max_units"], counted))
    beyond = least - tied
    return [units - beyond > n for n in range(most)]


def _worth(town: _Town, posts: dict[str, int]) -> tuple[list[float], float]:
    """What is covered, by tier, and the walk of everyone."""
    drawn = town.drawn
    tiers = sorted({one["tier"] for one in drawn.demand})
    found: dict[int, list[float]] = {tier: [] for tier in tiers}
    walk = 0.0
    for name, kind in drawn.kinds.items():
        limit = round(kind["walk_limit_min"] * 60)
        q, backup = kind.get("unavailable", 0), kind.get("backup", {})
        for one, near in town.reached(name, posts):
            value = kind["value"] * one["people"] * one["priority"]
            nearest = min((round(one["walks"][post]) for post in near), default=limit)
            walk += value * min(nearest, limit)
            if q:
                there = min(sum(posts[post] for post in near), kind["counted_units"])
                found[one["tier"]].append(value * (1 - q**there))
            elif near:
                again = len(near) > 1 and _backed(one, backup)
                found[one["tier"]].append(value * (1 + (backup.get("worth", 0) if again else 0)))
    return [math.fsum(found[tier]) for tier in tiers], walk


def _backed(one: dict[str, Any], backup: dict[str, Any]) -> bool:
    zones = backup.get("zones", [])
    return zones == "*" or one["zone"] in zones or one["id"] in backup.get("points", [])


def _keeps_rules(town: _Town, posts: dict[str, int]) -> bool:
    drawn = town.drawn
    return (
        all(_keeps_own(town, posts, name) for name in drawn.kinds)
        and all(_few(group, posts) for group in drawn.groups)
        and (
            drawn.baseline is None
            or drawn.most is None
            or len(set(drawn.baseline) ^ set(posts)) <= drawn.most
        )
        and _keeps_floors(town, posts)
    )


def _few(group: dict[str, Any], posts: dict[str, int]) -> bool:
    count = 0
    for post in posts:
        site, kind = post.split("/")
        count += site in group["sites"] and group.get("resource", kind) == kind
    return count <= group.get("most", 1)


def _keeps_own(town: _Town, posts: dict[str, int], name: str) -> bool:
    """Whether a resource keeps its fleet, posts, separation and what must be near."""
    kind = town.drawn.kinds[name]
    at = {post: town.xy[post.split("/")[0]] for post in posts}
    mine = [post for post in posts if post.endswith("/" + name)]
    units = sum(posts[post] for post in mine)
    if units > kind.get("fleet", 10**9) or len(mine) > kind.get("posts", 10**9):
        return False
    for a, b in itertools.combinations(mine, 2):
        metres = math.dist(at[a], at[b])
        near = metres < kind.get("separation_m", 0) * (1 - _EPS)
        if near or metres / town.pace < kind.get("separation_min", 0) * 60 * (1 - _EPS):
            return False
    if "near" not in kind:
        return True
    limit = kind["near"]["walk_min"] * 60 * (1 + _EPS)
    others = [post for post in posts if post.endswith("/" + kind["near"]["resource"])]
    return all(any(math.dist(at[a], at[b]) / town.pace <= limit for b in others) for a in mine)


def _keeps_floors(town: _Town, posts: dict[str, int]) -> bool:
    drawn = town.drawn
    zones = sorted({one["zone"] for one in drawn.demand})
    asked = []  # resource, whose people, share, times
    for floor in drawn.floors:
        named = floor.get("zones") or [floor["zone"]]
        for zone in zones if "*" in named else named:
            slow = floor.get("step_free", False)
            asked.append((floor["resource"], _in(zone, slow=slow), floor["share"], 1))
    for name, kind in drawn.kinds.items():
        backup = kind.get("backup", {})
        if "share" not in backup:
            continue
        named = backup.get("zones", [])
        asked += [
            (name, _in(zone, slow=False), backup["share"], 2)
            for zone in (zones if named == "*" else named)
        ]
        if "points" in backup:
            points = backup["points"]
            asked.append((name, lambda one, p=points: one["id"] in p, backup["share"], 2))
    for name, whose, share, times in asked:
        total = covered = 0.0
        for one, near in town.reached(name, posts):
            if whose(one):
                total += one["people"]
                covered += one["people"] * (len(near) >= times)
        if covered < share * total - 1e-9 * max(1, total):
            return False
    return True


def _in(zone: str, *, slow: bool) -> Any:
    return lambda one: one["zone"] == zone and (one["slow"] or not slow)
