"""Results of a study on the disk, a file each: a run that was killed goes on from them."""

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from placement.errors import InputError, UsageError
from placement.outputs import replace_file
from placement.plan.digests import digests_of
from placement.plan.problem import Plan
from placement.review.reading import load_json
from placement.version import __version__

_DIGITS = 16  # of the digest, in the name of the folder


class KeptResults:
    """Where the results of one question to a plan are kept, in a folder named after both.

    Parameters
    ----------
    folder
        Folder of all runs of the study.
    kind
        What the results are: the first word of the folder's name.
    asked
        All that decides the results besides the content of the plan's inputs and the version.
    plan
        The plan.

    Raises
    ------
    UsageError
        If the folder cannot be made.
    """

    def __init__(self, folder: str | Path, kind: str, asked: Mapping[str, Any], plan: Plan) -> None:
        whole = {
            **asked, "at": plan.at, "closed": sorted(plan.closed), "inputs": digests_of(plan),
            "version": __version__,
        }  # fmt: skip
        digest = hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()
        self.folder = Path(folder) / f"{kind}-{digest[:_DIGITS]}"
        self._inputs = plan.inputs
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(
                f"{self.folder} cannot be made ({error.strerror}); choose another folder."
            ) from error

    def read[T](self, name: str, take: Callable[[object, Path], T]) -> T | None:
        """Return a result, or None where it is not known yet.

        Parameters
        ----------
        name
            Of its file.
        take
            Makes it of what the file holds, and of its path for messages.

        Raises
        ------
        InputError
            If the file is not one that was written here.
        """
        path = self.folder / name
        if not path.exists():
            return None
        try:
            return take(load_json(path), path)
        except InputError as error:
            raise InputError(
                f"what was kept cannot be used ({error.problem})",
                file=path,
                remedy="remove the file, and it is found anew",
            ) from error

    def keep(self, name: str, text: str) -> None:
        """Write a result, whole or not at all.

        Raises
        ------
        InputError
            If the file cannot be written.
        """
        replace_file(self.folder / name, text.encode(), inputs=self._inputs)
