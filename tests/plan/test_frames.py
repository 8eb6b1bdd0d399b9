"""Plans without files: the same plan, the same sentences, and walking times given as a table."""

import math
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

import placement
from placement import Plan

RESOURCES: dict[str, Any] = {"team": {"walk_limit_min": 3, "unit_cost": 1}}
WEST, SOUTH, SIDE = 2.30, 48.86, 0.01


def sites(count: int = 8, *, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "id": [f"s{at}" for at in range(count)],
            "lon": WEST + SIDE * rng.random(count),
            "lat": SOUTH + SIDE * rng.random(count),
        }
    )


def people(count: int = 40, *, seed: int = 2) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "id": [f"p{at}" for at in range(count)],
            "lon": WEST + SIDE * rng.random(count),
            "lat": SOUTH + SIDE * rng.random(count),
            "people": rng.integers(1, 100, count),
        }
    )


def located(frame: pd.DataFrame, crs: object = 4326) -> Any:
    points = gpd.points_from_xy(frame.lon, frame.lat)
    return gpd.GeoDataFrame(frame.drop(columns=["lon", "lat"]), geometry=points, crs=4326).to_crs(
        crs
    )


def made(**changes: Any) -> Plan:
    given: dict[str, Any] = {"sites": sites(), "demand": people(), "resources": RESOURCES}
    return Plan.from_frames(**{**given, "budget": 3, **changes})


def walks(seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    table = rng.integers(0, 600, (len(people()), len(sites()))).astype(float)
    table[rng.random(table.shape) < 0.2] = np.nan
    return pd.DataFrame(table, index=people().id, columns=sites().id)


def test_a_plan_without_files_is_the_plan_of_the_same_files(tmp_path: Path) -> None:
    for name, frame in (("sites", sites()), ("demand", people())):
        located(frame).to_file(tmp_path / f"{name}.geojson", driver="GeoJSON")
    (tmp_path / "plan.toml").write_text(
        'format = 1\nname = "plan"\nbudget.amount = 3\n'
        '[layers]\nsites = "sites.geojson"\ndemand = "demand.geojson"\n'
        "[resources.team]\nwalk_limit_min = 3\nunit_cost = 1\n",
        encoding="utf-8",
    )
    filed = placement.load_plan(tmp_path)
    for plan in (
        made(),
        made(sites=located(sites()), demand=located(people())),
        made(sites=str(tmp_path / "sites.geojson")),
        placement.load_plan(tmp_path, sites=located(sites())),
        placement.load_plan(tmp_path, layers={"demand": people()}),
    ):
        assert plan.problem.sites.id == filed.problem.sites.id
        assert plan.problem.demand.id == filed.problem.demand.id
        np.testing.assert_allclose(plan.problem.sites.xy, filed.problem.sites.xy, atol=1e-6)
        assert plan.problem.demand.people.tolist() == filed.problem.demand.people.tolist()
        assert plan.problem.resources == filed.problem.resources
        assert plan.settings.walking == filed.settings.walking
        assert plan.crs == filed.crs


def test_a_plan_without_files_is_optimised_audited_and_written(tmp_path: Path) -> None:
    plan = made(demand=located(people(), 2154))
    solution = placement.optimise(plan)
    assert solution.status is placement.Status.OPTIMAL
    assert placement.audit(plan, solution).ok
    placement.write_solution(solution, tmp_path / "solution.geojson")
    assert placement.audit(plan, placement.read_solution(tmp_path / "solution.geojson")).ok


@pytest.mark.parametrize("kind", ["frame", "dense", "sparse"])
def test_walking_times_stand_in_for_streets(kind: str, tmp_path: Path) -> None:
    table = walks()
    at, to = np.nonzero(table.notna())
    given = {
        "frame": table.iloc[::-1, ::-1],
        "dense": table.to_numpy(),
        "sparse": csr_array((table.to_numpy()[at, to], (at, to)), shape=table.shape),
    }[kind]
    plan = made(walk_s=given)
    solution = placement.optimise(plan)
    within = (table <= 180).loc[list(plan.problem.demand.id), list(plan.problem.sites.id)]
    counted = pd.Series(plan.problem.demand.people, index=within.index)
    best = max(
        math.fsum(counted[within.iloc[:, list(three)].any(axis=1)])
        for three in ((a, b, c) for a in range(8) for b in range(a) for c in range(b))
    )
    assert solution.objective == best
    assert solution.walking == "given times"
    assert placement.audit(plan, solution).ok
    placement.write_solution(solution, tmp_path / "solution.geojson")
    again = placement.read_solution(tmp_path / "solution.geojson")
    assert placement.audit(plan, again).ok
    assert not placement.audit(made(), again).ok
    assert not placement.audit(made(walk_s=table + 1000), again).ok
