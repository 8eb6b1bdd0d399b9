"""A walking graph of an OpenStreetMap extract, written from docs/explanation/streets.md alone.

It shares no code with the program: osmium reads, pyproj measures, shapely looks across squares, and
networkx finds the shortest walk. Every vertex of a way is a node here.
"""

import math
from collections import defaultdict
from itertools import combinations, pairwise, permutations
from pathlib import Path

import networkx as nx
import numpy as np
import osmium
import pyproj
import shapely

SPEED_M_S, UP, DOWN, LIFT_S = 1.34, 0.50, 0.67, 45.0
STAIRS = 2 / (1 / UP + 1 / DOWN)
GEOD = pyproj.Geod(ellps="WGS84")
WALKED = frozenset(
    {
        "footway",
        "path",
        "pedestrian",
        "steps",
        "track",
        "cycleway",
        "bridleway",
        "corridor",
        "platform",
        "pier",
        "elevator",
        "living_street",
        "residential",
        "service",
        "unclassified",
        "road",
        "crossing",
        "trail",
        "ladder",
        "tertiary",
        "tertiary_link",
        "secondary",
        "secondary_link",
        "primary",
        "primary_link",
    }
)
BY_TAG = {"trunk", "trunk_link", "busway", "bus_guideway"}
YES = frozenset(
    {"yes", "designated", "permissive", "official", "public", "destination", "customers"}
)
NO = frozenset(
    {
        "no",
        "private",
        "use_sidepath",
        "military",
        "forestry",
        "agricultural",
        "delivery",
        "permit",
        "employees",
        "residents",
        "emergency",
        "service",
    }
)
SURFACES = {"pedestrian", "footway", "corridor", "path", "living_street"}


def let_in(tags):
    """Say whether walkers may, by `foot` before `access`; None where neither says."""
    for key in ("foot", "access"):
        if tags.get(key) in YES | NO:
            return tags[key] in YES
    return None


def kind_of(tags):
    """Return the class of a way that is walked, else None."""
    kind = tags.get("highway")
    if kind is None and "platform" in {tags.get("railway"), tags.get("public_transport")}:
        kind = "platform"
    if kind is None and tags.get("man_made") == "pier":
        kind = "pier"
    if kind is None or let_in(tags) is False:
        return None
    if tags.get("motorroad") == "yes" or kind not in WALKED | BY_TAG:
        return kind if tags.get("foot") in YES else None
    if kind in BY_TAG and tags.get("foot") not in YES:
        sides = [tags.get(f"sidewalk{side}") for side in ("", ":both", ":left", ":right")]
        return kind if {"yes", "both", "left", "right"} & set(sides) else None
    return kind


def speeds(tags, kind):
    """Return metres a second along and against a way, 0 where it is not walked so."""
    there = back = SPEED_M_S
    incline = tags.get("incline", "")
    moving = kind == "steps" and tags.get("conveying", "no") != "no"
    if kind == "steps":
        there = back = STAIRS
        rises = incline == "up" or (incline[:1].isdigit() and float(incline.rstrip("%°")) > 0)
        falls = incline == "down" or incline.startswith("-")
        if not moving and (rises or falls):
            there, back = (UP, DOWN) if rises else (DOWN, UP)
    elif incline.rstrip("%").replace(".", "").lstrip("-").isdigit():
        slope = float(incline.rstrip("%")) / 100
        there, back = (
            SPEED_M_S * min(1.0, math.exp(-3.5 * (abs(s + 0.05) - 0.05))) for s in (slope, -slope)
        )
    oneway = tags.get("oneway:foot")
    if oneway is None and kind == "steps":
        oneway = tags.get("oneway")
        if oneway is None and moving:
            oneway = {"forward": "yes", "backward": "-1"}.get(tags["conveying"])
    if oneway in {"yes", "true", "1"} or tags.get("foot:backward") == "no":
        back = 0.0
    if oneway in {"-1", "reverse"} or tags.get("foot:forward") == "no":
        there = 0.0
    return there, back


