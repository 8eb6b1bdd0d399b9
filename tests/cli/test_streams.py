"""Each command with its streams apart, closed, full and given up, asked to stop, and killed.

Commands are found in the group itself: a new one fails here until it has its words below.
"""

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from placement.cli.group import place
from tests.builders import write_plan
from tests.cli.forked import Case, Ended, Forks
from tests.starting.drawn_city import write_city

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="needs fork, /dev/full"
)

#: Words for each command that prints, without --json.
PRINTS = {
    "loss": ("loss", "done", "town", "-o", "w"),
    "alternatives": ("alternatives", "town", "--count", "2", "--within", "50%", "-o", "w"),
    "frontier": ("frontier", "town", "--budgets", "10,20", "--no-plot", "--no-map", "-o", "w"),
    "why": ("why", "{site}", "town", "--solution", "done"),
    "check": ("check", "town"),
    "routes": ("routes", "done", "town", "-o", "w/routes.geojson"),
    "audit": ("audit", "done", "town"),
    "risk": (
        "risk",
        "done",
        "town",
        "--best",
        "mean",
        "--away",
        "dog_team=10%",
        "--nights",
        "64",
        "--samples",
        "2",
        "--scenarios",
        "16",
        "-o",
        "w",
    ),
    "roster": ("roster", "done", "town", "--from", "10:00", "--to", "11:00", "-o", "w"),
    "egress": ("egress", "done", "town", "-o", "w"),
    "diff": ("diff", "done", "other"),
    "streets read": ("streets", "read", "town/streets.geojson", "-o", "w/kept.parquet"),
    "streets info": ("streets", "info", "town/streets.geojson"),
    "demand": ("demand", "--stations", "town/demand.geojson", "-o", "w"),
    "cordon": ("cordon", "town", "--around", "town/route.geojson:60", "-o", "w/cordon.geojson"),
    "schema": ("schema",),
    "completion": ("completion", "bash"),
    "textconv": ("textconv", "done/solution.geojson"),
}
CASES = Path(__file__).parents[1] / "cases" / "plans"
_THREE = ("done/solution.geojson",) * 3
#: Words for each command that writes files, and the files.
WRITES = {
    "optimise": (
        ("optimise", "town", "--out", "w", "--force", "--catchments", "3", "--routes"),
        ("w/solution.geojson", "w/map.html", "w/catchments.geojson", "w/routes.geojson"),
    ),
    "cover": (
        ("cover", "town", "--share", "checkpoint=0.3", "--out", "w", "--force", "--no-map"),
        ("w/solution.geojson",),
    ),
    "alternatives": (
        PRINTS["alternatives"],
        ("w/alternatives.json", "w/plan-01.geojson", "w/plan-02.geojson"),
    ),
    "roster": (PRINTS["roster"], ("w/roster.json", "w/roster.csv")),
    "egress": (PRINTS["egress"], ("w/egress.json", "w/egress.csv")),
    "loss": (PRINTS["loss"], ("w/loss.json", "w/loss.txt")),
    "risk": (PRINTS["risk"], ("w/risk.json", "w/solution.geojson")),
    "frontier": (
        ("frontier", "town", "--budgets", "10,20", "--no-plot", "--no-map", "-o", "w"),
        ("w/frontier.csv", "w/frontier.json"),
    ),
    "map": (("map", "done", "town", "--out", "w/map.html"), ("w/map.html",)),
    "catchments": (("catchments", "done", "town", "-o", "w/c.geojson"), ("w/c.geojson",)),
    "routes": (PRINTS["routes"], ("w/routes.geojson",)),
    "init": (("init", "w/new"), ()),
    "candidates": (
        ("candidates", "city.osm", "--around", "24.95,60.17,160", "-o", "w/sites.geojson"),
        ("w/sites.geojson",),
    ),
    "background": (
        ("background", "city.osm", "--around", "24.95,60.17,160", "-o", "w/background.geojson"),
        ("w/background.geojson",),
    ),
    "evaluate": (
        ("evaluate", "done/solution.geojson", "town", "--no-bound", "--force", "-o", "w/p.geojson"),
        ("w/p.geojson",),
    ),
    "seal": (("seal", "done", "town", "-o", "w/s.json"), ("w/s.json",)),
    "replay": (("replay", "cases/lanes", "--nights", "3", "-o", "w/r.json"), ("w/r.json",)),
    "merge": (("merge", *_THREE, "-o", "w/m.geojson"), ("w/m.geojson",)),
    "patch": (("patch", "done", "edits.json", "-o", "w/n.geojson"), ("w/n.geojson",)),
    "export": (("export", "done", "town", "--to", "kml", "-o", "w/e.kml"), ("w/e.kml",)),
    "print": (("print", "done", "town", "-o", "w/p.pdf"), ("w/p.pdf",)),
    "streets read": (PRINTS["streets read"], ("w/kept.parquet",)),
    "demand": (PRINTS["demand"], ("w/demand.csv",)),
    "cordon": (PRINTS["cordon"], ("w/cordon.geojson",)),
    "streets info": (
        (*PRINTS["streets info"], "--islands", "w/islands.geojson", "--map", "w/net.html"),
        ("w/islands.geojson", "w/net.html"),
    ),
    "streets fetch": (
        ("streets", "fetch", "--around", "town/route.geojson", "-o", "w/s.osm"),
        ("w/s.osm",),
    ),
}
#: Those of them that print nothing: what they say goes to standard error.
SILENT = frozenset({"optimise", "cover", "map", "catchments", "init"})
#: There is no network in tests: the server's answer is at hand.
_ANSWER = (
    "import placement.streets.fetch as f\n"
    "whole = b'<osm version=\"0.6\">' + b' ' * 9000 + b'</osm>'\n"
    "f.Request.put = lambda _self, part, _progress: part.write_bytes(whole) and None\n"
    "f.check_whole = lambda *_: None\n"
)


