"""The drawn town with many people in it, in one file of GeoParquet or in parts."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np

import placement
from placement.executor import Executor
from tests.builders import NORTH, SOUTH, write_plan

LAYER = 'demand = "demand.parquet"'


def drawn(points: int, seed: int = 1) -> gpd.GeoDataFrame:
    """Points all over the town, with everything that can be said of people."""
    rng = np.random.default_rng(seed)
    lon = rng.uniform(2.3455, 2.3545, points)
    lat = np.where(rng.random(points) < 0.5, SOUTH[0], NORTH[0]) + rng.uniform(0, 0.0015, points)
    some = rng.random(points) < 0.3
    return gpd.GeoDataFrame(
        {
            "id": [f"p{number:04}" for number in range(points)],
            "people": rng.exponential(20.0, points),
            "zone": rng.choice(["north", "south"], points),
            "priority": rng.choice([1.0, 2.5], points),
            "tier": rng.integers(1, 3, points),
            "step_free": np.where(some, rng.random(points), np.nan),
        },
        geometry=gpd.points_from_xy(lon, lat),
        crs="EPSG:4326",
    )


def write(folder: Path, frame: gpd.GeoDataFrame, *, parts: int, more: str = "") -> Path:
    """Write the town with its demand as one file of the frame's rows, or in parts of them."""
    folder.mkdir()
    path = write_plan(folder, layers={"demand": None, "areas": None}, extra=f"{LAYER}\n{more}")
    if not parts:
        frame.to_parquet(folder / "demand.parquet")
        return path
    (folder / "demand.parquet").mkdir()
    for number, rows in enumerate(np.array_split(np.arange(len(frame)), parts)):
        some = frame.iloc[rows]
        some.to_parquet(folder / "demand.parquet" / f"{number}.parquet", row_group_size=7)
    return path


def told(path: Path, executor: Executor | None = None) -> Mapping[str, Any]:
    """Return everything there is of the people of a plan."""
    demand = placement.load_plan(path, executor=executor).problem.demand
    names = (one for one in type(demand).__slots__)
    found = {name: getattr(demand, name) for name in names}
    return {
        name: one.tobytes() if isinstance(one, np.ndarray) else one for name, one in found.items()
    }


def shuffled(frame: gpd.GeoDataFrame, seed: int) -> gpd.GeoDataFrame:
    return frame.iloc[np.random.default_rng(seed).permutation(len(frame))]
