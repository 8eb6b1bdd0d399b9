"""When no plan keeps every rule: which rules clash, and what would do, in the plan's own words."""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from placement.arrays import Bools
from placement.counts import counted
from placement.cover.instance import Instance, Rule
from placement.cover.instance_builder import Posting, posting
from placement.cover.rules import people_of
from placement.cover.survey import Survey, entering
from placement.errors import InfeasibleError
from placement.plan.problem import Problem
from placement.solve.core.stopping import Stop
from placement.solve.mip.minimise_rule import feasible, is_least, least, left_side, step_of, sum_of
from placement.solve.questions.baseline import Wishes, bind
from placement.solve.questions.unsealed import NAMED, held_alone, leave_open, named_together

_PROBE = 0.3  # share of the time left that one probe may take


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """Rules that no plan can keep together.

    Attributes
    ----------
    rules
        Their names, such as ``"budget 40"``, ``"resources.dog_team.fleet"``,
        ``"required post 'site-12/dog_team'"``.
    irreducible
        Whether each of them is shown to be needed for the clash; else a probe ran out of time.
    remedies
        What would make a plan possible, each by itself and all other rules kept, such as
        ``"budget 412 would do"``.
    apart
        Whether each rule is impossible by itself; then all the remedies are needed together.
    """

    rules: tuple[str, ...]
    irreducible: bool
    remedies: tuple[str, ...]
    apart: bool = False

    def error(self) -> InfeasibleError:
        """Return the error that says so."""
        named = ", ".join(self.rules)
        verb = "clash" if len(self.rules) > 1 else "cannot be kept"
        others = ""
        if not self.irreducible:
            verb, others = "are conflicting", " (some of them may not be needed for it)"
        if self.apart:
            verb, others = "cannot be kept", ", each by itself, whatever is open"
        message = f"no plan keeps every rule: {named} {verb}{others}"
        if self.remedies:
            message += f"; {(', and ' if self.apart else ', or ').join(self.remedies)}"
        return InfeasibleError(f"{message}.", rules=self.rules, remedies=self.remedies)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictRule:
    """A rule by name, and the instance without it.

    Attributes
    ----------
    name
        In the plan file's words.
    drop
        Returns an instance without it.
    left
        Its left side, where a number can be changed to keep it; else it can only be dropped.
    words
        Says the remedy, given the least left side that is possible.
    """

    name: str
    drop: Callable[[Instance], Instance]
    left: Rule | None = None
    words: Callable[[float], str] = str


def clash(
    problem: Problem,
    posts: Posting,
    *,
    walks: Survey | None = None,
    wish: Wishes | None = None,
    stop: Stop,
) -> Clash:
    """Name rules that no plan can keep together, and the least changes that would do.

    A deletion filter (Chinneck & Dravnieks 1991), many rules at a time and then in halves: what
    still clashes without them is left out for good. A probe that runs out of time counts neither
    as feasible nor as infeasible: its rules stay, and the answer is not called irreducible. The
    least change of each rule that is left is then solved exactly, all other rules being kept.

    Parameters
    ----------
    problem, posts
        What is asked, and the candidate posts; no plan keeps all their rules.
    walks
        The walks, needed where there are ticket zones.
    wish
        What the run had to keep to besides.
    stop
        When to stop.
    """
    if problem.entries and walks is not None:
        zoning = stop.share(_PROBE)
        zones = needed_zones(
            problem,
            walks,
            posts,
            lambda left, looser: bind(left, looser, wish or Wishes()),
            lambda left: feasible(left.instance, stop=zoning.share(_PROBE)),
        )
        found = clash(zones.problem, zones.posts, wish=wish, stop=stop)
        if not zones.names:
            return found
        return replace(
            found,
            rules=(*found.rules, *zones.names),
            irreducible=found.irreducible and zones.irreducible,
            remedies=(*found.remedies, *zones.remedies),
        )
    apart = _impossible(problem, posts.instance)
    if len(apart) > 1:  # no clash among them: each is one, with its own remedy
        return Clash(
            rules=tuple(apart), irreducible=True, remedies=tuple(apart.values()), apart=True
        )
    filtering = stop.share(0.6)
    filtered = Filter(posts.instance, lambda rest: feasible(rest, stop=filtering.share(_PROBE)))
    for rules in _rules(problem, posts, wish or Wishes()):
        filtered.without(rules)
    kept = _ways_together(problem, posts, filtered.kept)
    remedies = [_remedy(posts.instance, rule, stop=stop.share(_PROBE)) for rule in kept]
    return Clash(
        rules=tuple(rule.name for rule in kept),
        irreducible=filtered.irreducible,
        remedies=tuple(remedy for remedy in remedies if remedy is not None),
    )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class NeededZones:
    """Ticket zones that a clash needs, and what is left to look at.

    Attributes
    ----------
    problem, posts
        As if the people of all other ticket zones could enter anywhere.
    names
        The zones that are needed, as far as is known, in the plan file's words.
    remedies
        What would do for each.
    irreducible
        Whether each of them is shown to be needed.
    """

    problem: Problem
    posts: Posting
    names: tuple[str, ...]
    remedies: tuple[str, ...]
    irreducible: bool


