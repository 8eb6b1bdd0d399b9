"""Ways through a perimeter: what may stand in each, and the candidate barriers among the sites."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely

from placement.arrays import Geometries
from placement.errors import InputError
from placement.plan.cells import number, plain_text
from placement.plan.problem import Resource, Sites, Walkers, Way
from placement.plan.rule_settings import SealedSettings
from placement.plan.shapes import GATE, Shape
from placement.plan.table import Row, Table

#: Columns of a layer of ways and of a perimeter.
WAY_COLUMNS = ("id", "name", "kind", "price", "level")
PERIMETER_COLUMNS = ("id", "name")
_KIND = re.compile(r"[a-z][a-z0-9_-]{0,59}")
#: Kinds that `place cordon` writes, and the one of a way that tells none.
_LABELS: Mapping[str, Mapping[str, str]] = {
    "fence": {"en": "Fence", "fr": "Barrière"},
    "vehicle_block": {"en": "Vehicle block", "fr": "Bloc anti-véhicule"},
    "barrier": {"en": "Barrier", "fr": "Barrage"},
}
_UNIT = {"en": "barrier", "fr": "barrage"}
_SAME = 1e-9  # a post exactly so near stands in the way, whatever the rounding


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Sealing:
    """Sites with the barriers among them, and what may seal each way.

    Attributes
    ----------
    sites
        The plan's sites and, where a barrier may stand, the ways themselves, by identifier.
    barriers
        The kinds of barriers, as resources that cover nobody.
    ways
        The ways, by identifier.
    """

    sites: Sites
    barriers: tuple[Resource, ...] = ()
    ways: tuple[Way, ...] = ()


def build_sealing(
    table: Table,
    drawn: Sequence[tuple[Row, Shape]],
    sites: Sites,
    rule: SealedSettings,
    resources: Sequence[str],
) -> Sealing:
    """Add the barriers to the sites, and tell which posts stand in which way.

    Parameters
    ----------
    table, drawn
        The layer of ways and its features, by identifier.
    sites
        The plan's sites.
    rule
        What seals, and how near it must stand.
    resources
        Identifiers of the plan's resources, in order.

    Raises
    ------
    InputError
        If a way has the identifier of a site, a kind that cannot be, no price where none of the
        posts that seal may stand in it, or a price below 0.
    """
    kinds = [_kind(table, row, resources) for row, _ in drawn]
    prices = [
        None
        if kind == GATE or row.properties.get("price") in (None, "")
        else number(table, row, "price")
        for kind, (row, _) in zip(kinds, drawn, strict=True)
    ]
    named = sorted({kind for kind, price in zip(kinds, prices, strict=True) if price is not None})
    near = _posts_in(drawn, sites, rule, resources)
    taken = set(sites.id)
    for (row, shape), price, posts in zip(drawn, prices, near, strict=True):
        if shape.id in taken:
            raise _refusal(table, shape.id, "id", "is the id of a site, too", "rename the way")
        if price is None and not len(posts):
            gate = str(row.properties.get("kind", "")).strip().lower() == GATE
            raise _refusal(
                table,
                row.name,
                "kind" if gate else "price",
                f"is {'a gate' if gate else 'missing'}, and no post that seals may stand within "
                f"{rule.within_m:g} m",
                "move a site there, or say which kind of barrier at which price",
            )
    blocked = [at for at, price in enumerate(prices) if price is not None]
    whole, place = _with_ways(
        sites,
        [drawn[at][1] for at in blocked],
        [len(resources) + named.index(kinds[at]) for at in blocked],
        [prices[at] or 0.0 for at in blocked],
        kinds=len(named),
    )
    barrier = {
        at: (place[len(sites) + n], len(resources) + named.index(kinds[at]))
        for n, at in enumerate(blocked)
    }
    return Sealing(
        sites=whole,
        barriers=tuple(_resource(kind) for kind in named),
        ways=tuple(
            Way(
                id=shape.id,
                name=shape.name,
                barrier=barrier.get(at),
                posts=tuple(sorted((place[site], position) for site, position in near[at])),
            )
            for at, (_, shape) in enumerate(drawn)
        ),
    )


def ground_around(metres: Geometries, margin_m: float) -> shapely.Geometry:
    """Return the ground within metres of shapes, what it encloses included."""
    ground = shapely.union_all(shapely.buffer(metres, margin_m))
    return shapely.union_all([shapely.Polygon(one.exterior) for one in shapely.get_parts(ground)])


def _kind(table: Table, row: Row, resources: Sequence[str]) -> str:
    """Return the kind of a way's barrier as the identifier of a resource."""
    kind = plain_text(table, row, "kind").strip().lower().replace(" ", "_") or "barrier"
    if kind == GATE:
        return kind
    if not _KIND.fullmatch(kind):
        remedy = "write small letters, digits, '_' and '-', a letter first"
        raise _refusal(table, row.name, "kind", f"{kind!r} cannot name a barrier", remedy)
    if kind in resources:
        said = f"{kind!r} is a resource of the plan"
        raise _refusal(table, row.name, "kind", said, "name the kind of barrier otherwise")
    return kind


