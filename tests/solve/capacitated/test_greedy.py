"""The search's own count of whom gates admit, held against maximum flows."""

import numpy as np
import pytest

from placement.cover.instance import Instance
from placement.cover.lanes import Arrivals, Lanes
from placement.solve.capacitated.greedy import Search
from placement.solve.capacitated.master import Groups
from placement.solve.capacitated.max_flow_cuts import networks


@pytest.mark.parametrize("gates", [1, 5, 62, 63, 150])
@pytest.mark.parametrize("periods", [1, 4])
def test_a_search_admits_whom_maximum_flows_admit(gates: int, periods: int) -> None:
    rng = np.random.default_rng(gates)
    rows = 3 * gates
    reach = [
        np.sort(rng.choice(gates, size=rng.integers(1, min(gates, 6) + 1), replace=False))
        for _ in range(rows)
    ]
    people = rng.integers(1, 90, rows) + rng.random(rows)
    shares = np.arange(1, periods + 1)[None] / (periods * (periods + 1) / 2)
    instance = Instance.build(
        indptr=np.concatenate([[0], np.cumsum([len(row) for row in reach])]),
        indices=np.concatenate(reach),
        weight=people * rng.choice([1.0, 1.5, 3.0], rows),
        cost=np.zeros(gates),
        budget=0.0,  # no lane can be bought: what is open is all there is
    )
    lanes = Lanes(
        people=people,
        gate=np.ones(gates, dtype=np.bool_),
        least=np.ones(gates, dtype=np.int64),
        most=np.full(gates, 9),
        lane_cost=np.ones(gates),
        lane_people=np.full(gates, 40.0),
        arrivals=Arrivals(shares=shares, carry=1 if periods > 1 else 0),
        profile=np.zeros(rows, dtype=np.int64),
    )
    groups = Groups.build(instance, lanes)
    found, layers, ratio = networks(instance, lanes, groups.of, len(groups.people))
    search = Search(
        instance,
        lanes,
        most=lanes.most,
        shares=layers,
        ratio=ratio,
        near=np.arange(gates)[:, None],
        seed=0,
    )
    admitted = 0.0
    for _ in range(20):
        is_open = rng.random(gates) < 0.8
        count = np.where(is_open, rng.integers(1, 7, gates), 0)
        expected = 0.0
        for share, network in zip(layers, found, strict=True):
            none = np.zeros(len(groups.people))
            got, _, _ = network.admit(
                is_open.astype(np.float64), count.astype(np.float64), none, then=groups.worth
            )
            expected += share * float(got @ groups.worth)
        search.start(is_open, count)
        assert search.fill() == pytest.approx(expected, rel=1e-9)
        assert (search.is_open == is_open).all()
        assert (search.lanes <= count).all()
        admitted += expected
    assert 0.0 < admitted < 20 * instance.weight.sum()
