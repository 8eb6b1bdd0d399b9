"""Which period of a plan is emptied, and whose people leave in it."""

from dataclasses import dataclass, replace

from placement.errors import UsageError
from placement.plan.problem import DayPeriod, Plan, Walkers


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Emptied:
    """Who leaves on which ground.

    Attributes
    ----------
    plan
        The plan as it is then: who leaves, on the ground of the period.
    period, people_of
        The period, and the one whose people leave; None in a plan without periods.
    """

    plan: Plan
    period: DayPeriod | None = None
    people_of: DayPeriod | None = None


def emptied(plan: Plan, name: str | None) -> Emptied:
    """Return a plan as it is in a period; as it is where it has none.

    A period in which people walk out may say where they walk to, the stations, as people of its
    own. Who leaves then stands where the period before says, on the ground of the period itself.

    Parameters
    ----------
    plan
        A plan.
    name
        The period; None for the only one in which people walk out.

    Raises
    ------
    UsageError
        If there is no such period, or nothing says which, or who leaves.
    """
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
