"""Numbers as they are written in files and on the command line: ASCII digits, and nothing else.

Python itself takes ``1_000``, Arabic-Indic and full-width digits for numbers. Nobody who reviews a
plan should have to know that.
"""

import math
import re
from decimal import Decimal

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)
_NO_NUMBER = re.compile(r"[+-]?(?:nan|inf|infinity)", re.ASCII | re.IGNORECASE)
_MOST_DIGITS = 400  # no float has as many before its point
_SPACE = " \t\r\n"


def decimal(text: str) -> float:
    """Return the number that a text writes in ASCII; it may be infinite, or no number (``nan``).

    Raises
    ------
    ValueError
        If it writes none.
    """
    plain = text.strip(_SPACE)
    if _NUMBER.fullmatch(plain) is None and _NO_NUMBER.fullmatch(plain) is None:
        raise ValueError(f"{text!r} is not a number")
    return float(plain)


def fraction(text: str) -> float:
    """Return a share that a text writes as a number or in percent: ``0.5`` and ``50%`` are one.

    Raises
    ------
    ValueError
        If it writes neither.
    """
    plain = text.strip(_SPACE)
    if not plain.endswith("%"):
        return decimal(plain)
    written = plain.removesuffix("%").strip(_SPACE)
    number = decimal(written)
    # in decimals, so that p% is the number nearest to p hundredths, as if it were written so
    return float(Decimal(written).scaleb(-2)) if math.isfinite(number) else number


def whole_digits(text: str) -> int | float:
    """Return a whole number of JSON; one that no float could hold is infinite.

    Python refuses to read or write more than 4,300 digits, with an error of its own.
    """
    if len(text) <= _MOST_DIGITS:
        return int(text)
    return -math.inf if text.startswith("-") else math.inf
