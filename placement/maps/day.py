"""The page of a plan with periods: what it tells of each, with a slider through the day."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from placement.cover.catchments import rings
from placement.cover.doubts import doubts
from placement.cover.ground import untouched
from placement.cover.routes import routes
from placement.cover.survey import in_period, survey
from placement.errors import InputError
from placement.globe import transformer
from placement.maps import coding
from placement.maps.closed_streets import streets_of_day
from placement.maps.frame import (
    Frame,
    draw_plan,
    draw_routes,
    draw_shapes,
    draw_solution,
    plan_frame,
)
from placement.maps.numbering import numbers
from placement.maps.page import base_map, page_data, uncovered
from placement.maps.states import State, states_data
from placement.maps.walks_panel import in_degrees, times
from placement.maps.what_if import what_if, why_not
from placement.plan.clock import DAY_MIN, clock_of
from placement.plan.problem import Plan
from placement.plan.shapes import ClosureRule
from placement.solution import Solution
from placement.solve.questions.evaluate import proposed
from placement.solve.questions.served import served
from placement.streets.closures import edges_named

if TYPE_CHECKING:
    from placement.studies.replay import Replay

_PARTS_ALONE = ("reach", "rings", "missing", "closures", "walks")
_PARTS_TOO = ("resources", "main", "posts", "gaps", "lanes")
_OF_STATES = ("areas", "posts", "places", "states", "closures", "walks", "main")
_MOST_PLACES = 1000  # more are no circles one could tell apart


def day_data(
    plan: Plan,
    solution: Solution,
    *,
    replay: "Replay | None" = None,
    streets: Sequence[str] = (),
) -> dict[str, Any]:
    """Turn a solution of a plan with periods into what its page reads.

    Parameters
    ----------
    plan, solution
        What was asked, with periods, and what was chosen.
    replay
        What random nights made of the queues of the solution, or None.
    streets
        Names of streets that the reader may close, through the day.

    Returns
    -------
    dict
        As `page_data` of the whole day. ``parts`` beside it holds what is another one in each
        period, by the same keys, whose ``areas`` are positions in those of the day; ``prefix``,
        what names of its areas begin with; ``crowd``, longitude, latitude and people of its places
        outside areas. ``slider`` holds ``by``, which is ``"period"``; ``values``, see `day_values`;
        and ``first``, the period in which the main resource covers the least share.

    Raises
    ------
    InputError
        If the solution tells of other periods than the plan has.
    """
    values = day_values(plan, solution)
    found, frame = survey(plan), plan_frame(plan)
    counted = what_if(plan, solution, found, frame, streets=streets)
    drawn = draw_plan(plan, frame)
    whole = base_map(drawn, streets_of_day(plan), frame) | page_data(
        drawn,
        draw_solution(solution, frame),
        {},
        uncovered(plan, solution, found),
        served=served(plan, solution, found),
        what_if=counted,
        no_what_if=why_not(plan, solution, found) if counted is None else None,
        doubts=doubts(plan, found),
    )
    parts = [
        _part(plan, solution, number, whole, frame=frame, replay=replay)
        for number in range(len(plan.periods))
    ]
    main = [(one["covered"][whole["main"]], one["people"]) for one in values]
    share = [2.0 if met is None else met / people if people else 0.0 for met, people in main]
    return {
        **{name: told for name, told in whole.items() if name not in _PARTS_ALONE},
        "parts": parts,
        "slider": {"by": "period", "values": values, "first": share.index(min(share))},
    }


def _part(
    plan: Plan,
    solution: Solution,
    number: int,
    whole: Mapping[str, Any],
    *,
    frame: Frame,
    replay: "Replay | None",
) -> dict[str, Any]:
    """Describe a period as the page of a plan of its own would, see `day_data`."""
    here, counted = period_alone(plan, solution, number)
    found, period = survey(here), plan.periods[number]
    given = here.walk_s is not None
    drawn = [] if given else rings(here, counted.without_barriers, minutes=times(here))
    ways = [] if given else routes(here, counted.without_barriers)
    told = page_data(
        draw_plan(here, frame),
        draw_solution(counted, frame),
        draw_shapes(in_degrees(here, drawn), frame),
        uncovered(here, counted, found),
        routes=draw_routes(ways, frame),
        served=served(here, counted, found),
        replay=replay if counted.lanes is not None else None,
    )
    told |= of_the_day(told, plan, solution, number)
    every = [area["id"] for area in whole["areas"]]
    mine = [area["id"] for area in told["areas"]]
    return {
        **{name: told[name] for name in (*_PARTS_ALONE, *_PARTS_TOO)},
        "areas": [every.index(name) for name in mine],
        "closures": [*told["closures"], *closed_lines(here, frame)],
        "crowd": _crowd(plan, number, frame),
        "prefix": f"{period.name}:",
        "rules": _rules(whole["rules"], told["rules"], number, [every.index(n) for n in mine]),
    }


def _rules(
    whole: Mapping[str, Any], told: Mapping[str, Any], number: int, areas: list[int]
) -> dict[str, Any]:
    """Return the rules of a day that a period keeps: its floors, and those of the whole day."""
    floors = [
        {**floor, "area": areas.index(floor["area"]) if floor["area"] in areas else None}
        for floor in whole["floors"]
        if floor["period"] in {None, number}
    ]
    return {**whole, "floors": floors, "weights": told["weights"]}


def day_values(plan: Plan, solution: Solution) -> list[dict[str, Any]]:
    """Say what each period comes to, see `day_data`.

    Of a resource with lanes people count as covered whom the gates admit, and their walk leads to
    the gate they are sent to, as in the headline of the period.
    """
    if [one.name for one in solution.periods] != [one.name for one in plan.periods]:
        raise InputError(
            "are not those that the solution tells of",
            file=plan.file,
            field="periods",
            remedy="count the posts of the solution anew with `place evaluate`",
        )
    kinds = [kind.id for kind in plan.problem.resources]
    lanes = solution.lanes
    found = []
    for period, told in zip(plan.periods, solution.periods, strict=True):
        names = {rule.id: rule.shape.name for rule in period.plan.closing if rule.shape is not None}
        covered, walk_s = dict(told.covered), dict(told.mean_s)
        if lanes is not None and lanes.resource in covered:  # in one period, in which they open
            covered[lanes.resource] = solution.coverage[lanes.resource].covered
            walk_s[lanes.resource] = lanes.mean_walk_s
        found.append(
            {
                "name": dict(period.label),
                "begins": clock_of(period.begins % DAY_MIN),
                "ends": clock_of(period.ends % DAY_MIN),
                "closed": [names.get(one, one) for one in told.closed],
                "people": told.people,
                "covered": [covered.get(kind) for kind in kinds],
                # nobody walks no minutes on average
                "walk_s": [walk_s.get(kind) if covered.get(kind) else None for kind in kinds],
                "turned": [
                    at
                    for at, kind in enumerate(period.plan.problem.resources)
                    if kind.turned and kind.id in told.covered
                ],
            }
        )
    return found


def of_the_day(
    told: Mapping[str, Any], plan: Plan, solution: Solution, number: int
) -> dict[str, Any]:
    """Return what `page_data` tells of a period otherwise than of a plan of its own.

    Posts have their numbers of the day, and of resources those are shown that serve: the main one
    is the first of them by worth.
    """
    serving = solution.periods[number].covered
    given = numbers(plan, replace(solution, posts_list=tuple(solution.without_barriers)))
    kinds = plan.problem.resources
    shown = [
        {**one, "shown": one["shown"] and kind.id in serving}
        for kind, one in zip(kinds, told["resources"], strict=True)
    ]
    spoken_of = [at for at, one in enumerate(shown) if one["shown"]] or [told["main"]]
    main = min(spoken_of, key=lambda at: (-kinds[at].value, at != plan.problem.laned, at))
    posts = [
        post | {"number": given[f"{post['site']}/{kinds[post['resource']].id}"]}
        for post in told["posts"]
    ]
    return {"resources": shown, "main": main, "posts": posts}


def period_alone(plan: Plan, solution: Solution, number: int) -> tuple[Plan, Solution]:
    """Return a period as a plan, with the solution's posts that serve in it, counted there."""
    here, serving = in_period(plan, number), solution.periods[number].covered
    there = set(here.problem.sites.id)
    open_here = {
        post.id: post.units
        for post in solution.without_barriers
        if post.resource in serving and post.site in there
    }
    counted = proposed(here, here.problem.units_of(open_here))
    figures = {post.id: post for post in counted.posts_list}
    laned = None if solution.lanes is None else solution.lanes.resource
    coverage = dict(counted.coverage)
    for kind, own in counted.coverage.items():
        if kind not in serving:  # nobody whom it could cover is there
            coverage[kind] = replace(own, total=0.0, share=0.0, step_free=None)
        elif kind == laned:
            coverage[kind] = solution.coverage[kind]
    posts = tuple(
        replace(post, covered=figures[post.id].covered, only=figures[post.id].only)
        if post.id in figures
        else post
        for post in solution.posts_list
        if post.id in figures or post.resource in solution.barriers
    )
    told = replace(
        solution,
        coverage=coverage,
        posts_list=posts,
        walk=counted.walk,
        lanes=solution.lanes if laned in serving else None,
        areas=counted.areas,
        unsnapped=counted.unsnapped,
        periods=(),
        rules={},
        changes=None,
    )
    return here, told


