"""Layers in memory: frames and graphs become the same features that files do."""

import numbers
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely

from placement.errors import InputError, UsageError
from placement.reading.csv_table import take_points
from placement.reading.features import (
    WGS84,
    Features,
    Properties,
    of_frame,
)

_STREETS = (
    "give a path, a GeoDataFrame of lines, an OSMnx or NetworkX graph whose nodes have x and y, or "
    "a network of placement.streets"
)
_FRAMES = "give a path, a GeoDataFrame, or a DataFrame with columns 'lon' and 'lat'"
_TABLE = "give the path of a CSV file, or a DataFrame"


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """A layer that is in memory already.

    Attributes
    ----------
    path
        What messages and solutions call it, e.g. ``"sites (GeoDataFrame)"``; there is no such file.
    content
        `Features`, or a street network.
    """

    path: Path
    content: Any

    @property
    def name(self) -> str:
        """What it is called."""
        return self.path.name

    @property
    def features(self) -> Features:
        """Its rows and geometries."""
        found = self.content
        assert isinstance(found, Features)  # noqa: S101 - networks are told apart before
        return found

    def __str__(self) -> str:
        return str(self.path)


type Source = Path | Held
"""Where a layer comes from."""


def source_of(layer: str, given: object) -> Source:
    """Return a layer that was handed in: a path as it is, anything else as features.

    Parameters
    ----------
    layer
        Name of the layer.
    given
        A path, a GeoDataFrame, a DataFrame; for streets also a graph or a network.

    Returns
    -------
    Path or Held

    Raises
    ------
    UsageError
        If it is of another type.
    InputError
        If a frame or a graph cannot be used.
    """
    if isinstance(given, str | Path):
        if not str(given):
            raise UsageError(
                f"the path of the layer {layer!r} is empty; give one, or leave it out."
            )
        return Path(given)
    kind = type(given).__name__
    label = Path(f"{layer} ({kind})")
    if layer == "streets" and is_network(given):
        return Held(label, given)
    if layer == "streets" and _is_graph(given):
        return Held(label, graph_features(given, file=label))
    if not _is_frame(given):
        remedy = {"streets": _STREETS, "arrivals": _TABLE}.get(layer, _FRAMES)
        raise UsageError(f"the layer {layer!r} is of type {kind}: {remedy}.")
    return Held(label, frame_features(given, file=label, places=layer != "arrivals"))


def is_network(given: object) -> bool:
    """Tell a street network by what it has: this package reads, and knows no streets."""
    return all(hasattr(given, name) for name in ("node_xy", "edge_tail", "vertex_xy", "walk_s"))


def _is_graph(given: object) -> bool:
    return all(hasattr(given, name) for name in ("nodes", "edges", "graph", "is_directed"))


def _is_frame(given: object) -> bool:
    return all(hasattr(given, name) for name in ("columns", "iloc", "isna", "index", "drop"))


def frame_features(frame: Any, *, file: Path, places: bool = True) -> Features:  # noqa: ANN401 - pandas is untyped here
    """Turn a frame into features.

    A column ``id`` that is missing is taken from an index of that name.

    Parameters
    ----------
    frame
        A GeoDataFrame with a coordinate system, or a DataFrame with ``lon`` and ``lat``.
    file
        What to call it in messages.
    places
        Whether rows have geometries at all.

    Raises
    ------
    InputError
        If two columns have one name, or there is no geometry or coordinate system.
    """
    names = [str(column) for column in frame.columns]
    if len(set(names)) < len(names):
        raise InputError("names a column twice", file=file, remedy="rename one")
    if "id" not in names and frame.index.name == "id":
        frame = frame.reset_index()
    if hasattr(frame, "crs") and hasattr(frame, "geometry"):
        if frame.crs is None:
            raise InputError(
                "has no coordinate system",
                file=file,
                remedy="set it: frame.set_crs(4326) for longitude and latitude in degrees",
            )
        return of_frame(file, frame)
    rows = _rows(frame)
    if not places:
        nowhere = np.full(len(rows), None, dtype=np.object_)
        return Features(properties=rows, geometries=nowhere, crs=pyproj.CRS(WGS84))
    for wanted in ("lon", "lat"):
        if wanted not in frame.columns:
            raise InputError(
                "is missing",
                file=file,
                field=wanted,
                remedy="give degrees, WGS 84, in the columns 'lon' and 'lat', or a GeoDataFrame",
            )
    return take_points(rows, file, remedy="give degrees")


