"""The workflow for a forge is YAML, and its script does what it says in a real repository."""

import os
import re
import shutil
import subprocess
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import placement
from placement.solution import Status
from placement.versioning.repository import WORKFLOW_FILE, workflow_text
from tests.cli.forked import Forks, program
from tests.cli.running import run
from tests.versioning.test_git import BASE, git, plan, repository, with_plan

__all__ = ["plan", "repository"]
STEPS = ["Install placement", "Audit, prove and compare", "Comment"]


def script(name: str) -> str:
    """Return the lines that a step of the workflow runs."""
    step = workflow_text().partition(f"- name: {name}\n")[2].partition("        run: |\n")[2]
    kept: list[str] = []
    for line in step.splitlines(keepends=True):
        if line.strip() and not line.startswith(" " * 10):
            break
        kept.append(line)
    return textwrap.dedent("".join(kept))


def read_yaml(text: str) -> Any:
    """Read the plain part of YAML that all readers of YAML read alike, and refuse the rest.

    Mappings and lists in blocks, texts without quotes or in double ones, texts of several lines.
    """
    lines = [line for line in text.splitlines() if not re.match(r" {0,8}#|$", line)]

    def block(depth: int) -> Any:
        if lines and lines[0][depth:].startswith("- "):
            items = []
            while lines and lines[0].startswith(" " * depth + "- "):
                lines[0] = " " * (depth + 2) + lines[0][depth + 2 :]
                items.append(block(depth + 2))
            return items
        members: dict[str, Any] = {}
        while lines and lines[0].startswith(" " * depth) and lines[0][depth] != " ":
            found = re.fullmatch(r"([\w-]+):(?: (.+))?", lines.pop(0)[depth:])
            assert found is not None
            name, value = found[1], found[2]
            assert name not in members
            if value is None:
                inner = len(lines[0]) - len(lines[0].lstrip(" "))
                assert inner > depth
                value = block(inner)
            elif value == "|":
                value = ""
                while lines and lines[0].startswith(" " * (depth + 2)):
                    value += f"{lines.pop(0)[depth + 2 :]}\n"
            else:
                assert not re.match(r"[&*!>%@`'\[{|]|.*(: | #)", value), value
                value = value.strip('"')
            members[name] = value
        return members

    read = block(0)
    assert not lines
    return read


