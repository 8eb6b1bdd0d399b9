"""Integer programs and their relaxations: the only package that knows PuLP and HiGHS."""

from importlib import import_module

from placement.late_imports import imported_later

# of what PuLP imports at once: CP-SAT, where the extra `prove` is installed, and what reads logs
with imported_later("ortools.sat.python.cp_model", "orloge"):
    import_module("pulp")
