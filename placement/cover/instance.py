"""The covering problem in rows and columns: what every room that solves reads."""

import math
from dataclasses import dataclass, field, replace
from typing import TypedDict, Unpack

import numpy as np

from placement.arrays import Bools, Floats, Ints
from placement.decimals import MOST_STEPS, exceeds

_MOST_BITS, _BITS = 24, 10  # of the largest number of a rule: at most, and where it is brought to


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Limit:
    """A rule Σ use[j] · y[j] ≤ most over the open columns (fleet, number of posts, a clique).

    Attributes
    ----------
    name
        The rule in the plan file's own words, e.g. ``"resources.dog_team.fleet"``.
    use
        (C,) float64, ≥ 0.
    most
        Right-hand side.
    """

    name: str
    use: Floats
    most: float

    def broken(self, is_open: Bools) -> bool:
        """Tell whether open columns, (C,) bool, use more than there is, as decimals."""
        return exceeds(self.use[is_open], self.most)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Rule:
    """A rule Σ slope[j] · y[j] − Σ share[r] · (row r is covered `times[r]` times) ≤ most.

    What limits cannot say: floors of coverage, changes against an agreed plan. Slopes may have
    either sign, shares may not be negative, so that more cover never breaks a rule.

    Attributes
    ----------
    name
        The rule in the plan file's own words.
    slope
        (C,) float64.
    rows, times, share
        (n,) int64, (n,) int64 ≥ 1, (n,) float64 ≥ 0: rows that count, how often they must be
        covered to count, and for how much.
    most
        Right-hand side.
    """

    name: str
    slope: Floats
    rows: Ints
    times: Ints
    share: Floats
    most: float

    @property
    def unit(self) -> float:
        """What a tolerance is a share of where the right-hand side is small: 1 at most."""
        largest = max(np.abs(self.slope).max(initial=0.0), self.share.max(initial=0.0))
        return min(1.0, float(largest)) or 1.0  # nothing may be left to count once lanes are known

    def middling(self) -> "Rule":
        """Return the same rule with a largest number of a size that solvers are made for.

        Multiplied by a power of two, so that nothing is rounded: what solvers forgive is absolute,
        and all of a rule that counts millionths.
        """
        largest = max(np.abs(self.slope).max(initial=0.0), self.share.max(initial=0.0))
        power = math.frexp(float(largest))[1]
        if not largest or 0 <= power <= _MOST_BITS:
            return self
        return replace(
            self,
            slope=np.ldexp(self.slope, _BITS - power),
            share=np.ldexp(self.share, _BITS - power),
            most=math.ldexp(self.most, _BITS - power),
        )


