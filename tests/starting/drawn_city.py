"""A small town as OpenStreetMap would hold it: a coast, a river with a bridge, a square, a railway.

Metres from 24.95° E, 60.17° N, north and east; written as OSM XML. The coast runs along y = -400
with the sea to the south; the river flows along x = 300, 40 m wide, from the north to the sea.
"""

import json
import math
from collections.abc import Callable, Iterable
from pathlib import Path
from xml.sax.saxutils import quoteattr

LON, LAT = 24.95, 60.17
M_LAT = 111_412.0
M_LON = 111_412.0 * math.cos(math.radians(LAT)) * 1.00251
type Xy = tuple[float, float]

#: Nodes with tags, and ways: identifiers as they first were.
NODES: dict[int, tuple[Xy, dict[str, str]]] = {}
WAYS: dict[int, tuple[list[int], dict[str, str]]] = {}


def _node(number: int, xy: Xy, **tags: str) -> int:
    NODES[number] = (xy, tags)
    return number


def _draw() -> None:
    """Draw a grid of streets 100 m apart, and all that lies between them."""
    for row in range(-3, 4):
        for column in range(-5, 6):
            _node(1000 + 20 * (row + 3) + column + 5, (100.0 * column, 100.0 * row))

    def at(column: int, row: int) -> int:
        return 1000 + 20 * (row + 3) + column + 5

    for row in range(-3, 4):
        tags = {"highway": "residential", "name": f"Rua {row + 4}"}
        WAYS[100 + row] = ([at(column, row) for column in range(-5, 3)], tags)
        WAYS[120 + row] = ([at(column, row) for column in range(4, 6)], dict(tags))
    for column in range(-5, 6):
        if column != 3:
            tags = {"highway": "tertiary", "name": f"Avenida {column + 6}", "lanes": "2"}
            tags |= {"sidewalk": "both"} if column == 0 else {}
            WAYS[200 + column] = ([at(column, row) for row in range(-3, 4)], tags)
    bridge = {"highway": "residential", "bridge": "yes", "layer": "1", "name": "Ponte Nova"}
    WAYS[300] = ([at(2, 0), at(4, 0)], bridge)
    corners = [(105.0, 5.0), (195.0, 5.0), (195.0, 95.0), (105.0, 95.0)]
    rim = [_node(2000 + i, xy) for i, xy in enumerate(corners)]
    square = {"highway": "pedestrian", "area": "yes", "name": "Praça Grande"}
    WAYS[400] = ([*rim, rim[0]], square)
    for i, corner in enumerate(((1, 0), (2, 0), (2, 1), (1, 1))):
        WAYS[410 + i] = ([rim[i], at(*corner)], {"highway": "footway", "width": "4"})
    _node(3000, (-60.0, 0.0), railway="subway_entrance", ref="A")
    _node(3001, (-50.0, 30.0), railway="station", name="Estação Velha")
    # a park fence along y = 150 with a gate on a path
    gate = _node(3100, (-150.0, 150.0), barrier="gate")
    fence = [_node(3101, (-190.0, 150.0)), gate, _node(3102, (-110.0, 150.0))]
    WAYS[500] = (fence, {"barrier": "fence"})
    ends = [_node(3103, (-150.0, 100.0)), gate, _node(3104, (-150.0, 200.0))]
    WAYS[501] = (ends, {"highway": "path", "est_width": "3", "name": "Trilho"})
    WAYS[101][0].insert(4, 3103)
    WAYS[102][0].insert(4, 3104)
    line = [_node(3200 + i, (x, 250.0)) for i, x in enumerate((-600.0, -100.0, 100.0, 600.0))]
    WAYS[600] = (line[:2], {"railway": "rail"})
    WAYS[601] = (line[1:3], {"railway": "rail", "tunnel": "yes", "layer": "-1"})
    WAYS[602] = (line[2:], {"railway": "rail", "layer": "0"})
    coast = [_node(3300 + i, (x, -400.0)) for i, x in enumerate((700.0, 0.0, -700.0))]
    # OpenStreetMap draws land to the left: westwards, the land is south; so this one runs east
    WAYS[700] = (coast[::-1], {"natural": "coastline"})
    banks = [(280.0, -450.0), (320.0, -450.0), (320.0, 600.0), (280.0, 600.0)]
    ring = [_node(3400 + i, xy) for i, xy in enumerate(banks)]
    WAYS[800] = ([*ring, ring[0]], {"natural": "water", "water": "river", "name": "Rio"})


_draw()


def lonlat(xy: Xy) -> tuple[float, float]:
    return LON + xy[0] / M_LON, LAT + xy[1] / M_LAT


def write_city(
    path: Path,
    *,
    leave_out: Iterable[int] = (),
    renumber: Callable[[int], int] = lambda number: number,
    reverse: bool = False,
    names: dict[int, str] | None = None,
    bounds: bool = True,
) -> Path:
    """Write the town: without some ways, with other identifiers, with its rows turned round."""
    dropped = set(leave_out)
    used = {node for way, (nodes, _) in WAYS.items() if way not in dropped for node in nodes}
    rows = []
    order = sorted(NODES, reverse=reverse)
    for number in order:
        xy, tags = NODES[number]
        if number in used or tags:
            lon, lat = lonlat(xy)
            rows.append(
                f'<node id="{number}" version="1" lon="{lon:.7f}" lat="{lat:.7f}">'
                f"{_tags(tags)}</node>"
            )
    for number in sorted(WAYS, reverse=reverse):
        if number in dropped:
            continue
        nodes, tags = WAYS[number]
        if names and number in names:
            tags = {**tags, "name": names[number]}
        inside = "".join(f'<nd ref="{node}"/>' for node in nodes)
        rows.append(f'<way id="{renumber(number)}" version="1">{inside}{_tags(tags)}</way>')
    (west, south), (east, north) = lonlat((-550.0, -450.0)), lonlat((550.0, 350.0))
    box = (
        f'<bounds minlat="{south:.7f}" minlon="{west:.7f}" '
        f'maxlat="{north:.7f}" maxlon="{east:.7f}"/>'
        if bounds else ""
    )  # fmt: skip
    body = "\n".join([box, *rows])
    path.write_text(f'<?xml version="1.0"?>\n<osm version="0.6">\n{body}\n</osm>\n', "utf-8")
    return path


def _tags(tags: dict[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())


def write_route(path: Path, *places: Xy, kind: str = "LineString", name: str = "Desfile") -> Path:
    """Write a route, or with another kind of geometry what is none."""
    corners = ", ".join(f"[{lon:.7f}, {lat:.7f}]" for lon, lat in map(lonlat, places))
    coordinates = {"LineString": f"[{corners}]", "Polygon": f"[[{corners}]]"}[kind]
    path.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": '
        f'{{"name": {json.dumps(name)}}}, "geometry": {{"type": "{kind}", "coordinates": '
        f"{coordinates}}}}}]}}\n",
        "utf-8",
    )
    return path


def write_line(path: Path, places: Iterable[Xy]) -> Path:
    """Write a route in degrees."""
    line = {"type": "LineString", "coordinates": [list(place) for place in places]}
    feature = {"type": "Feature", "properties": {"name": "Parade"}, "geometry": line}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    return path


def write_empty(path: Path) -> Path:
    path.write_text('{"type": "FeatureCollection", "features": []}\n', "utf-8")
    return path
