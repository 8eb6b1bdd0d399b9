"""The street network as arrays: what is walkable, how long it takes, its connected parts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pyproj
from numpy.typing import NDArray

from placement import globe
from placement.arrays import Bools, Floats, Ints
from placement.errors import InputError
from placement.streets.assemble import Edges
from placement.streets.graph import connected_parts, half_edges
from placement.streets.numbering import GRID
from placement.streets.surfaces import NOTHING, Surfaces, surfaces_of

#: A part with less than this share of the largest part's length is an island: nothing is snapped
#: to it, or a point would be lost on a courtyard's path that leads nowhere [A].
ISLAND_SHARE = 0.02


@dataclass(frozen=True, eq=False, kw_only=True)
class Streets:
    """A walking network: V junctions, E edges, H half-edges, immutable.

    Nodes are numbered along a Hilbert curve, ties by coordinate, and edges by their ends, so that
    the order of the file's rows never matters.

    Attributes
    ----------
    crs
        Coordinate system of all metres.
    source
        Name of the file, without its folder.
    speed_m_s
        Walking speed on the level.
    step_free
        Whether steps and escalators were left out.
    node_xy
        (V, 2) float64, metres.
    node_lonlat
        (V, 2) float64, degrees.
    edge_tail, edge_head
        (E,) int32.
    length_m
        (E,) float64, on the WGS 84 ellipsoid.
    forward_s, backward_s
        (E,) float64, seconds from tail to head and back; NaN where not walkable that way.
    vertex_first
        (E + 1,) int64, where each edge's geometry starts in ``vertex_xy``.
    vertex_xy
        (., 2) float64, metres, from tail to head, both included.
    bridge, tunnel
        (E,) bool.
    across
        (E,) bool, straight ways across squares.
    level
        (E,) int64.
    island
        (E,) bool, edges of small parts that nothing is snapped to.
    class_code, name_code
        (E,) int32, positions in `classes` and `names`.
    classes, names
        Distinct values, sorted.
    component
        (V,) int32, connected part; 0 is the one with most nodes.
    first
        (V + 1,) int64, half-edges by the node they leave.
    head
        (H,) int32, where each half-edge leads.
    walk_s
        (H,) float64, seconds.
    half_edge
        (H,) int32, the edge it belongs to.
    squares
        Surfaces on which people walk any way they like.
    dropped
        How many lines of the file were left out, by reason.
    unused
        Columns of the file that say nothing about walking.
    attribution
        What is owed to those who made the data, as their licence asks; empty for drawn streets.
    """

    crs: str
    source: str
    speed_m_s: float
    step_free: bool = False
    node_xy: Floats
    node_lonlat: Floats
    edge_tail: NDArray[np.int32]
    edge_head: NDArray[np.int32]
    length_m: Floats
    forward_s: Floats
    backward_s: Floats
    vertex_first: Ints
    vertex_xy: Floats
    bridge: Bools
    tunnel: Bools
    across: Bools
    level: Ints
    island: Bools
    class_code: NDArray[np.int32]
    classes: tuple[str, ...]
    name_code: NDArray[np.int32]
    names: tuple[str, ...]
    component: NDArray[np.int32]
    first: Ints
    head: NDArray[np.int32]
    walk_s: Floats
    half_edge: NDArray[np.int32]
    squares: Surfaces = NOTHING
    dropped: Mapping[str, int] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    attribution: str = ""

    def __post_init__(self) -> None:
        for value in self.__dict__.values():
            if isinstance(value, np.ndarray):
                value.flags.writeable = False

    @property
    def n_nodes(self) -> int:
        """Number of junctions."""
        return len(self.node_xy)

    @property
    def n_edges(self) -> int:
        """Number of edges."""
        return len(self.edge_tail)

    @cached_property
    def edge_class(self) -> NDArray[np.str_]:
        """(E,) class of each edge, as text."""
        return _texts(self.classes, self.class_code)

    @cached_property
    def name(self) -> NDArray[np.str_]:
        """(E,) name of each edge, may be empty."""
        return _texts(self.names, self.name_code)

    @cached_property
    def vertex_m(self) -> Floats:
        """(.,) metres in the plane from the edge's tail to each vertex of ``vertex_xy``."""
        step = np.zeros(len(self.vertex_xy))
        step[1:] = np.hypot(*np.diff(self.vertex_xy, axis=0).T)
        step[self.vertex_first[:-1]] = 0.0
        total = np.cumsum(step)
        result = total - np.repeat(total[self.vertex_first[:-1]], np.diff(self.vertex_first))
        result.flags.writeable = False
        return result

    @cached_property
    def reversed_half_edges(
        self,
    ) -> tuple[Ints, NDArray[np.int32], Floats, NDArray[np.int32]]:
        """``first, head, walk_s, half_edge`` of the network walked backwards."""
        result = half_edges(
            self.edge_tail, self.edge_head, self.backward_s, self.forward_s, self.n_nodes
        )
        for array in result:
            array.flags.writeable = False
        return result

    @cached_property
    def search_tables(self) -> tuple[Ints, Floats, Floats]:
        """Where each node's edges start, (V + 1,), and times with what is closed as endless."""
        first = np.zeros(self.n_nodes + 1, np.int64)
        np.cumsum(np.bincount(self.edge_tail, minlength=self.n_nodes), out=first[1:])
        tables = (
            first,
            _endless(self.forward_s),
            _endless(self.backward_s),
        )
        for array in tables:
            array.flags.writeable = False
        return tables

    @cached_property
    def snap_cache(self) -> dict[str, Any]:
        """What snapping has built for this network (its grid of segments, what squares show)."""
        return {}

    def edge_xy(self, edge: int) -> Floats:
        """Return an edge's geometry from tail to head, (., 2) metres."""
        return self.vertex_xy[self.vertex_first[edge] : self.vertex_first[edge + 1]]

    def edge_lines(self) -> "NDArray[Any]":
        """Return all edges as (E,) shapely lines in metres."""
        import shapely  # noqa: PLC0415 - drawing and closing need it, walking does not

        index = np.repeat(np.arange(self.n_edges), np.diff(self.vertex_first))
        lines: NDArray[Any] = shapely.linestrings(self.vertex_xy, indices=index)
        return lines


