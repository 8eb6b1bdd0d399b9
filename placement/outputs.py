"""Write files: whole or not at all, and never over what must not be lost.

Every file the program writes goes through here. A file is written under a temporary name in its own
folder, flushed to the disk, and then renamed in one step: whoever reads it meanwhile, after a
crash, after a power cut or on a full disk has the old content or the new one.
"""

import os
import re
import secrets
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from placement.errors import InputError

try:
    import fcntl
except ImportError:  # where there are no such locks, what a killed process left stays behind
    fcntl = None  # type: ignore[assignment]

_PASSING = re.compile(r"\.place-\d+-[0-9a-f]{16}\.part")
_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
}


def replace_file(path: str | Path, content: bytes, *, inputs: Iterable[str | Path] = ()) -> None:
    """Write one file, whole or not at all; see `replacing`."""
    replace_files({Path(path): content}, inputs=inputs)


def replace_files(contents: Mapping[Path, bytes], *, inputs: Iterable[str | Path] = ()) -> None:
    """Write several files: all of them lie on the disk before the first takes its place.

    Parameters
    ----------
    contents
        What goes where, in the order in which the files take their places.
    inputs
        As for `replacing`.

    Raises
    ------
    InputError
        As for `replacing`; none of the files has changed then, unless moving a later one failed.
    """
    inputs = tuple(inputs)
    with ExitStack() as stack:
        for path, content in reversed(list(contents.items())):  # left in the opposite order
            stack.enter_context(replacing(path, inputs=inputs)).write_bytes(content)


@contextmanager
def replacing(path: str | Path, *, inputs: Iterable[str | Path] = ()) -> Iterator[Path]:
    """Give a temporary name to write under; move it to its place when that is done.

    An existing file keeps its mode, and its owner where that may be kept; a new one has the mode
    the umask allows. A symbolic link is followed: the file it names is replaced, the link stays.
    What a killed process left under temporary names in the folder is removed.

    Parameters
    ----------
    path
        The file. Its folder must exist.
    inputs
        Files that were read to make it, and that it must not replace.

    Yields
    ------
    Path
        An empty file in the same folder, to be written to.

    Raises
    ------
    InputError
        If the file cannot be written there, or must not be; the old content is still there then.
    """
    place, old = _checked(path, inputs)
    try:
        _remove_left_behind(place.parent)
        handle, passing = _passing(place.parent)
        try:
            yield passing
            if old is not None:
                _keep_mode(handle, old)
            os.fsync(handle)
            passing.replace(place)
        finally:
            passing.unlink(missing_ok=True)
            os.close(handle)  # only now: the lock on it says that somebody is at work
        _sync_folder(place.parent)
    except OSError as error:
        raise _unwritable(path, error) from error


def check_output(path: str | Path, *, inputs: Iterable[str | Path] = ()) -> None:
    """Refuse a file that `replacing` would refuse, before any work is done for it.

    Parameters
    ----------
    path, inputs
        As for `replacing`. The folder need not exist.

    Raises
    ------
    InputError
        If the file is not a regular file, write-protected, or one of `inputs`.
    """
    _checked(path, inputs)


def check_suffix(path: str | Path, *suffixes: str) -> None:
    """Refuse a file whose name says that it holds something else, such as a plan or a table.

    Parameters
    ----------
    path
        Where something is to be written.
    suffixes
        The suffixes of files of its kind.

    Raises
    ------
    InputError
        If the file's suffix is none of them.
    """
    suffix = Path(path).suffix
    if suffix.lower() not in suffixes:
        raise InputError(
            f"the suffix {suffix!r} is not that of what is written",
            file=path,
            remedy=f"name a file with the suffix {' or '.join(suffixes)}",
        )


def _checked(path: str | Path, inputs: Iterable[str | Path]) -> tuple[Path, os.stat_result | None]:
    """Return where a file really lies, and what is there now."""
    try:
        place = Path(os.path.realpath(path))
        old = _stat(path)
        if old is not None and not stat.S_ISREG(old.st_mode):
            kind = _KINDS.get(stat.S_IFMT(old.st_mode), "not a regular file")
            raise InputError(
                f"it is {kind} and cannot be written as a file",
                file=path,
                remedy="name a file",
            )
        for one in inputs:
            there = _stat(one)
            same = there is not None and old is not None and os.path.samestat(there, old)
            if same or Path(os.path.realpath(one)) == place:
                raise InputError(
                    f"it would be written over {one}, which is read to make it",
                    file=path,
                    remedy="name another file",
                )
    except (OSError, ValueError) as error:  # ValueError: a null byte in a name
        raise _unwritable(path, error) from error
    if old is not None and not os.access(place, os.W_OK):
        raise InputError("it is protected against writing", file=path, remedy="name another file")
    return place, old


def _stat(path: str | Path) -> os.stat_result | None:
    try:
        return os.stat(path)  # noqa: PTH116 - a name may be bytes or hold what Path refuses
    except (FileNotFoundError, NotADirectoryError):
        return None


def _passing(folder: Path) -> tuple[int, Path]:
    """Make an empty file under a temporary name, locked for as long as it is open."""
    while True:
        passing = folder / f".place-{os.getpid()}-{secrets.token_hex(8)}.part"
        handle = os.open(passing, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        try:
            _lock(handle)
            # another process may have taken it for left behind before it was locked
            if (now := _stat(passing)) and os.path.samestat(now, os.fstat(handle)):
                return handle, passing
        except BaseException:
            passing.unlink(missing_ok=True)
            os.close(handle)
            raise
        os.close(handle)


def _lock(handle: int) -> bool:
    """Lock an open file if nobody else has; the system unlocks it when its process ends."""
    if fcntl is None:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # held by a process that lives, or a file system without locks
        return False
    return True


def _remove_left_behind(folder: Path) -> None:
    """Remove passing files that no living process holds.

    The lock tells, not the number of the process in the name: numbers come again, and mean nothing
    across containers that share a folder.
    """
    for name in filter(_PASSING.fullmatch, os.listdir(folder)):  # noqa: PTH208 - names only
        with suppress(OSError):
            handle = os.open(folder / name, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
            try:
                if _lock(handle):
                    (folder / name).unlink()
            finally:
                os.close(handle)


def _keep_mode(handle: int, old: os.stat_result) -> None:
    with suppress(PermissionError):  # only root may give files away
        os.fchown(handle, old.st_uid, old.st_gid)
    os.fchmod(handle, stat.S_IMODE(old.st_mode))


def _sync_folder(folder: Path) -> None:
    """Bring a new name to the disk, where the file system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _unwritable(path: str | Path, error: Exception) -> InputError:
    what = getattr(error, "strerror", None) or error
    return InputError(
        f"cannot be written ({what})",
        file=path,
        remedy="name a file in a folder that exists, has room and lets you write",
    )
