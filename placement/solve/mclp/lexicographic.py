"""Strict tiers without lanes: each is held in whole numbers while the next is served."""

from dataclasses import replace

from placement.arrays import Bools, Ints
from placement.cover.instance import Instance
from placement.cover.instance_builder import Posting
from placement.cover.reduce import keep_rows
from placement.solve.core.gap import held_slack, worth_step
from placement.solve.core.incumbent import Outcome
from placement.solve.core.lexicographic import Staged, keep_worth_of, serve_tiers, sum_tiers
from placement.solve.core.scaled import scaled
from placement.solve.core.stopping import Effort, Stop
from placement.solve.mclp import solver


def solve(posts: Posting, effort: Effort, *, start: Ints | None = None) -> Staged[Outcome]:
    """Maximise tier by tier.

    Each tier has an equal share of the time that is left to it.
    """

    def serve(tier: int, instance: Instance, stop: Stop) -> Outcome:
        nonlocal start
        mine = _only(instance, posts.row_tier == tier)
        found = solver.solve(mine, replace(effort, stop=stop), start=start)
        start = found.chosen
        return found

    def hold(mine: Bools, found: Outcome) -> tuple[Instance, float]:
        # in whole numbers: there half a step tells a plan that keeps the tier from any other
        whole = scaled(keep_worth_of(posts.instance, mine), centred=False).instance
        assert found.chosen is not None  # noqa: S101 - it is held
        reached = whole.value(found.chosen)
        return whole, reached - held_slack(reached, worth_step(whole))

    if len(posts.tiers) <= 1:
        alone = solver.solve(posts.instance, effort, start=start)
        return Staged(outcome=alone, tiers=(), posts=posts)
    outcomes, tiers, held = serve_tiers(posts, serve=serve, hold=hold, stop=effort.stop)
    return Staged(outcome=sum_tiers(posts.instance, outcomes), tiers=tiers, posts=held)


def _only(instance: Instance, mine: Bools) -> Instance:
    """Return an instance in which the other rows are worth nothing."""
    if instance.plain:  # nor does any rule count them
        return keep_rows(instance, mine)
    return keep_worth_of(instance, mine)
