"""The bundled plan: what it promises, and how far its drawing is from the real city.

The drawing is compared with the real walking network of `../shared/data/paris` where that is at
hand. The real network serves for measuring only; none of it is in the project.
"""

import json
import os
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from placement.errors import InfeasibleError
from placement.plan.layers import load_plan
from placement.review.geojson import read_solution
from placement.solution import Status
from placement.solve.questions.max_cover import optimise
from placement.streets import Streets, read_streets, snap, walking_times
from tests.amount import NIGHT, by_night

ROOT = Path(__file__).parents[2]
HERE = ROOT / "data" / "geo" / "paris-2024"
COVER = HERE.with_name("paris-2024-cover")
DATA = Path(os.environ.get("PLACEMENT_DATA", ROOT.parent / "shared" / "data"))
REAL = DATA / "paris" / "paris_seine.osm.pbf"
CRS = "EPSG:2154"

needs_real = pytest.mark.skipif(
    not REAL.is_file(), reason="the real streets of Paris are not at hand (PLACEMENT_DATA)"
)

# Well-known places, in ten-thousandths of a degree above 48 N and 2 E.
PLACES = {
    "Bastille": (8529, 3690),
    "Place Mazas": (8459, 3664),
    "Gare d'Austerlitz": (8433, 3646),
    "Institut du monde arabe": (8489, 3568),
    "Sully - Morland": (8512, 3620),
    "Saint-Paul": (8552, 3609),
    "Pont Marie": (8534, 3578),
    "Hôtel de Ville": (8568, 3512),
    "Châtelet": (8575, 3473),
    "Notre-Dame": (8533, 3487),
    "Saint-Michel": (8533, 3441),
    "Saint-Louis-en-l'Île": (8517, 3566),
    "Maubert": (8503, 3485),
    "Jussieu": (8461, 3549),
    "Odéon": (8521, 3389),
    "Institut": (8574, 3370),
    "Pont Neuf": (8583, 3422),
    "Louvre - Rivoli": (8608, 3409),
    "Saint-Germain-des-Prés": (8540, 3333),
    "Palais Royal": (8624, 3364),
    "Musée d'Orsay": (8603, 3261),
    "Tuileries": (8644, 3296),
    "Vendôme": (8675, 3295),
    "Concorde": (8656, 3214),
    "Assemblée": (8622, 3190),
    "Solférino": (8586, 3231),
    "Invalides": (8611, 3147),
    "Clemenceau": (8676, 3142),
    "Rond-point": (8689, 3097),
    "Place du Canada": (8647, 3101),
    "Alma": (8647, 3010),
    "Résistance": (8622, 3021),
    "La Tour-Maubourg": (8577, 3102),
    "École Militaire": (8550, 3062),
    "Place d'Iéna": (8647, 2938),
    "Trocadéro": (8632, 2874),
    "Varsovie": (8606, 2914),
    "Tour Eiffel": (8587, 2941),
    "Musée du quai Branly": (8611, 2963),
    "Passy": (8581, 2861),
}
LOWER = {  # on the lower quays, at the water
    "Port Henri-IV": (8493, 3630),
    "Rives de Seine, Célestins": (8526, 3589),
    "Rives de Seine, Hôtel de Ville": (8550, 3537),
    "Port des Tuileries": (8613, 3286),
    "Port de Solférino": (8607, 3265),
    "Port du Gros-Caillou": (8628, 3062),
    "Port Debilly": (8635, 2980),
    "Jardin Tino-Rossi": (8469, 3605),
}
PAIRS = """
Bastille / Sully - Morland
Bastille / Place Mazas
Place Mazas / Gare d'Austerlitz
Gare d'Austerlitz / Jussieu
Gare d'Austerlitz / Institut du monde arabe
Sully - Morland / Institut du monde arabe
Saint-Paul / Saint-Louis-en-l'Île
Saint-Paul / Hôtel de Ville
Pont Marie / Maubert
Hôtel de Ville / Notre-Dame
Hôtel de Ville / Bastille
Châtelet / Saint-Michel
Châtelet / Louvre - Rivoli
Notre-Dame / Odéon
Notre-Dame / Saint-Louis-en-l'Île
Maubert / Saint-Michel
Jussieu / Notre-Dame
Pont Neuf / Odéon
Institut / Louvre - Rivoli
Institut / Saint-Germain-des-Prés
Palais Royal / Musée d'Orsay
Saint-Germain-des-Prés / Solférino
Tuileries / Musée d'Orsay
Vendôme / Concorde
Concorde / Assemblée
Concorde / Place du Canada
Solférino / Invalides
Clemenceau / Invalides
Rond-point / Alma
Place du Canada / La Tour-Maubourg
Alma / Tour Eiffel
Résistance / École Militaire
Résistance / Musée du quai Branly
Place d'Iéna / Trocadéro
Trocadéro / Tour Eiffel
Varsovie / Passy
Alma / Place d'Iéna
La Tour-Maubourg / École Militaire
Port Henri-IV / Pont Marie
Rives de Seine, Célestins / Saint-Paul
Rives de Seine, Hôtel de Ville / Châtelet
Port des Tuileries / Palais Royal
Port de Solférino / Concorde
Port du Gros-Caillou / Alma
Port Debilly / Varsovie
Jardin Tino-Rossi / Jussieu
"""


