"""What ``place check``, ``streets`` and ``demand`` write with ``--json``: what inputs hold."""

from typing import NotRequired, TypedDict


class CheckResource(TypedDict):
    """What a plan holds for one resource.

    Attributes
    ----------
    sites
        Sites that may have it.
    required
        Of these, sites that must.
    excluded
        Further sites that are excluded.
    walk_limit_s
        Longest walk, seconds.
    people
        People whom it counts: of all periods, or of those in which it serves.
    people_in_reach
        People within that walk of any of the sites.
    """

    sites: int
    required: int
    excluded: int
    walk_limit_s: float
    people: float
    people_in_reach: float


class CheckStreets(TypedDict):
    """What the street network holds.

    Attributes
    ----------
    nodes, edges
        Junctions, and streets between them.
    km
        Length of the edges.
    islands, nodes_on_islands
        Parts that are not joined to the largest, and their junctions.
    dropped
        Lines that were left out, by reason.
    unused
        Columns that were not used.
    """

    nodes: int
    edges: int
    km: float
    islands: int
    nodes_on_islands: int
    dropped: dict[str, int]
    unused: list[str]


class CheckNowhere(TypedDict):
    """A point that meets no street.

    Attributes
    ----------
    kind
        sites or demand.
    id
        Identifier of the point.
    reason
        wall, water, closure, level, tunnel, island, beyond or far.
    sentence
        The same in words, with the distance and what helps.
    """

    kind: str
    id: str
    reason: str
    sentence: str


class CheckUnsnapped(TypedDict):
    """Points that lie too far from any street.

    Attributes
    ----------
    sites, demand
        Identifiers.
    people
        People at these demand points.
    reasons
        Why each of them meets no street.
    """

    sites: list[str]
    demand: list[str]
    people: float
    reasons: list[CheckNowhere]


class CheckPeriod(TypedDict):
    """A period of the day.

    Attributes
    ----------
    name, begins, ends
        What it is called, and from when until when it lasts.
    people
        Who is there in it.
    closed
        Closures that hold in it.
    """

    name: str
    begins: str
    ends: str
    people: float
    closed: list[str]


class CheckAnswer(TypedDict):
    """What a plan and its layers hold.

    Attributes
    ----------
    plan, file, crs
        Name, file and coordinate system of the plan.
    layers
        Files by layer.
    budget
        Most the plan may cost.
    sites, ways, demand_points, areas, zones, closures, crowds
        How many there are; ways are those to be sealed.
    people, step_free_people
        All people, and those who walk without steps.
    closures_with_hours
        Closures that hold for some hours only.
    at
        Time of day the plan is made for. None where it makes no difference.
    periods
        The periods of the day, in their order; empty where the plan has none.
    resources
        By resource.
    walking
        How walks are measured: ``streets`` or ``straight line``.
    streets
        The network. None where walks are straight lines.
    unsnapped
        Points too far from any street.
    warnings
        Sentences.
    """

    plan: str
    file: str
    crs: str
    layers: dict[str, str]
    budget: float
    sites: int
    ways: int
    demand_points: int
    people: float
    step_free_people: float
    areas: int
    zones: int
    closures: int
    closures_with_hours: int
    at: str | None
    crowds: int
    periods: list[CheckPeriod]
    resources: dict[str, CheckResource]
    walking: str
    streets: CheckStreets | None
    unsnapped: CheckUnsnapped
    warnings: list[str]


class StreetsLevel(TypedDict):
    """The nearest street of a level that stands at a place.

    Attributes
    ----------
    level
        0 is the street.
    kind, name
        Class and name of the nearest street.
    bridge, tunnel
        Whether it is one.
    distance_m
        How far it is.
    """

    level: int
    kind: str
    name: str
    bridge: bool
    tunnel: bool
    distance_m: float


