"""What a solution claims of its own proof: held together, and told as the file's claim."""

import math
from collections.abc import Sequence

from placement.auditing.findings import Findings
from placement.plan.input_names import NO_IDENTITY
from placement.plan.problem import Problem
from placement.solution import Solution, Status, list_unproven

_GRID = 1e-6  # figures are written with six decimals, and a gap is rounded up to them
_DUST = 1e-9  # of a gap: not something left to prove
_NINTH = 5.1e-10  # a gap that no file has rounded yet has nine decimals


def check_claims(solution: Solution, everyone: float, findings: Findings) -> None:
    """Check status, bound and gap against each other.

    Parameters
    ----------
    solution
        As told.
    everyone
        What covering everybody would be worth.
    findings
        Collects what does not hold.
    """
    objective, bound = solution.objective, solution.bound
    proposed = solution.status is Status.PROPOSED
    # a plan that breaks rules may be worth more than any that keeps them
    findings.require(
        bound >= objective or (proposed and bool(findings.broken)),
        f"the bound {bound:.12g} is below the objective {objective:.12g}",
    )
    # each figure is rounded up to its last decimal, and an open bound lies one above the objective
    room = _GRID * (max(1, len(solution.tiers)) + 1)
    findings.require(
        bound <= everyone * (1 + 1e-9) + room or (proposed and math.isinf(bound)),
        f"the bound {bound:.12g} is above what covering everyone is worth, {everyone:.12g}",
    )
    gap = gap_between(objective, bound)
    check_gap("gap", solution.gap, gap, _off(objective, gap), findings)
    findings.require(
        solution.status in (Status.OPTIMAL, Status.FEASIBLE, Status.PROPOSED),
        f"status is {solution.status.value!r}, yet there is a plan",
    )
    open_cost = 0.0 if solution.reverse is None else solution.reverse.cost_gap
    findings.require(
        proposed
        or (solution.status is Status.OPTIMAL) == (bound == objective and open_cost == 0.0),
        f"status is {solution.status.value!r} at an objective of {objective:.12g} and a bound of "
        f"{bound:.12g}" + (f", with {open_cost:.12g} open in cost" if open_cost else ""),
    )
    if proposed and solution.walk is not None:
        findings.require(
            solution.walk.gap is None and solution.walk.unproven == list_unproven("step_free"),
            "nothing was chosen among equals of a proposed plan, and walks are told to be proven",
        )
    if solution.walk is not None and solution.walk.gap is not None:
        findings.require(
            0 <= solution.walk.gap <= 1,
            f"walks may be shorter by {solution.walk.gap} of themselves",
        )
    if solution.walk is not None and "walk" in solution.walk.unproven:
        walks, left = solution.walk.gap, solution.walk.unproven["walk"]
        findings.require(left == walks, f"the gap of walks is {walks}, unproven are {left}")


def check_tiers(
    problem: Problem, solution: Solution, found: Sequence[float], findings: Findings
) -> None:
    """Check each tier's objective, bound and gap, and their sums.

    Parameters
    ----------
    problem, solution
        What was asked and told.
    found
        Objective of each tier, recomputed; empty where it is looked for elsewhere.
    findings
        Collects what does not hold.
    """
    tiers = problem.demand.tiers
    told = [tier.tier for tier in solution.tiers]
    if len(tiers) == 1:
        findings.require(not told, "tiers are given, and the plan has none")
        return
    findings.require(told == list(tiers), f"tiers are {told}, the plan's are {list(tiers)}")
    for tier, objective in zip(solution.tiers, found, strict=False):
        findings.equal(f"objective of tier {tier.tier}", tier.objective, objective)
    for tier in solution.tiers:
        # a proposed plan may hold less of the tiers before, and then have more of this one
        findings.require(
            tier.bound >= tier.objective or solution.status is Status.PROPOSED,
            f"the bound of tier {tier.tier}, {tier.bound:.12g}, is below its objective "
            f"{tier.objective:.12g}",
        )
        gap = gap_between(tier.objective, tier.bound)
        off = _off(tier.objective, gap)
        check_gap(f"gap of tier {tier.tier}", tier.gap, gap, off, findings)
    room = _GRID * (len(told) + 1) / 2 * 1.01
    for name, whole, parts in (
        ("objective", solution.objective, [tier.objective for tier in solution.tiers]),
        ("bound", solution.bound, [tier.bound for tier in solution.tiers]),
    ):
        findings.equal(f"{name}, against those of the tiers", whole, math.fsum(parts), within=room)


def claims_of(solution: Solution, *, baseline: bool) -> tuple[str, ...]:
    """Return what only the file says, one sentence each.

    Parameters
    ----------
    solution
        As told.
    baseline
        Whether what moved was held to the agreed plan itself.
    """
    proof = (
        "proposed, how far from the best is not known"
        if solution.status is Status.PROPOSED and math.isinf(solution.bound)
        else f"{solution.status.value}, no plan is worth more than {solution.bound:.12g}, a gap of "
        f"{solution.gap:.6g}"
    )
    said = [proof]
    said += [
        f"of tier {tier.tier}, no plan is worth more than {tier.bound:.12g}, a gap of "
        f"{tier.gap:.6g}"
        for tier in solution.tiers
    ]
    if solution.reverse is not None:
        reverse = solution.reverse
        said.append(
            f"no plan that reaches the shares costs less than {reverse.cost_bound:.12g}, a gap of "
            f"{reverse.cost_gap:.6g}"
        )
    if solution.walk is not None and solution.status is not Status.PROPOSED:
        gap = solution.walk.gap
        said.append(
            "how far the walks are from the shortest is not known"
            if gap is None
            else f"no equal plan has walks shorter by more than {gap:.6g} of them"
        )
        said += [
            f"among equal plans {stage} is not settled, "
            + ("nobody knows by how much" if left is None else f"by at most {left:.6g}")
            for stage, left in solution.walk.unproven.items()
        ]
    if solution.lanes is not None:
        said.append(
            f"people walk {solution.lanes.mean_walk_s:.6g} s to their gates on average, where the "
            "file tells only how many of each area go to which"
        )
    if solution.digests is None:
        said.append(NO_IDENTITY)
    if solution.changes is not None and not baseline:
        said.append(
            "what moved against the agreed plan: give that plan with --baseline to check it"
        )
    return tuple(said)


def gap_between(objective: float, bound: float) -> float:
    """Return how much better than the objective a plan could be at most, as a share of it."""
    if bound <= objective:
        return 0.0
    return (bound - objective) / objective if objective > 0 else math.inf


def check_gap(name: str, told: float, gap: float, off: float, findings: Findings) -> None:
    """Check a gap against the one that its two figures make.

    Parameters
    ----------
    name, told
        What it is called, and what is told.
    gap
        Recomputed; 0 where nothing is open.
    off
        What the last decimals of the two figures leave open.
    findings
        Collects what does not hold.
    """
    if math.isinf(gap) or gap == 0:
        holds = told == gap
    else:
        low, high = max(gap - off, 0.0), gap + off
        found = low - _NINTH <= told <= high + _NINTH
        holds = found or _rounded_up(low) <= told <= _rounded_up(high)
    findings.require(holds, f"{name} is {told:.10g}, recomputed {gap:.10g}")


def _off(objective: float, gap: float) -> float:
    return _GRID / objective * (1 + gap) if objective > 0 else 0.0


def _rounded_up(gap: float) -> float:
    """Return a gap as a file has it."""
    nearest = round(gap, 6)
    return nearest if gap - nearest <= _DUST else round(nearest + _GRID, 6)
