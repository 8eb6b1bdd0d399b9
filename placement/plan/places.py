"""Places with the people of all points in them, added so that their order decides nothing.

Sums are of whole parts of a person, and of all points of a place the same one stands for them in
whatever turn they come.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from placement.arrays import Bools, Floats, Ints
from placement.errors import InputError

MOST_PLACES = 5_000_000
"""Most places that a plan holds of one layer."""
_LIMBS, _LIMB_BITS = 4, 26


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Places:
    """Places with the people of all points in them; one of the points stands for the others.

    Attributes
    ----------
    kinds
        What is said of people besides where they are, as JSON.
    kind
        (n,) position in it.
    cell
        (n, 2) int64, which cell of the grid; else the bits of the coordinates.
    away
        (n,) float64, squared metres of the point from the middle of its cell.
    xy
        (n, 2) float64, the point in the coordinate system of the parts.
    id
        (n,) its identifier, a pyarrow array of texts.
    times
        (n,) int64, how many points in the cell have its place and identifier.
    sums
        (n, 8) int64, people and those who walk without steps, each in parts as by `exact`.
    """

    kinds: tuple[str, ...]
    kind: Ints
    cell: Ints
    away: Floats
    xy: Floats
    id: Any
    times: Ints
    sums: Ints

    def __len__(self) -> int:
        return len(self.kind)


def add_up(some: Iterable[Places], file: Path) -> Places | None:
    """Add places up; what waits to be added is never much more than what they come to."""
    whole: Places | None = None
    waiting: list[Places] = []
    for one in some:
        waiting.append(one)
        if whole is None or sum(map(len, waiting)) >= len(whole):
            whole = _joined([*([whole] if whole else []), *waiting], file)
            waiting = []
    return _joined([*([whole] if whole else []), *waiting], file) if waiting else whole


def _joined(some: Sequence[Places], file: Path) -> Places:
    """Return places as one, those in the same cell added.

    Raises
    ------
    InputError
        If there are too many places or people.
    """
    import pyarrow as pa  # noqa: PLC0415 - heavy, and most plans are GeoJSON

    kinds = tuple(sorted({kind for one in some for kind in one.kinds}))
    place = {kind: at for at, kind in enumerate(kinds)}
    renumbered = [np.array([place[kind] for kind in one.kinds], dtype=np.int64) for one in some]
    kind = np.concatenate([new[one.kind] for new, one in zip(renumbered, some, strict=True)])
    cell = np.concatenate([one.cell for one in some])
    away = np.concatenate([one.away for one in some])
    xy = np.concatenate([one.xy for one in some])
    id_ = pa.concat_arrays([one.id for one in some])
    times = np.concatenate([one.times for one in some])
    sums = np.concatenate([one.sums for one in some])
    total = float(sums[:, 0].sum(dtype=np.float64))
    if total > 2**53:
        raise InputError(
            f"{total:g} people are more than can be counted exactly",
            file=file,
            field="people",
            remedy="correct the numbers",
        )
    order = np.lexsort((away, *_keys(kind, cell)))
    kind, cell, away, xy = kind[order], cell[order], away[order], xy[order]
    first = np.flatnonzero(_changes(kind, cell[:, 0], cell[:, 1]))
    if len(first) > MOST_PLACES:
        raise InputError(
            f"people stand at more than {MOST_PLACES:,} places",
            file=file,
            remedy="join those of a cell in the plan file: aggregate_m = 20 under [walking]",
        )
    stands = first.copy()
    group = np.repeat(np.arange(len(first)), np.diff(np.append(first, len(kind))))
    level = away == away[first][group]  # as near to the middle as the nearest
    often = times[order[first]]
    crowded = np.flatnonzero(level & (np.bincount(group, weights=level)[group] > 1))
    if len(crowded):
        theirs = order[crowded]
        names = id_.take(pa.array(theirs))
        chosen, many = _foremost(group[crowded], xy[crowded], names, times[theirs])
        stands[group[crowded[chosen]]] = crowded[chosen]
        often[group[crowded[chosen]]] = many
    return Places(
        kinds=kinds,
        kind=kind[first],
        cell=cell[first],
        away=away[first],
        xy=xy[stands],
        id=id_.take(pa.array(order[stands])),
        times=often,
        sums=_carried(np.add.reduceat(sums[order], first, axis=0)),
    )


def _changes(*columns: NDArray[Any]) -> Bools:
    """Tell which rows differ from the row before in any column; the first one does."""
    found = np.ones(len(columns[0]), dtype=np.bool_)
    found[1:] = False
    for column in columns:
        found[1:] |= column[1:] != column[:-1]
    return found


def _keys(kind: Ints, cell: Ints) -> tuple[Ints, ...]:
    """Return what rows of one kind and cell share and others do not: one number where it fits."""
    low = cell.min(axis=0).tolist()
    wide, high = (
        top - least + 1 for top, least in zip(cell.max(axis=0).tolist(), low, strict=True)
    )
    if wide * high * (int(kind.max()) + 1) >= 1 << 62:
        return cell[:, 1], cell[:, 0], kind
    return (((kind * wide) + (cell[:, 0] - low[0])) * high + (cell[:, 1] - low[1]),)


def _foremost(group: Ints, xy: Floats, names: Any, times: Ints) -> tuple[Ints, Ints]:  # noqa: ANN401 - an array of pyarrow
    """Return the row of each group that is farthest west, then south, its name then the first.

    And how many points have its place and name.
    """
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    rows = pa.table({"group": group, "x": xy[:, 0], "y": xy[:, 1], "name": names})
    ascending = [(column, "ascending") for column in rows.column_names]
    at = pc.sort_indices(rows, sort_keys=ascending).to_numpy().astype(np.int64)
    names, group, xy = names.take(pa.array(at)), group[at], xy[at]
    other = _changes(group, xy[:, 0], xy[:, 1])
    other[1:] |= pc.not_equal(names[1:], names[:-1]).to_numpy(zero_copy_only=False)
    runs = np.flatnonzero(other)
    often = np.add.reduceat(times[at], runs)
    foremost = _changes(group[runs])
    return at[runs[foremost]], often[foremost]


def exact(values: Floats) -> Ints:
    """Return (n, 4) int64: numbers from 0 to 10¹⁵ in whole parts of 1, 2⁻²⁶, 2⁻⁵² and 2⁻⁷⁸."""
    parts = np.empty((len(values), _LIMBS), dtype=np.int64)
    for limb in range(_LIMBS):
        whole = np.floor(values)
        parts[:, limb] = whole
        values = (values - whole) * 2.0**_LIMB_BITS
    return parts


def _carried(sums: Ints) -> Ints:
    """Return sums of such parts with each but the first below the one before."""
    for begin in range(0, sums.shape[1], _LIMBS):
        for limb in range(begin + _LIMBS - 1, begin, -1):
            sums[:, limb - 1] += sums[:, limb] >> _LIMB_BITS
            sums[:, limb] &= (1 << _LIMB_BITS) - 1
    return sums


def rounded(sums: Ints) -> Floats:
    """Return sums as numbers; the very same number where one alone was added."""
    value = sums[:, -1].astype(np.float64)
    for limb in range(_LIMBS - 2, -1, -1):
        value = sums[:, limb] + value * 2.0**-_LIMB_BITS
    return value
