"""What the sheets of a dossier are made from: figures, ground, posts by number, and the paper."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import shapely

from placement.arrays import Floats
from placement.cover.catchments import rings
from placement.cover.routes import AreaRoute, routes
from placement.cover.survey import survey
from placement.maps.day import closed_streets, day_values, of_the_day, period_alone
from placement.maps.labels import stations
from placement.maps.page import page_data, uncovered
from placement.maps.paper import sentences, tables
from placement.maps.paper.drawing import Ground, ground_of
from placement.maps.paper.legend import signs, swatches
from placement.maps.paper.letters import name_of, with_names
from placement.maps.paper.names import broken, short
from placement.maps.paper.sentences import Facts
from placement.maps.paper.sheets import Sheet, Window, fit, metres
from placement.maps.paper.speech import Speaker
from placement.maps.webmap import refuse_strangers
from placement.plan.problem import Plan
from placement.plan.shapes import Shape
from placement.solution import Solution
from placement.streets.rings import Ring

MOST_LETTERS = 160
"""Of a title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """What is printed.

    Attributes
    ----------
    paper
        ``"a3"`` or ``"a4"``.
    landscape
        Whether the long side is across; None takes what shows the plan larger.
    language
        Code of the language.
    date
        What the title block gives as its date, verbatim; empty leaves it out.
    overview, areas, posts
        Which further sheets there are: figures and method, one an area, one a post.
    checked
        Whether the solution was audited.
    """

    paper: str = "a3"
    landscape: bool | None = None
    language: str = "en"
    date: str = ""
    overview: bool = False
    areas: bool = False
    posts: bool = False
    checked: bool = True


def post_ground(plan: Plan, solution: Solution) -> list[Ring]:
    """Return the ground within the limit of each post, and within those that are shorter.

    Of no longer limit, that of another resource: the ground grows with its square. None where walks
    are given as a table; that of a plan with periods is drawn period by period.
    """
    if plan.walk_s is not None or plan.periods:
        return []
    found: list[Ring] = []
    limits = sorted({kind.walk_limit_s / 60 for kind in plan.problem.resources})
    for kind in plan.problem.resources:
        mine = [post for post in solution.posts_list if post.resource == kind.id]
        within = [limit for limit in limits if limit <= kind.walk_limit_s / 60]
        found += rings(plan, mine, minutes=within)
    return found


