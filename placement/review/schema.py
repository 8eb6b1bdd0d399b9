"""The JSON Schema of solutions, made from the classes that hold them.

Types and members come from the dataclasses, what they mean from the *Attributes* of their
docstrings. Stated here is only where the file differs from the class: an infinite number is `null`,
a member without a value is left out, and posts are features.
"""

import dataclasses
import re
from collections.abc import Mapping
from inspect import cleandoc
from types import get_original_bases
from typing import Any, Literal, is_typeddict

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from placement.review.geojson import FORMAT
from placement.solution import Post, Solution

DRAFT = "https://json-schema.org/draft/2020-12/schema"

_MEMBERS = re.compile(r"^Attributes\n-+\n", re.MULTILINE)
_NULL_WHERE_INFINITE = {"Solution": ("bound", "gap"), "Tier": ("bound", "gap")}
_NULL_ALL_THE_SAME = {"Post": ("clears",)}
_QUEUE = ("longest_wait_min", "clears")
_REFERENCE = "#/$defs/{model}"


class _Schema(GenerateJsonSchema):
    """Schemas of dataclasses and typed dictionaries as they are written: closed, explained."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002 - pydantic's
        """Leave out titles, which would say the name again."""
        return False

    def dataclass_schema(self, schema: Any) -> dict[str, Any]:  # noqa: ANN401 - pydantic's
        """Describe a dataclass; a member that is None there is not in the file."""
        made = super().dataclass_schema(schema)
        for field in dataclasses.fields(schema["cls"]):
            if field.default is not dataclasses.MISSING and field.name in made["properties"]:
                kept = field.name in _NULL_ALL_THE_SAME.get(schema["cls"].__name__, ())
                made["properties"][field.name] = _given(made["properties"][field.name], null=kept)
            elif field.name in _NULL_WHERE_INFINITE.get(schema["cls"].__name__, ()):
                made["properties"][field.name] = {"type": ["number", "null"]}
        return _explained(made, schema["cls"])

    def typed_dict_schema(self, schema: Any) -> dict[str, Any]:  # noqa: ANN401 - pydantic's
        """Describe a typed dictionary."""
        return _explained(super().typed_dict_schema(schema), schema["cls"])

    def nullable_schema(self, schema: Any) -> dict[str, Any]:  # noqa: ANN401 - pydantic's
        """Write the type of what may be null in one word where that can be."""
        made = super().nullable_schema(schema)
        first, *rest = made.get("anyOf", [made])
        if rest == [{"type": "null"}] and set(first) == {"type"}:
            return {"type": [first["type"], "null"]}
        return made


def _given(member: dict[str, Any], *, null: bool) -> dict[str, Any]:
    """Return the schema of a member that has a value, since it is left out where it has none."""
    member = {key: value for key, value in member.items() if key != "default"}
    if null:
        return member
    if isinstance(member.get("type"), list):
        return member | {"type": member["type"][0]}
    if "anyOf" in member:
        return dict(member["anyOf"][0])
    return member


def _explained(made: dict[str, Any], kind: type) -> dict[str, Any]:
    """Return an object's schema with what its docstring says, closed to other members."""
    text = cleandoc(kind.__doc__ or "")
    head = _MEMBERS.split(text)[0].strip()
    made["description"] = " ".join(head.split())
    said = _members(text)
    for base in get_original_bases(kind) if is_typeddict(kind) else ():
        said = _members(cleandoc(base.__doc__ or "")) | said
    for name, member in made["properties"].items():
        if name in said:
            made["properties"][name] = _beside(member, said[name])
    made["additionalProperties"] = False
    return made


def _beside(member: dict[str, Any], description: str) -> dict[str, Any]:
    return member | {"description": description}


def _members(text: str) -> dict[str, str]:
    """Return what the *Attributes* of a numpydoc docstring say, by name."""
    parts = _MEMBERS.split(text)
    found: dict[str, str] = {}
    names: list[str] = []
    for line in parts[-1].splitlines() if len(parts) > 1 else ():
        if line.startswith(" "):
            for name in names:
                said = re.sub(r"\bNone\b", "null", line.strip())
                found[name] = f"{found.get(name, '')} {said}".strip()
        elif line:
            names = [name.strip() for name in line.split(",")]
    return found


def described(kinds: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the schemas of dataclasses and typed dictionaries, and of those they hold, by name.

    Parameters
    ----------
    kinds
        Types by the names to give them.
    """
    mode: Literal["serialization"] = "serialization"
    asked = [(name, mode, TypeAdapter(kind)) for name, kind in kinds.items()]
    found, shared = TypeAdapter.json_schemas(
        asked, ref_template=_REFERENCE, schema_generator=_Schema
    )
    named = {name: found[name, mode] for name in kinds}
    return {**shared.get("$defs", {}), **{k: v for k, v in named.items() if "$ref" not in v}}


def solution_parts() -> dict[str, dict[str, Any]]:
    """Return the schemas of what a solution file is made of, by name.

    Returns
    -------
    dict
        ``Solution``, the member ``placement``; ``Post``, all that is said of a post; and what
        those hold.
    """
    parts = described({"Solution": Solution, "Post": Post})
    whole, post = parts["Solution"], parts["Post"]
    for name in ("posts_list", "stopped"):
        del whole["properties"][name]
    whole["required"].remove("posts_list")
    whole["properties"] = {
        "format": {"const": FORMAT, "description": "Number of this format."}
    } | whole["properties"]
    whole["required"].insert(0, "format")
    whole["properties"]["status"] = _beside(
        {"enum": ["optimal", "feasible", "proposed"]},
        whole["properties"]["status"].get("description", ""),
    )
    whole["properties"]["tiers"] = _beside(
        {"type": "object", "additionalProperties": {"$ref": _REFERENCE.format(model="Tier")}},
        "By number of the tier.",
    )
    tier = parts["Tier"]
    del tier["properties"]["tier"]
    tier["required"].remove("tier")
    parts.pop("Status", None)
    parts.pop("Stopped", None)
    post["properties"] = {
        "id": {"type": "string", "description": "Site and resource, `<site>/<resource>`."}
    } | post["properties"]
    post["required"].insert(0, "id")
    post["dependentRequired"] = {"admitted": list(_QUEUE)}
    return parts


def solution_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of ``solution.geojson``."""
    parts = solution_parts()
    post = parts.pop("Post")
    outside = {"id", "lon", "lat"}
    properties = post | {
        "properties": {k: v for k, v in post["properties"].items() if k not in outside},
        "required": [name for name in post["required"] if name not in outside],
    }
    point = {
        "type": "array",
        "items": {"type": "number"},
        "minItems": 2,
        "maxItems": 2,
        "description": "Longitude and latitude in degrees, WGS 84, six decimals.",
    }
    geometry = _object({"type": {"const": "Point"}, "coordinates": point})
    parts["Feature"] = _object(
        {
            "type": {"const": "Feature"},
            "id": post["properties"]["id"],
            "geometry": geometry,
            "properties": properties,
        }
    )
    return {
        "$schema": DRAFT,
        "title": "solution.geojson",
        **_object(
            {
                "type": {"const": "FeatureCollection"},
                "placement": {"$ref": _REFERENCE.format(model="Solution")},
                "features": {
                    "type": "array",
                    "items": {"$ref": _REFERENCE.format(model="Feature")},
                    "description": "One for each post, in the order of their identifiers.",
                },
            }
        ),
        "$defs": parts,
    }


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an object that has all of these members and no other."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
