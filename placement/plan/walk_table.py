"""Walking times given as a table: its rows and columns are those of a plan's points and sites."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, issparse

from placement.counts import counted
from placement.errors import InputError, UsageError
from placement.plan.cells import identifiers
from placement.plan.demand import STEP_FREE
from placement.plan.problem import Problem
from placement.plan.table import Table

_FILE = Path("walk_s")
_TYPES = (
    "give a DataFrame (index: demand, columns: sites), an xarray DataArray, or a plain or "
    "scipy.sparse matrix"
)
_NAMED = 3  # identifiers that a warning names


def walk_table(
    given: Any,  # noqa: ANN401 - a table of several libraries
    problem: Problem,
    tables: Mapping[str, Table],
) -> tuple[csr_array, list[str]]:
    """Return the walks of a plan's points and sites from a table of walking times.

    Parameters
    ----------
    given
        The table; see `Plan.from_frames`.
    problem
        Points and sites in their order.
    tables
        The layers as read: matrices without labels follow the order of their rows.

    Returns
    -------
    walks
        (M, N) sparse, seconds; walks of zero seconds are stored, those that cannot be are not.
    warnings
        Sentences about rows and columns that are missing or not used.

    Raises
    ------
    UsageError
        If it is no table.
    InputError
        If its shape, a label or a time cannot be used.
    """
    rows, columns, table = _labelled(given, tables)
    warnings: list[str] = []
    own_rows = _found(rows, [_names(point, tables) for point in problem.demand.id])
    own_columns = _found(columns, [(site,) for site in problem.sites.id])
    for what, mine, known, labels in (
        ("demand point", own_rows, problem.demand.id, rows),
        ("site", own_columns, problem.sites.id, columns),
    ):
        own = np.ones(len(known), np.bool_) if what != "site" else problem.posted
        asked = [name for name, one in zip(known, own.tolist(), strict=True) if one]
        _check_found(what, mine[own], asked, labels, warnings)
    dense_or_sparse = table if issparse(table) else _stored(table)
    whole = csr_array(dense_or_sparse)
    kept_rows, kept_columns = np.flatnonzero(own_rows >= 0), np.flatnonzero(own_columns >= 0)
    found = whole[own_rows[kept_rows]][:, own_columns[kept_columns]].tocoo()
    at, to = found.coords
    walkable = np.isfinite(found.data)
    at, to = kept_rows[at[walkable]], kept_columns[to[walkable]]
    seconds = found.data[walkable].astype(np.float64)
    if (seconds < 0).any():
        wrong = int(np.argmax(seconds < 0))
        raise InputError(
            f"{seconds[wrong]:g} s to site {problem.sites.id[to[wrong]]!r} is less than no time",
            file=_FILE,
            feature=problem.demand.id[at[wrong]],
            remedy="correct it, or write NaN where nobody can walk",
        )
    order = np.lexsort((to, at))
    counts = np.bincount(at, minlength=len(problem.demand))
    indptr = np.concatenate([[0], np.cumsum(counts)])
    shape = (len(problem.demand), len(problem.sites))
    if any(kind.near is not None or kind.separation_s is not None for kind in problem.resources):
        warnings.append("walk_s has no walks between sites: these are straight lines, lengthened")
    return csr_array((seconds[order], to[order], indptr), shape=shape), warnings


def _labelled(
    given: Any,  # noqa: ANN401 - a table of several libraries
    tables: Mapping[str, Table],
) -> tuple[list[str], list[str], Any]:
    """Return the labels of rows and columns, and the matrix of numbers."""
    if hasattr(given, "to_pandas") and hasattr(given, "dims"):
        if len(given.dims) != 2:
            raise InputError(
                f"has {counted(len(given.dims), 'dimension')}",
                file=_FILE,
                remedy="give demand × sites",
            )
        given = given.to_pandas()
    labelled = all(hasattr(given, name) for name in ("index", "columns", "to_numpy"))
    if labelled:
        matrix = _numbers(given.to_numpy())
        rows, columns = (_labels(axis) for axis in (given.index, given.columns))
    elif issparse(given) or isinstance(given, np.ndarray):
        matrix = _numbers(given)
        if "demand" in tables and tables["demand"].parts:
            raise InputError(
                "has no identifiers, and the rows of a demand in parts have no order",
                file=_FILE,
                remedy="give a DataFrame with identifiers",
            )
        rows = [one for name in ("demand", "areas") if name in tables
                for one in identifiers(tables[name])]  # fmt: skip
        columns = identifiers(tables["sites"])
        if matrix.shape != (len(rows), len(columns)):
            raise InputError(
                f"is of shape {matrix.shape}, and the plan has {counted(len(rows), 'row')} of "
                f"demand and {counted(len(columns), 'site')}",
                file=_FILE,
                remedy="give a row for each row of demand and then of areas, a column for each "
                "site, in their order, or a DataFrame with identifiers",
            )
    else:
        raise UsageError(f"walk_s is of type {type(given).__name__}: {_TYPES}.")
    for what, labels in (("row", rows), ("column", columns)):
        twice = sorted({one for one in labels if labels.count(one) > 1}) if _repeats(labels) else []
        if twice:
            raise InputError(
                f"has more than one {what} of this name",
                file=_FILE,
                feature=twice[0],
                remedy="keep one",
            )
    return rows, columns, matrix


def _numbers(matrix: Any) -> Any:  # noqa: ANN401 - plain or sparse
    """Return a matrix of numbers, or refuse it."""
    wrong = counted(matrix.ndim, "dimension") if matrix.ndim != 2 else f"values {matrix.dtype}"
    if matrix.ndim == 2 and matrix.dtype.kind in "iuf":
        return matrix
    if matrix.ndim == 2 and matrix.dtype.kind == "O":
        with suppress(TypeError, ValueError):
            return matrix.astype(np.float64)
    raise InputError(f"has {wrong}, and not seconds by demand and site", file=_FILE, remedy=_TYPES)


def _stored(table: NDArray[Any]) -> csr_array:
    """Return a plain matrix as a sparse one with its zeros, and without what is not finite."""
    at, to = np.nonzero(np.isfinite(table))
    return csr_array(
        (table[at, to], to, np.searchsorted(at, np.arange(table.shape[0] + 1))), shape=table.shape
    )


def _labels(axis: Any) -> list[str]:  # noqa: ANN401 - an index of pandas
    """Return labels as identifiers are read: texts, or whole numbers written as such."""
    found = []
    for label in axis.tolist():
        whole = isinstance(label, float) and label.is_integer()
        found.append(str(int(label) if whole else label))
    return found


def _repeats(labels: Sequence[str]) -> bool:
    return len(set(labels)) < len(labels)


def _names(point: str, tables: Mapping[str, Table]) -> tuple[str, ...]:
    """Return the rows that may speak for a point, the nearest first."""
    areas = "areas" in tables
    base = point.removesuffix(STEP_FREE)
    area, mark, _ = base.rpartition("#")
    names = [base, area] if mark and areas else [base]
    slow = [name + STEP_FREE for name in names] if base != point else []
    return (*slow, *names)


def _found(labels: Sequence[str], wanted: Sequence[tuple[str, ...]]) -> NDArray[np.int64]:
    """Return the position of the first label of each point that there is, or −1."""
    place = {label: at for at, label in enumerate(labels)}
    found = [next((place[name] for name in names if name in place), -1) for names in wanted]
    return np.array(found, dtype=np.int64)


def _check_found(
    what: str,
    found: NDArray[np.int64],
    known: Sequence[str],
    labels: Sequence[str],
    warnings: list[str],
) -> None:
    """Refuse a table in which nothing is known, and warn of what is missing or left over."""
    side = "row" if what == "demand point" else "column"
    lost = [known[at] for at in np.flatnonzero(found < 0).tolist()]
    if len(lost) == len(known):
        raise InputError(
            f"has no {side} of any {what}: its first is {labels[0]!r}"
            if labels
            else f"has no {side}s",
            file=_FILE,
            remedy=f"name the {side}s by identifier, as in {known[0]!r}",
        )
    if lost:
        warnings.append(
            f"walk_s has no {side} for {len(lost)} of {len(known)} {what}s, so nobody walks there: "
            + _some(lost)
        )
    used = set(found.tolist())
    idle = [label for at, label in enumerate(labels) if at not in used]
    if idle:
        warnings.append(f"walk_s has {len(idle)} {side}s that no {what} takes: {_some(idle)}")


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED]) + (" …" if len(names) > _NAMED else "")
