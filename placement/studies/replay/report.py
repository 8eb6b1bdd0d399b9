"""The replay as canonical JSON, read back too, and the schema of it."""

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from placement.errors import InputError
from placement.review.schema import DRAFT, described
from placement.studies.replay.scenario import Scenario
from placement.studies.replay.study import FAN, Replay
from placement.studies.written_study import read_members, take_members

FORMAT = 1


def replay_json(replay: Replay) -> dict[str, Any]:
    """Return a replay as members of JSON, in a fixed order."""
    return {"format": FORMAT, **dataclasses.asdict(replay)}


def replay_text(replay: Replay) -> str:
    """Return the canonical text: one line a member and one a gate, no dates, no durations."""
    members = replay_json(replay)
    lines = []
    for name, value in members.items():
        if name == "gates":
            gates = ",\n".join(f"    {_text(gate)}" for gate in value)
            lines.append(f"  {_text(name)}: [\n{gates}\n  ]")
        else:
            lines.append(f"  {_text(name)}: {_text(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def read_replay(file: str | Path) -> Replay:
    """Read a file that `place replay` wrote.

    Raises
    ------
    InputError
        If it is no such file.
    """
    path = Path(file)
    written = "name a file that `place replay` wrote"
    found = read_members(path, remedy=written)
    if found.pop("format", None) != FORMAT:
        raise InputError("is no replay of a solution", file=path, remedy=written)
    replay = take_members(Replay, found, file=path, remedy=written)
    moments = len(replay.moments_min)
    for gate in replay.gates:
        if [len(line) for line in gate.fan] != [moments] * len(FAN):
            raise InputError(
                f"{gate.post} does not tell its queue at every moment",
                file=path,
                field="gates.fan",
                remedy=written,
            )
    return replay


def replay_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of ``replay.json``."""
    parts = described({"Replay": Replay})
    whole = parts.pop("Replay")
    scenario = Scenario.model_json_schema(mode="serialization")
    parts |= scenario.pop("$defs", {})
    parts["Scenario"] = scenario
    whole["properties"] = {
        "format": {"const": FORMAT, "description": "Number of this format."}
    } | whole["properties"]
    whole["required"].insert(0, "format")
    whole["properties"]["scenario"] = {
        "$ref": "#/$defs/Scenario",
        "description": whole["properties"]["scenario"].get("description", ""),
    }
    return {"$schema": DRAFT, "title": "replay.json", **whole, "$defs": dict(sorted(parts.items()))}


def _text(value: object) -> str:
    """Return a value on one line; whole numbers are written without a point."""
    return json.dumps(_plain(value), ensure_ascii=False, allow_nan=False)


def _plain(value: object) -> object:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
