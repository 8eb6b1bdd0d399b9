"""The replay of a solution: its gates on many nights, beside what the fluid queue promises."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np

from placement.arrays import Floats, Ints
from placement.counts import counted
from placement.errors import UsageError
from placement.executor import Executor
from placement.plan.clock import clock_of
from placement.plan.problem import Plan
from placement.plan.summary import html_table
from placement.solution import Solution
from placement.solve.capacitated.queueing import Queue, queue
from placement.studies.figures import Plot
from placement.studies.replay.course import Gates, course_of, gates_of
from placement.studies.replay.ground import M2_A_PERSON, QueueGround, street_of
from placement.studies.replay.measures import Measure, Share, measure, share
from placement.studies.replay.nights import Nights, play
from placement.studies.replay.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

TOLERATED = 50
"""People outside a gate at the end that still count as a night on which it held."""
FAN = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles of the queue that are drawn over time."""
MOST_NIGHTS = 100_000
_MOST_VALUES = 2e8  # of queues by night, gate and moment, 4 bytes each


@dataclass(frozen=True, slots=True, kw_only=True)
class GateReplay:
    """One gate on all nights.

    Attributes
    ----------
    post
        Its identifier, ``<site>/<resource>``.
    name
        Name of its site.
    lanes
        Its lanes.
    sent, came
        People whom the solution sends there, and who came on average; with those from gates that
        were shut.
    sent_on
        People who walked on to another gate while it was shut, on average.
    next_gate
        The post to which they walked, None where the gate is never shut.
    wait_min
        Longest wait of a person in a night, minutes; of who is left outside until the gate closes.
    mean_wait_min
        Mean wait of a night, minutes.
    queue
        Longest queue of a night, people.
    outside
        People who are not through a lane when lanes close, the start of the event for this gate.
    strained
        Share of the nights on which more are outside than is tolerated.
    ground
        What ground the queue takes.
    fan
        Quantiles of the queue at each of the moments, people, those of `FAN` in order.
    fluid
        The fluid queue at each of the moments, people.
    """

    post: str
    name: str
    lanes: int
    sent: float
    came: float
    sent_on: float
    next_gate: str | None
    wait_min: Measure
    mean_wait_min: Measure
    queue: Measure
    outside: Measure
    strained: Share
    ground: QueueGround
    fan: tuple[tuple[float, ...], ...]
    fluid: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AllGates:
    """All gates together.

    Attributes
    ----------
    sent, came
        People whom the solution sends, and who came on average, each counted once.
    wait_min
        Longest wait at any gate in a night, minutes.
    queue
        People in all queues together, at the moment of a night when there are most.
    outside
        People outside all gates together when lanes close, each counted once.
    strained
        Share of the nights on which some gate has more outside than is tolerated.
    """

    sent: float
    came: float
    wait_min: Measure
    queue: Measure
    outside: Measure
    strained: Share


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Replay:
    """What many nights showed.

    Attributes
    ----------
    plan, title
        Name of the plan, and its title by language.
    solution
        Digest of the solution.
    nights, seed
        How many, and the seed of their random numbers.
    tolerated
        People outside a gate that still count as a night on which it held.
    scenario
        What the nights were like.
    opens, closes
        When lanes open and close, ``"HH:MM"``.
    moments_min
        Minutes after the opening at which queues are told.
    all_gates
        All gates together.
    gates
        One by one, in the order of their posts.
    """

    plan: str
    title: Mapping[str, str]
    solution: str
    nights: int
    seed: int
    tolerated: int
    scenario: Mapping[str, object]
    opens: str
    closes: str
    moments_min: tuple[float, ...]
    all_gates: AllGates
    gates: tuple[GateReplay, ...]

    def frame(self) -> "pd.DataFrame":
        """Return the figures as a DataFrame, one row a gate: fluid, median, 95% and worst."""
        import pandas as pd  # noqa: PLC0415 - heavy, and only wanted by callers in Python

        return pd.DataFrame([self._row(gate) for gate in self.gates])

    def _row(self, gate: GateReplay) -> dict[str, object]:
        row: dict[str, object] = {
            "post": gate.post,
            "lanes": gate.lanes,
            "sent": gate.sent,
            "came": gate.came,
            "strained": gate.strained.value,
        }
        for name in ("wait_min", "queue", "outside"):
            told: Measure = getattr(gate, name)
            row |= {
                f"{name}_fluid": told.fluid,
                f"{name}_p50": told.p50.value,
                f"{name}_p95": told.p95.value,
                f"{name}_worst": told.worst,
            }
        return row | {"ground_m2": gate.ground.needed_m2}

    def figure(self, gates: Sequence[GateReplay] | None = None, *, language: str = "en") -> Plot:
        """Return the queues of gates over time, or of all; it needs the extra ``plots``."""
        drawn = import_module("placement.studies.replay.figures").draw_queues
        return Plot(**drawn(self, gates, language=language))

    def __repr__(self) -> str:
        strained = sum(gate.strained.value > 0.05 for gate in self.gates)
        return (
            f"Replay of {self.plan!r}: {counted(self.nights, 'night')} at "
            f"{counted(len(self.gates), 'gate')}, "
            f"{strained} with more than {counted(self.tolerated, 'person')} outside on over 5% "
            "of the nights"
        )

    def _repr_html_(self) -> str:
        frame = self.frame().drop(columns=["came", "ground_m2"])
        return html_table(repr(self), frame.itertuples(index=False), head=list(frame.columns))


