"""What bars the way on one level leaves those above and below alone."""

from pathlib import Path

import numpy as np
import pytest
import shapely

from placement.errors import UsageError
from placement.streets import Snapped, Streets, catchment, snap, walking_times
from placement.streets.barring import Barring
from placement.streets.closures import Closure, with_closures
from tests.streets.draw import ORIGIN, at, draw, osm_xml, read_osm_text
from tests.streets.split_graph import all_times

#: A street, and a residential one that a footbridge carries over it.
FOOTBRIDGE = (
    {1: (-300, 0), 2: (300, 0), 3: (0, -200), 7: (0, -60), 8: (0, 60), 4: (0, 200)},
    {
        1: ([1, 2], {"highway": "primary"}),
        2: ([3, 7], {"highway": "residential"}),
        3: ([8, 4], {"highway": "residential"}),
        4: ([7, 8], {"highway": "footway", "bridge": "yes", "layer": "1", "name": "over"}),
    },
)
ALONG = shapely.LineString([(-300, 0), (300, 0)])


def moved(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(shape, lambda xy: xy + ORIGIN)


def seconds(streets: Streets, one: Snapped, other: Snapped) -> float:
    """The walk, after the search and the split graph agree on it."""
    found = walking_times(streets, one, other, limit_s=1e5, outward=True).toarray()[0, 0]
    right = all_times(streets, one, other)[0, 0]
    if np.isinf(right):
        assert found == 0  # no entry
        return float("inf")
    assert found == pytest.approx(right, abs=1e-6)
    return float(right)


def over(streets: Streets) -> float:
    """Seconds from one side of the street to the other."""
    return seconds(streets, snap(streets, at((0, -150))), snap(streets, at((0, 150))))


@pytest.mark.parametrize(
    ("tags", "level"),
    [
        ({"bridge": "yes", "layer": "1"}, 1),
        ({"tunnel": "yes", "layer": "-1"}, -1),
        ({"bridge": "yes"}, 1),
        ({"tunnel": "yes", "layer": "-2"}, -2),
    ],
)
@pytest.mark.parametrize("shape", [ALONG, ALONG.buffer(30)])
def test_a_closure_at_ground_leaves_bridges_and_tunnels_open(
    tmp_path: Path, tags: dict[str, str], level: int, shape: shapely.Geometry
) -> None:
    nodes, ways = FOOTBRIDGE
    crossing = {4: ([7, 8], {"highway": "footway", **tags})}
    streets = read_osm_text(tmp_path, osm_xml(nodes, {**ways, **crossing}))
    usual = over(streets)
    assert usual == pytest.approx(300 / 1.34, rel=1e-3)
    shut = moved(shape)
    assert over(with_closures(streets, [Closure(shape=shut)])) == pytest.approx(usual, abs=1e-6)
    assert over(with_closures(streets, [Closure(shape=shut, levels=frozenset([0]))])) == (
        pytest.approx(usual, abs=1e-6)
    )
    both = Closure(shape=shut, levels=frozenset([0, level]))
    assert np.isinf(over(with_closures(streets, [both])))
    own = with_closures(streets, [Closure(shape=shut, levels=frozenset([level]))])
    assert np.isinf(over(own))
    assert own.length_m[own.edge_class == "primary"].sum() == pytest.approx(600, rel=1e-3)
    # the same way at ground is cut
    flat = read_osm_text(tmp_path, osm_xml(nodes, {**ways, 4: ([7, 8], {"highway": "footway"})}))
    assert np.isinf(over(with_closures(flat, [Closure(shape=shut)])))


def test_a_bridge_at_street_level_is_street(tmp_path: Path) -> None:
    deck = {"class": "residential", "bridge": True, "level": 0}
    streets = draw(
        tmp_path, [(0, -200), (0, -60)], ([(0, -60), (0, 60)], deck), [(0, 60), (0, 200)]
    )
    assert np.isinf(over(with_closures(streets, [Closure(shape=moved(ALONG))])))


CROSSING = (
    ([(0, 0), (100, 0), (200, 0)], {"name": "Main"}),
    ([(100, 0), (100, 100)], {"name": "north"}),
    ([(100, 0), (160, 100)], {"name": "north"}),
    ([(100, 0), (100, -100)], {"name": "south"}),
    ([(150, -50), (150, 50)], {"name": "over", "bridge": True, "level": 1}),
    ([(150, -50), (100, -50)], {}),
    ([(150, 50), (130, 50)], {}),
)


def test_a_street_closed_by_name_may_be_a_fence(tmp_path: Path) -> None:
    streets = draw(tmp_path, *CROSSING[:4])

    def walk(closed: Streets, one: tuple[float, float], other: tuple[float, float]) -> float:
        return seconds(closed, snap(closed, at(one)), snap(closed, at(other))) * 1.34

    shut = with_closures(streets, [Closure(street="main")])
    fenced = with_closures(streets, [Closure(street="main", fence=True)])
    assert set(fenced.name) == {"north", "south"}
    assert walk(shut, (100, 80), (100, -80)) == pytest.approx(160, rel=1e-3)
    assert np.isinf(walk(fenced, (100, 80), (100, -80)))
    # what meets on one side of the fence still meets
    two = walk(fenced, (100, 80), (148, 80))
    assert two == pytest.approx(walk(streets, (100, 80), (148, 80)), rel=1e-9)
    # where it ends, nothing is parted
    spur = draw(tmp_path, *CROSSING[1:4], ([(100, 0), (200, 0)], {"name": "Main"}))
    open_end = with_closures(spur, [Closure(street="Main", fence=True)])
    assert walk(open_end, (100, 80), (100, -80)) == pytest.approx(160, rel=1e-3)
    for bad in ({"shape": moved(ALONG), "street": "Main"}, {"shape": moved(ALONG)}):
        with pytest.raises(UsageError):
            Closure(fence=True, **bad)


@pytest.mark.parametrize("off", [0.0, 0.004, -0.009])
def test_a_fence_drawn_along_a_street_parts_its_junctions(tmp_path: Path, off: float) -> None:
    """Layers are rounded to a centimetre: a fence may miss the junction it is drawn through."""
    streets = draw(tmp_path, *CROSSING[:4])
    fence = moved(shapely.LineString([(-50, off), (250, off)]))
    closed = with_closures(streets, [Closure(shape=fence)])
    assert closed.length_m.sum() == pytest.approx(streets.length_m.sum(), rel=1e-9)

    def walk(one: tuple[float, float], other: tuple[float, float]) -> float:
        return seconds(closed, snap(closed, at(one)), snap(closed, at(other))) * 1.34

    assert np.isinf(walk((100, 80), (100, -80)))
    assert walk((100, 80), (148, 80)) == pytest.approx(80 + np.hypot(48, 80), rel=1e-3)


@pytest.mark.slow
def test_a_fenced_street_leaves_the_bridge_above_it(tmp_path: Path) -> None:
    over_it = CROSSING[:1], ([(50, 80), (50, -80)], {"bridge": True, "level": 1})
    streets = draw(tmp_path, *over_it[0], over_it[1], [(50, 80), (50, 90)], [(50, -80), (50, -90)])
    fenced = with_closures(streets, [Closure(street="Main", fence=True)])
    ends = snap(fenced, at((50, 85), (50, -85)), max_m=5)
    assert seconds(fenced, ends.take([0]), ends.take([1])) * 1.34 == pytest.approx(170, rel=1e-3)


@pytest.mark.parametrize("kind", ["water", "barriers"])
def test_what_lies_deep_bars_nobody_at_the_surface(tmp_path: Path, kind: str) -> None:
    streets = draw(
        tmp_path,
        ([(0, 0), (200, 0)], {"name": "street"}),
        ([(0, -10), (200, -10)], {"name": "passage", "tunnel": True, "level": -3}),
    )
    deep = moved(shapely.box(-10, 4, 210, 20))
    point = at((50, 30))

    def name(levels: frozenset[int] | None, level: int = 0) -> str:
        found = snap(streets, point, level=level, **{kind: Barring(deep, levels)})
        return str(streets.name[found.edge[0]]) if found.edge[0] >= 0 else ""

    assert name(None) == ""
    assert name(frozenset([-3])) == "street"
    assert name(frozenset([0])) == ""
    # what is in the open bars nobody on the way to a tunnel, and what is on its level does
    assert name(None, level=-3) == "passage"
    assert name(frozenset([-3]), level=-3) == ""


def test_who_stands_on_a_bridge_is_on_it(tmp_path: Path) -> None:
    streets = draw(
        tmp_path,
        ([(0, 0), (200, 0)], {"name": "quay"}),
        ([(100, 0), (100, 100)], {"name": "bridge", "bridge": True, "level": 1}),
        ([(0, 100), (200, 100)], {"name": "other quay"}),
    )
    river = moved(shapely.box(-50, 10, 250, 90))
    points = at((104, 50), (130, 50), (104, 15), (104, 5))

    def names(**options: object) -> list[str]:
        found = snap(streets, points, water=river, **options)
        return [str(streets.name[e]) if e >= 0 else "" for e in found.edge]

    # in the river, and near the bridge's middle line: on it; near the bank: a coarse drawing of it
    assert names() == ["bridge", "", "quay", "quay"]
    assert names(level=1) == ["bridge"] * 4
    assert names(from_bridges=False)[0] == ""
    yard = snap(streets, at((104, 50)), barriers=river)
    assert str(streets.name[yard.edge[0]]) == "bridge"


def test_catchments_lose_only_the_water_of_their_level(tmp_path: Path) -> None:
    streets = draw(tmp_path, [(0, 0), (400, 0)])
    post = snap(streets, at((200, 0)))
    canal = moved(shapely.box(150, -20, 250, 20))
    areas = [
        catchment(streets, post, limit_s=60, outward=True, water=[Barring(canal, levels)]).area
        for levels in (None, frozenset([-2]))
    ]
    assert areas[1] - areas[0] > 1000
