"""In which order tests run, and which of them are slow."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

_TESTS = Path(__file__).parent
_SLOW = ("browser", "fuzz")  # whole folders; elsewhere a test says so itself
_FIRST = (  # a file runs in one process: those that take longest begin, so that none is left over
    "browser/test_fonts.py",
    "fuzz/test_fuzz.py",
    "plan/test_paris_2024.py",
    "cli/test_streams.py",
    "versioning/test_workflow.py",
)

# no test fails for the speed of the machine
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark slow folders, and begin with what takes longest: nothing is waited for at the end."""

    def place(item: pytest.Item) -> int:
        name = item.path.relative_to(_TESTS).as_posix()
        return _FIRST.index(name) if name in _FIRST else len(_FIRST)

    for item in items:
        if item.path.relative_to(_TESTS).parts[0] in _SLOW:
            item.add_marker(pytest.mark.slow)
    items.sort(key=place)
