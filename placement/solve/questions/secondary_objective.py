"""The second stage: of plans of equal coverage the shortest walk, then cost and identifiers."""

import math
from dataclasses import replace

import numpy as np

from placement.arrays import Bools, Floats, Ints
from placement.compiled import compiled, suited
from placement.cover.aggregate import aggregate
from placement.cover.decided import decided
from placement.cover.instance import Instance
from placement.cover.instance_builder import Posting
from placement.cover.survey import Survey
from placement.decimals import MOST_STEPS, in_steps
from placement.plan.problem import Problem
from placement.solution import list_unproven
from placement.solve.core.scaled import scaled
from placement.solve.core.stopping import Stop
from placement.solve.mip.queries import Equals, WalkSets
from placement.solve.questions.equal_worth import find_other, narrowed

_MOST_ENTRIES = 20_000_000  # of the walk sets, before walks are compared in wider bands
_BANDS_S = (1.0, 5.0, 15.0, 60.0)
_NODES = 2_000  # of each search tree: the same stop on a slow machine and on a fast one


type Unproven = dict[str, float | None]
"""Stages that are not proven, and how far the plan may be from the best of each, as a share."""


def refine(
    posting: Posting, problem: Problem, survey: Survey, chosen: Ints, *, stop: Stop
) -> tuple[Ints, Unproven]:
    """Shorten the walks of a plan without losing coverage, and settle ties.

    Walks are compared in whole seconds (in wider bands where a plan is very large), weighted as in
    the objective; people who are not covered count with the walking limit. Plans that walk the
    same are told apart by cost, by the number of their posts, and then by the identifiers: the plan
    that has the lowest post the other has not. So the answer does not depend on how it was found.

    Parameters
    ----------
    posting, problem, survey
        The candidate posts, what is asked, and the walks.
    chosen
        Columns of the plan whose coverage is kept.
    stop
        When to stop; the plan so far is returned with what is left open.

    Returns
    -------
    chosen
        Open columns, ascending.
    unproven
        Stages of the choice among equals that are not proven, in their order; None where nothing is
        known of how far the plan may be from the best.
    """
    if stop.reached():
        return chosen, list_unproven("walk")
    numbers = scaled(posting.instance, centred=False)
    instance = narrowed(numbers, chosen, stop=stop.share(0.5))
    held = instance.value(chosen)
    # mostly no other plan is as good, and that takes far less to prove than the shortest walk
    other = find_other(instance, chosen, stop=stop.share(0.5))
    if other.infeasible:
        return chosen, {}
    walks = walk_sets(posting, problem, survey, instance)
    equals = Equals(instance=instance, walks=walks, held=held, stop=stop, nodes=_NODES)

    shorter = equals.least("walk", warm=chosen)
    if shorter.chosen is not None and walks.total(shorter.chosen) < walks.total(chosen):
        chosen = shorter.chosen
    walk = walks.total(chosen)
    short_of = walk - shorter.bound
    if short_of > (0.5 if walks.whole else 1e-9 * walk):
        gap = short_of / walk if math.isfinite(short_of) else None
        return chosen, list_unproven("walk", gap)

    equals = replace(equals, walk=walk)
    cheapest = equals.least("cost", other_than=chosen)
    if cheapest.infeasible:  # the usual case: one plan has the shortest walk
        return chosen, {}
    if cheapest.chosen is not None and _cost(instance, cheapest.chosen) < _cost(instance, chosen):
        chosen = cheapest.chosen
    cost = _cost(instance, chosen)
    if cheapest.bound < cost - (1e-6 * cost if numbers.loose else 0.5):
        return chosen, list_unproven("cost", _share(cost, cheapest.bound))
    return _lowest(replace(equals, cost=cost), chosen)


def _lowest(equals: Equals, chosen: Ints) -> tuple[Ints, Unproven]:
    """Of plans equal in coverage, walk and cost, take the one with few posts, and low ones."""
    other = equals.least("cost", other_than=chosen)
    if other.infeasible:
        return chosen, {}
    fewer = equals.least("posts", warm=chosen)
    if fewer.chosen is not None and len(fewer.chosen) < len(chosen):
        chosen = fewer.chosen
    equals = replace(equals, posts=len(chosen))
    if fewer.bound < len(chosen) - 0.5:
        return chosen, list_unproven("posts", _share(len(chosen), fewer.bound))
    for column in np.flatnonzero(~equals.instance.required & ~equals.instance.excluded).tolist():
        if column not in chosen:
            with_it = _deciding(equals, column, is_open=True)
            found = with_it.least("cost")
            if not found.infeasible and found.chosen is None:
                return chosen, list_unproven("ids")
            if found.chosen is not None:
                chosen = found.chosen
        equals = _deciding(equals, column, is_open=bool(np.isin(column, chosen)))
    return chosen, {}


def _share(value: float, bound: float) -> float | None:
    """Return how far a value may be from its bound, as a share of it; None without a bound."""
    return (value - max(bound, 0.0)) / value if math.isfinite(bound) and value > 0 else None


