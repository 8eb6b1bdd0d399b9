"""The engine's public door: maximal covering without any plan or map."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from placement.counts import counted
from placement.cover.cover import Cover
from placement.cover.instance import Instance
from placement.decimals import exceeds, total_of
from placement.errors import InfeasibleError, UsageError
from placement.plan.summary import html_table
from placement.solution import Status, Stopped
from placement.solve.core.incumbent import Trace
from placement.solve.core.stopping import Effort, Progress, Stop
from placement.solve.mclp import solver

_SHOWN = 8


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Result:
    """Sites to open, and what is proven about them.

    Attributes
    ----------
    status
        What is known: ``optimal`` only when proven.
    stopped
        Why the search ended.
    chosen
        (n,) int64, rows of the sites to open, ascending.
    covered
        Weight they cover.
    bound
        No choice within the rules covers more.
    gap
        ``(bound − covered) / covered``.
    cost
        What the sites cost.
    trace
        Moments at which the plan or the bound became better: seconds, objective, bound.
    """

    status: Status
    stopped: Stopped
    chosen: NDArray[np.int64]
    covered: float
    bound: float
    gap: float
    cost: float
    trace: tuple[Trace, ...]

    def __repr__(self) -> str:
        shown = ", ".join(str(site) for site in self.chosen[:_SHOWN].tolist())
        more = ", …" if len(self.chosen) > _SHOWN else ""
        return (
            f"Result({self.status}, {counted(len(self.chosen), 'site')} [{shown}{more}], covered "
            f"{self.covered:,.12g}, bound {self.bound:,.12g}, gap {self.gap:.2%}, cost "
            f"{self.cost:,.10g}, stopped: {self.stopped})"
        )

    def _repr_html_(self) -> str:
        rows = [
            ("status", str(self.status)),
            ("stopped", str(self.stopped)),
            ("sites", f"{len(self.chosen):,}"),
            ("covered", f"{self.covered:,.12g}"),
            ("bound", f"{self.bound:,.12g}"),
            ("gap", f"{self.gap:.2%}"),
            ("cost", f"{self.cost:,.10g}"),
        ]
        return html_table("Result", rows)


def maximise(
    cover: Cover,
    *,
    budget: float,
    cost: ArrayLike | None = None,
    required: Iterable[int] = (),
    excluded: Iterable[int] = (),
    time_limit: float | None = 60.0,
    gap: float = 0.0,
    seed: int = 0,
    progress: Progress | None = None,
) -> Result:
    """Choose sites that cover the most weight within a budget.

    Parameters
    ----------
    cover
        Which sites cover which demand.
    budget
        Most the chosen sites may cost together; with no `cost`, how many there may be.
    cost
        (N,) cost of each site, ≥ 0; one each if None.
    required, excluded
        Rows of sites that must be open, and that must not.
    time_limit
        Seconds, or None. At the limit, as at Ctrl-C, the best plan so far is returned.
    gap
        Relative gap that is good enough; 0 asks for proof.
    seed
        Of the search for a plan; with no time limit the same seed gives the same result.
    progress
        Called with seconds, weight covered and bound.

    Returns
    -------
    Result

    Raises
    ------
    UsageError
        If an argument is out of range.
    InfeasibleError
        If the required sites cost more than the budget, or one of them is excluded.

    References
    ----------
    R. Church and C. ReVelle, "The maximal covering location problem", Papers of the Regional
    Science Association 32, 1974.

    Examples
    --------
    >>> from placement import Cover, maximise
    >>> cover = Cover.from_discs(
    ...     points=[(0, 0), (100, 0), (400, 0)], sites=[(0, 0), (400, 0)], radius=150,
    ...     weight=[3, 4, 5],
    ... )
    >>> result = maximise(cover, budget=1)
    >>> result.chosen, result.covered, result.status.value
    (array([0]), 7.0, 'optimal')
    """
    for name, value in (("budget", budget), ("gap", gap), ("time_limit", time_limit)):
        if name != "time_limit" or value is not None:
            _check_number(name, value)
    stop = Stop(time_limit)
    costs = np.ones(cover.n_sites) if cost is None else _costs(cost, cover)
    must, must_not = _flags("required", required, cover), _flags("excluded", excluded, cover)
    if (must & must_not).any():
        site = int(np.flatnonzero(must & must_not)[0])
        raise InfeasibleError(f"site {site} is both required and excluded; decide for one.")
    if exceeds(costs[must], budget):
        raise InfeasibleError(
            f"the required sites cost {total_of(costs[must]):.10g}, the budget is {budget:.10g}; "
            "raise the budget or require fewer.",
            rules=("required", "budget"),
        )
    instance = Instance.build(
        indptr=cover.indptr,
        indices=cover.indices,
        weight=cover.weight,
        cost=costs,
        budget=float(budget),
        required=must,
        excluded=must_not,
    )
    effort = Effort(stop=stop, gap=gap, seed=seed, progress=progress)
    with stop.catching_interrupts():
        outcome = solver.solve(instance, effort)
    chosen = np.flatnonzero(must) if outcome.chosen is None else outcome.chosen
    return Result(
        status=outcome.status,
        stopped=outcome.stopped,
        chosen=chosen,
        covered=cover.evaluate(chosen),
        bound=outcome.bound,
        gap=outcome.gap,
        cost=total_of(costs[chosen]),
        trace=outcome.trace,
    )


def _check_number(name: str, value: object) -> None:
    """Refuse what is not a number of 0 or more."""
    number = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(
        value, bool
    )
    if not number or not value >= 0:  # type: ignore[operator] # a number by now
        raise UsageError(f"{name} is {value!r}: give a number of 0 or more.")


def _costs(cost: ArrayLike, cover: Cover) -> NDArray[np.float64]:
    """Return one cost a site."""
    given = np.asarray(cost)
    numbers = given.dtype.kind in "iuf" or given.size == 0
    costs = given.astype(np.float64) if numbers else np.zeros(0)
    if costs.shape != (cover.n_sites,) or not np.all(np.isfinite(costs) & (costs >= 0)):
        raise UsageError(f"cost must hold {cover.n_sites} finite numbers of 0 or more.")
    return costs


def _flags(name: str, sites: Iterable[int], cover: Cover) -> NDArray[np.bool_]:
    """Return a mask of sites that are named by their rows."""
    flags = np.zeros(cover.n_sites, dtype=np.bool_)
    if isinstance(sites, str | bytes) or not isinstance(sites, Iterable):
        raise UsageError(f"{name} is {sites!r}: give a list of row numbers of sites.")
    for site in sites:
        if isinstance(site, bool | np.bool_):
            raise UsageError(
                f"{name} holds {bool(site)}: it takes row numbers of sites, and not a mask; "
                f"give numpy.flatnonzero(mask)."
            )
        if not isinstance(site, int | np.integer):
            raise UsageError(
                f"{name} holds {site!r}: give the row numbers of sites, which are whole numbers."
            )
        if not 0 <= site < cover.n_sites:
            raise UsageError(f"{name} names site {site}; sites are 0 to {cover.n_sites - 1}.")
        if flags[site]:
            raise UsageError(f"{name} names site {site} twice; name it once.")
        flags[site] = True
    return flags
