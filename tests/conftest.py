"""In which order tests run, and which of them are slow."""

import gc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.amount import cases

_TESTS = Path(__file__).parent
_SLOW = ("browser", "fuzz")  # whole folders; elsewhere a test says so itself
_FIRST = (  # a file runs in one process: those that take longest begin, so that none is left over
    "test_planning_docs.py",
    "browser/test_what_if.py",
    "browser/test_map_page.py",
    "cli/test_streams.py",
    "browser/test_day.py",
    "test_executor.py",
    "browser/test_comparison.py",
    "browser/test_closed_streets.py",
    "browser/test_figures.py",
    "browser/test_first_view.py",
    "browser/test_sheets.py",
    "browser/test_tools.py",
    "browser/test_rule_panels.py",
    "browser/test_access.py",
    "browser/test_fonts.py",
    "maps/test_paper.py",
    "versioning/test_workflow.py",
    "auditing/test_every_edit.py",
    "plan/test_paris_2024.py",
    "browser/test_sealed.py",
    "browser/test_questions.py",
    "studies/test_frontier.py",
    "browser/test_theme.py",
    "test_compile_cache.py",
    "fuzz/test_fuzz.py",
    "solve/capacitated/test_lanes_in_plans.py",
    "solve/capacitated/test_rules_with_lanes.py",
    "test_same_bytes.py",
    "test_docs.py",
    "cli/test_schemas.py",
)

# no test fails for the speed of the machine
settings.register_profile(
    "untimed",
    deadline=None,
    max_examples=cases(40, 100),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark slow folders, and begin with what takes longest: nothing is waited for at the end."""
    names = {path: path.relative_to(_TESTS) for path in {item.path for item in items}}
    place = {name: at for at, name in enumerate(_FIRST)}
    for item in items:
        if names[item.path].parts[0] in _SLOW:
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: place.get(names[item.path].as_posix(), len(place)))


def pytest_collection_finish() -> None:
    """Keep what was imported and collected out of what is looked through for garbage.

    All of it lives until the end: going through it again and again takes a twentieth of the time.
    """
    gc.collect()
    gc.freeze()
