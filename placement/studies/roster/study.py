"""Who rests when: teams by name that hold the posts of a plan at every slot of the event.

Every team has one rest place and serves the posts that are nearest to it: it leaves, walks, stands,
is relieved, walks back and rests. The number of teams is the fewest there can be where it equals
its bound; both are told.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np

from placement.counts import counted
from placement.errors import InfeasibleError, InputError, NoPlanError, UsageError
from placement.plan.clock import DAY_MIN, clock_of
from placement.plan.problem import Plan, Walkers
from placement.plan.rest_places import RestPlaces
from placement.plan.summary import html_table
from placement.solution import Post, Solution, Status
from placement.solve.core.stopping import Stop
from placement.solve.mip.relief_model import Kind, Shift
from placement.studies.figures import Plot
from placement.studies.roster.choosing import Covered, Members, Reach, choose
from placement.studies.roster.holding import Held, hold
from placement.studies.roster.relief_walks import LONGEST_WALK_S, relief_walks
from placement.studies.roster.rules import SLOT_MIN, Rules, hours_asked, titles_of

if TYPE_CHECKING:
    import pandas as pd

_MOST_POSITIONS = 20_000
_MOST_TEAMS = 10_000  # beside those that are needed: each is named, and may have a card
_CHOICE_S = 20.0  # most seconds for one choice of posts


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A team at a post.

    Attributes
    ----------
    team, post
        Who, and where.
    position
        Which of the post's positions, from 1.
    leaves, on, off, back
        Minutes after midnight of the first day: from the rest place, at the post, off it, back.
    """

    team: str
    post: str
    position: int
    leaves: int
    on: int
    off: int
    back: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """A rest place, its posts and its teams.

    Attributes
    ----------
    id, name, lon, lat
        The place; that of the post where teams rest at their post.
    out_s, back_s
        By post, seconds of the walk there and back.
    teams
        Names.
    bound
        No fewer teams hold these posts.
    """

    id: str
    name: str
    lon: float
    lat: float
    out_s: Mapping[str, float]
    back_s: Mapping[str, float]
    teams: tuple[str, ...]
    bound: int


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Roster:
    """Who stands where, and rests, from when until when.

    Attributes
    ----------
    plan, resource, title
        Names, and the titles of both by language.
    begins, ends
        Of the event, minutes after midnight of its first day.
    days
        How many days the same hours come again; duties are those of the first day.
    rules
        What a team may do.
    rest
        Name of the layer of rest places; None where teams rest at their posts.
    positions
        By post, how many teams stand there at a time.
    bases
        Rest places.
    duties
        In the order of teams and times.
    spare
        Names of teams that have no duties.
    count
        What a position is: ``"units"`` or ``"cost"`` of a post.
    empty
        Posts that nobody holds.
    covered
        Whom the posts that are held cover, where teams were too few for all; None else.
    """

    plan: str
    resource: str
    title: Mapping[str, str]
    begins: int
    ends: int
    days: int
    rules: Rules
    rest: str | None
    positions: Mapping[str, int]
    bases: tuple[Base, ...]
    duties: tuple[Duty, ...]
    spare: tuple[str, ...]
    count: str = "units"
    empty: tuple[str, ...] = ()
    covered: Covered | None = None

    @property
    def teams(self) -> int:
        """How many teams have duties."""
        return sum(len(base.teams) for base in self.bases)

    @property
    def held(self) -> int:
        """How many positions are held."""
        return sum(many for post, many in self.positions.items() if post not in self.empty)

    @property
    def bound(self) -> int:
        """No fewer teams hold the posts."""
        return sum(base.bound for base in self.bases)

    @property
    def gap(self) -> float:
        """How far the teams, or the people covered, are from their bound, as a share of them."""
        if self.covered is not None:
            return max(0.0, self.covered.bound / max(self.covered.people, 1.0) - 1.0)
        return (self.teams - self.bound) / self.teams

    @property
    def status(self) -> Status:
        """Optimal where no fewer teams hold all posts, or no choice of posts covers more people."""
        if self.covered is not None:
            return Status.OPTIMAL if self.covered.proven else Status.FEASIBLE
        return Status.OPTIMAL if self.teams == self.bound else Status.FEASIBLE

    def frame(self) -> "pd.DataFrame":
        """Return the duties as a DataFrame, with the columns of ``roster.csv``."""
        import pandas as pd  # noqa: PLC0415 - heavy, and only wanted by callers in Python

        return pd.DataFrame(import_module("placement.studies.roster.files").duty_rows(self))

    def figure(self, *, language: str = "en") -> Plot:
        """Return the chart, a line a team; it needs the extra ``plots``."""
        chart = import_module("placement.studies.roster.chart").chart
        return Plot(**chart(self, language=language))

    def __repr__(self) -> str:
        return (
            f"Roster of {self.plan!r}: {counted(self.teams, 'team')} ({self.status.value}, no "
            f"fewer than {self.bound}) hold {counted(self.held, 'position')} of {self.resource}, "
            f"{clock_of(self.begins)} to {clock_of(self.ends)}"
        )

    def _repr_html_(self) -> str:
        rows = [(base.name, f"{len(base.out_s)}", f"{len(base.teams)}") for base in self.bases]
        return html_table(repr(self), rows, head=("rest place", "posts", "teams"))


