"""Replace a file in one step, so that nobody ever reads half of it."""

import os
import secrets
from pathlib import Path

from placement.errors import InputError


def replace_file(path: str | Path, content: bytes) -> None:
    """Write a file under a temporary name beside its place, then move it there.

    Whoever reads `path` meanwhile sees the old content or the new one, never a part; after a
    crash or an interruption the old content is still there.

    Parameters
    ----------
    path
        The file. Its folder must exist. A symbolic link is followed, not replaced.
    content
        All of it.

    Raises
    ------
    InputError
        If the file cannot be written there.
    """
    place = Path(os.path.realpath(path))
    passing = place.with_name(f".{place.name[:100]}.{secrets.token_hex(8)}.part")
    try:
        with passing.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        passing.replace(place)
    except OSError as error:
        raise InputError(
            f"cannot be written ({error.strerror or error})",
            file=path,
            remedy="name a file in a folder that exists and that you may write to",
        ) from error
    finally:
        passing.unlink(missing_ok=True)
