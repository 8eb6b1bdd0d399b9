"""Whether a sealed perimeter lets anybody in: a plan may close every way by a barrier."""

from placement.counts import counted
from placement.plan.problem import Plan
from placement.solution import Solution

_NAMED = 3


def is_shut(plan: Plan, solution: Solution) -> bool:
    """Tell whether every way for walkers has a barrier, and none a post by which one gets in.

    Parameters
    ----------
    plan, solution
        What was asked and chosen.
    """
    rule, problem = plan.settings.sealed, plan.problem
    if rule is None or rule.traffic == "vehicles" or not problem.ways:
        return False
    posts = {(post.site, post.resource) for post in solution.posts_list}
    standing = {name for way in range(len(problem.ways)) for name in _posts(plan, way)}
    return posts.isdisjoint(standing)


def shut_in(plan: Plan, solution: Solution) -> str | None:
    """Return a sentence with the remedy where nobody gets in, else None.

    Parameters
    ----------
    plan, solution
        What was asked and chosen.
    """
    if not is_shut(plan, solution):
        return None
    ways = range(len(plan.problem.ways))
    may = sorted({"/".join(one) for way in ways for one in _posts(plan, way)})
    remedy = "no site stands in a way either: put sites there, or move ways to sites"
    if may:
        more = f" or {len(may) - _NAMED} more" if len(may) > _NAMED else ""
        remedy = f"--lock a post that stands in one: {', '.join(may[:_NAMED])}{more}"
    return (
        f"no post stands in any of the {counted(len(ways), 'way')} to seal: nobody gets in or "
        "out once they "
        f"are closed; {remedy}."
    )


def _posts(plan: Plan, way: int) -> list[tuple[str, str]]:
    """Return the posts, site and resource, that may stand in a way; barriers are none."""
    problem = plan.problem
    return [
        (problem.sites.id[site], problem.resources[kind].id)
        for site, kind in problem.ways[way].posts
        if kind < len(problem.resources)
    ]
