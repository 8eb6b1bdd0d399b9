"""Several solutions, each with the plan it is shown on: those of equal inputs share one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import placement
from placement.errors import UsageError

if TYPE_CHECKING:
    from placement.cli.talk import Talk
    from placement.maps.states import State
    from placement.plan.problem import Plan
    from placement.solution import Solution


def load_states(
    given: Sequence[tuple[Path, "Solution"]],
    plan: str | None,
    talk: "Talk",
    *,
    layers: Mapping[str, str] | None = None,
    closures: Sequence[str] = (),
) -> list["State"]:
    """Return solutions of one plan, each on the plan it is shown on.

    Parameters
    ----------
    given
        Files, which may be no more than names, and the solutions read from them. The last one is
        shown on `plan`, or on the one that is found as for `revisit`; another one on the plan of
        its name that lies beside it, else on the last one's.
    plan, layers, closures
        As for `revisit`; each solution takes the layers and closures it was made with.
    talk
        Says what is being done.

    Raises
    ------
    UsageError
        If the solutions answer different plans, or as for `revisit`.
    InputError
        As for `revisit`.
    """
    from placement.cli.talk import warn
    from placement.maps.states import State

    path, last = given[-1]
    for other, solution in given:
        if solution.plan != last.plan:
            raise UsageError(
                f"{other} answers the plan {solution.plan!r}, and {path} the plan {last.plan!r}: "
                "show solutions of one plan together."
            )

    def load(path: Path, solution: "Solution", file: str | None) -> "Plan":
        from placement.cli.revisit import load_asked

        own = {name: one for name, one in (layers or {}).items() if name in solution.layers}
        closed = [one for one in closures if {one, Path(one).name} & {*solution.closures}]
        return load_asked(path, solution, file, layers=own, closures=closed)

    with talk.step("Reading the plan"):
        base = load(path, last, plan)
        plans = [
            load(one, solution, str(_plan_beside(one, solution.plan) or base.file))
            for one, solution in given[:-1]
        ] + [base]
    for warning in dict.fromkeys(warning for asked in plans for warning in asked.warnings):
        warn(warning)
    return [
        State(plan=asked, solution=solution)
        for asked, (_, solution) in zip(plans, given, strict=True)
    ]


def check_states(states: Sequence["State"], talk: "Talk", *, unchecked: bool = False) -> None:
    """Say which inputs changed since each solution, and refuse one whose figures do not hold.

    A solution before the last one is taken as it stands where its inputs are no longer those of its
    plan: nobody can count it again.

    Raises
    ------
    AuditError
        If the audit refuses one.
    """
    from placement.auditing.identity import check_identity
    from placement.cli.revisit import demand_checked
    from placement.cli.talk import warn

    for state in states:
        changed = check_identity(state.plan, state.solution)
        if changed and state is not states[-1]:
            for sentence in changed:
                warn(f"of the earlier solution: {sentence}")
        else:
            demand_checked(state.plan, state.solution, talk, unchecked=unchecked)


def share_plans(states: Sequence["State"]) -> list["State"]:
    """Return states whose plans are one where they have the same walks and people.

    Plans that differ in their budget alone are measured once.
    """
    shared: list[State] = []
    for state in states:
        same = (one.plan for one in shared if _alike(one.plan, state.plan))
        shared.append(replace(state, plan=next(same, state.plan)))
    return shared


def count_between(old: "State", new: "State") -> "Solution | None":
    """Return the old posts counted on the new inputs; None where both have the same inputs."""
    told = old.solution.digests, new.solution.digests
    if None not in told and told[0] == told[1]:
        return None
    return count_posts(old.solution, new.plan)


def count_posts(solution: "Solution", asked: "Plan") -> "Solution":
    """Count the posts of a solution on other inputs, as far as they may stand there."""
    from placement.cli.talk import warn
    from placement.review.texts import shown

    units = {post.id: post.units for post in solution.posts_list}
    problem = asked.problem
    there = {
        problem.post_id(*place) for place in zip(*problem.sites.allowed.nonzero(), strict=True)
    }
    gone = sorted(units.keys() - there)
    if gone:
        warn(f"not counted, since they cannot stand on the new inputs: {shown(', '.join(gone))}")
    kept = {post: number for post, number in units.items() if post not in gone}
    return placement.evaluate(asked, kept, bound=False).solution


def _plan_beside(path: Path, name: str) -> Path | None:
    """Return the plan of a name in the solution's own folder or in one above it."""
    from placement.cli.files import PLAN_FILE, name_of

    folders = path.absolute().parents[:4] if path.is_file() else []
    return next((one / PLAN_FILE for one in folders if name_of(one / PLAN_FILE) == name), None)


def _alike(one: "Plan", other: "Plan") -> bool:
    from placement.plan.digests import digests_of

    return digests_of(one) == digests_of(other) and (
        one.closed,
        one.at,
        one.limits,
        one.headroom,
    ) == (
        other.closed,
        other.at,
        other.limits,
        other.headroom,
    )
