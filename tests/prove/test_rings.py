"""Plans with rings, proven again: against every plan tried, with worse ones and bounds refuted."""

import random
from operator import itemgetter
from pathlib import Path

import pytest

import placement
from placement.errors import InfeasibleError
from placement.prove import flows
from placement.prove.proof import Verdict, prove_again, prove_none
from placement.prove.question import Question
from tests.amount import cases
from tests.prove.claims import claim
from tests.ringed_town import Oracle, Town, draw_ruled_town, draw_town, write_town
from tests.solve.questions.test_rings_with_periods import HOURS

LIMIT_S = 60.0


def towns(folder: Path) -> list[tuple[int, Town, Path]]:
    """Write towns with rings, some of them with every rule."""
    drawn = []
    for seed in range(cases(7, 60)):
        town = (draw_ruled_town if seed % 2 else draw_town)(seed)
        drawn.append((seed, town, write_town(folder / str(seed), town, seed)))
    return drawn


@pytest.mark.slow
def test_the_best_of_every_plan_tried_is_proven_twice_and_what_is_less_refuted(
    tmp_path: Path,
) -> None:
    proven = refuted = 0
    for seed, town, file in towns(tmp_path):
        town.lock.clear()
        try:
            plan = placement.load_plan(file)
        except InfeasibleError:
            continue
        every = [(units, worth) for units, _, worth in Oracle(town, plan).worths()]
        if seed % 4 == 1:  # the patrols count the same people at other hours
            text = file.read_text(encoding="utf-8") + HOURS
            text = text.replace("[resources.gate]\n", '[resources.gate]\nperiods = "entry"\n')
            text = text.replace("[resources.patrol]\n", '[resources.patrol]\nperiods = "late"\n')
            file.write_text(text, encoding="utf-8")
            plan = placement.load_plan(file)
        if not every:
            asked = Question(budget=plan.problem.budget)
            assert prove_none(plan, asked, time_limit=LIMIT_S).verdict is Verdict.TWICE, seed
            continue
        units, tiers = max(every, key=itemgetter(1))
        top = round(sum(tiers), 6)
        best = claim(plan, units, top, tiers=tuple(round(one, 6) for one in tiers))
        proof = prove_again(plan, best, time_limit=LIMIT_S)
        assert proof.verdict is Verdict.TWICE, (seed, proof)
        worse, (first, *others) = random.Random(f"worse {seed}").choice(every)
        if not others and first < top * 0.99:
            for wrong in (
                claim(plan, worse, round(first, 6)),
                claim(plan, worse, round(first, 6), bound=round((first + top) / 2, 6)),
            ):
                other = prove_again(plan, wrong, time_limit=LIMIT_S)
                assert other.verdict is Verdict.REFUTED, (seed, other)
                refuted += 1
        proven += 1
    assert proven > 2
    assert refuted > 2


@pytest.mark.slow
def test_beyond_the_most_flows_a_bound_of_every_ring_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flows, "_MOST_FLOWS", 0)
    bounds = 0
    for seed, town, file in towns(tmp_path)[:3]:
        try:
            plan = placement.load_plan(file)
        except InfeasibleError:
            continue
        best = max((sum(worth) for *_, worth in Oracle(town, plan).worths()), default=None)
        if best is None:
            continue
        proof = prove_again(plan, claim(plan, {}, best * 0.5), time_limit=LIMIT_S)
        assert proof.verdict in {Verdict.BOUND, Verdict.UNCONFIRMED}, (seed, proof)
        if proof.bound is not None:
            assert proof.bound >= best - 1e-6, seed
            bounds += 1
    assert bounds


@pytest.mark.slow
def test_the_drawn_plan_is_proven_twice() -> None:
    plan = placement.load_plan(Path(__file__).parents[2] / "data" / "geo" / "drawn-rings")
    solution = placement.optimise(plan)
    proof = prove_again(plan, solution, time_limit=LIMIT_S)
    assert proof.verdict is Verdict.TWICE
    assert proof.bound == pytest.approx(solution.objective)
