"""How many people lanes let in, or what they are worth, for many states of them one after another.

Where a person passes one gate and all come alike, a state is a maximum flow for each layer of the
queue (`max_flow_cuts.networks`), computed from scratch. Else one linear program stays in the
solver. Lanes that are there and the share of people who come are variables that are held, so each
state starts where the one before ended. What is let in is a concave function of that share, so of
many shares for the same lanes few need a program of their own: between two of which one's line of
support meets the other's value, it is a line.
"""

from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
from scipy.sparse import csr_array

from placement.arrays import Floats, Ints
from placement.compiled import compiled
from placement.cover.instance_builder import Posting
from placement.cover.lanes import arrivals_of
from placement.cover.survey import Survey
from placement.plan.problem import Plan
from placement.solve.capacitated.assignment import Crowds, kinds_of
from placement.solve.capacitated.crowds import crowds_of
from placement.solve.capacitated.fast_max_flow import admit, pointers
from placement.solve.core.stopping import Stop
from placement.solve.mip.highs import LiveModel
from placement.solve.mip.linear_program import Program, live_program

_PLACES = 6
_SAME = 1e-7  # of a value: what a line may be beside it


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class OpenGates:
    """Gates, and who may come through them.

    Attributes
    ----------
    crowds
        People with the same ways in and of the same worth, and their ways; walks say nothing.
    coming
        (n, P) float64, people of each crowd in each period.
    room
        (G,) float64, people whom a lane of each gate admits in one period.
    carry
        Whole periods a person may wait.
    layers
        As `placement.cover.lanes.Arrivals.layers`, where a person passes one gate and all come by
        one profile; else None.
    """

    crowds: Crowds
    coming: Floats
    room: Floats
    carry: int
    layers: tuple[Floats, Floats] | None

    @classmethod
    def of(
        cls, plan: Plan, posts: Posting, walks: Survey, gates: Ints, *, weighed: bool = False
    ) -> "OpenGates":
        """Take the gates of some columns.

        Parameters
        ----------
        plan, posts, walks
            What is asked, its candidate posts, and the walks.
        gates
            (G,) int64, columns, ascending.
        weighed
            Whether people count by what they are worth; else each is one.
        """
        problem = plan.problem
        position = problem.laned or 0
        rule = problem.resources[position].lanes
        crowds, _, _, _ = crowds_of(plan, posts, walks, gates)
        alike = replace(
            crowds,
            worth=crowds.worth if weighed else np.ones(len(crowds.people)),
            first=np.zeros(len(crowds.people), dtype=np.bool_),
            tier=None,
        )
        kinds, kind, _ = kinds_of(alike, len(gates), [])
        coming = np.zeros((len(kinds.people), crowds.shares.shape[1]))
        np.add.at(coming, kind, crowds.people[:, None] * crowds.shares)
        room = problem.lane_people(position)[posts.site[gates]] / crowds.shares.shape[1]
        arrivals, _ = arrivals_of(problem)
        one = crowds.passes is None and arrivals.classes == 1
        return cls(
            crowds=kinds,
            coming=coming,
            room=room,
            carry=0 if rule is None else rule.carry,
            layers=arrivals.layers() if one else None,
        )

    def flow(self) -> "LayeredFlow | FlowProgram":
        """Return what computes how many these gates let in."""
        return FlowProgram(self) if self.layers is None else LayeredFlow(self, self.layers)


class LayeredFlow:
    """Maximum flows of people who pass one gate and all come alike.

    Parameters
    ----------
    gates
        Who may come through which gates.
    layers
        Of the queue.
    """

    def __init__(self, gates: OpenGates, layers: tuple[Floats, Floats]) -> None:
        crowds, size = gates.crowds, len(gates.room)
        people = gates.coming.sum(axis=1)
        order = np.lexsort((crowds.gate, crowds.crowd))
        gate, crowd = crowds.gate[order], crowds.crowd[order]
        back = np.argsort(gate, kind="stable")
        worth, place = np.unique(crowds.worth, return_inverse=True)
        words = np.random.default_rng(0).integers(1, 2**63, size + len(worth), dtype=np.int64)
        self._crowd: tuple[Any, ...] = (
            pointers(np.bincount(crowd, minlength=len(people))),
            gate,
            pointers(np.bincount(gate, minlength=size)),
            crowd[back],
            len(worth) - 1 - place.ravel().astype(np.int64),
            words,
            people,
            worth[::-1].copy() if len(worth) else np.zeros(1),
            *layers,
            gates.room * gates.coming.shape[1],
        )

    def most(self, lanes: Ints, come: Floats) -> Floats:
        """Return what those are worth who get in.

        Parameters
        ----------
        lanes
            (G,) int64, lanes that are there.
        come
            (n,) float64, shares of the people who come.

        Returns
        -------
        (n,) float64
        """
        shares, place = np.unique(come, return_inverse=True)
        value = cast("Any", _admit_shares)(*self._crowd, lanes.astype(np.int64), shares)
        return np.asarray(np.round(value, _PLACES)[place.ravel()])


