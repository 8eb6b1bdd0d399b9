"""What a run knows at any moment: the best plan, the best bound, and when each of them came."""

import math
from dataclasses import dataclass, field

import numpy as np

from placement.arrays import Floats, Ints
from placement.cover.instance import Instance
from placement.solution import Status, Stopped
from placement.solve.core.gap import stepped
from placement.solve.core.stopping import Effort


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One moment of a run.

    Attributes
    ----------
    seconds
        Since the start.
    objective
        Of the best plan so far.
    bound
        Best bound so far.
    """

    seconds: float
    objective: float
    bound: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Start:
    """A plan that is known and handed in.

    Attributes
    ----------
    chosen
        Open columns, ascending.
    lanes
        (C,) int64, lanes of each column, where one resource has lanes; if they break a rule, they
        are dealt anew.
    passing
        (layers, R) float64, people whom the plan is known to admit: they come first.
    """

    chosen: Ints
    lanes: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    passing: Floats | None = None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Outcome:
    """What was found: a plan, how good it is, and why the search stopped, told apart.

    Attributes
    ----------
    status, stopped
        What is known, and why the search ended.
    chosen
        Open columns, ascending, or None without a plan.
    objective, bound, gap
        The objective of the plan (−inf without one), the best bound, and their relative distance.
    trace
        The moments at which either became better.
    """

    status: Status
    stopped: Stopped
    chosen: Ints | None
    objective: float
    bound: float
    gap: float
    trace: tuple[Trace, ...]

    @property
    def plan(self) -> Start | None:
        """The plan, for a search to start from; None where there is none."""
        return None if self.chosen is None else Start(chosen=self.chosen)


class Record:
    """The best plan and the best bound of a run, and the moments at which they came.

    Parameters
    ----------
    effort
        When to stop, and who is told of better plans and bounds.
    top
        A bound that holds before anything is known.
    equal
        Relative difference at which a plan and a bound count as equal; 0 where worths come in
        steps and bounds are rounded down to them.
    unit
        Objectives smaller than this are taken for as large, where `equal` is not 0.
    constant
        Worth of every plan that objective and bound leave out, but a gap counts.
    step
        Two objectives differ by this much at least; 0 where nothing is known. Bounds are rounded
        down to it.
    costs
        Whether objectives are minus what plans cost; a gap is then a share of the cost.
    exact
        Whether a plan and a bound that count as equal are a proof.
    """

    def __init__(
        self,
        effort: Effort,
        *,
        top: float,
        equal: float,
        unit: float = 1.0,
        constant: float = 0.0,
        step: float = 0.0,
        costs: bool = False,
        exact: bool = True,
    ) -> None:
        self.stop, self.gap_wanted, self.progress = effort.stop, effort.gap, effort.progress
        self.bound, self.equal, self.unit = top, equal, unit
        self.constant, self.step, self.costs, self.exact = constant, step, costs, exact
        self.chosen: Ints | None = None
        self.objective = -math.inf
        self.infeasible = False
        self.trace: list[Trace] = []

    def take(self, chosen: Ints, objective: float) -> bool:
        """Take a plan that keeps every rule, if it is better than what is known."""
        if objective <= self.objective:
            return False
        self.chosen, self.objective = np.sort(chosen), objective
        self.bound = max(self.bound, objective)  # a bound is only as exact as its solver
        self._note()
        return True

    def limit(self, bound: float) -> None:
        """Take a bound; it cannot be below a plan that exists."""
        bound = max(stepped(bound, self.step), self.objective)
        if bound < self.bound:
            self.bound = bound
            self._note()

    def _note(self) -> None:
        seconds = self.stop.seconds()
        self.trace.append(Trace(seconds=seconds, objective=self.objective, bound=self.bound))
        if self.progress is not None:
            self.progress(seconds, self.objective, self.bound)

    @property
    def met(self) -> bool:
        """Whether plan and bound count as equal."""
        least = self.objective + self.equal * max(self.unit, abs(self.objective))
        return self.chosen is not None and self.bound <= least

    @property
    def proven(self) -> bool:
        """Whether no plan is better."""
        return self.exact and self.met

    @property
    def gap(self) -> float:
        """Relative distance of plan and bound."""
        if self.chosen is None:
            return math.inf
        if self.met:
            return 0.0
        worth = max(-self.objective, 1e-9) if self.costs else self.objective + self.constant
        return (self.bound - self.objective) / worth if worth > 0 else math.inf

    @property
    def done(self) -> bool:
        """Whether there is nothing left to do, or no time left to do it."""
        return self.infeasible or self.met or self.gap <= self.gap_wanted or self.stop.reached()

    def outcome(self) -> Outcome:
        """Say what is known."""
        if self.infeasible:
            status = Status.INFEASIBLE
        elif self.chosen is None:
            status = Status.UNKNOWN
        else:
            status = Status.OPTIMAL if self.proven else Status.FEASIBLE
        if self.proven or self.infeasible:
            stopped = Stopped.PROVEN
        elif self.stop.reached() and self.gap > self.gap_wanted:
            stopped = Stopped.INTERRUPTED if self.stop.interrupted else Stopped.TIME_LIMIT
        elif self.gap_wanted > 0 and self.gap <= self.gap_wanted:
            stopped = Stopped.GAP
        else:
            stopped = Stopped.ROUNDING
        return Outcome(
            status=status,
            stopped=stopped,
            chosen=self.chosen,
            objective=self.objective,
            bound=self.objective if self.proven else self.bound,
            gap=self.gap,
            trace=tuple(self.trace),
        )


def list_known_plans(instance: Instance, start: Ints | None) -> list[Ints]:
    """Return the plans that are handed in, to be the first if they keep the rules.

    The known plan; the same with what must be open and without what must not; what must be open
    and nothing else; and nothing at all.
    """
    plans = [np.flatnonzero(instance.required), np.zeros(0, dtype=np.int64)]
    if start is None:
        return plans
    is_open = instance.required.copy()
    is_open[start] = True
    return [start, np.flatnonzero(is_open & ~instance.excluded), *plans]
