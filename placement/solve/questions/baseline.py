"""What is agreed already: posts locked or ruled out, and a plan to stay close to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

import numpy as np

from placement.arrays import Ints
from placement.cover.instance_builder import Posting
from placement.errors import UsageError
from placement.plan.problem import Problem
from placement.solution import Solution
from placement.solve.core.incumbent import Start
from placement.solve.mip.minimise_rule import sum_of

_MOST_PRICE = 1e9  # of a change, in units of the objective


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a run must keep to, besides the plan's own rules.

    Attributes
    ----------
    lock, forbid
        Posts that must be open, or closed, in the order of their identifiers.
    baseline
        Posts of the agreed plan, or None without one.
    units
        Units of its posts: what a search may start from, no rule.
    digest
        Digest of the agreed plan, or None without one.
    most
        Most posts that may open or close against it, or None.
    price
        What each such change takes off the objective.
    """

    lock: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    baseline: tuple[str, ...] | None = None
    units: Mapping[str, int] = field(default_factory=dict)
    digest: str | None = None
    most: int | None = None
    price: float = 0.0

    @property
    def rule(self) -> str:
        """The most changes, in the words of the command line."""
        return f"max_changes {self.most}"


def check_wishes(
    *,
    baseline: Solution | None = None,
    max_changes: int | None = None,
    change_price: float = 0.0,
    lock: Iterable[str] = (),
    forbid: Iterable[str] = (),
) -> Wishes:
    """Check what a run must keep to.

    Raises
    ------
    UsageError
        If a number is out of range, changes are limited or priced without a plan to compare with,
        or a post is both locked and forbidden.
    """
    if max_changes is not None and (isinstance(max_changes, bool) or max_changes < 0):
        raise UsageError(f"max_changes is {max_changes}: give a whole number of 0 or more.")
    if not 0 <= change_price <= _MOST_PRICE:  # beside a larger one, people are lost in rounding
        raise UsageError(
            f"change_price is {change_price}: give a number from 0 to {_MOST_PRICE:g}."
        )
    if baseline is None and (max_changes is not None or change_price):
        raise UsageError("changes are counted against a baseline: give the agreed solution too.")
    lock, forbid = tuple(sorted(set(lock))), tuple(sorted(set(forbid)))
    for post in lock:
        if post in forbid:
            raise UsageError(f"{post!r} is both locked and forbidden; keep one of the two.")
    return Wishes(
        lock=lock,
        forbid=forbid,
        baseline=None
        if baseline is None
        else tuple(sorted(post.id for post in baseline.posts_list)),
        units={} if baseline is None else {post.id: post.units for post in baseline.posts_list},
        digest=None if baseline is None else baseline.digest,
        most=None if max_changes is None else int(max_changes),
        price=float(change_price),
    )


def post_names(problem: Problem, posts: Posting) -> list[str]:
    """Return the post of each column, as ``"<site>/<resource>"``."""
    return [
        problem.post_id(site, resource)
        for site, resource in zip(posts.site.tolist(), posts.resource.tolist(), strict=True)
    ]


def bind(posts: Posting, problem: Problem, wish: Wishes) -> Posting:
    """Add what is agreed to the rules of an instance.

    A change is a post that opens or closes: Σ_j |y_j − y°_j| ≤ most. Units do not count, and posts
    of the agreed plan that this plan has no candidate for count as closed. The price is taken off
    as the profit of the columns: opening a new post loses it, keeping an agreed one earns it; the
    difference to the true objective is the constant `shift`.

    Raises
    ------
    UsageError
        If a locked or forbidden post is no candidate of the plan, or the agreed plan has nothing
        in common with it.
    """
    names = post_names(problem, posts)
    opening = np.flatnonzero(posts.opens)
    column = {names[j]: j for j in opening.tolist()}
    instance = posts.instance
    required, excluded = instance.required.copy(), instance.excluded.copy()
    for post in wish.lock:
        required[_known(post, column, "lock")] = True
    for post in wish.forbid:
        where = _known(post, column, "forbid")
        excluded |= np.array([name == names[where] for name in names])
    rules, profit = instance.rules, instance.profit
    if wish.baseline is not None and (wish.most is not None or wish.price):
        if wish.baseline and not any(post in column for post in wish.baseline):
            raise UsageError(
                f"the baseline has no post in common with this plan ({wish.baseline[0]!r} is no "
                "candidate): give a solution of this plan."
            )
        slope = posts.opens.astype(np.float64)
        slope[[column[post] for post in wish.baseline if post in column]] = -1.0
        most = len(column) + len(wish.baseline) if wish.most is None else wish.most
        rules = (*rules, sum_of(wish.rule, slope, most=float(most - len(wish.baseline))))
        profit = profit - wish.price * slope
    return replace(
        posts,
        instance=replace(
            instance, required=required, excluded=excluded, rules=rules, profit=profit
        ),
    )


def shift(wish: Wishes) -> float:
    """Return what to add to the worth of an instance to have the objective."""
    return -wish.price * len(wish.baseline) if wish.baseline is not None and wish.price else 0.0


def start(posts: Posting, problem: Problem, wish: Wishes) -> Start | None:
    """Return the columns of the agreed plan: mostly a good one to start from.

    Its posts have the units that it gives them; the least there may be where that breaks a rule.
    Lanes are brought within what their site takes now.
    """
    if not wish.baseline:
        return None
    sites = problem.sites
    least, most = (u[posts.site, posts.resource] for u in (sites.min_units, sites.max_units))
    names = post_names(problem, posts)
    units = np.array([wish.units.get(name, 0) for name in names], dtype=np.int64)
    lanes = np.where(units > 0, np.clip(units, least, most), 0)
    given = columns_of(posts, problem, {name: wish.units.get(name, 1) for name in wish.baseline})
    if posts.instance.broken_rule(given) is None:
        return Start(chosen=given, lanes=lanes)
    # with its least units: those columns come all or none
    present = frozenset(wish.baseline)
    tied = np.array([name in present for name in names])
    number = np.arange(len(tied)) - np.flatnonzero(posts.opens)[np.cumsum(posts.opens) - 1]
    return Start(chosen=np.flatnonzero(tied & (number < least)), lanes=lanes)


def columns_of(posts: Posting, problem: Problem, units: Mapping[str, int]) -> Ints:
    """Return the columns that posts with so many units open: of each as many as bring them."""
    left = dict(units)
    chosen = []
    for column, name in enumerate(post_names(problem, posts)):
        if left.get(name, 0) > 0:
            chosen.append(column)
            left[name] -= int(posts.units[column])
    return np.array(chosen, dtype=np.int64)


def _known(post: str, known: dict[str, int], what: str) -> int:
    if post not in known:
        meant = get_close_matches(post, known, n=1)
        hint = f"did you mean {meant[0]!r}?" if meant else "write SITE/RESOURCE as in a solution."
        raise UsageError(f"{what}: there is no candidate post {post!r}; {hint}")
    return known[post]


def moved(wish: Wishes, present: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the posts that opened and those that closed against the agreed plan."""
    before = frozenset(wish.baseline or ())
    now = frozenset(present)
    return sorted(now - before), sorted(before - now)
