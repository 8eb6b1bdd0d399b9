"""Several solutions of one plan on one base map: what they share is written once."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from placement.cover.catchments import rings
from placement.cover.survey import survey
from placement.errors import InputError
from placement.maps.closed_streets import streets_of_day
from placement.maps.frame import Frame, Shapes, draw_plan, draw_shapes, draw_solution, plan_frame
from placement.maps.numbering import numbers
from placement.maps.page import base_map, page_data, uncovered
from placement.maps.walks_panel import in_degrees
from placement.plan.problem import Plan
from placement.solution import Post, Solution
from placement.solve.questions.served import served

_SHARED = ("plan", "title", "walking", "pace", "areas", "route", "water", "background",
           "labels", "sources")  # fmt: skip
_OWN = (
    "status", "objective", "bound", "gap", "budget", "asked", "resources", "gaps", "reach",
    "missing", "closures", "limits", "sheet",
)  # fmt: skip
_MOST_BITS = 63
_LANES = ("resource", "opens", "closes", "a_lane_h", "wait_limit_min")
_POST = ("number", "site", "name", "resource", "at", "reach")
_POST_OWN = ("units", "cost", "covered", "served", "loss")


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A solution and the plan it is shown on.

    Attributes
    ----------
    plan
        What was asked. Several states may have the same one: it is measured once.
    solution
        What was chosen.
    """

    plan: Plan
    solution: Solution


def states_data(states: Sequence[State]) -> dict[str, Any]:
    """Turn several solutions into what a page of states reads.

    Parameters
    ----------
    states
        Solutions of plans with the same resources.

    Returns
    -------
    dict
        ``states``, what each has for itself, whose ``posts`` are ``[position, units, cost, covered,
        served, loss]`` with positions in ``posts``, and whose ``missing`` is a character for each
        of the ``places``, its code less 48 the bits of `page_data`; all else is shared. ``sites``
        are the candidates that no state opens. Texts are verbatim.

    Raises
    ------
    InputError
        If the states have different resources, or a post is of none of them.
    """
    last = states[-1]
    _refuse_other_resources(states)
    frame = plan_frame(last.plan)
    shapes = _shapes(states, frame)
    told = [_told(state, frame, shapes[state.plan]) for state in states]
    drawn = draw_plan(last.plan, frame)
    base = base_map(drawn, streets_of_day(last.plan), frame) | page_data(
        drawn,
        draw_solution(last.solution, frame),
        {},
        uncovered(last.plan, last.solution, survey(last.plan)),
    )
    posts, chosen = _posts(states, told, frame)
    opened = {post.site for state in states for post in state.solution.posts_list}
    places, masks = _missing([one["missing"] for one in told])
    same_ground = all(one["closures"] == base["closures"] for one in told)
    # what lies too far from any street is drawn for all: where it differs, for none
    lost = base["walks"]["unsnapped"]
    same_lost = all(one["walks"]["unsnapped"] == lost for one in told)
    return {
        **{key: base[key] for key in (*_SHARED, "streets", "bounds", "main")},
        "walks": {"unsnapped": lost if same_lost else None},
        "sites": [site for site in base["sites"] if site["site"] not in opened],
        "closures": base["closures"] if same_ground else [],
        "posts": posts,
        "places": places,
        "states": [
            {
                **{key: one[key] for key in _OWN},
                **({"barriers": one["barriers"]} if "barriers" in one else {}),
                "closures": [] if same_ground else one["closures"],
                "missing": mask,
                "lanes": None if one["lanes"] is None else _gates(one["lanes"]),
                "posts": mine,
            }
            for one, mine, mask in zip(told, chosen, masks, strict=True)
        ],
    }


def numbered(data: dict[str, Any], states: Sequence[State]) -> dict[str, Any]:
    """Give each post one number through all states, counted over the posts of all of them."""
    last = states[-1]
    every = {post.id: post for state in states for post in _known(state)}
    given = numbers(last.plan, replace(last.solution, posts_list=tuple(every.values())))
    names = [kind.id for kind in last.plan.problem.resources]
    posts = [
        post | {"number": given[f"{post['site']}/{names[post['resource']]}"]}
        for post in data["posts"]
    ]
    return data | {"posts": posts}


def _refuse_other_resources(states: Sequence[State]) -> None:
    """Make sure that positions of resources mean the same in every state."""
    last = states[-1].plan
    names = [kind.id for kind in last.problem.resources]
    for state in states:
        if [kind.id for kind in state.plan.problem.resources] != names:
            raise InputError(
                f"it has other resources than {last.file.name}",
                file=state.plan.file,
                remedy="show solutions of one plan together",
            )
        for post in state.solution.posts_list:
            if post.resource not in {*names, *state.solution.barriers}:
                raise InputError(
                    f"the plan {state.plan.settings.name!r} has no resource {post.resource!r}",
                    file=state.plan.file,
                    feature=post.id,
                    field="resource",
                    remedy="draw the solution with the plan it was made for",
                )


