"""The plan file: frozen models, unknown keys refused with a suggestion, one JSON Schema.

Defaults carry the mark of their source, as in ``docs/explanation/domain.md``: S sourced,
M general knowledge, D derived, A assumption.
"""

import reprlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, ValidationError, field_validator, model_validator

from placement.errors import InputError
from placement.plan.format import (
    Count,
    NotNegative,
    Positive,
    ResourceId,
    Section,
    Slug,
    Text,
    broken,
    explained,
    hint,
    nearest,
)
from placement.plan.ground_settings import ClosureSettings, Layers, Walking
from placement.plan.lane_settings import LanesSettings
from placement.plan.period_settings import PeriodSettings, check_periods, in_order
from placement.plan.resources import Walkers
from placement.plan.ring_settings import RingSettings, check_rings
from placement.plan.rule_settings import (
    BackupSettings,
    FloorSettings,
    GroupSettings,
    Names,
    SealedSettings,
    ZoneSettings,
)
from placement.reading.regular import MIB, is_folder, read_text, require_file

__all__ = [
    "PLAN_FILE",
    "Budget",
    "Layers",
    "ResourceSettings",
    "Settings",
    "Text",
    "Walking",
    "json_schema",
    "nearest",
    "plan_path",
    "read_settings",
]

PLAN_FILE = "plan.toml"
_MOST_BYTES = 16 * MIB  # a plan file holds settings; people and places are in its layers
_MOST_DEPTH = 50
_MOST_BITS = 1024


class Budget(Section):
    """What the plan may cost at most, and in what."""

    amount: Annotated[
        NotNegative, Field(description="Most the plan may cost; 0 gives an empty plan.")
    ]
    unit: Annotated[
        Text, Field(description="What costs are counted in (officers, k€). Default: units of cost.")
    ] = Text(en="units of cost", fr="unités de coût")


class NearSettings(Section):
    """A post of this resource needs a post of another one within a walk."""

    resource: Annotated[str, Field(description="The other resource.")]
    walk_min: Annotated[
        Positive,
        Field(le=1440, description="Longest walk from the other post to this one, minutes."),
    ]


