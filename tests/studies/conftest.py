"""What the tests of studies share."""

from pathlib import Path

import pytest

from tests.builders import write_plan


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of the drawn town's plan; work in the folder above it."""
    monkeypatch.chdir(tmp_path)
    write_plan(tmp_path / "town")
    return tmp_path / "town"
