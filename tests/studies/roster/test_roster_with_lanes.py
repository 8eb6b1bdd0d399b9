"""Too few teams for gates with lanes: those are held whose lanes let the most people in."""

import copy
import itertools
from pathlib import Path

import pytest

import placement
from placement.auditing.roster import audit_roster
from placement.errors import InfeasibleError
from placement.executor import Here
from placement.studies.roster.files import as_answer
from placement.studies.roster.study import roster
from tests.amount import cases
from tests.solve.capacitated.test_lanes_in_plans import write_lanes_plan
from tests.studies.laned_nights import Sender

TWO = {"begins": 960, "ends": 1080}  # one rests while another stands: two teams a lane


@pytest.mark.parametrize("seed", cases((5, 7, 8), tuple(range(60))))
def test_no_choice_of_gates_lets_more_people_in(tmp_path: Path, seed: int) -> None:
    try:
        plan = placement.load_plan(write_lanes_plan(tmp_path, seed, profiles=seed % 4 == 3))
    except InfeasibleError as error:
        pytest.skip(str(error))
    sites = plan.problem.sites.id  # also one where the plan may have no gate
    lanes = {site: 1 + (seed + at) % 2 for at, site in enumerate(sites)}
    units = {f"{site}/gate": many for site, many in lanes.items()}
    solution = placement.evaluate(plan, units, bound=False).solution
    sender = Sender(plan, weighed=False)
    choices = [
        dict(held)
        for many in range(len(sites) + 1)
        for held in itertools.combinations(lanes.items(), many)
    ]
    for teams in range(2 * sum(lanes.values())):
        best = max(sender.most(held) for held in choices if 2 * sum(held.values()) <= teams)
        try:
            found = roster(plan, solution, resource="gate", teams=teams, **TWO)
        except InfeasibleError:
            assert not best
            continue
        covered = found.covered
        assert covered is not None
        assert covered.people == pytest.approx(best, abs=1e-4)
        assert covered.promised == pytest.approx(sender.most(lanes), abs=1e-4)
        assert covered.people - 1e-4 <= covered.bound
        assert covered.proven
        told = as_answer(found)
        assert audit_roster(plan, solution, told) == ()
        wrong = copy.deepcopy(told)
        wrong["covered"]["people"] += 1
        assert "people covered (people)" in " ".join(audit_roster(plan, solution, wrong))
    risks = placement.risk(plan, [solution], shut={"gate": 0.5}, nights=512, executor=Here(1))
    promised = next(one.promised for one in risks.rows if one.resource == "gate")
    assert promised == pytest.approx(sender.most(lanes), abs=1e-4)
