"""The audit of a sealed perimeter: what stands in each way, and whether one still gets in.

Everything is read from the layer of ways and the table [sealed], and the streets are searched by
code of its own: nothing is taken from what the model was given.
"""

from collections import deque
from collections.abc import Collection, Sequence
from fractions import Fraction

import numpy as np
import shapely
from shapely.ops import substring

from placement.arrays import Geometries
from placement.auditing.findings import AT_LIMIT, Findings, decimal
from placement.cover.survey import Survey
from placement.errors import InputError
from placement.plan.problem import Plan
from placement.plan.shapes import Shape
from placement.solution import SEALED, Post, Solution
from placement.streets import Streets
from placement.streets.surfaces import Surfaces

_HAIR_M = 0.01
_NAMED = 5


def check_sealed(
    plan: Plan, solution: Solution, walks: Survey, findings: Findings
) -> dict[str, tuple[float, float | None]]:
    """Check that every way is sealed, what barriers cost, and that nobody gets in.

    Parameters
    ----------
    plan, solution
        What was asked and what came out.
    walks
        Has the streets, and nothing else is taken from it.
    findings
        Collects what does not hold.

    Returns
    -------
    dict
        What is asked and reached of the rule, by its name; empty without the rule.
    """
    told = solution.barriers
    if plan.settings.sealed is None:
        findings.require(not told, "barriers are given, and no perimeter is sealed")
        return {}
    standing: dict[str, list[Fraction]] = {
        _kind(way): [] for way in plan.ways if _price(way) is not None
    }
    posts = {post.id: post for post in solution.posts_list}
    shut = []
    for way in plan.ways:
        barrier = posts.get(f"{way.id}/{_kind(way)}")
        price = _price(way)
        if barrier is not None and price is not None:
            standing[_kind(way)].append(price)
            findings.equal(f"price of barrier {barrier.id!r}", barrier.cost, float(price))
            findings.equal(f"people covered by barrier {barrier.id!r}", barrier.covered, 0.0)
            findings.equal(f"people covered by {barrier.id!r} alone", barrier.only, 0.0)
        held = (barrier is not None and price is not None) or any(
            _stands_in(plan, way, post) for post in solution.posts_list
        )
        shut += [way] if held else []
    left = [f"{way.id!r} ({way.name})" for way in plan.ways if way not in shut]
    what = f"way {said(left)} has" if len(left) == 1 else f"{len(left)} ways have"
    listed = f": {said(left)}" if len(left) > 1 else ""
    findings.keep(not left, f"{what} neither a post nor a barrier{listed}")
    findings.require(
        set(told) == set(standing), "barriers are not given for each kind of the layer of ways"
    )
    for kind in sorted(set(told) & set(standing)):
        prices = standing[kind]
        findings.equal(f"barriers of {kind!r}", told[kind].count, len(prices))
        findings.equal(f"cost of {kind!r}", told[kind].cost, float(sum(prices, Fraction(0))))
    if walks.streets is not None:
        names = ways_in(plan, walks.streets, shut)
        findings.keep(not names, f"one gets inside the perimeter by {said(names)}")
    return {SEALED: (float(len(plan.ways)), float(len(shut)))}


def refuse_open(plan: Plan, streets: Streets | None) -> None:
    """Refuse a plan whose ways do not seal its perimeter even if all of them are shut.

    Raises
    ------
    InputError
        If one still gets in; it names the streets.
    """
    names = [] if streets is None else ways_in(plan, streets, plan.ways)
    if names:
        raise InputError(
            f"does not seal the perimeter: past all its ways one gets inside by {said(names)}",
            file=plan.layers["ways"],
            remedy="find the ways again with `place cordon`, or add those that are missing",
        )


def said(names: Sequence[str]) -> str:
    """Return streets in words, a few of many."""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _kind(way: Shape) -> str:
    text = str(way.properties.get("kind", "")).strip().lower().replace(" ", "_")
    return text or "barrier"


def _price(way: Shape) -> Fraction | None:
    """Return the price of a way's barrier, exactly; None where there is none."""
    given = way.properties.get("price", "")
    return None if given == "" or _kind(way) == "gate" else decimal(float(given))


def _stands_in(plan: Plan, way: Shape, post: Post) -> bool:
    """Tell whether a post stands in a way and seals it: near its line, on its level."""
    rule, sites = plan.settings.sealed, plan.problem.sites
    if rule is None or post.resource not in rule.resources or post.site not in sites.id:
        return False
    at = sites.id.index(post.site)
    level = int(sites.level[at])
    here = level == 0 if way.levels is None else level in way.levels
    return here and way.xy.distance(shapely.Point(sites.xy[at])) <= rule.within_m * AT_LIMIT


