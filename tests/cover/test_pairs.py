"""Plans whose walks would not fit into memory are told so before anything is measured."""

from pathlib import Path

import numpy as np
import pytest

from placement.cover.pairs import MOST_GB, VARIABLE, check_pairs
from placement.cover.survey import survey
from placement.errors import InputError, UsageError
from placement.plan.layers import load_plan
from placement.plan.problem import Plan
from tests.builders import point, write_geojson, write_plan


def town(folder: Path, sites: int, people: int, *, streets: bool = False) -> Plan:
    """A plan of so many sites and so many points, all near each other."""
    rng = np.random.default_rng(1)

    def places(name: str, count: int, **values: float) -> list[dict]:
        where = rng.uniform((2.346, 48.8470), (2.354, 48.8530), (count, 2)).round(6).tolist()
        return [point(x, y, id=f"{name}{at}", **values) for at, (x, y) in enumerate(where)]

    layers = {"sites": places("s", sites), "areas": None, "route": None, "water": None}
    layers |= {} if streets else {"streets": None}
    path = write_plan(
        folder,
        layers={**layers, "demand": None},
        extra='demand = "demand.geojson"\n',
        replace={"walk_limit_min = 4": "walk_limit_min = 60"},
    )
    write_geojson(folder / "demand.geojson", places("d", people, people=1))
    return load_plan(path)


@pytest.mark.parametrize("streets", [False, True])
def test_too_many_walks_are_told_with_their_number(
    streets: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = town(tmp_path, 40, 300, streets=streets)
    monkeypatch.setenv(VARIABLE, "0.0005")
    with pytest.raises(InputError, match=r"40 sites and 300 points have some [\d,]+ walks") as told:
        survey(plan)
    assert "walking.sample_m" in str(told.value)
    monkeypatch.setenv(VARIABLE, "1")
    walks = survey(plan).walk
    assert sum(table.nnz for table in walks.values()) > 6_000


def test_the_estimate_is_near_what_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From walks of 200 of the 500 sites, counted in a straight line."""
    plan = town(tmp_path, 500, 100)
    monkeypatch.setenv(VARIABLE, "1e-5")
    with pytest.raises(InputError) as told:
        check_pairs(plan, None)
    estimate = float(str(told.value).split("some ")[1].split(" walks")[0].replace(",", ""))
    monkeypatch.setenv(VARIABLE, "9")
    assert estimate == pytest.approx(sum(t.nnz for t in survey(plan).walk.values()), rel=0.05)


def test_walks_that_streets_make_too_long_do_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = town(tmp_path, 40, 300)
    monkeypatch.setenv(VARIABLE, "0.0005")
    check_pairs(plan, lambda _name, _sites: 0)


@pytest.mark.parametrize("given", ["", "none", "0", "-1", "nan", "1_0", "٣"])
def test_a_variable_that_is_no_number(
    given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, given)
    with pytest.raises(UsageError, match=f"{VARIABLE} is"):
        survey(town(tmp_path, 3, 3))


def test_four_gigabytes_unless_told_otherwise() -> None:
    assert MOST_GB == 4.0
