"""Integer programs and their relaxations: the only package that knows PuLP and HiGHS."""

import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

_PROVER = "ortools.sat.python.cp_model"  # the extra `prove`; it brings pandas


class _Later(ModuleType):
    """A module that is imported when something of it is asked for."""

    def __getattr__(self, name: str) -> object:
        return getattr(import_module(self.__name__), name)


def _import_pulp() -> None:
    """Import PuLP, and of the solvers that it imports at once, where they are there, not CP-SAT.

    That import takes longer than most plans do, and PuLP is never asked for CP-SAT here. Whoever
    asks PuLP for it gets it all the same.
    """
    if find_spec("ortools") is None or _PROVER in sys.modules:
        return
    sys.modules[_PROVER] = _Later(_PROVER)
    try:
        import_module("pulp")
    finally:
        del sys.modules[_PROVER]


_import_pulp()
