"""A plan that is handed in and keeps the rules is the first plan, and is never lost."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import placement
from placement.errors import InfeasibleError
from placement.solve.core.stopping import Effort, Stop
from placement.solve.mclp import solver
from tests.oracle import best, random_instance, worth
from tests.ruled_plans import draw_plan, write_ruled_plan


@pytest.fixture(autouse=True)
def _short_search(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solver, "_FIRST_ROUNDS", 20)
    monkeypatch.setattr(solver, "_MORE_ROUNDS", 20)


def seeds() -> list[int]:
    """Return a few plans with tiers, with units that may be away, and with floors."""
    found = []
    for wanted in (
        lambda drawn: len({one["tier"] for one in drawn.demand}) > 1,
        lambda drawn: any(kind.get("unavailable") for kind in drawn.kinds.values()),
        lambda drawn: bool(drawn.floors),
    ):
        found += [seed for seed in range(150) if wanted(draw_plan(seed))][:6]
    return sorted(set(found))


@pytest.mark.slow
def test_no_time_at_all_leaves_an_agreed_plan_of_any_rules_and_units_as_it_is(
    tmp_path: Path,
) -> None:
    met: Counter[str] = Counter()
    for seed in seeds():
        drawn = draw_plan(seed)
        folder = tmp_path / str(seed)
        folder.mkdir()
        wishes = {name: drawn.wishes().get(name, ()) for name in ("lock", "forbid")}
        try:
            plan = placement.load_plan(write_ruled_plan(folder, drawn))
            old = placement.optimise(plan, **wishes)
        except InfeasibleError:
            continue
        if not old.posts_list:
            continue
        found = placement.optimise(plan, baseline=old, time_limit=0, **wishes)
        assert found.objective >= old.objective - 1e-6, seed
        assert {p.id: p.units for p in found.posts_list} == {
            p.id: p.units for p in old.posts_list
        }, seed
        met["tiers"] += bool(old.tiers)
        met["floors"] += bool(drawn.floors)
        met["more units"] += any(kind.get("unavailable") for kind in drawn.kinds.values())
        met["plans"] += 1
    assert met["plans"] > 6
    assert min(met.values()) > 0, met


def test_a_plan_that_keeps_the_rules_is_known_before_any_search() -> None:
    asked = 0
    for seed in range(20):
        instance = random_instance(seed)
        value, plans = best(instance)
        if not plans or not plans[0]:
            continue
        stop = Stop()
        stop.interrupt()

        found = solver.solve(instance, Effort(stop=stop), start=np.array(plans[0], dtype=np.int64))
        assert found.chosen is not None, seed
        assert worth(instance, tuple(found.chosen.tolist())) == pytest.approx(value), seed
        asked += 1
    assert asked > 8
