"""Regular files of a size that can be meant: all else is told, and never waited on."""

import hashlib
import re
import stat
from pathlib import Path

from placement.errors import ConflictMarkersError, InputError

MIB = 1 << 20
MOST_TEXT_BYTES = 1024 * MIB
"""Most bytes of a layer that is read as text."""

# Lines that begin and end a conflict; `=======` alone may stand in a text.
_MARKER = re.compile(rb"^(?:<{7}|>{7})(?:[ \r\n]|\Z)", re.MULTILINE)

NOT_THAT = "check the file, or its suffix"


def reason(error: BaseException) -> str:
    """Return why a file could not be read, without the path that the sentence already names."""
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).rstrip(".")


def require_file(path: Path, *, remedy: str, missing: str = "there is no such file") -> int:
    """Refuse what is not a regular file: a folder, a pipe or a device could be waited on for ever.

    Parameters
    ----------
    path
        The file.
    remedy
        What to do where it is not there, or is something else.
    missing
        What to say where it is not there.

    Returns
    -------
    int
        Its bytes.

    Raises
    ------
    InputError
        If it is missing, cannot be looked at, or is not a regular file.
    """
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(missing, file=path, remedy=remedy) from None
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read ({reason(error)})", file=path, remedy=remedy) from None
    if not stat.S_ISREG(found.st_mode):
        what = "folder" if stat.S_ISDIR(found.st_mode) else "pipe or a device"
        raise InputError(f"is a {what}, not a file", file=path, remedy=remedy)
    return found.st_size


def is_folder(path: Path) -> bool:
    """Tell whether a path is a folder; a path that cannot be is none."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def head(path: Path, length: int) -> bytes:
    """Return the first bytes of a file, which say what it is."""
    try:
        with path.open("rb") as file:
            return file.read(length)
    except OSError as error:
        raise InputError(f"cannot be read ({reason(error)})", file=path) from None


def digest_bytes(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    try:
        with path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise InputError(
            f"cannot be read ({reason(error)})", file=path, remedy="check the file"
        ) from None


def read_bytes(path: Path, *, most: int = MOST_TEXT_BYTES) -> bytes:
    """Return the bytes of a regular file that was required before.

    Raises
    ------
    InputError
        If it cannot be read, is larger than `most` bytes, or has conflict markers of a merge.
    """
    content = head(path, most + 1)
    if len(content) > most:
        raise InputError(
            f"is larger than {most // MIB:,} MiB, the most that is read of such a file",
            file=path,
            remedy=NOT_THAT,
        )
    refuse_conflict_markers(path, content)
    return content


def refuse_conflict_markers(path: Path, content: bytes) -> None:
    """Refuse a text in which a merge left a conflict.

    Parameters
    ----------
    path
        The file, for messages.
    content
        What it holds.

    Raises
    ------
    ConflictMarkersError
        If a line begins or ends a conflict.
    """
    if b"<<<<<<<" not in content and b">>>>>>>" not in content:  # the fast way over large files
        return
    marker = _MARKER.search(content)
    if marker is not None:
        raise ConflictMarkersError(file=path, line=content.count(b"\n", 0, marker.start()) + 1)


def read_text(path: Path, *, most: int = MOST_TEXT_BYTES, remedy: str = NOT_THAT) -> str:
    """Return the text of a regular file that was required before; a byte order mark is left out.

    Raises
    ------
    InputError
        If it cannot be read, is larger than `most` bytes, has conflict markers of a merge, or is
        not UTF-8.
    """
    try:
        return read_bytes(path, most=most).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"is not UTF-8 text (byte {error.start})", file=path, remedy=remedy
        ) from None
