"""Whether a plan is still the one that a solution was made from, by the digests of its inputs."""

from collections.abc import Mapping, Sequence

from placement.plan.digests import BASELINE, PLAN, WALKS, digests_of
from placement.plan.problem import Plan
from placement.solution import Solution

NO_IDENTITY = "the solution does not record which inputs it was made from"
"""What is said of a file from before digests were written."""


def check_identity(
    plan: Plan, solution: Solution, *, baseline: Solution | None = None
) -> tuple[str, ...]:
    """Say which inputs are not those that a solution was made from.

    Parameters
    ----------
    plan, solution
        What is asked now, and the solution.
    baseline
        The agreed plan that is taken for the one it was held to; None takes its word.

    Returns
    -------
    tuple of str
        One sentence each, without a full stop; empty where every input is the same, and for a
        solution that does not record its inputs.
    """
    told = solution.digests
    if told is None:
        return ()
    now = digests_of(plan)
    if baseline is not None:
        now[BASELINE] = baseline.digest
    files = {**plan.layers, PLAN: plan.file.name}
    said = name_changed(told, now, files, since="since this solution")
    agreed = {name: digest for name, digest in told.items() if name != BASELINE or BASELINE in now}
    for names, words in (
        (sorted(now.keys() - agreed.keys()), "not recorded among the inputs of this solution"),
        (sorted(agreed.keys() - now.keys()), "recorded as an input of this solution and not given"),
    ):
        said += [f"{_called(name, files)} is {words}" for name in names]
    if (solution.changes is not None) != (BASELINE in told):
        said.append("an agreed plan is recorded in one of `changes` and `digests` alone")
    return tuple(said)


def name_changed(
    old: Mapping[str, str], new: Mapping[str, str], files: Mapping[str, str], *, since: str
) -> list[str]:
    """Return the sentence that names the inputs whose digests differ; none where all are equal.

    Parameters
    ----------
    old, new
        Digests by input.
    files
        File names by input, as far as they are known.
    since
        The end of the sentence.
    """
    names = [_called(n, files) for n in sorted(old.keys() & new.keys()) if old[n] != new[n]]
    return [f"{listed(names)} changed {since}"] if names else []


def listed(names: Sequence[str]) -> str:
    """Return names as a sentence has them: with commas, and "and" before the last."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _called(name: str, files: Mapping[str, str]) -> str:
    """Return what people call an input: its file where that is known."""
    if name.startswith("closures:"):
        return name.removeprefix("closures:")
    named = {BASELINE: "the agreed plan", WALKS: "the walking times", PLAN: "the plan file"}
    return files.get(name) or named.get(name) or f"the layer {name}"
