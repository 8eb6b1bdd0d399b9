"""From a plan and its solution to the bytes of a file of another program."""

from pathlib import Path

from placement.errors import UsageError
from placement.exports.kml import kml
from placement.exports.sheets import csv_text, xlsx
from placement.exports.tables import (
    LAYERS,
    Table,
    assumptions_of,
    layers_of,
    posts_of,
    staffing_of,
    unchecked,
    walks_of,
)
from placement.exports.titles import UNCHECKED, title_of
from placement.exports.vector import geojson, geopackage, geoparquet, gpx
from placement.outputs import replace_file
from placement.plan.problem import Plan
from placement.solution import Solution

SUFFIXES = {
    "gpkg": ".gpkg",
    "kml": ".kml",
    "gpx": ".gpx",
    "csv": ".csv",
    "xlsx": ".xlsx",
    "geoparquet": ".parquet",
    "geojson": ".geojson",
}
"""How a file of each format ends."""

ONE_LAYER = ("csv", "geoparquet", "geojson")
"""Formats that hold one layer; the posts unless another is asked for."""

LANGUAGES = ("en", "fr")


def write_export(
    plan: Plan,
    solution: Solution,
    path: str | Path,
    *,
    to: str,
    layer: str = "posts",
    language: str = "en",
    checked: bool = True,
) -> None:
    """Write a solution in a format of other programs, in one step.

    Parameters
    ----------
    plan, solution
        What was asked and chosen.
    path
        The file; an existing one is replaced whole.
    to, layer, language, checked
        As for `export`.

    Raises
    ------
    UsageError
        As for `export`.
    InputError
        If the streets cannot be read or the file cannot be written.
    """
    content = export(plan, solution, to=to, layer=layer, language=language, checked=checked)
    replace_file(path, content, inputs=plan.inputs)


def export(
    plan: Plan,
    solution: Solution,
    *,
    to: str,
    layer: str = "posts",
    language: str = "en",
    checked: bool = True,
) -> bytes:
    """Return the bytes of a solution in a format of other programs; places are in WGS 84.

    Parameters
    ----------
    plan, solution
        What was asked and chosen.
    to
        ``"gpkg"``: all layers, with styles of QGIS; ``"kml"``: all layers, styled; ``"gpx"``: posts
        as waypoints; ``"xlsx"``: sheets of posts, staffing, areas and assumptions; ``"csv"``,
        ``"geoparquet"`` or ``"geojson"``: one layer.
    layer
        For those: ``"posts"``, ``"catchments"``, ``"areas"``, ``"route"``, ``"closures"`` or
        ``"closed_lines"``.
    language
        ``"en"`` or ``"fr"``: of titles, labels and units.
    checked
        Whether an audit accepts the solution; where nobody asked, each table says so in its title
        and in a column ``checked``.

    Raises
    ------
    UsageError
        If the format, the layer or the language is not known, or the layer has no feature.
    """
    _check_options(to, layer, language)
    labels = {kind.id: kind.label.get(language, kind.id) for kind in plan.problem.means}

    def told(table: Table) -> Table:
        return table if checked else unchecked(table, language=language)

    posts = told(posts_of(plan, solution, language=language))
    if to == "gpx":
        return gpx(posts)
    if to == "xlsx":
        sheets = (
            posts,
            told(staffing_of(plan, solution, language=language)),
            told(walks_of(solution)),
            told(assumptions_of(plan, solution, language=language)),
        )
        return xlsx([sheet for sheet in sheets if len(sheet)], language=language)
    if to in ONE_LAYER:
        chosen = posts
        if layer != "posts":
            chosen = told(_layer(plan, solution, layer, language=language))
        if to == "csv":
            return csv_text(chosen, language=language)
        return geojson(chosen) if to == "geojson" else geoparquet(chosen)
    layers = [told(each) for each in layers_of(plan, solution, language=language)]
    if to == "gpkg":
        return geopackage(layers, labels, language=language)
    note = "" if checked else UNCHECKED[language]
    name = title_of(plan.settings.title_by_language()[language], note, "en")
    return kml(layers, labels, name=name, language=language)


def _check_options(to: str, layer: str, language: str) -> None:
    for what, given, known in (
        ("format", to, tuple(SUFFIXES)),
        ("layer", layer, LAYERS),
        ("language", language, LANGUAGES),
    ):
        if given not in known:
            raise UsageError(f"{given!r} is not a {what} of exports: give {', '.join(known)}.")
    if layer != "posts" and to not in ONE_LAYER:
        raise UsageError(f"{to} holds what it can: a layer is chosen for {', '.join(ONE_LAYER)}.")


def _layer(plan: Plan, solution: Solution, layer: str, *, language: str) -> Table:
    for found in layers_of(plan, solution, language=language):
        if found.name == layer:
            return found
    raise UsageError(f"the plan has nothing to write in the layer {layer!r}: choose another one.")
