"""The integer model of an instance, written in PuLP and handed to HiGHS by `solve.highs`.

What running PuLP 4.2 with HiGHS 1.15 and 1.16 taught, and what is done about it there and here:

* values are read only where there is a solution (without one they all read 0.0), and where they
  are worth what the solver reports;
* binaries come back as 0.99999999999998, so the plan is rounded, its rules are checked again and
  its objective is recomputed; the solver's own objective is never reported;
* "Optimal" means within 1e-4 unless the relative gap is 0;
* two thread counts in one process make HiGHS answer nothing at all, so it is always one;
* the time limit can be overrun threefold, so a callback asks the stop rule as well, which is also
  how Ctrl-C reaches a running solve.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import pulp
from numpy.typing import NDArray

from placement.arrays import Bools, Floats, Ints
from placement.cover.instance import Instance
from placement.decimals import in_whole
from placement.solve.core.gap import held_slack
from placement.solve.core.stopping import Progress, Stop
from placement.solve.mip.highs import LiveModel

_CUTS = 100  # plans that HiGHS forgives a limit, and that are cut off one by one
_BITS_OF_RULES = 10  # where the largest number of a small rule is brought to
_LARGEST_USE = 20  # bits of the largest number in a limit that HiGHS is given as it is
KINDS = 12
"""Kinds of columns that use the same: with more, their totals say little."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Answer:
    """What a solve left behind: three answers, never one.

    Attributes
    ----------
    chosen
        Open columns, ascending, or None where the solve found no plan that keeps every rule.
    bound
        Best bound proven on the model's objective; ±inf where none was.
    infeasible
        Whether the model was proven to have no solution.
    """

    chosen: Ints | None
    bound: float
    infeasible: bool


def alike(*figures: NDArray[Any]) -> list[Ints]:
    """Return the columns that agree in all of some figures, (C,) each, as lists that ascend."""
    _, kind = np.unique(np.stack(figures, axis=1).astype(np.float64), axis=0, return_inverse=True)
    kind = kind.ravel()
    return [np.flatnonzero(kind == number) for number in range(int(kind.max(initial=-1)) + 1)]


def stacks(instance: Instance) -> list[Ints]:
    """Return the columns of posts whose further units are columns of their own.

    Such a column needs the one before it, and covers the same rows.
    """
    needs = np.diff(instance.near_indptr)
    row = np.repeat(np.arange(instance.rows), np.diff(instance.indptr))
    by_column = np.argsort(instance.indices, kind="stable")
    first = np.searchsorted(instance.indices[by_column], np.arange(instance.columns + 1))
    rows = row[by_column]
    found: dict[int, list[int]] = {}
    leader = np.arange(instance.columns)
    for j in np.flatnonzero(instance.coupled & (needs == 1)).tolist():
        before = int(instance.near_indices[instance.near_indptr[j]])
        own, other = rows[first[j] : first[j + 1]], rows[first[before] : first[before + 1]]
        if before < j and len(own) and np.array_equal(own, other):
            leader[j] = leader[before]
            found.setdefault(int(leader[j]), [int(leader[j])]).append(j)
    return [np.array(members, dtype=np.int64) for members in found.values()]


