"""What a plan is walked on: streets as closures and crowds leave them, and the points on them."""

import weakref
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pyproj import CRS
from scipy.sparse import csr_array

from placement.cover.open_ground import closing_shapes, open_walks, places
from placement.errors import InputError, UsageError
from placement.plan.problem import Plan
from placement.plan.settings import nearest
from placement.plan.shapes import ClosureRule
from placement.reading.held import Held
from placement.streets import Snapped, Streets, read_streets, snap
from placement.streets.barring import Barring
from placement.streets.closures import Closure, with_closures, with_crowd, with_pace
from placement.streets.obstacles import with_obstacles


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Surface:
    """A walking network, and where the plan's points meet it.

    Attributes
    ----------
    streets
        The network.
    sites, demand
        Where the N sites and the M demand points meet it.
    straight, between
        Walks over open ground, in seconds: (N, M) between sites and demand points, and (N, N)
        between sites.
    """

    streets: Streets
    sites: Snapped
    demand: Snapped
    straight: csr_array
    between: csr_array


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Ground:
    """What a plan is walked on at one time of the day.

    Attributes
    ----------
    plain
        What most people and all teams walk on.
    step_free
        The same without steps, at the speed of those who walk so; None where nobody does.
    """

    plain: Surface
    step_free: Surface | None


type _Read = dict[bool, Streets]

# a plan never changes, so neither does its ground; it is kept, and so are its streets as they are
# every day, where another time of the day will ask for them again
_grounds: "weakref.WeakKeyDictionary[Plan, dict[tuple[int, ...], Ground]]" = (
    weakref.WeakKeyDictionary()
)
_MOST_KEPT = 8  # networks of a city take some 20 MB each
_untouched: "weakref.WeakKeyDictionary[Plan, _Read]" = weakref.WeakKeyDictionary()


def ground(plan: Plan, *, at: int | None) -> Ground:
    """Return the streets of a plan at a time of the day, and where its points meet them.

    Parameters
    ----------
    plan
        A plan with a street layer.
    at
        Minute of the day; None takes all closures at once.

    Returns
    -------
    Ground

    Raises
    ------
    InputError
        If the street layer cannot be read, or a closure names a street that it does not have.
    """
    kept = _grounds.setdefault(plan, {})
    closed = tuple(number for number, rule in enumerate(plan.closing) if rule.holds(at))
    found = kept.get(closed)
    if found is None:
        slow = bool(plan.problem.demand.step_free.any())
        found = Ground(
            plain=_surface(plan, at, step_free=False),
            step_free=_surface(plan, at, step_free=True) if slow else None,
        )
        if plan.timed and len(kept) < _MOST_KEPT:
            kept[closed] = found
    return found


def barriers(plan: Plan) -> list[Barring]:
    """Return what nobody crosses to reach a street, in metres: railways, walls, fences."""
    return [Barring(shape.xy, shape.levels) for shape in plan.barriers]


def water(plan: Plan) -> list[Barring]:
    """Return the water that nobody crosses to reach a street, in metres."""
    return [Barring(shape.xy, shape.levels) for shape in plan.water]


def _surface(plan: Plan, at: int | None, *, step_free: bool) -> Surface:
    """Alter a plan's streets and find its points on them."""
    streets = _altered(plan, untouched(plan, step_free=step_free), at)
    problem = plan.problem
    at_sites, at_demand = (
        snap(
            streets,
            points.xy,
            level=points.level,
            water=water(plan),
            barriers=barriers(plan),
            max_m=plan.settings.walking.snap_m,
        )
        for points in (problem.sites, problem.demand)
    )
    stand, people = (
        places(streets, points.xy, points.level, snapped, max_m=plan.settings.walking.snap_m)
        for points, snapped in ((problem.sites, at_sites), (problem.demand, at_demand))
    )
    straight, between = (
        open_walks(
            stand,
            other,
            speed_m_s=streets.speed_m_s,
            barring=[*water(plan), *barriers(plan), *closing_shapes(plan, at)],
            crowds=[(crowd.shape.xy, crowd.per_m2) for crowd in plan.crowds],
        )
        for other in (people, stand)
    )
    return Surface(
        streets=streets, sites=at_sites, demand=at_demand, straight=straight, between=between
    )


def untouched(plan: Plan, *, step_free: bool) -> Streets:
    """Read a plan's streets as they are every day, at the plan's own paces."""
    kept = _untouched.setdefault(plan, {})
    if step_free in kept:
        return kept[step_free]
    assert plan.streets is not None  # noqa: S101 - told by the caller
    walking = plan.settings.walking
    speed_m_s = walking.step_free_speed_m_s if step_free else walking.speed_m_s
    held = plan.streets.content if isinstance(plan.streets, Held) else None
    if isinstance(held, Streets):
        _check_network(plan, held, speed_m_s=speed_m_s, step_free=step_free)
        streets = held
    else:
        streets = read_streets(plan.streets, crs=plan.crs, speed_m_s=speed_m_s, step_free=step_free)
    if walking.class_pace:
        if not step_free:
            _check_classes(plan, streets)
        streets = with_pace(streets, walking.class_pace)
    if not step_free:
        _check_names(plan, streets)
    if plan.timed or plan.periods:
        kept[step_free] = streets
    return streets


