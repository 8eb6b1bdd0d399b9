"""The audit of who goes where: people of each area by gate and period, added up as written."""

import math
from collections.abc import Sequence

import numpy as np

from placement.arrays import Ints
from placement.auditing.entry import levels_of, may_enter
from placement.auditing.findings import Findings
from placement.auditing.periods import people_of
from placement.auditing.rules import Reach
from placement.counts import counted
from placement.plan.problem import Plan
from placement.solution import Admission, Gate, Solution

_PARTS = 1_000_000  # of a person: six decimals are written
_ROUNDING = 1e-4  # people of an area, as the plan's own decimals may add up


def areas_of(plan: Plan) -> tuple[list[str], Ints]:
    """Return the names of the areas, and the (M,) positions of the demand points' own.

    Read from the plan anew: the area a point was sampled from, else its zone, else "elsewhere",
    in each period its own; those who walk without steps apart.
    """
    demand = plan.problem.demand
    drawn = {shape.id for shape in plan.areas}
    label = []
    for at, name in enumerate(demand.id):
        area = name.rpartition("#")[0]
        if area not in drawn:
            when = name.partition(":")[0] + ":" if plan.settings.periods else ""
            area = when + (demand.zones[int(demand.zone[at])] or "elsewhere")
        label.append(area + "~step-free" * bool(demand.step_free[at]))
    names = sorted(set(label))
    number = {one: at for at, one in enumerate(names)}
    return names, np.array([number[one] for one in label], dtype=np.int64)


def check_areas(
    plan: Plan,
    solution: Solution,
    reach: Reach,
    areas: tuple[list[str], Ints],
    findings: Findings,
) -> bool:
    """Check whom each area sends to each gate against its people, its reach and all other sums.

    Parameters
    ----------
    plan, solution
        What was asked and told.
    reach
        Whom the posts of the resource with lanes reach.
    areas
        As `areas_of` returns them.
    findings
        Where findings go.

    Returns
    -------
    bool
        Whether every figure has its place, so that a flow can be looked for.
    """
    told, demand = solution.lanes, plan.problem.demand
    if told is None:
        return False
    names, of = areas
    if not told.areas and any(any(gate.sent) for gate in told.gates.values()):
        findings.require(False, "nothing is told of the areas that people are sent from")  # noqa: FBT003
        return False
    # farther in, people pass gates that they reach from others: see `check_rings`
    level = levels_of(plan)
    entrances = {post for post in told.gates if level.get(post.rpartition("/")[0], 0) == 0}
    total = sum(_parts(told.gates[post].sent) for post in sorted(entrances))
    fits = True
    by_gate: dict[str, list[int]] = {}
    by_area: dict[str, int] = {}
    for area, table in told.areas.items():
        mine = (of == names.index(area)) if area in names else np.zeros(len(of), dtype=np.bool_)
        by_area[area] = sum(_parts(table[post]) for post in sorted(table.keys() & entrances))
        for post, people in table.items():
            gate = told.gates.get(post)
            known = bool(mine.any()) and gate is not None and len(people) == len(gate.sent)
            findings.require(known, f"area {area!r} sends people to {post!r}: one is unknown")
            fits &= known
            if not known:
                continue
            within = reach.within[reach.posts.index(post)]
            site = post.removesuffix(f"/{told.resource}")
            theirs = may_enter(plan, told.resource, [site])[0]
            findings.require(
                bool(theirs[mine & (demand.people > 0)].any()),
                f"area {area!r} sends people to {post!r}, by which they may not enter",
            )
            findings.require(
                post not in entrances or bool((within | ~theirs)[mine & (demand.people > 0)].any()),
                f"area {area!r} sends people to {post!r}, beyond the limit of all of them",
            )
            line = by_gate.setdefault(post, [0] * len(people))
            by_gate[post] = [
                so_far + _parts([one]) for so_far, one in zip(line, people, strict=True)
            ]
        everyone = math.fsum(demand.people[mine])
        findings.require(
            by_area[area] / _PARTS <= everyone + _ROUNDING,
            f"area {area!r} sends {counted(by_area[area] / _PARTS, 'person')}, "
            f"{everyone:.10g} are there",
        )
    for name, gate in told.gates.items():
        line = by_gate.get(name, [0] * len(gate.sent))
        findings.require(
            line == [_parts([one]) for one in gate.sent],
            f"the people sent to {name!r} by area do not add up to those told of the gate",
        )
        findings.require(
            _parts(gate.sent) == _parts(gate.admitted), f"not as many pass {name!r} as are sent"
        )
    for opened in solution.posts_list:
        if opened.id in told.gates:
            findings.require(
                _parts([opened.admitted or 0.0]) == _parts(told.gates[opened.id].sent),
                f"people admitted at {opened.id!r} are not those sent there",
            )
    coverage = solution.coverage[told.resource]
    findings.require(
        _parts([coverage.covered]) == total,
        f"{counted(coverage.covered, 'person')} covered by {told.resource!r}, "
        f"{total / _PARTS:.10g} are sent to its gates",
    )
    if coverage.step_free is not None:
        slow = {names[at] for at in np.unique(of[demand.step_free]).tolist()}
        sent = sum(people for area, people in by_area.items() if area in slow)
        findings.require(
            _parts([coverage.step_free.covered]) == sent,
            f"{counted(coverage.step_free.covered, 'step-free person', 'step-free people')} "
            f"covered by {told.resource!r}, "
            f"{sent / _PARTS:.10g} are sent to its gates",
        )
    return fits


