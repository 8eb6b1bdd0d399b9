"""What options take, as callbacks of click: numbers, series, places, and values by name."""

import math
from collections.abc import Callable
from typing import Any

import click

from placement.reading.numerals import decimal, fraction

type Callback[T] = Callable[[click.Context, click.Parameter, Any], T]


def amount(*, above_zero: bool = False, percent: bool = False) -> Callback[float | None]:
    """Return a callback that takes a finite number of at least 0, or above 0; `percent` as well."""
    least = "above 0" if above_zero else "of at least 0"
    example = ", such as 0.01 or 1%" if percent else ""
    read = fraction if percent else decimal

    def parse(_ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:
        if value is None:
            return None
        try:
            number = read(value)
        except ValueError:
            number = math.nan
        if not math.isfinite(number) or number < 0 or (above_zero and number == 0):
            raise click.BadParameter(
                f"{value!r} is not a finite number {least}{example}", param=param
            )
        return number

    return parse


def lonlat() -> Callback[tuple[float, float] | None]:
    """Return a callback that takes a place, longitude first, in degrees."""

    def parse(
        _ctx: click.Context, param: click.Parameter, value: str | None
    ) -> tuple[float, float] | None:
        if value is None:
            return None
        try:
            lon, lat = (decimal(part) for part in value.split(","))
        except ValueError:
            lon = lat = math.nan
        if not (abs(lon) <= 180 and abs(lat) <= 90):
            raise click.BadParameter(
                f"{value!r} cannot be read; write its longitude and latitude as 2.2945,48.8584",
                param=param,
            )
        return lon, lat

    return parse


def count(least: int = 0) -> Callback[int | None]:
    """Return a callback that takes a whole number of at least `least`, in ASCII digits."""

    def parse(_ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
        if value is None:
            return None
        if not _is_count(value) or int(value) < least:
            raise click.BadParameter(f"{value!r} is not {_whole_from(least)}", param=param)
        return int(value)

    return parse


def ending(*suffixes: str) -> Callback[str | None]:
    """Return a callback that takes a file with one of some suffixes, see `check_suffix`."""

    def parse(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
        if value is not None:
            from placement.outputs import check_suffix

            check_suffix(value, *suffixes)
        return value

    return parse


_SERIES_EXAMPLE = "100:900:50 or 100,250,400"
_MOST_VALUES = 1_000
_MOST_VALUE = 1e12  # names of files are made of them


def _values(text: str) -> tuple[float, ...]:
    """Return the numbers of ``FROM:TO:STEP``, TO included, or of a list; ascending.

    Raises
    ------
    ValueError
        If it is neither, of more than a thousand numbers, or of one that is out of range.
    """
    from decimal import Decimal

    if ":" not in text:
        numbers = [decimal(part) for part in text.split(",")]
    else:
        first, last, step = (Decimal(repr(decimal(part))) for part in text.split(":"))
        if step <= 0 or last < first or (last - first) / step >= _MOST_VALUES:
            raise ValueError(text)
        numbers = [float(first + n * step) for n in range(int((last - first) / step) + 1)]
    if not all(0 <= one <= _MOST_VALUE for one in numbers) or len(numbers) > _MOST_VALUES:
        raise ValueError(text)
    return tuple(sorted(set(numbers)))


def series() -> Callback[tuple[float, ...] | None]:
    """Return a callback that takes ``FROM:TO:STEP`` or a list of numbers of at least 0."""

    def parse(
        _ctx: click.Context, param: click.Parameter, value: str | None
    ) -> tuple[float, ...] | None:
        if value is None:
            return None
        try:
            return _values(value)
        except (ValueError, ArithmeticError):
            raise click.BadParameter(
                f"{value!r} is not a series of numbers of at least 0; write it as "
                f"{_SERIES_EXAMPLE} (at most {_MOST_VALUES:,} numbers, none above {_MOST_VALUE:g})",
                param=param,
            ) from None

    return parse


def series_of() -> Callback[tuple[str, tuple[float, ...]] | None]:
    """Return a callback that takes ``RESOURCE=FROM:TO:STEP``, in whole numbers."""

    def parse(
        ctx: click.Context, param: click.Parameter, value: str | None
    ) -> tuple[str, tuple[float, ...]] | None:
        if value is None:
            return None
        name, equals, text = (part.strip() for part in value.partition("="))
        if not (name and equals):
            raise click.BadParameter(
                f"{value!r} is not RESOURCE=FROM:TO:STEP; write it as dog_team=0:40:2", param=param
            )
        numbers = series()(ctx, param, text) or ()
        if not all(one.is_integer() for one in numbers):
            raise click.BadParameter(
                f"{text!r} has parts of units; write whole numbers, as dog_team=0:40:2",
                param=param,
            )
        return name, numbers

    return parse


def numbers() -> Callback[tuple[int, ...] | None]:
    """Return a callback that takes a whole number above 0, or a range of them as ``1..3``."""

    def parse(
        _ctx: click.Context, param: click.Parameter, value: str | None
    ) -> tuple[int, ...] | None:
        if value is None:
            return None
        first, dots, last = (part.strip() for part in value.partition(".."))
        ends = [first, last if dots else first]
        if not all(map(_is_count, ends)) or not 0 < int(ends[0]) <= int(ends[1]) <= _MOST_VALUES:
            raise click.BadParameter(
                f"{value!r} is not a whole number above 0 or a range of them; write it as 1..3",
                param=param,
            )
        return tuple(range(int(ends[0]), int(ends[1]) + 1))

    return parse


def _whole_from(least: int) -> str:
    return f"a whole number from {least} to 999999999"


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def assignments(example: str) -> Callback[dict[str, str]]:
    """Return a callback that takes repeated ``NAME=VALUE``, each name once."""

    def parse(
        _ctx: click.Context, param: click.Parameter, values: tuple[str, ...]
    ) -> dict[str, str]:
        taken: dict[str, str] = {}
        for value in values:
            name, equals, content = (part.strip() for part in value.partition("="))
            if not (name and equals and content):
                raise click.BadParameter(
                    f"{value!r} is not NAME=VALUE; write it as in `{example}`", param=param
                )
            if name in taken:
                raise click.BadParameter(f"{name!r} is given twice; give it once", param=param)
            taken[name] = content
        return taken

    return parse


def limits(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, int]:
    """Take repeated ``RESOURCE=N``, N a whole number of at least 0."""
    taken = assignments(_LIMIT)(ctx, param, values)
    for number in taken.values():
        if not _is_count(number):
            raise click.BadParameter(
                f"{number!r} is not {_whole_from(0)}; write it as in `{_LIMIT}`",
                param=param,
            )
    return {name: int(number) for name, number in taken.items()}


_LIMIT = "--limit dog_team=4"
_SHARE = "--share checkpoint=95%"


def shares(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, float]:
    """Take repeated ``RESOURCE=A``, A above 0 and at most 1."""
    taken: dict[str, float] = {}
    for name, text in assignments(_SHARE)(ctx, param, values).items():
        try:
            share = fraction(text)
        except ValueError:
            share = math.nan
        if not 0 < share <= 1:
            raise click.BadParameter(
                f"{text!r} is not a share above 0 and of at most 1; write it as in `{_SHARE}`",
                param=param,
            )
        taken[name] = share
    return taken
