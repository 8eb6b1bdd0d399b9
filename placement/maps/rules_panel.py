"""What the page says of rules: floors by zone, tiers and priorities, other rules, changes."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from placement.arrays import Floats
from placement.maps import coding
from placement.plan.post_id import PostId
from placement.plan.problem import Floor, Plan
from placement.solution import SEALED, Coverage, Kept, Part, Solution

type Covered = Mapping[str, Floats]


def ruled(plan: Plan, solution: Solution, covered: Covered) -> dict[str, Any]:
    """Describe how the rules of a plan are kept, and what moved against an agreed plan.

    Parameters
    ----------
    plan, solution
        What was asked and what was chosen.
    covered
        By resource identifier: (M,) float64, people of each demand point who are covered.

    Returns
    -------
    dict
        ``floors``, ``others`` (groups, separation, ways), ``lock`` and ``forbid``, ``tiers``,
        ``weights`` (people by priority) and ``changes``; empty, or None, where the plan has no
        such rule.
    """
    return {
        "floors": _floors(plan, solution),
        "others": _others(plan, solution),
        "lock": [_post(plan, post) for post in solution.lock],
        "forbid": [_post(plan, post) for post in solution.forbid],
        "tiers": _tiers(plan, solution, covered),
        "weights": _weights(plan, covered),
        "changes": _changes(plan, solution),
    }


def apart(coverage: Coverage, unavailable: float) -> dict[str, Any]:
    """Describe the people of a resource whom a rule counts apart; None where there is none."""
    return {
        "step_free": _part(coverage.step_free),
        "backup": _part(coverage.backup),
        "expected": coverage.expected,
        "unavailable": unavailable,
    }


def _part(part: Part | None) -> dict[str, float] | None:
    if part is None:
        return None
    return {"covered": part.covered, "total": part.total, "share": part.share}


def _floors(plan: Plan, solution: Solution) -> list[dict[str, Any]]:
    """Describe the floors whose reach the solution states, in the order of their names."""
    found = []
    for floor in sorted(plan.problem.floors, key=lambda one: one.name):
        kept = solution.rules.get(floor.name)
        if kept is None:
            continue
        zone, step_free, period = zone_of(plan, floor)
        found.append(
            {
                "resource": floor.resource,
                "zone": zone,
                "area": area_of(plan, zone, period),
                "step_free": step_free,
                "times": floor.times,
                **({"period": period} if plan.periods else {}),
                "people": float(plan.problem.demand.people[floor.points].sum()),
                **_kept(kept),
            }
        )
    return found


def zone_of(plan: Plan, floor: Floor) -> tuple[str | None, bool, int | None]:
    """Return whom a floor counts: all people of a zone, all who walk step-free there, or others.

    Returns
    -------
    tuple
        The zone, None for points that were named one by one; whether they all walk step-free; and
        the position of the period whose people alone are counted, None for those of the whole day.
    """
    demand = plan.problem.demand
    first, points = floor.points[0], np.sort(floor.points)
    there = demand.zone == demand.zone[first]
    serves = plan.problem.resources[floor.resource].periods
    if serves is not None:
        there &= np.isin(demand.period, serves)
    now = demand.period == demand.period[first]
    is_of_period = bool(plan.periods) and bool(now[points].all())
    period = int(demand.period[first]) if is_of_period else None
    for step_free, whom in ((False, there), (True, there & demand.step_free)):
        if np.array_equal(np.flatnonzero(whom & now if is_of_period else whom), points):
            return demand.zones[int(demand.zone[first])], step_free, period
    return None, bool(demand.step_free[points].all()), period


def area_of(plan: Plan, zone: str | None, period: int | None) -> int | None:
    """Return the position of the area that a zone is, or None where a zone is no one area."""
    name = zone if period is None else f"{plan.periods[period].name}:{zone}"
    return next((at for at, shape in enumerate(plan.areas) if shape.id == name), None)


def entering(plan: Plan) -> dict[str, Any]:
    """Describe by which sites the people of ticket zones may enter.

    Returns
    -------
    dict
        ``gates``, one a zone and resource: ``resource``, ``zone``, ``sites``; and ``areas``, the
        zone of each drawn area, None where its people are of no one zone.
    """
    problem = plan.problem
    drawn = {shape.id: set[str]() for shape in plan.areas}
    for name, zone in zip(problem.demand.id, problem.demand.zone.tolist(), strict=True):
        area = name.rpartition("#")[0]
        if area in drawn:
            drawn[area].add(problem.demand.zones[zone])
    return {
        "gates": [
            {
                "resource": position,
                "zone": zone,
                "sites": [problem.sites.id[at] for at in np.flatnonzero(entry.admits[:, number])],
            }
            for position, entry in problem.entries.items()
            for number, zone in enumerate(entry.zones, start=1)
        ],
        "areas": [next(iter(zones)) if len(zones) == 1 else None for zones in drawn.values()],
    }


def _kept(kept: Kept) -> dict[str, float | None]:
    return {"asked": kept.asked, "reached": kept.reached}


def _others(plan: Plan, solution: Solution) -> list[dict[str, Any]]:
    """Describe groups, least distances and ways, which concern posts and not people."""
    found: list[dict[str, Any]] = [
        {
            "rule": "group",
            "name": group.name.removeprefix("groups: "),
            "resource": group.resource,
            **_kept(solution.rules[group.name]),
        }
        for group in plan.problem.groups
        if group.name in solution.rules
    ]
    for at, resource in enumerate(plan.problem.resources):
        for rule in ("separation_m", "separation_min"):
            kept = solution.rules.get(f"resources.{resource.id}.{rule}")
            if kept is not None:
                found.append({"rule": rule, "name": "", "resource": at, **_kept(kept)})
    if SEALED in solution.rules:
        found.append(
            {"rule": "sealed", "name": "", "resource": None, **_kept(solution.rules[SEALED])}
        )
    return found


def sealing(plan: Plan, solution: Solution) -> list[dict[str, Any]]:
    """Describe the barriers by kind: ``id``, ``label``, ``count``, ``cost``, and each with its way.

    Of a way there are ``id``, ``name``, ``cost`` and ``line``, the lines it is drawn as.
    """
    cost = {post.id: post.cost for post in solution.posts_list}
    return [
        {
            "id": kind.id,
            "label": dict(kind.label),
            "count": solution.barriers[kind.id].count,
            "cost": solution.barriers[kind.id].cost,
            "ways": [
                {
                    "id": way.id,
                    "name": way.name,
                    "cost": cost[f"{way.id}/{kind.id}"],
                    "line": coding.lines(way.lonlat),
                }
                for way in plan.ways
                if f"{way.id}/{kind.id}" in cost
            ],
        }
        for kind in plan.problem.barriers
        if kind.id in solution.barriers
    ]


def sealed_alone(plan: Plan, solution: Solution) -> dict[str, list[str]]:
    """Return, by post, the names of the ways that nothing else seals; barriers are left out."""
    problem, present = plan.problem, {post.id for post in solution.posts_list}
    found: dict[str, list[str]] = {}
    for way in problem.ways:
        standing = [one for one in way.options if problem.post_id(*one) in present]
        if len(standing) == 1 and standing[0] != way.barrier:
            found.setdefault(problem.post_id(*standing[0]), []).append(way.name)
    return found


def _tiers(plan: Plan, solution: Solution, covered: Covered) -> list[dict[str, Any]]:
    """Describe each tier with its people; ``people`` and ``covered`` count heads, not weights."""
    demand = plan.problem.demand
    return [
        {
            "tier": tier.tier,
            "objective": tier.objective,
            "gap": tier.gap if np.isfinite(tier.gap) else None,
            **_heads(plan, covered, demand.tier == tier.tier),
        }
        for tier in solution.tiers
    ]


def _weights(plan: Plan, covered: Covered) -> list[dict[str, Any]]:
    """Describe the people by priority, the highest first; empty where all weigh the same."""
    priority = plan.problem.demand.priority
    weights = np.unique(priority)[::-1].tolist()
    if len(weights) < 2:
        return []
    return [
        {"weight": weight, **_heads(plan, covered, priority == weight)} for weight in weights[:20]
    ]


def _heads(plan: Plan, covered: Covered, whom: NDArray[np.bool_]) -> dict[str, Any]:
    return {
        "people": float(plan.problem.demand.people[whom].sum()),
        "covered": [float(covered[kind.id][whom].sum()) for kind in plan.problem.resources],
    }


def _changes(plan: Plan, solution: Solution) -> dict[str, Any] | None:
    """Describe what opened and closed, what bought most first."""
    changes = solution.changes
    if changes is None:
        return None
    return {
        "most": changes.most,
        "price": changes.price,
        **{
            name: [
                {**_post(plan, post), "bought": bought}
                for post, bought in sorted(moved.items(), key=lambda one: (-one[1], one[0]))
            ]
            for name, moved in (("opened", changes.opened), ("closed", changes.closed))
        },
    }


def _post(plan: Plan, post: str) -> dict[str, Any]:
    """Describe a post by its identifier, which this plan may not know any more."""
    site, resource = PostId.parse(post)
    sites = plan.problem.sites
    at = sites.id.index(site) if site in sites.id else None
    kinds = [kind.id for kind in plan.problem.resources]
    return {
        "key": post,
        "site": site,
        "name": "" if at is None else sites.name[at],
        "resource": kinds.index(resource) if resource in kinds else None,
        "kind": resource,
        "at": None if at is None else [round(float(one), 6) for one in sites.lonlat[at]],
    }
