"""The whole pipeline against trying every choice, and what it promises."""

from pathlib import Path

import pytest

import placement
from placement.errors import InfeasibleError
from tests.amount import cases
from tests.random_plans import the_answer, write_random_plan


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(cases(6, 20)))
def test_random_plans_of_every_rule_have_the_one_right_answer(batch: int, tmp_path: Path) -> None:
    """The objective, and the very posts: walks, costs and identifiers tell equals apart."""
    for seed in range(batch * 15, batch * 15 + 15):
        folder = tmp_path / str(seed)
        folder.mkdir()
        file = write_random_plan(folder, seed)
        try:
            plan = placement.load_plan(file)
        except InfeasibleError as error:  # what is required alone breaks a limit: said at once
            clash = error.rules
            assert len(clash) > 1
            continue
        expected = the_answer(plan)
        if expected is None:
            with pytest.raises(InfeasibleError) as raised:
                placement.optimise(plan)
            assert raised.value.rules, seed
            continue
        solution = placement.optimise(plan)
        assert solution.status.value == "optimal", seed
        assert solution.objective == pytest.approx(expected[0]), seed
        assert tuple(post.id for post in solution.posts_list) == expected[1], seed
        assert placement.audit(plan, solution).ok, seed
