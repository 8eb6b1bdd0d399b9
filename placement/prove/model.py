"""The second model: every rule of a plan as an integer program, read from the plan itself.

It has no reductions and no cuts: a row a crowd, a row a rule, as docs/explanation/model.md
states them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from placement.cover.survey import survey
from placement.plan.problem import Plan, Resource, SiteStatus
from placement.prove.crowds import Crowd, beside, crowds_of, too_near
from placement.prove.flows import Flows, add_flows
from placement.prove.program import Program, Terms, add, exact, value_of
from placement.prove.question import Question

_HAIR = Fraction(2, 1_000_000)  # of a person: what a floor may be missed by, as in the rules
_HAIR_OF_LANES = Fraction(1, 1_000_000)  # of all people that a rule counts, where lanes admit them

type Post = tuple[int, int]
"""Positions of a site and of a resource."""


@dataclass(slots=True, kw_only=True)
class Model:
    """An integer program, and what its variables mean.

    Attributes
    ----------
    plan, question
        What is asked.
    program
        Variables and rules.
    opens
        By post: 1 where it is open.
    units
        By post: its units.
    cost
        What all posts cost.
    worth
        By tier: what is covered; a price on changes counts in the first.
    constant
        What is to be added to the worth of the first tier.
    flows
        People sent to gates, in a plan with lanes.
    """

    plan: Plan
    question: Question
    program: Program = field(default_factory=Program)
    opens: dict[Post, int] = field(default_factory=dict)
    units: dict[Post, Terms] = field(default_factory=dict)
    cost: Terms = field(default_factory=dict)
    worth: dict[int, Terms] = field(default_factory=dict)
    constant: Fraction = Fraction(0)
    flows: Flows | None = None
    floors: dict[int, Terms] = field(default_factory=dict)
    covered: dict[int, Terms] = field(default_factory=dict)

    def posts(self, values: Sequence[int]) -> dict[str, int]:
        """Return the open posts and their units, in order."""
        problem = self.plan.problem
        found = {
            problem.post_id(j, k): int(value_of(self.units[j, k], values))
            for (j, k), at in self.opens.items()
            if values[at]
        }
        return dict(sorted(found.items()))

    def named(self) -> dict[str, Post]:
        """Return the candidate posts by name."""
        problem = self.plan.problem
        return {problem.post_id(j, k): (j, k) for j, k in self.opens}


def write_model(plan: Plan, question: Question) -> Model:
    """Write a plan and the wishes of a run as an integer program.

    Parameters
    ----------
    plan
        A loaded plan.
    question
        Budget and wishes of the run, in place of the plan's own.

    Returns
    -------
    Model
    """
    model = Model(plan=plan, question=question)
    problem = plan.problem
    walks = survey(plan)  # where points meet the streets; the walks are measured as in the audit
    model.worth = {tier: {} for tier in problem.demand.tiers}
    for position in range(len(problem.means)):
        _add_posts(model, position)
    for position, resource in enumerate(problem.resources):
        _add_limits(model, position, resource)
        for site, others in beside(plan, walks, resource).items():
            if (site, position) in model.opens and resource.near is not None:
                near = problem.resource_index(resource.near.resource)
                model.program.imply(
                    model.opens[site, position], [model.opens[one, near] for one in others]
                )
        for one, other in too_near(plan, walks, resource):
            _add_few(model, [(one, position), (other, position)], 1)
        crowds = crowds_of(plan, walks, position)
        if resource.lanes is None:
            _add_cover(model, position, resource, crowds)
        else:
            gates = {
                j: (at, model.units[j, k]) for (j, k), at in model.opens.items() if k == position
            }
            model.flows = add_flows(model.program, plan, position, gates, crowds)
            _count(model, position, model.flows.counted())
            for tier, terms in model.worth.items():
                add(terms, model.flows.worth(tier))
    _add_rules(model)
    _add_wishes(model)
    return model


def _add_posts(model: Model, position: int) -> None:
    """Add the posts of a resource, their units and what they cost."""
    sites, resource = model.plan.problem.sites, model.plan.problem.means[position]
    counts = resource.lanes is not None or resource.unavailable > 0
    for j in range(len(sites)):
        if not sites.allowed[j, position]:
            continue
        status = sites.status[j, position]
        at = model.program.variable(
            int(status != SiteStatus.EXCLUDED), low=int(status == SiteStatus.REQUIRED)
        )
        least, most = int(sites.min_units[j, position]), int(sites.max_units[j, position])
        units: Terms = {at: Fraction(least)}  # more would cost, and cover nobody more
        if counts and most > least:
            further = model.program.variable(most - least)
            model.program.at_most({further: Fraction(1), at: Fraction(least - most)}, 0)
            units[further] = Fraction(1)
        model.opens[j, position], model.units[j, position] = at, units
        add(model.cost, {at: exact(sites.open_cost[j, position])})
        add(model.cost, units, exact(sites.unit_cost[j, position]))


def _add_limits(model: Model, position: int, resource: Resource) -> None:
    """Add the limits on units and on posts of a resource."""
    mine = [post for post in model.opens if post[1] == position]
    fleet = model.question.limits.get(resource.id, resource.fleet)
    if fleet is not None:
        units: Terms = {}
        for post in mine:
            add(units, model.units[post])
        model.program.at_most(units, fleet)
    if resource.posts is not None:
        _add_few(model, mine, resource.posts)


def _add_few(model: Model, posts: Sequence[Post], most: int) -> None:
    model.program.at_most({model.opens[post]: Fraction(1) for post in posts}, most)


def _add_cover(model: Model, position: int, resource: Resource, crowds: Sequence[Crowd]) -> None:
    """Add who is covered once, twice, or by so many units."""
    problem, program = model.plan.problem, model.program
    away = exact(resource.unavailable)
    backup = problem.backup.get(position)
    again = Fraction(0) if backup is None else exact(backup.worth)
    counted = []
    for crowd in crowds:
        times = max((problem.floors[at].times for at in crowd.floors), default=1)
        shared = position in _shared(model)
        if not crowd.worth and not crowd.floors and not shared:
            continue
        reached = [model.opens[site, position] for site in crowd.sites]
        once = program.variable()
        program.imply(once, reached)
        levels = [(once, crowd.worth * (1 - away))]
        if away:
            several = [program.variable() for _ in range(resource.counted_units - 1)]
            levels += [
                (at, crowd.worth * (1 - away) * away ** (n + 1)) for n, at in enumerate(several)
            ]
            there: Terms = {once: Fraction(1), **dict.fromkeys(several, Fraction(1))}
            for site in crowd.sites:
                add(there, model.units[site, position], -1)
            if several:
                program.at_most(there, 0)
        elif times > 1 or (crowd.backed and again):
            twice = program.variable()
            both = {once: Fraction(1), twice: Fraction(1)}
            program.at_most(both | dict.fromkeys(reached, Fraction(-1)), 0)
            program.imply(twice, [once])
            levels.append((twice, crowd.worth * again if crowd.backed else Fraction(0)))
        counted.append((crowd, [at for at, _ in levels]))
        add(model.worth[crowd.tier], dict(levels))
    _count(
        model,
        position,
        (
            (crowd, times, {levels[times - 1]: crowd.people})
            for crowd, levels in counted
            for times in range(1, len(levels) + 1)
        ),
    )


def _shared(model: Model) -> set[int]:
    """Return the resources, by position, of which a share of all people is asked."""
    return {model.plan.problem.resource_index(name) for name in model.question.shares}


def _count(model: Model, position: int, counted: Iterable[tuple[Crowd, int, Terms]]) -> None:
    """Add people covered so many times to the floors and the share that count them."""
    problem = model.plan.problem
    for crowd, times, people in counted:
        for at in crowd.floors:
            if problem.floors[at].times == times:
                add(model.floors.setdefault(at, {}), people)
        if times == 1:
            add(model.covered.setdefault(position, {}), people)


def _add_rules(model: Model) -> None:
    """Add floors, shares, groups, the ways to seal and the budget."""
    problem, program = model.plan.problem, model.program
    for at, floor in enumerate(problem.floors):
        total = sum((exact(problem.demand.people[one]) for one in floor.points), Fraction(0))
        _add_share(
            model,
            model.floors.get(at, {}),
            total,
            exact(floor.share),
            hair=_HAIR_OF_LANES * total if floor.resource == problem.laned else _HAIR,
        )
    for name, share in model.question.shares.items():
        position = problem.resource_index(name)
        everyone = sum((exact(people) for people in problem.people_of(position)), Fraction(0))
        hair = _HAIR_OF_LANES * everyone if position == problem.laned else _HAIR
        _add_share(model, model.covered.get(position, {}), everyone, exact(share), hair=hair)
    for group in problem.groups:
        members = [
            post
            for post in model.opens
            if post[0] in group.sites and group.resource in {None, post[1]}
        ]
        _add_few(model, members, group.most)
    for way in problem.ways:
        program.at_least({model.opens[one]: Fraction(1) for one in way.options}, 1)
    if model.question.budget is not None:
        program.at_most(model.cost, exact(model.question.budget))


def _add_share(
    model: Model, people: Terms, total: Fraction, share: Fraction, *, hair: Fraction
) -> None:
    """Let a share of people be covered; an empty sum of people covers nobody."""
    model.program.at_least(people, share * total - max(hair, _HAIR))


def _add_wishes(model: Model) -> None:
    """Add what is locked, ruled out, and agreed."""
    program, asked = model.program, model.question
    named = model.named()
    for names, state in ((asked.lock, 1), (asked.forbid, 0)):
        for name in names:
            if name not in named and state:
                program.at_most({}, -1)  # a post that is no candidate cannot be open
            elif name in named:
                at = model.opens[named[name]]
                program.low[at] = max(program.low[at], state)
                program.high[at] = min(program.high[at], state)
    if asked.baseline is None:
        return
    changes: Terms = {}
    for name, post in named.items():
        stays = name in asked.baseline
        add(changes, {model.opens[post]: Fraction(-1 if stays else 1)})
    if asked.most is not None:
        program.at_most(changes, asked.most - len(asked.baseline))
    if asked.price:
        first = min(model.worth)
        add(model.worth[first], changes, -exact(asked.price))
        model.constant = -exact(asked.price) * len(asked.baseline)
