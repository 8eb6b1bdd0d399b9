"""Times of day as plans write them: "HH:MM", up to 48:00 the day after."""

import re

DAY_MIN = 24 * 60
LAST_MIN = 48 * 60  # events run past midnight

CLOCK = r"^[0-9]{1,2}:[0-9]{2}$"


def minutes_of(clock: str) -> int | None:
    """Return minutes after midnight, or None where a text is not a valid time up to 48:00."""
    if re.fullmatch(CLOCK, clock) is None:
        return None
    hours, minutes = (int(part) for part in clock.split(":"))
    total = 60 * hours + minutes
    return total if minutes < 60 and total <= LAST_MIN else None


def clock_of(minutes: int) -> str:
    """Return minutes after midnight as ``"HH:MM"``."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def hours_of(begins: str | None, ends: str | None) -> tuple[int, int] | None:
    """Return the minutes of a day, 0 to 1439, from which and until which something holds.

    One that is not given is midnight. Times past 24:00 are those of the day after.

    Returns
    -------
    tuple of int, or None
        None where neither is given: it holds all day.

    Raises
    ------
    ValueError
        With the name of the argument and what is wrong with it.
    """
    if begins is None and ends is None:
        return None
    found = []
    for name, clock in (("begins", begins), ("ends", ends)):
        total = minutes_of(clock or "00:00")
        if total is None:
            raise ValueError(name, f"{clock!r} is not a valid time")
        found.append(total % DAY_MIN)
    if found[0] == found[1]:
        raise ValueError("ends", "is the time of day it begins at")
    return found[0], found[1]
