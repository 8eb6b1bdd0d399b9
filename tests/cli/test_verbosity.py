"""How much a command says: a summary wherever standard error leads, less, more, tracebacks."""

import logging
import re
from pathlib import Path

import click
import pytest

import placement
from placement.cli import place
from tests.cli.running import run
from tests.cli.test_streams import commands


def test_the_summary_is_there_without_a_terminal(town: Path) -> None:
    done = run("optimise", town)
    assert (done.exit_code, done.stdout) == (0, "")
    solution = placement.read_solution("outputs/drawn/solution.geojson")
    headline, *lines = done.stderr.splitlines()
    assert headline == "drawn: proven optimal"
    rows = {line.split("  ")[0]: line for line in lines}
    for name, label in (("checkpoint", "Checkpoint"), ("dog_team", "Dog team")):
        cover = solution.coverage[name]
        assert f"{cover.covered:,.0f} of {cover.total:,.0f} ({cover.share:.1%})" in rows[label]
    assert f"{solution.cost:g} of {solution.budget:g} officers" in rows["Cost"]
    assert lines[-2:] == ["wrote outputs/drawn/solution.geojson", "wrote outputs/drawn/map.html"]
    assert max(map(len, lines)) < 200


def test_every_command_takes_each_of_the_options() -> None:
    for name, command in commands().items():
        taken = {option for parameter in command.params for option in parameter.opts}
        assert {"-q", "--quiet", "-v", "--verbose", "--debug"} <= taken, name


def test_a_command_that_writes_takes_o_for_out() -> None:
    for name, command in commands().items():
        for parameter in command.params:
            if isinstance(parameter, click.Option) and {"-o", "--out"} & set(parameter.opts):
                assert parameter.opts == ["-o", "--out"], name


@pytest.mark.parametrize(
    "words",
    [("-q", "optimise"), ("optimise", "--quiet"), ("optimise", "-q", "--json")],
    ids=" ".join,
)
def test_quiet_says_nothing(words: tuple[str, ...], town: Path) -> None:
    done = run(*words, town)
    assert (done.exit_code, done.stderr) == (0, "")
    assert ("--json" in words) == bool(done.stdout)


def test_quiet_still_warns_and_says_what_is_wrong(town: Path, tmp_path: Path) -> None:
    assert run("optimise", town, "-q").exit_code == 0
    assert "may show another solution" in run("optimise", town, "-q", "--no-map").stderr
    assert run("check", "nowhere", "-q").stderr.startswith("Error: ")


@pytest.mark.parametrize("words", [("-v", "optimise"), ("optimise", "-v")], ids=" ".join)
def test_verbose_says_each_step_and_each_better_plan(words: tuple[str, ...], town: Path) -> None:
    said = run(*words, town).stderr.splitlines()
    steps = [line.partition(": done in ")[0] for line in said if ": done in " in line]
    assert steps == ["Reading the plan", "Choosing posts", "Auditing the plan", "Drawing the map"]
    assert any(re.match(r"Choosing posts: \d+ s, best ", line) for line in said)
    assert len(said) == len(set(said)), "no moment twice"
    assert set(run("optimise", town).stderr.splitlines()) <= set(said)


@pytest.mark.parametrize(
    "words",
    [
        ("--debug", "streets", "info", "x"),
        ("streets", "--debug", "info", "x"),
        ("streets", "info", "--debug", "x"),
        ("streets", "info", "x", "--debug"),
    ],
    ids=" ".join,
)
def test_debug_is_taken_anywhere(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("placement.streets.read_streets", fail)
    assert "Traceback (most recent call last)" in run(*words).stderr
    without = run(*(word for word in words if word != "--debug"))
    assert without.stderr.count("\n") == 1
    assert "run it again with --debug" in without.stderr


@pytest.mark.parametrize(
    ("option", "said"), [("-q", ["bad"]), (None, ["new", "bad"]), ("-v", ["fine", "new", "bad"])]
)
def test_what_the_package_logs_is_said_as_far_as_wanted(
    option: str | None, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(_path: object) -> None:
        log = logging.getLogger("placement.some")
        log.debug("fine")
        log.info("new")
        log.warning("bad")
        raise placement.InputError("ends here")

    monkeypatch.setattr(placement, "read_solution", read)
    lines = run("diff", "a", "b", *([option] if option else [])).stderr.splitlines()
    assert lines == [*(f"placement: {word}" for word in said), "Error: ends here."]
    assert place.name == "place"
