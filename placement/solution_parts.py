"""What a solution says of posts, cover, rules, gates, walks and changes, as immutable figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from placement.plan.post_id import PostId


@dataclass(frozen=True, slots=True, kw_only=True)
class Barriers:
    """The barriers of one kind.

    Attributes
    ----------
    count
        How many stand.
    cost
        What they cost together, in the unit of the budget.
    """

    count: int
    cost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A resource opened at a site.

    Attributes
    ----------
    site, name, resource
        Identifier and name of the site, identifier of the resource.
    units
        Lanes, teams.
    cost
        In the unit of the budget.
    covered
        People within the walking limit of this post.
    only
        People within its limit that no other open post of the resource covers.
    lon, lat
        Position in degrees, WGS 84, rounded to six decimals.
    admitted
        People its lanes admit; None where cover knows no capacity, as below.
    longest_wait_min
        Longest wait in its fluid queue, minutes, one decimal.
    clears
        When its last queue has cleared, ``"HH:MM"``; None where nobody waits.
    ring
        Name of the ring that its site is in; None in a plan without rings, and outside them.
    """

    site: str
    name: str
    resource: str
    units: int
    cost: float
    covered: float
    only: float
    lon: float
    lat: float
    admitted: float | None = None
    longest_wait_min: float | None = None
    clears: str | None = None
    ring: str | None = None

    @property
    def id(self) -> str:
        """``"<site>/<resource>"``."""
        return str(PostId(self.site, self.resource))


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """People covered of some of the people of a plan.

    Attributes
    ----------
    covered, total
        People.
    share
        ``covered / total``, 0 where there is nobody; six decimals.
    """

    covered: float
    total: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """People covered by one resource, of all people of the plan.

    Attributes
    ----------
    covered, total
        People; of a resource with lanes, those whom its lanes admit are covered.
    share
        ``covered / total``, 0 where there is nobody; six decimals.
    step_free
        Of those who walk without steps; None where nobody does.
    backup
        Covered twice, of those for whom that counts; None where it counts for nobody.
    expected
        People covered on average where units may be unavailable; None where they never are.
    """

    covered: float
    total: float
    share: float
    step_free: Part | None = None
    backup: Part | None = None
    expected: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """What is reached in one tier, those before it being held.

    Attributes
    ----------
    tier
        Its number.
    objective
        Σ value · priority · people covered, over the people of the tier.
    bound
        No plan that holds the tiers before has more than this.
    gap
        ``(bound − objective) / objective``.
    """

    tier: int
    objective: float
    bound: float
    gap: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How a rule is kept.

    Attributes
    ----------
    asked
        What the rule asks: a share, a number of posts, metres or minutes.
    reached
        What the plan reaches, six decimals; None where there is nothing to measure (a single post
        has no neighbour, and walks beyond twice the least asked are not looked for).
    """

    asked: float
    reached: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What moved against an agreed plan, and what each change bought.

    Attributes
    ----------
    most
        Most posts that might open or close, or None.
    price
        What each change costs in the objective.
    opened, closed
        By post: what the objective, without the price, would lose if this change alone were undone
        (negative for a post whose closing lost cover; it frees cost).
    """

    most: int | None
    price: float
    opened: Mapping[str, float]
    closed: Mapping[str, float]

    @property
    def count(self) -> int:
        """Number of changes."""
        return len(self.opened) + len(self.closed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What happens at one gate, period by period.

    Attributes
    ----------
    sent
        People who arrive in each period and are admitted in time; at most six decimals.
    admitted
        People who pass in each period, those who waited included.
    longest_wait_min
        Longest wait, minutes, one decimal.
    clears
        When the last queue has cleared, ``"HH:MM"``, rounded up; None where nobody waits.
    """

    sent: tuple[float, ...]
    admitted: tuple[float, ...]
    longest_wait_min: float
    clears: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arriving:
    """The people who come by one arrival profile.

    Attributes
    ----------
    people
        How many there are in the plan, whoever is in reach of a gate.
    coming
        How many of them come in each period; adds up to them.
    sent
        How many of these are sent to gates and admitted in time.
    """

    people: float
    coming: tuple[float, ...]
    sent: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RingPassed:
    """Who passes one ring of a plan with perimeters one inside another.

    Attributes
    ----------
    ring
        Its name.
    people
        Who passes it, each once.
    gates
        Its posts that are open, in the order of their identifiers.
    """

    ring: str
    people: float
    gates: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """People who pass some gates one after the other.

    Attributes
    ----------
    gates
        Posts from the outside in, one of each ring that they pass.
    sent
        People by the period in which they come to the first gate; they count so at each.
    """

    gates: tuple[str, ...]
    sent: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Who passes the gates of the resource with lanes, and when.

    Attributes
    ----------
    resource
        Its identifier.
    opens, closes
        The window, ``"HH:MM"``.
    period_min
        Length of a period, minutes.
    mean_walk_s
        Mean walk of the admitted people to the gate they are sent to, seconds, one decimal.
    gates
        By post.
    areas
        By area and post: the people of the area who are sent to this gate, who arrive in each
        period. Areas are those of ``Solution.areas``, people who walk without steps apart;
        areas and gates between which nobody is sent are left out. The sums over areas are the
        gates' own ``sent``. Empty where a file does not tell.
    profiles
        By arrival profile, "default" for the plan's own: who comes and who of them is sent.
        Empty where all people come by the plan's own.
    rings
        Who passes each ring, from the outside in; empty in a plan without rings. Everybody passes
        the first, so that the gates of all rings together count people several times.
    routes
        By area, in a plan with rings: the people of the area by the gates that they pass one after
        the other, in order. The sums over the routes through a gate are what `areas` says of it.
    """

    resource: str
    opens: str
    closes: str
    period_min: float
    mean_walk_s: float
    gates: Mapping[str, Gate]
    areas: Mapping[str, Mapping[str, tuple[float, ...]]] = field(default_factory=dict)
    profiles: Mapping[str, Arriving] = field(default_factory=dict)
    rings: tuple[RingPassed, ...] = ()
    routes: Mapping[str, tuple[Route, ...]] = field(default_factory=dict)

    @property
    def entrances(self) -> Mapping[str, Gate]:
        """The gates at which people are counted once: those of the outermost ring, or all."""
        if not self.rings:
            return self.gates
        return {name: self.gates[name] for name in self.rings[0].gates}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reverse:
    """What the cheapest plan had to reach, and what is proven of its cost.

    Attributes
    ----------
    shares
        By resource, the least share of all people that had to be covered.
    cost_bound
        No plan that reaches the shares costs less.
    cost_gap
        ``(cost − cost_bound) / cost``: 0 where the cost is proven least.
    """

    shares: Mapping[str, float]
    cost_bound: float
    cost_gap: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """What the second stage did: shorter walks at the same objective.

    Attributes
    ----------
    mean_s
        Mean walk of the covered people to (or from) their nearest post, by resource, in seconds,
        one decimal.
    gap
        Proven distance from the shortest total walk, as a share of it; None where unknown.
    unproven
        Stages of the choice among plans of equal worth (`STAGES`) that are not proven, in their
        order, with how far the plan may be from the best of that stage, as a share; None where
        nothing is known. Empty where the plan is proven to be the one.
    """

    mean_s: Mapping[str, float]
    gap: float | None
    unproven: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsnapped:
    """Points that lie too far from any street: they cover nobody, or nobody covers them.

    Attributes
    ----------
    sites, demand
        Identifiers, in order.
    people
        People at these demand points.
    """

    sites: tuple[str, ...]
    demand: tuple[str, ...]
    people: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """What the chosen posts cover in a period of the plan, or while some closures hold.

    Attributes
    ----------
    begins, ends
        From when and until when, ``"HH:MM"``; over midnight where the end comes first, and in a
        period of the plan after 24:00.
    closed
        Identifiers of the closures that hold, in order.
    covered
        By resource: people within the walking limit of a post, capacity left aside. Of a period of
        the plan, by those that serve in it.
    name
        Name of the period, where the plan has some; None where closures part the day.
    people
        How many there are in the period; None where closures part the day.
    mean_s
        By resource: mean walk of the covered people of the period to (or from) their nearest post,
        seconds, one decimal. Empty where closures part the day.
    """

    begins: str
    ends: str
    closed: tuple[str, ...]
    covered: Mapping[str, float]
    name: str | None = None
    people: float | None = None
    mean_s: Mapping[str, float] = field(default_factory=dict)

    def share(self, resource: str) -> float:
        """Share of the period's people that a resource covers; 0 where there is nobody."""
        return self.covered[resource] / self.people if self.people else 0.0

    @property
    def called(self) -> str:
        """What tells it from others: its name, or else its hours."""
        return self.name or f"{self.begins} to {self.ends}"
