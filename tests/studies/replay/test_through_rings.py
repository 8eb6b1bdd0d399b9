"""People who pass one gate after another: by hand, as SimPy has it, and in a plan with rings."""

import math
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

import placement
from placement.arrays import Floats, Words
from placement.compiled import compiled
from placement.errors import UsageError
from placement.executor import Here
from placement.plan.problem import Plan
from placement.solution import Solution
from placement.studies.replay import Scenario, replay
from placement.studies.replay.course import course_of, gates_of
from placement.studies.replay.headroom import MOST_STRAINED, find_headroom
from placement.studies.replay.nights import Course, Ways, play
from placement.studies.replay.report import replay_text
from placement.studies.replay.streams import draw_arrivals, draw_services, stream, warm_up

DRAWN = Path(__file__).parents[3] / "data" / "geo" / "drawn-rings"


def in_series(closes: float) -> Course:
    """Return four people who come a second apart to one lane, and walk on to another."""
    at = np.arange(4.0)
    return Course(
        first=np.array([0, 4]), begins=at, ends=at, people=np.ones(4), shows=np.ones(4),
        lanes=np.array([1, 1]), service_s=np.array([10.0, 12.0]),
        shuts=np.tile([closes, math.inf, math.inf], (2, 1)),
        next_gate=np.array([-1, -1]), next_walk_s=np.zeros(2), variation=0.0, lognormal=False,
        counted=True, bunch_s=0.0, fails_s=math.inf, down_s=0.0,
        moments=np.array([0.0, 26.0, 38.0, 50.0]),
        ways=Ways(
            gates=np.array([[0, 1]]), slow=np.zeros(1, np.int64), walk_s=np.full((2, 2, 2), 5.0)
        ),
    )  # fmt: skip


def test_two_gates_in_series_are_as_counted_by_hand() -> None:
    # through the first at 10, 20, 30, 40; at the second at 15, 25, 35, 45, begun at 15, 27, 39, 51
    found = play(in_series(60.0), nights=1, seed=1)
    assert found.of("came").tolist() == [[4, 4]]
    assert found.of("waits_s") == pytest.approx(np.array([[54, 12]]))
    assert found.of("longest_wait_s") == pytest.approx(np.array([[27, 6]]))
    assert found.of("screened").tolist() == [[4, 3]]  # the last would be through at 63
    assert found.of("outside").tolist() == [[0, 1]]
    assert found.waiting[0].tolist() == [[0, 1, 0, 0], [0, 1, 1, 1]]


def test_who_is_left_before_a_gate_is_outside_of_that_one_only() -> None:
    # lanes close at 35: the last is in the first gate by then, and walks on no more
    found = play(in_series(35.0), nights=1, seed=1)
    assert found.of("came").tolist() == [[4, 3]]
    assert found.of("screened").tolist() == [[3, 1]]
    assert found.of("outside").tolist() == [[1, 2]]


# two gates outside, two inside: ways of unequal depth, one of people who walk without steps
WAYS = Ways(
    gates=np.array([[0, 2], [0, 3], [1, -1], [1, 2]]),
    slow=np.array([0, 0, 0, 1]),
    walk_s=np.array([np.full((4, 4), 40.0), np.full((4, 4), 90.0)]),
)
SENT = np.array([[40, 20], [15, 30], [12, 5], [30, 18]], dtype=np.float64)


def town(**other: object) -> Course:
    """Return a night of two periods of ten minutes at four gates."""
    usual = Course(
        first=2 * np.arange(5),
        begins=np.tile([0.0, 600.0], 4),
        ends=np.tile([600.0, 1200.0], 4),
        people=SENT.ravel(),
        shows=np.ones(8),
        lanes=np.array([2, 1, 3, 1]),
        service_s=np.array([20.0, 15.0, 30.0, 18.0]),
        shuts=np.full((4, 3), math.inf),
        next_gate=np.full(4, -1),
        next_walk_s=np.zeros(4),
        variation=0.5,
        lognormal=False,
        counted=True,
        bunch_s=0.0,
        fails_s=math.inf,
        down_s=0.0,
        moments=100.0 * np.arange(14) + 0.5,
        ways=WAYS,
    )
    return replace(usual, **other)  # type: ignore[arg-type]