def is_square(tags, *, drawn_whole=False):
    """Say whether a closed way, or a multipolygon (`drawn_whole`), is a surface to walk across."""
    kind = kind_of(tags)
    if kind in {"platform", "pier"}:
        return tags.get("area") != "no"
    return kind in SURFACES and (drawn_whole or tags.get("area") == "yes")


def walking_graph(file: Path):  # noqa: PLR0912 - one branch a kind of object
    """Return the graph (weights in seconds, `free` on what crosses a square or is a lift).

    Beside it where its nodes lie, those that are no fair ends of a walk (of bridges, tunnels and
    squares), and the rings of the squares on the ground.
    """
    graph, place, ends, lines = nx.DiGraph(), {}, set(), {}
    closed, lifts, squares, ground, on_way = set(), set(), [], [], defaultdict(int)
    for one in osmium.FileProcessor(str(file)).with_locations().with_areas():
        tags = dict(one.tags)
        if one.is_node():
            if tags.get("foot") in NO or ("barrier" in tags and let_in(tags) is False):
                closed.add(one.id)
            if tags.get("highway") == "elevator":
                lifts.add(one.id)
        elif one.is_way():
            lines[one.id] = [
                (n.ref, (n.lon, n.lat) if n.location.valid() else None) for n in one.nodes
            ]
            walk_along(graph, place, ends, on_way, lines[one.id], tags)
        elif one.is_relation() and tags.get("type") == "multipolygon":
            if is_square(tags, drawn_whole=True):  # its outline is walked, all there or not
                for line in (lines.get(m.ref, []) for m in one.members if m.type == "w"):
                    along(graph, place, line, SPEED_M_S, SPEED_M_S, free=True)
                    ends |= {ref for ref, _ in line}
        elif one.is_area() and is_square(tags, drawn_whole=not one.from_way()):
            for outer in one.outer_rings():
                squares.append([ring_of(outer), *map(ring_of, one.inner_rings(outer))])
                ground += [] if is_raised(tags) else squares[-1:]
    for ring in (ring for rings in squares for ring in rings):
        for ref, _ in ring[:-1]:
            on_way[ref] += 1
            ends.add(ref)
    nodes = list(place)
    points = shapely.STRtree(shapely.points([place[ref] for ref in nodes]))
    for rings in squares:
        across(graph, place, rings, on_way)
        # who stands there sees more than the streets that meet there
        ends |= {nodes[at] for at in points.query(surface_of(rings), predicate="intersects")}
    for a, b, edge in graph.edges(data=True):
        stops = (a in lifts) + (b in lifts)
        edge["weight"] += stops * LIFT_S / 2
        edge["free"] |= stops > 0
    graph.remove_nodes_from(closed)
    return graph, place, ends, ground


def walk_along(graph, place, ends, on_way, line, tags):
    """Walk along a way of the file, if it is walked at all."""
    kind = kind_of(tags)
    if kind is None:
        return
    loop = line[0][0] == line[-1][0]
    for ref, _ in line[: -1 if loop else None]:
        on_way[ref] += not (loop and is_square(tags))
    raised = is_raised(tags)
    ends |= {ref for ref, _ in line} if raised else set()
    lift = kind == "elevator"
    wait_s = LIFT_S * lift
    along(graph, place, line, *speeds(tags, kind), free=lift, wait_s=wait_s, raised=raised)


def is_raised(tags):
    """Say whether something is a bridge or a tunnel, or tells a level."""
    told = any(tags.get(key, "no") != "no" for key in ("bridge", "tunnel"))
    return told or bool({"layer", "level"} & set(tags))


def along(graph, place, line, there, back, **more):
    """Join the nodes of a line one after the other, but for those that the file does not hold."""
    for (a, at), (b, to) in pairwise(line):
        if at and to:
            place[a], place[b] = at, to
            join(graph, place, a, b, there, back, **more)


def ring_of(ring):
    """Return the nodes of a ring, closed."""
    return [(n.ref, (n.lon, n.lat)) for n in ring]


def surface_of(rings):
    """Return the polygon of an outline and its holes, degrees."""
    outer, *holes = ([at for _, at in ring] for ring in rings)
    return shapely.Polygon(outer, holes)


