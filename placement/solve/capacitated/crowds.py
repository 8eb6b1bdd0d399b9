"""Who has which gates in reach: the crowds of a plan with lanes, and the floors that count them."""

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from placement.arrays import Floats, Ints
from placement.cover.areas import areas
from placement.cover.instance_builder import Posting
from placement.cover.rings import check_routes, ring_classes, routes_of_class
from placement.cover.survey import Survey
from placement.plan.problem import Plan, Problem
from placement.solve.capacitated.assignment import UNIT, Crowds
from placement.solve.capacitated.equals import STEPS, group_sums, seeds_of, text_seeds, walk_steps


def crowds_of(
    plan: Plan, posts: Posting, walks: Survey, gates: Ints
) -> tuple[Crowds, Ints, Ints, Ints]:
    """Part the people of each row by area and profile, and list the open gates in their reach.

    Parameters
    ----------
    plan, posts, walks
        What is asked, the candidate posts, and the walks.
    gates
        (J,) int64, columns of the open gates, ascending.

    Returns
    -------
    crowds
        Of people with the same gates in reach, the same worth, rules, area and profile.
    area, arrival
        (n,) int64, the area of each crowd, and its profile among those of the plan.
    crowd_of
        (M,) int64, the crowd of each demand point, −1 where it has none.
    """
    problem = plan.problem
    position = problem.laned or 0
    demand, resource = problem.demand, problem.resources[position]
    rule = resource.lanes
    stood = areas(plan)
    row_of, area_of = posts.row_of[position], stood.of
    there = np.flatnonzero((row_of >= 0) & (demand.people > 0))
    shares = np.array([] if rule is None else list(rule.profiles.values()))
    rings, between = problem.rings, walks.between
    classes = None if rings is None else ring_classes(problem, rings)
    class_of = np.zeros(len(demand), dtype=np.int64) if classes is None else classes.of
    alike = np.column_stack([row_of[there], area_of[there], demand.arrival[there], class_of[there]])
    _, first, number = np.unique(alike, axis=0, return_index=True, return_inverse=True)
    crowd_of = np.full(len(demand), -1, dtype=np.int64)
    crowd_of[there] = number.ravel()
    people = group_sums(demand.people[there], number.ravel(), len(first))
    table = walks.walk[resource.id].tocoo()
    point, site = table.coords
    gate_of = np.full(len(problem.sites), -1, dtype=np.int64)
    gate_of[posts.site[gates]] = np.arange(len(gates))
    kept = (crowd_of[point] >= 0) & (gate_of[site] >= 0)
    point, gate = point[kept], gate_of[site[kept]]
    # the mean walk of a crowd to each gate in its reach
    way, at = np.unique(np.column_stack([crowd_of[point], gate]), axis=0, return_inverse=True)
    on_foot = np.bincount(
        at.ravel(), weights=table.data[kept] * demand.people[point], minlength=len(way)
    )
    tenths = np.rint(np.round(table.data[kept], 1) * 10)
    steps = walk_steps(tenths, demand.people[point], at.ravel(), people[way[:, 0]])
    names = [] if rule is None else list(rule.profiles)
    seed = seeds_of(
        text_seeds(stood.names)[area_of[there[first]]][way[:, 0]],
        text_seeds(names)[demand.arrival[there[first]]][way[:, 0]],
        text_seeds(problem.sites.id)[posts.site[gates]][way[:, 1]],
        np.floor(people[way[:, 0]] * UNIT + 0.5).astype(np.int64),
        steps,
    )
    crowds = Crowds(
        people=people,
        worth=resource.value * demand.priority[there[first]],
        tier=demand.tier[there[first]],
        first=demand.step_free[there[first]],
        shares=shares[demand.arrival[there[first]]],
        crowd=way[:, 0],
        gate=way[:, 1],
        walk=on_foot / people[way[:, 0]],
        steps=steps,
        seed=seed,
    )
    if rings is not None and classes is not None and between is not None:
        is_open = np.zeros(len(problem.sites), dtype=np.bool_)
        is_open[posts.site[gates]] = True
        routes = [
            routes_of_class(problem, rings, classes, number, between, is_open)
            for number in range(len(classes.depth))
        ]
        crowds = through_rings(
            crowds, class_of[there[first]], routes, gate_of, text_seeds(problem.sites.id)
        )
    return crowds, area_of[there[first]], demand.arrival[there[first]], crowd_of


