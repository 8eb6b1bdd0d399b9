"""People in line, for the audit of an egress: who comes to a place when, and is let through."""

import math
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from placement.arrays import Floats
from placement.auditing.egress_proof import CLOSE_MIN, SLOT_S, Line, batches_of, to_slots
from placement.auditing.findings import Findings
from placement.plan.problem import Plan

CLOSE = 2e-2
"""How near figures are to be, people: rows are rounded to millionths."""
_M2 = 0.6
_NOBODY = 5e-7  # people: what a row of no millionth holds, and arithmetic leaves over


def coming(
    plan: Plan, told: Mapping[str, Any], walks: Floats, sent: Floats, at: int
) -> dict[int, list[float]]:
    """Return who comes to an exit in each slot: most people, and those who walk step-free."""
    come: dict[int, list[float]] = {}
    batches = batches_of(told)
    slots = to_slots(walks[:, at])
    for point in np.flatnonzero(sent[:, at] > 0).tolist():
        if not math.isfinite(slots[point]):
            continue
        for batch in range(batches):
            two = come.setdefault(int(slots[point]) + batch, [0.0, 0.0])
            two[int(plan.problem.demand.step_free[point])] += sent[point, at] / batches
    return come


def let_through(come: Mapping[int, Sequence[float]], rate: float) -> Line:
    """Put people in line as they come, and let so many through in each slot."""
    line: deque[list[float]] = deque()
    gone, passed = [0.0, 0.0], []
    longest = last = people = 0.0
    slot, final = 0, max(come, default=-1)
    total = math.fsum(one for batch in come.values() for one in batch)
    while slot <= final or line:
        if slot in come:
            line.append(list(come[slot]))
            people += sum(come[slot])
        longest = max(longest, math.fsum(one for batch in line for one in batch))
        room = rate
        left = total - sum(gone)
        while line and room > 0:
            first = line[0]
            size = first[0] + first[1]
            share = 1.0 if size <= room else room / size
            for pace in range(2):
                gone[pace] += share * first[pace]
                first[pace] -= share * first[pace]
            if share < 1.0:
                room = 0.0
                break
            room -= size
            line.popleft()
        if room < rate and left > _NOBODY:
            last = slot + (rate - room) / rate
        while line and sum(line[0]) < 1e-9 * max(1.0, people):
            line.popleft()
        passed.append((gone[0], gone[1]))
        slot += 1
    return Line(people, longest, last, passed)


def check_line(
    what: str, one: Mapping[str, Any], seen: Line, rate: float, findings: Findings
) -> None:
    """Check the figures of a place against what is seen there."""
    figures = {
        "people": (seen.people, CLOSE),
        "longest_queue": (seen.longest, CLOSE),
        "ground_m2": (seen.longest * _M2, CLOSE),
        "longest_wait_min": (seen.longest / rate * SLOT_S / 60, CLOSE_MIN),
        "last_min": (seen.last * SLOT_S / 60, CLOSE_MIN),
    }
    for key, (mine, within) in figures.items():
        findings.equal(f"{key} of {what}", one[key], mine, within=within)


def coming_on(lines: Sequence[Line], on: Floats, asked: Floats, at: int) -> dict[int, list[float]]:
    """Return who comes to a station in each slot: the same share of each who pass an exit."""
    come: dict[int, list[float]] = {}
    for pace, exit_ in np.argwhere(asked[:, :, at] > 0).tolist():
        if not math.isfinite(on[pace, exit_, at]):
            continue
        share = asked[pace, exit_, at] / asked[pace, exit_].sum()
        before, walk = 0.0, int(to_slots(on[pace, exit_, at]))
        for slot, gone in enumerate(lines[exit_].passed):
            two = come.setdefault(slot + 1 + walk, [0.0, 0.0])
            two[pace] += share * (gone[pace] - before)
            before = gone[pace]
    return come