class _Further(TypedDict, total=False):
    """What an instance need not have; see `Instance`."""

    required: Bools | None
    excluded: Bools | None
    limits: tuple[Limit, ...]
    near_indptr: Ints | None
    near_indices: Ints | None
    coupled: Bools | None
    gains: Floats | None
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Instance:
    """Maximise the weight of the covered rows, within a budget and the side rules.

    Columns are candidate posts (a site and a resource) in canonical order; rows are groups of
    demand with the same covering columns. A row counts once, when at least one of its columns is
    open, and more for every further column as far as `gains` say so.

    Attributes
    ----------
    indptr, indices
        Rows in compressed form: columns ``indices[indptr[r]:indptr[r + 1]]`` cover row ``r``,
        ascending. ``indptr`` (R + 1,) int64, ``indices`` (nnz,) int64.
    weight
        (R,) float64, > 0, worth of the row.
    profit
        (C,) float64, ≥ 0, worth of opening the column whatever else is open (rows that no other
        column covers end up here; zero before reduction).
    cost
        (C,) float64, ≥ 0.
    budget
        Σ cost · y ≤ budget.
    required, excluded
        (C,) bool: must be open, must stay closed.
    limits
        Further rules of the same form as the budget.
    near_indptr, near_indices
        For a coupled column j, at least one of ``near_indices[near_indptr[j]:near_indptr[j + 1]]``
        must be open if j is. (C + 1,) and (any,) int64.
    coupled
        (C,) bool: which columns are bound by that rule (a coupled column without neighbours can
        never open).
    gains
        (R, L) float64, ≥ 0: worth of covering the row a second, third, … time. L is 0 in a plain
        instance.
    rules
        Rules of any other form; none in a plain instance.
    """

    indptr: Ints
    indices: Ints
    weight: Floats
    profit: Floats
    cost: Floats
    budget: float
    required: Bools
    excluded: Bools
    limits: tuple[Limit, ...]
    near_indptr: Ints
    near_indices: Ints
    coupled: Bools
    gains: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    rules: tuple[Rule, ...] = ()

    def __post_init__(self) -> None:
        columns = len(self.cost)
        if self.gains.size == 0:
            object.__setattr__(self, "gains", np.zeros((self.rows, 0)))
        if not (
            len(self.indptr) == len(self.weight) + 1
            and len(self.profit) == len(self.required) == len(self.excluded) == columns
            and len(self.coupled) == columns
            and len(self.near_indptr) == columns + 1
            and all(len(limit.use) == columns for limit in self.limits)
            and self.gains.ndim == 2
            and len(self.gains) == len(self.weight)
            and all(len(rule.slope) == columns for rule in self.rules)
        ):
            raise ValueError("arrays of an instance do not fit each other")
        for array in (
            self.indptr,
            self.indices,
            self.weight,
            self.profit,
            self.cost,
            self.required,
            self.excluded,
            self.near_indptr,
            self.near_indices,
            self.coupled,
            self.gains,
            *(limit.use for limit in self.limits),
        ):
            array.setflags(write=False)

    @classmethod
    def build(
        cls,
        *,
        indptr: Ints,
        indices: Ints,
        weight: Floats,
        cost: Floats,
        budget: float,
        **further: Unpack[_Further],
    ) -> "Instance":
        """Build an instance, leaving out the rules it does not have."""
        columns = len(cost)
        required, excluded = further.get("required"), further.get("excluded")
        near_indptr, near_indices = further.get("near_indptr"), further.get("near_indices")
        coupled, gains = further.get("coupled"), further.get("gains")
        none = np.zeros(columns, dtype=np.bool_)
        return cls(
            indptr=indptr.astype(np.int64),
            indices=indices.astype(np.int64),
            weight=weight.astype(np.float64),
            profit=np.zeros(columns),
            cost=cost.astype(np.float64),
            budget=float(budget),
            required=none.copy() if required is None else required.copy(),
            excluded=none.copy() if excluded is None else excluded.copy(),
            limits=further.get("limits", ()),
            near_indptr=np.zeros(columns + 1, dtype=np.int64)
            if near_indptr is None
            else near_indptr.astype(np.int64),
            near_indices=np.zeros(0, dtype=np.int64)
            if near_indices is None
            else near_indices.astype(np.int64),
            coupled=none.copy() if coupled is None else coupled.copy(),
            gains=np.zeros((0, 0)) if gains is None else gains.astype(np.float64),
            rules=further.get("rules", ()),
        )

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.weight)

    @property
    def columns(self) -> int:
        """Number of columns."""
        return len(self.cost)

    @property
    def plain(self) -> bool:
        """Whether rows count once and there are no rules beyond limits and coupling."""
        return self.gains.shape[1] == 0 and not self.rules

    def times_covered(self, chosen: Ints) -> Ints:
        """Count how many open columns cover each row.

        Parameters
        ----------
        chosen
            Open columns.

        Returns
        -------
        (R,) int64
        """
        is_open = np.zeros(self.columns, dtype=np.int64)
        is_open[chosen] = 1
        counts = np.concatenate([[0], np.cumsum(is_open[self.indices])])
        return np.asarray(counts[self.indptr[1:]] - counts[self.indptr[:-1]])

    def covered_rows(self, chosen: Ints) -> Bools:
        """Tell which rows a choice of columns covers, (R,) bool."""
        return self.times_covered(chosen) > 0

    def value(self, chosen: Ints) -> float:
        """Return the objective of a choice of columns: what rows and columns are worth.

        The sum is exact, and rounded once.
        """
        times = self.times_covered(chosen)
        parts = [self.weight[times > 0], self.profit[chosen]]
        parts += [self.gains[times > level + 1, level] for level in range(self.gains.shape[1])]
        worths = np.concatenate(parts)
        if (worths == np.floor(worths)).all():
            with np.errstate(over="ignore"):
                worth = float(worths.sum())
            if abs(worth) < MOST_STEPS:
                return worth
        return math.fsum(worths.tolist())

    def broken_rule(self, chosen: Ints, *, tolerance: float = 1e-9) -> str | None:
        """Name the first rule that a choice of columns breaks, or None if it keeps them all.

        Budget and limits are exact; `tolerance` is for what `rules` count.
        """
        is_open = np.zeros(self.columns, dtype=np.bool_)
        is_open[chosen] = True
        if (is_open & self.excluded).any():
            return "excluded"
        if (self.required & ~is_open).any():
            return "required"
        budget = Limit(name="budget", use=self.cost, most=self.budget)
        if budget.broken(is_open):
            return budget.name
        over = self.broken_limits(chosen)
        if over:
            return self.limits[over[0]].name
        for column in np.flatnonzero(is_open & self.coupled):
            near = self.near_indices[self.near_indptr[column] : self.near_indptr[column + 1]]
            if not is_open[near].any():
                return "near"
        broken = self.broken_rules(chosen, tolerance=tolerance)
        return self.rules[broken[0]].name if broken else None

    def broken_limits(self, chosen: Ints) -> list[int]:
        """Return the positions of the `limits` that a choice of columns breaks, ascending."""
        is_open = np.zeros(self.columns, dtype=np.bool_)
        is_open[chosen] = True
        return [at for at, limit in enumerate(self.limits) if limit.broken(is_open)]

    def cut(self, chosen: Ints) -> Limit | None:
        """Return a limit that cuts off columns which break the budget or a limit, or None.

        Of the columns that are too dear together, the dearest that are; with them stand those that
        are no cheaper (an extended cover: Balas, Math. Programming 8, 1975).
        """
        for limit in (Limit(name="budget", use=self.cost, most=self.budget), *self.limits):
            if not exceeds(limit.use[chosen], limit.most):
                continue
            dearest = chosen[np.argsort(-limit.use[chosen], kind="stable")]
            count = next(
                n for n in range(1, len(dearest) + 1) if exceeds(limit.use[dearest[:n]], limit.most)
            )
            use = (limit.use >= limit.use[dearest[0]]).astype(np.float64)
            use[dearest[:count]] = 1.0
            return Limit(name=limit.name, use=use, most=count - 1.0)
        return None

    def broken_rules(self, chosen: Ints, *, tolerance: float = 1e-9) -> list[int]:
        """Return the positions of the `rules` that a choice of columns breaks, ascending."""
        if not self.rules:
            return []
        is_open = np.zeros(self.columns, dtype=np.bool_)
        is_open[chosen] = True
        times = self.times_covered(chosen)
        broken = []
        for at, rule in enumerate(self.rules):
            met = times[rule.rows] >= rule.times
            left = float(rule.slope[is_open].sum() - rule.share[met].sum())
            if left > rule.most + tolerance * max(rule.unit, abs(rule.most)):
                broken.append(at)
        return broken

    def plainly(self) -> "Instance":
        """Return the instance without rules and gains: rows count once."""
        return replace(self, gains=np.zeros((self.rows, 0)), rules=())

    def with_budget(self, budget: float) -> "Instance":
        """Return the same instance with another budget."""
        return replace(self, budget=float(budget))
