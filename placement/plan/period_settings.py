"""The periods of a day, as the plan file writes them: hours, layers of their own, directions."""

import reprlib
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Literal, Protocol, Self

from pydantic import Field, model_validator

from placement.plan.clock import minutes_of
from placement.plan.format import (
    Clock,
    LayerFile,
    Positive,
    ResourceId,
    Section,
    Slug,
    Text,
    broken,
    hint,
)
from placement.plan.lane_settings import LanesSettings
from placement.plan.rule_settings import EVERY, FloorSettings


class PeriodLayers(Section):
    """Files that stand in place of the plan's own in one period."""

    demand: Annotated[
        LayerFile | None,
        Field(
            description="As layers.demand. A period with demand or areas of its own takes neither "
            "from the plan."
        ),
    ] = None
    areas: Annotated[LayerFile | None, Field(description="As layers.areas.")] = None
    streets: Annotated[
        LayerFile | None,
        Field(description="As layers.streets, in a plan that has a street layer too."),
    ] = None
    rail: Annotated[LayerFile | None, Field(description="As layers.rail.")] = None
    barriers: Annotated[LayerFile | None, Field(description="As layers.barriers.")] = None
    closures: Annotated[LayerFile | None, Field(description="As layers.closures.")] = None
    crowd: Annotated[LayerFile | None, Field(description="As layers.crowd.")] = None

    @property
    def people(self) -> bool:
        """Whether the period has a crowd of its own."""
        return self.demand is not None or self.areas is not None


class PeriodSettings(Section):
    """A part of the day with people, streets and directions of its own."""

    name: Annotated[Slug, Field(description="Short name: a-z, 0-9, '.', '_', '-'.")]
    label: Annotated[Text | None, Field(description="Name to show. Default: the name.")] = None
    begins: Annotated[Clock, Field(description='When it begins, "HH:MM".')]
    ends: Annotated[
        Clock,
        Field(description='When it ends, "HH:MM"; after midnight count on, 25:30 for half past 1.'),
    ]
    layers: Annotated[
        PeriodLayers,
        Field(
            description="Files in place of the plan's own. Default: the plan's. Closures with "
            "hours hold in the periods that they overlap."
        ),
    ] = PeriodLayers()
    direction: Annotated[
        Literal["in", "out"],
        Field(
            description='"in" (default): people walk to the post, a team from it. "out": the other '
            "way along every street, as people do who leave by it."
        ),
    ] = "in"
    directions: Annotated[
        dict[ResourceId, Literal["in", "out"]],
        Field(
            description="By resource, where it is another direction, e.g. "
            '{ checkpoint = "out" }. Default: direction.'
        ),
    ] = Field(default_factory=dict)
    weight: Annotated[
        Positive,
        Field(
            le=1e6,
            description="What covering one person in this period is worth beside others. Default 1 "
            "(A).",
        ),
    ] = 1.0

    @model_validator(mode="after")
    def _hours(self) -> Self:
        for field in ("begins", "ends"):
            clock = getattr(self, field)
            if minutes_of(clock) is None:
                raise broken(field, f"{clock!r} is not a valid time", 'write "HH:MM", up to 48:00')
        begins, ends = self.span
        if ends <= begins:
            later = f'"{ends // 60 + 24}:{ends % 60:02d}"'
            raise broken(
                "ends",
                f"{self.ends!r} is not after {self.begins!r}",
                f"write {later} if it ends the day after" if ends + 1440 <= 2880 else "correct it",
            )
        return self

    @property
    def span(self) -> tuple[int, int]:
        """Minutes after midnight from which and until which it lasts."""
        return minutes_of(self.begins) or 0, minutes_of(self.ends) or 0

    def turned(self, resource: str) -> bool:
        """Say whether people and teams of a resource walk the other way."""
        return self.directions.get(resource, self.direction) == "out"


