"""Plans with rings: every person is a flow through a gate of each ring, all in one integer model.

The cuts of `max_flow_cuts` know people who pass one gate. Here people of different classes share
the gates of several rings, which is a flow of several commodities that no such cut describes, so
all flows are written out (`placement.solve.capacitated.settle.Flows`) and HiGHS proves the rest.
"""

from collections.abc import Mapping
from dataclasses import fields, replace

import numpy as np

from placement.arrays import Floats, Ints
from placement.cover.instance_builder import Posting
from placement.cover.survey import Survey
from placement.plan.problem import Plan
from placement.solution import Status, Stopped, Tier, list_unproven
from placement.solve.capacitated.admission import Admitted, admission
from placement.solve.capacitated.crowds import crowds_of
from placement.solve.capacitated.settle import Flows, Settled, gates_of, settled_by, too_many
from placement.solve.capacitated.state import EQUAL, LanesOutcome
from placement.solve.core.gap import relative_gap
from placement.solve.core.incumbent import Outcome, Record, Start
from placement.solve.core.lexicographic import Staged
from placement.solve.core.stopping import Effort, Stop

_CHOOSING = 0.7  # of the time: the choice among equals and sending people take some as well


def flows_through_rings(plan: Plan, posts: Posting, walks: Survey) -> Flows:
    """Write down every flow of people through gates that may open.

    Parameters
    ----------
    plan, posts, walks
        What is asked, the candidate posts with all rules, and the walks.
    """
    gates = gates_of(plan, posts)
    crowds, _, _, crowd_of = crowds_of(plan, posts, walks, gates)
    return Flows(plan, posts, crowds, crowd_of, gates)


def solve_rings(
    plan: Plan,
    posts: Posting,
    walks: Survey,
    effort: Effort,
    *,
    start: Start | None,
    shares: Mapping[str, float],
) -> tuple[Staged[LanesOutcome], Flows, Admitted | None]:
    """Choose posts and lanes of most worth, tier by tier.

    Parameters
    ----------
    plan, posts, walks
        What is asked, the candidate posts with all rules, and the walks.
    start
        A known plan.
    shares
        By resource, the least share of all people to be admitted; a rule of the posts as well.
    effort
        When to stop.

    Returns
    -------
    staged, flows, admitted
        What was found, tier by tier, with posts that have the lanes of the plan; the flows, which
        hold what was reached; and who is admitted, None without a plan.
    """
    flows = flows_through_rings(plan, posts, walks)
    tiers, outcomes, told = flows.tiers(), list[LanesOutcome](), list[Tier]()
    admitted: Admitted | None = None
    for done, tier in enumerate(tiers):
        part = effort.stop.share(1.0 / (len(tiers) - done))
        terms = flows.worth_terms(tier)
        found, chosen = flows.most(
            terms, part, gap=effort.gap, start=start, progress=effort.progress
        )
        # what a tier before loses to the rounding of the solver, this one may seem to gain
        unit = max([1.0, *(abs(one.objective) for one in outcomes)])
        record = Record(replace(effort, stop=part), top=found.bound, equal=EQUAL, unit=unit)
        record.infeasible = found.infeasible
        lanes = np.zeros(len(posts.site), dtype=np.int64)
        if chosen is not None:
            columns, lanes = chosen
            start = Start(chosen=columns, lanes=lanes)
            posts = replace(posts, units=flows.units(lanes))
            admitted = admission(posts, plan, walks, columns, shares=shares, stop=effort.stop)
            reached = flows.worth_of(columns, admitted)[done]
            record.take(columns, reached)
            record.limit(found.bound)
            flows.hold_tier(tier, reached)
        one = _with_lanes(record.outcome(), lanes, _by_row(posts, admitted))
        outcomes.append(one)
        if one.chosen is None:
            break
        if tier:
            told.append(Tier(tier=tier, objective=one.objective, bound=one.bound, gap=one.gap))
    whole = outcomes[-1]
    if whole.chosen is not None and admitted is not None and len(outcomes) > 1:
        whole = _summed(outcomes, sum(flows.worth_of(whole.chosen, admitted)))
    return Staged(outcome=whole, tiers=tuple(told), posts=posts), flows, admitted


def best_through_rings(
    plan: Plan,
    posts: Posting,
    walks: Survey,
    effort: Effort,
    *,
    start: Start | None,
    shares: Mapping[str, float],
) -> tuple[Staged[LanesOutcome], Settled | None]:
    """Find a plan of most worth, and of its equals the one to be told of.

    Parameters and returned parts are those of `placement.solve.capacitated.thrift.best_with_lanes`.
    """
    choosing = replace(effort, stop=effort.stop.share(_CHOOSING))
    staged, flows, admitted = solve_rings(plan, posts, walks, choosing, start=start, shares=shares)
    if staged.outcome.chosen is None or admitted is None:
        return staged, None
    best = Settled(
        outcome=staged.outcome,
        posts=staged.posts,
        admitted=admitted,
        unproven=list_unproven("step_free"),
    )
    if too_many(plan, posts, walks):
        return staged, best
    return staged, settled_by(flows, best, walks, shares=shares, stop=effort.stop)


def _with_lanes(outcome: Outcome, lanes: Ints, people: Floats) -> LanesOutcome:
    """Return an outcome with lanes and the people of each row who get all the way in."""
    known = {part.name: getattr(outcome, part.name) for part in fields(Outcome)}
    return LanesOutcome(**known, lanes=lanes, admitted=people, passing=people[None])


def _by_row(posts: Posting, admitted: Admitted | None) -> Floats:
    if admitted is None:
        return np.zeros(posts.instance.rows)
    row = posts.row_of[admitted.position]
    there = row >= 0
    people = admitted.people[there]
    return np.bincount(row[there], weights=people, minlength=posts.instance.rows)


def _summed(outcomes: list[LanesOutcome], objective: float) -> LanesOutcome:
    """Sum the tiers up."""
    open_ends = [one for one in outcomes if one.status is not Status.OPTIMAL]
    bound = max(objective, sum(one.bound for one in outcomes)) if open_ends else objective
    return replace(
        outcomes[-1],
        status=Status.FEASIBLE if open_ends else Status.OPTIMAL,
        stopped=open_ends[0].stopped if open_ends else Stopped.PROVEN,
        objective=objective,
        bound=bound,
        gap=relative_gap(objective, bound),
    )


def can_be(flows: Flows, *, stop: Stop) -> bool | None:
    """Tell whether any plan keeps every rule; None where that is not known."""
    found, chosen = flows.most([(v, -cost) for v, cost in flows.cost_terms()], stop)
    if chosen is not None:
        return True
    return False if found.infeasible else None
