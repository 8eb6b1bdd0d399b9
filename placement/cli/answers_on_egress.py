"""What `place egress` writes with ``--json`` and to ``egress.json``."""

from typing import Literal, TypedDict


class EgressPrice(TypedDict):
    """What one condition weighs in a proof.

    Attributes
    ----------
    place
        The exit or station.
    slot
        Who is there in this slot or later passes it after the slot has begun.
    price
        Its share; all prices are 1 in sum.
    """

    place: str
    slot: int
    price: float


class EgressProof(TypedDict):
    """Why nobody is done before a bound.

    Attributes
    ----------
    level
        A slot: who arrives after it is done in the next one at the soonest.
    prices
        What bounds the time of all others.
    """

    level: int
    prices: list[EgressPrice]


class EgressServedProof(EgressProof):
    """Why not everybody is served before a bound: prices at stations, and tolls at exits.

    Attributes
    ----------
    deadline
        Slots by when the last one is out in the ways that it holds for; null for all ways.
    tolls
        What is added up of each who passes an exit in a slot.
    """

    deadline: float | None
    tolls: list[EgressPrice]


class EgressQueue(TypedDict):
    """The people who pass an exit or a station.

    Attributes
    ----------
    people
        How many.
    longest_queue, ground_m2
        Most people who stand there at a time, and their ground.
    longest_wait_min
        Longest time that anybody waits there.
    last_min
        When the last one has passed; 0 where nobody comes.
    """

    people: float
    longest_queue: float
    ground_m2: float
    longest_wait_min: float
    last_min: float


class EgressPlace(TypedDict):
    """A station and the people who pass it.

    Attributes
    ----------
    id, name, lon, lat
        The place, in degrees, WGS 84.
    per_min
        Most people who pass in a minute.
    chosen, guided
        Who passes in each course.
    """

    id: str
    name: str
    lon: float
    lat: float
    per_min: float
    chosen: EgressQueue
    guided: EgressQueue


class EgressExit(EgressPlace):
    """An exit and the people who pass it.

    Attributes
    ----------
    width_m
        Its width.
    width_from
        What says it: the sites layer, the lanes of the gate, or the layer of exits.
    """

    width_m: float
    width_from: Literal["sites", "lanes", "exits"]


class EgressFlow(TypedDict):
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


class EgressCourse(TypedDict):
    """One way in which people leave.

    Attributes
    ----------
    clear_min, served_min
        When the last one is out, and has passed a station; null without stations.
    walk_min
        Mean walk to the exit.
    clogged
        Exits where people wait longer than max_wait_min.
    flows
        Who goes from which exit to which station.
    """

    clear_min: float
    served_min: float | None
    walk_min: float
    clogged: list[str]
    flows: list[EgressFlow]


class EgressArea(TypedDict):
    """The people of an area.

    Attributes
    ----------
    id
        The area.
    people
        How many of them leave.
    elsewhere
        How many of them are guided to another exit than their next.
    chosen, guided
        By exit, how many leave there.
    """

    id: str
    people: float
    elsewhere: float
    chosen: dict[str, float]
    guided: dict[str, float]


class EgressWider(TypedDict):
    """What a metre more at an exit saves.

    Attributes
    ----------
    exit
        The exit.
    saves_min
        Minutes off the guided time to clear, by solving again.
    """

    exit: str
    saves_min: float


class EgressOnwardFlow(TypedDict):
    """People who go from a gate of the inner ring to one of the outer.

    Attributes
    ----------
    exit, then
        Identifiers.
    step_free
        Whether they walk step-free.
    people
        How many.
    """

    exit: str
    then: str
    step_free: bool
    people: float


class EgressBetween(TypedDict):
    """People of a demand point between the rings, and the gate of the outer one they leave by.

    Attributes
    ----------
    point, exit
        Identifiers.
    people
        How many.
    """

    point: str
    exit: str
    people: float


class EgressPassing(TypedDict):
    """One way to pass the outer of two rings.

    Attributes
    ----------
    by
        Which course of the inner ring people follow there.
    clear_min
        When the last one has passed.
    flows, between
        Who comes from the inner ring, and who from between the two.
    """

    by: Literal["chosen", "guided"]
    clear_min: float
    flows: list[EgressOnwardFlow]
    between: list[EgressBetween]


class EgressOnward(TypedDict):
    """How the ring outside is left by those who left the inner one, and those between.

    Attributes
    ----------
    ring
        The outer ring.
    people, stranded
        Who leaves from between the rings, and who there can walk to no gate.
    status
        optimal where it is proven that nobody can be guided out sooner.
    bound_min, proof
        When, and why: nobody has all out before. It is no less than when all can be out of the
        inner ring, with the shortest walk on; prices are of the outer one, with no queue before it.
    chosen, guided
        Everybody by the next gate; and guided so that all are out soonest, of those who come out of
        the inner ring as they choose or as guided.
    exits
        Gates of the outer ring, in the order of their identifiers.
    """

    ring: str
    people: float
    stranded: float
    status: Literal["optimal", "feasible"]
    bound_min: float
    proof: EgressProof
    chosen: EgressPassing
    guided: EgressPassing
    exits: list[EgressExit]


class EgressAnswer(TypedDict):
    """How a ground empties: as people choose, and as guided so that the last one is out soonest.

    Attributes
    ----------
    plan
        Name.
    at
        Time of day whose closures hold; null for all closures.
    period, people_of
        Names of the period that is emptied, and of the one whose people leave; null in a plan
        without periods.
    ring
        The ring whose gates people pass, all others open; null in a plan without rings.
    step_s
        Seconds of a slot; walks count as whole slots, rounded up.
    flow_per_m_s, lane_m, leave_min, max_wait_min
        What was asked.
    soonest
        How people are guided: so that the last one is out soonest, and of these ways served
        soonest; or served soonest.
    stations_file
        Layer of the stations; null without.
    people, stranded
        Who leaves, and who can walk to no exit.
    status
        optimal where it is proven that nobody can be guided out sooner.
    bound_min, proof
        When, and why: nobody has all out before.
    at_once
        Whether people were guided over exits and stations at once, or exits came first and stations
        after them; null without stations.
    served_status, served_bound_min, served_proof
        Nobody has all served before, whoever is sent where and when, if they are out as soon as
        guided; null without stations, and where all may come out where no station can be walked to.
    joint_status, joint_bound_min, joint_proof
        The same, however late they come out.
    chosen
        Everybody by the next exit, and from there to the next station.
    guided
        With people sent so that all are out soonest, and served soonest; or as `soonest` says.
    exits, stations
        In the order of their identifiers.
    areas
        Who of each area leaves where.
    wider
        Where a metre of width saves most; empty where walks decide.
    then
        How the ring outside is left, where that was asked; null else.
    """

    plan: str
    at: str | None
    period: str | None
    people_of: str | None
    ring: str | None
    step_s: int
    flow_per_m_s: float
    lane_m: float
    leave_min: int
    max_wait_min: float
    soonest: Literal["out", "served"]
    stations_file: str | None
    people: float
    stranded: float
    status: Literal["optimal", "feasible"]
    bound_min: float
    proof: EgressProof
    at_once: bool | None
    served_status: Literal["optimal", "feasible"] | None
    served_bound_min: float | None
    served_proof: EgressServedProof | None
    joint_status: Literal["optimal", "feasible"] | None
    joint_bound_min: float | None
    joint_proof: EgressServedProof | None
    chosen: EgressCourse
    guided: EgressCourse
    exits: list[EgressExit]
    stations: list[EgressPlace]
    areas: list[EgressArea]
    wider: list[EgressWider]
    then: EgressOnward | None
