"""A plan with most posts closed, its rows merged, is worth what it was before."""

from dataclasses import replace

import numpy as np
import pytest

from placement.solve.capacitated.master import Groups
from placement.solve.capacitated.parts import part_of
from tests.solve.capacitated.test_solver_with_lanes import best_by_flows, random_case


@pytest.mark.slow
@pytest.mark.parametrize("classes", [1, 2])
def test_a_part_is_worth_what_the_whole_is_with_the_other_posts_closed(classes: int) -> None:
    merged = solved = 0
    for seed in range(40):
        instance, lanes = random_case(seed, 3, classes)
        rng = np.random.default_rng(seed)
        free = (rng.random(instance.columns) < 0.6) | instance.required
        part = part_of(instance, lanes, Groups.build(instance, lanes).of, free)
        assert part.columns.tolist() == np.flatnonzero(free).tolist()
        closed = replace(instance, excluded=instance.excluded | ~free)
        whole = best_by_flows(closed, lanes)
        assert best_by_flows(part.instance, part.lanes) == pytest.approx(whole)
        merged += part.instance.rows < int((closed.times_covered(part.columns) > 0).sum())
        solved += whole > 0
    assert merged > 10
    assert solved > 10


def test_rows_that_a_rule_tells_apart_stay_apart() -> None:
    seen = 0
    for seed in range(60):
        instance, lanes = random_case(seed, 1, 1)
        if not instance.rules:
            continue
        groups = Groups.build(instance, lanes)
        free = np.ones(instance.columns, dtype=np.bool_)
        part = part_of(instance, lanes, groups.of, free)
        for group in range(len(groups.people)):
            people = part.lanes.people[part.group == group].sum()
            assert people == pytest.approx(groups.people[group])
        seen += len(groups.people) > 1
    assert seen > 5
