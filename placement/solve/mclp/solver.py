"""The covering engine: a plan, a bound and a proof, in that order, until both meet."""

import math
import threading
from contextlib import suppress
from dataclasses import replace
from queue import SimpleQueue

import numpy as np

from placement.arrays import Ints
from placement.cover.instance import Instance
from placement.cover.reduce import Reduction
from placement.solve.core.incumbent import Outcome, list_known_plans
from placement.solve.core.scaled import scaled
from placement.solve.core.stopping import Effort, Stop
from placement.solve.mclp.bounds import bound
from placement.solve.mclp.bounds.block_solver import close
from placement.solve.mclp.coupled import prove_coupled
from placement.solve.mclp.heuristics import heuristic, penalty_annealing
from placement.solve.mclp.settle import settle
from placement.solve.mclp.solver_state import EQUAL, Run, reduced
from placement.solve.mip import queries

# rounds of the search before and after the bound: counted, so that they are always the same
_FIRST_ROUNDS = 1_000
_MORE_ROUNDS = 20_000
_LONG_ROUNDS = 400_000
_RULED_STEPS = 10  # columns for each step that a round is worth where rules count rows
_FEW_ENTRIES = (
    5_000  # of the cover relation, over columns not yet settled: HiGHS takes them at once
)
_TINY_ENTRIES = 500  # of it in all: HiGHS solves that sooner than the search is loaded or compiled
_FEW_NODES = 2_000  # of its tree, before blocks are tried
_MANY_NODES = 20_000  # where blocks have settled most columns


def solve(instance: Instance, effort: Effort, *, start: Ints | None = None) -> Outcome:
    """Find a plan of most worth and prove how good it is.

    A search finds a good plan at once; the relaxation bounds every plan and shows which posts no
    better plan can have; HiGHS settles what is left where that is little, and blocks of
    neighbouring rows, solved exactly and made to agree, where it is not. Where posts are coupled
    or rows have a multiplicity, branch and bound on relaxations comes first. Rules that no good
    plan breaks are left out as long as none does. All of it works on the instance in whole numbers.
    Without a time limit the same instance and seed give the same outcome.

    Parameters
    ----------
    instance
        Rows, columns and rules.
    effort
        When to stop; the best plan so far is returned with its bound.
    start
        Columns of a known plan, or None.
    """
    numbers = scaled(instance)
    run = Run(numbers, effort)
    stop, seed = effort.stop, effort.seed
    for known in list_known_plans(numbers.instance, start):
        run.plan(known)
    if not run.done:
        _search(run, seed, _FIRST_ROUNDS, stop.share(0.2))
    _start(run)
    while not run.done:
        worked_on = run.reduction
        if worked_on.instance.coupled.any() or not worked_on.instance.plain:
            prove_coupled(run)
            if run.tighten():
                continue
            if run.done:
                break
        prices = bound.relaxation(worked_on.instance, stop=stop.share(0.5))
        run.limit(prices.value + worked_on.offset)
        if not run.done:
            _search(run, seed, _MORE_ROUNDS, stop.share(0.2))
        if run.done or run.reduction is not worked_on:
            continue
        _prove(run, prices, seed)
        if not run.tighten():
            break
    settle(run)
    return numbers.outcome(run.outcome())


def _start(run: Run) -> None:
    """Find a plan that keeps every rule where the search found none, or show there is none."""
    if run.chosen is not None:
        return
    answer = queries.keeps_rules(run.instance, stop=run.stop)
    run.infeasible = answer.infeasible
    run.plan(answer.chosen)


def _search(run: Run, seed: int, rounds: int | None, stop: Stop) -> None:
    """Look for a better plan without proof, again where the one found breaks a rule left out."""
    _look(run, seed, rounds, stop)
    while not run.done and run.tighten():
        _look(run, seed, rounds, stop)