class ResourceSettings(Section):
    """A resource: checkpoints, dog teams, or any other that the plan defines."""

    label: Annotated[Text | None, Field(description="Name to show. Default: the table's name.")] = (
        None
    )
    walkers: Annotated[
        Walkers,
        Field(
            strict=False,
            description='Who walks: "people" to the post (default), or the "team" from its post.',
        ),
    ] = Walkers.PEOPLE
    walk_limit_min: Annotated[
        Positive,
        Field(
            le=1440,
            description="Longest walk that counts as covered, minutes, inclusive. Usual: 10 to a "
            "checkpoint, 5 for a dog team (A: domain.md).",
        ),
    ]
    value: Annotated[
        NotNegative,
        Field(le=1e6, description="Worth of covering one person once. Default 1 (A)."),
    ] = 1.0
    open_cost: Annotated[
        NotNegative, Field(le=1e12, description="Cost of opening a post. Default 0 (A).")
    ] = 0.0
    unit: Annotated[
        Text, Field(description="Name of one unit (lane, team). Default: unit, unité.")
    ] = Text(en="unit", fr="unité")
    unit_cost: Annotated[
        NotNegative,
        Field(
            le=1e12,
            description="Cost of one unit. Default 0 (A); in officers, a lane takes 5 (A, "
            "staff_per_lane in domain.md).",
        ),
    ] = 0.0
    min_units: Annotated[
        Count, Field(description="Least units of an open post. Default 1 (A).")
    ] = 1
    max_units: Annotated[
        Count, Field(description="Most units of a post. Default 12 (A: lanes a bridgehead holds).")
    ] = 12
    fleet: Annotated[Count | None, Field(description="Most units in all. Default: no limit.")] = (
        None
    )
    posts: Annotated[Count | None, Field(description="Most posts in all. Default: no limit.")] = (
        None
    )
    near: Annotated[
        NearSettings | None,
        Field(description="Another resource that must have a post within a walk. Default: none."),
    ] = None
    separation_m: Annotated[
        Positive | None,
        Field(
            le=100_000,
            description="Least distance between two posts of this resource, m, in a straight line; "
            "posts exactly so far apart may both stand. Default: none.",
        ),
    ] = None
    separation_min: Annotated[
        Positive | None,
        Field(
            le=1440,
            description="Least walk between two posts of this resource, minutes, the shorter way "
            "round; posts exactly so far apart may both stand. Default: none.",
        ),
    ] = None
    backup: Annotated[
        BackupSettings | None,
        Field(description="Where a second post within the walking limit counts. Default: none."),
    ] = None
    unavailable: Annotated[
        NotNegative,
        Field(
            lt=1,
            description="Probability that a unit is resting or away: l units within the limit are "
            "worth 1 - q^l (Daskin 1983). Default 0; dogs that work 30 and rest 30 minutes: 0.5 "
            "(D: domain.md).",
        ),
    ] = 0.0
    counted_units: Annotated[
        int,
        Field(
            ge=1,
            le=20,
            description="Units that count for one person where units may be unavailable; more "
            "are worth nothing to that person. Default 4 (A: at q = 0.5 one of them is there with "
            "94%).",
        ),
    ] = 4

    lanes: Annotated[
        LanesSettings | None,
        Field(
            description="Units are lanes, and a person beyond what they admit is not covered; for "
            "one resource. Default: cover without capacity."
        ),
    ] = None
    periods: Annotated[
        Names,
        Field(
            description="The periods in which it serves, and whose people it counts; one where it "
            "has lanes. Default: all.",
            min_length=1,
        ),
    ] = ()

    @model_validator(mode="after")
    def _order(self) -> Self:
        if self.min_units > self.max_units:
            raise broken(
                "max_units",
                f"{self.max_units} is below min_units, {self.min_units}",
                "raise max_units or lower min_units",
            )
        if self.backup is not None and self.unavailable:
            raise broken(
                "backup",
                "and 'unavailable' both say what a second post is worth",
                "keep one of the two",
            )
        if self.lanes is not None and (self.backup is not None or self.unavailable):
            other = "backup" if self.backup is not None else "unavailable"
            raise broken(
                "lanes", f"and {other!r} cannot be reckoned together", "keep one of the two"
            )
        return self


