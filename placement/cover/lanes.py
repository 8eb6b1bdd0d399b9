"""Lanes and arrivals: how many people the gates of one resource can admit, and when."""

import math
from dataclasses import dataclass, field

import numpy as np

from placement.arrays import Bools, Floats, Ints
from placement.cover.instance import Instance
from placement.plan.problem import Problem


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Arrivals:
    """When people arrive, and how long they may wait.

    The window is cut into periods of equal length. A person who arrives in period t may be
    admitted in period t or in one of the `carry` periods after it, but not after the window.

    Attributes
    ----------
    shares
        (K, P) float64, ≥ 0, each line adds up to 1: the share of a class of rows that arrives in
        each period. One line where all people share one profile.
    carry
        Whole periods a person may wait, e.g. 1 for half an hour in periods of half an hour.
    """

    shares: Floats
    carry: int = 0

    def __post_init__(self) -> None:
        shares = np.array(self.shares, dtype=np.float64, ndmin=2)
        if (
            not np.isfinite(shares).all()
            or (shares < 0).any()
            or not np.allclose(shares.sum(axis=1), 1.0)
            or self.carry < 0
        ):
            raise ValueError("a profile needs shares of 0 or more that add up to 1, carry ≥ 0")
        shares.setflags(write=False)
        object.__setattr__(self, "shares", shares)

    @property
    def periods(self) -> int:
        """Number of periods."""
        return int(self.shares.shape[1])

    @property
    def classes(self) -> int:
        """Number of different profiles."""
        return len(self.shares)

    def pieces(self) -> tuple[Floats, Floats]:
        """Return what one gate admits when all people share one profile.

        Of L people sent to a gate that can admit c people in the window it admits
        min_k (a_k · L + b_k · c): by Hall's condition, for every set S of periods, those who
        arrive in S are admitted within the periods that S can reach, and the others as they come:
        a = 1 − share(S), b = reached(S) / P. Only the lower envelope is kept.

        Returns
        -------
        alpha, beta
            (k,) float64, the a falling from 1 to 0, the b rising from 0.

        Raises
        ------
        ValueError
            If there are several profiles: no such function of the sum exists.
        """
        if self.classes != 1:
            raise ValueError("several profiles have no common pieces")
        share = self.shares[0]
        periods = self.periods
        # most[b]: greatest share of arrivals whose reach is at most b periods, over sets of
        # periods; reach of a run of periods [s, e] is e + carry − s + 1, cut at the window's end
        most = np.zeros((periods + 1, periods + 1))  # (periods seen, periods reached)
        for seen in range(1, periods + 1):
            for used in range(periods + 1):
                best = most[seen - 1, used]
                for start in range(seen):
                    # the set contains the run start … seen − 1, reaching carry periods further;
                    # runs closer than that are reckoned as touching: that only reckons too much
                    # reach, and the joined run, which is a set of its own, reckons it right
                    reach = min(seen + self.carry, periods) - start
                    if reach <= used:
                        before = most[start, used - reach]
                        best = max(best, before + share[start:seen].sum())
                most[seen, used] = best
        beta = np.arange(periods + 1) / periods
        alpha = np.maximum(1.0 - most[periods], 0.0)
        alpha[alpha < 1e-12] = 0.0
        return _lower_envelope(alpha, beta)

    def layers(self) -> tuple[Floats, Floats]:
        """Return `pieces` as layers: gates admit Σ_k share_k · min(L, ratio_k · c) of L people.

        Returns
        -------
        shares, ratio
            (k,) float64, shares of the people and what a lane admits of them, as a multiple of what
            it admits in the window.

        Raises
        ------
        ValueError
            If there are several profiles.
        """
        alpha, beta = self.pieces()
        shares = alpha[:-1] - alpha[1:]
        return shares, (beta[1:] - beta[:-1]) / shares


def _lower_envelope(alpha: Floats, beta: Floats) -> tuple[Floats, Floats]:
    """Keep the lines a · L + b · c that are least for some L / c ≥ 0."""
    kept: list[int] = []
    for n in range(len(alpha)):
        if kept and alpha[n] >= alpha[kept[-1]] - 1e-12:
            continue  # never below a line with less capacity
        while len(kept) > 1:
            last, before = kept[-1], kept[-2]
            enters = (beta[last] - beta[before]) / (alpha[before] - alpha[last])
            leaves = (beta[n] - beta[last]) / (alpha[last] - alpha[n])
            if leaves > enters + 1e-12:
                break
            kept.pop()
        kept.append(n)
    return alpha[kept].copy(), beta[kept].copy()


