"""Who leaves by which exit: against every way to send groups, and against the whole program."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from placement.solve.core.stopping import Stop
from placement.solve.mip import quickest as program
from placement.solve.mip.quickest import Leaving, bound_of, last_through, quickest, shortest
from tests.amount import cases


def leaving(
    people: list[float], slot: list[list[int]], rate: list[float], batches: int = 1
) -> Leaving:
    return Leaving(
        people=np.array(people, dtype=np.float64),
        slot=np.array(slot, dtype=np.int64),
        rate=np.array(rate, dtype=np.float64),
        later=(batches - np.arange(batches))[None, :] / batches,
        profile=np.zeros(len(people), np.int64),
    )


def next_exit(asked: Leaving) -> np.ndarray:
    sent = np.zeros(asked.slot.shape)
    far = np.where(asked.slot < 0, 10**6, asked.slot)
    sent[np.arange(len(sent)), far.argmin(axis=1)] = asked.people
    return sent


def whole_program(asked: Leaving) -> float:
    """The first horizon at which every condition of those who arrive in time can be kept."""
    groups, exits = asked.slot.shape
    for level in itertools.count():
        pairs = [
            (g, e) for g in range(groups) for e in range(exits) if 0 <= asked.last[g, e] <= level
        ]
        if {g for g, _ in pairs} != set(range(groups)):
            continue
        rows, sides = [], []
        for e, k in itertools.product(range(exits), range(level + 1)):
            shares = [
                asked.shares(np.array([g]), np.array([f]), k)[0] / asked.rate[e] if f == e else 0.0
                for g, f in pairs
            ]
            rows.append([*shares, -1.0])
            sides.append(-k)
        found = linprog(
            [0.0] * len(pairs) + [1.0],
            A_ub=rows,
            b_ub=sides,
            A_eq=[[float(g == h) for g, _ in pairs] + [0.0] for h in range(groups)],
            b_eq=asked.people,
            bounds=[(0, None)] * len(pairs) + [(level, None)],
        )
        if found.fun < level + 1 - 1e-9:
            return float(found.fun)
    raise AssertionError


@st.composite
def crowds(draw: st.DrawFn, most: int = 5) -> Leaving:
    groups, exits = draw(st.integers(1, most)), draw(st.integers(1, 4))
    slots = st.lists(st.integers(-1, 11), min_size=exits, max_size=exits)
    slot = draw(st.lists(slots, min_size=groups, max_size=groups))
    for row in slot:
        if max(row) < 0:
            row[0] = 3
    return leaving(
        draw(st.lists(st.integers(1, 60), min_size=groups, max_size=groups)),
        slot,
        draw(st.lists(st.integers(1, 9), min_size=exits, max_size=exits)),
        draw(st.integers(1, 3)),
    )


@pytest.mark.slow
@settings(max_examples=cases(30, 400), deadline=None)
@given(crowds())
def test_the_least_time_is_that_of_the_whole_program_and_its_proof_says_so(asked: Leaving) -> None:
    found = quickest(asked, next_exit(asked), stop=Stop())
    best = whole_program(asked)
    assert found.slots == pytest.approx(best, abs=1e-6)
    assert found.bound == pytest.approx(best, abs=1e-6)
    assert bound_of(asked, found.proof) == pytest.approx(best, abs=1e-6)
    assert np.allclose(found.people.sum(axis=1), asked.people)
    assert not found.people[asked.slot < 0].any()
    assert last_through(asked, found.people).max() == found.slots


@settings(max_examples=cases(25, 250), deadline=None)
@given(crowds(most=4))
def test_no_way_to_send_whole_groups_is_sooner(asked: Leaving) -> None:
    found = quickest(asked, next_exit(asked), stop=Stop())
    can = [[e for e in range(len(asked.rate)) if row[e] >= 0] for row in asked.slot.tolist()]
    for way in itertools.product(*can):
        sent = np.zeros(asked.slot.shape)
        sent[np.arange(len(way)), way] = asked.people
        assert found.slots <= last_through(asked, sent).max() + 1e-6


@settings(max_examples=cases(25, 250), deadline=None)
@given(crowds())
def test_among_the_soonest_people_walk_least(asked: Leaving) -> None:
    first = quickest(asked, next_exit(asked), stop=Stop())
    walks = np.maximum(asked.slot, 0).astype(np.float64)
    people, bound = shortest(asked, first.people, walks, slots=first.slots, stop=Stop())
    walked = float((people * walks).sum())
    assert walked == pytest.approx(bound, abs=1e-5, rel=1e-7)
    assert walked <= (first.people * walks).sum() + 1e-6
    assert last_through(asked, people).max() <= first.slots * (1 + 1e-6)


@settings(max_examples=cases(25, 250), deadline=None)
@given(crowds(), st.integers(0, 3))
def test_a_wider_exit_never_takes_longer(asked: Leaving, which: int) -> None:
    wider = leaving(
        asked.people.tolist(),
        asked.slot.tolist(),
        (asked.rate + (np.arange(len(asked.rate)) == which)).tolist(),
        asked.later.shape[1],
    )
    start = next_exit(asked)
    least = quickest(asked, start, stop=Stop()).slots
    assert quickest(wider, start, stop=Stop()).slots <= least + 1e-6
    assert least <= last_through(asked, start).max() + 1e-9


def test_many_groups_give_the_time_that_fewer_give(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(5)
    places, exits = draw.random((120, 2)) * 30, draw.random((6, 2)) * 30
    apart = np.hypot(*(places[:, None] - exits[None]).transpose(2, 0, 1))
    asked = leaving(
        draw.integers(1, 50, 120).tolist(),
        np.ceil(apart).astype(int).tolist(),
        [9.0, 5, 8, 3, 30, 4],
    )
    usual = quickest(asked, next_exit(asked), stop=Stop())
    monkeypatch.setattr(program, "_MANY", 30)
    again = quickest(asked, next_exit(asked), stop=Stop())
    assert again.slots == pytest.approx(usual.slots, abs=1e-6)
    assert again.bound == pytest.approx(usual.slots, abs=1e-6)


def test_where_time_is_too_short_the_start_stays_and_the_bound_is_below() -> None:
    asked = leaving([1000.0, 10.0], [[1, 2], [1, 2]], [5.0, 5.0])
    start = next_exit(asked)
    found = quickest(asked, start, stop=Stop(0.0))
    assert (found.people == start).all()
    assert found.slots == 1 + 1010 / 5
    assert found.bound < found.slots
    assert math.isfinite(found.bound)
