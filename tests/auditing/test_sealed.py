"""What seals a perimeter is recounted from the layers: an altered file is found out."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import placement
from placement.auditing.sealed import ways_in
from placement.cover.survey import survey
from placement.errors import InputError
from placement.plan.problem import Plan
from placement.review.geojson import solution_text, take_solution
from placement.solution import Solution
from tests.builders import line, point
from tests.cli.running import run
from tests.sealed_town import gates, ways, write_sealed

type Edit = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Solution]:
    plan = placement.load_plan(write_sealed(tmp_path_factory.mktemp("town"), budget=29.5))
    return plan, placement.optimise(plan)


def post(top: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in top["features"] if one["id"] == name)


def removed(top: dict[str, Any]) -> None:
    top["features"].remove(post(top, "west-2/fence"))
    top["placement"]["cost"] -= 6
    top["placement"]["barriers"]["fence"] = {"count": 2, "cost": 12}
    top["placement"]["rules"]["sealed"]["reached"] = 4


def moved(top: dict[str, Any]) -> None:
    post(top, "west-2/fence")["geometry"]["coordinates"][0] += 0.0002


def cheaper(top: dict[str, Any]) -> None:
    post(top, "west-2/fence")["properties"]["cost"] = 5
    top["placement"]["cost"] -= 1
    top["placement"]["barriers"]["fence"]["cost"] -= 1


def elsewhere(top: dict[str, Any]) -> None:
    """The gate that seals the east goes where it seals nothing."""
    gate = post(top, "gate-east/checkpoint")
    gate["id"] = "beside/checkpoint"
    gate["properties"] |= {"site": "beside", "name": "22 m beside", "cost": 1}
    gate["geometry"]["coordinates"] = [2.3488, 48.853]


def miscounted(top: dict[str, Any]) -> None:
    top["placement"]["barriers"]["fence"]["count"] = 4


def uncounted(top: dict[str, Any]) -> None:
    del top["placement"]["barriers"]["vehicle_block"]
    post(top, "south/vehicle_block")["properties"]["resource"] = "fence"
    post(top, "south/vehicle_block")["id"] = "south/fence"


def overstated(top: dict[str, Any]) -> None:
    top["placement"]["rules"]["sealed"]["asked"] = 6


@pytest.mark.parametrize(
    ("edit", "finding"),
    [
        (removed, "way 'west-2' (Street 2) has neither a post nor a barrier"),
        (removed, "one gets inside the perimeter by Street 2"),
        (moved, "post 'west-2/fence' lies at 2.348700, 48.851500"),
        (cheaper, "price of barrier 'west-2/fence' is 5, recomputed 6"),
        (elsewhere, "way 'east-3' (Street 3) has neither a post nor a barrier"),
        (miscounted, "barriers of 'fence' is 4, recomputed 3"),
        (uncounted, "post 'south/fence' is of a resource its site forbids"),
        (overstated, "what is asked by 'sealed' is 6, recomputed 5"),
    ],
)
def test_an_altered_file_is_found_out(
    sealed: tuple[Plan, Solution], edit: Edit, finding: str
) -> None:
    plan, solution = sealed
    top = json.loads(solution_text(solution))
    assert placement.audit(plan, take_solution(top, file="x")).ok
    edit(top)
    report = placement.audit(plan, take_solution(top, file="x"))
    assert any(one.startswith(finding) for one in report.findings), report.findings


def test_every_barrier_is_missed(sealed: tuple[Plan, Solution]) -> None:
    """Without any one of what seals, the search from outside finds the street."""
    plan, _ = sealed
    streets = survey(plan).streets
    assert streets is not None
    assert ways_in(plan, streets, plan.ways) == []
    for way in plan.ways:
        left = [one for one in plan.ways if one is not way]
        assert ways_in(plan, streets, left) == [way.name]


def test_a_plan_made_by_hand_breaks_the_rule_by_name(sealed: tuple[Plan, Solution]) -> None:
    plan, _ = sealed
    fences = {f"{side}-{row}/fence": 1 for side in ("west", "east") for row in (2, 3)}
    found = placement.evaluate(plan, fences, bound=False)
    assert found.broken == (
        "way 'south' (Pont Dessiné) has neither a post nor a barrier",
        "one gets inside the perimeter by Pont Dessiné",
    )
    none = placement.evaluate(plan, {}, bound=False)
    assert none.broken[0] == (
        "5 ways have neither a post nor a barrier: 'east-2' (Street 2), 'east-3' (Street 3), "
        "'south' (Pont Dessiné), 'west-2' (Street 2), 'west-3' (Street 3)"
    )
    whole = placement.evaluate(plan, fences | {"south/vehicle_block": 1}, bound=False, budget=50)
    assert whole.broken == ()
    assert whole.solution.barriers["vehicle_block"].cost == 8.5


def test_ways_that_leave_one_out_are_refused(tmp_path: Path) -> None:
    path = write_sealed(tmp_path, layers={"ways": ways()[1:]})
    with pytest.raises(InputError) as caught:
        placement.optimise(placement.load_plan(path))
    assert str(caught.value) == (
        "ways.geojson: does not seal the perimeter: past all its ways one gets inside by "
        "Street 2; find the ways again with `place cordon`, or add those that are missing."
    )
    assert run("check", path).exit_code == 3
    # vehicles use other streets than the walking network has: only the ways are counted
    told = path.read_text(encoding="utf-8") + 'traffic = "vehicles"\n'
    path.write_text(told, encoding="utf-8")
    assert placement.optimise(placement.load_plan(path)).rules["sealed"].reached == 4


def test_a_post_on_another_level_seals_nothing(tmp_path: Path) -> None:
    below = point(2.34855, 48.8515, id="below", level=-1, resources=["checkpoint"])
    drawn = ways()
    drawn[0]["properties"]["kind"] = "gate"
    path = write_sealed(tmp_path, layers={"sites": [below, *gates()[1:]], "ways": drawn})
    with pytest.raises(InputError, match="is a gate, and no post that seals may stand within 15 m"):
        placement.load_plan(path)


def test_what_place_cordon_writes_is_taken_with_its_gates(tmp_path: Path) -> None:
    """From the plan to sealed ways in one command, a gate among them that only a post seals."""
    path = write_sealed(tmp_path)
    made = path.with_name("made.geojson")
    gate = path.with_name("gate.csv")
    gate.write_text("id,lon,lat\nwest gate,2.34855,48.8515\n", encoding="utf-8")
    perimeter = path.with_name("perimeter.geojson")
    told = run(
        "cordon", path, "--perimeter", perimeter, "--band", "60", "--gate", gate, "--out", made
    )
    assert told.exit_code == 0, told.stderr
    drawn = [one["properties"] for one in json.loads(made.read_text("utf-8"))["features"]]
    assert [one["gate"] for one in drawn if one["kind"] == "gate"] == ["west gate"]
    plan = placement.load_plan(path, ways=made)
    found = placement.optimise(plan, budget=200)
    assert "gate-west/checkpoint" in {one.id for one in found.posts_list}
    assert found.rules["sealed"].reached == len(drawn)
    # as closures the same file leaves the gate open
    closed = placement.load_plan(path, closures=[made])
    assert len(closed.closing) == len(drawn) - 1


def test_a_way_far_from_the_perimeter_is_named(tmp_path: Path) -> None:
    away = line((2.3485, 49.8514), (2.3485, 49.8516), id="far", kind="fence", price=6)
    path = write_sealed(tmp_path, layers={"ways": [*ways(), away]})
    with pytest.raises(InputError, match=r"within the band, which way 'far' makes 111,.* m wide; "):
        placement.optimise(placement.load_plan(path))


def test_a_way_that_crosses_no_street_is_doubted(tmp_path: Path) -> None:
    beside = line((2.3487, 48.85135), (2.3487, 48.8514), id="beside-it", kind="fence", price=6)
    above = line((2.3485, 48.85142), (2.3485, 48.85158), id="above", kind="fence", price=6, level=1)
    doubted = (
        "ways to seal that cross no street on their level are paid all the same: above, beside-it; "
    )
    sound = run("check", write_sealed(tmp_path / "sound"))
    assert "cross no street" not in sound.stderr
    told = run("check", write_sealed(tmp_path / "a", layers={"ways": [*ways(), beside, above]}))
    assert told.exit_code == 0
    assert doubted in told.stderr


def test_a_plan_that_lets_nobody_in_says_so_with_the_remedy(tmp_path: Path) -> None:
    path = write_sealed(tmp_path / "plan")
    said = "no post stands in any of the 5 ways to seal: nobody gets in or out once they are closed"
    forbidden = [
        word for side in ("west", "east") for word in ("--forbid", f"gate-{side}/checkpoint")
    ]
    told = run("optimise", path, *forbidden, "--out", tmp_path / "shut")
    assert told.exit_code == 0, told.stderr
    remedy = "--lock a post that stands in one: gate-east/checkpoint, gate-west/checkpoint."
    assert f"{said}; {remedy}" in told.stderr
    assert '["shut",5]' in (tmp_path / "shut" / "map.html").read_text("utf-8").replace(", ", ",")
    counted = run("evaluate", tmp_path / "shut" / "solution.geojson", path, "--no-bound")
    assert said in counted.stderr
    locked = run("optimise", path, "--lock", "gate-west/checkpoint", "--out", tmp_path / "open")
    assert locked.exit_code == 0, locked.stderr
    assert "nobody gets in" not in locked.stderr
    assert '["shut"' not in (tmp_path / "open" / "map.html").read_text("utf-8")
    # without a site in a way there is another remedy
    beside = gates()[2:]
    bare = run("optimise", write_sealed(tmp_path / "b", layers={"sites": beside}), "--no-map")
    assert f"{said}; no site stands in a way either" in bare.stderr
