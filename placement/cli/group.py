"""The group of commands: finds them, loads the one that is asked for, and reports errors."""

import logging
from importlib import import_module
from typing import Any

import click

import placement
from placement.cli.verbosity import add_options, is_debugging, verbosity

# By name: the module of `placement.cli` that holds the command, in the order --help shows.
_MODULES = {
    "optimise": "optimise",
    "cover": "cover",
    "why": "why",
    "frontier": "frontier",
    "loss": "loss",
    "alternatives": "alternatives",
    "init": "init",
    "candidates": "candidates",
    "background": "background",
    "check": "check",
    "map": "map",
    "print": "print",
    "catchments": "catchments",
    "routes": "routes",
    "audit": "audit",
    "replay": "replay",
    "risk": "risk",
    "roster": "roster",
    "egress": "egress",
    "diff": "diff",
    "patch": "patch",
    "evaluate": "evaluate",
    "fmt": "fmt",
    "export": "export",
    "streets": "streets",
    "demand": "demand",
    "cordon": "cordon",
    "schema": "schema",
    "completion": "completion",
    "seal": "seal",
    "git-setup": "git_setup",
    "merge": "merge",
    "textconv": "textconv",
}
_ALIASES = {"optimize": "optimise"}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called, one module a command."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names that --help shows."""
        return list(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the command of a name, or return None if there is none."""
        name = _ALIASES.get(cmd_name, cmd_name)
        if name not in _MODULES:
            return None
        command = import_module(f"placement.cli.{_MODULES[name]}").command
        assert isinstance(command, click.Command)  # noqa: S101 - ours
        return add_options(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, naming the nearest known one if there is none of that name."""
        known = [*_MODULES, *_ALIASES]
        if args and args[0] not in known and not args[0].startswith("-"):
            import difflib

            nearest = difflib.get_close_matches(args[0], known, n=1)
            hint = f"did you mean {nearest[0]!r}?" if nearest else "see `place --help`."
            ctx.fail(f"there is no command {args[0]!r}; {hint}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's signature
        """Run the command; every error becomes one sentence and an exit code."""
        _pass_on_what_is_logged()
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except KeyboardInterrupt:
            from placement.cli.streams import Signals

            click.echo("Stopped, nothing was written.", err=True)
            raise click.exceptions.Exit(128 + Signals.last) from None
        except Exception as error:
            if is_debugging(ctx):
                import traceback

                click.echo(traceback.format_exc(), err=True, nl=False)
            raise click.exceptions.Exit(_report(error)) from error


class _ToStandardError(logging.Handler):
    """Says what the package logs, as far as the command line wants to know."""

    def emit(self, record: logging.LogRecord) -> None:
        """Say one line."""
        least = (logging.WARNING, logging.INFO, logging.DEBUG)[verbosity()]
        if record.levelno >= least:
            click.echo(f"placement: {record.getMessage()}", err=True)


def _pass_on_what_is_logged() -> None:
    """Say on standard error what the package logs, such as that loops are being compiled."""
    log = logging.getLogger("placement")
    if not log.handlers:
        log.addHandler(_ToStandardError())
        log.setLevel(logging.DEBUG)


def _report(error: Exception) -> int:
    """Say what went wrong in one sentence; return the exit code."""
    from placement.errors import PlacementError
    from placement.review.texts import shown

    sentence = shown(" ".join(str(error).split()))
    code = 1
    if isinstance(error, PlacementError):
        code = error.exit_code
        if getattr(error, "expected", False):
            return code
    else:
        what = "not enough memory" if isinstance(error, MemoryError) else type(error).__name__
        sentence = (
            f"this should not have happened ({what}{f': {sentence}' if sentence else ''}); "
            "run it again with --debug and report what that shows."
        )
    click.echo(f"Error: {sentence}", err=True)
    return code


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(placement.__version__, "-V", "--version", message="place %(version)s")
def place() -> None:
    """Decide where checkpoints and teams go along an event's route.

    From a plan file to a proven plan, an offline map and a solution that diffs well. Start with
    `place optimise` on the bundled plan, or with `place init DIR` for a plan of your own.
    """


add_options(place)