@compiled
def _admit_shares(  # noqa: PLR0913, PLR0917 - as `admit` takes it
    indptr: Ints, gates: Ints, by_gate: Ints, rows: Ints, rank: Ints, words: Ints,
    people: Floats, worth: Floats, share: Floats, ratio: Floats, each: Floats,
    lanes: Ints, come: Floats,
) -> Floats:  # fmt: skip
    """Return (n,) float64, what those are worth whom lanes admit of each share of the people."""
    is_open = lanes > 0
    load = np.zeros((len(share), len(each)))
    dead = np.zeros((len(share), len(people)), dtype=np.bool_)
    found = np.zeros(len(come))
    for n in range(len(come)):
        found[n] = admit(
            indptr, gates, by_gate, rows, rank, words, people * come[n], worth, share, ratio, each,
            is_open, lanes, load, dead,
        )  # fmt: skip
    return found


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Support:
    """What those are worth who get in, and a sum that is no less for any lanes and shares.

    Attributes
    ----------
    value
        At the point at which it was looked for.
    come
        For each unit of the share of the people who come.
    lane
        (G,) float64, for each lane that is there.
    gate
        (G,) float64, for each unit of that share at a gate that is there.
    """

    value: float
    come: float
    lane: Floats
    gate: Floats


class FlowProgram:
    """The linear program of people who may pass several gates, or come by several profiles.

    Parameters
    ----------
    gates
        Who may come through which gates.
    linked
        Whether it is also written that nobody passes a gate that is not there, each crowd by
        itself: implied by the lanes in whole numbers, and much for parts of gates.
    """

    def __init__(self, gates: OpenGates, *, linked: bool = False) -> None:
        count, (_, periods) = len(gates.room), gates.coming.shape
        room = np.tile(gates.room[:, None], periods)
        price, table = _written(gates.crowds, gates.coming, room, gates.carry, linked=linked)
        self._live: LiveModel | None = None
        if table.shape[0]:
            come = len(gates.crowds.crowd) * periods
            lane = come + 1 + np.arange(count)
            program = Program(price=price, rows=table, most=np.zeros(table.shape[0]))
            self._live, at = live_program(program)
            self._come, self._lane = at[come : come + 1], at[lane]
            self._here = at[lane + count] if linked else at[:0]
            self._factors = abs(table[:, come:]).T.tocsr()  # of what is held, by row

    def most(self, lanes: Ints, come: Floats) -> Floats:
        """Return what those are worth who get all the way in.

        Parameters
        ----------
        lanes
            (G,) int64, lanes that are there.
        come
            (n,) float64, shares of the people who come.

        Returns
        -------
        (n,) float64
        """
        found = np.zeros(len(come))
        live = self._live
        if live is None or not len(come) or not lanes.any():
            return found
        live.change_bounds(self._lane, lanes.astype(np.float64), lanes.astype(np.float64))
        shares, place = np.unique(come, return_inverse=True)
        value = np.zeros(len(shares))
        slope = np.zeros(len(shares))

        def solve(n: int) -> None:
            value[n], each = self._solve(live, float(shares[n]))
            slope[n] = each[0]

        def fill(low: int, high: int) -> None:
            if high - low < 2:
                return
            width = shares[high] - shares[low]
            size = _SAME * max(1.0, value[high])
            from_low = value[low] + slope[low] * width - value[high]
            from_high = value[high] - slope[high] * width - value[low]
            inside = slice(low + 1, high)
            if min(from_low, from_high) <= size:  # a line of support is the chord
                part = (shares[inside] - shares[low]) / width
                value[inside] = value[low] + part * (value[high] - value[low])
                return
            # where the two lines of support meet is where a bend is looked for
            bend = shares[low] + from_high / max(slope[low] - slope[high], 1e-300)
            middle = int(np.clip(np.searchsorted(shares, bend), low + 1, high - 1))
            solve(middle)
            fill(low, middle)
            fill(middle, high)

        for n in sorted({0, len(shares) - 1}):
            solve(n)
        fill(0, len(shares) - 1)
        return np.round(value, _PLACES)[place.ravel()]

    def _solve(self, live: LiveModel, come: float) -> tuple[float, Floats]:
        """Return what those are worth who get in at a share, and how much more by what is held."""
        live.change_bounds(self._come, np.array([come]), np.array([come]))
        best, _ = live.relax(Stop())
        if best is None:
            raise RuntimeError("people who may stay away cannot be sent: the solver failed")
        return best.objective, self._factors @ np.abs(best.row_duals)

    def support(self, come: float, lanes: Floats, there: Floats) -> Support:
        """Return what those are worth who get in, and what bounds it elsewhere; of a linked one.

        Parameters
        ----------
        come
            Share of the people who come.
        lanes, there
            (G,) float64, lanes and gates that are there, parts of them as well.
        """
        live, gates = self._live, len(lanes)
        none = np.zeros(gates)
        if live is None:
            return Support(value=0.0, come=0.0, lane=none, gate=none)
        live.change_bounds(self._lane, lanes, lanes)
        live.change_bounds(self._here, come * there, come * there)
        value, each = self._solve(live, come)
        return Support(
            value=value, come=float(each[0]), lane=each[1 : gates + 1], gate=each[gates + 1 :]
        )