def check_profiles(plan: Plan, solution: Solution, findings: Findings) -> bool:
    """Check who comes by which profile, and that those sent add up; tell whether all have a place.

    Parameters
    ----------
    plan, solution
        What was asked and told.
    findings
        Where findings go.
    """
    problem, told = plan.problem, solution.lanes
    rule = None if problem.laned is None else problem.resources[problem.laned].lanes
    if told is None or rule is None:
        return False
    everyone: dict[str, list[float]] = {}
    names = list(rule.profiles)
    laned = problem.resources[problem.laned or 0].id
    served = people_of(plan, laned).tolist()
    for people, at in zip(served, problem.demand.arrival, strict=True):
        if people > 0:
            everyone.setdefault(names[int(at)], []).append(people)
    if set(everyone) <= {names[0]}:
        everyone = {}
    same = set(told.profiles) == set(everyone)
    findings.require(
        same,
        f"arrival profiles are told for {sorted(told.profiles)}, people come by {sorted(everyone)}",
    )
    periods = len(rule.shares)
    whole = all(len(one.coming) == len(one.sent) == periods for one in told.profiles.values())
    findings.require(
        whole, f"not every arrival profile has figures for {counted(periods, 'period')}"
    )
    if not same or not whole:
        return False
    for name, one in told.profiles.items():
        total = math.fsum(everyone[name])
        findings.equal(f"people who come by {name!r}", one.people, total)
        findings.require(
            _parts(one.coming) == _parts([one.people]),
            f"those who come by {name!r} in each period do not add up to {one.people:.10g}",
        )
        for at, share in enumerate(rule.profiles[name]):
            findings.equal(
                f"people who come by {name!r} in period {at + 1}",
                one.coming[at],
                total * share,
                within=2e-6,
            )
            findings.require(
                one.sent[at] <= one.coming[at] + _ROUNDING,
                f"{counted(one.sent[at], 'person')} of {name!r} sent in period {at + 1}, "
                f"{one.coming[at]:.10g} come",
            )
    for at in range(periods if told.profiles else 0):
        findings.require(
            sum(_parts([one.sent[at]]) for one in told.profiles.values())
            == sum(_parts([gate.sent[at]]) for gate in _entrances(plan, told)),
            f"the people sent by profile in period {at + 1} do not add up to those of the gates",
        )
    return True


def _entrances(plan: Plan, told: Admission) -> list[Gate]:
    """Return the gates at which people are counted once: those of the outermost ring, or all."""
    level = levels_of(plan)
    return [gate for post, gate in told.gates.items() if level.get(post.rpartition("/")[0], 0) == 0]


def _parts(people: Sequence[float]) -> int:
    """Return written figures added up without rounding, in millionths of a person."""
    return sum(round(one * _PARTS) for one in people)
