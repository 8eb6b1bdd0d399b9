"""Rings as a layer: how many posts reach what, and a file that compares well."""

import json

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from placement.streets.rings import Ring, overlaps, rings_text
from tests.amount import cases
from tests.streets.draw import CRS, ORIGIN


@settings(max_examples=cases(20, 40), deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 20)] * 4), max_size=6))
def test_overlaps_count(corners: list[tuple[int, int, int, int]]) -> None:
    """Against counting at the middle of every square of the drawing."""
    boxes = [shapely.box(min(a, c), min(b, d), max(a, c), max(b, d)) for a, b, c, d in corners]
    levels = overlaps(boxes)
    x, y = (g.ravel() + 0.5 for g in np.meshgrid(np.arange(20), np.arange(20)))
    count = np.zeros(len(x), int)
    for box in boxes:
        count += shapely.contains_xy(box, x, y) if box.area else 0
    assert len(levels) == count.max(initial=0)
    for k, level in enumerate(levels, 1):
        assert np.array_equal(shapely.contains_xy(level, x, y), count >= k)
        assert level.is_valid


@pytest.mark.parametrize("seed", range(3, 7))
def test_overlaps_of_outlines_that_cross_at_no_written_place(seed: int) -> None:
    """Discs that one line parts: where outlines cross is rounded, and faces beside must agree."""
    draw = np.random.default_rng(seed)
    draw.uniform(0, 0.02, (12, 2))
    bar = shapely.LineString([(2.3, 48.85), (2.32, 48.8631)]).buffer(0.0005)
    middles = draw.uniform(0, 0.02, (40, 2)) + np.array([2.3, 48.85])
    shapes = [one - bar for one in shapely.buffer(shapely.points(middles), 0.004, quad_segs=16)]
    levels = overlaps(shapes, step=1e-8)
    assert sum(shapely.area(levels)) == pytest.approx(sum(shapely.area(shapes)), rel=1e-6)


def _ring(post: str, limit_s: float, size: float) -> Ring:
    shape = shapely.Point(ORIGIN).buffer(size) - shapely.Point(ORIGIN).buffer(size / 3)
    return Ring(post=f"{post}/gate", resource="gate", limit_s=limit_s, shape=shape)


def test_the_file() -> None:
    rings = [_ring("b", 300, 100), _ring("a", 300, 90), _ring("a", 180, 50)]
    empty = Ring(post="c/gate", resource="gate", limit_s=300, shape=shapely.MultiPolygon())
    text = rings_text([*rings, empty], crs=CRS)
    assert text == rings_text(rings[::-1], crs=CRS)
    features = json.loads(text)["features"]
    assert [f["id"] for f in features] == [
        "a/gate@180", "a/gate@300", "b/gate@300", "gate@180x1", "gate@300x1", "gate@300x2",
    ]  # fmt: skip
    assert len(text.splitlines()) == len(features) + 2
    shapes = {f["id"]: shapely.from_geojson(json.dumps(f["geometry"])) for f in features}
    union = shapely.union(shapes["a/gate@300"], shapes["b/gate@300"])
    assert shapes["gate@300x1"].area == pytest.approx(union.area, rel=1e-3)
    assert len(shapes["a/gate@300"].interiors) == 1
    assert shapes["a/gate@300"].exterior.is_ccw
