"""From open columns to a solution: people counted, rules measured, what is proven stated."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
from scipy.sparse import csc_array

from placement.arrays import Bools, Floats, Ints
from placement.cover.area_walks import AreaWalks
from placement.cover.areas import areas, walks_by_area
from placement.cover.instance_builder import Posting
from placement.cover.survey import Survey, survey
from placement.decimals import cost_of, total_of
from placement.plan.clock import clock_of
from placement.plan.digests import digests_of
from placement.plan.ground import at_of
from placement.plan.input_names import BASELINE
from placement.plan.post_id import PostId
from placement.plan.problem import Plan, Problem
from placement.solution import (
    SEALED,
    Barriers,
    Changes,
    Coverage,
    Kept,
    Part,
    Post,
    Solution,
    Status,
    Tier,
    Unsnapped,
    Walk,
)
from placement.solve.capacitated.admission import Admitted, worth_of_lanes
from placement.solve.core.gap import relative_gap
from placement.solve.questions.baseline import Wishes, moved, shift
from placement.solve.questions.periods import periods
from placement.solve.questions.solver import Best
from placement.version import __version__

_PLACES = 6  # decimals of the figures that are written
_LAST_PLACE = 10.0**-_PLACES
_LAST_BITS = 1e-12  # relative: what sums of floating-point numbers are off
_PLACES_OF_LANES = 4  # what flows of people leave behind the fourth is dust


def write_up(
    plan: Plan, walks: Survey, best: Best, *, wish: Wishes, units: Ints | None = None
) -> Solution:
    """Count people for every post and resource, and state what is proven.

    Parameters
    ----------
    plan, walks
        What was asked.
    best
        What was found: a plan.
    wish
        What the run had to keep to.
    units
        (N, K) int64, units of every post, 0 where there is none; None takes those of the columns
        that were found.
    """
    problem, posts, outcome, admitted = plan.problem, best.posts, best.outcome, best.admitted
    if best.chosen is None:
        raise ValueError("there is no plan to write up")
    units = _units(problem, posts, best.chosen) if units is None else units
    listed: list[Post] = []
    coverage: dict[str, Coverage] = {}
    mean_s: dict[str, float] = {}
    places = areas(plan)
    by_area: dict[str, Mapping[str, AreaWalks]] = {}
    for position, resource in enumerate(problem.resources):
        people = problem.people_of(position)
        sites = np.flatnonzero(units[:, position])
        table = walks.walk[resource.id][:, sites].tocsc()
        reached = np.bincount(table.indices, minlength=len(people))
        for n, site in enumerate(sites.tolist()):
            mine = table.indices[table.indptr[n] : table.indptr[n + 1]]
            alone = mine[reached[mine] == 1]
            covered, only = math.fsum(people[mine]), math.fsum(people[alone])
            listed.append(_post(problem, units, (site, position), covered=covered, only=only))
        counted = people if admitted is None or admitted.position != position else admitted.people
        coverage[resource.id] = _coverage(
            problem, position, table, reached, units[sites, position], counted
        )
        nearest = np.full(len(people), np.inf)
        np.minimum.at(nearest, table.indices, table.data)
        covered = math.fsum(people[reached > 0])
        on_foot = float(people[reached > 0] @ nearest[reached > 0])
        mean_s[resource.id] = round(on_foot / covered, 1) if covered else 0.0
        by_area[resource.id] = walks_by_area(places, nearest, people)
    for site, position in np.argwhere(units[:, len(problem.resources) :]).tolist():
        where = site, position + len(problem.resources)
        listed.append(_post(problem, units, where, covered=0.0, only=0.0))
    if admitted is not None:
        listed = [_with_queue(post, admitted) for post in listed]
    listed.sort(key=lambda post: post.id)
    # counted anew: the choice among equals may have found a better plan where none was proven, and
    # lanes may have missed a millionth of those whom they admit
    objective = objective_of(problem, walks, units, admitted=admitted)
    if wish.baseline is not None:
        opened, closed = moved(wish, [post.id for post in listed])
        objective -= wish.price * (len(opened) + len(closed))
    tiers = tuple(
        _counted_anew(problem, walks, units, tier, admitted, outcome.status) for tier in best.tiers
    )
    bound = math.fsum(tier.bound for tier in tiers) if tiers else outcome.bound + shift(wish)
    objective, bound, gap = _claimed(objective, bound, outcome.status)
    if outcome.status is not Status.OPTIMAL and tiers:
        tiers = _reaching(tiers, bound)
        bound = max(bound, round(math.fsum(tier.bound for tier in tiers), _PLACES))
        gap = round(relative_gap(objective, bound), 9)
    return Solution(
        plan=plan.settings.name,
        budget=problem.budget,
        budget_unit=plan.settings.budget.unit.en,
        cost=round(_total_cost(problem, units), _PLACES),
        status=outcome.status,
        objective=objective,
        bound=bound,
        gap=gap,
        coverage=coverage,
        barriers=barriers(problem, listed),
        walking=walks.walking,
        posts_list=tuple(listed),
        walk=Walk(
            mean_s=mean_s,
            gap=_share(best.gap),
            unproven={stage: _share(left) for stage, left in best.unproven.items()},
        ),
        layers=plan.replaced,
        limits=plan.limits,
        headroom=plan.headroom,
        tiers=tiers,
        rules=rules_kept(problem, walks, units, admitted=admitted),
        changes=_changes(plan, walks, posts, units, wish),
        lock=wish.lock,
        forbid=wish.forbid,
        lanes=None if admitted is None else admitted.told,
        at=clock_of(plan.at) if plan.timed and plan.at is not None else None,
        closures=plan.closed,
        attribution=_attribution(plan, walks),
        unsnapped=_unsnapped(problem, walks),
        periods=periods(plan, walks, units),
        areas=by_area,
        version=__version__,
        overrides=_overrides(plan, wish),
        digests=_digests(plan, wish),
        stopped=outcome.stopped,
    )


def _attribution(plan: Plan, walks: Survey) -> str | None:
    """Return what is owed to those who made the streets, of all periods; None for one's own."""
    networks = [walks.streets, *(survey(one.plan).streets for one in plan.periods)]
    owed = {network.attribution for network in networks if network is not None}
    return "; ".join(sorted(owed - {""})) or None


