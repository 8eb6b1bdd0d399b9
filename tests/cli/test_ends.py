"""How a run can end, with a pipeline that is made to end so: exit codes, talk, files."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

import placement
from placement.cli import place
from placement.errors import (
    AuditError,
    InfeasibleError,
    InputError,
    NoPlanError,
    UsageError,
)
from placement.executor import Here
from placement.review.geojson import read_solution, write_solution
from placement.solution import Solution, Status, Stopped

CASES = Path(__file__).parent.parent / "cases"

type Ends = Callable[..., Result]


def fake_plan(**_: Any) -> Any:
    names = ("checkpoint", "dog_team")
    resources = [SimpleNamespace(id=name, label={}, unit={}) for name in names]
    return SimpleNamespace(
        settings=SimpleNamespace(name="ceremony", sealed=None),
        problem=SimpleNamespace(resources=resources, barriers=()),
        warnings=(),
        inputs=(),
        periods=(),
    )


def agreed() -> Solution:
    return replace(read_solution(CASES / "agreed.geojson"), stopped=Stopped.PROVEN)


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Ends:
    """Run ``place optimise`` in an empty folder with a pipeline that does what it is told."""
    monkeypatch.chdir(tmp_path)

    def run(
        *arguments: str,
        optimise: Callable[..., Any] = lambda *_, **__: agreed(),
        load: Callable[..., Any] = lambda *_, **__: fake_plan(),
        draw: Callable[..., str] = lambda _plan, _solution: "map",
    ) -> Result:
        monkeypatch.setattr(placement, "load_plan", load, raising=False)
        monkeypatch.setattr(placement, "optimise", optimise, raising=False)
        monkeypatch.setattr("placement.maps.map_page", draw)
        return CliRunner().invoke(place, ["optimise", "plan", *arguments])

    return run


def raising(error: BaseException) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_proven_plan(ends: Ends, tmp_path: Path) -> None:
    done = ends()
    assert (done.exit_code, done.stdout) == (0, "")
    assert files(tmp_path) == ["outputs/ceremony/map.html", "outputs/ceremony/solution.geojson"]
    assert (tmp_path / "outputs/ceremony/solution.geojson").read_bytes() == (
        (CASES / "agreed.geojson").read_bytes()
    )


def test_the_alias(monkeypatch: pytest.MonkeyPatch, ends: Ends) -> None:
    assert ends().exit_code == 0
    assert CliRunner().invoke(place, ["optimize", "plan"]).exit_code == 0


def test_out_and_no_map(ends: Ends, tmp_path: Path) -> None:
    done = ends("--out", "here/deep", "--no-map")
    assert done.exit_code == 0
    assert files(tmp_path) == ["here/deep/solution.geojson"]


def test_options_reach_the_pipeline(ends: Ends) -> None:
    seen: dict[str, Any] = {}

    def load(*arguments: Any, **options: Any) -> Any:
        seen["plan"], seen["load"] = arguments, options
        return fake_plan()

    def optimise(*_: Any, **options: Any) -> Solution:
        seen["optimise"] = options
        return agreed()

    done = ends(
        *("--budget", "400", "--limit", "dog_team=4", "--limit", "checkpoint=7"),
        *("--layer", "streets=x=y.pbf", "--time-limit", "60", "--gap", "0.01"),
        *("--lock", "a/checkpoint", "--forbid", "b/dog_team", "--forbid", "c/dog_team"),
        *("--closure", "fence.gpkg", "--closure", "Rue de Rivoli", "--at", "18:30"),
        load=load,
        optimise=optimise,
    )
    assert done.exit_code == 0
    assert seen["plan"] == (Path("plan"),)
    assert isinstance(seen["load"].pop("executor"), Here)
    assert seen["load"] == {
        "layers": {"streets": "x=y.pbf"},
        "budget": 400.0,
        "limits": {"dog_team": 4, "checkpoint": 7},
        "closures": ("fence.gpkg", "Rue de Rivoli"),
        "at": "18:30",
        "headroom": None,
    }
    assert callable(seen["optimise"].pop("progress"))
    assert callable(seen["optimise"].pop("chosen"))
    assert 0 < seen["optimise"].pop("within").left() < 60, "reading the plan counts as well"
    assert seen["optimise"] == {
        "time_limit": 60.0,
        "gap": 0.01,
        "baseline": None,
        "max_changes": None,
        "change_price": 0.0,
        "lock": ("a/checkpoint",),
        "forbid": ("b/dog_team", "c/dog_team"),
    }


def test_json_is_alone_on_standard_output(ends: Ends) -> None:
    done = ends("--json", load=lambda *_, **__: replace_warnings(("mind the gap",)))
    assert done.exit_code == 0
    assert done.stderr.startswith("Warning: mind the gap\nceremony: proven optimal\n")
    told = json.loads(done.stdout)
    top = json.loads((CASES / "agreed.geojson").read_text(encoding="utf-8"))
    assert told["placement"] == top["placement"]
    assert told["stopped"] == "proven"
    assert told["files"] == {
        "solution": str(Path("outputs/ceremony/solution.geojson")),
        "map": str(Path("outputs/ceremony/map.html")),
    }
    assert [post["id"] for post in told["posts"]] == [f["id"] for f in top["features"]]


def replace_warnings(warnings: tuple[str, ...]) -> Any:
    plan = fake_plan()
    plan.warnings = warnings
    return plan


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (UsageError("there is no resource 'dogs'."), 2, "Error: there is no resource 'dogs'.\n"),
        (InputError("is empty", file="x.toml"), 3, "Error: x.toml: is empty.\n"),
        (InfeasibleError("required posts cost 90 of 40."), 4, "Error: required posts cost 90 of"),
        (NoPlanError("no plan in 1 s."), 5, "Error: no plan in 1 s.\n"),
        (AuditError(["cost is 1, recomputed 2"]), 1, "Error: the audit refused the solution: cost"),
        (KeyboardInterrupt(), 130, "Stopped, nothing was written.\n"),
        (ZeroDivisionError("division by zero"), 1, "ZeroDivisionError: division by zero"),
        (MemoryError(), 1, "(not enough memory)"),
        (InputError("bad \x1b[31m id\nhere", file="x"), 3, "bad \ufffd[31m id here."),
    ],
)
@pytest.mark.parametrize("where", ["load", "optimise"])
def test_what_goes_wrong_is_one_sentence_and_a_code(
    *, error: BaseException, code: int, says: str, where: str, ends: Ends, tmp_path: Path
) -> None:
    done = ends("--json", **{where: raising(error)})
    assert done.exit_code == code
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
    assert files(tmp_path) == []


def test_the_unforeseen_says_how_to_see_more(ends: Ends) -> None:
    done = ends(optimise=raising(RuntimeError("boom")))
    assert "this should not have happened (RuntimeError: boom)" in done.stderr
    assert "run it again with --debug" in done.stderr
    shown = CliRunner().invoke(place, ["--debug", "optimise", "plan"])
    assert shown.exit_code == 1
    assert "Traceback (most recent call last)" in shown.stderr
    assert "RuntimeError: boom" in shown.stderr


@pytest.mark.parametrize(
    ("status", "stopped", "code"),
    [
        (Status.INFEASIBLE, Stopped.PROVEN, 4),
        (Status.UNKNOWN, Stopped.TIME_LIMIT, 5),
        (Status.UNKNOWN, Stopped.INTERRUPTED, 130),
    ],
)
def test_a_solution_without_a_plan_is_not_written(
    status: Status, stopped: Stopped, code: int, ends: Ends, tmp_path: Path
) -> None:
    nothing = replace(agreed(), status=status, stopped=stopped)
    assert ends(optimise=lambda *_, **__: nothing).exit_code == code
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    ("stopped", "says"),
    [
        (Stopped.TIME_LIMIT, "stopped early, at the time limit"),
        (Stopped.INTERRUPTED, "stopped early"),
        (Stopped.GAP, "stopped early, at the gap given by --gap"),
    ],
)
def test_a_plan_that_is_not_proven_says_so_even_where_nobody_watches(
    stopped: Stopped, says: str, ends: Ends, tmp_path: Path
) -> None:
    found = replace(agreed(), status=Status.FEASIBLE, stopped=stopped, gap=0.0123)
    done = ends(optimise=lambda *_, **__: found)
    assert done.exit_code == 0
    assert says in done.stderr
    assert "not proven optimal, at most 1.23% below optimal" in done.stderr
    assert len(files(tmp_path)) == 2


def test_an_unknown_gap_is_not_given_as_a_number(ends: Ends) -> None:
    found = replace(
        agreed(), status=Status.FEASIBLE, stopped=None, objective=0.0, bound=9.0, gap=math.inf
    )
    done = ends(optimise=lambda *_, **__: found)
    assert "its distance from the optimum is not known" in done.stderr


def test_a_map_that_fails_does_not_cost_the_solution(ends: Ends, tmp_path: Path) -> None:
    done = ends(draw=raising(InputError("cannot be written", file="map.html")))
    assert done.exit_code == 3
    assert "is written and complete, what lies beside it is not" in done.stderr
    assert files(tmp_path) == ["outputs/ceremony/solution.geojson"]


def test_ctrl_c_while_drawing_keeps_the_solution(ends: Ends, tmp_path: Path) -> None:
    done = ends("--json", draw=raising(KeyboardInterrupt()))
    assert done.exit_code == 0
    assert "`place map " in done.stderr
    assert json.loads(done.stdout)["files"]["map"] is None
    assert files(tmp_path) == ["outputs/ceremony/solution.geojson"]


def test_a_map_of_another_run_is_pointed_out(ends: Ends) -> None:
    ends()
    assert "may show another solution" in ends("--no-map").stderr


def test_a_folder_that_cannot_be_made_is_refused(ends: Ends, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = ends("--out", "file/deep")
    assert done.exit_code == 2
    assert "choose another folder with --out" in done.stderr


def test_names_are_never_taken_for_markup(
    ends: Ends, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from placement.cli.talk import Talk

    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    talk = Talk()
    talk.say("[red]Quai[/] :dog: \x1b[0m")
    talk.table([("[b]x[/b]", "y\n")])
    with talk.step("Choosing [b]") as progress:
        progress(1.0, 0.0, math.inf)
        progress(2.0, 100.0, 110.0)
    shown = capsys.readouterr().err
    assert "[red]Quai[/] :dog: \ufffd[0m" in shown
    assert "[b]x[/b]" in shown


def test_at_a_terminal_the_plan_is_summed_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from placement.cli.optimise import tell
    from placement.cli.talk import Talk

    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    tell(fake_plan(), agreed(), {"solution": tmp_path / "x", "map": None}, Talk())
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "ceremony: proven optimal" in shown.err
    assert "61,250 of 90,000 (68.1%)" in shown.err
    assert "95 of 100 officers" in shown.err


@pytest.mark.parametrize("way", ["file", "folder"])
def test_diff(way: str, tmp_path: Path) -> None:
    old = CASES / "agreed.geojson"
    new = tmp_path / "solution.geojson"
    write_solution(read_solution(CASES / "revised.geojson"), new)
    given = [str(old), str(new if way == "file" else tmp_path)]
    done = CliRunner().invoke(place, ["diff", *given])
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == (CASES / "agreed-revised.diff.txt").read_text(encoding="utf-8")
    told = CliRunner().invoke(place, ["diff", *given, "--json"])
    expected = (CASES / "agreed-revised.diff.json").read_text(encoding="utf-8")
    assert json.loads(told.stdout) == json.loads(expected)


def test_diff_of_what_is_not_there() -> None:
    done = CliRunner().invoke(place, ["diff", "none.geojson", "none.geojson"])
    assert done.exit_code == 3
    assert done.stderr.startswith("Error: none.geojson: there is no such file; ")
