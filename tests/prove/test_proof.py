"""What a second proof says: twice, a bound, not in time, refuted; and by whom it is not proven."""

from pathlib import Path

import pytest

import placement
from placement.errors import UsageError
from placement.plan.problem import Plan
from placement.prove import proof as proving
from placement.prove.proof import Verdict, prove_again, prove_none
from placement.prove.question import Question, question
from placement.prove.solver import Answer
from tests.prove.claims import claim

TOML = """\
name = "small"
crs = "EPSG:2154"
budget = {{ amount = {budget}, unit = "officers" }}
layers = {{ sites = "sites.csv", demand = "demand.csv" }}
[resources.gate]
walk_limit_min = 2
value = 1
unit_cost = {cost}
"""


def write(
    folder: Path, *, people: tuple[object, ...] = (10, 20, 30), budget: object = 2, cost: object = 1
) -> Plan:
    """Write as many gates as points, a kilometre apart, each beside its own people."""
    folder.mkdir(parents=True, exist_ok=True)
    places = [f"{2.30 + 0.02 * n:.4f},48.85" for n in range(len(people))]
    for name, head, rows in (
        ("sites", "id,lon,lat", [f"S{n},{at}" for n, at in enumerate(places)]),
        ("demand", "id,lon,lat,people",
         [f"D{n},{at},{one}" for n, (at, one) in enumerate(zip(places, people, strict=True))]),
    ):  # fmt: skip
        (folder / f"{name}.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    file = folder / "plan.toml"
    file.write_text(TOML.format(budget=budget, cost=cost), encoding="utf-8")
    return placement.load_plan(file)


BEST = {"S1/gate": 1, "S2/gate": 1}
WORSE = {"S0/gate": 1, "S2/gate": 1}


def test_the_best_plan_is_proven_twice(tmp_path: Path) -> None:
    proof = prove_again(write(tmp_path), claim(write(tmp_path), BEST, 50.0))
    assert (proof.verdict, proof.bound) == (Verdict.TWICE, 50.0)
    assert proof.words.startswith("proven twice: no plan is worth more than 50")


def test_a_worse_plan_that_claims_to_be_best_is_refuted_and_the_better_one_shown(
    tmp_path: Path,
) -> None:
    plan = write(tmp_path)
    proof = prove_again(plan, claim(plan, WORSE, 40.0))
    assert proof.verdict is Verdict.REFUTED
    assert proof.better == BEST
    assert "a plan worth 50 keeps every rule" in proof.words
    # a figure that flatters the plan does not help it: its worth is counted anew
    assert prove_again(plan, claim(plan, WORSE, 50.0)).verdict is Verdict.REFUTED


def test_a_bound_that_a_plan_exceeds_is_refuted_and_one_that_holds_is_confirmed(
    tmp_path: Path,
) -> None:
    plan = write(tmp_path)
    assert prove_again(plan, claim(plan, WORSE, 40.0, bound=45.0)).verdict is Verdict.REFUTED
    proof = prove_again(plan, claim(plan, WORSE, 40.0, bound=55.0))
    assert (proof.verdict, proof.bound) == (Verdict.BOUND, 50.0)
    assert proof.words.startswith("bound confirmed to 50")


def test_posts_that_break_a_rule_are_refuted(tmp_path: Path) -> None:
    plan = write(tmp_path)
    proof = prove_again(plan, claim(plan, {**BEST, "S0/gate": 1}, 60.0))
    assert proof.verdict is Verdict.REFUTED
    assert "do not keep every rule" in proof.words


@pytest.mark.parametrize(
    ("people", "budget", "cost", "units", "worth"),
    [
        ((1e-9,), 1, 1, {}, 0.0),  # less than any tolerance
        ((2**49, 1, 2), 2, 1, {"S0/gate": 1, "S1/gate": 1}, 2.0**49 + 1),  # one of 5·10¹⁴
        ((0.1, 0.2, 0.3), 2, 1, {"S0/gate": 1, "S2/gate": 1}, 0.4),
        ((10, 20), "0.3", "0.1", {"S1/gate": 1}, 20.0),  # three tenths pay for 0.1 three times
    ],
)
def test_the_least_difference_is_a_difference(
    *,
    people: tuple[object, ...],
    budget: object,
    cost: object,
    units: dict[str, int],
    worth: float,
    tmp_path: Path,
) -> None:
    plan = write(tmp_path, people=people, budget=budget, cost=cost)
    assert prove_again(plan, claim(plan, units, worth)).verdict is Verdict.REFUTED


@pytest.mark.parametrize(("budget", "cost"), [("795.0906407", "795.0906408"), ("0", "1e-10")])
def test_a_budget_is_never_exceeded_by_the_least_decimal(
    budget: str, cost: str, tmp_path: Path
) -> None:
    plan = write(tmp_path, people=(10,), budget=budget, cost=cost)
    assert prove_again(plan, claim(plan, {}, 0.0)).verdict is Verdict.TWICE
    assert prove_again(plan, claim(plan, {"S0/gate": 1}, 10.0)).verdict is Verdict.REFUTED


def test_that_there_is_no_plan_is_confirmed_or_refuted(tmp_path: Path) -> None:
    plan = write(tmp_path)
    asked = question(budget=0.0, limits={}, lock=["S0/gate"])
    proof = prove_none(plan, asked)
    assert proof.verdict is Verdict.TWICE
    assert proof.words.startswith("no plan exists: confirmed twice")
    proof = prove_none(plan, question(budget=1.0, limits={}, lock=["S0/gate"]))
    assert (proof.verdict, proof.better) == (Verdict.REFUTED, {"S0/gate": 1})


def test_what_takes_too_long_is_not_confirmed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = write(tmp_path)

    def nothing(*_: object, **__: object) -> Answer:
        return Answer(values=None, bound=None, none=False)

    solution = claim(plan, BEST, 50.0)
    own = proving._own_values
    monkeypatch.setattr(proving, "_own_values", lambda *given: own_before)
    own_before = own(*_parts(plan, solution))
    monkeypatch.setattr(proving, "solve", nothing)
    assert prove_again(plan, solution).verdict is Verdict.UNCONFIRMED
    assert prove_none(plan, Question(budget=1.0)).verdict is Verdict.UNCONFIRMED
    assert "not confirmed in time" in prove_again(plan, solution).words


def _parts(plan: Plan, solution: placement.Solution) -> tuple[object, ...]:
    model = proving.write_model(plan, proving.question_of(solution))
    return model, solution, proving._Clock(60)


def test_a_time_limit_is_a_number_above_0(tmp_path: Path) -> None:
    plan = write(tmp_path)
    for seconds in (0, -1, float("nan")):
        with pytest.raises(UsageError, match="above 0"):
            prove_again(plan, claim(plan, BEST, 50.0), time_limit=seconds)


def test_without_the_extra_one_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("placement.prove.solver.find_spec", lambda _name: None)
    plan = write(tmp_path)
    for ask in (
        lambda: prove_again(plan, claim(plan, BEST, 50.0)),
        lambda: prove_none(plan, Question(budget=1.0)),
    ):
        with pytest.raises(UsageError, match=r"pip install 'event-placement\[prove\]'"):
            ask()
