"""Names to write on the map: streets and bridges along their lines, water, stations.

The page places them where there is room; here they are put in order and kept few enough.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import Voronoi

from placement.arrays import Floats
from placement.globe import transformer
from placement.maps import coding
from placement.maps.background import mapped_stations
from placement.plan.problem import Plan
from placement.plan.shapes import Shape

if TYPE_CHECKING:
    from placement.maps.frame import Frame
    from placement.streets import Streets

LEAST_M = 130.0
"""Shortest street that is named, metres: a name of ten letters at the closest zooms."""
LEAST_BRIDGE_M = 25.0
"""Shortest bridge that is named, metres."""
MOST_LINES = 2_500
"""Most lines that carry a name; the longest of the widest streets are kept."""
_TOLERANCE_M = 4.0
_STATION_KINDS = frozenset({"station", "gare", "subway_entrance", "train_station"})
_CORNERS = 240  # of an outline, when its middle line is sought


def street_names(streets: "Streets", frame: "Frame | None" = None) -> list[list[Any]]:
    """Write the lines that carry the names of streets and bridges, first those that matter most.

    Parameters
    ----------
    streets
        The walking network.
    frame
        Where it is drawn; None draws it where it lies.

    Returns
    -------
    list of list
        ``[name, group, line]``: the position of the class in `coding.STREET_GROUPS`, and steps of
        1e-5 degrees (see `coding.deltas`). Bridges first, then by class and length.
    """
    to_degrees = transformer(streets.crs, "EPSG:4326")
    written: list[list[Any]] = []
    for name, kind, line in named_lines(streets)[:MOST_LINES]:
        xy = shapely.get_coordinates(shapely.simplify(line, _TOLERANCE_M))
        lonlat = np.column_stack(to_degrees.transform(xy[:, 0], xy[:, 1]))
        placed = lonlat if frame is None else frame.places(lonlat)
        written.append([name, kind, coding.deltas(placed, scale=coding.STREET_SCALE)])
    return written


def named_lines(
    streets: "Streets", *, least_m: float = LEAST_M
) -> list[tuple[str, int, shapely.LineString]]:
    """Join the edges of each named street and bridge, first those that matter most.

    Parameters
    ----------
    streets
        The walking network.
    least_m
        Shortest street that is named, metres; bridges have their own, `LEAST_BRIDGE_M`.

    Returns
    -------
    list of tuple
        Name, position of the class in `coding.STREET_GROUPS`, and line in metres. Bridges first,
        then by class and length.
    """
    group = coding.group_of_edges(streets)
    bridge = coding.STREET_GROUPS.index("bridge")
    named = np.flatnonzero(
        np.array([bool(name.strip()) for name in streets.names])[streets.name_code]
    )
    named = named[~streets.tunnel[named] & ~streets.across[named]]
    key = streets.name_code[named].astype(np.int64) * 2 + (group[named] == bridge)
    order = np.argsort(key, kind="stable")
    named, key = named[order], key[order]
    lines = streets.edge_lines()
    found = []
    for edges in np.split(named, np.flatnonzero(np.diff(key)) + 1):
        if len(edges) == 0:
            continue
        name = streets.names[streets.name_code[edges[0]]]
        kind = int(group[edges].max())
        shortest_m = LEAST_BRIDGE_M if kind == bridge else least_m
        merged = shapely.line_merge(shapely.multilinestrings(lines[edges]))
        parts = [one for one in shapely.get_parts(merged) if one.length >= shortest_m]
        if kind == bridge:
            parts = sorted(parts, key=lambda one: (-one.length, one.bounds))[:1]
        found += [(kind, one.length, name, one) for one in parts]
    found.sort(key=lambda one: (-one[0], -one[1], one[2], one[3].bounds))
    return [(name, kind, line) for kind, _, name, line in found]


def water_names(water: Iterable[Shape]) -> list[list[Any]]:
    """Write the middle line of each named water, to carry its name.

    Returns
    -------
    list of list
        ``[name, line]``, steps of 1e-5 degrees.
    """
    written: list[list[Any]] = []
    for shape in water:
        parts = [one for one in shapely.get_parts(shape.lonlat) if one.geom_type == "Polygon"]
        if not shape.name or not parts:
            continue
        line = middle_line(max(parts, key=lambda one: one.area))
        if line is not None:
            written.append([shape.name, coding.deltas(line, scale=coding.STREET_SCALE)])
    return written


def middle_line(polygon: shapely.Polygon) -> Floats | None:
    """Return a long line through the middle of a polygon, (n, 2), or None where there is none.

    The longest way on the Voronoi diagram of points along the outline, as far as it lies inside
    (the skeleton of Brandt and Algazi, 1992, https://doi.org/10.1016/1049-9660(92)90030-7).
    """
    outline = shapely.segmentize(polygon, polygon.length / _CORNERS)
    points = np.unique(shapely.get_coordinates(outline), axis=0)
    if len(points) < 4:
        return None
    # centred, so that the diagram is computed on numbers of its own size
    origin = points.mean(axis=0)
    diagram = Voronoi(points - origin)
    places = diagram.vertices + origin
    ends = np.array([pair for pair in diagram.ridge_vertices if min(pair) >= 0]).reshape(-1, 2)
    shapely.prepare(polygon)
    inside = shapely.contains_xy(polygon, places[:, 0], places[:, 1])
    ends = ends[inside[ends].all(axis=1)]
    if len(ends) == 0:
        return None
    length = np.hypot(*(places[ends[:, 0]] - places[ends[:, 1]]).T)
    graph = coo_array((length + 1e-12, (ends[:, 0], ends[:, 1])), shape=(len(places),) * 2).tocsr()
    start = int(ends[0, 0])
    for _ in range(2):  # from anywhere to one end, from there to the other
        away, before = dijkstra(graph, directed=False, indices=start, return_predecessors=True)
        away[~np.isfinite(away)] = -1.0
        first, start = start, int(away.argmax())
    way = [start]
    while way[-1] != first:
        way.append(int(before[way[-1]]))
    line = places[way]
    if len(line) < 2:
        return None
    simple = shapely.simplify(shapely.LineString(line), polygon.length / 2_000)
    found: Floats = shapely.get_coordinates(simple)
    return found if found[0, 0] <= found[-1, 0] else found[::-1]


def stations(plan: Plan) -> list[list[Any]]:
    """Write the stations of the background and among the sites, each once, by name.

    One that is mapped stands there, as does another that is called the same; one without a place
    of its own in the middle of its exits.

    Returns
    -------
    list of list
        ``[name, longitude, latitude]``; what stands behind a comma in a site's name is the exit.
    """
    sites = plan.problem.sites
    exits: dict[str, list[Sequence[float]]] = {}
    for name, kind, place in zip(sites.name, sites.kind, sites.lonlat.tolist(), strict=True):
        if kind.casefold() in _STATION_KINDS and name:
            exits.setdefault(name.partition(",")[0].strip(), []).append(place)
    mapped = [
        (name, shapely.get_coordinates(shape.lonlat)) for name, shape in mapped_stations(plan)
    ]
    known = {name for name, _ in mapped}
    mapped += [(name, np.array(places)) for name, places in exits.items() if name not in known]
    return [
        [name, *place]
        for name, place in sorted(
            (name, [round(float(value), 6) for value in places.mean(axis=0)])
            for name, places in mapped
        )
    ]
