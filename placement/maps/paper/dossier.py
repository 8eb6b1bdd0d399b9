"""The dossier of a plan: which sheets there are, and the document they make."""

import json
from collections.abc import Callable
from typing import Any, Literal

import shapely

from placement.maps.day import day_values
from placement.maps.paper import sentences, tables
from placement.maps.paper.close_ups import area_sheets, post_sheets
from placement.maps.paper.map_sheets import plan_sheet
from placement.maps.paper.material import Dossier, Material
from placement.maps.paper.names import DOT_MM, SIZES_PT, Name, short, texts_of
from placement.maps.paper.palette import colours, look
from placement.maps.paper.placing import place_names
from placement.maps.paper.sheets import square_of
from placement.maps.paper.typesetting import Press
from placement.plan.problem import Plan
from placement.solution import Solution
from placement.streets.rings import Ring
from placement.version import __version__


def dossier(
    plan: Plan,
    solution: Solution,
    asked: Dossier,
    *,
    ground: Callable[[], list[Ring]] | None = None,
) -> bytes:
    """Print a solution as a PDF: the map, the numbered table, and what else was asked for.

    Parameters
    ----------
    plan, solution
        What was asked and what was chosen.
    asked
        What is printed.
    ground
        Returns what `placement.maps.paper.material.post_ground` does, for whoever draws that
        meanwhile; None has it drawn here.

    Raises
    ------
    InputError
        If the street layer cannot be read, or the solution has a post that the plan does not know.
    MissingExtraError
        If the extra ``print`` is not installed.
    PrintError
        If the sheets could not be set.
    """
    with Press() as press:
        work = _material(press, plan, solution, asked, ground)
        parts = work.parts()
        sheets = [*(plan_sheet(one) for one in parts), *_table_sheets(work, parts)]
        if asked.areas:
            for one in parts:
                sheets += area_sheets(one)
        if asked.posts:
            sheets += post_sheets(work, parts)
        return press.set(_document(work, press, sheets), work.pictures)


def map_picture(
    plan: Plan, solution: Solution, asked: Dossier, *, to: Literal["png", "svg"], ppi: float = 200.0
) -> bytes:
    """Draw the map sheet of a solution as a picture; see `dossier`.

    Of a plan with periods that of the one in which the least share is covered, on which its page
    opens.
    """
    with Press() as press:
        work = _material(press, plan, solution, asked)
        worst = min(work.parts(), key=lambda one: one.data["resources"][work.shown[0]]["share"])
        return press.set(
            _document(work, press, [plan_sheet(worst)], pages=False), work.pictures, to=to, ppi=ppi
        )


def _material(
    press: Press,
    plan: Plan,
    solution: Solution,
    asked: Dossier,
    ground: Callable[[], list[Ring]] | None = None,
) -> Material:
    """Gather what the sheets show, with the names of posts and areas in letters that there are."""
    names = [*(one.name for one in solution.posts_list), *(one.name for one in plan.areas)]
    press.look_for("".join(filter(None, names)))
    return Material(plan, solution, asked, missing=press.missing, ground=ground)


def _table_sheets(work: Material, parts: list[Material]) -> list[dict[str, Any]]:
    """Return the numbered table with those not covered, and the figures where asked for."""
    tell, data = work.tell, work.data
    square = dict(
        zip((one["number"] for one in work.posts), square_of(work.whole, work.at), strict=True)
    )
    values = day_values(work.plan, work.solution) if work.plan.periods else []
    found = [tables.day_table(values, data, tell, work.shown)] if values else []
    found += tables.post_tables(data, tell, square)
    barred = work.ground.barriers
    middles = [shapely.line_interpolate_point(one.xy, 0.5, normalized=True) for one in barred]
    across = square_of(work.whole, shapely.get_coordinates(middles))
    ways = dict(zip((one.id for one in barred), across, strict=True))
    found += tables.barrier_tables(data, tell, ways)
    lost = [_gap_table(one) for one in parts]
    whole = {
        "kind": "table",
        "columns": 2 if work.sheet.width > 250 else 1,
        "kicker": work.title(),
        "title": tell.say("table_title"),
        "sentence": sentences.gap(data, tell),
        "note": f"{tell.say('continued')} {tell.say('square_told')}",
        "parts": [],
        "tables": [*found, *(one for one in lost if one is not None)],
    }
    if not work.asked.overview:
        return [whole]
    figures = [tables.figures_table(data, tell, at) for at in work.shown]
    return [
        whole,
        {
            **whole,
            "title": tell.say("tab_overview"),
            "sentence": sentences.headline(data, tell),
            "note": sentences.proof(data, tell),
            "tables": [*figures, tables.cost_table(data, tell, work.shown)],
            "parts": [
                *sentences.in_short(data, tell),
                {"title": tell.say("about"), "texts": sentences.method(data, tell)},
                {"title": tell.say("sources"), "texts": sentences.sources(data, tell)},
            ],
        },
    ]


