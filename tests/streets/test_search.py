"""Walking times: against scipy on an explicitly split graph, and rules at the edge of things."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from placement.errors import UsageError
from placement.streets import Snapped, Streets, snap, walking_times
from tests.amount import cases
from tests.streets.draw import at, draw
from tests.streets.split_graph import all_times


@st.composite
def drawn_network(draw_: st.DrawFn) -> tuple[list, int]:
    """Random lines over a small grid of places: loops, parallels, dead ends, one-way, steps."""
    places = [(60.0 * (i % 5) + 7.0 * (i % 3), 60.0 * (i // 5) + 5.0 * (i % 2)) for i in range(20)]
    lines = []
    for _ in range(draw_(st.integers(2, 14))):
        size = draw_(st.integers(2, 5))
        index = draw_(st.lists(st.integers(0, 19), min_size=size, max_size=size))
        if len(set(index)) < 2:
            continue
        properties = {
            "oneway": draw_(st.sampled_from(["no", "no", "yes", "-1"])),
            "class": draw_(st.sampled_from(["footway", "steps"])),
            "name": draw_(st.sampled_from(["", "A"])),
        }
        lines.append(([places[i] for i in index], properties))
    return lines, draw_(st.integers(0, 2**32 - 1))


def _random_points(streets: Streets, count: int, seed: int) -> Snapped:
    rng = np.random.default_rng(seed)
    fraction = rng.choice([0.0, 1.0, 0.5, *rng.random(5)], count)
    edge = rng.integers(-1, streets.n_edges, count)
    return Snapped(edge=edge, fraction=fraction, access_s=rng.choice([0.0, 10.0, 33.3], count))


@pytest.mark.slow
@settings(max_examples=cases(40, 120), deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn_network(), st.sampled_from([0.0, 60.0, 150.0, 400.0]), st.booleans())
def test_equals_scipy_on_the_split_graph(
    network: tuple[list, int], limit_s: float, outward: bool
) -> None:
    """10 x 10 pairs a network, both ways: 12,000 pairs, no pair off by more than a microsecond."""
    lines, seed = network
    if not lines:
        return
    with tempfile.TemporaryDirectory() as folder:
        streets = draw(Path(folder), *lines)
    sources, targets = _random_points(streets, 10, seed), _random_points(streets, 10, seed + 1)
    expected = (
        all_times(streets, sources, targets) if outward else all_times(streets, targets, sources).T
    )
    found = walking_times(streets, sources, targets, limit_s=limit_s, outward=outward)
    full = np.full(expected.shape, np.inf)
    row = np.repeat(np.arange(10), np.diff(found.indptr))
    full[row, found.indices] = found.data
    # within a microsecond of the limit rounding may decide
    clear = np.abs(expected - limit_s) > 1e-6
    assert ((full < np.inf) == (expected <= limit_s))[clear].all()
    both = (full < np.inf) & (expected < np.inf)
    assert np.allclose(full[both], expected[both], rtol=0, atol=1e-6)


def test_a_walk_of_exactly_the_limit_counts(tmp_path: Path) -> None:
    streets = draw(tmp_path, [(0, 0), (100, 0), (200, 0)], [(100, 0), (100, 80)])
    ends = snap(streets, at((0, 0), (200, 0)))
    whole = walking_times(streets, ends, ends, limit_s=1e6, outward=True).toarray()[0, 1]
    for limit, count in ((whole, 4), (whole * (1 - 1e-6), 2)):
        assert walking_times(streets, ends, ends, limit_s=limit, outward=True).nnz == count


def test_no_walk_is_stored_as_a_zero(tmp_path: Path) -> None:
    streets = draw(tmp_path, [(0, 0), (100, 0)])
    here = Snapped(edge=np.array([0]), fraction=np.array([0.5]), access_s=np.array([0.0]))
    times = walking_times(streets, here, here, limit_s=0.0, outward=True)
    assert times.nnz == 1
    assert times.data[0] == 0.0


def test_one_way_streets_bind_the_direction_walked(tmp_path: Path) -> None:
    """A ring walked one way: there is short, back is all the way round."""
    corners = [(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]
    streets = draw(tmp_path, (corners, {"oneway": "yes"}), ([(0, 0), (-50, 0)], {}))
    points = snap(streets, at((20, 0), (80, 0)))
    out = walking_times(streets, points, points, limit_s=1e4, outward=True).toarray()
    home = walking_times(streets, points, points, limit_s=1e4, outward=False).toarray()
    metre = 1 / 1.34
    assert out[0, 1] == pytest.approx(60 * metre, rel=1e-3)
    assert out[1, 0] == pytest.approx(340 * metre, rel=1e-3)
    assert np.array_equal(home, out.T)


def test_steps_are_slower_and_left_out_step_free(tmp_path: Path) -> None:
    lines = (([(0, 0), (100, 0)], {"class": "steps"}), ([(0, 0), (0, 50)], {}))
    streets = draw(tmp_path, *lines)
    steps = streets.edge_class == "steps"
    assert (streets.length_m / streets.forward_s)[steps] == pytest.approx([0.5726], abs=1e-3)
    assert draw(tmp_path, *lines, step_free=True).n_edges == 1


def test_threads_change_nothing(tmp_path: Path) -> None:
    grid = [[(x, 0), (x, 700)] for x in range(0, 701, 100)]
    grid += [[(x, y) for x in range(0, 701, 100)] for y in range(0, 701, 100)]
    streets = draw(tmp_path, *grid)
    rng = np.random.default_rng(1)
    points = snap(streets, at(*rng.uniform(0, 700, (1500, 2))))
    one = walking_times(streets, points, points, limit_s=200, outward=False)
    two = walking_times(streets, points, points, limit_s=200, outward=False, threads=2)
    for field in ("indptr", "indices", "data"):
        assert np.array_equal(getattr(one, field), getattr(two, field))
    assert one.has_sorted_indices


def test_rows_in_order_are_the_rows_as_they_come(tmp_path: Path) -> None:
    """More targets than one digit can tell apart, on few edges: rows with long runs, and room
    that runs out time and again."""
    grid = [[(x, 0), (x, 300)] for x in range(0, 301, 100)]
    grid += [[(x, y) for x in range(0, 301, 100)] for y in range(0, 301, 100)]
    streets = draw(tmp_path, *grid)
    rng = np.random.default_rng(3)
    for count in (1, 2, 3000, 5000):
        targets = _random_points(streets, count, count)
        sources = _random_points(streets, 40, 7).take(rng.permutation(40))
        come = walking_times(streets, sources, targets, limit_s=150, outward=True, ordered=False)
        found = walking_times(streets, sources, targets, limit_s=150, outward=True)
        assert found.nnz == come.nnz
        come.sort_indices()
        for field in ("indptr", "indices", "data"):
            assert np.array_equal(getattr(found, field), getattr(come, field))
        if count > 1000:
            assert found.nnz > 4096


@pytest.mark.parametrize("limit", [-1.0, float("nan"), float("inf")])
def test_a_limit_that_cannot_be_is_refused(tmp_path: Path, limit: float) -> None:
    streets = draw(tmp_path, [(0, 0), (100, 0)])
    here = snap(streets, at((0, 0)))
    with pytest.raises(UsageError, match="walking limit"):
        walking_times(streets, here, here, limit_s=limit, outward=True)
