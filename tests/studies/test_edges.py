"""Plans with next to nothing in them: each study answers truly, or says in one sentence why not."""

from collections.abc import Sequence
from pathlib import Path

import pytest

import placement
from placement.errors import UsageError
from placement.executor import Here
from placement.plan.problem import Plan
from tests.cli.running import run

LANES = """
max_units = 3
unit = { en = "lane", fr = "couloir" }
[resources.gate.lanes]
rate_per_h = 60
efficiency = 1.0
opens = "15:30"
closes = "17:00"
period_min = 30
profile = [0.2, 0.5, 0.3]
max_wait_min = 30
"""
NEAR, FAR = (2.300, 2.303), (2.400,)


def _write(
    folder: Path, sites: Sequence[float], people: Sequence[int], budget: int, more: str
) -> Path:
    rows = [f"S{n},{lon},48.85,gate" for n, lon in enumerate(sites)]
    text = "\n".join(["id,lon,lat,resources", *rows, ""])
    (folder / "sites.csv").write_text(text, encoding="utf-8")
    rows = [
        f"D{n},{lon},48.85,{many}" for n, (lon, many) in enumerate(zip(NEAR, people, strict=True))
    ]
    text = "\n".join(["id,lon,lat,people", *rows, ""])
    (folder / "demand.csv").write_text(text, encoding="utf-8")
    (folder / "plan.toml").write_text(
        f"""name = "edge"
crs = "EPSG:2154"
budget = {{ amount = {budget}, unit = "officers" }}
layers = {{ sites = "sites.csv", demand = "demand.csv" }}
[resources.gate]
walk_limit_min = 2
unit_cost = 3
{more}""",
        encoding="utf-8",
    )
    return folder / "plan.toml"


@pytest.mark.parametrize("more", ["", LANES], ids=["plain", "lanes"])
@pytest.mark.parametrize(
    ("sites", "people", "budget"),
    [(NEAR, (0, 0), 9), (FAR, (30, 20), 9), (NEAR, (30, 20), 0), (NEAR, (30, 20), 2)],
    ids=["nobody", "out of reach", "no money", "too little money"],
)
def test_where_nothing_can_be_covered_studies_say_so(
    sites: Sequence[float], people: Sequence[int], budget: int, more: str, tmp_path: Path
) -> None:
    file = _write(tmp_path, sites, people, budget, more)
    plan, here = placement.load_plan(file), Here(1)
    found = placement.frontier(plan, [0, budget], executor=here)
    assert [one.objective for one in found.solutions] == [0.0] * len(found.points)
    assert found.kept == ()
    others = placement.alternatives(plan, differ=1, count=2)
    assert {one.solution.objective for one in others.plans} == {0.0}
    assert (len(others.plans), others.ended) in {(1, "none"), (2, "count")}
    best = placement.choose_under_risk(
        plan, aim="worst5", away={"gate": 0.2}, nights=512, samples=2, scenarios=1, executor=here
    )
    assert best.value.value == 0.0
    solution = placement.optimise(plan)
    with pytest.raises(UsageError, match="opens no post, so none can be lost"):
        placement.loss(plan, solution, executor=here)
    with pytest.raises(UsageError, match=r"has no lanes|opens no gate"):
        placement.replay(plan, solution, nights=1)


def test_gates_that_nobody_comes_to_are_audited_lost_and_replayed(tmp_path: Path) -> None:
    plan = placement.load_plan(_write(tmp_path, NEAR, (0, 0), 20, LANES))
    solution = placement.evaluate(plan, {"S0/gate": 2}).solution
    assert (solution.objective, solution.bound) == (0.0, 0.0)
    lost = placement.loss(plan, solution, repairs=1, executor=Here(1))
    assert lost.each == {"S0/gate": 0.0}
    assert lost.worst[0].proven
    told = placement.replay(plan, solution, nights=1, executor=Here(1))
    assert [gate.outside.worst for gate in told.gates] == [0.0]


def test_a_plan_of_one_post_loses_all_with_it(tmp_path: Path) -> None:
    plan: Plan = placement.load_plan(_write(tmp_path, NEAR[:1], (30, 20), 9, ""))
    solution = placement.optimise(plan)
    lost = placement.loss(plan, solution, repairs=1, executor=Here(1))
    assert lost.each == {"S0/gate": solution.objective}
    assert lost.worst[0].repair is not None
    assert lost.worst[0].repair.recovered == 0.0
    assert len(placement.alternatives(plan, within=0.5, differ=1).plans) == 1


def test_missing_posts_are_counted_of_a_solution_that_has_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    _write(tmp_path, NEAR, (30, 20), 0, "")
    assert run("optimise", ".", "--out", "done", "--no-map").exit_code == 0
    refused = run("risk", "done", ".", "--away", "gate=20%")
    assert refused.exit_code == 2
    assert "no post is open in what was given, so none can be missing" in refused.stderr
