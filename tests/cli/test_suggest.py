"""The shell completes names of the plan that is meant, and nothing where it cannot be read."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from placement.cli import place
from placement.cli.files import bundled_plans
from placement.plan.ground_settings import Layers
from tests.amount import cases
from tests.cli.test_start import HEAVY, ROOT


def complete(*words: str) -> list[str]:
    """Return what the shell offers for the last of the words."""
    *before, last = words
    found = ShellComplete(place, {}, "place", "_PLACE_COMPLETE").get_completions(before, last)
    return [one.value for one in found]


POSTS = ["bridge-north/checkpoint", "bridge-north/dog_team"]


@pytest.mark.parametrize("way", ["here", "folder", "file"])
def test_posts_and_resources_of_the_plan_here_or_named(
    way: str, town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "here":
        monkeypatch.chdir(town)
    plan = {"here": (), "folder": (str(town),), "file": (str(town / "plan.toml"),)}[way]
    for option in ("--lock", "--forbid"):
        assert complete("optimise", *plan, option, "bridge-n") == POSTS
    assert complete("optimise", *plan, "--limit", "") == ["checkpoint=", "dog_team="]
    assert complete("cover", *plan, "--share", "d") == ["dog_team="]
    assert complete("routes", "done", *plan, "--post", "bridge-north/d") == POSTS[1:]


def test_why_takes_sites_and_posts(town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(town)
    assert complete("why", "bridge-north") == ["bridge-north", *POSTS]


def test_layers_and_examples() -> None:
    assert complete("optimise", "--layer", "") == [
        f"{name}=" for name in sorted(Layers.model_fields)
    ]
    assert complete("check", "--layer", "str") == ["streets="]
    assert complete("init", "there", "--example", "") == bundled_plans()


@pytest.mark.parametrize("kind", ["csv", "semicolons.csv", "gpkg", "parquet", "json"])
def test_sites_are_read_from_each_format(
    kind: str, town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import geopandas as gpd

    monkeypatch.chdir(town)
    sites = gpd.read_file(town / "sites.geojson")
    file = town / f"moved.{kind}"
    if kind == "json":
        shutil.copy(town / "sites.geojson", file)
    elif kind == "gpkg":
        sites.to_file(file)
    elif kind == "parquet":
        sites.to_parquet(file)
    else:
        table = sites.drop(columns="geometry").assign(lon=sites.geometry.x, lat=sites.geometry.y)
        table.to_csv(file, index=False, sep=";" if "semi" in kind else ",")
    plan = town / "plan.toml"
    plan.write_text(plan.read_text(encoding="utf-8").replace("sites.geojson", file.name), "utf-8")
    assert complete("optimise", "--lock", "bridge-n") == POSTS


@given(content=st.one_of(st.binary(max_size=60), st.sampled_from([b"", b"[layers]", b"\xff"])),
       layer=st.binary(max_size=60))  # fmt: skip
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=cases(20, 50))
def test_what_cannot_be_read_yields_nothing(content: bytes, layer: bytes, tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_bytes(content)
    assert complete("optimise", str(tmp_path), "--lock", "") == []
    (tmp_path / "plan.toml").write_text('layers.sites = "s.geojson"\n[resources.a]\n')
    (tmp_path / "s.geojson").write_bytes(layer)
    assert complete("optimise", str(tmp_path), "--lock", "") == []
    assert complete("optimise", str(tmp_path), "--limit", "") == ["a="]


def test_without_a_plan_there_is_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert complete("optimise", "--lock", "") == complete("optimise", "--limit", "") == []
    assert complete("why", "") == []


def test_a_suggestion_imports_nothing_heavy(town: Path) -> None:
    code = (
        "import sys\n"
        "from click.shell_completion import ShellComplete\n"
        "from placement.cli import place\n"
        "shell = ShellComplete(place, {}, 'place', '_PLACE_COMPLETE')\n"
        f"found = shell.get_completions(['optimise', {str(town)!r}, '--lock'], 'bridge')\n"
        f"print(len(found), sorted(set(sys.modules) & set({HEAVY!r})))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout == "4 []\n"
