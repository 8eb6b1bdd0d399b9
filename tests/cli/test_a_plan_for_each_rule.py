"""A small plan for each rule, from the plan file to the audited solution and its map.

The plans lie in ``tests/cases/plans``, one folder each, beside what `place` is to answer; all walk
the drawn town of ``tests/builders.py``. After a change that is meant, ``PLACE_GOLDEN=write pytest``
writes the answers anew, and the diff shows what the change does to each rule. The version of
placement in a kept answer is the one that wrote it: another version that finds the same passes.
"""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import Result

import placement
from placement.review.geojson import read_solution
from tests.cli.running import run

PLANS = Path(__file__).parent.parent / "cases" / "plans"
WRITE = os.environ.get("PLACE_GOLDEN") == "write"


@dataclass(frozen=True, kw_only=True)
class Case:
    """What to ask of a plan.

    Attributes
    ----------
    command
        ``optimise`` or ``cover``.
    options
        Of the command; ``{here}`` is the plan's folder.
    """

    command: str = "optimise"
    options: tuple[str, ...] = ()


CASES = {
    "plain": Case(),
    "floors": Case(),
    "weights": Case(),
    "tiers": Case(),
    "groups": Case(),
    "separation": Case(),
    "backup-must": Case(),
    "backup-worth": Case(),
    "lanes": Case(),
    "arrivals": Case(),
    "zones": Case(),
    "sealed": Case(),
    "periods": Case(),
    "expected": Case(),
    "step-free": Case(),
    "agreed": Case(
        options=(
            "--baseline", "{here}/agreed.geojson", "--max-changes", "3", "--change-price", "10",
            "--lock", "south-east/checkpoint", "--forbid", "bridge-north/dog_team",
        )
    ),
    "cheapest": Case(
        command="cover", options=("--share", "checkpoint=0.6", "--share", "dog_team=0.2")
    ),
}  # fmt: skip
REFUSED = {"clash": ("optimise",)}
ASKED = {"why": ("bridge-south/checkpoint", "north-east/checkpoint")}


def same(path: Path, content: bytes) -> None:
    """Compare with what is kept, or keep it."""
    if WRITE:
        path.write_bytes(content)
    assert unversioned(path.read_bytes()) == unversioned(content)


def unversioned(content: bytes) -> bytes:
    """Return a text without the line that tells which version of placement wrote it."""
    return re.sub(rb'(?m)^    "version": "[^"]+",\n', b"", content)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_every_plan_is_asked() -> None:
    folders = {file.parent.name for file in PLANS.glob("*/plan.toml")}
    assert folders == {*CASES, *REFUSED, *ASKED}


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_rule_from_the_plan_file_to_the_map(name: str) -> None:
    case, folder = CASES[name], PLANS / name
    fine(run("check", folder))
    options = [word.format(here=folder) for word in case.options]
    fine(run(case.command, folder, *options, "--out", "out"))
    content = Path("out/solution.geojson").read_bytes()
    same(folder / "solution.geojson", content)
    assert f'"version": "{placement.__version__}"'.encode() in content
    assert b'"status": "optimal"' in content
    page = Path("out/map.html").read_text(encoding="utf-8")
    assert all(
        json.dumps(post.name)[1:-1] in page
        for post in read_solution(Path("out/solution.geojson")).posts_list
    )
    assert "figures and rules hold" in fine(run("audit", "out", folder)).stdout


@pytest.mark.parametrize("name", sorted(set(CASES) - {"plain", "cheapest"}))
def test_the_rule_binds(name: str) -> None:
    """Without its rule a plan would be another one."""
    ruled, plain = (read_solution(PLANS / one / "solution.geojson") for one in (name, "plain"))
    found, otherwise = ([(post.id, post.units) for post in s.posts_list] for s in (ruled, plain))
    assert found != otherwise


def test_what_cannot_be_is_said_with_what_would_do() -> None:
    done = run("optimise", PLANS / "clash", "--out", "out")
    assert done.exit_code == 4
    assert not Path("out").exists()
    same(PLANS / "clash" / "said.txt", done.stderr.encode())


def test_why_says_what_a_post_brings_and_what_one_would_cost() -> None:
    fine(run("optimise", PLANS / "why", "--no-map", "--out", "out"))
    said = [fine(run("why", post, PLANS / "why", "--solution", "out")) for post in ASKED["why"]]
    same(PLANS / "why" / "said.txt", "".join(one.stdout for one in said).encode())


def fine(done: Result) -> Result:
    """Return what went well."""
    assert done.exit_code == 0, done.stderr
    return done
