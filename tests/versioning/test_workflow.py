"""The workflow for a forge is YAML, and its script does what it says in a real repository."""

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import placement
from placement.versioning.repository import WORKFLOW_FILE, workflow_text
from tests.cli.running import run
from tests.versioning.test_git import BASE, commit, git, plan, repository, with_plan

__all__ = ["plan", "repository"]


def script(name: str) -> str:
    """Return the lines that a step of the workflow runs."""
    step = workflow_text().partition(f"- name: {name}\n")[2].partition("        run: |\n")[2]
    kept: list[str] = []
    for line in step.splitlines(keepends=True):
        if line.strip() and not line.startswith(" " * 10):
            break
        kept.append(line)
    return textwrap.dedent("".join(kept))


def test_the_workflow_is_yaml_that_a_forge_takes() -> None:
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
    top = yaml.safe_load(workflow_text())
    assert top[True] == "pull_request"  # YAML 1.1 takes the word `on` for true, as forges know
    assert top["permissions"] == {"contents": "read", "pull-requests": "write"}
    (job,) = top["jobs"].values()
    assert all(("uses" in step) != ("run" in step) for step in job["steps"])
    for step in job["steps"]:
        if "run" in step:
            assert step["run"] == script(step["name"])
            assert "${{" not in step["run"]  # what others name reaches no shell as text


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_its_steps_are_valid_shell() -> None:
    for name in ("Install placement", "Audit, prove and compare", "Comment"):
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


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_a_change_that_holds_passes_and_a_lie_fails(
    repository: Path,
    plan: placement.Plan,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    place = tools / "place"
    # the second proof takes long and is tested elsewhere: here the audit alone
    place.write_text(
        '#!/bin/bash\nset -- "${@/--prove/--debug}"\n'
        f'exec "{sys.executable}" -P -m placement "$@"\n',
        encoding="utf-8",
    )
    place.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    with_plan()
    commit(BASE, "Agree", plan=plan)
    base = git("rev-parse", "HEAD").strip()
    found = placement.evaluate(plan, BASE | {"bellecour-west/dog_team": 1}, bound=False)
    placement.write_solution(found.solution, "outputs/solution.geojson")
    git("commit", "-q", "-a", "-m", "One more team")

    def review() -> tuple[int, str]:
        ended = subprocess.run(
            ["bash", "-e", "-c", script("Audit, prove and compare")],
            env={**os.environ, "BASE": base},
            capture_output=True,
            check=False,
        )
        return ended.returncode, Path("review.md").read_text(encoding="utf-8")

    code, said = review()
    assert (code, "**outputs/solution.geojson holds**" in said) == (0, True), said
    assert "bellecour-west" in said
    lie = Path("outputs/solution.geojson")
    lie.write_text(lie.read_text(encoding="utf-8").replace('"units": 2', '"units": 3', 1), "utf-8")
    git("commit", "-q", "-a", "-m", "A lie")
    code, said = review()
    assert (code, "**outputs/solution.geojson does not hold.**" in said) == (1, True), said
    assert "the audit refused the solution" in said
