"""Shorter walks among equals, against every choice of gates and lanes."""

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import placement
from placement.cover.instance_builder import posting
from placement.cover.laned import laned
from placement.cover.survey import survey
from placement.errors import InfeasibleError
from placement.solution import Status
from placement.solve.capacitated import admission
from placement.solve.capacitated.state import settled
from placement.solve.capacitated.walk_improvement import shorter
from placement.solve.core.stopping import Effort, Stop
from tests.solve.capacitated.test_lanes_in_plans import write_lanes_plan


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(9))
def test_no_choice_as_good_walks_less_than_the_bound_told(tmp_path: Path, seed: int) -> None:
    plan = placement.load_plan(write_lanes_plan(tmp_path, seed))
    if plan.problem.floors:
        return
    walks = survey(plan)
    posts = posting(plan.problem, walks)
    staged = admission.solve(posts, plan.problem, Effort(stop=Stop()))
    found, dealt = staged.outcome, staged.posts
    if found.chosen is None:
        return
    first = admission.admission(dealt, plan, walks, found.chosen)
    best = shorter(plan, dealt, walks, found, seed=0, stop=Stop())
    assert best.admitted.worth >= first.worth * (1 - 1e-9)
    assert best.admitted.walk <= first.walk * (1 + 1e-9)
    assert best.gap is not None
    bound = (1 - best.gap) * best.admitted.walk
    assert 0 <= best.gap <= 1

    instance, lanes = laned(plan.problem, posts)
    choices = [
        [0, *range(lanes.least[c], lanes.most[c] + 1)] if lanes.gate[c] else [0, 1]
        for c in range(instance.columns)
    ]
    met = 0
    for units in itertools.product(*choices):
        count = np.array(units)
        chosen = np.flatnonzero(count)
        counted = np.where(lanes.gate, count, 0)
        rest = settled(instance, lanes, counted, np.zeros(instance.rows))
        if rest.broken_rule(chosen) is not None:
            continue
        there = replace(posts, units=np.where(lanes.gate, np.maximum(count, lanes.least), 1))
        sent = admission.admission(there, plan, walks, chosen)
        worth = sent.worth + rest.value(chosen)
        assert worth <= found.objective * (1 + 2e-6) + 1e-6
        if worth >= found.objective * (1 - 1e-9) and sent.first >= best.admitted.first - 1e-6:
            met += 1
            assert sent.walk >= bound * (1 - 1e-6), units
    assert met > 0


def test_an_interrupt_leaves_the_plan_and_no_gap(tmp_path: Path) -> None:
    for seed in range(10):
        folder = tmp_path / str(seed)
        plan = placement.load_plan(write_lanes_plan(folder, seed))
        walks = survey(plan)
        posts = posting(plan.problem, walks)
        try:
            staged = admission.solve(posts, plan.problem, Effort(stop=Stop()))
            found, dealt = staged.outcome, staged.posts
        except InfeasibleError:
            continue
        if found.status is not Status.OPTIMAL or found.chosen is None:
            continue
        stop = Stop()
        stop.interrupt()
        best = shorter(plan, dealt, walks, found, seed=0, stop=stop)
        assert best.gap is None
        assert best.outcome is found
        return
    pytest.fail("no plan to interrupt")
