"""How many walks a plan would hold in memory, told before they are measured."""

import os
from collections.abc import Callable

import numpy as np
from scipy.spatial import KDTree

from placement.arrays import Ints
from placement.counts import counted
from placement.errors import InputError, UsageError
from placement.plan.problem import Plan
from placement.reading.numerals import decimal

MOST_GB = 4.0
"""Most memory for the walks of a plan, GB of 10⁹ bytes, unless `VARIABLE` says otherwise."""
VARIABLE = "PLACEMENT_MOST_GB"

_PAIR_BYTES = 90  # measured: what a walk takes while the table is put in order
_SAMPLED = 200  # sites whose walks are counted
_SURE = 1_000_000  # pairs that are never too many


def check_pairs(plan: Plan, walks: Callable[[str, Ints], int] | None) -> None:
    """Refuse a plan whose walks would take more memory than is allowed.

    Points within the limit in a straight line are counted for some of the sites, evenly by
    identifier. Where those are too many and there are streets, walks of these sites are measured.

    Parameters
    ----------
    plan
        A loaded plan.
    walks
        Takes a resource and positions of sites, and counts their walks within the limit; None where
        walks are straight lines.

    Raises
    ------
    InputError
        With the estimate, and what to do.
    UsageError
        If the variable of the environment holds no number.
    """
    problem = plan.problem
    posted = {
        resource.id: np.flatnonzero(problem.sites.allowed[:, position])
        for position, resource in enumerate(problem.resources)
    }
    most = _most_gb() * 1e9 / _PAIR_BYTES
    if sum(len(sites) for sites in posted.values()) * len(problem.demand.xy) <= min(_SURE, most):
        return
    walking = plan.settings.walking
    fastest = max(walking.speed_m_s, walking.step_free_speed_m_s)
    metres_per_second = fastest if walks is not None else fastest / walking.detour_factor
    tree = KDTree(problem.demand.xy)

    def straight(name: str, sites: Ints) -> int:
        limit_s = problem.resources[problem.resource_index(name)].walk_limit_s
        reached = tree.query_ball_point(
            problem.sites.xy[sites], limit_s * metres_per_second, return_length=True
        )
        return int(np.sum(reached))

    pairs = _estimated(posted, straight)
    if pairs > most and walks is not None:
        pairs = _estimated(posted, walks)
    if pairs > most:
        raise InputError(
            f"{counted(len(problem.sites), 'site')} and "
            f"{counted(len(problem.demand.xy), 'point')} have some "
            f"{counted(round(pairs), 'walk')} within the limits, which take about "
            f"{pairs * _PAIR_BYTES / 1e9:,.1f} GB, and {_most_gb():g} GB are allowed",
            file=plan.file,
            remedy="join points (walking.sample_m), leave sites out, lower walk_limit_min, or set "
            f"{VARIABLE} in the environment",
        )


def _estimated(posted: dict[str, Ints], count: Callable[[str, Ints], int]) -> float:
    """Return the walks of all sites, from those of some."""
    total = 0.0
    for name, sites in posted.items():
        if len(sites):
            some = sites[np.unique(np.linspace(0, len(sites) - 1, _SAMPLED).astype(np.int64))]
            total += count(name, some) * len(sites) / len(some)
    return total


def _most_gb() -> float:
    """Return the memory that walks may take."""
    given = os.environ.get(VARIABLE)
    if given is None:
        return MOST_GB
    try:
        amount = decimal(given)
    except ValueError:
        amount = -1.0
    if not amount > 0:
        raise UsageError(f"{VARIABLE} is {given[:40]!r}: give GB, a number above 0.")
    return amount
