"""The page's own scripts, styles and words, as they are kept in ``static``."""

import json
import re
from importlib import resources
from typing import Any

_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`')
_COMMENT = re.compile(rf"({_TEXT.pattern})|(?<=[;,{{}}]) // .*")
_QUOTIENT = re.compile(r"(?<=[\w)\]]) / (?=[\w(])")
# signs, of which two that would be read as one stay apart: `a - -b`
_BESIDE = re.compile(
    rf"({_TEXT.pattern})| ?((?:[=<>,;:?{{}}()\[\]&|!*%/]|(?<![+-])(?<![+-] )[+-](?! ?[+-]))+) ?"
)


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
    """Return a script without spaces beside signs and comments behind statements, an eighth of it.

    Nor do lines end where a statement does, or goes on. Lines with patterns, with texts in '…' or
    with templates within templates stay as they are.
    """
    joined = ""
    for line in script.rstrip("\n").split("\n"):
        code = _COMMENT.sub(lambda found: found[1] or "", line)
        bare = _QUOTIENT.sub("", _TEXT.sub("", code))
        whole = not any(one in bare for one in "'`/") and all(
            text.count("${") == text.count("}") for text in _TEXT.findall(code) if text[0] == "`"
        )
        joined += _BESIDE.sub(lambda found: found[1] or found[2], code) if whole else code
        joined += "" if whole and joined.endswith((";", "{", ",", "(")) else "\n"
    return joined


def tighten_style(style: str) -> str:
    """Return a style without the spaces beside braces, semicolons and commas, a twelfth of it."""
    return re.sub(r'("[^"]*")|\s*([{};,])\s*', lambda m: m[1] or m[2], style)
