"""How soon all can be served by whatever exits: against programs over time, and figures by hand."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import placement
from placement.arrays import Floats
from placement.auditing.egress import audit_egress
from placement.cli.egress import sentences
from placement.errors import UsageError
from placement.plan.outlets import STATION_RATE, Outlets, read_outlets
from placement.plan.problem import Plan
from placement.solve.core.stopping import Stop
from placement.solve.mip.quickest import Leaving, Sent, quickest
from placement.solve.mip.served_soonest import served_soonest
from placement.solve.mip.two_lines import ServedProof, TwoLines, bound_of
from placement.studies.egress import egress
from placement.studies.egress.guiding import Soonest
from placement.studies.egress.jointly import bound_jointly
from placement.studies.egress.report import as_answer, rows_of
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


def can_be_served(
    drawn: Drawn, horizon: int, *, deadline: int, alike: bool, sent: Floats | None = None
) -> bool:
    """Say whether all can have passed a station after so many slots: a program over time.

    At exits any of those who are there may pass first, and all by the deadline. Each group is
    shared out over exits and stations `alike` whenever its people set out, or each batch by itself;
    or so that (groups, exits) are `sent`.
    """
    people, out, on, passes, serves, batches = drawn
    exits, stations = len(passes), len(serves)
    sets = range(1) if alike else range(batches)
    ways = [(g, b, e, s) for g in range(len(people)) for b in sets for e in range(exits)
            for s in range(stations)]  # fmt: skip
    steps = [(e, s, k) for e in range(exits) for s in range(stations) for k in range(horizon)]
    at = {step: len(ways) + n for n, step in enumerate(steps)}
    rows, sides = [], []

    def require(row: dict[int, float], at_most: float) -> None:
        rows.append([row.get(n, 0.0) for n in range(len(ways) + len(steps))])
        sides.append(at_most)

    for e, s, k in steps:
        # no more have passed by the end of a slot than have come by then
        row = {at[e, s, i]: 1.0 for i in range(k + 1)}
        for n, (g, batch, exit_, station) in enumerate(ways):
            if (exit_, station) == (e, s):
                come = [out[g][e] + b <= k for b in (range(batches) if alike else [batch])]
                row[n] = -sum(come) / len(come)
        require(row, 0.0)
    for e in range(exits):
        for k in range(horizon):
            require({at[e, s, k]: 1.0 for s in range(stations)}, passes[e] * (k < deadline))
    for s in range(stations):
        for k in range(horizon + 1):
            # who is there in slot k or later passes from then on
            later = [one for one in steps if one[1] == s and one[2] + 1 + on[one[0]][s] >= k]
            require({at[one]: 1.0 for one in later}, serves[s] * (horizon - k))
    held, exact = [], []
    for g, many in enumerate(people):
        for b in sets:
            held.append(
                [float(n < len(ways) and ways[n][:2] == (g, b)) for n in range(len(rows[0]))]
            )
            exact.append(many / len(sets))
        for e in range(exits) if sent is not None else ():
            held.append([float(way[0] == g and way[2] == e) for way in ways] + [0.0] * len(steps))
            exact.append(float(sent[g, e]))
    for e in range(exits):
        for s in range(stations):
            row = [float(way[2:] == (e, s)) for way in ways]
            held.append(row + [-float(step[:2] == (e, s)) for step in steps])
            exact.append(0.0)
    # who are sent are people whom a solver sent, and a few millionths of them may be late
    room = np.array(sides) + (0.0 if sent is None else 1e-4)
    found = linprog(np.zeros(len(rows[0])), A_ub=rows, b_ub=room, A_eq=held, b_eq=exact)
    return bool(found.status == 0)


def lines_of(drawn: Drawn, deadline: float = math.inf) -> TwoLines:
    people, out, on, passes, serves, batches = drawn
    return TwoLines(
        people=np.array(people, np.float64),
        pace=np.arange(len(people)) % 2,
        out=np.array(out, np.int64),
        on=np.array([on, on], np.int64),
        passes=np.array(passes, np.float64),
        serves=np.array(serves, np.float64),
        batches=batches,
        deadline=deadline,
    )


def soonest_out(lines: TwoLines) -> Sent:
    later = (lines.batches - np.arange(lines.batches)) / lines.batches
    leaving = Leaving(
        people=lines.people,
        slot=lines.out,
        rate=lines.passes,
        later=later[None, :],
        profile=np.zeros(len(lines.people), np.int64),
    )
    first = np.zeros(leaving.slot.shape)
    first[:, 0] = lines.people
    return quickest(leaving, first, stop=Stop())


def known_of(lines: TwoLines) -> ServedProof:
    proof = bound_jointly(lines, soonest_out(lines), stop=Stop())
    assert proof is not None
    return proof


@settings(max_examples=cases(8, 300), deadline=None)
@given(grounds(), st.booleans())
def test_no_way_over_time_is_sooner_than_the_bounds(drawn: Drawn, held: bool) -> None:
    lines = lines_of(drawn)
    out = soonest_out(lines)
    deadline = math.ceil(out.slots) + 1 if held else 1000
    lines = lines_of(drawn, deadline if held else math.inf)
    known = known_of(lines)
    found = served_soonest(lines, known, high=200, stop=Stop())
    assert found is not None
    bounds = [bound_of(lines, one) for one in (known, found.proof)]
    assert bounds[1] >= bounds[0] - 1e-6
    before = math.ceil(bounds[1] - 1e-5) - 1
    assert not can_be_served(drawn, before, deadline=deadline, alike=False)


@settings(max_examples=cases(10, 300), deadline=None)
@given(grounds(), st.booleans())
def test_where_all_set_out_at_once_the_bound_is_the_least_time(drawn: Drawn, held: bool) -> None:
    drawn = (*drawn[:-1], 1)
    deadline = math.ceil(soonest_out(lines_of(drawn)).slots) if held else 1000
    lines = lines_of(drawn, deadline if held else math.inf)
    found = served_soonest(lines, known_of(lines), high=200, stop=Stop())
    assert found is not None
    assert found.people.sum(axis=1) == pytest.approx(lines.people)
    least = math.ceil(bound_of(lines, found.proof) - 1e-5)
    assert not can_be_served(drawn, least - 1, deadline=deadline, alike=True)
    assert can_be_served(drawn, least, deadline=deadline, alike=True, sent=found.people)


@settings(max_examples=cases(6, 200), deadline=None)
@given(grounds())
def test_shares_that_do_not_change_are_as_soon_as_such_shares_can_be(drawn: Drawn) -> None:
    lines = lines_of(drawn)
    found = served_soonest(lines, known_of(lines), high=200, stop=Stop())
    assert found is not None
    slots = 1
    while not can_be_served(drawn, slots, deadline=1000, alike=True):
        slots += 1
    assert can_be_served(drawn, slots, deadline=1000, alike=True, sent=found.people)


def test_too_large_a_program_is_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = lines_of(([8, 4], [[0, 1], [2, 0]], [[1], [3]], [1, 2], [2], 1))
    known = known_of(lines)
    assert served_soonest(lines, known, high=20, stop=Stop()) is not None
    monkeypatch.setattr("placement.solve.mip.served_soonest._LARGEST", 10)
    assert served_soonest(lines, known, high=20, stop=Stop()) is None


def _bounded(on: list[list[int]], pace: int) -> ServedProof | None:
    """Bound 60 people of one point, beside two exits, of whom one station serves 10 a slot."""
    lines = TwoLines(
        people=np.array([60.0]),
        pace=np.array([pace]),
        out=np.array([[1, 2]]),
        on=np.array(on)[..., None],
        passes=np.array([100.0, 100.0]),
        serves=np.array([10.0]),
        batches=1,
    )
    proof = bound_jointly(lines, soonest_out(lines), stop=Stop())
    assert proof is None or bound_of(lines, proof) == pytest.approx(4 + 6)
    return proof


def test_who_may_come_out_far_from_stations_does_not_bound() -> None:
    # by the second exit: two slots, one to pass, one on; then six slots
    assert _bounded([[3, 1], [3, -1]], pace=0) is not None
    assert _bounded([[3, 1], [3, -1]], pace=1) is None
    assert _bounded([[-1, -1], [-1, -1]], pace=0) is None


def test_who_can_reach_no_station_only_passes_an_exit() -> None:
    # 30 who are near the only station, and 30 who cannot walk there, at an exit that passes 10
    lines = TwoLines(
        people=np.array([30.0, 30.0]),
        pace=np.array([0, 1]),
        out=np.array([[0], [0]]),
        on=np.array([[[2]], [[-1]]]),
        passes=np.array([10.0]),
        serves=np.array([100.0]),
        batches=1,
    )
    found = served_soonest(lines, ServedProof(level=0), high=20, stop=Stop())
    assert found is not None
    # the last ten pass in slot 2 and are there in slot 5
    assert bound_of(lines, found.proof) == pytest.approx(5.1)
    assert found.people.tolist() == [[30.0], [30.0]]
    # if all must be out by six slots nothing changes, as the others pass after them
    held = replace(lines, deadline=6.0)
    assert bound_of(held, found.proof) == pytest.approx(5.1)


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
    ("widths", "rate", "soonest", "minutes", "said"),
    [
        # all are out by either exit at once, and stand at the station: 5 slots on, and 100 slots
        ((9.0, 200.0), 2.0, "out", None, "as guided (proven: no sooner)"),
        # out soonest are 50 by each exit, of whom the last 5 pass north in slot 4 and walk back
        ((0.5, 0.5), 1000.0, "out", (4 + 102 + 5 / 500) / 2,
         "53.0 min as guided (proven: no sooner if all are out so soon; else not before 52.0)"),
        # served soonest are those who pass south in slots 1 to 5, the last 10 of them in slot 5
        ((0.5, 0.5), 1000.0, "served", (5 + 100 + 10 / 500) / 2,
         "52.5 min as guided (proven: no sooner)"),
    ],
)  # fmt: skip
def test_both_steps_together_are_proven_best_or_a_bound_is_told(
    widths: tuple[float, float],
    rate: float,
    soonest: Soonest,
    minutes: float | None,
    said: str,
    tmp_path: Path,
) -> None:
    plan, stations = _ground(tmp_path, widths, rate)
    units = {"north/checkpoint": 1, "south/checkpoint": 1}
    solution = placement.evaluate(plan, units, bound=False).solution
    found = egress(plan, solution, stations=stations, flow_per_m_s=1.0, soonest=soonest)
    answer, rows = as_answer(found), rows_of(found)
    assert audit_egress(plan, solution, answer, rows, stations=stations) == ()
    assert said in sentences(found)[1]
    assert (answer["served_status"], answer["at_once"]) == ("optimal", True)
    if minutes is not None:
        assert answer["guided"]["served_min"] == pytest.approx(minutes, abs=1e-4)
    if minutes is not None and soonest == "out":
        # nobody is out before 0.5 + 100 / 60 min: the last one passes until 2.5, then 99 slots on
        assert answer["joint_bound_min"] == pytest.approx(2.5 + 49.5)
        for key, more in (("joint_bound_min", 0.6), ("served_bound_min", 0.1)):
            wrong = answer | {key: answer[key] + more}
            assert audit_egress(plan, solution, wrong, rows, stations=stations)


def test_exits_come_first_where_both_at_once_is_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, stations = _ground(tmp_path, (0.5, 0.5), 1000.0)
    units = {"north/checkpoint": 1, "south/checkpoint": 1}
    solution = placement.evaluate(plan, units, bound=False).solution
    monkeypatch.setattr("placement.solve.mip.served_soonest._LARGEST", 10)
    found = egress(plan, solution, stations=stations, flow_per_m_s=1.0, soonest="served")
    answer = as_answer(found)
    assert audit_egress(plan, solution, answer, rows_of(found), stations=stations) == ()
    assert (answer["at_once"], answer["served_status"]) == (False, "feasible")
    assert any("the program is too large" in line for line in sentences(found))


def test_nobody_is_served_without_stations(tmp_path: Path) -> None:
    plan, _ = _ground(tmp_path, (0.5, 0.5), 1000.0)
    solution = placement.evaluate(plan, {"north/checkpoint": 1}, bound=False).solution
    with pytest.raises(UsageError, match="nobody is served without stations"):
        egress(plan, solution, soonest="served")
