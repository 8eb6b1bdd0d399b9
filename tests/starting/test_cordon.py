"""A cordon is the least that seals: brute force finds none lighter, and nobody gets in."""

import itertools
import json
import random
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.ops import substring

from placement import load_plan
from placement.auditing.sealed import ways_in
from placement.cover.survey import survey
from placement.errors import InputError
from placement.plan.shapes import Shape
from placement.starting.cordon import Cordon, Gate, Traffic, breaches, find_cordon
from placement.starting.cordon_inputs import gate_file, kept_ground, read_gates, read_ground
from placement.starting.cordon_layer import cordon_text
from placement.starting.perimeter import around_route
from placement.starting.tagged_ways import class_width_m
from placement.streets import Streets, read_streets
from placement.streets.closures import Closure, with_closures
from placement.streets.network import transformer
from tests.amount import cases
from tests.builders import box, point, write_geojson, write_plan
from tests.cli.running import run
from tests.streets.draw import CRS, ORIGIN, at, draw, osm_xml, read_osm_text, write_lines
from tests.streets.test_squares import SQUARE, square

DATA = Path(__file__).parents[2].parent / "shared" / "data"
PARIS, MONACO = DATA / "paris" / "paris_seine.osm.pbf", DATA / "cities" / "monaco.osm.gz"
HELSINKI = DATA / "Helsinki.osm.pbf"
ROUTE = Path(__file__).parents[2] / "data" / "geo" / "paris-2024" / "route.geojson"
INSIDE = shapely.box(*at((-20, -20))[0], *at((20, 20))[0])
BAND_M = 70.0
CLASSES = ("residential", "footway", "service", "primary")
RING = [(60, 0), (60, 60), (0, 60), (-60, 60), (-60, 0), (-60, -60), (0, -60), (60, -60)]
#: Edges of a drawn town: the middle, a ring of eight junctions about it, and ways out.
EDGES = (
    *(("middle", at_) for at_ in (0, 2, 4, 6)),
    *((at_, (at_ + 1) % 8) for at_ in range(8)),
    *((at_, f"out{at_}") for at_ in range(8)),
)


def xy(node: int | str) -> tuple[float, float]:
    if node == "middle":
        return (0.0, 0.0)
    if isinstance(node, int):
        return RING[node]
    x, y = RING[int(node[3:])]
    return (2.5 * x, 2.5 * y)


def searched(streets: Streets, text: str, passed: list[tuple[float, float]], band_m: float) -> bool:
    """Say whether one gets inside when a written layer is closed, by a search of our own."""
    to_plane = transformer(streets.crs)
    closures = []
    for feature in json.loads(text)["features"]:
        lonlat = np.array(feature["geometry"]["coordinates"])
        line = shapely.LineString(np.column_stack(to_plane.transform(*lonlat.T)))
        level = feature["properties"].get("level")
        closures.append(
            Closure(shape=line, levels=None if level is None else frozenset([int(level)]))
        )
    closures += [Closure(shape=shapely.Point(place).buffer(1.0)) for place in passed]
    closed = with_closures(streets, closures)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(closed.n_nodes))
    lines = closed.edge_lines()
    for edge in np.flatnonzero(~closed.island).tolist():
        tail, head = int(closed.edge_tail[edge]), int(closed.edge_head[edge])
        if not np.isnan(closed.forward_s[edge]):
            graph.add_edge(tail, head)
        if not np.isnan(closed.backward_s[edge]):
            graph.add_edge(head, tail)
    ground = INSIDE
    outside = [
        node for node in range(closed.n_nodes)
        if ground.distance(shapely.Point(closed.node_xy[node])) > band_m
    ]  # fmt: skip
    reached = set(outside).union(*(nx.descendants(graph, node) for node in outside))
    core = shapely.buffer(ground, -0.05)
    return any(
        lines[edge].intersects(core)
        for edge in np.flatnonzero(~closed.island).tolist()
        if (int(closed.edge_tail[edge]) in reached and not np.isnan(closed.forward_s[edge]))
        or (int(closed.edge_head[edge]) in reached and not np.isnan(closed.backward_s[edge]))
    )


