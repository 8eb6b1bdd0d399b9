"""People who walk without steps: parted from the others, nobody lost, on streets of their own."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import placement
from placement.cover.survey import survey
from placement.plan.demand import PeopleThere, _parted, _shared_out
from tests.builders import box, drawn_layers, point, write_plan

WHOLE = st.integers(0, 50_000).map(float)
ANY = st.floats(0, 1e6, allow_nan=False)


@pytest.mark.slow
@given(st.lists(WHOLE | ANY, min_size=1, max_size=20), st.floats(0, 1))
def test_nobody_is_lost_when_a_crowd_is_parted(people: list[float], share: float) -> None:
    crowd = PeopleThere(
        id=tuple(f"p{n:02d}" for n in range(len(people))),
        xy=np.zeros((len(people), 2)),
        people=np.array(people),
        zone="z",
        priority=1.0,
        level=0,
        tier=1,
    )
    parts = _parted(crowd, _shared_out(crowd.people, math.fsum(people) * share))
    for name, many in zip(crowd.id, people, strict=True):
        found = [
            part.people[part.id.index(own)]
            for part in parts
            for own in (name, f"{name}~step-free")
            if own in part.id
        ]
        assert sum(found) == many  # not nearly: exactly
        assert all(one >= 0 for one in found)


@pytest.mark.slow
@given(st.lists(WHOLE, min_size=1, max_size=20), st.integers(0, 100))
def test_whole_people_of_an_area_stay_whole(people: list[float], percent: int) -> None:
    total = int(sum(people))
    slow = total * percent // 100
    shares = _shared_out(np.array(people), float(slow))
    assert float(shares.sum()) == slow
    assert (shares == np.floor(shares)).all()
    assert (shares <= np.array(people)).all()


def test_who_walks_step_free_takes_no_steps_and_more_time(tmp_path: Path) -> None:
    """Steps lead to the lower quay: who stands there on wheels is reached by nobody on foot."""
    layers = drawn_layers()
    for one in layers["demand"]:
        one["properties"]["step_free"] = 0.5
    plan = placement.load_plan(write_plan(tmp_path, layers={"demand": layers["demand"]}))
    demand, walks = plan.problem.demand, survey(plan)
    assert walks.step_free is not None
    at = {name: n for n, name in enumerate(demand.id)}
    assert demand.people.sum() == 1920
    assert demand.people[demand.step_free].sum() == 710
    for resource, ratio in (("checkpoint", 1.34 / 0.69), ("dog_team", 1.0)):
        table = walks.walk[resource].toarray()
        both = (table[at["d02"]] > 0) & (table[at["d02~step-free"]] > 0)
        assert both.any()
        quicker, slower = table[at["d02"]][both], table[at["d02~step-free"]][both]
        assert slower / quicker == pytest.approx(ratio)
    assert walks.walk["checkpoint"][[at["d06"]]].nnz
    assert not walks.walk["checkpoint"][[at["d06~step-free"]]].nnz
    assert (
        walks.walk["dog_team"][[at["d06~step-free"]]].nnz == walks.walk["dog_team"][[at["d06"]]].nnz
    )
    solution = placement.optimise(plan)
    part = solution.coverage["checkpoint"].step_free
    assert part is not None
    assert part.total == 710
    assert part.share < solution.coverage["checkpoint"].share
    assert placement.audit(plan, solution).ok


def test_an_area_and_a_plan_may_say_how_many(tmp_path: Path) -> None:
    areas = [
        box(2.3508, 48.85155, 2.3524, 48.85185, id="box-1", people=500, step_free_people=90),
        box(2.3528, 48.85155, 2.3534, 48.85185, id="box-2", people=100),
    ]
    demand = [point(2.3470, 48.8515, id="d01", people=120, step_free=1)]
    plan = placement.load_plan(
        write_plan(
            tmp_path,
            layers={"areas": areas, "demand": demand},
            extra="[walking]\nstep_free_share = 0.18\n",
        )
    )
    people = plan.problem.demand
    slow = {}
    for name, many, free in zip(people.id, people.people, people.step_free, strict=True):
        owner = name.split("#")[0].split("~")[0]
        slow[owner] = slow.get(owner, 0.0) + many * free
    assert slow == {"box-1": 90, "box-2": 18, "d01": 120}
    assert people.people.sum() == 720
    assert "d01" not in people.id
