"""The last step of a proof: plans too close to the best one for bounds to tell them apart."""

from dataclasses import replace
from fractions import Fraction

import numpy as np

from placement.arrays import Bools, Ints
from placement.cover.instance import Instance, Rule
from placement.cover.reduce import Reduction
from placement.solve.core.gap import worth_step
from placement.solve.mclp.bounds import bound
from placement.solve.mclp.solver_state import Run, reduced
from placement.solve.mip import queries
from placement.solve.mip.minimise_rule import sum_of

_CLOSE = 1e-8  # relative: bounds of solvers are right to less than that
_PLANS = 30  # that are looked at before the rest is left open
_NODES = 20_000  # of each search tree
_ENTRIES = 50_000  # of the cover relation in which plans are looked for, at most


def settle(run: Run) -> None:
    """Look at every plan that is as good as the best one to within the solvers' arithmetic.

    A plan that is better covers some row that the best one does not, so it opens a column over one
    of these. Plans that do and are close enough are asked for one by one and are compared
    exactly; once there are none left, the best one is proven.
    """
    chosen = run.chosen
    if chosen is None or run.proven or run.infeasible or run.stop.reached():
        return
    close = run.bound - run.objective <= _CLOSE * abs(run.objective)
    if not close or (run.instance.profit < 0).any():
        return
    left = _left(run)
    if len(left.instance.indices) <= _ENTRIES and _none_is_better(run, left, chosen):
        run.settled()


def _left(run: Run) -> Reduction:
    """Return the instance without the choices that no plan about as good as the best makes."""
    instance, least = run.instance, run.objective * (1 - _CLOSE)
    prices = bound.relaxation(instance, stop=run.stop.share(0.5))
    must_open, must_close = bound.fix(instance, prices, least)
    return reduced(
        replace(
            instance,
            required=instance.required | must_open,
            excluded=instance.excluded | must_close,
        )
    )


def _none_is_better(run: Run, left: Reduction, best: Ints) -> bool:
    """Compare plans with the best until there are no more; False where some may be left."""
    instance, rest = run.instance, left.instance
    step = worth_step(instance) if run.exact else 0.0
    least = run.objective + step if step else run.objective * (1 - _CLOSE)
    seen = [best]
    for _ in range(_PLANS):
        more = [_more(instance, plan)[left.columns] for plan in seen]
        if not all(columns.any() for columns in more):
            return True  # nothing that could be opened covers anything else
        answer = queries.most_cover(
            replace(rest, rules=(*rest.rules, *map(_opens_some, more))),
            held=least - left.offset,
            max_nodes=_NODES,
            stop=run.stop,
        )
        if answer.chosen is None:
            return answer.infeasible
        plan = left.lift(answer.chosen)
        if instance.broken_rule(plan) is not None:
            return False
        if run.numbers.loose and run.numbers.whole.broken_rule(plan) is not None:
            return False
        if _difference(instance, plan, best) > 0:
            run.swap(plan)
            best = plan
        seen.append(plan)
    return False


def _more(instance: Instance, plan: Ints) -> Bools:
    """Tell which columns are worth something beside a plan, (C,) bool."""
    times = instance.times_covered(plan)
    levels = np.column_stack([instance.weight, instance.gains]) > 0
    left = (levels & (np.arange(levels.shape[1]) >= times[:, None])).any(axis=1)
    more = instance.profit > 0
    more[instance.indices[np.repeat(left, np.diff(instance.indptr))]] = True
    more[plan] = False
    return np.asarray(more)


def _opens_some(columns: Bools) -> Rule:
    """Return the rule that one of some columns is open."""
    return sum_of("better", np.where(columns, -1.0, 0.0), most=-1.0)


def _difference(instance: Instance, one: Ints, other: Ints) -> Fraction:
    """Return how much more one plan is worth than another, exactly."""
    total = Fraction(0)
    for sign, plan in ((1, one), (-1, other)):
        times = instance.times_covered(plan)
        worth = [instance.weight[times > 0], instance.profit[plan]]
        worth += [
            instance.gains[times > level + 1, level] for level in range(instance.gains.shape[1])
        ]
        total += sign * sum(map(Fraction, np.concatenate(worth).tolist()), Fraction(0))
    return total
