"""The frontier against every choice tried, and runs that are killed against one that is not."""

import json
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import placement
from placement.executor import Here
from placement.review.geojson import solution_text
from placement.solution import Solution, Status
from placement.studies.frontier import Frontier, FrontierPoint, knees
from placement.studies.frontier_plot import draw, pictures
from tests.amount import by_night, cases
from tests.builders import write_plan
from tests.cli.running import run
from tests.killed import KILLED
from tests.small_plans import every_choice, write_small_plan


class Elsewhere:
    """Pieces as other processes do them: on copies of what they share, the last one first."""

    def map(
        self, call: Any, shared: Any, items: Sequence[Any], *, threads: bool = False
    ) -> Iterator[Any]:
        assert not threads
        packed = pickle.dumps((call, shared))
        found = {}
        for item in reversed(items):
            work, own = pickle.loads(packed)  # noqa: S301 - our own
            found[item] = pickle.dumps(work(own, item))
        for item in items:
            yield pickle.loads(found[item])  # noqa: S301 - our own


class Hurried(Elsewhere):
    """Pieces whose time is over as they begin."""

    def map(
        self, call: Any, shared: Any, items: Sequence[Any], *, threads: bool = False
    ) -> Iterator[Any]:
        yield from super().map(call, replace(shared, time_limit=1e-9), items, threads=threads)


def worths(solution: Solution) -> list[float]:
    """Return what a plan is worth, the first tier first."""
    return [one.objective for one in solution.tiers] or [solution.objective]


def told(found: Frontier) -> list[str | None]:
    """Return all that is told of each point."""
    plans = [point.solution for point in found.points]
    return [found.csv(), *(None if plan is None else solution_text(plan) for plan in plans)]


CASES = Path(__file__).parents[1] / "cases" / "plans"
KILLS = (
    ("budget-10.geojson", "before"),
    *cases((), (("budget-20.geojson", "after"),)),
    ("budget-40.geojson", "after"),
)
WORDS = ("frontier", "town", "--budgets", "10:40:10", "--no-plot", "--no-map")


@pytest.mark.parametrize("seed", range(6))
def test_each_point_is_the_best_of_all_choices_and_changes_fewest_posts(
    seed: int, tmp_path: Path
) -> None:
    plan = placement.load_plan(write_small_plan(tmp_path, seed), budget=1e15)
    choices = every_choice(plan)
    before: FrontierPoint | None = None
    for point in placement.frontier(plan, range(0, 31, 3)).points:
        within = [choice for choice in choices if choice.cost <= point.value]
        if not within:
            assert point.solution is None
            continue
        best = max(choice.objective for choice in within)
        assert point.solution is not None
        assert point.solution.status is Status.OPTIMAL
        assert point.solution.objective == pytest.approx(best)
        assert point.solution.walk is not None
        assert point.solution.walk.unproven == {}  # of these choices one is to be told of
        posts = {post.id for post in point.solution.posts_list}
        if before is not None and before.solution is not None:
            old = {post.id for post in before.solution.posts_list}
            equals = [choice for choice in within if choice.objective == pytest.approx(best)]
            fewest = min(len(old ^ set(choice.posts)) for choice in equals)
            assert len(old ^ posts) == fewest == len(point.opened) + len(point.closed)
            rise = point.solution.objective - before.solution.objective
            assert point.worth_per_unit == pytest.approx(rise / 3, abs=1e-6)
        before = point


@pytest.mark.parametrize("seed", range(3))
def test_points_are_the_same_wherever_they_are_solved_and_whichever_are_kept(
    seed: int, tmp_path: Path
) -> None:
    plan = placement.load_plan(write_small_plan(tmp_path, seed), budget=1e15)
    seen: list[float] = []

    def progress(_seconds: float, objective: float, _bound: float) -> None:
        seen.append(objective)

    budgets, kept = range(0, 31, 3), tmp_path / "kept"
    here = told(placement.frontier(plan, budgets, executor=Here(1)))
    found = placement.frontier(plan, budgets, executor=Elsewhere(), folder=kept, progress=progress)
    assert told(found) == here
    assert set(seen) >= {one.objective for one in found.solutions[1:]}
    for file in sorted(kept.rglob("budget-*"))[::2]:
        file.unlink()
    assert told(placement.frontier(plan, budgets, executor=Elsewhere(), folder=kept)) == here


