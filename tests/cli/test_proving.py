"""`--prove` at the command line: what is said where, and with which exit code."""

import json
from pathlib import Path

import pytest

from tests.cli.running import run
from tests.prove.test_proof import write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "plan")
    return tmp_path


def optimise(folder: Path, *more: str) -> Path:
    out = folder / "out"
    done = run("optimise", folder / "plan", "--out", out, "--no-map", *more)
    assert done.exit_code == 0, done.stderr
    return out / "solution.geojson"


def test_a_second_proof_is_told_and_the_solution_stays_the_same_bytes(folder: Path) -> None:
    before = optimise(folder).read_bytes()
    done = run(
        "optimise", folder / "plan", "--out", folder / "out", "--no-map", "--prove", "--json"
    )
    assert done.exit_code == 0
    assert "Proven twice: no plan is worth more than 50" in done.stderr
    told = json.loads(done.stdout)
    assert (told["proof"], told["proof_bound"]) == ("twice", 50.0)
    assert (folder / "out" / "solution.geojson").read_bytes() == before


def test_the_audit_says_what_it_takes_on_trust_unless_it_proves(folder: Path) -> None:
    file = optimise(folder)
    plain = run("audit", file, folder / "plan")
    assert plain.exit_code == 0
    assert "Figures and rules hold; optimality is the file's claim" in plain.stdout
    assert json.loads(run("audit", file, folder / "plan", "--json").stdout)["proof"] == "claimed"
    proven = run("audit", file, folder / "plan", "--prove")
    assert proven.exit_code == 0
    assert "the file's claim" not in proven.stdout
    assert "Proven twice" in proven.stderr
    done = run("audit", file, folder / "plan", "--prove", "--json")
    assert json.loads(done.stdout)["proof"] == "twice"


def test_a_false_claim_that_the_audit_cannot_see_is_refuted(folder: Path) -> None:
    """The best plan without a post, said to be the best of all: every figure of it holds."""
    file = optimise(folder, "--forbid", "S1/gate")
    given = json.loads(file.read_text())
    del given["placement"]["forbid"]
    given["placement"]["overrides"].remove("forbid")
    file.write_text(json.dumps(given))
    assert run("audit", file, folder / "plan").exit_code == 0
    done = run("audit", file, folder / "plan", "--prove", "--json")
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert told["proof"] == "refuted"
    assert told["proof_better"] == {"S1/gate": 1, "S2/gate": 1}
    assert "a plan worth 50 keeps every rule" in done.stderr
    assert "S1/gate × 1, S2/gate × 1" in done.stderr


def test_the_cheapest_plan_is_proven_twice(folder: Path) -> None:
    done = run("cover", folder / "plan", "--share", "gate=0.8", "--out", folder / "out", "--no-map",
               "--prove", "--json")  # fmt: skip
    assert done.exit_code == 0, done.stderr
    assert "none that reaches the shares costs less than 2" in done.stderr
    told = json.loads(done.stdout)
    assert (told["proof"], told["proof_bound"], told["proof_cost_bound"]) == ("twice", 50.0, 2.0)


def test_that_there_is_no_plan_is_confirmed_twice(folder: Path) -> None:
    for words in (
        ("optimise", folder / "plan", "--budget", "0", "--lock", "S0/gate"),
        ("cover", folder / "plan", "--share", "gate=1", "--limit", "gate=2"),
    ):
        done = run(*words, "--out", folder / "out", "--prove")
        assert done.exit_code == 4, done.stderr
        assert "No plan exists: confirmed twice" in done.stderr
        assert not (folder / "out").exists()


def test_without_the_extra_nothing_is_begun(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = optimise(folder)
    monkeypatch.setattr("placement.prove.solver.find_spec", lambda _name: None)
    for words in (
        ("optimise", folder / "plan", "--out", folder / "never"),
        ("cover", folder / "plan", "--share", "gate=0.5", "--out", folder / "never"),
        ("audit", file, folder / "plan"),
    ):
        done = run(*words, "--prove")
        assert done.exit_code == 2
        assert "pip install 'event-placement[prove]'" in done.stderr
        assert done.stderr.count("\n") == 1
        assert not done.stdout
    assert not (folder / "never").exists()
