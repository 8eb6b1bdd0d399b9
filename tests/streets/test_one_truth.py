"""Solver, audit and the split graph measure the same walks and draw the limit at one place."""

import numpy as np
import pytest

from placement.auditing.findings import AT_LIMIT
from placement.auditing.recount import walks_between
from placement.streets import walking_times
from tests.amount import cases
from tests.streets.random_walks import Walks, draw_walks
from tests.streets.split_graph import all_times


def check(walks: Walks, rng: np.random.Generator) -> None:
    """Compare all pairs both ways, at limits of which most are the length of a walk."""
    streets, sources, targets = walks.streets, walks.sources, walks.targets
    for outward in (True, False):
        right = (
            all_times(streets, sources, targets)
            if outward
            else all_times(streets, targets, sources).T
        )
        lengths = np.unique(right[np.isfinite(right)])
        some = rng.choice(lengths, min(len(lengths), 3), replace=False) if len(lengths) else []
        for limit in [0.0, 1e4, *(float(one) for one in some)]:
            audited = walks_between(streets, sources, targets, limit_s=limit, outward=outward)
            table = walking_times(streets, sources, targets, limit_s=limit, outward=outward)
            solved = np.full(right.shape, np.inf)
            rows = np.repeat(np.arange(len(sources)), np.diff(table.indptr))
            solved[rows, table.indices] = table.data
            within = right <= limit * AT_LIMIT
            assert np.array_equal(solved < np.inf, within)
            assert np.array_equal(audited <= limit * AT_LIMIT, within)
            for found in (solved, audited):
                assert np.allclose(found[within], right[within], rtol=1e-12, atol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("group", range(cases(2, 4)))
def test_solver_audit_and_split_graph_agree(group: int) -> None:
    """160 networks, half by day: one-way streets, closures at every share of an edge, crowds and
    paces; points at junctions, at every share, and on one another."""
    for seed in range(40 * group, 40 * (group + 1)):
        check(draw_walks(seed), np.random.default_rng(seed))