def commands(group: click.Group = place, before: str = "") -> dict[str, click.Command]:
    """Return every command there is, by its words."""
    found: dict[str, click.Command] = {}
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            found |= commands(command, f"{before}{name} ")
        else:
            found[before + name] = command
    return found


def _options(command: click.Command) -> set[str]:
    return {option for parameter in command.params for option in parameter.opts}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that commands run in."""
    place_ = tmp_path_factory.mktemp("runs") / "here"
    place_.mkdir()
    return place_


@pytest.fixture(scope="module")
def forks(folder: Path) -> Iterator[Forks]:
    """Yield what runs commands in that folder, beside a plan and its solution in ``done``."""
    write_plan(folder / "town")
    for name in ("town", "lanes"):
        shutil.copytree(CASES / name, folder / "cases" / name)
    write_city(folder / "city.osm")
    server = Forks(folder, warm=("check", "town"))
    (done,) = server.run(Case(words=("optimise", "town", "--out", "done", "--json")))
    assert done.code == 0, done.err
    assert json.loads(done.out)["files"]["map"] == "done/map.html"
    poorer = ("optimise", "town", "--budget", "30", "--no-map", "--out", "other")
    _, told = server.run(
        Case(words=poorer), Case(words=("diff", "done", "other", "--format", "json"))
    )
    (folder / "edits.json").write_text(told.out, encoding="utf-8")
    yield server
    server.end()


def _words(folder: Path, words: tuple[str, ...]) -> tuple[str, ...]:
    top = json.loads((folder / "done" / "solution.geojson").read_text(encoding="utf-8"))
    return tuple(word.format(site=top["features"][0]["properties"]["site"]) for word in words)


def _renew(folder: Path, files: tuple[str, ...] = ()) -> None:
    """Empty the folder that is written to, but for old files: solutions stand where some may."""
    solved = (folder / "done/solution.geojson").read_bytes()
    shutil.rmtree(folder / "w", ignore_errors=True)
    (folder / "w").mkdir()
    for file in files:
        is_plan = file in {"w/plan-01.geojson", "w/plan-02.geojson", "w/solution.geojson"}
        (folder / file).write_bytes(solved + b"\n" if is_plan else b"old")


def test_every_command_is_here() -> None:
    known = commands()
    quiet = set(known) - set(PRINTS)
    assert quiet == {
        "optimise", "cover", "map", "catchments", "candidates", "background", "init",
        "streets fetch", "evaluate", "export", "fmt", "git-setup", "merge", "patch", "print",
        "replay", "seal",
    }  # fmt: skip
    writing = {name for name, one in known.items() if _options(one) & {"--out", "--map"}}
    assert writing | {"init"} == set(WRITES)


@pytest.mark.slow
def test_json_is_all_there_is_on_standard_output(forks: Forks, folder: Path) -> None:
    with_json = [name for name, command in commands().items() if "--json" in _options(command)]
    _renew(folder)
    words = {name: _words(folder, (PRINTS | {n: w for n, (w, _) in WRITES.items()})[name])
             for name in with_json}  # fmt: skip
    cases = [Case(words=(*words[name], "--json")) for name in with_json]
    for name, ended in zip(with_json, forks.run(*cases), strict=True):
        assert ended.code == 0, (name, ended)
        assert isinstance(json.loads(ended.out), dict), name
        assert "HiGHS" not in ended.out + ended.err, name


@pytest.mark.slow
def test_a_lost_standard_output_is_told_and_a_lost_standard_error_costs_nothing(
    forks: Forks, folder: Path
) -> None:
    cases, names = [], []
    for name, words in PRINTS.items():
        for streams in ({"out": "full"}, {"err": "closed"}):
            cases.append(Case(words=_words(folder, words), **streams))
            names.append(name)
    for out in ("closed", "gone"):
        for words in (PRINTS["schema"], ("check", "--help"), ("--version",)):
            cases.append(Case(words=words, out=out))
            names.append(f"{' '.join(words)} {out}")
    _renew(folder)
    ended = dict[str, list[Ended]]()
    for name, one in zip(names, forks.run(*cases), strict=True):
        ended.setdefault(name, []).append(one)
    for name in PRINTS:
        full, silent = ended.pop(name)
        assert full.code == 74, (name, full)
        said = [line for line in full.err.splitlines() if not line.startswith("wrote ")]
        assert len(said) == 1, (name, full)
        assert "standard output cannot be written (No space left on device)" in said[0]
        assert (silent.code, silent.err) == (0, ""), (name, silent)
        assert silent.out, name
    for name, (one,) in ended.items():
        assert one.code == 74, (name, one)
        assert "Traceback" not in one.err, name
        assert not (name.endswith("gone") and one.err), (name, one)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["optimise", "cover"])
def test_a_plan_is_written_whatever_becomes_of_the_streams(
    forks: Forks, folder: Path, name: str
) -> None:
    words, files = WRITES[name]
    cases = [Case(words=(*words, "--json"), out="full", err="full")]
    if name == "optimise":  # it shares all of this with cover
        streams = (("closed", "closed"), ("gone", "gone"), ("file", "full"))
        cases += [Case(words=words, out=out, err=err) for out, err in streams]
    for case in cases:
        _renew(folder)
        (ended,) = forks.run(case)
        assert ended.code == (74 if "--json" in case.words else 0), (case, ended)
        for file in files:
            assert (folder / file).stat().st_size > 100, (case, file)
            assert b"standard output" not in (folder / file).read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("name", WRITES)
def test_killed_or_out_of_room_each_command_leaves_the_old_files(
    forks: Forks, folder: Path, name: str
) -> None:
    words, files = WRITES[name]
    kill = "import os, placement.outputs as o\no.os.fsync = lambda _: os.kill(os.getpid(), 9)\n"
    room = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (150, 150))\n"
    _renew(folder, files)
    old = {file: (folder / file).read_bytes() for file in files}
    killed, full = forks.run(
        Case(words=words, before=_ANSWER + kill), Case(words=words, before=_ANSWER + room)
    )
    assert killed.code == -9, killed
    assert full.code == 3, full
    assert "cannot be written (" in full.err
    assert "Traceback" not in full.err
    there = {path.relative_to(folder).as_posix() for path in (folder / "w").rglob("*.*")}
    assert there == set(files), "what the killed run left is gone, and so is what had no room"
    assert {file: (folder / file).read_bytes() for file in files} == old
    (well,) = forks.run(Case(words=words, before=_ANSWER))
    assert well.code == 0, well
    assert well.out == "" or name not in SILENT, well
    assert all((folder / file).read_bytes() != old[file] for file in files)
    assert not list((folder / "w").rglob(".*"))


_AT_A_PLAN = """
import os, signal, placement
really = placement.optimise
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.{hup})
def press(_seconds, objective, _bound):
    if objective > 0:
        for number in {numbers}:
            os.kill(os.getpid(), number)