def _crowd(plan: Plan, number: int, frame: Frame) -> list[list[float]]:
    """Return longitude, latitude and people of the places of a period outside its areas."""
    period = plan.periods[number].plan
    drawn = {shape.id for shape in period.areas}
    demand, found = period.problem.demand, dict[tuple[float, float], float]()
    places = frame.places(demand.lonlat)
    for name, (lon, lat), people in zip(demand.id, places.tolist(), demand.people, strict=True):
        if people > 0 and name.rpartition("#")[0] not in drawn:
            place = round(lon, 6), round(lat, 6)
            found[place] = found.get(place, 0.0) + float(people)
    if len(found) > _MOST_PLACES:
        return []
    return [[*place, people] for place, people in sorted(found.items())]


def states_by_period(states: Sequence[State], data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Turn solutions of a plan with periods into what a page of states reads of each period.

    Parameters
    ----------
    states
        The solutions.
    data
        As `states_data` of them, whose posts have their numbers.

    Returns
    -------
    list of dict
        What is another one in each period, by the keys of `states_data`; ``prefix`` as `day_data`
        has it. Empty where they tell of other periods.
    """
    last = states[-1]
    names = [one.name for one in last.plan.periods]
    told = [
        [one.name for one in given]
        for s in states
        for given in (s.plan.periods, s.solution.periods)
    ]
    if not names or any(one != names for one in told):
        return []
    frame = plan_frame(last.plan)
    number = {(post["site"], post["resource"]): post["number"] for post in data["posts"]}
    parts = []
    for at, name in enumerate(names):
        here = [_on_its_ground(one, at) for one in states]
        part = states_data(here)
        for state, given, mine in zip(states, here, part["states"], strict=True):
            own = of_the_day(
                {**mine, "posts": [], "main": part["main"]}, state.plan, state.solution, at
            )
            mine["resources"] = own["resources"]
            mine["closures"] = [*mine["closures"], *closed_lines(given.plan, frame)]
            part["main"] = own["main"]
        for post in part["posts"]:
            post["number"] = number.get((post["site"], post["resource"]), "")
        parts.append({key: part[key] for key in _OF_STATES} | {"prefix": f"{name}:"})
    return parts


def _on_its_ground(state: State, number: int) -> State:
    here, counted = period_alone(state.plan, state.solution, number)
    return State(plan=here, solution=counted)


def closed_lines(here: Plan, frame: Frame) -> list[dict[str, Any]]:
    """Describe the streets that are closed by their name in a period, as they are drawn."""
    return [
        {"id": rule.id, "name": rule.street, "shape": [], "lines": coding.lines(frame.shape(line))}
        | {"street": True}
        for rule, line in closed_streets(here)
    ]


def closed_streets(here: Plan) -> list[tuple[ClosureRule, shapely.Geometry]]:
    """Return the streets that are closed by their name in a period, and their lines in degrees.

    Parameters
    ----------
    here
        The period as a plan of its own.
    """
    if here.streets is None:
        return []
    streets = untouched(here, step_free=False)
    to_degrees = transformer(streets.crs, "EPSG:4326")
    found = []
    for rule in here.closing:
        if rule.shape is None and rule.street is not None:
            edges = streets.edge_lines()[edges_named(streets, rule.street)]
            merged = shapely.line_merge(shapely.union_all(edges))
            lonlat = shapely.transform(
                merged, lambda xy: np.column_stack(to_degrees.transform(*xy.T))
            )
            found.append((rule, lonlat))
    return found
