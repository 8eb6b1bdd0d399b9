"""Posts that are given, written up as those that a search found."""

import math
from collections.abc import Mapping

import numpy as np

from placement.arrays import Ints
from placement.cover.instance_builder import Posting
from placement.cover.survey import Survey
from placement.plan.problem import Plan
from placement.solution import Solution, Status, Stopped, Tier
from placement.solve.capacitated.admission import Admitted
from placement.solve.core.incumbent import Outcome
from placement.solve.questions.baseline import Wishes
from placement.solve.questions.report import write_up
from placement.solve.questions.solver import Best


def count_posts(
    plan: Plan,
    walks: Survey,
    posts: Posting,
    units: Ints,
    *,
    status: Status,
    bound: float,
    unproven: Mapping[str, float | None],
    wish: Wishes,
    tiers: tuple[Tier, ...] = (),
    admitted: Admitted | None = None,
) -> Solution:
    """Return posts as a solution, everything counted anew.

    Parameters
    ----------
    plan, walks, posts
        The plan, where its points meet the streets, and its posts as columns.
    units
        (N, K) int64, units of each post, 0 where there is none.
    status, bound, unproven, tiers
        What is known of the best plan.
    wish
        The agreed plan it is held to.
    admitted
        Whom its lanes admit, in a plan with lanes.
    """
    chosen = np.flatnonzero((units[posts.site, posts.resource] > 0) & posts.opens)
    outcome = Outcome(
        status=status,
        stopped=Stopped.PROVEN,
        chosen=chosen,
        objective=-math.inf,  # counted anew from the posts
        bound=bound,
        gap=math.inf,
        trace=(),
    )
    best = Best(
        outcome=outcome,
        posts=posts,
        chosen=chosen,
        tiers=tiers,
        unproven=unproven,
        admitted=admitted,
    )
    return write_up(plan, walks, best, wish=wish, units=units)
