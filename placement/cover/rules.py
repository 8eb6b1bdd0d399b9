"""The rules of a plan over its columns and rows: limits, cliques of posts too near, floors."""

import math
from collections.abc import Sequence

import numpy as np
from scipy.spatial import KDTree

from placement.arrays import Bools, Floats, Ints
from placement.cover.columns import Columns
from placement.cover.instance import Limit, Rule
from placement.cover.lanes import arrivals_of
from placement.cover.survey import Survey
from placement.plan.problem import Floor, Problem

_BITS = 10  # of all people of a floor where they are less than one
_HAIR = 2e-6  # of a person, or of all where they are less than one: a floor just met is met
_SAME = 1e-9  # two posts exactly so far apart may both stand, whatever the rounding


def limits(problem: Problem, survey: Survey, columns: Columns) -> tuple[Limit, ...]:
    """Return fleet, posts, groups and separation as limits, named as in the plan file."""
    found = []
    opens = columns.opens.astype(np.float64)
    for position, kind in enumerate(problem.resources):
        of_kind = (columns.resource == position).astype(np.float64)
        name = f"resources.{kind.id}"
        if kind.fleet is not None:
            found.append(Limit(name=f"{name}.fleet", use=of_kind * columns.units, most=kind.fleet))
        if kind.posts is not None:
            found.append(Limit(name=f"{name}.posts", use=of_kind * opens, most=kind.posts))
    for group in problem.groups:
        use = opens * np.isin(columns.site, group.sites)
        if group.resource is not None:
            use *= columns.resource == group.resource
        found.append(Limit(name=group.name, use=use, most=group.most))
    for position in range(len(problem.resources)):
        for name, pairs in too_near(problem, survey, position).items():
            for clique in cliques(pairs):
                use = opens * (columns.resource == position) * np.isin(columns.site, clique)
                found.append(Limit(name=name, use=use, most=1))
    return tuple(found)


def too_near(problem: Problem, survey: Survey, position: int) -> dict[str, Ints]:
    """Return the pairs of sites that may not both have a post of a resource.

    Parameters
    ----------
    problem, survey
        What is asked, and the walks.
    position
        Position of the resource.

    Returns
    -------
    dict
        By the rule's name: (n, 2) int64, the lower site first, in order.
    """
    kind = problem.resources[position]
    posted = np.flatnonzero(problem.sites.allowed[:, position])
    found = {}
    if kind.separation_m is not None:
        xy = problem.sites.xy[posted]
        pairs = np.zeros((0, 2), dtype=np.int64)
        if len(xy):
            pairs = posted[KDTree(xy).query_pairs(kind.separation_m, output_type="ndarray")]
        offset = problem.sites.xy[pairs[:, 0]] - problem.sites.xy[pairs[:, 1]]
        near = np.hypot(offset[:, 0], offset[:, 1]) < kind.separation_m * (1 - _SAME)
        found[f"resources.{kind.id}.separation_m"] = _ordered(pairs[near])
    if kind.separation_s is not None:
        table = survey.apart[kind.id].tocoo()
        near = table.data < kind.separation_s * (1 - _SAME)
        pairs = np.column_stack([table.coords[0][near], table.coords[1][near]])
        name = f"resources.{kind.id}.separation_min"
        found[name] = _ordered(pairs.astype(np.int64))
    return found


def _ordered(pairs: Ints) -> Ints:
    return np.unique(np.sort(pairs, axis=1), axis=0).reshape(-1, 2)


def cliques(pairs: Ints) -> list[list[int]]:
    """Cover the edges of a graph by maximal cliques, greedily.

    "At most one of a clique" says for all its pairs at once what a rule a pair says more weakly:
    the relaxation of the pairs lets every post of the clique be half open.

    Parameters
    ----------
    pairs
        (n, 2) int64, edges in order, the lower end first.

    Returns
    -------
    list of list of int
        Cliques with ascending members; each edge lies in one of them at least, and nothing that is
        no edge does.
    """
    near: dict[int, set[int]] = {}
    for one, other in pairs.tolist():
        near.setdefault(one, set()).add(other)
        near.setdefault(other, set()).add(one)
    left = {(one, other) for one, other in pairs.tolist()}
    found = []
    for one, other in pairs.tolist():
        if (one, other) not in left:
            continue
        clique = [one, other]
        common = near[one] & near[other]
        while common:
            # who keeps most of the others possible, the lowest of equals
            best = max(sorted(common), key=lambda node: len(near[node] & common))
            clique.append(best)
            common &= near[best]
        clique.sort()
        left -= {(a, b) for at, a in enumerate(clique) for b in clique[at + 1 :]}
        found.append(clique)
    return found


