"""The plan whose worst nights of a sample are best, with what no plan can beat."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from placement.arrays import Floats, Ints
from placement.cover.instance import Instance
from placement.solve.core.stopping import Effort, Stop
from placement.solve.mclp import solver
from placement.solve.mip.tail_model import most_on_worst, worst_weights
from placement.studies.risk import WORST, worst_mean
from placement.studies.sampled import Sample

_ROUNDS = 8  # of weights of nights
_GAP = 2e-3  # of the best plan for each: the next weights differ by more
_EQUAL = 1e-7  # relative: what counts as proven, next to what HiGHS forgives
_FEW_ENTRIES = 5_000  # nights times groups of demand: HiGHS proves them at once
_MORE_ENTRIES = 40_000  # it comes near the best in half a minute
_NEAR = 1e-2  # what is near, beside what a sample is off
_NODES = 5_000  # of its tree
_STEPS = 2.0**30  # the worth of a sample in whole numbers


def best_on_worst(
    sample: Sample, come: Floats, known: Sequence[Ints], stop: Stop
) -> tuple[Ints | None, float, float]:
    """Find the plan whose worst nights of a sample are best.

    For any weights of the nights, the best plan of the weighted nights bounds all plans, and is
    mostly a good one: the weights are those under which the best of the plans found is worth least
    (decomposition by the dual of the worst mean; Ahmed, Mathematical Programming 106, 2006).
    Where a sample is small, one program of all its nights ends the proof.
    """
    instance, many = sample.instance, len(come)
    worth = come[:, None] * sample.each
    plans = list(known)
    worths = [sample.worth(chosen) * come for chosen in plans]
    bound = math.inf
    most = min(1.0, 1.0 / (WORST * many))
    weights = centre = np.full(many, 1.0 / many)

    def best() -> tuple[Ints | None, float]:
        at = max(range(len(plans)), key=lambda n: (float(worst_mean(worths[n])), -n), default=None)
        return (None, 0.0) if at is None else (plans[at], float(worst_mean(worths[at])))

    for number in range(_ROUNDS):
        if worths:
            worst = worst_weights(np.array(worths), most=most, stop=stop)
            if worst is not None:  # half way, as the worst of few plans' weights swing
                weights = (centre + worst / worst.sum()) / 2
        chosen, value = best()
        if stop.reached() or bound <= value * (1 + _EQUAL):
            break
        weighted, step = _weighted(instance, sample.row_of, worth * weights[:, None])
        effort = Effort(stop=stop.share(1.0 / (_ROUNDS - number)), gap=_GAP)
        found = solver.solve(weighted, effort, start=chosen)
        if found.bound * step < bound:
            bound, centre = found.bound * step, weights
        if found.chosen is not None:
            plans.append(found.chosen)
            worths.append(sample.worth(found.chosen) * come)
    chosen, value = best()
    if sample.row_of.size <= _MORE_ENTRIES and bound > value * (1 + _EQUAL) and not stop.reached():
        answer = most_on_worst(
            instance,
            sample.row_of,
            worth,
            share=WORST,
            stop=stop,
            warm=chosen,
            gap=0.0 if sample.row_of.size <= _FEW_ENTRIES else _NEAR,
            max_nodes=_NODES,
        )
        bound = min(bound, answer.bound)
        if answer.chosen is not None:
            plans.append(answer.chosen)
            worths.append(sample.worth(answer.chosen) * come)
            chosen, value = best()
    return chosen, value, max(bound, value)


def _weighted(instance: Instance, row_of: Ints, worth: Floats) -> tuple[Instance, float]:
    """Return the instance with rows of other worth, in whole steps rounded up, and the step."""
    met = row_of >= 0
    total = np.bincount(row_of[met], weights=worth[met], minlength=instance.rows)
    step = math.ldexp(1.0, math.frexp(float(total.sum()) or 1.0)[1]) / _STEPS
    weight = np.ceil(total / step)
    kept = np.ones(len(weight), dtype=np.bool_) if instance.rules else weight > 0
    lengths = np.diff(instance.indptr)
    return (
        replace(
            instance,
            indptr=np.concatenate([[0], np.cumsum(lengths[kept])]),
            indices=instance.indices[np.repeat(kept, lengths)],
            weight=weight[kept],
            gains=np.zeros((int(kept.sum()), 0)),
        ),
        step,
    )
