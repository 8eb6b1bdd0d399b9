"""The reverse question: the cheapest plan that covers given shares of the people."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches

import numpy as np

from placement.cover.instance import Rule
from placement.cover.instance_builder import Posting
from placement.cover.survey import Survey
from placement.errors import InfeasibleError, NoPlanError, UsageError
from placement.plan.problem import Plan, Problem
from placement.solution import Reverse, Solution, Status
from placement.solve.core.stopping import Effort, Progress, Stop
from placement.solve.mip.minimise_rule import people_in
from placement.solve.questions.baseline import Wishes
from placement.solve.questions.infeasibility import needed_zones
from placement.solve.questions.max_cover import audited, checked, with_budget
from placement.solve.questions.measured import choose_solver, measured
from placement.solve.questions.report import write_up
from placement.solve.questions.solver import Cheapest, Solver

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
    stop = Stop(checked("time_limit", time_limit), within=within)
    checked("gap", gap)
    problem = plan.problem
    walks, posts, stop = measured(plan, stop, counted=asked)
    solver = choose_solver(plan, walks)
    with stop.catching_interrupts():
        posts = solver.without_budget(posts)
        rules = {name: share_rule(posts, problem, name, share) for name, share in asked.items()}
        bound_posts = with_rules(posts, rules.values())
        effort = Effort(stop=stop.share(0.7), gap=gap, seed=seed, progress=progress)
        names = {rule.name for rule in rules.values()}
        found = solver.cheapest(bound_posts, effort, shares=names)
        if found.infeasible:
            raise _unreachable(
                solver, problem, walks, posts, rules, asked, stop=stop.explaining(_EXPLAIN_S)
            )
        if found.plan is None:
            raise _not_found(stop)
        effort = Effort(stop=stop, gap=gap, seed=seed)
        best = solver.best(
            solver.at_cost(bound_posts, found), effort, start=found.plan, shares=asked
        )
    assert best.plan is not None  # noqa: S101 - it was given one
    cost = solver.spent(posts, best.plan)
    solution = write_up(with_budget(plan, round(cost, _PLACES)), walks, best, wish=Wishes())
    bound = min(found.bound, cost) if found.bound < found.cost else cost
    return audited(plan, _stated(solution, asked, replace(found, cost=cost, bound=bound)))


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


def with_rules(posts: Posting, rules: Iterable[Rule]) -> Posting:
    """Add rules to those of the posts."""
    return replace(posts, instance=replace(posts.instance, rules=(*posts.instance.rules, *rules)))


def with_shares(posts: Posting, problem: Problem, shares: Mapping[str, float]) -> Posting:
    """Add the rules that each resource covers its share of all people."""
    return with_rules(posts, [share_rule(posts, problem, *share) for share in shares.items()])


def share_rule(posts: Posting, problem: Problem, resource: str, share: float) -> Rule:
    """Return the rule that a resource covers at least a share of all people."""
    people = problem.people_of(problem.resource_index(resource))
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


def _stated(solution: Solution, shares: Mapping[str, float], priced: Cheapest) -> Solution:
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
    solver: Solver,
    problem: Problem,
    walks: Survey,
    posts: Posting,
    shares: Mapping[str, Rule],
    asked: Mapping[str, float],
    *,
    stop: Stop,
) -> InfeasibleError:
    """Say what can be reached where the shares that are asked, rules by resource, cannot."""
    if solver.impossible(posts, stop=stop.share(0.5)):
        return solver.conflict(posts, wish=Wishes(), stop=stop)
    alone = {name: solver.most_people(posts, name, stop=stop.share(0.4)) for name in shares}
    out_of_reach = [n for n, (_, most) in alone.items() if most < -shares[n].most - _WHOLE]
    total = {
        kind.id: math.fsum(problem.people_of(at)) or 1.0
        for at, kind in enumerate(problem.resources)
    }
    said = [_reach(name, alone[name], total[name], "") for name in out_of_reach]
    for name in () if out_of_reach else shares:  # each can be reached, but not all
        others = [rule for other, rule in shares.items() if other != name]
        beside = with_rules(posts, others)
        words = " and ".join(rule.name.removeprefix("share ") for rule in others)
        most = solver.most_people(beside, name, stop=stop.share(0.4))
        said.append(_reach(name, most, total[name], f" beside {words}" if words else ""))
    rules = tuple(shares[name].name for name in out_of_reach or shares)
    zones: tuple[str, ...] = ()
    if problem.entries:
        named = out_of_reach or list(shares)

        def with_them(left: Posting, looser: Problem) -> Posting:
            return with_rules(left, [share_rule(left, looser, one, asked[one]) for one in named])

        zones = needed_zones(
            problem,
            walks,
            with_rules(posts, [shares[one] for one in named]),
            with_them,
            lambda left: False if solver.impossible(left, stop=stop.share(0.4)) else None,
        ).names
    also = f" under {', '.join(zones)}" if zones else ""
    return InfeasibleError(
        f"no plan reaches {', '.join(rules)}{also}, whatever it costs: {'; '.join(said)}.",
        rules=(*rules, *zones),
        remedies=tuple(said),
    )


def _reach(resource: str, most: tuple[float, float], total: float, beside: str) -> str:
    low, high = (math.floor(people / total * 1e6) / 1e6 for people in most)
    reach = f"{low:.6g}" if low == high else f"between {low:.6g} and {high:.6g}"
    return f"{resource} can reach {reach} at most{beside}"
