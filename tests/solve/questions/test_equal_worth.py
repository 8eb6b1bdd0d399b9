"""Plans of equal worth against all that there are."""

from dataclasses import replace

import numpy as np
import pytest

from placement.cover.instance import Instance
from placement.solve.core.scaled import scaled
from placement.solve.core.stopping import Stop
from placement.solve.questions import equal_worth
from placement.solve.questions.equal_worth import fewest_changes, find_other, narrowed
from tests import oracle
from tests.amount import cases

SEEDS = range(cases(12, 400))
UNITS = (1.0, 0.1, 2.0**0.5)
"""Of worths: whole numbers, decimals, and what has no step in common."""


def alike(seed: int, unit: float) -> Instance:
    """Draw an instance in which many plans are worth the same."""
    instance = oracle.random_instance(seed, deep=True)
    return replace(
        instance,
        weight=np.ceil(instance.weight / 8) * unit,
        profit=np.ceil(instance.profit / 8) * unit,
        gains=np.ceil(instance.gains / 8) * unit,
    )


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("gives_up", [False, True])
def test_no_plan_of_equal_worth_has_fewer_changes(
    unit: float, gives_up: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if gives_up:  # then the model finds it
        monkeypatch.setattr(equal_worth, "_TOTALS", 1)
        monkeypatch.setattr(equal_worth, "_GROWN", 0)
    fewer = 0
    for seed in SEEDS:
        instance = alike(seed, unit)
        plans = oracle.best(instance)[1]
        draw = np.random.default_rng(seed)
        base = np.flatnonzero(draw.random(instance.columns) < 0.4)
        for chosen in plans[:1] + plans[-1:]:
            found = fewest_changes(instance, base, np.array(chosen, np.int64), stop=Stop())
            assert tuple(found.tolist()) in plans
            changes = [len(set(plan) ^ set(base.tolist())) for plan in plans]
            assert len(set(found.tolist()) ^ set(base.tolist())) == min(changes)
            fewer += len(set(chosen) ^ set(base.tolist())) > min(changes)
    assert fewer


@pytest.mark.parametrize("unit", UNITS)
def test_a_plan_without_another_as_good_is_known_as_such(unit: float) -> None:
    alone = 0
    for seed in SEEDS:
        instance = alike(seed, unit)
        plans = oracle.best(instance)[1]
        for chosen in plans[:1]:
            columns = np.array(chosen, np.int64)
            left = narrowed(scaled(instance, centred=False), columns, stop=Stop())
            other = find_other(left, columns, stop=Stop())
            assert other.infeasible is (len(plans) == 1)
            if other.chosen is not None:
                assert tuple(other.chosen.tolist()) in plans[1:]
            alone += len(plans) == 1
    assert 0 < alone < len(SEEDS)
