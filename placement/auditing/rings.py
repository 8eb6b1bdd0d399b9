"""The audit of rings: who passes which gates one after the other, read from the plan file anew."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from placement.arrays import Bools, Floats, Ints
from placement.auditing.entry import (
    depths_of,
    from_gate_to_gate,
    levels_of,
    limits_of,
    may_enter,
)
from placement.auditing.findings import AT_LIMIT, Findings
from placement.auditing.rules import Reach
from placement.counts import counted
from placement.cover.survey import Survey
from placement.plan.problem import Plan
from placement.solution import Solution

_PARTS = 1_000_000  # of a person: six decimals are written


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Through:
    """Every way in by open gates, one gate of each ring that somebody passes.

    Attributes
    ----------
    reach
        A line for each way: whom it is within reach of, and what they walk to its last gate.
    gates
        The posts of each way, from the outside in.
    passes
        (ways, gates) bool, which open gates each way passes.
    """

    reach: Reach
    gates: Sequence[tuple[str, ...]]
    passes: Bools


def through(plan: Plan, walks: Survey, reach: Reach, resource: str) -> Through:
    """Return every way in by the open gates; in a plan without rings each gate is one.

    Parameters
    ----------
    plan, walks
        What was asked, and where points meet the streets.
    reach
        Whom the posts of the resource with lanes reach.
    resource
        Its identifier.
    """
    names = [name for name, is_open in zip(reach.posts, reach.is_open, strict=True) if is_open]
    if not plan.settings.rings:
        each = [(name,) for name in names]
        return Through(reach=reach, gates=each, passes=np.eye(len(names), dtype=np.bool_))
    level, limits, depth = levels_of(plan), limits_of(plan), depths_of(plan)
    at = reach.site[reach.is_open]
    sites = [name.removesuffix(f"/{resource}") for name in names]
    pace = from_gate_to_gate(plan, walks, resource, at)
    enters = may_enter(plan, resource, sites)
    slow = plan.problem.demand.step_free
    within, seconds = reach.within[reach.is_open], reach.seconds[reach.is_open]
    gates: list[tuple[int, ...]] = []
    who: list[Bools] = []
    on_foot: list[Floats] = []

    def go_on(route: tuple[int, ...], people: Bools, walked: Floats) -> None:
        mine = people & (depth == len(route))
        if mine.any():
            gates.append(route)
            who.append(mine)
            on_foot.append(walked)
        for m, site in enumerate(sites):
            if level.get(site) != len(route):
                continue
            step = np.where(slow, pace[1][route[-1], m], pace[0][route[-1], m])
            left = people & enters[m] & (step <= limits[len(route)] * AT_LIMIT)
            left &= depth > len(route)
            if left.any():
                go_on((*route, m), left, walked + step)

    for n, site in enumerate(sites):
        if level.get(site) == 0:
            go_on((n,), within[n] & enters[n], seconds[n])
    passes = np.zeros((len(gates), len(names)), dtype=np.bool_)
    for line, route in zip(passes, gates, strict=True):
        line[list(route)] = True
    everyone = len(depth)
    return Through(
        reach=replace(
            reach,
            posts=tuple(" > ".join(names[n] for n in route) for route in gates),
            is_open=np.ones(len(gates), dtype=np.bool_),
            within=np.array(who, dtype=np.bool_).reshape(len(gates), everyone),
            seconds=np.array(on_foot, dtype=np.float64).reshape(len(gates), everyone),
        ),
        gates=[tuple(names[n] for n in route) for route in gates],
        passes=passes,
    )


def check_rings(
    plan: Plan, solution: Solution, found: Through, area: tuple[list[str], Ints], findings: Findings
) -> bool:
    """Check who passes which ring by which gates, and that all told of it adds up.

    Parameters
    ----------
    plan, solution
        What was asked and told.
    found
        The ways in by open gates.
    area
        Names of the areas, and (M,) int64 positions of the demand points' own.
    findings
        Where findings go.

    Returns
    -------
    bool
        Whether every figure has its place.
    """
    told = solution.lanes
    if told is None:
        return False
    if not plan.settings.rings:
        findings.require(not told.rings and not told.routes, "rings are told of a plan without")
        return True
    level, (labels, of) = levels_of(plan), area
    screening = [ring.name for ring in plan.settings.rings if ring.screens == "people"]
    findings.require(
        [one.ring for one in told.rings] == screening,
        f"rings are told {[one.ring for one in told.rings]}, the plan has {screening}",
    )
    for depth, one in enumerate(told.rings):
        mine = [g for g in sorted(told.gates) if level.get(g.rpartition("/")[0]) == depth]
        findings.require(list(one.gates) == mine, f"the gates of ring {one.ring!r} are {mine}")
        people = sum(_parts(told.gates[gate].sent) for gate in mine)
        findings.require(
            _parts([one.people]) == people,
            f"{counted(one.people, 'person')} told to pass ring {one.ring!r}, its gates have "
            f"{people / _PARTS:.10g}",
        )
    there = plan.problem.demand.people > 0
    whole = True
    by_gate: dict[tuple[str, str], list[int]] = {}
    for name, routes in told.routes.items():
        mine_too = (of == labels.index(name)) if name in labels else np.zeros(len(of), np.bool_)
        findings.require(
            [route.gates for route in routes] == sorted({route.gates for route in routes}),
            f"the routes of area {name!r} are not told once each, in order",
        )
        for route in routes:
            said = " > ".join(route.gates)
            known = all(
                gate in told.gates and len(told.gates[gate].sent) == len(route.sent)
                for gate in route.gates
            )
            findings.require(known, f"area {name!r} sends people by {said!r}: a gate is unknown")
            rings = [level.get(gate.rpartition("/")[0], -1) for gate in route.gates]
            findings.require(
                rings == list(range(len(rings))) and len(rings) > 0,
                f"area {name!r} sends people by {said!r}, which is not one gate of each ring",
            )
            may = route.gates in found.gates
            if may:
                line = found.reach.within[found.gates.index(route.gates)]
                may = bool(line[mine_too & there].any())
            findings.require(
                may, f"area {name!r} sends people by {said!r}, which nobody of it may or can take"
            )
            whole &= known and may
            for gate in route.gates if known else ():
                so_far = by_gate.setdefault((name, gate), [0] * len(route.sent))
                by_gate[name, gate] = [
                    so + _parts([one]) for so, one in zip(so_far, route.sent, strict=True)
                ]
    areas = {
        (name, gate): [_parts([one]) for one in people]
        for name, table in told.areas.items()
        for gate, people in table.items()
    }
    for key in sorted(by_gate.keys() | areas.keys()):
        same = by_gate.get(key) == areas.get(key)
        name, gate = key
        findings.require(
            same, f"the routes of area {name!r} through {gate!r} do not add up to those sent there"
        )
    return whole


def check_ring_of_posts(plan: Plan, solution: Solution, findings: Findings) -> None:
    """Check in which ring each post is told to stand."""
    ring_of = {site: ring.name for ring in plan.settings.rings for site in ring.sites}
    for post in solution.posts_list:
        ring = ring_of.get(post.site)
        findings.require(
            post.ring == ring, f"post {post.id!r} is told in ring {post.ring!r}, it is in {ring!r}"
        )


def _parts(people: Sequence[float]) -> int:
    """Return written figures added up without rounding, in millionths of a person."""
    return sum(round(one * _PARTS) for one in people)
