"""The covering problem of a sample of nights: on each, posts that are missing cover nobody.

A post of u units is there on a night when a number drawn for it is above the share of nights on
which all u are missing. That share falls with u, so on each night there is a least number of units
with which the post is there: a column for each number of units says it all, and demand whose posts
that are there are the same on several nights is one row of its summed weight.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from placement.arrays import Bools, Floats, Ints
from placement.cover.aggregate import aggregate
from placement.cover.instance import Instance
from placement.cover.instance_builder import Posting, posting
from placement.cover.survey import Survey
from placement.decimals import cost_of
from placement.errors import UsageError
from placement.plan.problem import Plan, Problem
from placement.solve.questions.baseline import post_names
from placement.studies.crews import lanes_fewer
from placement.studies.risk import Absences


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Candidates:
    """Posts that could be opened, and how often each is missing.

    Attributes
    ----------
    problem
        The problem with units that are always there: what is missing is drawn.
    posts
        Its posts, a column each.
    names
        Of the columns, ``"<site>/<resource>"``.
    least, most
        (C,) int64, units of each post.
    gone
        (C, U) float64, share of nights on which a post of 1, 2, … units is missing.
    laned
        (C,) bool, which of them are gates with lanes.
    risks
        (C, 2) float64, shares of nights on which a post is shut, and on which a unit of it is away.
    """

    problem: Problem
    posts: Posting
    names: tuple[str, ...]
    least: Ints
    most: Ints
    gone: Floats
    laned: Bools
    risks: Floats

    @classmethod
    def of(cls, plan: Plan, walks: Survey, absences: Absences) -> "Candidates":
        """List the posts of a plan.

        Raises
        ------
        UsageError
            If the plan has a rule that is not known on nights with posts missing.
        """
        refuse(plan)
        resources = tuple(replace(kind, unavailable=0.0) for kind in plan.problem.resources)
        problem = replace(plan.problem, resources=resources)
        posts = posting(problem, walks)
        names = tuple(post_names(problem, posts))
        sites = problem.sites
        least = sites.min_units[posts.site, posts.resource]
        most = sites.max_units[posts.site, posts.resource]
        fleet = np.array(
            [np.iinfo(np.int64).max if kind.fleet is None else kind.fleet for kind in problem.means]
        )
        laned = posts.resource == (-1 if problem.laned is None else problem.laned)
        # a fleet of lanes is a rule of all gates together
        most = np.maximum(least, np.where(laned, most, np.minimum(most, fleet[posts.resource])))
        gone = np.zeros((len(names), int(most.max(initial=1))))
        for column, name in enumerate(names):
            for units in range(1, int(most[column]) + 1):
                gone[column, units - 1] = absences.gone(name, units)
        return cls(
            problem=problem,
            posts=posts,
            names=names,
            least=least,
            most=most,
            gone=gone,
            laned=laned,
            risks=np.array([absences.of_post(name) for name in names]).reshape(-1, 2),
        )

    def needed(self, drawn: Floats) -> Ints:
        """Return (S, C) int64, units with which each post is there, above its most if with none.

        Parameters
        ----------
        drawn
            (S, C) float64, numbers below 1.
        """
        units = np.ones(drawn.shape, dtype=np.int64)
        for many in range(self.gone.shape[1]):
            units += (drawn < self.gone[:, many]) & (many < self.most)
        return np.maximum(units, self.least)

    def there(self, drawn: Floats) -> Ints:
        """Return (S, C, U + 1) int64, lanes that are there of each gate with 0, 1, … lanes.

        Parameters
        ----------
        drawn
            (S, C) float64, numbers below 1, a row for each night.
        """
        size = int(self.most[self.laned].max(initial=0))
        found = np.zeros((*drawn.shape, size + 1), dtype=np.int64)
        for column in np.flatnonzero(self.laned).tolist():
            shut, away = self.risks[column].tolist()
            for lanes in range(1, size + 1):
                fewer = lanes_fewer(lanes, shut, away)
                found[:, column, lanes] = (drawn[:, column, None] >= fewer).sum(axis=1)
        return found

    def sample(self, drawn: Floats) -> "Sample":
        """Write the problem of some nights as rows and columns; people of lanes are left aside.

        Parameters
        ----------
        drawn
            (S, C) float64, numbers below 1, a row for each night.
        """
        instance = self.posts.instance
        needed = np.where(self.laned, self.least, self.needed(drawn))
        top = np.where(needed <= self.most, needed, self.least).max(axis=0, initial=0)
        more = np.maximum(top, self.least) - self.least
        post = np.concatenate([np.arange(len(more)), np.repeat(np.arange(len(more)), more)])
        first = len(more) + np.cumsum(more) - more
        beyond = np.arange(len(more), len(post))
        units = self.least[post].copy()
        units[beyond] += beyond - first[post[beyond]] + 1
        column = np.where(
            needed <= self.least, np.arange(len(more)), first + needed - self.least - 1
        )
        column = np.where((needed <= self.most) & ~self.laned, column, -1)
        row = np.repeat(np.arange(instance.rows), np.diff(instance.indptr))
        entries = column[:, instance.indices]
        there = entries >= 0
        lengths = [np.bincount(row[mine], minlength=instance.rows) for mine in there]
        indptr, indices, weight, group = aggregate(
            np.concatenate([[0], np.cumsum(np.concatenate(lengths))]).astype(np.int64),
            entries[there],
            np.tile(instance.weight, len(drawn)),
        )
        wide = _widened(self.posts, self.problem, post, first)
        kept = instance.rows if instance.rules or self.laned.any() else 0
        if kept:  # rows that rules or lanes count: they are worth nothing by themselves
            indices = np.concatenate([instance.indices, indices])
            indptr = np.concatenate([instance.indptr, instance.indptr[-1] + indptr[1:]])
            weight = np.concatenate([np.zeros(kept), weight])
            group = np.where(group >= 0, group + kept, -1)
        merged = replace(
            wide,
            indptr=indptr,
            indices=indices,
            weight=weight,
            gains=np.zeros((len(weight), 0)),
        )
        return Sample(
            instance=merged,
            row_of=group.reshape(len(drawn), -1),
            each=instance.weight,
            post=post,
            units=units,
            names=self.names,
            posts=self._wide(merged, post, kept) if self.laned.any() else None,
        )

    def _wide(self, instance: Instance, post: Ints, kept: int) -> Posting:
        """Return the posts with the columns and rows of a sample, those of the plan first."""
        posts, more = self.posts, instance.rows - kept
        return replace(
            posts,
            instance=instance,
            site=posts.site[post],
            resource=posts.resource[post],
            units=posts.units[post],
            opens=np.arange(len(post)) < len(posts.site),
            people=np.concatenate([posts.people, np.zeros(more)]),
            row_resource=np.concatenate([posts.row_resource, np.full(more, -1)]),
            row_tier=np.concatenate([posts.row_tier, np.ones(more, dtype=np.int64)]),
        )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Sample:
    """The problem of some nights.

    Attributes
    ----------
    instance
        Rows are demand with the posts that are there; worth is the sum over all nights.
    row_of
        (S, R) int64, the row of each group of demand on each night, −1 where no post is there.
    each
        (R,) float64, what a group of demand is worth on one night.
    post, units
        (C,) int64: the post of each column, and its units once the column is open.
    names
        Of the posts.
    posts
        The same as posts, in a plan with lanes, whose people are then no rows here; else None.
    """

    instance: Instance
    row_of: Ints
    each: Floats
    post: Ints
    units: Ints
    names: tuple[str, ...]
    posts: Posting | None = None

    def worth(self, chosen: Ints) -> Floats:
        """Return (S,) float64, what open columns are worth on each night."""
        covered = np.append(self.instance.covered_rows(chosen), False)
        return np.asarray(covered[self.row_of] @ self.each)

    def units_of(self, chosen: Ints) -> dict[str, int]:
        """Return the units of each post, by name in order."""
        found: dict[str, int] = {}
        for column in chosen.tolist():
            name = self.names[self.post[column]]
            found[name] = max(found.get(name, 0), int(self.units[column]))
        return dict(sorted(found.items()))

    def columns(self, units: Mapping[str, int]) -> Ints:
        """Return the columns that posts with so many units open."""
        many = np.array([units.get(name, 0) for name in self.names], dtype=np.int64)
        return np.flatnonzero(self.units <= many[self.post])


def _widened(posts: Posting, problem: Problem, post: Ints, first: Ints) -> Instance:
    """Return the instance with a column for each further unit of a post behind its own columns."""
    instance = posts.instance
    beyond = post[len(first) :]
    if not len(beyond):
        return instance
    before = np.arange(len(first), len(post)) - 1
    opens = np.flatnonzero(np.isin(before + 1, first[beyond]))
    before[opens] = beyond[opens]  # the first further unit needs the post itself
    price = problem.sites.unit_cost[posts.site[beyond], posts.resource[beyond]]
    cost = cost_of(np.zeros(len(beyond)), price, np.ones(len(beyond), dtype=np.int64))
    none = np.zeros(len(beyond))
    fleets = {f"resources.{kind.id}.fleet": at for at, kind in enumerate(problem.resources)}
    limits = tuple(
        replace(
            limit,
            use=np.concatenate(
                [limit.use, 1.0 * (posts.resource[beyond] == fleets.get(limit.name, -1))]
            ),
        )
        for limit in instance.limits
    )
    return replace(
        instance,
        profit=np.concatenate([instance.profit, none]),
        cost=np.concatenate([instance.cost, cost]),
        required=np.concatenate([instance.required, none > 0]),
        excluded=np.concatenate([instance.excluded, instance.excluded[beyond]]),
        limits=limits,
        near_indptr=np.concatenate(
            [instance.near_indptr, instance.near_indptr[-1] + np.arange(1, len(beyond) + 1)]
        ),
        near_indices=np.concatenate([instance.near_indices, before]),
        coupled=np.concatenate([instance.coupled, none == 0]),
        rules=tuple(
            replace(rule, slope=np.concatenate([rule.slope, none])) for rule in instance.rules
        ),
    )


def refuse(plan: Plan) -> None:
    """Refuse a plan with a rule that is not known on nights with posts missing.

    Raises
    ------
    UsageError
        If it has tiers, or worth of being covered twice.
    """
    problem = plan.problem
    what = ""
    if len(problem.demand.tiers) > 1:
        what = "tiers: their order is one of plans, and not of nights"
    elif any(backup.worth for backup in problem.backup.values()):
        kind = problem.resources[min(problem.backup)].id
        what = f"resources.{kind}.backup: it counts a second post for the nights one is missing"
    if what:
        raise UsageError(f"no best plan is looked for under risk with {what}; leave it out.")
