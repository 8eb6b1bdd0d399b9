"""Everything the map page shows, as one plain dictionary ready for JSON."""

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from placement.arrays import Bools
from placement.errors import UsageError
from placement.maps import coding
from placement.maps.background import background_data, drawn_on_osm, place_names
from placement.maps.frame import Shapes
from placement.maps.labels import stations, street_names, water_names
from placement.maps.numbering import numbers
from placement.maps.people_panel import (
    Uncovered,
    gaps,
    half_up,
    main_resource,
    shown_resources,
    whole,
)
from placement.maps.queues_panel import queued
from placement.maps.rules_panel import apart, entering, ruled, sealed_alone, sealing
from placement.maps.walks_panel import own_rings, ringed, together, walked
from placement.plan.post_id import PostId
from placement.plan.problem import Plan, Resource, SiteStatus
from placement.plan.shapes import Shape
from placement.review.shut_in import is_shut
from placement.solution import Coverage, Solution

if TYPE_CHECKING:
    from placement.cover.doubts import Doubt
    from placement.cover.routes import AreaRoute
    from placement.cover.survey import Survey
    from placement.maps.frame import Frame
    from placement.solve.questions.served import Served
    from placement.streets import Streets
    from placement.studies.replay import Replay

LANGUAGES = ("en", "fr")
_STATUS = {SiteStatus.OPTIONAL: "optional", SiteStatus.REQUIRED: "required"}


def uncovered(plan: Plan, solution: Solution, survey: "Survey") -> dict[str, Bools]:
    """Find the demand points that no open post of a resource covers.

    Parameters
    ----------
    plan, solution
        What was asked and what was chosen.
    survey
        Walks of the plan; a stored entry means "within the limit".

    Returns
    -------
    dict
        By resource identifier: (M,) bool, True where nobody of that resource is within the limit.
    """
    position = {site: row for row, site in enumerate(plan.problem.sites.id)}
    missing: dict[str, Bools] = {}
    for resource in plan.problem.resources:
        walk = survey.walk[resource.id]
        is_open = np.zeros(walk.shape[1], dtype=np.bool_)
        for post in solution.posts_list:
            if post.resource == resource.id and post.site in position:
                is_open[position[post.site]] = True
        rows = np.repeat(np.arange(walk.shape[0]), np.diff(walk.indptr))
        missing[resource.id] = np.ones(walk.shape[0], dtype=np.bool_)
        missing[resource.id][rows[is_open[walk.indices]]] = False
        if resource.periods is not None:  # nobody misses who serves at another time
            missing[resource.id] &= np.isin(plan.problem.demand.period, resource.periods)
    return missing


