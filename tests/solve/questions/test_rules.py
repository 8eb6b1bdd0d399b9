"""Random plans that mix every rule, a thousand in a night, have the one right answer."""

from collections import Counter
from pathlib import Path

import pytest

import placement
from placement.errors import InfeasibleError
from placement.solve.mclp import solver
from tests.amount import cases
from tests.ruled_plans import draw_plan, right_answer, write_ruled_plan

BATCHES, SIZE = cases(4, 40), 25
OWN = ("separation_m", "separation_min", "backup", "unavailable", "near", "fleet", "posts")


@pytest.fixture(autouse=True)
def _short_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search has tests of its own, and most of the time; what is shown here is the model."""
    monkeypatch.setattr(solver, "_FIRST_ROUNDS", 20)
    monkeypatch.setattr(solver, "_MORE_ROUNDS", 20)


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(BATCHES))
def test_random_plans_that_mix_every_rule_have_the_one_right_answer(
    batch: int, tmp_path: Path
) -> None:
    for seed in range(batch * SIZE, (batch + 1) * SIZE):
        check(seed, tmp_path)


def check(seed: int, folder: Path) -> str:
    folder = folder / str(seed)
    folder.mkdir()
    drawn = draw_plan(seed)
    file = write_ruled_plan(folder, drawn)
    try:
        plan = placement.load_plan(file)
    except InfeasibleError:  # what is required alone breaks a limit: said at once
        return "required"
    expected = right_answer(drawn, plan)
    if expected is None:
        with pytest.raises(InfeasibleError) as raised:
            placement.optimise(plan, **drawn.wishes())
        assert raised.value.rules, seed
        return "infeasible"
    solution = placement.optimise(plan, **drawn.wishes())
    assert solution.status.value == "optimal", seed
    assert solution.objective == pytest.approx(expected.objective, abs=1e-5), seed
    if solution.tiers:
        assert [tier.objective for tier in solution.tiers] == pytest.approx(expected.tiers), seed
    units = {post.id: post.units for post in solution.posts_list}
    assert units == expected.units, seed
    wishes = drawn.wishes()
    assert placement.audit(plan, solution, baseline=wishes.get("baseline")).ok, seed
    return "solved"


def test_the_plans_use_every_rule() -> None:
    used: Counter[str] = Counter()
    for seed in range(BATCHES * SIZE):
        drawn = draw_plan(seed)
        used["floors"] += bool(drawn.floors)
        used["step-free floors"] += any(floor.get("step_free") for floor in drawn.floors)
        used["groups"] += bool(drawn.groups)
        used["tiers"] += len({one["tier"] for one in drawn.demand}) > 1
        used["step-free"] += any(one["step_free"] for one in drawn.demand)
        for name in ("lock", "forbid", "baseline", "most", "price"):
            used[name] += bool(getattr(drawn, name))
        for kind in drawn.kinds.values():
            used.update(name for name in kind if name in OWN)
    assert set(OWN) < set(used)
    assert min(used.values()) > cases(3, 50), used
