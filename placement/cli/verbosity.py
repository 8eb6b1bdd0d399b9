"""How much a command says, and whether errors show a traceback: options that stand anywhere."""

from enum import IntEnum
from typing import Any

import click

_LEVEL, _DEBUG = "placement.verbosity", "placement.debug"


class Verbosity(IntEnum):
    """How much is said on standard error. Warnings and errors are always said."""

    QUIET = 0
    NORMAL = 1
    VERBOSE = 2


def verbosity() -> Verbosity:
    """Return what the command line asks for; `NORMAL` outside of a command."""
    context = click.get_current_context(silent=True)
    level = Verbosity.NORMAL if context is None else context.meta.get(_LEVEL, Verbosity.NORMAL)
    assert isinstance(level, Verbosity)  # noqa: S101 - only _set_level writes it
    return level


def is_debugging(context: click.Context) -> bool:
    """Tell whether errors show their traceback."""
    return bool(context.meta.get(_DEBUG))


def _set_level(level: Verbosity) -> Any:  # noqa: ANN401 - a callback of click
    def keep(context: click.Context, param: click.Parameter, value: bool) -> None:
        if not value:
            return
        if context.meta.setdefault(_LEVEL, level) is not level:
            raise click.BadParameter("give --quiet or --verbose, not both", param=param)

    return keep


def _set_debug(context: click.Context, _param: click.Parameter, value: bool) -> None:
    if value:
        context.meta[_DEBUG] = True


def _options() -> list[click.Parameter]:
    return [
        click.Option(
            ["-q", "--quiet"],
            is_flag=True,
            expose_value=False,
            callback=_set_level(Verbosity.QUIET),
            help="Say nothing but warnings and errors.",
        ),
        click.Option(
            ["-v", "--verbose"],
            is_flag=True,
            expose_value=False,
            callback=_set_level(Verbosity.VERBOSE),
            help="Say what is done and how long it takes.",
        ),
        click.Option(
            ["--debug"],
            is_flag=True,
            expose_value=False,
            envvar="PLACE_DEBUG",
            callback=_set_debug,
            help="Show the traceback of an error as well.",
        ),
    ]


def add_options(command: click.Command) -> click.Command:
    """Give a command, and each command within it, these options; once, however often called."""
    if not any("--debug" in parameter.opts for parameter in command.params):
        command.params += _options()
    if isinstance(command, click.Group) and command.commands:
        for one in command.commands.values():
            add_options(one)
    return command
