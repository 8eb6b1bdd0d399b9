"""The page's own scripts, styles and words, as they are kept in ``static``."""

import json
import re
from importlib import resources
from typing import Any


def languages() -> dict[str, dict[str, dict[str, Any]]]:
    """Return the words of every language, by its code: one file each in ``static/words``."""
    folder = resources.files("placement.maps").joinpath("static", "words")
    files = sorted(one.name for one in folder.iterdir() if one.name.endswith(".json"))
    return {
        name.removesuffix(".json"): json.loads(folder.joinpath(name).read_text(encoding="utf-8"))
        for name in files
    }


def own_file(name: str) -> str:
    """Return one of the page's own static files."""
    return resources.files("placement.maps").joinpath("static", name).read_text(encoding="utf-8")


def shorten(code: str) -> str:
    """Return a script or a style without indentation and lines of comment, an eighth of it.

    They are read in the repository. No text of the scripts goes over several lines, so no text is
    altered.
    """
    return re.sub(r"(?m)^ *(?:/\*(?:(?!\*/)[\s\S])*\*/|//.*)\n|^ +", "", code)


def tighten(script: str) -> str:
    """Return a script without the spaces beside signs, a further twelfth of it.

    Lines with texts other than "…", with patterns, quotients or comments stay as they are.
    """
    beside = re.compile(r'("(?:[^"\\]|\\.)*")| ?([=<>,;:?{}()\[\]&|!]+) ?')
    return "\n".join(
        line if any(one in line for one in "`'/") else beside.sub(lambda m: m[1] or m[2], line)
        for line in script.split("\n")
    )
