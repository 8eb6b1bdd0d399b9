"""A plan without any file: keywords take the place of the plan file, frames that of its layers."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from placement.errors import InputError, UsageError
from placement.plan.ground import at_of
from placement.plan.layers import build_plan
from placement.plan.problem import Plan
from placement.plan.settings import Layers, nearest, parse_settings
from placement.reading.held import Held, Source, source_of

CALLER = Path("Plan.from_frames")
"""What stands for the plan file in messages."""
_MOST_DEPTH = 50


def plan_from_frames(
    settings: Mapping[str, Any], layers: Mapping[str, object], *, walk_s: object
) -> Plan:
    """Make a plan from keywords; see `Plan.from_frames`.

    Parameters
    ----------
    settings
        Keys of a plan file; those that are None take their defaults.
    layers
        Layers by name; those that are None are left out.
    walk_s
        Walking times, or None.

    Raises
    ------
    UsageError, InputError, InfeasibleError
        As from `Plan.from_frames`.
    """
    sources = _sources(layers)
    content = {
        key: _plain(value, field=key) for key, value in settings.items() if value is not None
    }
    if not isinstance(content["budget"], Mapping):
        content["budget"] = {"amount": content["budget"]}
    streets = sources.get("streets")
    if isinstance(streets, Held) and hasattr(streets.content, "node_xy"):
        content.setdefault("crs", streets.content.crs)
        walking = content.get("walking", {})
        if isinstance(walking, Mapping):
            content["walking"] = {"speed_m_s": streets.content.speed_m_s, **walking}
    content["layers"] = {name: str(source) for name, source in sources.items()}
    sources |= _with_names(content)
    checked = parse_settings(content, file=CALLER)
    plan = build_plan(
        checked,
        sources,
        file=CALLER,
        budget=checked.budget.amount,
        minutes=at_of(checked, None),
        walk_s=walk_s,
    )
    return Plan(
        **{
            **{name: getattr(plan, name) for name in plan.__dataclass_fields__},
            "inputs": tuple(one for one in plan.inputs if one != CALLER),
        }
    )


def _with_names(content: dict[str, Any]) -> dict[str, Source]:
    """Put names in place of the layers that periods have of their own, and return these."""
    found: dict[str, Source] = {}
    periods = content.get("periods", ())
    for at, period in enumerate(periods if isinstance(periods, list) else ()):
        layers = period.get("layers") if isinstance(period, Mapping) else None
        if isinstance(layers, Mapping):
            mine = {name: source_of(name, layer) for name, layer in layers.items()}
            periods[at] = {**period, "layers": {name: str(one) for name, one in mine.items()}}
            found |= {f"{period.get('name')}:{name}": one for name, one in mine.items()}
    return found


def _sources(layers: Mapping[str, object]) -> dict[str, Source]:
    """Return where every layer comes from, in the order of the plan file's format."""
    known = tuple(Layers.model_fields)
    for name in layers:
        if name not in known:
            meant = nearest(name, known)
            hint = f"did you mean {meant!r}?" if meant else f"known are {', '.join(known)}."
            raise UsageError(f"there is no layer or setting {name!r}; {hint}")
    return {name: source_of(name, layers[name]) for name in known if layers.get(name) is not None}


def _plain(value: Any, *, field: str, depth: int = 0) -> Any:  # noqa: ANN401 - whatever is given
    """Return settings as a plan file would hold them, with Python's numbers and lists."""
    if depth > _MOST_DEPTH:
        raise InputError("is nested too deeply", file=CALLER, field=field, remedy="correct it")
    if isinstance(value, Mapping):
        return {
            key: _plain(one, field=field, depth=depth + 1)
            for key, one in value.items()
            if one is not None
        }
    if isinstance(value, list | tuple):
        return [_plain(one, field=field, depth=depth + 1) for one in value]
    if isinstance(value, np.generic):
        return value.item()
    return value
