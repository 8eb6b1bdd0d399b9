"""What changed between two solutions: posts, units, cost, cover and how rules are kept."""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from placement.review.edits import Edit, find_edits
from placement.review.figures import Figure, Value, cover, figures, nested, plain, step, stretch
from placement.review.texts import shown
from placement.review.told import (
    ASKED,
    DECIDED,
    INPUTS,
    PARTS,
    RESULT,
    Line,
    edit_lines,
    figure_lines,
    metres,
)
from placement.solution import Coverage, Post, Solution

MOVED_M = 150.0
"""How far a post may go and still be called moved, metres (A: one block of houses)."""


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
class Move:
    """A post that stands elsewhere: of the same resource, near by or of the same name.

    Attributes
    ----------
    old, new
        The post in either solution.
    metres
        How far it went.
    """

    old: Post
    new: Post
    metres: float


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
    moved
        Posts that stand elsewhere, in the order of the old identifiers; they are neither among
        those opened nor among those closed.
    edits
        Every member of the files that differs; empty where their canonical texts are the same.
    between
        The old posts counted on the new inputs, or None where nobody did.
    """

    old: Solution
    new: Solution
    opened: tuple[Post, ...]
    closed: tuple[Post, ...]
    changed: tuple[UnitChange, ...]
    moved: tuple[Move, ...] = ()
    edits: tuple[Edit, ...] = ()
    between: Solution | None = None

    @property
    def same(self) -> bool:
        """Whether both are the same, to the byte of their canonical texts."""
        return not self.edits

    @property
    def same_posts(self) -> bool:
        """Whether both open the same posts with the same units."""
        return not (self.opened or self.closed or self.changed or self.moved)

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
            "same": self.same,
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
            "moved": [
                {
                    "old": _post(move.old),
                    "new": _post(move.new),
                    "metres": round(move.metres, 2),
                }
                for move in self.moved
            ],
            "attributed": self._attributed(),
            "figures": nested(self.figures),
            "edits": [edit.to_dict() for edit in self.edits],
        }

    def lines(self) -> list[Line]:
        """Return what differs in lines: asked, decided, result; none where nothing does."""
        if self.same:
            return []
        told, known = figure_lines(self.figures)
        lines = [*self._post_lines(), *self._money_lines(known), *self._cover_lines(known), *told]
        known |= {("features", post.id) for post in (*self.opened, *self.closed)}
        known |= {("features", post.id) for move in self.moved for post in (move.old, move.new)}
        known |= {("features", change.post.id, "properties", "units") for change in self.changed}
        lines += edit_lines((edit for edit in self.edits if edit.path not in known), known=known)
        return [line for part in PARTS for line in lines if line.part == part]

    def text(self) -> str:
        """Return the difference as lines to read, without a final newline; empty where none is.

        Lines are at most 80 characters long where their words allow it.
        """
        lines = self.lines()
        told = [f"plan {shown(self.new.plan)}"] if lines else []
        for part in PARTS:
            found = [line.text for line in lines if line.part == part]
            told += (
                [f"{part}:", *(row for text in found for row in _wrapped(text))] if found else []
            )
        return "\n".join(told)

    def _post_lines(self) -> list[Line]:
        if self.same_posts:
            return [
                _decided(f"the same {_count(len(self.new.posts_list), 'post')}, the same units")
            ]
        told = []
        for title, sign, posts in (("opened", "+", self.opened), ("closed", "-", self.closed)):
            told += [f"{title}: {_count(len(posts), 'post')}"] if posts else []
            told += [f"  {sign} {_named(post)}  {_count(post.units, 'unit')}" for post in posts]
        told += [f"moved: {_count(len(self.moved), 'post')}"] if self.moved else []
        for move in self.moved:
            units = f"{move.old.units} → " if move.old.units != move.new.units else ""
            told.append(
                f"  > {shown(move.old.id)} → {_named(move.new)}  {move.metres:,.0f} m, "
                f"{units}{_count(move.new.units, 'unit')}"
            )
        told += [f"other units: {_count(len(self.changed), 'post')}"] if self.changed else []
        told += [
            f"  ~ {_named(change.post)}  {change.old_units} → {_count(change.post.units, 'unit')}"
            for change in self.changed
        ]
        return [_decided(text) for text in told]

    def _money_lines(self, known: set[tuple[str, ...]]) -> list[Line]:
        """Return budget, cost and objective where they differ for all to see."""
        unit = f" {shown(self.new.budget_unit)}" if self.new.budget_unit else ""
        lines = []
        for name, part, of in (
            ("budget", ASKED, unit),
            ("cost", RESULT, unit),
            ("objective", RESULT, ""),
        ):
            old, new = getattr(self.old, name), getattr(self.new, name)
            if abs(new - old) >= 1:
                lines.append(Line(part=part, text=f"{name}: {stretch(old, new, of)}"))
                known.add(("placement", name))
        return lines

    def _cover_lines(self, known: set[tuple[str, ...]]) -> list[Line]:
        lines = []
        for name, (before, after) in self.coverage.items():
            if before is None or after is None or abs(after.covered - before.covered) >= 1:
                text = f"covered by {shown(name)}: {cover(before, after)}"
                lines.append(Line(part=RESULT, text=text))
                known |= {("placement", "coverage", name, key) for key in ("covered", "share")}
                if before is not None and after is not None:
                    lines.append(Line(part=RESULT, text=f"  {self._why(name)}"))
        return lines

    def _attributed(self) -> dict[str, dict[str, Value]] | None:
        """Return what of each change of cover the inputs brought, and what the posts did."""
        if self.same_posts or self.between is not None or not self._inputs_differ:
            found = {}
            for name, (before, after) in self.coverage.items():
                if before is None or after is None:
                    continue
                middle = before.covered
                if self.between is not None and not self.same_posts:
                    part = self.between.coverage.get(name)
                    middle = before.covered if part is None else part.covered
                elif self.same_posts and self._inputs_differ:
                    middle = after.covered
                found[name] = {
                    "inputs": plain(middle - before.covered),
                    "posts": plain(after.covered - middle),
                }
            return found
        return None

    @property
    def _inputs_differ(self) -> bool:
        """Whether the same posts could have other figures, or whether that cannot be told."""
        if self.old.digests is None or self.new.digests is None:
            return True
        known = {edit.path[1:] for edit in self.edits if edit.path[0] == "placement"}
        return any(path[0] in INPUTS and path[1:] != ("baseline",) for path in known)

    def _why(self, resource: str) -> str:
        found = self._attributed()
        if found is None:
            return "not attributed: --plan scores the old posts on the new inputs"
        inputs, posts = (found[resource][key] for key in ("inputs", "posts"))
        return f"of these {inputs:+,} by the inputs, {posts:+,} by the posts"


def compare(old: Solution, new: Solution, *, between: Solution | None = None) -> Diff:
    """Tell what changed from one solution to another.

    Posts are the same where site and resource have the same identifiers; the plans may differ.

    Parameters
    ----------
    old, new
        The two solutions.
    between
        The old posts counted on the new inputs, to tell apart what either brought.

    Returns
    -------
    Diff
    """
    before = {post.id: post for post in old.posts_list}
    after = {post.id: post for post in new.posts_list}
    opened = [after[name] for name in sorted(after) if name not in before]
    closed = [before[name] for name in sorted(before) if name not in after]
    moved = _moves(closed, opened)
    gone, come = {move.old.id for move in moved}, {move.new.id for move in moved}
    return Diff(
        old=old,
        new=new,
        opened=tuple(post for post in opened if post.id not in come),
        closed=tuple(post for post in closed if post.id not in gone),
        changed=tuple(
            UnitChange(post=after[name], old_units=before[name].units)
            for name in sorted(after)
            if name in before and before[name].units != after[name].units
        ),
        moved=moved,
        edits=find_edits(old, new),
        between=between,
    )


def _moves(closed: list[Post], opened: list[Post]) -> tuple[Move, ...]:
    """Pair posts that closed with posts that opened: the nearest first, each of them once."""
    pairs: list[Move] = []
    for one in closed:
        for other in opened:
            far = metres((one.lon, one.lat), (other.lon, other.lat))
            near = far <= MOVED_M or (one.name and one.name == other.name)
            if one.resource == other.resource and near:
                pairs.append(Move(old=one, new=other, metres=far))
    found: dict[str, Move] = {}
    taken: set[str] = set()
    # the same pairs in both directions, whatever the order of equally near ones
    for move in sorted(pairs, key=lambda move: (move.metres, sorted((move.old.id, move.new.id)))):
        if move.old.id not in found and move.new.id not in taken:
            found[move.old.id] = move
            taken.add(move.new.id)
    return tuple(found[name] for name in sorted(found))


def _post(post: Post) -> dict[str, Any]:
    return {
        "id": post.id,
        "site": post.site,
        "name": post.name,
        "resource": post.resource,
        "units": post.units,
        "cost": plain(post.cost),
    }


def _named(post: Post) -> str:
    return f"{shown(post.id)}  {shown(post.name)}"


def _decided(text: str) -> Line:
    return Line(part=DECIDED, text=text)


def _wrapped(text: str) -> list[str]:
    inner = len(text) - len(text.lstrip())
    return textwrap.wrap(
        text,
        width=80,
        initial_indent="  ",
        subsequent_indent=" " * (inner + 6),
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