def page_data(
    plan: Plan,
    solution: Solution,
    shapes: Shapes,
    uncovered: Uncovered,
    *,
    routes: "Sequence[AreaRoute]" = (),
    served: "Mapping[str, Served] | None" = None,
    what_if: Mapping[str, Any] | None = None,
    no_what_if: str | None = None,
    doubts: "Sequence[Doubt]" = (),
    replay: "Replay | None" = None,
) -> dict[str, Any]:
    """Turn a plan and its solution into what the page's script reads, but for `base_map`.

    Parameters
    ----------
    plan, solution
        What was asked and what was chosen, in degrees to draw at.
    shapes
        By resource identifier and walk in seconds: (post identifier, geometry in degrees) of every
        open post; the longest walk is the resource's limit.
    uncovered
        By resource identifier: (M,) bool, True where no open post of it covers the point.
    routes
        The walk of each area to the post that serves it.
    served
        By post, whom it serves and what closing it alone would lose. None tells neither.
    what_if
        What other posts are counted from, see `placement.maps.what_if`. None leaves that out.
    no_what_if
        Why the page cannot count other posts, see `placement.maps.what_if.why_not`.
    doubts
        What is doubted of the plan; the page says of how many people.
    replay
        What random nights made of the queues of the solution, or None.

    Returns
    -------
    dict
        Strings, whole numbers, floats, lists and dictionaries only; the same input gives the same
        dictionary, in the same order. Texts are verbatim: the page must only ever show them as
        text.
    """
    problem = plan.problem
    settings = plan.settings
    people = problem.demand.people
    covered = {kind.id: people * ~uncovered[kind.id] for kind in problem.resources}
    title = settings.title.by_language() if settings.title is not None else {}
    return {
        "plan": solution.plan,
        "title": _both(title, solution.plan),
        "status": str(solution.status),
        "objective": solution.objective,
        "bound": _finite(solution.bound),
        "gap": _finite(solution.gap),
        "budget": {
            "amount": solution.budget,
            "cost": solution.cost,
            "unit": _both(settings.budget.unit.by_language(), solution.budget_unit),
        },
        "asked": None if solution.reverse is None else _finite(solution.reverse.cost_gap),
        "walking": {
            "kind": solution.walking,
            "detour": settings.walking.detour_factor,
            "gap": None if solution.walk is None else _finite(solution.walk.gap),
        },
        "pace": {
            "speed_m_s": settings.walking.speed_m_s,
            "slow_m_s": settings.walking.step_free_speed_m_s
            if problem.demand.step_free.any()
            else None,
        },
        "resources": [
            _resource(resource, plan, solution) | {"shown": shown}
            for resource, shown in zip(
                problem.resources, shown_resources(plan, solution), strict=True
            )
        ],
        "main": main_resource(plan, solution),
        "posts": _posts(plan, solution, shapes, served or {}),
        "gaps": gaps(plan, solution, uncovered),
        "sites": _sites(plan, solution),
        "areas": _areas(plan, uncovered),
        "route": [_shape(shape, coding.lines(shape.lonlat)) for shape in plan.route],
        "water": [_shape(shape, coding.polygons(shape.lonlat)) for shape in plan.water],
        "closures": [
            _shape(shape, coding.polygons(shape.lonlat), coding.lines(shape.lonlat))
            for shape in plan.closures
        ],
        "reach": [
            together([one for one in _within(shapes, resource) if one[0] not in _inside(solution)])
            for resource in problem.resources
        ],
        "rings": ringed(plan, shapes),
        "missing": _missing(plan, uncovered),
        "bounds": _bounds(plan, solution),
        "sources": _sources(plan, solution),
        "sheet": sheet_of(solution),
        "limits": dict(sorted(solution.limits.items())),
        "rules": ruled(plan, solution, covered),
        **({"entry": entering(plan)} if problem.entries else {}),
        **(
            {"barriers": sealing(plan, solution), "seals": sealed_alone(plan, solution)}
            if problem.ways
            else {}
        ),
        "lanes": queued(plan, solution, replay),
        "walks": walked(plan, solution, routes),
        "what_if": what_if,
        **({} if no_what_if is None else {"no_what_if": no_what_if}),
        "doubts": _doubted(doubts, plan, solution),
    }


def base_map(plan: Plan, streets: "Streets | None", frame: "Frame | None" = None) -> dict[str, Any]:
    """Write what lies below a plan, once for all that a page shows on it.

    Parameters
    ----------
    plan
        What was asked, in degrees to draw at.
    streets
        The walking network to draw behind, or None.
    frame
        Where what is in metres is drawn; None draws it where it lies.

    Returns
    -------
    dict
        ``background``, ``streets`` and ``labels``, as `page_data` writes all else.
    """
    return {
        "background": background_data(plan, frame),
        "streets": None if streets is None else coding.street_lines(streets, frame),
        "labels": {
            "streets": [] if streets is None else street_names(streets, frame),
            "water": water_names(plan.water),
            "stations": stations(plan),
            "places": place_names(plan, frame),
        },
    }


def _doubted(doubts: "Sequence[Doubt]", plan: Plan, solution: Solution) -> list[list[Any]]:
    """Return what a headline warns of: each kind with its people, posts that are idle, or ways."""
    people: dict[str, float] = {}
    for doubt in doubts:
        people[doubt.kind] = people.get(doubt.kind, 0.0) + doubt.people
    inside = _inside(solution)
    idle = sum(post.covered == 0 and post.id not in inside for post in solution.without_barriers)
    found: list[list[Any]] = [[kind, half_up(many)] for kind, many in people.items() if many > 0]
    found += [["idle", idle]] if idle else []
    return [*found, ["shut", len(plan.problem.ways)]] if is_shut(plan, solution) else found


def _inside(solution: Solution) -> set[str]:
    """Return the gates to which people come from gates farther out, and from nowhere else."""
    told = solution.lanes
    return set() if told is None else set(told.gates) - set(told.entrances)


def sheet_of(solution: Solution) -> dict[str, str | None]:
    """Return what a sheet of paper says of the solution it shows."""
    return {"version": solution.version, "digest": _digest(solution)}


