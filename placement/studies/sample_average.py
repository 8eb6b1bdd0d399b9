"""The best plan for nights when posts are missing: in the mean, or on the worst 5% of them.

What no plan beats is computed first. Where that is far from the plans known, several samples of
nights are drawn, and the best plan of each is found with its bound: the mean of the bounds is above
what any plan is worth on all nights there are, by Student's interval (sample average approximation:
Kleywegt, Shapiro and Homem-de-Mello, SIAM Journal on Optimization 12(2), 2002; Mak, Morton and
Wood, Operations Research Letters 24, 1999). The plans found are compared on further nights, and the
best of them is judged on nights that nothing was chosen by.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from placement.arrays import Floats
from placement.cover.instance_builder import posting
from placement.cover.survey import Survey
from placement.errors import NoPlanError, UsageError
from placement.executor import Executor, Here
from placement.plan.post_id import PostId
from placement.plan.problem import Plan
from placement.solution import Solution, Status, list_unproven
from placement.solve.capacitated.nights import BestOfNights, LanedNights, too_many_ways
from placement.solve.core.gap import relative_gap
from placement.solve.core.incumbent import Start
from placement.solve.core.stopping import Effort, Progress, Stop
from placement.solve.mclp import solver
from placement.solve.questions.baseline import Wishes
from placement.solve.questions.counted import count_posts
from placement.solve.questions.evaluate import admit, evaluate
from placement.solve.questions.max_cover import audited, optimise
from placement.solve.questions.measured import measured
from placement.studies.computed_bound import bound_by_count
from placement.studies.crews import Crew, LanedCrew, crowds, laned_crew
from placement.studies.risk import (
    SCRAMBLINGS,
    WORST,
    Absences,
    Aim,
    Estimate,
    Nights,
    check_attendance,
    draw,
    estimate,
    power_of,
    risk,
    worst_mean,
)
from placement.studies.sampled import Candidates, Sample, refuse
from placement.studies.under_risk import Sampled, UnderRisk
from placement.studies.worst_nights import best_on_worst

MOST_SCENARIOS = 4_096
"""Most nights of a sample."""
MOST_SAMPLES = 64
"""Most samples."""
_CHOOSING_NIGHTS = 4_096  # by which the plans of the samples are compared
_PLACES = 6
_NEAR = 0.01  # of the best plan known: a bound that is computed is nearer than those of samples
_EQUAL = 1e-7  # relative: what counts as proven, next to what HiGHS forgives
_EQUAL_WITH_LANES = 1e-6  # the same where people are flows


def choose_under_risk(  # noqa: PLR0913 - what nights are like, and how far to look
    plan: Plan,
    *,
    aim: Aim = "mean",
    against: Solution | None = None,
    away: Mapping[str, float] | None = None,
    shut: Mapping[str, float] | None = None,
    attendance: tuple[float, float] = (1.0, 1.0),
    scenarios: int = 64,
    samples: int = 5,
    nights: int = 16_384,
    seed: int = 1,
    time_limit: float | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> UnderRisk:
    """Find the plan that is best on nights when posts are missing, within the rules of the plan.

    Parameters
    ----------
    plan
        A loaded plan, without tiers and worth of being covered twice. Of its lanes those people
        count whom the lanes that are there admit in time, sent anew on each night.
    aim
        ``"mean"`` or ``"worst5"``.
    against
        A solution to compare with; None takes the plan's own best.
    away, shut, attendance, nights, seed
        As for `placement.studies.risk.risk`; names of posts are those of all candidates.
    scenarios
        Nights of a sample, at most `MOST_SCENARIOS`; the next power of two is drawn.
    samples
        Samples, from 2 to `MOST_SAMPLES`. They are drawn where the bound that is computed is
        more than 1% above the best plan known, and people have not too many ways to lanes
        (`placement.solve.capacitated.nights.MOST_WAYS`).
    time_limit
        Seconds for the bound and all samples together, or None.
    executor
        Where samples are solved and nights are counted, see `placement.executor`; None for all
        processors here.
    progress
        Called with seconds, objective and bound, of the plan's own question and then of the
        samples.

    Returns
    -------
    UnderRisk

    Raises
    ------
    UsageError
        If a number or name cannot be, or the plan has a rule that is not known on such nights.
    InfeasibleError, NoPlanError
        As `placement.optimise`.
    AuditError
        If a figure does not hold when recomputed.
    """
    if aim not in ("mean", "worst5"):
        raise UsageError(f"aim is {aim!r}: give 'mean' or 'worst5'.")
    for name, number, least, most in (
        ("scenarios", scenarios, 1, MOST_SCENARIOS),
        ("samples", samples, 2, MOST_SAMPLES),
    ):
        if isinstance(number, bool) or not least <= number <= most:
            raise UsageError(f"{name} is {number}: give a whole number from {least} to {most:,}.")
    refuse(plan)
    check_attendance(attendance)
    power_of(nights)
    usual = optimise(plan, time_limit=time_limit, progress=progress)
    walks, _, stop = measured(plan, Stop(time_limit))
    known = {
        plan.problem.post_id(*map(int, post)) for post in np.argwhere(plan.problem.sites.allowed)
    }
    absences = Absences.of(plan, away, shut, known)
    ground = Ground(plan, walks, Candidates.of(plan, walks, absences), absences, attendance, aim)
    plans = [_units_of(usual)]
    key, power = (seed, 1, 2), power_of(_CHOOSING_NIGHTS)
    pieces = executor or Here()
    with stop.catching_interrupts():
        computed, found = bound_by_count(
            plan,
            walks,
            absences,
            attendance=attendance,
            aim=aim,
            usual=plans[0],
            stop=stop.share(0.5),
        )
        plans += [found] if found not in plans and _keeps_rules(plan, found) else []
        value, _ = ground.values(plans, power, key=key, executor=pieces)
        solved: list[Sampled] = []
        near = computed <= (1.0 + _NEAR) * value.mean(axis=1).max()
        if not near and not ground.too_large and not stop.interrupted:
            asked = _Asked(ground, _power(scenarios), seed, tuple(plans), samples, stop)
            for units, told in pieces.map(_solved, asked, range(samples)):
                solved.append(told)
                plans += [units] if units not in plans else []
                if progress is not None:
                    progress(stop.seconds(), told.objective, told.bound)
            value, _ = ground.values(plans, power, key=key, executor=pieces)
    if stop.interrupted:
        raise KeyboardInterrupt
    best = max(range(len(plans)), key=lambda at: (value[at].mean(), -at))
    solution = usual if best == 0 else _written(plan, walks, plans[best], usual)
    return _judged(ground, solution, usual if against is None else against, solved,
                   computed=round(computed, _PLACES),
                   too_large=ground.too_large and not near, nights=nights, seed=seed,
                   scenarios=1 << _power(scenarios), executor=pieces)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """What the samples share: all begin from the same plans, so that none waits for another."""

    ground: "Ground"
    power: int
    seed: int
    plans: tuple[Mapping[str, int], ...]
    samples: int
    stop: Stop


def _solved(asked: _Asked, number: int) -> tuple[dict[str, int], Sampled]:
    """Solve one of the samples."""
    return asked.ground.solve(
        asked.power,
        key=(asked.seed, number + 1, 1),
        plans=asked.plans,
        stop=asked.stop.share(1.0 / (asked.samples - number)),
    )


class Ground:
    """What stays the same from sample to sample."""

    def __init__(
        self,
        plan: Plan,
        walks: Survey,
        candidates: Candidates,
        absences: Absences,
        attendance: tuple[float, float],
        aim: Aim,
    ) -> None:
        self.plan, self.walks, self.candidates = plan, walks, candidates
        self.absences, self.attendance, self.aim = absences, attendance, aim
        self.too_large = bool(candidates.laned.any()) and too_many_ways(
            self._always, candidates.posts, walks
        )
        """Whether people have too many ways to lanes for samples to be solved."""

    @property
    def _always(self) -> Plan:
        """The plan with units that are always there: what is missing is drawn."""
        return replace(self.plan, problem=self.candidates.problem)

    def solve(
        self,
        power: int,
        *,
        key: tuple[int, ...],
        plans: Sequence[Mapping[str, int]],
        stop: Stop,
    ) -> tuple[dict[str, int], Sampled]:
        """Draw a sample, and find its best plan from those that are known."""
        drawn = draw(len(self.candidates.names) + 1, power, key=(*key, 0))
        sample = self.candidates.sample(drawn[:, :-1])
        least, most = self.attendance
        come = least + (most - least) * drawn[:, -1]
        if sample.posts is not None:
            return self._solve_lanes(sample, drawn[:, :-1], come, plans, stop)
        known = [
            chosen
            for chosen in map(sample.columns, plans)
            if sample.instance.broken_rule(chosen) is None
        ]
        if self.aim == "mean":
            # who comes does not hang on who is missing: its mean is known, and need not be drawn
            start = max(known, key=sample.instance.value, default=None)
            outcome = solver.solve(sample.instance, Effort(stop=stop), start=start)
            each = (least + most) / 2 / len(drawn)
            chosen, objective = outcome.chosen, outcome.objective * each
            bound = outcome.bound * each
        else:
            chosen, objective, bound = best_on_worst(sample, come, known, stop)
        if chosen is None:  # no plan known keeps the rules, which only a caller without one sees
            raise NoPlanError("no plan was found for a sample; give more time with --time-limit.")
        return sample.units_of(chosen), _sampled(objective, bound, equal=_EQUAL)

    def _solve_lanes(
        self,
        sample: Sample,
        drawn: Floats,
        come: Floats,
        plans: Sequence[Mapping[str, int]],
        stop: Stop,
    ) -> tuple[dict[str, int], Sampled]:
        """Find the best plan with lanes of a sample, from those that are known."""
        candidates, posts = self.candidates, sample.posts
        assert posts is not None  # noqa: S101 - it has lanes
        there = candidates.there(drawn)
        more = np.zeros((len(drawn), len(sample.post) - there.shape[1], there.shape[2]), np.int64)
        nights = LanedNights(
            there=np.concatenate([there, more], axis=1),
            come=come,
            row_of=sample.row_of,
            worth=come[:, None] * sample.each,
            share=1.0 if self.aim == "mean" else WORST,
        )
        best = BestOfNights(self._always, posts, self.walks, nights, self._value)
        known = [
            Start(
                chosen=sample.columns(units),
                lanes=np.array([units.get(sample.names[at], 0) for at in sample.post]),
            )
            for units in plans
        ]
        found = best.best(known, stop)
        if found.plan is None:
            raise NoPlanError("no plan was found for a sample; give more time with --time-limit.")
        units = sample.units_of(found.plan.chosen)
        for column in np.intersect1d(found.plan.chosen, np.flatnonzero(candidates.laned)).tolist():
            units[sample.names[column]] = int(found.plan.lanes[column])
        return units, _sampled(found.value, found.bound, equal=_EQUAL_WITH_LANES)

    def _value(self, worth: Floats) -> float:
        """Return what the worths of nights, (S,), come to."""
        return float(worth.mean() if self.aim == "mean" else worst_mean(worth))

    def values(
        self,
        plans: Sequence[Mapping[str, int]],
        power: int,
        *,
        key: tuple[int, ...],
        executor: Executor,
    ) -> tuple[Floats, Floats]:
        """Judge plans on nights that are drawn by a key.

        Returns
        -------
        ndarray
            (K, scramblings) float64, the mean or the mean of the worst nights of each plan.
        ndarray
            (K, scramblings, nights) float64, what they are worth on each night.
        """
        kinds = {kind.id for kind in self.plan.problem.resources}
        every = {name for units in plans for name in units}
        posts = sorted(name for name in every if PostId.parse(name)[1] in kinds)
        column = {name: at for at, name in enumerate(posts)}
        crews = [self._crews(units, column) for units in plans]
        nights = Nights(
            crews=tuple(crew for mine in crews for crew in mine),
            dimensions=len(posts) + 1,
            power=power,
            key=key,
            attendance=self.attendance,
        )
        counted = iter(nights.counted(executor))
        none = np.zeros((SCRAMBLINGS, 1 << power))
        worth = np.stack([sum((next(counted) for _ in mine), none) for mine in crews])
        return (worth.mean(axis=2) if self.aim == "mean" else worst_mean(worth)), worth

    def _crews(self, units: Mapping[str, int], column: Mapping[str, int]) -> list[Crew | LanedCrew]:
        """Return the posts of a plan by resource, with what their people count for."""
        problem = self.plan.problem
        found: list[Crew | LanedCrew] = []
        for kind in problem.resources:
            mine = [name for name in units if PostId.parse(name)[1] == kind.id]
            if not mine or not kind.value:
                continue
            if kind.lanes is not None:
                columns = [column[name] for name in mine]
                shares = [self.absences.of_post(name) for name in mine]
                gates = {name: units[name] for name in mine}
                found.append(laned_crew(self.plan, gates, columns, shares, weighed=True))
                continue
            counts = kind.value * problem.demand.people * problem.demand.priority
            sites = [PostId.parse(name)[0] for name in mine]
            reach, people = crowds(self.plan, kind.id, sites, counts=counts)
            found.append(
                Crew(
                    column=np.array([column[name] for name in mine], dtype=np.int64),
                    gone=np.array([self.absences.gone(name, units[name]) for name in mine]),
                    reach=reach,
                    people=people,
                )
            )
        return found


def _sampled(objective: float, bound: float, *, equal: float) -> Sampled:
    proven = bound <= objective + equal * abs(objective)
    return Sampled(
        status="optimal" if proven else "feasible",
        objective=round(objective, _PLACES),
        bound=round(objective if proven else bound, _PLACES),
        gap=0.0 if proven else round(relative_gap(objective, bound), 9),
    )


def _keeps_rules(plan: Plan, units: Mapping[str, int]) -> bool:
    """Tell whether a plan keeps the floors of lanes, which its bound does not know."""
    laned = plan.problem.laned
    if laned is None or all(floor.resource != laned for floor in plan.problem.floors):
        return True
    return not evaluate(plan, dict(units), bound=False).broken


def _power(scenarios: int) -> int:
    return max(0, math.ceil(math.log2(scenarios)))


def _units_of(solution: Solution) -> dict[str, int]:
    return {post.id: post.units for post in solution.posts_list}


def _written(plan: Plan, walks: Survey, found: Mapping[str, int], usual: Solution) -> Solution:
    """Count the posts of a plan as the plan's own question does, whose bound is known."""
    problem = plan.problem
    units = problem.units_of(found)
    posts = posting(problem, walks)
    laned = problem.laned is not None
    return audited(
        plan,
        count_posts(
            plan,
            walks,
            posts,
            units,
            status=Status.FEASIBLE,
            bound=usual.bound,
            unproven=list_unproven("step_free" if laned else "walk"),
            wish=Wishes(),
            admitted=admit(plan, walks, posts, units) if laned else None,
        ),
    )


