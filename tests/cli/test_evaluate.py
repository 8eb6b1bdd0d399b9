"""``place evaluate`` and ``place fmt``: from a file somebody edited to a canonical solution."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from click.testing import CliRunner

import placement
from placement.cli import place
from placement.cli.optimise import rows_of
from placement.reading import regular
from placement.review.geojson import read_solution, solution_text
from placement.solution import Status
from tests.cli.running import run
from tests.maps.pages import ruled_plan

POSTS = "site,resource,units\nbridge-north,checkpoint,3\nbridge-north,dog_team,1\n"


@pytest.fixture
def solved(town: Path) -> Path:
    """Return the solution of the drawn town, under another budget than the plan's."""
    done = run("optimise", town, "--budget", "35", "--no-map", "--out", "out")
    assert done.exit_code == 0, done.stderr
    return Path("out/solution.geojson")


def test_posts_are_counted_and_written_beside_their_file(town: Path) -> None:
    Path("posts.csv").write_text(POSTS, encoding="utf-8")
    done = run("evaluate", "posts.csv", town)
    assert done.exit_code == 0, done.stderr
    assert "drawn: proposed by hand, keeps every rule" in done.stderr
    assert "no plan within the rules has more than" in done.stderr
    solution = read_solution("proposed.geojson")
    assert solution.status is Status.PROPOSED
    audited = run("audit", "proposed.geojson", town)
    assert audited.exit_code == 0
    assert "figures and rules hold" in audited.stdout
    assert "optimality" not in audited.stdout
    assert '"proposed"' in Path(audited_map(town)).read_text(encoding="utf-8")
    moved = run("diff", "proposed.geojson", "proposed.geojson")
    assert moved.exit_code == 0
    assert run("evaluate", "posts.csv", town, "--no-bound").exit_code == 0  # may be written again


def test_the_folder_of_a_solution_stands_for_it(town: Path, solved: Path) -> None:
    told = [run("evaluate", of, town, "--no-bound", "--json") for of in (solved, solved.parent)]
    assert [one.exit_code for one in told] == [0, 0], told[1].stderr
    assert told[0].stdout == told[1].stdout


def audited_map(town: Path) -> str:
    assert run("map", "proposed.geojson", town, "--out", "map.html").exit_code == 0
    return "map.html"


def test_broken_rules_are_named_written_and_exit_with_6(town: Path) -> None:
    Path("posts.csv").write_text(POSTS + "south-east,dog_team,2\n", encoding="utf-8")
    done = run("evaluate", "posts.csv", town, "--no-bound", "--out", "mine.geojson")
    assert done.exit_code == 6
    assert "Error: mine.geojson is written, and" in done.stderr
    assert "'south-east/dog_team' is excluded" in done.stderr
    audited = run("audit", "mine.geojson", town)
    assert audited.exit_code == 0
    assert "Broken: post 'south-east/dog_team' is excluded." in audited.stdout
    told = json.loads(run("audit", "mine.geojson", town, "--json").stdout)
    assert told["ok"] is True
    assert "post 'south-east/dog_team' is excluded" in told["broken"]
    text = Path("mine.geojson").read_text(encoding="utf-8")
    for status in ("optimal", "feasible"):  # the rules are no matter of taste to those
        Path("lie.geojson").write_text(text.replace("proposed", status), encoding="utf-8")
        assert run("audit", "lie.geojson", town).exit_code == 1
    lied = text.replace('"covered": ', '"covered": 1', 1)
    Path("lie.geojson").write_text(lied, encoding="utf-8")
    assert run("audit", "lie.geojson", town).exit_code == 1
    assert run("audit", "mine.geojson", town, "--prove").exit_code == 2


