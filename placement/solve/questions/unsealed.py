"""Ways to seal among rules that clash: what each is called, and an instance without them."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from placement.counts import counted
from placement.cover.instance import Instance
from placement.cover.instance_builder import Posting
from placement.plan.problem import Problem, SiteStatus

NAMED = 3
"""Ways that are told by name."""


def held_alone(problem: Problem) -> dict[str, str]:
    """Return what stands only because nothing else could seal its way: the rule, by post."""
    return {
        problem.post_id(*way.options[0]): way.rule
        for way in problem.ways
        if len(way.options) == 1 and problem.sites.status[way.options[0]] != SiteStatus.REQUIRED
    }


def named_together(problem: Problem, rules: Sequence[str]) -> str:
    """Return many ways as one rule, those named that cost most to seal."""
    sites = problem.sites
    cost = sites.open_cost + sites.unit_cost * sites.min_units
    price = {way.rule: min(float(cost[one]) for one in way.options) for way in problem.ways}
    first = sorted(rules, key=lambda rule: (-price[rule], rule))[:NAMED]
    dearest = ", ".join(rule.removeprefix("sealed: way ") for rule in first)
    return f"sealed: {counted(len(rules), 'way')} ({dearest} and {len(rules) - NAMED} more)"


def leave_open(problem: Problem, posts: Posting) -> Callable[[Instance], Instance]:
    """Return what leaves the rule out for every way."""
    names = {way.rule for way in problem.ways}
    alone = held_alone(problem)
    held = np.array(
        [
            problem.post_id(site, resource) in alone
            for site, resource in zip(posts.site.tolist(), posts.resource.tolist(), strict=True)
        ],
        dtype=np.bool_,
    )

    def drop(instance: Instance) -> Instance:
        return replace(
            instance,
            required=instance.required & ~held,
            rules=tuple(rule for rule in instance.rules if rule.name not in names),
        )

    return drop
