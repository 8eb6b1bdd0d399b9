"""``place diff`` and ``place patch``: forms, exit codes, standard input and revisions of git."""

import json
import subprocess
from pathlib import Path

import jsonschema
import pytest

from tests.cli.running import run

CASES = Path(__file__).parent.parent / "cases"
OLD, NEW = CASES / "agreed.geojson", CASES / "revised.geojson"


def test_exit_code_and_quiet() -> None:
    assert run("diff", OLD, NEW).exit_code == 0
    assert run("diff", OLD, NEW, "--exit-code").exit_code == 1
    same = run("diff", OLD, OLD, "--exit-code")
    assert (same.exit_code, same.stdout) == (0, "")
    silent = run("diff", OLD, NEW, "--exit-code", "--quiet")
    assert (silent.exit_code, silent.stdout) == (1, "")


def test_every_form() -> None:
    assert run("diff", OLD, NEW, "--format", "markdown").stdout.startswith("### Plan")
    told = json.loads(run("diff", OLD, NEW, "--format", "json").stdout)
    schema = json.loads(run("schema", "--of", "diff").stdout)
    jsonschema.Draft202012Validator(schema).validate(told)
    assert told["same"] is False


def test_a_patch_makes_the_new_file_byte_for_byte(tmp_path: Path) -> None:
    diff, made = tmp_path / "diff.json", tmp_path / "made.geojson"
    diff.write_text(run("diff", OLD, NEW, "--format", "json").stdout, encoding="utf-8")
    assert run("patch", OLD, diff, "-o", made).exit_code == 0
    assert made.read_bytes() == NEW.read_bytes()
    refused = run("patch", NEW, diff, "-o", tmp_path / "other.geojson")
    assert refused.exit_code != 0
    assert not (tmp_path / "other.geojson").exists()


def test_a_revision_of_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.example"]
    Path("plan.geojson").write_bytes(OLD.read_bytes())
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "agreed"]):
        subprocess.run([*git, *words], check=True)
    Path("plan.geojson").write_bytes(NEW.read_bytes())
    done = run("diff", "HEAD:plan.geojson", "plan.geojson")
    assert done.stdout == run("diff", OLD, NEW).stdout
    for bad in ("HEAD:other.geojson", "nowhere:plan.geojson"):
        refused = run("diff", bad, "plan.geojson")
        assert refused.exit_code != 0
        assert "git has no such file" in refused.stderr
    hostile = run("diff", "--", "--textconv:plan.geojson", "plan.geojson")
    assert hostile.exit_code != 0
    assert "git has no such file" in hostile.stderr
