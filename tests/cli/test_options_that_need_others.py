"""An option that would change nothing is refused, and every option of a study is known to act."""

import click
import pytest
from click.testing import CliRunner

from placement.cli.group import place

STUDIES = {
    "alternatives": "--budget --limit --layer --jobs --dask --closure --at --within --differ "
    "--count --time-limit --out --json",
    "egress": "--exits --stations --at --period --ring --leave --flow --lane-width --max-wait "
    "--soonest --layer --jobs --dask --closure --time-limit --with --lang --out --json --unchecked",
    "frontier": "--limit --layer --jobs --dask --closure --at --budgets --over --time-limit --gap "
    "--no-plot --no-map --out --json",
    "loss": "--posts --post --site --street --closure --repairs --layer --time-limit --pictures "
    "--jobs --dask --out --json",
    "replay": "--layer --closure --nights --seed --tolerated --scenario --people --profile-at "
    "--show-rate --shift --bunch --service --service-cv --slower --lane-failure --close --ground "
    "--pictures --jobs --dask --out --json --unchecked",
    "risk": "--away --shut --attendance --nights --seed --best --layer --closure --jobs --dask "
    "--json --unchecked",
    "roster": "--resource --from --to --days --count --spare --teams --rest-at --work --rest "
    "--handover --cap --break --daily-rest --shift --layer --jobs --dask --closure --time-limit "
    "--with --lang --out --json --unchecked",
}
"""Options of each study that act whatever else is given."""
VALUES = {"--date": "2024-07-26", "--lang": "fr", "--window": "15:30-18:30"}
ARGUMENTS = {
    "audit": ["done"],
    "cover": ["--share", "checkpoint=90%"],
    "diff": ["a", "b"],
    "egress": ["done"],
    "evaluate": ["posts"],
    "replay": ["done"],
    "risk": ["done"],
    "roster": ["done"],
    "seal": ["done"],
    "why": ["north"],
}


def command_of(name: str) -> click.Command:
    found = place.get_command(click.Context(place), name)
    assert found is not None
    return found


def pairs_of(name: str) -> tuple[tuple[str, str], ...]:
    return getattr(command_of(name).callback, "only_with", ())


NEEDED = [
    (name, option, other)
    for name in place.list_commands(click.Context(place))
    for option, other in pairs_of(name)
]


@pytest.mark.parametrize(("name", "option", "other"), NEEDED)
def test_an_option_that_would_change_nothing_is_refused(name: str, option: str, other: str) -> None:
    flag = next(one for one in command_of(name).params if option in one.opts)
    words = [option] if getattr(flag, "is_flag", False) else [option, VALUES.get(option, "5")]
    words += [other.removeprefix("no ")] if other.startswith("no ") else []
    done = CliRunner().invoke(place, [name, *ARGUMENTS.get(name, []), *words])
    assert done.exit_code == 2
    told = other.replace("no ", "without ") if other.startswith("no ") else f"with {other}"
    assert f"{option} counts only {told}; it would change nothing." in " ".join(
        done.stderr.replace("│", " ").split()
    )


@pytest.mark.parametrize("name", STUDIES)
def test_every_option_of_a_study_acts_or_says_what_it_needs(name: str) -> None:
    own = {
        max(one.opts, key=len) for one in command_of(name).params if isinstance(one, click.Option)
    }
    general = {"--quiet", "--verbose", "--debug"}
    needing = {option for option, _ in pairs_of(name)}
    acting = set(STUDIES[name].split())
    assert not acting & needing
    assert acting | needing == own - general


def test_the_studies_are_those_that_can_be_called() -> None:
    assert {name for name, _, _ in NEEDED} > {"egress", "frontier", "replay", "risk", "roster"}
    assert len(NEEDED) > 18


def test_a_solution_taken_as_it_stands_is_named() -> None:
    done = CliRunner().invoke(place, ["risk", "--best", "mean", "--unchecked"])
    assert done.exit_code == 2
    assert "--unchecked takes a solution as it stands: name one" in done.stderr