@pytest.mark.parametrize("name", ["floors", "tiers"])
def test_a_point_without_time_is_worth_no_less_than_the_one_before_and_says_what_it_may_be(
    name: str,
) -> None:
    plan = placement.load_plan(CASES / name)
    best = placement.frontier(plan, range(20, 61, 10), executor=Here(1)).solutions
    hurried = placement.frontier(plan, range(20, 61, 10), executor=Hurried()).solutions
    assert len(hurried) == len(best)
    for before, found, proven in zip(hurried, hurried[1:], best[1:], strict=False):
        assert worths(before) <= worths(found) <= worths(proven)
        assert proven.objective <= found.bound
        assert found.status is not Status.OPTIMAL or worths(found) == worths(proven)
    assert any(found.status is Status.FEASIBLE for found in hurried)


@pytest.mark.slow
def test_a_run_killed_more_than_once_ends_with_the_bytes_of_one_that_was_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_plan(tmp_path / "town")
    assert run(*WORDS, "--out", "whole").exit_code == 0
    for name, moment in KILLS:
        ended = subprocess.run(
            [sys.executable, "-c", KILLED, name, moment, *WORDS, "--out", "killed"],
            capture_output=True,
            check=False,
        )
        assert ended.returncode == -signal.SIGKILL, ended.stderr
        assert not (tmp_path / "killed" / "frontier.csv").exists()
    done = run(*WORDS, "--out", "killed")
    assert done.exit_code == 0, done.stderr
    assert done.stderr.count("kept ") == 4
    files = [
        {path.relative_to(top).as_posix(): path.read_bytes() for path in top.rglob("*.*")}
        for top in (tmp_path / "whole", tmp_path / "killed")
    ]
    assert len(files[0]) == 6
    assert files[0] == files[1]


def test_kept_points_are_those_of_the_same_inputs_and_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_plan(tmp_path / "town")
    words = ("--no-plot", "--no-map", "--out", "out")
    assert run("frontier", "town", "--budgets", "10,20", *words).exit_code == 0
    shuffled = write_plan(tmp_path / "shuffled", shuffle=3)
    same = run("frontier", shuffled, "--budgets", "20,10", *words)
    assert same.stderr.count("kept ") == 2
    for other in (("--budgets", "10,30"), ("--over", "dog_team=0:2:1"),
                  ("--budgets", "10,20", "--limit", "dog_team=1")):  # fmt: skip
        assert "kept " not in run("frontier", "town", *other, *words).stderr
    (kept,) = tmp_path.rglob("budget-30.geojson")
    top = json.loads(kept.read_text(encoding="utf-8"))
    top["placement"]["objective"] += 1
    kept.write_text(json.dumps(top), encoding="utf-8")
    refused = run("frontier", "town", "--budgets", "10,30", *words)
    assert refused.exit_code == 1
    assert "the audit refused the solution" in refused.stderr
    kept.write_text("{", encoding="utf-8")
    refused = run("frontier", "town", "--budgets", "10,30", *words)
    assert refused.exit_code == 3
    assert "remove the file, and it is found anew" in refused.stderr


def test_units_of_a_resource_are_varied_and_shown(town: Path, tmp_path: Path) -> None:
    done = run("frontier", town, "--over", "dog_team=0:3:1", "--budget", "60", "-o", "out")
    assert done.exit_code == 2  # the budget is the plan's own
    done = run("frontier", town, "--over", "dog_team=0:3:1", "--no-plot", "-o", "out")
    assert done.exit_code == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines()]
    assert [row[0] for row in rows[1:5]] == ["0", "1", "2", "3"]
    assert [int(row[2].replace(",", "")) for row in rows[1:5]] == [0, 1150, 1620, 1620]
    assert sorted(path.name for path in (tmp_path / "out").glob("*.*")) == [
        "frontier.csv", "frontier.json", "slider.html",
    ]  # fmt: skip
    told = json.loads((tmp_path / "out" / "frontier.json").read_text(encoding="utf-8"))
    for point in told["points"]:
        file = next(tmp_path.rglob(f"dog_team-{point['value']:.0f}.geojson"))
        solution = placement.read_solution(file)
        assert solution.limits == {"dog_team": point["value"]}
        assert solution.digest == point["digest"]
        assert run("audit", file, town).exit_code == 0


