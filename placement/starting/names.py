"""Names of OpenStreetMap and of files, fit for a layer, a plan file and a page."""

import re
import unicodedata
from functools import lru_cache

_MOST = 80
#: Kinds of letters that show nothing, or turn the text about: control, format, surrogate, private.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


@lru_cache(maxsize=1 << 16)
def clean_name(text: str) -> str:
    """Return a name in composed Unicode, on one line, without what cannot be seen.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str
        Of at most 80 characters; may be empty.
    """
    plain = "".join(
        " " if unicodedata.category(letter) in {"Zl", "Zp", "Cc"} else letter
        for letter in unicodedata.normalize("NFC", text)
        if unicodedata.category(letter) not in _UNSEEN or letter.isspace()
    )
    name = " ".join(plain.split())
    return name if len(name) <= _MOST else f"{name[: _MOST - 1].rstrip()}…"


def plain_words(text: str) -> str:
    """Return a name in small ASCII letters, digits and hyphens, for a file; may be empty."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text.lower()).strip("-")[:60].strip("-")


def markdown(text: str) -> str:
    """Return a name as Markdown shows it, letter by letter."""
    return re.sub(r"([\\`*_{}\[\]<>()#+!|&~^$])", r"\\\1", text)
