"""What people may count on when posts are missing on the night: cover over many random nights."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.special import stdtrit

from placement.arrays import Floats
from placement.counts import counted
from placement.errors import UsageError
from placement.executor import Executor, Here
from placement.plan.post_id import PostId
from placement.plan.problem import Plan
from placement.plan.summary import html_table
from placement.solution import Solution
from placement.studies.crews import Crew, LanedCrew, crowds, laned_crew

if TYPE_CHECKING:
    import pandas as pd

type Aim = Literal["mean", "worst5"]
"""What of the nights counts: their mean, or the mean of the worst 5% of them."""

SCRAMBLINGS = 16
"""Independent scramblings of one sequence: their spread is the interval (Owen 1997)."""
WORST = 0.05
"""Share of the nights whose mean is told as the worst."""
MOST_NIGHTS = 262_144
"""Most nights that are drawn: a power of two times `SCRAMBLINGS`."""
_LEAST_POWER = 5
_MOST_ATTENDANCE = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure of many nights with its 95% interval.

    Attributes
    ----------
    value, low, high
        In people.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """The people whom one resource of a solution covers on random nights.

    Attributes
    ----------
    solution
        Position of the solution among those compared.
    resource
        Identifier.
    promised
        People covered with every post there.
    exact
        The mean, computed and not drawn: posts are missing independently. None with lanes.
    mean
        The mean of the nights drawn.
    worst
        The mean of the worst 5% of them.
    low
        Nineteen nights of twenty cover this many or more.
    least
        The worst night drawn.
    """

    solution: int
    resource: str
    promised: float
    exact: float | None
    mean: Estimate
    worst: Estimate
    low: float
    least: float


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Risks:
    """Solutions of one plan on the same random nights.

    Attributes
    ----------
    plan
        Its name.
    nights
        How many nights were drawn.
    seed
        Of the random numbers.
    away
        By resource or post: the share of nights on which one of its units is missing.
    shut
        By resource or post: the share of nights on which the whole post is.
    attendance
        Least and most of the people who come, as shares; any between is as likely.
    rows
        One for each solution and resource.
    """

    plan: str
    nights: int
    seed: int
    away: Mapping[str, float]
    shut: Mapping[str, float]
    attendance: tuple[float, float]
    rows: tuple[Risk, ...]

    def frame(self) -> "pd.DataFrame":
        """Return a DataFrame with one row for each solution and resource."""
        import pandas as pd  # noqa: PLC0415 - heavy, and only wanted by callers in Python

        return pd.DataFrame(
            {
                "solution": one.solution,
                "resource": one.resource,
                "promised": one.promised,
                "mean": one.mean.value,
                "worst5": one.worst.value,
                "low": one.low,
                "least": one.least,
            }
            for one in self.rows
        )

    def __repr__(self) -> str:
        return (
            f"Risks of {self.plan!r}: {counted(self.nights, 'night')}, "
            f"{counted(len({one.solution for one in self.rows}), 'solution')}"
        )

    def _repr_html_(self) -> str:
        frame = self.frame()
        return html_table(repr(self), frame.itertuples(index=False), head=list(frame.columns))


@dataclass(frozen=True, slots=True, kw_only=True)
class Absences:
    """How often units and posts are missing, each independently of all others.

    Attributes
    ----------
    away
        By resource or post: the share of nights on which one of its units is missing.
    shut
        By resource or post: the share of nights on which the whole post is.
    """

    away: Mapping[str, float]
    shut: Mapping[str, float]

    @classmethod
    def of(
        cls,
        plan: Plan,
        away: Mapping[str, float] | None,
        shut: Mapping[str, float] | None,
        posts: Collection[str],
    ) -> "Absences":
        """Take the shares that are given, and of other resources those of the plan.

        Raises
        ------
        UsageError
            If a share cannot be, or a name is neither a resource nor one of `posts`.
        """
        resources = {kind.id for kind in plan.problem.resources}
        units = {kind.id: kind.unavailable for kind in plan.problem.resources} | dict(away or {})
        whole = dict(shut or {})
        for what, shares in (("away", units), ("shut", whole)):
            for name, share in shares.items():
                if name not in resources and name not in posts:
                    raise UsageError(
                        f"{what} {name!r} is neither a resource ({', '.join(sorted(resources))}) "
                        "nor an open post (site/resource)."
                    )
                if not 0 <= share < 1:
                    raise UsageError(
                        f"{what} {name!r} is {share:g}: give a share from 0 to below 1."
                    )
        return cls(away=units, shut=whole)

    def gone(self, post: str, units: int) -> float:
        """Return the share of nights on which a post of so many units covers nobody."""
        shut, away = self.of_post(post)
        return shut + (1.0 - shut) * away**units

    def of_post(self, post: str) -> tuple[float, float]:
        """Return the shares of nights on which a post is shut, and on which one unit is missing."""
        resource = PostId.parse(post)[1]
        shut = self.shut.get(post, self.shut.get(resource, 0.0))
        return shut, self.away.get(post, self.away.get(resource, 0.0))


def risk(
    plan: Plan,
    solutions: Solution | Sequence[Solution],
    *,
    away: Mapping[str, float] | None = None,
    shut: Mapping[str, float] | None = None,
    attendance: tuple[float, float] = (1.0, 1.0),
    nights: int = 16_384,
    seed: int = 1,
    executor: Executor | None = None,
) -> Risks:
    """Draw nights on which units are missing, and count whom the posts that are left cover.

    Every unit is missing independently; a post covers while one of its units is there. Gates with
    lanes cover those whom the lanes that are there admit in time, as many as they can, through all
    rings where there are some. All solutions meet the same nights: a post that two of them share is
    missing on the same ones. The nights are quasi-random (Sobol, scrambled by Owen's method), so
    that means are nearer to the truth than those of as many random nights.

    Parameters
    ----------
    plan
        What was asked. Walks and people are its own.
    solutions
        One, or several that are compared.
    away
        Share of nights, from 0 to below 1, by resource (``"dog_team"``) or by post
        (``"site/dog_team"``), which counts more. By default ``unavailable`` of the plan.
    shut
        Share of nights on which a post is missing as a whole, whatever its units, by resource or
        post likewise. By default none is.
    attendance
        Least and most of the people who come, as shares of the plan's, 0 < least ≤ most ≤ 10.
    nights
        At least so many, from 1 to `MOST_NIGHTS`; a power of two times `SCRAMBLINGS` is drawn, and
        never fewer than 512.
    seed
        The same seed gives the same nights.
    executor
        Where the scramblings are counted, each a piece of its own, see `placement.executor`; None
        for all processors here.

    Returns
    -------
    Risks

    Raises
    ------
    UsageError
        If a share or the number of nights cannot be, a name is none of the plan's, or a post is not
        the plan's.

    References
    ----------
    Daskin, M. S. (1983). A maximum expected covering location model. Transportation Science 17(1).
    Rockafellar, R. T. and Uryasev, S. (2000). Optimization of conditional value-at-risk. Journal of
    Risk 2(3).
    """
    problem = plan.problem
    check_attendance(attendance)
    if isinstance(solutions, Solution):
        solutions = [solutions]
    posts = _posts_of(plan, solutions)
    absences = Absences.of(plan, away, shut, posts)
    power = power_of(nights)
    column = {name: at for at, name in enumerate(posts)}
    asked: list[tuple[int, str]] = []
    crews: list[Crew | LanedCrew] = []
    for at, solution in enumerate(solutions):
        for kind in problem.resources:
            mine = [post for post in solution.posts_list if post.resource == kind.id]
            if not mine:
                continue
            asked.append((at, kind.id))
            columns = [column[post.id] for post in mine]
            if kind.lanes is not None:
                shares = [absences.of_post(post.id) for post in mine]
                gates = {post.id: post.units for post in mine}
                crews.append(laned_crew(plan, gates, columns, shares))
                continue
            reach, people = crowds(plan, kind.id, [post.site for post in mine])
            crews.append(
                Crew(
                    column=np.array(columns, dtype=np.int64),
                    gone=np.array([absences.gone(post.id, post.units) for post in mine]),
                    reach=reach,
                    people=people,
                )
            )
    nightly = Nights(
        crews=tuple(crews),
        dimensions=len(posts) + 1,
        power=power,
        key=(seed,),
        attendance=attendance,
    )
    rows = [
        _told(crew, covered, solution=at, resource=resource, come=sum(attendance) / 2)
        for (at, resource), crew, covered in zip(
            asked, crews, nightly.counted(executor or Here()), strict=True
        )
    ]
    return Risks(
        plan=plan.settings.name,
        nights=SCRAMBLINGS << power,
        seed=seed,
        away={name: share for name, share in sorted(absences.away.items()) if share},
        shut={name: share for name, share in sorted(absences.shut.items()) if share},
        attendance=attendance,
        rows=tuple(rows),
    )


def power_of(nights: int) -> int:
    """Return the power of two that `SCRAMBLINGS` times are so many nights, or more.

    Of fewer than 32 nights of a scrambling the worst 5% are one night in part, which is better than
    they are.

    Raises
    ------
    UsageError
        If so many are not drawn.
    """
    if not 1 <= nights <= MOST_NIGHTS:
        raise UsageError(f"{counted(nights, 'night')} cannot be drawn; take 1 to {MOST_NIGHTS:,}.")
    return max(_LEAST_POWER, math.ceil(math.log2(nights / SCRAMBLINGS)))


def draw(dimensions: int, power: int, *, key: tuple[int, ...]) -> Floats:
    """Draw quasi-random points: Sobol's, scrambled by Owen's method.

    Parameters
    ----------
    dimensions
        D.
    power
        Of two: how many points.
    key
        Of the random numbers: the same key gives the same points.

    Returns
    -------
    (2 ** power, D) float64
        Below 1.

    Raises
    ------
    UsageError
        If there are more dimensions than the sequence has.
    """
    from scipy.stats import qmc  # noqa: PLC0415 - loads half a second of distributions

    if dimensions > qmc.Sobol.MAXDIM:
        raise UsageError(f"{dimensions - 1:,} posts are more than can be drawn for.")
    rng = np.random.default_rng([*key])
    return np.asarray(qmc.Sobol(dimensions, rng=rng).random_base2(power))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Nights:
    """Nights that are drawn, and the crews that meet them.

    Attributes
    ----------
    crews
        In any order.
    dimensions
        Numbers drawn for a night; the last one is who comes.
    power, key
        As for `draw`, for each scrambling.
    attendance
        Least and most of the people who come, as shares.
    """

    crews: tuple[Crew | LanedCrew, ...]
    dimensions: int
    power: int
    key: tuple[int, ...]
    attendance: tuple[float, float]

    def counted(self, executor: Executor) -> Floats:
        """Return (crews, `SCRAMBLINGS`, 2 ** power) float64, whom each crew covers by night."""
        if not self.crews:
            return np.zeros((0, SCRAMBLINGS, 1 << self.power))
        parts = executor.map(_count, self, range(SCRAMBLINGS))
        return np.stack(list(parts), axis=1)


def _count(nights: Nights, number: int) -> Floats:
    """Return (crews, 2 ** power) float64, whom each crew covers on the nights of a scrambling."""
    drawn = draw(nights.dimensions, nights.power, key=(*nights.key, number))
    least, most = nights.attendance
    come = least + (most - least) * drawn[:, -1]
    return np.stack([crew.covered(drawn[:, crew.column], come) for crew in nights.crews])


def _posts_of(plan: Plan, solutions: Sequence[Solution]) -> list[str]:
    """Return the posts of solutions, in order; those that the plan does not know are refused."""
    resources = {kind.id for kind in plan.problem.resources}
    sites = set(plan.problem.sites.id)
    chosen = sorted({post.id for solution in solutions for post in solution.without_barriers})
    for name in chosen:
        site, resource = PostId.parse(name)
        if site not in sites or resource not in resources:
            raise UsageError(f"the plan knows no post {name!r}: is the solution of another plan?")
    return chosen


def check_attendance(attendance: tuple[float, float]) -> None:
    """Refuse shares of people who come that cannot be."""
    if not 0 < attendance[0] <= attendance[1] <= _MOST_ATTENDANCE:
        raise UsageError(
            f"attendance wants two shares above 0 and of at most {_MOST_ATTENDANCE:.0%}, the least "
            "first, as 80% and 105%."
        )


def _told(
    crew: Crew | LanedCrew, covered: Floats, *, solution: int, resource: str, come: float
) -> Risk:
    """Return the figures of (R, n) nights, R scramblings of n each; `come` is the mean share."""
    every = np.sort(covered, axis=None)
    return Risk(
        solution=solution,
        resource=resource,
        promised=round(crew.promised, 6),
        exact=round(crew.exact * come, 6) if isinstance(crew, Crew) else None,
        mean=estimate(covered.mean(axis=1)),
        worst=estimate(worst_mean(covered)),
        low=round(float(every[math.floor(WORST * len(every))]), 6),
        least=round(float(every[0]), 6),
    )


def worst_mean(covered: Floats) -> Floats:
    """Return the mean of the worst 5% of the last axis, the last night of them counted in part."""
    many = WORST * covered.shape[-1]
    part = np.clip(many - np.arange(covered.shape[-1]), 0.0, 1.0)
    return np.asarray(np.sort(covered, axis=-1) @ part / many)


def estimate(means: Floats) -> Estimate:
    """Return the mean of independent figures, with Student's interval of 95%."""
    value = float(means.mean())
    half = float(stdtrit(len(means) - 1, 0.975)) * float(means.std(ddof=1)) / math.sqrt(len(means))
    return Estimate(value=round(value, 6), low=round(value - half, 6), high=round(value + half, 6))