def test_a_run_that_is_stopped_says_how_many_points_are_kept(
    town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*given: object, told: Callable[..., None], **_: object) -> None:
        if given[1] != (10.0,):
            told(FrontierPoint(value=10.0, solution=None), Path("point.geojson"), False)
        raise KeyboardInterrupt

    monkeypatch.setattr(placement, "frontier", stopped)
    for budgets, said in (
        ("10,20", "Stopped with 1 of 2 points; the same command goes on there."),
        ("10", "Stopped, nothing was written."),
    ):
        done = run("frontier", town, "--budgets", budgets, "--no-plot")
        assert done.exit_code == 130
        assert done.stderr.splitlines()[-1] == said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "either --budgets 100:900:50 or --over"),
        (("--budgets", "9:1:2"), "write it as 100:900:50"),
        (("--budgets", "0:9:0"), "write it as 100:900:50"),
        (("--budgets", "0:1e9:1"), "at most 1,000 numbers"),
        (("--budgets", "-1:5:1"), "numbers of at least 0"),
        (("--budgets", "1e300"), "none above 1e+12"),
        (("--over", "dog_team"), "dog_team=0:40:2"),
        (("--over", "dog_team=0:1:0.5"), "parts of units"),
        (("--over", "cat=0:1:1"), "there is no resource 'cat' to vary"),
        (("--over", "dog_team=1", "--limit", "dog_team=2"), "give no --limit"),
    ],
)
def test_what_cannot_be_varied_is_refused(town: Path, words: tuple[str, ...], said: str) -> None:
    done = run("frontier", town, *words)
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())
    assert not Path("outputs").exists()


def test_knees_are_where_the_hull_bends_to_half_and_farthest_from_the_chord() -> None:
    assert knees([]) == []
    assert knees([(0, 0), (1, 10), (2, 20), (3, 30)]) == []
    assert knees([(0, 0), (1, 10), (2, 15), (3, 15)]) == [1, 2]
    assert knees([(0, 0), (1, 0), (2, 10), (3, 16)]) == []
    assert knees([(0, 0), (1, 1), (2, 10), (4, 12)]) == [2]  # below the hull at 1
    assert knees([(0, 0), (1, 10), (2, 18), (3, 24), (4, 28)]) == [2]  # nowhere to half


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Frontier:
    plan = placement.load_plan(write_plan(tmp_path_factory.mktemp("plan")))
    return placement.frontier(plan, [10, 20, 30])


@pytest.mark.slow
def test_names_are_drawn_as_they_are_and_never_as_formulas(found: Frontier) -> None:
    hostile = {name: {"en": "$\\nothing{$ gates_1"} for name in found.resources}
    drawn = pictures(replace(found, resources=hostile, title={"en": "$x^{$"}))
    assert drawn["svg"] != pictures(found)["svg"]


@pytest.mark.slow
def test_figures_are_the_same_bytes_each_time_and_speak_both_languages(found: Frontier) -> None:
    drawn = pictures(found)
    assert drawn == pictures(found)
    assert drawn["png"].startswith(b"\x89PNG")
    assert b"<svg" in drawn["svg"]
    labels = {language: draw(found, language=language) for language in ("en", "fr")}
    assert labels["en"].axes[2].get_xlabel() == "budget (officers)"
    assert labels["fr"].axes[1].get_ylabel() == "personnes couvertes"


def test_a_bound_is_drawn_where_a_point_is_not_proven(found: Frontier) -> None:
    def legend(of: Frontier) -> list[str]:
        return [text.get_text() for text in draw(of).axes[0].get_legend().get_texts()]

    assert "no plan can have more" not in legend(found)
    last = found.points[-1]
    assert last.solution is not None
    less = replace(last.solution, status=Status.FEASIBLE, bound=last.solution.objective * 1.2)
    open_one = replace(found, points=(*found.points[:-1], replace(last, solution=less)))
    assert {"no plan can have more", "plan found, not proven"} <= set(legend(open_one))


def test_a_notebook_shows_a_row_for_each_point(found: Frontier) -> None:
    assert found._repr_html_().count("<tr>") == 4
    assert list(found.frame()["budget"]) == [10.0, 20.0, 30.0]
    assert found.csv().count("\n") == 4


@by_night
def test_the_picture_in_the_docs_is_what_the_command_on_its_page_draws(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Letters may lie a pixel elsewhere with another version of the library that draws them."""
    from matplotlib.image import imread

    monkeypatch.chdir(tmp_path)
    pages = Path(__file__).parents[2] / "docs" / "how-to"
    words = "place frontier --budgets 20:80:10 --no-map --out outputs/frontier"
    assert f"$ {words}\n" in (pages / "what-would-more-buy.md").read_text(encoding="utf-8")
    assert run("init", "more").exit_code == 0
    monkeypatch.chdir(tmp_path / "more")
    assert run(*words.split()[1:]).exit_code == 0
    drawn, shown = (
        imread(file) for file in ("outputs/frontier/frontier.png", pages / "frontier.png")
    )
    assert Path("outputs/frontier/frontier.svg").exists()
    assert drawn.shape == shown.shape
    assert abs(drawn - shown).mean() < 0.01
