"""A plan file and its layers → `Plan`: parse, then build, then never change again."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from numbers import Integral
from pathlib import Path
from types import MappingProxyType
from typing import Any

import shapely

from placement.errors import UsageError
from placement.executor import Executor
from placement.globe import inner_points
from placement.plan.arrivals import with_profiles
from placement.plan.background import background_of
from placement.plan.cells import unused_columns
from placement.plan.crs import Plane, check_fit, choose_plane
from placement.plan.demand_parts import Joining
from placement.plan.digests import digest_inputs
from placement.plan.drawn import features, shapes
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
from placement.plan.headroom import with_headroom
from placement.plan.layer_files import find_files, read_demand_parts, read_tables
from placement.plan.people import people_in, read_people
from placement.plan.periods import Own, files_of, of_periods, prefixed, with_periods
from placement.plan.problem import Near, Plan, Problem, Resource
from placement.plan.required import check_required, check_worth
from placement.plan.rings import build_rings
from placement.plan.rules import build_backup, build_entries, build_floors, build_groups
from placement.plan.sealing import WAY_COLUMNS, Sealing, build_sealing, ground_around
from placement.plan.settings import Settings, Text, nearest, plan_path, read_settings
from placement.plan.shapes import ClosureRule, Crowd, Shape
from placement.plan.sites import build_sites
from placement.plan.table import Table, read_table
from placement.plan.walk_table import walk_table
from placement.reading.held import Source

#: Layers that count for nothing where walks are straight lines.
_ON_STREETS = ("rail", "barriers", "closures", "crowd")
_NONE: Mapping[str, Any] = MappingProxyType({})
_NO_CLOSURES = Wanted(files=(), streets=())


def load_plan(
    path: str | Path,
    *,
    layers: Mapping[str, object] = _NONE,
    budget: float | None = None,
    limits: Mapping[str, int] = _NONE,
    closures: Iterable[str | Path] = (),
    at: str | None = None,
    walk_s: object = None,
    headroom: float | None = None,
    executor: Executor | None = None,
    **by_name: object,
) -> Plan:
    """Read a plan file and all its layers, and check them against each other.

    The order of the features in a file never matters: everything is sorted by identifier.

    Parameters
    ----------
    path
        The plan file, or a folder with a ``plan.toml``.
    layers
        What to take in place of (or beside) the layers that the plan names, by layer: the path of
        a file, a GeoDataFrame, or a DataFrame with columns ``lon`` and ``lat``; for ``streets``
        also an OSMnx or NetworkX graph or a `placement.streets.Streets` network.
    budget
        Budget in place of the plan's, ≥ 0, in the plan's unit.
    limits
        Most units of a resource in place of the plan's ``fleet``, ≥ 0.
    closures
        Beside the plan's own: files of polygons and lines, or names of streets to close.
    at
        Time of day, ``"HH:MM"``, in place of the plan's: closures with hours hold or not.
    walk_s
        Walking times in place of the street layer, see `Plan.from_frames`.
    headroom
        Share of what lanes admit to plan with, above 0 and of 1 at most, in place of the plan's.
    executor
        Where the parts of a layer ``demand`` in parts are read, see `placement.executor`; None for
        this process. Nothing depends on it.
    **by_name
        The same as `layers`, by keyword: ``sites=frame``. A layer of closures goes into `layers`,
        because `closures` are those of this run.

    Returns
    -------
    Plan

    Examples
    --------
    >>> load_plan("plan.toml", sites=sites, demand="demand.geojson")  # doctest: +SKIP

    Raises
    ------
    InputError
        If a file or a feature cannot be used; one sentence with file, feature, field and remedy.
    UsageError
        If `layers` or `limits` names what does not exist, a layer is of a type that holds none, a
        number is out of range, `at` is no time, or something is to be closed where the plan has
        no streets.
    InfeasibleError
        If the required posts alone break a rule.
    """
    if not isinstance(path, str | Path):
        raise UsageError(
            f"a plan is loaded from the path of its file, and not from {type(path).__name__}; "
            "for a plan without files use Plan.from_frames(sites=…, demand=…)."
        )
    twice = sorted(by_name.keys() & layers.keys())
    if twice:
        raise UsageError(f"the layer {twice[0]!r} is given twice; keep one of the two.")
    path = plan_path(path)
    settings = read_settings(path)
    most = budget_of(settings, budget)
    replaced = {**layers, **by_name}
    files = find_files(path, settings, replaced, walk_s=walk_s is not None)
    plan = build_plan(
        settings,
        files,
        file=path,
        budget=most,
        limits=limits,
        run=_wanted(closures),
        minutes=at_of(settings, at),
        walk_s=walk_s,
        replaced=tuple(sorted(replaced)),
        executor=executor,
    )
    return plan if headroom is None else with_headroom(plan, headroom)


def build_plan(
    settings: Settings,
    files: Mapping[str, Source],
    *,
    file: Path,
    budget: float,
    limits: Mapping[str, int] = _NONE,
    run: Wanted = _NO_CLOSURES,
    minutes: int | None = None,
    walk_s: object = None,
    replaced: tuple[str, ...] = (),
    executor: Executor | None = None,
) -> Plan:
    """Read all layers of a plan, and check them against each other and the settings.

    Parameters
    ----------
    settings
        The plan file's content.
    files
        Where each layer comes from, in the order of the plan file's format; those that periods
        have of their own as ``"<period>:<layer>"``.
    file
        The plan file, or what stands for it in messages.
    budget, limits
        Most the plan may cost, and most units by resource in place of the plan's ``fleet``.
    run
        Closures of this run.
    minutes
        Minute of the day the plan is made for.
    walk_s
        Walking times, or None.
    replaced
        Layers that stand in for the plan's own.
    executor
        Where the parts of a layer in parts are read; None for this process.

    Returns
    -------
    Plan

    Raises
    ------
    InputError, UsageError, InfeasibleError
        As from `load_plan`.
    """
    resources = _resources(settings, limits)
    if walk_s is not None and "streets" in files:
        raise UsageError("streets and walk_s both say how long walks take; keep one of the two.")
    if (run.files or run.streets) and "streets" not in files:
        raise UsageError("the plan has no street layer to close streets of; name one: streets = …")
    if walk_s is not None and settings.periods:
        raise UsageError("walk_s tells the walks of one period: give streets, or no periods.")
    side_m = settings.walking.aggregate_m
    tables = read_tables(files, side_m=side_m)
    own = {one.name: files_of(files, one.name) for one in settings.periods}
    theirs = {name: read_tables(mine, side_m=side_m) for name, mine in own.items()}
    resources = with_profiles(resources, settings, files.get("arrivals"), file=file)
    around = [tables[name].lonlat for name in ("route", "sites") if name in tables]
    plane = choose_plane(settings.crs, file=file, around=around)
    lanes = next((kind.lanes for kind in resources if kind.lanes is not None), None)
    joining = Joining(plane=plane, plan_file=file, side_m=side_m, rule=lanes)
    tables |= read_demand_parts(files, joining, executor=executor)
    for name, mine in own.items():
        theirs[name] |= read_demand_parts(mine, joining, executor=executor)
    every = {**tables, **of_periods(theirs)}
    closed = _closed(run)
    problem, warnings = _problem(tables, theirs, plane, settings, budget, resources, plan_file=file)
    check_required(problem)
    check_worth(problem, file=file)
    parts = {name: table.parts for name, table in every.items() if table.parts}
    given = walk_s is not None
    warnings += _idle(settings, files, tables, problem, given=given, parted=bool(parts))
    table, more = (None, []) if walk_s is None else walk_table(walk_s, problem, tables)
    warnings += more
    plan = Plan(
        file=file,
        settings=settings,
        crs=plane.name,
        problem=problem,
        streets=files.get("streets"),
        walk_s=table,
        route=shapes(tables, "route", plane),
        water=shapes(tables, "water", plane),
        areas=_areas(settings, tables, theirs, plane),
        barriers=shapes(tables, "rail", plane) + shapes(tables, "barriers", plane),
        ways=shapes(tables, "ways", plane) if problem.ways else (),
        perimeter=_perimeter(tables, settings, plane) if problem.ways else None,
        closing=_closing(tables, run, closed, settings, plane, plan_file=file),
        crowds=_crowds(tables, plane),
        background=_background(tables, plane),
        at=minutes,
        closed=tuple(sorted((*(one.name for one in run.files), *run.streets))),
        layers={name: source.name for name, source in files.items()},
        replaced={name: files[name].name for name in replaced},
        limits=dict(sorted(limits.items())),
        warnings=tuple(warnings),
        digests=digest_inputs(
            settings,
            every,
            closed=closed,
            arrivals=files.get("arrivals"),
            walk_s=table,
        ),
        parts=parts,
        inputs=(file, *_paths(files, parts), *run.files),
    )
    if not settings.periods:
        return plan

    def ground(name: str) -> dict[str, Any]:
        """Return what of the plan's ground is another one in a period."""
        mine = theirs.get(name, _NONE)
        both, found = {**tables, **mine}, dict[str, Any]()
        if "closures" in mine:
            found["closing"] = _closing(both, run, closed, settings, plane, plan_file=file)
        if "crowd" in mine:
            found["crowds"] = _crowds(both, plane)
        if "rail" in mine or "barriers" in mine:
            found["barriers"] = shapes(both, "rail", plane) + shapes(both, "barriers", plane)
        return found

    return with_periods(plan, own, ground)


