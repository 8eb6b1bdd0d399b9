"""What importing the integer programs brings along."""

import subprocess
import sys

QUICK = """
import sys
import placement.solve.mip.highs
print(sorted({"pandas", "ortools.sat.python.cp_model"} & set(sys.modules)))
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


def said(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_the_second_solver_is_not_imported_with_the_first() -> None:
    assert said(QUICK) == "[]"


def test_pulp_still_has_the_second_solver() -> None:
    assert said(STILL_THERE) == "2.0"