class Settings(Section):
    """A plan file, format 1."""

    model_config = ConfigDict(title="placement plan file")

    format: Annotated[Literal[1], Field(description="Version of this format.")] = 1
    name: Annotated[
        Slug,
        Field(description="Short name, also of the output folder: a-z, 0-9, '.', '_', '-'."),
    ]
    title: Annotated[Text | None, Field(description="Title to show. Default: the name.")] = None
    crs: Annotated[
        str | None,
        Field(
            min_length=1,
            description="Projected coordinate system in metres, e.g. EPSG:2154. Default: the WGS "
            "84 UTM zone at the middle of the sites and the route.",
        ),
    ] = None
    budget: Annotated[Budget, Field(description="What the plan may cost.")]
    layers: Annotated[Layers, Field(description="The files of the plan.")]
    walking: Annotated[Walking, Field(description="Speed, detour, snapping and sampling.")] = (
        Walking()
    )
    resources: Annotated[
        dict[ResourceId, ResourceSettings],
        Field(
            min_length=1,
            description="The means, a table each: [resources.<id>].",
            json_schema_extra={"additionalProperties": False},
        ),
    ]
    floors: Annotated[
        tuple[FloorSettings, ...],
        Field(strict=False, description="Least cover of zones, a table each: [[floors]]."),
    ] = ()
    groups: Annotated[
        tuple[GroupSettings, ...],
        Field(strict=False, description="Sites of which few may be used: [[groups]]."),
    ] = ()
    zones: Annotated[
        tuple[ZoneSettings, ...],
        Field(
            strict=False,
            description="Ticket zones, whose people enter by gates of theirs: [[zones]].",
        ),
    ] = ()
    rings: Annotated[
        tuple[RingSettings, ...],
        Field(
            strict=False,
            description="Perimeters one inside another, from the outside in, a table each: "
            "[[rings]].",
        ),
    ] = ()
    sealed: Annotated[
        SealedSettings | None,
        Field(
            description="Every way of the layer ways has a post or a barrier, which the budget "
            "pays. Default: no such rule."
        ),
    ] = None
    closures: Annotated[
        tuple[ClosureSettings, ...],
        Field(
            strict=False,
            description="Streets closed by their name, a table each: [[closures]].",
        ),
    ] = ()
    periods: Annotated[
        tuple[PeriodSettings, ...],
        Field(
            strict=False,
            description="Parts of the day with people, streets and directions of their own, which "
            "one choice of posts serves, a table each: [[periods]].",
        ),
    ] = ()

    @field_validator("resources")
    @classmethod
    def _near_names_another(cls, value: dict[str, ResourceSettings]) -> dict[str, ResourceSettings]:
        for own, resource in value.items():
            other = resource.near.resource if resource.near else None
            if other is None:
                continue
            field = f"{own}.near.resource"
            if other == own:
                raise broken(field, "names the resource itself", "name another resource")
            if other not in value:
                raise broken(field, f"names no resource: {reprlib.repr(other)}", hint(other, value))
        laned = [own for own, resource in value.items() if resource.lanes is not None]
        if len(laned) > 1:
            raise broken(
                f"{laned[1]}.lanes", f"{laned[0]!r} has lanes already", "give lanes to one resource"
            )
        return value

    @model_validator(mode="after")
    def _rules_name_resources(self) -> Self:
        named = [(f"floors.{at}.resource", rule.resource) for at, rule in enumerate(self.floors)]
        for at, group in enumerate(self.groups):
            if group.resource is not None:
                named.append((f"groups.{at}.resource", group.resource))
        named += [(f"zones.{at}.resource", rule.resource) for at, rule in enumerate(self.zones)]
        if self.sealed is not None:
            named += [("sealed.resources", resource) for resource in self.sealed.resources]
        for field, resource in named:
            if resource not in self.resources:
                said = f"names no resource: {reprlib.repr(resource)}"
                raise broken(field, said, hint(resource, self.resources))
        check_rings(self.rings, self.zones, self.resources, self.periods)
        names = [group.name for group in self.groups]
        for at, name in enumerate(names):
            if name in names[:at]:
                raise broken(f"groups.{at}.name", f"{name!r} occurs twice", "rename one of the two")
        return self

    @field_validator("periods")
    @classmethod
    def _one_after_another(cls, value: tuple[PeriodSettings, ...]) -> tuple[PeriodSettings, ...]:
        return in_order(value)

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        own = bool(self.periods) and all(period.layers.people for period in self.periods)
        if self.layers.demand is None and self.layers.areas is None and not own:
            remedy = "name points, polygons or both"
            raise broken("layers.demand", "is missing, and so is 'areas'", remedy)
        check_periods(
            self.periods,
            self.resources,
            self.floors,
            at=self.walking.at,
            streets=self.layers.streets,
        )
        return self

    @model_validator(mode="after")
    def _zones_fit(self) -> Self:
        seen = set()
        for at, rule in enumerate(self.zones):
            if (rule.zone, rule.resource) in seen:
                raise broken(
                    f"zones.{at}.zone",
                    f"{rule.zone!r} has gates of {rule.resource!r} already",
                    "name all its gates in one table",
                )
            seen.add((rule.zone, rule.resource))
            if rule.headroom is not None and self.resources[rule.resource].lanes is None:
                raise broken(
                    f"zones.{at}.headroom",
                    f"is set, and {rule.resource!r} has no lanes",
                    "remove it, or give the resource lanes",
                )
        return self

    @model_validator(mode="after")
    def _sealed_has_a_perimeter(self) -> Self:
        rule, layers = self.sealed, self.layers
        if rule is None:
            return self
        if layers.ways is None:
            remedy = "name the ways through the perimeter; `place cordon --out` writes them"
            raise broken("layers.ways", "is missing, and [sealed] asks for it", remedy)
        if (rule.around_m is None) == (layers.perimeter is None):
            both = "and 'layers.perimeter' are given"
            said = "is missing, and so is 'layers.perimeter'" if rule.around_m is None else both
            raise broken("sealed.around_m", said, "write one of the two")
        if rule.around_m is not None and layers.route is None:
            raise broken("sealed.around_m", "is set, and there is no route", "name layers.route")
        return self

    def title_by_language(self) -> Mapping[str, str]:
        """Return the title by language; the name where the plan has none."""
        return (self.title or Text(en=self.name, fr=self.name)).by_language()


