"""The ground of a plan, as the plan file writes it: layers, walking, closed streets."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from placement.plan.clock import hours_of, minutes_of
from placement.plan.format import Clock, LayerFile, NotNegative, Positive, Section, broken


class Layers(Section):
    """Files of the plan, relative to the plan file.

    GeoJSON (WGS 84), GeoPackage, GeoParquet, Shapefile, KML, FlatGeobuf, or CSV or XLSX with
    columns ``lon`` and ``lat``.
    """

    route: Annotated[
        LayerFile | None, Field(description="Lines of the event's route: id, name.")
    ] = None
    sites: Annotated[
        LayerFile,
        Field(
            description="Points where posts may stand: id, name, kind, level, resources, status, "
            "open_cost, unit_cost, min_units, max_units; the last five also for one resource as "
            "<field>_<resource>."
        ),
    ]
    demand: Annotated[
        LayerFile | None,
        Field(
            description="Points where people are: id, people, zone, priority, tier, level, and "
            "step_free (a share) or step_free_people; arrival, the profile by which they come."
        ),
    ] = None
    areas: Annotated[
        LayerFile | None,
        Field(
            description="Polygons people stand in: id, name, people, zone, priority, tier, level, "
            "arrival, and step_free (a share) or step_free_people."
        ),
    ] = None
    arrivals: Annotated[
        LayerFile | None,
        Field(
            description="CSV of arrival profiles for lanes: profile, begins (when a period of the "
            'window begins, "HH:MM"), and share (adding up to 1) or people (any numbers). Periods '
            "left out are empty. Rows of demand and areas name theirs in the column arrival."
        ),
    ] = None
    streets: Annotated[
        LayerFile | None,
        Field(
            description="Walking network: OpenStreetMap extract (.osm.pbf, .osm, .osm.gz), one "
            "kept by `place streets read`, or lines with class, name, oneway, bridge, tunnel, "
            "level, incline, wheelchair, surface, smoothness. Without it walks are straight "
            "lines."
        ),
    ] = None
    water: Annotated[
        LayerFile | None,
        Field(
            description="Polygons nobody walks across but over bridges: level, else bridge, tunnel "
            "and layer say where they lie, else in the open."
        ),
    ] = None
    rail: Annotated[
        LayerFile | None,
        Field(
            description="Lines or polygons of railways, which nobody crosses to reach a street: "
            "level, else bridge, tunnel and layer say where they lie, else in the open."
        ),
    ] = None
    barriers: Annotated[
        LayerFile | None,
        Field(
            description="Lines or polygons of walls and fences, which nobody crosses to reach a "
            "street; level, else neither bridges nor tunnels. What shuts the streets themselves "
            "belongs into closures."
        ),
    ] = None
    closures: Annotated[
        LayerFile | None,
        Field(
            description="Where streets are closed to walkers: polygons (all within), lines (what "
            "crosses them); street (this one alone), oneway (walked along the line only), fence "
            "(a street closed by name is not crossed either), level (else neither bridges nor "
            'tunnels), begins, ends ("HH:MM").'
        ),
    ] = None
    ways: Annotated[
        LayerFile | None,
        Field(
            description="Lines across each way through the perimeter, for [sealed]: id, name, "
            "kind (of barrier; gate takes none), price (without one only a post seals it), level. "
            "`place cordon --out` writes it."
        ),
    ] = None
    perimeter: Annotated[
        LayerFile | None,
        Field(description="Polygons of the ground that is sealed, for [sealed]: id, name."),
    ] = None
    crowd: Annotated[
        LayerFile | None,
        Field(description="Polygons in which a crowd slows walking: density, persons per m²."),
    ] = None
    background: Annotated[
        LayerFile | None,
        Field(
            description="What maps are drawn on, and nothing else reads: id, name, kind (polygons: "
            "building, green, square; points: station). `place background` writes it."
        ),
    ] = None


class Walking(Section):
    """How people and teams walk."""

    speed_m_s: Annotated[
        Positive,
        Field(
            le=10,
            description="Free walking speed, m/s. Default 1.34 (S: Weidmann 1993, domain.md).",
        ),
    ] = 1.34
    detour_factor: Annotated[
        float,
        Field(
            ge=1,
            le=10,
            description="Walk over straight line where there is no street layer. Default 1.3 "
            "(A: domain.md).",
        ),
    ] = 1.3
    snap_m: Annotated[
        Positive,
        Field(
            le=10_000,
            description="Farthest a point may lie from a street, m; farther points are reported, "
            "never forced. Default 60 (A: half a city block).",
        ),
    ] = 60.0
    sample_m: Annotated[
        float,
        Field(
            ge=1,
            le=10_000,
            description="Spacing of the points areas are sampled to, m. Default 20 (A: 15 s of "
            "walking, well under the walking limits).",
        ),
    ] = 20.0
    aggregate_m: Annotated[
        float | None,
        Field(
            ge=1,
            le=10_000,
            description="Side of a grid cell, m: of a layer demand in GeoParquet, the people of a "
            "cell are taken for one point. Default: of a layer in parts those at the very same "
            "place, else nobody.",
        ),
    ] = None
    step_free_speed_m_s: Annotated[
        Positive,
        Field(
            le=10,
            description="Speed of people who walk without steps, m/s. Default 0.69 (M: manual "
            "wheelchair, domain.md).",
        ),
    ] = 0.69
    step_free_share: Annotated[
        NotNegative,
        Field(
            le=1,
            description="Share of the people of a point or an area who walk so, where its layer "
            "does not say. Default 0 (A: nobody unless the plan says so).",
        ),
    ] = 0.0
    class_pace: Annotated[
        dict[str, Annotated[float, Field(gt=0, le=2)]],
        Field(
            description="By class of street, the share of the usual speed kept on it, e.g. "
            "{ steps = 0.8 }. Default: 1 for each (steps have their own speed already).",
        ),
    ] = Field(default_factory=dict)
    at: Annotated[
        Clock | None,
        Field(
            description='Time of day the plan is made for, "HH:MM": closures with hours hold if it '
            "lies in them. Default: when lanes open; without lanes all closures hold at once (A: "
            "the safe side)."
        ),
    ] = None

    @model_validator(mode="after")
    def _a_time_of_day(self) -> Self:
        if self.at is not None and minutes_of(self.at) is None:
            raise broken("at", f"{self.at!r} is not a valid time", 'write "HH:MM"')
        return self


class ClosureSettings(Section):
    """A street that is closed to walkers."""

    street: Annotated[
        str,
        Field(min_length=1, max_length=200, description="Its name in the street layer, any case."),
    ]
    fence: Annotated[
        bool,
        Field(description="Whether nobody crosses it either. Default: it is crossed at junctions."),
    ] = False
    begins: Annotated[
        Clock | None, Field(description='From when it is closed, "HH:MM". Default: midnight.')
    ] = None
    ends: Annotated[
        Clock | None,
        Field(
            description='When it opens again, "HH:MM"; earlier than begins means the day after. '
            "Default: midnight."
        ),
    ] = None

    @model_validator(mode="after")
    def _hours(self) -> Self:
        try:
            hours_of(self.begins, self.ends)
        except ValueError as error:
            field, problem = error.args
            raise broken(field, problem, 'write "HH:MM", or leave both out') from None
        return self
