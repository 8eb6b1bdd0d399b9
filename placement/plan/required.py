"""What is refused before anything is searched: required posts that clash, worths too small.

Without a solver only "at least so much" can be said of a remedy; the exact least change is for
`placement.solve.questions.infeasibility`, which sees what these checks let pass.
"""

import math
from pathlib import Path

import numpy as np

from placement.counts import counted
from placement.decimals import cost_of, exceeds
from placement.errors import InfeasibleError, InputError
from placement.plan.problem import Problem, SiteStatus

_NAMED = 5


def check_required(problem: Problem) -> None:
    """Refuse required posts that cannot all stand, whatever else is chosen.

    Only what needs no walk is looked at; a plan that passes may still be infeasible.

    Raises
    ------
    InfeasibleError
        If the required posts cost more than the budget at their least units, take more units than a
        fleet has, are more than the posts allowed, or need a resource nearby that no site may have.
    """
    sites = problem.sites
    required = sites.allowed & (sites.status == SiteStatus.REQUIRED)
    if not required.any():
        return
    site, resource = np.nonzero(required)
    names = [problem.post_id(j, k) for j, k in zip(site.tolist(), resource.tolist(), strict=True)]
    units = sites.min_units[required]
    costs = cost_of(sites.open_cost[required], sites.unit_cost[required], units)
    cost = math.fsum(costs.tolist())
    if exceeds(costs, problem.budget):
        _refuse(
            names,
            f"cost {cost:.10g} at least",
            f"budget.amount = {problem.budget:.10g}",
            f"raise the budget to {cost:.10g} at least",
        )
    for k, kind in enumerate(problem.resources):
        of_kind = resource == k
        own = [name for name, one in zip(names, of_kind.tolist(), strict=True) if one]
        if not own:
            continue
        taken = int(units[of_kind].sum())
        rule = f"resources.{kind.id}"
        if kind.fleet is not None and taken > kind.fleet:
            limit = f"{rule}.fleet = {kind.fleet}"
            _refuse(
                own,
                f"take {counted(taken, 'unit')} at least",
                limit,
                f"raise the fleet to {taken} at least",
            )
        if kind.posts is not None and len(own) > kind.posts:
            limit = f"{rule}.posts = {kind.posts}"
            remedy = f"raise the number of posts to {len(own)} at least"
            _refuse(own, f"are {len(own)}", limit, remedy)
        if kind.near is not None:
            other = problem.resource_index(kind.near.resource)
            may = sites.allowed[:, other] & (sites.status[:, other] != SiteStatus.EXCLUDED)
            if not may.any():
                limit = f"{rule}.near = {kind.near.resource!r}"
                _refuse(own, "need a post that no site may have", limit, "allow one at some site")


def check_worth(problem: Problem, *, file: Path | None) -> None:
    """Refuse a plan with lanes in which everybody together is worth too little for a proof.

    With lanes a proof counts differences below a millionth as none; without them it is exact.

    Raises
    ------
    InputError
        If all people are worth something, and less than 1.
    """
    if problem.laned is None:
        return
    people = math.fsum(problem.demand.people * problem.demand.priority)
    total = people * math.fsum(kind.value for kind in problem.resources)
    if 0 < total < 1:
        raise InputError(
            f"everybody together is worth only {total:.3g}: with lanes, plans are told apart by a "
            "millionth",
            file=file,
            field="resources.*.value",
            remedy=f"multiply every value by {10 ** -math.floor(math.log10(total)) * 1000:,}; "
            "no plan becomes better or worse than another by that",
        )


def _refuse(posts: list[str], what: str, rule: str, remedy: str) -> None:
    shown = ", ".join(posts[:_NAMED]) + (" …" if len(posts) > _NAMED else "")
    raise InfeasibleError(
        f"no plan keeps every rule: the required posts ({shown}) {what}, which clashes with "
        f"{rule}; {remedy}, or require fewer posts.",
        rules=[rule, *(f"{post}: status = required" for post in posts)],
        remedies=[remedy, "require fewer posts"],
    )
