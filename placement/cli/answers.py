"""What each command writes with ``--json``: the types of the answers, and their JSON Schema.

The commands are held to these types by the type checker; the schema is made from them.
"""

from collections.abc import Mapping
from typing import Any, Literal, NotRequired, TypedDict

from placement.cli.answers_on_egress import EgressAnswer
from placement.cli.answers_on_inputs import (
    BackgroundAnswer,
    CandidatesAnswer,
    CheckAnswer,
    CordonAnswer,
    DemandAnswer,
    StreetsInfoAnswer,
)
from placement.cli.answers_on_studies import (
    AlternativesAnswer,
    FrontierAnswer,
    LossAnswer,
    ReplayAnswer,
    RiskAnswer,
    RosterAnswer,
)
from placement.review.schema import DRAFT, described, solution_parts
from placement.solution import Post, Solution

type Searched = Literal["optimal", "feasible", "infeasible", "unknown"]
type Proven = Literal["claimed", "twice", "bound", "unconfirmed", "refuted"]


class ProofAnswer(TypedDict):
    """What a second proof found.

    Attributes
    ----------
    proof
        ``claimed`` where none was asked for: optimality is what the first solver says.
    proof_words
        The same in a sentence.
    proof_bound
        No plan has a higher objective, by the second solver.
    proof_cost_bound
        No plan that reaches the shares costs less, by the second solver.
    proof_better
        Units by post of the plan that refutes the claim.
    """

    proof: Proven
    proof_words: NotRequired[str]
    proof_bound: NotRequired[float]
    proof_cost_bound: NotRequired[float]
    proof_better: NotRequired[dict[str, int]]


class ChosenAnswer(ProofAnswer):
    """The plan that was found: the figures of the solution file, and where it is.

    Attributes
    ----------
    files
        What was written, by kind: solution, map, catchments, routes. None for a map that was not.
    stopped
        Why the search stopped. None where it did not say.
    placement
        As in solution.geojson.
    posts
        The open posts, in the order of their identifiers.
    """

    files: dict[str, str | None]
    stopped: Literal["proven", "gap", "rounding", "time limit", "interrupted"] | None
    placement: Solution
    posts: list[Post]


class WhyPost(TypedDict):
    """Why one post is open or closed: the best plan in which it is the other way round.

    Attributes
    ----------
    post
        Its identifier, ``<site>/<resource>``.
    standing
        How it stands in the solution, and why where the plan decides that.
    open
        Whether the solution opens it.
    status
        Of the other plan. None where none was looked for.
    proven
        Whether the loss is exact, or the other way is proven impossible.
    loss
        By how much the objective is above the other plan's. None without another plan.
    loss_least
        No other plan loses less than this. None without another plan.
    people
        By resource, the people that the solution covers beyond those of the other plan.
    cost
        By how much the solution costs more than the other plan.
    opened, closed
        Posts that the other plan opens and closes in place of this one.
    """

    post: str
    standing: Literal["open", "closed", "required", "excluded", "unsnapped", "not allowed", "alone"]
    open: bool
    status: Searched | None
    proven: bool
    loss: float | None
    loss_least: float | None
    people: dict[str, float] | None
    cost: float | None
    opened: list[str]
    closed: list[str]


class WhyAnswer(TypedDict):
    """Why a post, or each post of a site, is open or closed.

    Attributes
    ----------
    posts
        One for each resource that was asked about.
    """

    posts: list[WhyPost]


class AuditAnswer(ProofAnswer):
    """Whether a solution holds when it is recomputed from its plan.

    Attributes
    ----------
    ok
        Whether there are no findings.
    checked
        How many figures and rules were recomputed.
    findings
        What does not hold, a sentence each.
    overrides
        What the run asked other than the plan file says, a sentence each.
    claims
        What is taken from the file without proof, a sentence each.
    broken
        Rules that a proposed plan breaks, a sentence each; of other plans these are findings.
    changed
        In which ways the inputs are not those the solution was made from, a sentence each.
    version
        Version of placement that found the solution. None where its file does not say.
    """

    ok: bool
    checked: int
    findings: list[str]
    overrides: list[str]
    claims: list[str]
    broken: list[str]
    changed: list[str]
    version: str | None


class EvaluateAnswer(TypedDict):
    """What a plan made by hand is worth.

    Attributes
    ----------
    file
        The solution that was written.
    broken
        The rules it breaks, a sentence each.
    notes
        Which points were taken for which sites, a sentence each, and columns that look misspelt.
    best
        Objective of the best plan within the rules that was found on the way to the bound. None
        where none was.
    possible
        False where no plan can keep every rule. None where that is not known.
    placement
        As in solution.geojson.
    posts
        The posts, in the order of their identifiers.
    """

    file: str
    broken: list[str]
    notes: list[str]
    best: float | None
    possible: bool | None
    placement: Solution
    posts: list[Post]


class Step(TypedDict):
    """A value of the old solution and of the new one, and of numbers the change.

    Attributes
    ----------
    old, new
        The values. None where a solution has none.
    change
        New less old. None where either is missing.
    """

    old: str | float | None
    new: str | float | None
    change: NotRequired[float | None]


class DiffPost(TypedDict):
    """A post that only one of two solutions opens.

    Attributes
    ----------
    id, site, name, resource, units, cost
        As in solution.geojson.
    """

    id: str
    site: str
    name: str
    resource: str
    units: int
    cost: float


class DiffChanged(TypedDict):
    """A post that both solutions open, with different units.

    Attributes
    ----------
    id, site, name, resource, cost
        As in the new solution.geojson.
    units
        Old and new.
    """

    id: str
    site: str
    name: str
    resource: str
    units: Step
    cost: float