def _areas(
    settings: Settings, tables: Mapping[str, Table], theirs: Own[Table], plane: Plane
) -> tuple[Shape, ...]:
    """Return the areas people stand in, in each period by the names that its points have."""
    if not settings.periods:
        return shapes(tables, "areas", plane)
    found: list[Shape] = []
    for one in settings.periods:
        mine = people_in(tables, theirs, one.name)
        found += prefixed(one.name, shapes(mine, "areas", plane))
    return tuple(sorted(found, key=lambda shape: shape.id))


def _paths(files: Mapping[str, Source], parts: Mapping[str, tuple[Path, ...]]) -> Iterator[Path]:
    """Yield the files of layers, one by one where a layer comes in parts."""
    for name, source in files.items():
        yield from parts.get(name) or ([source] if isinstance(source, Path) else [])


def _crowds(tables: Mapping[str, Table], plane: Plane) -> tuple[Crowd, ...]:
    crowd = tables.get("crowd")
    return () if crowd is None else crowds_of(crowd, features(crowd, "crowd", plane))


def _background(tables: Mapping[str, Table], plane: Plane) -> tuple[Shape, ...]:
    table = tables.get("background")
    return () if table is None else background_of(table, features(table, "background", plane))


def _idle(
    settings: Settings,
    files: Mapping[str, Source],
    tables: Mapping[str, Table],
    problem: Problem,
    *,
    given: bool,
    parted: bool,
) -> list[str]:
    """Say which layers and columns count for nothing.

    `given` tells that walking times are, `parted` that a layer came in parts.
    """
    warnings = []
    if settings.walking.aggregate_m is not None and not parted:
        warnings.append("no demand in GeoParquet: walking.aggregate_m counts for nothing")
    if "streets" not in files:
        if not given:
            factor = settings.walking.detour_factor
            warnings.append(f"no street layer: walks are straight lines × {factor:g}")
        idle = [name for name in _ON_STREETS if name in files]
        idle += ["[[closures]]"] if settings.closures else []
        if idle:
            warnings.append(f"no street layer: {', '.join(idle)} count for nothing")
        if problem.ways:
            warnings.append("no street layer: nobody looks for a way past those to be sealed")
    if "arrivals" in files and problem.laned is None:
        warnings.append("no resource has lanes: arrivals count for nothing")
    if settings.sealed is None:
        unused = [name for name in ("ways", "perimeter") if name in files]
        warnings += [f"no [sealed]: {', '.join(unused)} count for nothing"] if unused else []
    for name, columns in (
        ("closures", CLOSURE_COLUMNS),
        ("crowd", CROWD_COLUMNS),
        ("ways", WAY_COLUMNS),
    ):
        if name in tables:
            warnings += unused_columns(tables[name], columns)
    return warnings


