"""Which streets walks pass: closing any others leaves these walks as they are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from placement.arrays import Bools, Floats, Ints
from placement.cover.ground import Surface
from placement.cover.survey import Survey, survey
from placement.plan.problem import Plan, Problem, Resource, Walkers
from placement.streets import Snapped, walking_times
from placement.streets.closures import edges_named, squares_named

#: By how much a way may be longer and still be taken for the shortest, of its length and seconds.
_SHARE, _MORE_S = 1e-9, 1e-6


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Walks:
    """Some walks of a survey: where they are, and how they were measured.

    `rows` are those of the table among all of the plan's.
    """

    table: csr_array
    rows: Ints
    surface: Surface
    starts: Snapped
    ends: Snapped
    limit_s: float
    outward: bool


def stood_on(walks: Survey, names: Sequence[str]) -> list[bool]:
    """Say of streets whether a site or a demand point stands on them: closed, it stands elsewhere.

    Parameters
    ----------
    walks
        Walks on streets.
    names
        Streets.
    """
    found = []
    for name in names:
        taken = False
        for surface in _surfaces(walks):
            named = edges_named(surface.streets, name)
            squares = squares_named(surface.streets, name)
            for points in (surface.sites, surface.demand):
                taken |= bool(named[points.edge[points.edge >= 0]].any())
                if points.sight is not None:
                    taken |= bool(squares[points.sight.squares.indices].any())
        found.append(taken)
    return found


def passed(
    plan: Plan, names: Sequence[str], among: Sequence[Ints] | None
) -> list[tuple[Ints, Bools]]:
    """Say which streets the shortest ways pass, of several equally short ones any of them.

    Where none of them closes, a walk stays what it is, provided that nobody stands on a street that
    closes.

    Parameters
    ----------
    plan
        A plan with walks on streets; those of each period are on its own.
    names
        S streets.
    among
        Walks that are looked at, by table, as `passed` returned them; None for all.

    Returns
    -------
    list
        For the walks to people by resource, then for those between sites that rules ask for, and
        at last for those from gates of a ring to the next: which walks there are, as positions in
        the flat table, ascending, and (E, S) which streets they pass.
    """
    found = []
    for number, (shape, parts) in enumerate(_tables(plan)):
        flat, passes = [np.zeros(0, np.int64)], [np.zeros((0, len(names)), np.bool_)]
        for part in parts:
            entries = part.table.tocoo()
            rows, columns = (one.astype(np.int64) for one in entries.coords)
            own = part.rows[rows] * shape[1] + columns
            kept = np.ones(len(own), np.bool_)
            if among is not None:
                kept = np.isin(own, among[number])
            flat.append(own[kept])
            passes.append(_passing(part, rows[kept], columns[kept], entries.data[kept], names))
        # one that may go either way is there twice
        positions, place = np.unique(np.concatenate(flat), return_inverse=True)
        either = np.zeros((len(positions), len(names)), np.bool_)
        np.logical_or.at(either, place, np.concatenate(passes))
        found.append((positions, either))
    return found


def _surfaces(walks: Survey) -> list[Surface]:
    return [one for one in (walks.plain, walks.step_free) if one is not None]


def _to_people(
    kind: Resource, problem: Problem, walks: Survey, table: csr_array, rows: Ints
) -> list[_Walks]:
    """Return the walks of some people, rows of the whole table, as they were surveyed."""
    plain, slow = walks.plain, walks.step_free
    assert plain is not None  # noqa: S101 - told by the caller
    mine = kind.walkers is Walkers.PEOPLE and slow is not None
    slowly = problem.demand.step_free if mine else np.zeros(len(rows), np.bool_)
    who = [(plain, ~slowly)] + ([(slow, slowly)] if slow is not None and mine else [])
    return [
        _Walks(
            table=_rows_of(table, own),
            rows=rows,
            surface=surface,
            starts=surface.sites,
            ends=surface.demand,
            limit_s=kind.walk_limit_s,
            outward=kind.outward,
        )
        for surface, own in who
    ]


def _tables(plan: Plan) -> list[tuple[tuple[int, int], list[_Walks]]]:
    """Return the tables of a survey, each in parts that were measured alike: row from column."""
    problem, walks = plan.problem, survey(plan)
    plain = walks.plain
    assert plain is not None  # noqa: S101 - told by the caller
    found: list[tuple[tuple[int, int], list[_Walks]]] = []
    every = np.arange(len(problem.demand))
    days = [(survey(one.plan), one.plan.problem, one.points) for one in plan.periods]
    for position, kind in enumerate(problem.resources):
        table = walks.walk[kind.id].tocsr()
        parts = [] if days else _to_people(kind, problem, walks, table, every)
        for number, (there, theirs, points) in enumerate(days):
            if kind.periods is None or number in kind.periods:
                own = theirs.resources[position]
                parts += _to_people(own, theirs, there, table[points], points)
        found.append((table.shape, parts))
    for kind in problem.resources:
        between: list[tuple[csr_array, float, tuple[bool, ...]]] = []
        if kind.near is not None:
            between.append((walks.near[kind.id], kind.near.walk_s, (True,)))
        if kind.separation_s is not None:
            # the shorter of both ways
            between.append((walks.apart[kind.id], 2 * kind.separation_s, (True, False)))
        for table, limit_s, ways in between:
            parts = [
                _Walks(
                    table=table,
                    rows=np.arange(table.shape[0]),
                    surface=plain,
                    starts=plain.sites,
                    ends=plain.sites,
                    limit_s=limit_s,
                    outward=outward,
                )
                for outward in ways
            ]
            found.append((table.shape, parts))
    return found + _between_rings(plan, walks)


def _between_rings(plan: Plan, walks: Survey) -> list[tuple[tuple[int, int], list[_Walks]]]:
    """Return the walks from gates of each ring to those of the next, row from column."""
    rings = plan.problem.rings
    if rings is None or walks.between is None or len(rings.passed) < 2:
        return []
    # in a plan with periods they are those of the period in which lanes open
    here = walks if plan.screening is None else survey(plan.screening.plan)
    assert here.plain is not None  # noqa: S101 - told by the caller
    found: list[tuple[tuple[int, int], list[_Walks]]] = []
    for table, surface in zip(
        walks.between, (here.plain, here.step_free or here.plain), strict=True
    ):
        part = _Walks(
            table=table.T.tocsr(),
            rows=np.arange(table.shape[0]),
            surface=surface,
            starts=surface.sites,
            ends=surface.sites,
            limit_s=float(np.nanmax(rings.walk_s)),
            outward=True,
        )
        found.append((table.shape, [part]))
    return found


def _rows_of(table: csr_array, chosen: Bools) -> csr_array:
    """Return a table with some of its rows alone; walks of zero seconds stay."""
    entries = table.tocoo()
    rows, columns = entries.coords
    kept = chosen[rows]
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows[kept], minlength=table.shape[0]))])
    return csr_array((entries.data[kept], columns[kept], starts), shape=table.shape)


def _passing(
    part: _Walks, rows: Ints, columns: Ints, seconds: Floats, names: Sequence[str]
) -> Bools:
    """Say which streets walks pass: they come by the middle of one of its edges."""
    result = np.zeros((len(rows), len(names)), np.bool_)
    streets = part.surface.streets
    most = seconds * (1.0 + _SHARE) + _MORE_S
    for at, name in enumerate(names):
        edges = np.flatnonzero(edges_named(streets, name))
        if len(edges) == 0 or len(rows) == 0:
            continue
        middles = Snapped(
            edge=edges, fraction=np.full(len(edges), 0.5), access_s=np.zeros(len(edges))
        )
        limit_s = part.limit_s * (1.0 + _SHARE) + _MORE_S
        to = walking_times(streets, part.starts, middles, limit_s=limit_s, outward=part.outward)
        on = walking_times(streets, middles, part.ends, limit_s=limit_s, outward=part.outward)
        begin, end = to.tocsc(), on.tocsr()
        for middle in range(len(edges)):
            there, back = (np.full(len(points), np.inf) for points in (part.starts, part.ends))
            mine = slice(begin.indptr[middle], begin.indptr[middle + 1])
            there[begin.indices[mine]] = begin.data[mine]
            mine = slice(end.indptr[middle], end.indptr[middle + 1])
            back[end.indices[mine]] = end.data[mine]
            result[:, at] |= there[columns] + back[rows] <= most
    return result
