"""Where posts may stand and where people are, as immutable arrays."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from placement.arrays import Bools, Floats


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Sites:
    """Candidate positions, in the order of their identifiers.

    Attributes
    ----------
    id, name, kind
        Identifier, name and kind (free text, may be empty) of each of the N sites.
    xy
        (N, 2) float64, metres in the plan's coordinate system.
    lonlat
        (N, 2) float64, degrees, WGS 84.
    level
        (N,) int64, the level the site lies on (0 the street, -1 the lower quay).
    allowed
        (N, K) bool, which of the plan's K resources may be posted.
    status
        (N, K) int64, values of `SiteStatus`.
    open_cost, unit_cost
        (N, K) float64, in the unit of the budget.
    min_units, max_units
        (N, K) int64, units of an open post.
    width_m
        (N,) float64, usable width of the way that people leave by; NaN where it is not known.
    """

    id: tuple[str, ...]
    name: tuple[str, ...]
    kind: tuple[str, ...]
    xy: Floats
    lonlat: Floats
    level: NDArray[np.int64]
    allowed: Bools
    status: NDArray[np.int64]
    open_cost: Floats
    unit_cost: Floats
    min_units: NDArray[np.int64]
    max_units: NDArray[np.int64]
    width_m: Floats = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        if len(self.width_m) != len(self.id):
            object.__setattr__(self, "width_m", np.full(len(self.id), np.nan))
        for array in (
            self.width_m,
            self.xy,
            self.lonlat,
            self.level,
            self.allowed,
            self.status,
            self.open_cost,
            self.unit_cost,
            self.min_units,
            self.max_units,
        ):
            array.setflags(write=False)

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Demand:
    """Where people are, in the order of the points' identifiers.

    Attributes
    ----------
    id
        Identifier of each of the M points; a point sampled from an area is ``"<area>#<n>"``.
    xy
        (M, 2) float64, metres in the plan's coordinate system.
    lonlat
        (M, 2) float64, degrees, WGS 84.
    level
        (M,) int64, the level the people stand on (0 the street, -1 the lower quay).
    people
        (M,) float64, people at the point, ≥ 0.
    priority
        (M,) float64, weight of one person in the objective, > 0.
    zone
        (M,) int64, position in ``zones``.
    zones
        Identifiers of the zones (an area is its own zone unless it names one), in order.
    tier
        (M,) int64 ≥ 1: cover of tier 1 is maximised first, then held while tier 2 is, and so on.
    step_free
        (M,) bool: these people walk slowly and without steps. Who does so at a point with others
        is a point of its own, ``"<point>~step-free"``.
    arrival
        (M,) int64, when they come: position in ``LanesRule.profiles`` of the resource with lanes,
        0 for the plan's own profile and in plans without lanes.
    period
        (M,) int64, position of the period they are there in; 0 in plans without periods. Whoever is
        there in two periods is a point of each, ``"<period>:<point>"``.
    """

    id: tuple[str, ...]
    xy: Floats
    lonlat: Floats
    level: NDArray[np.int64]
    people: Floats
    priority: Floats
    zone: NDArray[np.int64]
    zones: tuple[str, ...]
    tier: NDArray[np.int64]
    step_free: Bools
    arrival: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    period: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def __post_init__(self) -> None:
        for name in ("arrival", "period"):
            if len(getattr(self, name)) != len(self.id):
                object.__setattr__(self, name, np.zeros(len(self.id), dtype=np.int64))
        for array in (
            self.xy,
            self.lonlat,
            self.level,
            self.people,
            self.priority,
            self.zone,
            self.tier,
            self.step_free,
            self.arrival,
            self.period,
        ):
            array.setflags(write=False)

    @property
    def tiers(self) -> tuple[int, ...]:
        """The tiers there are, the first to be served first; one in a plan without tiers."""
        return tuple(np.unique(self.tier).tolist())

    def take(self, points: NDArray[np.int64]) -> "Demand":
        """Return some of the points, by their positions; the zones stay those of all."""
        every = ("xy", "lonlat", "level", "people", "priority", "zone", "tier", "step_free")
        some = {name: getattr(self, name)[points] for name in (*every, "arrival", "period")}
        return replace(self, id=tuple(self.id[at] for at in points.tolist()), **some)

    def __len__(self) -> int:
        return len(self.id)
