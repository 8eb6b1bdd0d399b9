"""What is usable in a plan with rings, and yet most likely not what was meant."""

import math
from collections.abc import Iterator

import numpy as np

from placement.arrays import Bools, Floats
from placement.counts import counted
from placement.cover.rings import gates_of_class, ring_classes
from placement.cover.survey import Survey
from placement.plan.problem import Plan, Rings, SiteStatus

_NAMED = 3


def ring_doubts(plan: Plan, walks: Survey) -> Iterator[tuple[str, float]]:
    """Yield each doubt as a sentence, with the people who cannot be covered because of it.

    Parameters
    ----------
    plan, walks
        A plan and its survey.
    """
    problem = plan.problem
    rings, between, position = problem.rings, walks.between, problem.laned
    if rings is None or between is None or position is None:
        return
    usable = problem.sites.allowed[:, position]
    usable = usable & (problem.sites.status[:, position] != SiteStatus.EXCLUDED)
    people = problem.people_of(position)
    yield from _zones_shut_out(plan, walks, rings, usable, people)
    yield from _dead_ends(plan, walks, rings, usable, people)
    yield from _too_small(plan, rings, usable, people)


def _zones_shut_out(
    plan: Plan, walks: Survey, rings: Rings, usable: Bools, people: Floats
) -> Iterator[tuple[str, float]]:
    """Name zones of which nobody gets through to their ring."""
    problem = plan.problem
    assert walks.between is not None  # noqa: S101 - for the type checker; the caller looked
    classes = ring_classes(problem, rings)
    first = np.array(
        [
            gates_of_class(problem, rings, classes, number, walks.between, usable)[0]
            for number in range(len(classes.depth))
        ]
    )
    table = walks.walk[problem.resources[problem.laned or 0].id].tocoo()
    point, site = table.coords
    kept = first[classes.of[point], site]
    reached = np.zeros(len(people), dtype=np.bool_)
    reached[point[kept]] = True
    for number, zone in enumerate(problem.demand.zones):
        mine = (problem.demand.zone == number) & (people > 0)
        if not mine.any() or reached[mine].any():
            continue
        many, ring = math.fsum(people[mine]), rings.names[rings.passed[rings.depth[mine].max() - 1]]
        sentence = (
            f"nobody of zone {zone!r} ({counted(many, 'person')}) gets through to ring "
            f"{ring!r}: no "
            "gates of theirs follow one another within the walks allowed; add a gate, lengthen "
            "walk_limit_min of a ring, or give the zone a ring farther out."
        )
        yield sentence, many


def _dead_ends(
    plan: Plan, walks: Survey, rings: Rings, usable: Bools, people: Floats
) -> Iterator[tuple[str, float]]:
    """Name gates from which no gate farther in is reached, and those that none outside reach."""
    assert walks.between is not None  # noqa: S101 - for the type checker; the caller looked
    table = walks.between[0].tocoo()
    row, column = table.coords
    kept = usable[row] & usable[column]
    leads, led = np.zeros(len(usable), np.bool_), np.zeros(len(usable), np.bool_)
    leads[row[kept]], led[column[kept]] = True, True
    for level in range(len(rings.passed) - 1):
        outer, inner = (rings.names[rings.passed[at]] for at in (level, level + 1))
        minutes = f"{rings.walk_s[level + 1] / 60:g} min"
        ends = usable & (rings.level == level) & ~leads
        if ends.any() and (rings.depth[people > 0] > level + 1).any():
            sentence = (
                f"from {_named(plan, ends)} of ring {outer!r} no gate of ring {inner!r} is within "
                f"{minutes}: only people who go no farther pass there; lengthen walk_limit_min, or "
                "add a gate."
            )
            yield sentence, 0.0
        cut_off = usable & (rings.level == level + 1) & ~led
        if cut_off.any():
            sentence = (
                f"no gate of ring {outer!r} leads to {_named(plan, cut_off)} of ring {inner!r} "
                f"within {minutes}: nobody passes there; lengthen walk_limit_min, or move it."
            )
            yield sentence, 0.0


def _too_small(
    plan: Plan, rings: Rings, usable: Bools, people: Floats
) -> Iterator[tuple[str, float]]:
    """Name rings whose gates could not pass all who go there, with all lanes that they may have."""
    problem = plan.problem
    position = problem.laned or 0
    room = problem.lane_people(position) * problem.sites.max_units[:, position] * usable
    for level, at in enumerate(rings.passed):
        going = math.fsum(people[rings.depth > level])
        most = math.fsum(room[rings.level == level])
        if going > most:
            sentence = (
                f"ring {rings.names[at]!r} passes {counted(most, 'person')} at most with all "
                "lanes that "
                f"its gates may have, and {going:,.12g} are to pass it; add gates or max_units, or "
                "let the lanes open longer."
            )
            yield sentence, going - most


def _named(plan: Plan, which: Bools) -> str:
    names = [plan.problem.sites.id[at] for at in np.flatnonzero(which)]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
