"""Plans with lanes on nights when lanes are missing: written beside the planner.

Every night there can be is made, and people are sent by a linear model of their flows in time.
"""

import itertools
import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

import numpy as np

from placement.arrays import Ints
from placement.plan.problem import Plan
from tests.solve.capacitated.test_lanes_in_plans import unmerged
from tests.solve.capacitated.test_solver_with_lanes import best_by_flows

MOST_PATROLS = 2


class Sender:
    """Sends people to the lanes that are there."""

    def __init__(self, plan: Plan, *, weighed: bool) -> None:
        self._sites = list(plan.problem.sites.id)
        instance, lanes = unmerged(plan)
        each = instance.weight if weighed else lanes.people
        self._instance = replace(
            instance, weight=np.where(lanes.people > 0, each, 0.0), rules=(), budget=math.inf,
            cost=np.zeros(instance.columns),
        )  # fmt: skip
        self._lanes = replace(lanes, lane_cost=np.zeros(instance.columns))
        free = {"budget": math.inf, "cost": np.zeros(instance.columns)}
        self._ruled = replace(instance, weight=np.zeros(instance.rows), **free), self._lanes
        self._known: dict[tuple[object, ...], float] = {}

    def most(self, there: Mapping[str, int], come: float = 1.0) -> float:
        """Return whom lanes admit, by site, where a share of all people come."""
        key = (*sorted((site, many) for site, many in there.items() if many), come)
        if key not in self._known:
            self._known[key] = self._sent(there, come)
        return self._known[key]

    def keeps_floors(self, lanes: Mapping[str, int]) -> bool:
        """Tell whether people can be sent so that every floor of the gates is kept."""
        instance, given = self._ruled
        count = self._count(lanes)
        fixed = replace(instance, required=count > 0, excluded=count == 0)
        return best_by_flows(fixed, replace(given, least=count, most=count)) > -math.inf

    def _count(self, there: Mapping[str, int]) -> Ints:
        many = np.tile([there.get(site, 0) for site in self._sites], len(self._lanes.gate))
        return np.where(self._lanes.gate, many[: len(self._lanes.gate)], 0)

    def _sent(self, there: Mapping[str, int], come: float) -> float:
        count = self._count(there)
        instance = replace(
            self._instance,
            weight=self._instance.weight * come,
            required=count > 0,
            excluded=count == 0,
        )
        lanes = replace(self._lanes, people=self._lanes.people * come, least=count, most=count)
        return best_by_flows(instance, lanes)


def every_night(
    units: Mapping[str, int], away: float, shut: float
) -> Iterator[tuple[dict[str, int], float]]:
    """Yield the lanes that may be there, by site, and how likely they are."""
    for there in itertools.product(*(range(many + 1) for many in units.values())):
        likely = 1.0
        for lanes, many in zip(there, units.values(), strict=True):
            each = math.comb(many, lanes) * (1 - away) ** lanes * away ** (many - lanes)
            likely *= (1 - shut) * each + (shut if lanes == 0 else 0.0)
        yield dict(zip(units, there, strict=True)), likely


def worst_of(nights: list[tuple[float, float]], share: float = 0.05) -> float:
    """Return the mean of the worst share of nights, (worth, likely), the last counted in part."""
    left, worst = share, 0.0
    for worth, likely in sorted(nights):
        worst += worth * min(left, likely)
        left -= min(left, likely)
    return worst / share


def every_plan(plan: Plan, sender: Sender) -> Iterator[tuple[dict[str, int], dict[str, int]]]:
    """Yield the lanes of gates, and the units of patrols, of each plan that keeps every rule."""
    instance, lanes = unmerged(plan)
    sites = list(plan.problem.sites.id)
    first = {
        name: at * len(sites) for at, name in enumerate(one.id for one in plan.problem.resources)
    }
    choices = []
    for kind in ("gate", "patrol"):
        for at, site in enumerate(sites):
            column = first[kind] + at
            least, most = (int(one[column]) for one in (lanes.least, lanes.most))
            price, opening = float(lanes.lane_cost[column]), float(instance.cost[column])
            if kind == "patrol":  # of whom the model writes one at each site
                least, most = 1, MOST_PATROLS
                price = float(plan.problem.sites.unit_cost[at, -1])
                opening -= price
            some = [] if instance.excluded[column] else list(range(least, most + 1))
            none = [] if instance.required[column] else [0]
            choices.append([
                (kind, site, n, opening + price * n if n else 0.0)
                for n in [*none, *some]
            ])  # fmt: skip
    keeps: dict[tuple[tuple[str, int], ...], bool] = {}
    for plan_made in itertools.product(*choices):
        if sum(one[3] for one in plan_made) > instance.budget + 1e-9:
            continue
        gates = {site: n for kind, site, n, _ in plan_made if kind == "gate" and n}
        key = tuple(gates.items())
        if key not in keeps:
            keeps[key] = sender.keeps_floors(gates)
        if keeps[key]:
            yield gates, {site: n for kind, site, n, _ in plan_made if kind == "patrol" and n}


def patrolled(plan: Plan, there: Collection[str]) -> float:
    """Return what those are worth who are within reach of a patrol that is there."""
    instance, _ = unmerged(plan)
    sites = list(plan.problem.sites.id)
    at = [kind.id for kind in plan.problem.resources].index("patrol")
    columns = {at * len(sites) + sites.index(site) for site in there}
    rows = range(at * len(plan.problem.demand), (at + 1) * len(plan.problem.demand))
    return math.fsum(
        instance.weight[r]
        for r in rows
        if columns & set(instance.indices[instance.indptr[r] : instance.indptr[r + 1]].tolist())
    )
