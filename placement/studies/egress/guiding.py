"""Who is guided where: out soonest, then to stations, or over exits and stations at once."""

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from placement.arrays import Bools, Floats, Ints
from placement.errors import UsageError
from placement.plan.outlets import Outlets
from placement.solve.core.stopping import Stop
from placement.solve.mip.quickest import Leaving, Sent, quickest, settled, shortest, written_up
from placement.solve.mip.served_soonest import served_soonest
from placement.solve.mip.two_lines import ServedProof, TwoLines, bound_of
from placement.studies.egress.courses import Course, Flow, Wider, crossing
from placement.studies.egress.exits import Exits
from placement.studies.egress.jointly import Served, bound_jointly
from placement.studies.egress.queues import (
    NOBODY,
    PER_MIN,
    Queue,
    in_all,
    queue_of,
    slots_of,
    walk_on,
)
from placement.studies.egress.walks import Walks

type Soonest = Literal["out", "served"]
"""What is to be soonest: the last one out, or the last one served by a station."""
SURE = 1e-6
"""Relative: nearer than this a time is its bound."""
_TOL = 1e-9
_MOST_WIDER = 3
_WORTH_MIN = 0.05  # minutes: a metre that saves less, at first order or solved again, is not told


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Told:
    """How people are guided to stations, whether at once, and before when nobody has all served."""

    course: Course
    at_once: bool
    served: Served | None
    joint: Served | None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Leavers:
    """Who leaves, by which exits and stations, and how they are guided.

    Attributes
    ----------
    walks
        Seconds.
    people, step_free
        (M,) of each demand point; nobody of those who can walk to no exit.
    rate
        (E,) float64, people who pass an exit in a slot.
    batches
        In how many slots people set out.
    gates, stations
        What people pass; `stations` is None where nobody asks where they go.
    """

    walks: Walks
    people: Floats
    step_free: Bools
    rate: Floats
    batches: int
    gates: Exits
    stations: Outlets | None

    @property
    def slot(self) -> Ints:
        """Return (M, E), slots of the walks to exits."""
        return slots_of(self.walks.out)

    @property
    def later(self) -> Floats:
        """Return the share of people who set out so many slots after the start or later."""
        return np.asarray((self.batches - np.arange(self.batches)) / self.batches)

    @property
    def nearest(self) -> Floats:
        """Return (M, E): everybody by the next exit; among equals the first by identifier."""
        sent = np.zeros(self.walks.out.shape)
        sent[np.arange(len(sent)), self.walks.out.argmin(axis=1)] = self.people
        return sent

    @property
    def nearest_on(self) -> Floats:
        """Return (2, E, S) shares: everybody to the next station."""
        on = self.walks.on
        shares = np.zeros(on.shape)
        if on.shape[2]:
            np.put_along_axis(shares, on.argmin(axis=2)[..., None], 1.0, axis=2)
        return np.where(np.isfinite(on), shares, 0.0)

    def guide(self, stop: Stop) -> tuple[Sent, Floats]:
        """Return who is guided to which exit: of groups with their proof, and (M, E) of points."""
        leaving, group, members, _ = self._groups()
        start = np.zeros(leaving.slot.shape)
        np.add.at(start, group, self.nearest[members])
        found, share = guide_soonest(leaving, start, stop)
        sent = np.zeros(self.walks.out.shape)
        sent[members] = self.people[members][:, None] * share[group]
        return found, sent

    def _groups(self) -> tuple[Leaving, Ints, Ints, Ints]:
        """Return points with the same walks as one group: groups, whose point, points and paces."""
        members = np.flatnonzero(self.people > 0)
        alike = np.column_stack([self.step_free[members], self.slot[members]])
        rows, group = np.unique(alike, axis=0, return_inverse=True)
        group = group.reshape(-1)
        leaving = Leaving(
            people=np.bincount(group, weights=self.people[members]),
            slot=rows[:, 1:],
            rate=self.rate,
            later=self.later[None, :],
            profile=np.zeros(len(rows), np.int64),
        )
        return leaving, group, members, rows[:, 0]

    def queues(self, sent: Floats) -> tuple[list[Queue], list[Floats]]:
        """Return the queue of each exit, and (2, K) who has passed it by the end of each slot."""
        found, passed, slot = [], [], self.slot
        for at in range(len(self.rate)):
            those = np.flatnonzero(sent[:, at] > 0)
            length = int(slot[those, at].max(initial=0)) + self.batches
            come = np.zeros((2, length))
            for batch in range(self.batches):
                places = (self.step_free[those].astype(np.int64), slot[those, at] + batch)
                np.add.at(come, places, sent[those, at] / self.batches)
            queue = queue_of(come.sum(axis=0), float(self.rate[at]))
            ahead = np.concatenate([np.zeros((2, 1)), come.cumsum(axis=1)], axis=1)
            # who comes first passes first, and who comes together passes mixed
            passed.append(
                np.stack([np.interp(queue.passed, ahead.sum(axis=0), line) for line in ahead])
            )
            found.append(queue)
        return found, passed

    def guide_on(self, sent: Floats, stop: Stop) -> Floats:
        """Return to which stations people are guided as they come out: (2, E, S) shares."""
        on = slots_of(self.walks.on)
        if self.stations is None:
            return np.zeros(on.shape)
        _, passed = self.queues(sent)
        everybody = in_all(passed)
        wide = max(line.shape[1] for line in passed) + 1
        pairs, profiles, many = [], [], []
        for pace in range(2):
            for at, lines in enumerate(passed):
                total = float(everybody[pace, at])
                if total > 0 and (on[pace, at] >= 0).any():
                    pairs.append((pace, at))
                    many.append(total)
                    # who passes in a slot walks on at its end
                    done = np.concatenate([[0.0], lines[pace] / total])
                    left = np.zeros(wide)
                    left[: len(done)] = 1.0 - done
                    profiles.append(np.where(left > 1e-12, left, 0.0))
        if not pairs:
            raise UsageError(
                "nobody who comes out can walk to a station within two hours: see that stations "
                "and exits lie on streets that meet."
            )
        where = tuple(np.array(pairs).T)
        # people of slot i are there after slot i: `later` is who is not there yet
        later = np.concatenate([np.ones((len(pairs), 1)), np.array(profiles)[:, :-1]], axis=1)
        leaving = Leaving(
            people=np.array(many),
            slot=on[where],
            rate=self.stations.size / PER_MIN,
            later=later,
            profile=np.arange(len(pairs)),
        )
        start = self.nearest_on[where] * leaving.people[:, None]
        shares = np.zeros(on.shape)
        _, shares[where] = guide_soonest(leaving, start, stop)
        return shares

    def serve(self, out: Sent, chosen: Course, apart: Course, soonest: Soonest, stop: Stop) -> Told:
        """Return how people are guided over exits and stations at once.

        Parameters
        ----------
        out
            How soon all can be out.
        chosen, apart
            What happens as people choose, and where they are out soonest and then served soonest.
        soonest
            What is to be soonest.
        stop
            When to stop.
        """
        assert self.stations is not None  # noqa: S101 - nobody is served without
        leaving, group, members, pace = self._groups()
        lines = TwoLines(
            people=leaving.people,
            pace=pace,
            out=leaving.slot,
            on=slots_of(self.walks.on),
            passes=self.rate,
            serves=self.stations.size / PER_MIN,
            batches=self.batches,
        )
        deadline = written_up(out.slots) * (1.0 + _TOL)
        held = replace(lines, deadline=deadline) if soonest == "out" else lines
        known = bound_jointly(lines, out, stop=stop.share(0.3))
        known_ways = [apart, chosen] if soonest == "served" else [apart]
        best = min(known_ways, key=lambda one: _rank(one, soonest))
        at_once, proof = False, known
        if known is not None:
            done = (best.served_min or 0.0) * PER_MIN
            at_once = done <= bound_of(held, known) * (1.0 + SURE)
            found = None
            if not at_once:
                found = served_soonest(held, known, high=math.ceil(done), stop=stop)
            if found is not None:
                at_once, proof = True, found.proof
                sent = np.zeros(self.walks.out.shape)
                share = found.people / leaving.people[:, None]
                sent[members] = self.people[members][:, None] * share[group]
                course = self.course(sent, self.guide_on(sent, stop))
                best = min(best, course, key=lambda one: _rank(one, soonest))

        def served(proof: ServedProof | None, lines: TwoLines) -> Served | None:
            if proof is None:
                return None
            return Served(bound=bound_of(lines, proof), deadline=lines.deadline, proof=proof)

        return Told(
            course=best,
            at_once=at_once,
            served=served(proof, held),
            joint=served(known if soonest == "out" else proof, lines),
        )

    def course(self, sent: Floats, shares: Floats) -> Course:
        """Return what happens where people go so."""
        sent = np.where(sent > NOBODY, sent, 0.0)
        queues, passed = self.queues(sent)
        come = walk_on(passed, shares, slots_of(self.walks.on))
        flows = (shares * in_all(passed)[..., None]).transpose(1, 2, 0)
        gates, stations = self.gates, self.stations
        return Course(
            sent=sent,
            exits=tuple(
                crossing(gates, at, self.rate[at], queue) for at, queue in enumerate(queues)
            ),
            stations=()
            if stations is None
            else tuple(
                crossing(stations, at, stations.size[at] / PER_MIN, None, come[at])
                for at in range(len(stations.id))
            ),
            flows=tuple(
                Flow(
                    exit=gates.id[at],
                    station=stations.id[to],
                    step_free=bool(pace),
                    people=float(flows[at, to, pace]),
                )
                for at, to, pace in np.argwhere(flows > 0).tolist()
                if stations is not None
            ),
        )

    def widen(self, out: Sent, rate: float, stop: Stop) -> tuple[Wider, ...]:
        """Return what a metre more saves at each of the exits whose width counts most."""
        weight: dict[int, float] = {}
        for at, slot, price in out.proof.prices:
            weight[at] = weight.get(at, 0.0) + price * (out.slots - slot) / self.rate[at]
        leaving, _, _, _ = self._groups()
        found = []
        worth = [at for at, saves in weight.items() if saves * rate / PER_MIN >= _WORTH_MIN]
        for at in sorted(worth, key=lambda one: (-weight[one], one))[:_MOST_WIDER]:
            wider = self.rate + rate * (np.arange(len(self.rate)) == at)
            again = Leaving(
                people=leaving.people,
                slot=leaving.slot,
                rate=wider,
                later=leaving.later,
                profile=leaving.profile,
            )
            saved = (out.slots - quickest(again, out.people, stop=stop).slots) / PER_MIN
            # at first order a width may count that another exit's queue makes worth nothing
            if saved >= _WORTH_MIN:
                found.append(Wider(exit=self.gates.id[at], saves_min=saved))
        return tuple(sorted(found, key=lambda one: (-one.saves_min, one.exit)))


def guide_soonest(leaving: Leaving, start: Floats, stop: Stop) -> tuple[Sent, Floats]:
    """Return how soon all can pass, and where people of each group go then with the least walks.

    Ties of walks are settled as `placement.solve.mip.quickest.settled` says.

    Parameters
    ----------
    leaving
        Groups of people.
    start
        (G, E) float64, people of each group by place, a way that is known.
    stop
        When to stop.

    Returns
    -------
    found, share
        The first, with its proof, and (G, E) shares of the groups by place.
    """
    found = quickest(leaving, start, stop=stop)
    walked, within = settled(leaving.slot), written_up(found.slots)
    best, _ = shortest(leaving, found.people, walked, slots=within, stop=stop)
    return found, best / leaving.people[:, None]


def _rank(course: Course, soonest: Soonest) -> tuple[float, float, float]:
    """Return what makes a way better: who is out sooner, more who are served, and sooner."""
    served = sum(one.queue.people for one in course.stations)
    clear = round(course.clear_min, 5) if soonest == "out" else 0.0
    return clear, -round(served), round(course.served_min or 0.0, 5)
