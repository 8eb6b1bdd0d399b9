"""``place risk --best``: what is written, what is said, and what is refused."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from placement.review.geojson import read_solution
from tests.cli.running import run

CASES = Path(__file__).parents[1] / "cases" / "plans"
QUICK = ("--nights", "64", "--samples", "2", "--scenarios", "16", "--away", "dog_team=20%")


@pytest.fixture
def solved(town: Path) -> Path:
    done = run("optimise", town, "--budget", "35", "--no-map", "--out", "out")
    assert done.exit_code == 0, done.stderr
    return Path("out/solution.geojson")


def test_the_plan_is_written_with_its_figures_and_audited(town: Path) -> None:
    done = run("risk", town, "--best", "worst5", *QUICK, "--shut", "checkpoint=5%")
    assert done.exit_code == 0, done.stderr
    folder = Path("outputs/drawn/risk")
    told = json.loads((folder / "risk.json").read_text(encoding="utf-8"))
    solution = read_solution(folder / "solution.geojson")
    assert told["files"] == ["usual", "best"]
    assert told["best"]["aim"] == "worst5"
    assert told["best"]["digest"] == solution.digest
    assert told["best"]["posts"] == {post.id: post.units for post in solution.posts_list}
    assert told["risks"]["shut"] == {"checkpoint": 0.05}
    assert len(told["best"]["samples"]) == 2
    assert run("audit", folder, town).exit_code == 0
    assert "Worth on the worst 5% of nights" in done.stdout
    assert "with 95% confidence" in done.stdout
    again = run("risk", folder, town, "--nights", "512")
    assert again.exit_code == 0, again.stderr


def test_a_solution_that_is_named_is_what_it_is_compared_with(solved: Path, town: Path) -> None:
    done = run("risk", solved, town, "--best", "mean", *QUICK, "-o", "hedged")
    assert done.exit_code == 0, done.stderr
    assert f"Beside {solved}: " in done.stdout or f"are those of {solved}." in done.stdout
    found = read_solution("hedged/solution.geojson")
    assert found.budget == 35  # as the solution was asked for
    before = solved.read_bytes()
    refused = run("risk", solved, town, "--best", "mean", *QUICK, "-o", "out")
    assert refused.exit_code == 3, refused.stderr
    assert solved.read_bytes() == before


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (("risk", "--best", "mean", *QUICK), "solution.geojson"),
        (("alternatives", "--count", "2"), "plan-01.geojson"),
    ],
)
def test_the_solution_of_another_plan_is_not_written_over(
    command: tuple[str, ...], name: str, town: Path
) -> None:
    there = Path("agreed", name)
    there.parent.mkdir()
    there.write_bytes((CASES / "lanes" / "solution.geojson").read_bytes())
    refused = run(command[0], town, *command[1:], "--out", "agreed")
    assert refused.exit_code == 2, refused.stderr
    assert "would be replaced by one of 'drawn'" in refused.stderr
    assert list(there.parent.iterdir()) == [there]
    assert there.read_bytes() == (CASES / "lanes" / "solution.geojson").read_bytes()


def test_plans_of_an_earlier_run_that_stay_are_named(town: Path) -> None:
    words = ("alternatives", town, "--within", "50%", "--differ", "1", "--out", "others")
    assert run(*words, "--count", "3").exit_code == 0
    fewer = run(*words, "--count", "2")
    assert fewer.exit_code == 0, fewer.stderr
    left = Path("others/plan-03.geojson")
    assert f"left from an earlier run, and not of these plans: {left}" in fewer.stderr


def test_a_share_is_given_once(solved: Path, town: Path) -> None:
    done = run("risk", solved, town, "--away", "dog_team=10%", "--away", "dog_team=20%")
    assert done.exit_code == 2
    assert "--away gives 'dog_team' twice; give it once." in done.stderr


def test_nineteen_of_twenty_nights_are_no_worse_than_the_worst_twentieth(
    solved: Path, town: Path
) -> None:
    """With one night a scrambling the worst twentieth was the mean of all nights."""
    done = run("risk", solved, town, "--away", "dog_team=30%", "--nights", "1", "--json")
    risks = json.loads(done.stdout)["risks"]
    assert risks["nights"] == 512
    assert all(one["worst"]["value"] <= one["low"] for one in risks["rows"])


@pytest.mark.slow
def test_another_process_writes_the_same_bytes(town: Path) -> None:
    words = ("risk", str(town), "--best", "worst5", *QUICK, "--json", "-o")
    command = [sys.executable, "-c", "from placement.cli import place; place()", *words, "one"]
    other = subprocess.run(command, capture_output=True, check=True)
    here = run(*words, "two")
    assert here.exit_code == 0, here.stderr
    assert json.loads(other.stdout) == json.loads(Path("two/risk.json").read_bytes())
    for name in ("solution.geojson", "risk.json"):
        assert Path("one", name).read_bytes() == Path("two", name).read_bytes()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("{solved}", "{town}"), "--out counts only with --best"),
        (("{solved}", "{solved}", "{town}", "--best", "mean"), "compares with one solution"),
        (("{town}", "--best", "median"), "is not one of"),
        (("{town}", "--best", "mean", "--samples", "1"), "from 2 to 64"),
        (("{town}", "--best", "mean", "--scenarios", "0"), "from 1 to 4,096"),
        (("{town}", "--best", "mean", "--scenarios", "many"), "is not a whole number"),
        (("{town}", "--best", "mean", "--away", "dog"), "--away 'dog' is not NAME=SHARE"),
        (("{town}", "--best", "mean", "--shut", "x=2"), "shut 'x' is neither a resource"),
        (("{town}", "--best", "mean", "--shut", "checkpoint=100%"), "from 0 to below 1"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    solved: Path, town: Path, words: tuple[str, ...], said: str
) -> None:
    given = [word.format(solved=solved, town=town) for word in words]
    done = run("risk", *given, "-o", "w")
    assert done.exit_code == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not Path("w").exists()


def test_with_lanes_the_bound_is_computed_where_samples_would_be_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    asked = ("risk", CASES / "lanes", "--best", "worst5", *QUICK, "--shut", "checkpoint=10%")
    sampled = json.loads(run(*asked, "--json", "-o", "sampled").stdout)["best"]
    assert [one["status"] for one in sampled["samples"]] == ["optimal", "optimal"]
    assert not sampled["too_large"]
    monkeypatch.setattr("placement.solve.capacitated.nights.MOST_WAYS", 0)
    done = run(*asked, "-o", "computed")
    assert "people have too many ways to gates for samples to be solved" in done.stdout
    told = json.loads(Path("computed/risk.json").read_text(encoding="utf-8"))["best"]
    assert told["too_large"]
    assert told["samples"] == []
    assert told["bound"]["value"] == told["computed"] == sampled["computed"]
