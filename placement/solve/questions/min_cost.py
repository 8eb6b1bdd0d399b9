"""The reverse question: the cheapest plan that covers given shares of the people."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches

import numpy as np

from placement.arrays import Ints
from placement.auditing.audit import audit
from placement.cover.instance import Instance, Limit, Rule
from placement.cover.instance_builder import Posting
from placement.cover.laned import laned
from placement.decimals import exceeds, total_of
from placement.errors import AuditError, InfeasibleError, NoPlanError, UsageError
from placement.plan.problem import Plan, Problem
from placement.solution import Reverse, Solution, Status, Stopped, remember
from placement.solve.capacitated import admission
from placement.solve.capacitated.min_cost import cheapest
from placement.solve.capacitated.walk_improvement import among_equals
from placement.solve.core.stopping import Progress, Stop
from placement.solve.mclp.heuristics import min_cost_heuristic
from placement.solve.mip.decomposition import apart
from placement.solve.mip.minimise_rule import (
    feasible,
    is_least,
    least,
    left_side,
    people_in,
    step_of,
    sum_of,
)
from placement.solve.mip.mip_model import Answer
from placement.solve.questions import lexicographic
from placement.solve.questions.baseline import Wishes
from placement.solve.questions.infeasibility import clash
from placement.solve.questions.max_cover import with_budget
from placement.solve.questions.measured import measured
from placement.solve.questions.report import write_up
from placement.solve.questions.secondary_objective import Refined, refine

_PLACES = 6
_HAIR = 2e-6  # of a person
_WHOLE = 1e-6  # people this near to a whole number are a whole number
_EXPLAIN_S = 30.0  # most seconds for saying why there is no such plan


def least_cost(
    plan: Plan,
    shares: Mapping[str, float],
    *,
    time_limit: float | None = None,
    gap: float = 0.0,
    seed: int = 0,
    progress: Progress | None = None,
    within: Stop | None = None,
) -> Solution:
    """Find the cheapest plan that covers given shares of all people, and prove how cheap.

    Partial set covering (Toregas et al. 1971, Daskin & Owen 1999) with every other rule of the
    plan; its budget does not bind. Of the plans of least cost the one that covers most is taken,
    then the one with shorter walks, then the lowest identifiers.

    Parameters
    ----------
    plan
        A loaded plan.
    shares
        By resource, the least share of all people it must cover, above 0 and at most 1.
    time_limit
        Seconds, or None. At the limit, as at Ctrl-C, the cheapest plan so far is returned.
    gap
        Relative gap of the cost that is good enough; 0 asks for proof.
    seed
        Of the search for a first plan.
    progress
        Called with seconds, cost and the bound of the cost.
    within
        A stop rule that runs already, of a command for instance, and is not to be outlasted.

    Returns
    -------
    Solution
        Already audited; its budget is its cost, and `Solution.reverse` says what was asked and what
        is proven of the cost. It is optimal where the cost is proven least and, at that cost, the
        cover most.

    Raises
    ------
    UsageError
        If a share is out of range or names no resource.
    InfeasibleError
        If the shares cannot be reached; it says how much can be.
    NoPlanError
        If no such plan was found within the limit.
    KeyboardInterrupt
        If Ctrl-C came before any plan.
    AuditError
        If a figure does not hold when recomputed.
    """
    asked = checked_shares(plan.problem, shares)
    for name, value in (("time_limit", time_limit), ("gap", gap)):
        if value is not None and not value >= 0:
            raise UsageError(f"{name} is {value}: give a number of 0 or more.")
    stop = Stop(time_limit, within=within)
    if plan.problem.laned is not None:
        return _with_lanes(plan, asked, stop=stop, gap=gap, seed=seed, progress=progress)
    walks, posts, stop = measured(plan, stop, counted=asked)
    with stop.catching_interrupts():
        posts = free_of_budget(posts)
        bound_posts = with_shares(posts, plan.problem, asked)
        priced = _least_cost(
            bound_posts, plan.problem, stop=stop.share(0.7), gap=gap, seed=seed, progress=progress
        )
        if priced.infeasible:
            raise _unreachable(plan.problem, posts, asked, stop=stop.explaining(_EXPLAIN_S))
        if priced.chosen is None:
            raise _not_found(stop)
        at_cost = replace(bound_posts, instance=_at_cost(bound_posts.instance, priced))
        staged = lexicographic.solve(
            at_cost, stop=stop.share(0.8), gap=gap, seed=seed, start=priced.chosen
        )
        outcome = staged.outcome
        assert outcome.chosen is not None  # noqa: S101 - it was given one
        refined = refine(staged.held, plan.problem, walks, outcome.chosen, stop=stop)
    cost = math.fsum(at_cost.instance.cost[refined.chosen])
    solution = write_up(
        with_budget(plan, round(cost, _PLACES)), posts, walks, outcome, refined,
        tiers=staged.tiers, wish=Wishes(),
    )  # fmt: skip
    solution = _stated(solution, asked, priced)
    report = audit(plan, solution)
    if not report.ok:
        raise AuditError(report.findings)
    remember(solution, plan)
    return solution


def _with_lanes(
    plan: Plan,
    shares: Mapping[str, float],
    *,
    stop: Stop,
    gap: float,
    seed: int,
    progress: Progress | None,
) -> Solution:
    """Find the cheapest gates and lanes; at their cost, those that cover most."""
    problem = plan.problem
    walks, posts, stop = measured(plan, stop, counted=shares)
    with stop.catching_interrupts():
        bound_posts = with_shares(posts, problem, shares)
        instance, lanes = laned(problem, bound_posts)
        free = math.fsum(instance.cost) + math.fsum(lanes.lane_cost * lanes.most)
        rules = {name: share_rule(posts, problem, name, share) for name, share in shares.items()}
        found = cheapest(
            instance.with_budget(free), lanes, {rule.name for rule in rules.values()},
            stop=stop.share(0.7), gap=gap, seed=seed, progress=progress,
        )  # fmt: skip
        outcome = found.outcome
        if outcome.status is Status.INFEASIBLE:
            raise admission.unreachable(problem, posts, rules, stop=stop.explaining(_EXPLAIN_S))
        if outcome.chosen is None:
            raise _not_found(stop)
        at_cost = replace(bound_posts, instance=bound_posts.instance.with_budget(found.cost))
        best, chosen_posts, staged = admission.solve(
            at_cost, problem, stop=stop.share(0.6), gap=gap, seed=seed,
            warm=(outcome.chosen, outcome.lanes), passing=outcome.passing,
        )  # fmt: skip
        assert best.chosen is not None  # noqa: S101 - it was given one
        settled = among_equals(plan, chosen_posts, walks, best, shares=shares, seed=seed, stop=stop)
    best, chosen_posts = settled.outcome, settled.posts
    assert best.chosen is not None  # noqa: S101 - it was settled on
    refined = Refined(chosen=best.chosen, gap=settled.gap, unproven=settled.unproven)
    cost = round(lanes.spent(instance, best.chosen, best.lanes), _PLACES)
    solution = write_up(
        with_budget(plan, cost), chosen_posts, walks, best, refined,
        tiers=staged, wish=Wishes(), admitted=settled.admitted,
    )  # fmt: skip
    bound = min(found.bound, cost) if found.bound < found.cost else cost
    priced = _Priced(chosen=best.chosen, cost=cost, bound=bound, stopped=outcome.stopped)
    solution = _stated(solution, shares, priced)
    report = audit(plan, solution)
    if not report.ok:
        raise AuditError(report.findings)
    remember(solution, plan)
    return solution


def _not_found(stop: Stop) -> BaseException:
    """Return what to raise where no plan was found in time."""
    if stop.interrupted:
        return KeyboardInterrupt()
    return NoPlanError(
        "no plan that reaches the shares was found within the limit, and none was shown "
        "to be impossible; give more time with --time-limit."
    )


def checked_shares(problem: Problem, shares: Mapping[str, float]) -> dict[str, float]:
    """Return the shares in the order of the resources.

    Raises
    ------
    UsageError
        If there is none, one names no resource, or one is out of range.
    """
    known = [resource.id for resource in problem.resources]
    if not shares:
        raise UsageError("no share is asked for: write one, such as --share checkpoint=0.95.")
    for name, share in shares.items():
        if name not in known:
            meant = get_close_matches(name, known, n=1)
            hint = f"did you mean {meant[0]!r}?" if meant else f"known are {', '.join(known)}."
            raise UsageError(f"there is no resource {name!r}; {hint}")
        if not 0 < share <= 1:
            raise UsageError(
                f"the share of {name} is {share:g}: give one above 0 and of at most 1, "
                f"such as --share {name}=0.95."
            )
    return {name: float(shares[name]) for name in known if name in shares}


def free_of_budget(posts: Posting) -> Posting:
    """Return a posting whose budget pays for everything."""
    return replace(posts, instance=posts.instance.with_budget(math.fsum(posts.instance.cost)))


def with_shares(posts: Posting, problem: Problem, shares: Mapping[str, float]) -> Posting:
    """Add the rules that each resource covers its share of all people."""
    rules = tuple(share_rule(posts, problem, resource, share) for resource, share in shares.items())
    instance = replace(posts.instance, rules=(*posts.instance.rules, *rules))
    return replace(posts, instance=instance)


def share_rule(posts: Posting, problem: Problem, resource: str, share: float) -> Rule:
    """Return the rule that a resource covers at least a share of all people."""
    people = problem.demand.people
    need = share * math.fsum(people)
    if problem.laned == problem.resource_index(resource):
        need -= _HAIR * min(
            1.0, need
        )  # lanes admit parts of people: as with floors a share just met is met
    elif bool(np.all(people == np.floor(people))):
        # half a person of slack keeps every plan that reaches the share and no other, and
        # forgives the solver its rounding
        need = math.ceil(need - _WHOLE) - 0.5
    rows = np.flatnonzero(posts.row_resource == problem.resource_index(resource))
    name = f"share {resource}={share:.10g}"
    return replace(people_in(name, posts.instance, rows, posts.people), most=-need)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Priced:
    """The cheapest plan found, and what is proven of its cost."""

    chosen: Ints | None
    cost: float
    bound: float
    infeasible: bool = False
    stopped: Stopped = Stopped.PROVEN

    @property
    def gap(self) -> float:
        return (self.cost - self.bound) / self.cost if self.bound < self.cost else 0.0


def _least_cost(
    posts: Posting,
    problem: Problem,
    *,
    stop: Stop,
    gap: float,
    seed: int,
    progress: Progress | None,
) -> _Priced:
    """Minimise the cost under all rules, from a plan and a bound that were looked for first."""
    instance = posts.instance
    cost = sum_of("cost", instance.cost)
    parts = apart(instance, stop=stop.share(0.3))
    if parts.bound == math.inf:
        return _Priced(chosen=None, cost=math.inf, bound=0.0, infeasible=True)
    start = min_cost_heuristic.search(
        posts, problem, stop=stop.share(0.4), seed=seed, target=parts.bound
    )
    spent = math.inf if start is None else left_side(instance, cost, start)
    if progress is not None and start is not None:
        progress(stop.seconds(), spent, parts.bound)
    step = step_of(cost)
    answer = Answer(chosen=None, bound=parts.bound, infeasible=False)
    if not is_least(spent, parts.bound, step):
        bounded = replace(instance, rules=(*instance.rules, *parts.rules))
        answer = least(bounded, cost, stop=stop, warm=start, gap=gap, progress=progress)
    found = [
        (left_side(instance, cost, chosen), chosen)
        for chosen in (answer.chosen, start)
        if chosen is not None
    ]
    if not found:
        return _Priced(chosen=None, cost=math.inf, bound=0.0, infeasible=answer.infeasible)
    spent, chosen = min(found, key=lambda one: one[0])
    bound = max(parts.bound, spent if answer.infeasible else min(spent, answer.bound))
    if is_least(spent, bound, step):
        bound = spent
    stopped = Stopped.PROVEN
    if bound < spent:
        ended = Stopped.INTERRUPTED if stop.interrupted else Stopped.TIME_LIMIT
        stopped = ended if stop.reached() or not gap else Stopped.GAP
    return _Priced(chosen=chosen, cost=spent, bound=bound, stopped=stopped)


def _at_cost(instance: Instance, priced: _Priced) -> Instance:
    """Return the instance at the cost that was found, without posts it leaves no money for.

    A plan can do without the posts that no rule needs, and still costs no less than the bound: so
    what they cost together is at most the cost that was found less the bound.
    """
    needed = instance.required.copy()
    row = np.repeat(np.arange(instance.rows), np.diff(instance.indptr))
    for rule in instance.rules:
        needed |= rule.slope < 0
        needed[instance.indices[np.isin(row, rule.rows[rule.share > 0])]] = True
    tail = np.repeat(np.arange(instance.columns), np.diff(instance.near_indptr))
    while True:
        partners = instance.near_indices[needed[tail]]
        if needed[partners].all():
            break
        needed[partners] = True
    spare = priced.cost - priced.bound
    free = np.where(needed, 0.0, instance.cost)
    too_dear = free > spare * (1 + 1e-9)
    limit = Limit(name="spare", use=free, most=spare * (1 + 1e-9))
    return replace(
        instance.with_budget(_enough(instance, priced)),
        excluded=instance.excluded | too_dear,
        limits=(*instance.limits, limit) if spare > 0 else instance.limits,
    )


def _enough(instance: Instance, priced: _Priced) -> float:
    """Return the least budget that pays for the plan found, whose cost may be rounded down."""
    paid = instance.cost[[] if priced.chosen is None else priced.chosen]
    budget = max(priced.cost, total_of(paid))
    return math.nextafter(budget, math.inf) if exceeds(paid, budget) else budget


def _stated(solution: Solution, shares: Mapping[str, float], priced: _Priced) -> Solution:
    """Say what was asked, and what is proven of the cost."""
    bound = solution.cost
    if priced.bound < priced.cost:  # rounded down, and below the cost as it is written
        bound = round(priced.bound, _PLACES)
        if bound > priced.bound or bound >= solution.cost:
            bound = round(min(bound, solution.cost) - 10.0**-_PLACES, _PLACES)
        bound = max(0.0, min(bound, math.nextafter(solution.cost, 0.0)))
    gap = (solution.cost - bound) / solution.cost if solution.cost > bound else 0.0
    reverse = Reverse(shares=dict(shares), cost_bound=bound, cost_gap=round(gap, 9))
    others = {*(solution.overrides or ()), "reverse"} - {"budget"}
    solution = replace(solution, reverse=reverse, overrides=tuple(sorted(others)))
    if gap == 0.0:
        return solution
    return replace(solution, status=Status.FEASIBLE, stopped=priced.stopped)


def _unreachable(
    problem: Problem, posts: Posting, shares: Mapping[str, float], *, stop: Stop
) -> InfeasibleError:
    """Say what can be reached where the shares cannot."""
    if feasible(posts.instance, stop=stop.share(0.5)) is False:
        return clash(problem, posts, stop=stop).error()
    total = math.fsum(problem.demand.people)
    alone = {name: _most(problem, posts, name, {}, stop=stop) for name in shares}
    out_of_reach = [name for name, most in alone.items() if most[1] < shares[name] * total - _WHOLE]
    sentences = [_reached(name, alone[name], total, "") for name in out_of_reach]
    if not out_of_reach:  # each can be reached, but not all
        for name in shares:
            others = {other: share for other, share in shares.items() if other != name}
            most = _most(problem, posts, name, others, stop=stop)
            words = " and ".join(f"{other}={share:.10g}" for other, share in others.items())
            sentences.append(_reached(name, most, total, f" beside {words}"))
    rules = tuple(f"share {name}={share:.10g}" for name, share in shares.items()
                  if not out_of_reach or name in out_of_reach)  # fmt: skip
    return InfeasibleError(
        f"no plan reaches {', '.join(rules)}, whatever it costs: {'; '.join(sentences)}.",
        rules=rules,
        remedies=tuple(sentences),
    )


def _most(
    problem: Problem, posts: Posting, resource: str, beside: Mapping[str, float], *, stop: Stop
) -> tuple[float, float]:
    """Return the most people a resource can cover: of a plan, and at most."""
    instance: Instance = with_shares(posts, problem, beside).instance
    rows = np.flatnonzero(posts.row_resource == problem.resource_index(resource))
    people = people_in("people", instance, rows, posts.people)
    answer = least(instance, people, stop=stop.share(0.4))
    reached = 0.0 if answer.chosen is None else -left_side(instance, people, answer.chosen)
    bound = min(math.fsum(posts.people[rows]), -answer.bound)
    return (reached, max(reached, bound))


def _reached(resource: str, most: tuple[float, float], total: float, beside: str) -> str:
    reached, bound = (math.floor(people / total * 1e6) / 1e6 if total else 0.0 for people in most)
    if bound > reached:
        return f"{resource} can reach between {reached:.6g} and {bound:.6g} at most{beside}"
    return f"{resource} can reach {reached:.6g} at most{beside}"
