"""Cheap plans that reach given shares, found without proof: where the proof starts from."""

import math
from contextlib import suppress
from dataclasses import replace

import numpy as np

from placement.arrays import Floats, Ints
from placement.cover.instance import Instance
from placement.cover.instance_builder import Posting
from placement.cover.reduce import keep_rows
from placement.plan.problem import Problem
from placement.solve.core.stopping import Stop
from placement.solve.mclp.heuristics import heuristic

_ROUNDS = 1_500  # of the search at each budget
_BUDGETS = 9  # tried one after the other
_SCALE = 1e6  # what covering the share of a resource is worth in the search


def search(
    posts: Posting, problem: Problem, *, stop: Stop, seed: int, target: float = -math.inf
) -> Ints | None:
    """Look for a cheap plan that keeps every rule of an instance with shares.

    The search for much cover is run at budgets that close in on the least at which its plans reach
    the shares; each plan is completed where it falls short and trimmed where it has too much.

    Parameters
    ----------
    posts
        Rules named ``share …`` say what must be reached.
    problem
        What is asked.
    stop, seed
        When to stop, and the seed of the search.
    target
        A cost that is known to be least: a plan of that cost ends the search.

    Returns
    -------
    (n,) int64 or None
        Open columns, ascending.
    """
    instance = posts.instance
    found = _Found(instance)
    low, high = 0.0, math.fsum(instance.cost[~instance.excluded])
    emphasis = np.ones(len(problem.resources))
    small = float(instance.cost[instance.cost > 0].min(initial=1.0))
    for _ in range(_BUDGETS):
        if stop.reached() or high - low <= max(small, 0.005 * high) or found.cost <= target:
            break
        budget = high if found.chosen is None and low == 0.0 else (low + high) / 2.0
        plain = _counting(posts, emphasis).with_budget(budget)
        best: Ints | None = None
        with suppress(ValueError):  # what is required costs more than this budget
            best, _worth = heuristic.search(
                plain, stop=stop.share(0.3), seed=seed, iterations=_ROUNDS
            )
        if best is not None and found.offer(best):
            high = min(budget, found.cost)
        elif found.chosen is not None or low > 0.0:
            low = budget
            high = min(high, found.cost)
        else:
            break  # not even at any cost, or not found: left to the proof
        if best is not None:
            emphasis = _missed(posts, best, emphasis)
    return found.chosen


class _Found:
    """The cheapest plan so far that keeps every rule."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.chosen: Ints | None = None
        self.cost = math.inf

    def offer(self, chosen: Ints) -> bool:
        """Complete and trim a plan; tell whether it kept every rule as it was."""
        kept = self.instance.broken_rule(chosen) is None
        whole = chosen if kept else self._completed(chosen)
        if whole is not None:
            trimmed = self._trimmed(whole)
            cost = math.fsum(self.instance.cost[trimmed])
            if cost < self.cost:
                self.chosen, self.cost = trimmed, cost
        return kept

    def _completed(self, chosen: Ints) -> Ints | None:
        """Open what brings most of what is missing for its cost, until nothing is missing."""
        instance = self.instance
        bare = replace(instance, rules=())
        while instance.broken_rule(chosen) is not None:
            gained = _gained(instance, chosen)
            gained[chosen] = 0.0
            gained[instance.excluded] = 0.0
            rate = gained / np.maximum(instance.cost, 1e-9)
            for column in np.argsort(-rate, kind="stable").tolist():
                if gained[column] <= 0.0:
                    return None
                more = np.sort(np.append(chosen, column))
                if bare.broken_rule(more) is None:
                    chosen = more
                    break
            else:
                return None
        return chosen

    def _trimmed(self, chosen: Ints) -> Ints:
        """Close what every rule can do without, the dearest first."""
        order = np.lexsort((chosen, -self.instance.cost[chosen]))
        for column in chosen[order].tolist():
            rest = chosen[chosen != column]
            if self.instance.broken_rule(rest) is None:
                chosen = rest
        return chosen


def _gained(instance: Instance, chosen: Ints) -> Floats:
    """Return what each column adds to the rules that are broken, as a share of what is missing."""
    times = instance.times_covered(chosen)
    column = instance.indices
    row = np.repeat(np.arange(instance.rows), np.diff(instance.indptr))
    gained = np.zeros(instance.columns)
    for rule in instance.rules:
        met = times[rule.rows] >= rule.times
        missing = float(rule.slope[chosen].sum() - rule.share[met].sum()) - rule.most
        if missing > 0.0:
            worth = np.zeros(instance.rows)
            next_one = times[rule.rows] == rule.times - 1
            np.add.at(worth, rule.rows[next_one], rule.share[next_one])
            each = np.bincount(column, weights=worth[row], minlength=instance.columns)
            gained += np.minimum(each, missing) / missing
    return gained


def _counting(posts: Posting, emphasis: Floats) -> Instance:
    """Return the instance in which a row is worth what it adds to the share of its resource."""
    instance = posts.instance
    worth = np.zeros(instance.rows)
    for rule in instance.rules:
        if rule.name.startswith("share "):
            resource = posts.row_resource[rule.rows]
            worth[rule.rows] = emphasis[resource] * rule.share * (_SCALE / max(1.0, -rule.most))
    worth = np.round(worth)
    none = np.zeros(instance.columns)
    return keep_rows(replace(instance.plainly(), weight=worth, profit=none), worth > 0)


def _missed(posts: Posting, chosen: Ints, emphasis: Floats) -> Floats:
    """Emphasise the resources that fell short, and less those that had too much."""
    emphasis = emphasis.copy()
    times = posts.instance.times_covered(chosen)
    for rule in posts.instance.rules:
        if rule.name.startswith("share ") and len(rule.rows):
            reached = float(rule.share[times[rule.rows] > 0].sum()) / max(1.0, -rule.most)
            resource = posts.row_resource[rule.rows[0]]
            emphasis[resource] *= min(3.0, max(0.5, 1.0 / max(reached, 1e-3))) ** 2
    return np.asarray(emphasis / emphasis.max())