def _known(state: State) -> list[Post]:
    """Return the posts whose sites the plan still has."""
    sites = set(state.plan.problem.sites.id)
    return [post for post in state.solution.without_barriers if post.site in sites]


def _shapes(states: Sequence[State], frame: Frame) -> Mapping[Plan, Shapes]:
    """Return, by plan, the ground within the limits of every post of its states, to be drawn."""
    found: dict[Plan, Shapes] = {}
    for state in states:
        plan = state.plan
        if plan in found:
            continue
        if plan.walk_s is not None or plan.periods:  # no one ground is walked on
            found[plan] = {}
            continue
        every = {post.id: post for one in states if one.plan is plan for post in _known(one)}
        limits = sorted({kind.walk_limit_s / 60 for kind in plan.problem.resources})
        drawn = rings(plan, [every[name] for name in sorted(every)], minutes=limits)
        found[plan] = draw_shapes(in_degrees(plan, drawn), frame)
    return found


def _told(state: State, frame: Frame, shapes: Shapes) -> dict[str, Any]:
    """Describe one state as its own page would, without what lies below it."""
    plan, known = state.plan, _known(state)
    others = [
        post for post in state.solution.posts_list if post.resource in state.solution.barriers
    ]
    solution = replace(state.solution, posts_list=(*known, *others))
    mine = {post.id for post in known}
    walks = survey(plan)
    told = page_data(
        draw_plan(plan, frame),
        draw_solution(solution, frame),
        {
            resource: {
                limit_s: [(post, shape) for post, shape in pairs if post in mine]
                for limit_s, pairs in by_limit.items()
            }
            for resource, by_limit in shapes.items()
        },
        uncovered(plan, solution, walks),
        served=served(plan, solution, walks),
    )
    if solution.has_open_walks:  # mean walks that are not to be compared
        told["resources"] = [one | {"walk_open": True} for one in told["resources"]]
    return told


def _posts(
    states: Sequence[State], told: Iterable[Mapping[str, Any]], frame: Frame
) -> tuple[list[dict[str, Any]], list[list[list[Any]]]]:
    """Return the posts of all states, each once, and which of them each state opens."""
    posts: list[dict[str, Any]] = []
    place: dict[str, int] = {}
    chosen: list[list[list[Any]]] = []
    for state, one in zip(states, told, strict=True):
        mine = []
        for post in [*one["posts"], *_strangers(state, frame)]:
            fixed = {key: post[key] for key in _POST if key != "number"}
            # another plan may draw another catchment for the same post
            key = json.dumps(fixed, sort_keys=True)
            if key not in place:
                place[key] = len(posts)
                posts.append(fixed)
            posts[place[key]]["number"] = post["number"]  # the last state has the last word
            mine.append([place[key], *(post[key] for key in _POST_OWN)])
        chosen.append(mine)
    return posts, chosen


def _missing(
    told: Sequence[Mapping[str, Any]],
) -> tuple[dict[str, Any] | None, list[Any]]:
    """Return the places that some state leaves uncovered, and the bits of each state there.

    Where places were merged, or bits are too many for a character, each state keeps its own.
    """
    if any(one["cell"] > 1 or max(one["m"], default=0) > _MOST_BITS for one in told):
        return None, [dict(one) for one in told]
    tables = []
    for one in told:
        spots = np.cumsum(np.array(one["d"], dtype=np.int64).reshape(-1, 2), axis=0)
        tables.append(dict(zip(map(tuple, spots.tolist()), one["m"], strict=True)))
    every = sorted({spot for table in tables for spot in table})
    steps = np.diff(np.array(every, dtype=np.int64).reshape(-1, 2), axis=0, prepend=[[0, 0]])
    masks = ["".join(chr(48 + table.get(spot, 0)) for spot in every) for table in tables]
    return {**told[-1], "d": steps.ravel().tolist(), "m": []}, masks


def _strangers(state: State, frame: Frame) -> list[dict[str, Any]]:
    """Describe the posts whose sites the plan no longer has: where they stood, and no figures."""
    order = {kind.id: row for row, kind in enumerate(state.plan.problem.resources)}
    known = {post.id for post in _known(state)}
    drawn = draw_solution(state.solution, frame).without_barriers
    return [
        {
            "number": "",
            "site": post.site,
            "name": post.name,
            "resource": order[post.resource],
            "at": [round(post.lon, 6), round(post.lat, 6)],
            "reach": [],
            "units": post.units,
            "cost": post.cost,
            "covered": post.covered,
            "served": None,
            "loss": None,
        }
        for post in drawn
        if post.id not in known
    ]


def _gates(lanes: Mapping[str, Any]) -> dict[str, Any]:
    """Keep of the lanes what headline, popups and tables say."""
    gates = [{key: gate[key] for key in ("key", "wait", "clears")} for gate in lanes["gates"]]
    rings = {"rings": lanes["rings"]} if "rings" in lanes else {}
    return {key: lanes[key] for key in _LANES} | {"gates": gates} | rings