def ways_in(plan: Plan, streets: Streets, shut: Collection[Shape]) -> list[str]:
    """Name the streets by which one first gets inside the perimeter when some ways are shut.

    Parameters
    ----------
    plan
        Says what is inside, and from where one comes.
    streets
        The walking network.
    shut
        Lines that nobody passes, each on its level.

    Returns
    -------
    list of str
        Names in order; empty where nobody gets in, and where vehicles alone are to be stopped: the
        walking network says nothing of them.
    """
    rule, inside = plan.settings.sealed, plan.perimeter
    if rule is None or inside is None or rule.traffic == "vehicles":
        return []
    corners = [shapely.get_coordinates(way.xy) for way in plan.ways]
    away = [float(shapely.distance(inside, shapely.points(ends)).max()) for ends in corners]
    farthest = max(away)
    band = shapely.buffer(inside, max(rule.band_m, farthest + _HAIR_M))
    core = shapely.buffer(inside, -_HAIR_M)
    shapely.prepare([band, core])
    lines = streets.edge_lines()
    within = shapely.intersects(core, lines)
    cuts = _cuts(streets, lines, shut)
    ends = _ends(streets)
    outside = ~shapely.intersects_xy(band, *streets.node_xy.T)
    seen = {node for node in ends if outside[node]}
    if not seen:
        last = plan.ways[away.index(farthest)]
        wide = f", which way {last.id!r} makes {farthest:,.0f} m wide"
        beyond = wide if farthest > rule.band_m else ""
        return [f"every street, for the street layer ends within the band{beyond}"]
    found: set[int] = set()
    trodden: set[str] = set()
    grounds = _grounds(streets, shut, band)
    queue = deque(sorted(seen))
    while queue:
        node = queue.popleft()
        for ground, square, others in grounds.pop(node, ()):
            if shapely.intersects(core, ground):
                trodden.add(_called(streets, streets.squares, square))
            else:
                queue.extend(sorted(others - seen))
                seen |= others
        for edge, other in ends[node]:
            if edge not in cuts:
                enters = bool(within[edge])
                if not enters and other not in seen:  # who is inside is not followed any farther
                    seen.add(other)
                    queue.extend([other] if other in ends else [])
            else:
                from_tail = node == streets.edge_tail[edge]
                span = (0.0, cuts[edge][0]) if from_tail else (cuts[edge][1], lines[edge].length)
                enters = bool(shapely.intersects(core, substring(lines[edge], *span)))
            found |= {edge} if enters else set()
    return sorted(trodden | {_called(streets, streets, at) for at in found})


def _called(streets: Streets, things: Streets | Surfaces, at: int) -> str:
    """Return the name of an edge or a square, or what class it is of."""
    name = streets.names[things.name_code[at]]
    return name or f"a {streets.classes[things.class_code[at]]} without a name"


def _ends(streets: Streets) -> dict[int, list[tuple[int, int]]]:
    """Return by node the edges that one leaves it by, each with the node at its other end."""
    ends: dict[int, list[tuple[int, int]]] = {}
    for edge in np.flatnonzero(~streets.island).tolist():
        tail, head = int(streets.edge_tail[edge]), int(streets.edge_head[edge])
        if not np.isnan(streets.forward_s[edge]):
            ends.setdefault(tail, []).append((edge, head))
        if not np.isnan(streets.backward_s[edge]):
            ends.setdefault(head, []).append((edge, tail))
    return ends


def _grounds(
    streets: Streets, shut: Collection[Shape], band: shapely.Geometry
) -> dict[int, list[tuple[shapely.Geometry, int, set[int]]]]:
    """Return what shut lines leave of squares, by junction: the ground, its square, its junctions.

    Whoever is on a square walks round what stands there, so all junctions of one ground are joined.
    """
    squares = streets.squares
    raised = (streets.bridge | streets.tunnel) & (streets.level != 0)
    points = shapely.points(streets.node_xy)
    result: dict[int, list[tuple[shapely.Geometry, int, set[int]]]] = {}
    for square in np.flatnonzero(shapely.intersects(squares.shape, band)).tolist():
        level, high = int(squares.level[square]), bool(squares.structure[square])
        high &= level != 0
        bars = [
            _bar(way)
            for way in shut
            if not (high if way.levels is None else level not in way.levels)
        ]
        ours = ~streets.island & (streets.level == level) & (raised == high)
        nodes = np.unique(np.concatenate([streets.edge_tail[ours], streets.edge_head[ours]]))
        left = shapely.difference(squares.shape[square], shapely.union_all(bars))
        for part in shapely.get_parts(left):
            ground = shapely.buffer(part, _HAIR_M)
            shapely.prepare(ground)
            own = set(nodes[shapely.intersects(ground, points[nodes])].tolist())
            for node in own:
                result.setdefault(node, []).append((part, square, own))
    return result


def _bar(way: Shape) -> shapely.Geometry:
    """Return a line with a little ground about it: layers are rounded to a centimetre."""
    return shapely.buffer(way.xy, 2 * _HAIR_M, cap_style="square", join_style="mitre")


def _cuts(
    streets: Streets, lines: Geometries, shut: Collection[Shape]
) -> dict[int, tuple[float, float]]:
    """Return where shut lines cut edges: by edge, how far along the first and the last cut lie."""
    cuts: dict[int, tuple[float, float]] = {}
    tree = shapely.STRtree(lines)
    raised = (streets.bridge | streets.tunnel) & (streets.level != 0)
    for way in shut:
        bar = _bar(way)
        for edge in tree.query(bar, predicate="intersects").tolist():
            level = int(streets.level[edge])
            if raised[edge] if way.levels is None else level not in way.levels:
                continue
            met = shapely.get_coordinates(shapely.intersection(lines[edge], bar))
            run = shapely.line_locate_point(lines[edge], shapely.points(met))
            first, last = cuts.get(edge, (np.inf, -np.inf))
            cuts[edge] = (min(first, float(run.min())), max(last, float(run.max())))
    return cuts
