"""A plan file and its layers → `Plan`: parse, then build, then never change again."""

import math
from collections.abc import Iterable, Mapping
from numbers import Integral
from pathlib import Path
from types import MappingProxyType
from typing import Any

import shapely

from placement.errors import UsageError
from placement.globe import inner_points
from placement.plan.arrivals import with_profiles, zone_arrivals
from placement.plan.cells import identifiers, plain_text, unused_columns
from placement.plan.crs import Plane, check_fit, choose_plane
from placement.plan.demand import build_demand, crowds_at_points, crowds_in_areas
from placement.plan.ground import (
    CLOSURE_COLUMNS,
    CLOSURE_KINDS,
    CROWD_COLUMNS,
    Wanted,
    at_of,
    closures_by_name,
    closures_of_layer,
    crowds_of,
    wanted,
)
from placement.plan.problem import Near, Plan, Problem, Resource
from placement.plan.required import check_required
from placement.plan.rules import build_backup, build_floors, build_groups
from placement.plan.settings import Layers, Settings, Text, nearest, plan_path, read_settings
from placement.plan.shapes import ClosureRule, Shape
from placement.plan.sites import build_sites
from placement.plan.table import LINES, POINTS, POLYGONS, Row, Table, read_table, require_file

_KINDS: Mapping[str, tuple[str, ...]] = {
    "route": LINES,
    "sites": POINTS,
    "demand": POINTS,
    "areas": POLYGONS,
    "water": POLYGONS,
    "rail": (*LINES, *POLYGONS),
    "barriers": (*LINES, *POLYGONS),
    "closures": CLOSURE_KINDS,
    "crowd": POLYGONS,
}
#: Layers that count for nothing where walks are straight lines.
_ON_STREETS = ("rail", "barriers", "closures", "crowd")
_NONE: Mapping[str, Any] = MappingProxyType({})


def load_plan(
    path: str | Path,
    *,
    layers: Mapping[str, str | Path] = _NONE,
    budget: float | None = None,
    limits: Mapping[str, int] = _NONE,
    closures: Iterable[str | Path] = (),
    at: str | None = None,
) -> Plan:
    """Read a plan file and all its layers, and check them against each other.

    The order of the features in a file never matters: everything is sorted by identifier.

    Parameters
    ----------
    path
        The plan file, or a folder with a ``plan.toml``.
    layers
        Files to read in place of (or beside) those the plan names, by layer.
    budget
        Budget in place of the plan's, ≥ 0, in the plan's unit.
    limits
        Most units of a resource in place of the plan's ``fleet``, ≥ 0.
    closures
        Beside the plan's own: files of polygons and lines, or names of streets to close.
    at
        Time of day, ``"HH:MM"``, in place of the plan's: closures with hours hold or not.

    Returns
    -------
    Plan

    Raises
    ------
    InputError
        If a file or a feature cannot be used; one sentence with file, feature, field and remedy.
    UsageError
        If `layers` or `limits` names what does not exist, a number is out of range, `at` is no
        time, or something is to be closed where the plan has no streets.
    InfeasibleError
        If the required posts alone break a rule.
    """
    path = plan_path(path)
    settings = read_settings(path)
    most = budget_of(settings, budget)
    resources = _resources(settings, limits)
    minutes = at_of(settings, at)
    run = wanted(closures)
    files = _files(path, settings, layers)
    if (run.files or run.streets) and "streets" not in files:
        raise UsageError("the plan has no street layer to close streets of; name one: streets = …")
    for name, file in files.items():
        require_file(file, layer=name)
    tables = {
        name: read_table(
            files[name], layer=name, kinds=kinds, instead="street" if name == "closures" else None
        )
        for name, kinds in _KINDS.items()
        if name in files
    }
    resources = with_profiles(resources, settings, files.get("arrivals"), file=path)
    around = [tables[name].lonlat for name in ("route", "sites") if name in tables]
    plane = choose_plane(settings.crs, file=path, around=around)
    problem, warnings = _problem(tables, plane, settings, most, resources, plan_file=path)
    check_required(problem)
    if "streets" not in files:
        factor = settings.walking.detour_factor
        warnings.append(f"no street layer: walks are straight lines × {factor:g}")
        idle = [name for name in _ON_STREETS if name in files]
        idle += ["[[closures]]"] if settings.closures else []
        if idle:
            warnings.append(f"no street layer: {', '.join(idle)} count for nothing")
    if "arrivals" in files and problem.laned is None:
        warnings.append("no resource has lanes: arrivals count for nothing")
    for name, columns in (("closures", CLOSURE_COLUMNS), ("crowd", CROWD_COLUMNS)):
        if name in tables:
            warnings += unused_columns(tables[name], columns)
    crowd = tables.get("crowd")
    return Plan(
        file=path,
        settings=settings,
        crs=plane.name,
        problem=problem,
        streets=files.get("streets"),
        route=_shapes(tables, "route", plane),
        water=_shapes(tables, "water", plane),
        areas=_shapes(tables, "areas", plane),
        barriers=_shapes(tables, "rail", plane) + _shapes(tables, "barriers", plane),
        closing=_closing(tables, run, settings, plane, plan_file=path),
        crowds=() if crowd is None else crowds_of(crowd, _features(crowd, "crowd", plane)),
        at=minutes,
        closed=tuple(sorted((*(file.name for file in run.files), *run.streets))),
        layers={name: file.name for name, file in files.items()},
        replaced={name: files[name].name for name in sorted(layers)},
        limits=dict(sorted(limits.items())),
        warnings=tuple(warnings),
        inputs=(path, *files.values(), *run.files),
    )


