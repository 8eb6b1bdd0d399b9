"""What studies of a plan write with ``--json``."""

from typing import Literal, TypedDict


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
        Whether more brings half or less from here on.
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