def roster(
    plan: Plan,
    solution: Solution,
    *,
    resource: str | None = None,
    begins: int | None = None,
    ends: int | None = None,
    days: int = 1,
    rules: Rules | None = None,
    rest: RestPlaces | None = None,
    count: str = "units",
    spare: int = 0,
    teams: int | None = None,
    time_limit: float | None = 60.0,
) -> Roster:
    """Return who stands at the posts of a solution, and rests, with as few teams as are found.

    Parameters
    ----------
    plan, solution
        What was asked and chosen.
    resource
        Whose posts; by default the one that walks out as a team, or the only one with posts.
    begins, ends
        Minutes after midnight, multiples of `SLOT_MIN`; by default the hours of its lanes.
    days
        How many days in a row have these hours, each the same.
    rules
        What a team may do; by default 30 minutes of work and of rest, 4 hours of work a day and 10
        consecutive hours of rest in 24.
    rest
        Where teams rest: each post is served from the nearest. By default at their own post.
    count
        ``"units"``: a team for each unit of a post. ``"cost"``: one for each of what the post
        costs, where the budget counts people.
    spare
        Teams beside them that have no duties.
    teams
        How many teams there are: where these are too few, posts are left empty, so that the fewest
        people are uncovered; where too many, the others are spare.
    time_limit
        Seconds after which no fewer teams are looked for.

    Raises
    ------
    UsageError
        If the hours are missing or cannot be, or there is nothing to hold.
    InputError
        If a post has no rest place within `LONGEST_WALK_S`.
    InfeasibleError
        If no number of teams keeps the rules, or so few hold no post.
    NoPlanError
        If none was found in time.
    """
    rules = rules or Rules()
    if count not in ("units", "cost"):
        raise UsageError(f"count {count!r} is neither 'units' nor 'cost'.")
    for asked in (spare, teams or 0):
        if not 0 <= asked <= _MOST_TEAMS:
            raise UsageError(f"{asked:,} teams are not named; give 0 to {_MOST_TEAMS:,}.")
    kind = _resource(plan, solution, resource)
    begins, ends = hours_asked(plan, kind, begins, ends, days)
    posts = [one for one in solution.without_barriers if one.resource == kind]
    posts.sort(key=lambda post: post.id)
    positions = {post.id: _positions(post, count) for post in posts}
    if sum(positions.values()) > _MOST_POSITIONS:
        raise UsageError(
            f"{sum(positions.values()):,} positions are more than the {_MOST_POSITIONS:,} that a "
            "roster can hold; take one resource, or count its units."
        )
    groups = _groups(plan, posts, rest)
    shift = rules.shift(ends - begins + 2 * int(LONGEST_WALK_S) // 60)
    if begins + min(0, *(-SLOT_MIN * _slots(s) for g in groups for s in g.out_s.values())) < 0:
        raise UsageError("teams would leave for their posts the day before: write 24:00 for 00:00.")
    _check_nights(groups, ends - begins, rules, days)
    slots, stop, covered = (ends - begins) // SLOT_MIN, Stop(time_limit), None
    held = _hold(groups, positions, slots, shift, stop)
    if teams is not None and sum(len(one.lines) for one, _ in held) > teams:
        reach = Reach(plan, {post.id: post.units for post in posts})
        groups, held, covered = _fit(
            reach, list(zip(groups, held, strict=True)), positions, slots, shift, teams, stop
        )
    many = sum(len(one.lines) for one, _ in held)
    spare += 0 if teams is None else teams - many
    names = iter([f"T{n:0{len(str(many + spare))}d}" for n in range(1, many + spare + 1)])
    bases: list[Base] = []
    duties: list[Duty] = []
    for group, (one, members) in zip(groups, held, strict=True):
        named = [next(names) for _ in one.lines]
        bases.append(
            Base(
                id=group.id,
                name=group.name,
                lon=group.lon,
                lat=group.lat,
                out_s=group.out_s,
                back_s=group.back_s,
                teams=tuple(named),
                bound=one.bound,
            )
        )
        for team, line in zip(named, one.lines, strict=True):
            duties += [_duty(team, one.duties[at].tolist(), members, begins) for at in line]
    return Roster(
        plan=plan.settings.name,
        resource=kind,
        title=titles_of(plan, kind),
        begins=begins,
        ends=ends,
        days=days,
        rules=rules,
        rest=None if rest is None else rest.file.name,
        positions=positions,
        bases=tuple(bases),
        duties=tuple(duties),
        spare=tuple(names),
        count=count,
        empty=tuple(sorted(positions.keys() - {post for base in bases for post in base.out_s})),
        covered=covered,
    )


type _Lines = list[tuple[Held, Members]]


def _hold(
    groups: Sequence["_Group"],
    positions: Mapping[str, int],
    slots: int,
    shift: Shift,
    stop: Stop,
) -> _Lines:
    """Return the teams of each rest place."""
    solved: dict[tuple[Kind, ...], Held] = {}
    held = []
    alike = [_kinds(group, positions) for group in groups]
    different = len({kinds for kinds, _ in alike})
    for kinds, members in alike:
        if kinds not in solved:
            own = stop.share(min(1.0, 2.0 / (different - len(solved))))
            solved[kinds] = hold(slots, kinds, shift, stop=own)
        held.append((solved[kinds], members))
    return held


def _fit(
    reach: Reach,
    whole: "Sequence[tuple[_Group, tuple[Held, Members]]]",
    positions: Mapping[str, int],
    slots: int,
    shift: Shift,
    teams: int,
    stop: Stop,
) -> tuple[list["_Group"], _Lines, Covered]:
    """Leave posts empty until the teams there are hold the others."""
    posts, bound, most = list(positions), math.inf, teams
    choices = [(*_kinds(group, positions), one.bound) for group, (one, _) in whole]
    while True:
        # whom the teams cannot hold by name, though together they could, the next choice leaves out
        kept, no_more = choose(
            choices, posts, reach, slots, shift, teams=most, stop=Stop(_CHOICE_S)
        )
        bound = min(bound, no_more) if most == teams else bound
        if kept is None:
            raise NoPlanError("no posts were found in time that so many teams hold.")
        if not kept:
            kind = InfeasibleError if bound < 0.5 else NoPlanError
            raise kind(f"with --teams {teams} no post is held that covers anybody; give more.")
        fewer = [
            replace(
                group,
                out_s={post: s for post, s in group.out_s.items() if post in kept},
                back_s={post: s for post, s in group.back_s.items() if post in kept},
            )
            for group, _ in whole
        ]
        fewer = [group for group in fewer if group.out_s]
        held = _hold(fewer, positions, slots, shift, stop)
        over = sum(len(one.lines) for one, _ in held) - teams
        if over <= 0:
            break
        most -= over
    people = reach.of({at for at, post in enumerate(posts) if post in kept})
    return (
        fewer,
        held,
        Covered(people=people, promised=reach.of(set(range(len(posts)))), bound=max(bound, people)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    id: str
    name: str
    lon: float
    lat: float
    out_s: dict[str, float]
    back_s: dict[str, float]


def _resource(plan: Plan, solution: Solution, asked: str | None) -> str:
    """Return whose posts are held."""
    there = sorted({post.resource for post in solution.without_barriers})
    if not there or asked not in (None, *there):
        whose = "" if asked is None else f" of {asked!r}"
        raise UsageError(f"the solution has no post{whose}; it has {', '.join(there) or 'none'}.")
    if asked is not None:
        return asked
    teams = [
        kind.id
        for kind in plan.problem.resources
        if kind.id in there and kind.walkers is Walkers.TEAM
    ]
    found = teams or there
    if len(found) != 1:
        raise UsageError(
            f"whose roster? The solution has posts of {', '.join(found)}: name one with --resource."
        )
    return found[0]


def _check_nights(groups: Iterable["_Group"], minutes: int, rules: Rules, days: int) -> None:
    """Refuse days that come again after less than the daily rest."""
    walk = max(
        _slots(out) + _slots(back)
        for group in groups
        for out, back in zip(group.out_s.values(), group.back_s.values(), strict=True)
    )
    night = DAY_MIN - minutes - SLOT_MIN * walk
    least = max(rules.daily_rest_min, rules.rest_min, rules.break_min or 0)
    if days > 1 and night < least:
        raise UsageError(
            f"between two of {counted(days, 'day')} {counted(max(0, night), 'minute')} are "
            f"left, walks taken off, and the rest wants {least}: give shorter hours, or all days "
            "as one with --to 48:00."
        )


def _positions(post: Post, count: str) -> int:
    return post.units if count == "units" else math.ceil(post.cost - 1e-9)


def _groups(plan: Plan, posts: Iterable[Post], rest: RestPlaces | None) -> list[_Group]:
    """Return the rest places with the posts that each is nearest to."""
    posts = list(posts)
    if rest is None:
        return [
            _Group(
                id=post.site,
                name=post.name,
                lon=post.lon,
                lat=post.lat,
                out_s={post.id: 0.0},
                back_s={post.id: 0.0},
            )
            for post in posts
        ]
    site = {name: at for at, name in enumerate(plan.problem.sites.id)}
    out, back = relief_walks(plan, rest, [site[post.site] for post in posts])
    nearest = np.argmin(out + back, axis=0)
    groups = [
        _Group(
            id=rest.id[at],
            name=rest.name[at],
            lon=round(float(rest.lonlat[at, 0]), 6),
            lat=round(float(rest.lonlat[at, 1]), 6),
            out_s={},
            back_s={},
        )
        for at in range(len(rest.id))
    ]
    for column, post in enumerate(posts):
        at = int(nearest[column])
        if not math.isfinite(out[at, column] + back[at, column]):
            raise InputError(
                f"no rest place is within {LONGEST_WALK_S / 60:g} minutes of the post {post.id}",
                file=rest.file,
                remedy="add a rest place nearer to it",
            )
        groups[at].out_s[post.id] = round(float(out[at, column]), 1)
        groups[at].back_s[post.id] = round(float(back[at, column]), 1)
    return [group for group in groups if group.out_s]


def _kinds(
    group: _Group, positions: Mapping[str, int]
) -> tuple[tuple[Kind, ...], list[list[tuple[str, int]]]]:
    """Return the posts of a rest place by their walks, and the positions of each kind."""
    alike: dict[tuple[int, int], list[tuple[str, int]]] = {}
    for post, seconds in group.out_s.items():
        key = _slots(seconds), _slots(group.back_s[post])
        alike.setdefault(key, []).extend((post, n + 1) for n in range(positions[post]))
    order = sorted(alike)
    kinds = tuple(Kind(positions=len(alike[key]), out=key[0], back=key[1]) for key in order)
    return kinds, [alike[key] for key in order]


def _slots(seconds: float) -> int:
    return math.ceil(seconds / 60 / SLOT_MIN - 1e-9)


def _duty(team: str, row: list[int], members: list[list[tuple[str, int]]], begins: int) -> Duty:
    leaves, on, off, back, kind, position = row
    post, number = members[kind][position]
    return Duty(
        team=team,
        post=post,
        position=number,
        leaves=begins + SLOT_MIN * leaves,
        on=begins + SLOT_MIN * on,
        off=begins + SLOT_MIN * off,
        back=begins + SLOT_MIN * back,
    )
