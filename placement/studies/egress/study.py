"""How long a ground takes to empty: everybody by the next exit, and with people guided to others.

Walks, queues and times are in slots of `STEP_S` seconds, walks rounded up. Guided is in two steps,
each proven by itself: who leaves by which exit, so that the last one is out soonest; then, as they
come out, who goes to which station, so that the last one is served soonest. Among equals people
walk least. A third bound says how soon all could be served by whatever exits.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np

from placement.arrays import Bools, Floats, Ints
from placement.errors import UsageError
from placement.plan.outlets import Outlets
from placement.plan.problem import DayPeriod, Plan
from placement.plan.rings import refuse_rings
from placement.plan.summary import html_table
from placement.solution import Solution, Status
from placement.solve.core.stopping import Stop
from placement.solve.mip.quickest import Leaving, Proof, Sent, quickest, shortest
from placement.studies.egress.courses import Course, Flow, Wider, crossing
from placement.studies.egress.exits import FLOW, LANE_M, Exits, exits_of
from placement.studies.egress.jointly import Joint, bound_jointly
from placement.studies.egress.periods import emptied
from placement.studies.egress.queues import PER_MIN, Queue, queue_of, slots_of
from placement.studies.egress.walks import Walks, walks_of
from placement.studies.figures import Plot

if TYPE_CHECKING:
    import pandas as pd

WAIT_MIN = 8.0
"""An exit where people wait longer clogs (S: Green Guide, longest egress time, domain.md)."""
_LONGEST_LEAVE_MIN = 8 * 60
_MOST = 1e6  # of flow, width and wait: figures stay exact enough to be counted again
_MOST_WIDER = 3
_WORTH_MIN = 0.05  # minutes: a metre that saves less, at first order or solved again, is not told
_SURE = 1e-6  # relative: nearer than this a time is its bound


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Egress:
    """How a ground empties.

    Attributes
    ----------
    plan, at
        Name, and minute of the day whose closures hold; None for all.
    period, people_of
        The period that is emptied, and the one whose people leave; None in a plan without periods.
    exits, stations
        What people pass; `stations` is None where nobody asks where they go.
    flow_per_m_s, lane_m, leave_min, max_wait_min
        What was asked.
    points, areas, area, step_free, people
        Of the M demand points: identifiers, identifiers of areas, (M,) positions in them, and who.
    walks
        Seconds.
    chosen, guided
        By the next exit and from there to the next station; and so that all are out soonest.
    proof, bound_min
        Why nobody is out sooner, and when.
    served_proof, served_bound_min
        The same of the stations, people coming out of the exits as guided; None without stations.
    joint
        Why nobody is served sooner by whatever exits, and when; None without stations, or where all
        may come out where no station can be walked to.
    wider
        What a metre more would save where it saves most; none where it saves next to nothing.
    """

    plan: str
    at: int | None
    period: DayPeriod | None
    people_of: DayPeriod | None
    exits: Exits
    stations: Outlets | None
    flow_per_m_s: float
    lane_m: float
    leave_min: int
    max_wait_min: float
    points: tuple[str, ...]
    areas: tuple[str, ...]
    area: Ints
    step_free: Bools
    people: Floats
    walks: Walks
    chosen: Course
    guided: Course
    proof: Proof
    bound_min: float
    served_proof: Proof | None
    served_bound_min: float | None
    joint: Joint | None
    wider: tuple[Wider, ...]

    @property
    def leaving(self) -> float:
        """How many people leave."""
        return float(self.chosen.sent.sum())

    @property
    def stranded(self) -> float:
        """How many people can walk to no exit."""
        return float(self.people[~np.isfinite(self.walks.out).any(axis=1)].sum())

    @property
    def status(self) -> Status:
        """Optimal where it is proven that no one can be guided out sooner."""
        return _status(self.guided.clear_min, self.bound_min)

    @property
    def served_status(self) -> Status | None:
        """The same of the stations."""
        done = self.guided.served_min
        if done is None or self.served_bound_min is None:
            return None
        return _status(done, self.served_bound_min)

    @property
    def joint_bound_min(self) -> float | None:
        """Nobody has all served before, by whatever exits."""
        return None if self.joint is None else self.joint.bound / PER_MIN

    @property
    def joint_status(self) -> Status | None:
        """Optimal where it is proven that no exits and stations together serve all sooner."""
        done = self.guided.served_min
        if done is None or self.joint_bound_min is None:
            return None
        return _status(done, self.joint_bound_min)

    def clogged(self, course: Course) -> tuple[str, ...]:
        """Return the exits where people wait too long."""
        return tuple(one.id for one in course.exits if one.wait_min > self.max_wait_min)

    def frame(self) -> "pd.DataFrame":
        """Return who leaves where as a DataFrame, with the columns of ``egress.csv``."""
        import pandas as pd  # noqa: PLC0415 - heavy, and only wanted by callers in Python

        return pd.DataFrame(import_module("placement.studies.egress.report").rows_of(self))

    def figure(self, *, language: str = "en") -> Plot:
        """Return who is inside and who waits over time; it needs the extra ``plots``."""
        chart = import_module("placement.studies.egress.chart").chart
        return Plot(**chart(self, title=self.plan, language=language))

    def __repr__(self) -> str:
        when = "" if self.period is None else f" in {self.period.name!r}"
        return (
            f"Egress of {self.plan!r}{when}: {self.leaving:,.0f} people are out after "
            f"{self.chosen.clear_min:.1f} min as they choose, {self.guided.clear_min:.1f} min as "
            f"guided ({self.status.value}, no sooner than {self.bound_min:.1f})"
        )

    def _repr_html_(self) -> str:
        rows = [
            (one.name, f"{one.queue.people:,.0f}", f"{one.last_min:.1f}",
             f"{other.queue.people:,.0f}", f"{other.last_min:.1f}")
            for one, other in zip(self.chosen.exits, self.guided.exits, strict=True)
        ]  # fmt: skip
        head = ("exit", "people, as they choose", "last, min", "people, as guided", "last, min")
        return html_table(repr(self), rows, head=head)


def _status(done: float, bound: float) -> Status:
    return Status.OPTIMAL if done - bound <= _SURE * done else Status.FEASIBLE


def egress(
    plan: Plan,
    solution: Solution,
    *,
    exits: Outlets | None = None,
    stations: Outlets | None = None,
    period: str | None = None,
    flow_per_m_s: float = FLOW,
    lane_m: float = LANE_M,
    leave_min: int = 0,
    max_wait_min: float = WAIT_MIN,
    time_limit: float | None = 60.0,
) -> Egress:
    """Return how people leave by the gates of a solution, as they choose and as guided.

    Parameters
    ----------
    plan, solution
        What was asked and chosen. Closures hold as at the plan's time of the day.
    exits
        Exits that are open only now, from `placement.plan.outlets.read_outlets`.
    stations
        Where people go; without, they are done when they are out.
    period
        Which of the plan's periods; without, the only one in which people walk out. Where its own
        people stand where others walk to, those of the period before leave.
    flow_per_m_s
        Most people who pass a metre of width in a second.
    lane_m
        Width of a lane of a gate whose site states no ``width_m``.
    leave_min
        Minutes over which people set out, evenly; 0 for all at once.
    max_wait_min
        Where people wait longer, an exit is said to clog.
    time_limit
        Seconds after which no better way is looked for.

    Raises
    ------
    UsageError
        If a figure cannot be, no one period is meant, or there is no exit or nobody who can walk
        to one.
    InputError
        If an exit or a station cannot be used.
    """
    refuse_rings(plan, "how people leave")
    _check(flow_per_m_s, lane_m, leave_min, max_wait_min)
    then = emptied(plan, period)
    plan = then.plan
    gates = exits_of(plan, solution, lane_m=lane_m, more=exits)
    walks = walks_of(plan, gates, stations)
    demand = plan.problem.demand
    can = np.isfinite(walks.out).any(axis=1) & (demand.people > 0)
    if not can.any():
        raise UsageError("nobody can walk to an exit: see `place check` for why.")
    study = _Study(
        walks=walks,
        people=np.where(can, demand.people, 0.0),
        step_free=demand.step_free,
        rate=gates.width_m * flow_per_m_s * 60 / PER_MIN,
        batches=max(1, round(leave_min * PER_MIN)),
        gates=gates,
        stations=stations,
    )
    stop = Stop(time_limit)
    out, sent = study.guide(stop.share(0.5))
    served, shares = study.guide_on(sent, stop.share(0.5))
    joint = study.bound_on(out, stop.share(0.5))
    return Egress(
        plan=plan.settings.name,
        at=plan.at,
        period=then.period,
        people_of=then.people_of,
        exits=gates,
        stations=stations,
        flow_per_m_s=flow_per_m_s,
        lane_m=lane_m,
        leave_min=leave_min,
        max_wait_min=max_wait_min,
        points=demand.id,
        areas=demand.zones,
        area=demand.zone,
        step_free=demand.step_free,
        people=demand.people,
        walks=walks,
        chosen=study.course(study.nearest, study.nearest_on),
        guided=study.course(sent, shares),
        proof=out.proof,
        bound_min=out.bound / PER_MIN,
        served_proof=None if served is None else served.proof,
        served_bound_min=None if served is None else served.bound / PER_MIN,
        joint=joint,
        wider=study.widen(out, flow_per_m_s * 60 / PER_MIN, stop),
    )


def _check(flow: float, lane_m: float, leave_min: int, wait_min: float) -> None:
    for what, value in (("flow", flow), ("width of a lane", lane_m), ("longest wait", wait_min)):
        if not 0 < value <= _MOST:
            most = f"above 0 and at most {_MOST:,.0f}"
            raise UsageError(f"a {what} of {value:g} cannot be; give a number {most}.")
    if not 0 <= leave_min <= _LONGEST_LEAVE_MIN:
        raise UsageError(
            f"people who set out over {leave_min:,} minutes cannot be counted; give 0 to "
            f"{_LONGEST_LEAVE_MIN}."
        )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Study:
    walks: Walks
    people: Floats
    step_free: Bools
    rate: Floats
    batches: int
    gates: Exits
    stations: Outlets | None

    @property
    def slot(self) -> Ints:
        return slots_of(self.walks.out)

    @property
    def later(self) -> Floats:
        """Return the share of people who set out so many slots after the start or later."""
        return np.asarray((self.batches - np.arange(self.batches)) / self.batches)

    @property
    def nearest(self) -> Floats:
        """Return (M, E): everybody by the next exit; among equals the first by identifier."""
        sent = np.zeros(self.walks.out.shape)
        sent[np.arange(len(sent)), self.walks.out.argmin(axis=1)] = self.people
        return sent

    @property
    def nearest_on(self) -> Floats:
        """Return (2, E, S) shares: everybody to the next station."""
        on = self.walks.on
        shares = np.zeros(on.shape)
        if on.shape[2]:
            np.put_along_axis(shares, on.argmin(axis=2)[..., None], 1.0, axis=2)
        return np.where(np.isfinite(on), shares, 0.0)

    def guide(self, stop: Stop) -> tuple[Sent, Floats]:
        """Return who is guided to which exit: of groups with their proof, and (M, E) of points."""
        leaving, group, members = self._groups()
        start = np.zeros(leaving.slot.shape)
        np.add.at(start, group, self.nearest[members])
        found = quickest(leaving, start, stop=stop)
        walked = np.maximum(leaving.slot, 0).astype(np.float64)
        best, _ = shortest(leaving, found.people, walked, slots=found.slots, stop=stop)
        sent = np.zeros(self.walks.out.shape)
        share = best / leaving.people[:, None]
        sent[members] = self.people[members][:, None] * share[group]
        return found, sent

    def _groups(self) -> tuple[Leaving, Ints, Ints]:
        """Return points with the same walks as one group: the groups, whose point, and points."""
        members = np.flatnonzero(self.people > 0)
        alike = np.column_stack([self.step_free[members], self.slot[members]])
        rows, group = np.unique(alike, axis=0, return_inverse=True)
        group = group.reshape(-1)
        leaving = Leaving(
            people=np.bincount(group, weights=self.people[members]),
            slot=rows[:, 1:],
            rate=self.rate,
            later=self.later[None, :],
            profile=np.zeros(len(rows), np.int64),
        )
        return leaving, group, members

    def queues(self, sent: Floats) -> tuple[list[Queue], list[Floats]]:
        """Return the queue of each exit, and (2, K) who has passed it by the end of each slot."""
        found, passed = [], []
        for at in range(len(self.rate)):
            those = np.flatnonzero(sent[:, at] > 0)
            length = int(self.slot[those, at].max(initial=0)) + self.batches
            come = np.zeros((2, length))
            for batch in range(self.batches):
                places = (self.step_free[those].astype(np.int64), self.slot[those, at] + batch)
                np.add.at(come, places, sent[those, at] / self.batches)
            queue = queue_of(come.sum(axis=0), float(self.rate[at]))
            ahead = np.concatenate([np.zeros((2, 1)), come.cumsum(axis=1)], axis=1)
            # who comes first passes first, and who comes together passes mixed
            passed.append(
                np.stack([np.interp(queue.passed, ahead.sum(axis=0), line) for line in ahead])
            )
            found.append(queue)
        return found, passed

    def guide_on(self, sent: Floats, stop: Stop) -> tuple[Sent | None, Floats]:
        """Return to which station people are guided: groups, and (2, E, S) shares."""
        on = slots_of(self.walks.on)
        if self.stations is None:
            return None, np.zeros(on.shape)
        _, passed = self.queues(sent)
        wide = max(line.shape[1] for line in passed) + 1
        pairs, profiles, many = [], [], []
        for pace in range(2):
            for at, lines in enumerate(passed):
                total = lines[pace][-1] if lines.shape[1] else 0.0
                if total > 0 and (on[pace, at] >= 0).any():
                    pairs.append((pace, at))
                    many.append(total)
                    # who passes in a slot walks on at its end
                    done = np.concatenate([[0.0], lines[pace] / total])
                    left = np.zeros(wide)
                    left[: len(done)] = 1.0 - done
                    profiles.append(np.where(left > 1e-12, left, 0.0))
        if not pairs:
            raise UsageError(
                "nobody who comes out can walk to a station within two hours: see that stations "
                "and exits lie on streets that meet."
            )
        where = tuple(np.array(pairs).T)
        # people of slot i are there after slot i: `later` is who is not there yet
        later = np.concatenate([np.ones((len(pairs), 1)), np.array(profiles)[:, :-1]], axis=1)
        leaving = Leaving(
            people=np.array(many),
            slot=on[where],
            rate=self.stations.size / PER_MIN,
            later=later,
            profile=np.arange(len(pairs)),
        )
        start = self.nearest_on[where] * leaving.people[:, None]
        found = quickest(leaving, start, stop=stop)
        walked = np.maximum(leaving.slot, 0).astype(np.float64)
        best, _ = shortest(leaving, found.people, walked, slots=found.slots, stop=stop)
        shares = np.zeros(on.shape)
        shares[where] = best / leaving.people[:, None]
        return found, shares

    def bound_on(self, out: Sent, stop: Stop) -> Joint | None:
        """Return how soon all can be served by whatever exits."""
        if self.stations is None:
            return None
        return bound_jointly(
            self.walks,
            self.people,
            self.step_free,
            later=self.later,
            rate=self.stations.size / PER_MIN,
            out=out.bound,
            stop=stop,
        )

    def course(self, sent: Floats, shares: Floats) -> Course:
        """Return what happens where people go so."""
        queues, passed = self.queues(sent)
        on, flows = slots_of(self.walks.on), []
        longest = max(len(queue.passed) for queue in queues) + int(on.max(initial=0)) + 1
        come = np.zeros((shares.shape[2], longest))
        for pace, at, to in np.argwhere(shares > 0).tolist():
            if not passed[at].shape[1]:
                continue
            out = np.diff(passed[at][pace], prepend=0.0) * shares[pace, at, to]
            first = int(on[pace, at, to]) + 1
            come[to, first : first + len(out)] += out
            if out.sum() > 0:
                flows.append((at, to, pace, float(out.sum())))
        gates, stations = self.gates, self.stations
        return Course(
            sent=sent,
            exits=tuple(
                crossing(gates, at, self.rate[at], queue) for at, queue in enumerate(queues)
            ),
            stations=()
            if stations is None
            else tuple(
                crossing(stations, at, stations.size[at] / PER_MIN, None, come[at])
                for at in range(len(stations.id))
            ),
            flows=tuple(
                Flow(
                    exit=gates.id[at],
                    station=stations.id[to],
                    step_free=bool(pace),
                    people=people,
                )
                for at, to, pace, people in sorted(flows)
                if stations is not None
            ),
        )

    def widen(self, out: Sent, rate: float, stop: Stop) -> tuple[Wider, ...]:
        """Return what a metre more saves at each of the exits whose width counts most."""
        weight: dict[int, float] = {}
        for at, slot, price in out.proof.prices:
            weight[at] = weight.get(at, 0.0) + price * (out.slots - slot) / self.rate[at]
        leaving, _, _ = self._groups()
        found = []
        worth = [at for at, saves in weight.items() if saves * rate / PER_MIN >= _WORTH_MIN]
        for at in sorted(worth, key=lambda one: (-weight[one], one))[:_MOST_WIDER]:
            wider = self.rate + rate * (np.arange(len(self.rate)) == at)
            again = Leaving(
                people=leaving.people,
                slot=leaving.slot,
                rate=wider,
                later=leaving.later,
                profile=leaving.profile,
            )
            saved = (out.slots - quickest(again, out.people, stop=stop).slots) / PER_MIN
            # at first order a width may count that another exit's queue makes worth nothing
            if saved >= _WORTH_MIN:
                found.append(Wider(exit=self.gates.id[at], saves_min=saved))
        return tuple(sorted(found, key=lambda one: (-one.saves_min, one.exit)))
