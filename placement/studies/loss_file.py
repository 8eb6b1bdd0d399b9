"""Losses as members of JSON, and read back."""

import dataclasses
import math
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from placement.errors import InputError
from placement.reading.json_text import parse_json
from placement.reading.regular import read_text, require_file
from placement.studies.losses import RESTRICTED, Loss, Losses


def loss_json(found: Losses) -> dict[str, Any]:
    """Return losses as members of JSON, in a fixed order; no title and names, which plans have."""
    return {
        "restricted": dict(found.restricted),
        "plan": found.plan,
        "solution": found.solution,
        "objective": found.objective,
        "each": dict(found.each),
        "worst": [_case(one) for one in found.worst],
        "asked": [_case(one) for one in found.asked],
    }


def _case(case: Loss) -> dict[str, Any]:
    told = dataclasses.asdict(case) | {"proven": case.proven}
    if case.bound is not None and math.isinf(case.bound):
        told["bound"] = None
    return told


def read_losses(file: str | Path) -> Losses:
    """Read a file that `place loss` wrote.

    Raises
    ------
    InputError
        If it is no such file.
    """
    path = Path(file)
    written = "name the loss.json that `place loss` wrote"
    require_file(path, remedy=written)
    found = parse_json(path, read_text(path), remedy=written)
    if not isinstance(found, dict) or found.get("restricted") != RESTRICTED:
        raise InputError("tells of no losses", file=path, remedy=written)
    try:
        return TypeAdapter(Losses).validate_python({**found, "title": {}, "labels": {}})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise InputError(first["msg"], file=path, field=field, remedy=written) from None
