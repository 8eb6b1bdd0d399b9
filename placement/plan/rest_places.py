"""Places where teams rest: a layer of points that a roster is given beside the plan."""

from dataclasses import dataclass
from pathlib import Path

from placement.plan.point_layer import PointLayer, read_point_layer
from placement.plan.problem import Plan


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RestPlaces(PointLayer):
    """Places where teams rest, in the order of their identifiers."""


def read_rest_places(path: str | Path, plan: Plan) -> RestPlaces:
    """Read a layer of points where teams rest.

    Raises
    ------
    InputError
        If it cannot be read, or a feature is no point or has no identifier of its own.
    """
    return read_point_layer(RestPlaces, path, plan, layer="rest")
