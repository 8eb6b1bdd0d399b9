"""Who stands on a square walks straight to what they see of it, and round what they do not."""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
import shapely.affinity
from numpy.typing import NDArray

from placement.streets import Streets, catchment, snap, walking_times
from placement.streets.barring import Barring
from placement.streets.closures import Closure, crowd_pace, with_closures, with_crowd, with_pace
from placement.streets.obstacles import with_obstacles
from placement.streets.routes import route
from tests.streets.draw import at
from tests.streets.split_graph import all_times
from tests.streets.test_squares import SQUARE, in_sight, square

CORNERS = [(0.0, 0.0), (300.0, 0.0), (300.0, 300.0), (0.0, 300.0)]
WALL = shapely.LineString(at((150, -1), (150, 200)))


def metres(streets: Streets, *people: tuple[float, float], **options: Any) -> NDArray[np.float64]:
    """How far people walk to one another, metres of the drawing."""
    scale = streets.length_m.sum() / shapely.length(streets.edge_lines()).sum()
    here = snap(streets, at(*people), **options)
    found = walking_times(streets, here, here, limit_s=1e4, outward=True).toarray()
    for one, other in combinations(range(len(people)), 2):
        way = route(streets, here.take([one]), here.take([other]))
        assert way is not None
        assert way.walk_s == pytest.approx(found[one, other], abs=1e-6)
    return np.asarray(found * streets.speed_m_s / scale)


@pytest.fixture
def open_square(tmp_path: Path) -> Streets:
    return square(tmp_path, SQUARE, [], CORNERS)


