"""People who stand in line twice, at an exit and at a station, and what prices of both prove.

People pass an exit, which lets so many pass in a slot of time, walk on, and pass a station, which
serves so many. Nobody can have all served before a time that prices show: of who is at a station in
a slot or later, and of each who passes an exit in a slot. The prices are summed up batch by batch
over all exits, stations and slots. So what they prove holds however people are shared out, whenever
that changes, in whatever order they pass, and also for people who are held back on their way.
"""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np

from placement.arrays import Bools, Floats, Ints
from placement.solve.mip.quickest import Prices

_NEVER = 10**9  # slots: more than any walk


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TwoLines:
    """Groups of people, exits and stations, and how long it takes between them.

    Attributes
    ----------
    people
        (G,) float64, > 0.
    pace
        (G,) int64, how each group walks: a position in `on`.
    out
        (G, E) int64, slots from the start until the first of a group are at an exit; −1 where they
        cannot walk there. Every group can walk to one exit at least.
    on
        (P, E, S) int64, slots from an exit to a station at each pace; −1 where nobody walks so.
        Whoever passes an exit in a slot walks on at its end, and where there is no station to walk
        to, is done.
    passes, serves
        (E,) and (S,) float64, > 0, people who pass an exit, and a station, in a slot.
    batches
        In how many slots, evenly, the people of a group set out.
    deadline
        Slots by when all must have passed their exit.
    """

    people: Floats
    pace: Ints
    out: Ints
    on: Ints
    passes: Floats
    serves: Floats
    batches: int
    deadline: float = math.inf

    @property
    def lost(self) -> Bools:
        """(P, E) where no station can be walked to."""
        return np.asarray(~(self.on >= 0).any(axis=2))

    @property
    def may(self) -> Bools:
        """(G, E) who may be sent where: to a station, and where there is none, out."""
        there, far = self.out >= 0, self.lost[self.pace]
        served = (there & ~far).any(axis=1)
        return np.asarray(there & ~(far & served[:, None]))

    @property
    def slots(self) -> int:
        """How many slots there are until the last one is at an exit, or must have passed it."""
        end = 0 if math.isinf(self.deadline) else math.ceil(self.deadline)
        return max(int(self.out.max()) + self.batches, end) + 1

    @property
    def first_level(self) -> int:
        """The first level by which all can be at a station, without any line."""
        last = self._at_station()
        return int(last.min(axis=1).max())

    def in_time(self, level: int) -> Bools:
        """Return (G, E) who may be sent where if nobody may be at a station after a level."""
        return self.may & (self._at_station() <= level)

    def _at_station(self) -> Ints:
        """Return (G, E) int64, when the last of a group are at a station without any line."""
        walk = np.where(self.on < 0, _NEVER, self.on + 1).min(axis=2, initial=_NEVER)
        walk = np.where(self.lost, -_NEVER, walk)[self.pace]
        last = self.out + self.batches - 1
        open_ = self.may & (last < self.deadline)
        return np.asarray(np.where(open_, last + walk, _NEVER))

    def passing(self, slots: int) -> Floats:
        """Return (E, K) float64, how many pass an exit in each of so many slots."""
        left = np.clip(self.deadline - np.arange(slots), 0.0, 1.0)
        return np.asarray(self.passes[:, None] * left)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedProof:
    """Why nobody has all served sooner: who is at a station after a level is late, and prices.

    Attributes
    ----------
    level
        A slot: who is at a station after it is not served before the next one.
    prices
        (station, slot, price) of who is there in that slot or later, 1 in sum.
    tolls
        (exit, slot, toll) of each who passes an exit in a slot.
    """

    level: int
    prices: Prices = ()
    tolls: Prices = ()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Costs:
    """What it costs to come to an exit in a slot, from there on, at the prices of a proof.

    Attributes
    ----------
    by_station
        (P, E, S, K) float64, who passes in the slot for a station.
    ahead
        (P, E, K) float64, who comes in the slot, and passes then or later for any station.
    aside
        What is left of the conditions that are priced.
    """

    by_station: Floats
    ahead: Floats
    aside: float

    @classmethod
    def of(cls, lines: TwoLines, proof: ServedProof, *, each: float = 0.0) -> Self:
        """Add up prices; a slot of a wait at an exit, or of a walk on from it, costs `each`."""
        level, slots = proof.level, max(lines.slots, proof.level + 1)
        served = np.zeros((len(lines.serves), level + 2))
        for station, slot, price in proof.prices:
            served[station, slot:] += price / lines.serves[station]
        served[:, level + 1] = math.inf
        walk = lines.on[..., None]
        there = np.where(walk < 0, level + 1, np.minimum(np.arange(slots) + 1 + walk, level + 1))
        most = lines.passing(slots)
        tolls = np.where(most > 0, 0.0, math.inf)
        aside = math.fsum(price * slot for _, slot, price in proof.prices)
        for exit_, slot, toll in proof.tolls:
            tolls[exit_, slot] += toll
            aside -= toll * float(most[exit_, slot])
        pays = served[np.arange(len(served))[:, None], there] + tolls[:, None, :]
        pays += each * np.maximum(walk, 0)
        done = np.where(lines.lost[..., None], 0.0, math.inf) + tolls
        best = np.minimum(done, pays.min(axis=2, initial=math.inf))
        come = each * np.arange(slots)
        ahead = np.minimum.accumulate((best + come)[..., ::-1], axis=2)[..., ::-1] - come
        return cls(by_station=pays, ahead=ahead, aside=aside)

    def of_batch(self, lines: TwoLines, batch: int) -> Floats:
        """Return (G, E) float64, what a person of a batch costs by each exit."""
        exits = np.arange(lines.out.shape[1])
        cost = self.ahead[lines.pace[:, None], exits, np.maximum(lines.out, 0) + batch]
        return np.asarray(np.where(lines.out < 0, math.inf, cost))

    def shared_alike(self, lines: TwoLines) -> Floats:
        """Return (G, E) float64, what a person costs by each exit on the average of batches."""
        costs = (self.of_batch(lines, batch) for batch in range(lines.batches))
        return np.asarray(sum(costs, np.zeros(lines.out.shape)) / lines.batches)


def bound_of(lines: TwoLines, proof: ServedProof) -> float:
    """Return the slots before which not everybody is served, whoever is sent where and when."""
    cost = Costs.of(lines, proof)
    total = cost.aside
    for batch in range(lines.batches):
        each = cost.of_batch(lines, batch).min(axis=1)
        total += math.fsum(lines.people * each) / lines.batches
    return min(total, proof.level + 1.0) if total > proof.level else 0.0
