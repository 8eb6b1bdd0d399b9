"""Pages of several solutions from the command line: whole pages, and clear refusals."""

import json
import re
from pathlib import Path
from typing import Any

from tests.cli.running import run

POSTS = {
    "old": "bridge-north,checkpoint,3\nbridge-north,dog_team,1\n",
    "new": "bridge-north,checkpoint,2\nnorth-east,checkpoint,2\n",
}


def solved(name: str, town: Path, budget: str = "40") -> str:
    """Count posts by hand, in a moment."""
    text = "site,resource,units\n" + POSTS[name]
    Path(f"{name}.csv").write_text(text, encoding="utf-8")
    done = run("evaluate", f"{name}.csv", town, "--no-bound", "--budget", budget, "--force",
               "-o", f"{name}.geojson")  # fmt: skip
    assert Path(f"{name}.geojson").exists(), done.stderr
    return f"{name}.geojson"


def data_of(page: str) -> dict[str, Any]:
    found = re.search(r'id="plan-data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    told: dict[str, Any] = json.loads(found[1])
    return told


def test_two_solutions_on_a_map_and_many_on_a_slider(town: Path) -> None:
    old, new = solved("old", town), solved("new", town, "50")
    done = run("map", new, town, "--against", old)
    assert done.exit_code == 0, done.stderr
    assert "wrote comparison.html" in done.stderr
    page = Path("comparison.html").read_text(encoding="utf-8")
    told = data_of(page)
    names = [told["posts"][at]["site"] for at in told["difference"]["opened"]]
    assert names == ["north-east"]
    assert len(told["difference"]["changed"]) == 1
    assert dict(told["difference"]["lines"])["Asked"][0][0].startswith("budget: 40 → 50")
    same = [line for line in run("diff", old, new).stdout.splitlines() if "opened" in line]
    assert same[0].strip() in [text for text, _ in dict(told["difference"]["lines"])["Decided"]]

    shown = run("diff", old, new, "--plan", town, "--format", "html", "--lang", "fr")
    assert shown.exit_code == 0, shown.stderr
    assert data_of(shown.stdout)["asked_language"] == "fr"
    assert data_of(shown.stdout)["difference"] == told["difference"]

    done = run("map", new, old, town, "--slider", "budget", "-o", "s.html")
    assert done.exit_code == 0, done.stderr
    slider = data_of(Path("s.html").read_text(encoding="utf-8"))["slider"]
    assert slider == {"by": "budget", "values": [40.0, 50.0]}


def test_inputs_that_changed_are_said_and_the_old_posts_are_counted_again(town: Path) -> None:
    old = solved("old", town)
    _double(town)
    new = solved("new", town)
    done = run("map", new, town, "--against", old)
    assert done.exit_code == 0, done.stderr
    assert "of the earlier solution: demand.geojson changed" in done.stderr
    told = data_of(Path("comparison.html").read_text(encoding="utf-8"))
    inputs = told["difference"]["inputs"]
    assert (inputs["known"], inputs["recounted"]) == (True, True)
    assert ["demand", "demand.geojson"] in inputs["changed"]
    sums = [state["gaps"]["all"]["people"] for state in told["states"]]
    assert sums[0] == sums[1]


def _double(town: Path) -> None:
    """Send twice as many people to each point."""
    file = town / "demand.geojson"
    layer = json.loads(file.read_text(encoding="utf-8"))
    for feature in layer["features"]:
        feature["properties"]["people"] *= 2
    file.write_text(json.dumps(layer), encoding="utf-8")


def test_what_cannot_be_shown_together_is_refused_in_a_sentence(town: Path) -> None:
    old = solved("old", town)
    for words, sentence in (
        (("map", old, "--slider", "cost"), "two solutions or more"),
        (("map", old, old, "--against", old, "--slider", "cost"), "not both"),
        (("map", old, old, town), "--slider budget"),
        (("map", old, old, "--slider", "height"), "height"),
        (("map", old, old, town, "--slider", "cost", "--try-bridges"), "of one solution"),
    ):
        done = run(*words)
        assert done.exit_code == 2, words
        assert sentence in done.stderr
    text = Path(old).read_text(encoding="utf-8").replace('"plan": "drawn"', '"plan": "other"')
    Path("other.geojson").write_text(text, encoding="utf-8")
    for words in (("map", old, town, "--against", "other.geojson"),
                  ("map", "other.geojson", old, town, "--slider", "cost")):  # fmt: skip
        done = run(*words)
        assert done.exit_code == 2
        assert "show solutions of one plan together" in done.stderr
        assert not list(Path().glob("*.html"))
    text = (town / "plan.toml").read_text(encoding="utf-8")
    (town / "plan.toml").write_text(re.sub("(?m)^streets = .*$", "", text), encoding="utf-8")
    straight = solved("old", town)
    for words in (("--try-bridges",), ("--try-street", "Rue X")):
        done = run("map", straight, town, *words)
        assert done.exit_code == 2
        assert "the plan has no street layer" in done.stderr
        assert not list(Path().glob("*.html"))
