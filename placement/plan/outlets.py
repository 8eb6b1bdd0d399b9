"""Where people go when they leave: exits and stations, layers of points beside the plan."""

from dataclasses import dataclass
from pathlib import Path

from placement.arrays import Floats
from placement.plan.point_layer import PointLayer, read_point_layer
from placement.plan.problem import Plan

EXIT_WIDTH, STATION_RATE = "width_m", "people_per_min"
"""Columns that say how many people pass an exit, and a station."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Outlets(PointLayer):
    """Points that people pass in turn, in the order of their identifiers.

    Attributes
    ----------
    size
        (N,) float64, > 0: metres of width, or people a minute.
    """

    size: Floats


def read_outlets(path: str | Path, plan: Plan, *, layer: str, column: str) -> Outlets:
    """Read a layer of points that people pass.

    Parameters
    ----------
    path
        The file.
    plan
        Whose plane they are put on.
    layer
        ``"exits"`` or ``"stations"``.
    column
        `EXIT_WIDTH` or `STATION_RATE`; every point says it.

    Raises
    ------
    InputError
        If it cannot be read, or a feature is no point, has no identifier of its own or no such
        number above 0.
    """
    return read_point_layer(Outlets, path, plan, layer=layer, column=column)
