"""Other plans that are worth as much as one that is known, and which of them changes fewest posts.

Nearly always there is none. A tree of relaxations shows that at once: hardly a plan of equal worth
keeps one rule more, so hardly a leaf is left.
"""

import math
from dataclasses import replace

import numpy as np

from placement.arrays import Ints
from placement.cover.decided import decided
from placement.cover.instance import Instance, Rule
from placement.solve.core.gap import held_slack, worth_step
from placement.solve.core.scaled import Scaled, scaled
from placement.solve.core.stopping import Stop
from placement.solve.mclp.bounds import bound
from placement.solve.mip.branch_and_bound import Tree
from placement.solve.mip.lp_relaxation import Relaxed
from placement.solve.mip.minimise_rule import least, sum_of
from placement.solve.mip.mip_model import Answer

_TOTALS = 60  # relaxations that are solved to settle the totals, at most
_GROWN = 400  # of the rest of the tree; then the model is asked for the fewest changes
_NODES = 2_000  # of its tree
_SAME = 1e-12  # relative: what sums of equal worth are off


def narrowed(numbers: Scaled, chosen: Ints, *, stop: Stop) -> Instance:
    """Decide the columns that all plans of equal or more worth have open, or closed, alike.

    Parameters
    ----------
    numbers
        The instance in whole numbers, with nothing taken out of the objective.
    chosen
        Columns of a plan whose worth is kept.
    stop
        When to stop; then fewer columns are decided.
    """
    steps = numbers.instance
    if numbers.loose:  # rounded costs would let a plan through that breaks the budget
        whole = numbers.whole
        steps = replace(steps, cost=whole.cost, budget=whole.budget, limits=whole.limits)
    prices = bound.relaxation(steps, stop=stop)
    must_open, must_close = bound.fix(steps, prices, steps.value(chosen))
    return decided(
        replace(
            steps,
            required=steps.required | must_open,
            excluded=steps.excluded | must_close,
        )
    )


def find_equal(instance: Instance, rule: Rule, *, held: float, stop: Stop) -> Answer:
    """Find a plan of a worth that keeps one rule more, or show that there is none.

    Parameters
    ----------
    instance
        Rows, columns and rules; see `narrowed`.
    rule
        The further rule.
    held
        What the plan must be worth.
    stop
        When to stop.

    Returns
    -------
    Answer
        Neither a plan nor infeasible where that was not settled.
    """
    ruled = replace(instance, rules=(*instance.rules, rule))
    step = worth_step(ruled)
    least_worth = held - (held_slack(held, step) if step else _SAME * abs(held))
    found: list[Ints] = []

    def take(chosen: Ints) -> None:
        if ruled.broken_rule(chosen) is None and ruled.value(chosen) >= least_worth:
            found.append(chosen)

    known = held - (1.0 if step else 2.0) * held_slack(held, step)  # less, so that equals are kept
    tree = Tree(
        Relaxed(ruled), known=lambda: known, on_plan=take, enough=lambda _: bool(found), stop=stop
    )
    tree.totals(_TOTALS)
    tree.grow(_GROWN)
    none = not found and tree.bound == -math.inf
    return Answer(chosen=found[0] if found else None, bound=tree.bound, infeasible=none)


def find_other(instance: Instance, chosen: Ints, *, stop: Stop) -> Answer:
    """Find any other plan that is worth as much as this one, or show that there is none."""
    slope = np.full(instance.columns, -1.0)
    slope[chosen] = 1.0
    rule = sum_of("other", slope, most=len(chosen) - 1.0)
    return find_equal(instance, rule, held=instance.value(chosen), stop=stop)


def fewest_changes(instance: Instance, base: Ints, chosen: Ints, *, stop: Stop) -> Ints:
    """Of the plans as good as the one chosen, take one with the fewest changes.

    Parameters
    ----------
    instance
        Rows, columns and rules.
    base
        Columns that changes are counted against: those that open and those that close.
    chosen
        Columns of a plan.
    stop
        When to stop; the plan with the fewest changes so far is returned.
    """
    left = narrowed(scaled(instance, centred=False), chosen, stop=stop.share(0.5))
    held = left.value(chosen)
    changes = _changes(left, base)
    slope = changes.slope
    low, best = -float(len(base)), chosen
    high = float(slope[best].sum())
    asked = high - 1.0  # mostly there is no plan with fewer; else their number is halved
    while low < high:
        found = find_equal(left, replace(changes, most=asked), held=held, stop=stop)
        if found.chosen is not None:
            best, high = found.chosen, float(slope[found.chosen].sum())
        elif found.infeasible:
            low = asked + 1.0
        else:
            break
        asked = math.floor((low + high - 1.0) / 2.0)
    if low >= high:
        return best
    answer = least(left, changes, held=best, warm=best, max_nodes=_NODES, stop=stop)
    if answer.chosen is None or left.value(answer.chosen) < held - _SAME * abs(held):
        return best
    return answer.chosen if slope[answer.chosen].sum() < high else best


def no_more_changes(instance: Instance, base: Ints, chosen: Ints) -> Instance:
    """Return the instance with the rule that no plan changes more than the one chosen does."""
    changes = _changes(instance, base)
    most = float(changes.slope[chosen].sum())
    return replace(instance, rules=(*instance.rules, replace(changes, most=most)))


def _changes(instance: Instance, base: Ints) -> Rule:
    """Return the columns that open against those of `base`, less those of them that stay open."""
    slope = np.ones(instance.columns)
    slope[base] = -1.0
    return sum_of("changes", slope)
