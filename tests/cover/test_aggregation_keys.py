"""What each rule keeps apart: points are merged as far as it allows, no further, and exactly.

For each key by which a rule tells demand points apart, drawn plans in which many points have the
same posts in reach: over every choice of posts the merged rows are worth what a row a point is
worth, and keep the same rules; without the key they would not. Lanes are shown in
``tests/solve/capacitated/test_lanes_in_plans.py``: explicit flows of every point (classes of value,
people without steps, the arrival profile); walks, whose key is the order of posts, below.
"""

import math
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import placement
from placement.cover import rules
from placement.cover.instance_builder import Posting, posting
from placement.cover.survey import survey
from placement.plan.problem import Plan
from placement.solve.questions.secondary_objective import walk_sets
from tests import oracle
from tests.amount import cases
from tests.ruled_plans import SOUTH, WEST, Drawn, write_ruled_plan

KINDS = {
    "checkpoint": {"walk_limit_min": 2, "open_cost": 1, "unit_cost": 1},
    "dog_team": {"walk_limit_min": 1.5, "walkers": "team", "value": 0.5, "unit_cost": 1},
}
KEYS = ("zone of a floor", "step-free floor", "zone of backup", "points of backup", "tier")


def crowded(key: str, seed: int) -> Drawn:
    """Draw three sites and twelve points at a few places, and a rule with this key."""
    draw = random.Random(f"{key} {seed}")
    drawn = Drawn(budget=99, kinds={name: dict(kind) for name, kind in KINDS.items()})
    for n in range(3):
        at = (round(WEST + draw.randint(0, 4) * 0.001, 6), SOUTH)
        drawn.sites.append(
            {"id": f"S{n}", "at": at, "may": ["checkpoint", "dog_team"], "status": "optional"}
        )
    for n in range(12):
        at = (round(WEST + draw.choice([0.0005, 0.0015, 0.0035]), 6), SOUTH)
        drawn.demand.append({
            "id": f"D{n:02}", "at": at, "people": draw.choice([1, 5, 30]), "zone": f"Z{n % 2}",
            "priority": draw.choice([1, 2]), "tier": 1, "step_free": 0,
        })  # fmt: skip
    kind = drawn.kinds["checkpoint"]
    if key == "zone of a floor":
        drawn.floors.append({"zone": "Z0", "resource": "checkpoint", "share": 0.7})
    elif key == "step-free floor":
        for one in drawn.demand[:6]:
            one["step_free"] = draw.choice([0, 0.5, 1])
        drawn.demand[0]["step_free"] = 1
        drawn.floors.append({"zone": "*", "resource": "dog_team", "share": 0.4, "step_free": True})
    elif key == "zone of backup":
        kind["backup"] = {"zones": ["Z1"], "worth": 0.5, "share": 0.3}
    elif key == "points of backup":
        kind["backup"] = {"points": ["D03", "D07"], "worth": 0.25}
    else:
        for one in drawn.demand:
            one["tier"] = draw.choice([1, 2])
        drawn.demand[0]["tier"], drawn.demand[1]["tier"] = 1, 2
    return drawn


def read(folder: Path, drawn: Drawn) -> Plan:
    folder.mkdir(parents=True, exist_ok=True)
    return placement.load_plan(write_ruled_plan(folder, drawn))


def posted(plan: Plan, *, merged: str) -> Posting:
    """Write a plan as rows: merged as ever, a row a point, or whatever rules tell apart."""
    problem = plan.problem
    keys = {"ever": rules.row_keys, "never": lambda *_: np.arange(len(problem.demand))}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "row_keys", keys.get(merged, lambda *_: None))
        return posting(problem, survey(plan))


def told(posts: Posting) -> list[tuple[object, ...]]:
    """What every choice of columns is worth, tier by tier, and whether it keeps the rules."""
    instance = posts.instance
    found: list[tuple[object, ...]] = []
    for chosen in oracle.choices(instance.columns):
        parts = []
        for tier in posts.tiers:
            mine = posts.row_tier == tier
            alone = replace(
                instance,
                weight=np.where(mine, instance.weight, 0.0),
                gains=np.where(mine[:, None], instance.gains, 0.0),
                rules=(),
            )
            parts.append(round(oracle.worth(alone, chosen), 6))
        found.append((*parts, oracle.keeps_rules(instance, chosen)))
    return found


@pytest.mark.parametrize("key", KEYS)
def test_merging_is_exact_and_the_key_is_needed_for_it(key: str, tmp_path: Path) -> None:
    needed = 0
    for seed in range(6):
        plan = read(tmp_path / str(seed), crowded(key, seed))
        merged, apart = posted(plan, merged="ever"), posted(plan, merged="never")
        assert merged.instance.rows < apart.instance.rows
        assert told(merged) == told(apart)
        needed += told(posted(plan, merged="too far")) != told(apart)
    assert needed


@pytest.mark.slow
@settings(max_examples=cases(20, 40), deadline=None)
@given(seed=st.integers(0, 10**6), tried=st.integers(0, 2**6 - 1))
def test_sets_of_nearest_posts_are_worth_every_persons_walk(
    seed: int, tried: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Prefix sets of all points together, merged, against each point by itself."""
    folder = tmp_path_factory.getbasetemp() / "walks"
    plan = read(folder, crowded("step-free floor", seed))
    posts, walks = posted(plan, merged="ever"), survey(plan)
    sets = walk_sets(posts, plan.problem, walks, posts.instance)
    chosen = np.flatnonzero([tried >> n & 1 for n in range(posts.instance.columns)])
    demand = plan.problem.demand

    def walked(chosen: np.ndarray) -> float:
        total = []
        for position, kind in enumerate(plan.problem.resources):
            table = walks.walk[kind.id].tocsr()
            mine = set(posts.site[chosen[posts.resource[chosen] == position]].tolist())
            for point in np.flatnonzero(np.diff(table.indptr)).tolist():
                part = slice(table.indptr[point], table.indptr[point + 1])
                near = zip(table.indices[part].tolist(), table.data[part].tolist(), strict=True)
                limit = round(kind.walk_limit_s)
                nearest = min([round(seconds) for site, seconds in near if site in mine] + [limit])
                weight = kind.value * demand.people[point] * demand.priority[point]
                total.append(weight * nearest)
        return math.fsum(total)

    # weights are counted in whole steps, the same for every choice
    none = np.zeros(0, dtype=np.int64)
    steps = sets.total(none) / walked(none)
    assert sets.total(chosen) == pytest.approx(steps * walked(chosen))
    assert len(sets.step) < sum(table.nnz for table in walks.walk.values())  # merged