@compiled
def draw_gate(state: Words, sent: Floats, mean_s: float, arrival: Floats, service: Floats) -> int:
    """Draw when people of each way come to a gate, one way after the other, then times in lanes."""
    warm_up(state)
    count = 0
    for way in range(len(sent)):
        count += draw_arrivals(
            state, np.array([0.0, 600.0]), np.array([600.0, 1200.0]), sent[way], np.ones(2), True,
            0.0, 0.0, arrival[count:],
        )  # fmt: skip
    draw_services(state, len(service), mean_s, 0.5, False, service)
    return count


def by_simpy(course: Course, seed: int) -> tuple[list[list[float]], list[list[float]]]:
    """Return when people come to each gate and when their screening begins, in order of coming."""
    env = simpy.Environment()
    lanes = [simpy.Resource(env, capacity=int(many)) for many in course.lanes]
    came: list[list[float]] = [[] for _ in lanes]
    began: list[list[float]] = [[] for _ in lanes]
    times: list[Floats] = []

    def person(comes: float, way: int) -> Generator[Any, Any, None]:
        yield env.timeout(comes)
        here = -1
        for gate in WAYS.gates[way].tolist():
            if gate < 0:
                break
            if here >= 0:
                yield env.timeout(float(WAYS.walk_s[WAYS.slow[way], here, gate]))
            number = len(came[gate])
            came[gate].append(env.now)
            began[gate].append(math.nan)
            with lanes[gate].request() as lane:
                yield lane
                began[gate][number] = env.now
                yield env.timeout(float(times[gate][number]))
            here = gate

    for gate in range(4):
        mine = np.flatnonzero(WAYS.gates[:, 0] == gate)
        through = int(SENT[(WAYS.gates == gate).any(axis=1)].sum())
        arrival, service = np.zeros(400), np.zeros(through)
        draw_gate(stream(seed, 0, gate), SENT[mine], course.service_s[gate], arrival, service)
        times.append(service)
        way = np.repeat(mine, SENT[mine].sum(axis=1).astype(np.int64))
        for n, one in enumerate(way.tolist()):
            env.process(person(float(arrival[n]), one))
    env.run()
    return came, began


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_queues_at_gates_in_series_are_those_of_simpy(seed: int) -> None:
    course = town()
    found = play(course, nights=1, seed=seed)
    came, began = by_simpy(course, seed)
    for gate in range(4):
        comes, begins = np.array(came[gate]), np.array(began[gate])
        assert found.of("came")[0, gate] == len(comes)
        waits = begins - comes
        assert found.of("waits_s")[0, gate] == pytest.approx(waits.sum(), abs=1e-6)
        assert found.of("longest_wait_s")[0, gate] == pytest.approx(waits.max(), abs=1e-6)
        queues = [int(((comes <= at) & (begins > at)).sum()) for at in course.moments]
        assert found.waiting[0, gate].tolist() == queues


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([0.0, 200.0]), st.booleans())
def test_nobody_is_lost_on_the_way_in(seed: int, bunch_s: float, counted: bool) -> None:
    shuts = np.tile([1300.0, math.inf, math.inf], (4, 1))
    shuts[0, 1:], shuts[3, 1:] = (300, 700), (200, 800)
    course = town(
        bunch_s=bunch_s, counted=counted, shows=np.full(8, 0.9), fails_s=1800.0, down_s=200.0,
        shuts=shuts, next_gate=np.array([1, -1, -1, 2]), next_walk_s=np.array([60.0, 0, 0, 80]),
        ways=replace(WAYS, gates=np.array([[0, 2], [0, 3], [1, 3], [1, 2]])),
    )  # fmt: skip
    found = play(course, nights=3, seed=seed)
    came, outside, sent_on = (found.of(one) for one in ("came", "outside", "sent_on"))
    screened = found.of("screened")
    assert (came == screened + outside + sent_on).all()
    assert (sent_on[:, [0, 3]].sum(axis=0) > 0).all()
    once = came - sent_on
    # who is through a gate outside comes to one inside, whichever they were sent to
    assert (once[:, 2:].sum(axis=1) == screened[:, :2].sum(axis=1)).all()
    inside = screened[:, 2:].sum(axis=1)
    assert (once[:, :2].sum(axis=1) == inside + outside.sum(axis=1)).all()