def _judged(
    ground: Ground,
    solution: Solution,
    against: Solution,
    samples: Sequence[Sampled],
    *,
    computed: float,
    too_large: bool,
    nights: int,
    seed: int,
    scenarios: int,
    executor: Executor,
) -> UnderRisk:
    """Judge the plan on nights that nothing was chosen by, beside another one."""
    mine, other = _units_of(solution), _units_of(against)
    means, worth = ground.values([mine, other], power_of(nights), key=(seed,), executor=executor)
    value = estimate(means[0])
    bound = Estimate(value=computed, low=computed, high=computed)
    if samples:
        sampled = estimate(np.array([one.bound for one in samples]))
        bound = min(bound, sampled, key=lambda one: one.high)
    least = value.low if ground.aim == "mean" else estimate(_lower(worth[0])).low
    mean = value.value
    absences = ground.absences
    kinds = {kind.id for kind in ground.plan.problem.resources}
    there = kinds | mine.keys() | other.keys()
    return UnderRisk(
        plan=ground.plan.settings.name,
        aim=ground.aim,
        scenarios=scenarios,
        computed=computed,
        solution=solution,
        against=against,
        value=value,
        against_value=estimate(means[1]),
        gain=estimate(means[0] - means[1]),
        bound=bound,
        gap=_share(bound.value - mean, mean),
        gap_most=_share(bound.high - least, mean),
        samples=tuple(samples),
        too_large=too_large,
        opened=tuple(sorted(mine.keys() - other.keys())),
        closed=tuple(sorted(other.keys() - mine.keys())),
        units={
            name: (other[name], mine[name])
            for name in sorted(mine.keys() & other.keys())
            if mine[name] != other[name]
        },
        risks=risk(
            ground.plan,
            [against, solution],
            away={name: share for name, share in absences.away.items() if name in there},
            shut={name: share for name, share in absences.shut.items() if name in there},
            attendance=ground.attendance,
            nights=nights,
            seed=seed,
            executor=executor,
        ),
    )


def _lower(worth: Floats) -> Floats:
    """Return, by scrambling, a figure whose mean is no more than the mean of the worst nights.

    η − mean(max(0, η − W)) / share for the η of the other scramblings: of the same nights it would
    be a little more.
    """
    found = []
    for at, nights in enumerate(worth):
        others = np.sort(np.delete(worth, at, axis=0), axis=None)
        level = others[math.floor(WORST * len(others))]
        found.append(level - np.maximum(level - nights, 0.0).mean() / WORST)
    return np.array(found)


def _share(short: float, value: float) -> float:
    return round(max(0.0, short) / value, 9) if value > 0 else 0.0
