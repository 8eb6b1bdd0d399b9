"""How kernels are compiled: one decorator, so that every loop gets the same treatment."""

from collections.abc import Callable
from typing import cast

import numba


def compiled[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function of numpy arrays and numbers to machine code.

    The result is cached on disk, so only the first run after an installation pays for
    compilation, and it runs without the interpreter lock, so threads can share the work.
    Floating-point rules stay strict: the same input gives the same bytes on every run.

    Parameters
    ----------
    function
        A function numba can type without Python objects.

    Returns
    -------
    Callable
        The compiled function, with the annotations of the original.
    """
    return cast("Callable[P, R]", numba.njit(cache=True, nogil=True)(function))
