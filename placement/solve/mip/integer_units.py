"""The model with all units of a post in one whole variable, in place of a column each."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from placement.arrays import Floats, Ints
from placement.cover.instance import Instance
from placement.cover.reduce import keep_columns
from placement.solve.mip.mip_model import KINDS, Model, alike, stacks


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Posts:
    """An instance whose columns are posts, and what further units of theirs add.

    Attributes
    ----------
    instance
        The posts, each with its first unit.
    columns
        Columns of the whole instance that belong to each post, in the order they open.
    further
        (P,) int64, how many further units a post may have: `len(columns[p]) - 1`.
    cost, profit
        (P,) float64, of a further unit; where there is none, of the first.
    uses, slopes
        The same for each limit and each rule.
    """

    instance: Instance
    columns: tuple[Ints, ...]
    further: Ints
    cost: Floats
    profit: Floats
    uses: tuple[Floats, ...]
    slopes: tuple[Floats, ...]

    @classmethod
    def of(cls, instance: Instance) -> "Posts":
        """Put the units of each post together, where they differ in nothing but their order."""
        figures = [
            instance.cost,
            instance.profit,
            *(limit.use for limit in instance.limits),
            *(rule.slope for rule in instance.rules),
        ]
        alike_too = [*figures, instance.excluded, instance.required]
        leads = np.zeros(instance.columns, dtype=np.bool_)  # whom a column of another post needs
        leader = np.arange(instance.columns)
        members = {j: np.array([j], dtype=np.int64) for j in range(instance.columns)}
        groups = stacks(instance)
        for group in groups:
            leader[group] = group[0]
        owner = np.repeat(np.arange(instance.columns), np.diff(instance.near_indptr))
        leads[instance.near_indices[leader[owner] != leader[instance.near_indices]]] = True
        for group in groups:
            further = group[1:]
            same = all((figure[further] == figure[further[0]]).all() for figure in alike_too)
            chained = (instance.near_indices[instance.near_indptr[further]] == group[:-1]).all()
            held = instance.required[further].any() or leads[further].any()
            if same and chained and not held:
                members[int(group[0])] = group
                for j in further.tolist():
                    del members[j]
        first = np.array(sorted(members), dtype=np.int64)
        last = np.array([members[j][-1] for j in first.tolist()], dtype=np.int64)
        kept = np.zeros(instance.columns, dtype=np.bool_)
        kept[first] = True
        limits, rules = len(instance.limits), len(instance.rules)
        each = [figure[last] for figure in figures]
        return cls(
            instance=keep_columns(instance, kept).instance,
            columns=tuple(members[j] for j in first.tolist()),
            further=np.array([len(members[j]) - 1 for j in first.tolist()], dtype=np.int64),
            cost=each[0],
            profit=each[1],
            uses=tuple(each[2 : 2 + limits]),
            slopes=tuple(each[2 + limits : 2 + limits + rules]),
        )

    def chosen(self, is_open: NDArray[np.bool_], units: Ints) -> Ints:
        """Return the columns of open posts, (P,) bool, with so many units, (P,) int64."""
        found = [self.columns[p][: max(1, int(units[p]))] for p in np.flatnonzero(is_open)]
        return np.sort(np.concatenate([np.zeros(0, dtype=np.int64), *found]))


class UnitsModel(Model):
    """A model over posts: y_p says whether one is open, u_p how many units it has.

    Σ_l z_rl ≤ Σ_p u_p, y_p ≤ u_p ≤ most_p · y_p. Where a post may have four units the relaxation
    is a quarter of the size: on the riverside 1.6 s in place of 13.
    """

    def __init__(self, instance: Instance) -> None:
        self.posts = Posts.of(instance)
        self.u: dict[int, Any] = {}
        self.counts: list[Any] = []  # whole totals, each of all posts or units of a kind
        self._kinds: list[tuple[Ints, Any, Any]] = []
        super().__init__(self.posts.instance, maximise=True)

    def begin(self) -> None:
        """Add units, and whole totals of posts that use the same; of units, where they have some.

        As in the model without units the budget is written on them.
        """
        posts = self.posts
        for p in np.flatnonzero(posts.further).tolist():
            most = 1 + int(posts.further[p])
            self.u[p] = self.problem.add_variable(f"u{p}", 0, most, "Integer")
            self.at_most([(self.u[p], 1.0), (self.y[p], -float(most))], 0.0)
            self.at_most([(self.y[p], 1.0), (self.u[p], -1.0)], 0.0)
        figures = [self.instance.cost, posts.cost, self.instance.coupled, posts.further > 0]
        kinds = alike(*figures)
        for limit, use in zip(self.instance.limits, posts.uses, strict=True):
            finer = alike(*figures, limit.use, use)
            if limit.most >= 2 * limit.use[limit.use > 0].min(initial=np.inf):
                if len(finer) > KINDS:
                    continue
                figures += [limit.use, use]
                kinds = finer
        if len(kinds) > KINDS:
            return
        for number, members in enumerate(kinds):
            total, first = None, int(members[0])
            if not posts.further[first] or self.instance.cost[first] != posts.cost[first]:
                total = self.sum_of(f"Y{number}", [self.y[p] for p in members], len(members))
                self.counts.append(total)
            units = total
            if posts.further[first]:
                most = len(members) + int(posts.further[members].sum())
                units = self.sum_of(f"U{number}", [self.u[int(p)] for p in members], most)
                self.counts.append(units)
            self._kinds.append((members, total, units))

    def knapsack(self, use: Floats, most: float, number: int) -> None:
        """Add Σ use · y + Σ each · (u − y) ≤ most, on totals where a kind uses the same."""
        each = self.posts.cost if number < 0 else self.posts.uses[number]
        if float((use + each * self.posts.further).sum()) <= most:
            return
        terms: list[tuple[Any, float]] = []
        single = np.ones(len(use), dtype=np.bool_)
        for members, total, units in self._kinds:
            a, b = float(use[members[0]]), float(each[members[0]])
            if (use[members] == a).all() and (each[members] == b).all():
                if total is None and a != b:
                    continue
                single[members] = False
                terms += [(units, b)] if b else []
                terms += [(total, a - b)] if a != b else []
        self.at_most(
            terms + self._spread(np.where(single, use, 0), np.where(single, each, 0)), most
        )

    def _spread(self, use: Floats, each: Floats) -> list[tuple[Any, float]]:
        """Return Σ use · y + Σ each · (u − y)."""
        terms = []
        for p in np.flatnonzero((use != 0) | (each != 0)).tolist():
            further = float(each[p]) if p in self.u else 0.0
            if further:
                terms.append((self.u[p], further))
            if use[p] != further:
                terms.append((self.y[p], float(use[p]) - further))
        return terms

    def rows_worth(self) -> list[tuple[Any, float]]:
        """Add the rows, and return what they and the posts are worth."""
        posts, none = self.posts, np.zeros(len(self.y))
        # `add_rows` writes the slope of first units
        more = [self._spread(none, np.where(posts.further > 0, s, 0.0)) for s in posts.slopes]
        return self.add_rows(more) + self._spread(
            none, np.where(posts.further > 0, posts.profit, 0.0)
        )

    def most_times(self, cover: Ints) -> int:
        """Return how often a row can be covered by all units of these posts."""
        return len(cover) + int(self.posts.further[cover].sum())

    def opened(self, cover: Ints) -> list[Any]:
        """Return variables that add up to the units of these posts."""
        return [self.u.get(p, self.y[p]) for p in cover.tolist()]
