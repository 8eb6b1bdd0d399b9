"""Prove a solution again: what it claims, against a second solver on a second model."""

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from placement.errors import UsageError
from placement.plan.problem import Plan
from placement.prove.model import Model, write_model
from placement.prove.process import SolverEndedError
from placement.prove.program import Program, Terms, add, exact, value_of
from placement.prove.question import Question, question_of
from placement.prove.solver import Answer, demand_solver, solve
from placement.solution import Solution, Status

TIME_LIMIT_S = 60.0
"""Most seconds of a second proof unless told otherwise."""

_WRITTEN = Fraction(1, 1_000_000)  # figures are written with six decimals
_SUMS = Fraction(1, 10**9)  # relative: what sums in double precision leave open
_LANES = Fraction(1, 10**6)  # relative: lanes are proven to this, here as there
_PARTS = Fraction(1, 1_000)  # people in all: what counting flows in whole parts may add up to
_MORE = "allow more with --prove-time-limit"


class Verdict(StrEnum):
    """What a second proof says of a claim."""

    CLAIMED = "claimed"
    """Nothing was proven again: optimality is the file's claim."""
    TWICE = "twice"
    """Proven by both solvers."""
    BOUND = "bound"
    """The second solver knows a bound, and nothing better than the plan."""
    UNCONFIRMED = "unconfirmed"
    """The second solver came to no bound in time, or ended without an answer."""
    REFUTED = "refuted"
    """The second solver has what the claim rules out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a second proof found.

    Attributes
    ----------
    verdict
        In a word.
    words
        In a sentence, without a final full stop.
    bound
        No plan has a higher objective, by the second solver; with tiers, the sum of those of the
        tiers. None where it knows none.
    cost_bound
        No plan that reaches the shares costs less, by the second solver; None where that was not
        the question or it knows none.
    better
        Posts and units of the plan that refutes the claim.
    """

    verdict: Verdict
    words: str
    bound: float | None = None
    cost_bound: float | None = None
    better: Mapping[str, int] | None = None


def prove_again(plan: Plan, solution: Solution, *, time_limit: float = TIME_LIMIT_S) -> Proof:
    """Prove again that no plan is better than a solution, or than its bound.

    Parameters
    ----------
    plan
        The plan the solution answers.
    solution
        Its budget, limits and wishes are taken as the question. That its figures hold is the
        audit's to say.
    time_limit
        Seconds for all of it.

    Returns
    -------
    Proof

    Raises
    ------
    MissingExtraError
        If the second solver is not installed.
    UsageError
        If it does not run, the time limit is not a number above 0, or the plan was made by hand.
    """
    if solution.status is Status.PROPOSED:
        raise UsageError(
            "a proposed plan claims nothing that could be proven again: prove the plan that "
            "`place optimise` finds."
        )
    demand_solver()
    clock = _Clock(time_limit)
    model = write_model(plan, question_of(solution))
    try:
        return _proof(model, solution, clock)
    except SolverEndedError as error:
        return _ended(error)


def _ended(error: SolverEndedError) -> Proof:
    words = f"not confirmed: the second solver ended without an answer, {error}"
    return Proof(verdict=Verdict.UNCONFIRMED, words=words)


def _proof(model: Model, solution: Solution, clock: "_Clock") -> Proof:
    """Prove one part of a claim after the other."""
    answer = _own_values(model, solution, clock)
    own = answer.values
    if own is None and model.flows is None:
        if not answer.none:
            return _not_in_time()
        return Proof(
            verdict=Verdict.REFUTED,
            words="refuted: the posts do not keep every rule of the second model",
        )
    hint = {} if own is None else dict(enumerate(own))
    found = []
    if solution.reverse is not None:
        found.append(_cost(model, solution, hint, clock.part(2)))
        if found[0].verdict is Verdict.REFUTED:
            return found[0]
        model.program.at_most(model.cost, _spent(model, solution))
    stages = _stages(model, solution, own)
    for left, stage in zip(range(len(stages), 0, -1), stages, strict=True):
        found.append(_objective(model, stage, hint, clock.part(left)))
        if found[-1].verdict is Verdict.REFUTED:
            return found[-1]
        model.program.at_least(stage.terms, stage.worth - stage.room)
    return _all(found, solution)


