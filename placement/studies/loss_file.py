"""Losses as members of JSON, and read back."""

import dataclasses
import math
from pathlib import Path
from typing import Any

from placement.errors import InputError
from placement.studies.losses import RESTRICTED, Loss, Losses
from placement.studies.written_study import read_members, take_members


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
    found = read_members(path, remedy=written)
    if found.get("restricted") != RESTRICTED:
        raise InputError("tells of no losses", file=path, remedy=written)
    bare = {**found, "title": {}, "labels": {}}
    return take_members(Losses, bare, file=path, remedy=written)