def arrivals_of(problem: Problem) -> tuple[Arrivals, Ints]:
    """Return when the people of a plan with lanes arrive, and by which profile each point does.

    Profiles with the same shares are one class, whatever they are called, and those that nobody
    follows are left out: where all people arrive alike there is one class.

    Parameters
    ----------
    problem
        What is asked; one of its resources has lanes.

    Returns
    -------
    arrivals
        The classes, in the order of their shares.
    of
        (M,) int64, the class of each demand point; 0 for points without people.

    Raises
    ------
    ValueError
        If no resource has lanes.
    """
    rule = None if problem.laned is None else problem.resources[problem.laned].lanes
    if rule is None:
        raise ValueError("no resource of the problem has lanes")
    demand = problem.demand
    there = problem.people_of(problem.laned or 0) > 0
    shares = np.array(list(rule.profiles.values()))
    used = np.unique(demand.arrival[there]) if there.any() else np.zeros(1, dtype=np.int64)
    # shares of one profile said twice may differ in their last bits
    _, first, number = np.unique(
        np.round(shares[used], 12), axis=0, return_index=True, return_inverse=True
    )
    class_of = np.zeros(len(shares), dtype=np.int64)
    class_of[used] = number.ravel()
    of = np.where(there, class_of[demand.arrival], 0)
    return Arrivals(shares=shares[used][first], carry=rule.carry), of


ONE_PERIOD = Arrivals(shares=np.ones((1, 1)))
"""Everybody may arrive at any time of the window: only totals count."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Lanes:
    """Gates with lanes, and the people who must pass them to be covered.

    A row of people counts by the share of it that the open gates within its limit admit. A gate
    costs what its column costs plus `lane_cost` a lane, and lanes are whole numbers.

    Attributes
    ----------
    people
        (R,) float64, ≥ 0: people of each row of the instance; 0 for rows of other resources. A
        laned row is worth its weight when all of it is admitted, and a share of its weight when a
        share is.
    gate
        (C,) bool: which columns are gates. A laned row is covered by gates only.
    least, most
        (C,) int64: lanes of an open gate.
    lane_cost
        (C,) float64, ≥ 0: cost of each lane; the instance's cost is that of opening alone.
    lane_people
        (C,) float64, ≥ 0: people one lane admits over the whole window, i.e. rate · efficiency ·
        hours.
    lane_worth
        (C,) float64, ≤ 0: what each lane adds to the objective; 0 but where cost is made least.
    lane_use
        (limits, C) float64, ≥ 0: what each lane adds to each limit of the instance (1 where lanes
        are the units a fleet counts).
    arrivals
        When people come.
    profile
        (R,) int64: the line of ``arrivals.shares`` by which each row arrives.
    """

    people: Floats
    gate: Bools
    least: Ints
    most: Ints
    lane_cost: Floats
    lane_people: Floats
    lane_use: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    lane_worth: Floats = field(default_factory=lambda: np.zeros(0))
    arrivals: Arrivals = ONE_PERIOD
    profile: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def __post_init__(self) -> None:
        if self.lane_use.size == 0:
            object.__setattr__(self, "lane_use", np.zeros((0, len(self.gate))))
        if self.lane_worth.size == 0:
            object.__setattr__(self, "lane_worth", np.zeros(len(self.gate)))
        if self.profile.size == 0:
            object.__setattr__(self, "profile", np.zeros(len(self.people), dtype=np.int64))
        columns = len(self.gate)
        if not (
            len(self.least) == len(self.most) == len(self.lane_cost) == columns
            and len(self.lane_people) == len(self.lane_worth) == columns
            and self.lane_use.shape[1] == columns
            and len(self.profile) == len(self.people)
        ):
            raise ValueError("arrays of lanes do not fit each other")
        if (
            (self.people < 0).any()
            or (self.least[self.gate] < 0).any()
            or (self.profile < 0).any()
            or (self.profile >= self.arrivals.classes).any()
        ):
            raise ValueError("people and lanes are 0 or more, profiles are lines of the arrivals")
        for array in (
            self.people,
            self.gate,
            self.least,
            self.most,
            self.lane_cost,
            self.lane_people,
            self.lane_use,
            self.lane_worth,
            self.profile,
        ):
            array.setflags(write=False)

    def alike(self) -> Arrivals:
        """Return the arrivals as if everybody came by the mean profile of all people."""
        arrivals = self.arrivals
        people = np.bincount(self.profile, weights=self.people, minlength=arrivals.classes)
        if arrivals.classes == 1 or not people.any():
            return Arrivals(shares=arrivals.shares[:1], carry=arrivals.carry)
        return Arrivals(shares=people @ arrivals.shares / people.sum(), carry=arrivals.carry)

    def check(self, instance: Instance) -> None:
        """Raise ValueError if the lanes are not those of this instance."""
        if len(self.people) != instance.rows or len(self.gate) != instance.columns:
            raise ValueError("lanes and instance do not fit each other")
        if len(self.lane_use) not in (0, len(instance.limits)):
            raise ValueError("lane_use needs a line for each limit")
        laned = np.repeat(self.people > 0, np.diff(instance.indptr))
        if (~self.gate[instance.indices[laned]]).any():
            raise ValueError("rows of people who pass gates are covered by gates only")
        if instance.gains.size and instance.gains[self.people > 0].any():
            raise ValueError("people who pass gates are not worth more when covered again")
        for rule in instance.rules:
            if (rule.times[self.people[rule.rows] > 0] > 1).any():
                raise ValueError("people who pass gates are covered once by a rule, not more often")

    def spent(self, instance: Instance, chosen: Ints, lanes: Ints) -> float:
        """Return the cost of open columns and their lanes; `lanes` is (C,) int64."""
        return math.fsum(instance.cost[chosen]) + math.fsum(self.lane_cost[chosen] * lanes[chosen])