def _digests(plan: Plan, wish: Wishes) -> dict[str, str]:
    """Return the digests of all that the run was given."""
    agreed = {} if wish.digest is None else {BASELINE: wish.digest}
    return dict(sorted({**digests_of(plan), **agreed}.items()))


def _share(gap: float | None) -> float | None:
    return None if gap is None else round(gap, _PLACES) + 0.0  # never "-0.0"


def _claimed(objective: float, bound: float, status: Status) -> tuple[float, float, float]:
    """Return objective, bound and gap as they are written, so that they say the same of the proof.

    A bound is rounded up, and lies above the objective as it is written unless that is proven best
    or the plan is proposed, which may break rules. The gap is the one of the two figures that are
    written.
    """
    objective = round(objective, _PLACES) + 0.0
    if status is Status.OPTIMAL:
        return objective, objective, 0.0
    told = round(bound, _PLACES)
    if bound - told > _LAST_BITS * abs(bound):
        told = round(told + _LAST_PLACE, _PLACES)
    if status is not Status.PROPOSED:
        told = max(told, _next_above(objective))
    return objective, told, round(relative_gap(objective, told), 9)


def _next_above(figure: float) -> float:
    """Return the least figure that is written otherwise than this one and is above it."""
    return max(round(figure + _LAST_PLACE, _PLACES), math.nextafter(figure, math.inf))