def in_order(periods: tuple[PeriodSettings, ...]) -> tuple[PeriodSettings, ...]:
    """Return the periods as they follow one another.

    Raises
    ------
    PydanticCustomError
        If two have the same name, or one begins before another has ended.
    """
    order = sorted(range(len(periods)), key=lambda at: (periods[at].span, periods[at].name, at))
    names = [period.name for period in periods]
    for at, name in enumerate(names):
        if name in names[:at]:
            raise broken(f"{at}.name", f"{name!r} occurs twice", "rename one of the two")
    for before, after in pairwise(order):
        if periods[after].span[0] < periods[before].span[1]:
            raise broken(
                f"{after}.begins",
                f"is within {names[before]!r}, which ends at {periods[before].ends}",
                "let one period end before the next begins",
            )
    return tuple(periods[at] for at in order)


class _Kind(Protocol):
    """What is asked of a resource."""

    @property
    def periods(self) -> Collection[str]:
        """The periods in which it serves; empty for all."""

    @property
    def lanes(self) -> LanesSettings | None:
        """Its lanes, or None."""


def check_periods(
    periods: Sequence[PeriodSettings],
    kinds: Mapping[str, _Kind],
    floors: Sequence[FloorSettings],
    *,
    at: str | None,
    streets: str | None,
) -> None:
    """Check the periods of a plan against its resources, layers and floors.

    Parameters
    ----------
    periods
        The tables ``[[periods]]``.
    kinds
        The resources by identifier.
    floors
        The tables ``[[floors]]``.
    at, streets
        ``walking.at`` and ``layers.streets``.

    Raises
    ------
    PydanticCustomError
        If one names what there is not, or what has no place among periods is asked.
    """
    known = [period.name for period in periods]
    if known and at is not None:
        said = "is set, and periods have hours of their own"
        raise broken("walking.at", said, "leave it out")
    for period in periods:
        for resource in period.directions:
            if resource not in kinds:
                said = f"names no resource: {reprlib.repr(resource)}"
                raise broken(f"periods.{period.name}.directions", said, hint(resource, kinds))
        if period.layers.streets is not None and streets is None:
            said = "is named, and the plan has no street layer"
            raise broken(f"periods.{period.name}.layers.streets", said, "name layers.streets too")
    _check_names(known, kinds, floors)
    for own, kind in kinds.items():
        if known and kind.lanes is not None:
            _check_lanes(
                own, kind.lanes, [one for one in periods if one.name in (kind.periods or known)]
            )
    for number, rule in enumerate(floors):
        serves = kinds[rule.resource].periods
        if serves and rule.period not in {None, EVERY, *serves}:
            said = f"is {rule.period!r}, in which {rule.resource!r} does not serve"
            raise broken(f"floors.{number}.period", said, f"name one of {', '.join(serves)}")


def _check_lanes(resource: str, lanes: LanesSettings, serves: Sequence[PeriodSettings]) -> None:
    """Check that lanes are open in one period, and in its hours."""
    period = serves[0]
    if len(serves) > 1:
        raise broken(
            f"resources.{resource}.periods",
            "are several, and lanes open in one",
            f'write periods = ["{period.name}"], or another one',
        )
    opens, closes = minutes_of(lanes.opens) or 0, minutes_of(lanes.closes) or 0
    begins, ends = period.span
    if opens >= ends or closes <= begins:
        raise broken(
            f"resources.{resource}.lanes.opens",
            f"lets people in from {lanes.opens} to {lanes.closes}, and {period.name!r} lasts from "
            f"{period.begins} to {period.ends}",
            "open lanes in the hours of the period, or name another one",
        )


def _check_names(
    known: list[str], kinds: Mapping[str, _Kind], floors: Sequence[FloorSettings]
) -> None:
    """Check that resources and floors name periods that there are."""
    named = [
        (f"resources.{own}.periods", name) for own, kind in kinds.items() for name in kind.periods
    ]
    named += [
        (f"floors.{at}.period", rule.period)
        for at, rule in enumerate(floors)
        if rule.period is not None and (rule.period != EVERY or not known)
    ]
    for field, name in named:
        if name not in known:
            remedy = hint(name, known) if known else "write [[periods]], or leave it out"
            raise broken(field, f"names no period: {reprlib.repr(name)}", remedy)