def replay(
    plan: Plan,
    solution: Solution,
    scenario: Scenario | None = None,
    *,
    nights: int = 1000,
    seed: int = 1,
    tolerated: int = TOLERATED,
    drawn_m2: Mapping[str, float] | None = None,
    executor: Executor | None = None,
    progress: Callable[[int], None] | None = None,
) -> Replay:
    """Play the gates of a solution on many nights.

    People come by the plan's profile to the gate the solution sends them to, queue, first come
    first served, and pass its lanes, each of which takes a random time for each. In a plan with
    rings they walk on to the next gate of their route and queue again; who is not through a gate
    when lanes close is outside of that one only. Each night at each gate has a stream of random
    numbers of its own, so the result depends neither on the number of nights nor on the number of
    processors.

    Parameters
    ----------
    plan, solution
        What was asked and what was chosen; a resource of the plan has lanes.
    scenario
        What the nights are like; None for those of `Scenario` as it stands.
    nights, seed
        How many nights, 1 to `MOST_NIGHTS`, and the seed, ≥ 0.
    tolerated
        People outside a gate, when lanes close, that still count as a night on which it held.
    drawn_m2
        Ground drawn for queues, by site; see `placement.studies.replay.ground.read_ground`.
    executor
        Where the nights are played, see `placement.executor`; None for all processors here.
    progress
        Takes the number of nights that are done, now and then.

    Returns
    -------
    Replay

    Raises
    ------
    UsageError
        If there is nothing to replay, or the scenario speaks of a gate that is not there.

    Examples
    --------
    >>> import placement  # doctest: +SKIP
    >>> from placement.studies.replay import Scenario, replay  # doctest: +SKIP
    >>> found = replay(plan, solution, Scenario(slower=0.1), nights=300)  # doctest: +SKIP
    """
    scenario = Scenario() if scenario is None else scenario
    if not 1 <= nights <= MOST_NIGHTS:
        raise UsageError(f"{counted(nights, 'night')} cannot be played; take 1 to {MOST_NIGHTS:,}.")
    gates = gates_of(plan, solution)
    course = course_of(plan, gates, scenario)
    if nights * len(course.lanes) * len(course.moments) > _MOST_VALUES:
        raise UsageError(
            f"{nights:,} nights at {counted(len(course.lanes), 'gate')} do not fit into memory; "
            "take fewer nights."
        )
    found = play(course, nights=nights, seed=seed, executor=executor, progress=progress)
    told = _told(plan, gates, course.moments, found, course.next_gate, tolerated, drawn_m2 or {})
    return Replay(
        plan=plan.settings.name,
        title=plan.settings.title_by_language(),
        solution=solution.digest,
        nights=nights,
        seed=seed,
        tolerated=tolerated,
        scenario=scenario.model_dump(mode="json"),
        opens=clock_of(gates.rule.opens_min),
        closes=clock_of(gates.rule.closes_min),
        moments_min=tuple(round(float(at) / 60, 3) for at in course.moments),
        all_gates=_all_gates(gates, found, told, tolerated),
        gates=told,
    )


