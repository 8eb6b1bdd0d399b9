"""What comes out: a status, a plan, and what is proven about it."""

import hashlib
import json
import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import import_module
from pathlib import PurePath
from typing import TYPE_CHECKING, Protocol

from placement.counts import counted
from placement.cover.area_walks import AreaWalks
from placement.errors import UsageError
from placement.solution_parts import (
    Admission,
    Arriving,
    Barriers,
    Changes,
    Coverage,
    Gate,
    Kept,
    Part,
    Period,
    Post,
    Reverse,
    RingPassed,
    Route,
    Tier,
    Unsnapped,
    Walk,
)

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from placement.plan.problem import Plan

__all__ = [
    "SEALED",
    "STAGES",
    "Admission",
    "Arriving",
    "Barriers",
    "Changes",
    "Coverage",
    "Gate",
    "Kept",
    "MapPage",
    "Part",
    "Period",
    "Post",
    "Reverse",
    "RingPassed",
    "Route",
    "Solution",
    "Status",
    "Stopped",
    "Tier",
    "Unsnapped",
    "Walk",
    "list_unproven",
    "plan_of",
    "remember",
]

SEALED = "sealed"
"""What the rule that every way is sealed is called among `Solution.rules`."""
STAGES = ("step_free", "walk", "cost", "posts", "ids")
"""How plans of equal worth are told apart, in this order; the first in plans with lanes alone."""


def list_unproven(stage: str, gap: float | None = None) -> dict[str, float | None]:
    """Say that a stage of the choice among equals is not proven, and none that comes after it.

    Parameters
    ----------
    stage
        One of `STAGES`.
    gap
        How far the plan may be from the best of that stage, as a share.
    """
    return {stage: gap} | dict.fromkeys(STAGES[STAGES.index(stage) + 1 :])


class Status(StrEnum):
    """What is known about a plan; why the search stopped is told apart, by `Stopped`."""

    OPTIMAL = "optimal"
    """Proven: no plan within the rules has a higher objective."""
    FEASIBLE = "feasible"
    """Keeps every rule; the bound says how much better a plan could be at most."""
    PROPOSED = "proposed"
    """Made by hand: its figures hold, it may break rules, and nothing is claimed for it."""
    INFEASIBLE = "infeasible"
    """Proven: no plan keeps every rule."""
    UNKNOWN = "unknown"
    """Neither a plan nor a proof that there is none."""


class Stopped(StrEnum):
    """Why the search stopped."""

    PROVEN = "proven"
    GAP = "gap"
    ROUNDING = "rounding"
    """What is left of the gap is too small for the arithmetic of the solvers to settle."""
    TIME_LIMIT = "time limit"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True, weakref_slot=True, repr=False, kw_only=True)