def _wanted(closures: Iterable[str | Path]) -> Wanted:
    """Return the closures of a run; a layer handed in here would be taken for its columns."""
    if isinstance(closures, str | Path) or hasattr(closures, "columns"):
        raise UsageError(
            f"closures is of type {type(closures).__name__}: give a list of files and names of "
            'streets; a layer of closures goes into layers={"closures": …}.'
        )
    return wanted(closures)


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
            periods=tuple(
                at for at, one in enumerate(settings.periods) if one.name in given.periods
            )
            if given.periods
            else None,
        )
        for name, given in sorted(settings.resources.items())
    )


def _problem(
    tables: Mapping[str, Table],
    theirs: Own[Table],
    plane: Plane,
    settings: Settings,
    budget: float,
    resources: tuple[Resource, ...],
    *,
    plan_file: Path,
) -> tuple[Problem, list[str]]:
    """Build sites and demand, and return what is worth a warning."""
    check_fit(plane, tables["sites"], inner_points(tables["sites"].lonlat), plan_file=plan_file)
    sites, warnings = build_sites(
        tables["sites"],
        shapely.get_coordinates(plane.metres(tables["sites"])),
        shapely.get_coordinates(tables["sites"].lonlat),
        settings.resources,
    )
    sealing = Sealing(sites=sites)
    if settings.sealed is not None:
        names = [kind.id for kind in resources]
        drawn = features(tables["ways"], "ways", plane)
        sealing = build_sealing(tables["ways"], drawn, sites, settings.sealed, names)
    sites = sealing.sites
    demand, more = read_people(tables, theirs, plane, settings, resources, plan_file=plan_file)
    problem = Problem(
        budget=budget,
        resources=resources,
        sites=sites,
        demand=demand,
        floors=build_floors(settings, demand, file=plan_file),
        groups=build_groups(settings, sites, file=plan_file),
        backup=build_backup(settings, demand, file=plan_file),
        entries=build_entries(settings, sites, demand, file=plan_file),
        barriers=sealing.barriers,
        ways=sealing.ways,
        rings=build_rings(settings, sites, demand, file=plan_file),
    )
    return problem, [*warnings, *more]


