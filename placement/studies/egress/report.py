"""How people leave, as files: what ``egress.json`` says, and who goes where as a table."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from placement.plan.clock import clock_of
from placement.studies.egress.queues import NOBODY, STEP_S

if TYPE_CHECKING:
    from placement.solve.mip.quickest import Prices
    from placement.studies.egress.courses import Course, Crossing
    from placement.studies.egress.in_series import Onward, Passing
    from placement.studies.egress.jointly import Served
    from placement.studies.egress.study import Egress

COLUMNS = ("course", "point", "area", "step_free", "exit", "people", "walk_min")
"""Of the table: for each course, a row for each point and the exits of its people."""


def as_answer(found: "Egress") -> dict[str, Any]:
    """Return what ``--json`` and ``egress.json`` say."""
    courses = {"chosen": found.chosen, "guided": found.guided}
    stations = found.stations
    return {
        "plan": found.plan,
        "at": None if found.at is None else clock_of(found.at),
        "period": None if found.period is None else found.period.name,
        "people_of": None if found.people_of is None else found.people_of.name,
        "ring": None if found.ring is None else found.ring.name,
        "step_s": STEP_S,
        "flow_per_m_s": found.flow_per_m_s,
        "lane_m": found.lane_m,
        "leave_min": found.leave_min,
        "max_wait_min": found.max_wait_min,
        "soonest": found.soonest,
        "stations_file": None if stations is None else stations.file.name,
        "people": _rounded(found.leaving),
        "stranded": _rounded(found.stranded),
        "status": found.status.value,
        "bound_min": _rounded(found.bound_min),
        "proof": {
            "level": found.proof.level,
            "prices": _prices(found.proof.prices, found.exits.id),
        },
        "at_once": found.at_once,
        "served_status": None if found.served_status is None else found.served_status.value,
        "served_bound_min": _rounded(found.served_bound_min),
        "served_proof": _served(found, found.served),
        "joint_status": None if found.joint_status is None else found.joint_status.value,
        "joint_bound_min": _rounded(found.joint_bound_min),
        "joint_proof": _served(found, found.joint),
        **{name: _course(found, course) for name, course in courses.items()},
        "exits": [
            _place(*both)
            | {
                "width_m": _rounded(float(found.exits.width_m[at])),
                "width_from": found.exits.width_from[at],
            }
            for at, both in enumerate(zip(found.chosen.exits, found.guided.exits, strict=True))
        ],
        "stations": [
            _place(*both) for both in zip(found.chosen.stations, found.guided.stations, strict=True)
        ],
        "areas": _areas(found),
        "wider": [{"exit": one.exit, "saves_min": _rounded(one.saves_min)} for one in found.wider],
        "then": None if found.then is None else _onward(found, found.then),
    }


def _onward(found: "Egress", then: "Onward") -> dict[str, Any]:
    """Return how the outer of two rings is left."""
    courses = {"chosen": then.chosen, "guided": then.guided}
    return {
        "ring": then.ring.name,
        "people": _rounded(float(then.people.sum())),
        "stranded": _rounded(then.stranded),
        "status": then.status.value,
        "bound_min": _rounded(then.bound_min),
        "proof": {"level": then.proof.level, "prices": _prices(then.proof.prices, then.exits.id)},
        **{name: _passing(found, then, passing) for name, passing in courses.items()},
        "exits": [
            _place(*both)
            | {
                "width_m": _rounded(float(then.exits.width_m[at])),
                "width_from": then.exits.width_from[at],
            }
            for at, both in enumerate(zip(then.chosen.gates, then.guided.gates, strict=True))
        ],
    }


def _passing(found: "Egress", then: "Onward", passing: "Passing") -> dict[str, Any]:
    flows = [
        {
            "exit": found.exits.id[at],
            "then": then.exits.id[to],
            "step_free": bool(pace),
            "people": _rounded(float(passing.on[pace, at, to])),
        }
        for pace, at, to in np.argwhere(passing.on > NOBODY).tolist()
    ]
    return {
        "by": passing.by,
        "clear_min": _rounded(passing.clear_min),
        "flows": sorted(flows, key=lambda one: (one["exit"], one["then"], one["step_free"])),
        "between": [
            {
                "point": found.points[point],
                "exit": then.exits.id[to],
                "people": _rounded(float(passing.sent[point, to])),
            }
            for point, to in np.argwhere(passing.sent > NOBODY).tolist()
        ],
    }


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 6)


def _served(found: "Egress", served: "Served | None") -> dict[str, Any] | None:
    if served is None or found.stations is None:
        return None
    proof = served.proof
    return {
        "level": proof.level,
        "deadline": served.deadline if math.isfinite(served.deadline) else None,
        "prices": _prices(proof.prices, found.stations.id),
        "tolls": _prices(proof.tolls, found.exits.id),
    }


def _prices(prices: "Prices", names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [
        {"place": names[at], "slot": slot, "price": price} for at, slot, price in sorted(prices)
    ]


def _course(found: "Egress", course: "Course") -> dict[str, Any]:
    walked = np.where(course.sent > 0, found.walks.out, 0.0)
    return {
        "clear_min": _rounded(course.clear_min),
        "served_min": _rounded(course.served_min),
        "walk_min": _rounded(float((course.sent * walked).sum() / found.leaving / 60)),
        "clogged": list(found.clogged(course)),
        "flows": [
            {
                "exit": one.exit,
                "station": one.station,
                "step_free": one.step_free,
                "people": _rounded(one.people),
            }
            for one in course.flows
            if one.people > NOBODY
        ],
    }


def _place(one: "Crossing", guided: "Crossing") -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "lon": one.lon,
        "lat": one.lat,
        "per_min": _rounded(one.per_min),
        "chosen": _queue(one),
        "guided": _queue(guided),
    }


def _queue(one: "Crossing") -> dict[str, float | None]:
    return {
        "people": _rounded(one.queue.people),
        "longest_queue": _rounded(one.queue.longest),
        "ground_m2": _rounded(one.ground_m2),
        "longest_wait_min": _rounded(one.wait_min),
        "last_min": _rounded(one.last_min),
    }


def _areas(found: "Egress") -> list[dict[str, Any]]:
    """Return who of each area leaves where, and how many are guided past the next exit."""
    told = []
    for area, name in enumerate(found.areas):
        mine = found.area == area
        chosen, guided = (course.sent[mine] for course in (found.chosen, found.guided))
        told.append(
            {
                "id": name,
                "people": _rounded(float(chosen.sum())),
                "elsewhere": _rounded(float(np.where(chosen > 0, 0.0, guided).sum())),
                "chosen": _by_exit(found, chosen.sum(axis=0).tolist()),
                "guided": _by_exit(found, guided.sum(axis=0).tolist()),
            }
        )
    return told


def _by_exit(found: "Egress", people: list[float]) -> dict[str, float | None]:
    return {
        name: _rounded(many)
        for name, many in zip(found.exits.id, people, strict=True)
        if many > NOBODY
    }


def rows_of(found: "Egress") -> dict[str, list[Any]]:
    """Return who leaves where as columns, see `COLUMNS`."""
    columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    for name, course in (("chosen", found.chosen), ("guided", found.guided)):
        for point, at in np.argwhere(course.sent > NOBODY).tolist():
            row = (
                name,
                found.points[point],
                found.areas[found.area[point]],
                int(found.step_free[point]),
                found.exits.id[at],
                round(float(course.sent[point, at]), 6),
                round(float(found.walks.out[point, at]) / 60, 2),
            )
            for key, cell in zip(COLUMNS, row, strict=True):
                columns[key].append(cell)
    return columns
