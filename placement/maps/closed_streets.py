"""What changes in a page's what-if when streets close: walks, and what a file says of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from scipy.sparse import csr_array

from placement.arrays import Ints
from placement.cover.detours import passed, stood_on
from placement.cover.ground import also_closed, untouched
from placement.cover.survey import Survey, survey
from placement.globe import transformer
from placement.maps.coding import lines
from placement.maps.packed_walks import exact_parts
from placement.maps.walk_changes import (
    Between,
    Changes,
    between_sites,
    changed,
    longest,
    longest_between,
    other_than,
    written_between,
    written_changes,
)
from placement.plan.problem import Plan, Problem
from placement.review.geojson import placement_texts
from placement.solve.questions.evaluate import proposed
from placement.streets.closures import edges_named

if TYPE_CHECKING:
    from placement.maps.frame import Frame
    from placement.streets import Streets

type _Set = tuple[int, ...]

MOST_SETS = 400
"""Sets of streets that are surveyed for a page; where more matter, fewer close at a time."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Laid:
    """How the page has the walks of a plan while every street is open.

    Attributes
    ----------
    members
        What a proposed solution without posts says.
    tables
        By resource: (M, N) sparse, seconds of each walk within the limit.
    point, column
        The order in which the page has demand points and sites, which the tables have too.
    frame
        Where the page draws.
    """

    members: Mapping[str, str]
    tables: Sequence[csr_array]
    point: Ints
    column: Ints
    frame: "Frame | None"


def bridges(plan: Plan) -> list[str]:
    """Return the names of the streets that have a bridge, in order.

    Of two spellings that differ in their case alone, which are one street to a closure, the first
    is taken.
    """
    streets = streets_of_day(plan)
    if streets is None:
        return []
    names = sorted({streets.names[code] for code in streets.name_code[streets.bridge]} - {""})
    return list({name.casefold(): name for name in reversed(names)}.values())[::-1]


def streets_of_day(plan: Plan) -> "Streets | None":
    """Return the streets to be drawn and named: of a day, those of no period in particular."""
    if plan.periods and plan.streets is not None:
        return untouched(plan, step_free=False)
    return survey(plan).streets


def close_streets(plan: Plan, names: Sequence[str], laid: Laid) -> dict[str, Any]:
    """Write what changes when streets close, alone and together, for the page's script.

    While several streets are closed, a walk is the longest that it is while any of the sets told
    here that are among them is closed. So besides each street only those sets are told whose walks
    are not the longest of those of their parts.

    Parameters
    ----------
    plan
        What was asked.
    names
        Names of the streets; each is closed as ``--closure NAME`` closes it.
    laid
        The walks while they are open.

    Returns
    -------
    dict
        ``closed``, what is closed in any case; ``streets``, see below; ``sets``, each with
        ``streets``, by their numbers, ``walks`` and ``between``; ``most``, how many may be closed
        at a time, None for any number. A street has ``name``; ``line``, its lines of positions;
        ``alone``, whether it closes with no other; ``walks``, by resource the walks that change;
        ``between``, by resource the walks between sites, None where they do not; ``members``,
        what a proposed solution says, None where it is as while the street is open; ``walk``, its
        `walk_notes`.

    Raises
    ------
    InputError, UsageError
        If no street has one of the names.
    """
    if not names:
        return {"closed": list(plan.closed), "streets": [], "sets": [], "most": None}
    problem = plan.problem
    kinds = range(len(problem.resources))
    usual = survey(plan)
    start = [exact_parts(table)[0] for table in laid.tables]
    start_between = [between_sites(problem, usual, at, laid.column) for at in kinds]
    every = [usual, *(survey(period.plan) for period in plan.periods)]
    alone = [any(taken) for taken in zip(*(stood_on(one, names) for one in every), strict=True)]
    streets: list[dict[str, Any]] = []
    sets: list[dict[str, Any]] = []
    most = None
    walks: dict[_Set, list[Changes]] = {}
    between: dict[_Set, list[Between]] = {}
    for own, closed in _closings(plan, names, alone):
        if closed is None:
            most = len(own) - 1
            break
        found = survey(closed)
        parts = [part for size in range(1, len(own)) for part in combinations(own, size)]
        parts = [part for part in parts if part in walks]
        own_walks, own_between = [], []
        for at in kinds:
            table = _to_any_gate(problem, found, at).tocsr()[laid.point][:, laid.column]
            parts_now = exact_parts(table)[0]
            if problem.rings is not None and at == problem.laned:  # to no gate that led nowhere
                parts_now = np.where(start[at] < 0, start[at], parts_now)
            all_ = changed(start[at], parts_now)
            own_walks.append(other_than(all_, longest([walks[part][at] for part in parts])))
            own_between.append(between_sites(problem, found, at, laid.column))
        walks[own], between[own] = own_walks, own_between
        follows = [
            longest_between([start_between[at], *(between[part][at] for part in parts)])
            for at in kinds
        ]
        told: dict[str, list[Any]] = {
            "walks": [written_changes(one, start[at].shape[1]) for at, one in enumerate(own_walks)],
            "between": [
                None if one == follows[at] else written_between(problem, at, one)
                for at, one in enumerate(own_between)
            ],
        }
        if len(own) == 1:
            street = _street(plan, closed, names[own[0]], laid)
            streets.append({**street, "alone": alone[own[0]], **told})
        elif any(told["walks"]) or any(one is not None for one in told["between"]):
            sets.append({"streets": list(own), **told})
    return {"closed": list(plan.closed), "streets": streets, "sets": sets, "most": most}