def _reaching(tiers: tuple[Tier, ...], bound: float) -> tuple[Tier, ...]:
    """Raise the bound of the last tier that is open, so that their sum is no less than the whole.

    What is written of each is rounded by itself, which may leave the sum some last decimals short.
    """
    short = bound - math.fsum(tier.bound for tier in tiers)
    if math.isinf(bound) or short <= 0:
        return tiers
    last = max((at for at, tier in enumerate(tiers) if tier.gap > 0), default=len(tiers) - 1)
    raised = max(round(tiers[last].bound + short, _PLACES), _next_above(tiers[last].objective))
    one = replace(
        tiers[last], bound=raised, gap=round(relative_gap(tiers[last].objective, raised), 9)
    )
    return (*tiers[:last], one, *tiers[last + 1 :])


def _overrides(plan: Plan, wish: Wishes) -> tuple[str, ...]:
    """Return in which members of the solution the run asked other than its plan file says."""
    asked = {
        "at": plan.timed and plan.at != at_of(plan.settings, None),
        "budget": plan.problem.budget != plan.settings.budget.amount,
        "changes": wish.baseline is not None,
        "closures": bool(plan.closed),
        "forbid": bool(wish.forbid),
        "headroom": plan.headroom is not None,
        "layers": bool(plan.replaced),
        "limits": bool(plan.limits),
        "lock": bool(wish.lock),
    }
    return tuple(name for name, other in asked.items() if other)


def _counted_anew(
    problem: Problem,
    walks: Survey,
    units: Ints,
    tier: Tier,
    admitted: Admitted | None,
    status: Status,
) -> Tier:
    """Count a tier anew from the posts and the people sent to gates, as it is written."""
    mine = problem.demand.tier == tier.tier
    objective = objective_of(problem, walks, units, admitted=admitted, whom=mine)
    if status is not Status.PROPOSED:
        status = Status.OPTIMAL if tier.gap == 0.0 else Status.FEASIBLE
    objective, bound, gap = _claimed(objective, tier.bound, status)
    return Tier(tier=tier.tier, objective=objective, bound=bound, gap=gap)


def _unsnapped(problem: Problem, walks: Survey) -> Unsnapped | None:
    sites, demand = walks.unsnapped_sites, walks.unsnapped_demand
    if not len(sites) and not len(demand):
        return None
    return Unsnapped(
        sites=tuple(problem.sites.id[at] for at in sites.tolist()),
        demand=tuple(problem.demand.id[at] for at in demand.tolist()),
        people=round(math.fsum(problem.demand.people[demand]), _PLACES),
    )


def _with_queue(post: Post, admitted: Admitted) -> Post:
    gate = admitted.told.gates.get(post.id)
    if gate is None:
        return post
    return replace(
        post,
        admitted=round(math.fsum(gate.sent), _PLACES),
        longest_wait_min=gate.longest_wait_min,
        clears=gate.clears,
    )


def _units(problem: Problem, posts: Posting, chosen: Ints) -> Ints:
    """Return (N, K) int64, the units of every post, 0 where there is none."""
    units = np.zeros(problem.sites.allowed.shape, dtype=np.int64)
    np.add.at(units, (posts.site[chosen], posts.resource[chosen]), posts.units[chosen])
    return units


def _total_cost(problem: Problem, units: Ints) -> float:
    """Return what all posts cost, of the decimals that the plan gives."""
    there = units > 0
    sites = problem.sites
    return total_of(cost_of(sites.open_cost[there], sites.unit_cost[there], units[there]))


def barriers(problem: Problem, posts: Iterable[Post]) -> Mapping[str, Barriers]:
    """Count the barriers of each kind, and what they cost."""
    costs: dict[str, list[float]] = {kind.id: [] for kind in problem.barriers}
    for post in posts:
        if post.resource in costs:
            costs[post.resource].append(post.cost)
    return {
        kind: Barriers(count=len(each), cost=round(total_of(np.array(each)), _PLACES))
        for kind, each in costs.items()
    }


