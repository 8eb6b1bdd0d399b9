"""How wide a way is to those who walk, from its tags or its class, and what has room there."""

from placement.reading.numerals import decimal
from placement.starting.mapped import Tags

#: Width of a class of way where no tag says more, pavements included, metres [A].
CLASS_WIDTH_M = {
    "trunk": 16.0, "primary": 16.0, "secondary": 14.0, "tertiary": 12.0, "unclassified": 9.0,
    "residential": 9.0, "living_street": 7.0, "road": 8.0, "pedestrian": 9.0, "service": 5.0,
    "track": 3.0, "footway": 2.5, "path": 2.0, "cycleway": 2.5, "bridleway": 2.0, "steps": 3.0,
    "pier": 4.0,
}  # fmt: skip
OTHER_WIDTH_M = 2.5
#: A traffic lane, and a pavement that a tag names, metres [M].
TRAFFIC_LANE_M, PAVEMENT_M = 3.25, 2.0
#: A screening lane: six abreast in a street of 15 m, as in the bundled plan [A].
SCREENING_LANE_M = 2.5
#: Least and most lanes of a checkpoint [A].
LEAST_LANES, MOST_LANES = 2, 12
#: A person who queues takes 0.6 m² (Highway Capacity Manual) [S].
QUEUE_M2 = 0.6
#: A queue is at most as long as gates of the bundled plan lie apart, metres [A].
QUEUE_M = 60.0
_FEET_M = 0.3048
_MOST_M = 200.0
_CARRIAGEWAYS = frozenset(
    {"trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "road", "service"}
)


def width_of(tags: Tags, kind: str) -> tuple[float, str]:
    """Return how wide a way is, metres, and what says so.

    ``width``, else ``est_width``, else ``lanes`` at 3.25 m, each with 2 m for every pavement that
    ``sidewalk`` names; else the width of its class, which has its pavements already.

    Parameters
    ----------
    tags
        Tags of the way.
    kind
        Its class, such as ``residential``.

    Returns
    -------
    tuple of float and str
        Metres, and ``width``, ``est_width``, ``lanes`` or ``class``.
    """
    kind = kind.removesuffix("_link")
    pavements = PAVEMENT_M * _pavements(tags) if kind in _CARRIAGEWAYS else 0.0
    for key in ("width", "est_width"):
        metres = length_m(tags.get(key, ""))
        if metres is not None:
            return metres + pavements, key
    lanes = length_m(tags.get("lanes", ""))
    if lanes is not None and kind in _CARRIAGEWAYS and lanes <= 16:
        return lanes * TRAFFIC_LANE_M + pavements, "lanes"
    return CLASS_WIDTH_M.get(kind, OTHER_WIDTH_M), "class"


def length_m(text: str) -> float | None:
    """Return a length as OpenStreetMap writes it, metres; None where it is none.

    Read are ``3.5``, ``3,5 m``, ``350 cm``, ``12 ft``, and feet with inches.
    """
    text = text.strip().lower().replace(",", ".")
    factor = 1.0
    for unit, metres in (("cm", 0.01), ("ft", _FEET_M), ("feet", _FEET_M), ("m", 1.0)):
        if text.endswith(unit):
            text, factor = text.removesuffix(unit).strip(), metres
            break
    feet, mark, inches = text.partition("'")
    try:
        if mark:
            rest = inches.strip().removesuffix('"')
            value = (decimal(feet) + (decimal(rest) / 12 if rest else 0.0)) * _FEET_M
        else:
            value = decimal(text) * factor
    except ValueError:
        return None
    return value if 0.3 <= value <= _MOST_M else None


def lanes_in(width_m: float) -> int:
    """Return how many screening lanes stand abreast in a width; 0 where not even one does."""
    return min(MOST_LANES, int(width_m / SCREENING_LANE_M + 1e-9))


def _pavements(tags: Tags) -> int:
    both = {tags.get("sidewalk"), tags.get("sidewalk:both")}
    if both & {"both", "yes"}:
        return 2
    one = tags.get("sidewalk") in {"left", "right"}
    sides = sum(tags.get(f"sidewalk:{side}") == "yes" for side in ("left", "right"))
    return max(int(one), sides)
