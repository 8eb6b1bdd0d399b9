"""A seal names the files of a solution, and whatever of them changed since."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.running import run

POSTS = "site,resource,units\nopera,checkpoint,2\nbellecour-north,checkpoint,2\n"


@pytest.fixture
def sealed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work beside a plan, its solution and their seal."""
    monkeypatch.chdir(tmp_path)
    assert run("init", ".").exit_code == 0
    Path("posts.csv").write_text(POSTS, encoding="utf-8")
    assert run("evaluate", "posts.csv", "--no-bound", "-o", "solution.geojson").exit_code == 0
    Path("posts.csv").unlink()
    done = run("seal", "solution.geojson")
    assert done.exit_code == 0, done.stderr
    assert "sealed solution.geojson and 4 inputs: wrote seal.json" in done.stderr
    return tmp_path


def test_a_seal_holds_as_long_as_nothing_changes(sealed: Path) -> None:
    manifest = json.loads(Path("seal.json").read_text(encoding="utf-8"))
    assert set(manifest["inputs"]) == {"plan.toml", "sites.csv", "demand.csv", "route.geojson"}
    assert set(manifest["versions"]) == {
        "placement", "python", "highspy", "pulp", "numba", "numpy",
    }  # fmt: skip
    assert manifest["proof"]["status"] == "proposed"
    assert str(sealed) not in Path("seal.json").read_text(encoding="utf-8")
    checked = run("audit", "solution.geojson", "--seal", "seal.json")
    assert checked.exit_code == 0, checked.stderr
    before = Path("seal.json").read_bytes()
    assert run("seal", "solution.geojson").exit_code == 0
    assert Path("seal.json").read_bytes() == before


@pytest.mark.parametrize("name", ["plan.toml", "sites.csv", "demand.csv", "route.geojson"])
def test_each_input_that_changed_is_named_and_no_other(name: str, sealed: Path) -> None:
    path = Path(name)
    path.write_bytes(path.read_bytes() + b"\n")
    checked = run("audit", "solution.geojson", "--seal", "seal.json")
    assert checked.exit_code == 1
    assert f"the audit refused the solution: {name} changed since the seal." in checked.stderr


def test_a_solution_that_changed_an_input_that_is_gone_and_one_that_is_new_are_named(
    sealed: Path,
) -> None:
    path = Path("solution.geojson")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("\n", "\r\n"), encoding="utf-8", newline="")
    checked = run("audit", path, "--seal", "seal.json")
    assert "is not the file that was sealed, and says the same." in checked.stderr
    path.write_text(text.replace('"objective": 4', '"objective": 5'), encoding="utf-8")
    checked = run("audit", path, "--seal", "seal.json")
    assert checked.exit_code == 1
    assert "solution.geojson is not the file that was sealed; " in checked.stderr
    path.write_text(text, encoding="utf-8")
    plan = Path("plan.toml")
    shutil.copy("route.geojson", "way.geojson")
    Path("route.geojson").unlink()
    changed = plan.read_text(encoding="utf-8").replace('"route.geojson"', '"way.geojson"')
    plan.write_text(changed, encoding="utf-8")
    checked = run("audit", path, "--seal", "seal.json")
    for sentence in (
        "plan.toml changed since the seal",
        "route.geojson is missing since the seal",
        "way.geojson is read, and was not sealed",
    ):
        assert sentence in checked.stderr


def test_a_change_is_named_also_where_the_plan_can_no_longer_be_read(sealed: Path) -> None:
    Path("sites.csv").write_text("nonsense\n", encoding="utf-8")
    checked = run("audit", "solution.geojson", "--seal", "seal.json")
    assert checked.exit_code == 3
    assert "Warning: sites.csv changed since the seal" in checked.stderr


def test_a_solution_that_the_audit_refuses_is_not_sealed(sealed: Path) -> None:
    Path("seal.json").unlink()
    path = Path("solution.geojson")
    text = path.read_text(encoding="utf-8").replace('"objective": 4', '"objective": 5')
    path.write_text(text, encoding="utf-8")
    assert run("seal", path).exit_code == 1
    assert not Path("seal.json").exists()
    assert run("seal", path, "-o", path).exit_code == 3
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")
def test_a_seal_is_signed_and_verified_by_ssh(sealed: Path) -> None:
    def ssh(*words: str, given: bytes = b"") -> int:
        return subprocess.run(
            ["ssh-keygen", *words], input=given, capture_output=True, check=False
        ).returncode

    assert ssh("-q", "-t", "ed25519", "-N", "", "-C", "ada@example.org", "-f", "key") == 0
    key = Path("key.pub").read_text(encoding="utf-8")
    Path("signers").write_text(f"ada@example.org {key}", encoding="utf-8")
    assert ssh("-Y", "sign", "-f", "key", "-n", "placement", "seal.json") == 0
    verify = ("-Y", "verify", "-f", "signers", "-I", "ada@example.org", "-n", "placement",
              "-s", "seal.json.sig")  # fmt: skip
    text = Path("seal.json").read_bytes()
    assert ssh(*verify, given=text) == 0
    assert ssh(*verify, given=text.replace(b"proposed", b"optimal")) != 0