def audited(streets: Streets, text: str, left_out: int | None) -> list[str]:
    """Let the audit search the ways of a written layer, all but one of them shut."""
    to_plane = transformer(CRS)
    ways = []
    for feature in json.loads(text)["features"]:
        lonlat = np.array(feature["geometry"]["coordinates"])
        xy = shapely.LineString(np.column_stack(to_plane.transform(*lonlat.T)))
        level = feature["properties"].get("level")
        levels = None if level is None else frozenset([int(level)])
        name = feature["properties"]["id"]
        ways.append(Shape(id=name, name=name, lonlat=xy, xy=xy, levels=levels))
    if not ways:
        return []
    rule = SimpleNamespace(traffic="walkers", band_m=BAND_M)
    plan = SimpleNamespace(settings=SimpleNamespace(sealed=rule), perimeter=INSIDE, ways=ways)
    return ways_in(plan, streets, [way for at, way in enumerate(ways) if at != left_out])


def least(drawn: list[tuple], weights: list[int], fixed: set[int], gates: set[int]) -> int | None:
    """Try every set of edges to close; return the least weight, None where none seals."""
    best = None
    may = [n for n in range(len(drawn)) if n not in fixed and n not in gates]
    for size in range(len(may) + 1):
        for chosen in itertools.combinations(may, size):
            weight = sum(weights[n] for n in chosen)
            if best is not None and weight >= best:
                continue
            ahead: dict[object, list[object]] = {}
            for n, (tail, head, _, oneway) in enumerate(drawn):
                if n in chosen or n in gates:
                    continue
                ahead.setdefault(tail, []).append(head)
                if not oneway:
                    ahead.setdefault(head, []).append(tail)
            seen = {f"out{n}" for n in range(8)}
            stack = list(seen)
            while stack:
                for node in ahead.get(stack.pop(), ()):
                    if node not in seen:
                        seen.add(node)
                        stack.append(node)
            if "middle" not in seen:
                best = weight
    return best


towns = st.lists(
    st.tuples(
        st.sampled_from(EDGES),
        st.sampled_from(CLASSES),
        st.booleans(),
        st.sampled_from(["", "", "", "", "kept", "gate"]),
    ),
    min_size=5, max_size=11, unique_by=lambda one: one[0],
)  # fmt: skip


