"""Whether a plan is still the one that a solution was made from, by the digests of its inputs."""

from placement.plan.digests import digests_of
from placement.plan.input_names import BASELINE, PLAN, input_name, name_changed
from placement.plan.problem import Plan
from placement.solution import Solution


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
        said += [f"{input_name(name, files)} is {words}" for name in names]
    if (solution.changes is not None) != (BASELINE in told):
        said.append("an agreed plan is recorded in one of `changes` and `digests` alone")
    return tuple(said)
