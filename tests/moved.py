"""The drawn town moved over the globe, drawn there in each way that files draw it."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import shapely
from shapely import affinity

from tests.builders import PLAN, Feature, drawn_layers

type Form = Literal["jumping", "beyond", "split"]
"""Longitudes from 180 to -180, over 180, or cut at the antimeridian as RFC 7946 wants it."""
FORMS: tuple[Form, ...] = ("jumping", "beyond", "split")


def moved_layers(
    east: float,
    north: float,
    *,
    form: Form = "jumping",
    wide: float = 1.0,
    more: Mapping[str, Sequence[Feature]] | None = None,
) -> dict[str, list[Feature]]:
    """Return the town's layers, moved by degrees and stretched from west to east.

    Parameters
    ----------
    east, north
        Degrees, of the town's middle (2.350° E, 48.850° N).
    form
        How what crosses the antimeridian is drawn.
    wide
        Degrees of longitude there for one in the town.
    more
        Further layers, drawn in the town and moved with it.
    """
    return {
        name: [_moved(one, east, north, form, wide) for one in features]
        for name, features in {**drawn_layers(), **(more or {})}.items()
    }


def moved_crs(east: float) -> str:
    """Return a plan file's line: the same coordinate system, turned with the town."""
    return f'crs = "+proj=tmerc +lon_0={(2.35 + east + 180) % 360 - 180:.9f} +datum=WGS84 +units=m"'


def replaced_crs(line: str) -> dict[str, str]:
    """Return what puts another ``crs`` (or none) in the place of the town's."""
    assert 'crs = "EPSG:2154"' in PLAN
    return {'crs = "EPSG:2154"': line}


def turned(lon: float) -> float:
    """Return a longitude from -180 to 180."""
    return round((lon + 180) % 360 - 180, 7)


def _moved(one: Feature, east: float, north: float, form: Form, wide: float) -> Feature:
    found = copy.deepcopy(one)
    kind = found["geometry"]["type"]

    def place(corner: Sequence[float]) -> list[float]:
        lon = 2.35 + (corner[0] - 2.35) * wide + east
        return [round(lon, 7), round(corner[1] + north, 7)]

    def wrap(deep: Any) -> Any:
        return [turned(deep[0]), deep[1]] if isinstance(deep[0], float) else [wrap(x) for x in deep]

    def go(deep: Any) -> Any:
        return place(deep) if isinstance(deep[0], int | float) else [go(part) for part in deep]

    beyond = go(found["geometry"]["coordinates"])
    if form == "split" and kind != "Point":
        whole = shapely.geometry.shape({"type": kind, "coordinates": beyond})
        cut = [
            shapely.intersection(whole, shapely.box(-180, -90, 180, 90)),
            affinity.translate(
                shapely.intersection(whole, shapely.box(180, -90, 540, 90)), xoff=-360
            ),
        ]
        parts = [part for part in cut if not part.is_empty and part.geom_type == kind]
        if len(parts) == 2:
            found["geometry"] = {
                "type": f"Multi{kind}",
                "coordinates": [shapely.geometry.mapping(part)["coordinates"] for part in parts],
            }
            return found
    found["geometry"]["coordinates"] = beyond if form == "beyond" else wrap(beyond)
    return found
