"""Kernel search: the columns that a relaxation wants are solved, all others being closed.

Angelelli, Mansini & Speranza, Computers & Operations Research 37, 2010.
"""

from collections.abc import Callable

import numpy as np

from placement.arrays import Bools
from placement.solve.core.incumbent import Record


def search_kernels(
    wanted: Callable[[], Bools],
    solve: Callable[[Bools], None],
    look_again: Callable[[], None],
    record: Record,
    *,
    most: int,
) -> None:
    """Solve kernels, one after the other, as long as each finds a better plan.

    Parameters
    ----------
    wanted
        Tells which columns the relaxation wants now, (C,) bool. A kernel has those that were
        wanted before, too.
    solve
        Solves what is left where only these columns, (C,) bool, may be open, and takes its plan.
    look_again
        Solves the relaxation again after a better plan was found.
    record
        Where plans are taken.
    most
        Kernels to be solved at most.
    """
    tried: Bools | None = None
    for _ in range(most):
        kernel = wanted() if tried is None else wanted() | tried
        if tried is not None and np.array_equal(kernel, tried):
            return
        known, tried = record.objective, kernel
        solve(kernel)
        if record.done or record.objective <= known:
            return
        look_again()