placement.optimise = lambda *a, **k: really(*a, **{{**k, "progress": press}})
"""
_BEFORE = """
import os, signal, time, placement
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup has it ignored
def load(*_, **__):
    os.kill(os.getpid(), {number})
    time.sleep(60)
placement.load_plan = load
"""


@pytest.mark.slow
def test_signals_keep_the_best_plan_and_a_second_one_ends_at_once(
    forks: Forks, folder: Path
) -> None:
    words = ("optimise", "town", "--out", "w", "--no-map", "--force")
    cases = {
        "hang-up": _AT_A_PLAN.format(numbers=[1], hup="SIG_DFL"),
        "ctrl-c": _AT_A_PLAN.format(numbers=[2], hup="SIG_DFL"),
        "term": _AT_A_PLAN.format(numbers=[15], hup="SIG_DFL"),
        "ignored hang-up": _AT_A_PLAN.format(numbers=[1], hup="SIG_IGN"),
        "term twice": _AT_A_PLAN.format(numbers=[15, 15], hup="SIG_DFL"),
        "ctrl-c twice": _AT_A_PLAN.format(numbers=[2, 2], hup="SIG_DFL"),
        "hang-up and term": _AT_A_PLAN.format(numbers=[1, 15], hup="SIG_DFL"),
        "early hang-up": _BEFORE.format(number=1),
        "early ctrl-c": _BEFORE.format(number=2),
        "early term": _BEFORE.format(number=15),
    }
    expected = {
        "term twice": -15, "ctrl-c twice": -2, "hang-up and term": -15,
        "early hang-up": 129, "early ctrl-c": 130, "early term": 143,
    }  # fmt: skip
    for name, before in cases.items():
        _renew(folder)
        (ended,) = forks.run(Case(words=words, before=before))
        assert ended.code == expected.get(name, 0), (name, ended)
        written = [path.name for path in (folder / "w").iterdir()]
        assert written == ([] if name in expected else ["solution.geojson"]), name
        if ended.code > 0:
            assert ended.err == "Stopped, nothing was written.\n"


@pytest.mark.parametrize(
    ("stage", "where"),
    [
        ("reading the plan", "placement.load_plan"),
        ("walking the streets", "placement.solve.questions.measured.survey"),
        ("matching people with posts", "placement.solve.questions.measured.posting"),
    ],
)
@pytest.mark.parametrize("name", ["optimise", "cover", "why"])
def test_the_time_limit_ends_each_stage_and_says_which(
    forks: Forks, folder: Path, name: str, stage: str, where: str
) -> None:
    words = WRITES[name][0] if name in WRITES else _words(folder, ("why", "{site}", "town"))
    module, _, function = where.rpartition(".")
    slow = (
        f"import os, signal, time, {module}\n"
        "def slow(*_, **__):\n"
        "    try:\n"
        "        os.kill(os.getpid(), signal.SIGALRM)\n"  # in place of waiting for it
        "        time.sleep(60)\n"
        "    except Exception:\n"  # as a reader might that takes any error for a broken file
        "        time.sleep(60)\n"
        f"{module}.{function} = slow\n"
    )
    _renew(folder)
    (ended,) = forks.run(Case(words=(*words, "--time-limit", "600"), before=slow))
    assert ended.code == 5, ended
    assert f"the time limit was over while {stage}" in ended.err
    assert ended.err.count("\n") == 1
    assert list((folder / "w").iterdir()) == []


@pytest.mark.slow
def test_a_limit_that_is_over_at_once_ends_the_command(forks: Forks, folder: Path) -> None:
    _renew(folder)
    (ended,) = forks.run(Case(words=(*WRITES["optimise"][0], "--time-limit", "0.001")))
    assert ended.code == 5, ended
    assert "the time limit was over while reading the plan" in ended.err
    assert list((folder / "w").iterdir()) == []
