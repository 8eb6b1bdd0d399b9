"""How soon all can be served by whatever exits: against programs over time, and figures by hand."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import placement
from placement.auditing.egress import audit_egress
from placement.cli.egress import sentences
from placement.plan.outlets import STATION_RATE, Outlets, read_outlets
from placement.plan.problem import Plan
from placement.solve.core.stopping import Stop
from placement.solve.mip.quickest import Leaving, quickest
from placement.studies.egress import egress
from placement.studies.egress.jointly import Joint, bound_jointly
from placement.studies.egress.queues import STEP_S
from placement.studies.egress.report import as_answer, rows_of
from placement.studies.egress.walks import Walks
from tests.amount import cases
from tests.builders import point, write_geojson
from tests.studies.egress.test_egress import straight

type Drawn = tuple[list[int], list[list[int]], list[list[int]], list[int], list[int], int]


@st.composite
def grounds(draw: st.DrawFn) -> Drawn:
    """Draw people, walks out and on in slots, rates of exits and stations, and batches."""
    groups, exits, stations = (draw(st.integers(1, most)) for most in (4, 3, 3))
    batches = draw(st.integers(1, 3))

    def walks(rows: int, columns: int) -> list[list[int]]:
        row = st.lists(st.integers(0, 6), min_size=columns, max_size=columns)
        return draw(st.lists(row, min_size=rows, max_size=rows))

    def rates(many: int) -> list[int]:
        return draw(st.lists(st.integers(1, 9), min_size=many, max_size=many))

    people = draw(st.lists(st.integers(1, 8), min_size=groups, max_size=groups))
    return (
        [one * batches for one in people], walks(groups, exits), walks(exits, stations),
        rates(exits), rates(stations), batches,
    )  # fmt: skip


def can_be_served(drawn: Drawn, horizon: int) -> bool:
    """Say whether all can have passed a station after so many slots: a program over time.

    Each group is shared out over exits and stations alike whenever its people set out; at exits any
    of those who are there may pass first.
    """
    people, out, on, passes, serves, batches = drawn
    groups, exits, stations = len(people), len(passes), len(serves)
    ways = [(g, e, s) for g in range(groups) for e in range(exits) for s in range(stations)]
    steps = [(e, s, k) for e in range(exits) for s in range(stations) for k in range(horizon)]
    at = {step: len(ways) + n for n, step in enumerate(steps)}
    rows, sides = [], []

    def require(row: dict[int, float], at_most: float) -> None:
        rows.append([row.get(n, 0.0) for n in range(len(ways) + len(steps))])
        sides.append(at_most)

    for e, s, k in steps:
        # no more have passed by the end of a slot than have come by then
        row = {at[e, s, i]: 1.0 for i in range(k + 1)}
        for n, (g, exit_, station) in enumerate(ways):
            if (exit_, station) == (e, s):
                row[n] = -sum(out[g][e] + batch <= k for batch in range(batches)) / batches
        require(row, 0.0)
    for e in range(exits):
        for k in range(horizon):
            require({at[e, s, k]: 1.0 for s in range(stations)}, passes[e])
    for s in range(stations):
        for k in range(horizon + 1):
            # who is there in slot k or later passes from then on
            later = [one for one in steps if one[1] == s and one[2] + 1 + on[one[0]][s] >= k]
            require({at[one]: 1.0 for one in later}, serves[s] * (horizon - k))
    held = [[float(n < len(ways) and ways[n][0] == g) for n in range(len(rows[0]))] for g in
            range(groups)]  # fmt: skip
    for e in range(exits):
        for s in range(stations):
            row = [float(way[1:] == (e, s)) for way in ways]
            held.append(row + [-float(step[:2] == (e, s)) for step in steps])
    found = linprog(
        np.zeros(len(rows[0])), A_ub=rows, b_ub=sides, A_eq=held,
        b_eq=[*people, *[0.0] * (exits * stations)],
    )  # fmt: skip
    return bool(found.status == 0)


def bound(drawn: Drawn) -> float:
    people, out, on, passes, serves, batches = drawn
    later = (batches - np.arange(batches)) / batches
    leaving = Leaving(
        people=np.array(people, np.float64),
        slot=np.array(out, np.int64),
        rate=np.array(passes, np.float64),
        later=later[None, :],
        profile=np.zeros(len(people), np.int64),
    )
    first = np.zeros(leaving.slot.shape)
    first[:, 0] = people
    found = bound_jointly(
        Walks(out=STEP_S * np.array(out, np.float64), on=STEP_S * np.array([on, on], np.float64)),
        leaving.people,
        np.arange(len(people)) % 2 == 1,
        later=later,
        rate=np.array(serves, np.float64),
        out=quickest(leaving, first, stop=Stop()).bound,
        stop=Stop(),
    )
    assert found is not None
    return found.bound


@settings(max_examples=cases(20, 300), deadline=None)
@given(grounds())
def test_no_way_over_time_is_sooner_than_the_bound(drawn: Drawn) -> None:
    before = math.ceil(bound(drawn) - 1e-6) - 1
    assert not can_be_served(drawn, before)


@settings(max_examples=cases(20, 300), deadline=None)
@given(grounds())
def test_where_exits_let_all_pass_the_bound_is_the_least_time(drawn: Drawn) -> None:
    people, out, on, passes, serves, batches = drawn
    wide = (people, out, on, [sum(people)] * len(passes), serves, batches)
    least = math.ceil(bound(wide) - 1e-6)
    assert can_be_served(wide, least)
    assert not can_be_served(wide, least - 1)


def _bounded(on: list[list[float]], step_free: bool) -> Joint | None:
    """Bound 60 people of one point, beside two exits, of whom one station serves 10 a slot."""
    return bound_jointly(
        Walks(out=np.array([[30.0, 60.0]]), on=np.array(on)[..., None]),
        np.array([60.0]),
        np.array([step_free]),
        later=np.ones(1),
        rate=np.array([10.0]),
        out=3.0,
        stop=Stop(),
    )


def test_who_may_come_out_far_from_stations_does_not_bound() -> None:
    far = float("inf")
    # by the second exit: two slots, one to pass, one on; then six slots
    both = _bounded([[90.0, 30.0], [90.0, far]], step_free=False)
    assert both is not None
    assert both.bound == pytest.approx(4 + 6)
    assert _bounded([[90.0, 30.0], [90.0, far]], step_free=True) is None
    assert _bounded([[far, far], [far, far]], step_free=False) is None


def _ground(folder: Path, widths: tuple[float, float], rate: float) -> tuple[Plan, Outlets]:
    plan = straight(
        folder,
        [{"id": "crowd", "people": 100, "north_m": 0}],
        [
            {"id": "north", "north_m": 29, "width_m": widths[0]},
            {"id": "south", "north_m": -29, "width_m": widths[1]},
        ],
    )
    south = point(2.35, 48.85 - 2990 / 111_195, id="south-station", people_per_min=rate)
    write_geojson(folder / "stations.geojson", [south])
    return plan, read_outlets(
        folder / "stations.geojson", plan, layer="stations", column=STATION_RATE
    )


@pytest.mark.parametrize(
    ("widths", "rate", "proven", "said"),
    [
        # all are out by either exit at once, and stand at the station
        ((9.0, 200.0), 2.0, True, "as guided (proven: no sooner by any exits)"),
        # half of them are sent north to be out soonest, and walk back
        ((0.5, 0.5), 1000.0, False, "(proven, coming out so; by any exits not before"),
    ],
)
def test_both_steps_together_are_proven_best_or_a_bound_is_told(
    widths: tuple[float, float], rate: float, proven: bool, said: str, tmp_path: Path
) -> None:
    plan, stations = _ground(tmp_path, widths, rate)
    units = {"north/checkpoint": 1, "south/checkpoint": 1}
    solution = placement.evaluate(plan, units, bound=False).solution
    found = egress(plan, solution, stations=stations, flow_per_m_s=1.0)
    answer = as_answer(found)
    assert answer["joint_status"] == ("optimal" if proven else "feasible")
    assert said in sentences(found)[1]
    assert answer["joint_bound_min"] <= answer["served_bound_min"] + 1e-6
    assert audit_egress(plan, solution, answer, rows_of(found), stations=stations) == ()
    if not proven:
        # nobody is out before 0.5 + 100 / 60 min: the last one passes until 2.5, then 99 slots on
        assert answer["joint_bound_min"] == pytest.approx(2.5 + 49.5)
        assert audit_egress(
            plan, solution, answer | {"joint_bound_min": 52.1}, rows_of(found), stations=stations
        )
