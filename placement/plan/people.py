"""The people of a plan: its layers of points and areas, or those of each of its periods."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import shapely

from placement.globe import inner_points
from placement.plan.arrivals import zone_arrivals
from placement.plan.crs import Plane, check_fit
from placement.plan.demand import (
    PeopleThere,
    build_demand,
    crowds_at_points,
    crowds_in_areas,
    in_period,
)
from placement.plan.periods import Own
from placement.plan.problem import Demand, LanesRule, Resource
from placement.plan.settings import Settings
from placement.plan.table import Table

_LAYERS = ("demand", "areas")


def people_in(tables: Mapping[str, Table], theirs: Own[Table], period: str) -> Mapping[str, Table]:
    """Return the layers of the people of a period: its own, or else the plan's."""
    mine = theirs.get(period, {})
    found = mine if mine.keys() & set(_LAYERS) else tables
    return {name: found[name] for name in _LAYERS if name in found}


def read_people(
    tables: Mapping[str, Table],
    theirs: Own[Table],
    plane: Plane,
    settings: Settings,
    resources: Sequence[Resource],
    *,
    plan_file: Path,
) -> tuple[Demand, list[str]]:
    """Read who is where, in each period of the day where a plan has some.

    Parameters
    ----------
    tables, theirs
        The layers of the plan, and those that periods have of their own.
    plane
        Turns degrees into metres.
    settings, resources, plan_file
        The plan file's content, its resources and where it was read from.

    Returns
    -------
    demand
        Everybody, those of a period as ``"<period>:<point>"``.
    warnings
        Sentences about what is usable but worth a look.

    Raises
    ------
    InputError
        If a layer or a row cannot be used.
    """
    rule = next((kind.lanes for kind in resources if kind.lanes is not None), None)
    layers = {name: people_in(tables, theirs, name) for name in _periods(settings)}
    # the plan's own are read once, whatever periods take them
    files = {id(table): (name, table) for mine in layers.values() for name, table in mine.items()}
    found = {at: _crowds(*file, plane, settings, rule, plan_file) for at, file in files.items()}
    crowds = []
    for number, mine in enumerate(layers.values()):
        there = [one for table in mine.values() for one in found[id(table)]]
        if settings.periods:
            period = settings.periods[number]
            there = [in_period(one, number, period.name, weight=period.weight) for one in there]
        crowds += there
    demand, warnings = build_demand(
        crowds,
        files=[table for _, table in files.values()],
        to_lonlat=plane.to_lonlat,
        by_zone=zone_arrivals(settings, rule, {crowd.zone for crowd in crowds}, file=plan_file),
    )
    if rule is not None:
        used = set(demand.arrival[demand.people > 0].tolist())
        warnings += [
            f"arrival profile {name!r} is used by no demand"
            for at, name in enumerate(rule.profiles)
            if at > 0 and at not in used
        ]
    idle = [name for name in _LAYERS if name in tables and id(tables[name]) not in files]
    if idle:
        warnings.append(f"every period has its own people: {', '.join(idle)} count for nothing")
    return demand, warnings


def _periods(settings: Settings) -> Sequence[str]:
    """Return the names of the periods; one without a name where the whole day is one."""
    return [period.name for period in settings.periods] or [""]


def _crowds(
    layer: str,
    table: Table,
    plane: Plane,
    settings: Settings,
    rule: LanesRule | None,
    plan_file: Path,
) -> list[PeopleThere]:
    """Read the people of a layer of points or of areas."""
    check_fit(plane, table, inner_points(table.lonlat), plan_file=plan_file)
    metres, slow = plane.metres(table), settings.walking.step_free_share
    if layer == "demand":
        points = shapely.get_coordinates(metres)
        return crowds_at_points(table, points, step_free_share=slow, rule=rule)
    spacing_m = settings.walking.sample_m
    return crowds_in_areas(table, metres, spacing_m=spacing_m, step_free_share=slow, rule=rule)
