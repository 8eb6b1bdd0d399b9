"""Features of a layer that a plan is begun with, each with its source, and the file of them."""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely

from placement.globe import cut
from placement.plan.background import OSM_LICENCE
from placement.starting.event import degrees
from placement.starting.names import clean_name
from placement.streets.rings import collection_text

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from placement.starting.mapped import Tags

#: The licence of all that comes from OpenStreetMap, and of what the planner drew.
LICENCE, OWN_LICENCE = OSM_LICENCE, "the planner's own"
#: The source of what the planner drew.
PLANNER = "the planner"
_DECIMALS = 7
type Accuracy = Literal["mapped", "derived", "assumed"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Drawn:
    """A feature of a layer.

    Attributes
    ----------
    id, name
        Identifier, in ASCII, and name to show.
    shape
        Its geometry, metres.
    source
        Where it comes from: ``"way/123"`` of OpenStreetMap, or how it was made.
    accuracy
        ``mapped``: as OpenStreetMap draws it, some metres; ``derived``: computed from what is
        mapped; ``assumed``: a figure of this program.
    facts
        Its other columns.
    """

    id: str
    name: str
    shape: "BaseGeometry"
    source: str
    accuracy: Accuracy
    facts: Mapping[str, Any] = field(default_factory=dict)


def name_of(tags: "Tags") -> str:
    """Return the name of what is mapped, fit to be shown; may be empty."""
    return clean_name(tags.get("name") or tags.get("bridge:name") or "")


def layer_text(features: Iterable[Drawn], *, crs: str) -> str:
    """Return features as GeoJSON, one a line, in the order of their identifiers.

    Parameters
    ----------
    features
        In metres of `crs`.
    crs
        Their coordinate system.

    Returns
    -------
    str
        In degrees with seven decimals; what rounding leaves nothing of is left out.
    """
    lines = []
    for one in sorted(features, key=lambda one: one.id):
        shape = cut(degrees(one.shape, crs))
        if shapely.get_dimensions(shape) == 2:
            # on the grid of what is written, so that rounding makes no outline cross itself
            shape = shapely.set_precision(shape, 10.0**-_DECIMALS)
            shape = shapely.orient_polygons(shapely.normalize(shape))
        if shapely.is_empty(shape):
            continue
        shape = shapely.transform(shape, lambda xy: np.round(xy, _DECIMALS) + 0.0)
        properties = {
            "id": one.id, "name": one.name,
            **{key: _plain(value) for key, value in one.facts.items() if value not in ("", None)},
            "source": one.source, "accuracy": one.accuracy,
            "licence": OWN_LICENCE if one.source == PLANNER else LICENCE,
        }  # fmt: skip
        feature = {"type": "Feature", "id": one.id, "properties": properties}
        feature["geometry"] = json.loads(shapely.to_geojson(shape))
        lines.append(json.dumps(feature, ensure_ascii=False, separators=(", ", ": ")))
    return collection_text(lines)


def _plain(value: Any) -> Any:  # noqa: ANN401 - any column
    whole = isinstance(value, float) and math.isfinite(value) and value == int(value)
    return int(value) if whole else value