@given(towns, st.sampled_from(["width", "ways"]))
@settings(max_examples=cases(8, 25), deadline=None, derandomize=True)
def test_no_set_of_closures_is_lighter_and_what_is_written_seals(
    tmp_path_factory: pytest.TempPathFactory, town: list[tuple], weigh: str
) -> None:
    folder = tmp_path_factory.mktemp("town")
    drawn, lines = [], []
    for (tail, head), kind, oneway, _ in town:
        drawn.append((tail, head, kind, oneway))
        lines.append(((xy(tail), xy(head)), {"class": kind, "oneway": "yes" if oneway else "no"}))
    streets = draw(folder, *lines)
    weights = [round(10 * class_width_m(one[2])) if weigh == "width" else 1 for one in drawn]
    middles = {n: tuple(np.mean([at(xy(t))[0], at(xy(h))[0]], axis=0).tolist())
               for n, (t, h, _, _) in enumerate(drawn)}  # fmt: skip
    kept = {n for n, one in enumerate(town) if one[3] == "kept"}
    # the middle of an edge that begins inside, or leads out, lies in the band all the same
    watched = {n for n, one in enumerate(town) if one[3] == "gate" and str(one[0][1])[0] != "o"}
    ground = shapely.union_all(
        [shapely.LineString(at(xy(drawn[n][0]), xy(drawn[n][1]))).buffer(0.5) for n in sorted(kept)]
    )
    expected = least(drawn, weights, kept, watched)
    options = {
        "traffic": "walkers", "band_m": BAND_M, "weigh": weigh,
        "keep": ground if kept else None,
        "gates": [Gate(f"gate {n}", middles[n]) for n in sorted(watched)],
    }  # fmt: skip
    if not any(str(end)[0] == "o" for ends, *_ in town for end in ends):
        with pytest.raises(InputError, match="nobody comes from outside"):
            find_cordon(streets, INSIDE, **options)
        return
    if expected is None:
        with pytest.raises(InputError, match="is kept open and leads inside"):
            find_cordon(streets, INSIDE, **options)
        return
    found = find_cordon(streets, INSIDE, **options)
    assert found.weight == found.flow == expected
    assert not found.breaches
    text = cordon_text(found, crs=CRS)
    assert not searched(streets, text, [middles[n] for n in watched], BAND_M)
    # the audit of a sealed plan finds none either, and one past each closure that is left out
    ended = ["every street, for the street layer ends within the band"]
    assert audited(streets, text, None) in ([], ended)
    for left_out in range(len(found.barriers)):
        assert audited(streets, text, left_out)
    if found.barriers:
        assert len({one.id for one in found.barriers}) == len(found.barriers)
        for one in found.barriers:
            assert one.kind == "fence"
            assert one.width_m == class_width_m(one.street_class)
            assert one.price == one.width_m


def crossing(tmp_path: Path, **properties: object) -> Streets:
    """Draw a street through the inside with a way around, both named."""
    return draw(
        tmp_path,
        (((-200, 0), (200, 0)), {"name": "Rue Droite", "class": "residential", **properties}),
        (((-200, 0), (-200, 90), (200, 90), (200, 0)), {"name": "Rue Ronde", "class": "service"}),
    )


def seal(streets: Streets, **options: object) -> Cordon:
    return find_cordon(streets, INSIDE, **({"traffic": "walkers", "band_m": 60.0} | options))  # type: ignore[arg-type]


def test_the_search_finds_what_a_closure_too_few_leaves_open(tmp_path: Path) -> None:
    streets = crossing(tmp_path)
    whole = json.loads(cordon_text(seal(streets), crs=CRS))
    assert len(whole["features"]) == 2
    assert not searched(streets, json.dumps(whole), [], 60.0)
    whole["features"].pop()
    assert searched(streets, json.dumps(whole), [], 60.0)


def test_closures_lie_in_the_band_and_a_one_way_street_that_leads_out_stays_open(
    tmp_path: Path,
) -> None:
    for one in seal(crossing(tmp_path)).barriers:
        assert 0 < INSIDE.distance(one.line) < 60
        assert one.line.length == pytest.approx(9.0)
    assert len(seal(crossing(tmp_path, oneway="yes")).barriers) == 1


def sealed_square(tmp_path: Path, west: float, band_m: float) -> tuple[Streets, Cordon, list[str]]:
    """Seal what lies east of a line through a square of 300 m that four streets lead to."""
    streets = square(tmp_path, SQUARE, [], SQUARE, name="Market")
    inside = shapely.box(*at((west, -100))[0], *at((500, 500))[0])
    found = find_cordon(streets, inside, traffic="walkers", band_m=band_m)
    rule = SimpleNamespace(traffic="walkers", band_m=band_m)
    ways = [
        Shape(id=one.id, name=one.name, lonlat=one.line, xy=one.line, levels=None)
        for one in found.barriers
    ]
    plan = SimpleNamespace(settings=SimpleNamespace(sealed=rule), perimeter=inside, ways=ways)
    assert ways_in(plan, streets, ways) == []
    short = [replace(way, xy=substring(way.xy, 1.0, way.xy.length)) for way in ways]
    return streets, found, ways_in(plan, streets, short)