def layer(name: str) -> list[dict[str, Any]]:
    text = (HERE / f"{name}.geojson").read_text(encoding="utf-8")
    return list(json.loads(text)["features"])


def metres(lonlat: Any) -> Any:
    """A plane good to a few centimetres here, for measuring only."""
    lonlat = np.asarray(lonlat, dtype=np.float64)
    return (lonlat - (2.335, 48.857)) * (73_330.0, 111_206.0)


@cache
def drawn() -> Streets:
    return read_streets(HERE / "streets.geojson", crs=CRS)


@cache
def real() -> Streets:
    return read_streets(REAL, crs=CRS)


def lambert(lonlat: Any) -> Any:
    from pyproj import Transformer

    to_metres = Transformer.from_crs("EPSG:4326", CRS, always_xy=True)
    lonlat = np.asarray(lonlat, dtype=np.float64)
    return np.column_stack(to_metres.transform(lonlat[:, 0], lonlat[:, 1]))


def walk_m(streets: Streets, pairs: list[tuple[str, str]], *, levels: bool) -> Any:
    """Walking metres at 1.34 m/s between the places of each pair."""
    found = []
    for ends in zip(*pairs, strict=True):
        spots = [PLACES.get(e) or LOWER[e] for e in ends]
        xy = lambert([(2 + lon / 1e4, 48 + lat / 1e4) for lat, lon in spots])
        level = [-1 if e in LOWER and levels else 0 for e in ends]
        found.append(snap(streets, xy, level=level, max_m=120.0))
    sources, targets = found
    assert (sources.edge >= 0).all()
    assert (targets.edge >= 0).all()
    times = walking_times(streets, sources, targets, limit_s=3600.0, outward=True)
    return times.toarray().diagonal() * 1.34


def stated(pattern: str) -> list[float]:
    """The figures that the plan's own README states."""
    match = re.search(pattern, (HERE / "README.md").read_text(encoding="utf-8"))
    assert match is not None
    return [float(figure.replace(",", "")) for figure in match.groups()]


def plain(name: str) -> str:
    """A name without accents, case and punctuation."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", " ", ascii_name.lower()).strip()


def real_bridges() -> dict[str, list[Any]]:
    """Lines of the real ways that bear a bridge's name, by plain name."""
    import osmium

    found: dict[str, list[Any]] = {}
    for way in osmium.FileProcessor(str(REAL)).with_locations():
        if not way.is_way() or "highway" not in way.tags:
            continue
        name = plain(way.tags.get("name", ""))
        if name.startswith(("pont ", "petit pont", "passerelle ")):
            points = [(node.lon, node.lat) for node in way.nodes if node.location.valid()]
            if len(points) > 1:
                found.setdefault(name, []).append(shapely.LineString(metres(points)))
    return found


def test_326_000_people_stand_in_15_boxes_and_sit_on_the_lower_quays() -> None:
    areas = [f["properties"] for f in layer("areas")]
    boxes = [a for a in areas if a["kind"] == "box"]
    stands = [a for a in areas if a["kind"] == "stand"]
    assert len(boxes) == 15
    assert sum(a["people"] for a in boxes) == 222_000
    assert sum(a["people"] for a in stands) == 104_000
    assert len(boxes) + len(stands) == len(areas)
    assert all(600 <= a["people"] <= 40_000 and a["level"] == 0 for a in boxes)
    assert all(a["level"] == -1 for a in stands)
    assert all(a["name_en"] and a["name_fr"] for a in areas)


def test_areas_are_as_large_as_their_people_need() -> None:
    for f in layer("areas"):
        shape = shapely.transform(shapely.geometry.shape(f["geometry"]), metres)
        assert shape.is_valid
        per_person = shape.area / f["properties"]["people"]
        low, high = (2.0, 3.5) if f["properties"]["kind"] == "box" else (0.8, 2.5)
        assert low <= per_person <= high, f["id"]


