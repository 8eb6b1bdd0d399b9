"""What a plan made by hand is worth: its figures, the rules it breaks, and the best there is."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from placement.arrays import Ints
from placement.auditing.audit import audit
from placement.cover.instance_builder import Posting, posting
from placement.cover.survey import Survey, survey
from placement.errors import AuditError
from placement.plan.hand_made import SNAP_M, read_posts
from placement.plan.problem import Plan, Problem
from placement.solution import Solution, Status, Tier, list_unproven, remember
from placement.solve.capacitated import admission
from placement.solve.core.incumbent import Start
from placement.solve.core.stopping import Effort, Progress, Stop
from placement.solve.questions.baseline import Wishes, check_wishes, columns_of, post_names
from placement.solve.questions.counted import count_posts
from placement.solve.questions.max_cover import with_budget
from placement.solve.questions.measured import choose_solver, measured

BOUND_TIME_LIMIT_S = 60.0
"""Seconds for the bound unless others are given (A: what somebody waits for an answer)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What is known of a plan made by hand.

    Attributes
    ----------
    solution
        Its posts and figures, audited; its status is proposed.
    broken
        A sentence for each rule that it breaks, empty if it keeps all.
    notes
        A sentence for each point that was taken for a site, and each column that looks misspelt.
    best
        Objective of the best plan within the rules that was found on the way to the bound; None
        where none was found or looked for.
    possible
        False where it is proven that no plan keeps every rule, None where that is not known.
    """

    solution: Solution
    broken: tuple[str, ...]
    notes: tuple[str, ...] = ()
    best: float | None = None
    possible: bool | None = None


def evaluate(
    plan: Plan,
    posts: object,
    *,
    budget: float | None = None,
    baseline: Solution | None = None,
    bound: bool = True,
    time_limit: float | None = BOUND_TIME_LIMIT_S,
    snap_m: float = SNAP_M,
    seed: int = 0,
    progress: Progress | None = None,
    within: Stop | None = None,
) -> Evaluation:
    """Say what posts chosen by hand are worth, which rules they break, and how good the best is.

    Nothing is changed or mended: the posts are counted as they are, also where they break rules.

    Parameters
    ----------
    plan
        A loaded plan.
    posts
        The path of a CSV file, GeoJSON, GeoPackage or GeoParquet with a row for each post; a frame
        of the same columns; or units by ``"<site>/<resource>"``; or features of a file that were
        read already. A row has ``site``, or a place
        near one; ``resource``, unless the plan has one alone; and ``units``, else the least that
        the site takes. Other columns are not looked at.
    budget
        Most the plan may cost, in the plan's unit; the plan's own budget if None.
    baseline
        The agreed plan: say which posts moved against it, and what each of them brings.
    bound
        Whether to look for what no plan within the rules can beat.
    time_limit
        Seconds to look for it, or None.
    snap_m
        How far from a site a point may lie to be taken for it, metres.
    seed
        Of the search.
    progress
        Called with seconds, objective and bound.
    within
        A stop rule that runs already, of a command for instance, and is not to be outlasted.

    Returns
    -------
    Evaluation

    Raises
    ------
    InputError
        If the posts or the streets cannot be read.
    UsageError
        If an option is out of range.
    AuditError
        If a figure does not hold when recomputed; nothing to be expected, and nothing to be hidden.
    """
    if budget is not None:
        plan = with_budget(plan, budget)
    problem = plan.problem
    read = read_posts(posts, problem, crs=plan.crs, snap_m=snap_m)
    units = np.zeros(problem.sites.allowed.shape, dtype=np.int64)
    for post, many in read.units.items():
        units[post] = many
    names = {problem.post_id(*post): many for post, many in read.units.items()}
    limits = _unknown(problem)
    if bound:
        stop = Stop(time_limit, within=within)
        limits = _limits(plan, names, Effort(stop=stop, seed=seed, progress=progress))
    solution = _counted(plan, units, limits, wish=check_wishes(baseline=baseline))
    report = audit(plan, solution, baseline=baseline)
    if not report.ok:
        raise AuditError(report.findings)
    remember(solution, plan)
    return Evaluation(
        solution=solution,
        broken=report.broken,
        notes=read.notes,
        best=limits.best,
        possible=limits.possible,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limits:
    """What no plan within the rules can beat, in all and tier by tier."""

    bound: float
    tiers: tuple[Tier, ...]
    best: float | None = None
    possible: bool | None = None


def _unknown(problem: Problem) -> _Limits:
    tiers = problem.demand.tiers
    open_ones = tuple(
        Tier(tier=tier, objective=0.0, bound=math.inf, gap=math.inf) for tier in tiers
    )
    return _Limits(bound=math.inf, tiers=open_ones if len(tiers) > 1 else ())


def _limits(plan: Plan, units: Mapping[str, int], effort: Effort) -> _Limits:
    """Look for a bound, from the plan made by hand where that keeps the rules."""
    problem = plan.problem
    walks, posts, stop = measured(plan, effort.stop)
    lanes = np.array([units.get(name, 0) for name in post_names(problem, posts)], dtype=np.int64)
    start = Start(chosen=columns_of(posts, problem, units), lanes=lanes)
    with stop.catching_interrupts():
        searching = replace(effort, stop=stop)
        staged = choose_solver(plan, walks).solve(posts, searching, start=start)
    outcome, tiers = staged.outcome, staged.tiers
    status, best = outcome.status, outcome.objective
    # proven to be the best to the last decimal, which sums of floats may miss
    bound = best if status is Status.OPTIMAL else outcome.bound
    unknown = _unknown(problem)
    if status is Status.INFEASIBLE:
        return replace(unknown, possible=False)
    known = {tier.tier: tier for tier in tiers}
    return _Limits(
        bound=bound,
        tiers=tuple(known.get(tier.tier, tier) for tier in unknown.tiers),
        best=best if found_a_plan(status) else None,
        possible=True if found_a_plan(status) else None,
    )


def proposed(plan: Plan, units: Ints) -> Solution:
    """Count posts as they are, without a bound and without checking what is counted.

    Parameters
    ----------
    plan
        A loaded plan.
    units
        (N, K) int64, units of every post, 0 where there is none.

    Returns
    -------
    Solution
        What `evaluate` counts of the same posts, its status proposed.
    """
    return _counted(plan, units, _unknown(plan.problem), wish=Wishes())


def found_a_plan(status: Status) -> bool:
    """Tell whether a search came to a plan."""
    return status in (Status.OPTIMAL, Status.FEASIBLE)


def _counted(plan: Plan, units: Ints, limits: _Limits, *, wish: Wishes) -> Solution:
    """Count the people of the posts as they are, those included that the plan has no room for."""
    wide = allow_posts(plan, units)
    problem = wide.problem
    walks = survey(wide)
    posts = posting(problem, walks)
    admitted = None
    if problem.laned is not None:
        admitted = admit(wide, walks, posts, units)
    solution = count_posts(
        wide,
        walks,
        posts,
        units,
        status=Status.PROPOSED,
        bound=limits.bound,
        unproven=list_unproven("step_free"),
        wish=wish,
        tiers=limits.tiers,
        admitted=admitted,
    )
    return replace(solution, stopped=None)


def admit(plan: Plan, walks: Survey, posts: Posting, units: Ints) -> admission.Admitted:
    """Send people through the lanes of posts that are given.

    Parameters
    ----------
    plan, walks, posts
        A plan with lanes, the walks, and the candidate posts.
    units
        (N, K) int64, units of every post, 0 where there is none.
    """
    given = units[posts.site, posts.resource]
    gate = posts.resource == plan.problem.laned
    dealt = replace(posts, units=np.where(gate & (given > 0), given, posts.units))
    return admission.admission(dealt, plan, walks, np.flatnonzero((given > 0) & posts.opens))


def allow_posts(plan: Plan, units: Ints) -> Plan:
    """Return the plan in which each post may be where it is; the plan itself where each may.

    Parameters
    ----------
    plan
        A loaded plan.
    units
        (N, K) int64, units of every post, 0 where there is none.
    """
    sites = plan.problem.sites
    if (sites.allowed | (units == 0)).all():
        return plan
    wider = replace(sites, allowed=sites.allowed | (units > 0))

    def widened(plan: Plan) -> Plan:
        return replace(plan, problem=replace(plan.problem, sites=wider))

    periods = tuple(replace(one, plan=widened(one.plan)) for one in plan.periods)
    return replace(widened(plan), periods=periods)
