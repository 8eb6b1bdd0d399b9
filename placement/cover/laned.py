"""A plan with lanes as the capacity engine reads it."""

from dataclasses import replace

import numpy as np

from placement.cover.instance import Instance, Rule
from placement.cover.instance_builder import Posting
from placement.cover.lanes import Lanes, arrivals_of
from placement.plan.problem import Problem


def laned(problem: Problem, posts: Posting) -> tuple[Instance, Lanes]:
    """Part what opening a gate costs and uses from what each of its lanes does.

    Parameters
    ----------
    problem
        What is asked; one of its resources has lanes.
    posts
        Its candidate posts.

    Returns
    -------
    instance, lanes
        As `placement.solve.capacitated.solver.solve_lanes` takes them.

    Raises
    ------
    ValueError
        If no resource has lanes.
    """
    position = problem.laned
    rule = None if position is None else problem.resources[position].lanes
    if position is None or rule is None:
        raise ValueError("no resource of the problem has lanes")
    sites, gate = problem.sites, posts.resource == position
    fleet = f"resources.{problem.resources[position].id}.fleet"
    instance = posts.instance
    limits = instance.limits
    counts_lanes = np.array([limit.name == fleet for limit in limits], dtype=np.bool_)
    instance = replace(
        instance,
        cost=np.where(gate, sites.open_cost[posts.site, position], instance.cost),
        # a rule that cannot be broken (changes that are priced, not limited) only slows the search
        rules=tuple(rule for rule in instance.rules if _binds(rule)),
        limits=tuple(
            replace(limit, use=np.where(gate, 0.0, limit.use)) if counts else limit
            for limit, counts in zip(limits, counts_lanes.tolist(), strict=True)
        ),
    )
    arrivals, of = arrivals_of(problem)
    profile = np.zeros(instance.rows, dtype=np.int64)
    row_of = posts.row_of[position]
    profile[row_of[row_of >= 0]] = of[row_of >= 0]
    lanes = Lanes(
        people=np.where(posts.row_resource == position, posts.people, 0.0),
        gate=gate,
        least=np.where(gate, sites.min_units[posts.site, position], 0),
        most=np.where(gate, sites.max_units[posts.site, position], 0),
        lane_cost=np.where(gate, sites.unit_cost[posts.site, position], 0.0),
        lane_people=np.where(gate, problem.lane_people(position)[posts.site], 0.0),
        lane_use=np.outer(counts_lanes, gate).astype(np.float64),
        arrivals=arrivals,
        profile=profile,
    )
    return instance, lanes


def _binds(rule: Rule) -> bool:
    return float(np.maximum(rule.slope, 0.0).sum()) > rule.most
