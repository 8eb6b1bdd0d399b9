"""Modules that a library imports at once and seldom needs: imported when it asks for them.

PuLP and Folium import modules that take longer to load than most commands take, for things that
are never asked of them here. Whoever asks them for such a thing gets it all the same.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType


class _Later(ModuleType):
    """A module that is imported when something of it is asked for."""

    def __getattr__(self, name: str) -> object:
        return getattr(import_module(self.__name__), name)


@contextmanager
def imported_later(*names: str) -> Iterator[None]:
    """Let whatever is imported within get these modules only when it asks for something of theirs.

    Modules that are there already, and those that are not installed, are left as they are.
    """
    put_off = [
        name
        for name in names
        if name not in sys.modules and find_spec(name.partition(".")[0]) is not None
    ]
    sys.modules.update({name: _Later(name) for name in put_off})
    try:
        yield
    finally:
        for name in put_off:
            del sys.modules[name]
