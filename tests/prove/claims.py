"""Solutions that claim something of a plan, made by hand: what a second proof is shown."""

from typing import Any

from placement.plan.problem import Plan
from placement.solution import Changes, Post, Reverse, Solution, Status, Tier


def claim(
    plan: Plan,
    units: dict[str, int],
    objective: float,
    *,
    bound: float | None = None,
    tiers: tuple[float, ...] = (),
    wishes: dict[str, Any] | None = None,
    reverse: Reverse | None = None,
) -> Solution:
    """Return a solution with these posts and units; optimal unless it has a bound of its own."""
    problem = plan.problem
    sites = {name: at for at, name in enumerate(problem.sites.id)}
    kinds = {resource.id: at for at, resource in enumerate(problem.resources)}
    posts = []
    for name, many in sorted(units.items()):
        site, kind = name.split("/")
        at = sites[site], kinds[kind]
        cost = problem.sites.open_cost[at] + problem.sites.unit_cost[at] * many
        posts.append(
            Post(site=site, name="", resource=kind, units=many, cost=float(cost), covered=0.0,
                 only=0.0, lon=0.0, lat=0.0)
        )  # fmt: skip
    told: dict[str, Any] = {}
    wishes = wishes or {}
    if "baseline" in wishes:
        before = {post.id for post in wishes["baseline"].posts_list}
        told["changes"] = Changes(
            most=wishes["max_changes"],
            price=wishes["change_price"],
            opened=dict.fromkeys(sorted(set(units) - before), 0.0),
            closed=dict.fromkeys(sorted(before - set(units)), 0.0),
        )
    for key in ("lock", "forbid"):
        told[key] = tuple(wishes.get(key, ()))
    top = objective if bound is None else bound
    cost = sum(post.cost for post in posts)
    return Solution(
        plan=plan.settings.name,
        budget=problem.budget if reverse is None else cost,
        budget_unit="officers",
        cost=cost,
        status=Status.OPTIMAL if bound is None else Status.FEASIBLE,
        objective=objective,
        bound=top,
        gap=(top - objective) / objective if objective > 0 else 0.0,
        coverage={},
        walking="straight line",
        posts_list=tuple(posts),
        tiers=tuple(
            Tier(tier=number, objective=one, bound=one, gap=0.0)
            for number, one in zip(problem.demand.tiers, tiers, strict=False)
        )
        if len(tiers) > 1
        else (),
        reverse=reverse,
        **told,
    )
