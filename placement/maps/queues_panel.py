"""What the page says of lanes: people a period and gate, and the fluid queue at every gate."""

import math
from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import numpy as np

from placement.cover.area_walks import STEP_FREE
from placement.plan.clock import minutes_of
from placement.plan.problem import OWN, Plan
from placement.solution import Admission, Gate, Solution

if TYPE_CHECKING:
    from placement.studies.replay import GateReplay, Replay

_NOBODY = 0.05
"""People: fewer are what rounding leaves, and no queue."""

type Knots = list[tuple[float, float]]


def queued(plan: Plan, solution: Solution, replay: "Replay | None" = None) -> dict[str, Any] | None:
    """Describe the gates of a solution, or return None where the plan has no lanes.

    Parameters
    ----------
    plan, solution
        What was asked and what was chosen.
    replay
        What random nights made of its queues, or None.

    Returns
    -------
    dict or None
        Minutes are counted from midnight. ``line`` is a queue as corners ``[minute, people]``
        between which it grows or shrinks evenly; that of ``all`` is the sum over the gates.
        ``room`` is how many people the lanes admit in a period. ``areas`` says of each area how
        many of its people are sent to which gate, by its position in ``gates``; it is empty where
        the solution does not tell. In a plan with rings ``sent`` counts the gates of the outermost,
        and so does ``all``, ``inside`` those farther in, and ``rings`` tells who passes each.
        ``profiles`` says who comes when by which arrival profile,
        and is empty where all come by the plan's own. With a replay, ``nights`` says how many
        there were and at which minutes queues were counted, and each gate has under ``nights`` its
        queue on 5, 25, 50, 75 and 95% of them at those minutes, and how it fared.
    """
    told = solution.lanes
    if told is None or told.resource not in {kind.id for kind in plan.problem.resources}:
        return None
    position = plan.problem.resource_index(told.resource)
    rule = plan.problem.resources[position].lanes
    opens = minutes_of(told.opens) or 0
    posts = {post.id: post for post in solution.posts_list}
    site_of = {site: at for at, site in enumerate(plan.problem.sites.id)}
    a_lane = np.zeros(len(site_of)) if rule is None else plan.problem.lane_people(position)
    gates: list[dict[str, Any]] = []
    lines: list[Knots] = []
    played = {} if replay is None else {gate.post: gate for gate in replay.gates}
    for name, gate in sorted(told.gates.items()):
        units = posts[name].units if name in posts else 0
        room = 0.0 if rule is None else rule.rate_h * units * told.period_min / 60
        if rule is not None and name in posts:  # zones may count on less of what lanes admit
            room *= float(a_lane[site_of[posts[name].site]]) / rule.lane_people
        waiting = waiting_people(gate)
        lines.append(_line(gate, waiting, room, opens, told.period_min))
        gates.append(
            {
                "key": name,
                "units": units,
                "room": room,
                "sent": _people(gate.sent),
                "admitted": _people(gate.admitted),
                "waiting": _people(waiting[1:]),
                "line": _corners(lines[-1]),
                "wait": gate.longest_wait_min,
                "clears": gate.clears,
                **({"nights": _night(played[name])} if name in played else {}),
            }
        )
    periods = max((len(gate.sent) for gate in told.gates.values()), default=0)
    # in a plan with rings people are counted once, at the outermost
    entering = [at for at, gate in enumerate(gates) if gate["key"] in told.entrances]
    together = {
        name: _people([math.fsum(gates[at][name][t] for at in entering) for t in range(periods)])
        for name in ("sent", "admitted", "waiting")
    }
    last = max((gate.clears for gate in told.gates.values() if gate.clears), default=None)
    return {
        "resource": position,
        "opens": told.opens,
        "closes": told.closes,
        "from_min": opens,
        "period_min": told.period_min,
        "a_lane_h": None if rule is None else rule.rate_h,
        "wait_limit_min": None if rule is None else rule.carry * rule.period_min,
        "walk_s": told.mean_walk_s,
        "gates": gates,
        **({} if replay is None else {"nights": _nights(replay, opens)}),
        "areas": _areas(plan, solution),
        **_rings(plan, told),
        "profiles": [
            {
                "name": name,
                "own": name == OWN,
                "people": one.people,
                "coming": _people(one.coming),
                "sent": _people(one.sent),
            }
            for name, one in sorted(told.profiles.items())
        ],
        "all": {
            "units": sum(gates[at]["units"] for at in entering),
            "room": math.fsum(gates[at]["room"] for at in entering),
            **together,
            "line": _corners(_sum([lines[at] for at in entering])),
            "wait": max((gate.longest_wait_min for gate in told.gates.values()), default=0.0),
            "clears": last,
        },
    }


