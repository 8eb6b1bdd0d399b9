"""The solver of plans in which one resource has lanes: lanes and who is admitted are chosen too."""

import math
from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np

from placement.arrays import Ints
from placement.counts import counted
from placement.cover.instance import Instance
from placement.cover.instance_builder import Posting
from placement.cover.laned import laned
from placement.cover.lanes import Lanes
from placement.cover.survey import Survey
from placement.errors import InfeasibleError
from placement.plan.problem import Plan, Problem
from placement.solution import Solution, Status
from placement.solve.capacitated import admission, min_cost
from placement.solve.capacitated.solver import impossible, solve_lanes
from placement.solve.capacitated.state import Guide, LanesOutcome
from placement.solve.capacitated.thrift import best_with_lanes
from placement.solve.core.incumbent import Outcome, Start
from placement.solve.core.lexicographic import Staged
from placement.solve.core.stopping import Effort, Stop
from placement.solve.questions.baseline import Wishes, bind
from placement.solve.questions.infeasibility import (
    ConflictRule,
    Filter,
    needed_zones,
    without_rules,
)
from placement.solve.questions.solver import Best, Cheapest
from placement.solve.questions.unsealed import leave_open


class CapacitatedSolver:
    """`placement.solve.questions.solver.Solver`, with lanes."""

    #: Finds a plan of most worth, and of its equals the one to be told of.
    _find = staticmethod(best_with_lanes)

    def __init__(self, plan: Plan, walks: Survey) -> None:
        self._plan, self._problem, self._walks = plan, plan.problem, walks

    def best(
        self, posts: Posting, effort: Effort, *, start: Start | None, shares: Mapping[str, float]
    ) -> Best:
        """Choose posts and lanes, then the one plan among equals."""
        staged, best = self._find(
            self._plan, posts, self._walks, effort, start=start, shares=shares
        )
        if best is None:
            return Best(outcome=staged.outcome, posts=posts, chosen=None, tiers=staged.tiers)
        return Best(
            outcome=best.outcome,
            posts=best.posts,
            chosen=best.outcome.chosen,
            tiers=staged.tiers,
            unproven=best.unproven,
            admitted=best.admitted,
        )

    def solve(self, posts: Posting, effort: Effort, *, start: Start | None) -> Staged[LanesOutcome]:
        """Choose posts and lanes tier by tier."""
        return admission.solve(posts, self._problem, effort, start=start)

    def nearest(self, found: Staged[Outcome], base: Ints, *, stop: Stop) -> Outcome:  # noqa: ARG002
        """Take the plan that was found: changes are not counted where lanes are chosen too."""
        return found.outcome

    def cheapest(self, posts: Posting, effort: Effort, *, shares: Collection[str]) -> Cheapest:
        """Minimise what posts and lanes cost."""
        found = min_cost.cheapest(*laned(self._problem, posts), shares, effort)
        cost = 0.0 - found.objective
        return Cheapest(
            plan=found.plan,
            cost=cost,
            bound=min(max(0.0, -found.bound), cost),
            infeasible=found.status is Status.INFEASIBLE,
            stopped=found.stopped,
        )

    def without_budget(self, posts: Posting) -> Posting:
        """Let the budget pay for all columns and all lanes."""
        return replace(posts, instance=posts.instance.with_budget(all_money(self._problem, posts)))

    def at_cost(self, posts: Posting, found: Cheapest) -> Posting:
        """Spend no more."""
        return replace(posts, instance=posts.instance.with_budget(found.cost))

    def spent(self, posts: Posting, plan: Start) -> float:
        """Add up columns and lanes."""
        instance, lanes = laned(self._problem, posts)
        return lanes.spent(instance, plan.chosen, plan.lanes)

    def worth(self, posts: Posting, base: Ints, solution: Solution) -> float:  # noqa: ARG002
        """Take the objective as it was told; changes that are priced have a constant aside."""
        if solution.changes is None:
            return solution.objective
        changes = solution.changes
        agreed = len(solution.posts_list) - len(changes.opened) + len(changes.closed)
        return solution.objective + changes.price * agreed

    def admitted(self, found: Outcome) -> Mapping[str, float]:
        """Add up whom the gates admit."""
        people = found.admitted if isinstance(found, LanesOutcome) else ()
        return {self._problem.resources[self._problem.laned or 0].id: math.fsum(people)}

    def most_people(self, posts: Posting, resource: str, *, stop: Stop) -> tuple[float, float]:
        """Let the objective count the people of the resource alone."""
        instance, lanes = laned(self._problem, posts)
        mine = posts.row_resource == self._problem.resource_index(resource)
        none = np.zeros((instance.rows, 0))
        counted = replace(instance, weight=np.where(mine, posts.people, 0.0), gains=none)
        # the search must see the people whom rules count, too
        seen = Guide(
            instance=replace(counted, weight=posts.people.astype(np.float64)),
            first=(lanes.people > 0).astype(np.float64),
        )
        most = solve_lanes(counted, lanes, Effort(stop=stop), guide=seen)
        return max(0.0, most.objective), max(0.0, most.bound)

    def impossible(self, posts: Posting, *, stop: Stop) -> bool:
        """Ask the relaxation."""
        return impossible(*laned(self._problem, posts), stop=stop)

    def conflict(self, posts: Posting, *, wish: Wishes, stop: Stop) -> InfeasibleError:
        """Name rules that clash as far as the relaxation shows it.

        Floors that differ in their zone alone are taken together. The relaxation never shows that
        rules do not clash, so what is named may hold more than is needed.
        """
        zones = needed_zones(
            self._problem,
            self._walks,
            posts,
            lambda left, looser: bind(left, looser, wish),
            lambda left: False if self.impossible(left, stop=stop) else None,
        )
        problem, posts = zones.problem, zones.posts
        instance, lanes = laned(problem, posts)

        def feasible(rest: Instance) -> bool | None:
            return False if impossible(rest, lanes, stop=stop) else None

        filtered = Filter(instance, feasible)
        ways = {way.rule for way in problem.ways}
        if ways:
            name = f"sealed: {counted(len(ways), 'way')}"
            filtered.without([ConflictRule(name=name, drop=leave_open(problem, posts))])
        alike = _alike(problem)
        floors = {name for names in alike.values() for name in names} | ways
        alike |= {rule.name: {rule.name} for rule in instance.rules if rule.name not in floors}
        for name, names in alike.items():
            filtered.without([ConflictRule(name=name, drop=without_rules(names))])
        remedies: tuple[str, ...] = ()
        if filtered.instance is not instance or impossible(instance, lanes, stop=stop):
            low = _too_little(instance, lanes, all_money(problem, posts), stop=stop)
            if low is None:
                remedies = ("no budget would do",)
            elif low > instance.budget:
                remedies = (f"no budget up to {low:.10g} would do",)
        rules = (f"budget {problem.budget:.10g}", *(rule.name for rule in filtered.kept))
        rules += zones.names
        rules += (f"resources.{problem.resources[problem.laned or 0].id}.lanes",)
        return InfeasibleError(
            f"no plan keeps every rule: {', '.join(rules)} are conflicting (some of them may not "
            "be needed for it, and other rules may add to it)"
            f"{''.join(f'; {one}' for one in remedies)}.",
            rules=rules,
            remedies=remedies,
        )


