"""Whether a network that was kept can be walked on: checked before compiled loops see it.

Compiled loops index arrays by one another without looking; what they are handed must be sound.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely

from placement.streets.graph import half_edges
from placement.streets.network import Streets

_MOST_M = 1e8  # no plane of the globe is wider
_LIMIT = np.iinfo(np.int32).max


def fault(streets: Streets) -> str | None:
    """Return what is wrong with a network, in a few words, or None.

    Parameters
    ----------
    streets
        The network, its arrays of the right types.

    Returns
    -------
    str or None
        The first fault found. Without one every index is in its range, every number finite, every
        length and time at least 0, edges meet their junctions, and the half-edges are those of the
        edges.
    """
    # each group rests on those before it
    for group in (_sizes, _ranges, _numbers, _joints, _squares):
        for said, holds in group(streets):
            if not holds:
                return said
    return None


def _sizes(streets: Streets) -> Iterator[tuple[str, bool]]:
    nodes, edges, vertices = streets.n_nodes, streets.n_edges, len(streets.vertex_xy)
    yield "it has no junctions or no edges", 0 < nodes < _LIMIT and 0 < edges < _LIMIT
    yield "junctions are missing", len(streets.node_lonlat) == len(streets.component) == nodes
    of_edges = (
        "edge_head", "length_m", "forward_s", "backward_s", "bridge", "tunnel", "across", "level",
        "island", "class_code", "name_code",
    )  # fmt: skip
    for name in of_edges:
        yield f"{name} is not of as many edges as edge_tail", len(getattr(streets, name)) == edges
    first = streets.vertex_first
    yield "vertex_first is not of its edges", len(first) == edges + 1
    yield (
        "vertex_first does not ascend",
        bool(first[0] == 0 and first[-1] == vertices and (np.diff(first) >= 2).all()),
    )


def _ranges(streets: Streets) -> Iterator[tuple[str, bool]]:
    for name, most in (
        ("edge_tail", streets.n_nodes),
        ("edge_head", streets.n_nodes),
        ("component", streets.n_nodes),
        ("class_code", len(streets.classes)),
        ("name_code", len(streets.names)),
    ):
        codes = getattr(streets, name)
        yield f"{name} points nowhere", bool((codes >= 0).all() and (codes < most).all())
    yield "edges are out of order", bool((np.diff(streets.edge_tail) >= 0).all())
    for name in ("bridge", "tunnel", "across", "island"):
        yield (
            f"{name} is not true or false",
            bool((getattr(streets, name).view(np.uint8) < 2).all()),
        )


def _numbers(streets: Streets) -> Iterator[tuple[str, bool]]:
    for name in ("node_xy", "vertex_xy"):
        near = np.abs(getattr(streets, name)) < _MOST_M  # false for what is not a number
        yield f"{name} holds what is no place", bool(near.all())
    lon, lat = np.abs(streets.node_lonlat).T
    yield "node_lonlat holds what is no place", bool((lon <= 180).all() and (lat <= 90).all())
    length = streets.length_m
    # two nodes may lie at one place, and be joined by a street of no length
    yield "length_m is below 0", bool((length >= 0).all() and (length < _MOST_M).all())
    for name in ("forward_s", "backward_s"):
        seconds = getattr(streets, name)
        walked = ~np.isnan(seconds)  # the others are closed that way
        sound = (seconds[walked] >= 0).all() and np.isfinite(seconds[walked]).all()
        yield f"{name} is below 0", bool(sound)


def _joints(streets: Streets) -> Iterator[tuple[str, bool]]:
    begin, end = streets.vertex_first[:-1], streets.vertex_first[1:] - 1
    yield (
        "edges do not begin or end at their junctions",
        np.array_equal(streets.vertex_xy[begin], streets.node_xy[streets.edge_tail])
        and np.array_equal(streets.vertex_xy[end], streets.node_xy[streets.edge_head]),
    )
    again: tuple[Any, ...] = half_edges(
        streets.edge_tail, streets.edge_head, streets.forward_s, streets.backward_s, streets.n_nodes
    )
    for name, array in zip(("first", "head", "walk_s", "half_edge"), again, strict=True):
        kept = getattr(streets, name)
        yield f"{name} is not that of the edges", bool(np.array_equal(kept, array))


def _squares(streets: Streets) -> Iterator[tuple[str, bool]]:
    squares = streets.squares
    for name in ("level", "structure", "pace", "class_code", "name_code"):
        kept = getattr(squares, name)
        yield f"square_{name} is not of as many squares as square_shape", len(kept) == len(squares)
    yield (
        "square_structure is not true or false",
        bool((squares.structure.view(np.uint8) < 2).all()),
    )
    for name, most in (("class_code", len(streets.classes)), ("name_code", len(streets.names))):
        codes = getattr(squares, name)
        yield f"square_{name} points nowhere", bool(((codes >= 0) & (codes < most)).all())
    yield (
        "square_pace is not above 0",
        bool((squares.pace > 0).all() and (squares.pace < 1e8).all()),
    )
    near = np.abs(shapely.get_coordinates(squares.shape)) < _MOST_M
    yield "square_shape holds what is no place", bool(near.all())
    polygons = shapely.get_type_id(squares.shape) == 3
    yield (
        "square_shape holds what is no surface",
        bool(polygons.all() and shapely.is_valid(squares.shape).all()),
    )
