"""The plan chosen for nights when posts are missing, and how far from the best it may be."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from placement.plan.summary import html_table
from placement.solution import Solution
from placement.studies.risk import Aim, Estimate, Risks


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """The best plan of one sample of nights.

    Attributes
    ----------
    status
        ``"optimal"`` where no plan is better on these nights, else ``"feasible"``.
    objective
        What the plan is worth on these nights.
    bound
        No plan is worth more on them.
    gap
        ``(bound − objective) / objective``.
    """

    status: Literal["optimal", "feasible"]
    objective: float
    bound: float
    gap: float


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class UnderRisk:
    """The plan that is best on nights when posts are missing, and how far it may be from the best.

    Attributes
    ----------
    plan
        Name of the plan.
    aim
        ``"mean"`` of all nights, or ``"worst5"``: the mean of the worst 5% of them.
    scenarios
        Nights of each sample.
    computed
        No plan is worth more: by computation, whatever was drawn.
    solution
        The plan found, audited. Its status, bound and gap are those of the plan's own question.
    against
        What it is compared with: the solution given, or the plan's own best.
    value
        What it is worth on nights by which nothing was chosen: Σ value · priority · people covered.
    against_value
        The same of `against`, on the same nights.
    gain
        `value` less that, night by night.
    bound
        No plan is worth more: `computed`, or where that is less, with its upper end, the mean of
        the bounds of the samples, but for chance.
    gap
        How much better a plan could be, as a share of `value`: the estimate.
    gap_most
        The same with 95% confidence.
    samples
        What each sample said; none are drawn where what is computed is near enough, or `too_large`.
    too_large
        Whether samples would have been drawn, had people not too many ways to gates with lanes.
    opened, closed
        Posts of the solution that `against` has not, and the other way round.
    units
        Posts that both have with other units: those of `against`, and of the solution.
    risks
        `against` and the solution, resource by resource, on the same nights.
    """

    plan: str
    aim: Aim
    scenarios: int
    computed: float
    solution: Solution
    against: Solution
    value: Estimate
    against_value: Estimate
    gain: Estimate
    bound: Estimate
    gap: float
    gap_most: float
    samples: tuple[Sampled, ...]
    too_large: bool
    opened: tuple[str, ...]
    closed: tuple[str, ...]
    units: Mapping[str, tuple[int, int]]
    risks: Risks

    def __repr__(self) -> str:
        return (
            f"UnderRisk of {self.plan!r}: worth {self.value.value:,.10g} ({self.aim}), "
            f"{self.gain.value:+,.10g} against the other plan, at most {self.gap_most:.2%} from "
            "the best"
        )

    def _repr_html_(self) -> str:
        return f"{html_table(repr(self), ())}{self.risks._repr_html_()}"
