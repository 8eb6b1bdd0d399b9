"""The questions asked of the integer model: most cover, the least among equals, any plan at all."""

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from placement.arrays import Floats, Ints
from placement.cover.instance import Instance
from placement.solve.core.gap import stepped, worth_step
from placement.solve.core.stopping import Progress, Stop
from placement.solve.mip.mip_model import Answer, Model

_LARGEST = 24  # bits of the largest worth HiGHS is given as it is


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class WalkSets:
    """What people walk to their nearest open post, as a function of the open columns.

    A group whose posts, nearest first, are j1, j2, … walks at least as far as j1, and farther by
    a step for each leading set of that order without an open post:
    total = base + Σ_s step[s] · [no column of set s is open].

    Attributes
    ----------
    indptr, indices
        The sets in compressed form, columns ascending.
    step
        (S,) float64, > 0, weight times seconds.
    base
        Weight times seconds of everyone's shortest walk.
    whole
        Whether every step is a whole number, so that two totals differ by one at least.
    """

    indptr: Ints
    indices: Ints
    step: Floats
    base: float
    whole: bool

    def total(self, chosen: Ints) -> float:
        """Return weight times seconds walked when these columns are open."""
        if len(self.step) == 0:
            return self.base
        is_open = np.zeros(int(max(self.indices.max(), chosen.max(initial=0))) + 1)
        is_open[chosen] = 1.0
        unmet = np.add.reduceat(is_open[self.indices], self.indptr[:-1]) == 0
        return self.base + float(self.step[unmet].sum())


def most_cover(
    instance: Instance,
    *,
    stop: Stop,
    warm: Ints | None = None,
    gap: float = 0.0,
    held: float | None = None,
    max_nodes: int | None = None,
    progress: Progress | None = None,
) -> Answer:
    """Solve the maximal covering model (Church & ReVelle 1974) with the instance's rules.

    Parameters
    ----------
    instance
        Rows, columns and rules.
    stop
        When to stop.
    warm
        Columns of a known plan to start from.
    gap
        Relative gap at which to stop; at 0 the answer is proven, up to one unit of the weights.
    held
        Plans below this objective are not wanted.
    max_nodes
        Most nodes of the search tree: a stop rule that does not depend on the machine's speed.
    progress
        Called now and then with seconds, objective and bound.

    Returns
    -------
    Answer
        The bound is on covered weight plus profit.
    """
    model = Model(instance, maximise=True)
    worth = model.add_rows()
    scale = _middling([value for _, value in worth])
    worth = [(variable, value * scale) for variable, value in worth]
    # plans differ by at least one unit: less than that is no gap
    unit = worth_step(instance) * scale
    if held is not None:
        model.hold(worth, held * scale, unit)
    model.aim(worth)
    known = None
    if warm is not None and instance.broken_rule(warm) is None:
        value = instance.value(warm)
        known = value if held is None or value >= held else None
    answer = model.solve(
        warm=warm,
        stop=stop,
        gap=gap,
        gap_abs=0.999 * unit,
        known=None if known is None else known * scale,
        progress=None
        if progress is None
        else lambda seconds, objective, above: progress(seconds, objective / scale, above / scale),
        max_nodes=max_nodes,
    )
    bound = stepped(answer.bound, unit) / scale
    return Answer(chosen=answer.chosen, bound=bound, infeasible=answer.infeasible)


def _least(cost: Floats) -> float:
    """Return the least cost there is, 1 at most."""
    return min(1.0, float(cost[cost > 0].min(initial=1.0)))


def _middling(worths: list[float]) -> float:
    """Return a power of two that brings the largest of some worths to a size HiGHS is made for."""
    power = math.frexp(max(map(abs, worths), default=1.0))[1]
    return math.ldexp(1.0, min(0, _LARGEST - power))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Equals:
    """The plans that keep a level of coverage and, once known, of walk, cost and number of posts.

    Attributes
    ----------
    instance
        Rows, columns and rules.
    walks
        What people walk, as sets of posts and steps.
    held
        The objective that must be kept.
    stop, nodes
        When to stop; most nodes of a search tree do not depend on the machine's speed.
    walk, cost, posts
        Levels that must be kept too, or None.
    """

    instance: Instance
    walks: WalkSets
    held: float
    stop: Stop
    nodes: int
    walk: float | None = None
    cost: float | None = None
    posts: int | None = None

    def least(
        self,
        minimise: Literal["walk", "cost", "posts"],
        *,
        warm: Ints | None = None,
        other_than: Ints | None = None,
    ) -> Answer:
        """Find one of these plans with the least walk, cost or number of posts.

        Parameters
        ----------
        minimise
            What to make small; the bound of the answer is on it.
        warm
            Columns of a plan to start from.
        other_than
            A plan of these columns is not wanted.
        """
        instance, walks = self.instance, self.walks
        model = Model(instance, maximise=False)
        model.hold(model.add_rows(), self.held, worth_step(instance))
        walked = []
        if minimise == "walk" or self.walk is not None:
            for s, step in enumerate(walks.step):
                v = model.problem.add_variable(f"v{s}", 0, 1)
                members = walks.indices[walks.indptr[s] : walks.indptr[s + 1]]
                model.at_most([(v, -1.0), *((model.y[j], -1.0) for j in members)], -1.0)
                walked.append((v, float(step)))
        paid = [(model.y[j], float(instance.cost[j])) for j in np.flatnonzero(instance.cost)]
        if self.walk is not None:
            slack = 0.5 if walks.whole else 1e-9 * abs(self.walk)
            model.at_most(walked, self.walk - walks.base + slack)
        if self.cost is not None:
            slack = min(0.25, 1e-9 * max(_least(instance.cost), self.cost))
            model.at_most(paid, self.cost + slack)
        counted = [(y, 1.0) for y in model.y]
        if self.posts is not None:
            model.at_most(counted, self.posts)
        if other_than is not None:
            model.differ(other_than)
        model.aim({"walk": walked, "cost": paid, "posts": counted}[minimise])
        answer = model.solve(warm=warm, stop=self.stop, gap=0.0, gap_abs=0.0, max_nodes=self.nodes)
        base = walks.base if minimise == "walk" else 0.0
        return replace(answer, bound=answer.bound + base)


def keeps_rules(instance: Instance, *, stop: Stop) -> Answer:
    """Find the cheapest plan that keeps the rules, or prove there is none."""
    model = Model(instance, maximise=False)
    if instance.rules:
        model.add_rows()
    model.aim([(model.y[j], float(c)) for j, c in enumerate(instance.cost)])
    return model.solve(warm=None, stop=stop, gap=0.0, gap_abs=0.0)
