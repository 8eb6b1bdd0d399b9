"""How long `place replay` takes: nights of a bundled plan, and of plans of several sizes.

    python benchmarks/replay.py [NIGHTS]

Prints seconds, people a second and the most memory so far, on all processors there are.
"""

import resource
import sys
import time
from pathlib import Path

import numpy as np

import placement
from placement.studies.replay import Scenario, replay
from placement.studies.replay.course import course_of, gates_of
from placement.studies.replay.nights import Course, play

ROOT = Path(__file__).parents[1]
PLAN = "paris-2024"


def repeated(course: Course, times: int) -> Course:
    """Return the gates of a night several times over."""
    gates = len(course.lanes)
    stretches = np.diff(course.first)
    return Course(
        first=np.concatenate([[0], np.cumsum(np.tile(stretches, times))]),
        begins=np.tile(course.begins, times),
        ends=np.tile(course.ends, times),
        people=np.tile(course.people, times),
        shows=np.tile(course.shows, times),
        lanes=np.tile(course.lanes, times),
        service_s=np.tile(course.service_s, times),
        shuts=np.tile(course.shuts, (times, 1)),
        next_gate=np.full(gates * times, -1),
        next_walk_s=np.zeros(gates * times),
        variation=course.variation,
        lognormal=course.lognormal,
        counted=course.counted,
        bunch_s=course.bunch_s,
        fails_s=course.fails_s,
        down_s=course.down_s,
        moments=course.moments,
    )


def memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def processor_s() -> float:
    return sum(resource.getrusage(resource.RUSAGE_SELF)[:2])


def main() -> None:
    nights = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    plan = placement.load_plan(ROOT / "data" / "geo" / PLAN)
    solution = placement.read_solution(ROOT / "outputs" / PLAN / "solution.geojson")
    replay(plan, solution, nights=8)  # loops are compiled, walks measured
    before = processor_s(), time.perf_counter()
    found = replay(plan, solution, nights=nights)
    spent, wall = processor_s() - before[0], time.perf_counter() - before[1]
    print(
        f"{PLAN}: {len(found.gates)} gates, {found.all_gates.sent:,.0f} people, {nights:,} nights: "
        f"{wall:.1f} s, {spent:.1f} s of processor, {memory_mb():.0f} MB"
    )
    course = course_of(plan, gates_of(plan, solution), Scenario())
    for times in (1, 2, 4):
        larger = repeated(course, times)
        before = processor_s(), time.perf_counter()
        play(larger, nights=100, seed=1)
        spent, wall = processor_s() - before[0], time.perf_counter() - before[1]
        rate = 100 * larger.people.sum() / spent
        print(
            f"{len(larger.lanes):>5} gates, {larger.people.sum():>11,.0f} people, 100 nights: "
            f"{wall:.1f} s, {spent:.1f} s of processor, {rate / 1e6:.1f} million people a second "
            f"of processor, {memory_mb():.0f} MB"
        )


if __name__ == "__main__":
    main()