def all_money(problem: Problem, posts: Posting) -> float:
    """Return what all posts with all their lanes cost."""
    instance, lanes = laned(problem, posts)
    return math.fsum(instance.cost) + math.fsum(lanes.lane_cost * lanes.most)


def _alike(problem: Problem) -> dict[str, set[str]]:
    """Return the names of floors that differ in their zone alone, by what to call them together."""
    demand = problem.demand
    found: dict[str, dict[str, str]] = {}
    for floor in problem.floors:
        zone = f"zone {demand.zones[demand.zone[floor.points[0]]]!r}"
        found.setdefault(floor.name.replace(zone, "{}"), {})[floor.name] = zone
    return {
        words.replace(
            "{}", next(iter(names.values())) if len(names) == 1 else f"{len(names)} zones"
        ): set(names)
        for words, names in found.items()
    }


def _too_little(instance: Instance, lanes: Lanes, money: float, *, stop: Stop) -> float | None:
    """Return a budget that is shown to be too small, by bisection; None if every one is."""
    low, high = math.floor(instance.budget), math.ceil(money)
    if impossible(instance.with_budget(high), lanes, stop=stop):
        return None
    while high - low > max(1, low // 100) and not stop.reached():
        middle = (low + high) // 2
        if impossible(instance.with_budget(middle), lanes, stop=stop):
            low = middle
        else:
            high = middle
    return float(low)
