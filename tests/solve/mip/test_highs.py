"""The adapter believes no answer of HiGHS that contradicts itself, whatever the version."""

import logging
import math
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pulp
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from placement.solve.core.stopping import Stop
from placement.solve.mip import highs
from placement.solve.mip.highs import LiveModel
from tests.amount import cases
from tests.random_models import Arrays, random_model, variants


def in_pulp(model: Arrays, *, maximise: bool = False) -> pulp.LpProblem:
    """Write arrays as a PuLP problem; maximising turns the sign of the objective."""
    problem = pulp.LpProblem("drawn", pulp.LpMaximize if maximise else pulp.LpMinimize)
    sign = -1.0 if maximise else 1.0
    x = [
        problem.add_variable(f"x{n}", low, high, "Integer" if whole else "Continuous")
        for n, (low, high, whole) in enumerate(zip(model.low, model.high, model.whole, strict=True))
    ]
    for line, low, high in zip(model.matrix, model.row_low, model.row_high, strict=True):
        terms = pulp.LpAffineExpression.from_list([(x[n], line[n]) for n in np.flatnonzero(line)])
        if low == high:
            problem.addConstraint(terms == low)
        elif math.isfinite(low):
            problem.addConstraint(terms >= low)
        else:
            problem.addConstraint(terms <= high)
    # every variable is in the objective, so that none is left out
    problem.setObjective(
        pulp.LpAffineExpression.from_list(
            [(v, sign * (c or 1e-9)) for v, c in zip(x, model.cost, strict=True)]
        )
    )
    return problem


def optimum(model: Arrays) -> float | None:
    found = milp(
        model.cost,
        integrality=model.whole.astype(int),
        bounds=Bounds(model.low, model.high),
        constraints=LinearConstraint(model.matrix, model.row_low, model.row_high),
        options={"mip_rel_gap": 0.0},
    )
    return None if found.x is None else float(model.cost @ np.round(found.x * 1e9) / 1e9)


def worst(model: Arrays) -> np.ndarray | None:
    found = milp(
        -model.cost,
        integrality=model.whole.astype(int),
        bounds=Bounds(model.low, model.high),
        constraints=LinearConstraint(model.matrix, model.row_low, model.row_high),
    )
    return found.x


def solve(live: LiveModel, start: np.ndarray | None = None, **options: Any) -> highs.Found:
    at = np.arange(live.columns)
    given = None if start is None else (at, start)
    return live.solve(Stop(), gap=0.0, gap_abs=0.0, start=given, **options)


@pytest.mark.slow
@pytest.mark.parametrize("maximise", [False, True])
def test_any_start_leads_to_the_optimum(*, maximise: bool) -> None:
    sign = -1.0 if maximise else 1.0
    for seed in range(cases(10, 40)):
        for name, model in variants(random_model(seed), seed).items():
            best = optimum(model)
            seen: list[np.ndarray] = []
            live = LiveModel(in_pulp(model, maximise=maximise))
            found = solve(live, worst(model), on_values=seen.append)
            if best is None:
                assert found.infeasible, (seed, name)
                continue
            assert found.values is not None, (seed, name)
            assert found.objective == pytest.approx(sign * best, rel=1e-6, abs=1e-5), (seed, name)
            assert found.bound == pytest.approx(sign * best, rel=1e-6, abs=1e-5), (seed, name)
            assert not model.breaks(found.values), (seed, name)
            assert all(sign * live.worth(x) >= best - 1e-4 for x in seen), (seed, name)


@pytest.mark.slow
def test_a_kept_model_stays_right_while_it_changes() -> None:
    for seed in range(cases(10, 40)):
        first, more, fixed = variants(random_model(seed), seed).values()
        live = LiveModel(in_pulp(first))
        assert_best(live, first, solve(live))
        live.change_bounds(np.arange(live.columns), fixed.low, fixed.high)
        assert_best(live, fixed, solve(live, worst(fixed)))
        live.change_bounds(np.arange(live.columns), first.low, first.high)
        row = highs.sp.csr_array(more.matrix[-1:])
        live.add_rows(row, more.row_low[-1:], more.row_high[-1:])
        assert_best(live, more, solve(live, worst(more)))
        live.delete_rows(np.array([live.rows - 1]))
        assert_best(live, first, solve(live))


def assert_best(live: LiveModel, model: Arrays, found: highs.Found) -> None:
    best = optimum(model)
    assert found.infeasible is (best is None)
    if best is not None:
        assert found.values is not None
        assert live.rows == len(model.matrix)
        assert not model.breaks(found.values)
        assert found.objective == pytest.approx(best, rel=1e-6, abs=1e-5)


class Lying:
    """HiGHS, but some answers are not what it found."""

    def __init__(self, real: Any, lies: list[str]) -> None:
        self._real, self._lies = real, lies
        self.runs: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def run(self) -> None:
        self._real.run()
        presolve = self._real.getOptionValue("presolve")[1]
        self.runs.append(presolve)
        self.lie = self._lies.pop(0) if self._lies else ""

    def getModelStatus(self) -> Any:  # noqa: N802
        status = highs.highspy.HighsModelStatus
        return status.kInfeasible if self.lie == "infeasible" else self._real.getModelStatus()

    def getObjectiveValue(self) -> float:  # noqa: N802
        return self._real.getObjectiveValue() - (1.0 if self.lie == "objective" else 0.0)

    def getInfo(self) -> Any:  # noqa: N802
        info = self._real.getInfo()
        if self.lie == "bound":
            info.mip_dual_bound += 1.0
        return info

    def getSolution(self) -> Any:  # noqa: N802
        solution = self._real.getSolution()
        values = np.array(solution.col_value)
        if self.lie == "values":
            values[:] = 0.0
        elif self.lie == "fraction":
            values[0] = 0.5
        elif self.lie == "nan":
            values[0] = math.nan
        solution.col_value = values
        return solution