def _deciding(equals: Equals, column: int, *, is_open: bool) -> Equals:
    """Return those of the plans in which a column is open, or closed."""
    this = np.zeros(equals.instance.columns, dtype=np.bool_)
    this[column] = True
    rule = "required" if is_open else "excluded"
    instance = replace(equals.instance, **{rule: getattr(equals.instance, rule) | this})
    return replace(equals, instance=decided(instance))


def _cost(instance: Instance, chosen: Ints) -> float:
    return math.fsum(instance.cost[chosen])


def walk_sets(posting: Posting, problem: Problem, survey: Survey, instance: Instance) -> WalkSets:
    """Write the total walk as a function of the open columns.

    Parameters
    ----------
    posting, problem, survey
        The candidate posts, what is asked, and the walks.
    instance
        The posting's instance, maybe with more columns required or excluded: excluded ones are
        left out of the orders, and what lies behind a required one is never walked.
    """
    column_of = np.full(problem.sites.allowed.shape, -1, dtype=np.int64)
    opening = np.flatnonzero(posting.opens)
    column_of[posting.site[opening], posting.resource[opening]] = opening
    orders = [
        _order(problem, survey, instance, column_of, position)
        for position in range(len(problem.resources))
    ]
    start = np.concatenate([[0], np.cumsum(np.concatenate([order[0] for order in orders]))])
    column, seconds, weight, limit = (
        np.concatenate([order[part] for order in orders]) for part in range(1, 5)
    )
    if not bool(np.all(weight == np.floor(weight))):
        steps = in_steps(weight, rounded=True)
        power = 10 - math.frexp(float(weight.max(initial=0.0)))[1]
        weight = np.ldexp(weight, power) if steps is None else steps.count
    measure = suited(_lengths, steps=len(column))
    for band in _BANDS_S:
        banded = np.round(seconds / band) * band
        length = measure(start, column, instance.required)
        if int((length * (length + 1) // 2).sum()) <= _MOST_ENTRIES:
            break
    gather = suited(_sets, steps=int((length * (length + 1) // 2).sum()))
    sets = gather(start, length, column, banded, weight, np.round(limit / band) * band)
    indptr, indices, step, base = sets
    indptr, indices, step, _ = aggregate(indptr, indices, step)
    whole = bool(np.all(weight == np.floor(weight))) and float(step.sum()) + base < MOST_STEPS
    return WalkSets(indptr=indptr, indices=indices, step=step, base=base, whole=whole)


def _order(
    problem: Problem, survey: Survey, instance: Instance, column_of: Ints, position: int
) -> tuple[Ints, Ints, Floats, Floats, Floats]:
    """Return one resource's columns for each demand point, nearest first."""
    resource = problem.resources[position]
    walk = survey.walk[resource.id]
    worth = resource.value * problem.demand.people * problem.demand.priority
    row = np.repeat(np.arange(walk.shape[0]), np.diff(walk.indptr))
    column = column_of[walk.indices, position]
    kept = (worth[row] > 0) & ~instance.excluded[column]
    row, column, seconds = row[kept], column[kept], walk.data[kept]
    order = np.lexsort((column, np.round(seconds), row))
    count = np.bincount(row, minlength=walk.shape[0])
    met = count > 0
    limit = np.full(int(met.sum()), resource.walk_limit_s)
    return count[met], column[order], seconds[order], worth[met], limit


@compiled
def _lengths(start: Ints, column: Ints, required: Bools) -> Ints:
    """Count the columns of each order before the first that is open anyway."""
    length = np.empty(len(start) - 1, dtype=np.int64)
    for i in range(len(length)):
        n = start[i]
        while n < start[i + 1] and not required[column[n]]:
            n += 1
        length[i] = n - start[i]
    return length


@compiled
def _sets(
    start: Ints, length: Ints, column: Ints, seconds: Floats, weight: Floats, limit: Floats
) -> tuple[Ints, Ints, Floats, float]:
    """Return the leading sets of every order, with the step behind each and the shortest walks."""
    sets = 0
    entries = 0
    for i in range(len(length)):
        for n in range(length[i]):
            sets += 1
            entries += n + 1
    indptr = np.zeros(sets + 1, dtype=np.int64)
    indices = np.empty(entries, dtype=np.int64)
    step = np.empty(sets)
    members = np.empty(length.max() if len(length) else 0, dtype=np.int64)
    base = 0.0
    s = 0
    at = 0
    for i in range(len(length)):
        first = start[i]
        base += weight[i] * min(seconds[first], limit[i])
        for n in range(length[i]):
            # in order by insertion: a call of np.sort takes seconds to compile
            place = n
            while place > 0 and members[place - 1] > column[first + n]:
                members[place] = members[place - 1]
                place -= 1
            members[place] = column[first + n]
            behind = first + n + 1
            beyond = seconds[behind] if behind < start[i + 1] else limit[i]
            rise = min(beyond, limit[i]) - min(seconds[first + n], limit[i])
            if rise <= 0.0:
                continue
            for k in range(n + 1):
                indices[at + k] = members[k]
            at += n + 1
            step[s] = weight[i] * rise
            s += 1
            indptr[s] = at
    return indptr[: s + 1], indices[:at], step[:s], base