def _digest(solution: Solution) -> str | None:
    """Return what tells a solution from any other on paper; None of one that no file can hold."""
    try:
        return solution.digest
    except (UsageError, ValueError):
        return None


def _both(text: Mapping[str, str], default: str) -> dict[str, str]:
    """Return a text in every language, one standing in for another that is missing."""
    first = next((text[language] for language in LANGUAGES if text.get(language)), default)
    return {language: text.get(language) or first for language in LANGUAGES}


def _finite(number: float | None) -> float | None:
    """Return a number that JSON can hold, or None."""
    return float(number) + 0.0 if number is not None and np.isfinite(number) else None


def _resource(resource: Resource, plan: Plan, solution: Solution) -> dict[str, Any]:
    """Describe a resource and what it reaches."""
    posts = [post for post in solution.posts_list if post.resource == resource.id]
    nobody = Coverage(covered=0.0, total=float(plan.problem.demand.people.sum()), share=0.0)
    coverage = solution.coverage.get(resource.id, nobody)
    walk = None if solution.walk is None else solution.walk.mean_s.get(resource.id)
    if solution.lanes is not None and solution.lanes.resource == resource.id:
        walk = solution.lanes.mean_walk_s  # to the gate people are sent to, not the nearest
    if coverage.covered == 0:
        walk = None  # the mean of nobody is no walk of no minutes
    return {
        "id": resource.id,
        "label": _both(resource.label, resource.id),
        "unit": _both(resource.unit, resource.id),
        "walkers": str(resource.walkers),
        "outward": resource.outward,
        "limit_s": resource.walk_limit_s,
        "covered": coverage.covered,
        "total": coverage.total,
        "share": coverage.share,
        "posts": len(posts),
        "units": sum(post.units for post in posts),
        "fleet": solution.limits.get(resource.id, resource.fleet),
        "cost": float(sum(post.cost for post in posts)),
        "walk_s": _finite(walk),
        **apart(coverage, resource.unavailable),
    }


def _within(shapes: Shapes, resource: Resource) -> list[tuple[str, shapely.Geometry]]:
    """Return what each post of a resource reaches within its limit."""
    mine = shapes.get(resource.id, {})
    return mine[max(mine)] if mine else []


def _posts(
    plan: Plan, solution: Solution, shapes: Shapes, served: "Mapping[str, Served]"
) -> list[dict[str, Any]]:
    """Describe the open posts, each with the area within its walking limit."""
    given, people_of = numbers(plan, solution), _served(solution, served)
    order = {resource.id: row for row, resource in enumerate(plan.problem.resources)}
    reach = {key: shape for kind in plan.problem.resources for key, shape in _within(shapes, kind)}
    sooner = own_rings(shapes)
    rings = plan.problem.rings
    labels = {} if rings is None else dict(zip(rings.names, map(dict, rings.labels), strict=True))
    described = []
    for post in solution.without_barriers:
        shape = reach.get(post.id)
        people = served.get(post.id)
        described.append(
            {
                "number": given[post.id],
                "site": post.site,
                "name": post.name,
                "resource": order[post.resource],
                "units": post.units,
                "cost": post.cost,
                "covered": post.covered,
                "served": people_of.get(post.id),
                "loss": None if people is None else people.loss,
                "at": [round(post.lon, 6), round(post.lat, 6)],
                "reach": [] if shape is None else coding.polygons(coding.simpler(shape)),
                "rings": sooner.get(post.id, []),
                **({} if post.ring is None else {"ring": labels.get(post.ring, {})}),
            }
        )
    return described


def _served(solution: Solution, served: "Mapping[str, Served]") -> dict[str, int]:
    """Return the whole people each post serves, which add up to those its resource covers."""
    found: dict[str, int] = {}
    for resource, coverage in solution.coverage.items():
        mine = [post for post in served if PostId.parse(post).resource == resource]
        people = np.array([served[post].people for post in mine])
        found |= dict(zip(mine, whole(people, half_up(coverage.covered)).tolist(), strict=True))
    return found


