"""What a night is supposed to be like: who comes when, how quick lanes are, what goes wrong."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from placement.errors import InputError, UsageError
from placement.plan.clock import minutes_of
from placement.plan.format import NotNegative, Positive, Section, explained
from placement.reading.regular import read_text, require_file

_CLOSING = re.compile(r"(?P<gate>.+)@(?P<clock>[0-9]{1,2}:[0-9]{2})\+(?P<many>[0-9]{1,4})min")
_FAILURE = re.compile(r"(?P<rate>[0-9]{1,6}(?:\.[0-9]{1,6})?)/(?P<many>[0-9]{1,4})min")


class LaneFailure(Section):
    """Lanes that fail, each on its own."""

    per_h: Annotated[
        NotNegative, Field(le=60, description="How often a lane fails, times an hour on average.")
    ]
    lasts_min: Annotated[
        Positive, Field(le=1440, description="How long it takes nobody then, min.")
    ]


class Scenario(Section):
    """What the nights of a replay have in common beyond the plan and its solution.

    The same keys make a file: ``place replay --scenario FILE.toml``.
    """

    people: Annotated[
        Literal["counted", "poisson"],
        Field(
            description="Whether as many people come as the solution sends (less those who do not "
            "show up), or a Poisson number with that mean. Default: counted."
        ),
    ] = "counted"
    profile_at: Annotated[
        Literal["gate", "origin"],
        Field(
            description="Whether the arrival profile says when people reach their gate, as the "
            "plan counts, or when they set out: then they walk from their area. Default: gate."
        ),
    ] = "gate"
    show_rate: Annotated[
        Positive, Field(le=1, description="Share of the people who come at all. Default 1.")
    ] = 1.0
    show_rates: Annotated[
        dict[str, Annotated[NotNegative, Field(le=1)]],
        Field(
            description="The same for people of single areas, by the names that the solution gives "
            "them; others follow show_rate. Default: none."
        ),
    ] = {}  # noqa: RUF012 - pydantic copies it
    shift_min: Annotated[
        float,
        Field(ge=-720, le=720, description="Minutes by which all come later; negative: earlier."),
    ] = 0.0
    bunch_s: Annotated[
        NotNegative,
        Field(
            le=7200,
            description="Seconds between trains: who come between two come with the later one. "
            "Default 0: people come one by one.",
        ),
    ] = 0.0
    service: Annotated[
        Literal["gamma", "lognormal"],
        Field(description="Distribution of the time in a lane. Default gamma."),
    ] = "gamma"
    service_cv: Annotated[
        NotNegative,
        Field(
            le=5,
            description="Standard deviation of that time over its mean; 0: all the same. The mean "
            "is the plan's: 3,600 / (rate_per_h · efficiency) seconds. Default 0.5 (A).",
        ),
    ] = 0.5
    slower: Annotated[
        NotNegative,
        Field(lt=1, description="Share by which lanes admit fewer people an hour. Default 0."),
    ] = 0.0
    lane_failure: Annotated[
        LaneFailure | None, Field(description="Lanes that fail. Default: none does.")
    ] = None
    close: Annotated[
        tuple[str, ...],
        Field(
            strict=False,
            description='Gates that shut for a time, "GATE@HH:MM+20min": their people walk to the '
            "nearest gate that does not shut. Default: none.",
        ),
    ] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """A gate that is shut for a time.

    Attributes
    ----------
    gate
        Its site or post, as it was written.
    begins_min, ends_min
        Minutes after midnight.
    """

    gate: str
    begins_min: int
    ends_min: int


def closing_of(text: str) -> Closing:
    """Read ``"GATE@HH:MM+20min"``.

    Raises
    ------
    UsageError
        If the text says something else.
    """
    found = _CLOSING.fullmatch(text.strip())
    begins = None if found is None else minutes_of(found["clock"])
    if found is None or begins is None or int(found["many"]) == 0:
        raise UsageError(
            f"{text[:80]!r} does not say which gate shuts when: write it as GATE@17:00+20min."
        )
    return Closing(gate=found["gate"], begins_min=begins, ends_min=begins + int(found["many"]))


def failure_of(text: str) -> LaneFailure:
    """Read ``"RATE/DURATION"``, failures of a lane an hour and how long each lasts.

    Raises
    ------
    UsageError
        If the text says something else.
    """
    found = _FAILURE.fullmatch(text.strip())
    if found is None or int(found["many"]) == 0 or float(found["rate"]) > 60:
        raise UsageError(
            f"{text[:80]!r} does not say how often a lane fails and for how long: write it as "
            "0.1/15min, once in ten hours for 15 minutes."
        )
    return LaneFailure(per_h=float(found["rate"]), lasts_min=float(found["many"]))


def read_scenario(file: Path) -> dict[str, Any]:
    """Return what a file of a scenario sets, checked.

    Raises
    ------
    InputError
        If it is not TOML, or holds a key or a value that cannot be.
    """
    require_file(file, remedy="check the path given with --scenario")
    try:
        content = tomllib.loads(read_text(file))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"is not TOML ({error})", file=file, remedy="correct it") from error
    scenario_of(content, file=file)
    return content


def scenario_of(content: Mapping[str, Any], *, file: Path | None = None) -> Scenario:
    """Return a scenario from its keys.

    Raises
    ------
    InputError
        If a key or a value cannot be, of a file.
    UsageError
        The same without a file.
    """
    try:
        scenario = Scenario.model_validate(content)
    except ValidationError as error:
        first: Mapping[str, Any] = dict(error.errors(include_url=False)[0])
        where = [str(part) for part in first["loc"]]
        problem, remedy = explained(first, where, root=Scenario)
        if file is None:
            raise UsageError(f"{'.'.join(where)}: {problem}; {remedy}.") from None
        raise InputError(problem, file=file, field=".".join(where), remedy=remedy) from None
    for one in scenario.close:
        try:
            closing_of(one)
        except UsageError as error:
            if file is None:
                raise
            raise InputError(str(error).rstrip("."), file=file, field="close") from error
    return scenario
