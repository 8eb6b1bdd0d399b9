"""``place diff`` and ``place patch``: forms, exit codes, standard input and revisions of git."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from placement.cli import place
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


@pytest.fixture
def more_people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The small plan of the town, then the same posts with 374 people more in one area."""
    monkeypatch.chdir(tmp_path)
    for name in ("town", "plain"):
        shutil.copytree(CASES / "plans" / name, tmp_path / name)
    file = Path("town/areas.geojson")
    top = json.loads(file.read_text(encoding="utf-8"))
    area = max(top["features"], key=lambda one: one["properties"]["people"])
    area["properties"]["people"] += 374
    file.write_text(json.dumps(top), encoding="utf-8")
    done = run("evaluate", "plain/solution.geojson", "plain", "--no-bound", "-o", "new.geojson")
    assert done.exit_code == 0, done.stderr


@pytest.mark.usefixtures("more_people")
def test_other_cover_of_the_same_posts_is_put_down_to_the_changed_demand() -> None:
    told = run("diff", "plain", "new.geojson").stdout.split("\n")
    assert told[0] == "The layer areas changed between the two solutions."
    posts = next(at for at, line in enumerate(told) if line.endswith("the same units"))
    for at, line in enumerate(told):
        if line.startswith("  covered by "):
            assert at > posts
            assert re.match(
                r"    the same posts on the new inputs: [+-][\d,]+ by the inp", told[at + 1]
            )
    assert any(line.startswith("  covered by ") for line in told)
    assert any(line.startswith("  people of ") and "(+" in line for line in told)
    named = run("diff", "plain", "new.geojson", "--plan", "plain").stdout
    assert named.startswith("areas.geojson changed between the two solutions.\n")


@pytest.mark.usefixtures("more_people")
def test_the_old_posts_on_the_new_inputs_come_between() -> None:
    top = json.loads(Path("plain/solution.geojson").read_text(encoding="utf-8"))
    units = {one["id"]: one["properties"]["units"] for one in top["features"]}
    gone = min(units)
    del units[gone]
    rows = [f"{one.rpartition('/')[0]},{one.rpartition('/')[2]},{n}" for one, n in units.items()]
    Path("posts.csv").write_text("\n".join(["site,resource,units", *rows]), encoding="utf-8")
    run("evaluate", "posts.csv", "plain", "--no-bound", "-o", "fewer.geojson")
    told = json.loads(run("diff", "plain", "fewer.geojson", "--format", "json").stdout)
    assert told["attributed"] is None
    assert "--plan scores the old posts" in run("diff", "plain", "fewer.geojson").stdout
    told = json.loads(
        run("diff", "plain", "fewer.geojson", "--plan", "plain", "--format", "json").stdout
    )
    same = json.loads(Path("new.geojson").read_text(encoding="utf-8"))["placement"]["coverage"]
    for resource, brought in told["attributed"].items():
        before, after = (told["coverage"][resource]["covered"][side] for side in ("old", "new"))
        assert brought["inputs"] == same[resource]["covered"] - before
        assert brought["posts"] == after - same[resource]["covered"]
    assert any(brought["inputs"] for brought in told["attributed"].values())
    assert any(brought["posts"] for brought in told["attributed"].values())


def test_files_of_a_run_need_its_plan() -> None:
    done = run("diff", OLD, NEW, "--layer", "streets=x.osm.pbf")
    assert done.exit_code == 2
    assert "--layer and --closure belong to --plan" in done.stderr


def test_standard_input() -> None:
    shown = run("diff", OLD, NEW).stdout
    for words, file in (("- NEW", OLD), ("OLD -", NEW)):
        arguments = [{"OLD": str(OLD), "NEW": str(NEW)}.get(word, word) for word in words.split()]
        done = CliRunner().invoke(place, ["diff", *arguments], input=file.read_bytes())
        assert done.stdout == shown
    both = run("diff", "-", "-")
    assert both.exit_code == 2
    assert "only one of OLD and NEW" in both.stderr
    bad = CliRunner().invoke(place, ["diff", str(OLD), "-"], input=b"no solution")
    assert bad.exit_code == 3
    assert bad.stderr.startswith("Error: standard input")


def test_a_patch_that_does_not_fit_names_post_member_values_and_remedy(tmp_path: Path) -> None:
    diff, other = tmp_path / "diff.json", tmp_path / "other.geojson"
    diff.write_text(run("diff", OLD, NEW, "--format", "json").stdout, encoding="utf-8")
    text = OLD.read_text(encoding="utf-8")
    other.write_text(text.replace('"units": 4', '"units": 5'), encoding="utf-8")
    refused = run("patch", other, diff, "-o", tmp_path / "made.geojson")
    assert refused.exit_code == 3
    assert refused.stderr == (
        f"Error: {diff}, feature 'quai/checkpoint', field 'properties units': the solution states "
        "5 there, and the difference starts from 4; apply it to the solution that it was made from,"
        " or make it again with `place diff --format json`.\n"
    )
    assert not (tmp_path / "made.geojson").exists()
