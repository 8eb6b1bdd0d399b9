"""What one team can hold at most in an event: from it, how many teams are needed at least."""

import math
from collections.abc import Sequence

from placement.solve.mip.relief_model import Kind, Shift


def least_by_one(slots: int, kinds: Sequence[Kind], shift: Shift) -> int:
    """Return a number of teams that no roster goes below.

    A handover holds a post twice, so a team holds a post for what it stands there less the
    handover; the first minutes of the event, to which nobody is handed over, are left out.

    Parameters
    ----------
    slots, kinds, shift
        As for `placement.studies.roster.holding.hold`.
    """
    best = most_by_one(slots, kinds, shift)
    positions = sum(kind.positions for kind in kinds)
    return math.ceil(positions * (slots - shift.handover) / best) if best > 0 else positions


def most_by_one(slots: int, kinds: Sequence[Kind], shift: Shift) -> int:
    """Return for how many slots one team holds posts at most, handovers left out."""
    walk = min(kind.out for kind in kinds) + min(kind.back for kind in kinds)
    most = [_stands(length, shift, walk) for length in range(slots + 1)]
    for longest, rest in sorted(shift.spells, key=lambda spell: spell[1]):
        within = most[: max(1, longest - walk + 1)]
        held = [0] * (slots + 1)
        for length in range(1, slots + 1):
            for first in range(1, min(length, len(within) - 1) + 1):
                then = length - first - rest - walk
                held[length] = max(held[length], within[first] + (held[then] if then > 0 else 0))
        most = held
    days = -(-slots // shift.day)
    best = most[slots]
    if shift.cap is not None:
        stands = days * shift.cap
        best = min(best, stands - shift.handover * -(-stands // shift.work))
    return best


def _stands(length: int, shift: Shift, walk: int) -> int:
    """Return how long a team holds posts within so many slots, from its first to its last."""
    pause = shift.rest + walk
    most = 0
    for duties in range(1, length + 1):
        stands = min(length - (duties - 1) * pause, duties * shift.work)
        if stands < duties:
            break
        most = max(most, stands - duties * shift.handover)
    return most