def test_areas_do_not_overlap_each_other_or_the_river() -> None:
    shapes = [
        (f["id"], shapely.transform(shapely.geometry.shape(f["geometry"]), metres))
        for f in layer("areas") + layer("seine")
    ]
    for number, (name, shape) in enumerate(shapes):
        for other, second in shapes[:number]:
            assert shape.intersection(second).area < 1.0, (name, other)


def test_the_river_has_both_islands() -> None:
    (river,) = layer("seine")
    shape = shapely.geometry.shape(river["geometry"])
    assert shape.geom_type == "Polygon"
    assert shape.is_valid
    islands = [shapely.Polygon(ring) for ring in shape.interiors]
    assert [any(i.contains(shapely.Point(p)) for i in islands) for p in
            ((2.3490, 48.8535), (2.3566, 48.8517))] == [True, True]  # fmt: skip
    assert len(islands) == 2


def test_streets_are_400_true_junctions_in_one_piece_with_names() -> None:
    streets = layer("streets")
    ends = Counter(tuple(f["geometry"]["coordinates"][at]) for f in streets for at in (0, -1))
    junctions = sum(degree >= 3 for degree in ends.values())
    assert junctions >= 400
    assert stated(r"([\d,]+) edges, (\d+) junctions") == [len(streets), junctions]
    assert all(f["properties"]["name"] for f in streets)
    assert len({f["id"] for f in streets}) == len(streets)
    network = drawn()
    assert (network.component == 0).all()


def test_only_bridges_cross_the_river() -> None:
    (river,) = layer("seine")
    water = shapely.transform(shapely.geometry.shape(river["geometry"]), metres)
    crossing = []
    for f in layer("streets"):
        line = shapely.LineString(metres(f["geometry"]["coordinates"]))
        if not f["properties"]["bridge"] and line.intersects(water):
            crossing.append(f["id"])
    assert crossing == []


def test_streets_cross_at_grade_only_at_shared_vertices() -> None:
    ground = [f for f in layer("streets") if f["properties"]["level"] == 0]
    lines = [shapely.LineString(metres(f["geometry"]["coordinates"])) for f in ground]
    tree = shapely.STRtree(lines)
    for i, j in zip(*tree.query(lines, predicate="crosses"), strict=True):
        assert i == j, (ground[i]["id"], ground[j]["id"])


def test_sites_are_150_and_of_every_kind() -> None:
    sites = layer("sites")
    assert len(sites) >= 150
    assert stated(r"(\d+) points") == [len(sites)]
    assert len({f["id"] for f in sites}) == len(sites)
    assert all(f["properties"]["name"] for f in sites)
    kinds = Counter(f["properties"]["kind"] for f in sites)
    assert set(kinds) == {"bridgehead", "station", "street mouth", "landing"}
    costs = {f["properties"]["kind"]: f["properties"].get("open_cost_checkpoint") for f in sites}
    decided = {f["id"]: f["properties"] for f in sites}
    assert decided["station-tuileries"]["status"] == "excluded"
    assert decided["bridge-petit-pont-ile"]["status_dog_team"] == "excluded"
    assert decided["bridge-pont-des-arts-rive-droite"]["status_checkpoint"] == "excluded"
    assert costs == {"bridgehead": 25, "station": 18, "street mouth": 12, "landing": None}


def test_every_site_and_area_point_is_near_a_street_of_its_level() -> None:
    problem = load_plan(HERE / "plan.toml").problem
    for points in (problem.sites, problem.demand):
        snapped = snap(drawn(), points.xy, level=points.level, max_m=60.0)
        assert [points.id[i] for i in np.flatnonzero(snapped.edge < 0)] == []
        levels = drawn().level[snapped.edge]
        assert (levels == points.level).all()


def test_the_plan_has_titles_in_two_languages_and_its_people() -> None:
    plan = load_plan(HERE)
    assert set(plan.settings.title_by_language()) == {"en", "fr"}
    assert plan.settings.title_by_language()["en"] != plan.settings.title_by_language()["fr"]
    assert plan.problem.demand.people.sum() == 326_000
    assert len(plan.problem.demand.zones) == 29
    assert plan.warnings == ()


def test_the_files_are_small_and_canonical() -> None:
    assert sum(path.stat().st_size for path in HERE.iterdir()) < 1_000_000
    for path in sorted(HERE.glob("*.geojson")):
        text = path.read_bytes()
        assert b"\r" not in text
        assert text.endswith(b"\n]}\n")
        ids = [f["id"] for f in layer(path.stem)]
        assert ids == sorted(ids)
        assert len(text.splitlines()) == len(ids) + 2


