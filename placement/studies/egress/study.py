"""How long a ground takes to empty: everybody by the next exit, and with people guided to others.

Walks, queues and times are in slots of `STEP_S` seconds, walks rounded up. Guided is so that the
last one is out soonest, and with stations, of all ways to do that, so that the last one is served
soonest, over exits and stations at once; or, where that is asked, served soonest however late
people come out. One bound says how soon all can be out, one how soon they can be served if they are
out so soon, and one how soon they can be served at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Literal

import numpy as np

from placement.arrays import Bools, Floats, Ints
from placement.counts import counted
from placement.errors import UsageError
from placement.plan.outlets import Outlets
from placement.plan.problem import DayPeriod, Plan
from placement.plan.summary import html_table
from placement.solution import Solution, Status
from placement.solve.core.stopping import Stop
from placement.solve.mip.quickest import Proof
from placement.studies.egress.courses import Course, Wider
from placement.studies.egress.exits import FLOW, LANE_M, Exits, exits_of
from placement.studies.egress.guiding import SURE, Leavers, Soonest
from placement.studies.egress.in_series import Onward, leave_outer
from placement.studies.egress.jointly import Served
from placement.studies.egress.periods import RingLeft, emptied
from placement.studies.egress.queues import PER_MIN
from placement.studies.egress.walks import Walks, walks_of
from placement.studies.figures import Plot

if TYPE_CHECKING:
    import pandas as pd

type ServedKnown = Literal["proven", "bound", "proven_if_out", "bound_if_out"]
"""What is known of the time served: that no way is sooner, or than which no way is sooner; or that
of ways in which all are out as soon as guided, with a bound for all ways beside it."""
WAIT_MIN = 8.0
"""An exit where people wait longer clogs (S: Green Guide, longest egress time, domain.md)."""
_LONGEST_LEAVE_MIN = 8 * 60
_MOST = 1e6  # of flow, width and wait: figures stay exact enough to be counted again


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Egress:
    """How a ground empties.

    Attributes
    ----------
    plan, title, at
        Name, title by language, and minute of the day whose closures hold; None for all.
    period, people_of
        The period that is emptied, and the one whose people leave; None in a plan without periods.
    ring
        The ring whose gates people pass; None in a plan without rings.
    exits, stations
        What people pass; `stations` is None where nobody asks where they go.
    flow_per_m_s, lane_m, leave_min, max_wait_min
        What was asked.
    points, areas, area, step_free, people
        Of the M demand points: identifiers, identifiers of areas, (M,) positions in them, and who.
    walks
        Seconds.
    soonest
        What is to be soonest where people are guided.
    chosen, guided
        By the next exit and from there to the next station; and as they are guided.
    at_once
        Whether people were guided over exits and stations at once; else exits came first, and
        stations after them. None without stations.
    proof, bound_min
        Why nobody is out sooner, and when.
    served
        Why nobody is served sooner, and when: in ways in which people are out as soon as guided.
        None without stations, or where all may come out where no station can be walked to.
    joint
        The same in all ways.
    wider
        What a metre more would save where it saves most; none where it saves next to nothing.
    then
        How the ring outside is left by the same people and those between; None if not asked.
    """

    plan: str
    title: Mapping[str, str]
    at: int | None
    period: DayPeriod | None
    people_of: DayPeriod | None
    ring: RingLeft | None
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
    soonest: Soonest
    chosen: Course
    guided: Course
    at_once: bool | None
    proof: Proof
    bound_min: float
    served: Served | None
    joint: Served | None
    wider: tuple[Wider, ...]
    then: Onward | None = None

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
    def served_bound_min(self) -> float | None:
        """Nobody has all served before, if they are out as soon as guided."""
        return None if self.served is None else self.served.bound / PER_MIN

    @property
    def served_status(self) -> Status | None:
        """Optimal where it is proven that so no one can have all served sooner."""
        done = self.guided.served_min
        if done is None or self.served_bound_min is None:
            return None
        return _status(done, self.served_bound_min)

    @property
    def joint_bound_min(self) -> float | None:
        """Nobody has all served before, however late they come out."""
        return None if self.joint is None else self.joint.bound / PER_MIN

    @property
    def joint_status(self) -> Status | None:
        """Optimal where it is proven that no one can have all served sooner in any way."""
        done = self.guided.served_min
        if done is None or self.joint_bound_min is None:
            return None
        return _status(done, self.joint_bound_min)

    @property
    def served_known(self) -> ServedKnown | None:
        """What is known of the time served as guided; None where there is no bound."""
        if self.joint_bound_min is None or self.served_bound_min is None:
            return None
        if self.joint_status is Status.OPTIMAL:
            return "proven"
        if self.soonest == "served":
            return "bound"
        return "proven_if_out" if self.served_status is Status.OPTIMAL else "bound_if_out"

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
        return Plot(**chart(self, language=language))

    def __repr__(self) -> str:
        when = "" if self.period is None else f" in {self.period.name!r}"
        when += "" if self.ring is None else f" by ring {self.ring.name!r}"
        return (
            f"Egress of {self.plan!r}{when}: "
            f"{counted(round(self.leaving), 'person is', 'people are')} out after "
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
    return Status.OPTIMAL if done - bound <= SURE * done else Status.FEASIBLE


def egress(
    plan: Plan,
    solution: Solution,
    *,
    exits: Outlets | None = None,
    stations: Outlets | None = None,
    period: str | None = None,
    ring: str | tuple[str, str] | None = None,
    flow_per_m_s: float = FLOW,
    lane_m: float = LANE_M,
    leave_min: int = 0,
    max_wait_min: float = WAIT_MIN,
    soonest: Soonest = "out",
    time_limit: float | None = 120.0,
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
    ring
        In a plan with rings, the one whose gates people pass; all others stand open then. Who is
        inside it leaves. Without, the only one that screens people. Of two, the inner one first,
        the same people leave by the gates of both, one after the other, and those who are between
        leave by the outer one.
    flow_per_m_s
        Most people who pass a metre of width in a second.
    lane_m
        Width of a lane of a gate whose site states no ``width_m``.
    leave_min
        Minutes over which people set out, evenly; 0 for all at once.
    max_wait_min
        Where people wait longer, an exit is said to clog.
    soonest
        How people are guided: so that the last one is ``"out"`` soonest, and of these ways served
        soonest; or so that the last one is ``"served"`` soonest, which needs stations.
    time_limit
        Seconds after which no better way is looked for.

    Raises
    ------
    UsageError
        If a figure cannot be, no one period or ring is meant, or there is no exit or nobody who can
        walk to one.
    InputError
        If an exit or a station cannot be used.
    """
    _check(flow_per_m_s, lane_m, leave_min, max_wait_min)
    if soonest == "served" and stations is None:
        raise UsageError("nobody is served without stations: give some, or ask who is out soonest.")
    ring, then = ring if isinstance(ring, tuple) else (ring, None)
    if then is not None and (stations is not None or exits is not None):
        raise UsageError("people of two rings leave by their gates: give no exits or stations too.")
    whole, here = plan, emptied(plan, period, ring)
    plan = here.plan
    sites = None if here.ring is None else here.ring.sites
    gates = exits_of(plan, solution, lane_m=lane_m, more=exits, sites=sites)
    walks = walks_of(plan, gates, stations)
    demand = plan.problem.demand
    can = np.isfinite(walks.out).any(axis=1) & (demand.people > 0)
    if not can.any():
        raise UsageError("nobody can walk to an exit: see `place check` for why.")
    study = Leavers(
        walks=walks,
        people=np.where(can, demand.people, 0.0),
        step_free=demand.step_free,
        rate=gates.width_m * flow_per_m_s * 60 / PER_MIN,
        batches=max(1, round(leave_min * PER_MIN)),
        gates=gates,
        stations=stations,
    )
    stop = Stop(time_limit)
    chosen = study.course(study.nearest, study.nearest_on)  # refused if no day is long enough
    out, sent = study.guide(stop.share(0.3))
    guided = study.course(sent, study.guide_on(sent, stop.share(0.3)))
    told = None
    if stations is not None:
        told = study.serve(out, chosen, guided, soonest, stop.share(0.9))
    onward = None
    if then is not None and here.ring is not None:
        onward = leave_outer(
            whole,
            solution,
            (chosen.sent, guided.sent),
            study,
            out,
            period=period,
            rings=(here.ring.name, then),
            flow_per_m_s=flow_per_m_s,
            lane_m=lane_m,
            stop=stop,
        )
    return Egress(
        plan=plan.settings.name,
        title=plan.settings.title_by_language(),
        at=plan.at,
        period=here.period,
        people_of=here.people_of,
        ring=here.ring,
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
        soonest=soonest,
        chosen=chosen,
        guided=guided if told is None else told.course,
        at_once=None if told is None else told.at_once,
        proof=out.proof,
        bound_min=out.bound / PER_MIN,
        served=None if told is None else told.served,
        joint=None if told is None else told.joint,
        wider=study.widen(out, flow_per_m_s * 60 / PER_MIN, stop),
        then=onward,
    )


def _check(flow: float, lane_m: float, leave_min: int, wait_min: float) -> None:
    for what, value in (("flow", flow), ("width of a lane", lane_m), ("longest wait", wait_min)):
        if not 0 < value <= _MOST:
            most = f"above 0 and at most {_MOST:,.0f}"
            raise UsageError(f"a {what} of {value:g} cannot be; give a number {most}.")
    if not 0 <= leave_min <= _LONGEST_LEAVE_MIN:
        raise UsageError(
            f"people who set out over {counted(leave_min, 'minute')} cannot be counted; give 0 to "
            f"{_LONGEST_LEAVE_MIN}."
        )
