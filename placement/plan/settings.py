"""The plan file: frozen models, unknown keys refused with a suggestion, one JSON Schema.

Defaults carry the mark of their source, as in ``docs/domain.md``: S sourced, M general knowledge,
D derived, A assumption.
"""

import difflib
import reprlib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args, get_origin

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from placement.errors import InputError
from placement.plan.problem import Walkers

PLAN_FILE = "plan.toml"

# no `type` statements: they would become definitions of their own in the schema
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=1, le=1_000_000_000)]

# Names end up in folder names, keys and column names, so they keep to plain letters.
_SLUG, _ID, _PATH = r"^[a-z0-9][a-z0-9._-]*$", r"^[a-z][a-z0-9_-]*$", r"^[^\x00-\x1f\x7f]+$"
Slug = Annotated[str, StringConstraints(pattern=_SLUG, max_length=100)]
ResourceId = Annotated[str, StringConstraints(pattern=_ID, max_length=60)]
LayerFile = Annotated[str, StringConstraints(pattern=_PATH)]


class _Table(BaseModel):
    """A table of the plan file: frozen, strict about types, closed to unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def _text_schema(schema: dict[str, Any]) -> None:
    """Say in the schema that a plain string stands for both languages."""
    table = {key: schema.pop(key) for key in tuple(schema) if key not in {"title", "description"}}
    for entry in table["properties"].values():
        entry.pop("default", None)  # the other language, not the empty text
    table["minProperties"] = 1
    schema["anyOf"] = [{"type": "string", "minLength": 1}, table]


class Text(_Table):
    """A text in English and French; a plain string is taken for both, and one for the other."""

    model_config = ConfigDict(json_schema_extra=_text_schema)

    en: Annotated[str, Field(min_length=1, description="The text in English.")] = ""
    fr: Annotated[str, Field(min_length=1, description="The text in French.")] = ""

    @model_validator(mode="before")
    @classmethod
    def _both(cls, value: Any) -> Any:  # noqa: ANN401 - whatever the file holds
        if isinstance(value, str):
            return {"en": value, "fr": value}
        if isinstance(value, Mapping):
            given = {key: text for key, text in value.items() if key in {"en", "fr"}}
            if not given:
                raise _broken("", "has neither an English nor a French text", "write en = or fr =")
            first = next(iter(given.values()))
            return {"en": first, "fr": first, **value}
        return value

    def by_language(self) -> Mapping[str, str]:
        """Return the texts by language, ``en`` and ``fr``."""
        return {"en": self.en, "fr": self.fr}


class Budget(_Table):
    """What the plan may cost at most, and in what."""

    amount: Annotated[
        NotNegative, Field(description="Most the plan may cost; 0 gives an empty plan.")
    ]
    unit: Annotated[
        Text, Field(description="What costs are counted in (officers, k€). Default: units of cost.")
    ] = Text(en="units of cost", fr="unités de coût")


class Layers(_Table):
    """Files of the plan, relative to the plan file.

    GeoJSON (WGS 84), GeoPackage, GeoParquet, or CSV with columns ``lon`` and ``lat``.
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
        Field(description="Points where people are: id, people, zone, priority, level."),
    ] = None
    areas: Annotated[
        LayerFile | None,
        Field(description="Polygons people stand in: id, name, people, zone, priority, level."),
    ] = None
    streets: Annotated[
        LayerFile | None,
        Field(
            description="Walking network: OpenStreetMap extract (.osm.pbf, .osm) or lines with "
            "class, oneway, bridge, tunnel, level. Without it walks are straight lines."
        ),
    ] = None
    water: Annotated[
        LayerFile | None, Field(description="Polygons nobody walks across but over bridges.")
    ] = None
    closures: Annotated[
        LayerFile | None, Field(description="Polygons in which streets are closed to walkers.")
    ] = None

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if self.demand is None and self.areas is None:
            raise _broken(
                "demand", "is missing, and so is 'areas'", "name points, polygons or both"
            )
        return self


class Walking(_Table):
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


class NearSettings(_Table):
    """A post of this resource needs a post of another one within a walk."""

    resource: Annotated[str, Field(description="The other resource.")]
    walk_min: Annotated[
        Positive,
        Field(le=1440, description="Longest walk from the other post to this one, minutes."),
    ]


class ResourceSettings(_Table):
    """A kind of means: checkpoints, dog teams, or whatever the plan names."""

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

    @model_validator(mode="after")
    def _order(self) -> Self:
        if self.min_units > self.max_units:
            raise _broken(
                "max_units",
                f"{self.max_units} is below min_units, {self.min_units}",
                "raise max_units or lower min_units",
            )
        return self


class Settings(_Table):
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

    @field_validator("resources")
    @classmethod
    def _near_names_another(cls, value: dict[str, ResourceSettings]) -> dict[str, ResourceSettings]:
        for own, resource in value.items():
            other = resource.near.resource if resource.near else None
            if other is None:
                continue
            field = f"{own}.near.resource"
            if other == own:
                raise _broken(field, "names the resource itself", "name another resource")
            if other not in value:
                known = ", ".join(sorted(value))
                raise _broken(
                    field,
                    f"names no resource: {reprlib.repr(other)}",
                    f"write {nearest(other, value)!r}"
                    if nearest(other, value)
                    else f"known are {known}",
                )
        return value

    def title_by_language(self) -> Mapping[str, str]:
        """Return the title by language; the name where the plan has none."""
        return (self.title or Text(en=self.name, fr=self.name)).by_language()


