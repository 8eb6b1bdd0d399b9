"""What the rules on each kind of post cost by themselves: a bound on what they cost together."""

import math
from dataclasses import replace

import numpy as np

from placement.arrays import Floats, Ints
from placement.cover.instance import Instance, Rule
from placement.cover.reduce import merge_rows, split
from placement.solve.core.stopping import Stop
from placement.solve.mip.minimise_rule import least, sum_of


def apart(instance: Instance, *, stop: Stop) -> tuple[float, tuple[Rule, ...]]:
    """Bound the cost of a plan by parts that only coupling holds together.

    Without coupling, and without rows that no rule counts, an instance falls into parts: rules on
    gates ask for gates, rules on teams for teams. What each part costs at least adds up. On the
    riverside 95% of the people within reach of a gate cost 195 and 80% within reach of a team 24,
    each shown within 2 s, while the model of both is 5% below their sum after a minute.

    What rows are worth does not count; what is bounded by the end of the time holds. Returned are
    the bound of the whole, infinite where some rules cannot be kept at any cost, and what each part
    costs at least, as rules that every plan keeps.
    """
    bound, rules = 0.0, []
    for part in split(_uncoupled(instance)):
        inside, columns = part.instance, part.columns
        if not inside.rules:
            bound += math.fsum(inside.cost[inside.required])
            continue
        answer = least(inside, sum_of("cost", inside.cost), stop=stop)
        if answer.infeasible:
            return math.inf, ()
        most = max(0.0, answer.bound)
        bound += most
        rules.append(sum_of("cost", _on(instance.columns, columns, -inside.cost), most=-most))
    return bound, tuple(rules)


def _uncoupled(instance: Instance) -> Instance:
    """Return the instance without coupling and without rows that no rule counts."""
    loose = replace(
        instance,
        coupled=np.zeros(instance.columns, dtype=np.bool_),
        near_indptr=np.zeros(instance.columns + 1, dtype=np.int64),
        near_indices=np.zeros(0, dtype=np.int64),
        weight=np.zeros(instance.rows),
        gains=np.zeros((instance.rows, 0)),
    )
    return merge_rows(loose).instance


def _on(size: int, columns: Ints, values: Floats) -> Floats:
    found = np.zeros(size)
    found[columns] = values
    return found
