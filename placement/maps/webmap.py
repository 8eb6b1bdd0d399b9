"""One HTML file that opens without a network: its data, and the scripts that read them."""

from collections import ChainMap
from collections.abc import Iterable, Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from placement.cover.catchments import rings
from placement.cover.doubts import doubts
from placement.cover.routes import routes
from placement.cover.survey import survey
from placement.errors import InputError, PlacementError, UsageError
from placement.maps.comparison import comparison_data, slider_data
from placement.maps.data_block import json_block, with_options_once
from placement.maps.day import day_data
from placement.maps.frame import draw_plan, draw_routes, draw_shapes, draw_solution, plan_frame
from placement.maps.leaflet import leaflet_file, leaflet_script, leaflet_style
from placement.maps.losses_panel import lost, refuse_other_losses, restricted
from placement.maps.page import base_map, page_data, uncovered
from placement.maps.states import State
from placement.maps.static_files import languages, own_file, script, style
from placement.maps.walks_panel import in_degrees, times
from placement.maps.what_if import what_if, why_not
from placement.outputs import replace_file
from placement.plan.problem import Plan
from placement.solution import Solution
from placement.solve.questions.served import served

if TYPE_CHECKING:
    from placement.studies.losses import Losses
    from placement.studies.replay import Replay

FIRST_SCRIPTS = (
    "language.js",
    "address.js",
    "palette.js",
    "theme.js",
    "tiles.js",
    "streets.js",
)  # of every page
_PLAN_SCRIPTS = (
    *FIRST_SCRIPTS,
    "missing.js",
    "tables.js",
    "rules.js",
    "queue.js",
    "walks.js",
    "panel.js",
    "overview.js",
    "posts.js",
    "popups.js",
    "legend.js",
    "view.js",
    "ground.js",
    "controls.js",
    "signs.js",
    "labels.js",
    "tools.js",
)  # of every page that shows a plan
_SCRIPTS = (
    *_PLAN_SCRIPTS,
    "what_if_walks.js",
    "what_if_streets.js",
    "what_if_count.js",
    "what_if_heap.js",
    "what_if_send.js",
    "what_if_network.js",
    "what_if_lanes.js",
    "what_if_file.js",
    "what_if_variant.js",
    "what_if.js",
    "what_if_map.js",
    "sheets.js",
    "plan_layers.js",
    "picture.js",
    "print.js",
    "map.js",
)
_RINGS_SCRIPTS = ("what_if_rings.js", *_SCRIPTS)
_STATES_SCRIPTS = (
    *_PLAN_SCRIPTS,
    "state_layers.js",
    "swipe.js",
    "changes.js",
    "print.js",
    "states.js",
)


class MapPageError(PlacementError):
    """The page cannot be made as it must be, e.g. an asset is not the one that was checked."""


def write_map(
    plan: Plan,
    solution: Solution,
    path: str | Path,
    *,
    streets: Sequence[str] = (),
    replay: "Replay | None" = None,
    losses: "Losses | None" = None,
) -> None:
    """Write the offline map of a solution as one HTML file.

    Parameters
    ----------
    plan
        What was asked; its layers are drawn.
    solution
        What was chosen.
    path
        The file to write. It appears complete or not at all.
    streets
        Names of streets that the reader may close in the page.
    replay
        What random nights made of the queues, see `placement.studies.replay.replay`: drawn at each
        gate.
    losses
        What losses of posts cost, see `placement.studies.loss.loss`: told in a tab of their own.
        The page is marked as restricted then, in its title and on every sheet of paper.

    Raises
    ------
    InputError
        If the street layer cannot be read, the solution has a post that the plan does not know,
        or the file cannot be written, one of the plan's own for instance.
    UsageError
        If the replay or the losses are those of another solution.
    MapPageError
        If the installed Leaflet is not the one that was checked.
    """
    page = map_page(plan, solution, streets=streets, replay=replay, losses=losses)
    replace_file(path, page.encode(), inputs=plan.inputs)


_UNCHECKED = {"en": "Not checked:", "fr": "Non vérifié\N{NO-BREAK SPACE}:"}


def map_page(
    plan: Plan,
    solution: Solution,
    *,
    streets: Sequence[str] = (),
    replay: "Replay | None" = None,
    losses: "Losses | None" = None,
    checked: bool = True,
) -> str:
    """Return the offline map of a solution as text; see `write_map`.

    Of a solution that was not `checked` the headline says so. That of a plan with periods has a
    slider through them, see `placement.maps.day.day_data`.
    """
    refuse_strangers(plan, solution)
    if replay is not None and replay.solution != solution.digest:
        raise UsageError(
            f"the replay is that of another solution (SHA-256 {replay.solution[:16]}, not "
            f"{solution.digest[:16]}): play this one with `place replay`."
        )
    if losses is not None:
        refuse_other_losses(solution, losses)
    told = {} if losses is None else {"losses": lost(plan, losses)}
    if plan.periods:
        data = day_data(plan, solution, replay=replay, streets=streets)
        return _plan_page(data | told, checked=checked)
    found = survey(plan)
    frame = plan_frame(plan)
    given = plan.walk_s is not None  # times tell neither how far one gets nor which way
    drawn = [] if given else rings(plan, solution.posts_list, minutes=times(plan))
    ways = [] if given else routes(plan, solution.posts_list)
    shapes = in_degrees(plan, drawn)
    counted = what_if(plan, solution, found, frame, streets=streets)
    shown = draw_plan(plan, frame)
    data = base_map(shown, found.streets, frame) | page_data(
        shown,
        draw_solution(solution, frame),
        draw_shapes(shapes, frame),
        uncovered(plan, solution, found),
        routes=draw_routes(ways, frame),
        served=served(plan, solution, found),
        what_if=counted,
        no_what_if=why_not(plan, solution, found) if counted is None else None,
        doubts=doubts(plan, found),
        replay=replay,
    )
    return _plan_page(data | told, checked=checked)


