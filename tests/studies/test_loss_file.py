"""The file of losses is read back whole, and what is none is refused by its field."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import placement
from placement.errors import InputError
from placement.studies.loss_file import loss_json, read_losses
from placement.studies.losses import Losses
from tests.maps.pages import drawn_plan


@pytest.fixture
def found(tmp_path: Path) -> Losses:
    plan = drawn_plan(tmp_path)
    return placement.loss(plan, placement.optimise(plan), together=(1, 2))


def written(tmp_path: Path, content: Any) -> Path:
    file = tmp_path / "loss.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def test_losses_are_read_as_they_were_written(found: Losses, tmp_path: Path) -> None:
    again = read_losses(written(tmp_path, loss_json(found)))
    assert again == replace(found, title={}, labels={})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"restricted": {"en": "For all."}}, "tells of no losses"),
        ({"solution": None}, "field 'solution'"),
        ({"each": {"a/b": "many"}}, r"field 'each\.a/b'"),
        ({"worst": [{"lost": ["a/b"]}]}, r"field 'worst\.0\."),
        ({"objective": [1]}, "field 'objective'"),
    ],
)
def test_what_is_no_file_of_losses_is_refused(
    found: Losses, tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    with pytest.raises(InputError, match=said) as caught:
        read_losses(written(tmp_path, loss_json(found) | change))
    assert "loss.json" in str(caught.value)


@pytest.mark.parametrize("text", ["[]", "{", '{"restricted": 1}'])
def test_other_files_are_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "loss.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"name the loss\.json that `place loss` wrote"):
        read_losses(file)
