"""Perimeters one inside another, as the plan file writes them."""

import reprlib
from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Literal, Protocol

from pydantic import Field

from placement.plan.format import Positive, Section, Text, broken, hint
from placement.plan.lane_settings import LanesSettings
from placement.plan.period_settings import PeriodSettings
from placement.plan.resources import Walkers
from placement.plan.rule_settings import Names, ZoneSettings


class RingSettings(Section):
    """A perimeter around or inside another one; people pass each once, from the outside in."""

    name: Annotated[str, Field(min_length=1, max_length=100, description="Name of the ring.")]
    label: Annotated[Text | None, Field(description="Name to show. Default: the name.")] = None
    sites: Annotated[
        Names,
        Field(
            min_length=1,
            description="The sites in its line. A site where people can be screened belongs to "
            "just one ring.",
        ),
    ]
    screens: Annotated[
        Literal["people", "vehicles"],
        Field(
            description='Whom its posts stop. Default "people": they pass it by one of its gates '
            'with lanes. For "vehicles": people walk through it, and it only tells where its posts '
            "stand."
        ),
    ] = "people"
    walk_limit_min: Annotated[
        Positive | None,
        Field(
            le=1440,
            description="Longest walk to its gates from a gate of the next ring outside that "
            "screens people, minutes, inclusive; for every such ring but the first, whose limit is "
            "that of the resource with lanes.",
        ),
    ] = None


class _Kind(Protocol):
    """What is asked of a resource."""

    @property
    def walkers(self) -> Walkers:
        """Who walks."""

    @property
    def lanes(self) -> LanesSettings | None:
        """Its lanes, or None."""

    @property
    def periods(self) -> Collection[str]:
        """The periods in which it serves; empty for all."""


def check_rings(
    rings: Sequence[RingSettings],
    zones: Sequence[ZoneSettings],
    kinds: Mapping[str, _Kind],
    periods: Sequence[PeriodSettings],
) -> None:
    """Check rings against one another, the ticket zones, the resources and the periods.

    Parameters
    ----------
    rings
        From the outside in.
    zones
        Say how far in their people go.
    kinds
        The resources.
    periods
        The parts of the day; lanes open in one of them.

    Raises
    ------
    PydanticCustomError
        If a name or a site occurs twice, a walk is missing or has no use, nobody is screened,
        people walk outward while lanes are open, or a zone names no ring that screens people.
    """
    people = [ring.name for ring in rings if ring.screens == "people"]
    laned = [name for name, kind in kinds.items() if kind.lanes is not None]
    if rings:
        _check_screening(people, laned, kinds, periods)
    _check_each(rings, people)
    for at, zone in enumerate(zones):
        if zone.ring is None:
            continue
        if zone.ring not in people:
            said = f"names no ring that screens people: {reprlib.repr(zone.ring)}"
            remedy = hint(zone.ring, people) if people else "add it to [[rings]]"
            raise broken(f"zones.{at}.ring", said, remedy)
        if zone.resource != laned[0]:
            raise broken(
                f"zones.{at}.ring", f"is set, and {zone.resource!r} has no lanes", "remove it"
            )


def _check_screening(
    people: Sequence[str],
    laned: Sequence[str],
    kinds: Mapping[str, _Kind],
    periods: Sequence[PeriodSettings],
) -> None:
    """Refuse rings that nobody can pass."""
    if not people:
        raise broken("rings", "screen nobody", 'let one of them screen "people"')
    if not laned:
        raise broken("rings", "are there, and no resource has lanes", "give a resource lanes")
    if kinds[laned[0]].walkers is not Walkers.PEOPLE:
        said = f"are there, and teams of {laned[0]!r} walk"
        raise broken("rings", said, 'write walkers = "people" for it')
    serves = kinds[laned[0]].periods
    for period in periods:
        if (not serves or period.name in serves) and period.turned(laned[0]):
            raise broken(
                "rings",
                f"are passed from the outside in, and in {period.name!r}, when lanes are open, "
                f"people walk out by {laned[0]!r}",
                f'write directions = {{ {laned[0]} = "in" }} for that period',
            )


def _check_each(rings: Sequence[RingSettings], people: Sequence[str]) -> None:
    """Check names, sites and walks of the rings; `people` are those that screen people."""
    names = [ring.name for ring in rings]
    for at, name in enumerate(names):
        if name in names[:at]:
            raise broken(f"rings.{at}.name", f"{name!r} occurs twice", "rename one of the two")
    taken: dict[str, str] = {}
    for at, ring in enumerate(rings):
        for site in ring.sites:
            if taken.setdefault(site, ring.name) != ring.name:
                said = f"{site!r} is a site of {taken[site]!r} already"
                raise broken(f"rings.{at}.sites", said, "leave it in one of the two")
        inner = ring.name in people[1:]
        if inner != (ring.walk_limit_min is not None):
            raise broken(
                f"rings.{at}.walk_limit_min",
                "is missing" if inner else "is set, and nobody walks there from another ring",
                "say how far people walk from the ring outside" if inner else "remove it",
            )
