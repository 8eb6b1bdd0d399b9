"""A small drawn town for everyone's tests: two banks, a river, one bridge, one lower quay.

The town lies around 2.35° E, 48.85° N. Streets run along four parallels (two on each bank) and
five meridians, some 150 m apart; the only way over the river is the bridge at 2.350° E. On the
north bank a lower quay (level -1) runs below the street and the bridge; steps lead to it at its
west end.
"""

import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

type Feature = dict[str, Any]

SOUTH, NORTH = (48.8470, 48.8485), (48.8515, 48.8530)
MERIDIANS = (2.346, 2.348, 2.350, 2.352, 2.354)
BRIDGE, LOWER_QUAY = 2.350, 48.8511

PLAN = """\
format = 1
name = "drawn"
crs = "EPSG:2154"

[title]
en = "A drawn town"
fr = "Une ville dessinée"

[budget]
amount = 40
unit = { en = "officers", fr = "agents" }

[resources.checkpoint]
label = { en = "Checkpoint", fr = "Point de contrôle" }
walkers = "people"
walk_limit_min = 4
value = 2
open_cost = 5
unit = { en = "lane", fr = "couloir" }
unit_cost = 5
min_units = 1
max_units = 4

[resources.dog_team]
label = { en = "Dog team", fr = "Équipe cynophile" }
walkers = "team"
walk_limit_min = 3
value = 1
unit = { en = "team", fr = "équipe" }
unit_cost = 4
fleet = 2
near = { resource = "checkpoint", walk_min = 3 }
"""


def feature(kind: str, coordinates: Any, properties: Mapping[str, Any]) -> Feature:
    """One GeoJSON feature."""
    return {
        "type": "Feature",
        "properties": dict(properties),
        "geometry": {"type": kind, "coordinates": coordinates},
    }


def point(lon: float, lat: float, **properties: Any) -> Feature:
    return feature("Point", [lon, lat], properties)


def line(*lonlat: tuple[float, float], **properties: Any) -> Feature:
    return feature("LineString", [list(corner) for corner in lonlat], properties)


def box(west: float, south: float, east: float, north: float, **properties: Any) -> Feature:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return feature("Polygon", [ring], properties)


def streets() -> list[Feature]:
    """Streets of the town; they share a vertex where they meet."""
    drawn = [
        feature(
            "LineString",
            [[lon, lat] for lon in MERIDIANS],
            {"id": f"parallel-{row}", "name": f"Street {row}", "class": "residential"},
        )
        for row, lat in enumerate((*SOUTH, *NORTH))
    ]
    for column, lon in enumerate(MERIDIANS):
        for bank, (south, north) in (("south", SOUTH), ("north", NORTH)):
            name = f"Rue {column} {bank}"
            way = line((lon, south), (lon, north), id=f"meridian-{column}-{bank}", name=name)
            way["properties"]["class"] = "residential"
            drawn.append(way)
    bridge = line((BRIDGE, SOUTH[1]), (BRIDGE, NORTH[0]), id="bridge", name="Pont Dessiné")
    bridge["properties"] |= {"class": "residential", "bridge": True, "level": 0}
    quay = line((2.346, LOWER_QUAY), (2.351, LOWER_QUAY), id="lower-quay", name="Quai bas")
    quay["properties"] |= {"class": "footway", "level": -1}
    stairs = line((2.346, NORTH[0]), (2.346, LOWER_QUAY), id="steps", name="Escalier")
    stairs["properties"] |= {"class": "steps", "level": -1}
    return [*drawn, bridge, quay, stairs]


def drawn_layers() -> dict[str, list[Feature]]:
    """Every layer of the town: 6 sites, 10 demand points, 1 area, and what is drawn around."""
    north, south = NORTH[0], SOUTH[1]
    return {
        "route": [line((2.3455, 48.85), (2.3545, 48.85), id="river", name="River parade")],
        "water": [box(2.344, 48.8490, 2.356, 48.8510, id="river", name="The river")],
        "streets": streets(),
        "sites": [
            point(2.3501, north, id="bridge-north", name="Bridge, north", kind="bridgehead"),
            point(2.3501, south, id="bridge-south", name="Bridge, south", kind="bridgehead"),
            point(2.3461, north, id="north-west", name="Quay, west", kind="street mouth"),
            point(2.3539, NORTH[1], id="north-east", name="Street, east", kind="street mouth"),
            point(
                2.3465,
                48.8471,
                id="south-west",
                name="Station",
                kind="station",
                resources=["checkpoint"],
                open_cost=8,
            ),
            point(
                2.3535,
                south,
                id="south-east",
                name="Quay, east",
                kind="street mouth",
                status_dog_team="excluded",
                max_units_checkpoint=2,
            ),
        ],
        "demand": [
            point(2.3470, north, id="d01", people=120, zone="north"),
            point(2.3490, north, id="d02", people=300, zone="north"),
            point(2.3505, NORTH[1], id="d03", people=80, zone="north"),
            point(2.3530, north, id="d04", people=150, zone="north"),
            point(2.3540, 48.8522, id="d05", people=60, zone="north", priority=2),
            point(2.3480, LOWER_QUAY, id="d06", people=200, zone="quay", level=-1),
            point(2.3470, south, id="d07", people=90, zone="south"),
            point(2.3495, south, id="d08", people=210, zone="south"),
            point(2.3520, south, id="d09", people=170, zone="south"),
            point(2.3540, 48.8478, id="d10", people=40, zone="south"),
        ],
        "areas": [
            box(2.3508, 48.85155, 2.3524, 48.85185, id="box-1", name="Standing box 1", people=500)
        ],
    }


def write_geojson(path: Path, features: Sequence[Feature]) -> Path:
    """Write features as a collection, one a line."""
    rows = ",\n".join(json.dumps(one, ensure_ascii=False) for one in features)
    text = f'{{"type": "FeatureCollection", "features": [\n{rows}\n]}}\n'
    path.write_text(text, encoding="utf-8")
    return path


def write_plan(
    folder: Path,
    *,
    layers: Mapping[str, Sequence[Feature] | None] | None = None,
    replace: Mapping[str, str] | None = None,
    extra: str = "",
    shuffle: int | None = None,
) -> Path:
    """Write the drawn town's plan into a folder and return the path of its ``plan.toml``.

    Parameters
    ----------
    folder
        Where to write; made if missing.
    layers
        Features by layer name, in place of the drawn ones; None leaves the layer out.
    replace
        Texts of ``PLAN`` and what stands in their place; each must occur.
    extra
        More TOML, put at the end.
    shuffle
        Seed to shuffle the features of every layer with.
    """
    folder.mkdir(parents=True, exist_ok=True)
    drawn: dict[str, Sequence[Feature] | None] = {**drawn_layers(), **(layers or {})}
    text = PLAN
    for old, new in (replace or {}).items():
        assert old in text, old
        text = text.replace(old, new)
    text += "\n[layers]\n"
    for name, features in drawn.items():
        if features is None:
            continue
        rows = list(features)
        if shuffle is not None:
            random.Random(f"{shuffle} {name}").shuffle(rows)
        write_geojson(folder / f"{name}.geojson", rows)
        text += f'{name} = "{name}.geojson"\n'
    path = folder / "plan.toml"
    path.write_text(text + ("\n" + extra if extra else ""), encoding="utf-8")
    return path
