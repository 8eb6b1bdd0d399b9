"""The solver of plans with rings: the people of the lanes pass a gate of each ring."""

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from placement.counts import counted
from placement.cover.instance import Instance
from placement.cover.instance_builder import Posting
from placement.cover.survey import entering
from placement.errors import InfeasibleError
from placement.plan.problem import Problem
from placement.solution import Stopped
from placement.solve.capacitated.ringed import (
    best_through_rings,
    can_be,
    flows_through_rings,
    solve_rings,
)
from placement.solve.capacitated.settle import Flows
from placement.solve.capacitated.state import LanesOutcome
from placement.solve.core.incumbent import Start
from placement.solve.core.lexicographic import Staged
from placement.solve.core.stopping import Effort, Stop
from placement.solve.questions.baseline import Wishes, bind
from placement.solve.questions.capacitated_solver import CapacitatedSolver, all_money
from placement.solve.questions.infeasibility import (
    ConflictRule,
    Filter,
    needed_zones,
    without_rules,
)
from placement.solve.questions.solver import Cheapest
from placement.solve.questions.unsealed import leave_open


class RingedSolver(CapacitatedSolver):
    """`placement.solve.questions.solver.Solver`, with lanes in rings."""

    _find = staticmethod(best_through_rings)

    def solve(self, posts: Posting, effort: Effort, *, start: Start | None) -> Staged[LanesOutcome]:
        """Choose posts and lanes tier by tier."""
        staged, _, _ = solve_rings(self._plan, posts, self._walks, effort, start=start, shares={})
        return staged

    def cheapest(
        self,
        posts: Posting,
        effort: Effort,
        *,
        shares: Collection[str],  # noqa: ARG002
    ) -> Cheapest:
        """Minimise what posts and lanes cost; the shares are rules of the posts."""
        flows = self._flows(posts)
        found, plan = flows.most(
            [(variable, -cost) for variable, cost in flows.cost_terms()],
            effort.stop,
            gap=effort.gap,
        )
        if plan is None:
            stopped = Stopped.PROVEN if found.infeasible else _stopped(effort)
            return Cheapest(
                plan=None,
                cost=np.inf,
                bound=max(0.0, -found.bound),
                infeasible=found.infeasible,
                stopped=stopped,
            )
        chosen, lanes = plan
        cost = flows.lanes.spent(flows.instance, chosen, lanes)
        bound = min(max(0.0, -found.bound), cost)
        proven = bound >= cost - 1e-6 * max(1.0, cost)
        return Cheapest(
            plan=Start(chosen=chosen, lanes=lanes),
            cost=cost,
            bound=cost if proven else bound,
            stopped=Stopped.PROVEN if proven else _stopped(effort),
        )

    def most_people(self, posts: Posting, resource: str, *, stop: Stop) -> tuple[float, float]:
        """Let the objective count the people of the resource alone."""
        flows = self._flows(posts)
        terms = flows.people_terms(self._problem.resource_index(resource))
        found, _ = flows.most(terms, stop)
        low = 0.0 if found.values is None else found.objective
        return max(0.0, low), max(0.0, found.bound)

    def impossible(self, posts: Posting, *, stop: Stop) -> bool:
        """Ask the whole model."""
        return can_be(self._flows(posts), stop=stop) is False

    def conflict(self, posts: Posting, *, wish: Wishes, stop: Stop) -> InfeasibleError:
        """Name rules that clash: each is needed where the search came to an end without it."""
        loosened: list[Problem] = [self._problem]

        def again(left: Posting, looser: Problem) -> Posting:
            loosened.append(looser)
            return bind(left, looser, wish)

        def under(problem: Problem, left: Posting) -> bool | None:
            plan = replace(self._plan, problem=problem)
            flows = flows_through_rings(plan, left, entering(problem, self._walks))
            return can_be(flows, stop=stop)

        zones = needed_zones(
            self._problem, self._walks, posts, again, lambda left: under(loosened[-1], left)
        )
        problem = zones.problem

        def feasible(rest: Instance) -> bool | None:
            return under(problem, replace(zones.posts, instance=rest))

        filtered = Filter(zones.posts.instance, feasible)
        ways = {way.rule for way in problem.ways}
        if ways:
            name = f"sealed: {counted(len(ways), 'way')}"
            filtered.without([ConflictRule(name=name, drop=leave_open(problem, zones.posts))])
        for rule in zones.posts.instance.rules:
            if rule.name not in ways:
                filtered.without([ConflictRule(name=rule.name, drop=without_rules({rule.name}))])
        money = feasible(zones.posts.instance.with_budget(all_money(problem, zones.posts)))
        lanes = f"resources.{problem.resources[problem.laned or 0].id}.lanes"
        rules = (
            *((f"budget {problem.budget:.10g}",) if money is not False else ()),
            *(rule.name for rule in filtered.kept),
            *zones.names,
            lanes,
            "rings",
        )
        remedies = () if money is not False else ("no budget would do",)
        return InfeasibleError(
            f"no plan keeps every rule: {', '.join(rules)} are conflicting (some of them may not "
            "be needed for it, and other rules may add to it)"
            f"{''.join(f'; {one}' for one in remedies)}.",
            rules=rules,
            remedies=remedies,
        )

    def _flows(self, posts: Posting) -> Flows:
        return flows_through_rings(self._plan, posts, self._walks)


def _stopped(effort: Effort) -> Stopped:
    """Return why a search without a proof ended."""
    if effort.stop.reached():
        return Stopped.INTERRUPTED if effort.stop.interrupted else Stopped.TIME_LIMIT
    return Stopped.GAP if effort.gap > 0 else Stopped.ROUNDING
