"""A gate serves as two other simulators do, as Erlang's formula says, and as counted by hand."""

import math
from collections.abc import Generator
from typing import Any

import ciw
import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from placement.arrays import Floats
from placement.studies.replay.serving import SENT_ON, serve
from tests.amount import cases

NEVER = np.array([math.inf, math.inf, math.inf])


def begins(
    arrival: Floats,
    service: Floats,
    lanes: int,
    *,
    shuts: Floats = NEVER,
    fails: Floats | None = None,
    down_s: float = 0.0,
) -> Floats:
    """Return when the screening of each person begins."""
    found = np.full(len(arrival), np.nan)
    fails = np.zeros((lanes, 0)) if fails is None else fails
    serve(arrival, service, shuts, fails, down_s, np.zeros(lanes), np.zeros(lanes, np.int64), found)
    return found


def begins_by_simpy(arrival: Floats, service: Floats, lanes: int) -> Floats:
    """Return the same by SimPy; lanes are taken until the gate opens at 0."""
    begin = float(min(0.0, arrival[0]))
    env = simpy.Environment(initial_time=begin)
    gate = simpy.Resource(env, capacity=lanes)
    found = np.full(len(arrival), np.nan)

    def before_opening() -> Generator[Any, Any, None]:
        with gate.request() as lane:
            yield lane
            yield env.timeout(-begin)

    def person(n: int) -> Generator[Any, Any, None]:
        yield env.timeout(float(arrival[n]) - begin)
        with gate.request() as lane:
            yield lane
            found[n] = env.now
            yield env.timeout(float(service[n]))

    if begin < 0:
        for _ in range(lanes):
            env.process(before_opening())
    for n in range(len(arrival)):
        env.process(person(n))
    env.run()
    return found


@settings(max_examples=cases(20, 40), deadline=None)
@given(st.integers(1, 6), st.integers(1, 60), st.integers(0, 2**32 - 1))
def test_waits_are_those_of_simpy_to_the_microsecond(lanes: int, many: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    arrival = np.sort(draw.uniform(-20, 100, many))
    service = draw.gamma(4, 10 * lanes / 4 / (many / 100) / 10, many)
    assert begins(arrival, service, lanes) == pytest.approx(
        begins_by_simpy(arrival, service, lanes), abs=1e-6
    )


class Given(ciw.dists.Distribution):  # type: ignore[misc]
    """Times one by one; the sequence of Ciw copies an iterator, which Python deprecates."""

    def __init__(self, times: list[float]) -> None:
        super().__init__()
        self.left = list(times)

    def sample(self, t: float | None = None, ind: object = None) -> float:
        return self.left.pop(0)


@pytest.mark.parametrize("lanes", [1, 3])
def test_waits_are_those_of_ciw_to_the_microsecond(lanes: int) -> None:
    draw = np.random.default_rng(lanes)
    arrival = np.cumsum(draw.exponential(3.0, 80))
    service = draw.gamma(4, 3.2 * lanes / 4, 80)
    gaps = np.diff(arrival, prepend=0.0).tolist()
    network = ciw.create_network(
        arrival_distributions=[Given([*gaps, math.inf])],
        service_distributions=[Given(service.tolist())],
        number_of_servers=[lanes],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(1e6)
    records = sorted(simulation.get_all_records(), key=lambda record: record.arrival_date)
    assert len(records) == 80
    found = [record.service_start_date for record in records]
    assert begins(arrival, service, lanes) == pytest.approx(found, abs=1e-6)


def test_a_deterministic_gate_is_as_counted_by_hand() -> None:
    # one person a second, two lanes of ten seconds, closed after 25 seconds
    found = begins(np.arange(8.0), np.full(8, 10.0), 2, shuts=np.array([25.0, np.inf, np.inf]))
    assert found.tolist() == [0, 1, 10, 11, 20, 21, math.inf, math.inf]


def test_who_comes_before_the_opening_waits_for_it() -> None:
    assert begins(np.array([-5.0, -1.0, 2.0]), np.full(3, 4.0), 2).tolist() == [0, 0, 4]


def test_a_lane_that_fails_ends_with_the_person_in_it_and_takes_nobody_until_repaired() -> None:
    # it fails at 3, while it has the first person until 10, and is out for 20 seconds from then
    fails = np.array([[3.0, math.inf], [math.inf, math.inf]])
    found = begins(np.arange(6.0), np.full(6, 10.0), 2, fails=fails, down_s=20.0)
    assert found.tolist() == [0, 1, 11, 21, 23, 31]


def test_an_idle_lane_that_fails_is_out_from_that_moment() -> None:
    fails = np.array([[3.0, math.inf]])
    found = begins(np.array([1.0, 4.0]), np.full(2, 1.0), 1, fails=fails, down_s=20.0)
    assert found.tolist() == [1, 23]


def test_who_queues_or_comes_while_a_gate_is_shut_walks_on() -> None:
    # one lane of ten seconds; shut from 15 to 40: the second is in it by then and gets through
    shuts = np.array([100.0, 15.0, 40.0])
    found = begins(np.array([0.0, 1.0, 2.0, 30.0, 41.0, 42.0]), np.full(6, 10.0), 1, shuts=shuts)
    assert found.tolist() == [0, 10, SENT_ON, SENT_ON, 41, 51]
