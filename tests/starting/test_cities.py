"""Two real cities go from extract and route to a map; Paris finds the bridges of its route."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from placement.globe import transformer
from placement.starting.candidates import find_candidates
from placement.starting.event import event_along
from placement.starting.new_plan import survey_extract
from tests.amount import by_night, cases
from tests.cli.running import run
from tests.starting.drawn_city import write_line

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("PLACEMENT_DATA", ROOT.parent / "shared" / "data"))
PARIS, HELSINKI = DATA / "paris" / "paris_seine.osm.pbf", DATA / "Helsinki.osm.pbf"
ROUTE = ROOT / "data" / "geo" / "paris-2024" / "route.geojson"
#: Extract, route and what its water is called.
CITIES = {
    "paris": (PARIS, [(2.3418, 48.8577), (2.3375, 48.8583), (2.3329, 48.8594)]),
    "helsinki": (HELSINKI, [(24.9437, 60.1689), (24.9475, 60.1693), (24.9520, 60.1695)]),
}
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (PARIS.exists() and HELSINKI.exists()), reason=f"{DATA} is not here"),
]
BRIDGES = {
    "Austerlitz": (2.3656, 48.8448), "Sully": (2.3612, 48.8507), "Marie": (2.3574, 48.8528),
    "Louis-Philippe": (2.3550, 48.8539), "Arcole": (2.3505, 48.8558),
    "Notre-Dame": (2.3487, 48.8563), "au Change": (2.3466, 48.8566), "Neuf": (2.3415, 48.8570),
    "Arts": (2.3375, 48.8583), "Carrousel": (2.3328, 48.8594), "Royal": (2.3299, 48.8602),
    "Senghor": (2.3248, 48.8620), "Concorde": (2.3197, 48.8637),
    "Alexandre III": (2.3136, 48.8636), "Invalides": (2.3104, 48.8634),
    "Alma": (2.3015, 48.8635), "Debilly": (2.2970, 48.8626), "Iéna": (2.2924, 48.8599),
}  # fmt: skip


@pytest.mark.parametrize("city", cases(["helsinki"], list(CITIES)))
def test_a_city_goes_from_extract_and_route_to_a_map(city: str, tmp_path: Path) -> None:
    extract, places = CITIES[city]
    route = write_line(tmp_path / "route.geojson", places)
    begun = run("init", tmp_path / city, "--from", extract, "--route", route, "--band", "120",
                "--margin", "400", "--people", "9000")  # fmt: skip
    assert begun.exit_code == 0, begun.output
    checked = run("check", tmp_path / city, "--json")
    assert checked.exit_code == 0, checked.output
    report = json.loads(checked.stdout)
    assert report["unsnapped"]["sites"] == []
    assert not [one for one in report["warnings"] if "water covers" in one]
    done = run("optimise", tmp_path / city, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "proven optimal" in done.output
    assert "OpenStreetMap" in (tmp_path / "out" / "map.html").read_text("utf-8")


@by_night
def test_each_bridge_of_the_route_has_a_candidate_within_100_m_and_most_drawn_sites_too() -> None:
    event = event_along(ROUTE)
    found = find_candidates(survey_extract(PARIS, event)[0])
    ours = np.array([(one.xy.x, one.xy.y) for one in found])
    to_m = transformer("OGC:CRS84", event.crs)

    def far(lonlat: np.ndarray) -> np.ndarray:
        theirs = np.column_stack(to_m.transform(*lonlat.T))
        apart = theirs[:, None, :] - ours[None, :, :]
        return np.hypot(*apart.transpose(2, 0, 1)).min(axis=1)

    bridges = far(np.array(list(BRIDGES.values())))
    assert dict(zip(BRIDGES, bridges < 100.0, strict=True)) == dict.fromkeys(BRIDGES, True)
    drawn = json.loads((ROUTE.parent / "sites.geojson").read_text("utf-8"))["features"]
    share = (far(np.array([one["geometry"]["coordinates"] for one in drawn])) < 100.0).mean()
    assert share > 0.65
