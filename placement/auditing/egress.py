"""The audit of an egress: batch by batch, from what its files say and nothing else.

It shares no code with the model: walks are measured anew by scipy's Dijkstra, people are put in
line and let through slot by slot, and what proves that nobody is out sooner is summed up again.
"""

import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from placement.arrays import Floats, Ints
from placement.auditing.egress_proof import (
    CLOSE_MIN,
    SLOT_S,
    Line,
    batches_of,
    check_bound,
    check_served,
    to_slots,
)
from placement.auditing.entry import depths_of
from placement.auditing.findings import Findings
from placement.auditing.open_ground import straight_walks
from placement.auditing.recount import walks_between
from placement.counts import counted
from placement.cover.ground import Surface, barriers, ground, water
from placement.plan.outlets import Outlets
from placement.plan.problem import Plan, Walkers
from placement.solution import Solution
from placement.streets import Snapped, snap

_LIMIT_S = 7200.0
_M2 = 0.6
_CLOSE = 2e-2  # people, whose rows are rounded to millionths
_NOBODY = 5e-7  # people: what a row of no millionth holds, and arithmetic leaves over
_TENTH_S = 0.1
_COURSES = ("chosen", "guided")


class _Place(NamedTuple):
    xy: Floats
    level: int


def audit_egress(
    plan: Plan,
    solution: Solution,
    told: Mapping[str, Any],
    rows: Mapping[str, Sequence[Any]],
    *,
    exits: Outlets | None = None,
    stations: Outlets | None = None,
) -> tuple[str, ...]:
    """Return a sentence for everything in an egress that does not hold, none where all does.

    Parameters
    ----------
    plan, solution
        What was asked and chosen.
    told
        The content of ``egress.json``.
    rows
        The columns of ``egress.csv``.
    exits, stations
        The layers given beside the plan.
    """
    findings = Findings()
    plan = _check_ring(_check_period(plan, told, findings), told, findings)
    if findings.found:
        return tuple(findings.found)
    places = _check_exits(plan, solution, told, exits, findings)
    halts = _check_stations(told, stations, findings)
    if findings.found:
        return tuple(findings.found)
    names = [one["id"] for one in told["exits"]]
    walks, on = _walks(plan, [places[name] for name in names], halts)
    for course in _COURSES:
        sent = _sent(plan, rows, course, names, findings)
        _check_people(plan, told, walks, sent, course, findings)
        lines = _check_queues(plan, told, walks, sent, course, findings)
        _check_flows(told, on, lines, course, findings)
        _check_areas(plan, told, sent, names, course, findings)
        _check_walked(told, walks, sent, course, findings)
    check_bound(plan, told, walks, findings)
    for key in ("served", "joint"):
        check_served(plan, told, walks, on, key, findings)
    return tuple(findings.found)


def _check_period(plan: Plan, told: Mapping[str, Any], findings: Findings) -> Plan:
    """Check whose people leave in the period that is told; return the plan as it is then."""
    name, whose = told["period"], told["people_of"]
    days = {one.name: one for one in plan.periods}
    if name not in days:
        findings.require(name is None and not days, f"there is no period {name!r} to be emptied")
        findings.require(whose is None, f"there are no people of a period {whose!r}")
        return plan
    on_foot = {one.id for one in plan.problem.resources if one.walkers is Walkers.PEOPLE}
    # whose own people are where others walk to, and leave in no period
    goals = {
        one.name
        for one in plan.settings.periods
        if (one.layers.demand or one.layers.areas)
        and any(one.directions.get(kind, one.direction) == "out" for kind in on_foot)
    }
    wanted = name
    if name in goals:
        before = [one for one in plan.periods if one.ends <= days[name].begins]
        wanted = next((one.name for one in before[::-1] if one.name not in goals), None)
    findings.require(wanted == whose, f"{whose!r} is not the period whose people leave in {name!r}")
    if wanted != whose or wanted is None:
        return plan
    ground, theirs = days[name].plan, days[wanted].plan
    problem = replace(ground.problem, demand=theirs.problem.demand)
    return replace(ground, problem=problem, areas=theirs.areas)


