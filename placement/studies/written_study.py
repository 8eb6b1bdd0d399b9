"""What a study wrote as JSON, read back and checked by its fields."""

from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from placement.errors import InputError
from placement.reading.json_text import parse_json
from placement.reading.regular import read_text, require_file


def read_members(path: Path, *, remedy: str) -> dict[str, Any]:
    """Return the members of a file; none where it holds something else than an object.

    Raises
    ------
    InputError
        If there is no such file, or it is no JSON.
    """
    require_file(path, remedy=remedy)
    found = parse_json(path, read_text(path), remedy=remedy)
    return found if isinstance(found, dict) else {}


def take_members[T](kind: type[T], members: dict[str, Any], *, file: Path, remedy: str) -> T:
    """Return members of a file as a study has them.

    Raises
    ------
    InputError
        If one is missing or cannot be, by its field.
    """
    try:
        return TypeAdapter(kind).validate_python(members)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise InputError(first["msg"], file=file, field=field, remedy=remedy) from None