def _perimeter(tables: Mapping[str, Table], settings: Settings, plane: Plane) -> shapely.Geometry:
    """Return the ground that is sealed, metres: the layer's polygons, or that near the route."""
    rule = settings.sealed
    if rule is None or rule.around_m is None:
        return shapely.union_all([shape.xy for shape in shapes(tables, "perimeter", plane)])
    return ground_around(plane.metres(tables["route"]), rule.around_m)


def _closed(run: Wanted) -> tuple[Table, ...]:
    """Read the files of closures of this run."""
    return tuple(
        read_table(file, layer="closures", kinds=CLOSURE_KINDS, instead="street")
        for file in run.files
    )


def _closing(
    tables: Mapping[str, Table],
    run: Wanted,
    closed: Sequence[Table],
    settings: Settings,
    plane: Plane,
    *,
    plan_file: Path,
) -> tuple[ClosureRule, ...]:
    """Return all closures: the layer's, the plan file's, and those of this run."""
    found: list[ClosureRule] = []
    if (own := tables.get("closures")) is not None:
        found += closures_of_layer(own, features(own, "closures", plane))
    found += closures_by_name(settings, run.streets, plan_file)
    for table in closed:
        drawn = features(table, "closures", plane)
        found += closures_of_layer(table, drawn, prefix=f"{table.file.name}:")
    return tuple(found)