def _sites(plan: Plan, solution: Solution) -> list[dict[str, Any]]:
    """Describe the candidate sites without an open post."""
    taken = {post.site for post in solution.posts_list}
    sites, posted = plan.problem.sites, plan.problem.posted
    described = []
    for row, site in enumerate(sites.id):
        if site in taken or not posted[row]:
            continue
        options = [
            {
                "resource": column,
                "status": _STATUS.get(SiteStatus(int(sites.status[row, column])), "excluded"),
                "open": float(sites.open_cost[row, column]),
                "unit": float(sites.unit_cost[row, column]),
                "least": int(sites.min_units[row, column]),
                "most": int(sites.max_units[row, column]),
            }
            for column in range(len(plan.problem.resources))
            if sites.allowed[row, column]
        ]
        described.append(
            {
                "site": site,
                "name": sites.name[row],
                "kind": sites.kind[row],
                "at": [round(float(value), 6) for value in sites.lonlat[row]],
                "options": options,
            }
        )
    return described


def _areas(plan: Plan, uncovered: Uncovered) -> list[dict[str, Any]]:
    """Describe the areas people stand in, with the people each resource covers."""
    demand = plan.problem.demand
    rows: dict[str, list[int]] = {shape.id: [] for shape in plan.areas}
    for row, point in enumerate(demand.id):
        area = point.rpartition("#")[0]
        if area in rows:
            rows[area].append(row)
    described = []
    for shape in plan.areas:
        mine = np.array(rows[shape.id], dtype=np.int64)
        people = demand.people[mine]
        described.append(
            _shape(shape, coding.polygons(shape.lonlat))
            | {
                "people": float(people.sum()),
                "covered": [
                    float(people[~uncovered[resource.id][mine]].sum())
                    for resource in plan.problem.resources
                ],
                "step_free": _step_free(plan, mine, uncovered),
            }
        )
    return described


def _step_free(plan: Plan, mine: NDArray[np.int64], uncovered: Uncovered) -> dict[str, Any] | None:
    """Describe the people of an area who walk without steps; None where there are none."""
    demand = plan.problem.demand
    slow = mine[demand.step_free[mine]]
    people = demand.people[slow]
    if not people.any():
        return None
    return {
        "people": float(people.sum()),
        "covered": [
            float(people[~uncovered[resource.id][slow]].sum())
            for resource in plan.problem.resources
        ],
    }


def _shape(
    shape: Shape, geometry: list[Any], lines: list[list[int]] | None = None
) -> dict[str, Any]:
    """Describe a shape that is drawn as it is."""
    described: dict[str, Any] = {"id": shape.id, "name": shape.name, "shape": geometry}
    return described if not lines else described | {"lines": lines}


def _missing(plan: Plan, uncovered: Uncovered) -> dict[str, Any]:
    """Write the demand points that some resource does not cover.

    Of K resources the bits K to 2 K - 1 are those of the people who walk without steps.
    """
    demand = plan.problem.demand
    mask = np.zeros(len(demand), dtype=np.int64)
    apart = np.where(demand.step_free, len(plan.problem.resources), 0)
    for bit, resource in enumerate(plan.problem.resources):
        mask |= uncovered[resource.id].astype(np.int64) << (bit + apart)
    # areas are sampled on a grid of squares; other points stand for no more ground than themselves
    side_m = plan.settings.walking.sample_m if plan.areas else 0.0
    return coding.dots(demand.lonlat, demand.people, mask) | {"side_m": side_m}


def _bounds(plan: Plan, solution: Solution) -> list[float] | None:
    """Return the part of the world to show first: the event, not all of the street layer."""
    shapes = [shape.lonlat for shape in (*plan.route, *plan.areas)]
    posts = [[post.lon, post.lat] for post in solution.posts_list]
    found = coding.bounds(shapes, posts)
    if found is None or not plan.areas:
        points = np.concatenate(
            [plan.problem.demand.lonlat, plan.problem.sites.lonlat, posts or np.zeros((0, 2))]
        )
        return coding.bounds(shapes, points)
    return found


def _is_extract(streets: str) -> bool:
    """Tell an extract of OpenStreetMap by its name, for solutions that do not say."""
    plain = streets.lower().removesuffix(".gz").removesuffix(".bz2")
    return plain.endswith((".pbf", ".osm", ".osm.xml"))


def _sources(plan: Plan, solution: Solution) -> dict[str, Any]:
    """Say which files the page rests on, and whether streets come from OpenStreetMap."""
    layers = {name: PurePath(file).name for name, file in sorted(plan.layers.items())}
    streets = layers.get("streets") or (plan.streets.name if plan.streets else "")
    return {
        "layers": layers,
        "streets": streets,
        "osm": solution.attribution is not None or _is_extract(streets) or drawn_on_osm(plan),
        "replaced": {name: PurePath(file).name for name, file in sorted(solution.layers.items())},
    }
