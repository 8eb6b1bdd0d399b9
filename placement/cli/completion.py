"""``place completion``: let the shell complete commands and options."""

import click
from click.shell_completion import get_completion_class

_SHELLS = ("bash", "zsh", "fish")


@click.command("completion", short_help="Print the completion script of a shell.")
@click.argument("shell", type=click.Choice(_SHELLS))
def command(shell: str) -> None:
    r"""Print a script that lets a shell complete `place`.

    \b
    bash:  place completion bash >> ~/.bashrc
    zsh:   place completion zsh >> ~/.zshrc
    fish:  place completion fish > ~/.config/fish/completions/place.fish
    """
    from placement.cli.group import place

    script = get_completion_class(shell)
    assert script is not None  # noqa: S101 - click knows the three
    click.echo(script(place, {}, "place", "_PLACE_COMPLETE").source())