@pytest.fixture(scope="module")
def drawn() -> tuple[Plan, Solution]:
    plan = placement.load_plan(DRAWN)
    units = {
        "red-north/vehicle_check": 1, "red-south/vehicle_check": 1, "black-east/checkpoint": 2,
        "black-north/checkpoint": 2, "black-south/checkpoint": 2, "grey-east/checkpoint": 1,
        "grey-north/checkpoint": 2, "grey-quay/checkpoint": 2,
    }  # fmt: skip
    return plan, placement.evaluate(plan, units, bound=False).solution


def test_totals_of_a_plan_with_rings_count_everybody_once(drawn: tuple[Plan, Solution]) -> None:
    found = replay(*drawn, nights=40)
    solution = drawn[1]
    assert solution.lanes is not None
    covered = solution.coverage["checkpoint"].covered
    assert found.all_gates.sent == pytest.approx(covered, abs=0.1)
    assert found.all_gates.came == pytest.approx(covered, abs=1)
    for gate in found.gates:
        assert gate.sent == pytest.approx(sum(solution.lanes.gates[gate.post].sent), abs=0.051)
    people = {"black": 0.0, "grey": 0.0}
    for gate in found.gates:
        people[gate.post.partition("-")[0]] += gate.came
    # who does not get through the black ring in time never comes to the grey one
    assert people["black"] == pytest.approx(covered, abs=1)
    assert 0.9 * solution.lanes.rings[1].people < people["grey"] < solution.lanes.rings[1].people
    assert found.all_gates.outside.mean == pytest.approx(
        sum(gate.outside.mean for gate in found.gates), abs=0.4
    )
    texts = {replay_text(replay(*drawn, nights=20, seed=4, executor=Here(n))) for n in (1, 2)}
    assert len(texts) == 1


def test_of_each_area_so_many_come_as_show_up(drawn: tuple[Plan, Solution]) -> None:
    nobody = Scenario(show_rates={"lawn": 0.0}, profile_at="origin")
    found = {gate.post: gate.came for gate in replay(*drawn, nobody, nights=5).gates}
    told = drawn[1].lanes
    assert told is not None
    # of the gates of the grey ring the lawn goes to two, and those with a stand to the third
    assert {route.gates[1] for route in told.routes["lawn"]} == {
        "grey-east/checkpoint",
        "grey-north/checkpoint",
    }
    assert found["grey-east/checkpoint"] == found["grey-north/checkpoint"] == 0
    assert found["grey-quay/checkpoint"] > 400


def test_from_a_gate_that_shuts_people_walk_to_one_of_the_same_ring(
    drawn: tuple[Plan, Solution],
) -> None:
    scenario = Scenario(close=("black-north@17:20+20min", "grey-east@17:40+20min"))
    gates = gates_of(*drawn)
    names = [post.site for post in gates.posts]
    course = course_of(drawn[0], gates, scenario)
    to = {names[at]: names[one] for at, one in enumerate(course.next_gate.tolist()) if one >= 0}
    assert to["black-north"].startswith("black-")
    assert to["grey-east"] == "grey-north"  # the quay is for those with a stand
    found = replay(*drawn, scenario, nights=10)
    assert {gate.next_gate for gate in found.gates if gate.sent_on > 0} == {
        f"{site}/checkpoint" for site in to.values()
    }
    message = "no other gate of its ring can be walked to from grey-quay/checkpoint by .*stand"
    with pytest.raises(UsageError, match=message):
        replay(*drawn, Scenario(close=("grey-quay@17:40+20min",)), nights=2)


def test_a_solution_that_tells_no_rings_is_refused(drawn: tuple[Plan, Solution]) -> None:
    plan, solution = drawn
    assert solution.lanes is not None
    other = replace(solution, lanes=replace(solution.lanes, rings=(), routes={}))
    with pytest.raises(UsageError, match="the plan has rings and the solution tells of none"):
        replay(plan, other, nights=2)


def test_headroom_is_lowered_until_the_gates_of_all_rings_hold() -> None:
    plan = placement.load_plan(DRAWN)
    # what leaves more than 40 people outside is the walk to the grey ring in the last minutes
    held = find_headroom(plan, placement.optimise, nights=60, tolerated=40)
    assert held.tried[0].headroom == 1
    assert held.tried[0].strained > MOST_STRAINED >= held.tried[-1].strained
    assert held.tried[-1].headroom < 1
    assert held.tried[-1].covered < held.tried[0].covered