class Material:
    """Gathers what the sheets show, once."""

    def __init__(
        self,
        plan: Plan,
        solution: Solution,
        asked: Dossier,
        *,
        day: "Material | None" = None,
        number: int = 0,
        missing: Collection[str] = (),
        ground: Callable[[], list[Ring]] | None = None,
    ) -> None:
        from placement.solve.questions.served import served  # noqa: PLC0415 - with the solver

        refuse_strangers(plan, solution)
        self.plan, self.solution, self.asked = plan, solution, asked
        self.tell = Speaker(asked.language)
        self.day, self.number, self.missing = day, number, missing
        walks = survey(plan)
        given = plan.walk_s is not None
        self.routes: list[AreaRoute] = [] if given else list(routes(plan, solution.posts_list))
        missing = uncovered(plan, solution, walks)
        data = page_data(
            plan,
            solution,
            {},
            missing,
            routes=self.routes,
            served=served(plan, solution, walks),
        )
        data = data if day is None else data | self._told_by(day, data)
        self.data: Facts = with_names(data, self.named)
        self.ground: Ground = ground_of(
            plan,
            solution,
            walks,
            post_ground(plan, solution) if ground is None else ground(),
            missing,
            [one["people"] for one in self.data["areas"]],
        )
        if day is not None:
            closed = tuple(
                Shape(id=rule.id, name=rule.street or "", xy=self.in_metres(line), lonlat=line)
                for rule, line in closed_streets(plan)
            )
            self.ground = replace(self.ground, closures=(*self.ground.closures, *closed))
        main = self.data["main"]
        self.shown: list[int] = [main] + [
            at for at, one in enumerate(self.data["resources"]) if one["shown"] and at != main
        ]
        self.posts = sorted(self.data["posts"], key=tables.number_order)
        self.keys = {
            one["number"]: f"{one['site']}/{self.data['resources'][one['resource']]['id']}"
            for one in self.posts
        }
        row = {site: at for at, site in enumerate(plan.problem.sites.id)}
        self.at: Floats = plan.problem.sites.xy[
            np.array([row[one["site"]] for one in self.posts], dtype=np.int64)
        ]
        if day is None:
            self.sheet: Sheet
            self.whole: Window
            self.sheet, self.whole = fit(
                self.bounds(), asked.paper, plan.crs, landscape=asked.landscape
            )
            self.pictures: dict[str, str] = {**signs(self.data), **swatches(self.data)}
        else:  # all periods at one scale, their pictures in one document
            self.sheet, self.whole, self.pictures = day.sheet, day.whole, day.pictures

    def parts(self) -> "list[Material]":
        """Return what the sheets of each period show; the plan itself where it has none."""
        numbers = range(len(self.plan.periods))
        if not numbers:
            return [self]
        return [
            Material(
                *period_alone(self.plan, self.solution, at),
                self.asked,
                day=self,
                number=at,
                missing=self.missing,
            )
            for at in numbers
        ]

    def named(self, text: str) -> str:
        """Return a name as it is told, see `placement.maps.paper.letters.name_of`."""
        return name_of(text, self.missing)

    def _told_by(self, day: "Material", data: Facts) -> dict[str, Any]:
        """Return what a period tells as one of a day; its areas are called without its name."""
        prefix = f"{day.plan.periods[self.number].name}:"

        def called(rows: Sequence[Facts]) -> list[Facts]:
            return [{**row, "name": row["name"].removeprefix(prefix)} for row in rows]

        gaps, walks = data["gaps"], data["walks"]
        return {
            **of_the_day(data, day.plan, day.solution, self.number),
            "gaps": {**gaps, "rows": called(gaps["rows"])},
            "walks": {**walks, "areas": [called(rows) for rows in walks["areas"]]},
        }

    def when(self) -> str:
        """Return the period in words; empty where there is none."""
        if self.day is None:
            return ""
        told = day_values(self.day.plan, self.day.solution)[self.number]
        return sentences.period_in_words(told, self.tell)

    def bounds(self) -> Floats:
        """Return what the map of the plan has to show: areas, route and posts, or all points."""
        shapes = [one.xy for one in (*self.plan.route, *self.plan.areas) if not one.xy.is_empty]
        boxes = np.array([one.bounds for one in shapes]).reshape(-1, 2)
        points = [boxes, self.at]
        if not self.plan.areas:
            points += [self.plan.problem.sites.xy, self.plan.problem.demand.xy]
        every = np.concatenate(points)
        if len(every) == 0:
            return np.zeros(4)
        return np.concatenate([every.min(axis=0), every.max(axis=0)])

    def close_up(self, bounds: Floats) -> tuple[Sheet, Window]:
        """Return the layout, on the paper of the plan's map, that shows some bounds larger."""
        return fit(bounds, self.sheet.paper, self.plan.crs, landscape=self.sheet.landscape)

    def route_lines(self, window: Window) -> list[Floats]:
        """Return what of the route a window shows, in millimetres on its map."""
        frame = shapely.box(*window.bounds)
        parts = [
            part
            for shape in self.plan.route
            for part in shapely.get_parts(shapely.intersection(shape.xy, frame))
            if part.geom_type == "LineString"
        ]
        return [window.places(shapely.get_coordinates(part)) for part in parts]

    def title(self) -> str:
        """Return the plan's title in the language of the sheets."""
        return short(self.tell.own(self.data["title"]), MOST_LETTERS)

    @cached_property
    def area_labels(self) -> dict[str, list[tuple[str, str]]]:
        """Return the lines that name each area, and how many of its people are not covered."""
        lost = {
            row["area"]: sentences.lost_of(row["all"], self.shown[0])
            for row in self.data["gaps"]["rows"]
            if row["area"] is not None and row["all"] is not None
        }
        found = {}
        for at, area in enumerate(self.data["areas"]):
            lines = [("area", one) for one in broken(short(area["name"] or area["id"], 60), 3)]
            if lost.get(at):
                lines.append(("missing", self.tell.count("not_covered", lost[at])))
            found[area["id"]] = lines
        return found

    @cached_property
    def stations(self) -> list[tuple[str, float, float]]:
        """Return the stations with their places in metres."""
        to_metres = metres(self.plan.crs)
        return [
            (short(self.named(name), 60), *to_metres.transform(lon, lat))
            for name, lon, lat in stations(self.plan)
        ]

    def position(self, resource: str) -> int:
        """Return the position of a resource."""
        return self.plan.problem.resource_index(resource)

    def in_metres(self, line: shapely.Geometry) -> shapely.Geometry:
        """Return a line in degrees in the plan's coordinate system."""
        to_metres = metres(self.plan.crs)
        return shapely.transform(
            line, lambda xy: np.column_stack(to_metres.transform(xy[:, 0], xy[:, 1]))
        )
