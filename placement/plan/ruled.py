"""Rules between posts and people, as positions: floors, groups, backup, ways to seal, rings."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from placement.arrays import Floats


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Floor:
    """At least a share of some people is covered, once or twice.

    Attributes
    ----------
    name
        The rule in the plan file's words.
    resource
        Position of the resource that covers.
    points
        (n,) int64, positions of the demand points whose people count.
    share
        Least share of these people, in (0, 1].
    times
        How many posts must be within the limit for a person to count.
    """

    name: str
    resource: int
    points: NDArray[np.int64]
    share: float
    times: int = 1

    def __post_init__(self) -> None:
        self.points.setflags(write=False)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Group:
    """Of some posts at most a few are open.

    Attributes
    ----------
    name
        The rule in the plan file's words.
    sites
        Positions of the sites, ascending.
    resource
        Position of the resource whose posts count, or None for posts of every resource.
    most
        How many may be open.
    """

    name: str
    sites: tuple[int, ...]
    resource: int | None
    most: int


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Backup:
    """People for whom a second post within the limit counts again.

    Attributes
    ----------
    points
        (n,) int64, positions of the demand points, ascending.
    worth
        Worth of the second post, as a share of the first; 0 where it must be and counts nothing.
    """

    points: NDArray[np.int64]
    worth: float

    def __post_init__(self) -> None:
        self.points.setflags(write=False)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Way:
    """A way through the perimeter, which a post or a barrier seals.

    Attributes
    ----------
    id, name
        Identifier, and the name to show.
    barrier
        Positions of its site and of the kind of barrier among the means; None where none may be.
    posts
        Positions of site and resource of the posts that stand in it, ascending.
    """

    id: str
    name: str
    barrier: tuple[int, int] | None
    posts: tuple[tuple[int, int], ...]

    @property
    def rule(self) -> str:
        """What the rule that it is sealed is called."""
        return f"sealed: way {self.id!r} ({self.name})"

    @property
    def options(self) -> tuple[tuple[int, int], ...]:
        """All that could seal it, the barrier last."""
        return self.posts if self.barrier is None else (*self.posts, self.barrier)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Rings:
    """The rings of a plan, from the outside in; people pass those that screen people, each once.

    Attributes
    ----------
    names, labels
        The R rings, vehicle rings among them, and the names to show by language.
    passed
        Positions of the P rings that screen people, from the outside in.
    of
        (N,) int64, position of each site's ring; −1 for a site of none.
    level
        (N,) int64, position of each site's ring among the P that screen people, 0 the outermost;
        −1 for all other sites.
    walk_s
        (P,) float64, longest walk to a gate from a gate of the ring outside it, seconds,
        inclusive; NaN for the outermost.
    depth
        (M,) int64, how many of the P rings the people of each demand point pass, 1 at least.
    """

    names: tuple[str, ...]
    labels: tuple[Mapping[str, str], ...]
    passed: tuple[int, ...]
    of: NDArray[np.int64]
    level: NDArray[np.int64]
    walk_s: Floats
    depth: NDArray[np.int64]

    def __post_init__(self) -> None:
        for array in (self.of, self.level, self.walk_s, self.depth):
            array.setflags(write=False)

    def take(self, points: NDArray[np.int64]) -> "Rings":
        """Return the same rings for some of the demand points, by their positions."""
        return replace(self, depth=self.depth[points])

    def name_at(self, site: int) -> str | None:
        """Return the name of a site's ring, or None where it is in none."""
        return self.names[self.of[site]] if self.of[site] >= 0 else None
