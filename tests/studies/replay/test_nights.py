"""Nights: streams, steady state, people kept count of, the same whatever shares the work."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import SFC64, SeedSequence

from placement.arrays import Floats, Words
from placement.compiled import compiled
from placement.executor import Here
from placement.studies.replay.nights import Course, Nights, play
from placement.studies.replay.streams import (
    draw_arrivals,
    draw_services,
    next_word,
    stream,
    uniform,
    warm_up,
)
from tests.amount import cases


@compiled
def draw_words(state: Words, found: Words) -> None:
    """Draw the first words of a stream."""
    warm_up(state)
    for n in range(len(found)):
        found[n] = next_word(state)


@compiled
def draw_times(
    state: Words, variation: float, lognormal: bool, counted: bool, bunch_s: float,
    begins: Floats, ends: Floats, people: Floats, shows: Floats, service: Floats, arrival: Floats,
) -> int:  # fmt: skip
    """Draw times in lanes, then arrivals."""
    warm_up(state)
    draw_services(state, len(service), 10.0, variation, lognormal, service)
    phase = uniform(state) * bunch_s if bunch_s > 0.0 else 0.0
    return draw_arrivals(state, begins, ends, people, shows, counted, bunch_s, phase, arrival)


def course(sent: list[list[float]], lanes: list[int], **other: object) -> Course:
    """Return a night of gates that open for half an hour a period."""
    gates, periods = len(sent), len(sent[0])
    window = 1800.0 * periods
    edges = 1800.0 * np.arange(periods + 1)
    usual = Course(
        first=np.arange(gates + 1) * periods,
        begins=np.tile(edges[:-1], gates),
        ends=np.tile(edges[1:], gates),
        people=np.array(sent, dtype=np.float64).ravel(),
        shows=np.ones(gates * periods),
        lanes=np.array(lanes),
        service_s=np.full(gates, 3600 / 340),
        shuts=np.tile([window, math.inf, math.inf], (gates, 1)),
        next_gate=np.full(gates, -1),
        next_walk_s=np.zeros(gates),
        variation=0.5,
        lognormal=False,
        counted=True,
        bunch_s=0.0,
        fails_s=math.inf,
        down_s=0.0,
        moments=300.0 * np.arange(periods * 6 + 1),
    )
    return replace(usual, **other)  # type: ignore[arg-type]


def test_streams_are_those_of_numpy() -> None:
    found = np.zeros(50, dtype=np.uint64)
    draw_words(stream(7, 3, 12), found)
    assert (found == SFC64(SeedSequence(7, spawn_key=(3, 12))).random_raw(50)).all()


@pytest.mark.parametrize("variation", [0.0, 0.3, 0.5, 1.0, 1.5])
@pytest.mark.parametrize("lognormal", [False, True])
def test_times_in_lanes_have_the_mean_and_the_variation_asked_for(
    variation: float, lognormal: bool
) -> None:
    service, none = np.zeros(200_000), np.zeros(0)
    draw_times(
        stream(1, 0, 0), variation, lognormal, True, 0.0, none, none, none, none, service, none
    )
    assert service.mean() == pytest.approx(10.0, rel=0.02)
    assert service.std() / 10 == pytest.approx(variation, abs=0.02 + 0.05 * variation**2)


@pytest.mark.parametrize("counted", [False, True])
@pytest.mark.parametrize("show_rate", [1.0, 0.8])
def test_so_many_come_as_are_sent_and_show_up(counted: bool, show_rate: float) -> None:
    begins, ends = np.array([0.0, 600.0]), np.array([600.0, 1800.0])
    people, arrival = np.array([100.5, 300.0]), np.zeros(1000)
    many, early = [], []
    for night in range(400):
        count = draw_times(
            stream(1, night, 0), 0.5, False, counted, 0.0, begins, ends, people,
            np.full(2, show_rate), np.zeros(0), arrival,
        )  # fmt: skip
        assert (np.diff(arrival[:count]) >= 0).all()
        assert 0 <= arrival[0] <= arrival[count - 1] <= 1800
        many.append(count)
        early.append((arrival[:count] < 600).sum())
    assert np.mean(many) == pytest.approx(400.5 * show_rate, rel=0.01)
    assert np.mean(early) == pytest.approx(100.5 * show_rate, rel=0.03)
    binomial = 400 * show_rate * (1 - show_rate)
    variance = (binomial if counted else 400.5 * show_rate) + 0.25
    assert np.var(many) == pytest.approx(variance, rel=0.3, abs=0.3)


def test_people_of_a_train_come_together() -> None:
    begins, ends, people = np.array([0.0]), np.array([1800.0]), np.array([500.0])
    arrival = np.zeros(700)
    count = draw_times(
        stream(1, 0, 0), 0.5, False, True, 300.0, begins, ends, people,
        np.ones(1), np.zeros(0), arrival,
    )  # fmt: skip
    trains = np.unique(arrival[:count])
    assert 6 <= len(trains) <= 8
    assert np.diff(trains) == pytest.approx(np.full(len(trains) - 1, 300.0))


def erlang_c_wait(lanes: int, load: float, service_s: float) -> float:
    """Return the mean wait of a steady queue, by Erlang's formula."""
    busy = lanes * load
    terms = [busy**n / math.factorial(n) for n in range(lanes)]
    last = busy**lanes / math.factorial(lanes) / (1 - load)
    return last / (sum(terms) + last) * service_s / (lanes * (1 - load))