class StreetsInfoAnswer(TypedDict):
    """What a street network holds.

    Attributes
    ----------
    file, crs
        The file it comes from (of ``streets read``, the one it is written to), and its coordinates.
    junctions, edges, km
        Of the whole network.
    main_junctions, main_km
        Of its largest part.
    other_parts, other_km
        How many other parts there are, and their length.
    island_edges
        Edges of parts that nothing is snapped to.
    bridges, tunnels
        How many edges are.
    km_by_class
        Length by class of street.
    dropped
        Ways that were left out, by reason.
    unused
        Columns that were not used.
    levels
        With ``--at``: the nearest street of each level that stands there, the highest first.
    """

    file: str
    crs: str
    junctions: int
    edges: int
    km: float
    main_junctions: int
    main_km: float
    other_parts: int
    other_km: float
    island_edges: int
    bridges: int
    tunnels: int
    km_by_class: dict[str, float]
    dropped: dict[str, int]
    unused: list[str]
    levels: NotRequired[list[StreetsLevel]]


class DemandSource(TypedDict):
    """People of one source.

    Attributes
    ----------
    source
        ``stations``, ``tickets``, ``seats``, ``grid`` or ``stops``.
    file
        What was read.
    people
        In whole numbers, as written.
    counted
        Before rounding.
    points, areas
        Demand points and areas they became.
    """

    source: str
    file: str
    people: int
    counted: float
    points: int
    areas: int


class DemandLeftOut(TypedDict):
    """Rows of a source that were not taken.

    Attributes
    ----------
    file
        The source.
    why
        The reason.
    rows, people
        How many rows, with how many people.
    """

    file: str
    why: str
    rows: int
    people: float


class DemandAnswer(TypedDict):
    """What ``place demand`` counted.

    Attributes
    ----------
    people
        The sum.
    stated
        What it should be, if that was given.
    sources
        Where it comes from.
    left_out
        What was not taken.
    profiles, people_in_profiles
        Arrival profiles, and the people in them.
    doubts
        What is doubtful, in sentences.
    files
        What was written.
    """

    people: int
    stated: int | None
    sources: list[DemandSource]
    left_out: list[DemandLeftOut]
    profiles: int
    people_in_profiles: int
    doubts: list[str]
    files: list[str]


class CordonClosure(TypedDict):
    """One closure of a cordon.

    Attributes
    ----------
    id, name
        Its identifier, and the street.
    street_class
        Class of the street.
    kind
        ``fence`` or ``vehicle block``.
    width_m
        Usable width of the street, metres.
    price
        In the budget's unit.
    """

    id: str
    name: str
    street_class: str
    kind: str
    width_m: float
    price: float


class CordonAnswer(TypedDict):
    """What ``place cordon`` found.

    Attributes
    ----------
    perimeter
        What is sealed.
    traffic, weigh
        Whom it stops, and what was made least.
    crossing
        Ways that cross the perimeter.
    ways
        Pieces of street in the band that might be closed.
    islands
        Streets joined to no others, which were left out.
    weight, max_flow
        Weight of the closures and the maximum flow, equal; widths count in decimetres.
    sealed
        Whether a search from outside finds no way in; false where no street crosses the perimeter.
    width_m, price
        Of all closures together.
    gates
        By gate: the street it stands on.
    closures
        One for each, from west to east.
    file
        What was written.
    """

    perimeter: str
    traffic: str
    weigh: str
    crossing: int
    ways: int
    islands: int
    weight: int
    max_flow: int
    sealed: bool
    width_m: float
    price: float
    gates: dict[str, str]
    closures: list[CordonClosure]
    file: str | None


class BackgroundAnswer(TypedDict):
    """What ``place background`` found to draw a map on.

    Attributes
    ----------
    features
        How many.
    kinds
        How many of each kind.
    file
        What was written.
    """

    features: int
    kinds: dict[str, int]
    file: str


class CandidatesAnswer(TypedDict):
    """The candidate sites that ``place candidates`` found.

    Attributes
    ----------
    sites
        How many.
    kinds
        How many of each kind.
    file
        What was written.
    """

    sites: int
    kinds: dict[str, int]
    file: str
