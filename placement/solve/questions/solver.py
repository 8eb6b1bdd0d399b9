"""What a question asks of a solver: one protocol, kept with lanes and without them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from placement.arrays import Ints
from placement.cover.instance_builder import Posting
from placement.errors import InfeasibleError
from placement.solution import Solution, Stopped, Tier
from placement.solve.capacitated.admission import Admitted
from placement.solve.core.incumbent import Outcome, Start
from placement.solve.core.lexicographic import Staged
from placement.solve.core.stopping import Effort, Stop
from placement.solve.questions.baseline import Wishes


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Best:
    """The plan among equals that a question is answered with, and what is proven of it.

    Attributes
    ----------
    outcome
        What was found: status, bound and gap of the objective.
    posts
        The candidate posts, with the lanes of the plan.
    chosen
        Open columns, ascending; None without a plan.
    tiers
        Each tier by itself; empty in a plan without tiers.
    unproven
        Stages of the choice among equals that are not proven, in their order, with how far the
        plan may be from the best of that stage, as a share; None where nothing is known.
    admitted
        Who passes the gates, in a plan with lanes.
    """

    outcome: Outcome
    posts: Posting
    chosen: Ints | None
    tiers: tuple[Tier, ...]
    unproven: Mapping[str, float | None] = field(default_factory=dict)
    admitted: Admitted | None = None

    @property
    def gap(self) -> float | None:
        """How far from the shortest total walk it may be, as a share of it; None where unknown."""
        return self.unproven.get("walk", 0.0)

    @property
    def plan(self) -> Start | None:
        """The columns of the plan, with its lanes."""
        known = self.outcome.plan
        if known is None or self.chosen is None:
            return None
        return Start(chosen=self.chosen, lanes=known.lanes)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Cheapest:
    """The cheapest plan found, and what is proven of its cost.

    Attributes
    ----------
    plan
        None where none was found.
    cost, bound
        What it costs, and what any plan costs at least.
    infeasible
        Whether no plan keeps every rule, whatever it costs.
    stopped
        Why the search ended.
    """

    plan: Start | None
    cost: float
    bound: float
    infeasible: bool = False
    stopped: Stopped = Stopped.PROVEN


class Solver(Protocol):
    """Chooses among the posts of a plan whose walks are known; `start` is a known plan."""

    def best(
        self, posts: Posting, effort: Effort, *, start: Start | None, shares: Mapping[str, float]
    ) -> Best:
        """Find the plan of most worth, tier by tier, and of its equals the one to be told of.

        `shares`, by resource, are the least shares of all people that rules of the posts ask for
        where the cheapest plan is asked for.
        """

    def solve(self, posts: Posting, effort: Effort, *, start: Start | None) -> Staged[Outcome]:
        """Find a plan of most worth, tier by tier: of its equals any."""

    def nearest(self, found: Staged[Outcome], base: Ints, *, stop: Stop) -> Outcome:
        """Of plans as good as the one found take one with few changes to the columns of `base`."""

    def cheapest(self, posts: Posting, effort: Effort, *, shares: Collection[str]) -> Cheapest:
        """Find the cheapest plan that keeps every rule; `shares` are rules asked for besides."""

    def without_budget(self, posts: Posting) -> Posting:
        """Return the posts with a budget that pays for everything."""

    def at_cost(self, posts: Posting, found: Cheapest) -> Posting:
        """Return the posts with a budget that pays for the cheapest plan, and no more."""

    def spent(self, posts: Posting, plan: Start) -> float:
        """Return what a plan costs."""

    def worth(self, posts: Posting, base: Ints, solution: Solution) -> float:
        """Return what a solution, the columns of `base`, is worth in the numbers of the search."""

    def admitted(self, found: Outcome) -> Mapping[str, float]:
        """Return, by resource with lanes, the people who are admitted."""

    def most_people(self, posts: Posting, resource: str, *, stop: Stop) -> tuple[float, float]:
        """Return the most people a resource can cover: of a plan, and at most."""

    def impossible(self, posts: Posting, *, stop: Stop) -> bool:
        """Tell whether it is shown that no plan keeps every rule."""

    def conflict(self, posts: Posting, *, wish: Wishes, stop: Stop) -> InfeasibleError:
        """Return the error that names rules that no plan keeps together, and what would do."""
