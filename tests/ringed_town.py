"""Small plans with two or three rings, and their best plan by trying every one of them.

Written beside the planner, and shares no code with its solver: everybody is a person at a point who
takes one gate of each ring, queues are run forward in time, and every choice of gates, lanes and
patrols is tried.
"""

import itertools
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

from placement.plan.problem import Plan

PERIODS = 4
PATROL_OPEN, PATROL_UNIT = 1, 1
HAIR = 1e-9


@dataclass
class Town:
    """A drawn plan, as plain figures; metres and seconds."""

    rings: list[dict[str, Any]]
    zones: list[dict[str, Any]]
    budget: int
    most_lanes: int
    rate: int
    wait_periods: int
    shares: list[float]
    floor: float | None
    fleet: int | None
    separation_m: float | None
    group: list[str]
    near_s: float | None
    status: dict[str, str]
    walk_s: float
    tiers: bool
    lock: list[str] = field(default_factory=list)
    step_free_floor: tuple[str, float] | None = None
    patrol: dict[str, float] = field(default_factory=dict)
    forbid: list[str] = field(default_factory=list)


def draw_town(seed: int) -> Town:
    """Draw what a plan with rings asks."""
    draw = random.Random(f"rings {seed}")
    sizes = draw.choice([[2, 2], [3, 2], [2, 2, 1], [2, 1, 1], [1, 2, 2]])
    names = ["black", "grey", "white"]
    rings = [
        {
            "name": names[at],
            "sites": [f"{names[at]}-{n}" for n in range(size)],
            "walk_s": draw.choice([180, 300, 420]) if at else None,
        }
        for at, size in enumerate(sizes)
    ]
    every = [site for ring in rings for site in ring["sites"]]
    zones: list[dict[str, Any]] = []
    if draw.random() < 0.7:
        zones.append({"zone": "Z0", "ring": draw.choice(names[: len(sizes) - 1]), "gates": []})
    if draw.random() < 0.6:
        gates = sorted(draw.sample(every, draw.randint(1, 2)))
        zones.append({"zone": "Z1", "ring": None, "gates": gates})
    status = (
        {draw.choice(every): draw.choice(["required", "excluded"])} if draw.random() < 0.3 else {}
    )
    free = [site for site in every if site not in status]
    return Town(
        rings=rings,
        zones=zones,
        budget=draw.randint(14, 32),
        most_lanes=2,
        rate=draw.choice([30, 50]),
        wait_periods=draw.randint(0, 2),
        shares=draw.choice([[0.25] * 4, [0.1, 0.4, 0.3, 0.2]]),
        floor=draw.choice([None, None, 0.1, 0.25]),
        fleet=draw.choice([None, None, 5]),
        separation_m=draw.choice([None, None, 160.0]),
        group=draw.sample(rings[0]["sites"], 2) if sizes[0] > 2 and draw.random() < 0.5 else [],
        near_s=draw.choice([None, 150.0]),
        status=status,
        walk_s=draw.choice([360, 480]),
        tiers=draw.random() < 0.25,
        lock=[f"{draw.choice(free)}/gate"] if draw.random() < 0.2 else [],
    )


def draw_ruled_town(seed: int) -> Town:
    """Draw a plan with rules that `draw_town` leaves out.

    A share of the people of a zone who walk without steps; patrols of whom a second one counts, is
    asked for, or may be away.
    """
    draw = random.Random(f"rules {seed}")
    patrol = [{"worth": 0.5}, {"share": 0.2}, {"unavailable": 0.4}]
    return replace(
        draw_town(seed),
        budget=draw.randint(24, 40),
        tiers=False,
        lock=[],
        status={},
        step_free_floor=draw.choice([None, ("Z0", 0.2), ("Z2", 0.1), ("*", 0.1)]),
        patrol=draw.choice([{}, *patrol]),
    )


