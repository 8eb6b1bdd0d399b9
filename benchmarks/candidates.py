"""Candidate sites beside those that a planner drew: the share of them that is met.

    python benchmarks/candidates.py

The 263 sites of the bundled plan were drawn by hand from general knowledge of Paris, the
candidates are found in an extract of its streets; both follow the same route. Bridges of the route
are those of the drawing's facts.
"""

import json
import os
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "data" / "geo"))

from placement.globe import transformer  # noqa: E402 - the path is set above
from placement.starting.candidates import find_candidates  # noqa: E402
from placement.starting.event import event_along  # noqa: E402
from placement.starting.new_plan import survey_extract  # noqa: E402

DATA = Path(os.environ.get("PLACEMENT_DATA", ROOT.parent / "shared" / "data"))
PARIS = DATA / "paris" / "paris_seine.osm.pbf"
PLAN = ROOT / "data" / "geo" / "paris-2024"
WITHIN_M = (25, 50, 100)
#: The bridges of the route, latitude first (docs of the reference case, ±100 m) [M].
BRIDGES = {
    "Austerlitz": (48.8448, 2.3656), "Sully": (48.8507, 2.3612), "Marie": (48.8528, 2.3574),
    "Louis-Philippe": (48.8539, 2.3550), "Arcole": (48.8558, 2.3505),
    "Notre-Dame": (48.8563, 2.3487), "au Change": (48.8566, 2.3466), "Neuf": (48.8570, 2.3415),
    "Arts": (48.8583, 2.3375), "Carrousel": (48.8594, 2.3328), "Royal": (48.8602, 2.3299),
    "Senghor": (48.8620, 2.3248), "Concorde": (48.8637, 2.3197),
    "Alexandre III": (48.8636, 2.3136), "Invalides": (48.8634, 2.3104),
    "Alma": (48.8635, 2.3015), "Debilly": (48.8626, 2.2970), "Iéna": (48.8599, 2.2924),
}  # fmt: skip


def main() -> None:
    """Print the tables."""
    event = event_along(PLAN / "route.geojson")
    begin = time.process_time()
    ground, _ = survey_extract(PARIS, event)
    read_s = time.process_time() - begin
    to_m = transformer("OGC:CRS84", event.crs)
    drawn = json.loads((PLAN / "sites.geojson").read_text(encoding="utf-8"))["features"]
    kinds = np.array([one["properties"]["kind"] for one in drawn])
    lonlat = np.array([one["geometry"]["coordinates"] for one in drawn])
    theirs = np.column_stack(to_m.transform(*lonlat.T))
    lat, lon = np.array(list(BRIDGES.values())).T
    bridges = np.column_stack(to_m.transform(lon, lat))
    for apart_m in (0.0, 50.0):
        begin = time.process_time()
        found = find_candidates(ground, apart_m=apart_m)
        find_s = time.process_time() - begin
        ours = np.array([(one.xy.x, one.xy.y) for one in found])
        print(
            f"\napart {apart_m:g} m: {len(found)} candidates, read {read_s:.1f} s, {find_s:.1f} s"
        )
        counts = {kind: sum(one.kind == kind for one in found) for kind in ours_kinds(found)}
        print(", ".join(f"{count} {kind}" for kind, count in counts.items()))
        print("| kind | sites |" + "".join(f" {m} m |" for m in WITHIN_M))
        far = nearest(theirs, ours)
        for kind in [*dict.fromkeys(sorted(kinds)), "all"]:
            mine = far if kind == "all" else far[kinds == kind]
            shares = "".join(f" {np.mean(mine <= m):.0%} |" for m in WITHIN_M)
            print(f"| {kind} | {len(mine)} |{shares}")
        missed = {
            name: round(float(m)) for name, m in zip(BRIDGES, nearest(bridges, ours), strict=True)
        }
        print("bridges, metres to the nearest candidate:", missed)


def ours_kinds(found: list) -> list[str]:
    return sorted({one.kind for one in found})


def nearest(places: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return how far each place is from the nearest of the others, metres."""
    apart = np.hypot(*(places[:, None, :] - others[None, :, :]).transpose(2, 0, 1))
    return apart.min(axis=1)


if __name__ == "__main__":
    main()
