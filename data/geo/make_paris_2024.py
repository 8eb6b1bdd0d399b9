"""Write the bundled plan's layers from the facts in the folder ``drawing``.

Run it from anywhere: ``python data/geo/make_paris_2024.py [FOLDER]``. The same facts give the same
bytes.
"""

import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from drawing import facts
from drawing.layers import feature, polygon, river, slug, street_features, strip, write
from drawing.network import (
    LOWER_LEVEL,
    PARIS,
    PLACES,
    STREET_LEVEL,
    Line,
    Point,
    Quay,
    begin,
    lonlat,
    network,
    read_quay,
    rows,
    way,
)
from shapely.geometry import LineString, Polygon

HERE = Path(__file__).resolve().parent / "paris-2024"
M2_PER_PERSON = 3.0


# ------------------------------------------------------------------------------------- areas
def areas(banks: dict[str, Quay]) -> list[dict[str, object]]:
    """Return the standing boxes and the stands."""
    features = []
    for name, people, english, french, where in rows(facts.BOXES):
        words = where.split()
        if words[0] == "strip":
            quay, ends = banks[words[1]], way(" ".join(words[2:]))
            front = min(quay.width[quay.at(p)] for p in ends) * 0.3
            low, high = -front, 200.0
            for _ in range(60):
                depth = (low + high) / 2
                shape = strip(quay, ends, near=front, far=-depth)
                low, high = (
                    (depth, high) if shape.area < M2_PER_PERSON * int(people) else (low, depth)
                )
        else:
            shape = Polygon(way(where))
        features.append(area(f"box-{name}", (english, french), int(people), shape))
    for name, people, english, french, where in rows(facts.STANDS):
        bank, *ends = where.split()
        quay = banks[bank]
        first, last = sorted(quay.at(p) for p in way(" ".join(ends)))
        wide = min(quay.width[first : last + 1])
        shape = strip(quay, way(" ".join(ends)), near=wide - 3, far=max(wide - 17, 0.3 * wide + 1))
        features.append(area(f"stand-{name}", (english, french), int(people), shape))
    return features


def area(name: str, titles: tuple[str, str], people: int, shape: Polygon) -> dict[str, object]:
    """Return one area as a feature; its kind is the first word of its identifier."""
    kind = name.partition("-")[0]
    english, french = titles
    properties = {
        "id": name,
        "name": french,
        "name_en": english,
        "name_fr": french,
        "kind": kind,
        "people": people,
        "level": LOWER_LEVEL if kind == "stand" else STREET_LEVEL,
    }
    return feature(name, polygon(shape), properties)


# ------------------------------------------------------------------------------------- sites
BANKS = {"_r": "rive droite", "_l": "rive gauche", "_i": "île", "_w": "île", "_e": "île"}
BOTH = "checkpoint,dog_team"
COSTS = {  # kind of site: open cost, least and most lanes
    "bridgehead": (25, 3, 12),
    "station": (18, 4, 8),
    "street mouth": (12, 4, 6),
}


def post(name: str, title: str, kind: str, at: Point, **extra: object) -> dict[str, object]:
    """Return a candidate site as a feature."""
    properties: dict[str, object] = {
        "id": name,
        "name": title,
        "kind": kind,
        "level": LOWER_LEVEL if kind == "landing" else STREET_LEVEL,
        "resources": {"station": "checkpoint", "landing": "dog_team"}.get(kind, BOTH),
    }
    if kind in COSTS:
        opening, least, most = COSTS[kind]
        properties["open_cost_checkpoint"] = opening
        properties["min_units_checkpoint"] = least
        properties["max_units_checkpoint"] = most
    properties |= extra
    return feature(name, {"type": "Point", "coordinates": lonlat(at)}, properties)


