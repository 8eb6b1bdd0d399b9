"""``place map``: draw a solution again, beside an earlier one, or many on a slider."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from placement.cli.options import (
    beside_option,
    closure_option,
    layer_option,
    unchecked_option,
)
from placement.cli.sheets import Picture, demand_picture, draw_pictures, picture_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from placement.maps.states import State
    from placement.plan.problem import Plan

_SLIDERS = ("budget", "cost", "covered")


@click.command("map", short_help="Draw a solution as an offline map.")
@click.argument(
    "solutions", nargs=-1, required=True, type=click.Path(), metavar="SOLUTION... [PLAN]"
)
@click.option(
    "--against",
    metavar="OLD",
    type=click.Path(),
    help="Show what changed since this solution, by swipe and side by side.",
)
@click.option(
    "--slider",
    type=click.Choice(_SLIDERS),
    help="Show several solutions of one plan, with a slider through this number of theirs.",
)
@click.option(
    "--try-bridges",
    is_flag=True,
    help="Let the reader close streets with a bridge, one or several, and see what follows.",
)
@click.option(
    "--try-street",
    "streets",
    multiple=True,
    metavar="NAME",
    help="Let the reader close this street. Repeatable.",
)
@click.option(
    "--replay",
    metavar="FILE",
    type=click.Path(),
    help="Draw at each gate the queues of the nights that `place replay` wrote here.",
)
@click.option(
    "--loss",
    metavar="FILE",
    type=click.Path(),
    help="Tell in a tab what the loss.json of `place loss` says. The page is marked as restricted.",
)
@picture_options()
@layer_option()
@closure_option()
@beside_option("map.html, or comparison.html or slider.html,", ".html", ".htm")
@unchecked_option()
def command(
    *,
    solutions: tuple[str, ...],
    against: str | None,
    slider: str | None,
    try_bridges: bool,
    streets: tuple[str, ...],
    replay: str | None,
    loss: str | None,
    picture: Picture,
    layers: dict[str, str],
    closures: tuple[str, ...],
    out: str | None,
    unchecked: bool,
) -> None:
    """Draw SOLUTION, a file or the folder that `place optimise` wrote, on its PLAN.

    PLAN is the plan file or its folder; without it the plan of the name that SOLUTION records, here
    or beside it. With --against, OLD is drawn on the plan that lies beside it, or else on the same
    one. With --slider, several solutions are given, and PLAN may stand after them.

    --try-bridges and --try-street put what closing a street changes into the page, some 3 kB for
    each: the tab What if then says how many people it leaves too far from a post. The reader may
    close several at a time; a street on which people or posts stand closes alone.

    --png and --svg write the map sheet of `place print` as a picture, without a browser, and the
    page only where --out names it. They need the extra `print`.
    """
    from placement.cli.files import MAP_FILE, find_solution
    from placement.cli.states import check_states, load_states
    from placement.cli.talk import Talk
    from placement.cli.written import check_beside
    from placement.errors import UsageError
    from placement.outputs import replace_files
    from placement.review.geojson import read_solution

    files, plan = _files(solutions, against, slider)
    demand_picture(picture, several=len(files) > 1)
    sources = [find_solution(file) for file in files]
    talk = Talk()
    states = load_states(
        [(source, read_solution(source)) for source in sources],
        plan,
        talk,
        layers=layers,
        closures=closures,
    )
    check_states(states, talk, unchecked=unchecked)
    if (try_bridges or streets) and len(states) > 1:
        raise UsageError("streets are closed on the map of one solution: name that alone.")
    if replay is not None and len(states) > 1:
        raise UsageError("a replay is drawn on the map of its own solution: name that alone.")
    if loss is not None and len(states) > 1:
        raise UsageError("losses are told on the map of their own solution: name that alone.")
    name = MAP_FILE if len(files) == 1 else "comparison.html" if against else "slider.html"
    target = out or str(sources[-1].with_name(name))
    inputs = [
        *sources,
        *(Path(file) for file in (replay, loss) if file),
        *(file for state in states for file in state.plan.inputs),
    ]
    targets = [*picture.files.values(), *([] if picture.files and not out else [target])]
    for each in targets:
        check_beside(each, states[-1].plan, inputs=inputs)
    with talk.step("Drawing the map"):
        contents = draw_pictures(states[-1], picture, checked=not unchecked)
        if target in targets:
            tried = _streets(states[-1].plan, streets, with_bridges=try_bridges)
            page = _page(states, slider, tried, replay, loss, checked=not unchecked)
            contents[Path(target)] = page.encode()
    replace_files(contents, inputs=inputs)
    for each in map(str, contents):
        talk.say(f"wrote {each}")


def _files(
    given: tuple[str, ...], against: str | None, slider: str | None
) -> tuple[list[str], str | None]:
    """Return the solutions in the order they are shown, and the plan where one is named."""
    from placement.cli.files import is_plan
    from placement.errors import UsageError

    if slider is None:
        if len(given) > 2:
            raise UsageError(
                f"{len(given)} files are given, and a map shows one solution on one plan: "
                "add --slider budget to show several."
            )
        plan = given[1] if len(given) == 2 else None
        return [*([against] if against else []), given[0]], plan
    if against:
        raise UsageError("give --against or --slider, not both.")
    plan = given[-1] if is_plan(given[-1]) else None
    files = list(given if plan is None else given[:-1])
    if len(files) < 2:
        raise UsageError("a slider shows two solutions or more: name them all.")
    return files, plan


def _streets(plan: "Plan", names: tuple[str, ...], *, with_bridges: bool) -> list[str]:
    """Return the streets that the reader may close, each once."""
    from placement.errors import UsageError
    from placement.maps import bridges

    if (names or with_bridges) and "streets" not in plan.layers:
        raise UsageError("the plan has no street layer to close streets of; name one: streets = …")
    crossing = bridges(plan) if with_bridges else []
    if with_bridges and not crossing:
        raise UsageError("no street of the plan has a bridge and a name: name one by --try-street.")
    known = {name.casefold() for name in crossing}
    return crossing + [name for name in dict.fromkeys(names) if name.casefold() not in known]


def _page(
    states: "list[State]",
    slider: str | None,
    streets: "Sequence[str]",
    replay: str | None,
    loss: str | None,
    *,
    checked: bool,
) -> str:
    from placement.cli.states import count_between, share_plans
    from placement.maps import comparison_page, map_page, slider_page

    if slider is not None:
        return slider_page(share_plans(states), slider, checked=checked)
    if len(states) == 1:
        played = losses = None
        if replay is not None:
            from placement.studies.replay.report import read_replay

            played = read_replay(replay)
        if loss is not None:
            from placement.studies.loss_file import read_losses

            losses = read_losses(loss)
        (state,) = states
        return map_page(
            state.plan,
            state.solution,
            streets=streets,
            replay=played,
            losses=losses,
            checked=checked,
        )
    old, new = share_plans(states)
    return comparison_page(old, new, between=count_between(old, new), checked=checked)