def _plan_page(data: dict[str, Any], *, checked: bool) -> str:
    """Return the page of a plan, with what a day and rings need where it has some."""
    if not checked:
        data = {**data, "title": _not_checked(data["title"])}
    scripts = _RINGS_SCRIPTS if "rings" in (data["what_if"] or {}) else _SCRIPTS
    if "losses" in data:
        data = {**data, "title": restricted(data["title"])}
    more = [part for part, key in (("day", "parts"), ("losses", "losses")) if key in data]
    if more:
        told = {code: [one[p] for p in ("plan", *more)] for code, one in languages().items()}
        data["words"] = {code: dict(ChainMap(*parts)) for code, parts in told.items()}
    return page(data, scripts=(*(f"{part}.js" for part in more), *scripts))


def comparison_page(
    old: State,
    new: State,
    *,
    between: Solution | None = None,
    checked: bool = True,
    language: str | None = None,
) -> str:
    """Return two solutions as one page, by swipe and side by side; see `comparison_data`.

    Of solutions that were not `checked` the headline says so. The page opens in `language`, a code
    of `languages`, else in the reader's own.
    """
    return _states_page(comparison_data(old, new, between=between), checked, language)


def slider_page(states: Sequence[State], by: str, *, checked: bool = True) -> str:
    """Return many solutions as one page with a slider; see `slider_data`."""
    return _states_page(slider_data(states, by), checked, None)


def _states_page(data: dict[str, Any], checked: bool, language: str | None) -> str:  # noqa: FBT001
    title = data["title"] if checked else _not_checked(data["title"])
    spoken = languages()
    return page(
        {
            **data,
            "title": title,
            "asked_language": language,
            "words": {c: one["plan"] | one["day"] | one["states"] for c, one in spoken.items()},
            "phrases": {code: one["diff"] for code, one in spoken.items()},
        },
        show="showStates",
        scripts=("day.js", *_STATES_SCRIPTS) if "parts" in data else _STATES_SCRIPTS,
    )


def _not_checked(title: Mapping[str, str]) -> dict[str, str]:
    return {code: f"{_UNCHECKED[code]} {said}" for code, said in title.items()}


def refuse_strangers(plan: Plan, solution: Solution) -> None:
    """Make sure that every post is one the plan could have."""
    resources_ = {resource.id for resource in plan.problem.means}
    sites = set(plan.problem.sites.id)
    for post in solution.posts_list:
        for field, value, known in (
            ("site", post.site, sites),
            ("resource", post.resource, resources_),
        ):
            if value not in known:
                raise InputError(
                    f"the plan {plan.settings.name!r} has no {field} {value!r}",
                    file=plan.file,
                    feature=post.id,
                    field=field,
                    remedy="draw the solution with the plan it was made for",
                )


def write_page(data: Mapping[str, Any], path: str | Path) -> None:
    """Write the page of `page_data`'s dictionary; see `write_map`."""
    replace_file(path, page(data).encode())


def page(
    data: Mapping[str, Any],
    *,
    words: str = "plan",
    show: str = "showPlan",
    scripts: Iterable[str] | None = None,
) -> str:
    """Return the page as text: the same bytes for the same dictionary, in any process."""
    spoken = languages()
    styles = ("map.css", *(("states.css",) if show == "showStates" else ()), "print.css")
    block = json_block(
        {
            "languages": {code: one["language"] for code, one in spoken.items()},
            "words": {code: one[words] for code, one in spoken.items()},
            "leaflet": leaflet_file("LICENSE").decode(),
            **with_options_once(data),
        }
    )
    from placement.maps.shell import document  # noqa: PLC0415 - folium is heavy, paper needs none

    text = document(
        title=str(data["title"]["en"]),
        style=f"{leaflet_style()}\n{style(*styles)}",
        leaflet=leaflet_script(),
        data=block,
        frame=own_file("page.html"),
        code=script(*(scripts or _SCRIPTS)),
        show=show,
    )
    _refuse_extra(text)
    return text


class _Elements(HTMLParser):
    """Count what could run or load something."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, int] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count a tag, and any attribute that runs, styles or loads."""
        self.found[tag] = self.found.get(tag, 0) + 1
        for name, _ in attrs:
            if name.startswith("on") or name in {"style", "src", "srcset", "srcdoc"}:
                self.found[f"[{name}]"] = self.found.get(f"[{name}]", 0) + 1


def _refuse_extra(text: str) -> None:
    """Make sure that the page has our scripts and styles and no other."""
    parser = _Elements()
    parser.feed(text)
    parser.close()
    watched = {
        name: number
        for name, number in parser.found.items()
        if name.startswith("[") or name in {"script", "style", "link", "iframe", "img", "object"}
    }
    if watched != {"script": 3, "style": 1}:
        raise MapPageError(f"the map page has parts that were not put there: {watched}.")
