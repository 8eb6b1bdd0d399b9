"""What is read of Python sources without parsing them, which takes long for a thousand files."""

import re
from functools import cache
from pathlib import Path

_IMPORT = re.compile(r"^ *(?:from|import) (\w[\w.]*)", re.MULTILINE)
_JOINT = re.compile(r"""["']\s*(?:#.*\s*)*f?["']""")


@cache
def named_after_import(folder: Path) -> dict[str, set[str]]:
    """Return the names after `import` or `from` at the beginning of a line, by module.

    A text of several lines may have such a line too: what is found here may be no import.
    """
    return {
        path.relative_to(folder).as_posix(): set(_IMPORT.findall(path.read_text(encoding="utf-8")))
        for path in sorted(folder.rglob("*.py"))
    }


def joined(source: str) -> str:
    """Return a source with texts that stand one behind the other as one, as Python reads them."""
    return _JOINT.sub("", source)
