"""The worked examples of docs/planning.md are what the program answers."""

import doctest
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.skipif(
    not (ROOT / "data/geo/paris-2024-cover/plan.toml").exists(),
    reason="the bundled plan is not here",
)
def test_the_examples_of_the_planning_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    page = ROOT / "docs/planning.md"
    failed, tried = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert tried > 8
    assert failed == 0
