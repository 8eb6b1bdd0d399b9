"""``place git-setup``: let git compare solutions in words and merge them post by post."""

import click


@click.command("git-setup", short_help="Let git diff and merge solutions as what they are.")
@click.argument("folder", type=click.Path(), default=".")
@click.option(
    "--workflow",
    is_flag=True,
    help="Write a workflow for a forge too: audit, prove, comment each change of a plan.",
)
def command(*, folder: str, workflow: bool) -> None:
    """Set up the git repository that FOLDER is in (default: the one here).

    Adds a line to .gitattributes, which you commit, and two drivers to the configuration of this
    clone: every clone runs this once, and again when placement was moved or renewed. Then `git
    diff` and `git log -p` show solutions in words, and `git merge` and `git rebase` merge them post
    by post. Nothing that is already there is lost; doing it twice changes nothing.
    """
    from pathlib import Path

    from placement.cli.talk import Talk, warn
    from placement.versioning.repository import ATTRIBUTES_FILE, WORKFLOW_FILE, set_up

    done = set_up(Path(folder), workflow=workflow)
    talk = Talk()
    for name in done.written:
        talk.say(f"wrote {name}, to be committed")
    if not done.written:
        talk.say(f"{ATTRIBUTES_FILE} names solutions already")
    talk.say("git diff, log -p, merge and rebase of this clone take solution.geojson as a plan")
    if WORKFLOW_FILE in done.written:
        talk.say("next: set the variable PLACEMENT of the repository, as the workflow's head says")
    for one in done.overruled:
        warn(f"another line of git's attributes gives solution.geojson {one}: remove that line")
