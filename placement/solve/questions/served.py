"""Whom each open post serves, and whom closing it alone would leave uncovered."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from placement.arrays import Floats, Ints
from placement.cover.instance_builder import posting
from placement.cover.survey import Survey
from placement.plan.problem import Plan, Problem
from placement.solution import Solution
from placement.solve.capacitated.admission import worth_of_lanes

_PLACES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What the people of one post come to.

    Attributes
    ----------
    people
        Those its lanes admit; without lanes, those who have it as their nearest post within the
        limit, the first identifier where several are as near. Over the posts of a resource they add
        up to the people it covers.
    loss
        By how many people the resource covers fewer if this post alone closes and every other stays
        as it is: with lanes all people are sent again to the gates that are left, within reach and
        capacity.
    """

    people: float
    loss: float


def served(plan: Plan, solution: Solution, walks: Survey) -> dict[str, Served]:
    """Count the people of every open post.

    Parameters
    ----------
    plan, solution
        What was asked and what was chosen; every post is one of the plan's.
    walks
        Walks of the plan; a stored entry means "within the limit".

    Returns
    -------
    dict
        By post, in the order of the solution. Rules are left aside: that a dog team must stand near
        a gate, for instance, closes no team when its gate closes.
    """
    problem = plan.problem
    found: dict[str, Served] = {}
    for position in range(len(problem.resources)):
        if position == problem.laned and solution.lanes is not None:
            found |= _with_lanes(plan, solution, walks)
        else:
            found |= _by_walk(problem, position, solution, walks)
    return {post.id: found[post.id] for post in solution.without_barriers}


def _by_walk(
    problem: Problem, position: int, solution: Solution, walks: Survey
) -> Mapping[str, Served]:
    """Count the people who have each post as their nearest, and those who have no other."""
    resource = problem.resources[position].id
    posts = sorted(
        (post for post in solution.posts_list if post.resource == resource),
        key=lambda post: post.site,
    )
    row = {site: at for at, site in enumerate(problem.sites.id)}
    people = problem.demand.people
    table = walks.walk[resource][:, [row[post.site] for post in posts]].tocoo()
    # the nearest first, then the first identifier
    order = np.lexsort((table.col, table.data, table.row))
    point, column = table.row[order], table.col[order]
    nearest = np.ones(len(point), dtype=np.bool_)
    nearest[1:] = point[1:] != point[:-1]
    alone = np.bincount(point, minlength=len(people))[point] == 1
    mine = _sums(column[nearest], people[point[nearest]], len(posts))
    only = _sums(column[alone], people[point[alone]], len(posts))
    return {
        post.id: Served(people=round(float(a), _PLACES), loss=round(float(b), _PLACES))
        for post, a, b in zip(posts, mine, only, strict=True)
    }


def _sums(column: Ints, people: Floats, size: int) -> Floats:
    return np.bincount(column, weights=people, minlength=size)


def _with_lanes(plan: Plan, solution: Solution, walks: Survey) -> Mapping[str, Served]:
    """Count the people each gate admits, and how many fewer all admit without it.

    As many people pass the open gates as can, whatever each is worth: of a network, the most worth
    is reached with the most people too. So everyone counts one here, and one maximum flow a gate
    tells what is lost.
    """
    problem = plan.problem
    position = problem.laned
    assert position is not None  # noqa: S101 - for the type checker; the caller looked
    heads = replace(
        problem,
        resources=tuple(replace(each, value=1.0) for each in problem.resources),
        demand=replace(
            problem.demand,
            priority=np.ones(len(problem.demand)),
            tier=np.ones(len(problem.demand), dtype=np.int64),
        ),
    )
    admitted = worth_of_lanes(posting(heads, walks), replace(plan, problem=heads), walks)
    row = {site: at for at, site in enumerate(problem.sites.id)}
    resource = problem.resources[position].id
    gates = [post for post in solution.posts_list if post.resource == resource]
    units = np.zeros(problem.sites.allowed.shape, dtype=np.int64)
    for post in gates:
        units[row[post.site], position] = post.units
    whole = admitted.of(units)
    found: dict[str, Served] = {}
    for post in gates:
        fewer = units.copy()
        fewer[row[post.site], position] = 0
        loss = round(max(0.0, whole - admitted.of(fewer)), _PLACES)
        found[post.id] = Served(people=post.admitted or 0.0, loss=loss)
    return found
