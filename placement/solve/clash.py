"""When no plan keeps every rule: which rules clash, in the plan file's own words."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from placement.cover.instance import Bools, Instance
from placement.cover.posting import Posting
from placement.plan.problem import Problem
from placement.solve import model
from placement.solve.agreed import Agreed
from placement.solve.stop import Stop


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """A rule by name, and the instance without it."""

    name: str
    drop: Callable[[Instance], Instance]


def clashing_rules(
    problem: Problem, posts: Posting, *, wish: Agreed | None = None, stop: Stop
) -> tuple[str, ...]:
    """Name rules that no plan can keep together.

    A deletion filter (Chinneck & Dravnieks 1991): each rule is left out in turn, for good if the
    others still clash without it. What is left clashes, and nothing less does, unless the time
    ran out before the last rule was tried.

    Parameters
    ----------
    problem, posts
        What is asked, and the candidate posts; no plan keeps all their rules.
    wish
        What the run had to keep to besides.
    stop
        When to stop.

    Returns
    -------
    tuple of str
        Such as ``"resources.dog_team.fleet"``, ``"required post 'site-12/dog_team'"``.
    """
    instance = posts.instance
    kept: list[_Rule] = []
    for rule in _rules(problem, posts, wish or Agreed()):
        without = rule.drop(instance)
        if not stop.reached() and model.keeps_rules(without, stop=stop).infeasible:
            instance = without
        else:
            kept.append(rule)
    return tuple(rule.name for rule in kept)


def _rules(problem: Problem, posts: Posting, wish: Agreed) -> list[_Rule]:
    """List the rules that can clash; those tried last are the likeliest to be named."""
    instance = posts.instance
    rules = [
        _Rule(name=f"excluded post {name!r}", drop=_allow(columns))
        for name, columns in _by_post(problem, posts, instance.excluded).items()
        if name not in wish.forbid
    ]
    # cliques of one separation have one name, and so have the least units of one resource
    names = dict.fromkeys(limit.name for limit in instance.limits)
    rules += [_Rule(name=name, drop=_without_limit(name)) for name in names]
    names = dict.fromkeys(rule.name for rule in instance.rules)
    rules += [_Rule(name=name, drop=_without_rule(name)) for name in names]
    rules += [
        _Rule(
            name=f"resources.{resource.id}.near",
            drop=_uncoupled((posts.resource == position) & posts.opens),
        )
        for position, resource in enumerate(problem.resources)
        if resource.near is not None
    ]
    rules.append(
        _Rule(
            name=f"budget {problem.budget:.10g}",
            drop=lambda instance: instance.with_budget(float(instance.cost.sum())),
        )
    )
    rules += [
        _Rule(
            name=f"{'locked' if name in wish.lock else 'required'} post {name!r}",
            drop=_release(columns),
        )
        for name, columns in _by_post(problem, posts, instance.required).items()
    ]
    rules += [
        _Rule(name=f"forbidden post {name!r}", drop=_allow(columns))
        for name, columns in _by_post(problem, posts, instance.excluded).items()
        if name in wish.forbid
    ]
    return rules


def _by_post(problem: Problem, posts: Posting, flags: Bools) -> dict[str, Bools]:
    """Return the flagged columns of each post that has any, in order."""
    found: dict[str, Bools] = {}
    for column in np.flatnonzero(flags).tolist():
        columns = found.setdefault(_post(problem, posts, column), np.zeros_like(flags))
        columns[column] = True
    return found


def _post(problem: Problem, posts: Posting, column: int) -> str:
    return f"{problem.sites.id[posts.site[column]]}/{problem.resources[posts.resource[column]].id}"


def _without_limit(name: str) -> Callable[[Instance], Instance]:
    return lambda instance: replace(
        instance, limits=tuple(limit for limit in instance.limits if limit.name != name)
    )


def _uncoupled(columns: Bools) -> Callable[[Instance], Instance]:
    return lambda instance: replace(instance, coupled=instance.coupled & ~columns)


def _without_rule(name: str) -> Callable[[Instance], Instance]:
    return lambda instance: replace(
        instance, rules=tuple(rule for rule in instance.rules if rule.name != name)
    )


def _allow(columns: Bools) -> Callable[[Instance], Instance]:
    return lambda instance: replace(instance, excluded=instance.excluded & ~columns)


def _release(columns: Bools) -> Callable[[Instance], Instance]:
    return lambda instance: replace(instance, required=instance.required & ~columns)