def test_a_square_is_closed_by_one_fence_across_it(tmp_path: Path) -> None:
    """Its streets lie beyond the band, and people walk round every shorter fence."""
    streets, found, past_short = sealed_square(tmp_path, west=150, band_m=60)
    (fence,) = found.barriers
    assert fence.name == "Market"
    assert fence.line.length == pytest.approx(300, abs=0.1)
    assert fence.price == fence.width_m == 300
    assert found.weight == found.flow == 3000
    assert found.breaches == ()
    assert past_short == ["Market"]
    inside = shapely.box(*at((150, -100))[0], *at((500, 500))[0])
    short = substring(fence.line, 1.0, fence.line.length)
    assert "Market" in breaches(streets, inside, [(short, None)], band_m=60)


def test_a_square_that_is_mapped_twice_gets_one_fence(tmp_path: Path) -> None:
    square(tmp_path, SQUARE, [], SQUARE, name="Market")
    (drawn,) = tmp_path.glob("*.osm")
    corners = "".join(f'<nd ref="{node}"/>' for node in (102, 103, 100, 101, 102))
    tags = '<tag k="highway" v="pedestrian"/><tag k="area" v="yes"/>'
    again = f'<way id="900" version="1">{corners}{tags}</way></osm>'
    streets = read_osm_text(tmp_path, drawn.read_text("utf-8").replace("</osm>", again))
    assert len(streets.squares) == 2
    inside = shapely.box(*at((150, -100))[0], *at((500, 500))[0])
    found = find_cordon(streets, inside, traffic="walkers", band_m=60)
    (fence,) = found.barriers
    assert fence.line.length == pytest.approx(300, abs=0.1)
    assert found.weight == found.flow == 3000
    assert found.breaches == ()


def test_the_streets_to_a_square_are_closed_where_that_is_less(tmp_path: Path) -> None:
    _, found, _ = sealed_square(tmp_path, west=10, band_m=20)
    assert len(found.barriers) == 2
    assert found.breaches == ()
    assert {one.street_class for one in found.barriers} == {"residential"}


def test_a_lane_that_is_kept_open_on_a_square_leaves_no_room_for_a_fence(tmp_path: Path) -> None:
    streets = square(tmp_path, SQUARE, [], SQUARE, name="Market")
    inside = shapely.box(*at((150, -100))[0], *at((500, 500))[0])
    lane = shapely.LineString(at((-50, 100), (350, 100))).buffer(2)
    with pytest.raises(InputError, match="Market is kept open"):
        find_cordon(streets, inside, traffic="walkers", band_m=60, keep=lane)


def test_a_gate_that_the_cordon_does_not_pass_is_told(tmp_path: Path) -> None:
    streets = draw(
        tmp_path,
        (((-200, 0), (-60, 0)), {"class": "residential"}),
        (((-60, 0), (0, 0)), {"class": "footway"}),
        (((-60, 0), (-60, 60), (-55, 60)), {"class": "footway"}),
    )
    on_line, off_line = (Gate(n, (ORIGIN[0] + x, ORIGIN[1] + y)) for n, x, y in
                         (("on", -40, 0), ("off", -60, 50)))  # fmt: skip
    found = seal(streets, gates=[off_line, on_line])
    assert found.barriers == ()
    assert found.idle_gates == ("off",)
    assert [name for name, _ in found.gates] == ["off", "on"]


