"""The conditions of a run: what it asked other than its plan file says, told one by one."""

from collections.abc import Iterator

from placement.auditing.findings import Findings
from placement.counts import counted
from placement.plan.clock import clock_of
from placement.plan.ground import at_of
from placement.plan.problem import Plan
from placement.solution import Solution


def check_conditions(plan: Plan, solution: Solution, findings: Findings) -> tuple[str, ...]:
    """Hold what a run asked to the plan file; nothing of it is taken on trust.

    Budget, unit and fleets are those of the plan file. A run may replace them, or ask for more;
    each such override is named, and must be recorded in the solution.

    Parameters
    ----------
    plan, solution
        What was asked and what came out.
    findings
        Collects what does not hold.

    Returns
    -------
    tuple of str
        One sentence for each override.
    """
    unit = plan.settings.budget.unit.en
    findings.require(
        solution.budget_unit == unit,
        f"costs are counted in {solution.budget_unit!r}, the plan's unit is {unit!r}",
    )
    findings.require(
        dict(solution.layers) == dict(plan.replaced),
        f"layers from other files are {dict(solution.layers)}, the plan was read with "
        f"{dict(plan.replaced)}",
    )
    findings.require(
        solution.headroom == plan.headroom,
        f"lanes are planned with {_share(solution.headroom)}, the plan was read with "
        f"{_share(plan.headroom)}",
    )
    for resource in solution.limits:
        findings.require(
            resource in plan.settings.resources, f"a limit is given for {resource!r}, no resource"
        )
    found = list(_overrides(plan, solution))
    told = [sentence for _, sentence in found]
    if solution.overrides is None:
        told.append("the file does not record what its run asked other than the plan says")
    else:
        names = sorted({name for name, _ in found})
        findings.require(
            sorted(solution.overrides) == names,
            f"recorded as other than the plan are {_listed(sorted(solution.overrides))}, "
            f"found is {_listed(names)}",
        )
    return tuple(told)


def _share(headroom: float | None) -> str:
    return "the plan's headroom" if headroom is None else f"a headroom of {headroom:.12g}"


def _listed(names: list[str]) -> str:
    return ", ".join(names) or "nothing"


def _overrides(plan: Plan, solution: Solution) -> Iterator[tuple[str, str]]:
    """Yield each override: the member of the file it stands in, and a sentence."""
    settings = plan.settings
    yield from _money(plan, solution)
    for resource, units in sorted(solution.limits.items()):
        given = settings.resources.get(resource)
        fleet = None if given is None else given.fleet
        says = "names no fleet" if fleet is None else f"says {fleet}"
        yield "limits", f"at most {counted(units, 'unit')} of {resource!r} given, the plan {says}"
    if solution.headroom is not None:
        lanes = [kind.lanes for kind in settings.resources.values() if kind.lanes is not None]
        says = f"says {lanes[0].headroom:.12g}" if lanes else "has no lanes"
        yield "headroom", f"lanes planned with {_share(solution.headroom)}, the plan {says}"
    for name, file in sorted(solution.layers.items()):
        own = getattr(settings.layers, name, None)
        says = "names none" if own is None else f"says {own}"
        yield "layers", f"layer {name} taken from {file}, the plan {says}"
    for name in sorted(solution.closures):
        yield "closures", f"{name} closed for the run, beside what the plan closes"
    usual = at_of(settings, None)
    if plan.timed and plan.at != usual:
        says = "names no time" if usual is None else f"says {clock_of(usual)}"
        yield "at", f"posts chosen for {solution.at}, the plan {says}"
    yield from _agreed(solution)


def _money(plan: Plan, solution: Solution) -> Iterator[tuple[str, str]]:
    """Yield what was asked other than the most cover within the plan's budget."""
    amount = plan.settings.budget.amount
    if solution.reverse is None:
        if solution.budget != amount:
            yield "budget", f"budget {solution.budget:.12g} given, the plan says {amount:.12g}"
        return
    for resource, share in sorted(solution.reverse.shares.items()):
        sentence = (
            f"the least cost to cover {share:.12g} of the people by {resource!r} was asked for, "
            f"the plan's budget of {amount:.12g} does not bind"
        )
        yield "reverse", sentence


def _agreed(solution: Solution) -> Iterator[tuple[str, str]]:
    """Yield the posts that a run was held to."""
    for post in sorted(solution.lock):
        yield "lock", f"post {post!r} had to be open"
    for post in sorted(solution.forbid):
        yield "forbid", f"post {post!r} had to be closed"
    changes = solution.changes
    if changes is not None:
        many = changes.most
        most = "any number of changes" if many is None else f"at most {counted(many, 'change')}"
        sentence = (
            f"held to an agreed plan: opened {_listed(sorted(changes.opened))}; closed "
            f"{_listed(sorted(changes.closed))}; {most} allowed, each at a price of "
            f"{changes.price:.12g}"
        )
        yield "changes", sentence
