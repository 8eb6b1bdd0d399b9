"""How much of the whole time is spent on building models: as a table.

    python benchmarks/building.py                      every plan
    python benchmarks/building.py --only riverside     plans that begin like this
    python benchmarks/building.py --report             write what is kept into the page of proofs

A plan is read, solved and audited as `place optimise` does it, and each second of the processor
goes to one of these: *reading* the plan and its streets; *walks*, the walking times over streets;
*rows and columns*, what people and posts become in arrays (aggregation, rules, prefix sets of
walks); *integer models*, their writing in PuLP and their way into HiGHS, as often as one is made;
*solving*, all that searches, bounds and proves; *auditing*, with what is told of the plan. Building
is rows and columns together with integer models. The riverside is that of
``benchmarks/planning.py``: 400 candidate sites, 10,000 demand points, streets of OpenStreetMap.
Everything is compiled, and a small plan has been solved, before the first second is counted.
"""

import argparse
import json
import os
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest import mock

from lanes import DATA, ROOT
from pages import write_table
from planning import cases, draw, write

from placement import load_plan
from placement.plan.problem import Plan
from placement.solve.questions.max_cover import optimise

HOME = ROOT / ".benchmarks"
KEPT = HOME / "building.json"
PAGE = ROOT / "docs" / "explanation" / "proofs.md"
READING, WALKS, ROWS, MODELS, SOLVING, AUDITING = (
    "reading", "walks", "rows and columns", "integer models", "solving", "auditing",
)  # fmt: skip
PARTS = (READING, WALKS, ROWS, MODELS, SOLVING, AUDITING)

# where each part begins: functions by the name under which they are called
DOORS = {
    WALKS: ("placement.solve.questions.measured.survey",),
    ROWS: (
        "placement.solve.questions.measured.posting",
        "placement.solve.questions.baseline.bind",
        "placement.solve.capacitated.admission.laned",
        "placement.solve.questions.secondary_objective.walk_sets",
    ),
    MODELS: (
        "placement.solve.mip.mip_model.Model.__init__",
        "placement.solve.mip.mip_model.Model.add_rows",
        "placement.solve.mip.mip_model.Model.at_most",
        "placement.solve.mip.mip_model.Model.exactly",
        "placement.solve.mip.mip_model.Model.hold",
        "placement.solve.mip.mip_model.Model.differ",
        "placement.solve.mip.mip_model.Model.aim",
        "placement.solve.mip.mip_model.Model.keep",
        "placement.solve.capacitated.master.Master.__init__",
        "pulp.LpProblem.setObjective",
        "pulp.HiGHS.createAndConfigureSolver",
        "pulp.HiGHS.buildSolverModel",
        "pulp.HiGHS.findSolutionValues",
    ),
    AUDITING: (
        "placement.solve.questions.max_cover.write_up",
        "placement.solve.questions.max_cover.audit",
    ),
}


class Shares:
    """Gives each second of the processor to the part that is at work."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._at = [SOLVING]
        self._since = time.process_time()
        self._owner = threading.get_ident()

    def _count(self) -> None:
        now = time.process_time()
        self.seconds[self._at[-1]] += now - self._since
        self._since = now

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Count what is done here, and in no part within, as of this part."""
        if threading.get_ident() != self._owner:
            yield
            return
        self._count()
        self._at.append(name)
        try:
            yield
        finally:
            self._count()
            self._at.pop()

    def end(self) -> dict[str, float]:
        """Return the seconds of each part."""
        self._count()
        return {name: self.seconds[name] for name in PARTS}

    def counted(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that counts as of a part."""

        def call(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - any of the doors
            with self.part(name):
                return function(*arguments, **options)

        return call


def found_at(door: str) -> Any:  # noqa: ANN401 - any of the doors
    """Return the function that a name stands for."""
    parts = door.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        try:
            at: Any = import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            at = getattr(at, part)
        return at
    raise LookupError(door)


def measure(path: Path, *, budget: float, seconds: float | None) -> dict[str, Any]:
    """Read, solve and audit a plan; return the seconds of each part."""
    shares = Shares()
    with ExitStack() as doors:
        for name, places in DOORS.items():
            for door in places:
                counted = shares.counted(name, found_at(door))
                doors.enter_context(mock.patch(door, counted))
        with shares.part(READING):
            plan: Plan = load_plan(path)
        found = optimise(plan, budget=budget, time_limit=seconds)
    return {
        "seconds": shares.end(),
        "status": found.status.value,
        "gap": found.gap,
        "load": os.getloadavg()[0],
    }


def table(kept: dict[str, dict[str, Any]]) -> list[str]:
    """Return the lines of the table of what was measured."""
    lines = [
        f"| plan | {' | '.join(PARTS)} | all, s | building |",
        "|---|" + " --: |" * (len(PARTS) + 2),
    ]
    for name, out in kept.items():
        seconds = out["seconds"]
        whole = sum(seconds.values())
        building = (seconds[ROWS] + seconds[MODELS]) / whole
        cells = " | ".join(f"{seconds[part]:.2f}" for part in PARTS)
        lines.append(f"| {name} | {cells} | {whole:.1f} | {building:.1%} |")
    return lines


def report() -> None:
    """Write the table between the marks of the page."""
    write_table(PAGE, "building", table(json.loads(KEPT.read_text())), packages=("PuLP", "highspy"))


def plans(folder: Path) -> Iterator[tuple[str, Callable[[], Path], float]]:
    """Return each plan's name, how to come by its file, and its budget."""
    own = ROOT / "data" / "geo"
    yield "`paris-2024`, lanes, 2,000", lambda: own / "paris-2024", 2000
    for budget in (100, 400):
        yield f"`paris-2024-cover`, {budget}", lambda: own / "paris-2024-cover", budget
    yield "`paris-2024-dogs`, 240", lambda: own / "paris-2024-dogs", 240
    if not (DATA / "paris" / "paris_seine.osm.pbf").exists():
        print("no street extract (PLACEMENT_DATA): the riverside is left out")
        return
    for name in ("gates-400", "dogs-500", "ruled-500", "expected-400"):
        case = cases()[name]

        def drawn(case: Any = case) -> Path:  # noqa: ANN401 - the case of this turn
            if not (folder / "demand.geojson").exists():
                draw(folder)
            return write(folder, case)

        yield f"riverside, {case.rules}, {case.budget}", drawn, case.budget


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="plans that begin like this")
    parser.add_argument("--seconds", type=float, default=60.0, help="of the clock, a plan")
    parser.add_argument("--report", action="store_true", help="only write up what is kept")
    args = parser.parse_args()
    if args.report:
        report()
        return
    HOME.mkdir(exist_ok=True)
    optimise(load_plan(ROOT / "data" / "geo" / "paris-2024-cover"), budget=60)
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    with tempfile.TemporaryDirectory() as place:
        for name, file, budget in plans(Path(place)):
            if name.strip("`").startswith(args.only):
                kept[name] = measure(file(), budget=budget, seconds=args.seconds)
                KEPT.write_text(json.dumps(kept, indent=1))
                print(f"{name}  {json.dumps(kept[name])}", flush=True)
    print("\n".join(table(kept)))


if __name__ == "__main__":
    main()