def needed_zones(
    problem: Problem,
    walks: Survey,
    posts: Posting,
    again: Callable[[Posting, Problem], Posting],
    feasible: Callable[[Posting], bool | None],
) -> NeededZones:
    """Let the people of ticket zones enter anywhere, as far as the other rules clash without.

    The first step of the deletion filter: a ticket zone is no row of an instance, it says which
    rows there are.

    Parameters
    ----------
    problem, walks, posts
        What is asked, the walks, and the candidate posts; no plan keeps all their rules.
    again
        Adds to candidate posts what the run asks besides.
    feasible
        Tells whether any plan keeps the rules of some posts; None where that is not known.
    """
    names: list[str] = []
    remedies: list[str] = []
    shown = True
    for position, whole in problem.entries.items():
        free: list[int] = []
        for number, name in enumerate(whole.names, start=1):
            entry = whole.without([*free, number])
            looser = replace(problem, entries={**problem.entries, position: entry})
            everyone = [kind.id for kind in problem.resources]
            left = posting(looser, entering(looser, walks), counted=everyone)
            budget = posts.instance.budget
            left = again(replace(left, instance=left.instance.with_budget(budget)), looser)
            possible = feasible(left)
            if possible is False:
                problem, posts = looser, left
                free.append(number)
                continue
            names.append(name)
            shown &= possible is not None
            if possible:
                zone = whole.zones[number - 1]
                remedies.append(f"no gates of its own for zone {zone!r} would do")
    return NeededZones(
        problem=problem,
        posts=posts,
        names=tuple(names),
        remedies=tuple(remedies),
        irreducible=shown,
    )


def _impossible(problem: Problem, instance: Instance) -> dict[str, str]:
    """Return the floors that even all posts together do not reach, and what each could be."""
    times = instance.times_covered(np.arange(instance.columns))
    found = {}
    for floor in problem.floors:
        people = people_of(problem, floor)
        for rule in instance.rules:
            if rule.name == floor.name:
                reached = math.fsum(rule.share[times[rule.rows] >= rule.times])
                if -reached > rule.most + 1e-6 * rule.unit:
                    found[rule.name] = _share(rule.name, people)(-reached)
    return found


class Filter:
    """What still clashes, and the rules that are needed for it as far as is known.

    Parameters
    ----------
    instance
        What clashes.
    feasible
        Tells whether any plan keeps every rule of an instance; None where that is not known.
    """

    def __init__(self, instance: Instance, feasible: Callable[[Instance], bool | None]) -> None:
        self.instance = instance
        self._feasible = feasible
        self.kept: list[ConflictRule] = []
        self.irreducible = True

    def without(self, rules: Sequence[ConflictRule]) -> None:
        """Leave out those of the rules that the others clash without."""
        if not rules:
            return
        rest = self.instance
        for rule in rules:
            rest = rule.drop(rest)
        possible = self._feasible(rest)
        if possible is False:
            self.instance = rest
        elif len(rules) == 1:
            self.kept.append(rules[0])
            self.irreducible &= possible is not None
        else:
            half = len(rules) // 2
            self.without(rules[:half])
            self.without(rules[half:])


def _ways_together(
    problem: Problem, posts: Posting, rules: Sequence[ConflictRule]
) -> list[ConflictRule]:
    """Take the ways that a clash needs for one rule where they are many."""
    every = {way.rule for way in problem.ways}
    ways = [rule.name for rule in rules if rule.name in every]
    if len(ways) <= NAMED:
        return list(rules)
    together = ConflictRule(
        name=named_together(problem, ways),
        drop=leave_open(problem, posts),
        words=_said("drop [sealed]"),
    )
    return [*(rule for rule in rules if rule.name not in every), together]


def _remedy(instance: Instance, rule: ConflictRule, *, stop: Stop) -> str | None:
    """Return the least change of a rule that makes a plan possible, or None if none is known."""
    rest = rule.drop(instance)
    if rule.left is None:
        return rule.words(0.0) if feasible(rest, stop=stop) else None
    answer = least(rest, rule.left, stop=stop)
    if answer.chosen is None:
        return None
    value = left_side(rest, rule.left, answer.chosen)
    step = step_of(rule.left)
    words = rule.words(value)
    if is_least(value, answer.bound, step):
        return words
    return f"{words} (maybe less would, too)"


