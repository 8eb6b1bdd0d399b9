"""Too few teams for gates of rings: those are held by which the most people get all the way in."""

import copy
import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest

import placement
from placement.auditing.roster import audit_roster
from placement.errors import InfeasibleError
from placement.studies.roster.files import as_answer
from placement.studies.roster.study import roster
from tests.amount import cases
from tests.ringed_town import Oracle, draw_town, write_town
from tests.solve.questions.test_rings_with_periods import HOURS

TWO = {"begins": 960, "ends": 1080}  # one rests while another stands: two teams a position


def inside(oracle: Oracle, held: Sequence[str]) -> float:
    """Count the people whom a lane at each of some gates lets all the way in."""
    found = oracle.passing(dict.fromkeys(held, 1), [1], counted=True)
    assert found is not None
    return found[0]


@pytest.mark.slow
@pytest.mark.parametrize("with_periods", [False, True])
def test_no_choice_of_gates_lets_more_people_all_the_way_in(
    tmp_path: Path, *, with_periods: bool
) -> None:
    differ = 0
    for seed in range(cases(4, 40)):
        town = draw_town(seed)
        town.status.clear()
        town.floor = None
        file = write_town(tmp_path / str(seed), town, seed)
        try:
            plan = placement.load_plan(file)
        except InfeasibleError:
            continue
        oracle = Oracle(town, plan)
        if with_periods:  # patrols serve the same people later, and the gates none of these
            text = file.read_text(encoding="utf-8") + HOURS
            text = text.replace("[resources.gate]\n", '[resources.gate]\nperiods = "entry"\n')
            file.write_text(text, encoding="utf-8")
            plan = placement.load_plan(file)
        gates = sorted(site for ring in town.rings for site in ring["sites"])
        units = {f"{site}/gate": 1 for site in gates}
        solution = placement.evaluate(plan, units, bound=False).solution

        for teams in (2, 4, 6, 7):
            choices = itertools.combinations(gates, teams // 2)
            best = max(inside(oracle, held) for held in choices)
            try:
                found = roster(plan, solution, resource="gate", teams=teams, **TWO)
            except InfeasibleError:
                assert not best
                continue
            if found.covered is None:
                assert 2 * len(gates) <= teams
                continue
            assert found.covered.people == pytest.approx(best, abs=1e-4), (seed, teams)
            assert found.covered.promised == pytest.approx(inside(oracle, gates), abs=1e-4)
            assert found.covered.proven
            told = as_answer(found)
            assert audit_roster(plan, solution, told) == ()
            wrong = copy.deepcopy(told)
            wrong["covered"]["people"] += 1
            assert "people covered (people)" in " ".join(audit_roster(plan, solution, wrong))
            differ += best < found.covered.promised
    assert differ > 2
