"""How the data of a page are written into it: short, and never to be taken for markup."""

import json
from collections.abc import Mapping
from typing import Any


def with_options_once(data: Mapping[str, Any]) -> dict[str, Any]:
    """Name the options of each site by their place in one list: most sites have the same few."""
    if "sites" not in data:
        return dict(data)
    places: dict[str, int] = {}
    sites = []
    for site in data["sites"]:
        at = places.setdefault(json.dumps(site["options"], sort_keys=True), len(places))
        sites.append({**site, "options": at})
    return {**data, "sites": sites, "options": [json.loads(one) for one in places]}


def json_block(data: Mapping[str, Any]) -> str:
    """Write JSON that can neither close its element nor be taken for markup.

    Everything beyond ASCII is escaped (U+2028 and lone surrogates among it), and so are the three
    letters that mean something to an HTML parser.
    """
    text = json.dumps(_whole_as_such(data), allow_nan=False, separators=(",", ":"), sort_keys=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _whole_as_such(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return data with whole numbers as integers: a script reads 4 as it reads 4.0."""
    if isinstance(value, dict):
        return {key: _whole_as_such(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [one if type(one) is int else _whole_as_such(one) for one in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value
