"""What an export holds, whatever its format: layers with geometries, and tables without."""

import itertools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from placement.cover.catchments import rings
from placement.exports.titles import UNCHECKED
from placement.globe import cut
from placement.plan.clock import clock_of, minutes_of
from placement.plan.problem import Plan
from placement.plan.shapes import Shape
from placement.solution import Solution
from placement.streets.rings import rings_text

type Cell = str | int | float | None

LAYERS = ("posts", "catchments", "areas", "route", "closures", "closed_lines")
"""The layers of an export, as they lie above each other: the first on top."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Table:
    """Rows of cells, and their geometries in a layer.

    Attributes
    ----------
    name
        What the layer or the sheet is called.
    columns
        Cells by column, in order; all columns are equally long.
    geometries
        (rows,) in degrees, WGS 84, within ±180; None in a table without.
    note
        What is said of it beside its name, e.g. that nobody checked it.
    """

    name: str
    columns: Mapping[str, Sequence[Cell]]
    geometries: tuple[BaseGeometry, ...] | None = None
    note: str = ""

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))


def unchecked(table: Table, *, language: str) -> Table:
    """Return a table that says of each row, and beside its name, that it was not checked."""
    no = {"en": "no", "fr": "non"}[language]
    columns = {**table.columns, "checked": [no] * len(table)}
    return replace(table, columns=columns, note=UNCHECKED[language])


def layers_of(plan: Plan, solution: Solution, *, language: str) -> list[Table]:
    """Return the layers of a solution that have a feature, in the order of `LAYERS`.

    Parameters
    ----------
    plan, solution
        What was asked and chosen.
    language
        ``"en"`` or ``"fr"``, of labels and units.
    """
    drawn = {
        "posts": posts_of(plan, solution, language=language),
        "catchments": _catchments(plan, solution),
        "areas": _areas(plan, solution),
        "route": _shapes("route", plan.route),
        "closures": _shapes("closures", [s for s in plan.closures if s.lonlat.area > 0]),
        "closed_lines": _shapes("closed_lines", [s for s in plan.closures if not s.lonlat.area]),
    }
    return [drawn[name] for name in LAYERS if len(drawn[name])]


def posts_of(plan: Plan, solution: Solution, *, language: str) -> Table:
    """Return the posts, in the order of their identifiers."""
    kinds = {kind.id: kind for kind in plan.problem.means}
    place = {name: at for at, name in enumerate(kinds)}
    site_of = {site: at for at, site in enumerate(plan.problem.sites.id)}
    rows = []
    for post in sorted(solution.posts_list, key=lambda post: post.id):
        kind = kinds[post.resource]
        row: dict[str, Cell] = {
            "id": post.id,
            "site": post.site,
            "name": post.name,
            "resource": post.resource,
            "label": kind.label.get(language, kind.id),
            "units": post.units,
            "unit": kind.unit.get(language, ""),
            "cost": post.cost,
            "covered": post.covered,
            "only": post.only,
            "lon": post.lon,
            "lat": post.lat,
        }
        if solution.lanes is not None:
            row |= {
                "admitted": post.admitted,
                "longest_wait_min": post.longest_wait_min,
                "clears": post.clears,
            }
        if plan.problem.entries:
            entry = plan.problem.entries.get(place[post.resource])
            may = () if entry is None else entry.zones_at(site_of[post.site])
            row["zones"] = ", ".join(may) or None
        if plan.problem.rings is not None:
            row["ring"] = post.ring
        rows.append(row)
    points = shapely.points([(row["lon"], row["lat"]) for row in rows]) if rows else ()
    return _table("posts", rows, tuple(points))


def staffing_of(plan: Plan, solution: Solution, *, language: str) -> Table:
    """Return which units stand where from when until when, and with lanes whom they admit."""
    posts = posts_of(plan, solution, language=language)
    lanes = solution.lanes
    spans: list[tuple[str | None, str | None]] = [(None, None)]
    if lanes is not None:
        opens, closes = minutes_of(lanes.opens) or 0, minutes_of(lanes.closes) or 0
        edges = [
            opens + number * lanes.period_min
            for number in range(round((closes - opens) / lanes.period_min) + 1)
        ]
        clocks = [clock_of(round(at)) for at in edges]
        spans = list(itertools.pairwise(clocks))
    elif solution.periods:
        spans = [(period.begins, period.ends) for period in solution.periods]
    names = ("id", "name", "label", "units", "unit")
    rows: list[dict[str, Cell]] = []
    for number, (begins, ends) in enumerate(spans):
        for row in range(len(posts)):
            told: dict[str, Cell] = {"begins": begins, "ends": ends}
            if not _serves(solution, number, str(posts.columns["resource"][row])):
                continue
            told |= {name: posts.columns[name][row] for name in names}
            if lanes is not None:
                gate = lanes.gates.get(str(told["id"]))
                told["sent"] = None if gate is None else gate.sent[number]
                told["admitted"] = None if gate is None else gate.admitted[number]
            rows.append(told)
    return _table("staffing", rows)


def _serves(solution: Solution, number: int, resource: str) -> bool:
    """Say whether a resource serves in a period of the plan; one that is no such period tells."""
    if solution.lanes is not None or number >= len(solution.periods):
        return True
    period = solution.periods[number]
    return period.name is None or resource in period.covered


def walks_of(solution: Solution) -> Table:
    """Return how long the people of each area walk to each resource."""
    rows: list[dict[str, Cell]] = [
        {
            "resource": resource,
            "area": area,
            "people": walks.people,
            "within": walks.within,
            "share": walks.within / walks.people if walks.people else 0.0,
            "median_s": walks.median_s,
            "p95_s": walks.p95_s,
            "longest_s": walks.longest_s,
        }
        for resource, by_area in sorted(solution.areas.items())
        for area, walks in sorted(by_area.items())
    ]
    return _table("areas", rows)


def assumptions_of(plan: Plan, solution: Solution, *, language: str) -> Table:
    """Return what the figures rest on, a line each."""
    walking = plan.settings.walking
    said: list[tuple[str, Cell]] = [
        ("plan", solution.plan),
        ("title", plan.settings.title_by_language()[language]),
        ("version", solution.version),
        ("status", solution.status.value),
        ("objective", solution.objective),
        ("bound", _finite(solution.bound)),
        ("gap", _finite(solution.gap)),
        ("budget", solution.budget),
        ("budget_unit", plan.settings.budget.unit.by_language()[language]),
        ("cost", solution.cost),
        ("walking", solution.walking),
        ("speed_m_s", walking.speed_m_s),
        ("detour_factor", walking.detour_factor),
        ("at", solution.at),
        ("headroom", solution.headroom),
        ("crs", plan.crs),
        ("attribution", solution.attribution),
    ]
    for kind in plan.problem.resources:
        said += [
            (f"{kind.id}: walk_limit_s", kind.walk_limit_s),
            (f"{kind.id}: value", kind.value),
            (f"{kind.id}: fleet", kind.fleet),
        ]
    said += [(f"limit: {name}", most) for name, most in sorted(solution.limits.items())]
    said += [(f"layer: {name}", file) for name, file in sorted(plan.layers.items())]
    said += [("closure", name) for name in solution.closures]
    said += [("lock", post) for post in solution.lock]
    said += [("forbid", post) for post in solution.forbid]
    said += [("override", name) for name in solution.overrides or ()]
    rows: list[dict[str, Cell]] = [{"assumption": name, "value": value} for name, value in said]
    return _table("assumptions", rows)


def _catchments(plan: Plan, solution: Solution) -> Table:
    """Return the ground within each post's own limit; none of given times."""
    if plan.walk_s is not None or not solution.posts_list:
        return _table("catchments", [], ())
    limit = {kind.id: kind.walk_limit_s for kind in plan.problem.resources}
    minutes = sorted({seconds / 60 for seconds in limit.values()})
    found = [
        ring
        for ring in rings(plan, solution.posts_list, minutes=minutes)
        if math.isclose(ring.limit_s, limit[ring.resource])
    ]
    features = json.loads(rings_text(found, crs=plan.crs))["features"]
    mine = [one for one in features if one["properties"]["kind"] == "post"]
    rows: list[dict[str, Cell]] = [
        {
            "id": one["id"],
            "post": one["properties"]["post"],
            "resource": one["properties"]["resource"],
            "walk_s": float(one["properties"]["walk_s"]),
            **{key: one["properties"][key] for key in ("period",) if plan.periods},
        }
        for one in mine
    ]
    return _table("catchments", rows, tuple(shape(one["geometry"]) for one in mine))


def _areas(plan: Plan, solution: Solution) -> Table:
    rows: list[dict[str, Cell]] = []
    for area in plan.areas:
        row: dict[str, Cell] = {"id": area.id, "name": area.name}
        for resource, by_area in sorted(solution.areas.items()):
            walks = by_area.get(area.id)
            row["people"] = row.get("people") if walks is None else walks.people
            row[f"{resource}_within"] = None if walks is None else walks.within
            row[f"{resource}_median_s"] = None if walks is None else walks.median_s
        rows.append(row)
    return _table("areas", rows, tuple(cut(area.lonlat) for area in plan.areas))


def _shapes(name: str, shapes: Sequence[Shape]) -> Table:
    rows: list[dict[str, Cell]] = [{"id": one.id, "name": one.name} for one in shapes]
    return _table(name, rows, tuple(cut(one.lonlat) for one in shapes))


def _table(
    name: str,
    rows: Sequence[Mapping[str, Cell]],
    geometries: tuple[BaseGeometry, ...] | None = None,
) -> Table:
    columns: dict[str, list[Cell]] = {column: [] for row in rows for column in row}
    for row in rows:
        for column, cells in columns.items():
            cells.append(row.get(column))
    return Table(name=name, columns=columns, geometries=geometries)


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None