def test_gates_are_all_points_of_a_layer_or_those_of_an_id_a_site_or_a_resource(
    tmp_path: Path,
) -> None:
    file = tmp_path / "posts.geojson"
    posts = [("a", "checkpoint"), ("b", "checkpoint"), ("a", "dog_team")]
    write_geojson(
        file,
        [point(2.35 + n / 1000, 48.85, id=f"{site}/{resource}", site=site, resource=resource)
         for n, (site, resource) in enumerate(posts)],
    )  # fmt: skip
    for names, wanted in (
        ("", {"a/checkpoint", "b/checkpoint", "a/dog_team"}),
        (":checkpoint", {"a/checkpoint", "b/checkpoint"}),
        (":a", {"a/checkpoint", "a/dog_team"}),
        (":b/checkpoint, dog_team", {"b/checkpoint", "a/dog_team"}),
    ):
        assert {one.name for one in read_gates([f"{file}{names}"], CRS)} == wanted
    with pytest.raises(InputError, match=r"no point of it is called 'c'.*name the id, the site"):
        read_gates([f"{file}:a,c"], CRS)
    whole = tmp_path / "posts.geojson:a"
    whole.write_bytes(file.read_bytes())
    assert gate_file(str(whole)) == (whole, ())


def test_a_bridge_over_the_ground_is_closed_on_its_own_level(tmp_path: Path) -> None:
    streets = crossing(tmp_path, bridge="yes", level=1)
    found = seal(streets)
    assert [one.level for one in found.barriers] == [1, 1]
    assert not found.breaches
    assert not searched(streets, cordon_text(found, crs=CRS), [], 60.0)


def test_what_cannot_be_sealed_is_one_sentence_that_names_the_street(tmp_path: Path) -> None:
    streets = crossing(tmp_path)
    with pytest.raises(InputError, match="Rue Droite leads inside and has no room"):
        seal(streets, band_m=0.05)
    kept = shapely.LineString(at((-200, 0), (200, 0))).buffer(0.5)
    with pytest.raises(InputError, match="Rue Droite is kept open and leads inside; put a gate on"):
        seal(streets, keep=kept)
    with pytest.raises(InputError, match="'north': the gate lies inside the perimeter"):
        find_cordon(
            streets, shapely.buffer(INSIDE, 40), traffic="walkers", band_m=60.0,
            gates=[Gate("north", (ORIGIN[0], ORIGIN[1] + 10))],
        )  # fmt: skip
    for reach in (400.0, 10_000.0):
        with pytest.raises(InputError, match="layer ends within the perimeter and its band"):
            seal(streets, band_m=reach)
    west, east = (Gate(name, (ORIGIN[0] + x, ORIGIN[1])) for name, x in (("w", -40), ("e", 40)))
    assert seal(streets, keep=kept, gates=[west, east]).barriers == ()


def test_vehicles_go_by_their_own_tags(tmp_path: Path) -> None:
    nodes = {
        1: (-200, 0), 2: (200, 0), 3: (-200, 15), 4: (200, 15), 5: (-200, -15), 6: (200, -15),
        7: (-60, -15, {"barrier": "bollard"}), 8: (60, -15, {"barrier": "bollard"}),
        9: (-200, 8), 10: (200, 8), 11: (-200, 90),
    }  # fmt: skip
    ways = {
        1001: ((1, 2), {"highway": "residential", "name": "Rue Large", "lanes": "4"}),
        1002: ((3, 4), {"highway": "residential", "name": "Rue Unique", "oneway": "yes"}),
        1003: ((5, 7, 8, 6), {"highway": "service", "name": "Passage"}),
        1004: ((9, 10), {"highway": "footway", "name": "Allée"}),
        1005: ((11, 9, 3, 1, 5), {"highway": "tertiary"}),
        1006: ((2, 10, 4, 6), {"highway": "tertiary"}),
    }
    file = tmp_path / "town.osm"
    file.write_text(osm_xml(nodes, ways), encoding="utf-8")
    vehicles = read_ground(file, traffic="vehicles", crs=CRS)
    found = find_cordon(
        vehicles.streets, INSIDE, traffic="vehicles", band_m=60.0, widths=vehicles.widths
    )
    assert "OpenStreetMap" in vehicles.streets.attribution
    assert sorted((one.name, one.kind, one.width_m) for one in found.barriers) == [
        ("Rue Large", "vehicle block", 13.0),
        ("Rue Large", "vehicle block", 13.0),
        ("Rue Unique", "vehicle block", 9.0),
    ]
    assert not found.breaches
    lawless = read_ground(file, traffic="vehicles", crs=CRS, both_ways=True)
    both = find_cordon(lawless.streets, INSIDE, traffic="vehicles", band_m=60.0)
    assert [one.name for one in both.barriers].count("Rue Unique") == 2
    walkers = read_ground(file, traffic="walkers", crs=CRS)
    on_foot = find_cordon(walkers.streets, INSIDE, traffic="walkers", band_m=60.0)
    assert len(on_foot.barriers) == 8
    kept = kept_ground(["1001"], vehicles)
    with pytest.raises(InputError, match="Rue Large is kept open"):
        find_cordon(vehicles.streets, INSIDE, traffic="vehicles", band_m=60.0, keep=kept)
    with pytest.raises(InputError, match="there is no way 7 in the street layer"):
        kept_ground(["7"], vehicles)