class Model:
    """A PuLP problem over the columns and rows of an instance, with its rules."""

    def __init__(
        self, instance: Instance, *, maximise: bool, without_z: Bools | None = None
    ) -> None:
        self.instance = instance
        self.without_z = without_z
        self.problem = pulp.LpProblem("plan", pulp.LpMaximize if maximise else pulp.LpMinimize)
        self.y = [
            self.problem.add_variable(
                f"y{j}",
                1 if instance.required[j] else 0,
                0 if instance.excluded[j] else 1,
                "Integer",
            )
            if not (instance.required[j] and instance.excluded[j])
            else self._never(j)
            for j in range(instance.columns)
        ]
        self.z: list[list[Any]] = []
        self.totals: list[tuple[Ints, Any]] = []
        self.units = [
            (members, self.sum_of(f"u{members[0]}", [self.y[j] for j in members]))
            for members in stacks(instance)
        ]
        self._stack_of = np.full(instance.columns, -1, dtype=np.int64)
        for number, (members, _) in enumerate(self.units):
            self._stack_of[members] = number
        self.begin()
        # one constraint for each knapsack; a limit that cannot bind is left out
        self.knapsack(instance.cost, instance.budget, -1)
        for number, limit in enumerate(instance.limits):
            self.knapsack(limit.use, limit.most, number)
        for j in np.flatnonzero(instance.coupled):
            near = instance.near_indices[instance.near_indptr[j] : instance.near_indptr[j + 1]]
            terms = [(self.y[j], 1.0), *((self.y[m], -1.0) for m in near)]
            self.at_most(terms, 0.0)

    def _never(self, j: int) -> Any:  # noqa: ANN401 - PuLP is not typed
        """Return a variable that must be both open and closed: the model is infeasible."""
        variable = self.problem.add_variable(f"y{j}", 0, 0, "Integer")
        self.problem.addConstraint(pulp.LpAffineExpression.from_list([(variable, 1.0)]) >= 1)
        return variable

    def at_most(self, terms: list[tuple[Any, float]], most: float) -> None:
        """Add Σ coefficient · variable ≤ most."""
        if terms or most < 0:  # a rule without terms says 0 ≤ most
            terms = terms or [(self._nothing(), 1.0)]
            self.problem.addConstraint(pulp.LpAffineExpression.from_list(terms) <= float(most))

    def begin(self) -> None:
        """Add what must stand before the knapsacks: totals of columns that use the same.

        With the budget written on whole totals, the solver can branch on how many posts of each
        kind there are, which it does not find out by branching on posts: on the riverside with
        dog teams a proof at a budget of 300 takes 16 s where 60 s left 0.12%. Limits tell kinds
        apart as long as these stay few; one that lets a single post open says nothing of numbers.
        """
        instance = self.instance
        kinds = alike(instance.cost, instance.coupled)
        uses = [instance.cost, instance.coupled]
        for limit in instance.limits:
            if limit.most >= 2 * limit.use[limit.use > 0].min(initial=math.inf):
                finer = alike(*uses, limit.use)
                if len(finer) <= KINDS:
                    uses.append(limit.use)
                    kinds = finer
        if 1 < len(kinds) <= KINDS:
            for number, members in enumerate(kinds):
                self.add_total(f"Y{number}", members)

    def add_total(self, name: str, members: Ints) -> Any:  # noqa: ANN401
        """Add how many of some columns are open, a whole number that knapsacks are written on."""
        total = self.sum_of(name, [self.y[j] for j in members])
        self.totals.append((members, total))
        return total

    def sum_of(self, name: str, parts: list[Any], most: int | None = None) -> Any:  # noqa: ANN401
        """Add a whole variable that is the sum of others."""
        total = self.problem.add_variable(name, 0, most, "Integer")
        self.exactly([*((part, 1.0) for part in parts), (total, -1.0)], 0.0)
        return total

    def used(self, use: Floats) -> list[tuple[Any, float]]:
        """Return Σ use · y, on totals where all of a total's columns use the same."""
        terms = []
        single = np.ones(len(use), dtype=np.bool_)
        for members, total in self.totals:
            first = float(use[members[0]])
            if (use[members] == first).all():
                single[members] = False
                terms += [(total, first)] if first else []
        return terms + [(self.y[j], float(use[j])) for j in np.flatnonzero(single & (use != 0))]

    def exactly(self, terms: list[tuple[Any, float]], value: float) -> None:
        """Add Σ coefficient · variable = value."""
        self.problem.addConstraint(pulp.LpAffineExpression.from_list(terms) == float(value))

    def knapsack(self, use: Floats, most: float, number: int) -> None:  # noqa: ARG002
        """Add Σ use · y ≤ most; `number` is the limit's, −1 for the budget.

        It is written in whole numbers, next to which what HiGHS forgives is little. Where they are
        large, a half beside the right-hand side sees to it that no plan is lost.
        """
        use, most, _ = in_whole(use, most)
        power = _LARGEST_USE - math.frexp(float(use.max(initial=0.0)))[1]
        if power < 0:
            use, most = np.ldexp(use, power), math.ldexp(most + 0.5, power)
        if float(use.sum()) > most:
            self.at_most(self.used(use), most)

    def add_rows(self, more: Sequence[list[tuple[Any, float]]] = ()) -> list[tuple[Any, float]]:
        """Add z_rl, "row r is covered l times at least", and return what each z and y is worth.

        Σ_l z_rl ≤ Σ y_j over the columns that cover the row, and z_r,l+1 ≤ z_rl where the order
        does not come by itself. Rows marked `without_z` have none: what they add to each rule
        of the instance is told by `more`.
        """
        instance, y = self.instance, self.y
        needed = np.ones(instance.rows, dtype=np.int64)  # levels of each row
        for level in range(instance.gains.shape[1]):
            needed[instance.gains[:, level] > 0] = level + 2
        asked = np.ones(instance.rows, dtype=np.int64)  # highest level a rule asks for
        for rule in instance.rules:
            np.maximum.at(asked, rule.rows, rule.times)
        needed = np.maximum(needed, asked)
        worth: list[tuple[Any, float]] = [
            (y[j], float(instance.profit[j])) for j in np.flatnonzero(instance.profit)
        ]
        z: list[list[Any]] = []
        for r in range(instance.rows):
            if self.without_z is not None and self.without_z[r]:
                z.append([])
                continue
            cover = instance.indices[instance.indptr[r] : instance.indptr[r + 1]]
            times = min(int(needed[r]), self.most_times(cover))
            gain = [float(instance.weight[r]), *instance.gains[r]][:times]
            gain += [0.0] * (times - len(gain))
            # the first levels fill first by themselves while each is worth no less than the next;
            # else their order is a rule, and it holds for whole levels only
            ordered = asked[r] <= 1 and all(g >= h for g, h in pairwise(gain))
            kind: Literal["Continuous", "Integer"] = "Continuous" if ordered else "Integer"
            levels = [
                self.problem.add_variable(f"z{r}_{level}", 0, 1, kind) for level in range(times)
            ]
            z.append(levels)
            self.at_most(
                [*((v, 1.0) for v in levels), *((v, -1.0) for v in self.opened(cover))], 0.0
            )
            worth += [(v, g) for v, g in zip(levels, gain, strict=False) if g]
            if not ordered:
                for first, then in pairwise(levels):
                    self.at_most([(then, 1.0), (first, -1.0)], 0.0)
            self._strengthen(cover, levels)
        for number, rule in enumerate(instance.rules):
            terms = [(y[j], float(rule.slope[j])) for j in np.flatnonzero(rule.slope)]
            terms += more[number] if more else []
            terms += [
                (z[r][times - 1], -float(share))
                for r, times, share in zip(rule.rows, rule.times, rule.share, strict=True)
                if share and times <= len(z[r])
            ]
            largest = max((abs(factor) for _, factor in terms), default=0.0)
            if 0.0 < largest < 0.5:  # next to which what HiGHS forgives is much
                power = _BITS_OF_RULES - math.frexp(largest)[1]
                terms = [(variable, math.ldexp(factor, power)) for variable, factor in terms]
                self.at_most(terms, math.ldexp(rule.most, power))
            else:
                self.at_most(terms, rule.most)
        self.z = z
        return worth

    def most_times(self, cover: Ints) -> int:
        """Return how often a row of these columns can be covered."""
        return len(cover)

    def opened(self, cover: Ints) -> list[Any]:
        """Return variables that add up to the open columns of a row, units of a post as one."""
        posts = np.unique(self._stack_of[cover])
        single = cover[self._stack_of[cover] < 0]
        return [self.units[n][1] for n in posts[posts >= 0]] + [self.y[j] for j in single]

    def _strengthen(self, cover: Ints, levels: list[Any]) -> None:
        """Say for a row of coupled columns what the coupling implies for it.

        A covered row needs one of its posts and thereby one of their partners: implied in whole
        numbers, but it tightens the relaxation (750k to 729k at a budget of 100).
        """
        instance = self.instance
        if levels and instance.coupled[cover].all():
            near = [
                instance.near_indices[instance.near_indptr[j] : instance.near_indptr[j + 1]]
                for j in cover
            ]
            partners = np.unique(np.concatenate(near))
            self.at_most([(levels[0], 1.0), *((self.y[m], -1.0) for m in partners)], 0.0)

    def hold(self, worth: list[tuple[Any, float]], held: float, unit: float) -> None:
        """Want no plan below an objective.

        Half a unit of slack excludes every worse plan and forgives the solver's rounding.
        """
        least = held - held_slack(held, unit)
        self.at_most([(variable, -value) for variable, value in worth], -least)

    def differ(self, chosen: Ints) -> None:
        """Want no plan that opens just these columns."""
        is_open = np.zeros(len(self.y), dtype=np.bool_)
        is_open[chosen] = True
        terms = [(y, 1.0 if is_open[j] else -1.0) for j, y in enumerate(self.y)]
        self.at_most(terms, float(is_open.sum()) - 1.0)

    def aim(self, terms: list[tuple[Any, float]]) -> None:
        """Set the objective."""
        self.problem.setObjective(pulp.LpAffineExpression.from_list(terms))

    def _nothing(self) -> Any:  # noqa: ANN401
        """Return a variable that is 0."""
        return self.problem.add_variable(f"nothing{len(self.problem.variables())}", 0, 0)

    def keep(self, worth: list[tuple[Any, float]], **options: Any) -> LiveModel:  # noqa: ANN401
        """Hand the problem over to a solver that stays alive, so that rows can be added to it."""
        self.aim(worth)
        return LiveModel(self.problem, **options)

    def solve(
        self,
        *,
        warm: Ints | None,
        stop: Stop,
        gap: float,
        gap_abs: float,
        known: float | None = None,
        progress: Progress | None = None,
        max_nodes: int | None = None,
    ) -> Answer:
        """Run HiGHS under a stop rule and read back what it proved.

        `known` is what a plan is worth that certainly keeps the model: no answer may exclude it.
        A plan that breaks the budget or a limit by what HiGHS forgives is cut off, and the next
        one asked for.
        """
        for _ in range(_CUTS):
            model = LiveModel(self.problem)
            # PuLP leaves variables out that no row and no price mentions
            at = np.array([model.column.get(y.id, -1) for y in self.y], dtype=np.int64)
            mentioned = at >= 0
            start = None
            if warm is not None and mentioned.any():
                is_open = np.zeros(len(self.y))
                is_open[warm] = 1.0
                start = (at[mentioned], is_open[mentioned])
            found = model.solve(
                stop, gap=gap, gap_abs=gap_abs, start=start, known=known, nodes=max_nodes,
                progress=progress,
            )  # fmt: skip
            answer = Answer(chosen=None, bound=found.bound, infeasible=found.infeasible)
            if found.values is None:
                break
            # a post that is not mentioned stays closed unless required
            values = np.array([y.lowBound for y in self.y], dtype=np.float64)
            values[mentioned] = found.values[at[mentioned]]
            chosen = np.flatnonzero(values > 0.5)
            if self.instance.broken_rule(chosen) is None:
                return replace(answer, chosen=chosen)
            cut = self.instance.cut(chosen)
            if cut is None or stop.reached():
                break
            self.at_most([(self.y[j], 1.0) for j in np.flatnonzero(cut.use)], cut.most)
        return answer