class DiffCoverage(TypedDict):
    """People covered by one resource in both solutions.

    Attributes
    ----------
    covered, total, share
        As in solution.geojson.
    """

    covered: Step
    total: Step
    share: Step


class DiffMoved(TypedDict):
    """A post that stands elsewhere: of the same resource, near by or of the same name.

    Attributes
    ----------
    old, new
        The post in either solution.
    metres
        How far it went.
    """

    old: DiffPost
    new: DiffPost
    metres: float


class DiffBrought(TypedDict):
    """What of a change of cover the inputs brought, and what the posts did, in people.

    Attributes
    ----------
    inputs
        Of the old posts counted on the new inputs, less what the old solution covers.
    posts
        The rest.
    """

    inputs: float
    posts: float


class DiffEdit(TypedDict):
    """A member of the file that the solutions do not state alike.

    Attributes
    ----------
    path
        Names that lead to it: `placement` and on, or `features`, the post and on.
    old, new
        What either states; left out where it has no such member.
    """

    path: list[str]
    old: NotRequired[Any]
    new: NotRequired[Any]


class DiffLine(TypedDict):
    """A line of a difference.

    Attributes
    ----------
    part
        What it is about: what was asked, what was decided, or what came of it.
    text
        What it says.
    """

    part: Literal["Asked", "Decided", "Result"]
    text: str


class DiffAnswer(TypedDict):
    """What changed between two solutions.

    Attributes
    ----------
    same
        Whether their canonical texts are the same bytes.
    version, plan, status, budget, cost, objective
        As in solution.geojson.
    coverage
        By resource.
    opened, closed
        Posts that only the new solution opens, and only the old one.
    changed
        Posts of both with other units.
    moved
        Posts that stand elsewhere; they are neither opened nor closed.
    attributed
        By resource. None where the old posts were not counted on the new inputs; of a resource,
        where posts and inputs are the same.
    figures
        What the rules of either plan add: objects in objects, with a step for each figure.
    inputs
        In which ways they were not made from the same inputs, a sentence each.
    lines
        The difference in words, as it is shown as text.
    edits
        Every member that differs; `place patch` applies them.
    """

    same: bool
    version: Step
    plan: Step
    status: Step
    budget: Step
    cost: Step
    objective: Step
    coverage: dict[str, DiffCoverage]
    opened: list[DiffPost]
    closed: list[DiffPost]
    changed: list[DiffChanged]
    moved: list[DiffMoved]
    attributed: dict[str, DiffBrought | None] | None
    figures: dict[str, Any]
    inputs: list[str]
    lines: list[DiffLine]
    edits: list[DiffEdit]


class RoutesWalk(TypedDict):
    """The walk between an area and the post that serves it.

    Attributes
    ----------
    resource, area, post
        Their identifiers.
    point
        The demand point the walk leads from, or to.
    step_free
        Whether it keeps off steps.
    walk_s
        Seconds, one decimal.
    streets
        Names of the streets, in order.
    """

    resource: str
    area: str
    post: str
    point: str
    step_free: bool
    walk_s: float
    streets: list[str]


class RoutesArea(TypedDict):
    """How long the people of an area walk to their nearest post.

    Attributes
    ----------
    people, within
        How many there are, and how many of them have a post within the limit.
    median_s, p95_s, longest_s
        Seconds of those within: half, 95 of 100, and all of them walk no longer. None where nobody
        is within.
    """

    people: float
    within: float
    median_s: float | None
    p95_s: float | None
    longest_s: float | None


class RoutesAnswer(TypedDict):
    """Which way each area walks, and how long.

    Attributes
    ----------
    file
        The layer that was written.
    areas
        By resource and area.
    routes
        One for each area and resource.
    """

    file: str
    areas: dict[str, dict[str, RoutesArea]]
    routes: list[RoutesWalk]


ANSWERS: Mapping[str, Any] = {
    "optimise": ChosenAnswer,
    "cover": ChosenAnswer,
    "why": WhyAnswer,
    "check": CheckAnswer,
    "routes": RoutesAnswer,
    "audit": AuditAnswer,
    "replay": ReplayAnswer,
    "risk": RiskAnswer,
    "roster": RosterAnswer,
    "egress": EgressAnswer,
    "diff": DiffAnswer,
    "evaluate": EvaluateAnswer,
    "frontier": FrontierAnswer,
    "loss": LossAnswer,
    "alternatives": AlternativesAnswer,
    "streets read": StreetsInfoAnswer,
    "streets info": StreetsInfoAnswer,
    "demand": DemandAnswer,
    "cordon": CordonAnswer,
    "candidates": CandidatesAnswer,
    "background": BackgroundAnswer,
}
"""The type of the answer of each command that takes ``--json``."""


def answer_schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the answer of one command."""
    kind = ANSWERS[name]
    parts = described({kind.__name__: kind})
    return {
        "$schema": DRAFT,
        "title": f"What `place {name} --json` writes",
        "$ref": f"#/$defs/{kind.__name__}",
        "$defs": dict(sorted(parts.items())),
    }


def answers_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of all answers; ``$defs`` has one for each command."""
    kinds = {kind.__name__: kind for kind in ANSWERS.values()}
    parts = described(kinds | {"Solution": Solution, "Post": Post}) | solution_parts()
    parts = {name: part for name, part in parts.items() if name != "Stopped"}
    commands = {
        name: {"$ref": f"#/$defs/{kind.__name__}", "description": f"`place {name} --json`"}
        for name, kind in ANSWERS.items()
    }
    return {
        "$schema": DRAFT,
        "title": "What commands write with --json",
        "anyOf": [{"$ref": f"#/$defs/{name}"} for name in kinds],
        "$defs": {**commands, **dict(sorted(parts.items()))},
    }
