"""How much of their capacity lanes may be planned with, so that chance leaves nobody outside."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from placement.errors import NoPlanError
from placement.executor import Executor
from placement.plan.headroom import with_headroom
from placement.plan.problem import Plan
from placement.solution import Solution
from placement.studies.replay.course import course_of, gates_of
from placement.studies.replay.nights import play
from placement.studies.replay.scenario import Scenario
from placement.studies.replay.study import TOLERATED, Replay, replay

MOST_STRAINED = 0.05
"""Share of the nights on which a gate may leave more people outside than is tolerated."""
_STEPS = 200  # shares are whole parts of this: half a percent
_LEAST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One headroom that was tried.

    Attributes
    ----------
    headroom
        Share of what lanes admit that was planned with.
    covered
        People whom the lanes admit in the plan that was found.
    cost
        What it costs, in the unit of the budget.
    strained
        Share of the nights, at the gate where it is largest.
    """

    headroom: float
    covered: float
    cost: float
    strained: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Held:
    """A plan whose gates hold.

    Attributes
    ----------
    plan, solution
        The plan with its headroom, and its solution.
    replay
        The nights that show it.
    tried
        What was tried, in order; the last is what holds.
    """

    plan: Plan
    solution: Solution
    replay: Replay
    tried: tuple[Tried, ...]


def find_headroom(
    plan: Plan,
    solve: Callable[[Plan], Solution],
    scenario: Scenario | None = None,
    *,
    nights: int = 1000,
    seed: int = 1,
    tolerated: int = TOLERATED,
    most: float = MOST_STRAINED,
    executor: Executor | None = None,
) -> Held:
    """Lower the headroom of a plan until every gate of its solution holds on most nights.

    The plan is solved with its own headroom first. Where a gate strains, its people are played in
    smaller numbers to see which headroom, in steps of half a percent, would hold; the plan is
    solved with that, and with less as long as a gate strains.

    Parameters
    ----------
    plan
        A loaded plan with lanes.
    solve
        Finds the solution of a plan.
    scenario, nights, seed, tolerated, executor
        As for `placement.studies.replay.replay`.
    most
        Share of the nights on which a gate may strain.

    Returns
    -------
    Held

    Raises
    ------
    NoPlanError
        If gates strain with half of what their lanes admit.
    UsageError
        If the plan has no lanes.
    """
    scenario = Scenario() if scenario is None else scenario
    tried: list[Tried] = []
    while True:
        solution = solve(plan)
        found = replay(
            plan,
            solution,
            scenario,
            nights=nights,
            seed=seed,
            tolerated=tolerated,
            executor=executor,
        )
        strained = max(gate.strained.value for gate in found.gates)
        gates = gates_of(plan, solution)
        covered = solution.coverage[gates.told.resource].covered
        tried.append(
            Tried(
                headroom=gates.rule.headroom, covered=covered, cost=solution.cost, strained=strained
            )
        )
        if strained <= most:
            return Held(plan=plan, solution=solution, replay=found, tried=tuple(tried))
        step = math.ceil(gates.rule.headroom * _STEPS - 1e-9) - 1
        if len(tried) == 1:
            course = course_of(plan, gates, scenario)
            low = _LEAST - 1
            while low < step:
                middle = (low + step + 1) // 2
                fewer = course.people * (middle / _STEPS / gates.rule.headroom)
                outside = play(
                    replace(course, people=fewer), nights=nights, seed=seed, executor=executor
                ).of("outside")
                if ((outside > tolerated).mean(axis=0) <= most).all():
                    low = middle
                else:
                    step = middle - 1
        if step < _LEAST:
            raise NoPlanError(
                "gates strain even where the plan counts on half of what their lanes admit: what "
                "goes wrong in these nights is more than headroom can mend."
            )
        plan = with_headroom(plan, step / _STEPS)
