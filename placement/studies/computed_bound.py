"""What no plan beats on nights when posts are missing: by computation, and by chance in nothing.

The mean of the worst share of nights is the least E[Z W] of all densities Z ≤ 1 / share with
E[Z] = 1 (Rockafellar and Uryasev, Journal of Risk 2(3), 2000), and Z may be another one for every
plan. Here it tells nights apart by how many of the plan's posts are missing, and by how many people
come. Posts are missing as likely one as another, so of n posts of which N are missing, m that are
named are missing with E[Z · N (N − 1) … / n (n − 1) …], which is the same for all plans: what a row
is worth falls with how often it is covered, and the best plan of that covering problem with gains
is found and proven as any other (with Z = 1 that is the expected cover of Daskin, Transportation
Science 17(1), 1983).

People of lanes are told apart further: what those are worth who get in is a concave function of
lanes and people, so its mean under Z is no more than its value at their means (Jensen), which are
the same parts of all lanes, and of all people, for every plan. So the plan with as many fewer lanes
is solved, by the solver of such plans.

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
from placement.solve.capacitated.admission import worth_of_lanes
from placement.solve.core.incumbent import Start
from placement.solve.core.stopping import Effort, Stop
from placement.solve.mclp import solver
from placement.solve.questions.baseline import post_names
from placement.solve.questions.measured import choose_solver
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
    worth
        What one is worth in a plan that is known; of lanes and their gates nothing, as what is lost
        with one hangs on the others.
    laned
        Whether they are lanes, or gates with lanes.
    """

    units: bool
    many: int
    gone: float
    worth: float = 0.0
    laned: bool = False


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Known:
    """What a plan that is known is worth.

    Attributes
    ----------
    each
        (K,) float64, a post of each resource without lanes.
    covered
        All of them.
    admitted, reached
        Those whom its lanes admit, and those who have a gate of it in reach.
    """

    each: Floats
    covered: float
    admitted: float
    reached: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Shares:
    """What is left under the weights of nights, the same for every plan.

    Attributes
    ----------
    came
        The people who come.
    lost
        By slots without lanes: (L,) float64, of people covered by 0, 1, … posts those whom all of
        them being missing leaves out.
    lanes
        The lanes that are there.
    """

    came: float
    lost: list[Floats]
    lanes: float


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
        Units by post of the plan whose bound is the highest; with lanes it may miss a floor of
        theirs, which holds for nights on which nobody is missing.
    """
    problem = plan.problem
    known = _known(plan, walks, usual)
    slots = [_slots(problem, absences, at, known) for at in range(len(problem.resources))]
    told = _told(slots, _lane_slots(problem, absences), known, attendance, aim)
    shares = [_levels(one, told.came) for one in told.lost]
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
    if problem.laned is not None:
        asked = _with_fewer_lanes(asked, told)
        shares = [one / told.came for one in shares]  # as many people as come are in the problem
        shares[problem.laned] = np.ones(1)
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
    start, effort = _columns(asked, posts, usual), Effort(stop=stop, gap=_GAP)
    if problem.laned is not None:
        lanes = np.array([usual.get(name, 0) for name in post_names(asked, posts)], dtype=np.int64)
        with_lanes = choose_solver(replace(plan, problem=asked), walks)
        staged = with_lanes.solve(
            replace(posts, instance=instance), effort, start=Start(chosen=start, lanes=lanes)
        )
        posts, found = staged.posts, staged.outcome
    else:
        known_to_keep = start if instance.broken_rule(start) is None else None
        found = solver.solve(instance, effort, start=known_to_keep)
    units = dict(usual) if found.chosen is None else _units(asked, posts, found.chosen)
    return found.bound, units


def _with_fewer_lanes(problem: Problem, told: _Shares) -> Problem:
    """Return the problem with the lanes and people that are left, and without floors of lanes.

    Floors ask for people whom all lanes admit, and so does no night.
    """
    at = problem.laned or 0
    kind = problem.resources[at]
    assert kind.lanes is not None  # noqa: S101 - it is the one with lanes
    fewer = replace(kind.lanes, rate_h=kind.lanes.rate_h * told.lanes)
    resources = list(problem.resources)
    resources[at] = replace(kind, lanes=fewer)
    return replace(
        problem,
        resources=tuple(resources),
        demand=replace(problem.demand, people=problem.demand.people * told.came),
        floors=tuple(floor for floor in problem.floors if floor.resource != at),
    )


def _slots(problem: Problem, absences: Absences, at: int, known: _Known) -> _Slots:
    """Return what of a resource may be missing, and how often and how many at most."""
    kind, sites = problem.resources[at], problem.sites
    if kind.lanes is not None:
        return _Slots(units=False, many=0, gone=0.0)
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
    return _Slots(
        units=single, many=many, gone=rare if rare > _RARE else 0.0, worth=float(known.each[at])
    )


def _lane_slots(problem: Problem, absences: Absences) -> list[_Slots]:
    """Return what may be missing where a resource has lanes: single lanes, and whole gates."""
    at = problem.laned
    if at is None:
        return []
    kind, sites = problem.resources[at], problem.sites
    site = np.flatnonzero(sites.allowed[:, at])
    risks = [absences.of_post(problem.post_id(int(one), at)) for one in site]
    least, most = sites.min_units[site, at], sites.max_units[site, at]
    if kind.fleet is not None:
        most = np.maximum(least, np.minimum(most, kind.fleet))
    price = sites.open_cost[site, at] + sites.unit_cost[site, at] * most
    lanes = _affordable(price, np.maximum(most, 1), problem.budget)
    price = sites.open_cost[site, at] + sites.unit_cost[site, at] * least
    gates = _affordable(price, np.ones(len(site), dtype=np.int64), problem.budget)
    if kind.fleet is not None and len(site):
        lanes = min(lanes, kind.fleet)
        gates = min(gates, kind.fleet // max(1, int(least.min())))
    shut, away = (min(some, default=0.0) for some in zip(*risks, strict=True)) if risks else (0, 0)
    return [
        _Slots(units=True, many=many, gone=gone if gone > _RARE else 0.0, laned=True)
        for many, gone in ((lanes, away), (gates, shut))
    ]


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


def _known(plan: Plan, walks: Survey, usual: Mapping[str, int]) -> _Known:
    """Return what a plan is worth, by resource."""
    problem = plan.problem
    posts = posting(_always(problem), walks)
    chosen = _columns(problem, posts, usual)
    covered = posts.instance.covered_rows(chosen)
    of_kind = np.bincount(
        posts.row_resource[covered],
        weights=posts.instance.weight[covered],
        minlength=len(problem.resources),
    )
    many = np.bincount(posts.resource[chosen], minlength=len(of_kind))[: len(of_kind)]
    reached = admitted = 0.0
    if problem.laned is not None:
        reached = float(of_kind[problem.laned])
        admitted = worth_of_lanes(posts, plan, walks).of(problem.units_of(usual))
        of_kind[problem.laned] = 0.0
    return _Known(
        each=of_kind / np.maximum(many, 1),
        covered=float(of_kind.sum()),
        admitted=admitted,
        reached=reached,
    )


def _levels(lost: Floats, came: float) -> Floats:
    """Return what being covered once, and once more, is worth of all that a row is worth.

    Returns
    -------
    (L,) float64
        They fall, and their sum is the share of the people who come.
    """
    levels = 1 + int(np.flatnonzero(np.append(lost[1:-1], 0.0) <= _SMALL * came)[0])
    gains = -np.diff(np.append(np.append(came, lost[1:levels]), 0.0))
    for many in range(1, levels):  # what is left out makes the last too large: levelled
        mean = gains[-many:].mean()
        gains[-many:] = mean
        if gains[-many - 1] >= mean:
            break
    else:
        gains[:] = gains.mean()
    return np.asarray(gains)


def _told(
    slots: Sequence[_Slots],
    lanes: Sequence[_Slots],
    known: _Known,
    attendance: tuple[float, float],
    aim: Aim,
) -> _Shares:
    """Return who comes on the nights that count, whom m missing posts leave out, and the lanes."""
    if aim == "worst5":
        return _on_worst(slots, lanes, known, attendance)
    came = sum(attendance) / 2
    return _Shares(
        came=came,
        lost=[came * one.gone ** np.arange(_DEEP + 1.0) for one in slots],
        lanes=math.prod(1.0 - one.gone for one in lanes),
    )


def _on_worst(
    slots: Sequence[_Slots],
    lanes: Sequence[_Slots],
    known: _Known,
    attendance: tuple[float, float],
) -> _Shares:
    """Return the same of the worst nights.

    Nights are told apart by how many people come, and how many slots of each kind are missing.
    """
    every = [*slots, *lanes]
    chances = [_binomial(one.many, one.gone) for one in every]
    spread = [
        (known.admitted / max(one.many, 1) if one.laned else one.worth)
        * math.sqrt(one.many * one.gone * (1 - one.gone))
        for one in every
    ]
    counted = sorted(range(len(every)), key=lambda at: (-spread[at], at))[:_TOGETHER]
    counted = [at for at in counted if spread[at] > 0]
    least, most = attendance
    cells = _CELLS if least < most else 1
    come = least + (most - least) * (np.arange(cells) + 0.5) / cells
    chance = np.full(cells, 1.0 / cells)
    covered, there = np.full(cells, known.covered), np.ones(cells)
    for at in counted:
        missing = np.arange(len(chances[at]))
        part = missing / max(every[at].many, 1) if every[at].laned else np.zeros(len(missing))
        chance = chance[..., None] * chances[at]
        covered = covered[..., None] - every[at].worth * missing
        there = there[..., None] * (1.0 - part)
    come = come.reshape(-1, *[1] * len(counted))
    worth = come * covered + np.minimum(come * known.reached, there * known.admitted)
    order = np.argsort(worth.ravel(), kind="stable")
    until = np.minimum(np.cumsum(chance.ravel()[order]), WORST)
    weight = np.empty(chance.size)
    weight[order] = np.diff(until, prepend=0.0) / WORST
    weight = weight.reshape(chance.shape)
    left = float((weight * there).sum())
    for at, one in enumerate(every):
        left *= 1.0 - one.gone if one.laned and at not in counted else 1.0
    weight = weight * come
    came = float(weight.sum())
    lost = [came * one.gone ** np.arange(_DEEP + 1.0) for one in slots]
    for axis, at in enumerate(counted, start=1):
        if at < len(slots):
            others = tuple(other for other in range(weight.ndim) if other != axis)
            lost[at] = _falling(weight.sum(axis=others), slots[at].many)
    return _Shares(came=came, lost=lost, lanes=left)


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
