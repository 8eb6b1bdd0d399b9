"""The members of a solution that only plans with lanes have: gates, periods and queues."""

import re
from collections.abc import Sequence

from placement.review.reading import Members
from placement.review.texts import area_lines, json_text, number_text, object_text
from placement.solution import Admission, Arriving, Gate, Post, RingPassed, Route, Solution

_REWRITE = "write the file again with `place optimise`"
_CLOCK = re.compile(r"[0-9]{2}:[0-5][0-9]")


def lanes_texts(solution: Solution) -> dict[str, str]:
    """Return the member ``lanes`` as JSON text, none for a plan without lanes."""
    told = solution.lanes
    if told is None:
        return {}
    gates = {
        name: _gate_text(f"lanes.gates.{name}", gate) for name, gate in sorted(told.gates.items())
    }
    texts = {
        "resource": json_text(told.resource),
        "opens": json_text(told.opens),
        "closes": json_text(told.closes),
        "period_min": number_text("lanes.period_min", told.period_min),
        "mean_walk_s": number_text("lanes.mean_walk_s", told.mean_walk_s, digits=1),
        "gates": object_text(gates, indent="        "),
    }
    if told.areas:
        areas = {
            area: object_text(
                {
                    post: _people_text(f"lanes.areas.{area}.{post}", people)
                    for post, people in sorted(table.items())
                }
            )
            for area, table in sorted(told.areas.items())
        }
        texts["areas"] = area_lines(areas, indent="        ")
    if told.profiles:
        profiles = {
            name: _profile_text(f"lanes.profiles.{name}", profile)
            for name, profile in sorted(told.profiles.items())
        }
        texts["profiles"] = object_text(profiles, indent="        ")
    if told.rings:
        texts["rings"] = _list_text([_ring_text(ring) for ring in told.rings])
        routes = {
            area: _list_text([_route_text(f"lanes.routes.{area}", one) for one in lines])
            for area, lines in sorted(told.routes.items())
        }
        texts["routes"] = object_text(routes, indent="        ")
    return {"lanes": object_text(texts, indent="      ")}


def _gate_text(name: str, gate: Gate) -> str:
    texts = {
        key: _people_text(f"{name}.{key}", people)
        for key, people in (("sent", gate.sent), ("admitted", gate.admitted))
    }
    return object_text(texts | _wait_texts(name, gate.longest_wait_min, gate.clears))


def _profile_text(name: str, profile: Arriving) -> str:
    return object_text(
        {
            "people": number_text(f"{name}.people", profile.people),
            "coming": _people_text(f"{name}.coming", profile.coming),
            "sent": _people_text(f"{name}.sent", profile.sent),
        }
    )


def _ring_text(ring: RingPassed) -> str:
    return object_text(
        {
            "ring": json_text(ring.ring),
            "people": number_text(f"lanes.rings.{ring.ring}.people", ring.people),
            "gates": _names_text(ring.gates),
        }
    )


def _route_text(name: str, route: Route) -> str:
    return object_text(
        {"gates": _names_text(route.gates), "sent": _people_text(f"{name}.sent", route.sent)}
    )


def _names_text(names: Sequence[str]) -> str:
    return "[" + ", ".join(json_text(name) for name in names) + "]"


def _list_text(texts: Sequence[str]) -> str:
    return "[" + ", ".join(texts) + "]"


def _people_text(name: str, people: Sequence[float]) -> str:
    return "[" + ", ".join(number_text(name, each) for each in people) + "]"


def _wait_texts(name: str, wait: float, clears: str | None) -> dict[str, str]:
    return {
        "longest_wait_min": number_text(f"{name}.longest_wait_min", wait, digits=1),
        "clears": "null" if clears is None else json_text(clears),
    }


def queue_texts(post: Post) -> dict[str, str]:
    """Return a post's properties that not every plan has, as JSON texts: queue and ring."""
    ring = {} if post.ring is None else {"ring": json_text(post.ring)}
    if post.admitted is None:
        return ring
    admitted = number_text(f"{post.id}.admitted", post.admitted)
    waits = _wait_texts(post.id, post.longest_wait_min or 0.0, post.clears)
    return {"admitted": admitted} | waits | ring


