"""What one stretch of street is like to walk, whatever file it came from."""

from dataclasses import dataclass

#: Preferred walking speed on the level, m/s (Weidmann 1993) [S].
WALK_SPEED_M_S = 1.34

#: Speeds on stairs along their horizontal length, m/s [M], as shares of the level speed.
STEPS_UP = 0.50 / WALK_SPEED_M_S
STEPS_DOWN = 0.67 / WALK_SPEED_M_S
#: Where the data does not say which way is up: as many climb as descend (harmonic mean).
STEPS = 2.0 / (1.0 / STEPS_UP + 1.0 / STEPS_DOWN)

#: Wait and ride of a lift, seconds [A].
ELEVATOR_WAIT_S = 45.0

#: Classes that a step-free walk cannot use.
STEPPED = frozenset({"steps", "escalator", "ladder"})


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Way:
    """How a line is walked; lines with equal ways may be joined into one edge.

    Attributes
    ----------
    edge_class
        OpenStreetMap's ``highway`` value, or the nearest to it (``platform``, ``escalator``).
    name
        Name of the street, may be empty.
    level
        Level it lies on, 0 the ground.
    bridge, tunnel
        Whether what is above or below it is something else.
    across
        Whether it is a straight way across a square, where nothing is marked on the ground.
    forward, backward
        Share of the walking speed along and against the line's direction; 0 where closed.
    wait_s
        Seconds spent standing, spread over the line.
    """

    edge_class: str
    name: str = ""
    level: int = 0
    bridge: bool = False
    tunnel: bool = False
    across: bool = False
    forward: float = 1.0
    backward: float = 1.0
    wait_s: float = 0.0


def pace(edge_class: str) -> float:
    """Return the share of the level walking speed kept on a class of street.

    Parameters
    ----------
    edge_class
        Class as in `Way`.

    Returns
    -------
    float
        In (0, 1].
    """
    return STEPS if edge_class in STEPPED else 1.0
