"""What HiGHS answers to random models in several versions and ways of calling it, beside SCIP.

    python benchmarks/solver_answers.py [--models 2000]

Each solver is installed by pip in an environment of its own under ``.benchmarks/``. A model goes
through each way of calling that this package uses: without a start, with a whole start or a part of
one, again after a row was added or a bound moved, and as a relaxation from an old basis. Counted is
how often an answer contradicts itself (values worth something else than the objective reported,
values that break a row, a better solution told by a callback than there is) or SCIP's optimum.
"""

import argparse
import collections
import json
import math
import pathlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.random_models import Arrays, random_model, variants  # noqa: E402

SOLVERS = {
    "HiGHS 1.15.1": ["numpy", "highspy==1.15.1"],
    "HiGHS 1.16.0": ["numpy", "highspy==1.16.0"],
    "SCIP": ["numpy", "pyscipopt"],
}


def python_of(name: str) -> str:
    """Return the interpreter of a solver's environment, made where it is missing."""
    folder = ROOT / ".benchmarks" / name.lower().replace(" ", "-")
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        subprocess.run([*pip, *SOLVERS[name]], check=True)
    return str(python)


class Live:
    """HiGHS without anything around it."""

    def __init__(self, model: Arrays, **options: object) -> None:
        import highspy  # noqa: PLC0415 - each solver stands in an environment of its own

        self.h = highspy.Highs()
        self.seen: list[tuple[np.ndarray, float]] = []
        settled = {"output_flag": False, "threads": 1, "mip_rel_gap": 0.0, "mip_abs_gap": 0.0}
        for name, value in {**settled, **options}.items():
            self.h.setOptionValue(name, value)
        n, empty = len(model.cost), np.zeros(0, dtype=np.int32)
        self.h.addCols(n, model.cost, model.low, model.high, 0, empty, empty, np.zeros(0))
        at = np.flatnonzero(model.whole).astype(np.int32)
        kind = np.full(len(at), highspy.HighsVarType.kInteger)
        self.h.changeColsIntegrality(len(at), at, kind)
        self.add(model.matrix, model.row_low, model.row_high)
        improving = highspy.cb.HighsCallbackType.kCallbackMipImprovingSolution

        def watch(kind: object, message: str, out: Any, *_: object) -> None:  # noqa: ANN401, ARG001
            if kind == improving:
                self.seen.append((np.array(out.mip_solution), out.objective_function_value))

        self.h.setCallback(watch, None)
        self.h.startCallback(improving)

    def add(self, rows: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
        """Add rows."""
        for line, a, b in zip(rows, low, high, strict=True):
            at = np.flatnonzero(line).astype(np.int32)
            self.h.addRow(a, b, len(at), at, line[at])

    def start(self, x: np.ndarray, part: np.ndarray | None = None) -> None:
        """Hand in a solution, or a part of one."""
        at = np.arange(len(x)) if part is None else np.flatnonzero(part)
        self.h.setSolution(len(at), at.astype(np.int32), x[at])

    def answer(self) -> dict[str, Any]:
        """Solve, and return all that HiGHS says."""
        self.seen.clear()
        self.h.run()
        solution, info = self.h.getSolution(), self.h.getInfo()
        return {
            "status": self.h.modelStatusToString(self.h.getModelStatus()),
            "objective": info.objective_function_value,
            "bound": info.mip_dual_bound,
            "x": list(solution.col_value) if solution.value_valid else None,
            "seen": [[list(x), value] for x, value in self.seen],
        }


def start_of(model: Arrays) -> np.ndarray | None:
    """Return a solution that is far from the best: the worst one."""
    found = Live(replace(model, cost=-model.cost)).answer()
    return None if found["x"] is None or found["status"] != "Optimal" else np.array(found["x"])


def calls(seed: int) -> Iterator[tuple[str, str, Arrays, dict[str, Any]]]:
    """Yield the way of calling, the variant, the model, and HiGHS's answer."""
    every = variants(random_model(seed), seed)
    first, more, fixed = every.values()
    for name, model in every.items():
        yield "no start", name, model, Live(model).answer()
        x = start_of(model)
        if x is None:
            continue
        for presolve in ("choose", "off"):
            live = Live(model, presolve=presolve)
            live.start(x)
            yield f"whole start, presolve {presolve}", name, model, live.answer()
        live = Live(model)
        live.start(x, model.whole)
        yield "part of a start", name, model, live.answer()
    live = Live(first)
    live.answer()
    live.add(more.matrix[-1:], more.row_low[-1:], more.row_high[-1:])
    yield "a row added", "a row more", more, live.answer()
    x = start_of(more)
    if x is not None:
        live = Live(first)
        live.answer()
        live.add(more.matrix[-1:], more.row_low[-1:], more.row_high[-1:])
        live.start(x)
        yield "a row added, then a start", "a row more", more, live.answer()
    live = Live(first)
    live.answer()
    for model, name in ((fixed, "one fixed"), (first, "as it is")):
        for at in np.flatnonzero((model.low != first.low) | (model.high != first.high) | True):
            live.h.changeColBounds(int(at), model.low[at], model.high[at])
        yield "bounds moved", name, model, live.answer()
    relaxed = Live(first, solve_relaxation=True, solver="simplex")
    relaxed.answer()
    basis = relaxed.h.getBasis()
    for at in range(len(fixed.cost)):
        relaxed.h.changeColBounds(at, fixed.low[at], fixed.high[at])
    relaxed.answer()
    relaxed.h.setBasis(basis)
    again = relaxed.answer()
    alone = Live(fixed, solve_relaxation=True, presolve="off").answer()
    agrees = again["status"] == alone["status"] and (
        again["status"] != "Optimal"
        or math.isclose(again["objective"], alone["objective"], rel_tol=1e-7, abs_tol=1e-6)
    )
    yield "relaxation from an old basis", "one fixed", fixed, {"agrees": agrees}


def faults(answer: dict[str, Any], model: Arrays, best: float | None) -> Iterator[str]:
    """Yield what is wrong with an answer; `best` is SCIP's optimum, None where there is none."""
    if "agrees" in answer:
        if not answer["agrees"]:
            yield "another relaxation"
        return
    if best is None:
        if answer["status"] not in ("Infeasible", "Unbounded or infeasible"):
            yield "not told infeasible"
        return
    if answer["status"] != "Optimal":
        yield f"status {answer['status']}"
        return
    size = 1e-6 * max(1.0, float(np.abs(model.cost).sum()))
    x = np.array(answer["x"])
    if abs(answer["objective"] - best) > size:
        yield "objective is not the optimum"
    if answer["bound"] > best + size:
        yield "bound excludes the optimum"
    if model.breaks(x):
        yield "values break the model"
    if abs(float(model.cost @ x) - answer["objective"]) > size:
        yield "values are worth something else"
    for values, told in answer["seen"]:
        x = np.array(values)
        if model.breaks(x):
            yield "a callback's values break the model"
            break
        if abs(float(model.cost @ x) - told) > size:
            yield "a callback's values are worth something else"
            break


def optimum(model: Arrays) -> float | None:
    """Return SCIP's optimum."""
    import pyscipopt  # noqa: PLC0415

    scip = pyscipopt.Model()
    scip.hideOutput()
    x = [
        scip.addVar(vtype="I" if whole else "C", lb=low, ub=high, obj=cost)
        for whole, low, high, cost in zip(
            model.whole, model.low, model.high, model.cost, strict=True
        )
    ]
    for line, low, high in zip(model.matrix, model.row_low, model.row_high, strict=True):
        total = pyscipopt.quicksum(slope * x[n] for n, slope in enumerate(line) if slope)
        if math.isfinite(low):
            scip.addCons(total >= low)
        if math.isfinite(high):
            scip.addCons(total <= high)
    scip.optimize()
    return float(scip.getObjVal()) if scip.getStatus() == "optimal" else None


def answer_all(solver: str, models: int, folder: pathlib.Path) -> None:
    """Write what one solver answers, in its own environment."""
    if solver == "SCIP":
        best = [
            {name: optimum(model) for name, model in variants(random_model(seed), seed).items()}
            for seed in range(models)
        ]
        (folder / "optima.json").write_text(json.dumps(best))
        return
    best = json.loads((folder / "optima.json").read_text())
    asked: collections.Counter[str] = collections.Counter()
    found: dict[str, list[int]] = collections.defaultdict(list)
    for seed in range(models):
        for way, variant, model, answer in calls(seed):
            asked[way] += 1
            for fault in faults(answer, model, best[seed][variant]):
                found[f"{way}: {fault}"].append(seed)
    (folder / f"{solver}.json").write_text(json.dumps({"asked": asked, "found": found}))


def main() -> None:
    """Run all solvers, and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--models", type=int, default=2000)
    parser.add_argument("--solver", help=argparse.SUPPRESS)
    given = parser.parse_args()
    folder = ROOT / ".benchmarks" / "answers"
    folder.mkdir(parents=True, exist_ok=True)
    if given.solver:
        answer_all(given.solver, given.models, folder)
        return
    for solver in ("SCIP", *(name for name in SOLVERS if name != "SCIP")):
        command = [python_of(solver), __file__, "--solver", solver, "--models", str(given.models)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    print(f"{given.models} random models, three variants of each; optima by SCIP.\n")
    print("| solver | way of calling: fault | answers | of | first seeds |")
    print("|---|---|---|---|---|")
    for solver in SOLVERS:
        if solver == "SCIP":
            continue
        told = json.loads((folder / f"{solver}.json").read_text())
        for name, seeds in sorted(told["found"].items()) or [("no fault", [])]:
            of = told["asked"].get(name.split(":")[0], sum(told["asked"].values()))
            print(f"| {solver} | {name} | {len(seeds)} | {of} | {seeds[:5]} |")


if __name__ == "__main__":
    main()
