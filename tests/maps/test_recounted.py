"""Every figure in the page's data is what another program counts from the plan and its solution."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import placement
from placement.maps import write_map
from placement.plan.layers import load_plan
from placement.review.geojson import read_solution, write_solution
from tests.amount import by_night
from tests.builders import NORTH, SOUTH, box, write_plan
from tests.outside_page import half_up, recount

ROOT = Path(__file__).parents[2]
ONE_DECIMAL, WHOLE = 0.1001, 0.999
COUNTED = {
    "areas", "budget", "gap", "gaps", "lanes", "objective", "options", "posts", "resources",
    "rules", "sites", "walks",
}  # fmt: skip
"""What the other program counts; where shapes and names stand beside figures, the figures."""
OTHERS = {
    # said of the plan, or of the file as it was read
    "asked", "bound", "closures", "doubts", "entry", "languages", "leaflet", "limits", "main",
    "pace", "plan", "sheet", "sources", "status", "title", "walking", "water", "words",
    # drawn
    "background", "barriers", "bounds", "labels", "missing", "reach", "rings", "route", "seals",
    "streets",
    # counted in the page, and held to `place evaluate` by tests of their own
    "what_if",
}  # fmt: skip

LANES = """
[resources.checkpoint.lanes]
rate_per_h = 90
efficiency = 0.85
opens = "16:00"
closes = "18:00"
period_min = 20
max_wait_min = 20
"""
WALKING = """
[walking]
speed_m_s = 1.34
snap_m = 60
sample_m = 20
step_free_share = 0.2
step_free_speed_m_s = 0.69
[[floors]]
zone = "*"
resource = "checkpoint"
share = 0.05
"""


@pytest.fixture(params=["walks", "lanes"])
def drawn(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, Path]:
    """A plan of areas alone, and a solution: some people too far away, some turned away."""
    boxes = [
        box(2.3462, NORTH[0], 2.3478, NORTH[0] + 0.0003, id="west", name="West", people=700),
        box(2.3508, 48.85155, 2.3524, 48.85185, id="box-1", name="Box 1", people=500),
        box(2.3525, SOUTH[0], 2.3538, SOUTH[0] + 0.0003, id="south", name="South", people=310),
        box(2.3482, SOUTH[1], 2.3495, SOUTH[1] + 0.0002, id="quay", name="Quay", people=200),
    ]
    text = {
        "amount = 40": "amount = 24",
        "max_units = 4\n": "max_units = 4\n" + (LANES if request.param == "lanes" else ""),
    }
    file = write_plan(
        tmp_path, layers={"demand": None, "areas": boxes}, replace=text, extra=WALKING
    )
    write_solution(placement.optimise(load_plan(file)), tmp_path / "solution.geojson")
    return file, tmp_path / "solution.geojson"


def data_of(plan_file: Path, solution_file: Path, folder: Path) -> dict[str, Any]:
    """Return what stands in the page that is written."""
    write_map(load_plan(plan_file), read_solution(solution_file), folder / "map.html")
    text = (folder / "map.html").read_text(encoding="utf-8")
    found = re.search(r'<script type="application/json" id="plan-data">(.*?)</script>', text)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


type Pairs = Iterator[tuple[Any, Any, float]]
"""Figures told and counted, and how far they may be apart."""


def of_resources(data: dict[str, Any], found: dict[str, Any]) -> Pairs:
    yield data["objective"], found["objective"], 1e-6
    yield data["gap"], found["gap"], 1e-6
    for part, counted in found["budget"].items():
        yield data["budget"][part], counted, 1e-6
    for resource in data["resources"]:
        for part, counted in found["resources"][resource["id"]].items():
            if part == "step_free":
                yield from (
                    (resource[part][each], number, 1e-6) for each, number in counted.items()
                )
            else:
                yield resource[part], counted, ONE_DECIMAL if part == "walk_s" else 1e-6


def of_posts(data: dict[str, Any], found: dict[str, Any]) -> Pairs:
    kinds = [resource["id"] for resource in data["resources"]]
    served = dict.fromkeys(kinds, 0)
    yield len(data["posts"]), len(found["posts"]), 0
    for post in data["posts"]:
        kind = kinds[post["resource"]]
        counted = found["posts"][f"{post['site']}/{kind}"]
        served[kind] += post["served"]
        yield post["cost"], counted["cost"], 1e-6
        yield post["covered"], counted["covered"], 1e-6
        yield post["served"], counted["served"], WHOLE
        yield post["loss"], counted["loss"], 1e-6 if data["lanes"] is None else 0.05
    for kind, people in served.items():
        yield people, half_up(found["resources"][kind]["covered"]), 0


def of_gaps(data: dict[str, Any], found: dict[str, Any]) -> Pairs:
    assert {row["name"] for row in data["gaps"]["rows"]} == set(found["gaps"])
    for key in ("all", "slow"):
        rows = [(row["name"], row[key]) for row in data["gaps"]["rows"] if row[key] is not None]
        whole = data["gaps"][key]
        yield whole["people"], sum(row["people"] for _, row in rows), 0
        for at, resource in enumerate(data["resources"]):
            for name, row in rows:
                people, far, turned = found["gaps"][name][key][resource["id"]]
                yield row["people"], people, WHOLE
                yield row["far"][at], far, WHOLE
                yield row["turned"][at], turned, WHOLE
            for column in ("far", "turned"):
                yield whole[column][at], sum(row[column][at] for _, row in rows), 0
            if key == "all":
                lost = resource["total"] - resource["covered"]
                yield whole["far"][at] + whole["turned"][at], lost, WHOLE


def of_areas(data: dict[str, Any], found: dict[str, Any]) -> Pairs:
    nobody = {"people": 0.0, "covered": [0.0] * len(data["resources"])}
    for area in data["areas"]:
        for key, part in (("all", area), ("slow", area["step_free"] or nobody)):
            for at, resource in enumerate(data["resources"]):
                people, covered = found["areas"][area["id"]][key][resource["id"]]
                yield part["people"], people, 1e-6
                yield part["covered"][at], covered, 1e-6
    for resource, rows in zip(data["resources"], data["walks"]["areas"], strict=True):
        walks = found["walks"][resource["id"]]
        yield len(rows), len(walks), 0
        for row in rows:
            counted = walks[row["name"] + "~step-free" * row["step_free"]]
            yield row["people"], counted["people"], 1e-6
            yield row["within"], counted["within"], 1e-6
            for told, part in zip(row["walks"], ("median_s", "p95_s", "longest_s"), strict=True):
                yield told, counted[part], ONE_DECIMAL


def of_candidates(data: dict[str, Any], found: dict[str, Any]) -> Pairs:
    options = {
        f"{site['site']}/{data['resources'][one['resource']]['id']}": one
        for site in data["sites"]
        for one in data["options"][site["options"]]
    }
    assert options.keys() == found["sites"].keys()
    for key, counted in found["sites"].items():
        for part, number in zip(("open", "unit", "least", "most"), counted, strict=True):
            yield options[key][part], number, 1e-6


def of_lanes(data: dict[str, Any], found: dict[str, Any]) -> Pairs:
    lanes = data["lanes"]
    assert {gate["key"] for gate in lanes["gates"]} == set(found["lanes"])
    for gate in lanes["gates"]:
        counted = found["lanes"][gate["key"]]
        waiting = np.cumsum(np.array(counted["sent"]) - counted["admitted"])
        for part, numbers in (("sent", counted["sent"]), ("admitted", counted["admitted"]),
                              ("waiting", waiting)):  # fmt: skip
            yield from ((*pair, 0.051) for pair in zip(gate[part], numbers, strict=True))
        yield gate["wait"], counted["longest_wait_min"], 1e-6
        assert gate["clears"] == counted["clears"]
        # the drawn line of the queue, beside a queue that runs second by second
        people, run = 0.0, [0.0]
        for coming in counted["sent"]:
            for _ in range(int(60 * lanes["period_min"])):
                change = (coming - gate["room"]) / lanes["period_min"] / 60
                people = max(0.0, people + change)
                run.append(people)
        seconds = lanes["from_min"] + np.arange(len(run)) / 60
        drawn = np.interp(seconds, *zip(*gate["line"], strict=True))
        # people are written with one decimal, minutes with two
        yield float(np.abs(drawn - run).max()), 0.0, 0.06 + gate["room"] / lanes["period_min"] / 60
    for part in ("sent", "admitted"):
        sums = np.sum([one[part] for one in found["lanes"].values()], axis=0)
        yield from ((*pair, 0.051) for pair in zip(lanes["all"][part], sums, strict=True))
    longest = max(one["longest_wait_min"] for one in found["lanes"].values())
    yield lanes["all"]["wait"], longest, 1e-6
    for row in lanes["areas"]:
        counted = found["sent"].get(row["name"] + "~step-free" * row["step_free"], {})
        yield len(row["sent"]), len(counted), 0
        for at, people in row["sent"]:
            yield people, sum(counted[lanes["gates"][at]["key"]]), 1e-5
    for floor in data["rules"]["floors"]:
        kind, whom = data["resources"][floor["resource"]]["id"], " step-free" * floor["step_free"]
        name = f"floors: {floor['asked']} of zone '{floor['zone']}'{whom} by '{kind}'"
        yield floor["reached"], found["rules"][name]["reached"], 2e-6
        key = "slow" if floor["step_free"] else "all"
        yield floor["people"], found["gaps"][floor["zone"]][key][kind][0], 1e-6


def compare(data: dict[str, Any], found: dict[str, Any]) -> int:
    """Compare every figure and return how many there are."""
    assert set(data) <= COUNTED | OTHERS, "count what is new in a page, or name it here"
    parts = [of_resources, of_posts, of_gaps, of_areas, of_candidates]
    parts += [of_lanes] if data["lanes"] is not None else []
    pairs = [pair for part in parts for pair in part(data, found)]
    wrong = [(told, counted) for told, counted, off in pairs
             if (told is None) != (counted is None)
             or (told is not None and abs(told - counted) > off)]  # fmt: skip
    assert wrong == []
    return len(pairs)


def test_the_page_of_a_drawn_plan_is_counted_again(drawn, tmp_path: Path) -> None:
    data = data_of(*drawn, tmp_path)
    gaps = data["gaps"]["all"]
    assert gaps["far"][data["main"]] > 0
    assert (gaps["turned"][data["main"]] > 0) is (data["lanes"] is not None)
    assert compare(data, recount(*drawn)) > 150


@by_night
@pytest.mark.parametrize(
    "name", ["london-2023", "paris-2024", "paris-2024-cover", "paris-2024-dogs"]
)
def test_the_page_of_a_bundled_plan_is_counted_again(name: str, tmp_path: Path) -> None:
    files = ROOT / f"data/geo/{name}/plan.toml", ROOT / f"outputs/{name}/solution.geojson"
    data = data_of(*files, tmp_path)
    assert compare(data, recount(*files)) > 500
