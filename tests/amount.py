"""How many random cases are tried: in ``make test``, and more of them in ``make night``."""

import os

import pytest

NIGHT = os.environ.get("PLACE_NIGHT", "") not in {"", "0"}


#: What takes long, and of whose kind ``make test`` has others.
by_night = pytest.mark.skipif(not NIGHT, reason="make night runs it")


def cases[T](day: T, night: T) -> T:
    """Return what ``make test`` tries, or what a night does."""
    return night if NIGHT else day
