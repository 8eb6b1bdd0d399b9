"""The least set of closures that seals a perimeter: where each stands, how wide, at what price."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order

from placement.arrays import Bools, Floats, Geometries
from placement.errors import InputError, UsageError
from placement.plan.shapes import GATE
from placement.starting.cordon_band import INSIDE, LEAST_M, Band, cut_band
from placement.starting.cordon_cut import NoCutError, minimum_cut
from placement.starting.tagged_ways import class_width_m
from placement.streets.closures import Closure, with_closures
from placement.streets.network import Streets

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

type Traffic = Literal["walkers", "vehicles"]
type Weigh = Literal["width", "ways"]

#: What a closure is, by whom it stops.
KINDS: dict[str, str] = {"walkers": "fence", "vehicles": "vehicle block"}
#: No cordon stands farther from what it seals, metres.
_MOST_BAND_M = 100_000.0
#: A gate belongs to the nearest street of the band, within so many metres [A].
GATE_M = 25.0
#: A closure stands this far from the inner end of its street, or in its middle, metres [A].
_FROM_INNER_M = 10.0
#: A closure is drawn no shorter than this to either side, metres.
_LEAST_HALF_M = 0.05
_TAGGED_M = 0.1


class Gate(NamedTuple):
    """A way in that is watched: what it is called, where it is, metres, and the file it is of."""

    name: str
    xy: tuple[float, float]
    file: str | None = None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Barrier:
    """One closure.

    Attributes
    ----------
    id, name
        Identifier, and the street.
    street_class
        Class of the street.
    kind
        ``"fence"`` or ``"vehicle block"``; ``"gate"`` of a way that is left open under watch.
    width_m
        Usable width of the street, metres.
    price
        In the budget's unit; 0 of a gate.
    level
        Level it stands on, None for the open air.
    line
        Across the street, metres.
    gate
        Names of the gates that stand there.
    """

    id: str
    name: str
    street_class: str
    kind: str
    width_m: float
    price: float
    level: int | None
    line: "BaseGeometry"
    gate: str = ""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Cordon:
    """What seals a perimeter, and what shows that less does not.

    Attributes
    ----------
    traffic, weigh
        Whom it stops, and what was made least.
    barriers
        The closures.
    openings
        The ways that gates on the line of the cordon leave open, by the same words.
    gates
        Gates by name, each with the street it stands on.
    idle_gates
        Names of gates that do not stand on the line of the cordon: one passes them and is still
        outside, or inside before.
    weight, flow
        Weight of the closures and the maximum flow: equal, so no other set weighs less. Widths
        count in decimetres.
    crossing
        Ways that cross the perimeter itself.
    ways
        Pieces of street in the band that might be closed.
    islands
        Edges joined to nothing else, which were left out.
    breaches
        Streets by which one still gets in when the closures hold; empty where it is sealed.
    """

    traffic: Traffic
    weigh: Weigh
    barriers: tuple[Barrier, ...]
    openings: tuple[Barrier, ...]
    gates: tuple[tuple[str, str], ...]
    idle_gates: tuple[str, ...]
    weight: int
    flow: int
    crossing: int
    ways: int
    islands: int
    breaches: tuple[str, ...]


def find_cordon(
    streets: Streets,
    inside: "BaseGeometry",
    *,
    traffic: Traffic,
    band_m: float,
    weigh: Weigh = "width",
    keep: "BaseGeometry | None" = None,
    gates: Sequence[Gate] = (),
    widths: Sequence[tuple["BaseGeometry", float]] = (),
    price_metre: float = 1.0,
    price_each: float = 0.0,
) -> Cordon:
    """Seal a perimeter with the least closures.

    Parameters
    ----------
    streets
        The network of walkers or vehicles.
    inside
        The ground to seal, in the network's coordinate system.
    traffic
        Whom to stop.
    band_m
        How far outside the perimeter closures may stand, metres.
    weigh
        Make the sum of widths least, or the number of ways.
    keep
        Ground around emergency lanes: streets within it are not closed.
    gates
        Ways in that are watched, which need no closure.
    widths
        Lines with a width that is known; all else has that of its class.
    price_metre, price_each
        Price of a metre of a closure, and of each.

    Raises
    ------
    InputError
        If a gate does not stand in the band, no street lies outside, or a street leads inside that
        cannot be closed.
    UsageError
        If the band is wider than 100 km.
    """
    if not band_m <= _MOST_BAND_M:
        raise UsageError(f"--band takes at most {_MOST_BAND_M:,.0f} metres, not {band_m:g}.")
    band = cut_band(streets, inside, band_m=band_m)
    pieces = _lines(streets, band)
    width = _widths(streets, band, pieces, widths)
    fixed = band.length_m < LEAST_M
    if keep is not None:
        fixed = fixed | _is_kept(keep, band, pieces)
    at_gates = [_piece_of(gate, band, pieces, inside) for gate in gates]
    open_at = np.zeros(len(band.edge), np.bool_)
    open_at[at_gates] = True
    decimetres = np.maximum(1, np.rint(10.0 * width).astype(np.int64))
    weight = decimetres if weigh == "width" else np.ones(len(width), np.int64)
    try:
        cut = minimum_cut(band, weight, fixed=fixed & ~open_at, gates=open_at)
    except NoCutError as error:
        raise _refusal(streets, band, error.piece, keep, pieces) from None
    found = _barriers(
        streets, band, pieces, cut.pieces.tolist(), width, kind=KINDS[traffic],
        price_metre=price_metre, price_each=price_each,
    )  # fmt: skip
    named: dict[int, list[str]] = {}
    for gate, at in zip(gates, at_gates, strict=True):
        if cut.inner[band.tail[at]] != cut.inner[band.head[at]]:
            named.setdefault(at, []).append(gate.name)
    openings = _barriers(streets, band, pieces, sorted(named), width, kind=GATE, gates=named)
    lines = [_across(band, at, 0.5, pieces, ())[0] for at in sorted(set(at_gates))]
    levels = [_level(streets, int(band.edge[at])) for at in sorted(set(at_gates))]
    shut = [*zip([one.line for one in found], [one.level for one in found], strict=True)]
    shut += [*zip(lines, levels, strict=True)]
    return Cordon(
        traffic=traffic,
        weigh=weigh,
        barriers=tuple(found),
        openings=tuple(openings),
        gates=tuple(
            (gate.name, _name(streets, int(band.edge[at])))
            for gate, at in zip(gates, at_gates, strict=True)
        ),
        idle_gates=tuple(
            gate.name
            for gate, at in zip(gates, at_gates, strict=True)
            if cut.inner[band.tail[at]] == cut.inner[band.head[at]]
        ),
        weight=cut.weight,
        flow=cut.flow,
        crossing=band.crossing,
        ways=int((~fixed).sum()),
        islands=band.islands,
        breaches=breaches(streets, inside, shut, band_m=band_m),
    )


def breaches(
    streets: Streets,
    inside: "BaseGeometry",
    shut: Sequence[tuple["BaseGeometry", int | None]],
    *,
    band_m: float,
) -> tuple[str, ...]:
    """Close lines as a layer of closures does, search from outside, and name streets that lead in.

    Nothing of the band's graph is used: the network is closed as plans close it, then searched.

    Parameters
    ----------
    streets
        The network.
    inside
        The ground that is to be sealed.
    shut
        Lines across streets and the level each stands on, None for the open air.
    band_m
        How far outside closures may stand, metres.
    """
    closed = with_closures(
        streets,
        [
            Closure(shape=line, levels=None if level is None else frozenset([level]))
            for line, level in shut
        ],
    )
    beyond = shapely.buffer(inside, band_m)
    shapely.prepare(beyond)
    joined = np.zeros(closed.n_nodes, np.bool_)
    for ends in (closed.edge_tail, closed.edge_head):
        joined[ends[~closed.island]] = True
    starts = np.flatnonzero(joined & ~shapely.intersects_xy(beyond, *closed.node_xy.T))
    source = closed.n_nodes
    first = np.concatenate([closed.first, [closed.first[-1] + len(starts)]])
    heads = np.concatenate([closed.head, starts])
    size = (source + 1, source + 1)
    network = csr_array((np.ones(len(heads), np.int8), heads, first), shape=size)
    reached = np.zeros(source + 1, np.bool_)
    reached[breadth_first_order(network, source, return_predecessors=False)] = True
    walked = (reached[closed.edge_tail] & ~np.isnan(closed.forward_s)) | (
        reached[closed.edge_head] & ~np.isnan(closed.backward_s)
    )
    core = shapely.buffer(inside, -0.01)
    shapely.prepare(core)
    at = np.flatnonzero(walked & ~closed.island)
    inner = at[shapely.intersects(core, closed.edge_lines()[at])]
    return tuple(sorted({_name(closed, edge) for edge in inner.tolist()}))


def _lines(streets: Streets, band: Band) -> Geometries:
    """Return the pieces as lines, metres."""
    lines = []
    for at, (edge, begin, end) in enumerate(
        zip(band.edge.tolist(), band.begin.tolist(), band.end.tolist(), strict=True)
    ):
        if at in band.fence:
            lines.append(band.fence[at])
            continue
        run = streets.vertex_m[streets.vertex_first[edge] : streets.vertex_first[edge + 1]]
        vertices = streets.edge_xy(edge)
        ends = np.column_stack(
            [np.interp([begin, end], run, vertices[:, axis]) for axis in range(2)]
        )
        between = vertices[(run > begin) & (run < end)]
        lines.append(shapely.LineString(np.vstack([ends[:1], between, ends[1:]])))
    found: Geometries = np.array([None, *lines], object)[1:]
    return found


def _widths(
    streets: Streets,
    band: Band,
    pieces: Geometries,
    known: Sequence[tuple["BaseGeometry", float]],
) -> Floats:
    """Return how wide each piece is: by what is known of its line, else by its class.

    What closes a square is as wide as it is long.
    """
    by_class = np.array([class_width_m(name) for name in streets.classes])
    width = by_class[streets.class_code[band.edge]]
    if known and len(pieces):
        tree = shapely.STRtree([line for line, _ in known])
        middle = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
        at, of = tree.query(middle, predicate="dwithin", distance=_TAGGED_M)
        for piece, line in zip(at.tolist(), of.tolist(), strict=True):
            width[piece] = known[line][1]
    for piece, fence in band.fence.items():
        width[piece] = fence.length
    return width


def _piece_of(gate: Gate, band: Band, pieces: Geometries, inside: "BaseGeometry") -> int:
    """Return the piece that a gate stands on."""
    point = shapely.Point(gate.xy)
    real = np.flatnonzero(band.length_m >= LEAST_M)
    distance = shapely.distance(point, pieces[real])
    if not len(real) or distance.min() > GATE_M:
        where = "inside the perimeter" if shapely.intersects(inside, point) else "outside"
        away = f"{distance.min():,.0f} m from the nearest street" if len(real) else "no street"
        raise InputError(
            f"the gate lies {where}, {away} of the band",
            file=gate.file,
            feature=gate.name,
            remedy="move it to a street of the band, or widen the band",
        )
    return int(real[np.argmin(distance)])


def _refusal(
    streets: Streets,
    band: Band,
    piece: int,
    keep: "BaseGeometry | None",
    pieces: Geometries,
) -> InputError:
    """Return the refusal of a perimeter that cannot be sealed."""
    edge = int(band.edge[piece])
    name = _name(streets, edge)
    kept = keep is not None and _is_kept(keep, band, pieces)[piece]
    if kept and band.length_m[piece] >= LEAST_M:
        return InputError(
            f"no cordon can be closed: {name} is kept open and leads inside",
            remedy="put a gate on it, or close it",
        )
    x, y = shapely.get_coordinates(pieces[piece])[-1]
    return InputError(
        f"no cordon can be closed: {name} leads inside and has no room for a closure in the band "
        f"(at {x:.0f}, {y:.0f} in {streets.crs})",
        remedy="widen the band",
    )


def _is_kept(keep: "BaseGeometry", band: Band, pieces: Geometries) -> Bools:
    """Say which pieces stay open: streets within the ground that is kept, squares that it meets."""
    shapely.prepare(keep)
    result: Bools = shapely.covers(keep, pieces)
    across = list(band.fence)
    result[across] = shapely.intersects(keep, pieces[across])
    return result


def _barriers(
    streets: Streets,
    band: Band,
    pieces: Geometries,
    chosen: Sequence[int],
    width: Floats,
    *,
    kind: str,
    price_metre: float = 0.0,
    price_each: float = 0.0,
    gates: Mapping[int, Sequence[str]] = MappingProxyType({}),
) -> list[Barrier]:
    """Draw the closures, or the ways that gates leave open, from west to east."""
    tree = shapely.STRtree(streets.edge_lines())
    cut_edges = {int(band.edge[at]) for at in chosen}
    drawn = []
    for at in chosen:
        edge = int(band.edge[at])
        line, middle = _across(band, at, width[at] / 2, pieces, (tree, cut_edges))
        drawn.append((middle, at, edge, line))
    digits = max(3, len(str(len(drawn))))
    prefix = kind.replace(" ", "-")
    return [
        Barrier(
            id=f"{prefix}-{number:0{digits}d}",
            name=_name(streets, edge),
            street_class=str(streets.edge_class[edge]),
            kind=kind,
            width_m=round(float(width[at]), 1),
            price=round(price_each + price_metre * round(float(width[at]), 1), 2),
            level=_level(streets, edge),
            line=line,
            gate="; ".join(sorted(gates.get(at, ()))),
        )
        for number, (_, at, edge, line) in enumerate(
            sorted(drawn, key=lambda one: (*one[0], one[1])), start=1
        )
    ]


def _across(
    band: Band,
    at: int,
    half_m: float,
    pieces: Geometries,
    others: "tuple[()] | tuple[shapely.STRtree, set[int]]",
) -> tuple["BaseGeometry", tuple[float, float]]:
    """Draw a line across a piece, so short that it crosses no street that stays open.

    A square is closed by the whole of its line.
    """
    if at in band.fence:
        x, y = shapely.get_coordinates(
            shapely.line_interpolate_point(pieces[at], 0.5, normalized=True)
        )[0]
        return pieces[at], (float(x), float(y))
    length = float(band.length_m[at])
    from_inner = min(length / 2, _FROM_INNER_M)
    run = length - from_inner if band.head[at] == INSIDE else from_inner
    if INSIDE not in (band.tail[at], band.head[at]):
        run = length / 2
    piece = pieces[at]
    x, y = shapely.get_coordinates(shapely.line_interpolate_point(piece, run))[0]
    step = min(0.01, length / 4)
    (ax, ay), (bx, by) = shapely.get_coordinates(
        shapely.line_interpolate_point(piece, [run - step, run + step])
    )
    dx, dy = bx - ax, by - ay
    norm = float(np.hypot(dx, dy)) or 1.0
    nx, ny = -dy / norm, dx / norm
    while True:
        line = shapely.LineString(
            [(x - half_m * nx, y - half_m * ny), (x + half_m * nx, y + half_m * ny)]
        )
        if not others or half_m <= _LEAST_HALF_M:
            break
        tree, mine = others
        met = set(tree.query(line, predicate="intersects").tolist()) - mine
        if not met:
            break
        half_m = max(half_m / 2, _LEAST_HALF_M)
    return line, (float(x), float(y))


def _level(streets: Streets, edge: int) -> int | None:
    """Return the level that a closure of a street stands on, None for the open air."""
    level = int(streets.level[edge])
    return level if level and (streets.bridge[edge] or streets.tunnel[edge]) else None


def _name(streets: Streets, edge: int) -> str:
    return str(streets.name[edge]) or f"a {streets.edge_class[edge]} without a name"
