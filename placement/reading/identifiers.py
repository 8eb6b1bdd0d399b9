"""What an identifier may be: what is seen is what is compared."""

import re
import unicodedata

MOST_CHARACTERS = 200

# Drawn as nothing, though Unicode does not class them as formats.
_FILLERS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_HIDDEN = {
    "Cc": "a control character",
    "Cf": "an invisible character",
    "Cs": "half of a surrogate pair",
    "Zl": "a line separator",
    "Zp": "a paragraph separator",
}


def fault(text: str) -> tuple[str, str] | None:
    """Return what is wrong with an identifier and the remedy, or None where nothing is.

    Two texts that look the same must be the same: identifiers are in Unicode's composed form (NFC),
    without characters that are not seen, and without spaces around them.
    """
    if len(text) > MOST_CHARACTERS:
        return f"is {len(text):,} characters long", f"give at most {MOST_CHARACTERS}"
    for character in text:
        hidden = _HIDDEN.get(unicodedata.category(character))
        if hidden is None and _FILLERS.match(character):
            hidden = "an invisible character"
        if hidden is not None:
            return f"holds {hidden} (U+{ord(character):04X})", "remove it"
    if text != text.strip():
        return "begins or ends with a space", "remove it"
    if not unicodedata.is_normalized("NFC", text):
        composed = unicodedata.normalize("NFC", text)
        return (
            "is not in Unicode's composed form (NFC), so that one letter could be two",
            f"write {composed!r} with one character a letter, as keyboards do",
        )
    return None
