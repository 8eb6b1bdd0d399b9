"""What the page needs to count other posts by itself, exactly as ``place evaluate`` counts them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from placement.arrays import Bools, Floats, Ints
from placement.cover.area_walks import STEP_FREE
from placement.cover.areas import areas
from placement.cover.instance_builder import posting
from placement.cover.rings import ring_classes
from placement.decimals import in_steps
from placement.errors import InputError, UsageError
from placement.maps import coding
from placement.maps.closed_streets import Laid, close_streets, walk_notes
from placement.maps.packed_walks import PARTS, packed, runs, signed, walk_rows
from placement.maps.rules_panel import area_of, zone_of
from placement.maps.walk_changes import between_sites, written_between
from placement.plan.problem import LanesRule, Plan, Problem, Walkers
from placement.review.geojson import TOTALS, placement_texts
from placement.review.texts import rounded
from placement.solution import Solution
from placement.solve.capacitated.crowds import crowds_of
from placement.solve.questions.evaluate import proposed

if TYPE_CHECKING:
    from placement.cover.survey import Survey
    from placement.maps.frame import Frame

MOST_WALKS = 500_000
"""Walks within reach that travel in a page; of more, a page would be too large to hand on."""
MOST_ROUTES = 4_000
"""Ways of a crowd through rings, times periods, that a page counts: more would take too long."""
_REASONS = {
    "routes": "there are too many ways through its rings",
    "forbidden": "a post stands where its site forbids it",
    "walks": f"more than {MOST_WALKS:,} walks are within reach",
    "hours": "streets close by the hour",
}
_LONLAT = 1e6
_GROUND = 1e5
_COUNTED = (
    "barriers",
    "cost",
    "status",
    "objective",
    "coverage",
    "walk",
    "areas",
    "lanes",
    "periods",
    "tiers",
    "rules",
)


def what_if(
    plan: Plan,
    solution: Solution,
    walks: "Survey",
    frame: "Frame | None" = None,
    *,
    streets: Sequence[str] = (),
) -> dict[str, Any] | None:
    """Write the walks, people and rules of a plan for the page's script.

    Parameters
    ----------
    plan, solution
        What was asked and what was chosen; not as drawn.
    walks
        Walks of the plan.
    frame
        Where the page draws. None draws everything where it lies.
    streets
        Names of streets that the reader may close.

    Returns
    -------
    dict or None
        Strings, whole numbers, floats, lists and dictionaries only. Sites stand from west to east,
        people who take steps before those who do not, those of all periods. None where the page
        cannot count, see `why_not`.

    Raises
    ------
    UsageError
        If streets are named and the page cannot count.
    InputError
        If no street has one of the names.
    """
    problem = plan.problem
    nobody = np.zeros(problem.sites.allowed.shape, dtype=np.int64)
    template = None if _beyond(plan, solution, walks) else proposed(plan, nobody)
    if template is None or (template.periods and not plan.periods):
        if streets:
            raise UsageError(
                "the page counts no variants of this plan, so it closes no streets either: "
                f"{_REASONS[why_not(plan, solution, walks)]}. Use `place evaluate --closure NAME`."
            )
        return None
    column = np.argsort(problem.sites.xy[:, 0], kind="stable")
    point = _order(plan, walks)
    tables = [walks.walk[kind.id].tocsr()[point][:, column] for kind in problem.resources]
    speed = plan.settings.walking
    slower = speed.speed_m_s / speed.step_free_speed_m_s if speed.step_free_speed_m_s else 1.0
    ratios = [slower if kind.walkers is Walkers.PEOPLE else 1.0 for kind in problem.resources]
    twin = _twins(problem, point)
    members = placement_texts(template)
    return {
        "parts": PARTS,
        "walks": walk_rows(
            tables,
            twin,
            ratios,
            [kind.walk_limit_s for kind in problem.resources],
            list(problem.sites.allowed[column].T[: len(tables)]),
        ),
        "ratios": ratios,
        "limits": [round(kind.walk_limit_s * PARTS) + 1 for kind in problem.resources],
        "sites": _sites(problem, solution, column),
        "points": _points(plan, point, twin, frame),
        "resources": [_resource(problem, walks, at, column, point) for at in range(len(tables))],
        "floors": [_floor(plan, at, point) for at in range(len(problem.floors))],
        "groups": [
            {
                "name": group.name,
                "resource": group.resource,
                "most": group.most,
                "sites": sorted(np.flatnonzero(np.isin(column, group.sites)).tolist()),
            }
            for group in problem.groups
        ],
        **_sealing(plan, column),
        **_periods(plan, template),
        **_rings(plan, column, point),
        "members": [[name, None if name in _COUNTED else text] for name, text in members.items()],
        "together": list(TOTALS),
        "walk": walk_notes(members["walk"]),
        **close_streets(
            plan,
            streets,
            Laid(members=members, tables=tables, point=point, column=column, frame=frame),
        ),
    }


def _periods(plan: Plan, template: Solution) -> dict[str, Any]:
    """Write the periods of a day, and which resources serve in each; nothing where there is one."""
    if not plan.periods:
        return {}
    kinds = plan.problem.resources
    return {
        "periods": [
            {
                "name": told.name,
                "begins": told.begins,
                "ends": told.ends,
                "closed": sorted(told.closed),
                "serves": [at for at, kind in enumerate(kinds) if kind.id in told.covered],
            }
            for told in template.periods
        ]
    }


def _rings(plan: Plan, column: Ints, point: Ints) -> dict[str, Any]:
    """Write in which ring sites stand, and who may pass which gates; nothing without rings."""
    problem, rings = plan.problem, plan.problem.rings
    if rings is None or problem.laned is None:
        return {}
    classes, entry = ring_classes(problem, rings), problem.entries.get(problem.laned)
    gate = problem.sites.allowed[column, problem.laned]
    told = []
    for number, depth in enumerate(classes.depth.tolist()):
        admits = True if entry is None else entry.admits[column, classes.zone[number]]
        told.append([depth, int(classes.step_free[number]), _gaps(gate & admits)])
    return {
        "rings": {
            "names": list(rings.names),
            "labels": [dict(label) for label in rings.labels],
            "passed": list(rings.passed),
            "of": packed(runs(rings.of[column] + 1)),
            "classes": told,
            "class": packed(runs(classes.of[point])),
        }
    }


def why_not(plan: Plan, solution: Solution, walks: "Survey") -> str:
    """Return why `what_if` is None: "routes", "forbidden", "walks" or "hours"."""
    return _beyond(plan, solution, walks) or "hours"


def _beyond(plan: Plan, solution: Solution, walks: "Survey") -> str | None:
    """Return what keeps the page from counting, as far as it is seen without counting."""
    if _forbidden(plan, solution):
        return "forbidden"
    if sum(table.nnz for table in walks.walk.values()) > MOST_WALKS:
        return "walks"
    return (
        "routes" if plan.problem.rings is not None and _routes(plan, walks) > MOST_ROUTES else None
    )


def _routes(plan: Plan, walks: "Survey") -> int:
    """Count who may take which way through the rings in which period, with all gates open."""
    problem = plan.problem
    posts = posting(problem, walks)
    gates = np.flatnonzero((posts.resource == problem.laned) & posts.opens)
    try:
        crowds, _, _, _ = crowds_of(plan, posts, walks, gates)
    except InputError:  # more than any solver takes
        return MOST_ROUTES + 1
    return len(crowds.crowd) * int(crowds.shares.shape[1])


def _forbidden(plan: Plan, solution: Solution) -> bool:
    """Say whether a post stands where the plan does not allow it."""
    problem = plan.problem
    site = {name: at for at, name in enumerate(problem.sites.id)}
    return any(
        not problem.sites.allowed[site[post.site], problem.resource_index(post.resource)]
        for post in solution.posts_list
    )


def _order(plan: Plan, walks: "Survey") -> Ints:
    """Return the demand points in the order they are written: neighbours on a street together."""
    demand = plan.problem.demand
    keys: list[Ints | Floats | Bools] = [areas(plan).of, demand.step_free]
    if walks.demand is not None:
        keys = [walks.demand.fraction, walks.demand.edge, *keys]
    return np.lexsort(keys)


def _twins(problem: Problem, point: Ints) -> Ints:
    """Return for people who walk without steps where the others of their place stand, else −1."""
    names = [problem.demand.id[at] for at in point.tolist()]
    at = {name: row for row, name in enumerate(names)}
    return np.array(
        [at.get(name.removesuffix(STEP_FREE), -1) if name.endswith(STEP_FREE) else -1
         for name in names],
        dtype=np.int64,
    )  # fmt: skip


def _steps(values: Ints) -> str:
    """Write whole numbers as steps from one to the next."""
    return packed(map(signed, np.diff(values, prepend=0).tolist()))


def _sites(problem: Problem, solution: Solution, column: Ints) -> dict[str, Any]:
    """Write where sites stand, and what a post at each of them takes."""
    sites = problem.sites
    # sites with a post come first on the page, then the others, and those of barriers last
    taken = list(dict.fromkeys(post.site for post in solution.without_barriers))
    named = {name: at for at, name in enumerate(sites.id)}
    listed = [named[name] for name in taken]
    left = np.setdiff1d(np.arange(len(sites)), listed)
    listed += [*left[problem.posted[left]].tolist(), *left[~problem.posted[left]].tolist()]
    place = np.argsort(column)  # the column of each site
    lonlat = millionths(sites.lonlat[column])
    money = in_steps(np.concatenate([sites.open_cost.ravel(), sites.unit_cost.ravel()]))
    costs = np.stack([sites.open_cost[column], sites.unit_cost[column]])
    if money is not None:
        whole = money.count.reshape(2, *sites.allowed.shape)[:, column].astype(np.int64)
    posts = []
    for at in range(len(problem.means)):
        status = np.where(sites.allowed[:, at], sites.status[:, at] + 1, 0)[column]
        posts.append(
            {
                "status": packed(runs(status)),
                "least": packed(runs(sites.min_units[column, at])),
                "most": packed(runs(sites.max_units[column, at])),
                "open": costs[0, :, at].tolist()
                if money is None
                else packed(runs(whole[0, :, at])),
                "unit": costs[1, :, at].tolist()
                if money is None
                else packed(runs(whole[1, :, at])),
            }
        )
    found: dict[str, Any] = {
        "of": packed(place[listed].tolist()),
        "lon": _steps(lonlat[:, 0]),
        "lat": _steps(lonlat[:, 1]),
        "posts": posts,
        "step": None if money is None else [money.step.numerator, money.step.denominator],
    }
    if any(kind.separation_m is not None for kind in problem.resources):
        found["xy"] = sites.xy[column].tolist()
    return found


def _sealing(plan: Plan, column: Ints) -> dict[str, Any]:
    """Write the kinds of barriers, and each way with what may stand in it; nothing without ways."""
    problem = plan.problem
    if not problem.ways:
        return {}
    place = np.argsort(column)  # the column of each site
    return {
        "barriers": [
            {"id": kind.id, "label": dict(kind.label), "unit": dict(kind.unit)}
            for kind in problem.barriers
        ],
        "ways": [
            {
                "site": None if way.barrier is None else problem.sites.id[way.barrier[0]],
                "name": way.name,
                "line": coding.lines(shape.lonlat),
                "options": [[int(place[site]), means] for site, means in way.options],
            }
            for way, shape in zip(problem.ways, plan.ways, strict=True)
        ],
    }


def _points(plan: Plan, point: Ints, twin: Ints, frame: "Frame | None") -> dict[str, Any]:
    """Write who stands where, in which area and zone, and what each of them is worth."""
    demand, found = plan.problem.demand, areas(plan)
    people = demand.people[point]
    lonlat = demand.lonlat if frame is None else frame.places(demand.lonlat)
    ground = np.rint(lonlat[point] * _GROUND).astype(np.int64)[twin < 0]
    priority, level = np.unique(demand.priority[point], return_inverse=True)
    is_whole = bool((people == np.floor(people)).all() and people.sum() < 2.0**52)
    return {
        "people": packed(people.astype(np.int64).tolist()) if is_whole else people.tolist(),
        "slow": int((~demand.step_free).sum()),
        "twin": packed(map(signed, np.diff(twin[twin >= 0], prepend=0).tolist())),
        "twins": packed(runs((twin >= 0).astype(np.int64))),
        "lon": _steps(ground[:, 0]),
        "lat": _steps(ground[:, 1]),
        "side_m": plan.settings.walking.sample_m if plan.areas else 0.0,
        "areas": list(found.names),
        "area": packed(runs(found.of[point])),
        "zone": packed(runs(demand.zone[point])),
        "priority": [priority.tolist(), packed(runs(level))],
        "tier": packed(runs(demand.tier[point])),
        "arrival": packed(runs(demand.arrival[point])),
        "tiers": list(demand.tiers) if len(demand.tiers) > 1 else [],
        **({"period": packed(runs(demand.period[point]))} if plan.periods else {}),
    }


def _resource(
    problem: Problem, walks: "Survey", at: int, column: Ints, point: Ints
) -> dict[str, Any]:
    """Write what a resource is worth, and the rules of its own."""
    kind = problem.resources[at]
    backup = problem.backup.get(at)
    return {
        "value": kind.value,
        "posts": kind.posts,
        "lanes": None if kind.lanes is None else _lanes(problem, at, kind.lanes, column),
        "counted": kind.counted_units,
        "there": None
        if not kind.unavailable
        else (1.0 - kind.unavailable ** np.arange(kind.counted_units + 1.0)).tolist(),
        "backup": None
        if backup is None
        else {"worth": backup.worth, "points": _gaps(np.isin(point, backup.points))},
        "separation_m": kind.separation_m,
        **written_between(problem, at, between_sites(problem, walks, at, column)),
    }


def _lanes(problem: Problem, at: int, rule: LanesRule, column: Ints) -> dict[str, Any]:
    """Write what lanes admit, by site where zones say so, and who comes when."""
    each = problem.lane_people(at)[column]
    return {
        "lane_people": rule.lane_people if (each == rule.lane_people).all() else each.tolist(),
        "carry": rule.carry,
        "opens_min": rule.opens_min,
        "closes_min": rule.closes_min,
        "period_min": rule.period_min,
        "names": list(rule.profiles),
        "profiles": [list(shares) for shares in rule.profiles.values()],
    }


def _gaps(chosen: Bools) -> str:
    """Write which are chosen, as the gaps between them."""
    return packed(np.diff(np.flatnonzero(chosen), prepend=-1).tolist())


def millionths(degrees: Floats) -> Ints:
    """Return degrees in millionths, int64, rounded as a solution is written.

    `numpy.round` rounds what lies by half a millionth otherwise than `round` does.
    """
    found = [round(_LONLAT * rounded(one)) for one in degrees.ravel().tolist()]
    return np.array(found, dtype=np.int64).reshape(degrees.shape)


def _floor(plan: Plan, at: int, point: Ints) -> Mapping[str, Any]:
    """Write a floor by its zone, where it counts all people of one."""
    floor, demand = plan.problem.floors[at], plan.problem.demand
    zone, step_free, period = zone_of(plan, floor)
    found = {
        "name": floor.name,
        "resource": floor.resource,
        "share": floor.share,
        "times": floor.times,
    }
    if zone is None:
        return found | {"points": _gaps(np.isin(point, floor.points))}
    area = area_of(plan, zone, period)
    found |= {"zone": demand.zones.index(zone), "slow": step_free}
    found |= {"called": zone} if area is None else {"area": area}
    return found if period is None else found | {"period": period}
