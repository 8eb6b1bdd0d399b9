"""Streets that are closed: edges cut exactly where a closed polygon's outline meets them."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from placement.streets.assemble import Edges, gather
from placement.streets.network import Streets, build, transformer
from placement.streets.numbering import GRID, hilbert
from placement.streets.ways import Way

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

type Floats = NDArray[np.float64]

#: Pieces shorter than this, in metres, are what rounding leaves of an outline, not streets.
_CRUMB_M = 1e-6


def close(streets: Streets, polygons: "Iterable[BaseGeometry]") -> Streets:
    """Return the network without what lies in closed polygons.

    Parameters
    ----------
    streets
        The network.
    polygons
        Shapes in the network's coordinate system; what is not a surface closes nothing.

    Returns
    -------
    Streets
        A new network, renumbered; the given one where nothing is touched. What was an island
        before stays one, and nothing becomes one: people cut off by a closure are not moved
        to streets outside it.
    """
    shapes = list(polygons)
    area = shapely.union_all(np.array(shapes, object)) if shapes else shapely.Polygon()
    lines = streets.edge_lines()
    shapely.prepare(area)
    touched = np.flatnonzero(shapely.intersects(area, lines))
    pieces = [
        (int(edge), begin, end)
        for edge in touched
        for begin, end in _open_spans(lines[edge], area)
    ]
    if all(begin == 0.0 and end == lines[edge].length for edge, begin, end in pieces) and len(
        pieces
    ) == len(touched):
        return streets
    whole = np.setdiff1d(np.arange(streets.n_edges), touched)
    return _rebuild(streets, whole, pieces)


def _open_spans(line: "BaseGeometry", area: "BaseGeometry") -> list[tuple[float, float]]:
    """Return the parts of a line outside an area, as metres from its start."""
    vertices = shapely.get_coordinates(line)
    steps = np.hypot(*np.diff(vertices, axis=0).T)
    total = float(steps.sum())
    cuts = [0.0]
    run = 0.0
    for a, b, step in zip(vertices[:-1], vertices[1:], steps, strict=True):
        # piece by piece, so that a line that meets itself is measured along its own course
        met = shapely.intersection(shapely.LineString([a, b]), shapely.boundary(area))
        if not met.is_empty:
            at = np.hypot(*(shapely.get_coordinates(met) - a).T)
            cuts += [run + float(x) for x in at]
        run += float(step)
        cuts.append(run)
    cuts = sorted({min(c, total) for c in cuts})
    spans: list[tuple[float, float]] = []
    for begin, end in zip(cuts[:-1], cuts[1:], strict=True):
        if end - begin <= _CRUMB_M:
            continue
        middle = _at(vertices, steps, 0.5 * (begin + end))
        if shapely.covers(area, shapely.Point(middle)):
            continue
        if spans and begin - spans[-1][1] <= _CRUMB_M:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((begin, end))
    return [
        (begin if begin > _CRUMB_M else 0.0, end if total - end > _CRUMB_M else line.length)
        for begin, end in spans
    ]


def _at(vertices: Floats, steps: Floats, along: float) -> Floats:
    run = np.concatenate([[0.0], np.cumsum(steps)])
    return np.array([np.interp(along, run, vertices[:, axis]) for axis in range(2)])


def _rebuild(
    streets: Streets, whole: NDArray[np.int64], pieces: list[tuple[int, float, float]]
) -> Streets:
    """Number what is left anew: nodes along the curve, edges by their ends."""
    back = transformer(streets.crs, inverse=True)
    # ends are old nodes, or new ones numbered after them
    tail = [int(streets.edge_tail[e]) for e in whole]
    head = [int(streets.edge_head[e]) for e in whole]
    source = [int(e) for e in whole]
    share = [1.0] * len(whole)
    geometry = [streets.edge_xy(int(e)) for e in whole]
    new_xy: list[Floats] = []
    for edge, begin, end in pieces:
        vertices = streets.edge_xy(edge)
        run = streets.vertex_m[streets.vertex_first[edge] : streets.vertex_first[edge + 1]]
        total = float(run[-1])
        inner = vertices[(run > begin) & (run < end)]
        steps = np.diff(run)
        first, last = _at(vertices, steps, begin), _at(vertices, steps, end)
        ends = []
        for at, old, place in (
            (begin, streets.edge_tail[edge], first),
            (end, streets.edge_head[edge], last),
        ):
            if (at == 0.0 and old is streets.edge_tail[edge]) or at in (0.0,) or at >= total:
                ends.append(int(old))
            else:
                ends.append(streets.n_nodes + len(new_xy))
                new_xy.append(place)
        tail.append(ends[0])
        head.append(ends[1])
        source.append(edge)
        share.append((end - begin) / total if total > 0 else 1.0)
        geometry.append(np.vstack([first, inner, last]))
    return _number(streets, tail, head, source, share, geometry, new_xy)
