"""What changes in a page's what-if when a street closes: walks, and what a file says of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from scipy.sparse import csr_array

from placement.arrays import Ints
from placement.cover.survey import survey
from placement.globe import transformer
from placement.maps.coding import lines
from placement.maps.packed_walks import exact_parts, packed
from placement.plan.problem import Plan, Problem
from placement.plan.shapes import ClosureRule
from placement.review.geojson import placement_texts
from placement.solve.questions.evaluate import proposed
from placement.streets.closures import edges_named

if TYPE_CHECKING:
    from placement.cover.survey import Survey
    from placement.maps.frame import Frame


def bridges(plan: Plan) -> list[str]:
    """Return the names of the streets that have a bridge, in order.

    Of two spellings that differ in their case alone, which are one street to a closure, the first
    is taken.
    """
    streets = survey(plan).streets
    if streets is None:
        return []
    names = sorted({streets.names[code] for code in streets.name_code[streets.bridge]} - {""})
    return list({name.casefold(): name for name in reversed(names)}.values())[::-1]


def close_street(
    plan: Plan,
    name: str,
    *,
    members: Mapping[str, str],
    tables: Sequence[csr_array],
    point: Ints,
    column: Ints,
    frame: "Frame | None",
) -> dict[str, Any]:
    """Write what changes when a street closes, for the page's script.

    Parameters
    ----------
    plan
        What was asked.
    name
        The street's name; it is closed as ``--closure NAME`` closes it.
    members
        What a proposed solution without posts says while the street is open.
    tables
        By resource: (M, N) sparse, seconds of each walk within the limit while the street is open,
        in the order of `point` and `column`.
    point, column
        The order in which the page has demand points and sites.
    frame
        Where the page draws.

    Returns
    -------
    dict
        ``name``; ``line``, the street as lines of positions; ``walks``, by resource the walks that
        change; ``between``, by resource the walks between sites; ``members``, what a proposed
        solution says, None where it is as while the street is open; ``walk``, its `walk_notes`.

    Raises
    ------
    InputError
        If no street has that name.
    """
    rule = ClosureRule(id=name, street=name)
    closed = replace(
        plan, closing=(*plan.closing, rule), closed=tuple(sorted((*plan.closed, name)))
    )
    walks = survey(closed)
    nobody = np.zeros(plan.problem.sites.allowed.shape, dtype=np.int64)
    after = placement_texts(proposed(closed, nobody))
    kinds = plan.problem.resources
    return {
        "name": name,
        "line": lines(_drawn(plan, name, frame)),
        "walks": [
            changed_walks(table, walks.walk[kind.id].tocsr()[point][:, column])
            for kind, table in zip(kinds, tables, strict=True)
        ],
        "between": [between_sites(plan.problem, walks, at, column) for at in range(len(kinds))],
        "members": [
            [key, None if text == members.get(key) else text] for key, text in after.items()
        ],
        "walk": walk_notes(after["walk"]),
    }


def _drawn(plan: Plan, name: str, frame: "Frame | None") -> shapely.Geometry:
    """Return a street in degrees, where the page draws it."""
    streets = survey(plan).streets
    assert streets is not None  # noqa: S101 - a closure of a plan without streets was refused
    street = shapely.line_merge(shapely.union_all(streets.edge_lines()[edges_named(streets, name)]))
    to_degrees = transformer(streets.crs, "EPSG:4326")
    lonlat = shapely.transform(street, lambda xy: np.column_stack(to_degrees.transform(*xy.T)))
    return lonlat if frame is None else frame.shape(lonlat)


def changed_walks(before: csr_array, after: csr_array) -> str:
    """Write the walks that are others than before.

    Parameters
    ----------
    before, after
        (M, N) sparse, seconds.

    Returns
    -------
    str
        `packed`, point by point: the gap to it, how many walks change, and of each the gap to its
        site and 0 where there is no walk any more, else one more than its parts of a second.
    """
    parts = [exact_parts(table)[0] for table in (before, after)]
    points, sites = np.nonzero(parts[0] != parts[1])
    numbers: list[int] = []
    last = -1
    for at in np.unique(points).tolist():
        mine = sites[points == at]
        numbers += [at - last, len(mine)]
        last = at
        for gap, site in zip(np.diff(mine, prepend=-1).tolist(), mine.tolist(), strict=True):
            numbers += [gap, int(parts[1][at, site]) + 1]
    return packed(numbers)


def between_sites(problem: Problem, walks: "Survey", at: int, column: Ints) -> dict[str, Any]:
    """Write the walks between sites that rules of a resource ask for; None where none does."""
    kind = problem.resources[at]
    found: dict[str, Any] = {"near": None, "apart": None}
    if kind.near is not None:
        pairs = walks.near[kind.id].tocsr()[column][:, column].tocsr()
        pairs.sort_indices()
        found["near"] = {
            "resource": problem.resource_index(kind.near.resource),
            "walk_s": kind.near.walk_s,
            "sites": packed(_rows(pairs.indptr, pairs.indices)),
        }
    if kind.separation_s is not None:
        apart = walks.apart[kind.id].tocsr()[column][:, column].tocoo()
        found["apart"] = {
            "least_s": kind.separation_s,
            "walks": [
                [int(a), int(b), float(seconds)]
                for a, b, seconds in zip(*apart.coords, apart.data, strict=True)
                if a < b
            ],
        }
    return found


def walk_notes(text: str) -> str:
    """Return what a solution says of walks after their means."""
    return text.partition("}, ")[2].removesuffix("}")


def _rows(indptr: Ints, indices: Ints) -> list[int]:
    """Write each row as how many it has, then the gaps between them."""
    found: list[int] = []
    for first, last in pairwise(indptr.tolist()):
        found += [last - first, *np.diff(indices[first:last], prepend=-1).tolist()]
    return found
