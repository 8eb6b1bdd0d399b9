"""The page's own scripts, styles and words, as they are kept in ``static``."""

import functools
import json
import re
from importlib import resources
from itertools import groupby
from typing import Any

_TEXT = re.compile(r'"(?:[^"\\\n]|\\.)*"|`[^`\n]*`')
_QUOTED = re.compile("['`/]")
_LINE_END = re.compile(r"(?<=[;{,(])\n+")
_COMMENT = re.compile(rf"({_TEXT.pattern})|(?<=[;,{{}}]) // .*")
_QUOTIENT = re.compile(r"(?<=[\w)\]]) / (?=[\w(])")
_SIGN = r"[=<>,;:?{}()\[\]&|!*%/]"
# a space beside a sign; of + and - two that would be read as one stay apart: `a - -b`
_BESIDE = re.compile(
    rf"({_TEXT.pattern})| (?:(?<={_SIGN} )|(?={_SIGN})"
    r"|(?<=(?<![+-])(?<![+-] )[+-] )(?![+-])|(?<![+-] )(?=[+-](?! ?[+-])))"
)


def languages() -> dict[str, dict[str, dict[str, Any]]]:
    """Return the words of every language, by its code: one file each in ``static/words``."""
    folder = resources.files("placement.maps").joinpath("static", "words")
    files = sorted(one.name for one in folder.iterdir() if one.name.endswith(".json"))
    return {
        name.removesuffix(".json"): json.loads(folder.joinpath(name).read_text(encoding="utf-8"))
        for name in files
    }


@functools.cache
def script(*names: str) -> str:
    """Return some of the page's own scripts as one, as a page has them: short and tight."""
    return tighten(shorten("\n".join(map(own_file, names))))


@functools.cache
def style(*names: str) -> str:
    """Return some of the page's own styles as one, as a page has them: short and tight."""
    return tighten_style(shorten("".join(map(own_file, names))))


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
    bare = _COMMENT.sub(r"\1", script.rstrip("\n"))
    joined = ""
    for tightens, lines in groupby(bare.split("\n"), _has_only_plain_texts):
        code = "\n".join(lines) + "\n"
        joined += _LINE_END.sub("", _BESIDE.sub(r"\1", code)) if tightens else code
    return joined


def _has_only_plain_texts(line: str) -> bool:
    """Tell whether a line has no pattern, no text in '…' and no template within another."""
    if not _QUOTED.search(line):
        return True
    return not _QUOTED.search(_QUOTIENT.sub("", _TEXT.sub("", line))) and all(
        text.count("${") == text.count("}") for text in _TEXT.findall(line) if text[0] == "`"
    )


def tighten_style(style: str) -> str:
    """Return a style without the spaces beside braces, semicolons and commas, a twelfth of it."""
    return re.sub(r'("[^"]*")|\s*([{};,])\s*', lambda m: m[1] or m[2], style)
