"""The exits of a solution: its gates, reversed, and those that are opened only afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from placement.arrays import Bools, Floats, Ints
from placement.errors import InputError, UsageError
from placement.plan.outlets import Outlets
from placement.plan.problem import Plan, Walkers
from placement.solution import Solution

FLOW = 1.22
"""Most persons a metre of width and second pass on the level (S: Weidmann 1993, domain.md)."""
LANE_M = 1.0
"""Width of a lane of a gate that people leave by, where the sites layer says none (A)."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Exits:
    """Places that people leave by, in the order of their identifiers.

    Attributes
    ----------
    id, name
        Of each of the E exits; the site's where it is a gate.
    xy, lonlat
        (E, 2) float64, metres in the plan's plane and degrees.
    level
        (E,) int64.
    width_m
        (E,) float64.
    width_from
        What says the width: ``"sites"``, ``"lanes"`` or ``"exits"``.
    site
        (E,) int64, position of the site; −1 where it is none.
    """

    id: tuple[str, ...]
    name: tuple[str, ...]
    xy: Floats
    lonlat: Floats
    level: Ints
    width_m: Floats
    width_from: tuple[str, ...]
    site: Ints


def exits_of(
    plan: Plan,
    solution: Solution,
    *,
    lane_m: float,
    more: Outlets | None,
    sites: Bools | None = None,
) -> Exits:
    """Return the gates of a solution as exits, with those of a layer beside them.

    Gates are the posts that people walk to. A site with two of them is one exit.

    Parameters
    ----------
    plan, solution
        What was asked and chosen.
    lane_m
        Width of a lane where the site says none.
    more
        Exits that are open only now.
    sites
        (N,) bool, whose posts count; None for those of every site.

    Raises
    ------
    InputError
        If an exit of the layer is called as a gate.
    UsageError
        If there is no exit at all.
    """
    problem = plan.problem
    people = {one.id for one in problem.resources if one.walkers is Walkers.PEOPLE}
    units: dict[str, int] = {}
    for post in solution.without_barriers:
        if post.resource in people and (sites is None or sites[problem.sites.id.index(post.site)]):
            units[post.site] = units.get(post.site, 0) + post.units
    if not units and more is None:
        raise UsageError(
            f"the solution of {solution.plan!r} has no post that people walk to, so nobody can "
            "leave: name exits with --exits."
        )
    rows = _gates(plan, units, lane_m)
    for at, name in enumerate(() if more is None else more.id):
        assert more is not None  # noqa: S101 - it has points
        if name in units:
            raise InputError(
                "is a gate of the solution already",
                file=more.file,
                feature=name,
                remedy="name it otherwise, or give the gate a 'width_m' in the sites layer",
            )
        rows[name] = (
            more.name[at], more.xy[at], more.lonlat[at], int(more.level[at]), float(more.size[at]),
            "exits", -1,
        )  # fmt: skip
    names = sorted(rows)
    columns = list(zip(*(rows[name] for name in names), strict=True))
    return Exits(
        id=tuple(names),
        name=columns[0],
        xy=np.array(columns[1]),
        lonlat=np.array(columns[2]),
        level=np.array(columns[3], dtype=np.int64),
        width_m=np.array(columns[4]),
        width_from=columns[5],
        site=np.array(columns[6], dtype=np.int64),
    )


def _gates(
    plan: Plan, units: Mapping[str, int], lane_m: float
) -> dict[str, tuple[str, Floats, Floats, int, float, str, int]]:
    sites = plan.problem.sites
    found: dict[str, tuple[str, Floats, Floats, int, float, str, int]] = {}
    for name, many in units.items():
        at = sites.id.index(name)
        width, source = float(sites.width_m[at]), "sites"
        if np.isnan(width):
            width, source = many * lane_m, "lanes"
        found[name] = (
            sites.name[at], sites.xy[at], sites.lonlat[at], int(sites.level[at]), width, source, at,
        )  # fmt: skip
    return found
