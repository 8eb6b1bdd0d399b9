"""The means of a plan: who walks, how far, at what worth, and what lanes admit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

OWN = "default"
"""What the plan's own arrival profile is called beside those that have a name."""


class SiteStatus(IntEnum):
    """Whether a resource may, must or must not be posted at a site."""

    OPTIONAL = 0
    REQUIRED = 1
    EXCLUDED = 2


class Walkers(StrEnum):
    """Who walks between a post and the people it covers.

    ``PEOPLE`` walk from where they are to the post; a ``TEAM`` walks out from its post.
    """

    PEOPLE = "people"
    TEAM = "team"


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A post of this resource needs a post of another resource within a walk.

    Attributes
    ----------
    resource
        Identifier of the other resource.
    walk_s
        Longest walk from the other post to this one, in seconds, inclusive.
    """

    resource: str
    walk_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LanesRule:
    """Units are lanes: only people whom they can admit in time are covered.

    Attributes
    ----------
    rate_h
        People a lane admits an hour as the plan counts, efficiency and headroom included.
    opens_min, closes_min
        The window, minutes after midnight.
    shares
        Share of the people who arrive in each of P equal periods; adds up to 1.
    carry
        Whole periods a person may wait.
    named
        Further profiles like `shares`, by name in order.
    headroom
        Share of what a lane really admits that `rate_h` is.
    """

    rate_h: float
    opens_min: int
    closes_min: int
    shares: tuple[float, ...]
    carry: int
    named: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    headroom: float = 1.0

    @property
    def profiles(self) -> Mapping[str, tuple[float, ...]]:
        """All profiles by name, the plan's own first: `Demand.arrival` counts along them."""
        return {OWN: self.shares, **self.named}

    @property
    def full_rate_h(self) -> float:
        """People a lane really admits an hour."""
        return self.rate_h / self.headroom

    @property
    def lane_people(self) -> float:
        """People a lane admits over the whole window, as the plan counts."""
        return self.rate_h * (self.closes_min - self.opens_min) / 60

    @property
    def period_min(self) -> float:
        """Length of a period, minutes."""
        return (self.closes_min - self.opens_min) / len(self.shares)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A kind of means, with its walking limit, its value and its limits.

    Attributes
    ----------
    id
        Identifier, as in the plan file's table name.
    label
        Name to show, by language (``en``, ``fr``).
    unit
        Name of one unit (lane, team), by language.
    walkers
        Who walks.
    walk_limit_s
        Longest walk that counts as covered, in seconds, inclusive.
    value
        Worth of covering one person once, λ_k of the formulation.
    fleet
        Most units in all, or None.
    posts
        Most posts in all, or None.
    near
        Coupling to another resource, or None.
    separation_m, separation_s
        Least distance in a straight line (metres) and least walk (seconds, the shorter way round)
        between two of its posts, or None.
    unavailable
        Probability that a unit is resting or away; 0 where every unit counts fully.
    counted_units
        Units that count for one person where some may be unavailable.
    lanes
        What its lanes admit, or None where cover knows no capacity.
    periods
        Positions of the periods in which it serves, or None for all.
    turned
        Whether everybody walks the other way, as people do who leave by it.
    """

    id: str
    label: Mapping[str, str]
    unit: Mapping[str, str]
    walkers: Walkers
    walk_limit_s: float
    value: float
    fleet: int | None = None
    posts: int | None = None
    near: Near | None = None
    separation_m: float | None = None
    separation_s: float | None = None
    unavailable: float = 0.0
    counted_units: int = 1
    lanes: LanesRule | None = None
    periods: tuple[int, ...] | None = None
    turned: bool = False

    @property
    def outward(self) -> bool:
        """Whether walks lead from the post to the people."""
        return (self.walkers is Walkers.TEAM) != self.turned