def read_lanes(summary: Members) -> Admission | None:
    """Read what `lanes_texts` wrote.

    Raises
    ------
    InputError
        If a member is not of the form of this format.
    """
    if "lanes" not in summary.values:
        return None
    lanes = summary.inner("lanes")
    own = ("resource", "opens", "closes", "period_min", "mean_walk_s")
    lanes.only((*own, "gates", "areas", "profiles", "rings", "routes"))
    gates = lanes.inner("gates")
    areas = lanes.inner("areas") if "areas" in lanes.values else None
    profiles = lanes.inner("profiles") if "profiles" in lanes.values else None
    return Admission(
        resource=lanes.text("resource"),
        opens=_read_clock(lanes, "opens"),
        closes=_read_clock(lanes, "closes"),
        period_min=lanes.number("period_min", least=0.0),
        mean_walk_s=lanes.number("mean_walk_s", least=0.0),
        gates={name: _read_gate(gates.inner(name)) for name in sorted(gates.values)},
        areas={}
        if areas is None
        else {name: _read_area(areas.inner(name)) for name in sorted(areas.values)},
        profiles={}
        if profiles is None
        else {name: _read_profile(profiles.inner(name)) for name in sorted(profiles.values)},
        rings=tuple(_read_ring(one) for one in lanes.each("rings")),
        routes=_read_routes(lanes),
    )


def _read_ring(members: Members) -> RingPassed:
    members.only(("ring", "people", "gates"))
    people = members.number("people", least=0.0)
    return RingPassed(ring=members.text("ring"), people=people, gates=_read_names(members, "gates"))


def _read_routes(lanes: Members) -> dict[str, tuple[Route, ...]]:
    if "routes" not in lanes.values:
        return {}
    areas = lanes.inner("routes")
    found = {}
    for area in sorted(areas.values):
        lines = areas.each(area)
        for line in lines:
            line.only(("gates", "sent"))
        found[area] = tuple(
            Route(gates=_read_names(line, "gates"), sent=_read_people(line, "sent"))
            for line in lines
        )
    return found


def _read_names(members: Members, name: str) -> tuple[str, ...]:
    names = members.items(name)
    if not all(isinstance(one, str) for one in names):
        members.refuse(name, "not every item is a text", remedy=_REWRITE)
    return tuple(names)


def _read_profile(members: Members) -> Arriving:
    members.only(("people", "coming", "sent"))
    return Arriving(
        people=members.number("people", least=0.0),
        coming=_read_people(members, "coming"),
        sent=_read_people(members, "sent"),
    )


def _read_area(members: Members) -> dict[str, tuple[float, ...]]:
    return {post: _read_people(members, post) for post in sorted(members.values)}


def _read_gate(members: Members) -> Gate:
    members.only(("sent", "admitted", "longest_wait_min", "clears"))
    return Gate(
        sent=_read_people(members, "sent"),
        admitted=_read_people(members, "admitted"),
        longest_wait_min=members.number("longest_wait_min", least=0.0),
        clears=read_clears(members),
    )


def _read_people(members: Members, name: str) -> tuple[float, ...]:
    values = members.items(name)
    each = Members({str(at): value for at, value in enumerate(values)}, file=members.file,
                   feature=members.feature, path=name)  # fmt: skip
    return tuple(each.number(at, least=0.0) for at in each.values)


def read_clears(members: Members) -> str | None:
    """Read when a queue has cleared.

    Raises
    ------
    InputError
        If it is not a valid time and not null.
    """
    if members.values.get("clears", "") is None:
        return None
    return _read_clock(members, "clears")


def _read_clock(members: Members, name: str) -> str:
    clock = members.text(name)
    if not _CLOCK.fullmatch(clock):
        members.refuse(name, f"{clock!r} is not a valid time", remedy=_REWRITE)
    return clock
