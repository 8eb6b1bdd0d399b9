"""Which area people stand in, and how long they walk."""

from pathlib import Path

import numpy as np

from placement.cover.area_walks import AreaWalks
from placement.cover.areas import Areas, areas, centre, walks_by_area
from placement.plan.layers import load_plan
from tests.builders import drawn_layers, write_plan


def test_areas_zones_and_those_who_walk_step_free(tmp_path: Path) -> None:
    demand = drawn_layers()["demand"]
    demand[0]["properties"]["step_free_people"] = 20
    del demand[9]["properties"]["zone"]
    plan = load_plan(write_plan(tmp_path, layers={"demand": demand}))
    found = areas(plan)
    assert found.names == ("box-1", "elsewhere", "north", "north~step-free", "quay", "south")
    assert found.step_free.tolist() == [False, False, False, True, False, False]
    of = dict(zip(plan.problem.demand.id, found.of.tolist(), strict=True))
    assert (of["d01"], of["d01~step-free"], of["d10"], of["box-1#01"]) == (2, 3, 1, 0)
    # of north, d02 with its 300 people is nearest to the middle of all
    assert plan.problem.demand.id[centre(plan, found.points()[2])] == "d02"


def test_walks_of_an_area() -> None:
    found = Areas(
        names=("empty", "quay", "square"),
        of=np.array([1, 1, 1, 2, 2, 0]),
        step_free=np.zeros(3, np.bool_),
    )
    nearest = np.array([100.04, 200.0, 300.0, np.inf, np.inf, 1.0])
    people = np.array([10.0, 80.0, 9.0, 5.0, 7.0, 0.0])
    assert walks_by_area(found, nearest, people) == {
        "quay": AreaWalks(people=99, within=99, median_s=200, p95_s=300, longest_s=300),
        "square": AreaWalks(people=12, within=0, median_s=None, p95_s=None, longest_s=None),
    }
    # half of the people walk exactly so long: the shorter of the two is the median
    even = Areas(names=("a",), of=np.zeros(4, np.int64), step_free=np.zeros(1, np.bool_))
    walks = walks_by_area(even, np.array([4.0, 1.0, 3.0, 2.0]), np.full(4, 0.1))
    assert walks["a"].median_s == 2
