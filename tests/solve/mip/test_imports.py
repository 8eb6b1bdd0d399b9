"""What importing the integer programs brings along."""

import subprocess
import sys
from importlib.metadata import version

import pytest

QUICK = """
import sys
import placement.solve.mip.highs
print(sorted({"pandas", "ortools.sat.python.cp_model", "orloge"} & set(sys.modules)))
"""

STILL_THERE = """
import placement.solve.mip.highs
import pulp
problem = pulp.LpProblem("cover", pulp.LpMaximize)
units = problem.add_variable("units", lowBound=0, upBound=9, cat="Integer")
problem += units
problem += 2 * units <= 5
problem.solve(pulp.CPSAT(msg=False))
print(pulp.value(problem.objective))
"""

LOGS_ARE_READ = """
import placement.solve.mip.highs
from pulp.core import lp_stats
print(lp_stats.orloge.get_info_solver.__name__)
"""


def highspy_version() -> tuple[int, ...]:
    return tuple(map(int, version("highspy").split(".")[:2]))


def said(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_neither_the_second_solver_nor_what_reads_logs_is_imported_with_the_first() -> None:
    assert said(QUICK) == "[]"


@pytest.mark.skipif(
    highspy_version() < (1, 16), reason="OR-Tools cannot be loaded after HiGHS 1.15: one library"
)
def test_pulp_still_has_the_second_solver() -> None:
    assert said(STILL_THERE) == "2.0"


def test_pulp_still_has_what_reads_the_logs_of_solvers() -> None:
    assert said(LOGS_ARE_READ) == "get_info_solver"
