"""Cuts from one choice of gates and lanes, held against the flows of many others."""

import numpy as np
import pytest

from placement.solve.capacitated.master import Groups
from placement.solve.capacitated.max_flow_cuts import networks
from tests.solve.capacitated.test_solver_with_lanes import random_case


@pytest.mark.parametrize("classes", [1, 2])
def test_a_cut_holds_for_every_plan_and_binds_where_it_was_found(classes: int) -> None:
    bound = 0
    for seed in range(40):
        instance, lanes = random_case(seed, 4, classes)
        groups = Groups.build(instance, lanes)
        gates = int(lanes.gate.sum())
        laned = np.flatnonzero(lanes.people > 0)
        number = np.cumsum(lanes.gate) - 1
        covers = np.zeros((len(laned), gates))
        for line, r in zip(covers, laned, strict=True):
            line[number[instance.indices[instance.indptr[r] : instance.indptr[r + 1]]]] = 1.0
        rng = np.random.default_rng(seed)
        found, _, _ = networks(instance, lanes, groups.of, len(groups.people))
        for network in found:
            for whole in (True, False):
                y = (rng.random(gates) < 0.7).astype(np.float64)
                u = y * rng.integers(1, 5, gates)
                if not whole:
                    y, u = y * 0.5, u * 0.5
                got, _, reached = network.admit(y, u, network.whole)
                cut = network.cut(reached, y, u, layer=0)
                room = cut.room(np.minimum(covers @ y, 1.0), y, u)
                if whole:
                    assert room >= got[cut.groups].sum() - 1e-6
                    if len(cut.groups) == len(groups.people):
                        assert room == pytest.approx(got.sum(), abs=1e-6)
                        bound += 1
                for _ in range(20):
                    is_open = (rng.random(gates) < 0.7).astype(np.float64)
                    count = is_open * rng.integers(1, 6, gates)
                    other, _, _ = network.admit(is_open, count, network.whole)
                    near = np.minimum(covers @ is_open, 1.0)
                    assert cut.room(near, is_open, count) >= other[cut.groups].sum() - 1e-6
    assert bound > 5
