"""What happens where people leave one way: who passes each exit and station, and when."""

from dataclasses import dataclass

from placement.arrays import Floats
from placement.plan.outlets import Outlets
from placement.studies.egress.exits import Exits
from placement.studies.egress.queues import PER_MIN, Queue, queue_of

M2_A_PERSON = 0.6
"""Ground of a person who queues (S: Highway Capacity Manual, domain.md)."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Crossing:
    """An exit, or a station, and the people who pass it.

    Attributes
    ----------
    id, name, lon, lat
        The place.
    per_min
        Most people who pass in a minute.
    queue
        Who stands there when, in slots.
    """

    id: str
    name: str
    lon: float
    lat: float
    per_min: float
    queue: Queue

    @property
    def wait_min(self) -> float:
        """Longest wait."""
        return self.queue.wait / PER_MIN

    @property
    def last_min(self) -> float:
        """When the last one has passed."""
        return self.queue.last / PER_MIN

    @property
    def ground_m2(self) -> float:
        """Ground of the longest queue."""
        return self.queue.longest * M2_A_PERSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """People who go from an exit to a station.

    Attributes
    ----------
    exit, station
        Identifiers.
    step_free
        Whether they walk step-free.
    people
        How many.
    """

    exit: str
    station: str
    step_free: bool
    people: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Course:
    """One way in which people leave.

    Attributes
    ----------
    sent
        (M, E) float64, people of each demand point who leave by each exit.
    exits, stations
        In the order of their identifiers.
    flows
        Who goes from which exit to which station.
    """

    sent: Floats
    exits: tuple[Crossing, ...]
    stations: tuple[Crossing, ...]
    flows: tuple[Flow, ...]

    @property
    def clear_min(self) -> float:
        """When the last one is out."""
        return max(one.last_min for one in self.exits)

    @property
    def served_min(self) -> float | None:
        """When the last one has passed a station; None without stations."""
        return max((one.last_min for one in self.stations), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wider:
    """What an exit that is a metre wider would save of the guided time.

    Attributes
    ----------
    exit
        Its identifier.
    saves_min
        Minutes, by solving again.
    """

    exit: str
    saves_min: float


def crossing(
    places: Exits | Outlets,
    at: int,
    rate: float,
    queue: Queue | None,
    come: Floats | None = None,
) -> Crossing:
    """Return who passes an exit or a station, by its queue or by who comes in each slot.

    Raises
    ------
    UsageError
        If the last one passes it after more than a day.
    """
    if queue is None:
        assert come is not None  # noqa: S101 - one of the two is given
        queue = queue_of(come, float(rate))
    lon, lat = places.lonlat[at].tolist()
    return Crossing(
        id=places.id[at],
        name=places.name[at],
        lon=round(lon, 6),
        lat=round(lat, 6),
        per_min=float(rate) * PER_MIN,
        queue=queue,
    )