def _rules(problem: Problem, posts: Posting, wish: Wishes) -> list[list[ConflictRule]]:
    """List the rules that can clash, by kind; those tried last are the likeliest to be named."""
    instance = posts.instance
    excluded = _by_post(problem, posts, instance.excluded)
    required = _by_post(problem, posts, instance.required)
    alone = held_alone(problem)
    total = math.fsum(instance.cost)
    forbidden = {name: columns for name, columns in excluded.items() if name in wish.forbid}
    kept_out = {name: columns for name, columns in excluded.items() if name not in wish.forbid}
    locked = {name: columns for name, columns in required.items() if name in wish.lock}
    asked = {name: columns for name, columns in required.items() if name not in wish.lock}
    return [
        [
            _droppable(f"excluded post {name!r}", _allow(columns), f"allow post {name!r}")
            for name, columns in kept_out.items()
        ],
        _limits(instance),
        _floors(problem, instance, wish),
        [
            _droppable(
                f"resources.{resource.id}.near",
                _uncoupled((posts.resource == position) & posts.opens),
                f"drop resources.{resource.id}.near",
            )
            for position, resource in enumerate(problem.resources)
            if resource.near is not None
        ],
        [
            ConflictRule(
                name=f"budget {problem.budget:.10g}",
                drop=lambda instance: instance.with_budget(total),
                left=sum_of("budget", instance.cost),
                words=lambda cost: f"budget {cost:.10g} would do",
            )
        ],
        [
            _droppable(alone[name], _release(columns), f"drop {alone[name]}")
            for name, columns in asked.items()
            if name in alone
        ],
        [
            _droppable(f"locked post {name!r}", _release(columns), f"do not lock post {name!r}")
            if name in locked
            else _droppable(
                f"required post {name!r}",
                _release(columns),
                f"drop the requirement of post {name!r}",
            )
            for name, columns in required.items()
            if name in locked or name not in alone
        ],
        [
            _droppable(f"forbidden post {name!r}", _allow(columns), f"do not forbid post {name!r}")
            for name, columns in forbidden.items()
        ],
    ]


def _droppable(name: str, drop: Callable[[Instance], Instance], remedy: str) -> ConflictRule:
    """Return a rule that can only be dropped."""
    return ConflictRule(name=name, drop=drop, words=_said(remedy))


def _limits(instance: Instance) -> list[ConflictRule]:
    """List fleets, posts, groups and separations; cliques of one separation have one name."""
    found = []
    for name in dict.fromkeys(limit.name for limit in instance.limits):
        same = [limit for limit in instance.limits if limit.name == name]
        alone = len(same) == 1 and ".separation" not in name
        found.append(
            ConflictRule(
                name=name,
                drop=_without_limit(name),
                left=sum_of(name, same[0].use) if alone else None,
                words=_enough(name) if alone else _said(f"drop {name}"),
            )
        )
    return found


def _enough(name: str) -> Callable[[float], str]:
    """Say how much of a limit would do."""
    resource, _, field = name.removeprefix("resources.").rpartition(".")
    if field == "fleet":
        return lambda units: f"a fleet of {units:.10g} {resource} would do"
    if field == "posts":
        return lambda posts: f"{counted(posts, 'post')} of {resource} would do"
    return lambda most: f"{name} with most = {most:.10g} would do"


def _floors(problem: Problem, instance: Instance, wish: Wishes) -> list[ConflictRule]:
    """List floors, least units and changes; the least units of one resource have one name."""
    people = {floor.name: people_of(problem, floor) for floor in problem.floors}
    found = []
    for name in dict.fromkeys(rule.name for rule in instance.rules):
        same = [rule for rule in instance.rules if rule.name == name]
        left: Rule | None = same[0] if len(same) == 1 else None
        words = _said(f"drop {name}")
        if left is not None and name in people:
            words = _share(name, people[name])
        elif left is not None and name == wish.rule:
            words = _changes(len(wish.baseline or ()))
        else:
            left = None
        found.append(ConflictRule(name=name, drop=without_rules({name}), left=left, words=words))
    return found


def _share(name: str, people: float) -> Callable[[float], str]:
    """Say what share a floor could ask at most, rounded down."""

    def words(left: float) -> str:
        share = math.floor(-left / people * 1e6 + 1e-9) / 1e6
        return f"{name} could be {share:.6g} at most"

    return words


def _changes(agreed: int) -> Callable[[float], str]:
    return lambda left: f"max_changes {left + agreed:.10g} would do"


def _said(words: str) -> Callable[[float], str]:
    return lambda _least: words


def _by_post(problem: Problem, posts: Posting, flags: Bools) -> dict[str, Bools]:
    """Return the flagged columns of each post that has any, in order."""
    found: dict[str, Bools] = {}
    for column in np.flatnonzero(flags).tolist():
        columns = found.setdefault(_post(problem, posts, column), np.zeros_like(flags))
        columns[column] = True
    return found


def _post(problem: Problem, posts: Posting, column: int) -> str:
    return problem.post_id(posts.site[column], posts.resource[column])


def _without_limit(name: str) -> Callable[[Instance], Instance]:
    return lambda instance: replace(
        instance, limits=tuple(limit for limit in instance.limits if limit.name != name)
    )


def _uncoupled(columns: Bools) -> Callable[[Instance], Instance]:
    return lambda instance: replace(instance, coupled=instance.coupled & ~columns)


def without_rules(names: Collection[str]) -> Callable[[Instance], Instance]:
    """Leave out the rules of these names."""
    return lambda instance: replace(
        instance, rules=tuple(rule for rule in instance.rules if rule.name not in names)
    )


def _allow(columns: Bools) -> Callable[[Instance], Instance]:
    return lambda instance: replace(instance, excluded=instance.excluded & ~columns)


def _release(columns: Bools) -> Callable[[Instance], Instance]:
    return lambda instance: replace(instance, required=instance.required & ~columns)
