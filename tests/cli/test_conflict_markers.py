"""A file with conflict markers is told as such by every command that reads one.

Commands are found in the group itself: a new one fails here until it has its words below, or stands
among those that read no file.
"""

import json
from pathlib import Path

import pytest

from placement.errors import ConflictMarkersError
from placement.reading.regular import read_text
from tests.builders import write_plan
from tests.cli.running import run
from tests.cli.test_streams import commands
from tests.starting.drawn_city import write_city, write_route

CASES = Path(__file__).parents[1] / "cases"
READ_NONE = {"init", "schema", "completion", "git-setup"}
SHOWS_IT_OR_KEEPS_IT = {"textconv", "merge"}
"""Git calls these on whatever it has: tests/versioning shows what becomes of conflicts there."""
SOLVED, PLAN = "done/solution.geojson", "town/plan.toml"
LAYERS = ("town/sites.geojson", "town/demand.geojson", "town/streets.geojson")
POST = "bridge-north/checkpoint"
#: Words for each command, and the files that it reads and a merge may have left a conflict in.
READS = {
    "optimise": (("optimise", "town", "--baseline", "done"), (SOLVED, PLAN, *LAYERS)),
    "cover": (("cover", "town", "--share", "checkpoint=0.3"), (PLAN, *LAYERS)),
    "why": (
        ("why", "bridge-north/checkpoint", "town", "--solution", "done"),
        (SOLVED, PLAN, *LAYERS),
    ),
    "check": (("check", "town"), (PLAN, *LAYERS)),
    "map": (("map", "done", "town"), (SOLVED, PLAN, *LAYERS)),
    "print": (("print", "done", "town"), (SOLVED, PLAN, *LAYERS)),
    "catchments": (("catchments", "done", "town", "-o", "c.geojson"), (SOLVED, PLAN, *LAYERS)),
    "routes": (("routes", "done", "town", "-o", "r.geojson"), (SOLVED, PLAN, *LAYERS)),
    "audit": (("audit", "done", "town"), (SOLVED, PLAN, *LAYERS)),
    "seal": (("seal", "done", "town"), (SOLVED, PLAN, *LAYERS)),
    "replay": (("replay", "done", "town"), (SOLVED, PLAN, *LAYERS)),
    "frontier": (("frontier", "town", "--budgets", "10,20", "--no-plot"), (PLAN, *LAYERS)),
    "loss": (("loss", "done", "town"), (SOLVED, PLAN, *LAYERS)),
    "alternatives": (("alternatives", "town", "-o", "w"), (PLAN, *LAYERS)),
    "risk": (("risk", "done", "town", "--nights", "16"), (SOLVED, PLAN, *LAYERS)),
    "roster": (("roster", "done", "town"), (SOLVED, PLAN, *LAYERS)),
    "egress": (("egress", "done", "town"), (SOLVED, PLAN, *LAYERS)),
    "diff": (("diff", "done", "done"), (SOLVED,)),
    "evaluate": (
        ("evaluate", SOLVED, "town", "--no-bound", "--snap", "5000"),
        (SOLVED, PLAN, *LAYERS),
    ),
    "fmt": (("fmt", "done"), (SOLVED,)),
    "patch": (("patch", SOLVED, "edits.json", "-o", "n.geojson"), (SOLVED,)),
    "export": (
        ("export", "done", "town", "--to", "kml", "-o", "e.kml"),
        (SOLVED, PLAN, *LAYERS),
    ),
    "demand": (("demand", "--stations", LAYERS[1]), (LAYERS[1],)),
    "candidates": (
        ("candidates", "city.osm", "--perimeter", "town/ring.geojson"),
        ("city.osm", "town/ring.geojson"),
    ),
    "background": (
        ("background", "city.osm", "--perimeter", "town/ring.geojson"),
        ("city.osm", "town/ring.geojson"),
    ),
    "cordon": (("cordon", "town", "--around", "town/route.geojson:60"), (PLAN, LAYERS[2])),
    "streets read": (("streets", "read", LAYERS[2], "-o", "s.parquet"), (LAYERS[2],)),
    "streets info": (("streets", "info", LAYERS[2]), (LAYERS[2],)),
    "streets fetch": (
        ("streets", "fetch", "--around", "town/route.geojson", "-o", "s.osm"),
        ("town/route.geojson",),
    ),
}


def conflict(text: str, style: str = "merge") -> str:
    """Return a text as git leaves it where both sides changed its third line."""
    lines = text.splitlines(keepends=True)
    base = f"||||||| 1a2b3c4\n{lines[2]}" if style == "diff3" else ""
    lines[2] = f"<<<<<<< HEAD\n{lines[2]}{base}=======\n{lines[2]}>>>>>>> theirs\n"
    return "".join(lines)


