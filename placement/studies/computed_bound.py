"""What no plan beats on nights when posts are missing: by computation, and by chance in nothing.

The mean of the worst share of nights is the least E[Z W] of all densities Z ≤ 1 / share with
E[Z] = 1 (Rockafellar and Uryasev, Journal of Risk 2(3), 2000), and Z may be another one for every
plan. Here it tells nights apart by how many of the plan's posts are missing, and by how many people
come. Posts are missing as likely one as another, so of n posts of which N are missing, m that are
named are missing with E[Z · N (N − 1) … / n (n − 1) …], which is the same for all plans: what a row
is worth falls with how often it is covered, and the best plan of that covering problem with gains
is found and proven as any other (with Z = 1 that is the expected cover of Daskin, Transportation
Science 17(1), 1983).

A post that is missing more often than the least of its resource is taken to be missing so often,
and a plan with fewer posts to have further ones that reach nobody: no plan is worth less for it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import gammaln

from placement.arrays import Floats, Ints
from placement.cover.instance_builder import Posting, posting
from placement.cover.survey import Survey
from placement.plan.problem import Plan, Problem
from placement.solve.core.stopping import Effort, Stop
from placement.solve.mclp import solver
from placement.solve.questions.baseline import post_names
from placement.studies.risk import WORST, Absences, Aim

_RARE = 1e-4  # a resource whose posts are missing no more often is taken to be there
_SMALL = 5e-3  # what is covered so often that no larger share of it is lost counts as there
_DEEP = 64  # and what is covered more often
_NEVER = 1e-12  # counts that are no likelier are left out of the worst nights
_TOGETHER = 3  # resources whose missing posts are counted together
_CELLS = 32  # of as many people, each as likely
_GAP = 1e-4  # of the best plan: what is left out by it is small beside what chance leaves


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Slots:
    """What of one resource may be missing: posts, or units where posts may have one or more.

    Attributes
    ----------
    units
        Whether each unit is one of them.
    many
        Most that a plan can have.
    gone
        How often each is missing, at least.
    """

    units: bool
    many: int
    gone: float


def bound_by_count(
    plan: Plan,
    walks: Survey,
    absences: Absences,
    *,
    attendance: tuple[float, float],
    aim: Aim,
    usual: Mapping[str, int],
    stop: Stop,
) -> tuple[float, dict[str, int]]:
    """Bound what any plan is worth on nights when posts are missing, and find one that is good.

    Parameters
    ----------
    plan, walks
        What is asked.
    absences, attendance, aim
        What nights are like, and which of them count.
    usual
        Units by post of a plan that is known.
    stop
        When to stop.

    Returns
    -------
    float
        No plan is worth more.
    dict
        Units by post of the plan whose bound is the highest.
    """
    problem = plan.problem
    slots = [_slots(problem, absences, at) for at in range(len(problem.resources))]
    shares = _shares(slots, _worths(plan, walks, usual), attendance, aim)
    asked = replace(
        problem,
        resources=tuple(
            # a half, which takes nothing from the figures: they are replaced
            replace(kind, unavailable=0.5, counted_units=len(shares[at]))
            if slots[at].units
            else replace(kind, unavailable=0.0)
            for at, kind in enumerate(problem.resources)
        ),
    )
    posts = posting(asked, walks)
    each = np.where(
        np.array([one.units for one in slots], dtype=np.bool_)[posts.row_resource],
        2.0 * posts.instance.weight,
        posts.instance.weight,
    )
    share = np.zeros((len(slots), max(map(len, shares))))
    for at, one in enumerate(shares):
        share[at, : len(one)] = one
    gained = each[:, None] * share[posts.row_resource]
    instance = replace(posts.instance, weight=gained[:, 0].copy(), gains=gained[:, 1:].copy())
    start = _columns(asked, posts, usual)
    known = start if instance.broken_rule(start) is None else None
    found = solver.solve(instance, Effort(stop=stop, gap=_GAP), start=known)
    if found.chosen is None:
        return found.bound, dict(usual)
    return found.bound, _units(asked, posts, found.chosen)


def _slots(problem: Problem, absences: Absences, at: int) -> _Slots:
    """Return what of a resource may be missing, and how often and how many at most."""
    kind, sites = problem.resources[at], problem.sites
    site = np.flatnonzero(sites.allowed[:, at])
    names = [problem.post_id(int(one), at) for one in site]
    least, most = sites.min_units[site, at], sites.max_units[site, at]
    if kind.fleet is not None:
        most = np.maximum(least, np.minimum(most, kind.fleet))
    single = bool(len(site)) and least.min() == 1 and most.max() > 1 and at not in problem.backup
    each = most if single else np.ones(len(site), dtype=np.int64)
    price = sites.open_cost[site, at] + sites.unit_cost[site, at] * np.where(single, most, least)
    gone = [
        absences.away.get(name, absences.away.get(kind.id, 0.0))
        if single
        else absences.gone(name, int(units))
        for name, units in zip(names, most.tolist(), strict=True)
    ]
    rare = min(gone, default=0.0)
    many = _affordable(price, each, problem.budget)
    if kind.fleet is not None and len(site):
        many = min(many, kind.fleet // (1 if single else int(least.min())))
    return _Slots(units=single, many=many, gone=rare if rare > _RARE else 0.0)


def _affordable(price: Floats, each: Ints, budget: float) -> int:
    """Return how many slots a budget buys at most, the cheapest first and a last post in part."""
    left, many = budget, 0.0
    for at in np.argsort(price / each, kind="stable").tolist():
        part = 1.0 if price[at] <= left else left / price[at]
        many += part * float(each[at])
        left -= part * float(price[at])
        if part < 1.0:
            break
    return math.floor(many + 1e-6)


def _worths(plan: Plan, walks: Survey, usual: Mapping[str, int]) -> Floats:
    """Return (K + 1,) float64, what a post of each resource is worth in a plan, and all of them."""
    posts = posting(_always(plan.problem), walks)
    chosen = _columns(plan.problem, posts, usual)
    covered = posts.instance.covered_rows(chosen)
    of_kind = np.bincount(
        posts.row_resource[covered],
        weights=posts.instance.weight[covered],
        minlength=len(plan.problem.resources),
    )
    many = np.bincount(posts.resource[chosen], minlength=len(of_kind))[: len(of_kind)]
    return np.append(of_kind / np.maximum(many, 1), of_kind.sum())


def _shares(
    slots: Sequence[_Slots], worths: Floats, attendance: tuple[float, float], aim: Aim
) -> list[Floats]:
    """Return what being covered once, and once more, is worth of all that a row is worth.

    Returns
    -------
    list of (L,) float64
        By resource; they fall, and their sum is the share of the people who come.
    """
    if aim == "mean":
        came = sum(attendance) / 2
        lost = [came * one.gone ** np.arange(_DEEP + 1.0) for one in slots]
    else:
        came, lost = _on_worst(slots, worths, attendance)
    found = []
    for one in lost:
        levels = 1 + int(np.flatnonzero(np.append(one[1:-1], 0.0) <= _SMALL * came)[0])
        gains = -np.diff(np.append(np.append(came, one[1:levels]), 0.0))
        for many in range(1, levels):  # what is left out makes the last too large: levelled
            mean = gains[-many:].mean()
            gains[-many:] = mean
            if gains[-many - 1] >= mean:
                break
        else:
            gains[:] = gains.mean()
        found.append(gains)
    return found


def _on_worst(
    slots: Sequence[_Slots], worths: Floats, attendance: tuple[float, float]
) -> tuple[float, list[Floats]]:
    """Return who comes on the worst nights, and how many of them m missing posts would leave out.

    Nights are told apart by how many people come, and how many slots of each resource are missing.
    """
    chances = [_binomial(one.many, one.gone) for one in slots]
    spread = [worth * math.sqrt(one.many * one.gone * (1 - one.gone))
              for one, worth in zip(slots, worths[:-1].tolist(), strict=True)]  # fmt: skip
    counted = sorted(range(len(slots)), key=lambda at: (-spread[at], at))[:_TOGETHER]
    counted = [at for at in counted if spread[at] > 0]
    least, most = attendance
    cells = _CELLS if least < most else 1
    come = least + (most - least) * (np.arange(cells) + 0.5) / cells
    chance, left = np.full(cells, 1.0 / cells), np.full(cells, worths[-1])
    for at in counted:
        missing = np.arange(len(chances[at]))
        chance = chance[..., None] * chances[at]
        left = left[..., None] - worths[at] * missing
    come = come.reshape(-1, *[1] * len(counted))
    order = np.argsort((come * left).ravel(), kind="stable")
    until = np.minimum(np.cumsum(chance.ravel()[order]), WORST)
    weight = np.empty(chance.size)
    weight[order] = np.diff(until, prepend=0.0) / WORST
    weight = weight.reshape(chance.shape) * come
    came = float(weight.sum())
    lost = [came * one.gone ** np.arange(_DEEP + 1.0) for one in slots]
    for axis, at in enumerate(counted, start=1):
        others = tuple(one for one in range(weight.ndim) if one != axis)
        lost[at] = _falling(weight.sum(axis=others), slots[at].many)
    return came, lost


def _binomial(many: int, gone: float) -> Floats:
    """Return how likely 0, 1, … of so many are missing, as far as that is likely at all."""
    if not gone or not many:
        return np.ones(1)
    count = np.arange(many + 1.0)
    choose = gammaln(many + 1) - gammaln(count + 1) - gammaln(many - count + 1)
    chance = np.exp(choose + count * math.log(gone) + (many - count) * math.log1p(-gone))
    return np.asarray(chance[: 1 + int(np.flatnonzero(chance > _NEVER)[-1])])


def _falling(weight: Floats, many: int) -> Floats:
    """Return how likely all of 0, 1, … named ones of `many` are missing.

    Parameters
    ----------
    weight
        Of nights on which 0, 1, … of them are.
    """
    missing = np.arange(len(weight), dtype=np.float64)
    found = np.zeros(_DEEP + 1)
    for named in range(_DEEP + 1):
        found[named] = weight.sum()
        weight = weight * np.maximum(missing - named, 0.0) / max(many - named, 1)
    return found


def _always(problem: Problem) -> Problem:
    """Return a problem with units that are always there."""
    resources = tuple(replace(kind, unavailable=0.0) for kind in problem.resources)
    return replace(problem, resources=resources)


def _columns(problem: Problem, posts: Posting, units: Mapping[str, int]) -> Ints:
    """Return the columns of posts by name."""
    left = dict(units)
    found = []
    for column, name in enumerate(post_names(problem, posts)):
        if left.get(name, 0) > 0:
            left[name] -= int(posts.units[column])
            found.append(column)
    return np.array(found, dtype=np.int64)


def _units(problem: Problem, posts: Posting, chosen: Ints) -> dict[str, int]:
    """Return the units of posts by name."""
    names, found = post_names(problem, posts), dict[str, int]()
    for column in chosen.tolist():
        found[names[column]] = found.get(names[column], 0) + int(posts.units[column])
    return dict(sorted(found.items()))