@pytest.mark.parametrize(("lanes", "load"), [(1, 0.7), (4, 0.8), (12, 0.8)])
def test_the_steady_state_is_that_of_erlang_within_two_percent(lanes: int, load: float) -> None:
    many = 60_000
    window = many * 10 / lanes / load
    steady = course(
        [[many]], [lanes], begins=np.zeros(1), ends=np.array([window]), moments=np.zeros(1),
        shuts=np.array([[math.inf] * 3]), service_s=np.full(1, 10.0), variation=1.0, counted=False,
    )  # fmt: skip
    found = play(steady, nights=120, seed=3)
    mean = found.of("waits_s").sum() / found.of("came").sum()
    assert mean == pytest.approx(erlang_c_wait(lanes, load, 10.0), rel=0.02)


@settings(max_examples=cases(12, 25), deadline=None)
@given(
    st.integers(0, 1000), st.sampled_from([0.0, 400.0]), st.booleans(), st.sampled_from([1.0, 0.7])
)
def test_nobody_is_lost_between_gates(
    seed: int, bunch_s: float, counted: bool, show_rate: float
) -> None:
    shut = course(
        [[90, 200], [300, 100], [80, 90]], [1, 2, 1], bunch_s=bunch_s, counted=counted,
        shows=np.full(9, show_rate), fails_s=3600.0, down_s=600.0,
        shuts=np.array([[3600.0, 900, 2100], [3600, 1200, 2400], [3600, math.inf, math.inf]]),
        next_gate=np.array([2, 2, -1]), next_walk_s=np.array([60.0, 200.0, 0.0]),
    )  # fmt: skip
    alone = replace(shut, next_gate=np.full(3, -1))
    found, without = play(shut, nights=3, seed=seed), play(alone, nights=3, seed=seed)
    parts = found.of("screened") + found.of("outside") + found.of("sent_on")
    assert (found.of("came") == parts).all()
    moved = found.of("sent_on").sum(axis=1)
    assert moved.all()
    assert (found.of("came")[:, 2] == without.of("came")[:, 2] + moved).all()
    assert (found.waiting[:, :, -1] <= found.of("outside") + 1).all()
    assert (found.waiting.max(axis=2) <= found.of("longest_queue")).all()


def test_a_night_is_the_same_whoever_plays_it_and_however_many_follow() -> None:
    town = course([[600, 700, 500]] * 5, [3] * 5, fails_s=7200.0, down_s=300.0)
    whole = play(town, nights=30, seed=9, executor=Here(2))

    def same(other: Nights) -> bool:
        nights = len(other.figures)
        return (whole.figures[:nights] == other.figures).all() and bool(
            (whole.waiting[:nights] == other.waiting).all()
        )

    assert same(play(town, nights=30, seed=9, executor=Here(1)))
    assert same(play(town, nights=11, seed=9, executor=Here(2)))
    assert not same(play(town, nights=30, seed=10))
    # a gate does not depend on those before it
    alone = play(replace(town, lanes=np.array([1, 9, 3, 3, 3])), nights=5, seed=9)
    assert (alone.figures[:, 2:] == whole.figures[:5, 2:]).all()


def test_a_gate_without_slack_leaves_people_outside_in_a_third_of_the_nights() -> None:
    # as the bundled plan of Paris sends people to one of its gates: as many as its lanes admit
    sent = [1020, 1020, 1154, 1154, 879.5, 892.5]
    outside = play(course([sent], [6]), nights=1500, seed=1).of("outside")[:, 0]
    assert (outside > 50).mean() == pytest.approx(0.35, abs=0.05)
    slow = play(course([sent], [6], service_s=np.array([3600 / 306])), nights=400, seed=1)
    assert slow.of("outside").mean() == pytest.approx(621, abs=6)
    poisson = play(course([sent], [6], counted=False), nights=500, seed=1).of("outside")[:, 0]
    assert (poisson > 50).mean() > (outside > 50).mean() + 0.05
    spare = course([[0.9 * one for one in sent]], [6])
    assert (play(spare, nights=300, seed=1).of("outside") <= 50).all()
