"""The command line as a person runs it, within this process."""

from pathlib import Path

from click.testing import CliRunner, Result

from placement.cli import place


def run(*arguments: str | Path) -> Result:
    """Run ``place`` with these words."""
    return CliRunner().invoke(place, [str(argument) for argument in arguments])
