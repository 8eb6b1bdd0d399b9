"""The option --headroom: what share of their capacity lanes are planned with."""

from typing import TYPE_CHECKING

import click

from placement.cli.options import Decorator
from placement.cli.values import amount
from placement.counts import counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from placement.plan.problem import Plan
    from placement.solution import Solution

AUTO = "auto"
TRIES = 3
"""Plans that ``auto`` usually solves."""


def headroom_option() -> Decorator:
    """Take ``--headroom`` as ``headroom``: a share, ``AUTO``, or None."""

    def parse(ctx: click.Context, param: click.Parameter, value: str | None) -> float | str | None:
        if value == AUTO:
            return value
        share = amount(above_zero=True, percent=True)(ctx, param, value)
        if share is not None and share > 1:
            raise click.BadParameter(f"{value!r} is more than all, 1 or 100%", param=param)
        return share

    return click.option(
        "--headroom",
        callback=parse,
        metavar="SHARE|auto",
        help="Plan with this share of what lanes admit, such as 0.95; auto lowers it until every "
        "gate holds on 95% of the nights (see `place replay`).",
    )


def find_held(plan: "Plan", solve: "Callable[[Plan], Solution]") -> "tuple[Plan, Solution, str]":
    """Return a plan that holds, its solution, and what that costs."""
    from placement.cli.talk import warn
    from placement.studies.replay.headroom import find_headroom

    held = find_headroom(plan, solve)
    first, last = held.tried[0], held.tried[-1]
    unit = plan.settings.budget.unit.en
    for one in held.tried[:-1]:
        warn(
            f"planned with {one.headroom:.1%} of what lanes admit, a gate leaves more than "
            f"{counted(held.replay.tolerated, 'person')} outside on {one.strained:.1%} of the "
            "nights"
        )
    sentence = (
        f"Headroom: planned with {last.headroom:.1%} of what lanes admit, no gate leaves more than "
        f"{counted(held.replay.tolerated, 'person')} outside on more than {last.strained:.1%} of "
        f"{counted(held.replay.nights, 'night')}; {_less(first.covered - last.covered)} are "
        "admitted, at "
        f"{_more(last.cost - first.cost, unit)}."
    )
    return held.plan, held.solution, sentence


def _less(people: float) -> str:
    if abs(people) < 1:
        return "as many people"
    return f"{counted(round(abs(people)), 'person')} {'fewer' if people > 0 else 'more'}"


def _more(cost: float, unit: str) -> str:
    if cost == 0:
        return "the same cost"
    return f"{abs(cost):,.10g} {unit} {'more' if cost > 0 else 'less'}"