def row_keys(problem: Problem, position: int) -> Ints | None:
    """Tell which demand points may share a row: those of one tier that the same rules count.

    Returns
    -------
    (M,) int64 or None
        Equal numbers for points that may be merged; None where all may.
    """
    demand = problem.demand
    marks = [] if len(demand.tiers) == 1 else [demand.tier]
    if problem.resources[position].lanes is not None:
        # only a part of a row may be admitted: its people must be worth and count the same, and
        # come alike
        marks += [np.unique(demand.priority, return_inverse=True)[1]]
        marks += [demand.step_free.astype(np.int64)]
        marks += [arrivals_of(problem)[1]]
    sets = [floor.points for floor in problem.floors if floor.resource == position]
    if position in problem.backup:
        sets.append(problem.backup[position].points)
    for points in sets:
        mark = np.zeros(len(demand), dtype=np.int64)
        mark[points] = 1
        marks.append(mark)
    if not marks:
        return None
    _, key = np.unique(np.column_stack(marks), axis=0, return_inverse=True)
    return np.asarray(key, dtype=np.int64).reshape(-1)


def sealed(problem: Problem, columns: Columns) -> tuple[tuple[Rule, ...], Bools]:
    """Return the rules that every way is sealed, and what must be open because nothing else seals.

    Parameters
    ----------
    problem
        What is asked.
    columns
        Its columns.

    Returns
    -------
    rules
        For each way that several posts or barriers could seal: one of them at least is open.
    required
        (C,) bool, columns of what alone could seal a way.
    """
    column_of, opening = columns.of(problem), columns.opening
    required = np.zeros(len(columns.site), dtype=np.bool_)
    none = np.zeros(0, dtype=np.int64)
    found = []
    for way in problem.ways:
        seals = column_of[tuple(np.transpose(way.options))]
        if len(seals) == 1:
            required |= columns.must & (opening == seals[0])
            continue
        slope = np.zeros(len(columns.site))
        slope[seals] = -1.0
        found.append(
            Rule(name=way.rule, slope=slope, rows=none, times=none, share=np.zeros(0), most=-1.0)
        )
    return tuple(found), required


def _power(problem: Problem, floor: Floor) -> int:
    """Return by which power of two a floor counts people.

    Those that are less than one person together by more than 1, so that what solvers forgive, which
    is the same for every rule, is little of it.
    """
    total = float(problem.demand.people[floor.points].sum())
    small = floor.resource != problem.laned and 0.0 < total < 1.0
    return _BITS - math.frexp(total)[1] if small else 0


def people_of(problem: Problem, floor: Floor) -> float:
    """Return all people whom a floor counts, as its rule counts them."""
    total = math.fsum(problem.demand.people[floor.points])
    return math.ldexp(total, _power(problem, floor))


def floors(
    problem: Problem, columns: Columns, row_of: Sequence[Ints], people: Floats
) -> tuple[Rule, ...]:
    """Return the floors as rules over the rows.

    Parameters
    ----------
    problem
        What is asked.
    columns
        Its columns.
    row_of
        By resource: (M,) int64, the row of each demand point, −1 where no post is in reach.
    people
        (R,) float64, people of each row.
    """
    found = []
    for floor in problem.floors:
        rows = np.unique(row_of[floor.resource][floor.points])
        rows = rows[rows >= 0]
        power = _power(problem, floor)
        total = float(problem.demand.people[floor.points].sum())
        found.append(
            Rule(
                name=floor.name,
                slope=np.zeros(len(columns.site)),
                rows=rows,
                times=np.full(len(rows), floor.times),
                share=np.ldexp(people[rows], power),
                most=math.ldexp(_HAIR * min(1.0, total) - floor.share * total, power),
            )
        )
    return tuple(found)


def gains(problem: Problem, row_of: Sequence[Ints], worth: Floats, resource: Ints) -> Floats:
    """Return what rows are worth when covered a second, third … time.

    Parameters
    ----------
    problem
        What is asked.
    row_of
        By resource: (M,) int64, the row of each demand point.
    worth
        (R,) float64, worth of covering everyone of a row for certain.
    resource
        (R,) int64, position of the row's resource.

    Returns
    -------
    (R, L) float64
        L is 0 in a plan without backup cover and absences.
    """
    levels = [1 for backup in problem.backup.values() if backup.worth]
    levels += [kind.counted_units - 1 for kind in problem.resources if kind.unavailable]
    found = np.zeros((len(worth), max(levels, default=0)))
    for position, backup in problem.backup.items():
        rows = np.unique(row_of[position][backup.points])
        rows = rows[rows >= 0]
        if backup.worth:
            found[rows, 0] = backup.worth * worth[rows]
    for position, kind in enumerate(problem.resources):
        if kind.unavailable:
            mine = resource == position
            for level in range(kind.counted_units - 1):
                share = (1.0 - kind.unavailable) * kind.unavailable ** (level + 1)
                found[mine, level] = share * worth[mine]
    return found