def _post(
    problem: Problem, units: Ints, where: tuple[int, int], *, covered: float, only: float
) -> Post:
    sites = problem.sites
    site, position = where
    lon, lat = sites.lonlat[site]
    many = int(units[where])
    opening, unit = (np.array([each[where]]) for each in (sites.open_cost, sites.unit_cost))
    cost = float(cost_of(opening, unit, np.array([many]))[0])
    return Post(
        site=sites.id[site],
        name=sites.name[site],
        resource=problem.means[position].id,
        units=many,
        cost=round(cost, _PLACES),
        covered=round(covered, _PLACES),
        only=round(only, _PLACES),
        lon=round(float(lon), _PLACES),
        lat=round(float(lat), _PLACES),
        ring=None if problem.rings is None else problem.rings.name_at(site),
    )


def _coverage(
    problem: Problem,
    position: int,
    table: csc_array,
    reached: Ints,
    units: Ints,
    counted: Floats,
) -> Coverage:
    """Count the people of a resource, and those that a rule looks at; `counted` if reached."""
    demand, resource = problem.demand, problem.resources[position]
    people = problem.people_of(position)
    everyone = _part(people, reached > 0, np.ones(len(people), dtype=np.bool_), counted)
    slow = demand.step_free
    backup = problem.backup.get(position)
    backed = np.zeros(len(people), dtype=np.bool_)
    expected = None
    if backup is not None:
        backed[backup.points] = True
    if resource.unavailable:
        there = _there(resource.unavailable, resource.counted_units, _ones(table) @ units)
        expected = round(math.fsum(people * there), _PLACES)
    return Coverage(
        covered=everyone.covered,
        total=everyone.total,
        share=everyone.share,
        step_free=_part(people, reached > 0, slow, counted) if slow.any() else None,
        backup=_part(people, reached > 1, backed) if backup is not None else None,
        expected=expected,
    )


def _part(people: Floats, covered: Bools, whom: Bools, counted: Floats | None = None) -> Part:
    total = math.fsum(people[whom])
    met = math.fsum((people if counted is None else counted)[whom & covered])
    return Part(
        covered=round(met, _PLACES),
        total=round(total, _PLACES),
        share=round(met / total, _PLACES) if total else 0.0,
    )


def _there(unavailable: float, counted: int, units: Ints) -> Floats:
    """Return the probability that one of so many units at least is there (Daskin 1983)."""
    return np.asarray(1.0 - unavailable ** np.minimum(units, counted).astype(np.float64))


def objective_of(
    problem: Problem,
    walks: Survey,
    units: Ints,
    *,
    admitted: Admitted | None = None,
    whom: Bools | None = None,
) -> float:
    """Return what a choice of posts is worth, without a price on changes.

    Parameters
    ----------
    problem, walks
        What is asked.
    units
        (N, K) int64, units of every post, 0 where there is none.
    admitted
        Who passes the gates, in a plan with lanes; without it nobody does.
    whom
        (M,) bool, whose cover counts; everybody's if None.
    """
    whom = np.ones(len(problem.demand), dtype=np.bool_) if whom is None else whom
    worth: list[float] = []
    for position, resource in enumerate(problem.resources):
        if admitted is not None and admitted.position == position:
            each = resource.value * admitted.people * problem.demand.priority
            worth += each[whom].tolist()
        if position == problem.laned:
            continue
        sites = np.flatnonzero(units[:, position])
        # entries may be walks of zero seconds: what counts is that they are stored
        table = _ones(walks.walk[resource.id][:, sites].tocsc())
        posts = table @ np.ones(len(sites))
        each = resource.value * problem.demand.people * problem.demand.priority * whom
        if resource.unavailable:
            many = (table @ units[sites, position]).astype(np.int64)
            worth += (each * _there(resource.unavailable, resource.counted_units, many)).tolist()
            continue
        worth += each[posts > 0].tolist()
        backup = problem.backup.get(position)
        if backup is not None and backup.worth:
            twice = backup.points[posts[backup.points] > 1]
            worth += (backup.worth * each[twice]).tolist()
    return math.fsum(worth)


