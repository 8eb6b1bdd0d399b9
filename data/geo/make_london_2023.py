"""Write the layers of London's New Year's Eve from the facts in ``drawing/london.py``.

Run it from anywhere: ``python data/geo/make_london_2023.py [FOLDER]``. The same facts give the same
bytes.
"""

import sys
from pathlib import Path

from drawing import london
from drawing.layers import feature, polygon, river, street_features, strip, write
from drawing.network import (
    BRIDGE_LEVEL,
    LONDON,
    STREET_LEVEL,
    Quay,
    at_grade,
    begin,
    bridges,
    lonlat,
    read_quay,
    rows,
    way,
)
from shapely.geometry import LineString

HERE = Path(__file__).resolve().parent / "london-2023"
DECK_M = 11.0  # half of a bridge's deck
ENDS_M = 25.0  # of a bridge, kept free
GATES = {  # kind of site: open cost, least and most lanes (A)
    "avenue": (14, 4, 16),
    "street mouth": (10, 2, 8),
}


def areas(banks: dict[str, Quay]) -> list[dict[str, object]]:
    """Return the viewing areas: the road and pavement of an embankment, or the deck of a bridge."""
    decks = {line.name: LineString(line.points) for line in bridges(london.BRIDGES)}
    features = []
    for name, sold, scanned, english, french, where in rows(london.AREAS):
        kind, rest = where.split(maxsplit=1)
        if kind == "bridge":
            deck = decks[rest]
            free = [deck.interpolate(d) for d in (ENDS_M, deck.length - ENDS_M)]
            shape = LineString(free).buffer(DECK_M, cap_style="flat")
        else:
            quay = banks[kind]
            edge = min(quay.width) - 2
            shape = strip(quay, way(rest), near=edge, far=-8.0)
        properties = {
            "id": name,
            "name": english,
            "name_en": english,
            "name_fr": french,
            "kind": "box",
            "zone": name,
            "people": int(sold),
            "scanned": int(scanned),
            "level": BRIDGE_LEVEL if kind == "bridge" else STREET_LEVEL,
        }
        features.append(feature(name, polygon(shape), properties))
    return features


def gates() -> list[dict[str, object]]:
    """Return the places where people of a ticket colour could be let in."""
    features = []
    for _, name, title, kind, at in rows(london.GATES):
        opening, least, most = GATES[kind]
        properties = {
            "id": name,
            "name": title,
            "kind": kind,
            "level": STREET_LEVEL,
            "resources": "checkpoint",
            "open_cost_checkpoint": opening,
            "min_units_checkpoint": least,
            "max_units_checkpoint": most,
        }
        geometry = {"type": "Point", "coordinates": lonlat(*way(at))}
        features.append(feature(name, geometry, properties))
    return features


def main(folder: Path) -> None:
    """Write all layers to a folder."""
    begin(LONDON, london.PLACES)
    banks = {
        "north": read_quay(london.NORTH_BANK, side=1.0),
        "south": read_quay(london.SOUTH_BANK, side=-1.0),
    }
    net = at_grade(tuple(banks.values()), london.STREETS) + bridges(london.BRIDGES)
    write(folder, "streets.geojson", street_features(net))
    write(folder, "areas.geojson", areas(banks))
    thames = {"id": "thames", "name": "Thames"}
    write(
        folder,
        "thames.geojson",
        [
            feature(
                "thames", polygon(river({"right": banks["north"], "left": banks["south"]})), thames
            )
        ],
    )
    line = {"type": "LineString", "coordinates": [lonlat(p) for p in way(london.ROUTE)]}
    write(
        folder, "route.geojson", [feature("fireworks", line, {"id": "fireworks", "name": "Barges"})]
    )
    write(folder, "sites.geojson", gates())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
