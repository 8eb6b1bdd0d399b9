"""What is asked, as immutable arrays: sites, resources, demand and the rules between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from placement.arrays import Bools, Floats, Ints
from placement.plan.entry import Entry
from placement.plan.points import Demand, Sites
from placement.plan.post_id import PostId
from placement.plan.resources import OWN, LanesRule, Near, Resource, SiteStatus, Walkers
from placement.plan.ruled import Backup, Floor, Group, Rings, Way
from placement.plan.shapes import ClosureRule, Crowd, Shape
from placement.reading.held import Source

if TYPE_CHECKING:
    from scipy.sparse import csr_array
    from shapely.geometry.base import BaseGeometry

    from placement.plan.settings import Settings

__all__ = [
    "OWN",
    "Backup",
    "DayPeriod",
    "Demand",
    "Entry",
    "Floor",
    "Group",
    "LanesRule",
    "Near",
    "Plan",
    "Problem",
    "Resource",
    "Rings",
    "SiteStatus",
    "Sites",
    "Walkers",
    "Way",
]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Problem:
    """Everything the choice depends on, validated once, never changed.

    Attributes
    ----------
    budget
        Most the plan may cost.
    resources
        The K resources, in the order of their identifiers.
    sites
        The N candidate positions.
    demand
        The M demand points.
    floors, groups
        Rules beside the budget and the resources' own.
    backup
        By position of the resource: where its second post counts.
    entries
        By position of the resource: by which of its posts whom may enter; of others, anybody.
    barriers
        Kinds of barriers: they cover nobody, and stand behind the resources in the columns of
        `sites` and wherever posts are told by position.
    ways
        The ways through the perimeter, each of which is sealed, by identifier.
    rings
        Perimeters one inside another, whose gates people pass one after the other; None where one
        gate is all they pass.
    """

    budget: float
    resources: tuple[Resource, ...]
    sites: Sites
    demand: Demand
    floors: tuple[Floor, ...] = ()
    groups: tuple[Group, ...] = ()
    backup: Mapping[int, Backup] = field(default_factory=dict)
    entries: Mapping[int, Entry] = field(default_factory=dict)
    barriers: tuple[Resource, ...] = ()
    ways: tuple[Way, ...] = ()
    rings: Rings | None = None

    @property
    def means(self) -> tuple[Resource, ...]:
        """The resources, and the kinds of barriers after them."""
        return (*self.resources, *self.barriers)

    @property
    def posted(self) -> Bools:
        """(N,) bool, which sites are candidates of a resource; the others are for barriers."""
        return np.asarray(self.sites.allowed[:, : len(self.resources)].any(axis=1))

    @property
    def laned(self) -> int | None:
        """Position of the resource whose units are lanes, or None."""
        found = [at for at, kind in enumerate(self.resources) if kind.lanes is not None]
        return found[0] if found else None

    def resource_index(self, resource: str) -> int:
        """Return the position among the means; `ValueError` if there is none of that name."""
        return [r.id for r in self.means].index(resource)

    def people_of(self, position: int) -> Floats:
        """Return (M,) float64, the people whom a resource counts: those of its periods."""
        serves = self.resources[position].periods
        if serves is None:
            return self.demand.people
        return np.where(np.isin(self.demand.period, serves), self.demand.people, 0.0)

    def lane_people(self, position: int) -> Floats:
        """Return (N,) float64, people one lane admits over the window at each site, as planned.

        Raises
        ------
        ValueError
            If the resource at that position has no lanes.
        """
        rule = self.resources[position].lanes
        if rule is None:
            raise ValueError("no resource of the problem has lanes")
        usual = np.full(len(self.sites), rule.lane_people)
        if position not in self.entries:
            return usual
        own = self.entries[position].headroom
        return np.where(np.isnan(own), usual, rule.lane_people / rule.headroom * own)

    def post_id(self, site: int, resource: int) -> str:
        """Return how the post of a site and a resource, by their positions, is named."""
        return str(PostId(self.sites.id[site], self.means[resource].id))

    def units_of(self, posts: Mapping[str, int]) -> Ints:
        """Return (N, K) int64, the units of posts by name as a table, 0 where there is none."""
        found = np.zeros(self.sites.allowed.shape, dtype=np.int64)
        place = {site: at for at, site in enumerate(self.sites.id)}
        for name, many in posts.items():
            site, resource = PostId.parse(name)
            found[place[site], self.resource_index(resource)] = many
        return found


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DayPeriod:
    """A part of the day with people, streets and directions of its own.

    Attributes
    ----------
    name, label
        Identifier, and the name to show by language.
    begins, ends
        Minutes after midnight, 0 to 2880.
    points
        (n,) int64, positions of its people among those of the plan, ascending.
    closed
        Identifiers of the closures that hold, in order.
    plan
        The plan as it is in this period: its people alone, on its own ground; all its closures
        hold. What binds posts is that of the whole plan, and so are costs.
    """

    name: str
    label: Mapping[str, str]
    begins: int
    ends: int
    points: NDArray[np.int64]
    closed: tuple[str, ...]
    plan: "Plan"


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Plan:
    """What is asked: the plan file, its layers, and the problem they make.

    Attributes
    ----------
    file
        The plan file.
    settings
        The plan file's content after validation.
    crs
        Coordinate system of all metres, e.g. ``"EPSG:2154"``.
    problem
        Sites, resources, demand and budget as arrays.
    streets
        The street layer: its path, lines or a network in memory, or None where there is none.
    walk_s
        (M, N) sparse, walking times in seconds between demand points and sites that were given in
        place of streets, pairs that cannot be walked left out; None where walks are measured.
    route, water, areas, barriers
        Shapes of these layers, in the order of their identifiers; empty where the plan has none.
        `areas` are the areas people stand in; `barriers` are those of the layer ``rail`` and those
        of the layer ``barriers``.
    ways
        Lines across the ways through the perimeter, in the order of ``problem.ways``.
    perimeter
        The ground that is sealed, metres; None where nothing is.
    closing
        Closed streets, those of this run included.
    crowds
        Where walking is slow.
    background
        What maps are drawn on, see `placement.plan.background`.
    at
        Minute of the day the plan is made for, 0 to 1439; None takes all closures at once.
    closed
        Files and names of streets that were closed for this run alone.
    layers
        File names (not paths) of the layers in use, by layer name.
    replaced
        Those of them that stand in for the plan's own for this run.
    limits
        Most units set for this run, by resource.
    headroom
        Share of what lanes admit that this run plans with, where it is not the plan file's.
    warnings
        Sentences about inputs that are usable but worth a look.
    digests
        SHA-256 of what it was read from, by layer, ``plan`` for the plan file; that of the streets
        apart, see `placement.plan.digests`.
    inputs
        Every file it was read from, the plan file first: what is made of it never replaces them.
    parts
        By name of a layer in parts, those of a period as ``"<period>:demand"``: its files.
    periods
        The parts of the day, in their order; empty where the plan has none. Streets, closures and
        crowds of the plan itself are then walked on between posts alone.
    """

    file: Path
    settings: "Settings"
    crs: str
    problem: Problem
    streets: Source | None = None
    walk_s: "csr_array | None" = None
    route: tuple[Shape, ...] = ()
    water: tuple[Shape, ...] = ()
    areas: tuple[Shape, ...] = ()
    barriers: tuple[Shape, ...] = ()
    ways: tuple[Shape, ...] = ()
    perimeter: "BaseGeometry | None" = None
    closing: tuple[ClosureRule, ...] = ()
    crowds: tuple[Crowd, ...] = ()
    background: tuple[Shape, ...] = ()
    at: int | None = None
    closed: tuple[str, ...] = ()
    layers: Mapping[str, str] = field(default_factory=dict)
    replaced: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)
    headroom: float | None = None
    warnings: tuple[str, ...] = ()
    digests: Mapping[str, str] = field(default_factory=dict)
    inputs: tuple[Path, ...] = ()
    parts: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    periods: tuple[DayPeriod, ...] = ()

    @classmethod
    def from_frames(  # noqa: PLR0913 - one for each table of the plan file
        cls,
        *,
        resources: Mapping[str, Any],
        budget: float | Mapping[str, Any],
        name: str = "plan",
        title: str | Mapping[str, str] | None = None,
        crs: str | None = None,
        walking: Mapping[str, Any] | None = None,
        floors: Sequence[Mapping[str, Any]] = (),
        groups: Sequence[Mapping[str, Any]] = (),
        zones: Sequence[Mapping[str, Any]] = (),
        rings: Sequence[Mapping[str, Any]] = (),
        sealed: Mapping[str, Any] | None = None,
        periods: Sequence[Mapping[str, Any]] = (),
        closed_streets: Sequence[Mapping[str, Any]] = (),
        walk_s: object = None,
        **layers: object,
    ) -> "Plan":
        """Make a plan without any file.

        Everything is checked as in a plan file and its layers, by the same code: columns,
        defaults and messages are those of files.

        Parameters
        ----------
        resources
            The means by identifier, each with the keys of ``[resources.<id>]`` in a plan file.
        budget
            Most the plan may cost, or ``{"amount": …, "unit": …}``.
        name, title, crs
            As in a plan file. `crs` is by default that of a network given as `streets`, else the
            UTM zone at the middle of the sites and the route.
        walking
            The keys of ``[walking]``.
        floors, groups, zones
            The tables ``[[floors]]``, ``[[groups]]`` and ``[[zones]]`` (ticket zones).
        rings
            The tables ``[[rings]]``: perimeters one inside another, from the outside in.
        sealed
            The table ``[sealed]``: every way of the layer ``ways`` has a post or a barrier.
        periods
            The tables ``[[periods]]``; what `layers` of one holds may be as those below.
        closed_streets
            The tables ``[[closures]]``: streets closed by name. The keyword ``closures`` is the
            layer.
        walk_s
            Walking times in seconds in place of `streets`: a DataFrame (index: identifiers of
            demand points, columns: identifiers of sites), an xarray DataArray of the two, or a
            plain or scipy.sparse matrix with a row for each row of the layers ``demand`` and then
            ``areas``, and a column for each row of ``sites``. NaN, infinity and what is missing
            cannot be walked; a stored 0 is a walk of 0 s. The row of an area stands for all its
            points, and that of a point for its people who walk without steps, unless
            ``"<id>~step-free"`` has a row too. Times hold in both directions. Walks between two
            sites, where a rule asks for them, are straight lines times the detour factor.
        **layers
            ``sites`` and at least one of ``demand`` and ``areas``; ``streets``, ``route``,
            ``arrivals``, ``water``, ``rail``, ``barriers``, ``closures``, ``crowd``,
            ``background``. Each is a GeoDataFrame in any coordinate system, a DataFrame with
            columns ``lon`` and ``lat`` (degrees, WGS 84), or the path of a file. ``streets`` may
            also be an OSMnx or NetworkX walking graph (nodes with x and y; edges may have a
            geometry and OpenStreetMap's keys) or a `placement.streets.Streets` network.

        Returns
        -------
        Plan

        Raises
        ------
        UsageError
            If a layer is unknown, or of a type that holds none.
        InputError
            If a setting, a frame or a row cannot be used; it names the keyword as its file.
        InfeasibleError
            If the required posts alone break a rule.

        Examples
        --------
        >>> import pandas as pd
        >>> plan = Plan.from_frames(
        ...     sites=pd.DataFrame({"id": ["a", "b"], "lon": [2.30, 2.31], "lat": [48.86, 48.86]}),
        ...     demand=pd.DataFrame(
        ...         {"id": ["p", "q"], "lon": [2.301, 2.309], "lat": [48.86, 48.86],
        ...          "people": [100, 250]}
        ...     ),
        ...     resources={"team": {"walk_limit_min": 5, "unit_cost": 1}},
        ...     budget=1,
        ... )
        >>> plan
        Plan 'plan': 2 sites, 2 demand points with 350 people, budget 1 units of cost
          resources: team (5 min)
          walks: straight lines × 1.3, crs EPSG:32631
        """
        build = import_module("placement.plan.frames").plan_from_frames
        plan = build(
            {
                "name": name,
                "title": title,
                "crs": crs,
                "budget": budget,
                "walking": walking,
                "resources": resources,
                "floors": floors,
                "groups": groups,
                "zones": zones,
                "rings": rings,
                "sealed": sealed,
                "closures": closed_streets,
                "periods": periods or None,
            },
            layers,
            walk_s=walk_s,
        )
        assert isinstance(plan, Plan)  # noqa: S101 - for the type checker
        return plan

    def __repr__(self) -> str:
        return str(import_module("placement.plan.summary").plan_text(self))

    def _repr_html_(self) -> str:
        return str(import_module("placement.plan.summary").plan_html(self))

    @property
    def closures(self) -> tuple[Shape, ...]:
        """Shapes of the closures that are drawn, whatever their hours."""
        return tuple(rule.shape for rule in self.closing if rule.shape is not None)

    @property
    def screening(self) -> DayPeriod | None:
        """The period in which lanes are open; None without lanes, or without periods."""
        if self.problem.laned is None or not self.periods:
            return None
        serves = self.problem.resources[self.problem.laned].periods
        return self.periods[0 if serves is None else serves[0]]

    @property
    def timed(self) -> bool:
        """Whether a closure has hours, so that the time of day matters."""
        return any(rule.hours is not None for rule in self.closing)
