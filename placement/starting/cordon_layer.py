"""A cordon as GeoJSON: a layer of closures for a plan, with the certificate beside it."""

import json

import numpy as np
import shapely

from placement.arrays import Floats
from placement.plan.shapes import GATE
from placement.review.texts import json_text, number_text, object_text
from placement.starting.cordon import Barrier, Cordon
from placement.streets.network import transformer

_DIGITS = 8  # a millimetre: the shortest closures are a decimetre long


def cordon_text(cordon: Cordon, *, crs: str, attribution: str = "") -> str:
    """Return a cordon as GeoJSON, one closure a line, then the ways that gates leave open.

    Parameters
    ----------
    cordon
        What was found.
    crs
        Coordinate system of its lines.
    attribution
        What is owed for the streets.
    """
    facts = {
        "for": json_text(cordon.traffic),
        "weigh": json_text(cordon.weigh),
        "weight": str(cordon.weight),
        "max_flow": str(cordon.flow),
        "crossing": str(cordon.crossing),
        "sealed": "false" if cordon.breaches else "true",
        "gates": json.dumps(dict(cordon.gates), ensure_ascii=False),
        **({"attribution": json_text(attribution)} if attribution else {}),
    }
    body = ",\n".join(_feature(one, crs) for one in (*cordon.barriers, *cordon.openings))
    top = f'{{"type": "FeatureCollection", "cordon": {object_text(facts)}, "features": ['
    return f"{top}\n{body}\n]}}\n"


def _feature(one: Barrier, crs: str) -> str:
    back = transformer(crs, inverse=True)

    def degrees(xy: Floats) -> Floats:
        return np.round(np.column_stack(back.transform(xy[:, 0], xy[:, 1])), _DIGITS)

    facts = {
        "id": json_text(one.id),
        "name": json_text(one.name),
        "class": json_text(one.street_class),
        "kind": json_text(one.kind),
        "width_m": number_text("width_m", one.width_m, digits=1),
        **(
            {"gate": json_text(one.gate)}
            if one.kind == GATE
            else {"price": number_text("price", one.price, digits=2)}
        ),
        **({} if one.level is None else {"level": json_text(str(one.level))}),
    }
    return object_text(
        {
            "type": '"Feature"',
            "geometry": shapely.to_geojson(shapely.transform(one.line, degrees)),
            "properties": object_text(facts),
        }
    )
