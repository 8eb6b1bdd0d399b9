"""Levels above and below the street, as layers write them: ``1``, ``-1;0``, ``all``."""

from collections.abc import Iterable

from placement.reading.numerals import decimal

#: Levels lie within ± so many.
MOST_LEVEL = 999
#: Every level there is.
EVERY_LEVEL = frozenset(range(-MOST_LEVEL, MOST_LEVEL + 1))

#: The levels that a shape stands on; None is the open air: what is neither a bridge nor a tunnel.
type Levels = frozenset[int] | None


def read_levels(text: str) -> Levels:
    """Read the levels that a shape stands on.

    Parameters
    ----------
    text
        Whole numbers with ``;`` between them, or ``all``; empty is the open air.

    Raises
    ------
    ValueError
        If it is something else.
    """
    text = text.strip().lower()
    if not text:
        return None
    if text == "all":
        return EVERY_LEVEL
    found = [decimal(part) for part in text.replace(",", ";").split(";")]
    if not all(abs(level) <= MOST_LEVEL and level == int(level) for level in found):
        raise ValueError(text)
    return frozenset(int(level) for level in found)


def levels_of_tags(layer: str, *, bridge: bool, tunnel: bool) -> Levels:
    """Return the levels of what OpenStreetMap draws: by ``layer``, else what a bridge implies.

    Parameters
    ----------
    layer
        As tagged; what is not a number counts for nothing.
    bridge, tunnel
        Whether it is one. All else lies in the open air, whatever its ``layer``.
    """
    if not (bridge or tunnel):
        return None
    try:
        level = decimal(layer)
    except ValueError:
        level = 0.0
    if not abs(level) <= MOST_LEVEL or int(level) == 0:
        level = float(bridge) - float(tunnel)
    return frozenset([int(level)])


def in_order(levels: Iterable[Levels]) -> list[Levels]:
    """Return levels in an order of their own: the open air first."""
    return sorted(levels, key=lambda each: (each is not None, sorted(each or ())))
