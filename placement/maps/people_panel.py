"""What the page says of people: whom posts serve, and who is not covered, where and why."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from placement.arrays import Bools, Floats, Ints
from placement.cover.area_walks import STEP_FREE
from placement.cover.areas import areas
from placement.plan.problem import Plan, Resource, SiteStatus
from placement.solution import Solution

type Uncovered = Mapping[str, Bools]


def main_resource(plan: Plan, solution: Solution) -> int:
    """Return the position of the resource the page opens on.

    Of those that are shown the one worth most a person, of equals the one with lanes, then the
    first.
    """
    problem = plan.problem
    shown = shown_resources(plan, solution)
    order = sorted(
        (at for at, is_shown in enumerate(shown) if is_shown),
        key=lambda at: (-problem.resources[at].value, at != problem.laned, at),
    )
    return order[0]


def shown_resources(plan: Plan, solution: Solution) -> list[bool]:
    """Say of each resource whether the page speaks of it.

    It does not where the solution has no post of it and the plan could have had none: it is worth
    nothing and no rule asks for it, there is no fleet, or no site within the budget. Where none is
    left, all are shown.
    """
    used = {post.resource for post in solution.posts_list}
    shown = [
        resource.id in used or _wanted(plan, solution, at, resource)
        for at, resource in enumerate(plan.problem.resources)
    ]
    return shown if any(shown) else [True] * len(shown)


def _wanted(plan: Plan, solution: Solution, position: int, resource: Resource) -> bool:
    """Say whether a plan could have had posts of a resource, and would have gained by them."""
    problem, sites = plan.problem, plan.problem.sites
    asked = any(floor.resource == position for floor in problem.floors)
    if not asked and resource.value == 0:
        return False
    if resource.fleet == 0 or solution.limits.get(resource.id) == 0:
        return False
    may = sites.allowed[:, position] & (sites.status[:, position] != SiteStatus.EXCLUDED)
    least = (
        sites.open_cost[:, position] + sites.unit_cost[:, position] * sites.min_units[:, position]
    )
    return bool((may & (least <= solution.budget)).any())


def gaps(plan: Plan, solution: Solution, uncovered: Uncovered) -> dict[str, Any]:
    """Describe who is not covered: by resource and area, too far away or turned away by lanes.

    People are whole, rounded so that every column adds up to its sum, and the sums to the people of
    the plan less those covered.

    Parameters
    ----------
    plan, solution
        What was asked and what was chosen.
    uncovered
        By resource identifier: (M,) bool, True where no open post of it is within the limit.

    Returns
    -------
    dict
        ``rows``, one an area that anyone stands in: ``area`` is its position among the drawn ones,
        or None; ``name``; ``all``, and ``slow`` for those of them who walk without steps or None
        where nobody does: ``people``, and by resource ``far``, people without a post within the
        limit, and ``turned``, people with one whose lanes do not admit them, None where the
        solution does not tell where they are. ``all`` and ``slow`` beside ``rows`` are the sums.
    """
    demand = plan.problem.demand
    found = areas(plan)
    drawn = {shape.id: at for at, shape in enumerate(plan.areas)}
    labels = sorted({name.removesuffix(STEP_FREE) for name in found.names})
    row_of = {name: labels.index(name.removesuffix(STEP_FREE)) for name in found.names}
    row = np.array([row_of[name] for name in found.names], dtype=np.int64)[found.of]
    parts: dict[str, dict[str, Any]] = {}
    for key, whom in (("all", np.ones(len(demand), dtype=np.bool_)), ("slow", demand.step_free)):
        people = demand.people * whom
        far: list[Ints] = []
        turned: list[Ints | None] = []
        lost: list[tuple[int, int]] = []
        for kind in plan.problem.resources:
            away = _sums(row, people * uncovered[kind.id], len(labels))
            missing = _not_covered(solution, kind.id, slow=key == "slow")
            sent = _sent(solution, kind.id, row_of, len(labels), slow=key == "slow")
            # the file tells how many are covered; who of the others is too far, the walks do
            total_far = (
                half_up(away.sum()) if missing is None else min(half_up(away.sum()), missing)
            )
            total_turned = 0 if missing is None or sent is None else missing - total_far
            far.append(whole(away, total_far))
            rest = _sums(row, people * ~uncovered[kind.id], len(labels))
            if sent is None:
                turned.append(np.zeros(len(labels), dtype=np.int64))
            elif np.isnan(sent).any():
                turned.append(None)
            else:
                turned.append(whole(np.maximum(rest - sent, 0.0), total_turned))
            lost.append((total_far, total_turned))
        parts[key] = {
            "people": whole(_sums(row, people, len(labels)), half_up(math.fsum(people))),
            "far": far,
            "turned": turned,
            "lost": lost,
        }
    there = [at for at in range(len(labels)) if parts["all"]["people"][at] > 0]
    return {
        "rows": [
            {
                "area": drawn.get(labels[at]),
                "name": labels[at],
                **{key: _row(part, at) for key, part in parts.items()},
            }
            for at in there
        ],
        **{
            key: {
                "people": int(part["people"].sum()),
                "far": [far for far, _ in part["lost"]],
                "turned": [turned for _, turned in part["lost"]],
            }
            for key, part in parts.items()
        },
    }


def _row(part: Mapping[str, Any], at: int) -> dict[str, Any] | None:
    if part["people"][at] == 0:
        return None
    return {
        "people": int(part["people"][at]),
        "far": [int(column[at]) for column in part["far"]],
        "turned": [None if column is None else int(column[at]) for column in part["turned"]],
    }


def _sums(row: Ints, people: Floats, size: int) -> Floats:
    return np.bincount(row, weights=people, minlength=size)


def _not_covered(solution: Solution, kind: str, *, slow: bool) -> int | None:
    """Return how many whole people the solution leaves uncovered; None where it does not tell."""
    coverage = solution.coverage.get(kind)
    part = coverage.step_free if slow and coverage is not None else coverage
    return None if part is None else half_up(part.total) - half_up(part.covered)


def _sent(
    solution: Solution, kind: str, row_of: Mapping[str, int], size: int, *, slow: bool
) -> Floats | None:
    """Return (areas,) float64, the people sent to gates; None without lanes, NaN if not told."""
    lanes = solution.lanes
    if lanes is None or lanes.resource != kind:
        return None
    sent = np.zeros(size) if lanes.areas else np.full(size, math.nan)
    for name, gates in lanes.areas.items():
        if name in row_of and (not slow or name.endswith(STEP_FREE)):
            sent[row_of[name]] += math.fsum(
                math.fsum(people) for gate, people in gates.items() if gate in lanes.entrances
            )
    return sent


def half_up(people: float) -> int:
    """Return whole people as the page and the sheets write them: of halves the larger number."""
    return math.floor(round(people, 6) + 0.5)


def whole(people: Floats, total: int) -> Ints:
    """Round people to whole ones that add up to a sum, by largest remainder.

    Parameters
    ----------
    people
        (n,) float64, not below 0.
    total
        What they add up to, rounded. Where it is farther from their sum than rounding explains,
        each is rounded by itself: the figures then contradict one another, and an audit says how.
    """
    down = np.floor(people)
    left = total - int(down.sum())
    if not 0 <= left <= len(people):
        return np.rint(people).astype(np.int64)
    rank = np.argsort(np.argsort(down - people, kind="stable"), kind="stable")
    return np.asarray(down + (rank < left), dtype=np.int64)
