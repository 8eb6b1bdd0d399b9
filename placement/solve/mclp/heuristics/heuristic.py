"""The search for a plan: fast, at any size, and within every rule of the instance."""

import math
from collections.abc import Callable, Iterable

import numpy as np

from placement.arrays import Ints, Ints32
from placement.cover.instance import Instance
from placement.solve.core.stopping import Stop
from placement.solve.mclp.heuristics.board import keep
from placement.solve.mclp.heuristics.parallel_tempering import temper
from placement.solve.mclp.heuristics.search_state import TILTS, Chase, Field

FIRST_ROUNDS = 400
FIRST_STEPS = 200_000
GROWTH = 1.5
GENERATIONS = 2
"""How many there are, and exchanges of an annealing: in the first, and growing."""
FRESH = 6
KERNELS = 3
ELITE = 6
FRESH_HEAT = (0.03, 0.006)
KERNEL_HEAT = (0.04, 0.003)
POLISH_HEAT = (0.012, 0.004)
"""Temperatures, as shares of the mean worth of an open column."""


def search(
    instance: Instance,
    *,
    stop: Stop,
    seed: int = 0,
    start: Iterable[int] | None = None,
    target: float = math.inf,
    iterations: int | None = None,
    on_better: Callable[[Ints, float], None] | None = None,
) -> tuple[Ints, float]:
    """Search for a plan of high worth that keeps every rule.

    Greedy plans first. Then generations: some plans annealed from noisy greedy ones; then
    annealing within their *kernel*, the columns that at least one of them or of the elite opens,
    where it is several times as fast and sees only columns worth seeing; then partition
    crossover with all of them, a cool annealing among all columns, and destroy and rebuild.
    After two generations, replicas at several temperatures go on for as long as there is time
    (`placement.solve.mclp.heuristics.parallel_tempering`).

    Parameters
    ----------
    instance
        What is asked.
    stop
        Asked between batches of some hundredths of a second.
    seed
        The same seed and `iterations`, with a rule that never stops, give the same plan.
    start
        Columns of a plan to start from; those that cannot be open together are left out.
    target
        Stop once the objective reaches this, for instance a bound.
    iterations
        Most iterations (one is a round of destroy and rebuild, or 100 exchanges), or None: only
        `stop` and `target` end the search.
    on_better
        Called with each better plan and its objective.

    Returns
    -------
    columns : (n,) int64
        Open columns, ascending. No column is open that the objective could spare.
    objective : float
        Their worth.

    Raises
    ------
    ValueError
        If the required columns alone break a rule.
    """
    chase = Chase(instance, stop, target, iterations, on_better)
    random = np.array([np.uint64(seed & 0xFFFFFFFFFFFFFFFF)], np.uint64)
    field = Field(keep(instance), random)
    field.greedy_plans(start)
    chase.offer(field)
    if field.has_choice():
        field.move_to(field.best_plan())
        field.rebuild(chase, FIRST_ROUNDS)
        chase.offer(field)
    elite: list[Ints32] = []
    steps = float(min(FIRST_STEPS, max(2_000, 100 * len(field.columns))))
    for _ in range(GENERATIONS):
        if not chase.over and field.has_choice():
            _generation(chase, field, elite, int(steps))
        steps *= GROWTH
    if field.has_choice():
        temper(chase, field, elite)
    return chase.chosen, chase.objective


def _generation(chase: Chase, field: Field, elite: list[Ints32], steps: int) -> None:
    """Make fresh plans, anneal in their kernel, cross and polish; renew the elite in place."""
    pool = list(elite)
    for number in range(FRESH):
        field.greedy(TILTS[number % len(TILTS)], 0.3)
        field.anneal(chase, steps, FRESH_HEAT)
        field.cross(pool)
        pool.append(field.opened())
        chase.offer(field)
        if chase.over:
            return
    for plan in _kernel_plans(chase, field, pool, steps):
        field.move_to(plan)
        field.anneal(chase, steps // 2, POLISH_HEAT)
        field.cross(pool)
        chase.offer(field)
        if chase.over:
            return
        plan = field.opened()
        pool.append(plan)
        if not any(np.array_equal(plan, other) for other in elite):
            elite.append(plan)
    field.move_to(field.best_plan())
    field.rebuild(chase, steps // (1000 if field.plain else 100))
    chase.offer(field)
    elite.append(field.best_plan())
    ranked: list[tuple[float, Ints32]] = []
    for plan in elite:
        field.move_to(plan)
        if not any(np.array_equal(plan, other) for _, other in ranked):
            ranked.append((-float(field.state.worth[0]), plan))
    ranked.sort(key=lambda entry: (entry[0], entry[1].tolist()))
    elite[:] = [plan for _, plan in ranked[:ELITE]]


def _kernel_plans(chase: Chase, field: Field, pool: list[Ints32], steps: int) -> list[Ints32]:
    """Anneal among the columns that plans of a pool open; return plans of the whole field."""
    union = np.unique(np.concatenate(pool))
    only = np.zeros(chase.instance.columns, np.bool_)
    only[field.columns[union]] = True
    inner = Field(keep(chase.instance, only=only), field.random)
    plans = []
    for number in range(KERNELS):
        inner.greedy(TILTS[number % len(TILTS)], 0.3)
        inner.anneal(chase, 2 * steps, KERNEL_HEAT)
        plans.append(np.searchsorted(field.columns, inner.columns[inner.opened()]).astype(np.int32))
        if chase.over:
            break
    return plans
