"""What a page says of losses, where it is asked to: all of it is marked as restricted."""

from collections.abc import Mapping
from typing import Any

from placement.counts import counted
from placement.errors import UsageError
from placement.plan.post_id import PostId
from placement.plan.problem import Plan
from placement.solution import Solution
from placement.studies.losses import Loss, Losses

_MARK = "Restricted / Diffusion restreinte\N{NO-BREAK SPACE}:"
_MOST_GROUPS = 12  # of people who walk elsewhere, of each loss


def refuse_other_losses(solution: Solution, losses: Losses) -> None:
    """Make sure that losses are those of a solution.

    Raises
    ------
    UsageError
        If they are of another solution, or of posts that it does not have.
    """
    if losses.solution != solution.digest:
        raise UsageError(
            f"the losses are those of another solution (SHA-256 {losses.solution[:16]}, not "
            f"{solution.digest[:16]}): count those of this one with `place loss`."
        )
    if strange := sorted(_named(losses) - {post.id for post in solution.posts_list}):
        raise UsageError(
            f"the losses name {counted(len(strange), 'post')} that the solution does not have, "
            f"such as {strange[0][:80]!r}: count them again with `place loss`."
        )


def restricted(title: Mapping[str, str]) -> dict[str, str]:
    """Return the title of a page as it is marked, on screen and on every sheet."""
    return {code: f"{_MARK} {said}" for code, said in title.items()}


def lost(plan: Plan, losses: Losses) -> dict[str, Any]:
    """Describe losses as the page's script reads them.

    Parameters
    ----------
    plan
        What was asked.
    losses
        Those of the solution that the page shows.

    Returns
    -------
    dict
        ``restricted`` by language; ``objective``; ``each``, posts and what their loss takes off it;
        ``resources``, the position of the resource of every post that is named; ``further``, the
        losses of several posts and of streets.
    """
    kinds = [kind.id for kind in plan.problem.resources]
    return {
        "restricted": dict(losses.restricted),
        "objective": losses.objective,
        "each": [[post, loss] for post, loss in losses.each.items()],
        "resources": {
            post: plan.problem.resource_index(PostId.parse(post).resource)
            for post in sorted(_named(losses))
        },
        "further": [_further(one, kinds) for one in losses.further],
    }


def _named(losses: Losses) -> set[str]:
    """Return every post that losses name."""
    named = {*losses.each}
    for one in losses.further:
        named |= {*one.lost, *(group.from_post for group in one.moved)}
        named |= {group.to_post for group in one.moved if group.to_post is not None}
    return named


def _further(one: Loss, kinds: list[str]) -> dict[str, Any]:
    return {
        "lost": list(one.lost),
        "closed": list(one.closed),
        "loss": one.loss,
        "bound": one.bound,
        "proven": one.proven,
        "people": [one.people.get(kind, 0.0) for kind in kinds],
        "moved": [
            [group.from_post, group.to_post, group.people, group.longer_min]
            for group in one.moved[:_MOST_GROUPS]
        ],
    }
