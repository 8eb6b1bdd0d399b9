"""Published instances through the public engine: stated optima, and an independent model."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, eye_array, hstack
from scipy.spatial import KDTree

from placement import Cover, maximise
from tests.amount import cases

DATA = Path(os.environ.get("PLACEMENT_DATA", Path(__file__).parents[4] / "shared" / "data"))

# covers proven optimal for p = 1, 2, … sites of 800 m (Lorena & Pereira's instances)
OPTIMA = {
    "SJC324": [5461, 8790, 11604, 12106, 12152],
    "SJC402": [6555, 11339, 14690, 15658, 15970, 15984],
    "SJC500": [7944, 12454, 15730, 17794, 18859, 19525, 19692, 19707],
}


def _needs(path: Path) -> Path:
    if not path.is_file():
        pytest.skip(f"{path.name} is not at hand (PLACEMENT_DATA)")
    return path


@pytest.mark.slow
@pytest.mark.parametrize("name", cases(list(OPTIMA)[:1], list(OPTIMA)))
def test_sao_jose_dos_campos_reaches_the_stated_optima(name: str) -> None:
    rows = np.genfromtxt(_needs(DATA / "mclp" / f"{name}.csv"), delimiter=",", names=True)
    xy = np.column_stack([rows["x"], rows["y"]])
    cover = Cover.from_discs(xy, xy, 800.0, rows["demand"])
    pairs = KDTree(xy).sparse_distance_matrix(KDTree(xy), 800.0, output_type="coo_matrix")
    matrix = csr_array((np.ones(pairs.nnz), (pairs.row, pairs.col)), shape=pairs.shape)
    same = Cover.from_matrix(matrix, rows["demand"])
    for budget, optimum in enumerate(OPTIMA[name], start=1):
        result = maximise(cover, budget=budget, time_limit=None)
        assert result.status.value == "optimal"
        assert result.covered == result.bound == optimum
        assert same.evaluate(result.chosen) == optimum


@pytest.mark.parametrize("stores", [2, 4, 8])
def test_san_francisco_equals_an_independent_model(stores: int) -> None:
    """16 stores and 205 tracts within 5,000 of the data's units, walked on the network."""
    file = DATA / "spopt_sf" / "SF_network_distance_candidateStore_16_censusTract_205_new.csv"
    with _needs(file).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    store = {name: n for n, name in enumerate(sorted({row["name"] for row in rows}))}
    people = {row["DestinationName"]: float(row["demand"]) for row in rows}
    tract = {name: n for n, name in enumerate(sorted(people))}
    near = [row for row in rows if float(row["distance"]) <= 5000]
    where = ([tract[row["DestinationName"]] for row in near], [store[row["name"]] for row in near])
    matrix = coo_array((np.ones(len(near)), where), shape=(len(tract), len(store))).tocsr()
    weight = np.array([people[name] for name in tract])
    assert len(store) == 16
    assert len(tract) == 205

    result = maximise(Cover.from_matrix(matrix, weight), budget=stores, time_limit=None)

    count = len(tract)
    model = milp(
        np.concatenate([-weight, np.zeros(len(store))]),
        integrality=np.concatenate([np.zeros(count), np.ones(len(store))]),
        bounds=Bounds(0, 1),
        constraints=[
            LinearConstraint(hstack([eye_array(count), -matrix]), -np.inf, 0),
            LinearConstraint(
                np.concatenate([np.zeros(count), np.ones(len(store))])[None, :], -np.inf, stores
            ),
        ],
        options={"mip_rel_gap": 0},
    )
    assert result.status.value == "optimal"
    assert result.covered == result.bound == pytest.approx(-model.fun)
    assert len(result.chosen) <= stores
