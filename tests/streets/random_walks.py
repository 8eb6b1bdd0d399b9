"""Random networks with one-way streets, closures and crowds, and points at every place of them."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
import shapely.ops

from placement.streets import Snapped, Streets, snap
from placement.streets.closures import Closure, with_closures, with_crowd, with_pace
from tests.streets.draw import ORIGIN, at, draw

#: Shares of an edge at which a point may stand or a closure may cut it.
SHARES = (0.0, 1e-300, 1e-12, 0.5, 0.3, 1 - 1e-12, 1 - 2**-53, 1.0)


@dataclass(frozen=True, kw_only=True)
class Walks:
    """A network, and points on it."""

    streets: Streets
    sources: Snapped
    targets: Snapped


def draw_walks(seed: int, *, count: int = 9) -> Walks:
    """Draw a network of up to 12 lines, alter it, and put points on it.

    Half of the points stand at junctions and corners of the drawing and are snapped there; the
    others are put at every share of edges, several at one place.
    """
    rng = np.random.default_rng([11, seed])
    lines = []
    places = [(60.0 * (i % 4) + 7.0 * (i % 3), 60.0 * (i // 4) + 5.0 * (i % 2)) for i in range(12)]
    for number in range(rng.integers(2, 13)):
        index = rng.choice(12, rng.integers(2, 5), replace=number % 3 == 0)
        if len(set(index.tolist())) > 1:
            way = {
                "oneway": str(rng.choice(["no", "yes", "yes", "-1"])),
                "class": str(rng.choice(["footway", "steps", "path"])),
                "name": str(rng.choice(["", "A", "B"])),
            }
            lines.append(([places[i] for i in index], way))
    if not lines:
        lines = [([places[0], places[1]], {"oneway": "yes"})]
    with tempfile.TemporaryDirectory() as folder:
        streets = draw(Path(folder), *lines)
    streets = _altered(streets, rng)
    return Walks(
        streets=streets,
        sources=_points(streets, places, rng, count),
        targets=_points(streets, places, rng, count),
    )


def _altered(streets: Streets, rng: np.random.Generator) -> Streets:
    """Slow, crowd and close some of a network, at shares of its edges."""
    if rng.random() < 0.4:
        streets = with_pace(streets, {"path": 0.5, "footway": 1.25})
    closures = [_closure(streets, rng) for _ in range(rng.integers(0, 4))]
    altered = with_closures(streets, closures)
    streets = altered if altered.n_edges else streets
    if rng.random() < 0.4:
        around = shapely.box(*(np.array([30.0, 20.0, 130.0, 90.0]) + np.tile(ORIGIN, 2)))
        streets = with_crowd(streets, [(around, float(rng.choice([1.0, 2.0])))])
    return streets


def _closure(streets: Streets, rng: np.random.Generator) -> Closure:
    """Close an edge from one share of it to another, across, for one direction, or by name."""
    edge = int(rng.integers(streets.n_edges))
    line = streets.edge_lines()[edge]
    begin, end = (float(share) for share in rng.choice(SHARES, 2))
    middle = shapely.line_interpolate_point(line, begin, normalized=True)
    kind = rng.integers(5)
    if kind == 0 and begin != end:
        part = shapely.ops.substring(line, begin, end, normalized=True)
        return Closure(shape=part.buffer(0.5))
    if kind == 1:
        return Closure(shape=middle.buffer(1.0))
    if kind == 2:
        x, y = middle.x, middle.y
        return Closure(shape=shapely.LineString([(x - 3, y - 2), (x, y), (x + 3, y + 2)]))
    if kind == 3:
        return Closure(street=str(rng.choice(["A", "B"])), shape=middle.buffer(40.0))
    if rng.random() < 0.5:
        line = shapely.reverse(line)
    return Closure(shape=line, oneway=True)


def _points(
    streets: Streets, places: list[tuple[float, float]], rng: np.random.Generator, count: int
) -> Snapped:
    at_nodes = streets.node_xy[rng.integers(0, len(streets.node_xy), count)]
    drawn = at(*(places[i] for i in rng.integers(0, len(places), count)))
    snapped = snap(streets, np.where(rng.random((count, 1)) < 0.5, at_nodes, drawn))
    edge, fraction = snapped.edge.copy(), snapped.fraction.copy()
    access = np.where(rng.random(count) < 0.5, snapped.access_s, 0.0)
    free = rng.random(count) < 0.5
    few = rng.integers(-1, streets.n_edges, 3)  # several points on each
    edge[free] = rng.choice(few, free.sum())
    fraction[free] = np.where(edge[free] >= 0, rng.choice(SHARES, free.sum()), 0.0)
    return Snapped(edge=edge, fraction=fraction, access_s=access)
