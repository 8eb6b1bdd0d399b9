"""What is drawn of a solution beside it: catchments and routes, as canonical GeoJSON.

They have files of their own, so that the solution's differences stay small.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import shapely

from placement.cover.catchments import rings
from placement.cover.routes import AreaRoute, routes
from placement.globe import cut
from placement.outputs import replace_file
from placement.plan.problem import Plan
from placement.review.texts import json_text, number_text, object_text
from placement.solution import Solution
from placement.streets.rings import collection_text, rings_text

#: Walks that are drawn unless others are asked for, minutes (A: half a gate's usual limit, and it).
MINUTES = (3.0, 5.0, 8.0)


def write_catchments(
    plan: Plan, solution: Solution, path: str | Path, *, minutes: Sequence[float] = MINUTES
) -> None:
    """Write the ground within several walks of each post, and what posts reach together.

    Parameters
    ----------
    plan
        What was asked.
    solution
        What was chosen.
    path
        The file, ``catchments.geojson`` beside the solution; an existing one is replaced whole.
    minutes
        The walks.

    Raises
    ------
    UsageError
        If a walk cannot be.
    InputError
        If the streets cannot be read or the file cannot be written.
    """
    text = catchments_text(plan, solution, minutes=minutes)
    replace_file(path, text.encode(), inputs=plan.inputs)


def catchments_text(plan: Plan, solution: Solution, *, minutes: Sequence[float] = MINUTES) -> str:
    """Return the ground within several walks of each post as GeoJSON; see `write_catchments`."""
    return rings_text(rings(plan, solution.posts_list, minutes=minutes), crs=plan.crs)


def write_routes(
    plan: Plan, solution: Solution, path: str | Path, *, post: str | None = None
) -> list[AreaRoute]:
    """Write which way each area walks to the post that serves it.

    Parameters
    ----------
    plan
        What was asked.
    solution
        What was chosen.
    path
        The file, ``routes.geojson`` beside the solution; an existing one is replaced whole.
    post
        Only walks to this post, ``"<site>/<resource>"``.

    Returns
    -------
    list of AreaRoute
        What was written.

    Raises
    ------
    UsageError
        If `post` is none of the solution's.
    InputError
        If the streets cannot be read or the file cannot be written.
    """
    found = routes(plan, solution.posts_list, post=post)
    replace_file(path, routes_text(found).encode(), inputs=plan.inputs)
    return found


def routes_text(found: Iterable[AreaRoute]) -> str:
    """Return routes as GeoJSON; see `write_routes`."""
    lines = sorted((f"{each.resource}/{each.area}", each) for each in found)
    return collection_text([_route_text(name, each) for name, each in lines])


def _route_text(name: str, each: AreaRoute) -> str:
    written = cut(each.line)
    parts = [
        "[" + ", ".join(f"[{lon:.6f}, {lat:.6f}]" for lon, lat in part.coords) + "]"
        for part in shapely.get_parts(written)
    ]
    places = parts[0] if written.geom_type == "LineString" else "[" + ", ".join(parts) + "]"
    facts = {
        "resource": json_text(each.resource),
        "area": json_text(each.area),
        "post": json_text(each.post),
        "point": json_text(each.point),
        "step_free": "true" if each.step_free else "false",
        "walk_s": number_text(f"{name}.walk_s", each.walk_s, digits=1),
        # one text: a list is no field of a shapefile
        "streets": json_text("; ".join(each.names)),
    }
    return object_text(
        {
            "type": '"Feature"',
            "id": json_text(name),
            "geometry": f'{{"type": "{written.geom_type}", "coordinates": {places}}}',
            "properties": object_text(facts),
        }
    )
