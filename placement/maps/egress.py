"""The page of an egress: where people wait, minute by minute, as they choose and as guided."""

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from placement.cover.ground import ground
from placement.maps import coding
from placement.maps.background import background_data, drawn_on_osm
from placement.maps.frame import Frame, plan_frame
from placement.maps.webmap import FIRST_SCRIPTS, page
from placement.plan.clock import DAY_MIN, clock_of
from placement.plan.problem import Plan
from placement.solution import Status
from placement.studies.egress.chart import inside
from placement.studies.egress.periods import Emptied, emptied
from placement.studies.egress.queues import STEP_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from placement.arrays import Floats
    from placement.studies.egress import Course, Crossing, Egress

_SCRIPTS = (*FIRST_SCRIPTS, "tables.js", "narrow.js", "egress.js")
_COURSES = ("chosen", "guided")


def egress_page(plan: Plan, found: "Egress") -> str:
    """Return the offline page of an egress as text, with a slider over its minutes.

    Parameters
    ----------
    plan
        What was asked.
    found
        How it empties.
    """
    return page(egress_data(plan, found), words="egress", show="showEgress", scripts=_SCRIPTS)


def egress_data(plan: Plan, found: "Egress") -> dict[str, Any]:
    """Turn an egress into what the page's script reads.

    Returns
    -------
    dict
        Strings, numbers, lists and dictionaries only. Queues are people at the start of each slot
        of ``step_min`` minutes. Texts are verbatim: the page must only ever show them as text.
    """
    ring = None if found.ring is None else found.ring.name
    then = emptied(plan, None if found.period is None else found.period.name, ring)
    plan = then.plan
    frame = plan_frame(plan)
    streets = None if plan.streets is None else ground(plan, at=plan.at).plain.streets
    courses = {name: getattr(found, name) for name in _COURSES}
    places = _places(frame, "exit", [found.chosen.exits, found.guided.exits])
    places += _places(frame, "station", [found.chosen.stations, found.guided.stations])
    at = np.array([place["at"][::-1] for place in places])
    return {
        "title": _title(plan, then),
        "period": _period(then),
        "bounds": [*at.min(axis=0).tolist(), *at.max(axis=0).tolist()],
        "streets": {} if streets is None else coding.street_lines(streets, frame),
        "background": background_data(plan, frame),
        "water": [_outline(frame, shape.lonlat) for shape in plan.water],
        "areas": [_outline(frame, shape.lonlat) for shape in plan.areas],
        "step_min": STEP_S / 60,
        "people": round(found.leaving),
        "limit_min": found.max_wait_min,
        "osm": (streets is not None and bool(streets.attribution)) or drawn_on_osm(plan),
        "known": {
            "out": "proven" if found.status is Status.OPTIMAL else "bound",
            "served": found.served_known,
            "bound": round(found.bound_min, 1),
            "served_bound": _tenths(found.served_bound_min),
            "joint": _tenths(found.joint_bound_min),
        },
        "courses": {name: _course(course) for name, course in courses.items()},
        "places": places,
    }


def _title(plan: Plan, then: Emptied) -> dict[str, str]:
    """Return the title of the plan, with the ring that is left."""
    title = plan.settings.title_by_language()
    if then.ring is None:
        return dict(title)
    return {one: f"{text} – {then.ring.label[one]}" for one, text in title.items()}


def _period(then: Emptied) -> dict[str, Any] | None:
    """Return the period that is emptied, and whose people leave where that is another one."""
    if then.period is None or then.people_of is None:
        return None
    other = then.people_of.name != then.period.name
    return {
        "label": dict(then.period.label),
        "begins": clock_of(then.period.begins % DAY_MIN),
        "ends": clock_of(then.period.ends % DAY_MIN),
        "people_of": dict(then.people_of.label) if other else None,
    }


def _course(course: "Course") -> dict[str, Any]:
    return {
        "inside": [round(people) for people in inside(course).tolist()],
        "clear": round(course.clear_min, 1),
        "served": _tenths(course.served_min),
    }


def _tenths(minutes: float | None) -> float | None:
    return None if minutes is None else round(minutes, 1)


def _places(
    frame: Frame, kind: str, courses: "Sequence[Sequence[Crossing]]"
) -> list[dict[str, Any]]:
    found = []
    for both in zip(*courses, strict=True):
        lon, lat = frame.places(np.array([[both[0].lon, both[0].lat]]))[0].tolist()
        place = {"kind": kind, "name": both[0].name, "at": [round(lat, 6), round(lon, 6)]}
        place |= {
            name: {
                "people": round(one.queue.people),
                "wait": round(one.wait_min, 1),
                "last": round(one.last_min, 1),
                "longest": round(one.queue.longest),
                "queue": _whole(one.queue.waiting),
            }
            for name, one in zip(_COURSES, both, strict=True)
        }
        found.append(place)
    return found


def _whole(people: "Floats") -> list[int]:
    return [round(one) for one in people.tolist()]


def _outline(frame: Frame, lonlat: shapely.Geometry) -> list[list[list[float]]]:
    """Return the rings of a shape as lists of latitude and longitude."""
    rings = shapely.get_parts(shapely.boundary(frame.shape(lonlat)))
    return [
        [[round(lat, 6), round(lon, 6)] for lon, lat in shapely.get_coordinates(ring).tolist()]
        for ring in rings
    ]
