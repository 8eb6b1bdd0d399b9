"""What every table of the plan file is made of: strict models, texts, and how findings are told."""

import difflib
import reprlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from placement.plan.clock import CLOCK

# no `type` statements: they would become definitions of their own in the schema
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=1, le=1_000_000_000)]

# Names end up in folder names, keys and column names, so they keep to plain letters.
_SLUG, _ID, _PATH = r"^[a-z0-9][a-z0-9._-]*$", r"^[a-z][a-z0-9_-]*$", r"^[^\x00-\x1f\x7f]+$"
Slug = Annotated[str, StringConstraints(pattern=_SLUG, max_length=100)]
ResourceId = Annotated[str, StringConstraints(pattern=_ID, max_length=60)]
LayerFile = Annotated[str, StringConstraints(pattern=_PATH, max_length=4096)]
Clock = Annotated[str, StringConstraints(pattern=CLOCK)]


class Section(BaseModel):
    """A table of the plan file: frozen, strict about types, closed to unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def _text_schema(schema: dict[str, Any]) -> None:
    """Say in the schema that a plain string stands for both languages."""
    table = {key: schema.pop(key) for key in tuple(schema) if key not in {"title", "description"}}
    for entry in table["properties"].values():
        entry.pop("default", None)  # the other language, not the empty text
    table["minProperties"] = 1
    schema["anyOf"] = [{"type": "string", "minLength": 1}, table]


class Text(Section):
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
                raise broken("", "has neither an English nor a French text", "write en = or fr =")
            first = next(iter(given.values()))
            return {"en": first, "fr": first, **value}
        return value

    def by_language(self) -> Mapping[str, str]:
        """Return the texts by language, ``en`` and ``fr``."""
        return {"en": self.en, "fr": self.fr}


def nearest(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Return the known word that a misspelt one is nearest to, if any is near."""
    found = difflib.get_close_matches(word, sorted(known), n=1, cutoff=cutoff)
    return found[0] if found else None


def hint(word: str, known: Iterable[str]) -> str:
    """Return the remedy for a name that is not known."""
    meant = nearest(word, known)
    return f"write {meant!r}" if meant else f"known are {', '.join(sorted(known))}"


def broken(field: str, problem: str, remedy: str) -> PydanticCustomError:
    """Return a finding of our own; `field` is counted from the table that is validated."""
    return PydanticCustomError(
        "rule", "{problem}", {"problem": problem, "field": field, "remedy": remedy}
    )


_CORRECT = "correct it"
_SHAPES = {
    _SLUG: "write small letters, digits, '.', '_' and '-', a letter or a digit first",
    _ID: "write small letters, digits, '_' and '-', a letter first",
    _PATH: "write the path of a file",
    CLOCK: 'write "HH:MM"',
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
    "too_short": ("is empty", "add at least one"),
    "string_too_short": ("is empty", "write a text, or leave the key out"),
    "string_too_long": ("is longer than {max_length} characters", "shorten it"),
    "string_pattern_mismatch": ("{given} holds characters that do not belong there", "{shape}"),
    "model_type": ("must be a table, not {given}", "write [{where}]"),
    "dict_type": ("must be a table, not {given}", "write [{where}]"),
    "less_than": ("must be less than {lt:g}, not {given}", "correct the number"),
    "tuple_type": ("must be a list, not {given}", "write it in brackets"),
    "int_type": ("must be a whole number, not {given}", _CORRECT),
    "float_type": ("must be a number, not {given}", _CORRECT),
    "string_type": ("must be a text, not {given}", "put it in quotes"),
}


def explained(
    found: Mapping[str, Any], where: Sequence[str], *, root: type[BaseModel]
) -> tuple[str, str]:
    """Say a finding of pydantic in the plan's own words: the problem and the remedy."""
    kind = found["type"]
    if kind == "extra_forbidden":
        known = _keys_at(where[:-1], root=root)
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


def _keys_at(where: Sequence[str], *, root: type[BaseModel]) -> tuple[str, ...]:
    """Return the keys that a table of the plan file may have."""
    table: Any = root
    for part in where:
        if get_origin(table) is dict:
            table = get_args(table)[1]
            continue
        if get_origin(table) is tuple:  # a list of tables: the part is a number
            table = get_args(table)[0]
            continue
        entry = table.model_fields.get(part) if hasattr(table, "model_fields") else None
        if entry is None:
            return ()
        kinds = [kind for kind in get_args(entry.annotation) if kind is not type(None)]
        whole = get_origin(entry.annotation) in {dict, tuple} or not kinds
        table = entry.annotation if whole else kinds[0]
    return tuple(getattr(table, "model_fields", ()))
