"""Two solutions on one page, by swipe or side by side, and many of them on a slider."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from placement.auditing.identity import check_identity
from placement.cover.survey import survey
from placement.maps.day import day_values, states_by_period
from placement.maps.page import uncovered
from placement.maps.people_panel import gaps, main_resource
from placement.maps.states import State, numbered, states_data
from placement.review.compare import Diff, compare
from placement.review.told import DECIDED, PARTS, RESULT, Line
from placement.solution import Solution

SLIDERS = ("budget", "cost", "covered")
"""Numbers of a solution that a slider can go by."""

_OF_THE_RUN = frozenset({"overrides", "format", "version", "attribution"})
"""Members that say how a solution was made, and of what was asked nothing that is not told."""

_MARK = re.compile(r"  (?P<sign>[+\->~]) ")  # of a line about one post
_BARRIER = re.compile(r"(  [+-] )(\S+)/\S+  (.*)(  cost [\d,.]+)")  # of a line about a barrier
_MINUS = re.compile(
    r"(?<![^\s(\[])-(?=\d)|(?:(?<=^  )|(?<=[:,] ))-(?= )"
)  # a number's, or what left


def comparison_data(old: State, new: State, *, between: Solution | None = None) -> dict[str, Any]:
    """Turn two solutions into what the page of a comparison reads.

    Parameters
    ----------
    old, new
        The two solutions, each on the plan it is shown on.
    between
        The old posts counted on the new inputs, to tell apart what either brought.

    Returns
    -------
    dict
        As `states_data`, the old state first, with ``difference`` beside it: ``lines``, the lines
        of `Diff.lines` by part; ``opened``, ``closed``, ``moved`` and ``changed`` posts by position
        in ``posts``; ``inputs``, what both were made from. Of a plan with periods also ``periods``,
        see `placement.maps.day.day_values`, and ``parts``, what is another one in each.
    """
    diff = compare(old.solution, new.solution, between=between)
    data = states_data([old, new])
    # a number on this page means the post of the new solution that has it
    number = {_key(data, row[0]): data["posts"][row[0]]["number"] for row in _rows(data, 1)}
    for place, post in enumerate(data["posts"]):
        post["number"] = number.get(_key(data, place), "")
    recounted = between is not None and bool(check_identity(old.plan, old.solution))
    before = State(plan=old.plan, solution=between) if recounted and between is not None else old
    parts = states_by_period([before, new], data)
    for part in parts:
        part["difference"] = _difference(diff, old, part)
    difference = _difference(diff, old, data)
    if between is not None and difference["inputs"]["recounted"]:
        # the file of the old solution tells of people that nobody has at hand
        walks = survey(old.plan)
        data["states"][0]["gaps"] = gaps(old.plan, between, uncovered(old.plan, between, walks))
    return data | {"difference": difference} | _periods(new, parts)


def slider_data(states: Sequence[State], by: str) -> dict[str, Any]:
    """Turn many solutions of one plan into what the page with a slider reads.

    Parameters
    ----------
    states
        The solutions; they are shown in the order of the number the slider goes by.
    by
        One of `SLIDERS`, or the identifier of a resource: the most units of it that were allowed.

    Returns
    -------
    dict
        As `states_data`, with ``slider`` beside it: ``by``, and ``values`` in the order of the
        states; of a resource ``by`` is ``"units"``, and ``resource`` its position. Each post has
        one number through all of them.
    """
    ordered = sorted(states, key=lambda state: _value(state, by))
    data = numbered(states_data(ordered), ordered)
    kinds = [kind.id for kind in ordered[-1].plan.problem.resources]
    told = {"by": by} if by in SLIDERS else {"by": "units", "resource": kinds.index(by)}
    slider = told | {"values": [_value(state, by) for state in ordered]}
    parts = states_by_period(ordered, data)
    return data | {"slider": slider} | _periods(ordered[-1], parts)


def _periods(last: State, parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the periods that a page lets its reader choose from; nothing without any."""
    values = day_values(last.plan, last.solution) if parts else []
    return {"periods": values, "parts": parts} if parts else {}


