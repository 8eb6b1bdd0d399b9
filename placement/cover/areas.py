"""The areas people stand in: who belongs to which, the centre of each, how long people walk."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from placement.arrays import Floats, Ints
from placement.cover.area_walks import STEP_FREE, AreaWalks
from placement.plan.problem import Plan

#: What people of no zone and no drawn area stand in.
ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Areas:
    """Which area each demand point belongs to.

    Attributes
    ----------
    names
        Identifiers of the A areas, in order. Those who walk step-free are an area of their own.
    of
        (M,) int64, position in `names` of each demand point.
    step_free
        (A,) bool, whether these people walk step-free.
    """

    names: tuple[str, ...]
    of: Ints
    step_free: NDArray[np.bool_]

    def points(self) -> list[Ints]:
        """Return the demand points of each area, ascending."""
        order = np.argsort(self.of, kind="stable")
        return np.split(order, np.cumsum(np.bincount(self.of, minlength=len(self.names)))[:-1])


def areas(plan: Plan) -> Areas:
    """Sort the demand points of a plan by area.

    A point sampled from a drawn area belongs to it, any other point to its zone; those of a period
    to ``"<period>:<zone>"``.
    """
    demand = plan.problem.demand
    drawn = {shape.id for shape in plan.areas}
    labels = []
    when = [f"{period.name}:" for period in plan.settings.periods] or [""]
    for name, zone, slow, period in zip(
        demand.id,
        demand.zone.tolist(),
        demand.step_free.tolist(),
        demand.period.tolist(),
        strict=True,
    ):
        own = name.rpartition("#")[0]
        label = own if own in drawn else when[period] + (demand.zones[zone] or ELSEWHERE)
        labels.append((label, slow))
    known = sorted(set(labels))
    position = {label: at for at, label in enumerate(known)}
    return Areas(
        names=tuple(f"{label}{STEP_FREE}" if slow else label for label, slow in known),
        of=np.array([position[label] for label in labels], dtype=np.int64),
        step_free=np.array([slow for _, slow in known], dtype=np.bool_),
    )


def centre(plan: Plan, points: Ints) -> int:
    """Return of an area's demand points the one nearest to the middle of its people."""
    demand = plan.problem.demand
    people = demand.people[points]
    weight = people if people.sum() > 0 else np.ones(len(points))
    middle = (weight @ demand.xy[points]) / weight.sum()
    distance = np.hypot(*(demand.xy[points] - middle).T)
    # millimetres, so that of two as near the first is taken whatever the last bits
    return int(points[np.argmin(np.round(distance, 3))])


def walks_by_area(found: Areas, nearest_s: Floats, people: Floats) -> dict[str, AreaWalks]:
    """Return how long people walk, area by area.

    Parameters
    ----------
    found
        The areas.
    nearest_s
        (M,) float64, seconds between each demand point and its nearest post, infinite where none is
        within the limit.
    people
        (M,) float64.

    Returns
    -------
    dict
        By area, in order; areas without people are left out.
    """
    rows = {}
    for name, points in zip(found.names, found.points(), strict=True):
        here = points[people[points] > 0]
        if len(here) == 0:
            continue
        reached = here[np.isfinite(nearest_s[here])]
        order = np.argsort(nearest_s[reached], kind="stable")
        walk, weight = nearest_s[reached][order], people[reached][order]
        rows[name] = AreaWalks(
            people=round(float(people[here].sum()), 6),
            within=round(float(weight.sum()), 6),
            median_s=_share(walk, weight, 0.5),
            p95_s=_share(walk, weight, 0.95),
            longest_s=_share(walk, weight, 1.0),
        )
    return rows


def _share(walk: Floats, weight: Floats, share: float) -> float | None:
    """Return the walk that so large a share of the people do not exceed."""
    if len(walk) == 0:
        return None
    run = np.cumsum(weight)
    # a hair less than the share, so that the last bits of a sum do not decide
    at = int(np.searchsorted(run, share * run[-1] * (1 - 1e-12)))
    return round(float(walk[min(at, len(walk) - 1)]), 1)