def _ones(table: csc_array) -> csc_array:
    ones = np.ones(len(table.data), dtype=np.int64)
    return csc_array((ones, table.indices, table.indptr), shape=table.shape)


def rules_kept(
    problem: Problem, walks: Survey, units: Ints, *, admitted: Admitted | None = None
) -> Mapping[str, Kept]:
    """Measure how floors, groups and separation are kept, by the rules' names in order."""
    found: dict[str, Kept] = {}
    people = problem.demand.people
    for floor in problem.floors:
        resource = problem.resources[floor.resource]
        sites = np.flatnonzero(units[:, floor.resource])
        table = walks.walk[resource.id][:, sites].tocsc()
        reached = np.bincount(table.indices, minlength=len(people))
        mine = np.zeros(len(people), dtype=np.bool_)
        mine[floor.points] = True
        counted = people
        if admitted is not None and admitted.position == floor.resource:
            counted = admitted.people
        part = _part(people, reached >= floor.times, mine, counted)
        found[floor.name] = Kept(asked=floor.share, reached=part.share)
    for group in problem.groups:
        there = units[list(group.sites)] > 0
        count = there.sum() if group.resource is None else there[:, group.resource].sum()
        found[group.name] = Kept(asked=float(group.most), reached=float(count))
    for position, resource in enumerate(problem.resources):
        sites = np.flatnonzero(units[:, position])
        if resource.separation_m is not None:
            xy = problem.sites.xy[sites]
            offset = xy[:, None] - xy[None]
            metres = np.hypot(offset[..., 0], offset[..., 1])[np.triu_indices(len(sites), 1)]
            name = f"resources.{resource.id}.separation_m"
            found[name] = Kept(asked=resource.separation_m, reached=_least(metres))
        if resource.separation_s is not None:
            minutes = walks.apart[resource.id][sites][:, sites].data / 60
            name = f"resources.{resource.id}.separation_min"
            found[name] = Kept(asked=resource.separation_s / 60, reached=_least(minutes))
    if problem.ways:
        shut = sum(any(units[one] for one in way.options) for way in problem.ways)
        found[SEALED] = Kept(asked=float(len(problem.ways)), reached=float(shut))
    return dict(sorted(found.items()))


def _least(values: Floats) -> float | None:
    return round(float(values.min()), _PLACES) if len(values) else None


def _changes(
    plan: Plan, walks: Survey, posts: Posting, units: Ints, wish: Wishes
) -> Changes | None:
    """Say what moved, and what the objective would lose if one change alone were undone.

    All other gates keep their lanes, and people are sent to them anew, floors left aside.
    """
    if wish.baseline is None:
        return None
    problem = plan.problem
    site = {name: at for at, name in enumerate(problem.sites.id)}
    kind = {resource.id: at for at, resource in enumerate(problem.means)}
    present = [problem.post_id(at, position) for at, position in np.argwhere(units > 0).tolist()]
    opened, closed = moved(wish, present)
    lanes = None if problem.laned is None else worth_of_lanes(posts, plan, walks)

    def worth(units: Ints) -> float:
        passing = 0.0 if lanes is None else round(lanes.of(units), _PLACES_OF_LANES)
        return objective_of(problem, walks, units) + passing

    whole = worth(units)

    def bought(post: str) -> float:
        name, resource = PostId.parse(post)
        if name not in site or resource not in kind:
            return 0.0  # there is no such candidate any more
        at = site[name], kind[resource]
        if not problem.sites.allowed[at]:
            return 0.0
        undone = units.copy()
        undone[at] = 0 if undone[at] else problem.sites.min_units[at]
        return round(whole - worth(undone), _PLACES) + 0.0

    return Changes(
        most=wish.most,
        price=wish.price,
        opened={post: bought(post) for post in opened},
        closed={post: bought(post) for post in closed},
    )