def budget_of(settings: Settings, budget: float | None) -> float:
    """Return the budget of a run: the plan's, unless another one is given.

    Raises
    ------
    UsageError
        If the other one is no finite number ≥ 0.
    """
    if budget is None:
        return settings.budget.amount
    if not (math.isfinite(budget) and budget >= 0):
        raise UsageError(f"the budget must be a finite number of at least 0, not {budget}.")
    return float(budget)


def _files(path: Path, settings: Settings, layers: Mapping[str, str | Path]) -> dict[str, Path]:
    """Return the file of every layer in use, in the order of the plan file's format."""
    known = tuple(Layers.model_fields)
    for name in layers:
        if name not in known:
            meant = nearest(name, known)
            hint = f"did you mean {meant!r}?" if meant else f"known are {', '.join(known)}."
            raise UsageError(f"there is no layer {name!r}; {hint}")
    files = {}
    for name in known:
        named = getattr(settings.layers, name)
        if name in layers:
            files[name] = Path(layers[name])
        elif named is not None:
            files[name] = path.parent / named
    return files


def _resources(settings: Settings, limits: Mapping[str, int]) -> tuple[Resource, ...]:
    """Return the resources in the order of their identifiers, with the limits of this run."""
    for name, units in limits.items():
        if name not in settings.resources:
            meant = nearest(name, settings.resources)
            known = ", ".join(sorted(settings.resources))
            hint = f"did you mean {meant!r}?" if meant else f"known are {known}."
            raise UsageError(f"there is no resource {name!r}; {hint}")
        if isinstance(units, bool) or not isinstance(units, Integral) or int(units) < 0:
            raise UsageError(
                f"the limit of {name!r} must be a whole number of 0 or more, not {units}."
            )
    return tuple(
        Resource(
            id=name,
            label=(given.label or Text(en=name, fr=name)).by_language(),
            unit=given.unit.by_language(),
            walkers=given.walkers,
            walk_limit_s=given.walk_limit_min * 60,
            value=given.value,
            fleet=int(limits[name]) if name in limits else given.fleet,
            posts=given.posts,
            near=Near(resource=given.near.resource, walk_s=given.near.walk_min * 60)
            if given.near
            else None,
            separation_m=given.separation_m,
            separation_s=None if given.separation_min is None else given.separation_min * 60,
            unavailable=given.unavailable,
            counted_units=given.counted_units,
            lanes=None if given.lanes is None else given.lanes.rule(),
        )
        for name, given in sorted(settings.resources.items())
    )


