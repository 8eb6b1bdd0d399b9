"""The fewest teams: against everything tried, against counting, and against a second solver."""

import itertools
import math
import random

import numpy as np
import pytest

from placement.errors import InfeasibleError, UsageError
from placement.solve.core.stopping import Stop
from placement.solve.mip.relief_model import Kind, Shift
from placement.studies.roster import one_post
from placement.studies.roster.holding import Held, hold
from placement.studies.roster.lines import lines
from placement.studies.roster.one_post import can_hold
from placement.studies.roster.rules import Rules
from tests.amount import by_night
from tests.studies.roster.oracle import fewest
from tests.studies.roster.second_solver import possible


def alone(positions: int, out: int = 0, back: int = 0) -> tuple[Kind, ...]:
    return (Kind(positions=positions, out=out, back=back),)


def found(slots: int, kinds: tuple[Kind, ...], shift: Shift) -> Held:
    return hold(slots, kinds, shift, stop=Stop(None))


@pytest.mark.parametrize("seed", range(9))
def test_without_caps_and_longer_rests_it_is_what_trying_everything_finds(seed: int) -> None:
    draw = random.Random(seed)
    work = draw.randint(1, 3)
    shift = Shift(work=work, rest=draw.randint(1, 2), handover=draw.randint(0, min(1, work - 1)))
    kinds = alone(1, draw.randint(0, 1), draw.randint(0, 1))
    if seed % 2:
        kinds += alone(1, draw.randint(0, 1), draw.randint(0, 1))
    slots = draw.randint(4, 6)
    held = found(slots, kinds, shift)
    assert len(held.lines) == held.bound == fewest(slots, kinds, shift, len(held.lines))


@pytest.mark.parametrize("seed", range(10))
def test_with_caps_and_longer_rests_it_is_between_the_bound_and_the_teams(seed: int) -> None:
    draw = random.Random(100 + seed)
    shift = Shift(
        work=2,
        rest=1,
        handover=draw.randint(0, 1),
        cap=draw.choice([None, 3, 4]),
        spells=draw.choice([(), ((5, 3),), ((6, 2),)]),
    )
    kinds = alone(1, draw.randint(0, 1), 0)
    slots = draw.randint(6, 9)
    held = found(slots, kinds, shift)
    least = fewest(slots, kinds, shift, len(held.lines))
    assert least is not None
    assert held.bound <= least <= len(held.lines) <= least + 1


@pytest.mark.parametrize("seed", range(12))
def test_a_single_post_needs_what_trying_everything_finds(seed: int) -> None:
    draw = random.Random(200 + seed)
    shift = Shift(
        work=draw.randint(2, 3),
        rest=draw.randint(1, 2),
        handover=draw.randint(0, 1),
        cap=draw.choice([None, 3, 4]),
        spells=draw.choice([(), ((5, 3),), ((6, 2), (7, 4))]),
    )
    kind = alone(1, draw.randint(0, 1), draw.randint(0, 1))
    slots = draw.randint(5, 7)
    least = fewest(slots, kind, shift, 9)
    assert least is not None
    for teams in range(1, least + 1):
        assert can_hold(slots, kind[0], shift, teams, stop=Stop(None)) is (teams >= least)
    assert found(slots, kind, shift).bound == least


def test_too_few_for_a_single_post_without_a_cap_are_too_few_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shift = Shift(work=6, rest=6, handover=1, cap=24, spells=((36, 12),))
    (kind,) = alone(1)
    monkeypatch.setattr(one_post, "_MOST_STATES", 20_000)  # with the cap there are more
    assert can_hold(48, kind, shift, 3, stop=Stop(None)) is False
    assert can_hold(48, kind, shift, 4, stop=Stop(None)) is None


@by_night
@pytest.mark.slow
def test_breaks_of_a_single_post_are_proven() -> None:
    shift = Shift(work=6, rest=6, handover=1, spells=((72, 12),))
    held = hold(144, alone(1), shift, stop=Stop(60.0))
    assert held.bound == len(held.lines) == 4


@pytest.mark.parametrize("positions", [1, 2, 3, 7, 30])
@pytest.mark.parametrize(("rest", "handover", "walk"), [(6, 0, 0), (6, 1, 0), (4, 1, 1)])
def test_alike_posts_need_what_a_rotation_needs(
    positions: int, rest: int, handover: int, walk: int
) -> None:
    shift = Shift(work=6, rest=rest, handover=handover)
    held = found(144, alone(positions, walk, walk), shift)
    away = handover + walk + rest + walk
    assert len(held.lines) == held.bound == positions + math.ceil(positions * away / (6 - handover))


def test_half_the_teams_rest() -> None:
    held = found(144, alone(30), Shift(work=6, rest=6))
    assert len(held.lines) == held.bound == 60


def test_a_cap_of_four_hours_takes_three_teams_a_post_in_twelve() -> None:
    held = found(144, alone(20), Shift(work=6, rest=6, cap=48))
    assert len(held.lines) == held.bound == 60


@pytest.mark.parametrize("teams", [0, -1])
def test_a_second_solver_agrees_that_no_fewer_do(teams: int) -> None:
    kinds = (*alone(1), *alone(1, 1, 0))
    shift = Shift(work=3, rest=2, handover=1, cap=6)
    held = found(9, kinds, shift)
    assert held.bound == len(held.lines)
    assert possible(9, kinds, shift, len(held.lines) + teams) is (teams == 0)


