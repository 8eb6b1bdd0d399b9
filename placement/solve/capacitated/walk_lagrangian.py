"""What no plan of equal worth can walk less than: a Lagrangian bound on the total walk to gates.

Given prices on crowds (that nobody passes twice), on the budget and on what every plan holds (the
worth, those who come first, floors), gates part from each other: each is open or not, with a whole
number of lanes, and admits whom it gains most from (for facilities with capacities Cornuéjols,
Sridharan & Thizy 1991). Any prices bound the walk from below by weak duality; subgradients find
good ones (Camerini, Fratta & Maffioli 1975). Separation, groups, fleets and the rules of other
resources are left out, which only lowers the bound.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from placement.arrays import Bools, Floats, Ints
from placement.compiled import compiled, part_of_compiled
from placement.cover.instance import Instance
from placement.cover.laned import laned
from placement.cover.lanes import Lanes
from placement.cover.reduce import keep_rows
from placement.cover.survey import Survey
from placement.decimals import left_over
from placement.plan.problem import Plan
from placement.solve.capacitated.crowds import crowds_of, floors_of
from placement.solve.capacitated.settle import Settled
from placement.solve.core.stopping import Stop
from placement.solve.mclp.bounds import bound

_ROUNDS = 600
_SCALE = 3.0
_DEFLECTED = 0.7  # share of the direction before in each new one
_PATIENCE = 12  # rounds without a better bound before steps become shorter
_SHORTER = 0.7
_NO_GAP = 1e-6  # share of the walk: less is what sums of decimals leave
_LAST_STEP = 2e-3  # steps that find nothing more


class Ask(NamedTuple):
    """Whose walk is bounded, and what every plan compared must hold.

    Attributes
    ----------
    people
        (n,) float64, of each crowd.
    counts, at_least
        (h, n) and (h,) float64: in every plan Σ counts · people admitted is that much or more.
    indptr, crowd, gain
        Ways by gate: those of gate j are ``indptr[j]:indptr[j + 1]``; crowd of each, and how much
        less than the walking limit each of its people walks there, seconds.
    shares, ratio
        (L,) layers of the queue (`placement.cover.lanes.Arrivals.layers`), the narrowest first.
    room
        (J,) float64, people one lane admits over the window.
    least, most
        (J,) int64, lanes of an open gate.
    opening, lane
        (J,) float64, cost of an open gate, and of each lane.
    must
        (J,) bool, whether a gate is open in every plan.
    budget
        Most that gates and lanes cost together.
    """

    people: Floats
    counts: Floats
    at_least: Floats
    indptr: Ints
    crowd: Ints
    gain: Floats
    shares: Floats
    ratio: Floats
    room: Floats
    least: Ints
    most: Ints
    opening: Floats
    lane: Floats
    must: Bools
    budget: float


def compared(
    plan: Plan,
    walks: Survey,
    best: Settled,
    *,
    shares: Mapping[str, float] = MappingProxyType({}),
    stop: Stop,
) -> tuple[float, Floats] | None:
    """Say how far the total walk may be from that of any plan that is worth as much.

    Parameters
    ----------
    plan, walks
        What is asked, and the walks.
    best
        The plan that is known, and the candidate posts with their rules. Plans are compared that
        are worth as much, and send as many people who come first.
    shares
        By resource, the least share of all people to be admitted.
    stop
        When to stop.

    Returns
    -------
    gap
        Share of its total walk that is not proven to be needed.
    merit
        (C,) float64, what each gate would save beyond its price; 0 for other columns. None in place
        of both where there was no time.
    """
    if stop.reached():
        return None
    problem, posts, walk = plan.problem, best.posts, best.admitted.walk
    instance, lanes = laned(problem, posts)
    gates = np.flatnonzero(lanes.gate & ~instance.excluded)
    crowds, _, _, crowd_of = crowds_of(plan, posts, walks, gates)
    counts, at_least = (
        [crowds.worth],
        [_less(best.outcome.objective) - _others(instance, lanes, stop=stop)],
    )
    for some, least in [
        (np.flatnonzero(crowds.first), _less(best.admitted.first)),
        *floors_of(problem, crowd_of, shares),
    ]:
        if len(some) and least > 0:
            line = np.zeros(len(crowds.people))
            line[some] = 1.0
            counts.append(line)
            at_least.append(_less(least))
    alike = lanes.arrivals.classes == 1
    layers = lanes.arrivals.layers() if alike else (np.ones(1), np.ones(1))
    order = np.lexsort((crowds.crowd, crowds.gate))
    limit = problem.resources[problem.laned or 0].walk_limit_s
    number = np.bincount(crowds.gate, minlength=len(gates))
    ask = Ask(
        people=crowds.people,
        counts=np.array(counts),
        at_least=np.array(at_least),
        indptr=np.concatenate([[0], np.cumsum(number)]).astype(np.int64),
        crowd=crowds.crowd[order].astype(np.int64),
        gain=np.maximum(limit - crowds.walk[order], 0.0),
        shares=layers[0],
        ratio=layers[1],
        room=lanes.lane_people[gates],
        least=lanes.least[gates],
        most=lanes.most[gates],
        opening=instance.cost[gates],
        lane=lanes.lane_cost[gates],
        must=instance.required[gates],
        budget=left_over(instance.budget, instance.cost[instance.required & ~lanes.gate]),
    )
    whole = limit * math.fsum(crowds.people)
    saved, brought = most_saved(ask, whole - walk, stop=stop.share(0.7))
    if math.isinf(saved):
        return None
    gap = (walk - (whole - saved)) / walk if walk > 0 else 0.0
    merit = np.zeros(instance.columns)
    merit[gates] = brought
    return gap if gap > _NO_GAP else 0.0, merit


def _less(held: float) -> float:
    """Return a little less than is held: what rounding may have taken from another plan."""
    return held - 1e-6 * max(1.0, abs(held))


def _others(instance: Instance, lanes: Lanes, *, stop: Stop) -> float:
    """Bound what all but the people who pass gates can be worth."""
    mine = (lanes.people == 0) & ((instance.weight > 0) | (instance.gains > 0).any(axis=1))
    if not mine.any() and not instance.profit.any():
        return 0.0
    rest = keep_rows(replace(instance, rules=()), mine)
    found = bound.relaxation(rest, stop=stop.share(0.3)).value
    every = math.fsum(rest.weight) + math.fsum(rest.gains.ravel())
    return min(found, every + math.fsum(np.maximum(rest.profit, 0.0)))


def most_saved(
    ask: Ask, known: float, *, stop: Stop, rounds: int = _ROUNDS
) -> tuple[float, Floats]:
    """Bound how much less than the limit people walk in any plan that holds what is asked.

    Parameters
    ----------
    ask
        Crowds, gates, and what is held.
    known
        People times seconds saved by a plan that is known.
    stop
        When to stop; the bound so far holds.
    rounds
        Steps of the prices, at most.

    Returns
    -------
    saved
        The bound; infinite where the time was over before the first one.
    merit
        (J,) float64, what each gate brings to it beyond its price; not above 0 where it is closed.
    """
    if len(ask.room) == 0 or len(ask.people) == 0:
        return 0.0, np.zeros(len(ask.room))
    n, layers = len(ask.people), len(ask.shares)
    price = np.zeros((n, layers))
    np.maximum.at(price, ask.crowd, np.repeat(0.5 * ask.gain[:, None], layers, axis=1))
    # prices of sums move as those of crowds do: a sum over many people has a small unit
    money = float(np.median(ask.room / np.maximum(ask.lane + ask.opening / ask.most, 1e-9)))
    top = ask.counts.max(axis=1, initial=0.0)
    units = np.append(1.0 / np.maximum(top, 1e-9), money) * _SCALE / math.sqrt(n * layers)
    right = np.append(-ask.at_least, ask.budget)
    sign = np.append(np.ones(len(ask.at_least)), -1.0)
    side = np.zeros(len(right))
    before, before_side = np.zeros_like(price), np.zeros_like(side)
    best, best_at = math.inf, (price, side)
    merit = np.zeros(len(ask.room))
    step, vain = 1.0, 0
    whole = ask.people[:, None] * ask.shares
    for _ in range(rounds):
        if stop.reached():
            break
        each = (side * units)[:-1] @ ask.counts
        money_price = float(side[-1] * units[-1])
        gain, used, cost = _gates(each[:, None] - price, money_price, ask)
        totals = np.append(ask.counts @ used.sum(axis=1), cost)
        value = (
            math.fsum(np.maximum(gain, np.where(ask.must, gain, 0.0)))
            + float((price * whole).sum())
            + float(side * units @ right)
        )
        if value < best:
            best, best_at, vain = value, (price.copy(), side.copy()), 0
            merit = gain
        else:
            vain += 1
            if vain >= _PATIENCE:
                step, vain = step * _SHORTER, 0
                price, side = best_at[0].copy(), best_at[1].copy()
                before[:], before_side[:] = 0.0, 0.0
                if step < _LAST_STEP:
                    break
                continue
        if best <= known * (1.0 + 1e-12):
            break
        # the value falls against the gradient, by what is left of each crowd and each sum
        slope, slope_side = whole - used, (right + sign * totals) * units
        slope = np.where((price <= 0) & (slope > 0), 0.0, slope)
        slope_side = np.where((side <= 0) & (slope_side > 0), 0.0, slope_side)
        slope = (1 - _DEFLECTED) * slope + _DEFLECTED * before
        slope_side = (1 - _DEFLECTED) * slope_side + _DEFLECTED * before_side
        before, before_side = slope, slope_side
        norm = float((slope**2).sum() + (slope_side**2).sum())
        if norm <= 1e-12:
            break
        far = step * max(value - known, 1e-9) / norm
        price = np.maximum(price - far * slope, 0.0)
        side = np.maximum(side - far * slope_side, 0.0)
    return min(best, _to_nearest(ask)) if math.isfinite(best) else best, merit


def _to_nearest(ask: Ask) -> float:
    """Return what is saved where everybody walks to the nearest of all gates: nobody can more."""
    nearest = np.zeros(len(ask.people))
    np.maximum.at(nearest, ask.crowd, ask.gain)
    return math.fsum(nearest * ask.people)


@compiled
def _gates(bonus: Floats, money: float, ask: Ask) -> tuple[Floats, Floats, float]:
    """Return what each gate gains at most, whom they would admit, and what that costs.

    Each gate's gain is that of a dual of its own queue, whose prices fall from the narrowest layer
    to the widest: such prices are those of nested sets of periods, so they hold for queues in time.
    """
    used = np.zeros_like(bonus)
    cost = 0.0
    total = np.zeros(len(ask.room))
    for j in range(len(ask.room)):
        who = ask.crowd[ask.indptr[j] : ask.indptr[j + 1]]
        value, order, heads, above = _ranked(
            ask.gain[ask.indptr[j] : ask.indptr[j + 1]], who, bonus, ask.people
        )
        chosen, chosen_lanes = -np.inf, 0
        for u in range(ask.least[j], ask.most[j] + 1):
            got = _dual(value, heads, above, ask.shares, ask.ratio * ask.room[j] * u)
            got -= money * (ask.opening[j] + ask.lane[j] * u)
            if got > chosen:
                chosen, chosen_lanes = got, u
        total[j] = chosen
        if chosen > 0.0 or ask.must[j]:
            cost += ask.opening[j] + ask.lane[j] * chosen_lanes
            for k in range(len(ask.shares)):
                left = ask.ratio[k] * ask.shares[k] * ask.room[j] * chosen_lanes
                for n in range(above[k]):
                    i = order[k, n]
                    amount = min(left, ask.people[i] * ask.shares[k])
                    used[i, k] += amount
                    left -= amount
    return total, used, cost


@part_of_compiled
def _ranked(
    gain: Floats, who: Ints, bonus: Floats, people: Floats
) -> tuple[Floats, Ints, Floats, Ints]:
    """Return what a person is worth to a gate by layer and way, the best ways first.

    Of each layer the first `above` ways count, those worth something: their value, crowd, people.
    """
    size, layers = len(who), bonus.shape[1]
    value, heads = np.empty((layers, size)), np.empty((layers, size))
    order = np.empty((layers, size), dtype=np.int64)
    above = np.zeros(layers, dtype=np.int64)
    some, where = np.empty(size), np.empty(size, dtype=np.int64)
    for k in range(layers):
        count = 0
        for n in range(size):
            worth = gain[n] + bonus[who[n], k]
            if worth > 0.0:
                some[count], where[count] = -worth, who[n]
                count += 1
        above[k] = count
        ranked = np.argsort(some[:count], kind="mergesort")
        for n in range(count):
            value[k, n], order[k, n] = -some[ranked[n]], where[ranked[n]]
            heads[k, n] = people[order[k, n]]
    return value, order, heads, above


@part_of_compiled
def _dual(value: Floats, heads: Floats, above: Ints, shares: Floats, room: Floats) -> float:
    """Return a dual value of the queue of one gate, which no way of filling it exceeds."""
    layers = len(shares)
    floor = np.zeros(layers)
    for k in range(layers - 1, -1, -1):
        # the price of each layer is that of the last person for whom there is room
        left = room[k]
        for n in range(above[k]):
            left -= heads[k, n]
            if left < 0.0:
                floor[k] = value[k, n]
                break
        if k + 1 < layers:
            floor[k] = max(floor[k], floor[k + 1])
    got = 0.0
    for k in range(layers):
        mine = floor[k] * room[k]
        for n in range(above[k]):
            if value[k, n] <= floor[k]:
                break
            mine += (value[k, n] - floor[k]) * heads[k, n]
        got += mine * shares[k]
    return got