def write_town(folder: Path, town: Town, seed: int) -> Path:
    """Write the plan as files."""
    draw = random.Random(f"places {seed}")
    folder.mkdir(parents=True, exist_ok=True)
    rows = ["id,lon,lat,open_cost_gate,resources,status_gate"]
    for at, ring in enumerate(town.rings):
        for n, site in enumerate(ring["sites"]):
            lon, lat = 2.3 + n * 0.003 + draw.randint(0, 3) * 1e-4, 48.86 + at * 0.0018
            may = "gate,patrol" if n == 0 else "gate"
            rows.append(f'{site},{lon:.4f},{lat:.4f},{draw.randint(1, 3)},"{may}",'
                        f"{town.status.get(site, '')}")  # fmt: skip
    (folder / "sites.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    rows = ["id,lon,lat,people,priority,zone,step_free,tier"]
    for n in range(7):
        lon, lat = 2.2995 + draw.randint(0, 80) * 1e-4, 48.8585 + draw.randint(-20, 8) * 1e-4
        tier = draw.choice([1, 2]) if town.tiers else 1
        rows.append(
            f"D{n},{lon:.4f},{lat:.4f},{draw.choice([20, 45, 70])},{draw.choice([1, 1, 2])},"
            f"Z{n % 3},{draw.choice([0, 0, 0.2])},{tier}"
        )
    (folder / "demand.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    near = "" if town.near_s is None else (
        f'near = {{ resource = "gate", walk_min = {town.near_s / 60:g} }}\n'
    )  # fmt: skip
    fleet = "" if town.fleet is None else f"fleet = {town.fleet}\n"
    apart = "" if town.separation_m is None else f"separation_m = {town.separation_m:g}\n"
    away = town.patrol.get("unavailable", 0)
    twice = f"unavailable = {away:g}\ncounted_units = 2\n" if away else ""
    for key in ("worth", "share"):
        if key in town.patrol:
            twice = f'backup = {{ zones = "Z0", {key} = {town.patrol[key]:g} }}\n'
    text = (
        'name = "ringed"\ncrs = "EPSG:2154"\n'
        f"budget = {{ amount = {town.budget} }}\n"
        'layers = { sites = "sites.csv", demand = "demand.csv" }\n'
        f"[resources.gate]\nwalk_limit_min = {town.walk_s / 60:g}\nvalue = 2\nunit_cost = 2\n"
        f"max_units = {town.most_lanes}\n{fleet}{apart}"
        f'[resources.gate.lanes]\nrate_per_h = {town.rate}\nefficiency = 1\nopens = "16:00"\n'
        f'closes = "18:00"\nprofile = {town.shares}\nmax_wait_min = {30 * town.wait_periods}\n'
        f"[resources.patrol]\nwalk_limit_min = 2\nvalue = 1\nopen_cost = {PATROL_OPEN}\n"
        f"max_units = {2 if away else 1}\nunit_cost = {PATROL_UNIT}\n{near}{twice}"
    )
    for ring in town.rings:
        walk = "" if ring["walk_s"] is None else f"walk_limit_min = {ring['walk_s'] / 60:g}\n"
        text += f'[[rings]]\nname = "{ring["name"]}"\nsites = {ring["sites"]}\n{walk}'
    for zone in town.zones:
        text += f'[[zones]]\nzone = "{zone["zone"]}"\nresource = "gate"\n'
        text += f"gates = {zone['gates']}\n" if zone["gates"] else ""
        text += f'ring = "{zone["ring"]}"\n' if zone["ring"] else ""
    if town.floor is not None:
        text += f'[[floors]]\nzone = "Z0"\nresource = "gate"\nshare = {town.floor}\n'
    if town.step_free_floor is not None:
        zone, share = town.step_free_floor
        text += f'[[floors]]\nzone = "{zone}"\nresource = "gate"\nshare = {share}\n'
        text += "step_free = true\n"
    if town.group:
        text += f'[[groups]]\nname = "one"\nsites = {town.group}\nresource = "gate"\nmost = 1\n'
    (folder / "plan.toml").write_text(text, encoding="utf-8")
    return folder / "plan.toml"


class Oracle:
    """Tries every choice; places and people are those of the plan as it was read."""

    def __init__(self, town: Town, plan: Plan) -> None:
        self.town, self.plan = town, plan
        sites, demand = plan.problem.sites, plan.problem.demand
        self.xy = dict(zip(sites.id, sites.xy.tolist(), strict=True))
        kinds = [kind.id for kind in plan.problem.resources]
        self.gate, self.patrol = kinds.index("gate"), kinds.index("patrol")
        self.cost = dict(zip(sites.id, sites.open_cost[:, self.gate].tolist(), strict=True))
        self.patrols = [
            s for s, may in zip(sites.id, sites.allowed[:, self.patrol], strict=True) if may
        ]
        walking = plan.settings.walking
        self.usual = walking.speed_m_s / walking.detour_factor
        self.pace = np.where(demand.step_free, walking.step_free_speed_m_s, walking.speed_m_s)
        self.pace = self.pace / walking.detour_factor
        self.zone = [demand.zones[at] for at in demand.zone.tolist()]
        self.routes = [list(self._routes(point)) for point in range(len(demand))]

    def _routes(self, point: int) -> Iterator[tuple[str, ...]]:
        """Yield the gates that somebody at a point may pass one after the other."""
        town, zone = self.town, self.zone[point]
        names = [ring["name"] for ring in town.rings]
        last = next(
            (one["ring"] for one in town.zones if one["zone"] == zone and one["ring"]), None
        )
        deep = len(names) if last is None else names.index(last) + 1
        taken = {gate for one in town.zones for gate in one["gates"]}
        own = {gate for one in town.zones if one["zone"] == zone for gate in one["gates"]}
        choices = []
        for ring in town.rings[:deep]:
            mine = [site for site in ring["sites"] if site in own]
            choices.append(mine or [site for site in ring["sites"] if site not in taken])
        here = self.plan.problem.demand.xy[point].tolist()
        for route in itertools.product(*choices):
            limits = [town.walk_s, *(ring["walk_s"] for ring in town.rings[1:deep])]
            places = [here, *(self.xy[site] for site in route)]
            walks = [math.dist(a, b) / self.pace[point] for a, b in itertools.pairwise(places)]
            if all(w <= most * (1 + HAIR) for w, most in zip(walks, limits, strict=True)):
                yield route

    def passing(
        self, lanes: dict[str, int], tiers: list[int], *, counted: bool = False
    ) -> list[float] | None:
        """Return what those who get in are worth, tier by tier; None if a floor is not kept.

        Where they are `counted`, everybody is worth one, and all tiers are one.
        """
        demand, town = self.plan.problem.demand, self.town
        ways = [
            (point, route)
            for point, routes in enumerate(self.routes)
            for route in routes
            if all(site in lanes for site in route)
        ]
        size, names = len(ways), sorted(lanes)
        floors = self._floors()
        if not size:
            return None if any(asked > 0 for _, asked in floors) else [0.0] * len(tiers)
        room = {site: town.rate * lanes[site] * 0.5 for site in names}
        # people by way and period, then who waits at each gate at the end of each period
        count = size * PERIODS + len(names) * PERIODS
        x = lambda way, t: way * PERIODS + t  # noqa: E731
        q = lambda gate, t: size * PERIODS + gate * PERIODS + t  # noqa: E731
        rows: list[dict[int, float]] = []
        most: list[float] = []
        for point in range(len(demand)):
            mine = [w for w, (p, _) in enumerate(ways) if p == point]
            for t in range(PERIODS) if mine else ():
                rows.append({x(w, t): 1.0 for w in mine})
                most.append(float(demand.people[point]) * town.shares[t])
        for g, site in enumerate(names):
            through = [w for w, (_, route) in enumerate(ways) if site in route]
            for t in range(PERIODS):
                queue = {x(w, t): 1.0 for w in through} | {q(g, t): -1.0}
                if t:
                    queue[q(g, t - 1)] = 1.0
                rows.append(queue)  # who does not wait on is admitted
                most.append(room[site])
                late = range(max(0, t - town.wait_periods + 1), t + 1)
                rows.append({q(g, t): 1.0} | {x(w, e): -1.0 for w in through for e in late})
                most.append(0.0)
            rows.append({q(g, PERIODS - 1): 1.0})
            most.append(0.0)
        for inside, asked in floors:
            rows.append({x(w, t): -1.0 for w, (p, _) in enumerate(ways) if p in inside
                         for t in range(PERIODS)} or {0: 0.0})  # fmt: skip
            most.append(1e-6 - asked)
        worth = np.array([1.0 if counted else 2 * demand.priority[p] for p, _ in ways])
        tier = np.array([tiers[0] if counted else demand.tier[p] for p, _ in ways])
        found: list[float] = []
        for one in tiers:
            price = np.zeros(count)
            price[: size * PERIODS] = np.repeat(np.where(tier == one, worth, 0.0), PERIODS)
            answer = self._best(price, rows, most, count)
            if answer is None:
                return None
            found.append(answer)
            rows.append({at: -float(price[at]) for at in np.flatnonzero(price)})
            most.append(1e-7 - answer)
        return found

    def _floors(self) -> list[tuple[list[int], float]]:
        """Return the points that each floor counts, and how many people it asks for."""
        demand, town = self.plan.problem.demand, self.town
        every = range(len(demand))
        asked: list[tuple[list[int], float]] = []
        if town.floor is not None:
            asked.append(([p for p in every if self.zone[p] == "Z0"], town.floor))
        if town.step_free_floor is not None:
            named, share = town.step_free_floor
            for zone in sorted(set(self.zone)) if named == "*" else [named]:
                mine = [p for p in every if self.zone[p] == zone and demand.step_free[p]]
                asked.append((mine, share))
        return [(mine, share * float(demand.people[mine].sum())) for mine, share in asked]

    @staticmethod
    def _best(
        price: np.ndarray, rows: list[dict[int, float]], most: list[float], count: int
    ) -> float | None:
        entries = [(r, c, v) for r, row in enumerate(rows) for c, v in row.items()]
        r, c, v = zip(*entries, strict=True)
        table = coo_array((v, (r, c)), shape=(len(rows), count)).tocsr()
        answer = linprog(-price, A_ub=table, b_ub=most, bounds=(0, None), method="highs")
        return -float(answer.fun) if answer.success else None

    def covered(self, patrols: tuple[str, ...]) -> np.ndarray | None:
        """Return (M,) float64, what each person is worth to patrols; None if backup falls short."""
        demand, limit = self.plan.problem.demand, 120 * (1 + HAIR)
        near = [
            [math.dist(here, self.xy[site]) / pace <= limit for site in patrols]
            for here, pace in zip(demand.xy.tolist(), self.pace, strict=True)
        ]
        times = np.array([sum(line) for line in near])
        if "unavailable" in self.town.patrol:
            return np.asarray(1 - self.town.patrol["unavailable"] ** np.minimum(times, 2))
        twice = np.array([zone == "Z0" for zone in self.zone])
        sure = float(demand.people[twice & (times > 1)].sum())
        least = self.town.patrol.get("share", 0.0) * float(demand.people[twice].sum())
        if sure < least - 1e-6:
            return None
        return (times > 0) + self.town.patrol.get("worth", 0.0) * (twice & (times > 1))

    def choices(self) -> Iterator[tuple[dict[str, int], tuple[str, ...], float]]:
        """Yield gates with lanes, patrols and cost of every plan that keeps the rules of posts."""
        town = self.town
        sites = sorted(self.xy)
        for lanes in itertools.product(range(town.most_lanes + 1), repeat=len(sites)):
            gates = {site: many for site, many in zip(sites, lanes, strict=True) if many}
            if not self._allowed(gates):
                continue
            most = 2 if "unavailable" in town.patrol else 1
            for teams in itertools.product(range(most + 1), repeat=len(self.patrols)):
                patrols = tuple(
                    s for s, many in zip(self.patrols, teams, strict=True) for _ in range(many)
                )
                cost = PATROL_OPEN * len(set(patrols)) + PATROL_UNIT * len(patrols)
                cost += sum(self.cost[s] + 2 * n for s, n in gates.items())
                if cost <= town.budget and self._near(gates, patrols):
                    yield gates, patrols, cost

    def _near(self, gates: dict[str, int], patrols: tuple[str, ...]) -> bool:
        limit = self.town.near_s
        return limit is None or all(
            any(math.dist(self.xy[p], self.xy[g]) / self.usual <= limit * (1 + HAIR) for g in gates)
            for p in patrols
        )

    def _allowed(self, gates: dict[str, int]) -> bool:
        town = self.town
        if any(gates.get(site, 0) and what == "excluded" for site, what in town.status.items()):
            return False
        if any(site not in gates for site, what in town.status.items() if what == "required"):
            return False
        if any(post.partition("/")[0] not in gates for post in town.lock):
            return False
        if town.fleet is not None and sum(gates.values()) > town.fleet:
            return False
        if sum(site in gates for site in town.group) > 1:
            return False
        return town.separation_m is None or all(
            math.dist(self.xy[a], self.xy[b]) >= town.separation_m * (1 - HAIR)
            for a, b in itertools.combinations(sorted(gates), 2)
        )

    def worths(self) -> Iterator[tuple[dict[str, int], float, list[float]]]:
        """Yield units by post, cost and worth by tier of every plan that keeps every rule."""
        demand = self.plan.problem.demand
        tiers = sorted(set(demand.tier.tolist()))
        known: dict[tuple[tuple[str, int], ...], list[float] | None] = {}
        for gates, patrols, cost in self.choices():
            met = self.covered(patrols)
            if met is None:
                continue
            key = tuple(sorted(gates.items()))
            if key not in known:
                known[key] = self.passing(gates, tiers)
            inside = known[key]
            if inside is None:
                continue
            each = demand.people * demand.priority * met
            worth = [
                got + float(each[demand.tier == tier].sum())
                for tier, got in zip(tiers, inside, strict=True)
            ]
            units = {f"{site}/gate": many for site, many in gates.items()}
            units |= {f"{site}/patrol": patrols.count(site) for site in patrols}
            yield units, cost, worth

    def best(self) -> list[float] | None:
        """Return the most worth, tier by tier; None if no plan keeps every rule."""
        demand = self.plan.problem.demand
        whole = [
            3 * float((demand.people * demand.priority)[demand.tier == tier].sum())
            for tier in sorted(set(demand.tier.tolist()))
        ]
        best: list[float] | None = None
        for _, _, worth in self.worths():
            if best is None or _better(worth, best):
                best = worth
            if whole <= best:
                break
        return best


def _better(one: list[float], other: list[float]) -> bool:
    """Tell whether worths are better, the first tier before the next."""
    for a, b in zip(one, other, strict=True):
        if abs(a - b) > 1e-5:
            return a > b
    return False
