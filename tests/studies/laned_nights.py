"""Plans with lanes on nights when lanes are missing: written beside the planner.

Every night there can be is made, and people are sent by a linear model of their flows in time.
"""

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from placement.plan.problem import Plan
from tests.solve.capacitated.test_lanes_in_plans import unmerged
from tests.solve.capacitated.test_solver_with_lanes import best_by_flows


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
        self._known: dict[tuple[object, ...], float] = {}

    def most(self, there: Mapping[str, int], come: float = 1.0) -> float:
        """Return whom lanes admit, by site, where a share of all people come."""
        key = (*sorted((site, many) for site, many in there.items() if many), come)
        if key not in self._known:
            self._known[key] = self._sent(there, come)
        return self._known[key]

    def _sent(self, there: Mapping[str, int], come: float) -> float:
        many = np.tile([there.get(site, 0) for site in self._sites], self._instance.columns)
        count = np.where(self._lanes.gate, many[: self._instance.columns], 0)
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