def test_people_walk_straight_to_one_another_and_to_the_streets(open_square: Streets) -> None:
    people = [(30.0, 40.0), (250.0, 160.0), (150.0, 150.0), (320.0, 320.0)]
    found = metres(open_square, *people)
    wanted = [np.hypot(220, 120), np.hypot(120, 110), np.hypot(270, 260) + np.hypot(20, 20)]
    assert found[0, 1:] == pytest.approx(wanted, abs=0.3)
    assert found == pytest.approx(found.T, abs=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_walks_on_a_square_with_holes_are_those_of_a_visibility_graph(
    tmp_path: Path, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    outline = [*SQUARE[:2], (300, 180 - 10 * seed), (160 + 5 * seed, 200), (300, 300), (0, 300)]
    holes = [[(x, y), (x + w, y), (x + w, y + h), (x, y + h)]
             for (x, y), (w, h) in zip([(30, 40), (150, 60), (60, 210)], rng.uniform(8, 70, (3, 2)),
                                       strict=True)]  # fmt: skip
    streets = square(tmp_path, outline, holes, CORNERS)
    surface = shapely.Polygon(outline, holes)
    people = list(within(shapely.buffer(surface, -0.1), 5, rng))
    found = metres(streets, *people)
    for one, other in combinations(range(5), 2):
        wanted = in_sight(surface, people[one], people[other])
        assert found[one, other] == pytest.approx(wanted, abs=0.3)
    here = snap(streets, at(*people, (320, 320), (0, 150)))
    times = walking_times(streets, here, here, limit_s=1e4, outward=False, ordered=False).toarray()
    assert times == pytest.approx(all_times(streets, here, here).T, rel=1e-4, abs=1e-3)


def within(
    surface: shapely.Geometry, many: int, rng: np.random.Generator
) -> Iterator[tuple[float, float]]:
    low, high = np.array(surface.bounds).reshape(2, 2)
    while many:
        x, y = rng.uniform(low, high)
        if surface.contains(shapely.Point(x, y)):
            yield float(x), float(y)
            many -= 1


ROUND = np.hypot(50, 100) * 2  # by the end of the wall, from 50 m on one side to the other


@pytest.mark.parametrize("way", ["closure", "stage", "wall", "water", "other level"])
def test_nobody_sees_across_what_bars_the_way(open_square: Streets, way: str) -> None:
    """From the south side to two thirds of the square: only a closure has an end to walk round."""
    streets, options = open_square, {}
    area = shapely.box(*at((149, -1)).ravel(), *at((151, 200)).ravel())
    if way == "closure":
        streets = with_closures(streets, [Closure(shape=WALL)])
    elif way == "stage":
        streets = with_closures(streets, [Closure(shape=area)])
    elif way == "other level":
        streets = with_closures(streets, [Closure(shape=area, levels=frozenset([1]))])
    else:
        options = {"water": area} if way == "water" else {"barriers": WALL}
    found = metres(
        streets, (100.0, 100.0), (200.0, 100.0), (100.0, 250.0), (200.0, 250.0), **options
    )
    assert found[2, 3] == pytest.approx(100, abs=0.3)
    if way == "other level":
        assert found[0, 1] == pytest.approx(100, abs=0.3)
    else:
        assert found[0, 1] > ROUND - 0.3
    if way in ("closure", "stage"):
        assert found[0, 1] == pytest.approx(ROUND, abs=1.5)


@pytest.mark.parametrize("kind", ["closures", "obstacles"])
@pytest.mark.parametrize("seed", range(3))
def test_what_stands_on_a_square_is_walked_round(tmp_path: Path, seed: int, kind: str) -> None:
    """Stages (or basins) and bent fences, one from the rim on: by a visibility graph of the rest.

    Those who come from the streets walk round them too, in any order of the closures.
    """
    rng = np.random.default_rng(seed)
    hole = [(130, 130), (170, 130), (170, 170), (130, 170)]
    streets = square(tmp_path, SQUARE, [hole], CORNERS)
    taken, closures = [], []
    for x, y in ((40, 40), (200, 60), (90, 220)):
        w, h = rng.uniform(10, 60, 2)
        stage = shapely.affinity.rotate(shapely.box(x, y, x + w, y + h), float(rng.uniform(0, 90)))
        taken.append(stage)
        closures.append(Closure(shape=shapely.Polygon(at(*stage.exterior.coords))))
    ways = [
        [(301, 200), (230, 190 + 20 * rng.uniform()), (200 + 20 * rng.uniform(), 240)],
        [(10, 150), (60, 150 + 30 * rng.uniform())],
    ]
    for way in ways:
        taken.append(shapely.LineString(way).buffer(1e-3, cap_style="flat", join_style="mitre"))
        closures.append(Closure(shape=shapely.LineString(at(*way))))
    options = {}
    if kind == "closures":
        left = with_closures(streets, closures)
    else:
        stand = [each.shape for each in closures if each.shape is not None]
        # a wall along the rim takes nothing
        stand.append(shapely.LineString(at((0, 0), (0, 300), (300, 300))))
        left = with_obstacles(streets, [Barring(each) for each in stand])
        turned = with_obstacles(streets, [Barring(each) for each in stand[::-1]])
        options = {"water": shapely.union_all(stand[:3]), "barriers": stand[3:]}
    surface = shapely.difference(shapely.Polygon(SQUARE, [hole]), shapely.union_all(taken))
    people = [*within(shapely.buffer(surface, -1), 4, rng), (0.0, 0.0), (300.0, 300.0)]
    found = metres(left, *people, **options)
    for one, other in combinations(range(len(people)), 2):
        wanted = in_sight(surface, people[one], people[other])
        assert found[one, other] == pytest.approx(wanted, abs=0.6)
    if kind == "closures":
        turned = with_closures(streets, closures[::-1])
    for name in ("node_xy", "edge_tail", "edge_head", "forward_s", "vertex_xy", "walk_s"):
        assert getattr(left, name).tobytes() == getattr(turned, name).tobytes()


@pytest.mark.parametrize("beyond", [1.0, -0.01], ids=["beyond the rim", "1 cm short of it"])
def test_a_fence_across_a_whole_square_is_not_walked_round(
    open_square: Streets, beyond: float
) -> None:
    across = Closure(shape=shapely.LineString(at((150, -beyond), (150, 300 + beyond))))
    left = with_closures(open_square, [across])
    here = snap(left, at((100, 100), (100, 200), (200, 100), (200, 200)))
    times = walking_times(left, here, here, limit_s=1e4, outward=True)
    scale = left.length_m.sum() / shapely.length(left.edge_lines()).sum()
    apart = np.array([[0, 100], [100, 0]])
    wanted = np.block([[apart, np.zeros((2, 2))], [np.zeros((2, 2)), apart]])  # 0: no way
    assert times.toarray() * left.speed_m_s / scale == pytest.approx(wanted, abs=0.3)


@pytest.mark.parametrize("short", [0.0, 0.01])
def test_a_fence_from_junction_to_junction_parts_a_square(tmp_path: Path, short: float) -> None:
    """From one corner to the other, where streets enter, and by the corners of a hole."""
    hole = [(140.0, 140.0), (160.0, 140.0), (160.0, 160.0), (140.0, 160.0)]
    streets = square(tmp_path, SQUARE, [hole], CORNERS)
    fences = [[(short, short), (140, 140)], [(160, 160), (300 - short, 300 - short)]]
    left = with_closures(streets, [Closure(shape=shapely.LineString(at(*one))) for one in fences])
    east, west = [(200.0, 100.0), (100.0, 50.0)], [(100.0, 200.0), (50.0, 100.0)]
    here = snap(left, at(*east, *west, (300, 0), (0, 300)))
    times = walking_times(left, here, here, limit_s=1e4, outward=True).toarray()
    scale = left.length_m.sum() / shapely.length(left.edge_lines()).sum()
    found = times * left.speed_m_s / scale
    assert (found[np.ix_([0, 1, 4], [2, 3, 5])] == 0).all()  # no way
    assert found[0, 1] == pytest.approx(np.hypot(100, 50), abs=0.3)
    assert found[2, 3] == pytest.approx(np.hypot(50, 100), abs=0.3)
    # one side of the fence still comes in where the street enters, by the straight way
    street = snap(left, at((-20, -20), (320, 320)), max_m=1)
    found = walking_times(left, here, street, limit_s=1e4, outward=True).toarray()
    found *= left.speed_m_s / scale
    for column, corner in enumerate([(0, 0), (300, 300)]):
        ways = [np.hypot(*np.subtract(one, corner)) for one in (east[1], west[1])]
        near = found[[1, 3], column]
        assert np.count_nonzero(near) == 1
        assert near[near > 0] == pytest.approx(np.array(ways)[near > 0] + np.hypot(20, 20), abs=2)


@pytest.mark.parametrize("fence", [False, True])
def test_a_square_that_is_closed_by_its_name_is_not_walked_across(
    tmp_path: Path, fence: bool
) -> None:
    streets = square(tmp_path, SQUARE, [], CORNERS, name="Market")
    assert len(streets.squares) == 1
    left = with_closures(streets, [Closure(street="market", fence=fence)])
    assert len(left.squares) == 0
    assert snap(left, at((150, 150))).sight is None


def test_a_crowd_slows_those_who_walk_straight_through_it(open_square: Streets) -> None:
    west = shapely.box(*at((-10, -10)).ravel(), *at((100, 310)).ravel())
    crowded = with_crowd(open_square, [(west, 2.0)])
    found = metres(crowded, (50.0, 150.0), (250.0, 150.0), (50.0, 250.0))
    slow = 1 / crowd_pace(2.0)
    assert found[0, 1:] == pytest.approx([50 * slow + 150, 100 * slow], abs=0.5)


def test_a_square_has_the_pace_of_its_class(open_square: Streets) -> None:
    slow = with_pace(open_square, {"pedestrian": 0.5})
    assert metres(slow, (50.0, 150.0), (250.0, 150.0))[0, 1] == pytest.approx(400, abs=0.5)


def test_who_is_on_another_level_is_not_on_the_square(open_square: Streets) -> None:
    assert snap(open_square, at((150, 150)), level=1).sight is None
    assert snap(open_square, at((320, 320), (150, 150)), level=0).sight is not None


def test_who_is_far_from_every_street_comes_in_by_the_nearest_corner(tmp_path: Path) -> None:
    streets = square(tmp_path, SQUARE, [], [(0, 0)])
    here = snap(streets, at((150, 150), (500, 150)), max_m=20)
    assert (here.edge >= 0).tolist() == [True, False]
    found = walking_times(streets, here, snap(streets, at((0, 0))), limit_s=1e4, outward=True)
    assert found.toarray()[0, 0] * 1.34 == pytest.approx(np.hypot(150, 150), abs=0.3)


def test_the_catchment_of_a_post_on_a_square_is_a_disc(open_square: Streets) -> None:
    post = snap(open_square, at((150, 150)))
    ground = catchment(open_square, post, limit_s=100 / 1.34, outward=True)
    assert ground.area == pytest.approx(np.pi * 100**2, rel=0.01)
    assert shapely.hausdorff_distance(ground, shapely.Point(at((150, 150))).buffer(100)) < 3
