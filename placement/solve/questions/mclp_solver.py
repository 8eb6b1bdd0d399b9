"""The solver of plans without lanes: maximal covering, then the shortest walks among equals."""

import math
from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np

from placement.arrays import Ints
from placement.cover.instance import Instance, Limit
from placement.cover.instance_builder import Posting
from placement.cover.survey import Survey
from placement.decimals import exceeds, total_of
from placement.errors import InfeasibleError
from placement.plan.problem import Plan
from placement.solution import Solution, Stopped
from placement.solve.core.incumbent import Outcome, Start
from placement.solve.core.lexicographic import Staged
from placement.solve.core.stopping import Effort, Stop
from placement.solve.mclp import lexicographic
from placement.solve.mclp.heuristics import min_cost_heuristic
from placement.solve.mip.decomposition import apart
from placement.solve.mip.minimise_rule import (
    feasible,
    is_least,
    least,
    left_side,
    people_in,
    step_of,
    sum_of,
)
from placement.solve.mip.mip_model import Answer
from placement.solve.questions.baseline import Wishes
from placement.solve.questions.equal_worth import fewest_changes
from placement.solve.questions.infeasibility import clash
from placement.solve.questions.secondary_objective import refine
from placement.solve.questions.solver import Best, Cheapest

_CHOOSING = 0.8  # of the time; the rest is for the choice among equals