def _resource(kind: str) -> Resource:
    """Return a kind of barrier as a resource that covers nobody."""
    plain = kind.replace("_", " ").capitalize()
    return Resource(
        id=kind,
        label=_LABELS.get(kind, {"en": plain, "fr": plain}),
        unit=_UNIT,
        walkers=Walkers.PEOPLE,
        walk_limit_s=0.0,
        value=0.0,
    )


def _posts_in(
    drawn: Sequence[tuple[Row, Shape]],
    sites: Sites,
    rule: SealedSettings,
    resources: Sequence[str],
) -> list[list[tuple[int, int]]]:
    """Return the posts, site and resource, that stand in each way: near it, on its level."""
    lines = np.array([shape.xy for _, shape in drawn], dtype=object)
    points = shapely.points(sites.xy)
    tree = shapely.STRtree(points)
    reach = rule.within_m * (1 + _SAME)
    at, site = tree.query(lines, predicate="dwithin", distance=reach)
    found: list[list[tuple[int, int]]] = [[] for _ in drawn]
    positions = [resources.index(name) for name in rule.resources]
    for way, one in zip(at.tolist(), site.tolist(), strict=True):
        if _on_level(drawn[way][1], int(sites.level[one])):
            found[way] += [(one, k) for k in positions if sites.allowed[one, k]]
    return found


def _on_level(way: Shape, level: int) -> bool:
    """Tell whether a site stands on a level of a way; a way without a level is in the open."""
    return level == 0 if way.levels is None else level in way.levels


def _with_ways(
    sites: Sites,
    ways: Sequence[Shape],
    barrier: Sequence[int],
    price: Sequence[float],
    *,
    kinds: int,
) -> tuple[Sites, list[int]]:
    """Add the ways to the sites, and return the new position of each: sites first, then ways."""
    ids = [*sites.id, *(way.id for way in ways)]
    order = np.array(sorted(range(len(ids)), key=ids.__getitem__), dtype=np.int64)
    place = np.argsort(order)
    columns = sites.allowed.shape[1] + kinds
    mine = np.zeros((len(ways), columns), dtype=np.bool_)
    mine[np.arange(len(ways)), np.array(barrier, dtype=np.int64)] = True
    cost = np.where(mine, np.array(price, dtype=np.float64).reshape(-1, 1), 0.0)

    def wide(of_sites: Any, of_ways: Any, fill: int = 0) -> Any:  # noqa: ANN401 - of any type
        more = np.full((len(sites), kinds), fill, dtype=of_sites.dtype)
        return np.concatenate([np.hstack([of_sites, more]), of_ways])[order]

    none, one = np.zeros(mine.shape, dtype=np.int64), np.ones(mine.shape, dtype=np.int64)
    middle, degrees = (
        np.array([_middle(line) for line in lines]).reshape(-1, 2)
        for lines in ([way.xy for way in ways], [way.lonlat for way in ways])
    )
    levels = [0 if _on_level(way, 0) else min(way.levels or ()) for way in ways]
    whole = replace(
        sites,
        id=tuple(ids[at] for at in order),
        name=tuple([*sites.name, *(way.name for way in ways)][at] for at in order),
        kind=tuple([*sites.kind, *("" for _ in ways)][at] for at in order),
        xy=np.concatenate([sites.xy, middle])[order],
        lonlat=np.concatenate([sites.lonlat, degrees])[order],
        level=np.concatenate([sites.level, np.array(levels, dtype=np.int64)])[order],
        allowed=wide(sites.allowed, mine),
        status=wide(sites.status, none),
        open_cost=wide(sites.open_cost, cost),
        unit_cost=wide(sites.unit_cost, none.astype(np.float64)),
        min_units=wide(sites.min_units, one, 1),
        max_units=wide(sites.max_units, one, 1),
    )
    return whole, place.tolist()


def _middle(line: shapely.Geometry) -> tuple[float, float]:
    """Return the middle of a line, of the longest part where it has several."""
    longest = max(shapely.get_parts(line).tolist(), key=lambda part: part.length)
    point = shapely.line_interpolate_point(longest, 0.5, normalized=True)
    return (float(point.x), float(point.y))


def _refusal(table: Table, feature: str, field: str, problem: str, remedy: str) -> InputError:
    return InputError(problem, file=table.file, feature=feature, field=field, remedy=remedy)
