"""Which period of a plan is emptied, whose people leave in it, and by the gates of which ring."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from placement.arrays import Bools
from placement.errors import UsageError
from placement.plan.problem import DayPeriod, Plan, Walkers


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RingLeft:
    """The ring whose gates people pass on their way out.

    Attributes
    ----------
    name, label
        Identifier, and the name to show by language.
    others
        Names of the other rings that screen people; they stand open.
    sites
        (N,) bool, which sites of the plan are in its line.
    """

    name: str
    label: Mapping[str, str]
    others: tuple[str, ...]
    sites: Bools


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Emptied:
    """Who leaves on which ground.

    Attributes
    ----------
    plan
        The plan as it is then: who leaves, on the ground of the period.
    period, people_of
        The period, and the one whose people leave; None in a plan without periods.
    ring
        The ring whose gates they pass; None in a plan without rings.
    """

    plan: Plan
    period: DayPeriod | None = None
    people_of: DayPeriod | None = None
    ring: RingLeft | None = None


def emptied(plan: Plan, name: str | None, ring: str | None = None) -> Emptied:
    """Return a plan as it is in a period; as it is where it has none.

    A period in which people walk out may say where they walk to, the stations, as people of its
    own. Who leaves then stands where the period before says, on the ground of the period itself.

    Parameters
    ----------
    plan
        A plan.
    name
        The period; None for the only one in which people walk out.
    ring
        The ring by whose gates they leave; None for the only one that screens people. Who leaves is
        inside it: those whose zone passes it on the way in.

    Raises
    ------
    UsageError
        If there is no such period or ring, or nothing says which, or who leaves.
    """
    found = _in_period(plan, name)
    rings = plan.problem.rings
    if rings is None:
        if ring is not None:
            raise UsageError(f"--ring {ring[:40]!r}: the plan has no rings.")
        return found
    if found.people_of is None or found.people_of is plan.screening:
        raise UsageError(
            "who leaves stands inside the rings, and the plan only says from where people come to "
            "them: give it [[periods]], one of them with people who stand inside, and name it with "
            "--period."
        )
    names = [rings.names[at] for at in rings.passed]
    if ring is None and len(names) == 1:
        ring = names[0]
    if ring not in names:
        raise UsageError(
            f"by the gates of which ring do people leave? Name one with --ring: {', '.join(names)}."
            " The others stand open then."
        )
    level = names.index(ring)
    demand, inside = found.plan.problem.demand, found.plan.problem.rings
    assert inside is not None  # noqa: S101 - every period has those of the plan
    people = np.where(inside.depth > level, demand.people, 0.0)
    if not people.any():
        raise UsageError(f"nobody is inside ring {ring!r} when people leave.")
    problem = replace(found.plan.problem, demand=replace(demand, people=people))
    return replace(
        found,
        plan=replace(found.plan, problem=problem),
        ring=RingLeft(
            name=ring,
            label=rings.labels[rings.passed[level]],
            others=tuple(one for one in names if one != ring),
            sites=rings.level == level,
        ),
    )


def between(plan: Plan, name: str | None, ring: str, then: str) -> Emptied:
    """Return a plan in a period with those alone who are outside one ring and inside another.

    Parameters
    ----------
    plan, name
        As for `emptied`.
    ring, then
        The inner ring, and the outer one whose gates people pass after it.

    Raises
    ------
    UsageError
        If the other is no ring outside the first.
    """
    inside, rings = emptied(plan, name, ring).plan.problem.demand.people, plan.problem.rings
    names = [] if rings is None else [rings.names[at] for at in rings.passed]
    outside = names[: names.index(ring)]
    if then not in outside:
        known = f"name one of {', '.join(outside)}" if outside else "it is the outermost"
        raise UsageError(f"--then {then[:40]!r} is no ring outside ring {ring!r}: {known}.")
    found = emptied(plan, name, then)
    demand = found.plan.problem.demand
    demand = replace(demand, people=np.where(inside > 0, 0.0, demand.people))
    problem = replace(found.plan.problem, demand=demand)
    return replace(found, plan=replace(found.plan, problem=problem))


def _in_period(plan: Plan, name: str | None) -> Emptied:
    if not plan.periods:
        if name is not None:
            raise UsageError(f"--period {name[:40]!r}: the plan has no periods.")
        return Emptied(plan=plan)
    on_foot = [one.id for one in plan.problem.resources if one.walkers is Walkers.PEOPLE]
    outward = {
        one.name for one in plan.settings.periods if any(one.turned(kind) for kind in on_foot)
    }
    named = [
        one for one in plan.periods if one.name == name or (name is None and one.name in outward)
    ]
    if len(named) != 1:
        there = ", ".join(one.name for one in plan.periods)
        raise UsageError(f"in which period do people leave? Name one with --period: {there}.")
    period = named[0]
    walked_to = {one.name for one in plan.settings.periods if one.layers.people} & outward
    if period.name not in walked_to:
        return Emptied(plan=period.plan, period=period, people_of=period)
    before = [one for one in plan.periods if one.begins < period.begins]
    stood = [one for one in before if one.name not in walked_to]
    if not stood:
        raise UsageError(
            f"the people of {period.name!r} are where others walk to from the gates, and no "
            "period before it says who leaves: name a period with --period."
        )
    theirs = stood[-1]
    ground = replace(period.plan, problem=theirs.plan.problem, areas=theirs.plan.areas)
    return Emptied(plan=ground, period=period, people_of=theirs)
