"""People of all importers → layers ``demand``, ``areas``, ``arrivals``, and what to doubt."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import shapely

from placement.arrays import Floats
from placement.counts import counted
from placement.errors import InputError, UsageError
from placement.globe import cut
from placement.plan.table import POLYGONS, read_table
from placement.review.texts import json_text, object_text
from placement.starting.demand_arrivals import ProfileRow
from placement.starting.demand_people import Imported, PeopleAt, PeopleIn
from placement.streets.rings import collection_text

DEMAND_FILE, AREAS_FILE, ARRIVALS_FILE = "demand.csv", "areas.geojson", "arrivals.csv"
_DIGITS = 7


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CountedPeople:
    """All people that were found.

    Attributes
    ----------
    imports
        What each importer made.
    profiles
        Arrival profiles.
    doubts
        What is usable but worth a look.
    """

    imports: tuple[Imported, ...]
    profiles: tuple[ProfileRow, ...] = ()
    doubts: tuple[str, ...] = ()

    @property
    def people(self) -> int:
        """The sum."""
        return sum(one.people for one in self.imports)

    @property
    def points(self) -> list[PeopleAt]:
        """All demand points, by identifier."""
        return sorted((one for each in self.imports for one in each.points), key=lambda one: one.id)

    @property
    def areas(self) -> list[PeopleIn]:
        """All areas, by identifier."""
        return sorted((one for each in self.imports for one in each.areas), key=lambda one: one.id)


def count_people(
    imports: Sequence[Imported],
    *,
    profiles: Sequence[ProfileRow] = (),
    water: str | Path | None = None,
    stated: int | None = None,
) -> CountedPeople:
    """Put together what importers made, and say what is doubtful about it.

    Parameters
    ----------
    imports
        What each made.
    profiles
        Arrival profiles.
    water
        Polygons of water, on which nobody stands.
    stated
        How many people there should be in all.

    Raises
    ------
    UsageError
        If there is nothing to count.
    InputError
        If two points or two areas have one identifier, or the water cannot be read.
    """
    if not imports:
        raise UsageError("there is nobody to count; name a source, such as --stations FILE.")
    found = CountedPeople(imports=tuple(imports), profiles=tuple(profiles))
    source = {one.id: each for each in imports for one in each.points}
    source |= {one.id: each for each in imports for one in each.areas}
    for ids in ([one.id for one in found.points], [one.id for one in found.areas]):
        for before, after in pairwise(ids):
            if before == after:
                raise InputError(
                    "occurs twice among what was counted",
                    file=source[after].file,
                    feature=after,
                    field="id",
                    remedy="rename one of the two",
                )
    doubts = [sentence for each in imports for sentence in each.doubts]
    holding = [each for each in imports if each.people]
    if len(holding) > 1:
        names = ", ".join(each.file.name for each in holding)
        doubts.append(f"whoever is in more than one of {names} is counted more than once")
    if water is not None:
        doubts += _on_water(found, Path(water))
    if stated is not None and stated != found.people:
        doubts.append(
            f"{counted(found.people, 'person was', 'people were')} counted, "
            f"{found.people - stated:+,} against the "
            f"{stated:,} that were stated"
        )
    if not found.people:
        doubts.append("nobody was counted")
    return CountedPeople(imports=found.imports, profiles=found.profiles, doubts=tuple(doubts))


def layer_texts(found: CountedPeople) -> Mapping[str, str]:
    """Return the files of the layers, by name; those that nobody is in are left out."""
    texts = {}
    if found.points:
        arrivals = any(one.arrival for one in found.points)
        kinds = {one.id: each.source for each in found.imports for one in each.points}
        rows = [
            (one.id, one.people, one.zone, *((one.arrival,) if arrivals else ()), kinds[one.id],
             f"{one.lon:.{_DIGITS}f}", f"{one.lat:.{_DIGITS}f}")
            for one in found.points
        ]  # fmt: skip
        head = ("id", "people", "zone", *(("arrival",) if arrivals else ()), "source", "lon", "lat")
        texts[DEMAND_FILE] = _csv(head, rows)
    if found.areas:
        kinds = {one.id: each.source for each in found.imports for one in each.areas}
        texts[AREAS_FILE] = collection_text([_area(one, kinds[one.id]) for one in found.areas])
    if found.profiles:
        texts[ARRIVALS_FILE] = _csv(
            ("profile", "begins", "people"),
            [(one.profile, one.begins, one.people) for one in found.profiles],
        )
    return texts


def _csv(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue()


def _area(one: PeopleIn, source: str) -> str:
    facts = {
        "id": json_text(one.id),
        **({"name": json_text(one.name)} if one.name else {}),
        "people": str(one.people),
        "source": json_text(source),
    }
    written = cut(one.shape)

    def rounded(xy: Floats) -> Floats:
        return np.round(xy, _DIGITS)

    short = shapely.transform(written, rounded)
    geometry = json.loads(shapely.to_geojson(short if shapely.is_valid(short) else written))
    return object_text(
        {
            "type": '"Feature"',
            "geometry": json.dumps(geometry),
            "properties": object_text(facts),
        }
    )


def _on_water(found: CountedPeople, file: Path) -> list[str]:
    """Say who stands on water: points on it, and areas of which more than half is."""
    table = read_table(file, layer="water", kinds=POLYGONS)
    water = shapely.union_all(table.lonlat)
    shapely.prepare(water)
    doubts = []
    points = found.points
    wet = [
        one
        for one, on in zip(
            points,
            np.atleast_1d(
                shapely.intersects_xy(water, [p.lon for p in points], [p.lat for p in points])
            ).tolist(),
            strict=True,
        )
        if on
    ]
    if wet:
        doubts.append(
            f"{counted(sum(one.people for one in wet), 'person')} at "
            f"{counted(len(wet), 'point')} stand on water of "
            f"{file.name}, the first {wet[0].id}"
        )
    for one in found.areas:
        share = shapely.area(shapely.intersection(one.shape, water)) / shapely.area(one.shape)
        if share > 0.5:
            doubts.append(
                f"{share:.0%} of area {one.id!r} with {counted(one.people, 'person')} lies on "
                "water of "
                f"{file.name}"
            )
    return doubts
