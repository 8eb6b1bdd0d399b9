"""Rules between posts and people, as positions: floors, groups, backup cover, ways to seal."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


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