def _gap_table(work: Material) -> tables.Table | None:
    """Return the people not covered, of a period by its name."""
    found = tables.gap_table(work.data, work.tell, work.shown)
    if found is None or work.day is None:
        return found
    return {**found, "title": work.tell.titled(found["title"], work.when())}


def _document(
    work: Material, press: Press, sheets: list[dict[str, Any]], *, pages: bool = True
) -> dict[str, Any]:
    """Place all names, whose widths are measured at once, and return what Typst reads."""
    drafts = [one["map"]["labels"] for one in sheets if one["kind"] == "map"]
    texts = {text for draft in drafts for name in draft.names for _, text in name.lines}
    press.look_for("".join(sorted(texts)))
    for draft in drafts:  # streets and waters that cannot be named stay without
        draft.names = [one for one in draft.names if one.line is None or not _lacks(one, press)]
    measure = press.measure(set().union(*(texts_of(one.names) for one in drafts)))
    for one in sheets:
        if one["kind"] == "map":
            draft = one["map"]["labels"]
            lines = [*work.route_lines(draft.window), *draft.leaders()]
            placed = place_names(draft.names, draft.window, draft.squares(), lines, measure)
            one["map"]["labels"] = placed
    tell, sheet = work.tell, work.sheet
    told = {
        "title": work.title(),
        "lang": work.asked.language,
        "paper": {
            "name": sheet.paper,
            "width": sheet.width,
            "height": sheet.height,
            "landscape": sheet.landscape,
        },
        "pages": pages,
        "colours": colours(),
        "sizes": SIZES_PT,
        "dot": DOT_MM,
        "looks": [
            {"text": look(at).text, "ink": look(at).ink}
            for at, _ in enumerate(work.data["resources"])
        ],
        "words": {
            key: tell.say(key)
            for key in ("true_north", "sheet", "page_of", "legend", "overview_map", "qr")
        },
        "warning": None if work.asked.checked else tell.say("not_checked"),
        "block": _title_block(work),
        "credit": _credit(work),
        "foot": _foot(work),
        "sheets": list(sheets),
    }
    press.look_for(json.dumps(told, ensure_ascii=False))
    if press.missing:
        told["credit"] = f"{told['credit']} {tell.say('letters_missing')}"
    return told


def _lacks(name: Name, press: Press) -> bool:
    """Say whether no font has some letter of a name."""
    return any(not press.missing.isdisjoint(text) for _, text in name.lines)


def _title_block(work: Material) -> list[list[str]]:
    tell, solution = work.tell, work.solution
    version = solution.version
    digest = solution.digest[:16]
    rows = [
        [tell.say("plan_name"), solution.plan],
        [
            tell.say("version"),
            f"placement {version}" if version else tell.say("version_unknown"),
        ],
        [tell.say("digest"), " ".join(digest[at : at + 4] for at in range(0, 16, 4))],
        [tell.say("state"), tell.say(f"status_{solution.status}")],
    ]
    if work.asked.date:
        rows.append([tell.say("date"), work.asked.date])
    return [[one, short(text, 60)] for one, text in rows]


def _foot(work: Material) -> str:
    tell, solution = work.tell, work.solution
    told = [solution.plan, tell.say(f"status_{solution.status}"), f"SHA-256 {solution.digest}"]
    if not work.asked.checked:
        told.insert(2, tell.say("not_checked"))
    return " · ".join([*told, *([work.asked.date] if work.asked.date else [])])


def _credit(work: Material) -> str:
    tell = work.tell
    osm = f" {tell.say('osm_short')}." if work.data["sources"]["osm"] else ""
    data = f"{tell.say('data_short', plan=work.solution.plan)}.{osm}"
    return tell.say("drawn_by", version=__version__, data=data)