def through_rings(
    crowds: Crowds,
    class_of: Ints,
    routes: list[tuple[Ints, Floats]],
    gate_of: Ints,
    seed_of: Ints,
) -> Crowds:
    """Let every way to an outer gate go on by each route that leads in from there.

    Parameters
    ----------
    crowds
        With ways to the gates of the outermost ring.
    class_of
        (n,) int64, the class of each crowd.
    routes
        By class, as `placement.cover.rings.routes_of_class` returns them.
    gate_of
        (N,) int64, the number of the open gate at each site.
    seed_of
        (N,) int64, a number for each site's name.

    Raises
    ------
    InputError
        If there are too many ways to write down.
    """
    sites = np.concatenate([one for one, _ in routes])
    inside = np.concatenate([seconds for _, seconds in routes])
    kind = np.repeat(np.arange(len(routes)), [len(one) for one, _ in routes])
    start: dict[tuple[int, int], list[int]] = {}
    for at, (of, first) in enumerate(
        zip(kind.tolist(), gate_of[sites[:, 0]].tolist(), strict=True)
    ):
        start.setdefault((of, first), []).append(at)
    before: list[int] = []
    route: list[int] = []
    reaching = zip(class_of[crowds.crowd].tolist(), crowds.gate.tolist(), strict=True)
    for number, key in enumerate(reaching):
        onward = start.get(key, [])
        before += [number] * len(onward)
        route += onward
        check_routes(len(route))
    way, line = np.array(before, dtype=np.int64), np.array(route, dtype=np.int64)
    passes = np.where(sites >= 0, gate_of[sites], -1)
    seed = crowds.seeds()[way]
    for level in range(1, sites.shape[1]):
        beyond = sites[line, level]
        seed = np.where(
            beyond >= 0, seeds_of(seed, np.where(beyond >= 0, seed_of[beyond], 0)), seed
        )
    distinct, gate = np.unique(passes[line], axis=0, return_inverse=True)
    steps = np.zeros(len(crowds.crowd), np.int64) if crowds.steps is None else crowds.steps
    tenths = np.rint(np.round(inside, 1) * 10)
    return replace(
        crowds,
        crowd=crowds.crowd[way],
        gate=gate.ravel(),
        walk=crowds.walk[way] + inside[line],
        steps=steps[way] + np.asarray(tenths[line] * (STEPS // 10), dtype=np.int64),
        seed=seed,
        passes=distinct,
    )


def longest_walk_s(problem: Problem) -> float:
    """Return how far anybody may walk to the last gate they pass, seconds."""
    inside = 0.0 if problem.rings is None else float(np.nansum(problem.rings.walk_s))
    return problem.resources[problem.laned or 0].walk_limit_s + inside


def floors_of(
    problem: Problem, crowd_of: Ints, shares: Mapping[str, float]
) -> list[tuple[Ints, float]]:
    """Return the crowds that each floor of the gates counts, and how many of them it asks for.

    Parameters
    ----------
    problem
        What is asked; one resource has lanes.
    crowd_of
        (M,) int64, the crowd of each demand point, −1 where it has none.
    shares
        By resource, the least share of all people to be admitted.
    """
    position = problem.laned or 0
    whole = problem.people_of(position)
    floors = [
        (np.setdiff1d(crowd_of[floor.points], -1), floor.share * math.fsum(whole[floor.points]))
        for floor in problem.floors
        if floor.resource == position
    ]
    share = shares.get(problem.resources[position].id)
    if share is not None:
        floors.append((np.setdiff1d(crowd_of, -1), share * math.fsum(whole)))
    return floors
