"""OpenStreetMap's tags, read the way a walker would: what may be walked, and how."""

import math
from collections.abc import Mapping

from placement.reading.numerals import decimal
from placement.streets.ways import ELEVATOR_WAIT_S, STEPPED, STEPS_DOWN, STEPS_UP, Way, pace

#: Keys that decide; anything else on a way is not looked at.
KEYS = (
    "highway",
    "railway",
    "public_transport",
    "man_made",
    "area",
    "foot",
    "access",
    "motorroad",
    "oneway",
    "oneway:foot",
    "foot:forward",
    "foot:backward",
    "conveying",
    "incline",
    "bridge",
    "tunnel",
    "layer",
    "level",
    "name",
    "route",
    "sidewalk",
    "sidewalk:both",
    "sidewalk:left",
    "sidewalk:right",
    "wheelchair",
    "surface",
    "smoothness",
)
#: Keys of a node that decide; a node needs one of the first to be looked at.
NODE_KEYS = ("barrier", "highway", "foot", "wheelchair", "access")
#: Keys of which a way needs one to be a candidate at all.
WALK_KEYS = ("highway", "railway", "public_transport", "man_made", "route")
#: How many of `NODE_KEYS` do, each by itself.
NODE_DECIDES = 4

#: Walked unless a tag forbids it.
OPEN = frozenset(
    {
        "footway", "pedestrian", "path", "steps", "living_street", "residential", "service",
        "unclassified", "tertiary", "tertiary_link", "secondary", "secondary_link", "primary",
        "primary_link", "road", "track", "bridleway", "corridor", "platform", "pier", "elevator",
        "crossing", "trail", "ladder", "cycleway",
    }
)  # fmt: skip
#: Walked only where a tag allows it, or beside the lanes where there is a sidewalk.
ON_REQUEST = frozenset({"trunk", "trunk_link", "busway", "bus_guideway"})

_YES = frozenset(
    {"yes", "designated", "permissive", "official", "public", "destination", "customers"}
)
_NO = frozenset(
    {"no", "private", "use_sidepath", "military", "forestry", "agricultural", "delivery",
     "permit", "employees", "residents", "emergency", "service"}
)  # fmt: skip
_SURFACES = frozenset({"pedestrian", "footway", "corridor", "path", "living_street"})
_TRUE = frozenset({"yes", "true", "1"})
#: A tunnel value that is at street level under a house is no tunnel for a walker.
_NO_TUNNEL = frozenset({"no", "building_passage", "covered", "arcade", "colonnade"})
_NO_BRIDGE = frozenset({"no", "boardwalk"})
#: A pavement of the road's own; `separate` is a way by itself.
_SIDEWALK = frozenset({"yes", "both", "left", "right"})
#: What small wheels sink into or are stopped by [A].
_ROUGH = frozenset(
    {"sand", "gravel", "pebblestone", "grass", "mud", "dirt", "earth", "ground", "rock",
     "woodchips", "stepping_stones", "unhewn_cobblestone"}
)  # fmt: skip
#: OpenStreetMap counts wheelchairs as far as `intermediate` [S].
_UNEVEN = frozenset({"bad", "very_bad", "horrible", "very_horrible", "impassable"})
_EVEN = frozenset({"excellent", "good", "intermediate"})
#: Barriers that nobody passes on wheels.
_NARROW = frozenset(
    {"stile", "turnstile", "full-height_turnstile", "kissing_gate", "step", "log", "cattle_grid"}
)
_ON_WHEELS = frozenset({"yes", "designated", "limited"})
#: Steepest slope of a ramp: 1 in 12 (ADA Standards 405.2) [S].
MOST_SLOPE = 1.0 / 12.0


def allowed(tags: Mapping[str, str]) -> bool | None:
    """Say whether walkers are let in: the most specific access tag decides.

    Parameters
    ----------
    tags
        Tags of a way or node.

    Returns
    -------
    bool or None
        None where no tag says so.
    """
    for key in ("foot", "access"):
        value = tags.get(key)
        if value in _YES:
            return True
        if value in _NO:
            return False
    return None


