"""How kernels are compiled: one way for all, so that every loop gets the same treatment."""

import functools
import gc
import logging
from collections.abc import Callable
from types import FunctionType
from typing import Any, NoReturn, cast

from numba.core import config, event, sigutils, types
from numba.core.registry import CPUDispatcher

from placement.compile_cache import CompileCache

_log = logging.getLogger(__name__)
_FEW_STEPS = 2_000


class _Kernel(CPUDispatcher):
    """A compiled function, of which there is one version for whole numbers of any kind.

    Left to itself numba compiles a function again for every mixture of 32 bits, 64 bits and
    constants it meets, and the calls within it as well: a third of a first run's time.
    """

    def enable_caching(self) -> None:
        """Keep what is compiled, see `placement.compile_cache`."""
        self._cache = CompileCache(self.py_func)

    def compile(self, sig: Any) -> Any:  # noqa: ANN401 - as numba has it
        """Compile for arguments of these types, or load what was compiled before."""
        given, result = sigutils.normalize_signature(sig)  # type: ignore[no-untyped-call]
        taken = tuple(_widest(kind) for kind in given)
        # compiling makes millions of small objects that all live on: looking for garbage among
        # them again and again finds none
        collecting = gc.isenabled()
        gc.disable()
        try:
            return super().compile(taken if result is None else result(*taken))
        finally:
            if collecting:
                gc.enable()


class _Part(_Kernel):
    """A compiled function for other compiled functions only: there is no way in from Python."""

    def __call__(self, *_: object) -> NoReturn:
        raise TypeError(f"{self.py_func.__name__} is there for compiled functions only")


class _Announcement(event.Listener):
    """Says once that something is compiled; what is loaded from the cache goes unsaid."""

    said = False

    def on_start(self, event: Any) -> None:  # noqa: ANN401 - as numba has it
        """Hear that a function is compiled."""
        if isinstance(event.data["dispatcher"], _Kernel):
            self.said = self.said or _say()

    def on_end(self, event: Any) -> None:  # noqa: ANN401 - as numba has it
        """Hear that it is done."""


event.register("numba:compile", _Announcement())  # type: ignore[no-untyped-call]


def _say() -> bool:
    _log.info("compiling loops for this computer and keeping them: up to half a minute")
    return True


def _widest(kind: Any) -> Any:  # noqa: ANN401 - a numba type
    """Return 64 bits for signed whole numbers and constants, any other type as it is."""
    kind = types.unliteral(kind)  # type: ignore[no-untyped-call]
    return types.int64 if kind in types.signed_domain else kind


def compiled[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function of numpy arrays and numbers to machine code.

    The result is cached on disk, so only the first run after an installation pays for
    compilation (and says so to the log), and it runs without the interpreter lock, so threads can
    share the work. Floating-point rules stay strict: the same input gives the same bytes on every
    run. Signed whole numbers are taken as 64 bits, whatever they came in.

    Parameters
    ----------
    function
        A function numba can type without Python objects. Allocation and slices are what takes
        long to compile: arrays had better be handed in, and copied in loops.

    Returns
    -------
    Callable
        The compiled function, with the annotations of the original.
    """
    return cast("Callable[P, R]", _kernel(_Kernel, function))


def suited[**P, R](function: Callable[P, R], *, steps: int) -> Callable[P, R]:
    """Return a compiled function, or the same in Python where there is little to do.

    Compiling takes seconds, once a machine, and loading what was compiled a tenth of a second. What
    a function returns is the same in both.

    Parameters
    ----------
    function
        What `compiled` returned. It must not count on whole numbers that wrap around.
    steps
        About how many steps its innermost loop takes.
    """
    if steps > _FEW_STEPS or not isinstance(function, _Kernel):
        return function
    return cast("Callable[P, R]", _in_python(function))


@functools.cache
def _in_python(kernel: _Kernel) -> Callable[..., Any]:
    """Return what a kernel was compiled from, with the kernels it calls in Python as well."""
    source = kernel.py_func
    names = dict(source.__globals__)
    plain = FunctionType(source.__code__, names, source.__name__, source.__defaults__)
    for name in source.__code__.co_names:
        if isinstance(called := names.get(name), _Kernel):
            names[name] = plain if called is kernel else _in_python(called)
    return plain


def part_of_compiled[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function that only compiled functions call: it needs no door from Python.

    Parameters
    ----------
    function
        As for `compiled`.

    Returns
    -------
    Callable
        As for `compiled`; a call from Python is a TypeError.
    """
    return cast("Callable[P, R]", _kernel(_Part, function, no_cpython_wrapper=True))


def _kernel(
    kind: type[_Kernel], function: Callable[..., Any], **options: bool
) -> Callable[..., Any]:
    # NUMBA_DISABLE_JIT=1, by which the lines of loops can be counted
    if config.DISABLE_JIT:  # type: ignore[attr-defined]
        return function
    how = {"nopython": True, "nogil": True, "no_cfunc_wrapper": True, **options}
    kernel = kind(py_func=function, targetoptions=how)
    kernel.enable_caching()
    return kernel
