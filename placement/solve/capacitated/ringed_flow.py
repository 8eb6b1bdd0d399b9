"""How many people lanes of rings let all the way in, for many states of them one after the other.

One linear program stays in the solver. Lanes that are there and the share of people who come are
variables that are held, so each state starts where the one before ended. What is let in is a
concave function of that share, so of many shares for the same lanes few need a program of their
own: between two of which one's line of support meets the other's value, it is a line.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array

from placement.arrays import Floats, Ints
from placement.cover.instance_builder import Posting
from placement.cover.survey import Survey
from placement.plan.problem import Plan
from placement.solve.capacitated.assignment import Crowds, kinds_of
from placement.solve.capacitated.crowds import crowds_of
from placement.solve.core.stopping import Stop
from placement.solve.mip.highs import LiveModel
from placement.solve.mip.linear_program import live_program

_PLACES = 6
_SAME = 1e-7  # of a value: what a line may be beside it


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RingedGates:
    """Gates of rings, and who may come through them.

    Attributes
    ----------
    crowds
        People with the same ways in, and their ways; walks and worth say nothing.
    coming
        (n, P) float64, people of each crowd in each period.
    room
        (G,) float64, people whom a lane of each gate admits in one period.
    carry
        Whole periods a person may wait.
    """

    crowds: Crowds
    coming: Floats
    room: Floats
    carry: int

    @classmethod
    def of(cls, plan: Plan, posts: Posting, walks: Survey, gates: Ints) -> "RingedGates":
        """Take the gates of some columns, (G,) int64, ascending."""
        problem = plan.problem
        position = problem.laned or 0
        rule = problem.resources[position].lanes
        crowds, _, _, _ = crowds_of(plan, posts, walks, gates)
        alike = replace(
            crowds,
            worth=np.ones(len(crowds.people)),
            first=np.zeros(len(crowds.people), dtype=np.bool_),
            tier=None,
        )
        kinds, kind, _ = kinds_of(alike, len(gates), [])
        coming = np.zeros((len(kinds.people), crowds.shares.shape[1]))
        np.add.at(coming, kind, crowds.people[:, None] * crowds.shares)
        room = problem.lane_people(position)[posts.site[gates]] / crowds.shares.shape[1]
        return cls(crowds=kinds, coming=coming, room=room, carry=0 if rule is None else rule.carry)


class RingedFlow:
    """The linear program of some gates."""

    def __init__(self, gates: RingedGates) -> None:
        crowds, (many, periods) = gates.crowds, gates.coming.shape
        ways = len(crowds.crowd)
        come = ways * periods  # the variables: who takes which way when, who comes, lanes
        lane = come + 1 + np.arange(len(gates.room))
        rows: list[tuple[Ints, int, float]] = []  # variables that add up to a multiple of another
        x = np.arange(come).reshape(ways, periods)
        for crowd in range(many):
            mine = np.flatnonzero(crowds.crowd == crowd)
            rows += [(x[mine, t], come, float(gates.coming[crowd, t])) for t in range(periods)]
        way_of, gate_of = crowds.passing()
        for gate, each in enumerate(gates.room.tolist()):
            mine = way_of[gate_of == gate]
            # whoever comes in some periods is admitted in them or while they may wait (Hall)
            for first in range(periods):
                for last in range(first, periods):
                    span = min(last + gates.carry, periods - 1) - first + 1
                    rows.append((x[mine, first : last + 1].ravel(), int(lane[gate]), each * span))
        rows = [row for row in rows if len(row[0])]
        line = np.repeat(np.arange(len(rows)), [len(row[0]) + 1 for row in rows])
        column = np.concatenate([np.append(some, other) for some, other, _ in rows] or [line])
        factor = np.concatenate(
            [np.append(np.ones(len(some)), -times) for some, _, times in rows] or [np.zeros(0)]
        )
        size = come + 1 + len(lane)
        table = csr_array((factor, (line, column)), shape=(len(rows), size))
        self._live: LiveModel | None = None
        if rows:
            price = np.where(np.arange(size) < come, 1.0, 0.0)
            self._live, at = live_program(price, table, np.zeros(len(rows)))
            self._come, self._lane = at[come : come + 1], at[lane]
            self._coming = np.abs(table[:, [come]].toarray().ravel())

    def most(self, lanes: Ints, come: Floats) -> Floats:
        """Return how many people get all the way in.

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
            value[n], slope[n] = self._solve(live, float(shares[n]))

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

    def _solve(self, live: LiveModel, come: float) -> tuple[float, float]:
        """Return how many get in at a share, and how many more by a unit of it."""
        live.change_bounds(self._come, np.array([come]), np.array([come]))
        best, _ = live.relax(Stop())
        if best is None:
            raise RuntimeError("people who may stay away cannot be sent: the solver failed")
        return best.objective, float(self._coming @ np.abs(best.row_duals))