def _check_ring(plan: Plan, told: Mapping[str, Any], findings: Findings) -> Plan:
    """Check which ring is left; return the plan with those alone who are inside it."""
    rings = [one.name for one in plan.settings.rings if one.screens == "people"]
    known = told["ring"] in rings if rings else told["ring"] is None
    findings.require(known, f"there is no ring {told['ring']!r} to be left")
    if not known or not rings:
        return plan
    inside = depths_of(plan) > rings.index(told["ring"])
    demand = plan.problem.demand
    demand = replace(demand, people=np.where(inside, demand.people, 0.0))
    return replace(plan, problem=replace(plan.problem, demand=demand))


def _check_exits(
    plan: Plan,
    solution: Solution,
    told: Mapping[str, Any],
    exits: Outlets | None,
    findings: Findings,
) -> dict[str, _Place]:
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
        places[name] = _Place(sites.xy[at], int(sites.level[at]))
        own = float(sites.width_m[at])
        widths[name] = (many * told["lane_m"], "lanes") if math.isnan(own) else (own, "sites")
    if exits is not None:
        for at, name in enumerate(exits.id):
            places[name] = _Place(exits.xy[at], int(exits.level[at]))
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


def _check_stations(
    told: Mapping[str, Any], stations: Outlets | None, findings: Findings
) -> list[_Place]:
    """Check which stations there are; return where they are."""
    there = [] if stations is None else list(stations.id)
    named = [one["id"] for one in told["stations"]]
    findings.require(there == named, "the stations are not those given")
    if stations is None or there != named:
        return []
    for at, one in enumerate(told["stations"]):
        findings.equal(f"people a minute at {one['id']}", one["per_min"], float(stations.size[at]))
    return [_Place(stations.xy[at], int(stations.level[at])) for at in range(len(there))]


def _walks(plan: Plan, exits: list[_Place], halts: list[_Place]) -> tuple[Floats, Floats]:
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


def _sent(
    plan: Plan,
    rows: Mapping[str, Sequence[Any]],
    course: str,
    names: Sequence[str],
    findings: Findings,
) -> Floats:
    """Return (points × exits) people, as the table has them."""
    demand = plan.problem.demand
    point = {name: at for at, name in enumerate(demand.id)}
    exit_ = {name: at for at, name in enumerate(names)}
    sent = np.zeros((len(demand), len(names)))
    keys = ("course", "point", "area", "step_free", "exit", "people")
    for case, who, area, slow, where, people in zip(*(rows[key] for key in keys), strict=True):
        if case != course:
            continue
        known = who in point and where in exit_
        findings.require(known, f"{who} leaves by {where}, one of which there is not")
        if not known:
            continue
        findings.require(people > 0, f"{counted(people, 'person')} of {who} to leave by {where}")
        at = point[who]
        findings.require(
            demand.zones[demand.zone[at]] == area and bool(slow) == bool(demand.step_free[at]),
            f"{who} is not of {area}, or walks otherwise",
        )
        sent[at, exit_[where]] += people
    return sent


def _check_people(
    plan: Plan,
    told: Mapping[str, Any],
    walks: Floats,
    sent: Floats,
    course: str,
    findings: Findings,
) -> None:
    """Check that all leave who can, once each, and by an exit that they can walk to."""
    demand = plan.problem.demand
    can = np.isfinite(walks).any(axis=1)
    wanted = np.where(can, demand.people, 0.0)
    apart = np.abs(sent.sum(axis=1) - wanted)
    worst = int(apart.argmax())
    findings.require(
        bool(apart[worst] <= 1e-5),
        f"{course}: {sent[worst].sum():.6g} of {wanted[worst]:.6g} at {demand.id[worst]} leave",
    )
    findings.require(
        bool(np.isfinite(walks[sent > 0]).all()), f"{course}: people leave where they cannot walk"
    )
    findings.equal("people who leave", told["people"], math.fsum(wanted), within=_CLOSE)
    lost = math.fsum(demand.people[~can])
    findings.equal("people who cannot leave", told["stranded"], lost, within=_CLOSE)
    if course == "chosen":
        own = np.where(sent > 0, walks, 0.0).max(axis=1)
        nearest = np.where(can, walks.min(axis=1), 0.0)
        past = (own > nearest + _TENTH_S) & (sent.sum(axis=1) > 0)
        findings.require(
            not past.any(), f"chosen: not by their next exit: {counted(int(past.sum()), 'point')}"
        )