def is_refused(value: str) -> bool:
    """Say whether a value of an access tag keeps walkers out."""
    return value in _NO


def edge_class(tags: Mapping[str, str]) -> str | None:
    """Return what kind of street a way is, or None where it is none.

    Parameters
    ----------
    tags
        Tags of the way.

    Returns
    -------
    str or None
        A ``highway`` value, ``platform``, ``pier`` or ``escalator``.
    """
    highway = tags.get("highway")
    if highway == "steps" and tags.get("conveying", "no") != "no":
        return "escalator"
    if highway is not None:
        return highway
    if tags.get("railway") == "platform" or tags.get("public_transport") == "platform":
        return "platform"
    return "pier" if tags.get("man_made") == "pier" else None


def read_way(  # noqa: PLR0911 - one return a reason
    tags: Mapping[str, str], *, step_free: bool = False
) -> Way | str:
    """Turn a way's tags into a `Way`, or into the reason why it is not walked.

    Parameters
    ----------
    tags
        Tags of the way, at least those of `KEYS`.
    step_free
        Leave out steps and escalators.

    Returns
    -------
    Way or str
        The way, or a short reason to be counted.
    """
    kind = edge_class(tags)
    if kind is None:
        return "ferry is not walked" if tags.get("route") == "ferry" else "not a street"
    access = allowed(tags)
    if access is False:
        return "closed to walkers"
    if kind in ON_REQUEST or tags.get("motorroad") == "yes":
        beside = kind in ON_REQUEST and has_sidewalk(tags) and tags.get("motorroad") != "yes"
        if tags.get("foot") not in _YES and not beside:
            return f"{kind} not opened to walkers"
    elif kind not in OPEN and kind != "escalator" and tags.get("foot") not in _YES:
        return f"{kind} is not walked"
    barred = step_free and not_step_free(tags, kind)
    if barred:
        return barred
    forward, backward = _directions(tags, kind)
    if not forward and not backward:
        return "closed to walkers"
    bridge = tags.get("bridge", "no") not in _NO_BRIDGE
    tunnel = tags.get("tunnel", "no") not in _NO_TUNNEL
    return Way(
        edge_class=kind,
        name=tags.get("name", ""),
        level=_level(tags, bridge=bridge, tunnel=tunnel),
        bridge=bridge,
        tunnel=tunnel,
        forward=forward,
        backward=backward,
        wait_s=ELEVATOR_WAIT_S if kind == "elevator" else 0.0,
    )


def has_sidewalk(tags: Mapping[str, str]) -> bool:
    """Say whether a road has a pavement of its own."""
    keys = ("sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right")
    return any(tags.get(key) in _SIDEWALK for key in keys)


def not_step_free(tags: Mapping[str, str], kind: str) -> str:
    """Return why a way cannot be used by those who walk without steps; empty where it can.

    Parameters
    ----------
    tags
        Its tags: ``wheelchair``, then ``smoothness``, then ``surface`` say how it is to roll on;
        a slope of more than 1 in 12 bars it unless ``wheelchair`` says otherwise.
    kind
        Class of street.
    """
    wheelchair = tags.get("wheelchair")
    if kind in STEPPED:
        return "steps on a step-free walk"
    if wheelchair == "no":
        return "wheelchair=no on a step-free walk"
    if wheelchair in _ON_WHEELS:
        return ""
    slope = abs(_slope(tags.get("incline", "")))
    if math.isfinite(slope) and slope > MOST_SLOPE + 1e-9:
        return "too steep for a step-free walk"
    smoothness = tags.get("smoothness")
    if smoothness in _UNEVEN or (smoothness not in _EVEN and tags.get("surface") in _ROUGH):
        return "too rough for a step-free walk"
    return ""


