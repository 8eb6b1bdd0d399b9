"""Where exits and stations are, for the audit of an egress, and how far it is to them."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from placement.arrays import Floats, Ints
from placement.auditing.findings import Findings
from placement.auditing.open_ground import straight_walks
from placement.auditing.recount import walks_between
from placement.cover.ground import Surface, barriers, ground, water
from placement.plan.outlets import Outlets
from placement.plan.problem import Plan, Walkers
from placement.solution import Solution
from placement.streets import Snapped, snap

_LIMIT_S = 7200.0


class Place(NamedTuple):
    """Where an exit or a station is: metres in the plan's plane, and the level."""

    xy: Floats
    level: int


def check_exits(
    plan: Plan,
    solution: Solution,
    told: Mapping[str, Any],
    exits: Outlets | None,
    findings: Findings,
) -> dict[str, Place]:
    """Check which exits there are and how many people pass them; return where they are."""
    sites = plan.problem.sites
    number = {name: at for at, name in enumerate(sites.id)}
    on_foot = {one.id for one in plan.problem.resources if one.walkers is Walkers.PEOPLE}
    line = {one.name: set(one.sites) for one in plan.settings.rings}.get(
        told["ring"], set(sites.id)
    )
    lanes: dict[str, int] = {}
    for post in solution.posts_list:
        if post.resource in on_foot and post.site in line:
            lanes[post.site] = lanes.get(post.site, 0) + post.units
    places, widths = {}, {}
    for name, many in lanes.items():
        at = number[name]
        places[name] = Place(sites.xy[at], int(sites.level[at]))
        own = float(sites.width_m[at])
        widths[name] = (many * told["lane_m"], "lanes") if math.isnan(own) else (own, "sites")
    if exits is not None:
        for at, name in enumerate(exits.id):
            places[name] = Place(exits.xy[at], int(exits.level[at]))
            widths[name] = (float(exits.size[at]), "exits")
    named = [one["id"] for one in told["exits"]]
    findings.require(
        sorted(widths) == named, "the exits are not the gates of the solution and those given"
    )
    for one in told["exits"] if sorted(widths) == named else ():
        width, source = widths[one["id"]]
        findings.equal(f"the width of {one['id']}", one["width_m"], width)
        findings.require(one["width_from"] == source, f"the width of {one['id']} is from {source}")
        passes = width * told["flow_per_m_s"] * 60
        findings.equal(f"people a minute at {one['id']}", one["per_min"], passes)
    return places


def walks_of(plan: Plan, exits: list[Place], halts: list[Place]) -> tuple[Floats, Floats]:
    """Return (points × exits) seconds out, and (2 × exits × stations) on from there."""
    demand, walking = plan.problem.demand, plan.settings.walking
    here = np.array([one.xy for one in exits])
    there = np.array([one.xy for one in halts]).reshape(-1, 2)
    if plan.walk_s is not None:
        table = np.full(plan.walk_s.shape, np.inf)
        for point in range(len(demand)):
            span = slice(plan.walk_s.indptr[point], plan.walk_s.indptr[point + 1])
            table[point, plan.walk_s.indices[span]] = plan.walk_s.data[span]
        column = [int(np.flatnonzero((plan.problem.sites.xy == xy).all(axis=1))[0]) for xy in here]
        return table[:, column], np.zeros((2, len(exits), 0))
    pace = (walking.speed_m_s, walking.step_free_speed_m_s)
    if plan.streets is None:
        out = np.stack([_straight(demand.xy, here) / one * walking.detour_factor for one in pace])
        on = np.stack([_straight(here, there) / one * walking.detour_factor for one in pace])
    else:
        surface = ground(plan, at=plan.at)
        faces = [surface.plain, surface.step_free or surface.plain]
        levels = [np.array([one.level for one in all_], np.int64) for all_ in (exits, halts)]
        pairs = [_measured(plan, face, (here, levels[0]), (there, levels[1])) for face in faces]
        out, on = np.stack([one for one, _ in pairs]), np.stack([one for _, one in pairs])
    chosen = np.where(demand.step_free[:, None], out[1], out[0])
    return np.where(chosen <= _LIMIT_S, chosen, np.inf), np.where(on <= _LIMIT_S, on, np.inf)


def _straight(one: Floats, other: Floats) -> Floats:
    apart = one[:, None, :] - other[None, :, :]
    return np.asarray(np.sqrt((apart**2).sum(axis=2)))


def _measured(
    plan: Plan, face: Surface, exits: tuple[Floats, Ints], halts: tuple[Floats, Ints]
) -> tuple[Floats, Floats]:
    met = [_met(plan, face, *points) for points in (exits, halts)]
    demand = plan.problem.demand
    found = []
    for (xy, level), theirs, outward in (
        ((demand.xy, demand.level), face.demand, False),
        (halts, met[1], True),
    ):
        by_street = walks_between(face.streets, met[0], theirs, limit_s=_LIMIT_S, outward=outward)
        straight = straight_walks(
            plan, face.streets, (*exits, met[0]), (xy, level, theirs), at=plan.at
        )
        found.append(np.minimum(by_street, straight))
    return found[0].T, found[1]


def _met(plan: Plan, face: Surface, xy: Floats, level: Ints) -> Snapped:
    return snap(
        face.streets,
        xy,
        level=level,
        water=water(plan),
        barriers=barriers(plan),
        max_m=plan.settings.walking.snap_m,
    )