def test_the_workflow_is_yaml_that_a_forge_takes() -> None:
    top = read_yaml(workflow_text())
    assert set(top) == {"name", "on", "permissions", "jobs"}
    assert top["on"] == "pull_request"
    assert top["permissions"] == {"contents": "read", "pull-requests": "write"}
    (job,) = top["jobs"].values()
    assert [step["name"] for step in job["steps"] if "run" in step] == STEPS
    assert all(("uses" in step) != ("run" in step) for step in job["steps"])
    for step in job["steps"]:
        if "run" in step:
            assert step["run"].splitlines() == [
                line for line in script(step["name"]).splitlines() if line
            ]
            assert "${{" not in step["run"]  # what others name reaches no shell as text


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_its_steps_are_valid_shell() -> None:
    for name in STEPS:
        text = script(name)
        assert text.count("\n") > 2
        checked = subprocess.run(["bash", "-n"], input=text, text=True, check=False)
        assert checked.returncode == 0, name


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_it_is_written_once_and_never_over_another(repository: Path) -> None:
    first = run("git-setup", "--workflow")
    assert first.exit_code == 0
    assert f"wrote {WORKFLOW_FILE}, to be committed" in first.stderr
    file = repository / WORKFLOW_FILE
    assert file.read_text(encoding="utf-8") == workflow_text()
    assert run("git-setup", "--workflow").exit_code == 0
    file.write_text("name: mine\n", encoding="utf-8")
    (repository / ".gitattributes").unlink()
    refused = run("git-setup", "--workflow")
    assert refused.exit_code == 2
    assert "is already there and says other things" in refused.stderr
    assert file.read_text(encoding="utf-8") == "name: mine\n"
    assert not (repository / ".gitattributes").exists()


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_without_a_place_to_install_from_it_fails_and_says_so() -> None:
    ended = subprocess.run(
        ["bash", "-e", "-c", script("Install placement")],
        env={"PATH": os.environ["PATH"], "PLACEMENT": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "::error::set the variable PLACEMENT" in ended.stdout


@pytest.fixture
def on_a_forge(
    repository: Path,
    plan: placement.Plan,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    """Work where a change is reviewed: the agreed plan is committed. Return its commit."""
    tools = tmp_path / "tools"
    tools.mkdir()
    # the command of the forge: keeps the comment, and has none to edit the first time
    (tools / "gh").write_text(
        '#!/bin/bash\necho "$@" >> "$SAID"\n'
        '[ "$4" != --edit-last ] || [ -e "$SAID.md" ] || exit 1\ncp "${!#}" "$SAID.md"\n',
        encoding="utf-8",
    )
    (tools / "gh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("SAID", str(tmp_path / "said"))
    monkeypatch.setenv("NUMBER", "7")
    with_plan()
    (repository / "outputs").mkdir()
    placement.write_solution(placement.optimise(plan), "outputs/solution.geojson")
    write("hand", placement.evaluate(plan, BASE, bound=False).solution)
    git("add", "-A")
    git("commit", "-q", "-m", "Agree")
    base = git("rev-parse", "HEAD").strip()
    monkeypatch.setenv("BASE", base)
    return base


@pytest.fixture
def installed(on_a_forge: str, repository: Path, tmp_path: Path) -> Iterator[None]:
    """Have the command `place` where a change is reviewed."""
    forks = Forks(repository, warm=("check", "plan.toml"))
    with program(forks, tmp_path / "tools" / "place"):
        yield
    forks.end()


def step(name: str) -> int:
    return subprocess.run(
        ["bash", "-e", "-c", script(name)], capture_output=True, check=False
    ).returncode


def review(message: str) -> tuple[int, str]:
    """Commit what is here, review it, and return the comment that the forge was given."""
    git("add", "-A", ":(exclude)*.md", ":(exclude)*.txt")
    git("commit", "-q", "-m", message)
    code = step("Audit, prove and compare")
    assert step("Comment") == 0
    return code, Path(f"{os.environ['SAID']}.md").read_text(encoding="utf-8")


def write(folder: str, solution: placement.Solution) -> Path:
    """Write a solution into a folder of its own."""
    Path(folder).mkdir(exist_ok=True)
    path = Path(folder) / "solution.geojson"
    placement.write_solution(solution, path)
    return path


@pytest.mark.slow
@pytest.mark.usefixtures("installed")
@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_a_change_is_audited_proven_compared_and_commented(
    plan: placement.Plan, on_a_forge: str
) -> None:
    def by_hand(**units: int) -> placement.Solution:
        asked = BASE | {name.replace("__", "/"): many for name, many in units.items()}
        return placement.evaluate(plan, asked, bound=False).solution

    more = placement.load_plan("plan.toml", budget=70)
    outputs = write("outputs", placement.optimise(more))
    code, said = review("Ten officers more")
    assert code == 0, said
    assert (
        "**outputs/solution.geojson holds**, every figure and rule. Proven twice: no plan" in said
    )
    markdown = run("diff", f"{on_a_forge}:{outputs}", outputs, "--format", "markdown").stdout
    assert markdown.strip() in said
    assert "albon/checkpoint" in markdown
    assert "**hand/solution.geojson holds**, every figure and rule. It is proposed by hand" in said
    lie = outputs.read_text(encoding="utf-8").replace('"units": 2', '"units": 3', 1)
    outputs.write_text(lie, encoding="utf-8")
    write("dear", by_hand(albon__checkpoint=4))
    # every figure holds, and a better plan exists: the second solver finds it
    good = by_hand()
    write("best", replace(good, status=Status.OPTIMAL, bound=good.objective, gap=0.0))
    Path("hand/solution.geojson").write_text("[]", encoding="utf-8")
    code, said = review("A lie, a plan that is too dear, one that is not the best, and nonsense")
    assert code == 1
    for sentence in (
        "**outputs/solution.geojson does not hold.**",
        "**dear/solution.geojson breaks rules.**",
        "**What best/solution.geojson claims does not hold.**",
        "**hand/solution.geojson does not hold.**",
        "They cannot be compared.",
        "the audit refused the solution",
        "Broken: the posts cost",
    ):
        assert said.count(sentence) == 1, sentence
    assert " holds**" not in said
    assert said.count("It is new.") == 2
    calls = Path(os.environ["SAID"]).read_text(encoding="utf-8").splitlines()
    first = "pr comment 7 --edit-last --body-file comment.md"
    assert calls == [first, "pr comment 7 --body-file comment.md", first]


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_a_comment_keeps_to_what_a_forge_takes(on_a_forge: str) -> None:
    Path("review.md").write_text("**é**: a line of some length\n" * 5000, encoding="utf-8")
    assert step("Comment") == 0
    said = Path(f"{os.environ['SAID']}.md").read_text(encoding="utf-8")
    assert 50_000 < len(said) < 65_536
    assert said.endswith("… cut here; the summary of the run has all.\n")