def _come(
    plan: Plan, told: Mapping[str, Any], walks: Floats, sent: Floats, at: int
) -> dict[int, list[float]]:
    """Return who comes to an exit in each slot: most people, and those who walk step-free."""
    come: dict[int, list[float]] = {}
    batches = batches_of(told)
    slots = to_slots(walks[:, at])
    for point in np.flatnonzero(sent[:, at] > 0).tolist():
        if not math.isfinite(slots[point]):
            continue
        for batch in range(batches):
            two = come.setdefault(int(slots[point]) + batch, [0.0, 0.0])
            two[int(plan.problem.demand.step_free[point])] += sent[point, at] / batches
    return come


def _let_through(come: Mapping[int, Sequence[float]], rate: float) -> Line:
    """Put people in line as they come, and let so many through in each slot."""
    line: deque[list[float]] = deque()
    gone, passed = [0.0, 0.0], []
    longest = last = people = 0.0
    slot, final = 0, max(come, default=-1)
    total = math.fsum(one for batch in come.values() for one in batch)
    while slot <= final or line:
        if slot in come:
            line.append(list(come[slot]))
            people += sum(come[slot])
        longest = max(longest, math.fsum(one for batch in line for one in batch))
        room = rate
        left = total - sum(gone)
        while line and room > 0:
            first = line[0]
            size = first[0] + first[1]
            share = 1.0 if size <= room else room / size
            for pace in range(2):
                gone[pace] += share * first[pace]
                first[pace] -= share * first[pace]
            if share < 1.0:
                room = 0.0
                break
            room -= size
            line.popleft()
        if room < rate and left > _NOBODY:
            last = slot + (rate - room) / rate
        while line and sum(line[0]) < 1e-9 * max(1.0, people):
            line.popleft()
        passed.append((gone[0], gone[1]))
        slot += 1
    return Line(people, longest, last, passed)


def _check_line(
    what: str, one: Mapping[str, Any], seen: Line, rate: float, findings: Findings
) -> None:
    figures = {
        "people": (seen.people, _CLOSE),
        "longest_queue": (seen.longest, _CLOSE),
        "ground_m2": (seen.longest * _M2, _CLOSE),
        "longest_wait_min": (seen.longest / rate * SLOT_S / 60, CLOSE_MIN),
        "last_min": (seen.last * SLOT_S / 60, CLOSE_MIN),
    }
    for key, (mine, within) in figures.items():
        findings.equal(f"{key} of {what}", one[key], mine, within=within)


def _check_queues(
    plan: Plan,
    told: Mapping[str, Any],
    walks: Floats,
    sent: Floats,
    course: str,
    findings: Findings,
) -> list[Line]:
    """Check the figures of every exit."""
    lines = []
    for at, one in enumerate(told["exits"]):
        rate = one["per_min"] * SLOT_S / 60
        seen = _let_through(_come(plan, told, walks, sent, at), rate)
        _check_line(f"{one['id']} ({course})", one[course], seen, rate, findings)
        lines.append(seen)
    last = max(one.last for one in lines) * SLOT_S / 60
    findings.equal(f"{course}: time to clear", told[course]["clear_min"], last, within=CLOSE_MIN)
    clogged = [
        one["id"] for one in told["exits"] if one[course]["longest_wait_min"] > told["max_wait_min"]
    ]
    findings.require(clogged == told[course]["clogged"], f"{course}: exits that clog are others")
    return lines