def test_every_rule_is_kept_where_teams_walk_and_take_breaks() -> None:
    kinds = (*alone(3), *alone(2, 1, 2))
    shift = Shift(work=6, rest=6, handover=1, cap=48, spells=((72, 12),))
    held = found(144, kinds, shift)
    assert sorted(itertools.chain(*held.lines)) == list(range(len(held.duties)))
    for line in held.lines:
        rows = held.duties[list(line)]
        since = rows[0, 0]
        for before, after in itertools.pairwise(rows):
            assert after[0] - before[3] >= 6
            since = after[0] if after[0] - before[3] >= 12 else since
            assert after[3] - since <= 72
        assert (rows[:, 2] - rows[:, 1]).sum() <= 48


def test_reliefs_move_so_that_no_team_is_too_many() -> None:
    kinds = tuple(
        Kind(positions=many, out=walk, back=walk) for walk, many in enumerate((1, 2, 3, 6, 1))
    )
    shift = Shift(work=6, rest=6, handover=1, cap=48)
    held = found(144, kinds, shift)
    assert len(held.lines) == held.bound == 47
    holders: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for leaves, on, off, back, kind, position in sorted(held.duties.tolist()):
        assert (on - leaves, back - off) == (kinds[kind].out, kinds[kind].back)
        holders.setdefault((kind, position), []).append((on, off))
    assert len(holders) == 13
    for rows in holders.values():
        assert rows[0][0] == 0
        assert rows[-1][1] == 144
        assert all(after[0] == before[1] - 1 for before, after in itertools.pairwise(rows))
        assert all(off - on <= 6 for on, off in rows)


@pytest.mark.parametrize("handover", [0, 1])
def test_a_relief_moves_where_a_team_has_not_rested(handover: int) -> None:
    ends = [3, 4, 8]
    begins = [0, 3 - handover, 4 - handover]
    duties = np.array([(on, on, off, off) for on, off in zip(begins, ends, strict=True)])
    given = duties.copy()
    shift = Shift(work=4, rest=2 - handover, handover=handover)
    shared = lines(duties, np.array([-1, 0, 1]), 2, shift, steps=2_000)
    assert shared is not None
    moved, rows = shared
    assert (duties == given).all()
    assert sorted(map(sorted, rows)) == [[0, 2], [1]]
    assert moved[2, 0] - moved[0, 3] >= shift.rest
    assert (moved[1:, 1] == moved[:-1, 2] - handover).all()
    assert (moved[:, 2] - moved[:, 1] <= 4).all()


def test_a_relief_that_no_move_mends_is_told() -> None:
    duties = np.array([(0, 0, 2, 2), (2, 2, 4, 4)])
    assert lines(duties, np.array([-1, 0]), 1, Shift(work=2, rest=1), steps=2_000) is None


def test_the_same_question_has_the_same_answer() -> None:
    shift = Shift(work=6, rest=6, handover=1, cap=48)
    one, other = (found(72, alone(5), shift) for _ in range(2))
    assert one.lines == other.lines
    assert one.duties.tolist() == other.duties.tolist()


def test_walks_that_leave_no_time_are_refused() -> None:
    with pytest.raises(InfeasibleError, match="do not fit"):
        found(24, alone(1, 6, 6), Shift(work=1, rest=1, spells=((10, 5),)))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"work_min": 7}, "multiple of 5"),
        ({"work_min": 0}, "leaves nothing"),
        ({"rest_min": 0}, "no rest"),
        ({"handover_min": 30}, "leaves nothing"),
        ({"cap_min": 20}, "above the cap"),
        ({"break_min": 60}, "two figures"),
        ({"work_min": 60, "break_min": 30, "within_min": 45}, "do not fit"),
        ({"daily_rest_min": 1440}, "do not fit"),
        ({"shift_min": 0}, "do not fit"),
        ({"shift_min": 300, "daily_rest_min": 0}, "ends with a daily rest"),
        ({"break_min": 0, "within_min": 60}, "is none"),
    ],
)
def test_rules_that_cannot_be_are_refused(given: dict[str, int], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        Rules(**given)


def test_an_event_that_is_short_knows_no_daily_rest() -> None:
    assert Rules().shift(720).spells == ()
    assert Rules().shift(1440).spells == ((168, 120),)


@pytest.mark.parametrize("seed", range(6))
def test_without_time_every_rule_is_kept_by_enough_teams(seed: int) -> None:
    draw = random.Random(300 + seed)
    work = draw.randint(2, 6)
    shift = Shift(
        work=work,
        rest=draw.randint(1, 6),
        handover=draw.randint(0, work - 1),
        cap=draw.choice([None, 12]),
        spells=draw.choice([(), ((20, 9),)]),
    )
    kinds = (*alone(3), *alone(2, 1, 2))
    held = hold(48, kinds, shift, stop=Stop(1e-9))
    assert sorted(itertools.chain(*held.lines)) == list(range(len(held.duties)))
    there = np.zeros((2, 48), dtype=np.int64)
    for _, on, off, _, kind, _ in held.duties.tolist():
        assert 0 < off - on <= work
        there[kind, on:off] += 1
    assert (there[0] >= 3).all()
    assert (there[1] >= 2).all()
    for line in held.lines:
        rows = held.duties[list(line)]
        assert (rows[1:, 0] - rows[:-1, 3] >= shift.rest).all()
        assert shift.cap is None or (rows[:, 2] - rows[:, 1]).sum() <= shift.cap
    assert held.bound <= len(held.lines) <= len(held.duties)