def test_a_plan_takes_the_layer_and_nothing_is_written_for_what_is_refused(tmp_path: Path) -> None:
    write_plan(tmp_path / "town")
    words = ("cordon", tmp_path / "town", "--around", f"{tmp_path}/town/route.geojson:60")
    out = tmp_path / "cordon.geojson"
    done = run(*words, "-o", out, "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["sealed"]
    assert told["weight"] == told["max_flow"]
    assert {one["name"] for one in told["closures"]} == {"Pont Dessiné"}
    assert len(told["closures"]) == 2
    checked = run("check", tmp_path / "town", "--closure", out, "--json")
    assert checked.exit_code == 0, checked.output
    assert json.loads(checked.stdout)["closures"] >= 2
    inside = around_route(f"{tmp_path}/town/route.geojson:60", crs=CRS).ground
    for closures, led_in in (([out], ()), ([], ("Pont Dessiné",))):
        closed = survey(load_plan(tmp_path / "town", closures=closures)).streets
        assert closed is not None
        assert breaches(closed, inside, [], band_m=200.0) == led_in
    far = tmp_path / "far.geojson"
    write_geojson(far, [point(3.0, 49.0, id="far")])
    for wrong, said in (
        (("cordon", tmp_path / "town"), "give the ground to seal"),
        ((*words, "--band", "0.01"), "has no room for a closure in the band"),
        ((*words, "--band", "1e300"), "--band takes at most 100,000 metres"),
        ((*words, "--keep-open", "Rue X"), "neither a layer of lines nor ids of ways"),
        ((*words, "--keep-open", "12"), "there is no way 12"),
        ((*words, "--band", "9e4"), "the street layer ends within the perimeter and its band"),
        ((*words, "--gate", far), "far.geojson, feature 'far': the gate lies outside"),
    ):
        refused = run(*wrong, "-o", tmp_path / "no.geojson")
        assert refused.exit_code in {2, 3}, refused.output
        assert said in refused.stderr
        assert refused.stderr.count("\n") == 1
        assert not (tmp_path / "no.geojson").exists()
    for kept, said in (("sites.geojson", "which is read"), ("plan.md", "the suffix '.md'")):
        there = tmp_path / "town" / kept
        before = there.read_bytes() if there.exists() else None
        refused = run(*words, "-o", there)
        assert refused.exit_code == 3, refused.output
        assert said in refused.stderr
        assert (there.read_bytes() if there.exists() else None) == before


def test_a_network_kept_for_walkers_is_refused_for_vehicles(tmp_path: Path) -> None:
    file = write_lines(tmp_path / "a.geojson", [(((0, 0), (90, 0)), {"class": "footway"})])
    with pytest.raises(InputError, match="nothing to drive on"):
        read_ground(file, traffic="vehicles", crs=CRS)
    mixed = [(((0, 0), (90, 0)), {"class": "footway"}), (((0, 9), (90, 9)), {"class": "service"})]
    driven = read_ground(write_lines(file, mixed), traffic="vehicles", crs=CRS).streets
    assert driven.edge_class.tolist() == ["service"]
    with pytest.raises(InputError, match="does not say which way vehicles go"):
        read_ground(tmp_path / "a.arrow", traffic="vehicles", crs=CRS)


@pytest.mark.slow
@pytest.mark.skipif(not PARIS.exists(), reason="the shared data is not here")
def test_central_paris_is_sealed_by_half_as_many_closures_as_ways_that_cross() -> None:
    streets = read_streets(PARIS, crs=CRS)
    ground = around_route(f"{ROUTE}:250", crs=CRS).ground
    found = find_cordon(streets, ground, traffic="walkers", band_m=200.0, weigh="ways")
    assert found.weight == found.flow == len(found.barriers)
    assert len(found.barriers) < 0.6 * found.crossing
    assert found.breaches == ()


@pytest.mark.slow
@pytest.mark.skipif(not MONACO.exists(), reason="the shared data is not here")
@pytest.mark.parametrize("traffic", ["walkers", "vehicles"])
def test_any_perimeter_of_a_town_of_many_levels_is_sealed(traffic: Traffic) -> None:
    crs = "EPSG:32632"
    ground = read_ground(MONACO, traffic=traffic, crs=crs)
    middle = np.array(transformer(crs).transform(7.4246, 43.7384))
    draw_from = random.Random(f"perimeters of {traffic}")
    for band_m in (5.0, 20.0, 60.0, 150.0):
        corners = [middle + [draw_from.uniform(-400, 400) for _ in range(2)] for _ in range(5)]
        hull = shapely.convex_hull(shapely.MultiPoint(corners))
        inside = hull.difference(hull.centroid.buffer(40)) if band_m == 60.0 else hull
        found = find_cordon(
            ground.streets, inside, traffic=traffic, band_m=band_m, widths=ground.widths
        )
        assert found.barriers
        assert found.weight == found.flow
        assert found.breaches == ()


@pytest.mark.slow
@pytest.mark.skipif(not HELSINKI.exists(), reason="the shared data is not here")
def test_any_perimeter_over_the_squares_of_helsinki_is_sealed() -> None:
    crs = "EPSG:3879"
    streets = read_streets(HELSINKI, crs=crs)
    middle = np.array(transformer(crs).transform(24.9440, 60.1715))
    draw_from = random.Random(3)
    across = 0
    for band_m in (2.0, 5.0, 5.0, 5.0, 20.0, 20.0, 20.0, 20.0, 60.0):
        place = middle + [draw_from.uniform(-150, 150) for _ in range(2)]
        inside = shapely.Point(place).buffer(draw_from.uniform(60, 250))
        found = find_cordon(streets, inside, traffic="walkers", band_m=band_m)
        across += sum(one.name == "Rautatientori" for one in found.barriers)
        assert found.weight == found.flow
        assert found.breaches == ()
    assert across > 0


def test_a_perimeter_that_no_street_crosses_is_not_told_as_sealed(tmp_path: Path) -> None:
    write_plan(tmp_path / "town")
    block = tmp_path / "block.geojson"
    write_geojson(block, [box(2.3464, 48.8473, 2.3474, 48.8481, id="block")])
    words = ("cordon", tmp_path / "town", "--perimeter", block)
    done = run(*words, "-o", tmp_path / "cordon.geojson")
    assert done.exit_code == 0, done.output
    assert "no street of" in done.stderr
    assert "crosses the perimeter; there is nothing to seal" in done.stderr
    assert re.search(
        r"^sealed +not known: no street crosses the perimeter$", done.output, re.MULTILINE
    )
    told = json.loads(run(*words, "-o", tmp_path / "cordon.geojson", "--json").stdout)
    assert (told["crossing"], told["sealed"]) == (0, False)