def program_of(gates: OpenGates, lanes: Ints) -> Program:
    """Return the program of who gets in where each gate has its lanes, or is shut.

    Parameters
    ----------
    gates
        Who may come through which gates; its choices are which of them are open.
    lanes
        (G,) int64, of each gate where it is open.
    """
    coming, carry = gates.coming, gates.carry
    room = np.tile(gates.room[:, None], coming.shape[1])
    if gates.layers is not None:  # each a flow of its own, and fewer than the periods
        share, ratio = gates.layers
        whole = gates.room * coming.shape[1]
        coming, carry = coming.sum(axis=1)[:, None] * share, 0
        room = whole[:, None] * share * ratio
    price, table = _written(gates.crowds, coming, room, carry, linked=True)
    come = len(gates.crowds.crowd) * coming.shape[1]
    by_lane, by_gate = np.split(np.arange(come + 1, table.shape[1]), 2)
    return Program(
        price=price[:come],
        rows=csr_array(table[:, :come]),
        most=-table[:, [come]].toarray()[:, 0],
        by=csr_array(-(table[:, by_lane] * lanes + table[:, by_gate])),
    )


def _written(
    crowds: Crowds, coming: Floats, room: Floats, carry: int, *, linked: bool
) -> tuple[Floats, csr_array]:
    """Return the prices and rows of who takes which way when: no row is above 0.

    Parameters
    ----------
    crowds
        People and their ways.
    coming
        (n, P) float64, people of each crowd in each period.
    room
        (G, P) float64, people whom a lane of each gate admits in each period.
    carry
        Whole periods a person may wait.
    linked
        As `FlowProgram` has it.

    Returns
    -------
    ndarray, csr_array
        Their columns are ways and periods, then the share of the people who come, the lanes of each
        gate and, where they are linked, whether it is there, times that share.
    """
    ways, (many, periods) = len(crowds.crowd), coming.shape
    come = ways * periods
    lane = come + 1 + np.arange(len(room))
    rows: list[tuple[Ints, int, float]] = []  # variables that add up to a multiple of another
    x = np.arange(come).reshape(ways, periods)
    for crowd in range(many):
        mine = np.flatnonzero(crowds.crowd == crowd)
        rows += [(x[mine, t], come, float(coming[crowd, t])) for t in range(periods)]
    way_of, gate_of = crowds.passing()
    for gate, each in enumerate(room):
        mine = way_of[gate_of == gate]
        # whoever comes in some periods is admitted in them or while they may wait (Hall)
        for first in range(periods):
            for last in range(first, periods if carry else first + 1):
                admitted = float(each[first : last + carry + 1].sum())
                rows.append((x[mine, first : last + 1].ravel(), int(lane[gate]), admitted))
    here = lane + len(lane)
    if linked:
        keys = crowds.crowd[way_of] * len(lane) + gate_of
        for key in np.unique(keys).tolist():
            crowd, gate = divmod(key, len(lane))
            people = float(coming[crowd].sum())
            rows.append((x[way_of[keys == key]].ravel(), int(here[gate]), people))
    rows = [row for row in rows if len(row[0])]
    line = np.repeat(np.arange(len(rows)), [len(row[0]) + 1 for row in rows])
    column = np.concatenate([np.append(some, other) for some, other, _ in rows] or [line])
    factor = np.concatenate(
        [np.append(np.ones(len(some)), -times) for some, _, times in rows] or [np.zeros(0)]
    )
    size = come + 1 + (2 if linked else 1) * len(lane)
    price = np.zeros(size)
    price[:come] = np.repeat(crowds.worth[crowds.crowd], periods)
    return price, csr_array((factor, (line, column)), shape=(len(rows), size))
