"""Words, numbers and plurals in the language of a sheet: what `static/language.js` is to the page.

A language is one file of ``static/words``, and everything that depends on it stands there.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from placement.maps.static_files import languages

_FIELD = re.compile(r"\{(\w+)\}")


class Speaker:
    """Says things in one language.

    Parameters
    ----------
    code
        The language, one of those in ``static/words``.
    """

    def __init__(self, code: str) -> None:
        spoken = languages()[code]
        self.code = code
        self._own: dict[str, Any] = spoken["language"]
        self._words: dict[str, str] = {**spoken["plan"], **spoken["day"], **spoken["print"]}

    def say(self, key: str, **values: str) -> str:
        """Return a sentence with its gaps filled."""
        return _FIELD.sub(lambda gap: values.get(gap[1], gap[0]), self._words[key])

    def titled(self, title: str, text: str) -> str:
        """Return a text behind what it is about, with the colon of the language."""
        return self.say("titled", title=title, text=text)

    def has(self, key: str) -> bool:
        """Say whether there is a sentence of that name."""
        return key in self._words

    def count(self, key: str, number: float, *, decimals: int = 0, **values: str) -> str:
        """Return words that go with a number, written with so many decimals: one or many."""
        which = "one" if self._is_one(number, decimals) else "many"
        return self.say(f"{key}_{which}", **{"n": self.people(number), **values})

    def own(self, texts: Mapping[str, str]) -> str:
        """Return a text of the plan in this language."""
        return texts.get(self.code) or texts["en"]

    def units(self, texts: Mapping[str, str]) -> str:
        """Return what is counted of a resource: its unit is named where it has an own name."""
        unit = self.own(texts)
        is_plain = unit == self.say("unit_plain")
        return self.say("units_short") if is_plain else self.say("units", unit=unit)

    def counted(self, number: float, texts: Mapping[str, str]) -> str:
        """Return a name of the plan as it stands behind a number."""
        name = self.own(texts)
        return name if self._is_one(number) else self._plural(name)

    def within(self, name: str) -> str:
        """Return a name within a sentence: its capital goes, unless it has several."""
        if name[:1].isupper() and not any(letter.isupper() for letter in name[1:]):
            return name[0].lower() + name[1:]
        return name

    def joined(self, texts: Iterable[str]) -> str:
        """Return several things as one: "a, b and c"."""
        *others, last = list(texts) or [""]
        return f"{', '.join(others)}{self._own['and']}{last}" if others else last

    def people(self, number: float) -> str:
        """Return a whole number."""
        return self._number(number, 0)

    def money(self, number: float) -> str:
        """Return a number with a decimal where it has one."""
        return self._number(number, 1).removesuffix(f"{self._own['numbers']['decimal']}0")

    def mean(self, seconds: float) -> str:
        """Return seconds as minutes with a decimal."""
        return self._number(seconds / 60, 1)

    def minutes(self, seconds: float) -> str:
        """Return seconds as minutes, with a decimal where they have one."""
        return self.money(seconds / 60)

    def share(self, part: float) -> str:
        """Return a share with a decimal, never all of what is not all nor nothing of what is."""
        if 0 < part < 0.0005:
            return f"< {self._percent(0.001, 1)}"
        return self._percent(0.999 if 0.9994 < part < 1 else part, 1)

    def percent(self, part: float) -> str:
        """Return a share without decimals, where that is neither all nor nothing by mistake."""
        if 0 < part < 0.005 or 0.995 <= part < 1:
            return self.share(part)
        return self._percent(part, 0)

    def clock(self, text: str) -> str:
        """Return a time of day, given as "15:30"; past midnight as "24:30"."""
        hours, minutes = text.split(":")
        return f"{int(hours) % 24:02d}{self._own['clock']}{minutes}"

    def order(self, text: str) -> tuple[list[tuple[int, str]], str]:
        """Return what a text is sorted by: accents and case last, numbers as numbers."""
        import unicodedata  # noqa: PLC0415 - for tables alone

        plain = unicodedata.normalize("NFD", text)
        bare = "".join(one for one in plain if not unicodedata.combining(one)).casefold()
        parts = re.split(r"(\d+)", bare)
        return [(int(one), "") if one.isdecimal() else (-1, one) for one in parts], text

    def _is_one(self, number: float, decimals: int = 0) -> bool:
        least, most = self._own["plural"]["one"]
        return bool(least <= float(_rounded(number, decimals)) <= most)

    def _number(self, number: float, decimals: int) -> str:
        written = f"{_rounded(number, decimals):,f}"
        signs = self._own["numbers"]
        whole, _, rest = written.partition(".")
        text = whole.replace(",", signs["group"])
        return f"{text}{signs['decimal']}{rest}" if rest else text

    def _percent(self, part: float, decimals: int) -> str:
        return f"{self._number(100 * part, decimals)}{self._own['numbers']['percent']}"

    def _plural(self, name: str) -> str:
        """Return a name in the plural: see `pluralOf` of the page."""
        rule = self._own["plural"]
        words = name.split(" ")
        stop = re.compile(rule["stop"], re.IGNORECASE)
        end = next((at for at, word in enumerate(words) if at and stop.match(word)), len(words))
        return " ".join(
            self._bent(word) if at < end and (not rule["last"] or at == end - 1) else word
            for at, word in enumerate(words)
        )

    def _bent(self, word: str) -> str:
        for ending, becomes in self._own["plural"]["endings"]:
            if re.search(ending, word, re.IGNORECASE):
                template = becomes.replace("$1", r"\1")
                return re.sub(ending, template, word, count=1, flags=re.IGNORECASE)
        return word


def _rounded(number: float, decimals: int) -> Decimal:
    """Round as browsers do: a half away from zero, of the number as it is written."""
    step = Decimal(1).scaleb(-decimals)
    return Decimal(repr(float(number))).quantize(step, rounding=ROUND_HALF_UP)