@pytest.mark.slow
def test_the_script_writes_the_same_bytes(tmp_path: Path) -> None:
    script = HERE.parent / "make_paris_2024.py"
    subprocess.run(  # its own process: another hash seed, no leftovers
        [sys.executable, script, tmp_path],
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHONHASHSEED": "77", "PYTHONDONTWRITEBYTECODE": "1"},
    )
    written = sorted(path.name for path in tmp_path.iterdir())
    assert written == sorted(path.name for path in HERE.glob("*.geojson"))
    for name in written:
        assert (tmp_path / name).read_bytes() == (HERE / name).read_bytes(), name


@pytest.mark.slow
@needs_real
def test_bridges_are_within_100_m_of_the_real_ones() -> None:
    lines: dict[str, list[Any]] = {}
    for f in layer("streets"):
        if f["properties"]["bridge"]:
            line = shapely.LineString(metres(f["geometry"]["coordinates"]))
            lines.setdefault(f["properties"]["name"], []).append(line)
    assert len(lines) == 24
    true = real_bridges()
    off = {}
    for name, mine in lines.items():
        real_lines = [p for n, parts in true.items() if n.startswith(plain(name)) for p in parts]
        # the extract lacks the deck of the Pont au Double, not the streets that carry its name
        assert real_lines, name
        one, two = shapely.union_all(mine), shapely.union_all(real_lines)
        off[name] = float(shapely.hausdorff_distance(one, two, densify=0.1))
    assert {name: round(metre) for name, metre in off.items() if metre > 100} == {}
    median, most = stated(r"median (\d+) m, most (\d+) m")
    assert median == pytest.approx(np.median(list(off.values())), abs=2)
    assert most == pytest.approx(max(off.values()), abs=2)


@needs_real
def test_walks_are_within_15_percent_of_the_real_ones_in_the_median() -> None:
    pairs = [(a, b) for a, b in (row.split(" / ") for row in PAIRS.strip().splitlines())]
    assert len(pairs) >= 40
    mine, true = walk_m(drawn(), pairs, levels=True), walk_m(real(), pairs, levels=False)
    off = np.abs(mine / true - 1)
    assert np.median(off) <= 0.15
    # drawn walks are neither short nor long as a whole
    assert 0.9 <= np.median(mine / true) <= 1.1
    median, mean = stated(r"median ([\d.]+)% off, mean ([\d.]+)%")
    assert median == pytest.approx(100 * np.median(off), abs=1.0)
    assert mean == pytest.approx(100 * np.mean(off), abs=1.0)


@pytest.mark.slow
def test_400_officers_leave_something_to_debate() -> None:
    # by day the agreed plan, which tests/test_agreed_plans.py audits, stands for it
    agreed = read_solution(ROOT / "outputs/paris-2024-cover/solution.geojson")
    assert agreed.status is Status.OPTIMAL
    assert agreed.cost <= 400
    solution = optimise(load_plan(COVER), budget=400) if NIGHT else agreed
    assert solution.objective == agreed.objective
    shares = {name: cover.share for name, cover in solution.coverage.items()}
    assert 0.6 <= shares["checkpoint"] <= 0.8
    assert 0.5 <= shares["dog_team"] <= 0.8


@by_night
@pytest.mark.slow
def test_the_whole_plan_is_proven_with_every_kind_of_rule() -> None:
    plan = load_plan(HERE)
    problem = plan.problem
    assert problem.floors
    assert problem.groups
    assert problem.laned is not None
    assert problem.demand.step_free.any()
    assert any(resource.separation_m for resource in problem.resources)
    solution = optimise(plan)  # audited before it is handed over
    assert solution.gap == 0.0
    assert solution.status is Status.OPTIMAL
    agreed = read_solution(ROOT / "outputs/paris-2024/solution.geojson")
    assert agreed.status is Status.OPTIMAL
    assert solution.objective <= agreed.objective + 1e-4
    assert solution.bound >= agreed.objective - 1e-4
    assert solution.cost <= 2000
    shares = {name: cover.share for name, cover in solution.coverage.items()}
    assert 0.8 <= shares["checkpoint"] <= 0.95
    assert 0.6 <= shares["dog_team"] <= 0.8


@by_night
@pytest.mark.slow
def test_too_little_money_for_the_whole_plan_is_said_with_what_is_not_enough() -> None:
    with pytest.raises(InfeasibleError, match=r"no budget up to 1[01]\d\d would do") as caught:
        optimise(load_plan(HERE), budget=300)
    assert caught.value.rules[0] == "budget 300"
    assert "resources.checkpoint.lanes" in caught.value.rules
    assert any("29 zones" in rule for rule in caught.value.rules)