class MclpSolver:
    """`placement.solve.questions.solver.Solver`, without lanes."""

    def __init__(self, plan: Plan, walks: Survey) -> None:
        self._problem, self._walks = plan.problem, walks

    def best(
        self,
        posts: Posting,
        effort: Effort,
        *,
        start: Start | None,
        shares: Mapping[str, float],  # noqa: ARG002 - rules of the posts say all of them
    ) -> Best:
        """Maximise, then take the shortest walks among equals."""
        choosing = replace(effort, stop=effort.stop.share(_CHOOSING))
        staged = self.solve(posts, choosing, start=start)
        outcome = staged.outcome
        if outcome.chosen is None:
            return Best(outcome=outcome, posts=posts, chosen=None, tiers=staged.tiers)
        chosen, unproven = refine(
            staged.posts, self._problem, self._walks, outcome.chosen, stop=effort.stop
        )
        return Best(
            outcome=outcome,
            posts=posts,
            chosen=chosen,
            tiers=staged.tiers,
            unproven=unproven,
        )

    def solve(self, posts: Posting, effort: Effort, *, start: Start | None) -> Staged[Outcome]:
        """Maximise tier by tier."""
        known = None if start is None else start.chosen
        return lexicographic.solve(posts, effort, start=known)

    def nearest(self, found: Staged[Outcome], base: Ints, *, stop: Stop) -> Outcome:
        """Take the fewest changes among equals."""
        outcome = found.outcome
        if outcome.chosen is None:
            return outcome
        chosen = fewest_changes(found.posts.instance, base, outcome.chosen, stop=stop)
        return replace(outcome, chosen=chosen)

    def cheapest(
        self,
        posts: Posting,
        effort: Effort,
        *,
        shares: Collection[str],  # noqa: ARG002 - all rules are alike
    ) -> Cheapest:
        """Minimise the cost under all rules, from a plan and a bound that were looked for first."""
        instance, stop = posts.instance, effort.stop
        cost = sum_of("cost", instance.cost)
        bound, parts = apart(instance, stop=stop.share(0.3))
        if bound == math.inf:
            return Cheapest(plan=None, cost=math.inf, bound=0.0, infeasible=True)
        start = min_cost_heuristic.search(
            posts, self._problem, stop=stop.share(0.4), seed=effort.seed, target=bound
        )
        spent = math.inf if start is None else left_side(instance, cost, start)
        if effort.progress is not None and start is not None:
            effort.progress(stop.seconds(), spent, bound)
        step = step_of(cost)
        answer = Answer(chosen=None, bound=bound, infeasible=False)
        if not is_least(spent, bound, step):
            bounded = replace(instance, rules=(*instance.rules, *parts))
            answer = least(
                bounded, cost, stop=stop, warm=start, gap=effort.gap, progress=effort.progress
            )
        found = [
            (left_side(instance, cost, chosen), chosen)
            for chosen in (answer.chosen, start)
            if chosen is not None
        ]
        if not found:
            return Cheapest(plan=None, cost=math.inf, bound=0.0, infeasible=answer.infeasible)
        spent, chosen = min(found, key=lambda one: one[0])
        bound = max(bound, spent if answer.infeasible else min(spent, answer.bound))
        if is_least(spent, bound, step):
            bound = spent
        stopped = Stopped.PROVEN
        if bound < spent:
            ended = Stopped.INTERRUPTED if stop.interrupted else Stopped.TIME_LIMIT
            stopped = ended if stop.reached() or not effort.gap else Stopped.GAP
        return Cheapest(plan=Start(chosen=chosen), cost=spent, bound=bound, stopped=stopped)

    def without_budget(self, posts: Posting) -> Posting:
        """Let the budget pay for all columns."""
        return replace(posts, instance=posts.instance.with_budget(math.fsum(posts.instance.cost)))

    def at_cost(self, posts: Posting, found: Cheapest) -> Posting:
        """Leave out posts that there is no money for.

        A plan can do without the posts that no rule needs, and still costs no less than the bound:
        so what they cost together is at most the cost that was found less the bound.
        """
        instance = posts.instance
        needed = instance.required.copy()
        row = np.repeat(np.arange(instance.rows), np.diff(instance.indptr))
        for rule in instance.rules:
            needed |= rule.slope < 0
            needed[instance.indices[np.isin(row, rule.rows[rule.share > 0])]] = True
        tail = np.repeat(np.arange(instance.columns), np.diff(instance.near_indptr))
        while True:
            partners = instance.near_indices[needed[tail]]
            if needed[partners].all():
                break
            needed[partners] = True
        spare = found.cost - found.bound
        free = np.where(needed, 0.0, instance.cost)
        too_dear = free > spare * (1 + 1e-9)
        limit = Limit(name="spare", use=free, most=spare * (1 + 1e-9))
        left = replace(
            instance.with_budget(_enough(instance, found)),
            excluded=instance.excluded | too_dear,
            limits=(*instance.limits, limit) if spare > 0 else instance.limits,
        )
        return replace(posts, instance=left)

    def spent(self, posts: Posting, plan: Start) -> float:
        """Add up the columns."""
        return math.fsum(posts.instance.cost[plan.chosen])

    def worth(self, posts: Posting, base: Ints, solution: Solution) -> float:  # noqa: ARG002
        """Count the columns."""
        return posts.instance.value(base)

    def admitted(self, found: Outcome) -> Mapping[str, float]:  # noqa: ARG002
        """Say that no resource has lanes."""
        return {}

    def most_people(self, posts: Posting, resource: str, *, stop: Stop) -> tuple[float, float]:
        """Make the people least who are not covered."""
        rows = np.flatnonzero(posts.row_resource == self._problem.resource_index(resource))
        people = people_in("people", posts.instance, rows, posts.people)
        answer = least(posts.instance, people, stop=stop)
        reached = 0.0
        if answer.chosen is not None:
            reached = -left_side(posts.instance, people, answer.chosen)
        bound = min(math.fsum(posts.people[rows]), -answer.bound)
        return (reached, max(reached, bound))

    def impossible(self, posts: Posting, *, stop: Stop) -> bool:
        """Ask the integer model."""
        return feasible(posts.instance, stop=stop) is False

    def conflict(self, posts: Posting, *, wish: Wishes, stop: Stop) -> InfeasibleError:
        """Name rules that clash, irreducibly if time allows, and the least change of each."""
        found = clash(self._problem, posts, walks=self._walks, wish=wish, stop=stop)
        return found.error()


def _enough(instance: Instance, found: Cheapest) -> float:
    """Return the least budget that pays for the plan found, whose cost may be rounded down."""
    paid = instance.cost[[] if found.plan is None else found.plan.chosen]
    budget = max(found.cost, total_of(paid))
    return math.nextafter(budget, math.inf) if exceeds(paid, budget) else budget
