"""`place cover` and `place why` on the drawn town, through the real pipeline."""

import json
from pathlib import Path

import pytest

from tests.cli.running import run


def test_the_cheapest_plan_is_written_drawn_and_audited(town: Path, tmp_path: Path) -> None:
    done = run("cover", town, "--share", "checkpoint=50%", "--share", "dog_team=0.1", "--json")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)["placement"]
    assert told["reverse"]["shares"] == {"checkpoint": 0.5, "dog_team": 0.1}
    assert told["reverse"]["cost_gap"] == 0
    assert told["cost"] == told["budget"] == told["reverse"]["cost_bound"]
    assert told["coverage"]["checkpoint"]["share"] >= 0.5
    out = tmp_path / "outputs" / "drawn" / "cover"
    assert sorted(path.name for path in out.iterdir()) == ["map.html", "solution.geojson"]
    assert run("audit", out, town).exit_code == 0
    text = (
        (out / "solution.geojson").read_text().replace('"checkpoint": 0.5', '"checkpoint": 0.999')
    )
    (out / "solution.geojson").write_text(text)
    refused = run("audit", out, town)
    assert refused.exit_code == 1
    assert "were to be" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 2, "--share"),
        (("--share", "checkpoint"), 2, "not NAME=VALUE"),
        (("--share", "checkpoint=2"), 2, "not a share above 0 and of at most 1"),
        (("--share", "checkpoint=101%"), 2, "not a share above 0 and of at most 1"),
        (("--share", "checkpoint=0%"), 2, "not a share above 0 and of at most 1"),
        (("--share", "checkpoint=x"), 2, "not a share above 0 and of at most 1"),
        (("--share", "checkpont=0.5"), 2, "did you mean 'checkpoint'"),
        (("--share", "dog_team=1"), 4, "dog_team can reach 0."),
    ],
)
def test_what_cover_cannot_take(
    arguments: tuple[str, ...], code: int, words: str, town: Path
) -> None:
    done = run("cover", town, *arguments)
    assert (done.exit_code, words in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr
    assert not Path("outputs").exists()


def test_why_of_a_site_says_it_for_each_resource(town: Path) -> None:
    assert run("optimise", town, "--no-map", "--out", "agreed").exit_code == 0
    shown = run("why", "south-east", town, "--solution", "agreed")
    assert shown.exit_code == 0, shown.stderr
    assert "south-east/checkpoint: " in shown.stdout
    assert "south-east/dog_team: closed, since it is excluded." in shown.stdout
    told = json.loads(run("why", "south-east", town, "--budget", "40", "--json").stdout)["posts"]
    assert [one["post"] for one in told] == ["south-east/checkpoint", "south-east/dog_team"]
    assert all(one["proven"] for one in told)
    again = run("why", "south-east/checkpoint", town, "--solution", "agreed", "--json")
    assert json.loads(again.stdout)["posts"] == told[:1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("south-eats",), "did you mean 'south-east'"),
        (("south-east/dog-team",), "did you mean 'dog_team'"),
        (("south-east", "--solution", "agreed", "--budget", "3"), "give them without --solution"),
    ],
)
def test_what_why_cannot_take(arguments: tuple[str, ...], words: str, town: Path) -> None:
    site, *options = arguments
    done = run("why", site, town, *options)
    assert (done.exit_code, words in done.stderr) == (2, True), done.stderr
