"""Alternatives against every choice tried, and the proof that none is left."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

import placement
from tests.amount import cases
from tests.cli.running import run
from tests.killed import KILLED
from tests.small_plans import every_choice, write_small_plan


@pytest.mark.parametrize("seed", range(10))
def test_each_is_the_best_of_all_choices_that_differ_enough(seed: int, tmp_path: Path) -> None:
    plan = placement.load_plan(write_small_plan(tmp_path, seed), budget=14.0 + seed)
    within, differ = 0.4, 1 + seed % 3
    choices = [one for one in every_choice(plan) if one.cost <= plan.problem.budget]
    # a gate is always worth something; a patrol counts where it is, and no rule needs one
    telling = [one.id for one in plan.problem.resources if one.value > 0]

    def told_by(posts: Iterable[str]) -> set[str]:
        return {post for post in posts if post.split("/")[-1] in telling}

    found = placement.alternatives(plan, within=within, differ=differ, count=5)
    best = max(one.objective for one in choices)
    before: list[set[str]] = []
    for one in found.plans:
        posts = told_by(post.id for post in one.solution.posts_list)
        left = [
            choice.objective
            for choice in choices
            if all(len(told_by(choice.posts) ^ other) >= differ for other in before)
        ]
        assert one.solution.objective == pytest.approx(max(left))
        assert one.solution.objective >= best * (1 - within) - 1e-9
        assert one.proven
        assert one.apart == tuple(len(posts ^ other) for other in before)
        assert min(one.apart, default=differ) >= differ
        assert placement.audit(plan, one.solution).ok
        before.append(posts)
    others = [
        choice
        for choice in choices
        if all(len(told_by(choice.posts) ^ other) >= differ for other in before)
        and choice.objective >= best * (1 - within)
    ]
    assert found.ended == ("count" if len(found.plans) == 5 else "none")
    assert found.ended == "count" or not others
    whole = [{post.id for post in one.solution.posts_list} for one in found.plans]
    assert set(found.shared) == set.intersection(*whole)
    assert all(0 < len(plans) < len(before) for plans in found.disputed.values())


def test_the_command_writes_each_plan_and_says_what_they_share(town: Path, tmp_path: Path) -> None:
    words = ("--within", "30%", "--differ", "3", "--count", "3", "--out", "out")
    done = run("alternatives", town, *words)
    assert done.exit_code == 0, done.stderr
    told = json.loads((tmp_path / "out" / "alternatives.json").read_text(encoding="utf-8"))
    files = sorted((tmp_path / "out").glob("plan-*.geojson"))
    assert len(files) == len(told["plans"]) == 3
    for one, file in zip(told["plans"], files, strict=True):
        assert placement.read_solution(file).digest == one["digest"]
        assert run("audit", file, town).exit_code == 0
    assert "In all plans:" in done.stdout
    again = run("alternatives", town, "--within", "0", "--differ", "60", "--json", "-o", "none")
    assert json.loads(again.stdout)["ended"] == "none"
    assert "which is proven" in again.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--within", "100%"), "below 1"),
        (("--differ", "0"), "from 1 to"),
        (("--count", "0"), "from 1 to"),
    ],
)
def test_numbers_out_of_range_are_refused(town: Path, words: tuple[str, ...], said: str) -> None:
    done = run("alternatives", town, *words)
    assert done.exit_code == 2
    assert said in done.stderr
    assert not Path("outputs").exists()


@pytest.mark.slow
def test_a_run_killed_more_than_once_ends_with_the_bytes_of_one_that_was_not(
    town: Path, tmp_path: Path
) -> None:
    words = ("alternatives", town, "--within", "30%", "--differ", "3", "--count", "3")
    assert run(*words, "--out", "whole").exit_code == 0
    for name, moment in (
        ("plan-01.json", "before"),
        *cases((), (("plan-02.json", "after"),)),
        ("plan-03.json", "after"),
    ):
        ended = subprocess.run(
            [sys.executable, "-c", KILLED, name, moment, *map(str, words), "--out", "killed"],
            capture_output=True,
            check=False,
        )
        assert ended.returncode == -signal.SIGKILL, ended.stderr
        assert not (tmp_path / "killed" / "alternatives.json").exists()
    done = run(*words, "--out", "killed", "--json")
    assert done.exit_code == 0, done.stderr
    files = [
        {path.relative_to(top).as_posix(): path.read_bytes() for path in top.rglob("*.*")}
        for top in (tmp_path / "whole", tmp_path / "killed")
    ]
    assert len(files[0]) == 7
    assert files[0] == files[1]
    # of the same inputs and question nothing is looked for again; of another all is
    (kept,) = (tmp_path / "killed").rglob("plan-03.json")
    top = json.loads(kept.read_text(encoding="utf-8"))
    kept.write_text(json.dumps(top | {"plan": None, "ended": "none"}), encoding="utf-8")
    assert json.loads(run(*words, "--out", "killed", "--json").stdout)["ended"] == "none"
    other = run(*words, "--time-limit", "60", "--out", "killed", "--json")
    assert json.loads(other.stdout)["ended"] == "count"
    kept.write_text(json.dumps(top | {"ended": "soon"}), encoding="utf-8")
    refused = run(*words, "--out", "killed")
    assert refused.exit_code == 3
    assert "remove the file, and it is found anew" in refused.stderr
