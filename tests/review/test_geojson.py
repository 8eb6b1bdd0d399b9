"""The solution file: canonical, stable on a second pass, strictly read."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement.errors import InputError, UsageError
from placement.review.geojson import read_solution, solution_text, write_solution
from placement.solution import Coverage, Post, Solution, Status, Stopped, Walk
from tests.amount import cases

CASES = Path(__file__).parent.parent / "cases"
GOLDEN = sorted([*CASES.glob("*.geojson"), *CASES.glob("plans/*/solution.geojson")])


def _short(path: Path) -> str:
    return str(path.relative_to(CASES))


def post(site: str = "a", resource: str = "gate", **changes: Any) -> Post:
    values: dict[str, Any] = {
        "site": site,
        "name": f"Site {site}",
        "resource": resource,
        "units": 2,
        "cost": 20.0,
        "covered": 1500.0,
        "only": 300.5,
        "lon": 2.35,
        "lat": 48.85,
    }
    return Post(**(values | changes))


def solution(**changes: Any) -> Solution:
    values: dict[str, Any] = {
        "plan": "fête",
        "budget": 50.0,
        "budget_unit": "agents",
        "cost": 40.0,
        "status": Status.OPTIMAL,
        "objective": 3000.0,
        "bound": 3000.0,
        "gap": 0.0,
        "coverage": {"gate": Coverage(covered=1500.0, total=2000.0, share=0.75)},
        "walking": "streets",
        "posts_list": (post("a"), post("b")),
    }
    return Solution(**(values | changes))


def test_golden_files_are_there() -> None:
    assert len(GOLDEN) >= 4


@pytest.mark.parametrize("path", GOLDEN, ids=_short)
def test_golden_files_are_canonical(path: Path, tmp_path: Path) -> None:
    write_solution(read_solution(path), tmp_path / "again.geojson")
    assert (tmp_path / "again.geojson").read_bytes() == path.read_bytes()


@pytest.mark.parametrize("path", GOLDEN, ids=_short)
def test_golden_files_are_geojson_with_one_feature_a_line(path: Path) -> None:
    content = path.read_bytes()
    assert content.endswith(b"}\n")
    assert b"\r" not in content
    top = json.loads(content)
    assert list(top) == ["type", "placement", "features"]
    lines = content.decode().split("\n")
    features = [json.loads(line.rstrip(",")) for line in lines if '"Feature"' in line]
    assert features == top["features"]
    for feature in features:
        assert list(feature) == ["type", "id", "geometry", "properties"]
        names = ["site", "name", "resource", "units", "cost", "covered", "only"]
        if feature["id"] in top["placement"].get("lanes", {"gates": ()})["gates"]:
            names += ["admitted", "longest_wait_min", "clears"]
        assert list(feature["properties"]) == names
    assert [f["id"] for f in features] == sorted(f["id"] for f in features)


def test_golden_text_is_exact() -> None:
    text = solution_text(
        solution(
            version="0.1.0",
            posts_list=(post("b", covered=0.1 + 0.2, only=0.1, lat=-0.0), post("a")),
        )
    )
    assert text == (CASES / "two-posts.geojson").read_text(encoding="utf-8")


def test_order_of_posts_and_mappings_changes_nothing() -> None:
    one = solution(
        coverage={"gate": Coverage(covered=1, total=2, share=0.5), "dog": Coverage(
            covered=0, total=2, share=0)},
        posts_list=(post("a"), post("a", "dog"), post("a-b")),
        layers={"streets": "x.osm.pbf", "areas": "y.geojson"},
        limits={"gate": 3, "dog": 1},
    )  # fmt: skip
    other = replace(
        one,
        coverage=dict(reversed(one.coverage.items())),
        posts_list=one.posts_list[::-1],
        layers=dict(reversed(one.layers.items())),
        limits=dict(reversed(one.limits.items())),
        stopped=Stopped.INTERRUPTED,
    )
    assert solution_text(one) == solution_text(other)


def test_infinite_gap_and_bound_are_null_and_come_back(tmp_path: Path) -> None:
    empty = solution(
        objective=0.0, bound=math.inf, gap=math.inf, status=Status.FEASIBLE, posts_list=()
    )
    write_solution(empty, tmp_path / "x.geojson")
    text = (tmp_path / "x.geojson").read_text(encoding="utf-8")
    assert '"bound": null' in text
    assert '"gap": null' in text
    assert read_solution(tmp_path / "x.geojson") == empty


@pytest.mark.parametrize(
    ("gap", "text"),
    [(0.0, "0"), (1e-12, "0"), (2e-9, "0.000001"), (0.1234561, "0.123457"), (0.25, "0.25")],
)
def test_gap_is_rounded_up(gap: float, text: str) -> None:
    written = solution_text(solution(gap=gap, status=Status.FEASIBLE))
    assert f'"gap": {text},' in written


def test_whole_numbers_have_no_fraction() -> None:
    text = solution_text(solution(budget=400.0, objective=1e15))
    assert '"budget": 400,' in text
    assert '"objective": 1000000000000000,' in text


def test_a_file_from_before_versions_were_written_is_read_and_stays_as_it_is(
    tmp_path: Path,
) -> None:
    path = tmp_path / "x.geojson"
    write_solution(solution(version="0.1.0"), path)
    text = path.read_text(encoding="utf-8")
    assert read_solution(path).version == "0.1.0"
    older = text.replace('    "version": "0.1.0",\n', "")
    assert older != text
    path.write_text(older, encoding="utf-8")
    assert read_solution(path).version is None
    assert solution_text(read_solution(path)) == older


def test_what_was_written_is_what_is_read(tmp_path: Path) -> None:
    one = solution(
        walk=Walk(mean_s={"gate": 123.4}, gap=None),
        layers={"streets": "paris.osm.pbf"},
        limits={"gate": 3},
    )
    write_solution(one, tmp_path / "x.geojson")
    assert read_solution(tmp_path / "x.geojson") == one


numbers = st.floats(min_value=0, max_value=1e12, allow_nan=False)
ids = st.text(st.characters(blacklist_characters="/"), min_size=1, max_size=8)


@pytest.mark.slow
@settings(max_examples=cases(35, 200), deadline=None)
@given(st.data())
def test_any_solution_is_stable_on_a_second_pass(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    resources = data.draw(st.lists(ids, min_size=1, max_size=3, unique=True))
    sites = data.draw(st.lists(ids, max_size=4, unique=True))
    posts = []
    for site in sites:
        only, more = data.draw(numbers), data.draw(numbers)
        posts.append(
            post(
                site,
                data.draw(st.sampled_from(resources)),
                name=data.draw(st.text(max_size=20)),
                units=data.draw(st.integers(0, 10**6)),
                cost=data.draw(numbers),
                covered=only + more,
                only=only,
                lon=data.draw(st.floats(-180, 180)),
                lat=data.draw(st.floats(-90, 90)),
            )
        )
    one = solution(
        plan=data.draw(st.text(max_size=20)),
        budget=data.draw(numbers),
        objective=data.draw(numbers),
        bound=data.draw(numbers | st.just(math.inf)),
        gap=data.draw(numbers | st.just(math.inf)),
        coverage={
            resource: Coverage(
                covered=data.draw(numbers),
                total=data.draw(numbers),
                share=data.draw(st.floats(0, 1)),
            )
            for resource in resources
        },
        walk=data.draw(
            st.none() | st.builds(lambda s, g: Walk(mean_s={"x": s}, gap=g), numbers, numbers)
        ),
        status=data.draw(st.sampled_from([Status.OPTIMAL, Status.FEASIBLE])),
        posts_list=tuple(posts),
    )
    path = tmp_path_factory.getbasetemp() / "any.geojson"
    write_solution(one, path)
    first = path.read_bytes()
    again = read_solution(path)
    write_solution(again, path)
    assert path.read_bytes() == first
    assert read_solution(path) == again
    assert len(first.splitlines()) == first.count(b"\n")


def test_an_existing_file_is_replaced_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "solution.geojson"
    path.write_text("x" * 100_000, encoding="utf-8")
    write_solution(solution(), path)
    assert path.read_text(encoding="utf-8") == solution_text(solution())
    assert [p.name for p in tmp_path.iterdir()] == ["solution.geojson"]


def test_a_failed_write_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "solution.geojson"
    path.write_text("old", encoding="utf-8")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(InputError, match=r"solution\.geojson: cannot be written \(No space left"):
        write_solution(solution(), path)
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("solution.geojson", "old")]


def test_a_folder_that_is_not_there_is_refused_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="name a file in a folder that exists"):
        write_solution(solution(), tmp_path / "nowhere" / "x.geojson")


@pytest.mark.parametrize("status", [Status.INFEASIBLE, Status.UNKNOWN])
def test_a_solution_without_a_plan_is_not_written(status: Status) -> None:
    with pytest.raises(UsageError, match="holds no plan to write"):
        solution_text(solution(status=status))


@pytest.mark.parametrize("name", ["budget", "cost", "objective", "bound", "gap"])
def test_not_a_number_is_not_written(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} of the solution is nan"):
        solution_text(solution(**{name: math.nan}))


def _set(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(top: dict[str, Any]) -> None:
        *way, last = path.split(".")
        at: Any = top
        for name in way:
            at = at[int(name)] if isinstance(at, list) else at[name]
        at[int(last) if isinstance(at, list) else last] = value

    return change


def _drop(path: str) -> Callable[[dict[str, Any]], None]:
    def change(top: dict[str, Any]) -> None:
        *way, last = path.split(".")
        at: Any = top
        for name in way:
            at = at[int(name)] if isinstance(at, list) else at[name]
        del at[last]

    return change


def _twice(top: dict[str, Any]) -> None:
    top["features"].append(top["features"][0])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_set("type", "Feature"), ["'type'", "'FeatureCollection'", "place optimise"]),
        (_drop("placement"), ["'placement'", "missing", "place optimise", "place evaluate"]),
        (_drop("features"), ["'features'", "missing"]),
        (_set("crs", {}), ["'crs'", "not in WGS 84"]),
        (_set("placement.format", 2), ["'placement.format'", "format 2", "install the version"]),
        (_set("placement.format", 0), ["format 0", "place optimise"]),
        (_set("placement.version", ""), ["'placement.version'", "not a version", "'0.1.0'"]),
        (_set("placement.version", "1\n2"), ["'placement.version'", "not a version"]),
        (_set("placement.version", 1), ["'placement.version'", "a number where a text"]),
        (_set("placement.format", "1"), ["a text where a number belongs"]),
        (_set("placement.budget", -1), ["'placement.budget'", "-1 is out of range", "at least 0"]),
        (_set("placement.budget", True), ["'placement.budget'", "true or false where a number"]),
        (_set("placement.cost", None), ["'placement.cost'", "null where a number belongs"]),
        (_set("placement.cost", 10**400), ["'placement.cost'", "too large"]),
        (_set("features.0.properties.units", 10**30), ["properties.units", "to 1e+15"]),
        (_set("placement.status", "best"), ["'best'", "'optimal' or 'feasible' or 'proposed'"]),
        (_set("placement.status", "infeasible"), ["'infeasible'", "'optimal' or 'feasible'"]),
        (_set("placement.walking", "bus"), ["'placement.walking'", "'straight line'"]),
        (_set("placement.coverage", []), ["'placement.coverage'", "a list where an object"]),
        (_set("placement.coverage.gate.share", 1.5), ["coverage.gate.share", "from 0 to 1"]),
        (_set("placement.limits", {"gate": 1.5}), ["placement.limits.gate", "not whole"]),
        (_set("placement.walk", {"gap": None}), ["placement.walk.mean_s", "missing"]),
        (_set("features", {}), ["'features'", "a list belongs"]),
        (_set("features.0", 3), ["feature 'number 1'", "a number where an object belongs"]),
        (_set("features.0.id", "z/gate"), ["feature 'z/gate'", "'a/gate'", "that id"]),
        (_set("features.0.geometry.type", "LineString"), ["'a/gate'", "geometry.type", "Point"]),
        (_set("features.0.geometry.coordinates", [2]), ["coordinates", "longitude and latitude"]),
        (_set("features.0.geometry.coordinates", [2, 95]), ["latitude", "from -90 to 90"]),
        (_set("features.0.properties.units", 1.5), ["'a/gate'", "properties.units", "not whole"]),
        (_set("features.0.properties.name", 3), ["properties.name", "a number where a text"]),
        (_set("features.0.properties.only", 9999), ["properties.only", "more than `covered`"]),
        (_set("features.0.properties.resource", "dog"), ["'a/gate'", "'a/dog'"]),
        (_set("placement.coverage", {}), ["'a/gate'", "no entry in placement.coverage"]),
        (_twice, ["feature 'a/gate'", "twice", "remove one"]),
    ],
)
def test_what_is_off_is_refused_by_name(
    change: Callable[[dict[str, Any]], None], says: list[str], tmp_path: Path
) -> None:
    top = json.loads(solution_text(solution()))
    change(top)
    path = tmp_path / "broken.geojson"
    path.write_text(json.dumps(top), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_solution(path)
    for words in [str(path), *says]:
        assert words in str(caught.value)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_set("name", "Layer 1"), ["'name'"]),
        (_set("title", "A plan"), ["'title'"]),
        (_set("bbox", [2, 48, 3, 49]), ["'bbox'"]),
        (_set("crs", {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}),
         ["'crs'"]),
        (_set("placement.budgets", 1), ["'placement.budgets', did you mean 'budget'?"]),
        (_set("placement.coverage.gate.people", 1), ["'placement.coverage.gate.people'"]),
        (_set("features.0.bbox", []), ["'bbox'"]),
        (_set("features.0.geometry.bbox", []), ["'geometry.bbox'"]),
        (_set("features.0.geometry.coordinates", [2.25, 48.5, 31.0]), ["a height"]),
        (_set("features.0.properties.unit", 1), ["'properties.unit', did you mean 'units'?"]),
        (_set("features.0.properties.marker-color", "#f00"), ["'properties.marker-color'"]),
        (_drop("features.1.id"), []),
    ],
)  # fmt: skip
def test_what_a_solution_has_no_place_for_is_dropped_with_a_warning(
    change: Callable[[dict[str, Any]], None],
    says: list[str],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    top = json.loads(solution_text(solution()))
    top["features"][0]["geometry"]["coordinates"] = [2.25, 48.5]
    plain = tmp_path / "plain.geojson"
    plain.write_text(json.dumps(top), encoding="utf-8")
    change(top)
    path = tmp_path / "edited.geojson"
    path.write_text(json.dumps(top), encoding="utf-8")
    assert solution_text(read_solution(path)) == solution_text(read_solution(plain))
    told = [record.getMessage() for record in caplog.records if str(path) in record.getMessage()]
    assert len(told) == (1 if says else 0)
    for words in says:
        assert words in told[0]


def test_comments_of_a_text_editor_are_dropped_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    text = solution_text(solution()).replace('"name": "', '"name": "// no comment /* either */', 1)
    path = tmp_path / "commented.geojson"
    path.write_text(text, encoding="utf-8")
    before = read_solution(path)
    path.write_text(
        text.replace('  "features"', '  // moved on Monday\n  /* two\nlines */ "features"'),
        encoding="utf-8",
    )
    assert read_solution(path) == before
    assert [record.getMessage() for record in caplog.records] == [f"{path}: comments are dropped"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not JSON"),
        (b"solution", "not JSON"),
        (b'{\n"type', "not JSON: Unterminated string starting at line 2, column 1;"),
        (b'{\n"a\tb": 1}', "not JSON: Invalid control character at line 2, column 3;"),
        (b'{"type": "FeatureCollection",', "line 1"),
        (b'{"type": NaN}', "NaN is not a number"),
        (b'{"type": 1, "type": 2}', "'type'"),
        (b"\xff\xfe", "not JSON in UTF-8"),
        (b"[" * 100_000, "not JSON"),
        (b"1" * 10_000, "not JSON"),
        (b"[]", "a list where an object belongs"),
        (b"{}", "'type'"),
    ],
)
def test_what_is_not_a_solution_is_refused(content: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.geojson"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_solution(path)
    assert says in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        read_solution(tmp_path / "none.geojson")
    with pytest.raises(InputError, match="is a folder, not a file; name a solution"):
        read_solution(tmp_path)


def test_features_may_stand_in_any_order(tmp_path: Path) -> None:
    top = json.loads(solution_text(solution()))
    top["features"].reverse()
    path = tmp_path / "x.geojson"
    path.write_text(json.dumps(top), encoding="utf-8")
    assert read_solution(path) == solution()