def join(graph, place, a, b, there, back, *, free=True, wait_s=0.0, raised=False):
    """Join two nodes by a straight line, the quicker where they are joined already."""
    metres = GEOD.inv(*place[a], *place[b])[2]
    for tail, head, speed in ((a, b, there), (b, a, back)):
        seconds = metres / speed + wait_s if speed else math.inf
        if seconds < graph.get_edge_data(tail, head, {"weight": math.inf})["weight"]:
            graph.add_edge(tail, head, weight=seconds, free=free, raised=raised)


def across(graph, place, rings, on_way):
    """Walk a square's outline and holes, and straight across wherever its surface lets one."""
    outer = rings[0]
    for ring in rings:
        along(graph, place, ring, SPEED_M_S, SPEED_M_S)
    surface = surface_of(rings)
    if not surface.is_valid:
        return
    # entries, and the corners that a shortest walk may turn at: it turns at no others
    stops = {ref for ring in rings for ref, _ in ring if on_way[ref] > 1}
    for ring in rings:
        turn = np.sign(shapely.LinearRing([at for _, at in ring]).is_ccw - 0.5)
        inner = -1 if ring is outer else 1
        flat = [np.array(at) for _, at in ring[:-1]]
        for n, (ref, _) in enumerate(ring[:-1]):
            one, two = flat[n] - flat[n - 1], flat[(n + 1) % len(flat)] - flat[n]
            if (one[0] * two[1] - one[1] * two[0]) * turn * inner > 0:
                stops.add(ref)
    stops = sorted(ref for ref in stops if ref in place)
    pairs = list(combinations(stops, 2))
    if not pairs:
        return
    lines = shapely.linestrings([[place[a], place[b]] for a, b in pairs])
    grown = surface.buffer(1e-9)  # a tenth of a millimetre: lines along the outline lie on it
    shapely.prepare(grown)
    for (a, b), inside in zip(pairs, shapely.covers(grown, lines), strict=True):
        if inside:
            join(graph, place, a, b, SPEED_M_S, SPEED_M_S)


def stand(graph, place, squares, people):
    """Join people on squares to every corner in sight, to one another, and to the nearest line.

    `people` are places by name; they leave from that node and come to the node (name,), so that
    nobody walks by way of anybody.
    """
    narrow = math.cos(math.radians(np.mean([at[1] for at in people.values()])))
    flat = {node: (at[0] * narrow, at[1]) for node, at in {**place, **people}.items()}
    pairs = [(a, b) for a, b, edge in graph.edges(data=True) if not edge.get("raised")]
    lines = shapely.linestrings([[flat[a], flat[b]] for a, b in pairs])
    tree = shapely.STRtree(lines)
    place |= people | {(one,): at for one, at in people.items()}
    for one in people:
        at = shapely.Point(flat[one])
        nearest = tree.nearest(at)
        line, (a, b) = lines[nearest], pairs[nearest]
        share, foot = line.project(at, normalized=True), line.interpolate(line.project(at))
        off = GEOD.inv(*place[one], foot.x / narrow, foot.y)[2] / SPEED_M_S
        for tail, head, part in ((a, b, share), (b, a, 1 - share)):
            if graph.has_edge(tail, head):
                seconds = graph.edges[tail, head]["weight"]
                graph.add_edge(one, head, weight=off + (1 - part) * seconds, free=True)
                graph.add_edge(tail, (one,), weight=off + part * seconds, free=True)
    for outer, *holes in squares:
        surface = surface_of([outer, *holes])
        if not surface.is_valid:
            continue
        grown = surface.buffer(1e-7)  # what coordinates of the file are rounded to
        shapely.prepare(grown)
        here = [one for one, at in people.items() if grown.covers(shapely.Point(at))]
        corners = {ref for ring in (outer, *holes) for ref, _ in ring if ref in graph}
        ends = [(one, ref) for one in here for ref in sorted(corners)]
        ends += [(ref, (one,)) for one, ref in ends]
        ends += [(one, (other,)) for one, other in permutations(here, 2)]
        if ends:
            sight = shapely.linestrings([[place[a], place[b]] for a, b in ends])
            for (a, b), seen in zip(ends, shapely.covers(grown, sight), strict=True):
                if seen:
                    join(graph, place, a, b, SPEED_M_S, 0.0)