@pytest.fixture
def agreed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work beside a plan and a solution that names it."""
    monkeypatch.chdir(tmp_path)
    write_plan(tmp_path / "town")
    write_city(tmp_path / "city.osm")
    corners = ((-160, -160), (160, -160), (160, 160), (-160, 160), (-160, -160))
    write_route(tmp_path / "town" / "ring.geojson", *corners, kind="Polygon")
    (tmp_path / "done").mkdir()
    sites = json.loads((tmp_path / "town/sites.geojson").read_text(encoding="utf-8"))["features"]
    top = json.loads((CASES / "agreed.geojson").read_text(encoding="utf-8"))
    top["placement"]["plan"] = "drawn"
    for site, post in zip(sites, top["features"], strict=False):
        post["properties"]["site"] = site["properties"]["id"]
        post["id"] = f"{site['properties']['id']}/{post['properties']['resource']}"
    assert len(top["features"]) <= len(sites)
    (tmp_path / SOLVED).write_text(f"{json.dumps(top, indent=2)}\n", encoding="utf-8")
    edits = {"edits": [{"path": [], "op": "keep"}]}
    (tmp_path / "edits.json").write_text(f"{json.dumps(edits, indent=1)}\n", encoding="utf-8")
    return tmp_path


def test_every_command_is_here() -> None:
    assert set(commands()) == set(READS) | READ_NONE | SHOWS_IT_OR_KEEPS_IT


@pytest.mark.parametrize("name", READS)
def test_each_command_tells_conflict_markers_in_each_file_it_reads(name: str, agreed: Path) -> None:
    words, files = READS[name]
    for file in files:
        path = agreed / file
        whole = path.read_text(encoding="utf-8")
        # layers are written without line ends, which git would have left one conflict in
        apart = whole.replace(", ", ",\n") if file.startswith("town/") else whole
        for style in ("merge", "diff3"):
            path.write_text(conflict(apart, style), encoding="utf-8")
            before = {one: one.read_bytes() for one in agreed.rglob("*") if one.is_file()}
            ended = run(*words)
            said = [
                row
                for row in ended.stderr.splitlines()
                if not row.startswith(("Warning: ", "The solution does not record "))
            ]
            assert ended.exit_code == 3, (file, ended.output)
            assert len(said) == 1, (file, said)
            assert f"{Path(file).name}: has conflict markers of a merge" in said[0], file
            assert "the first on line 3)" in said[0]
            assert "; keep one side of each conflict and remove the lines of <, = and >" in said[0]
            remedy = file == SOLVED and name not in {"fmt", "evaluate"}
            assert ("place evaluate" in said[0]) == remedy
            assert {one: one.read_bytes() for one in agreed.rglob("*") if one.is_file()} == before
        path.write_text(whole, encoding="utf-8")


def test_a_plan_beside_a_solution_is_not_passed_over_for_its_conflict(agreed: Path) -> None:
    text = (agreed / PLAN).read_text(encoding="utf-8")
    (agreed / "plan.toml").write_text(conflict(text), encoding="utf-8")
    ended = run("audit", "done")
    assert ended.exit_code == 3
    assert "plan.toml: has conflict markers of a merge (the first on line 3)" in ended.stderr


@pytest.mark.parametrize(
    "words", [("optimise", "town"), ("catchments", "done2", "town", "--unchecked")]
)
def test_a_solution_with_a_conflict_is_not_written_over(
    words: tuple[str, ...], agreed: Path
) -> None:
    whole = (agreed / SOLVED).read_text(encoding="utf-8")
    (agreed / "done2").mkdir()
    (agreed / "done2/solution.geojson").write_text(whole, encoding="utf-8")
    (agreed / SOLVED).write_text(conflict(whole), encoding="utf-8")
    out = "done" if words[0] == "optimise" else SOLVED
    ended = run(*words, "--out", out)
    assert ended.exit_code == 3
    assert "place optimise --force" in ended.stderr
    assert (agreed / SOLVED).read_text(encoding="utf-8") == conflict(whole)


@pytest.mark.parametrize("name", ["table.csv", "streets.osm"])
def test_tables_and_extracts_are_told_too(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_plan(tmp_path / "town")
    csv = "id,people,lon,lat\na,5,2.35,48.85\nb,5,2.35,48.85\n"
    osm = '<?xml version="1.0"?>\n<osm version="0.6">\n <node id="1" lat="1" lon="1"/>\n</osm>\n'
    (tmp_path / name).write_text(conflict(csv if name == "table.csv" else osm), encoding="utf-8")
    words = (
        ("check", "town", "--layer", "demand=table.csv")
        if name == "table.csv"
        else ("streets", "info", name)
    )
    ended = run(*words)
    assert ended.exit_code == 3
    assert f"{name}: has conflict markers of a merge (the first on line 3)" in ended.stderr


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("<<<<<<< HEAD\n", 1),
        ("a\r\n>>>>>>> theirs\r\n", 2),
        ("a\nb\n<<<<<<<", 3),
        ("=======\n", None),
        ("a <<<<<<< b\n", None),
        ("<<<<<<<<\n>>>>>>>x\n", None),
    ],
)
def test_what_a_marker_is(text: str, line: int | None, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text(text, encoding="utf-8", newline="")
    if line is None:
        assert read_text(path) == text
        return
    with pytest.raises(ConflictMarkersError, match=f"first on line {line}\\)"):
        read_text(path)