def _check_names(plan: Plan, streets: Streets) -> None:
    for rule in plan.closing:
        _check_name(rule, streets)


def share_streets(plan: Plan) -> None:
    """Let the periods of a plan walk on the streets of the plan, which are read once."""
    untouched(plan, step_free=False)
    if plan.problem.demand.step_free.any():
        untouched(plan, step_free=True)
    for period in plan.periods:
        if period.plan.streets is plan.streets and period.plan not in _untouched:
            _untouched[period.plan] = _untouched[plan]
            _check_names(period.plan, _untouched[plan][False])


def also_closed(plan: Plan, names: Sequence[str]) -> Plan:
    """Return a plan with more streets closed, on the same streets: they are not read again.

    Parameters
    ----------
    plan
        A plan with a street layer.
    names
        Streets to close, as ``--closure NAME`` closes them.

    Raises
    ------
    InputError
        If the street layer cannot be read.
    UsageError
        If no street has one of the names.
    """
    rules = tuple(ClosureRule(id=name, street=name) for name in names)
    closed = tuple(sorted((*plan.closed, *names)))
    found = replace(plan, closing=(*plan.closing, *rules), closed=closed)
    kept = _untouched.setdefault(plan, {})
    for step_free in (False, True) if plan.problem.demand.step_free.any() else (False,):
        kept[step_free] = untouched(plan, step_free=step_free)
    for rule in rules:
        _check_name(rule, kept[False])
    _untouched[found] = kept
    if not plan.periods:
        return found
    share_streets(plan)
    periods = [
        replace(
            period,
            closed=tuple(sorted((*period.closed, *names))),
            plan=also_closed(period.plan, names),
        )
        for period in plan.periods
    ]
    return replace(found, periods=tuple(periods))


def _check_network(plan: Plan, streets: Streets, *, speed_m_s: float, step_free: bool) -> None:
    """Refuse a network that was made for something else than the plan asks."""
    assert plan.streets is not None  # noqa: S101 - told by the caller
    wanted = (
        ("crs", streets.crs, plan.crs, CRS(streets.crs) == CRS(plan.crs)),
        ("step_free", streets.step_free, step_free, streets.step_free == step_free),
        ("speed_m_s", streets.speed_m_s, speed_m_s, streets.speed_m_s == speed_m_s),
    )
    for field, given, asked, same in wanted:
        if not same:
            raise InputError(
                f"it was made for {field} {given!r}, not {asked!r}",
                file=plan.streets,
                field=field,
                remedy="give the street layer itself, a path, a frame or a graph, or read the "
                "network again",
            )


def _altered(plan: Plan, streets: Streets, at: int | None) -> Streets:
    """Close what is closed at a time of the day, bar squares, and slow down what is crowded."""
    holding = [
        Closure(
            shape=None if rule.shape is None else rule.shape.xy,
            street=rule.street,
            oneway=rule.oneway,
            fence=rule.fence,
            levels=None if rule.shape is None else rule.shape.levels,
        )
        for rule in plan.closing
        if rule.holds(at)
    ]
    streets = with_obstacles(streets, [*water(plan), *barriers(plan)])
    if holding:
        streets = with_closures(streets, holding)
        if streets.n_edges == 0:
            raise InputError(
                "nothing is left to walk on: every street is closed",
                file=plan.file,
                field="closures",
                remedy="draw the closures smaller, or give them hours",
            )
    if plan.crowds:
        streets = with_crowd(streets, [(crowd.shape.xy, crowd.per_m2) for crowd in plan.crowds])
    return streets


def _check_name(rule: ClosureRule, streets: Streets) -> None:
    """Refuse the closure of a street that the layer does not have: it would close nothing."""
    if rule.street is None:
        return
    known = {name.casefold(): name for name in streets.names if name}
    if rule.street.casefold() in known:
        return
    meant = nearest(rule.street.casefold(), known)
    remedy = f"write {known[meant]!r}" if meant else "write its name as the layer has it"
    problem = f"no street of {streets.source} is named {rule.street!r}"
    if rule.file is None:
        raise UsageError(f"{problem}; {remedy}.")
    raise InputError(
        problem,
        file=rule.file,
        feature=None if rule.key else rule.id,
        field=rule.key or "street",
        remedy=remedy,
    )


def _check_classes(plan: Plan, streets: Streets) -> None:
    """Refuse a pace for a class of street that the layer does not have."""
    for name in plan.settings.walking.class_pace:
        if name not in streets.classes:
            raise InputError(
                f"no street of {streets.source} is of the class {name!r}",
                file=plan.file,
                field=f"walking.class_pace.{name}",
                remedy=f"remove it; known are {', '.join(streets.classes)}",
            )
