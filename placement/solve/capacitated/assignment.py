"""After the choice: who is sent to which gate in which period, in numbers that add up as written.

Given gates and lanes, as much worth of people as they can admit is sent; of all ways to do so one
with most people who walk without steps is taken, of these one with the least walk, then with the
least wait, and of those that are left the one that `equals` draws: there is one answer, whoever
looks for it. Crowds, periods, gates and queues make a network, so with data in whole millionths of
a person a vertex of the linear program is in whole millionths too (Hoffman & Kruskal 1956): what is
written are sums of it, and they agree to the last digit. Walks and what is drawn are whole numbers,
and so are all prices of that network: none is so small that a solver would take it for nothing.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array, vstack

from placement.arrays import Bools, Floats, Ints
from placement.solve.capacitated.equals import STEPS, seeds_of, tie_numbers
from placement.solve.core.stopping import Stop

UNIT = 1_000_000
"""Parts of a person that are counted: the six decimals of a written figure."""

_SAME = 1e-3  # of a part: what the product of two decimals may be off
_HELD = 1e-6  # reduced cost, of the highest worth, that no way of most worth takes
_AT_LEAST = 3.0  # seconds for the least walk, where the time limit is over
_STEP, _DRAWN = 2.0**-10, 2.0**-15  # what one of them is in a price: far above `_HELD`
_SHORT = 100.0  # price of a person below a floor, in people of the highest worth


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Crowds:
    """People who arrive alike and are worth the same, and the open gates in their reach.

    Attributes
    ----------
    people, worth
        (n,) float64, how many they are and what admitting one of them is worth.
    first
        (n,) bool, who is admitted first of people worth the same: without it the least walk would
        leave out those who walk slowly.
    shares
        (n, P) float64, share of each crowd that arrives in each period; lines add up to 1.
    crowd, gate
        (w,) int64, the ways: a crowd and an open gate in its reach.
    walk
        (w,) float64, what each person walks on that way, in seconds.
    steps
        (w,) int64, the same in whole steps: this is compared. None takes the nearest.
    seed
        (w,) int64, what decides among equals, see `equals`. None draws it from the positions.
    tier
        (n,) int64, tier of each crowd: of a lower one as much worth as can be is sent before the
        next is looked at. None where there is one.
    passes
        (g, P) int64, in a plan with rings: the gates that are passed one after the other, −1 for
        none; `gate` is then a line of it. None where a way leads to one gate.
    """

    people: Floats
    worth: Floats
    first: Bools
    shares: Floats
    crowd: Ints
    gate: Ints
    walk: Floats
    tier: Ints | None = None
    steps: Ints | None = None
    seed: Ints | None = None
    passes: Ints | None = None

    def seeds(self) -> Ints:
        """Return (w,) int64, the number from which is drawn for every way."""
        return seeds_of(self.crowd, self.gate) if self.seed is None else self.seed

    def passing(self) -> tuple[Ints, Ints]:
        """Return way and gate of every gate that is passed on a way, (v,) int64 each."""
        if self.passes is None:
            return np.arange(len(self.crowd)), self.gate
        way, level = np.nonzero(self.passes[self.gate] >= 0)
        return way, self.passes[self.gate[way], level]

    def ties(self) -> Ints:
        """Return (w, P) int64, what is drawn for every way and period."""
        return tie_numbers(self.seeds(), self.shares.shape[1])

    def arriving(self) -> Ints:
        """Return (n, P) int64 parts who arrive in each period, adding up to all of the crowd."""
        whole = np.floor(self.people * UNIT + _SAME)
        exact = whole[:, None] * self.shares
        parts = np.floor(exact + _SAME)
        # largest remainders, the earlier of equals: nobody is lost between two periods
        left = (whole - parts.sum(axis=1)).astype(np.int64)
        rank = np.argsort(np.argsort(parts - exact, axis=1, kind="stable"), axis=1, kind="stable")
        return np.asarray(parts + (rank < left[:, None]), dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Program:
    """A linear program min price · x, A x ≤ most, B x = 0, low ≤ x ≤ high.

    Lines of A that are `tight` hold as equations: of all points only the best of some prices before
    are left.
    """

    rows: csr_array
    most: Floats
    tight: Bools
    equal_rows: csr_array
    low: Floats
    high: Floats

    def solve(self, price: Floats, *, seconds: float = math.inf) -> tuple[Floats | None, "Program"]:
        """Return a best vertex, and the program of all best points (complementary slackness)."""
        loose = ~self.tight
        found = linprog(
            price,
            A_ub=self.rows[loose],
            b_ub=self.most[loose],
            A_eq=vstack([self.equal_rows, self.rows[self.tight]]),
            b_eq=np.concatenate([np.zeros(self.equal_rows.shape[0]), self.most[self.tight]]),
            bounds=np.column_stack([self.low, self.high]),
            method="highs-ds",
            options={} if math.isinf(seconds) else {"time_limit": seconds},
        )
        if found.x is None or not found.success:
            return None, self
        tight = self.tight.copy()
        tight[loose] = found.ineqlin.marginals < -_HELD
        high = np.where(found.lower.marginals > _HELD, self.low, self.high)
        low = np.where(found.upper.marginals < -_HELD, self.high, self.low)
        return found.x, replace(self, tight=tight, low=low, high=high)

    def like(self, coarse: "Program", row: Ints, column: Ints) -> "Program":
        """Return this program held to what another has been held to, of whose lines it has copies.

        Parameters
        ----------
        coarse
            The same program of fewer lines, each the sum of some of these.
        row, column
            The line and the variable of `coarse` for each of this program's own.
        """
        fixed = coarse.high[column] <= coarse.low[column]
        high = np.where(fixed, coarse.low[column], self.high)
        return replace(self, tight=coarse.tight[row], low=coarse.low[column], high=high)


def send(
    crowds: Crowds,
    room: Floats,
    carry: int,
    floors: list[tuple[Ints, float]] | None = None,
    *,
    stop: Stop | None = None,
    anywhere: bool = False,
) -> Ints:
    """Send people to gates: most worth by tier, then who comes first, least walk, least wait.

    Where only worth counts, crowds with the same gates in reach are one, which is exact; only the
    walk tells them apart, and of the ways that the wishes before it have left.

    Parameters
    ----------
    crowds
        Who comes when, and where they may go.
    room
        (J,) float64, people each gate admits in one period.
    carry
        Whole periods a person may wait; nobody is admitted after the last period.
    floors
        Crowds, by position, and how many of their people must be admitted at least. Floors of
        nested or separate sets of crowds keep the network; where one cannot be met by a hair, as
        little as possible is missing.
    stop
        A few seconds after its end the search for the least walk is given up, and at once where it
        is interrupted: then the same numbers are admitted, wherever they walk.
    anywhere
        Whether the walk does not count: where it matters only who is admitted.

    Returns
    -------
    (w, P) int64
        Parts of a person, `UNIT` to each, sent on every way in every period.

    Raises
    ------
    ValueError
        If the program has no solution: nothing to be expected, since nobody need be sent.
    """
    floors, periods = floors or [], crowds.shares.shape[1]
    ways = len(crowds.crowd)
    if ways == 0:
        return np.zeros((0, periods), dtype=np.int64)
    coming = crowds.arriving()
    kinds, kind, way = kinds_of(crowds, len(room), floors)
    together = np.zeros((len(kinds.people), periods), dtype=np.int64)
    np.add.at(together, kind, coming)
    groups = [(np.unique(kind[some]), least) for some, least in floors]
    program, sent = _network(kinds, together, room, carry, groups)
    worth = kinds.worth[kinds.crowd] / (crowds.worth.max() or 1.0)
    tiers = np.zeros(len(kinds.people), dtype=np.int64) if kinds.tier is None else kinds.tier
    tier = tiers[kinds.crowd]
    wishes = [np.where(tier == one, -worth, 0.0) for one in np.unique(tier)]
    wishes += [-kinds.first[kinds.crowd].astype(np.float64)]
    people: Floats | None = None
    for n, wish in enumerate(wishes):
        price = np.zeros(len(program.low))
        price[:sent] = np.repeat(wish, periods)
        if n == 0:
            price[len(price) - len(floors) :] = _SHORT
        if n == 0 or wish.any():
            found, program = program.solve(price)
            people = people if found is None else found
    if people is None:
        raise ValueError("people cannot be sent to these gates")
    if not anywhere and (stop is None or not stop.interrupted):
        fine, size = _network(crowds, coming, room, carry, floors)
        after = np.arange(len(program.most) - len(together) * periods) + len(together) * periods
        row = np.concatenate([_by_period(kind, periods), after])
        column = np.concatenate([_by_period(way, periods), np.arange(sent, len(program.low))])
        steps = np.rint(crowds.walk * STEPS) if crowds.steps is None else crowds.steps
        prices = np.zeros((3, len(fine.low)))
        prices[0, :size] = np.repeat(steps * _STEP, periods)
        prices[1, size + 2 * len(room) * periods :][: len(room) * periods] = 1.0
        prices[2, :size] = (crowds.ties() * _DRAWN).ravel()
        walked, left = None, fine.like(program, row, column)
        for price in prices:
            seconds = math.inf if stop is None else max(stop.left(), _AT_LEAST)
            found, left = left.solve(price, seconds=seconds)
            walked = walked if found is None else found
        if walked is not None:
            return _parts(walked[:size], ways)
    return _dealt(_parts(people[:sent], len(kinds.crowd)), coming, kind, crowds, way)


def _parts(people: Floats, ways: int) -> Ints:
    # where routes cross, a vertex may lie between two parts: half a part is none, so that two
    # halves are no more people than there are
    parts = np.floor(people * UNIT + (0.5 - _SAME)).reshape(ways, -1)
    return np.asarray(np.maximum(parts, 0), dtype=np.int64)


def _by_period(number: Ints, periods: int) -> Ints:
    """Return the numbers of (number, period) pairs."""
    return np.asarray((number[:, None] * periods + np.arange(periods)).ravel(), dtype=np.int64)


def kinds_of(
    crowds: Crowds, gates: int, floors: list[tuple[Ints, float]]
) -> tuple[Crowds, Ints, Ints]:
    """Put crowds together that differ in their walks and the time they come alone.

    Returns
    -------
    kinds
        The crowds that are left; their walks and shares say nothing.
    kind, way
        (n,) and (w,) int64, the number among them of each crowd and each way.
    """
    gates = gates if crowds.passes is None else len(crowds.passes)
    key = np.zeros((len(crowds.people), gates + len(floors) + 3))
    key[crowds.crowd, crowds.gate] = 1.0
    for number, (some, _) in enumerate(floors):
        key[some, gates + number] = 1.0
    key[:, -3], key[:, -2] = crowds.worth, crowds.first
    key[:, -1] = 0.0 if crowds.tier is None else crowds.tier
    _, member, kind = np.unique(key, axis=0, return_index=True, return_inverse=True)
    kind = kind.ravel()
    ways, way = np.unique(kind[crowds.crowd] * gates + crowds.gate, return_inverse=True)
    return (
        Crowds(
            people=np.bincount(kind, weights=crowds.people),
            worth=crowds.worth[member],
            first=crowds.first[member],
            shares=crowds.shares[member],
            crowd=ways // gates,
            gate=ways % gates,
            walk=np.zeros(len(ways)),
            tier=None if crowds.tier is None else crowds.tier[member],
            passes=crowds.passes,
        ),
        kind,
        way.ravel(),
    )


def _dealt(sent: Ints, coming: Ints, kind: Ints, crowds: Crowds, way: Ints) -> Ints:
    """Deal what kinds send among their crowds, in the order they have, whatever they walk."""
    left = coming.copy()
    found = np.zeros((len(crowds.crowd), coming.shape[1]), dtype=np.int64)
    still = sent.copy()
    for at in np.lexsort((crowds.gate, crowds.crowd, kind[crowds.crowd])).tolist():
        now = np.minimum(left[crowds.crowd[at]], still[way[at]])
        found[at] = now
        left[crowds.crowd[at]] -= now
        still[way[at]] -= now
    return found


def _network(
    crowds: Crowds, coming: Ints, room: Floats, carry: int, floors: list[tuple[Ints, float]]
) -> tuple[Program, int]:
    """Write who may go where and when; also return the number of variables that send people.

    Variables, in this order: people sent by way and period; who arrives at each gate in each
    period, whom it admits then, and who waits at the period's end; what is missing to each floor.
    """
    n, periods = coming.shape
    gates, sent = len(room), len(crowds.crowd) * periods
    cells = gates * periods
    size = sent + 3 * cells + len(floors)
    each = np.arange(sent)
    way, when = each // periods, each % periods
    at = np.arange(cells)
    arrive, admit, wait = (sent + k * cells + at for k in range(3))
    first = at % periods == 0
    passer, passed = crowds.passing()
    here = _by_period(passer, periods)
    # arrivals are sums over ways; the queue grows by who arrives and shrinks by who is admitted
    equal = coo_array(
        (
            np.concatenate([np.ones(len(here)), -np.ones(cells), np.ones(2 * cells),
                            -np.ones(cells), -np.ones(int((~first).sum()))]),
            (
                np.concatenate([_by_period(passed, periods), at, cells + at, cells + at,
                                cells + at, cells + at[~first]]),
                np.concatenate([here, arrive, wait, admit, arrive, wait[~first] - 1]),
            ),
        ),
        shape=(2 * cells, size),
    )  # fmt: skip
    # who waits has come in the last `carry` periods: first come, first served
    back = np.arange(max(carry, 0))
    gate_of, period_of = np.divmod(np.repeat(at, len(back)), periods)
    earlier = period_of - np.tile(back, cells)
    late = earlier >= 0
    arrived = (gate_of * periods + earlier)[late]
    lines = n * periods
    rows = [crowds.crowd[way] * periods + when, lines + at, lines + np.repeat(at, len(back))[late]]
    columns = [each, wait, sent + arrived]
    signs = [np.ones(sent), np.ones(cells), -np.ones(len(arrived))]
    most = [coming.ravel() / UNIT, np.zeros(cells)]
    for number, (some, least) in enumerate(floors):
        inside = np.flatnonzero(np.isin(crowds.crowd[way], some))
        rows.append(np.full(len(inside) + 1, lines + cells + number))
        columns.append(np.append(inside, size - len(floors) + number))
        signs.append(-np.ones(len(inside) + 1))
        most.append(np.array([-np.ceil(least * UNIT - _SAME) / UNIT]))
    bound = np.concatenate(
        [np.full(sent + cells, np.inf),
         np.repeat(np.floor(room * UNIT + _SAME) / UNIT, periods),
         np.where(at % periods == periods - 1, 0.0, np.inf),
         np.full(len(floors), np.inf)]
    )  # fmt: skip
    return Program(
        rows=coo_array(
            (np.concatenate(signs), (np.concatenate(rows), np.concatenate(columns))),
            shape=(lines + cells + len(floors), size),
        ).tocsr(),
        most=np.concatenate(most),
        tight=np.zeros(lines + cells + len(floors), dtype=np.bool_),
        equal_rows=equal.tocsr(),
        low=np.zeros(size),
        high=bound,
    ), sent