def test_a_solution_edited_by_gdal_is_read_and_its_posts_are_counted(
    town: Path, solved: Path
) -> None:
    """What QGIS writes is what its library GDAL writes: other keys, heights, no plan's figures."""
    chosen = read_solution(solved)
    top = json.loads(solved.read_text(encoding="utf-8"))
    top |= {"name": "solution", "bbox": [2.3, 48.8, 2.4, 48.9]}
    top["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    for one in top["features"]:
        one["geometry"]["coordinates"].append(35.0)
        one["properties"]["fid"] = 7
    Path("edited.geojson").write_text(json.dumps(top, indent=1), encoding="utf-8")
    assert solution_text(read_solution("edited.geojson")) == solved.read_text(encoding="utf-8")
    assert run("audit", "edited.geojson", town).exit_code == 0
    done = run("evaluate", "edited.geojson", town, "--no-bound")
    assert done.exit_code == 0, done.stderr
    proposed = read_solution("proposed.geojson")
    assert (proposed.budget, proposed.overrides) == (35, ("budget",))  # those of the run
    assert proposed.posts_list == chosen.posts_list
    layer = gpd.read_file(solved)
    for name in ("saved.geojson", "saved.gpkg"):
        layer.to_file(name)
        done = run("evaluate", name, town, "--no-bound", "--budget", "35")
        assert done.exit_code == 0, done.stderr
        assert read_solution("proposed.geojson").posts_list == chosen.posts_list
    assert "place evaluate" in run("audit", "saved.geojson", town).stderr


def test_a_run_whose_conditions_cannot_be_read_is_counted_on_the_plan_alone(
    town: Path, solved: Path
) -> None:
    top = json.loads(solved.read_text(encoding="utf-8"))
    top["placement"]["cost"] = "about 30"
    Path("edited.geojson").write_text(json.dumps(top), encoding="utf-8")
    done = run("evaluate", "edited.geojson", town, "--no-bound")
    assert "the budget, limits and closures of its run are not taken" in done.stderr
    assert read_solution("proposed.geojson").budget == 40


def test_no_input_and_no_solution_of_a_search_is_written_over(town: Path, solved: Path) -> None:
    Path("posts.csv").write_text(POSTS, encoding="utf-8")
    before = solved.read_bytes()
    done = run("evaluate", "posts.csv", town, "--no-bound", "--out", solved)
    assert done.exit_code == 2
    assert "was not made by hand" in done.stderr
    assert run("evaluate", solved, town, "--no-bound", "--out", solved).exit_code == 3
    assert run("evaluate", "posts.csv", town, "--no-bound", "--out", "posts.csv").exit_code == 3
    assert run("evaluate", "posts.csv", town, "--snap", "-1").exit_code == 2
    assert solved.read_bytes() == before
    done = run("evaluate", "posts.csv", town, "--no-bound", "--out", solved, "--force")
    assert done.exit_code == 0


def test_a_proposed_solution_may_be_counted_anew_in_its_place(town: Path) -> None:
    Path("posts.csv").write_text(
        "site,resource,units\nbridge-north,checkpoint,2\nbridge-south,checkpoint,2\n",
        encoding="utf-8",
    )
    assert run("evaluate", "posts.csv", town, "--no-bound").exit_code == 0
    whole = Path("proposed.geojson").read_text(encoding="utf-8")
    Path("proposed.geojson").write_text(
        re.sub(r'"units": \d+', '"units": 1', whole, count=1), encoding="utf-8"
    )
    done = run("evaluate", "proposed.geojson", town, "--no-bound", "-o", "proposed.geojson")
    assert done.exit_code == 0, done.stderr
    units = [post.units for post in read_solution("proposed.geojson").posts_list]
    assert units == [1, 2]
    assert run("audit", "proposed.geojson", town).exit_code == 0


def test_what_moved_against_the_agreed_plan_is_told_and_what_it_brings(
    town: Path, solved: Path
) -> None:
    Path("posts.csv").write_text(POSTS, encoding="utf-8")
    done = run("evaluate", "posts.csv", town, "--no-bound", "--baseline", "out")
    assert done.exit_code == 0, done.stderr
    found, agreed = read_solution("proposed.geojson"), read_solution(solved)
    before, after = ({post.id for post in one.posts_list} for one in (agreed, found))
    assert found.changes is not None
    assert (set(found.changes.opened), set(found.changes.closed)) == (
        after - before,
        before - after,
    )
    assert before - after
    assert found.digests["baseline"] == agreed.digest
    assert run("audit", "proposed.geojson", town, "--baseline", "out").exit_code == 0
    assert run("audit", "proposed.geojson", town, "--baseline", "proposed.geojson").exit_code == 1
    before_bytes = solved.read_bytes()
    over = run("evaluate", "posts.csv", town, "--baseline", "out", "--out", solved, "--force")
    assert over.exit_code == 3
    assert solved.read_bytes() == before_bytes


def test_the_file_of_posts_is_read_once(
    town: Path, solved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    times: Counter[str] = Counter()
    read = regular.read_bytes

    def counted(path: Path, **options: int) -> bytes:
        times[path.name] += 1
        return read(path, **options)

    monkeypatch.setattr(regular, "read_bytes", counted)
    Path("mine.geojson").write_bytes(solved.read_bytes())
    assert run("evaluate", "mine.geojson", town, "--no-bound").exit_code == 0
    assert times["mine.geojson"] == 1


def scrambled(text: str) -> str:
    """Return a solution in other words: order, notation, spaces, and what programs add."""
    top: dict[str, Any] = json.loads(text)
    top["features"].reverse()
    top |= {"title": "Mine", "name": "x", "bbox": [0, 0, 1, 1], "metadata": {"a": [1]}}
    top["crs"] = {"type": "name", "properties": {"name": "EPSG:4326"}}
    top["placement"]["note"] = "mine"
    for number, one in enumerate(top["features"]):
        one |= {"id": number, "bbox": [0, 0, 1, 1]}  # as programs number what they draw
        one["geometry"]["coordinates"].append(35.2)
        one["properties"]["Notes"] = "ok?"
        one["properties"] = dict(reversed(one["properties"].items()))
        one["properties"]["cost"] = float(one["properties"]["cost"])
    top["placement"] = dict(reversed(top["placement"].items()))
    return "\ufeff// saved by an editor\n" + json.dumps(dict(reversed(top.items())), indent=3)


def test_fmt_makes_any_equivalent_file_canonical(solved: Path) -> None:
    text = solved.read_text(encoding="utf-8")
    other = Path("other.geojson")
    other.write_text(scrambled(text), encoding="utf-8")
    checked = run("fmt", "--check", solved, other)
    assert checked.exit_code == 1
    assert "other.geojson is not canonical" in checked.stderr
    assert other.read_text(encoding="utf-8") == scrambled(text)
    piped = CliRunner().invoke(place, ["fmt", "-"], input=scrambled(text))
    assert piped.stdout == text
    assert run("fmt", "out", other).exit_code == 0
    assert (solved.read_text(encoding="utf-8"), other.read_text(encoding="utf-8")) == (text, text)
    again = run("fmt", "--check", "out", other)
    assert (again.exit_code, again.stderr) == (0, "")


def test_fmt_refuses_what_is_no_solution_and_leaves_it(town: Path) -> None:
    file = town / "sites.geojson"
    before = file.read_bytes()
    done = run("fmt", file)
    assert done.exit_code == 3
    assert "place evaluate" in done.stderr
    assert file.read_bytes() == before
    assert run("fmt", "nowhere.geojson").exit_code == 3
    assert run("fmt").exit_code == 2


def test_no_walk_is_told_where_nobody_is_covered(tmp_path: Path) -> None:
    """Of a plan with lanes too: nobody walks nought minutes on average."""
    plan = ruled_plan(tmp_path)
    nobody = placement.evaluate(plan, {}, bound=False).solution
    told = [text for row in rows_of(plan, nobody) for text in row]
    assert "0 of 1,920 (0.0%)" in told
    assert "0 admitted" in told
    assert [text for text in told if text.startswith("walk")] == []
