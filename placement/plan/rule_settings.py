"""Rules of the ground, of law and of the agreed plan, as the plan file writes them."""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from placement.plan.format import Count, NotNegative, Positive, Section, broken

EVERY = "*"
"""Stands for every zone, each on its own."""


def _listed(value: Any) -> Any:  # noqa: ANN401 - whatever the file holds
    """Take a single name for a list of one."""
    return (value,) if isinstance(value, str) else value


Names = Annotated[
    tuple[str, ...],
    BeforeValidator(_listed, json_schema_input_type=str | list[str]),
    Field(strict=False),
]
Share = Annotated[float, Field(gt=0, le=1)]


class FloorSettings(Section):
    """At least a share of the people of each zone is covered."""

    zone: Annotated[
        str | None, Field(description='The zone, or "*" for every zone, each on its own.')
    ] = None
    zones: Annotated[
        Names, Field(description='Several zones, each on its own, in place of "zone".')
    ] = ()
    resource: Annotated[str, Field(description="The resource that must cover them.")]
    share: Annotated[
        Share, Field(description="Least share of the zone's people that is covered, inclusive.")
    ]
    step_free: Annotated[
        bool, Field(description="Count only the people who walk without steps. Default: everyone.")
    ] = False
    period: Annotated[
        str | None,
        Field(
            description='The period whose people count, or "*" for each period on its own. '
            "Default: all periods together."
        ),
    ] = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.zone is None) == (not self.zones):
            said = "is missing, and so is 'zones'" if self.zone is None else "and 'zones' are given"
            raise broken("zone", said, "write one of the two")
        return self

    @property
    def named(self) -> tuple[str, ...]:
        """The zones that are named."""
        return self.zones if self.zone is None else (self.zone,)


class GroupSettings(Section):
    """Sites of which only few may be used."""

    name: Annotated[str, Field(min_length=1, max_length=100, description="Name of the group.")]
    sites: Annotated[Names, Field(min_length=1, description="The sites.")]
    resource: Annotated[
        str | None, Field(description="Count its posts alone. Default: posts of every resource.")
    ] = None
    most: Annotated[
        Count, Field(description="Most posts at these sites together. Default 1: one excludes all.")
    ] = 1


class ZoneSettings(Section):
    """The people of a zone enter by its gates only, and go as far in as a ring."""

    zone: Annotated[str, Field(description="The zone: that of the demand, or an area's id.")]
    resource: Annotated[str, Field(description="The resource whose posts are the gates.")]
    gates: Annotated[
        Names,
        Field(
            min_length=1,
            description="The sites by which its people may enter. Of all others, only people of "
            "the zones that name such a site may enter by it. In a ring of which none is named "
            "they enter as people of no zone do. Default, with a ring: so in every ring.",
        ),
    ] = ()
    ring: Annotated[
        str | None,
        Field(
            description="The innermost of the [[rings]] that its people pass. Default: the "
            "innermost of all that screen people."
        ),
    ] = None
    headroom: Annotated[
        Positive | None,
        Field(
            le=1,
            description="Share of what lanes at these gates admit that the plan counts on; of a "
            "gate of several zones the least. Default: that of the lanes.",
        ),
    ] = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.gates and self.ring is None:
            raise broken("gates", "is missing, and so is 'ring'", "name gates, a ring or both")
        if not self.gates and self.headroom is not None:
            raise broken("headroom", "is set, and no gates are named", "remove it, or name gates")
        return self


class SealedSettings(Section):
    """Every way through the perimeter has a post or a barrier."""

    resources: Annotated[
        Names,
        Field(
            description="The resources whose posts seal the way they stand in. Default: none, "
            "barriers alone seal."
        ),
    ] = ()
    within_m: Annotated[
        Positive,
        Field(
            le=1000,
            description="How near to the line of a way a post stands that seals it, m, on its "
            "level. Default 15 (A: the width of a street).",
        ),
    ] = 15.0
    around_m: Annotated[
        Positive | None,
        Field(
            le=100_000,
            description="The perimeter is what lies so near to the route, m. Default: the layer "
            "perimeter.",
        ),
    ] = None
    traffic: Annotated[
        Literal["walkers", "vehicles"],
        Field(
            description='Whom it stops. Default "walkers": the streets are searched for a way in '
            'past the ways named; for "vehicles" they are not, since they are those of walkers.'
        ),
    ] = "walkers"
    band_m: Annotated[
        Positive,
        Field(
            le=100_000,
            description="Who is so far from the perimeter is outside, m: the --band of `place "
            "cordon`, and no less than the farthest way. Default 200, as there (A).",
        ),
    ] = 200.0


class BackupSettings(Section):
    """Where a second post within the walking limit counts, or must be."""

    zones: Annotated[Names, Field(description='The zones, or "*" for every zone.')] = ()
    points: Annotated[
        Names,
        Field(
            description="Demand points or areas by id, beside or in place of zones; in a plan with "
            'periods each with its period, "event:d01".'
        ),
    ] = ()
    worth: Annotated[
        NotNegative,
        Field(
            le=1,
            description="Worth of covering a person there a second time, as a share of the first. "
            "Default 0 (A).",
        ),
    ] = 0.0
    share: Annotated[
        Share | None,
        Field(
            description="Least share of each zone's people, and of the people of all points named, "
            "that is covered twice. Default: no such rule."
        ),
    ] = None

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not self.zones and not self.points:
            raise broken("zones", "is missing, and so is 'points'", "say where backup counts")
        if not self.worth and self.share is None:
            raise broken("worth", "is missing, and so is 'share'", "write one of the two or both")
        return self