def _check_flows(
    told: Mapping[str, Any], on: Floats, lines: Sequence[Line], course: str, findings: Findings
) -> None:
    """Check who goes to which station, and the figures of every station."""
    exit_ = {one["id"]: at for at, one in enumerate(told["exits"])}
    halt = {one["id"]: at for at, one in enumerate(told["stations"])}
    flows = told[course]["flows"]
    asked = np.zeros(on.shape)
    for one in flows:
        pace = int(one["step_free"])
        asked[pace, exit_[one["exit"]], halt[one["station"]]] += one["people"]
    findings.require(
        bool(np.isfinite(on[asked > 0]).all()), f"{course}: people go on where they cannot walk"
    )
    for at, name in enumerate(exit_):
        for pace in range(2):
            out = lines[at].passed[-1][pace] if lines[at].passed else 0.0
            reach = halt and np.isfinite(on[pace, at]).any()
            findings.equal(
                f"{course}: people who go on from {name}",
                float(asked[pace, at].sum()),
                out if reach else 0.0,
                within=_CLOSE,
            )
            if course == "chosen" and reach and asked[pace, at].any():
                far = on[pace, at][asked[pace, at] > 0].max()
                findings.require(
                    bool(far <= on[pace, at].min() + _TENTH_S),
                    f"chosen: people of {name} do not go to the next station",
                )
    if not halt:
        findings.require(told[course]["served_min"] is None, f"{course}: served without stations")
        return
    last = 0.0
    for name, at in halt.items():
        rate = told["stations"][at]["per_min"] * SLOT_S / 60
        come = _come_on(lines, on, asked, at)
        seen = _let_through(come, rate)
        told_here = told["stations"][at][course]
        _check_line(f"{name} ({course})", told_here, seen, rate, findings)
        last = max(last, seen.last)
    findings.equal(
        f"{course}: time to serve",
        told[course]["served_min"],
        last * SLOT_S / 60,
        within=CLOSE_MIN,
    )


def _come_on(lines: Sequence[Line], on: Floats, asked: Floats, at: int) -> dict[int, list[float]]:
    """Return who comes to a station in each slot: the same share of each who pass an exit."""
    come: dict[int, list[float]] = {}
    for pace, exit_ in np.argwhere(asked[:, :, at] > 0).tolist():
        if not math.isfinite(on[pace, exit_, at]):
            continue
        share = asked[pace, exit_, at] / asked[pace, exit_].sum()
        before, walk = 0.0, int(to_slots(on[pace, exit_, at]))
        for slot, gone in enumerate(lines[exit_].passed):
            two = come.setdefault(slot + 1 + walk, [0.0, 0.0])
            two[pace] += share * (gone[pace] - before)
            before = gone[pace]
    return come


def _check_areas(
    plan: Plan,
    told: Mapping[str, Any],
    sent: Floats,
    names: Sequence[str],
    course: str,
    findings: Findings,
) -> None:
    """Check who of each area leaves where."""
    demand = plan.problem.demand
    findings.require(
        [one["id"] for one in told["areas"]] == list(demand.zones), "the areas are not the plan's"
    )
    for at, one in enumerate(told["areas"]):
        mine = sent[demand.zone == at].sum(axis=0)
        findings.equal(
            f"people of {one['id']} who leave", one["people"], float(mine.sum()), within=_CLOSE
        )
        for name, people in zip(names, mine.tolist(), strict=True):
            findings.equal(
                f"{course}: people of {one['id']} by {name}",
                one[course].get(name, 0.0),
                people,
                within=_CLOSE,
            )


def _check_walked(
    told: Mapping[str, Any], walks: Floats, sent: Floats, course: str, findings: Findings
) -> None:
    going = np.isfinite(walks) & (sent > 0)
    mean = math.fsum((sent * np.where(going, walks, 0.0)).ravel()) / max(sent.sum(), 1e-9) / 60
    findings.equal(f"{course}: mean walk", told[course]["walk_min"], mean, within=CLOSE_MIN)
