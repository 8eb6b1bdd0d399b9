"""Lanes and arrivals, as the plan file writes them."""

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import Field, model_validator

from placement.counts import counted
from placement.plan.clock import minutes_of
from placement.plan.format import Clock, Positive, Section, broken
from placement.plan.resources import OWN, LanesRule

# no `type` statement: it would become a definition of its own in the schema
Shares = Annotated[tuple[Annotated[float, Field(ge=0, le=1)], ...], Field(strict=False)]


class LanesSettings(Section):
    """People pass through lanes, which admit so many an hour: a person beyond is not covered."""

    rate_per_h: Annotated[
        Positive,
        Field(
            le=100_000,
            description="People a lane admits an hour. Default 400 (S: domain.md; 230 at high "
            "risk, 600 at low).",
        ),
    ] = 400.0
    efficiency: Annotated[
        Positive,
        Field(
            le=1, description="Share of that rate which is kept up. Default 0.85 (A: domain.md)."
        ),
    ] = 0.85
    headroom: Annotated[
        Positive,
        Field(
            le=1,
            description="Share of what lanes admit that the plan counts on, so that chance and "
            "slow lanes leave nobody outside (`place replay` shows). Default 1: all of it (A).",
        ),
    ] = 1.0
    opens: Annotated[
        Clock, Field(description='When lanes open, "HH:MM". Default 15:30 (S: domain.md).')
    ] = "15:30"
    closes: Annotated[
        Clock,
        Field(
            description='When lanes close, "HH:MM", up to 48:00 the day after. Default 18:30 (S).'
        ),
    ] = "18:30"
    period_min: Annotated[
        int,
        Field(ge=1, le=1440, description="Length of a period of arrivals, min. Default 30 (A)."),
    ] = 30
    profile: Annotated[
        Shares | None,
        Field(
            description="Share of the people who arrive in each period; adds up to 1. Default: by "
            "peak_hour_share.",
        ),
    ] = None
    peak_hour_share: Annotated[
        Positive,
        Field(
            le=1,
            description="Share of the people who arrive in the hour at the middle of the window, "
            "the others evenly before and after; never less than an even share. Default 0.40 (A: "
            "domain.md).",
        ),
    ] = 0.40
    profiles: Annotated[
        dict[str, Shares],
        Field(
            description="Further profiles by name, as 'profile': for people of the zones named in "
            "'arrival' and of rows with their name in the column 'arrival'. The layer 'arrivals' "
            "adds more. Default: all people share one profile.",
        ),
    ] = {}  # noqa: RUF012 - a field of a model, copied for each
    arrival: Annotated[
        dict[str, str],
        Field(
            description="Profile of each zone that does not follow the plan's own, by zone; the "
            "column 'arrival' of a row counts more. Default: none."
        ),
    ] = {}  # noqa: RUF012
    max_wait_min: Annotated[
        int,
        Field(
            ge=0,
            le=1440,
            description="Longest wait in the queue, min, a whole number of periods. Default 30 "
            "(A: domain.md).",
        ),
    ] = 30

    @model_validator(mode="after")
    def _fits(self) -> Self:
        opens, closes = (_minutes(name, getattr(self, name)) for name in ("opens", "closes"))
        window = closes - opens
        if window <= 0:
            raise broken(
                "closes",
                f"{self.closes} is not after opens, {self.opens}",
                "write a later time, past midnight as 24:30",
            )
        if window % self.period_min:
            raise broken(
                "period_min",
                f"{self.period_min} does not divide the {counted(window, 'minute')} of the window",
                "choose a period that does, or move opens or closes",
            )
        if window // self.period_min > 96:
            raise broken(
                "period_min",
                f"makes {window // self.period_min} periods, at most 96 are taken",
                "choose a longer period",
            )
        if self.max_wait_min % self.period_min:
            raise broken(
                "max_wait_min",
                f"{self.max_wait_min} is not a multiple of the period of "
                f"{counted(self.period_min, 'minute')}",
                "write a multiple of period_min",
            )
        self._shares_fit(window)
        return self

    def _shares_fit(self, window: int) -> None:
        periods = window // self.period_min
        for name, shares in self.profiles.items():
            if name in {"", OWN}:
                raise broken(
                    "profiles", f"{name!r} cannot be the name of a profile", "give it another name"
                )
            _check_shares(f"profiles.{name}", shares, periods)
        if self.profile is None:
            if periods > 1 and window > 60 and 60 % self.period_min:
                raise broken(
                    "period_min",
                    f"{self.period_min} does not divide the peak hour",
                    "choose a period that does, or write the profile",
                )
            return
        if "peak_hour_share" in self.model_fields_set:
            raise broken(
                "profile",
                "and 'peak_hour_share' both say when people arrive",
                "keep one of the two",
            )
        _check_shares("profile", self.profile, periods)

    def planned_rate_h(self, headroom: float) -> float:
        """Return the people a lane admits an hour, counted on by a share of it."""
        return self.rate_per_h * self.efficiency * headroom

    def rule(self) -> LanesRule:
        """Return what the table says, in numbers."""
        opens, closes = _minutes("opens", self.opens), _minutes("closes", self.closes)
        return LanesRule(
            rate_h=self.planned_rate_h(self.headroom),
            headroom=self.headroom,
            opens_min=opens,
            closes_min=closes,
            shares=self._shares((closes - opens) // self.period_min),
            carry=self.max_wait_min // self.period_min,
            named={name: _whole(shares) for name, shares in sorted(self.profiles.items())},
        )

    def _shares(self, periods: int) -> tuple[float, ...]:
        if self.profile is not None:
            return _whole(self.profile)
        hour = 60 // self.period_min
        if hour == 0 or hour >= periods:
            return (1 / periods,) * periods
        peak = max(self.peak_hour_share, hour / periods)
        first = (periods - hour) // 2
        return tuple(
            peak / hour if first <= at < first + hour else (1 - peak) / (periods - hour)
            for at in range(periods)
        )


def _check_shares(field: str, shares: Sequence[float], periods: int) -> None:
    """Refuse a profile that does not fit the window."""
    if len(shares) != periods:
        raise broken(
            field,
            f"has {counted(len(shares), 'share')}, the window has {counted(periods, 'period')}",
            "write one share for each period",
        )
    if abs(sum(shares) - 1) > 1e-6:
        raise broken(field, f"adds up to {sum(shares):.6g}, not 1", "correct the shares")


def _whole(shares: Sequence[float]) -> tuple[float, ...]:
    """Return shares that add up to 1 but for the last bits."""
    total = sum(shares)
    return tuple(share / total for share in shares)


def _minutes(field: str, clock: str) -> int:
    """Return minutes after midnight."""
    minutes = minutes_of(clock)
    if minutes is None:
        raise broken(field, f"{clock!r} is not a valid time", 'write "HH:MM", at most "48:00"')
    return minutes