def _told(
    plan: Plan,
    gates: Gates,
    moments: Floats,
    found: Nights,
    next_gate: Ints,
    tolerated: int,
    drawn_m2: Mapping[str, float],
) -> tuple[GateReplay, ...]:
    """Sum up the nights gate by gate."""
    window_s = 60.0 * (gates.rule.closes_min - gates.rule.opens_min)
    came, sent_on = found.of("came"), found.of("sent_on")
    waits = found.of("longest_wait_s") / 60
    mean_waits = found.of("waits_s") / np.maximum(came, 1.0) / 60
    outside, queues = found.of("outside"), found.of("longest_queue")
    told = []
    for at, post in enumerate(gates.posts):
        fluid = _fluid(gates, at)
        sent = float(fluid.arriving.sum())
        steady = np.interp(
            moments, np.linspace(0.0, window_s, len(fluid.waiting)), fluid.waiting, left=0.0
        )
        mean_wait = float(np.trapezoid(fluid.waiting)) * gates.rule.period_min / max(sent, 1.0)
        taken = measure(queues[:, at], float(fluid.waiting.max()))
        needed = M2_A_PERSON * taken.p95.value
        drawn = drawn_m2.get(post.site)
        street = street_of(plan, int(gates.site[at]))
        to = int(next_gate[at])
        told.append(
            GateReplay(
                post=post.id,
                name=post.name,
                lanes=post.units,
                sent=round(sent, 1),
                came=_mean(came[:, at]),
                sent_on=_mean(sent_on[:, at]),
                next_gate=gates.posts[to].id if to >= 0 else None,
                wait_min=measure(waits[:, at], fluid.longest_wait * window_s / 60),
                mean_wait_min=measure(mean_waits[:, at], mean_wait),
                queue=taken,
                outside=measure(outside[:, at], float(fluid.waiting[-1])),
                strained=share(int((outside[:, at] > tolerated).sum()), len(outside)),
                ground=QueueGround(
                    needed_m2=round(needed, 1),
                    drawn_m2=None if drawn is None else round(drawn, 1),
                    fits=None if drawn is None else needed <= drawn,
                    street=None if street is None else street[0],
                    street_class=None if street is None else street[1],
                ),
                fan=tuple(
                    tuple(line.tolist())
                    for line in np.quantile(
                        found.waiting[:, at], FAN, axis=0, method="inverted_cdf"
                    )
                ),
                fluid=tuple(round(float(one), 1) for one in steady),
            )
        )
    return tuple(told)


def _all_gates(
    gates: Gates, found: Nights, told: tuple[GateReplay, ...], tolerated: int
) -> AllGates:
    """Sum up all gates together."""
    outside = found.of("outside")
    outermost = np.flatnonzero(gates.level == 0).tolist()  # all come to one of these first
    fluids = [_fluid(gates, at) for at in range(len(gates.posts))]
    queues = found.waiting.sum(axis=1, dtype=np.int64).max(axis=1)
    return AllGates(
        sent=round(sum(told[at].sent for at in outermost), 1),
        came=_mean((found.of("came") - found.of("sent_on"))[:, outermost].sum(axis=1)),
        wait_min=measure(
            found.of("longest_wait_s").max(axis=1) / 60, max(gate.wait_min.fluid for gate in told)
        ),
        queue=measure(
            queues.astype(np.float64), float(np.sum([one.waiting for one in fluids], axis=0).max())
        ),
        outside=measure(outside.sum(axis=1), sum(float(one.waiting[-1]) for one in fluids)),
        strained=share(int((outside > tolerated).any(axis=1).sum()), len(outside)),
    )


def _fluid(gates: Gates, at: int) -> Queue:
    """Run the fluid queue of a gate as the plan does."""
    post = gates.posts[at]
    sent = np.array(gates.told.gates[post.id].sent)
    return queue(sent, gates.lane_people[at] * post.units, dust=1e-3)


def _mean(values: Floats) -> float:
    return round(float(values.sum()) / len(values), 1)
