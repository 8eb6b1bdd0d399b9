"""``place routes``: which way each area walks, and how long its people do."""

from typing import TYPE_CHECKING, Any

import click

from placement.cli import suggest
from placement.cli.options import (
    beside_option,
    closure_option,
    json_option,
    layer_option,
    plan_argument,
    solution_argument,
    unchecked_option,
)

if TYPE_CHECKING:
    from placement.cli.answers import RoutesAnswer, RoutesWalk
    from placement.cover.routes import AreaRoute
    from placement.solution import Solution


@click.command("routes", short_help="Write which way each area walks, and say how long.")
@solution_argument()
@plan_argument()
@click.option(
    "--post",
    metavar="SITE/RESOURCE",
    shell_complete=suggest.posts,
    help="Only the walks to this post.",
)
@layer_option()
@closure_option()
@beside_option("routes.geojson", ".geojson", ".json")
@unchecked_option()
@json_option()
def command(
    *,
    solution: str,
    plan: str | None,
    post: str | None,
    layers: dict[str, str],
    closures: tuple[str, ...],
    out: str | None,
    unchecked: bool,
    as_json: bool,
) -> None:
    """Write the walk of each area of SOLUTION to the post that serves it, and a table of all walks.

    SOLUTION is a file or the folder that `place optimise` wrote. A route leads from the middle of
    an area's people; a team's leads out to them. Those who walk step-free have routes of their own.

    PLAN is the plan file or its folder; without it the plan of the name that SOLUTION records, here
    or beside it.
    """
    from placement.cli.files import ROUTES_FILE, find_solution
    from placement.cli.revisit import demand_checked, revisit
    from placement.cli.talk import Talk, give_json, give_table
    from placement.cli.written import check_beside
    from placement.cover import routes as walked
    from placement.outputs import replace_file
    from placement.review.drawn import routes_text

    talk = Talk()
    with talk.step("Reading the plan"):
        asked, chosen = revisit(solution, plan, layers=layers, closures=closures)
    demand_checked(asked, chosen, talk, unchecked=unchecked)
    source = find_solution(solution)
    target = out or str(source.with_name(ROUTES_FILE))
    check_beside(target, asked, inputs=[source])
    with talk.step("Walking the streets"):
        found = walked.routes(asked, chosen.posts_list, post=post)
    replace_file(target, routes_text(found).encode(), inputs=[*asked.inputs, source])
    talk.say(f"wrote {target}")
    if as_json:
        answer: RoutesAnswer = {
            "file": target,
            "areas": _table(chosen),
            "routes": [_told(one) for one in found],
        }
        give_json(answer)
    else:
        give_table(_rows(chosen, found, only=post is not None))


def _told(one: "AreaRoute") -> "RoutesWalk":
    return {
        "resource": one.resource,
        "area": one.area,
        "post": one.post,
        "point": one.point,
        "step_free": one.step_free,
        "walk_s": round(one.walk_s, 1),
        "streets": list(one.names),
    }


def _table(solution: "Solution") -> dict[str, Any]:
    from dataclasses import asdict

    return {
        resource: {area: asdict(walks) for area, walks in sorted(table.items())}
        for resource, table in sorted(solution.areas.items())
    }


def _rows(solution: "Solution", found: "list[AreaRoute]", *, only: bool) -> list[tuple[str, ...]]:
    """Return a row an area and resource, in the order of both; `only` those that have a route."""
    via = {(one.resource, one.area): one for one in found}
    rows: list[tuple[str, ...]] = [
        ("resource", "area", "within", "median", "95%", "longest", "post", "by way of")
    ]
    for resource, table in sorted(solution.areas.items()):
        for area, walks in sorted(table.items()):
            one = via.get((resource, area))
            if one is None and only:
                continue
            served = "" if one is None else one.post
            along = "" if one is None else ", ".join(one.names)
            share = f"{walks.within:,.0f} of {walks.people:,.0f}"
            times = tuple(
                "" if seconds is None else f"{seconds / 60:.1f} min"
                for seconds in (walks.median_s, walks.p95_s, walks.longest_s)
            )
            rows.append((resource, area, share, *times, served, along))
    return rows