def _problem(
    tables: Mapping[str, Table],
    plane: Plane,
    settings: Settings,
    budget: float,
    resources: tuple[Resource, ...],
    *,
    plan_file: Path,
) -> tuple[Problem, list[str]]:
    """Build sites and demand, and return what is worth a warning."""
    metres = {}
    for name in ("sites", "demand", "areas"):
        if name in tables:
            table = tables[name]
            check_fit(plane, table, inner_points(table.lonlat), plan_file=plan_file)
            metres[name] = plane.metres(table)
    sites, warnings = build_sites(
        tables["sites"],
        shapely.get_coordinates(metres["sites"]),
        shapely.get_coordinates(tables["sites"].lonlat),
        settings.resources,
    )
    crowds = []
    rule = next((kind.lanes for kind in resources if kind.lanes is not None), None)
    slow = settings.walking.step_free_share
    if "demand" in tables:
        points = shapely.get_coordinates(metres["demand"])
        crowds += crowds_at_points(tables["demand"], points, step_free_share=slow, rule=rule)
    if "areas" in tables:
        crowds += crowds_in_areas(
            tables["areas"],
            metres["areas"],
            spacing_m=settings.walking.sample_m,
            step_free_share=slow,
            rule=rule,
        )
    demand, more = build_demand(
        crowds,
        files=[tables[name] for name in ("demand", "areas") if name in tables],
        to_lonlat=plane.to_lonlat,
        by_zone=zone_arrivals(settings, rule, {crowd.zone for crowd in crowds}, file=plan_file),
    )
    if rule is not None:
        used = set(demand.arrival[demand.people > 0].tolist())
        more += [
            f"arrival profile {name!r} is used by no demand"
            for at, name in enumerate(rule.profiles)
            if at > 0 and at not in used
        ]
    problem = Problem(
        budget=budget,
        resources=resources,
        sites=sites,
        demand=demand,
        floors=build_floors(settings, demand, file=plan_file),
        groups=build_groups(settings, sites, file=plan_file),
        backup=build_backup(settings, demand, file=plan_file),
    )
    return problem, [*warnings, *more]


def _closing(
    tables: Mapping[str, Table], run: Wanted, settings: Settings, plane: Plane, *, plan_file: Path
) -> tuple[ClosureRule, ...]:
    """Return all closures: the layer's, the plan file's, and those of this run."""
    found: list[ClosureRule] = []
    own = tables.get("closures")
    if own is not None:
        found += closures_of_layer(own, _features(own, "closures", plane))
    found += closures_by_name(settings, run.streets, plan_file)
    for file in run.files:
        table = read_table(file, layer="closures", kinds=CLOSURE_KINDS, instead="street")
        shapes = _features(table, "closures", plane)
        found += closures_of_layer(table, shapes, prefix=f"{file.name}:")
    return tuple(found)


def _shapes(tables: Mapping[str, Table], layer: str, plane: Plane) -> tuple[Shape, ...]:
    """Return the features of a layer that is drawn or that cuts, by identifier."""
    table = tables.get(layer)
    return () if table is None else tuple(shape for _, shape in _features(table, layer, plane))


def _features(table: Table, layer: str, plane: Plane) -> list[tuple[Row, Shape]]:
    """Return the rows of a layer with their shapes, by identifier."""
    table = _numbered(table, layer)
    ids = identifiers(table)
    xy = plane.metres(table)
    found = []
    for at in sorted(range(len(table)), key=lambda at: ids[at]):
        row = table.rows[at]
        shape = Shape(
            id=ids[at],
            name=plain_text(table, row, "name") or ids[at],
            lonlat=table.lonlat[at],
            xy=xy[at],
            properties={
                key: value
                for key, value in sorted(row.properties.items())
                if key not in {"id", "name"}
            },
        )
        found.append((row, shape))
    return found


def _numbered(table: Table, layer: str) -> Table:
    """Give a layer without any identifiers its own: water and closures often come without.

    Numbers follow the shapes themselves, so that the order of the rows does not matter.
    """
    if layer == "areas" or any("id" in row.properties for row in table.rows):
        return table
    wkb = shapely.to_wkb(shapely.normalize(table.lonlat))
    order = sorted(range(len(table)), key=lambda at: wkb[at])
    width = len(str(len(table)))
    rows: list[Row] = list(table.rows)
    for number, at in enumerate(order, start=1):
        name = f"{layer}-{number:0{width}d}"
        rows[at] = Row(name=name, properties={**table.rows[at].properties, "id": name})
    return Table(
        file=table.file,
        rows=tuple(rows),
        columns=table.columns,
        lonlat=table.lonlat,
        source=table.source,
        crs=table.crs,
        unplaced=table.unplaced,
    )