def _rings(plan: Plan, told: Admission) -> dict[str, Any]:
    """Describe the rings, from the outside in, and who passes each; nothing without rings."""
    rings = plan.problem.rings
    if rings is None or not told.rings:
        return {}
    label = dict(zip(rings.names, rings.labels, strict=True))
    return {
        "rings": [
            {
                "name": one.ring,
                "label": dict(label.get(one.ring, {})),
                "people": one.people,
                "gates": list(one.gates),
            }
            for one in told.rings
        ]
    }


def _nights(replay: "Replay", opens: int) -> dict[str, Any]:
    """Describe what all gates of a replay share."""
    return {
        "many": replay.nights,
        "tolerated": replay.tolerated,
        "at": [round(opens + minute, 2) for minute in replay.moments_min],
        "strained": replay.all_gates.strained.value,
        "outside": replay.all_gates.outside.p95.value,
    }


def _night(gate: "GateReplay") -> dict[str, Any]:
    """Describe how one gate fared: its queue by quantile and moment, and its worst figures."""
    return {
        "fan": [[round(people) for people in line] for line in gate.fan],
        "strained": gate.strained.value,
        "outside": gate.outside.p95.value,
        "wait": gate.wait_min.p95.value,
        "queue": gate.queue.p95.value,
    }


def _areas(plan: Plan, solution: Solution) -> list[dict[str, Any]]:
    """Describe where the people of each area are sent, those walking step-free apart."""
    told = solution.lanes
    if told is None or not told.areas:
        return []
    drawn = {shape.id: at for at, shape in enumerate(plan.areas)}
    number = {name: at for at, name in enumerate(sorted(told.gates))}
    everyone = solution.areas.get(told.resource, {})
    found = []
    for name in sorted({*everyone, *told.areas}):
        through = {post: math.fsum(people) for post, people in told.areas.get(name, {}).items()}
        sent = {post: people for post, people in through.items() if post in told.entrances}
        walks = everyone.get(name)
        found.append(
            {
                "area": drawn.get(name.removesuffix(STEP_FREE)),
                "name": name.removesuffix(STEP_FREE),
                "step_free": name.endswith(STEP_FREE),
                "people": math.fsum(sent.values()) if walks is None else walks.people,
                "sent": [
                    [number[post], round(people, 6)]
                    for post, people in sorted(sent.items())
                    if post in number
                ],
                **(
                    {
                        "inside": [
                            [number[post], round(people, 6)]
                            for post, people in sorted(through.items())
                            if post in number and post not in sent
                        ]
                    }
                    if told.rings
                    else {}
                ),
            }
        )
    return found


def waiting_people(gate: Gate) -> list[float]:
    """Return the people in the queue of a gate when it opens and at the end of each period."""
    steps = [here - gone for here, gone in zip(gate.sent, gate.admitted, strict=True)]
    return [people if people > _NOBODY else 0.0 for people in accumulate(steps, initial=0.0)]


def _line(
    gate: Gate, waiting: Sequence[float], room: float, opens: float, period_min: float
) -> Knots:
    """Return the corners of a queue: the ends of the periods, and where it is gone within one."""
    corners = [(float(opens), 0.0)]
    for t, coming in enumerate(gate.sent):
        before, after = waiting[t], waiting[t + 1]
        start = opens + t * period_min
        if before > 0 and after == 0 and room > coming:
            gone = start + period_min * min(1.0, before / (room - coming))
            corners.append((gone, 0.0))
        corners.append((start + period_min, after))
    return corners


def _sum(lines: Sequence[Knots]) -> Knots:
    """Return the corners of several queues together."""
    times = sorted({round(minute, 6) for line in lines for minute, _ in line})
    people = np.zeros(len(times))
    for line in lines:
        people += np.interp(times, [minute for minute, _ in line], [many for _, many in line])
    return list(zip(times, people.tolist(), strict=True))


def _corners(line: Knots) -> list[list[float]]:
    """Write a queue without the corners that lie on a straight line between their neighbours."""
    kept: list[list[float]] = []
    for minute, people in line:
        corner = [round(minute, 2), round(people, 1)]
        if kept and kept[-1] == corner:
            continue
        while len(kept) > 1 and _between(kept[-2], kept[-1], corner):
            kept.pop()
        kept.append(corner)
    return kept


def _between(a: list[float], b: list[float], c: list[float]) -> bool:
    """Say whether b lies on the way from a to c."""
    return math.isclose(
        (b[0] - a[0]) * (c[1] - a[1]), (c[0] - a[0]) * (b[1] - a[1]), rel_tol=1e-9, abs_tol=1e-9
    )


def _people(people: Sequence[float]) -> list[float]:
    return [round(one, 6) for one in people]
