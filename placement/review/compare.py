"""What changed between two solutions: posts, units, cost, cover and how rules are kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from placement.review.figures import Figure, cover, figures, nested, plain, step, stretch
from placement.review.texts import shown
from placement.solution import Coverage, Post, Solution


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitChange:
    """A post that both solutions open, with different units.

    Attributes
    ----------
    post
        The post in the new solution.
    old_units
        Its units in the old one.
    """

    post: Post
    old_units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """The way from one solution to another.

    Attributes
    ----------
    old, new
        The two solutions.
    opened, closed
        Posts only the new one has, posts only the old one has, in the order of identifiers.
    changed
        Posts of both whose units differ, in the order of identifiers.
    """

    old: Solution
    new: Solution
    opened: tuple[Post, ...]
    closed: tuple[Post, ...]
    changed: tuple[UnitChange, ...]

    @property
    def same_posts(self) -> bool:
        """Whether both open the same posts with the same units."""
        return not (self.opened or self.closed or self.changed)

    @property
    def coverage(self) -> Mapping[str, tuple[Coverage | None, Coverage | None]]:
        """Old and new coverage by resource; None where a solution does not know the resource."""
        names = sorted({*self.old.coverage, *self.new.coverage})
        return {name: (self.old.coverage.get(name), self.new.coverage.get(name)) for name in names}

    @property
    def figures(self) -> list[Figure]:
        """What both state of people apart, tiers, rules, lanes, walks and wishes of the run."""
        return figures(self.old, self.new)

    def to_dict(self) -> dict[str, Any]:
        """Return the difference as plain values, ready for JSON.

        Returns
        -------
        dict
            ``version``, ``plan``, ``status``, ``budget``, ``cost``, ``objective`` and
            ``coverage`` (by resource) with ``old``, ``new`` and, for numbers, ``change``;
            ``opened``, ``closed`` and ``changed`` as lists of posts; ``figures`` with what the
            rules of either plan add.
        """
        old, new = self.old, self.new
        return {
            "version": {"old": old.version, "new": new.version},
            "plan": {"old": old.plan, "new": new.plan},
            "status": {"old": old.status.value, "new": new.status.value},
            **{
                name: step(getattr(old, name), getattr(new, name))
                for name in ("budget", "cost", "objective")
            },
            "coverage": {
                resource: {
                    name: step(
                        None if before is None else getattr(before, name),
                        None if after is None else getattr(after, name),
                    )
                    for name in ("covered", "total", "share")
                }
                for resource, (before, after) in self.coverage.items()
            },
            "opened": [_post(post) for post in self.opened],
            "closed": [_post(post) for post in self.closed],
            "changed": [
                {
                    **_post(change.post),
                    "units": step(change.old_units, change.post.units),
                }
                for change in self.changed
            ],
            "figures": nested(self.figures),
        }

    def text(self) -> str:
        """Return the difference as lines to read, without a final newline."""
        old, new = self.old, self.new
        lines = [
            f"plan {shown(old.plan)}"
            if old.plan == new.plan
            else f"plan {shown(old.plan)} → {shown(new.plan)}"
        ]
        if self.same_posts:
            lines.append(f"the same {_count(len(new.posts_list), 'post')}, the same units")
        for title, sign, posts in (("opened", "+", self.opened), ("closed", "-", self.closed)):
            if posts:
                lines.append(f"{title}: {_count(len(posts), 'post')}")
                lines += [
                    f"  {sign} {shown(post.id)}  {shown(post.name)}  {_count(post.units, 'unit')}"
                    for post in posts
                ]
        if self.changed:
            lines.append(f"other units: {_count(len(self.changed), 'post')}")
            lines += [
                f"  ~ {shown(change.post.id)}  {shown(change.post.name)}  "
                f"{change.old_units} → {_count(change.post.units, 'unit')}"
                for change in self.changed
            ]
        unit = f" {shown(new.budget_unit)}" if new.budget_unit else ""
        lines.append(f"budget: {stretch(old.budget, new.budget, unit)}")
        lines.append(f"cost: {stretch(old.cost, new.cost, unit)}")
        lines += [
            f"covered by {shown(resource)}: {cover(before, after)}"
            for resource, (before, after) in self.coverage.items()
        ]
        lines += [figure.line for figure in self.figures if figure.differs and figure.line]
        lines.append(f"objective: {stretch(old.objective, new.objective)}")
        if old.status is not new.status:
            lines.append(f"status: {old.status.value} → {new.status.value}")
        if old.version != new.version:
            lines.append(f"found by placement: {_version(old)} → {_version(new)}")
        return "\n".join(lines)


def compare(old: Solution, new: Solution) -> Diff:
    """Tell what changed from one solution to another.

    Posts are the same where site and resource have the same identifiers; the plans may differ.

    Parameters
    ----------
    old, new
        The two solutions.

    Returns
    -------
    Diff
    """
    before = {post.id: post for post in old.posts_list}
    after = {post.id: post for post in new.posts_list}
    return Diff(
        old=old,
        new=new,
        opened=tuple(after[name] for name in sorted(after) if name not in before),
        closed=tuple(before[name] for name in sorted(before) if name not in after),
        changed=tuple(
            UnitChange(post=after[name], old_units=before[name].units)
            for name in sorted(after)
            if name in before and before[name].units != after[name].units
        ),
    )


def _post(post: Post) -> dict[str, Any]:
    return {
        "id": post.id,
        "site": post.site,
        "name": post.name,
        "resource": post.resource,
        "units": post.units,
        "cost": plain(post.cost),
    }


def _version(solution: Solution) -> str:
    return "version unknown" if solution.version is None else solution.version


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
