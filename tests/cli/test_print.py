"""`place print` and the pictures of `place map`: what they write, and what they refuse."""

import io
from pathlib import Path

import pypdf
import pytest

from tests.builders import write_plan
from tests.cli.running import run


@pytest.fixture
def solved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_plan(tmp_path / "town")
    assert run("optimise", "town", "--no-map", "-o", "done").exit_code == 0
    return tmp_path / "done"


def test_a_dossier_lies_beside_the_solution_and_is_the_same_each_time(solved: Path) -> None:
    done = run("print", "done", "town", "--paper", "a4", "--posts", "--date", "Tuesday")
    assert (done.exit_code, done.stdout) == (0, "")
    first = (solved / "dossier.pdf").read_bytes()
    pages = pypdf.PdfReader(io.BytesIO(first)).pages
    assert len(pages) > 2
    again = ("print", "done", "town", "--paper", "a4", "--posts", "--date", "Tuesday")
    assert run(*again, "-o", "again.pdf").exit_code == 0
    assert Path("again.pdf").read_bytes() == first


def test_what_the_audit_refuses_is_printed_unchecked_only(solved: Path) -> None:
    file = solved / "solution.geojson"
    text = file.read_text(encoding="utf-8")
    figure = text.index('"cost": ') + len('"cost": ')
    file.write_text(f"{text[:figure]}1{text[figure:]}", encoding="utf-8")
    assert run("print", "done", "town").exit_code == 1
    assert not (solved / "dossier.pdf").exists()
    assert run("print", "done", "town", "--unchecked").exit_code == 0
    page = pypdf.PdfReader(solved / "dossier.pdf").pages[0].extract_text()
    assert "Not checked" in page


def test_the_audit_is_waited_for_and_goes_before_what_becomes_of_the_drawing(
    solved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no ground today")

    monkeypatch.setattr("placement.maps.paper.post_ground", broken)
    before = sorted(solved.iterdir())
    done = run("print", "done", "town")
    assert (done.exit_code, "no ground today" in done.stderr) == (1, True)
    file = solved / "solution.geojson"
    text = file.read_text(encoding="utf-8")
    figure = text.index('"cost": ') + len('"cost": ')
    file.write_text(f"{text[:figure]}1{text[figure:]}", encoding="utf-8")
    done = run("print", "done", "town")
    assert (done.exit_code, "no ground today" in done.stderr) == (1, False)
    assert "cost" in done.stderr
    assert sorted(solved.iterdir()) == before


def test_pictures_of_the_map_are_written_without_the_page(solved: Path) -> None:
    done = run("map", "done", "town", "--png", "m.png", "--svg", "m.svg", "--lang", "fr")
    assert done.exit_code == 0
    dated = run("map", "done", "town", "--svg", "dated.svg", "--lang", "fr", "--date", "Mardi")
    assert dated.exit_code == 0
    assert Path("dated.svg").read_bytes() != Path("m.svg").read_bytes()
    assert Path("m.png").read_bytes().startswith(b"\x89PNG")
    assert Path("m.svg").read_text(encoding="utf-8").startswith("<svg")
    assert not (solved / "map.html").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("map", "done", "town", "--paper", "a4"), "add --png or --svg"),
        (("map", "done", "town", "--date", "Tuesday"), "add --png or --svg"),
        (("map", "done", "--against", "done", "--png", "m.png"), "leave out --against"),
        (("print", "done", "town", "--paper", "a5"), "a5"),
    ],
)
def test_what_cannot_be_drawn_is_said(solved: Path, words: tuple[str, ...], said: str) -> None:
    done = run(*words)
    assert done.exit_code == 2
    assert said in done.stderr


@pytest.mark.parametrize("words", [("print", "done", "town"), ("map", "done", "--png", "m.png")])
def test_without_the_extra_nothing_is_read(
    solved: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("placement.maps.paper.typesetting.find_spec", lambda _: None)
    done = run(*words)
    assert done.exit_code == 2
    assert "pip install 'event-placement[print]'" in done.stderr
