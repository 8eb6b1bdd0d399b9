"""What a team may do: minutes as people say them, slots as they are counted."""

from collections.abc import Mapping
from dataclasses import dataclass

from placement.counts import counted
from placement.errors import UsageError
from placement.plan.clock import DAY_MIN, LAST_MIN, clock_of
from placement.plan.problem import Plan
from placement.solve.mip.relief_model import Shift

SLOT_MIN = 5
"""Minutes of a slot; every time of a roster is a whole number of slots."""
MOST_DAYS = 366
"""More days in a row than these are not asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a team may do, in minutes; each a multiple of `SLOT_MIN`.

    Attributes
    ----------
    work_min
        Longest time at a post without rest, the handover included.
    rest_min
        Shortest rest at the rest place between two duties; walks come on top.
    handover_min
        How long both teams stand at a post when one relieves the other.
    cap_min
        Most time at posts in any 24 hours; None for no cap.
    break_min, within_min
        A rest so long, no more than so much after the last one (or the first duty) ended; None for
        no such rule.
    daily_rest_min
        Consecutive rest in any 24 hours.
    shift_min
        Longest time from leaving for the first duty to being back from the last one between two
        daily rests; None for what the daily rest leaves of 24 hours.
    """

    work_min: int = 30
    rest_min: int = 30
    handover_min: int = 0
    cap_min: int | None = 240
    break_min: int | None = None
    within_min: int | None = None
    daily_rest_min: int = 600
    shift_min: int | None = None

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            if value is not None and (value < 0 or value % SLOT_MIN or value > DAY_MIN):
                raise UsageError(
                    f"{counted(value, 'minute')} of {_called(name)} cannot be; give a multiple "
                    f"of {SLOT_MIN} "
                    f"from 0 to {DAY_MIN}."
                )
        if self.handover_min >= self.work_min:
            raise UsageError(
                f"a handover of {counted(self.handover_min, 'minute')} leaves nothing of "
                f"{self.work_min} "
                "minutes of work: give less handover or more work."
            )
        if not self.rest_min:
            raise UsageError(f"no rest between duties cannot be; give {SLOT_MIN} minutes or more.")
        self._check_longer_rests()
        if self.cap_min is not None and self.cap_min < self.work_min:
            raise UsageError(
                f"{counted(self.work_min, 'minute')} of work are above the cap of "
                f"{counted(self.cap_min, 'minute')} a "
                "day: give less work or a higher cap."
            )

    def _check_longer_rests(self) -> None:
        if (self.break_min is None) != (self.within_min is None):
            raise UsageError("a break wants two figures: how long, and within how much time.")
        if self.break_min == 0:
            raise UsageError(f"a break of 0 minutes is none; give {SLOT_MIN} minutes or more.")
        if self.shift_min is not None and not self.daily_rest_min:
            raise UsageError(
                f"a shift of {counted(self.shift_min, 'minute')} ends with a daily rest, and "
                "there is none: "
                "give one with --daily-rest, or no shift."
            )
        for longest, rest in self.spans:
            if longest < self.work_min:
                raise UsageError(
                    f"{counted(self.work_min, 'minute')} of work do not fit into "
                    f"{counted(longest, 'minute')} between "
                    f"two rests of {counted(rest, 'minute')}: give less work, or rest less often."
                )

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """Pairs of minutes: the longest time between two rests, and how long these are."""
        found = []
        if self.break_min is not None and self.within_min is not None:
            found.append((self.within_min, self.break_min))
        if self.daily_rest_min:
            most = DAY_MIN - self.daily_rest_min
            shift = most if self.shift_min is None else min(most, self.shift_min)
            found.append((shift, self.daily_rest_min))
        return tuple(found)

    def shift(self, minutes: int) -> Shift:
        """Return the rules in slots, without those that an event so long cannot break."""
        return Shift(
            work=self.work_min // SLOT_MIN,
            rest=self.rest_min // SLOT_MIN,
            handover=self.handover_min // SLOT_MIN,
            cap=None if self.cap_min is None else self.cap_min // SLOT_MIN,
            day=DAY_MIN // SLOT_MIN,
            spells=tuple(
                (longest // SLOT_MIN, rest // SLOT_MIN)
                for longest, rest in self.spans
                if longest < minutes
            ),
        )


def _called(name: str) -> str:
    return name.removesuffix("_min").replace("_", " ")


def hours_asked(
    plan: Plan, resource: str, begins: int | None, ends: int | None, days: int
) -> tuple[int, int]:
    """Return when an event begins and ends; where that is not asked, by the hours of its lanes.

    Raises
    ------
    UsageError
        If the hours are missing, or cannot be rostered.
    """
    lanes = plan.problem.resources[plan.problem.resource_index(resource)].lanes
    if lanes is not None:
        begins = lanes.opens_min if begins is None else begins
        ends = lanes.closes_min if ends is None else ends
    if begins is None or ends is None:
        raise UsageError(
            "from when until when? Say --from 10:00 --to 22:00 (begins=600, ends=1320 in Python)."
        )
    if not 0 <= begins < ends <= LAST_MIN or begins % SLOT_MIN or ends % SLOT_MIN:
        raise UsageError(
            f"{clock_of(begins)} to {clock_of(ends)} cannot be rostered: --to comes after --from, "
            f"both at a multiple of {SLOT_MIN} minutes, up to 48:00 the day after."
        )
    if not 1 <= days <= MOST_DAYS:
        raise UsageError(f"--days {days:,} cannot be rostered; give 1 to {MOST_DAYS}.")
    return begins, ends


def titles_of(plan: Plan, resource: str) -> Mapping[str, str]:
    """Return what chart and cards are called, by language: the plan and the resource."""
    label = plan.problem.resources[plan.problem.resource_index(resource)].label
    titles = plan.settings.title_by_language()
    return {one: f"{title} · {label.get(one, resource)}" for one, title in titles.items()}