def blocks(tags: Mapping[str, str], *, step_free: bool = False) -> bool:
    """Say whether nobody walks through a node: it is closed to walkers.

    Parameters
    ----------
    tags
        Tags of the node.
    step_free
        Whether for those who walk without steps.

    Returns
    -------
    bool
        False for bollards, open gates and the like.
    """
    if tags.get("foot") in _NO or ("barrier" in tags and allowed(tags) is False):
        return True
    if not step_free or tags.get("wheelchair") in _ON_WHEELS:
        return False
    return tags.get("wheelchair") == "no" or tags.get("barrier") in _NARROW


def is_area(tags: Mapping[str, str]) -> bool:
    """Say whether a closed way or a multipolygon is a surface that is walked across."""
    kind = edge_class(tags)
    if kind in {"platform", "pier"}:
        return tags.get("area") != "no"
    return kind in _SURFACES and tags.get("area") == "yes"


def _directions(tags: Mapping[str, str], kind: str) -> tuple[float, float]:
    """Return the share of walking speed along and against the way."""
    forward, backward = paces(kind, tags.get("incline", ""))
    oneway = tags.get("oneway:foot")
    if oneway is None and kind in STEPPED:
        # only here does a plain `oneway` bind those on foot
        oneway = tags.get("oneway")
        if oneway is None and kind == "escalator":
            oneway = {"forward": "yes", "backward": "-1"}.get(tags["conveying"])
    if oneway in _TRUE:
        backward = 0.0
    elif oneway in {"-1", "reverse"}:
        forward = 0.0
    if tags.get("foot:forward") == "no":
        forward = 0.0
    if tags.get("foot:backward") == "no":
        backward = 0.0
    return forward, backward


def paces(kind: str, incline: str) -> tuple[float, float]:
    """Return the share of the level walking speed kept along a way and against it.

    Parameters
    ----------
    kind
        Class of street.
    incline
        As OpenStreetMap writes it: ``"up"``, ``"down"``, ``"8%"``, ``"-5°"``; may be empty.

    Returns
    -------
    tuple of float
        Each in (0, 1].
    """
    slope = _slope(incline)
    if kind == "steps" and slope:
        return (STEPS_UP, STEPS_DOWN) if slope > 0 else (STEPS_DOWN, STEPS_UP)
    if kind not in STEPPED and math.isfinite(slope):
        return slope_pace(slope), slope_pace(-slope)
    return pace(kind), pace(kind)


def slope_pace(slope: float) -> float:
    """Return the share of the level walking speed kept on a slope, at most 1.

    Parameters
    ----------
    slope
        Metres risen for each metre walked; negative downhill.

    Returns
    -------
    float
        In (0, 1].

    References
    ----------
    Tobler, W. (1993). Three presentations on geographical analysis and modeling. NCGIA 93-1.
    """
    return min(1.0, math.exp(-3.5 * (abs(slope + 0.05) - 0.05)))


def _slope(incline: str) -> float:
    """Return an incline as a slope; ±inf where only up or down is said, 0 where nothing is."""
    if incline in {"up", "down"}:
        return math.inf if incline == "up" else -math.inf
    degrees = incline.endswith("°")
    try:
        value = decimal(incline.rstrip("%°").replace(",", "."))
    except ValueError:
        return 0.0
    if not math.isfinite(value) or abs(value) > 60.0:
        return 0.0
    return math.tan(math.radians(value)) if degrees else value / 100.0


def _level(tags: Mapping[str, str], *, bridge: bool, tunnel: bool) -> int:
    """Return the level: the lowest of ``level``, else ``layer``, else what a bridge implies."""
    text = tags.get("level") or tags.get("layer") or ""
    found = []
    for part in text.replace(",", ";").split(";"):
        try:
            value = decimal(part)
        except ValueError:
            continue
        if abs(value) < 1000:
            found.append(math.floor(value))
    if found:
        return min(found)
    return int(bridge) - int(tunnel)
