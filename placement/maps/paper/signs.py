"""Signs of posts on a printed map, pulled apart so that none hides another."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from placement.arrays import Floats
from placement.maps.paper.sheets import Window

SIGN_MM = 5.6
"""Side of the square a sign takes."""

_RADII_MM = (0.0, 3.0, 4.4, 6.0, 7.6, 9.4, 11.4, 14.0, 17.0, 21.0, 26.0, 32.0)
_TURNS = 16
_LEADER_MM = 1.2  # from here on a line shows where a sign belongs


def spread_signs(places: Floats, window: Window) -> list[dict[str, Any]]:
    """Pull signs apart.

    Parameters
    ----------
    places
        (N, 2) millimetres on the map, in the order in which signs choose.
    window
        The map.

    Returns
    -------
    list of dict
        For each, ``x`` and ``y`` where its sign stands, and ``from``, where it belongs, or None
        where that is the same.
    """
    found: list[dict[str, Any]] = []
    taken = np.zeros((0, 2))
    half = SIGN_MM / 2 + 0.4
    for x, y in places.tolist():
        best = min(_free_places(x, y, taken, window, half, places), default=None)
        at = (x, y) if best is None else best[2:]
        taken = np.vstack([taken, at])
        moved = math.hypot(at[0] - x, at[1] - y) > _LEADER_MM
        found.append({"x": at[0], "y": at[1], "from": [x, y] if moved else None})
    return found


def _free_places(
    x: float, y: float, taken: Floats, window: Window, half: float, places: Floats
) -> Iterable[tuple[float, int, float, float]]:
    """Yield the free places of the smallest circle that has one, each with its crowd before it."""
    for radius in _RADII_MM:
        turns = 1 if radius == 0 else _TURNS
        free = []
        for turn in range(turns):
            angle = 2 * math.pi * turn / turns - math.pi / 2
            px, py = x + radius * math.cos(angle), y + radius * math.sin(angle)
            near = (np.abs(taken - (px, py)) < SIGN_MM).all(axis=1).any()
            inside = half < px < window.width - half and half < py < window.height - half
            if near or not inside:
                continue
            crowd = float((1 / (4 + np.hypot(*(places - (px, py)).T))).sum())
            free.append((round(crowd, 9), turn, px, py))
        if free:
            return free
    return []
