"""How long the people of an area walk: figures alone, so that reading a solution imports little."""

from dataclasses import dataclass

#: Put behind the name of an area for those of its people who walk without steps.
STEP_FREE = "~step-free"


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaWalks:
    """How long the people of one area walk to their nearest post.

    Attributes
    ----------
    people, within
        How many there are, and how many of them have a post within the limit.
    median_s, p95_s, longest_s
        Seconds of those within: half, 95 of 100, and all of them walk no longer; one decimal. None
        where nobody is within.
    """

    people: float
    within: float
    median_s: float | None
    p95_s: float | None
    longest_s: float | None
