"""From a plan to an audited solution: the pipeline, readable from top to bottom."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from placement.cover.posting import Posting, posting
from placement.cover.survey import Survey, survey
from placement.errors import AuditError, InfeasibleError, NoPlanError, UsageError
from placement.plan.problem import Plan, Problem
from placement.solve import engine
from placement.solve.audit import audit
from placement.solve.clash import clashing_rules
from placement.solve.solution import Coverage, Post, Solution, Status, Walk
from placement.solve.stop import Progress, Stop
from placement.solve.walks import Refined, refine

type Ints = NDArray[np.int64]

_PLACES = 6  # decimals of the figures that are written


def optimise(
    plan: Plan,
    *,
    budget: float | None = None,
    time_limit: float | None = None,
    gap: float = 0.0,
    seed: int = 0,
    progress: Progress | None = None,
) -> Solution:
    """Choose posts that cover the most people within the budget and every rule.

    The plan is measured on its streets, solved as a maximal covering location problem (Church &
    ReVelle 1974), given the shorter walks among equals, and audited.

    Parameters
    ----------
    plan
        A loaded plan.
    budget
        Most to spend, in the plan's unit; the plan's own budget if None.
    time_limit
        Seconds, or None. At the limit, as at Ctrl-C, the best plan so far is returned.
    gap
        Relative gap that is good enough; 0 asks for proof.
    seed
        Of the search for a first plan.
    progress
        Called with seconds, objective and bound.

    Returns
    -------
    Solution
        Already audited.

    Raises
    ------
    UsageError
        If an option is out of range.
    InputError
        If the streets cannot be read.
    InfeasibleError
        If no plan keeps every rule; it names the rules that clash.
    NoPlanError
        If no plan was found within the limit.
    KeyboardInterrupt
        If Ctrl-C came before any plan.
    AuditError
        If a figure does not hold when recomputed; nothing to be expected, and nothing to be hidden.
    """
    stop = Stop(_checked("time_limit", time_limit))
    gap = _checked("gap", gap) or 0.0
    if budget is not None:
        plan = with_budget(plan, budget)
    with stop.catching_interrupts():
        walks = survey(plan)
        posts = posting(plan.problem, walks)
        outcome = engine.solve(
            posts.instance, stop=stop.share(0.8), gap=gap, seed=seed, progress=progress
        )
        if outcome.status is Status.INFEASIBLE:
            rules = clashing_rules(plan.problem, posts, stop=Stop(30))
            raise InfeasibleError(
                f"no plan keeps every rule: {', '.join(rules)} clash.", rules=rules
            )
        if outcome.chosen is None or (outcome.status is not Status.OPTIMAL and _is_empty(outcome)):
            if stop.interrupted:
                raise KeyboardInterrupt
            raise NoPlanError(
                "no plan was found within the limit, and none was shown to be impossible; "
                "give more time with --time-limit."
            )
        refined = refine(posts, plan.problem, walks, outcome.chosen, stop=stop)
    solution = _write_up(plan, posts, walks, outcome, refined)
    report = audit(plan, solution)
    if not report.ok:
        raise AuditError(report.findings)
    return solution


def _is_empty(outcome: engine.Outcome) -> bool:
    """Tell whether the plan is the one that opens nothing: what a search starts from."""
    return outcome.chosen is not None and len(outcome.chosen) == 0


def with_budget(plan: Plan, budget: float) -> Plan:
    """Return a plan with another budget.

    Raises
    ------
    UsageError
        If the budget is negative or not a finite number.
    """
    amount = _checked("budget", budget)
    if amount is None or math.isinf(amount):
        raise UsageError(f"budget is {budget}: give a finite number of 0 or more.")
    return replace(plan, problem=replace(plan.problem, budget=amount))


def _checked(name: str, value: float | None) -> float | None:
    if value is not None and not value >= 0:
        raise UsageError(f"{name} is {value}: give a number of 0 or more.")
    return value


def _write_up(
    plan: Plan, posts: Posting, walks: Survey, outcome: engine.Outcome, refined: Refined
) -> Solution:
    """Count people for every post and resource, and state what is proven."""
    problem = plan.problem
    chosen = refined.chosen
    listed: list[Post] = []
    coverage: dict[str, Coverage] = {}
    mean_s: dict[str, float] = {}
    total = math.fsum(problem.demand.people)
    for position, resource in enumerate(problem.resources):
        columns = chosen[posts.resource[chosen] == position]
        table = walks.walk[resource.id][:, posts.site[columns]].tocsc()
        reached = np.bincount(table.indices, minlength=len(problem.demand))
        people = problem.demand.people
        for n, column in enumerate(columns):
            mine = table.indices[table.indptr[n] : table.indptr[n + 1]]
            alone = mine[reached[mine] == 1]
            listed.append(_post(problem, posts, column, people[mine], people[alone]))
        covered = math.fsum(people[reached > 0])
        coverage[resource.id] = Coverage(
            covered=round(covered, _PLACES),
            total=round(total, _PLACES),
            share=round(covered / total, _PLACES) if total else 0.0,
        )
        nearest = np.full(len(people), np.inf)
        np.minimum.at(nearest, table.indices, table.data)
        on_foot = float(people[reached > 0] @ nearest[reached > 0])
        mean_s[resource.id] = round(on_foot / covered, 1) if covered else 0.0
    return Solution(
        plan=plan.settings.name,
        budget=problem.budget,
        budget_unit=plan.settings.budget.unit.en,
        cost=round(math.fsum(post.cost for post in listed), _PLACES),
        status=outcome.status,
        objective=round(outcome.objective, _PLACES),
        bound=round(outcome.bound, _PLACES),
        gap=round(outcome.gap, 9) if math.isfinite(outcome.gap) else outcome.gap,
        coverage=coverage,
        walking=walks.walking,
        posts_list=tuple(sorted(listed, key=lambda post: post.id)),
        walk=Walk(mean_s=mean_s, gap=None if refined.gap is None else round(refined.gap, _PLACES)),
        layers=plan.replaced,
        limits=plan.limits,
        stopped=outcome.stopped,
    )


def _post(
    problem: Problem,
    posts: Posting,
    column: int,
    people: NDArray[np.float64],
    alone: NDArray[np.float64],
) -> Post:
    site, position = posts.site[column], posts.resource[column]
    sites = problem.sites
    lon, lat = sites.lonlat[site]
    return Post(
        site=sites.id[site],
        name=sites.name[site],
        resource=problem.resources[position].id,
        units=int(posts.units[column]),
        cost=round(float(posts.instance.cost[column]), _PLACES),
        covered=round(math.fsum(people), _PLACES),
        only=round(math.fsum(alone), _PLACES),
        lon=round(float(lon), _PLACES),
        lat=round(float(lat), _PLACES),
    )
