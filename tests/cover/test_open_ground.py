"""People and posts off every street walk straight to one another where nothing lies between."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from placement.auditing.recount import to_demand, to_sites
from placement.cover.survey import Survey, survey
from placement.plan.layers import load_plan
from placement.plan.problem import Plan
from placement.streets.closures import crowd_pace
from tests.builders import box, line, point, write_plan
from tests.cli.running import run

#: Degrees of a metre eastwards and northwards in the town.
EAST, NORTHWARD = 1 / 73_300, 1 / 111_200
#: A field 50 m north of the town's northernmost street, off every street.
FIELD = (2.349, 48.8530 + 50 * NORTHWARD)


def spot(east_m: float, north_m: float = 0.0, **properties: Any) -> dict[str, Any]:
    return point(FIELD[0] + east_m * EAST, FIELD[1] + north_m * NORTHWARD, **properties)


def loaded(folder: Path, **layers: Any) -> Plan:
    usual = {
        "sites": [spot(0, id="tent")],
        "demand": [spot(3, id="crowd", people=50), spot(0, id="inside", people=1)],
        "areas": None,
    }
    return load_plan(write_plan(folder, layers={**usual, **layers}))


def tent(found: Survey) -> list[float]:
    """Seconds from each demand point to the last site; −1 where there is no walk."""
    walks = found.walk["checkpoint"]
    table = walks[:, [walks.shape[1] - 1]].tocoo()
    result = np.full(table.shape[0], -1.0)
    result[table.coords[0]] = table.data
    return [float(each) for each in result]


def agreed(plan: Plan) -> Survey:
    """The survey, after the audit has walked the same walks."""
    found, problem = survey(plan), plan.problem
    every = np.arange(len(problem.sites))
    for resource in problem.resources:
        right = to_demand(plan, found, resource, every)
        table = np.full(right.shape, np.inf)
        walks = found.walk[resource.id].tocoo()
        table[walks.coords[1], walks.coords[0]] = walks.data
        within = right <= resource.walk_limit_s * (1 + 1e-9)
        assert np.array_equal(table < np.inf, within)
        assert np.allclose(table[within], right[within], rtol=1e-9, atol=1e-9)
        if resource.near is not None:
            limit = resource.near.walk_s
            apart = to_sites(plan, found, every, every, limit_s=limit)
            near = found.near[resource.id].toarray().T
            assert np.allclose(near, np.where(apart <= limit * (1 + 1e-9), apart, 0.0), atol=1e-9)
    return found


@pytest.mark.parametrize("north_m", [0, 60])
def test_a_tent_in_a_field_covers_the_crowd_beside_it(tmp_path: Path, north_m: float) -> None:
    """50 m off the street, and 110 m off it, where no street is near enough."""
    plan = loaded(
        tmp_path,
        sites=[spot(0, north_m, id="tent"), spot(500, 60, id="far")],
        demand=[
            spot(3, north_m, id="a", people=50),
            spot(0, north_m, id="b", people=1),
            spot(0, 200, id="c", people=1),
        ],
    )
    found = agreed(plan)
    assert tent(found) == pytest.approx([3 / 1.34, 0, -1], abs=0.02)
    assert found.unsnapped_demand.tolist() == [2]
    assert found.unsnapped_sites.tolist() == [0]  # `far`: the first in the order of ids
    assert plan.problem.sites.id[0] == "far"


def test_at_one_place_nobody_walks(tmp_path: Path) -> None:
    near = spot(0, -48, id="tent")  # 2 m off the street
    here = {**near, "properties": {"id": "crowd", "people": 5}}
    assert tent(agreed(loaded(tmp_path, sites=[near], demand=[here]))) == [0]


def test_who_is_on_a_street_walks_along_it(tmp_path: Path) -> None:
    plan = loaded(
        tmp_path, sites=[spot(0, -49, id="tent")], demand=[spot(20, -30, id="crowd", people=5)]
    )
    assert tent(agreed(plan)) == pytest.approx([(20 + 20 + 1) / 1.34], abs=0.3)


@pytest.mark.parametrize(
    ("layers", "walks"),
    [
        ({"barriers": [line((0, 0), (0, 0), id="wall")]}, False),
        ({"rail": [line((0, 0), (0, 0), id="wall", tunnel="yes")]}, True),
        ({"barriers": [line((0, 0), (0, 0), id="wall", level=-1)]}, True),
        ({"closures": [line((0, 0), (0, 0), id="wall")]}, False),
        ({"closures": [line((0, 0), (0, 0), id="wall", level=1)]}, True),
    ],
)
def test_what_lies_between_bars_the_way(
    tmp_path: Path, layers: dict[str, Any], walks: bool
) -> None:
    ends = [[FIELD[0] + 1.5 * EAST, FIELD[1] + side * NORTHWARD] for side in (-20, 200)]
    for (feature,) in layers.values():
        feature["geometry"]["coordinates"] = ends
    seconds = tent(agreed(loaded(tmp_path, **layers)))
    if walks:
        assert seconds == pytest.approx([3 / 1.34, 0], abs=0.02)
    else:
        assert seconds == pytest.approx([103 / 1.34, 0], abs=0.5)  # by the street


def test_a_crowd_slows_who_walks_in_it(tmp_path: Path) -> None:
    crowd = box(
        FIELD[0] - EAST, FIELD[1] - NORTHWARD, FIELD[0] + 2 * EAST, FIELD[1] + NORTHWARD,
        id="fans", density=2,
    )  # fmt: skip
    seconds = tent(agreed(loaded(tmp_path, crowd=[crowd])))
    assert seconds == pytest.approx([(1 + 2 / crowd_pace(2)) / 1.34, 0], abs=0.03)


def test_levels_do_not_see_one_another(tmp_path: Path) -> None:
    crowd = spot(3, id="crowd", people=5, level=-1)
    assert tent(agreed(loaded(tmp_path, demand=[crowd])))[0] > 60


@pytest.mark.parametrize("seed", range(6))
def test_survey_and_audit_see_the_same_open_ground(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    spots = [(float(x), float(y)) for x, y in rng.uniform((-80, -60), (80, 90), (24, 2))]
    sites = [spot(*xy, id=f"s{n}", level=n % 2) for n, xy in enumerate(spots[:10])]
    demand = [
        spot(*xy, id=f"d{n}", people=3, step_free_people=1, level=n % 2)
        for n, xy in enumerate([*spots[8:], spots[0]])
    ]
    walls = [
        line(*(
            (FIELD[0] + float(x) * EAST, FIELD[1] + float(y) * NORTHWARD)
            for x, y in rng.uniform(-80, 80, (2, 2))
        ), id=f"w{n}", level=level)
        for n, level in enumerate(("", "0", "1"))
    ]  # fmt: skip
    crowd = [box(FIELD[0], FIELD[1], FIELD[0] + 60 * EAST, FIELD[1] + 60 * NORTHWARD,
                 id="fans", density=1.5)]  # fmt: skip
    agreed(loaded(tmp_path, sites=sites, demand=demand, barriers=walls, crowd=crowd))


def test_a_plan_in_a_field_is_audited_and_drawn(tmp_path: Path) -> None:
    path = loaded(tmp_path).file
    told = run("optimise", path, "-o", tmp_path / "out", "--no-map", "--routes")
    assert told.exit_code == 0, told.output
    assert run("audit", tmp_path / "out", path).exit_code == 0
    assert '"streets": ""' in (tmp_path / "out" / "routes.geojson").read_text("utf-8")
