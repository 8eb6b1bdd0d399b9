"""What the inputs of a plan are called, in a solution's digests and in sentences about them."""

from collections.abc import Mapping, Sequence

PLAN, BASELINE, WALKS = "plan", "baseline", "walk_s"
"""Names of the digests that are not of layers."""

NO_IDENTITY = "the solution does not record which inputs it was made from"
"""What is said of a file from before digests were written."""


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
    names = [input_name(n, files) for n in sorted(old.keys() & new.keys()) if old[n] != new[n]]
    return [f"{listed(names)} changed {since}"] if names else []


def listed(names: Sequence[str]) -> str:
    """Return names as a sentence has them: with commas, and "and" before the last."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def input_name(name: str, files: Mapping[str, str]) -> str:
    """Return what people call an input: its file where that is known."""
    if name.startswith("closures:"):
        return name.removeprefix("closures:")
    named = {BASELINE: "the agreed plan", WALKS: "the walking times", PLAN: "the plan file"}
    return files.get(name) or named.get(name) or f"the layer {name}"
