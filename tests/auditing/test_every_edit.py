"""Whatever is edited in a solution file, the audit refuses it or names it.

Each small plan of ``tests/cases/plans`` is edited in some hundreds of ways, drawn from all that
``fuzz.edits`` makes; ``make night`` tries every one.
"""

import json
import random
from collections import Counter
from pathlib import Path

import pytest

import placement
from placement.cli.revisit import revisit
from placement.errors import PlacementError
from placement.plan.problem import Plan
from placement.review.geojson import read_solution, solution_text
from tests.amount import NIGHT
from tests.auditing.fuzz import edits
from tests.cli.test_a_plan_for_each_rule import CASES, PLANS
from tests.review.kinds import KINDS as EDITS
from tests.review.kinds import NotHereError

SHARE = 1.0 if NIGHT else 0.06

type Said = tuple[tuple[str, ...], tuple[str, ...], str | None]


class Auditor:
    """Audits edited files of one plan, which is read once for all that ask the same of it."""

    def __init__(self, name: str, folder: Path) -> None:
        self._plan, self.file = PLANS / name, folder / "solution.geojson"
        self._read: dict[object, Plan] = {}

    def __call__(self, top: object) -> Said | None:
        """Return what the audit names, None where it refuses."""
        self.file.write_text(json.dumps(top), encoding="utf-8")
        try:
            told = read_solution(self.file)
            key = told.plan, told.budget, str(told.limits), told.at, told.closures, str(told.layers)
            if key not in self._read:
                self._read[key] = revisit(str(self.file), str(self._plan), layers={})[0]
            report = placement.audit(self._read[key], told)
        except PlacementError:
            return None
        named = (*report.claims, *report.changed)
        return (report.overrides, named, told.version) if report.ok else None


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_every_edit_is_refused_or_named(name: str, tmp_path: Path) -> None:
    text = (PLANS / name / "solution.geojson").read_text(encoding="utf-8")
    audited, draw = Auditor(name, tmp_path), random.Random(name)
    right = audited(json.loads(text))
    assert right is not None
    found: Counter[str] = Counter()
    for edit, made in edits(text):
        if draw.random() < SHARE:
            said = audited(made())
            found["refused" if said is None else "named"] += 1
            if said == right and solution_text(read_solution(audited.file)) == text:
                continue  # what a solution has no member for is dropped, and changes nothing
            assert said != right, edit
    assert found["refused"] > 30
    assert found["refused"] > 8 * found["named"]


#: The kinds of edit a reviewer tries, each on the plan that has it: where, and what is put there.
KINDS = {
    "status": ("plain", "status", "feasible"),
    "bound": ("plain", "bound", 1e9),
    "gap": ("plain", "gap", 0.01),
    "budget": ("plain", "budget", 29),
    "unit": ("plain", "budget_unit", "euros"),
    "limits": ("plain", "limits", {"checkpoint": 99}),
    "lock": ("plain", "lock", ["nobody/checkpoint"]),
    "forbid": ("plain", "forbid", ["nobody/checkpoint"]),
    "layers": ("plain", "layers", {"route": "x.geojson"}),
    "at": ("plain", "at", "09:00"),
    "closures": ("plain", "closures", ["Rue de Rivoli"]),
    "overrides": ("plain", "overrides", ["budget"]),
    "shares": ("cheapest", "reverse", {"shares": {}, "cost_bound": 1, "cost_gap": 0}),
    "rules": ("floors", "rules", {}),
    "tiers": ("tiers", "tiers", {}),
    "walk": ("plain", "walk", {"mean_s": {}, "gap": 0}),
    "areas": ("plain", "areas", {}),
    "periods": (
        "plain",
        "periods",
        [{"begins": "00:00", "ends": "00:00", "closed": [], "covered": {}}],
    ),
    "unsnapped": ("plain", "unsnapped", {"sites": [], "demand": [], "people": 1}),
    "digests": ("plain", "digests", {"plan": "0" * 64}),
    "plan": ("plain", "plan", "another"),
    "format": ("plain", "format", 2),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_edit_is_refused_or_named(kind: str, tmp_path: Path) -> None:
    name, member, value = KINDS[kind]
    top = json.loads((PLANS / name / "solution.geojson").read_text(encoding="utf-8"))
    audited = Auditor(name, tmp_path)
    right = audited(top)
    assert right is not None
    top["placement"][member] = value
    said = audited(top)
    assert said is None or said != right


@pytest.mark.slow
@pytest.mark.parametrize("name", ["plain", "lanes"])
def test_each_kind_of_edit_that_a_difference_tells_is_refused_or_named(
    name: str, tmp_path: Path
) -> None:
    """What a reviewer reads in the difference, the audit judges: cover and lanes."""
    text = (PLANS / name / "solution.geojson").read_text(encoding="utf-8")
    audited, draw = Auditor(name, tmp_path), random.Random(name)
    right = audited(json.loads(text))
    assert right is not None
    tried = 0
    for kind, make in sorted(EDITS.items()):
        top = json.loads(text)
        try:
            make(top, draw)
        except NotHereError:
            continue
        said = audited(top)
        assert said is None or said != right, kind
        tried += 1
    assert tried > 40
