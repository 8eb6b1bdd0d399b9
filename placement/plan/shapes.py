"""Shapes of a plan's layers: what is drawn, what closes streets, where it is crowded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from placement.reading.levels import Levels

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


#: Kind of a line across a street that is left open under watch: it closes nothing, and no barrier
#: stands in it.
GATE = "gate"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Shape:
    """One feature of a layer that is drawn or that cuts: geometry in WGS 84 and in metres.

    Attributes
    ----------
    id, name
        Identifier and name.
    lonlat
        Geometry in degrees, WGS 84.
    xy
        The same geometry in the plan's coordinate system, metres.
    properties
        Remaining properties of the feature.
    levels
        Levels it stands on, where it bars walkers; None is the open air.
    """

    id: str
    name: str
    lonlat: "BaseGeometry"
    xy: "BaseGeometry"
    properties: Mapping[str, Any] = field(default_factory=dict)
    levels: Levels = None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ClosureRule:
    """Streets closed to walkers, or open one way only, all day or for some hours.

    Attributes
    ----------
    id
        Identifier of the feature, or the street's name.
    shape
        A polygon closes what lies in it, a line what crosses it; None closes the street by name.
    street
        Name of the street it is about, others are left alone; None is about all.
    oneway
        Streets along the line are walked in its direction only.
    fence
        Nobody crosses the street that is closed by its name.
    hours
        Minutes of the day, 0 to 1439, from which and until which it holds (the end excluded; over
        midnight where it comes first); None is all day.
    file, key
        Where it is written, for messages; None where it was asked for in this run.
    """

    id: str
    shape: Shape | None = None
    street: str | None = None
    oneway: bool = False
    fence: bool = False
    hours: tuple[int, int] | None = None
    file: Path | None = None
    key: str | None = None

    def holds(self, minutes: int | None) -> bool:
        """Say whether it holds at a minute of the day; None takes all closures at once."""
        if minutes is None or self.hours is None:
            return True
        begins, ends = self.hours
        if begins < ends:
            return begins <= minutes < ends
        return begins <= minutes or minutes < ends


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Crowd:
    """A polygon in which people stand so densely that walking is slow.

    Attributes
    ----------
    shape
        The polygon.
    per_m2
        Persons per square metre, at least 0 and less than 5.4.
    """

    shape: Shape
    per_m2: float