def nearest(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Return the known word that a misspelt one is nearest to, if any is near."""
    found = difflib.get_close_matches(word, sorted(known), n=1, cutoff=cutoff)
    return found[0] if found else None


def _broken(field: str, problem: str, remedy: str) -> PydanticCustomError:
    """Return a finding of our own; `field` is counted from the table that is validated."""
    return PydanticCustomError(
        "rule", "{problem}", {"problem": problem, "field": field, "remedy": remedy}
    )


def plan_path(path: str | Path) -> Path:
    """Return the plan file of a path that may be its folder."""
    path = Path(path)
    return path / PLAN_FILE if path.is_dir() else path


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
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise InputError(
            "there is no such plan file",
            file=path,
            remedy="check the path, or make one: place init",
        ) from None
    except UnicodeDecodeError as error:
        raise InputError(
            f"is not UTF-8 text (byte {error.start})", file=path, remedy="save it as UTF-8"
        ) from None
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read ({reason(error)})", file=path) from None
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        said = str(error).rstrip(".") or "nested too deeply"
        raise InputError(f"is not valid TOML: {said}", file=path, remedy="mend that line") from None
    try:
        return Settings.model_validate(content)
    except ValidationError as error:
        raise _input_error(path, content, error) from None


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the plan file."""
    schema = Settings.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def reason(error: BaseException) -> str:
    """Return why a file could not be read, without the path that the sentence already names."""
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).rstrip(".")


def _input_error(path: Path, content: Mapping[str, Any], error: ValidationError) -> InputError:
    """Make one sentence of all that pydantic found."""
    if not content:
        return InputError("is empty", file=path, remedy="make a plan to start from: place init")
    found = error.errors(include_url=False)
    # a misspelt key is often the cause of a missing one, so it is told first
    found.sort(key=lambda one: one["type"] != "extra_forbidden")
    first: Mapping[str, Any] = dict(found[0])
    where = [str(part) for part in first["loc"] if part != "[key]"]
    problem, remedy = _explained(first, where)
    if first["type"] == "rule":
        where += [first["ctx"]["field"]] if first["ctx"]["field"] else []
    if len(found) > 1:
        problem += f" ({len(found) - 1} more to mend)"
    return InputError(problem, file=path, field=".".join(where) or None, remedy=remedy)


_CORRECT = "correct it"
_SHAPES = {
    _SLUG: "write small letters, digits, '.', '_' and '-', a letter or a digit first",
    _ID: "write small letters, digits, '_' and '-', a letter first",
    _PATH: "write the path of a file",
}
_SAID: Mapping[str, tuple[str, str]] = {
    "missing": ("is missing", "add it"),
    "rule": ("{problem}", "{remedy}"),
    "finite_number": ("must be a finite number, not {given}", "write a plain number"),
    "greater_than": ("must be more than {gt:g}, not {given}", "correct the number"),
    "greater_than_equal": ("must be at least {ge:g}, not {given}", "correct the number"),
    "less_than_equal": ("must be at most {le:g}, not {given}", "correct the number"),
    "literal_error": ("{given} is not known", "write {expected}"),
    "enum": ("{given} is not known", "write {expected}"),
    "too_short": ("is empty", "add at least one table"),
    "string_too_short": ("is empty", "write a text, or leave the key out"),
    "string_too_long": ("is longer than {max_length} characters", "shorten it"),
    "string_pattern_mismatch": ("{given} holds characters that do not belong there", "{shape}"),
    "model_type": ("must be a table, not {given}", "write [{where}]"),
    "dict_type": ("must be a table, not {given}", "write [{where}]"),
    "int_type": ("must be a whole number, not {given}", _CORRECT),
    "float_type": ("must be a number, not {given}", _CORRECT),
    "string_type": ("must be a text, not {given}", "put it in quotes"),
}


def _explained(found: Mapping[str, Any], where: Sequence[str]) -> tuple[str, str]:
    """Say a finding of pydantic in the plan's own words: the problem and the remedy."""
    kind = found["type"]
    if kind == "extra_forbidden":
        known = _keys_at(where[:-1])
        meant = nearest(where[-1], known)
        return "unknown key", (
            f"write {meant!r} in its place, or remove it"
            if meant
            else f"remove it; known are {', '.join(known)}"
        )
    said = str(found["msg"])
    problem, remedy = _SAID.get(kind, (said[:1].lower() + said[1:], _CORRECT))
    context = found.get("ctx", {})
    words = {
        "given": reprlib.repr(found.get("input")),
        "where": ".".join(where),
        "shape": _SHAPES.get(context.get("pattern"), _CORRECT),
        **context,
    }
    return problem.format_map(words), remedy.format_map(words)


def _keys_at(where: Sequence[str]) -> tuple[str, ...]:
    """Return the keys that a table of the plan file may have."""
    table: Any = Settings
    for part in where:
        if get_origin(table) is dict:
            table = get_args(table)[1]
            continue
        entry = table.model_fields.get(part) if hasattr(table, "model_fields") else None
        if entry is None:
            return ()
        kinds = [kind for kind in get_args(entry.annotation) if kind is not type(None)]
        table = entry.annotation if get_origin(entry.annotation) is dict or not kinds else kinds[0]
    return tuple(getattr(table, "model_fields", ()))
