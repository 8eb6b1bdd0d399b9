"""The worst loss against every set tried, and what is said of it against what is counted."""

import itertools
import json
import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

import placement
from placement.errors import InfeasibleError
from placement.solve.core.stopping import Stop
from placement.solve.questions.evaluate import evaluate
from placement.studies.interdiction import worst
from placement.studies.losses import RESTRICTED
from tests.builders import drawn_layers, write_plan
from tests.cli.running import run
from tests.small_plans import write_small_plan


@settings(max_examples=6)
@given(seed=st.integers(0, 10_000))
def test_the_worst_sets_are_those_that_trying_every_set_finds(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    folder = tmp_path_factory.mktemp("small")
    plan = placement.load_plan(write_small_plan(folder, seed), budget=1e6)
    try:
        solution = placement.optimise(plan)
    except InfeasibleError:  # no plan keeps its rules, so none can lose a post
        reject()
    units = {post.id: post.units for post in solution.posts_list}
    numbers = [many for many in (1, 2, 3) if many <= len(units)]
    found = placement.loss(plan, solution, together=numbers)

    def lost(posts: tuple[str, ...]) -> float:
        left = {name: many for name, many in units.items() if name not in posts}
        return solution.objective - evaluate(plan, left, bound=False).solution.objective

    assert found.each == pytest.approx({name: lost((name,)) for name in units})
    for many, told in zip(numbers, found.worst, strict=True):
        most = max(lost(posts) for posts in itertools.combinations(units, many))
        assert told.loss == pytest.approx(most)
        assert told.loss == pytest.approx(lost(told.lost))
        assert told.proven


class Table:
    """Losses of an instance that is nothing but a table of rows and who covers them."""

    def __init__(self, rows: list[tuple[frozenset[int], float]], posts: int) -> None:
        self.rows, self.posts = rows, posts

    def of(self, lost: tuple[int, ...]) -> float:
        return math.fsum(worth for cover, worth in self.rows if cover <= set(lost))

    def credits(self, most: int) -> np.ndarray:
        found = np.zeros(self.posts)
        for cover, worth in self.rows:
            if len(cover) <= most:
                found[list(cover)] += worth / len(cover)
        return found


@given(data=st.data(), many=st.integers(1, 3))
def test_the_search_leaves_out_nothing_worse_and_its_bound_holds_when_stopped(
    data: st.DataObject, many: int
) -> None:
    posts = data.draw(st.integers(many, 8))
    cover = st.frozensets(st.integers(0, posts - 1), min_size=1, max_size=4)
    rows = data.draw(st.lists(st.tuples(cover, st.integers(1, 50).map(float)), max_size=14))
    table = Table(rows, posts)
    most = max(table.of(lost) for lost in itertools.combinations(range(posts), many))
    found = worst(table, posts, many, stop=Stop())
    assert (found.loss, found.bound) == (most, most)
    assert found.proven
    early = worst(table, posts, many, stop=Stop(0.0))
    assert early.loss <= most <= early.bound


@pytest.mark.parametrize("first", ["nobody", "a tier", "a floor"])
def test_gates_with_lanes_lose_what_is_counted_again(town: Path, first: str) -> None:
    """Also where people come first who are worth less than others."""
    widened = {"walk_limit_min = 4": "walk_limit_min = 9"}
    demand = drawn_layers()["demand"]
    for one in demand:
        if one["properties"]["zone"] == "south":
            one["properties"] |= {"tier": 1 if first == "a tier" else 2, "priority": 0.5}
        one["properties"].setdefault("tier", 2)
        if first != "a tier":
            del one["properties"]["tier"]
    extra = LANES.replace("500", "160" if first != "nobody" else "500")
    if first == "a floor":
        extra += '[[floors]]\nzone = "south"\nresource = "checkpoint"\nshare = 0.3\n'
    write_plan(town, extra=extra, replace=widened, layers={"demand": demand})
    plan = placement.load_plan(town, limits={"dog_team": 0}, budget=50)
    solution = placement.optimise(plan)
    units = {post.id: post.units for post in solution.posts_list}
    found = placement.loss(plan, solution, together=[1, 2])
    for told in found.worst:
        most = -math.inf
        for posts in itertools.combinations(units, len(told.lost)):
            left = {name: many for name, many in units.items() if name not in posts}
            then = evaluate(plan, left, bound=False).solution
            most = max(most, solution.objective - then.objective)
        assert told.loss == pytest.approx(most, abs=1e-3)
        assert told.proven
    alone = {
        name: solution.objective
        - evaluate(
            plan, {n: u for n, u in units.items() if n != name}, bound=False
        ).solution.objective
        for name in units
    }
    assert found.each == pytest.approx(alone, abs=1e-3)
    assert any(told.queues for told in found.worst)


LANES = """
[resources.checkpoint.lanes]
rate_per_h = 500
efficiency = 1.0
opens = "15:30"
closes = "17:00"
period_min = 30
profile = [0.2, 0.5, 0.3]
max_wait_min = 30
"""


def test_the_command_tells_of_posts_streets_and_repairs_and_marks_its_files(
    town: Path, tmp_path: Path
) -> None:
    assert run("optimise", town, "--no-map", "--budget", "40", "--out", "out").exit_code == 0
    done = run("loss", "out", town, "--posts", "1..2", "--street", "Street 2", "--repairs", "2")
    assert done.exit_code == 0, done.stderr
    told = json.loads((tmp_path / "out" / "loss" / "loss.json").read_text(encoding="utf-8"))
    said = (tmp_path / "out" / "loss" / "loss.txt").read_text(encoding="utf-8")
    assert told["restricted"] == RESTRICTED
    assert said.startswith(f"{RESTRICTED['en']}\n{RESTRICTED['fr']}\n")
    assert [len(one["lost"]) for one in told["worst"]] == [1, 2]
    assert all(one["proven"] for one in told["worst"])
    (street,) = told["asked"]
    assert street["closed"] == ["Street 2"]
    for one in (*told["worst"], street):
        assert one["repair"]["recovered"] >= 0
        assert len(one["repair"]["opened"] + one["repair"]["closed"]) <= 2
    names = sorted(path.name for path in (tmp_path / "out").rglob("*.*"))
    assert names == ["loss.json", "loss.txt", "solution.geojson"]
    named = told["worst"][0]["lost"][0]
    drawn = ("--out", "one", "--pictures", "pictures")
    one = run("loss", "out", town, "--post", named, "--json", *drawn)
    kinds = [f"loss.{language}.{kind}" for language in ("en", "fr") for kind in ("png", "svg")]
    assert sorted(path.name for path in (tmp_path / "pictures").iterdir()) == kinds
    assert json.loads(one.stdout)["asked"][0]["loss"] == told["worst"][0]["loss"]


def test_a_closure_that_the_solution_was_made_with_is_no_loss(town: Path) -> None:
    closed = ("--closure", "Street 2")
    assert run("optimise", town, "--no-map", "--budget", "20", *closed, "-o", "out").exit_code == 0
    told = json.loads(run("loss", "out", town, *closed, "--json").stdout)
    assert [len(one["lost"]) for one in told["worst"]] == [1]
    assert told["asked"] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--posts", "0"), "write it as 1..3"),
        (("--posts", "3..1"), "write it as 1..3"),
        (("--posts", "99"), "99 posts cannot be lost together"),
        (("--post", "nowhere/checkpoint"), "is not open in the solution"),
        (("--site", "nowhere"), "has no post at the site 'nowhere'"),
    ],
)
def test_what_cannot_be_lost_is_refused(town: Path, words: tuple[str, ...], said: str) -> None:
    assert run("optimise", town, "--no-map", "--budget", "20", "--out", "out").exit_code == 0
    done = run("loss", "out", town, *words)
    assert done.exit_code == 2, done.stderr
    assert said in " ".join(done.stderr.split())
    assert not Path("out/loss").exists()


def test_no_map_knows_of_losses_but_where_it_is_asked() -> None:
    maps = Path(placement.__file__).parent / "maps"
    for module in maps.rglob("*.py"):
        text = module.read_text(encoding="utf-8")
        known = {"egress", "replay"}
        if module.name in {"webmap.py", "losses_panel.py"}:  # whose pages are marked then
            known |= {"loss", "losses"}
        assert set(re.findall(r"placement\.studies\.(\w+)", text)) <= known, module
