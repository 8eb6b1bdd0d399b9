"""People sent to gates in time: explicit flows, and a looser rule where there are too many."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from placement.auditing.entry import levels_of
from placement.plan.problem import Plan
from placement.prove.crowds import Crowd
from placement.prove.program import Program, Terms, add, exact

_MOST_FLOWS = 4_000  # from crowds to gates by period; beyond them time and gates are left aside
_PARTS = 1_000_000  # of a person: flows are counted in whole parts, no smaller than these


@dataclass(frozen=True, slots=True, kw_only=True)
class Flows:
    """Who is admitted.

    Attributes
    ----------
    crowds
        Those whom a gate could admit.
    admitted
        Of each crowd, the people admitted.
    explicit
        Whether gates and periods are told apart. Where they are not, more people may pass here
        than could: a bound on them holds, a plan may be none.
    """

    crowds: Sequence[Crowd]
    admitted: Sequence[Terms]
    explicit: bool

    def counted(self) -> Iterator[tuple[Crowd, int, Terms]]:
        """Return each crowd with the people of it who are admitted, once."""
        for crowd, people in zip(self.crowds, self.admitted, strict=True):
            yield crowd, 1, people

    def worth(self, tier: int) -> Terms:
        """Return what those admitted of a tier are worth."""
        terms: Terms = {}
        for crowd, people in zip(self.crowds, self.admitted, strict=True):
            if crowd.tier == tier:
                add(terms, people, crowd.worth / crowd.people)
        return terms


def add_flows(
    program: Program,
    plan: Plan,
    position: int,
    gates: Mapping[int, tuple[int, Terms]],
    crowds: Sequence[Crowd],
) -> Flows:
    """Add who can be admitted by the lanes of the open gates.

    Parameters
    ----------
    program
        Takes variables and rules.
    plan, position
        The plan, and the position of the resource with lanes.
    gates
        By site: the variable of its gate, and its lanes.
    crowds
        The people.

    Returns
    -------
    Flows
    """
    resource = plan.problem.resources[position]
    rule, given = resource.lanes, plan.settings.resources[resource.id].lanes
    assert rule is not None  # noqa: S101 - it is the resource with lanes
    assert given is not None  # noqa: S101 - as above
    shares = [[exact(one) for one in profile] for profile in rule.profiles.values()]
    minutes = Fraction(rule.closes_min - rule.opens_min, len(rule.shares))
    full = exact(given.rate_per_h) * exact(given.efficiency) * minutes / 60
    a_lane = {site: full * _headroom(plan, resource.id, site) for site in gates}
    periods = len(rule.shares)
    ways = sum(len(crowd.ways) for crowd in crowds) * periods
    if ways > _MOST_FLOWS:
        each = {site: people * periods for site, people in a_lane.items()}
        return _in_all(program, plan, gates, crowds, each)
    coming = [[crowd.people * share for share in shares[crowd.arrival]] for crowd in crowds]
    parts = _parts_of([*a_lane.values(), *(one for crowd in coming for one in crowd)])
    at_gate: dict[int, list[Terms]] = {site: [{} for _ in range(periods)] for site in gates}
    admitted: list[Terms] = []
    for crowd, people in zip(crowds, coming, strict=True):
        sent = _send(program, crowd, [math.ceil(some * parts) for some in people], gates, at_gate)
        admitted.append(dict.fromkeys(sent, Fraction(1, parts)))
    for site, (_, lanes) in gates.items():
        for start in range(periods):
            for end in range(start, periods):
                until = min(end + rule.carry, periods - 1)
                inside: Terms = {}
                for period in range(start, end + 1):
                    add(inside, at_gate[site][period])
                add(inside, lanes, -a_lane[site] * parts * (until - start + 1))
                program.at_most(inside, 0)
    return Flows(crowds=crowds, admitted=admitted, explicit=True)


def _send(
    program: Program,
    crowd: Crowd,
    most: Sequence[int],
    gates: Mapping[int, tuple[int, Terms]],
    at_gate: Mapping[int, Sequence[Terms]],
) -> list[int]:
    """Add the flows of a crowd, by way and period, to every gate that they pass.

    Parameters
    ----------
    program
        Takes variables and rules.
    crowd
        Who comes.
    most
        By period: parts of people who come.
    gates
        As for `add_flows`.
    at_gate
        By site and period: takes the flows that pass there.

    Returns
    -------
    list of int
        The flows.
    """
    sent: list[list[int]] = [[] for _ in most]
    passing: dict[int, Terms] = {
        site: {gates[site][0]: Fraction(-sum(most))} for site in crowd.sites
    }
    for way in crowd.ways:
        for period, some in enumerate(most):
            flow = program.variable(some)
            sent[period].append(flow)
            for site in way:
                at_gate[site][period][flow] = passing[site][flow] = Fraction(1)
    for terms in passing.values():
        program.at_most(terms, 0)  # implied by capacity; it makes the relaxation tighter
    for period, some in enumerate(most):
        program.at_most(dict.fromkeys(sent[period], Fraction(1)), some)
    return [flow for flows in sent for flow in flows]


def _headroom(plan: Plan, resource: str, site: int) -> Fraction:
    """Return the share of what lanes admit at a site that the plan counts on."""
    if plan.headroom is not None:
        return exact(plan.headroom)
    name, lanes = plan.problem.sites.id[site], plan.settings.resources[resource].lanes
    least = None
    for rule in plan.settings.zones:
        mine = rule.resource == resource and name in rule.gates
        if mine and rule.headroom is not None and (least is None or rule.headroom < least):
            least = rule.headroom
    assert lanes is not None  # noqa: S101 - it is the resource with lanes
    return exact(lanes.headroom if least is None else least)


def _parts_of(people: Iterable[Fraction]) -> int:
    """Return the parts of a person that all figures are whole numbers of, or the least allowed."""
    common = math.lcm(*(one.denominator for one in people))
    return min(common, _PARTS)


def _in_all(
    program: Program,
    plan: Plan,
    gates: Mapping[int, tuple[int, Terms]],
    crowds: Sequence[Crowd],
    a_lane: Mapping[int, Fraction],
) -> Flows:
    """Let all lanes of a ring together admit people with an open gate there, whenever they come."""
    admitted: list[Terms] = []
    level = levels_of(plan) if plan.settings.rings else {}
    ring_of = {site: level.get(plan.problem.sites.id[site], 0) for site in gates}
    in_ring: list[Terms] = [{} for _ in range(max(ring_of.values(), default=0) + 1)]
    parts = _parts_of(crowd.people for crowd in crowds)
    for crowd in crowds:
        most = math.ceil(crowd.people * parts)
        passing = program.variable(most)
        for ring in range(len(crowd.ways[0])):
            reached = program.variable()
            theirs = sorted({way[ring] for way in crowd.ways})
            program.imply(reached, [gates[site][0] for site in theirs])
            program.at_most({passing: Fraction(1), reached: Fraction(-most)}, 0)
            in_ring[ring][passing] = Fraction(1)
        admitted.append({passing: Fraction(1, parts)})
    for site, (_, lanes) in gates.items():
        add(in_ring[ring_of[site]], lanes, -a_lane[site] * parts)
    for everyone in in_ring:
        program.at_most(everyone, 0)
    return Flows(crowds=crowds, admitted=admitted, explicit=False)