def bridgeheads() -> list[dict[str, object]]:
    """Return a site at each end of each bridge."""
    found = []
    for title, _, text in rows(facts.BRIDGES):
        for end in text.split():
            where = BANKS[end[-2:]]
            # The two arms of the Pont Neuf and of the Pont de Sully meet on an island: one site.
            name = f"bridge-{slug(title)}-{slug(where)}" + ("-est" if end == "stlouis_w" else "")
            if all(f["id"] != name for f in found):
                extra = facts.DECIDED.get(name, {})
                found.append(post(name, f"{title}, {where}", "bridgehead", PLACES[end], **extra))
    return found


def stations() -> list[dict[str, object]]:
    """Return a site at each station exit; those shut on the day are excluded."""
    return [
        post(
            f"station-{name}",
            title,
            "station",
            *way(text),
            **({"status": "excluded"} if state == "x" else {}),
        )
        for name, title, text, state in rows(facts.STATIONS)
    ]


def street_mouths(quays: Sequence[Quay], net: Sequence[Line]) -> list[dict[str, object]]:
    """Return a site where a street leaves a quay, 20 m up the street, and at listed crossings."""
    along = {name for quay in quays for name, _, _, _ in quay.stretches}
    ground = [line for line in net if line.level == STREET_LEVEL]
    ends: dict[Point, list[Line]] = defaultdict(list)
    for line in ground:
        for end in {line.points[0], line.points[-1]}:
            ends[end].append(line)
    taken = set(PLACES.values())
    found: dict[str, dict[str, object]] = {}
    for node, lines in sorted(ends.items()):
        quay = sorted({line.name for line in lines if line.name in along})
        streets = sorted({line.name for line in lines if line.name not in along})
        if not quay or not streets or node in taken:
            continue
        line = next(line for line in lines if line.name == streets[0])
        shape = LineString(line.points if line.points[0] == node else line.points[::-1])
        at = shape.interpolate(min(20.0, shape.length / 2)).coords[0]
        name = f"mouth-{slug(streets[0])}-{slug(quay[0])}"
        found.setdefault(name, post(name, f"{streets[0]}, {quay[0]}", "street mouth", at))
    for one, two in rows(facts.CROSSINGS, between="/"):
        nodes = [p for p, lines in ends.items() if {one, two} <= {line.name for line in lines}]
        if not nodes:
            raise ValueError(f"{one} and {two} do not meet")
        name = f"mouth-{slug(one)}-{slug(two)}"
        found[name] = post(name, f"{one}, {two}", "street mouth", min(nodes))
    return list(found.values())


def landings(net: Sequence[Line]) -> list[dict[str, object]]:
    """Return a site for dog teams at the foot of each ramp to a lower quay."""
    found = []
    feet = [line for line in net if line.level == LOWER_LEVEL and line.name.startswith("Rampe")]
    for number, line in enumerate(sorted(feet, key=lambda line: line.points[1]), start=1):
        title = line.name.removeprefix("Rampe vers ")
        name = f"landing-{number:02d}-{slug(title)}"
        found.append(post(name, f"{title}, pied de la rampe", "landing", line.points[1]))
    return found


def main(folder: Path) -> None:
    """Write all layers to a folder."""
    begin(PARIS, facts.PLACES)
    banks = {
        "right": read_quay(facts.RIGHT_BANK, side=1.0),
        "left": read_quay(facts.LEFT_BANK, side=-1.0),
    }
    islands = (read_quay(facts.CITE, side=1.0), read_quay(facts.SAINT_LOUIS, side=-1.0))
    net = network(banks, islands)
    route = [lonlat(p) for p in way(facts.ROUTE)]
    write(folder, "streets.geojson", street_features(net))
    write(folder, "areas.geojson", areas(banks))
    water = river(banks, islands)
    write(
        folder,
        "seine.geojson",
        [feature("seine", polygon(water), {"id": "seine", "name": "La Seine"})],
    )
    ceremony = {"id": "ceremony", "name": "Pont d'Austerlitz - Pont d'Iéna"}
    write(
        folder,
        "route.geojson",
        [feature("ceremony", {"type": "LineString", "coordinates": route}, ceremony)],
    )
    quays = (*banks.values(), *islands)
    write(
        folder,
        "sites.geojson",
        bridgeheads() + stations() + street_mouths(quays, net) + landings(net),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