def _look(run: Run, seed: int, rounds: int | None, stop: Stop) -> None:
    """Look for a better plan once."""
    offset, instance = run.reduction.offset, run.reduction.instance
    if len(instance.indices) <= _TINY_ENTRIES:
        return
    found = run.reduced_plan()
    # a required post whose only affordable partner the search does not find: left to the model
    with suppress(ValueError):
        found, _ = heuristic.search(
            instance.plainly(),
            stop=stop if instance.plain else stop.share(0.3),
            seed=seed,
            start=found,
            target=run.bound - offset if run.instance.plain else math.inf,
            iterations=rounds,
            on_better=lambda chosen, _: run.plan(run.reduction.lift(chosen)),
        )
    # that plan knows nothing of further rules, and the best one may be better at what they ask;
    # one that broke a rule is often a step away from one that does not
    begins = [] if instance.plain else [(found, 1.0), (run.reduced_plan(), 0.25)]
    if run.nearly is not None:
        begins.append((run.reduced_plan(run.nearly), 0.25))
        run.nearly = None
    lone = replace(instance.plainly(), coupled=np.zeros(instance.columns, dtype=np.bool_))
    for begin, heat in begins:
        if lone.broken_rule(begin) is None and not stop.reached():
            penalty_annealing.search(
                instance,
                stop=stop,
                seed=seed,
                start=begin,
                steps=(rounds or _LONG_ROUNDS) * instance.columns // _RULED_STEPS,
                heat=heat,
                on_better=lambda chosen: run.plan(run.reduction.lift(chosen)),
            )


def _prove(run: Run, prices: bound.Bound, seed: int) -> None:
    """Close the gap: by HiGHS where little is left or there are rules, by blocks elsewhere."""
    rest = run.reduction.instance
    if not rest.columns:  # one plan is left
        last = run.reduction.lift(np.zeros(0, dtype=np.int64))
        run.plan(last)
        run.limit(max(run.instance.value(last), run.known))
        return
    if not rest.plain or rest.coupled.any():
        _by_model(run, prices, stop=run.stop)
        return
    rest = _fixed(run, prices)
    free = ~rest.required & ~rest.excluded
    if int(free[rest.indices].sum()) <= _FEW_ENTRIES:
        _by_model(run, prices, stop=run.stop.share(0.5), max_nodes=_FEW_NODES)
    if not run.done:
        _by_blocks(run, prices, seed)
    if not run.done:
        _by_model(run, prices, stop=run.stop)


def _fixed(run: Run, prices: bound.Bound) -> Instance:
    """Return the reduced instance without the choices that no plan as good as the best makes."""
    rest = run.reduction.instance
    best = run.objective - run.reduction.offset
    must_open, must_close = bound.fix(rest, prices, best)
    return replace(rest, required=rest.required | must_open, excluded=rest.excluded | must_close)


def _by_model(run: Run, prices: bound.Bound, *, stop: Stop, max_nodes: int | None = None) -> None:
    """Hand what no reduced cost could settle to the integer model, made small once more."""
    left = run.reduction.then(lambda _: reduced(_fixed(run, prices), late=run.stop.reached))
    rest, offset = left.instance, left.offset
    if rest.columns == 0:  # one plan is left, and the known one is no worse or that one
        last = left.lift(np.zeros(0, dtype=np.int64))
        run.plan(last)
        run.limit(run.instance.value(last))  # it may break a rule that was left out
        return
    answer = queries.most_cover(
        rest,
        stop=stop,
        warm=_warm(run, left, stop),
        gap=run.gap_wanted,
        max_nodes=max_nodes,
        progress=lambda *moment: run.tell(*moment, offset=offset),
    )
    if answer.chosen is not None:
        run.plan(left.lift(answer.chosen))
    # a plan as good as the known one keeps what was fixed, so the model bounds it
    run.limit(run.objective if answer.infeasible else answer.bound + offset)


def _warm(run: Run, left: Reduction, stop: Stop) -> Ints | None:
    """Return the best plan as columns of what is left, or one as good without those that went."""
    if run.chosen is None:
        return None
    warm = np.flatnonzero(np.isin(left.columns, run.chosen))
    instance = left.instance
    missing = run.objective - instance.value(warm) - left.offset
    if missing > EQUAL * abs(run.objective) or instance.broken_rule(warm) is not None:
        with suppress(ValueError):  # as in any search
            warm, _ = heuristic.search(
                instance.plainly(), stop=stop, start=warm, iterations=_FIRST_ROUNDS
            )
    return None if instance.broken_rule(warm) is not None else warm


