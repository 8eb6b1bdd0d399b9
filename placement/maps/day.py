"""The page of a plan with periods: each a state of one map, with a slider through the day."""

from dataclasses import replace
from typing import Any

import numpy as np
import shapely

from placement.cover.ground import untouched
from placement.cover.survey import in_period
from placement.errors import InputError
from placement.globe import transformer
from placement.maps import coding
from placement.maps.frame import Frame, plan_frame
from placement.maps.page import sheet_of
from placement.maps.people_panel import main_resource
from placement.maps.states import State, numbered, states_data
from placement.plan.clock import DAY_MIN, clock_of
from placement.plan.problem import Plan
from placement.solution import Solution
from placement.solve.questions.evaluate import proposed
from placement.streets.closures import edges_named

_MOST_PLACES = 1000  # more are no circles one could tell apart


def day_data(plan: Plan, solution: Solution) -> dict[str, Any]:
    """Turn a solution of a plan with periods into what the page with a slider reads.

    Parameters
    ----------
    plan, solution
        What was asked, with periods, and what was chosen.

    Returns
    -------
    dict
        As `states_data`, a state for each period. ``slider`` beside it holds ``by``, which is
        ``"period"``; ``values``, one a period: its ``name`` by language, ``begins``, ``ends``,
        ``closed``, names of closures, ``people``, and by resource ``covered`` and ``walk_s``, None
        where it does not serve; and ``first``, the period in which the main resource covers the
        least share.

    Raises
    ------
    InputError
        If the solution tells of other periods than the plan has.
    """
    values = day_values(plan, solution)
    states = [_state(plan, solution, number) for number in range(len(plan.periods))]
    data = numbered(states_data(states, ground=State(plan=plan, solution=solution)), states)
    data["areas"] = []  # each period has its own
    sheet, frame = sheet_of(solution), plan_frame(plan)
    for number, (told, state) in enumerate(zip(data["states"], states, strict=True)):
        told["sheet"] = sheet
        told["closures"] = [*told["closures"], *_closed_streets(plan, number, frame)]
        told["crowd"] = _crowd(plan, number, frame)
        told["main"] = main_resource(state.plan, state.solution)
        for row in told["gaps"]["rows"]:
            row["name"] = row["name"].removeprefix(f"{plan.periods[number].name}:")
        for kind, resource in zip(plan.problem.resources, told["resources"], strict=True):
            resource["shown"] &= kind.id in solution.periods[number].covered
    main = plan.problem.resources[data["main"]].id
    share = [one.share(main) if main in one.covered else 2.0 for one in solution.periods]
    return data | {"slider": {"by": "period", "values": values, "first": share.index(min(share))}}


def day_values(plan: Plan, solution: Solution) -> list[dict[str, Any]]:
    """Say what each period comes to, see `day_data`."""
    if [one.name for one in solution.periods] != [one.name for one in plan.periods]:
        raise InputError(
            "are not those that the solution tells of",
            file=plan.file,
            field="periods",
            remedy="count the posts of the solution anew with `place evaluate`",
        )
    kinds = [kind.id for kind in plan.problem.resources]
    found = []
    for period, told in zip(plan.periods, solution.periods, strict=True):
        names = {rule.id: rule.shape.name for rule in period.plan.closing if rule.shape is not None}
        found.append(
            {
                "name": dict(period.label),
                "begins": clock_of(period.begins % DAY_MIN),
                "ends": clock_of(period.ends % DAY_MIN),
                "closed": [names.get(one, one) for one in told.closed],
                "people": told.people,
                "covered": [told.covered.get(kind) for kind in kinds],
                "walk_s": [told.mean_s.get(kind) for kind in kinds],
            }
        )
    return found


def _state(plan: Plan, solution: Solution, number: int) -> State:
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
    return State(plan=here, solution=told)


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


def _closed_streets(plan: Plan, number: int, frame: Frame) -> list[dict[str, Any]]:
    """Describe the streets that are closed by their name in a period, as they are drawn."""
    if plan.streets is None:
        return []
    period = plan.periods[number].plan
    streets = untouched(period, step_free=False)
    to_degrees = transformer(streets.crs, "EPSG:4326")
    found = []
    for rule in period.closing:
        if rule.shape is None and rule.street is not None:
            edges = streets.edge_lines()[edges_named(streets, rule.street)]
            merged = shapely.line_merge(shapely.union_all(edges))
            lonlat = shapely.transform(
                merged, lambda xy: np.column_stack(to_degrees.transform(*xy.T))
            )
            lines = coding.lines(frame.shape(lonlat))
            found.append(
                {"id": rule.id, "name": rule.street, "shape": [], "lines": lines} | {"street": True}
            )
    return found
