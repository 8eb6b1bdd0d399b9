"""What changed between two solutions, told whole: as lines in words, and as plain values."""

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from placement.plan.input_names import NO_IDENTITY, input_name, name_changed
from placement.review.edits import Edit, find_edits
from placement.review.figures import Figure, Value, figures, nested, plain, step
from placement.review.texts import shown
from placement.review.told import ASKED, PARTS, Leaves, Line, signed
from placement.review.told_areas import people_lines, walks_lines
from placement.review.told_lanes import lane_lines
from placement.review.told_posts import (
    Move,
    UnitChange,
    decided_lines,
    figure_lines,
    find_moves,
)
from placement.review.told_totals import (
    asked_lines,
    barrier_lines,
    cover_lines,
    day_lines,
    proof_lines,
    rule_lines,
    walk_lines,
    worth_lines,
)
from placement.solution import Coverage, Post, Solution

_INPUTS = ("digests", "layers", "closures", "at", "headroom", "walking", "unsnapped", "plan")
"""Members that say on what posts are counted: other wishes choose other posts and no figures."""

_COLUMNS = 80


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
    files
        File names of the layers, as far as they are known.
    """

    old: Solution
    new: Solution
    opened: tuple[Post, ...]
    closed: tuple[Post, ...]
    changed: tuple[UnitChange, ...]
    moved: tuple[Move, ...] = ()
    edits: tuple[Edit, ...] = ()
    between: Solution | None = None
    files: Mapping[str, str] = field(default_factory=dict)

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
            "inputs": [line.text for line in self.inputs()],
            "lines": [{"part": line.part, "text": line.text} for line in self.lines()],
            "edits": [edit.to_dict() for edit in self.edits],
        }

    def inputs(self) -> list[Line]:
        """Return a sentence for each way in which the solutions were not made from the same."""
        leaves = Leaves(self.edits)
        told = leaves.by_name("placement", "digests")
        old, new = self.old.digests, self.new.digests
        if (old is None) != (new is None):
            which = "old" if old is None else "new"
            said = NO_IDENTITY.replace("the solution", f"the {which} solution", 1)
            return [self._sentence(said, leaves.below("placement", "digests"), leaves)]
        old, new = old or {}, new or {}
        files = {**self.new.layers, **self.files}
        both = [leaf for name in sorted(old.keys() & new.keys()) for leaf in told.get(name, ())]
        lines = [
            self._sentence(said, both, leaves)
            for said in name_changed(old, new, files, since="between the two solutions")
        ]
        for which, names in (("old", old.keys() - new.keys()), ("new", new.keys() - old.keys())):
            for name in sorted(names):
                said = f"{input_name(name, files)} is an input of the {which} solution only"
                lines.append(self._sentence(said, told.get(name, ()), leaves))
        return lines

    def _sentence(self, said: str, of: Iterable[Edit], leaves: Leaves) -> Line:
        begin = "The" if said.startswith("the ") else said[:3]
        return leaves.line(ASKED, f"{shown(begin + said[3:])}.", of)

    def lines(self) -> list[Line]:
        """Return what differs in lines: asked, decided, result; none where nothing does.

        What `inputs` tells is not among them.
        """
        if self.same:
            return []
        old, new = self.old, self.new
        leaves = Leaves(self.edits)
        for line in self.inputs():
            for place in line.tells:
                leaves.take(*place)
        lines = [
            *asked_lines(leaves, old, new),
            *decided_lines(
                leaves,
                posts=len(new.without_barriers),
                opened=self.opened,
                closed=self.closed,
                moved=self.moved,
                changed=self.changed,
                barriers={*old.barriers, *new.barriers},
            ),
            *worth_lines(leaves, new),
            *barrier_lines(leaves, old, new),
            *proof_lines(leaves),
            *cover_lines(leaves, old, new, why=self._why),
            *walk_lines(leaves, old, new),
            *people_lines(leaves, old, new),
            *rule_lines(leaves),
            *day_lines(leaves, old, new),
            *walks_lines(leaves),
            *lane_lines(leaves, old, new),
            *figure_lines(leaves),
            *leaves.rest(),
        ]
        return [line for part in PARTS for line in lines if line.part == part]

    def text(self) -> str:
        """Return the difference as lines to read, without a final newline; empty where none is.

        Lines are at most 80 characters long.
        """
        lines = self.lines()
        told = [row for line in self.inputs() for row in wrapped(line.text)]
        told += [f"plan {shown(self.new.plan)}"[:_COLUMNS]] if lines else []
        for part in PARTS:
            found = [line.text for line in lines if line.part == part]
            rows = [row for text in found for row in wrapped(text, indent="  ")]
            told += [f"{part}:", *rows] if found else []
        return "\n".join(told)

    def _attributed(self) -> dict[str, dict[str, Value] | None] | None:
        """Return what of each change of cover the inputs brought, and what the posts did."""
        explained = self.between is not None or not self._inputs_differ
        if not (self.same_posts or explained):
            return None
        found: dict[str, dict[str, Value] | None] = {}
        for name, (before, after) in self.coverage.items():
            if before is None or after is None:
                continue
            middle: float | None = before.covered
            if self.same_posts:
                middle = after.covered if self._inputs_differ else None
            elif self.between is not None:
                part = self.between.coverage.get(name)
                middle = before.covered if part is None else part.covered
            if middle is None:
                same = before.covered == after.covered
                found[name] = {"inputs": 0, "posts": 0} if same else None
                continue
            found[name] = {
                "inputs": plain(middle - before.covered),
                "posts": plain(after.covered - middle),
            }
        return found

    @property
    def _inputs_differ(self) -> bool:
        """Whether the same posts could have other figures, or whether that cannot be told."""
        if self.old.digests is None or self.new.digests is None:
            return True
        known = {edit.path[1:] for edit in self.edits if edit.path[0] == "placement"}
        return any(path[0] in _INPUTS and path[1:] != ("baseline",) for path in known)

    def _why(self, resource: str) -> str:
        attributed = self._attributed()
        if attributed is None:
            return "not attributed: --plan scores the old posts on the new inputs"
        found = attributed[resource]
        if found is None:
            return "not explained: posts and inputs are the same, so one of both is wrong (audit)"
        inputs, posts = (float(found[key] or 0.0) for key in ("inputs", "posts"))
        if not self._inputs_differ:
            return f"the inputs are the same: {signed(posts)} by the posts"
        if self.same_posts:
            return f"the same posts on the new inputs: {signed(inputs)} by the inputs"
        before, _ = self.coverage[resource]
        middle = f"{(before.covered if before else 0.0) + inputs:,.10g}"
        return (
            f"the old posts on the new inputs: {middle}, so {signed(inputs)} by the inputs, "
            f"then {signed(posts)} by the posts"
        )


def compare(
    old: Solution,
    new: Solution,
    *,
    between: Solution | None = None,
    files: Mapping[str, str] | None = None,
) -> Diff:
    """Tell what changed from one solution to another.

    Posts are the same where site and resource have the same identifiers; the plans may differ.

    Parameters
    ----------
    old, new
        The two solutions.
    between
        The old posts counted on the new inputs, to tell apart what either brought.
    files
        File names of the layers, to name those that changed; None calls them by their layers.

    Returns
    -------
    Diff
    """
    before = {post.id: post for post in old.posts_list}
    after = {post.id: post for post in new.posts_list}
    barrier = {*old.barriers, *new.barriers}

    def apart(posts: Iterable[Post]) -> list[Post]:
        """Return posts by identifier, barriers after them."""
        return sorted(posts, key=lambda post: (post.resource in barrier, post.id))

    opened = apart(after[name] for name in after.keys() - before.keys())
    closed = apart(before[name] for name in before.keys() - after.keys())
    moved = find_moves(*([post for post in some if post.resource not in barrier]
                         for some in (closed, opened)))  # fmt: skip
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
        files=files or {},
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


def wrapped(text: str, *, indent: str = "") -> list[str]:
    """Return a line in rows of at most 80 characters, those after the first further in."""
    if len(indent) + len(text) <= _COLUMNS:
        return [f"{indent}{text}"]
    inner = len(text) - len(text.lstrip())
    return textwrap.wrap(
        text,
        width=_COLUMNS,
        initial_indent=indent,
        subsequent_indent=" " * (inner + len(indent) + 4),
        break_on_hyphens=False,
        drop_whitespace=True,
    )
