"""How many things there are, in words: 1 gate, 2 gates, 1,020 people."""

from typing import SupportsFloat

_IRREGULAR = {"person": "people", "duty": "duties"}


def counted(number: SupportsFloat, one: str, many: str | None = None) -> str:
    """Return a number of things, in the singular where it is written as 1.

    Parameters
    ----------
    number
        How many; a whole number is written in full, another with ten digits at most.
    one
        What follows a 1: the thing, and the verb where that differs too.
    many
        What follows other numbers; the plural of the thing unless given.
    """
    written = f"{number:,}" if isinstance(number, int) else f"{float(number):,.10g}"
    return f"{written} {one if written == '1' else many or _IRREGULAR.get(one, f'{one}s')}"
