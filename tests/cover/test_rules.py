"""Rules over columns and rows: cliques say what pairs say, and merging people changes nothing."""

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import placement
from placement.cover import rules
from placement.cover.instance import Instance
from placement.cover.instance_builder import Posting, posting
from placement.cover.survey import Survey, survey
from placement.errors import InfeasibleError
from placement.plan.problem import Problem
from tests import oracle
from tests.amount import cases
from tests.ruled_plans import draw_plan, write_ruled_plan


@pytest.mark.parametrize("seed", range(60))
def test_cliques_cover_every_pair_and_no_other(seed: int) -> None:
    rng = np.random.default_rng(seed)
    nodes = int(rng.integers(2, 14))
    every = np.array(list(itertools.combinations(range(nodes), 2)))
    pairs = every[rng.random(len(every)) < rng.random()]
    found = rules.cliques(pairs)
    said = {pair for clique in found for pair in itertools.combinations(clique, 2)}
    assert said == {tuple(pair) for pair in pairs.tolist()}
    near = said | {(b, a) for a, b in said}
    for clique in found:  # maximal: nobody else is near all of them
        assert clique == sorted(clique)
        others = set(range(nodes)) - set(clique)
        assert not any(all((one, member) in near for member in clique) for one in others)
    assert len(found) <= len(pairs)


def test_a_crowd_of_sites_is_one_clique() -> None:
    every = np.array(list(itertools.combinations(range(30), 2)))
    assert rules.cliques(every) == [list(range(30))]


def _unmerged(problem: Problem, walks: Survey, merged: Posting) -> Instance:
    """The same instance with a row for each demand point and resource."""
    every = [len(problem.demand)] * len(problem.resources)
    keys = iter([np.arange(n, dtype=np.int64) for n in every])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "row_keys", lambda *_: next(keys))
        apart = posting(problem, walks)
    assert apart.instance.rows >= merged.instance.rows
    return apart.instance


@pytest.mark.slow
def test_merging_people_that_no_rule_tells_apart_changes_no_worth_and_no_rule(
    tmp_path: Path,
) -> None:
    """Over every choice of columns: the same worth, and the same rules kept."""
    tried = 0
    for seed in range(cases(20, 80)):
        folder = tmp_path / str(seed)
        folder.mkdir()
        try:
            problem = placement.load_plan(plan := write_ruled_plan(folder, draw_plan(seed))).problem
        except InfeasibleError:
            continue
        walks = survey(placement.load_plan(plan))
        merged = posting(problem, walks)
        if merged.instance.columns > 8:
            continue
        apart = _unmerged(problem, walks, merged)
        for chosen in oracle.choices(merged.instance.columns):
            assert oracle.worth(merged.instance, chosen) == pytest.approx(
                oracle.worth(apart, chosen)
            )
            kept = oracle.keeps_rules(replace(merged.instance, budget=99.0), chosen)
            assert kept == oracle.keeps_rules(replace(apart, budget=99.0), chosen)
        tried += 1
    assert tried > cases(10, 25)