def _rows(frame: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - pandas is untyped here
    """Return the cells of a frame that hold something, row by row, as Python's own types."""
    missing = frame.isna().to_numpy()
    columns = [str(column) for column in frame.columns]
    cells = [[_own(cell) for cell in frame.iloc[:, at]] for at in range(len(columns))]
    return [
        {column: cells[at][row] for at, column in enumerate(columns) if not missing[row, at]}
        for row in range(len(frame))
    ]


def _own(cell: object) -> object:
    """Turn numpy's scalars into Python's."""
    return cell.item() if isinstance(cell, np.generic) else cell


def graph_features(graph: Any, *, file: Path) -> Features:  # noqa: ANN401 - networkx is optional
    """Turn a walking graph of OSMnx or NetworkX into lines.

    Nodes have ``x`` and ``y`` in the coordinate system ``graph.graph["crs"]`` (degrees, WGS 84,
    where it says none); edges may have a ``geometry`` and OpenStreetMap's keys, ``highway`` among
    them. An edge of a directed graph that has no way back is walked in its direction only. Lengths
    are measured along the geometry, as for files.

    Raises
    ------
    InputError
        If the graph has no edges, a node has no position, or its coordinate system is unknown.
    """
    place = {node: _position(node, facts, file) for node, facts in graph.nodes(data=True)}
    lines: dict[bytes, tuple[Any, dict[str, Any]]] = {}
    walked: dict[bytes, set[int]] = {}
    for tail, head, facts in graph.edges(data=True):
        line = _line(place[tail], place[head], facts.get("geometry"), (tail, head), file)
        sense = 1
        if facts.get("reversed") is True:  # keys such as incline mean the way as it was drawn
            line, sense = line.reverse(), -1
        way, back = shapely.to_wkb(line), shapely.to_wkb(line.reverse())
        if way not in lines and back in lines:
            way, sense = back, -sense
        lines.setdefault(way, (line, dict(_keys(facts))))
        walked.setdefault(way, set()).add(sense)
    if not lines:
        raise InputError("has no edges", file=file, remedy="give a graph of streets people walk on")
    rows: list[Properties] = []
    for way, (_, keys) in lines.items():
        on_foot = "oneway:foot"
        if "highway" not in keys:
            keys = {"class": "footway", **keys}
            keys.pop("oneway", None)  # the edges say who walks which way
            on_foot = "oneway"
        if graph.is_directed() and len(walked[way]) == 1:
            keys[on_foot] = "yes" if walked[way] == {1} else "-1"
        rows.append(keys)
    geometries = np.empty(len(lines), dtype=np.object_)
    geometries[:] = [line for line, _ in lines.values()]
    return Features(properties=rows, geometries=geometries, crs=_graph_crs(graph, file))


def _position(node: object, facts: Mapping[str, Any], file: Path) -> tuple[float, float]:
    """Return where a node lies."""
    found = []
    for key in ("x", "y"):
        value = facts.get(key)
        if not isinstance(value, numbers.Real) or isinstance(value, bool):
            raise InputError(
                "is missing" if value is None else f"is not a number: {value!r}",
                file=file,
                feature=f"node {node}",
                field=key,
                remedy="give every node x and y, as OSMnx does",
            )
        found.append(float(value))
    return found[0], found[1]


def _line(
    tail: tuple[float, float],
    head: tuple[float, float],
    given: Any,  # noqa: ANN401 - whatever the edge holds
    edge: tuple[object, object],
    file: Path,
) -> Any:  # noqa: ANN401 - shapely is untyped here
    """Return the line of an edge from its tail to its head, which it meets exactly."""
    if given is None:
        return shapely.LineString([tail, head])
    if not isinstance(given, shapely.LineString) or given.is_empty:
        raise InputError(
            f"is of type {type(given).__name__}",
            file=file,
            feature=f"edge {edge[0]} to {edge[1]}",
            field="geometry",
            remedy="give a shapely LineString, or none for a straight street",
        )
    xy = shapely.get_coordinates(given)
    ends = np.array([tail, head])
    ahead = np.hypot(*(xy[[0, -1]] - ends).T).sum()
    if np.hypot(*(xy[[-1, 0]] - ends).T).sum() < ahead:  # undirected graphs keep one of the two
        xy = xy[::-1]
    return shapely.LineString(np.concatenate([ends[:1], xy[1:-1], ends[1:]]))


def _keys(facts: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what an edge says about itself, without its drawing and without what is missing."""
    for key, value in facts.items():
        plain = _own(value)
        if str(key) in {"geometry", "length"} or plain is None:
            continue
        if isinstance(plain, float) and np.isnan(plain):
            continue
        yield str(key), plain


def _graph_crs(graph: Any, file: Path) -> pyproj.CRS:  # noqa: ANN401 - networkx is optional
    """Return the coordinate system of a graph's nodes."""
    given = graph.graph.get("crs")
    if given is None:
        return pyproj.CRS(WGS84)
    try:
        return pyproj.CRS.from_user_input(given).to_2d()
    except pyproj.exceptions.CRSError:
        raise InputError(
            f"{given!r} is not a known coordinate system",
            file=file,
            field="crs",
            remedy='set graph.graph["crs"], for example to "EPSG:4326"',
        ) from None