def _to_any_gate(problem: Problem, walks: Survey, at: int) -> csr_array:
    """Return the walks of a resource, in rings also to gates that lead nowhere any more.

    Which these are follows from the walks between the rings while several streets are closed: the
    page leaves them out itself.
    """
    name = problem.resources[at].id
    if problem.rings is None or at != problem.laned:
        return walks.walk[name]
    entry = problem.entries.get(at)
    return walks.by_any[name] if entry is None else entry.only(walks.by_any[name])


def _closings(
    plan: Plan, names: Sequence[str], alone: Sequence[bool]
) -> Iterator[tuple[_Set, Plan | None]]:
    """Find which streets to close together: each, and those that a walk meets one after another.

    A shortest way that passes none of the streets stays as it is when they close. One that passes
    some is looked at again with each of them closed, until there is no way within the limit. So
    whichever streets close, a walk is as long as with one of these sets closed.

    Yields
    ------
    tuple
        The streets by their numbers, fewer before more, and the plan with them closed; None for the
        plan where there are too many sets of this size, which ends it.
    """
    free = [at for at in range(len(names)) if not alone[at]]
    met = _met(plan, (), names, free, None)
    level: dict[_Set, list[Ints]] = {(at,): met.get((at,), []) for at in range(len(names))}
    told = 0
    while level:
        told += len(level)
        if told > MOST_SETS + len(names):
            yield min(level), None
            return
        further: dict[_Set, list[Ints]] = {}
        for own, among in sorted(level.items()):
            closed = also_closed(plan, [names[at] for at in own])
            yield own, closed
            if among:
                for more, ways in _met(closed, own, names, free, among).items():
                    before = further.get(more, ways)
                    further[more] = list(map(np.union1d, before, ways))
        level = further


def _met(
    plan: Plan,
    own: _Set,
    names: Sequence[str],
    free: Sequence[int],
    among: Sequence[Ints] | None,
) -> dict[_Set, list[Ints]]:
    """Return the sets of one street more that walks meet while some are closed, and these walks."""
    left = [at for at in free if at not in own]
    found = passed(plan, [names[at] for at in left], among)
    result = {}
    for place, at in enumerate(left):
        ways = [flat[passes[:, place]] for flat, passes in found]
        if any(map(len, ways)):
            result[tuple(sorted((*own, at)))] = ways
    return result


def _street(plan: Plan, closed: Plan, name: str, laid: Laid) -> dict[str, Any]:
    """Write what is told of a street by itself."""
    nobody = np.zeros(plan.problem.sites.allowed.shape, dtype=np.int64)
    after = placement_texts(proposed(closed, nobody))
    return {
        "name": name,
        "line": lines(_drawn(plan, name, laid.frame)),
        "members": [
            [key, None if text == laid.members.get(key) else text] for key, text in after.items()
        ],
        "walk": walk_notes(after["walk"]),
    }


def _drawn(plan: Plan, name: str, frame: "Frame | None") -> shapely.Geometry:
    """Return a street in degrees, where the page draws it."""
    streets = streets_of_day(plan)
    assert streets is not None  # noqa: S101 - a closure of a plan without streets was refused
    street = shapely.line_merge(shapely.union_all(streets.edge_lines()[edges_named(streets, name)]))
    to_degrees = transformer(streets.crs, "EPSG:4326")
    lonlat = shapely.transform(street, lambda xy: np.column_stack(to_degrees.transform(*xy.T)))
    return lonlat if frame is None else frame.shape(lonlat)


def walk_notes(text: str) -> str:
    """Return what a solution says of walks after their means."""
    return text.partition("}, ")[2].removesuffix("}")