def plan_path(path: str | Path) -> Path:
    """Return the plan file of a path that may be its folder."""
    path = Path(path)
    return path / PLAN_FILE if is_folder(path) else path


def read_settings(path: str | Path) -> Settings:
    """Read and validate a plan file.

    Parameters
    ----------
    path
        The plan file, or a folder with a ``plan.toml``.

    Returns
    -------
    Settings

    Raises
    ------
    InputError
        If the file is missing or unreadable, is no TOML, or holds a key or a value that the format
        does not allow; one sentence that names the file, the field and the remedy.
    """
    path = plan_path(path)
    require_file(
        path,
        missing="there is no such plan file",
        remedy="check the path, or make one: place init",
    )
    text = read_text(path, most=_MOST_BYTES, remedy="save it as UTF-8")
    try:
        content = tomllib.loads(text)
    except RecursionError:
        raise InputError(
            "is not valid TOML: nested too deeply", file=path, remedy="fix that line"
        ) from None
    except ValueError as error:  # Python's own, where a number has too many digits
        own = isinstance(error, tomllib.TOMLDecodeError)
        said = str(error).rstrip(".") if own else "a number has too many digits"
        raise InputError(f"is not valid TOML: {said}", file=path, remedy="fix that line") from None
    return parse_settings(content, file=path)


def parse_settings(content: Mapping[str, Any], *, file: Path) -> Settings:
    """Validate the content of a plan file.

    Parameters
    ----------
    content
        Its tables.
    file
        The plan file, or what stands for it in messages.

    Raises
    ------
    InputError
        If a key or a value is not allowed.
    """
    _check_held(file, content)
    try:
        return Settings.model_validate(content)
    except ValidationError as error:
        raise _input_error(file, content, error) from None


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the plan file."""
    schema = Settings.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _check_held(path: Path, content: Mapping[str, Any]) -> None:
    """Refuse what could not even be shown in a message: numbers without end, tables in tables."""
    inside: list[tuple[Any, int]] = [(content, 0)]
    while inside:
        value, depth = inside.pop()
        if depth > _MOST_DEPTH:
            raise InputError("is nested too deeply", file=path, remedy="fix the dotted keys")
        if isinstance(value, int) and value.bit_length() > _MOST_BITS:
            raise InputError(
                "holds a number of too many digits", file=path, remedy="correct the number"
            )
        if isinstance(value, dict):
            inside += [(one, depth + 1) for one in value.values()]
        elif isinstance(value, list):
            inside += [(one, depth + 1) for one in value]


def _input_error(path: Path, content: Mapping[str, Any], error: ValidationError) -> InputError:
    """Make one sentence of all that pydantic found."""
    if not content:
        return InputError("is empty", file=path, remedy="make a plan to start from: place init")
    found = error.errors(include_url=False)
    # a misspelt key is often the cause of a missing one, so it is told first
    found.sort(key=lambda one: one["type"] != "extra_forbidden")
    first: Mapping[str, Any] = dict(found[0])
    where = [str(part) for part in first["loc"] if part != "[key]"]
    problem, remedy = explained(first, where, root=Settings)
    if first["type"] == "rule":
        where += [first["ctx"]["field"]] if first["ctx"]["field"] else []
    if len(found) > 1:
        more = len(found) - 1
        problem += f" ({more} more error{'s' if more > 1 else ''})"
    return InputError(problem, file=path, field=".".join(where) or None, remedy=remedy)