def _value(state: State, by: str) -> float:
    """Return the number a slider goes by: people covered are those of the main resource."""
    solution = state.solution
    if by == "budget":
        return solution.budget
    if by == "cost":
        return solution.cost
    if by not in SLIDERS:
        open_ = sum(post.units for post in solution.posts_list if post.resource == by)
        return float(solution.limits.get(by, open_))
    main = state.plan.problem.resources[main_resource(state.plan, solution)].id
    told = solution.coverage.get(main)
    return 0.0 if told is None else told.covered


def _difference(diff: Diff, old: State, data: dict[str, Any]) -> dict[str, Any]:
    before, after = ({_key(data, row[0]): row[0] for row in _rows(data, at)} for at in (0, 1))
    lines = diff.lines()
    return {
        "same": diff.same,
        "lines": [[part, _told(diff, lines, part, before, after)] for part in PARTS],
        "opened": [after[one.id] for one in diff.opened if one.id in after],
        "closed": [before[one.id] for one in diff.closed if one.id in before],
        "moved": [
            [before[one.old.id], after[one.new.id], one.metres]
            for one in diff.moved
            if one.old.id in before and one.new.id in after
        ],
        "changed": [
            [after[one.post.id], one.old_units, one.post.units]
            for one in diff.changed
            if one.post.id in after
        ],
        "inputs": _inputs(diff, old),
    }


def _rows(data: dict[str, Any], at: int) -> list[list[Any]]:
    """Return the posts of a state."""
    rows: list[list[Any]] = data["states"][at]["posts"]
    return rows


def _told(
    diff: Diff,
    lines: Iterable[Line],
    part: str,
    before: Mapping[str, int],
    after: Mapping[str, int],
) -> list[list[Any]]:
    """Return the lines of a part, each with the posts it is about: none, one, or two of a move."""
    posts = {
        # of barriers, and of what does not serve in a period, the page has no posts
        "+": iter([after[one.id]] if one.id in after else [] for one in diff.opened),
        "-": iter([before[one.id]] if one.id in before else [] for one in diff.closed),
        ">": iter(
            [before[one.old.id], after[one.new.id]]
            if one.old.id in before and one.new.id in after
            else []
            for one in diff.moved
        ),
        "~": iter([after[one.post.id]] if one.post.id in after else [] for one in diff.changed),
    }
    told: list[list[Any]] = []
    for line in lines:
        if _part(line) != part:
            continue
        mark = _MARK.match(line.text) if part == DECIDED else None
        told.append([spoken(line.text), [] if mark is None else next(posts[mark["sign"]], [])])
    return told


def spoken(text: str) -> str:
    """Write a line as a page does: a minus for a hyphen, a barrier by the name of its way."""
    return _MINUS.sub("−", _BARRIER.sub(r"\1\3 (\2)\4", text))


def _part(line: Line) -> str:
    """Return the part of a page that a line stands in."""
    is_of_run = bool(line.tells) and all(place[1] in _OF_THE_RUN for place in line.tells)
    return RESULT if is_of_run else line.part


def _key(data: dict[str, Any], place: int) -> str:
    post = data["posts"][place]
    return f"{post['site']}/{data['states'][-1]['resources'][post['resource']]['id']}"


def _inputs(diff: Diff, old: State) -> dict[str, Any]:
    """Say what both solutions were made from: which inputs differ, by layer and file."""
    told = diff.old.digests, diff.new.digests
    if told[0] is None or told[1] is None:
        return {"known": False, "changed": [], "recounted": False}
    names = sorted({*told[0], *told[1]})
    changed = [name for name in names if told[0].get(name) != told[1].get(name)]
    return {
        "known": True,
        "changed": [[name, old.plan.layers.get(name)] for name in changed],
        "recounted": bool(check_identity(old.plan, diff.old)),
    }