def prove_none(plan: Plan, asked: Question, *, time_limit: float = TIME_LIMIT_S) -> Proof:
    """Prove again that no plan keeps every rule.

    Parameters
    ----------
    plan
        A loaded plan.
    asked
        The budget and the wishes of the run that found none.
    time_limit
        Seconds.

    Returns
    -------
    Proof

    Raises
    ------
    MissingExtraError
        If the second solver is not installed.
    UsageError
        If it does not run, or the time limit is not a number above 0.
    """
    demand_solver()
    clock = _Clock(time_limit)
    model = write_model(plan, asked)
    try:
        answer = solve(model.program, {}, time_limit=clock.part(1))
    except SolverEndedError as error:
        return _ended(error)
    if answer.none:
        return Proof(
            verdict=Verdict.TWICE, words="no plan exists: confirmed twice, by a second solver"
        )
    if answer.values is not None and _counts(model, answer.values):
        return Proof(
            verdict=Verdict.REFUTED,
            words="refuted: the second solver has a plan that keeps every rule",
            better=model.posts(answer.values),
        )
    return _not_in_time()


def _not_in_time() -> Proof:
    return Proof(verdict=Verdict.UNCONFIRMED, words=f"not confirmed in time: {_MORE}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stage:
    """One thing to be maximised, and what is claimed of it.

    Attributes
    ----------
    terms, constant
        The objective is what the terms add up to, and a constant.
    worth
        What the terms add up to for the solution's own posts.
    claimed
        What no plan is claimed to be above, in the terms.
    optimal
        Whether the solution itself is claimed to be the best.
    room
        Differences that do not count.
    """

    terms: Terms
    constant: Fraction
    worth: Fraction
    claimed: Fraction
    optimal: bool
    room: Fraction


class _Clock:
    """The time that is left."""

    def __init__(self, seconds: float) -> None:
        if not seconds > 0:
            raise UsageError(f"time_limit is {seconds}: give a number above 0.")
        self._ends = time.monotonic() + seconds

    def part(self, left: int) -> float:
        """Return one of so many equal parts of it, in seconds."""
        return max(0.01, (self._ends - time.monotonic()) / left)


def _own_values(model: Model, solution: Solution, clock: _Clock) -> Answer:
    """Look for values of all variables that the solution's own posts can have."""
    program = model.program
    low, high = list(program.low), list(program.high)
    units = {post.id: post.units for post in solution.posts_list}
    for name, post in model.named().items():
        at = model.opens[post]
        low[at] = max(low[at], int(name in units))
        high[at] = min(high[at], int(name in units))
        for further in model.units[post].keys() - {at}:
            least = int(model.units[post][at])
            low[further] = high[further] = max(0, units.get(name, least) - least)
    worth: Terms = {}
    for terms in model.worth.values():
        add(worth, terms)
    fixed = replace(program, low=low, high=high)
    return solve(fixed, worth, time_limit=clock.part(3))


def _spent(model: Model, solution: Solution) -> Fraction:
    """Return what the posts of a solution cost, in decimals as written."""
    sites, named = model.plan.problem.sites, model.named()
    return sum(
        (
            exact(sites.open_cost[named[post.id]])
            + exact(sites.unit_cost[named[post.id]]) * post.units
            for post in solution.posts_list
        ),
        Fraction(0),
    )


def _stages(model: Model, solution: Solution, own: Sequence[int] | None) -> list[_Stage]:
    """Return what is claimed of each tier, in order; of the whole in a plan without tiers."""
    told = {one.tier: (one.objective, one.bound) for one in solution.tiers}
    if not told:
        told = dict.fromkeys(model.worth, (solution.objective, solution.bound))
    stages = []
    for tier, terms in model.worth.items():
        objective, bound = (exact(one) for one in told[tier])
        constant = model.constant if tier == min(model.worth) else Fraction(0)
        if model.flows is None and own is not None:
            step = Fraction(1, math.lcm(*(one.denominator for one in terms.values())))
            room = _SUMS * abs(objective) + (2 * _WRITTEN if len(told) > 1 else 0)
            if step >= _WRITTEN:  # plans differ by whole steps, and by no less
                room = step / 2
            worth = value_of(terms, own)
        else:
            room = _LANES * abs(exact(solution.objective)) + _PARTS
            worth = objective - constant
        optimal = bound - objective <= _SUMS * abs(objective)
        stages.append(
            _Stage(
                terms=terms,
                constant=constant,
                worth=worth,
                claimed=worth if optimal else bound - constant + _WRITTEN,
                optimal=optimal,
                room=room,
            )
        )
    return stages


def _objective(model: Model, stage: _Stage, hint: Mapping[int, int], seconds: float) -> Proof:
    """Look for a plan better than is claimed, or a proof that there is none."""
    program = model.program
    limit = stage.claimed + stage.room
    whole, factor = program.whole_objective(stage.terms)
    # a solver's objective is no lower than the true one, and this much higher at most
    rounded = sum(
        (Fraction(one) / factor - stage.terms[at]) * program.high[at] for at, one in whole.items()
    )
    answer = solve(
        program,
        stage.terms,
        time_limit=seconds,
        hint=hint,
        enough=stage.worth + stage.room + rounded,
        beyond=limit,
    )
    if answer.none:
        return Proof(
            verdict=Verdict.REFUTED if model.flows is None else Verdict.UNCONFIRMED,
            words="refuted: no plan keeps every rule of the second model, this one included"
            if model.flows is None
            else "not confirmed: the second model rounds people so that no plan is left",
        )
    values = () if answer.values is None else answer.values
    better = value_of(stage.terms, values) if values else stage.worth
    if better > limit and _counts(model, values):
        return Proof(
            verdict=Verdict.REFUTED,
            words=f"refuted: a plan worth {float(better + stage.constant):,.10g} keeps every rule, "
            f"and none is said to be worth more than {float(stage.claimed + stage.constant):,.10g}",
            better=model.posts(values),
        )
    bound = answer.bound
    if bound is not None and bound <= stage.worth + stage.room + rounded:
        bound = min(bound, stage.worth)
    return _judged(bound, stage, program)


def _judged(bound: Fraction | None, stage: _Stage, program: Program) -> Proof:
    """Say what a bound of the second solver makes of a claim."""
    everything = Fraction(0)
    for at, value in stage.terms.items():
        everything += max(value, Fraction(0)) * program.high[at]
    if bound is None or (bound >= everything and bound > stage.worth):
        return Proof(verdict=Verdict.UNCONFIRMED, words="")
    verdict = Verdict.TWICE if stage.optimal and bound <= stage.worth else Verdict.BOUND
    return Proof(verdict=verdict, words="", bound=_up(bound + stage.constant))


def _cost(model: Model, solution: Solution, hint: Mapping[int, int], seconds: float) -> Proof:
    """Look for a cheaper plan than is claimed, or a proof that there is none."""
    reverse = solution.reverse
    assert reverse is not None  # noqa: S101 - the caller asks for its cost
    spent, claimed = _spent(model, solution), exact(reverse.cost_bound)
    least = reverse.cost_gap == 0
    room = _SUMS * spent
    claimed = spent - room if least else claimed - _WRITTEN
    income: Terms = {at: -value for at, value in model.cost.items()}
    answer = solve(
        model.program, income, time_limit=seconds, hint=hint, enough=-claimed, beyond=-claimed
    )
    if answer.values is not None and _counts(model, answer.values):
        found = value_of(model.cost, answer.values)
        if found < claimed:
            return Proof(
                verdict=Verdict.REFUTED,
                words=f"refuted: a plan that costs {float(found):,.10g} reaches the shares, and "
                f"none is said to cost less than {reverse.cost_bound:,.10g}",
                better=model.posts(answer.values),
            )
    if answer.bound is None or answer.bound >= 0:
        return Proof(verdict=Verdict.UNCONFIRMED, words="")
    bound = -answer.bound
    twice = least and bound >= claimed
    return Proof(
        verdict=Verdict.TWICE if twice else Verdict.BOUND,
        words="",
        cost_bound=float(spent) if twice else -_up(-bound),
    )


def _counts(model: Model, values: Sequence[int]) -> bool:
    """Tell whether values are a plan, counted in fractions."""
    if model.flows is None:
        return model.program.keeps(values, within=Fraction(0))
    return model.flows.explicit and model.program.keeps(values, within=_PARTS)


def _all(found: Sequence[Proof], solution: Solution) -> Proof:
    """Put the proofs of cost and tiers together, and say it in a sentence."""
    bounds = [one.bound for one in found if one.cost_bound is None]
    bound = None if None in bounds else math.fsum(one for one in bounds if one is not None)
    cost = next((one.cost_bound for one in found if one.cost_bound is not None), None)
    verdicts = [one.verdict for one in found]
    if Verdict.UNCONFIRMED in verdicts:
        return replace(_not_in_time(), cost_bound=cost)
    known = [] if bound is None else [f"no plan is worth more than {bound:,.10g}"]
    known += [] if cost is None else [f"none that reaches the shares costs less than {cost:,.10g}"]
    if all(one is Verdict.TWICE for one in verdicts):
        words = f"proven twice: {' and '.join(known)}, by a second solver too"
        return Proof(verdict=Verdict.TWICE, words=words, bound=bound, cost_bound=cost)
    words = f"bound confirmed to {bound:,.10g}: {' and '.join(known)}, by a second solver"
    if solution.status is Status.OPTIMAL:
        words += f"; that this plan is the best was not confirmed in time, {_MORE}"
    elif bound is not None and bound > solution.bound * (1 + 1e-9) + 1e-6:
        words += f"; the {solution.bound:,.10g} that is claimed was not confirmed in time, {_MORE}"
    return Proof(verdict=Verdict.BOUND, words=words, bound=bound, cost_bound=cost)


def _up(value: Fraction) -> float:
    """Return a number rounded up to six decimals."""
    return math.ceil(value * 1_000_000) / 1_000_000
