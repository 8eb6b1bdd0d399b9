"""What studies of a plan write with ``--json``."""

from typing import Literal, TypedDict

from placement.studies.losses import Moved, Queue, Repair
from placement.studies.replay.study import Replay
from placement.studies.risk import Estimate, Risks
from placement.studies.under_risk import Sampled


class FrontierPointAnswer(TypedDict):
    """The best plan at one value of what is varied, against the plan before it.

    Attributes
    ----------
    value
        The budget, or the most units of the resource.
    status
        optimal where proven, feasible where the bound says how much better a plan could be,
        infeasible where no plan keeps every rule.
    objective, bound, gap, cost
        Those of the plan; null where there is none or they are not known.
    people
        People covered, by resource.
    per_unit
        By resource, people more than at the plan before it, per unit of what is varied; null at the
        first plan.
    worth_per_unit
        The rise of the objective, likewise.
    posts
        The open posts, in the order of their identifiers.
    opened, closed
        Posts that open and close against the plan before it.
    knee
        Whether more brings far less from here on.
    digest
        SHA-256 of the solution; null where there is none.
    """

    value: float
    status: Literal["optimal", "feasible", "infeasible", "unknown"]
    objective: float | None
    bound: float | None
    gap: float | None
    cost: float | None
    people: dict[str, float]
    per_unit: dict[str, float] | None
    worth_per_unit: float | None
    posts: list[str]
    opened: list[str]
    closed: list[str]
    knee: bool
    digest: str | None


class FrontierAnswer(TypedDict):
    """The best plans along a range.

    Attributes
    ----------
    plan
        Name of the plan.
    over
        What is varied: budget, or a resource.
    unit
        Its unit.
    kept
        Posts that are open in all plans.
    knees
        Values from which on more brings far less.
    points
        In ascending order.
    """

    plan: str
    over: str
    unit: str
    kept: list[str]
    knees: list[float]
    points: list[FrontierPointAnswer]


class LossCase(TypedDict):
    """What is left without some posts, or with a street closed.

    Attributes
    ----------
    lost
        Posts that are not there.
    closed
        Streets and files of closures.
    loss
        By how much the objective falls.
    bound
        No other set of as many posts loses more; null where the posts or streets were named.
    proven
        Whether no other set of as many posts loses more.
    people
        By resource, how many people fewer are covered.
    moved
        Where people walk instead.
    queues
        Gates whose queues change.
    repair
        The best that a few changes can do; null where none was asked for.
    """

    lost: list[str]
    closed: list[str]
    loss: float
    bound: float | None
    proven: bool
    people: dict[str, float]
    moved: list[Moved]
    queues: list[Queue]
    repair: Repair | None


class LossAnswer(TypedDict):
    """What losses cost a plan: for those who plan it.

    Attributes
    ----------
    restricted
        That it is not to be passed on, by language.
    plan
        Name of the plan.
    solution
        SHA-256 of the solution that was judged.
    objective
        With all posts.
    each
        By post, what its loss alone takes off the objective, the largest first.
    worst
        For each number of posts together, those that cost the most.
    asked
        Posts or streets that were named.
    """

    restricted: dict[str, str]
    plan: str
    solution: str
    objective: float
    each: dict[str, float]
    worst: list[LossCase]
    asked: list[LossCase]


class AlternativeAnswer(TypedDict):
    """A plan among several that are nearly as good.

    Attributes
    ----------
    objective, cost
        Of the plan.
    people
        People covered, by resource.
    short
        How far it may be below the best plan, as a share of what no plan can beat.
    among
        No other plan that differs as much from those before is worth more than this.
    proven
        Whether it is the best such plan.
    apart
        By how many posts it differs from each plan before it, in their order.
    opened, closed
        Posts that it has and the first plan has not, and the other way round.
    posts
        The open posts, in the order of their identifiers.
    digest
        SHA-256 of the solution.
    """

    objective: float
    cost: float
    people: dict[str, float]
    short: float
    among: float
    proven: bool
    apart: list[int]
    opened: list[str]
    closed: list[str]
    posts: list[str]
    digest: str


class AlternativesAnswer(TypedDict):
    """Plans that are nearly as good and really different.

    Attributes
    ----------
    plan
        Name of the plan.
    within
        How far below the best they may be, as a share.
    differ
        Fewest posts by which any two differ.
    ended
        count where as many were found as were asked for, none where it is proven that there is no
        further one, unknown where none was found in time.
    shared
        Posts that all plans have.
    disputed
        By post that some plans have and others have not, the plans that have it, from 1.
    plans
        The best plan, then the others.
    """

    plan: str
    within: float
    differ: int
    ended: Literal["count", "none", "unknown"]
    shared: list[str]
    disputed: dict[str, list[int]]
    plans: list[AlternativeAnswer]


