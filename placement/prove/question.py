"""What a solution answers: the budget and the wishes of its run, beside the rules of the plan."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from placement.solution import Solution


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The part of a question that is not in the plan.

    Attributes
    ----------
    budget
        Most to spend, or None where it does not bind.
    limits
        Most units by resource, in place of the plan's own.
    lock, forbid
        Posts that must be open, or closed.
    baseline
        Posts of the agreed plan, or None without one.
    most
        Most posts that may open or close against it, or None.
    price
        What each of these takes off the objective.
    shares
        By resource, the least share of all people to be covered.
    """

    budget: float | None
    limits: Mapping[str, int] = field(default_factory=dict)
    lock: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    baseline: frozenset[str] | None = None
    most: int | None = None
    price: float = 0.0
    shares: Mapping[str, float] = field(default_factory=dict)


def question_of(solution: Solution) -> Question:
    """Return the question that a solution says it answers."""
    changes, reverse = solution.changes, solution.reverse
    baseline = None
    if changes is not None:
        present = {post.id for post in solution.posts_list}
        baseline = frozenset((present - set(changes.opened)) | set(changes.closed))
    return Question(
        budget=None if reverse is not None else solution.budget,
        limits=solution.limits,
        lock=solution.lock,
        forbid=solution.forbid,
        baseline=baseline,
        most=None if changes is None else changes.most,
        price=0.0 if changes is None else changes.price,
        shares={} if reverse is None else reverse.shares,
    )


def question(
    *,
    budget: float | None,
    limits: Mapping[str, int],
    baseline: Solution | None = None,
    max_changes: int | None = None,
    change_price: float = 0.0,
    lock: Iterable[str] = (),
    forbid: Iterable[str] = (),
    shares: Mapping[str, float] | None = None,
) -> Question:
    """Return the question of a run that found no plan, by the options it had."""
    agreed = None if baseline is None else frozenset(post.id for post in baseline.posts_list)
    return Question(
        budget=budget,
        limits=limits,
        lock=tuple(sorted(set(lock))),
        forbid=tuple(sorted(set(forbid))),
        baseline=agreed,
        most=max_changes,
        price=change_price,
        shares=shares or {},
    )
