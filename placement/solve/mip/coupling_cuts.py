"""Cuts on rows that only coupled posts cover: what is reached needs the posts they stand beside."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from placement.arrays import Floats, Ints
from placement.compiled import compiled, suited
from placement.cover.instance import Instance

_VIOLATED = 0.02  # what a cut must cut off to be worth its place


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Reach:
    """The rows that such cuts are known for, in variables of the solver.

    For a row, a number m of its levels and a set A of posts that others stand beside,

        z_r1 + … + z_rm  ≤  Σ u_p over posts that may stand beside one not in A  +  m · Σ y_a over A

    holds: with a post of A open the right side is m at least; with none of them only the posts of
    the first sum can be open, and no more levels are reached than they have units. With A empty
    this is the row itself, with all partners in A and m = 1 what the coupling implies for it;
    those in between are cuts. On the riverside, 17 gates and 36 teams, they take 657 of the 2,020
    that the relaxation of expected cover lies above the best plan known.

    Attributes
    ----------
    first, post
        Posts of each row, in compressed form.
    level_first, level
        Variables of its levels, the lowest first, in compressed form.
    near_first, near
        Posts that each post may stand beside.
    y, u
        Variables of each post and of its units.
    """

    first: Ints
    post: Ints
    level_first: Ints
    level: Ints
    near_first: Ints
    near: Ints
    y: Ints
    u: Ints

    @classmethod
    def of(cls, instance: Instance, levels: Sequence[Ints], y: Ints, u: Ints) -> "Reach":
        """Find the rows.

        Parameters
        ----------
        instance
            Columns are posts.
        levels
            Variables of the levels of each row.
        y, u
            (P,) int64, variables of each post and of its units; −1 where it has none.
        """
        leans = instance.coupled & (y >= 0) & (u >= 0)
        owner = np.repeat(np.arange(instance.columns), np.diff(instance.near_indptr))
        there = y[instance.near_indices] >= 0
        leans[owner[(instance.near_indices == owner) | ~there]] = False
        posts, found, kept = [], [], []
        for r in range(instance.rows):
            cover = instance.indices[instance.indptr[r] : instance.indptr[r + 1]]
            if len(cover) and len(levels[r]) and leans[cover].all():
                posts.append(cover)
                found.append(levels[r])
                kept.append(r)
        return cls(
            first=_starts(posts),
            post=_joined(posts),
            level_first=_starts(found),
            level=_joined(found),
            near_first=instance.near_indptr,
            near=instance.near_indices,
            y=y,
            u=u,
        )

    def broken(self, values: Floats) -> list[tuple[Ints, Floats]]:
        """Return cuts that values of all variables break: variables and slopes, Σ ≤ 0 each."""
        y = np.where(self.y >= 0, values[self.y], 0.0)
        u = np.where(self.u >= 0, values[self.u], 0.0)
        grow = suited(_broken, steps=len(self.post) * len(self.near))
        rows, counts, starts, members = grow(
            self.first, self.post, self.level_first, values[self.level], self.near_first, self.near,
            y, u, _VIOLATED,
        )  # fmt: skip
        found = []
        inside = np.zeros(len(self.y), dtype=np.bool_)
        for number, (r, m) in enumerate(zip(rows.tolist(), counts.tolist(), strict=True)):
            some = np.sort(members[starts[number] : starts[number + 1]])
            inside[some] = True
            cover = self.post[self.first[r] : self.first[r + 1]]
            others = [
                p
                for p in cover
                if not inside[self.near[self.near_first[p] : self.near_first[p + 1]]].all()
            ]
            inside[some] = False
            top = self.level[self.level_first[r] : self.level_first[r] + m]
            found.append(
                (
                    np.concatenate([top, self.u[others], self.y[some]]).astype(np.int64),
                    np.concatenate(
                        [np.ones(m), -np.ones(len(others)), np.full(len(some), -float(m))]
                    ),
                )
            )
        return found


def _starts(lists: Sequence[Any]) -> Ints:
    return np.concatenate([[0], np.cumsum([len(each) for each in lists])]).astype(np.int64)


def _joined(lists: Sequence[Any]) -> Ints:
    return np.concatenate([np.zeros(0, dtype=np.int64), *lists]).astype(np.int64)


@compiled
def _broken(  # noqa: C901, PLR0912 - one loop, compiled
    first: Ints, post: Ints, level_first: Ints, level: Floats, near_first: Ints, near: Ints,
    y: Floats, u: Floats, least: float,
) -> tuple[Ints, Ints, Ints, Ints]:  # fmt: skip
    """Grow A by the partners of one post after the other, first of that which saves most."""
    rows = [0 for _ in range(0)]
    counts = [0 for _ in range(0)]
    starts = [0]
    members = [0 for _ in range(0)]
    inside = np.zeros(len(y), np.bool_)
    some = np.empty(len(y), np.int64)
    for r in range(len(first) - 1):
        left = 0.0
        for m in range(1, level_first[r + 1] - level_first[r] + 1):
            left += level[level_first[r] + m - 1]
            size = 0
            while True:
                best, saved = -1, 1e-9
                for at in range(first[r], first[r + 1]):
                    p = post[at]
                    if u[p] <= saved:
                        continue
                    more = u[p]
                    new = False
                    for k in range(near_first[p], near_first[p + 1]):
                        if not inside[near[k]]:
                            more -= m * y[near[k]]
                            new = True
                    if new and more > saved:
                        best, saved = p, more
                if best < 0:
                    break
                for k in range(near_first[best], near_first[best + 1]):
                    if not inside[near[k]]:
                        inside[near[k]] = True
                        some[size] = near[k]
                        size += 1
            right = 0.0
            for k in range(size):
                right += m * y[some[k]]
            for at in range(first[r], first[r + 1]):
                p = post[at]
                for k in range(near_first[p], near_first[p + 1]):
                    if not inside[near[k]]:
                        right += u[p]
                        break
            if size > 0 and left > right + least:
                rows.append(r)
                counts.append(m)
                members.extend(list(some[:size]))
                starts.append(len(members))
            for k in range(size):
                inside[some[k]] = False
    return np.array(rows), np.array(counts), np.array(starts), np.array(members)