def build(
    edges: Edges,
    *,
    crs: str,
    source: str,
    speed_m_s: float,
    step_free: bool = False,
    dropped: Mapping[str, int] | None = None,
    unused: tuple[str, ...] = (),
    attribution: str = "",
) -> Streets:
    """Make a network of edges that are in canonical order already.

    Parameters
    ----------
    edges
        As `placement.streets.assemble.assemble` returns them.
    crs, source, speed_m_s, step_free, dropped, unused, attribution
        As in `Streets`.

    Returns
    -------
    Streets
        The network.
    """
    to_plane = transformer(crs)
    count = len(edges.node)
    place_xy = _project(to_plane, edges.lonlat)
    vertex_xy = place_xy[edges.vertex]
    component = connected_parts(edges.tail, edges.head, count)
    part_m = np.bincount(component[edges.tail], weights=edges.length_m)
    small = part_m < ISLAND_SHARE * part_m.max()
    classes = tuple(sorted({w.edge_class for w in edges.ways}))
    names = tuple(sorted({w.name for w in edges.ways}))
    class_at = {text: i for i, text in enumerate(classes)}
    name_at = {text: i for i, text in enumerate(names)}
    for array in (edges.tail, edges.head, edges.forward_s, edges.backward_s):
        array.flags.writeable = False  # compiled once, for arrays that do not change
    first, head, walk_s, half_edge = half_edges(
        edges.tail, edges.head, edges.forward_s, edges.backward_s, count
    )
    way = edges.way
    return Streets(
        crs=crs,
        source=source,
        speed_m_s=speed_m_s,
        step_free=step_free,
        node_xy=place_xy[edges.node],
        node_lonlat=edges.lonlat[edges.node],
        edge_tail=edges.tail,
        edge_head=edges.head,
        length_m=edges.length_m,
        forward_s=edges.forward_s,
        backward_s=edges.backward_s,
        vertex_first=edges.vertex_first,
        vertex_xy=vertex_xy,
        bridge=np.array([w.bridge for w in edges.ways], np.bool_)[way],
        tunnel=np.array([w.tunnel for w in edges.ways], np.bool_)[way],
        across=np.array([w.across for w in edges.ways], np.bool_)[way],
        level=np.array([w.level for w in edges.ways], np.int64)[way],
        island=small[component[edges.tail]],
        class_code=np.array([class_at[w.edge_class] for w in edges.ways], np.int32)[way],
        classes=classes,
        name_code=np.array([name_at[w.name] for w in edges.ways], np.int32)[way],
        names=names,
        component=component,
        first=first,
        head=head,
        walk_s=walk_s,
        half_edge=half_edge,
        squares=surfaces_of(
            edges.squares, lambda places: _project(to_plane, places / GRID), class_at, name_at
        ),
        dropped=dict(sorted((dropped or {}).items())),
        unused=unused,
        attribution=attribution,
    )


def transformer(crs: str, *, inverse: bool = False) -> pyproj.Transformer:
    """Return the way from degrees to a metric plane, or back.

    Parameters
    ----------
    crs
        Name of the plane's coordinate system.
    inverse
        From metres to degrees.

    Returns
    -------
    pyproj.Transformer
        Always longitude and latitude in this order.

    Raises
    ------
    InputError
        Where there is no such system or it does not count metres.
    """
    try:
        plane = pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError:
        raise InputError(
            f"there is no coordinate system {crs!r}", field="crs", remedy="give e.g. EPSG:2154"
        ) from None
    units = {axis.unit_conversion_factor for axis in plane.axis_info[:2]}
    if not plane.is_projected or units != {1.0}:
        raise InputError(
            f"coordinate system {crs!r} does not count in metres",
            field="crs",
            remedy="give a projected one, e.g. EPSG:2154 or the local UTM zone",
        )
    degrees = pyproj.CRS.from_epsg(4326)
    start, end = (plane, degrees) if inverse else (degrees, plane)
    try:
        return globe.transformer(start, end)
    except pyproj.exceptions.ProjError:
        raise InputError(
            f"there is no way from degrees to {crs!r}", field="crs", remedy="give e.g. EPSG:2154"
        ) from None


def _project(to_plane: pyproj.Transformer, lonlat: Floats) -> Floats:
    x, y = to_plane.transform(lonlat[:, 0], lonlat[:, 1])
    xy = np.column_stack([x, y])
    if not np.isfinite(xy).all():
        at = lonlat[int(np.flatnonzero(~np.isfinite(xy).all(axis=1))[0])]
        raise InputError(
            f"the streets at {at[0]:.5f}, {at[1]:.5f} lie outside the coordinate system",
            field="crs",
            remedy="give the plan a coordinate system that covers its streets",
        )
    return xy


def _endless(seconds: Floats) -> Floats:
    """Return times with what is closed as endless, the same array where nothing is."""
    closed = np.isnan(seconds)
    return np.where(closed, np.inf, seconds) if closed.any() else seconds


def _texts(values: tuple[str, ...], code: NDArray[np.int32]) -> NDArray[np.str_]:
    result: NDArray[np.str_] = np.array(values, dtype=np.str_)[code]
    result.flags.writeable = False
    return result