LIES = ["objective", "values", "fraction", "nan", "bound", "infeasible"]


def two_posts() -> pulp.LpProblem:
    problem = pulp.LpProblem("two", pulp.LpMinimize)
    a, b = (problem.add_variable(name, 0, 1, "Integer") for name in "ab")
    problem.addConstraint(a + b >= 1)
    problem.setObjective(2 * a + 3 * b)
    return problem


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("times", [1, 2, 3])
def test_an_answer_that_contradicts_itself_is_asked_for_again(
    lie: str, times: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(highs, "_said", False)
    live = LiveModel(two_posts())
    live._highs = lying = Lying(live._highs, [lie] * times)
    with caplog.at_level(logging.DEBUG, logger="placement"):
        found = solve(live, np.array([0.0, 1.0]), known=3.0)
    assert lying.runs == ["choose", "choose", "off"][: min(times, 2) + 1]
    if times < 3:
        assert found.values is not None
        assert (found.objective, found.bound, found.infeasible) == (2.0, 2.0, False)
    else:  # nothing is believed, so nothing is known
        assert (found.values, found.bound, found.infeasible) == (None, -math.inf, False)
    assert len(caplog.records) == 1
    assert "solved again" in caplog.text


def test_a_false_solution_on_the_way_ends_the_solve(monkeypatch: pytest.MonkeyPatch) -> None:
    model = random_model(0)
    live = LiveModel(in_pulp(model))
    believed, told = live._believed, []

    def doubting(values: Any, objective: float) -> bool:
        told.append(objective)
        return len(told) > 1 and believed(values, objective)

    monkeypatch.setattr(live, "_believed", doubting)
    assert_best(live, model, solve(live, worst(model)))


def test_an_unknown_option_is_an_error() -> None:
    with pytest.raises(ValueError, match="mip_rel_gaps"):
        LiveModel(two_posts(), mip_rel_gaps=0.0)


def test_the_report_to_the_maintainers_runs_and_its_models_are_solved_right() -> None:
    page = (Path(__file__).parents[3] / "docs" / "explanation" / "highs-report.md").read_text(
        encoding="utf-8"
    )
    script = re.search(r"^```python\n(.*?)^```", page, flags=re.MULTILINE | re.DOTALL)[1]
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True)
    told = [line for line in ran.stdout.splitlines() if "presolve off" in line]
    assert [line.split("presolve off: ")[1] for line in told] == [
        "objective 3, values are worth 3",
        "objective 1, values are worth 1",
    ]
    shown: list[dict[str, Any]] = []
    given = {"show": lambda name, **model: shown.append(model)}
    exec(script.split("\n\n\n")[0] + "\n" + script[script.index("# 1:") :], given)  # noqa: S102
    for model, best in zip(shown, (3.0, 1.0), strict=True):
        n = len(model["cost"])
        arrays = Arrays(
            cost=np.array(model["cost"], dtype=float),
            low=np.zeros(n),
            high=np.array(model["upper"], dtype=float),
            whole=np.isin(np.arange(n), list(model["whole"])),
            matrix=np.array([[t.get(j, 0.0) for j in range(n)] for _, t, _ in model["rows"]]),
            row_low=np.array([row[0] for row in model["rows"]], dtype=float),
            row_high=np.array([row[2] for row in model["rows"]], dtype=float),
        )
        found = solve(LiveModel(in_pulp(arrays)), np.array(model["start"], dtype=float))
        assert found.objective == pytest.approx(best, abs=1e-6)
        assert found.bound == pytest.approx(best, abs=1e-6)


BANNER = """
import os, sys
{before}
from placement import Cover, maximise
import numpy as np
from placement.solve.mip.highs import LiveModel
import pulp
for _ in range(2):
    problem = pulp.LpProblem("one", pulp.LpMinimize)
    x = problem.add_variable("x", 0, 1, "Integer")
    problem.addConstraint(x >= 1)
    problem.setObjective(1 * x)
    LiveModel(problem)
{after}
"""


@pytest.mark.slow
def test_the_solver_writes_nothing_to_standard_output() -> None:
    script = BANNER.format(before="", after="print('ours')")
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert ran.stdout == b"ours" + os.linesep.encode()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="descriptors are closed otherwise there")
def test_a_closed_standard_output_stays_closed_and_nobody_elses_file_is_written(
    tmp_path: Path,
) -> None:
    kept = tmp_path / "kept"
    before = f"os.close(1); kept = os.open({str(kept)!r}, os.O_CREAT | os.O_WRONLY)"
    script = BANNER.format(before=before, after="assert kept == 1; os.write(1, b'mine')")
    subprocess.run([sys.executable, "-c", script], check=True)
    assert kept.read_bytes() == b"mine"
    gone = BANNER.format(
        before="os.close(1)",
        # SQLite, which PROJ brings, puts /dev/null where a standard stream is closed; nobody else
        # puts anything there
        after="try:\n    where = os.fstat(1).st_rdev\nexcept OSError:\n    pass\n"
        "else:\n    sys.exit(0 if where == os.stat(os.devnull).st_rdev else 9)",
    )
    assert subprocess.run([sys.executable, "-c", gone], check=False).returncode == 0