class ReplayAnswer(TypedDict):
    """The gates of a solution on many nights.

    Attributes
    ----------
    file
        What was written.
    replay
        As in replay.json.
    """

    file: str
    replay: Replay


class RiskBest(TypedDict):
    """The plan that is best on nights when posts are missing.

    Attributes
    ----------
    aim
        ``"mean"`` of all nights, or ``"worst5"``: the mean of the worst 5% of them.
    scenarios
        Nights of each sample.
    value
        What the plan is worth on nights by which nothing was chosen: Σ value · priority · people
        covered.
    against
        The same of the first of the files.
    gain
        `value` less that, night by night.
    bound
        No plan is worth more: `computed`, or where that is less, with its upper end, the mean of
        the bounds of the samples, but for chance.
    computed
        No plan is worth more: by computation, whatever was drawn.
    gap
        How much better a plan could be, as a share of `value`: the estimate.
    gap_most
        The same with 95% confidence.
    samples
        The best plan of each sample, and what is proven of it; none are drawn where what is
        computed is near enough, or `too_large`.
    too_large
        Whether samples would have been drawn, had people not too many ways to gates with lanes.
    posts
        Units by post.
    opened, closed
        Posts that the first of the files has not, and the other way round.
    units
        Posts that both have with other units: those of the file, and of the plan.
    digest
        Of the solution that was written.
    """

    aim: Literal["mean", "worst5"]
    scenarios: int
    value: Estimate
    against: Estimate
    gain: Estimate
    bound: Estimate
    computed: float
    gap: float
    gap_most: float
    samples: list[Sampled]
    too_large: bool
    posts: dict[str, int]
    opened: list[str]
    closed: list[str]
    units: dict[str, list[int]]
    digest: str


class RiskAnswer(TypedDict):
    """Whom solutions cover when posts are missing.

    Attributes
    ----------
    files
        The solutions, as they were named; with ``--best`` what the plan found is compared with, and
        ``"best"``.
    risks
        What was drawn.
    best
        The plan found, with ``--best``.
    """

    files: list[str]
    risks: Risks
    best: RiskBest | None


class RosterBase(TypedDict):
    """A rest place, its posts and its teams.

    Attributes
    ----------
    id, name, lon, lat
        The place, in degrees, WGS 84; that of the post where teams rest at their post.
    teams
        Names.
    bound
        No fewer teams hold these posts.
    out_s, back_s
        By post, seconds of the walk there and back.
    """

    id: str
    name: str
    lon: float
    lat: float
    teams: list[str]
    bound: int
    out_s: dict[str, float]
    back_s: dict[str, float]


class RosterDuty(TypedDict):
    """A team at a post, from leaving its rest place to being back.

    Attributes
    ----------
    team, base, post
        Who, from which rest place, and where.
    position
        Which of the post's positions, from 1.
    leaves, on, off, back
        "HH:MM", past 24:00 on the day after: from the rest place, at the post, off it, back.
    """

    team: str
    base: str
    post: str
    position: int
    leaves: str
    on: str
    off: str
    back: str


class RosterCovered(TypedDict):
    """Whom the posts that are held cover, where there are too few teams for all.

    Attributes
    ----------
    people, promised
        People within reach of a post that is held, and of any post of the solution.
    bound
        No choice of posts that so many teams hold throughout covers more; null where not known.
    """

    people: float
    promised: float
    bound: float | None


class RosterAnswer(TypedDict):
    """Who stands at which post, and rests, from when until when.

    Attributes
    ----------
    plan, resource
        Names.
    begins, ends
        "HH:MM", past 24:00 on the day after.
    days
        How many days in a row have these hours; duties are those of each.
    count
        What a position is: units or cost of a post.
    rules
        What a team may do, in minutes; null where there is no such rule.
    rest
        File of the rest places; null where teams rest at their posts.
    teams, bound, gap
        Teams with duties, how many the posts that are held need at least, and how far the two are
        apart as a share of the teams; where posts are empty, how far the people covered are from
        their bound.
    status
        optimal where there is no gap.
    positions
        By post, how many teams stand there at a time.
    empty
        Posts that nobody holds, from the first minute to the last.
    covered
        Where posts are empty, whom the others cover; null else.
    spare
        Names of teams without duties.
    bases
        Rest places.
    duties
        In the order of teams and times.
    """

    plan: str
    resource: str
    begins: str
    ends: str
    days: int
    count: Literal["units", "cost"]
    rules: dict[str, int | None]
    rest: str | None
    teams: int
    bound: int
    gap: float
    status: Literal["optimal", "feasible"]
    positions: dict[str, int]
    empty: list[str]
    covered: RosterCovered | None
    spare: list[str]
    bases: list[RosterBase]
    duties: list[RosterDuty]
