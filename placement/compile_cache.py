"""Machine code kept between runs: checked before it is loaded, and never needed.

numba's own cache has an index that processes write over one another, loads what is on the disk
unchecked, does not notice that a function called from another module has changed, and raises where
it cannot write. Here each compiled function is one file, named after all that it depends on, and
begins with the digest of what follows: a file that is cut short, damaged or somebody else's is made
again, and where nothing can be kept the program compiles in each run.
"""

import functools
import hashlib
import inspect
import logging
import os
import pickle
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import llvmlite
import numba
import numpy as np
from numba.core import config
from numba.core.caching import NullCache
from numba.core.compiler import CompileResult
from numba.core.dispatcher import Dispatcher
from numba.core.runtime.nrt import rtsys
from numba.core.serialize import dumps
from numba.misc.appdirs import AppDirs

from placement.errors import InputError
from placement.outputs import replace_file

_log = logging.getLogger(__name__)
_DIGEST = hashlib.sha256
_DIGEST_BYTES = 32
_PLAIN = (bool, int, float, complex, str, bytes, tuple, type(None))


class CompileCache(NullCache):
    """What was compiled of one function, on the disk.

    The folder is the first of these that serves: the one named in ``NUMBA_CACHE_DIR``,
    ``__pycache__`` beside the source, the user's folder of caches. Files are read from any of them
    that only we, root or the owner of the source could have written to.

    Parameters
    ----------
    function
        The function in Python.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._source = Path(function.__code__.co_filename)

    @property
    def cache_path(self) -> str | None:
        """The folder that is tried first."""
        return next((str(folder) for folder in self._folders()), None)

    def load_overload(self, sig: Any, target_context: Any) -> Any:  # noqa: ANN401 - as numba has it
        """Return what was compiled for arguments of these types, or None."""
        # what was compiled needs memory, and none of the typing rules that compiling would load
        rtsys.initialize(target_context)
        name = self._name(sig, target_context.codegen())
        for folder in self._folders():
            path = folder / name
            content = self._read(path)
            if content is None and self._named:
                return None  # whoever names a folder wants nothing from elsewhere
            if content is None:
                continue
            try:
                whole = pickle.loads(content)  # noqa: S301 - ours, by its digest and its owner
                return CompileResult._rebuild(target_context, *whole)  # type: ignore[no-untyped-call]  # noqa: SLF001
            except Exception:  # noqa: BLE001 - whole, and of no use to the numba that is here
                _forget(path)
        return None

    def save_overload(self, sig: Any, data: Any) -> None:  # noqa: ANN401 - as numba has it
        """Keep what was compiled, if there is a place for it."""
        if _Trouble.said or data.lifted or data.library.has_dynamic_globals:
            return
        content = dumps(data._reduce())  # type: ignore[no-untyped-call]  # noqa: SLF001
        name = self._name(sig, data.codegen)
        reasons = []
        for folder in self._folders():
            try:
                folder.mkdir(mode=0o755, parents=True, exist_ok=True)
                if not self._ours(folder.stat()):
                    reasons.append(f"{folder} can be written to by others")
                    continue
                replace_file(folder / name, _DIGEST(content).digest() + content)
            except (OSError, InputError) as error:
                reasons.append(f"{folder}: {getattr(error, 'strerror', None) or error}")
                continue
            self._remove_stale(folder, name)
            return
        _Trouble.say(reasons)

    @property
    def _named(self) -> str:
        """The folder that `NUMBA_CACHE_DIR` names, "" where it names none."""
        return str(getattr(config, "CACHE_DIR", "") or "")

    def _folders(self) -> Iterator[Path]:
        own = hashlib.sha256(bytes(self._source.parent)).hexdigest()[:16]
        if named := self._named:
            yield Path(named).absolute() / f"{self._source.parent.name}-{own}"
        yield self._source.parent / "__pycache__"
        # without HOME it begins with "~", and would be made in the working directory
        users = Path(AppDirs("placement", appauthor=False).user_cache_dir)  # type: ignore[no-untyped-call]
        if users.is_absolute():
            yield users / f"{self._source.parent.name}-{own}"

    def _name(self, sig: Any, codegen: Any) -> str:  # noqa: ANN401 - as numba has it
        """Return a name that is another one as soon as anything the code depends on is."""
        function = self._function
        key = repr((sig, codegen.magic_tuple())).encode()
        cells = tuple(cell.cell_contents for cell in function.__closure__ or ())
        captured = dumps(cells)  # type: ignore[no-untyped-call]
        meant = _DIGEST(key + function.__code__.co_code + captured).hexdigest()[:24]
        return f"{self._stem}.{_stamp(function)}-{meant}.nbc"

    @property
    def _stem(self) -> str:
        """What the files of one function and one Python have in common."""
        called = self._function.__qualname__.replace("<", "").replace(">", "")
        return f"{self._source.stem}.{called}.{sys.implementation.cache_tag}"

    def _remove_stale(self, folder: Path, name: str) -> None:
        """Remove what was compiled of another state of the source: nobody asks for it again."""
        current = name.rpartition("-")[0]
        with suppress(OSError):
            for path in folder.glob(f"{self._stem}.*.nbc"):
                if not path.name.startswith(f"{current}-"):
                    path.unlink(missing_ok=True)

    def _read(self, path: Path) -> bytes | None:
        """Return what a file holds, or None where there is none that can be trusted."""
        try:
            if not self._ours(path.parent.stat()) or not self._ours(path.stat()):
                return None
            content = path.read_bytes()
        except OSError:
            return None
        if content[:_DIGEST_BYTES] == _DIGEST(content[_DIGEST_BYTES:]).digest():
            return content[_DIGEST_BYTES:]
        _forget(path)
        return None

    def _ours(self, there: os.stat_result) -> bool:
        """Tell whether only those write there who might as well have changed the source."""
        if not (stat.S_ISDIR(there.st_mode) or stat.S_ISREG(there.st_mode)):
            return False
        if not hasattr(os, "geteuid"):
            return True
        owners = {os.geteuid(), 0}
        with suppress(OSError):
            owners.add(self._source.stat().st_uid)
        return there.st_uid in owners and not there.st_mode & stat.S_IWOTH


class _Trouble:
    """Says once in a process that nothing can be kept."""

    said = False

    @classmethod
    def say(cls, reasons: list[str]) -> None:
        cls.said = True
        why = "; ".join(reasons) or "there is no folder for it"
        _log.warning(
            "what is compiled cannot be kept, so each run compiles again (%s); "
            "name a folder of yours in NUMBA_CACHE_DIR",
            why,
        )


def _forget(path: Path) -> None:
    """Remove a file that is of no use, where that may be done; it is written again."""
    with suppress(OSError):
        path.unlink()


@functools.cache
def _stamp(function: Callable[..., Any]) -> str:
    """Return a digest of the sources, the constants and the versions that compiled code rests on.

    Code of other functions is compiled into it, and so are the global constants they name.
    """
    digest = _DIGEST(f"{numba.__version__} {llvmlite.__version__} {np.__version__}".encode())
    seen: set[Callable[..., Any]] = set()
    ahead = [function]
    while ahead:
        one = ahead.pop()
        if one in seen:
            continue
        seen.add(one)
        digest.update(_source(one.__code__.co_filename) or one.__code__.co_code)
        found = inspect.getclosurevars(one)
        for name, value in sorted({**found.globals, **found.nonlocals}.items()):
            value = getattr(value, "py_func", value) if isinstance(value, Dispatcher) else value
            if inspect.isfunction(value):
                ahead.append(value)
            elif isinstance(value, np.ndarray):
                digest.update(f"{name} {value.dtype} {value.shape}".encode() + value.tobytes())
            elif isinstance(value, _PLAIN):
                digest.update(f"{name} {value!r}".encode())
            elif not isinstance(value, ModuleType):
                digest.update(f"{name} {type(value).__qualname__}".encode())
    return digest.hexdigest()[:12]


@functools.cache
def _source(file: str) -> bytes | None:
    try:
        return _DIGEST(Path(file).read_bytes()).digest()
    except OSError:
        return None
