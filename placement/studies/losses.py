"""What a study of losses tells: each loss, where its people walk, and what repairs it."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from placement.plan.summary import html_table
from placement.solution import Status
from placement.studies.figures import Plot

if TYPE_CHECKING:
    import pandas as pd

RESTRICTED = {
    "en": "Restricted: for those who plan this event, not to be passed on.",
    "fr": "Diffusion restreinte : réservé à celles et ceux qui planifient l’événement.",
}
"""What every file that tells of losses says, in both languages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """People of a post that is lost, who walk to another one.

    Attributes
    ----------
    from_post, to_post
        The nearest post before and after; None after where no other is within the limit.
    people
        How many.
    longer_min
        How much longer they walk in the mean, minutes; None where they have no post.
    """

    from_post: str
    to_post: str | None
    people: float
    longer_min: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A gate whose queue changes.

    Attributes
    ----------
    post
        The gate.
    lanes
        Its lanes.
    admitted, admitted_then
        People it admits with all posts, and after the loss.
    longest_wait_min, longest_wait_then_min
        The longest wait before and after, minutes.
    """

    post: str
    lanes: int
    admitted: float
    admitted_then: float
    longest_wait_min: float
    longest_wait_then_min: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """The best plan without what is lost, with a few changes.

    Attributes
    ----------
    most
        Most posts that might open or close, those that are lost apart.
    opened, closed
        Posts that open, and those that close besides the lost ones.
    objective, bound
        Of the plan that is left, and what no plan with as few changes can beat.
    recovered
        What the changes bring against doing nothing.
    status
        Of the repaired plan; infeasible where no plan keeps every rule with as few changes, unknown
        where none was found in time. `objective`, `bound` and `recovered` are None then.
    """

    most: int
    status: Status
    opened: tuple[str, ...]
    closed: tuple[str, ...]
    objective: float | None
    bound: float | None
    recovered: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What is left without some posts, or with a street closed.

    Attributes
    ----------
    lost
        Posts that are not there; empty where streets are closed.
    closed
        Streets and files of closures; empty where posts are lost.
    loss
        By how much the objective falls, as `place evaluate` counts the posts that are left.
    bound
        No other set of as many posts loses more; equal to `loss` where that is proven. None where
        the posts or streets were named.
    people
        By resource, how many people fewer are covered.
    moved
        Where the people walk instead, the largest groups first.
    queues
        Gates whose queues change; empty without lanes.
    repair
        The best that a few changes can do, or None where none was asked for.
    """

    lost: tuple[str, ...]
    closed: tuple[str, ...]
    loss: float
    bound: float | None
    people: Mapping[str, float]
    moved: tuple[Moved, ...]
    queues: tuple[Queue, ...]
    repair: Repair | None = None

    @property
    def proven(self) -> bool:
        """Whether no other set of as many posts loses more."""
        return self.bound is not None and self.bound <= self.loss


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Losses:
    """What losses cost a plan.

    Attributes
    ----------
    plan
        Name of the plan.
    solution
        SHA-256 of the solution that was judged.
    objective
        With all posts.
    each
        By post, what its loss alone takes off the objective, the largest first.
    worst
        For one, two, three … posts together, those that cost the most.
    asked
        Posts or streets that were named.
    restricted
        That this is restricted, by language.
    title
        Title of the plan, by language.
    labels
        By post, its resource and name, by language.
    """

    plan: str
    solution: str
    objective: float
    each: Mapping[str, float]
    worst: tuple[Loss, ...]
    asked: tuple[Loss, ...]
    restricted: Mapping[str, str]
    title: Mapping[str, str]
    labels: Mapping[str, Mapping[str, str]]

    def frame(self) -> "pd.DataFrame":
        """Return a DataFrame with one row a loss: each post alone, then those of more, or named."""
        import pandas as pd  # noqa: PLC0415 - heavy, and only wanted by callers in Python

        rows: list[tuple[list[str], list[str], float, float | None]]
        rows = [([post], [], loss, None) for post, loss in self.each.items()]
        rows += [(list(o.lost), list(o.closed), o.loss, o.bound) for o in self.further]
        return pd.DataFrame(rows, columns=["lost", "closed", "loss", "bound"])

    def figure(self, *, language: str = "en") -> Plot:
        """Return a bar for each loss as a picture; it needs the extra ``plots``."""
        drawn = import_module("placement.studies.loss_plot").draw_losses(self, language=language)
        return Plot(**drawn)

    def __repr__(self) -> str:
        most = f", at worst {self.worst[0].loss:,.10g} by one post" if self.worst else ""
        return f"Losses of {self.plan!r}: objective {self.objective:,.10g}{most}"

    def _repr_html_(self) -> str:
        rows = [(post, f"{loss:,.10g}") for post, loss in self.each.items()]
        rows += [(", ".join(one.lost or one.closed), f"{one.loss:,.10g}") for one in self.further]
        title = f"{self.plan}. {self.restricted['en']} {self.restricted['fr']}"
        return html_table(title, rows, head=("lost", "objective lost"))

    @property
    def further(self) -> tuple[Loss, ...]:
        """Return the losses that are not of one post alone."""
        return tuple(one for one in self.worst if len(one.lost) > 1) + self.asked