class Solution:
    """The posts chosen, with what is proven about them.

    Attributes
    ----------
    plan
        Name of the plan.
    budget, budget_unit
        What could be spent.
    cost
        What is spent.
    status
        What is known.
    objective
        Σ value · priority · people covered, over the resources; people covered twice and units
        that may be unavailable count as the plan says, and changes against an agreed plan take off
        their price.
    bound
        No plan within the rules has a higher objective than this; with tiers, the sum of theirs. A
        proposed plan that breaks rules may have more. Infinite where it is not known.
    gap
        ``(bound − objective) / objective``: 0 where both are equal, or a proposed plan has more;
        infinite where only the objective is 0, or the bound is not known.
    coverage
        By resource identifier.
    barriers
        By kind: how many stand, and what they cost; empty where no perimeter is sealed. Each is
        among `posts_list`, with its kind for a resource, and covers nobody.
    walking
        ``"streets"``, ``"straight line"`` or ``"given times"``.
    walk
        Second stage, or None where it did not run.
    posts_list
        Posts in the order of their identifiers.
    layers
        File names of the layers that were replaced for this run, by layer name.
    limits
        Limits set for this run, by resource.
    headroom
        Share of what lanes admit that the run planned with; None where it is the plan's own.
    tiers
        By tier, in order; empty in a plan without tiers.
    rules
        How floors, groups and separation are kept, by name.
    changes
        Against the agreed plan, or None where there was none.
    lock, forbid
        Posts that had to be open, or closed, in this run.
    reverse
        What was asked of the cheapest plan, or None where a budget was given.
    lanes
        Who passes which gate when, or None in a plan without lanes.
    at
        Time of day the posts were chosen for, ``"HH:MM"``; None where it makes no difference, or
        where all closures were taken at once.
    closures
        Files and names of streets that were closed for this run.
    attribution
        What is owed to those who made the streets; None for streets of one's own.
    unsnapped
        Points too far from any street, or None where there are none.
    periods
        The day, part by part, where closures have hours; empty elsewhere.
    areas
        By resource and area: how long its people walk to their nearest post.
    version
        Version of placement that found the solution, or None where its file does not say.
    overrides
        Members of the solution in which the run asked other than its plan file says, in order; None
        where a file does not tell.
    digests
        SHA-256 of what it was made from, by layer; ``plan`` is the plan file, ``baseline`` the
        agreed plan. Free of the order of rows and of formatting. Null where a file does not tell.
    stopped
        Why the search stopped; not part of the written solution.
    """

    plan: str
    budget: float
    budget_unit: str
    cost: float
    status: Status
    objective: float
    bound: float
    gap: float
    coverage: Mapping[str, Coverage]
    walking: str
    posts_list: tuple[Post, ...]
    walk: Walk | None = None
    layers: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)
    headroom: float | None = None
    tiers: tuple[Tier, ...] = ()
    rules: Mapping[str, Kept] = field(default_factory=dict)
    barriers: Mapping[str, Barriers] = field(default_factory=dict)
    changes: Changes | None = None
    lock: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    reverse: Reverse | None = None
    lanes: Admission | None = None
    at: str | None = None
    closures: tuple[str, ...] = ()
    attribution: str | None = None
    unsnapped: Unsnapped | None = None
    periods: tuple[Period, ...] = ()
    areas: Mapping[str, Mapping[str, AreaWalks]] = field(default_factory=dict)
    version: str | None = None
    overrides: tuple[str, ...] | None = None
    digests: Mapping[str, str] | None = None
    stopped: Stopped | None = field(default=None, compare=False)

    @property
    def without_barriers(self) -> tuple[Post, ...]:
        """The posts of resources: all of `posts_list` but the barriers."""
        return tuple(post for post in self.posts_list if post.resource not in self.barriers)

    @property
    def has_open_walks(self) -> bool:
        """Whether the search ended before it was settled if a plan as good has shorter walks.

        Mean walks of such a plan say how long its people walk, and not how long they need to. A
        plan made by hand was not chosen among others as good.
        """
        return (
            self.status is not Status.PROPOSED
            and self.walk is not None
            and "walk" in self.walk.unproven
        )

    @property
    def digest(self) -> str:
        """SHA-256 of what the canonical text holds, whatever its layout and its file.

        Members are taken in the order of their names, without spaces between them.

        Raises
        ------
        UsageError, ValueError
            As `placement.write_solution`, for what no file can hold.
        """
        text: str = import_module("placement.review.geojson").solution_text(self)
        held = json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(held.encode()).hexdigest()

    @property
    def posts(self) -> "gpd.GeoDataFrame":
        """Posts as a GeoDataFrame (points, WGS 84), indexed by ``"<site>/<resource>"``.

        Returns
        -------
        GeoDataFrame
            The index is called ``post``. Columns and their types are the same for any number of
            posts: ``site``, ``name`` and ``resource`` (text), ``units`` (int64), ``cost`` (float64,
            in the unit of the budget), ``covered`` and ``only`` (float64, people), ``geometry``; in
            plans with lanes also ``admitted`` (float64, people), ``longest_wait_min`` (float64,
            minutes, NaN where none) and ``clears`` (text ``"HH:MM"`` or None).
        """
        import geopandas as gpd  # noqa: PLC0415 - heavy, and only wanted by callers in Python
        import pandas as pd  # noqa: PLC0415
        from shapely import points  # noqa: PLC0415

        names = _POST_COLUMNS | (_LANE_COLUMNS if self.lanes is not None else {})
        return gpd.GeoDataFrame(
            {
                name: pd.Series([getattr(post, name) for post in self.posts_list], dtype=kind)
                for name, kind in names.items()
            },
            geometry=points([(post.lon, post.lat) for post in self.posts_list])
            if self.posts_list
            else [],
            crs="EPSG:4326",
        ).set_index(pd.Index([post.id for post in self.posts_list], dtype=object, name="post"))

    def __repr__(self) -> str:
        shares = ", ".join(
            f"{name} {part.share:.1%} of {counted(part.total, 'person')}"
            for name, part in sorted(self.coverage.items())
        )
        known = f"bound {self.bound:,.10g}, gap {self.gap:.2%}"
        if self.bound == float("inf"):
            known = "bound not known"
        return (
            f"Solution of {self.plan!r}: {self.status}, "
            f"{counted(len(self.posts_list), 'post')}, cost "
            f"{self.cost:,.10g} of {self.budget:,.10g} {self.budget_unit}\n"
            f"  cover: {shares}\n"
            f"  objective {self.objective:,.10g}, {known}"
        )

    def _repr_html_(self) -> str:
        return str(import_module("placement.maps.notebook").solution_html(self, plan_of(self)))

    def explore(self, plan: "Plan | None" = None) -> "MapPage":
        """Return the interactive map of the solution, which a notebook shows by itself.

        Parameters
        ----------
        plan
            The plan it answers; None takes the one it was made from in this process.

        Returns
        -------
        placement.maps.notebook.MapPage
            The same page that `placement.write_map` writes: ``html`` is its text, and
            ``to_file(path)`` writes it.

        Raises
        ------
        UsageError
            If the plan is not known, as for a solution that was read from a file.
        InputError
            If the solution has a post that the plan does not know.
        """
        page: MapPage = import_module("placement.maps.notebook").explore(
            self, plan_of(self) if plan is None else plan
        )
        return page

    def to_file(self, path: "str | Path") -> None:
        """Write the solution as GeoJSON, as `placement.write_solution` does.

        Parameters
        ----------
        path
            The file, ``.geojson`` or ``.json``. It appears complete or not at all.

        Raises
        ------
        UsageError
            If the path has another suffix.
        InputError
            If the file cannot be written.
        """
        if not isinstance(path, str | PurePath):
            kind = type(path).__name__
            raise UsageError(f"a solution is written to a path, and not to {kind}.")
        suffix = PurePath(path).suffix.lower()
        if suffix not in {".geojson", ".json"}:
            raise UsageError(
                f"a solution is written as .geojson, and not as {suffix or 'a plain name'!r}; for "
                "other formats use solution.posts.to_file(path)."
            )
        import_module("placement.review.geojson").write_solution(self, path)


class MapPage(Protocol):
    """A map as a page that stands by itself."""

    @property
    def html(self) -> str:
        """The page as text."""

    def to_file(self, path: "str | Path") -> None:
        """Write the page."""

    def _repr_html_(self) -> str: ...


_POST_COLUMNS = {
    "site": object,
    "name": object,
    "resource": object,
    "units": "int64",
    "cost": "float64",
    "covered": "float64",
    "only": "float64",
}
_LANE_COLUMNS = {"admitted": "float64", "longest_wait_min": "float64", "clears": object}

# a solution is compared by its content, and found again here by being the same object
_plans: "dict[int, tuple[weakref.ref[Solution], Plan]]" = {}


def remember(solution: Solution, plan: "Plan") -> None:
    """Keep the plan of a solution at hand, for as long as the solution lives."""
    key = id(solution)
    _plans[key] = weakref.ref(solution, lambda _: _plans.pop(key, None)), plan


def plan_of(solution: Solution) -> "Plan | None":
    """Return the plan that a solution was made from in this process, or None."""
    held = _plans.get(id(solution))
    return held[1] if held is not None and held[0]() is solution else None