def _by_blocks(run: Run, prices: bound.Bound, seed: int) -> None:
    """Split the instance into neighbourhoods, each solved exactly, and make them agree."""
    instance, offset = run.reduction.instance, run.reduction.offset
    plan = run.reduced_plan()
    if instance.broken_rule(plan) is not None:
        return

    tried = math.inf

    def try_model(rest: Instance) -> tuple[Ints | None, float]:
        """Hand what blocks left unsettled to the integer model, once it is small."""
        nonlocal tried
        small = reduced(rest, late=run.stop.reached)
        free = ~small.instance.required & ~small.instance.excluded
        entries = int(free[small.instance.indices].sum())
        if entries > min(_FEW_ENTRIES, 0.7 * tried):
            return None, math.inf
        tried = entries
        known = np.flatnonzero(np.isin(small.columns, run.reduced_plan()))
        answer = queries.most_cover(
            small.instance,
            stop=run.stop.share(0.5),
            warm=None if small.instance.broken_rule(known) is not None else known,
            gap=run.gap_wanted,
            max_nodes=_MANY_NODES,
        )
        found = None if answer.chosen is None else small.lift(answer.chosen)
        return found, -math.inf if answer.infeasible else answer.bound + small.offset

    beside = _Beside(run, seed + 1)
    try:
        closed = close(
            instance,
            stop=beside,
            start=prices,
            plan=plan,
            look=beside.look,
            finish=try_model,
            on_better=lambda chosen, _: run.plan(run.reduction.lift(chosen)),
            on_bound=lambda value: run.limit(value + offset),
        )
    finally:
        beside.end()
    run.plan(run.reduction.lift(closed.chosen))
    run.limit((instance.value(closed.chosen) if closed.proven else closed.bound) + offset)


class _Beside(Stop):
    """A long search beside the blocks, and the stop rule of both: time, or a gap small enough.

    With a time limit it runs in a thread of its own for as long as the blocks do. Without one it
    takes a count of rounds when it is first asked for a plan, so that nothing hangs on the clock.
    """

    def __init__(self, run: Run, seed: int) -> None:
        super().__init__(within=run.stop)
        self._run = run
        self._seed = seed
        self._stop = run.stop.share(1.0)
        self._found: SimpleQueue[Ints] = SimpleQueue()
        self._owner = threading.get_ident()
        self._thread: threading.Thread | None = None
        self._looked = False
        if math.isfinite(run.stop.left()):
            start, target = run.reduced_plan(), run.bound - run.reduction.offset
            self._thread = threading.Thread(target=self._go, args=(start, target), daemon=True)
            self._thread.start()

    def _go(self, start: Ints | None, target: float) -> None:
        with suppress(ValueError):  # as in `_search`
            heuristic.search(
                self._run.reduction.instance,
                stop=self._stop,
                seed=self._seed,
                start=start,
                target=target,
                on_better=lambda chosen, _: self._found.put(chosen),
            )

    def _take(self) -> None:
        while not self._found.empty():
            self._run.plan(self._run.reduction.lift(self._found.get()))

    def look(self) -> Ints:
        """Return the best plan known."""
        if self._thread is None and not self._looked:
            self._looked = True
            # once: rules are taken in after the blocks, whose columns are those of now
            _look(self._run, self._seed, _LONG_ROUNDS, self._run.stop)
        self._take()
        return self._run.reduced_plan()

    def end(self) -> None:
        """End the search, and take what it found."""
        self._stop.interrupt()
        if self._thread is not None:
            self._thread.join()
        self._take()

    @property
    def interrupted(self) -> bool:
        """Whether there is nothing left to do."""
        if threading.get_ident() == self._owner:  # threads that solve blocks ask as well
            self._take()
        return self._run.done
