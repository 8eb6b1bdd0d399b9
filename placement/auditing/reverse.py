"""The audit of a cheapest plan: the shares it had to reach, and what it says of its cost."""

import math

from placement.auditing.claims import check_gap
from placement.auditing.findings import Findings
from placement.auditing.periods import people_of
from placement.counts import counted
from placement.plan.problem import Plan
from placement.solution import Solution

_HAIR, _SAME = 0.05, 1e-6  # people, and a share of them: where lanes admit parts of people


def check_reverse(plan: Plan, solution: Solution, findings: Findings) -> None:
    """Check the shares a cheapest plan had to reach, and what it says of its cost.

    Parameters
    ----------
    plan, solution
        What was asked and what came out; the people of its coverage are counted elsewhere.
    findings
        Collects what does not hold.
    """
    reverse = solution.reverse
    if reverse is None:
        return
    findings.equal("budget of a cheapest plan", solution.budget, solution.cost)
    known = {resource.id for resource in plan.problem.resources}
    findings.require(len(reverse.shares) > 0, "no share was asked for")
    for resource, share in reverse.shares.items():
        findings.require(resource in known, f"a share of {resource!r} is asked, no resource")
        findings.require(0 < share <= 1, f"the share of {resource!r} is {share:.10g}")
        reached = solution.coverage.get(resource)
        total = math.fsum(people_of(plan, resource)) if resource in known else 0.0
        people = -1.0 if reached is None else reached.covered
        lanes = resource in known and plan.settings.resources[resource].lanes is not None
        hair = max(_HAIR, _SAME * total) if lanes else 1e-6
        findings.require(
            people >= share * total * (1 - 1e-9) - hair,
            f"{counted(people, 'person')} covered by {resource!r}, {share:.10g} of {total:.10g} "
            "were to be",
        )
    bound = reverse.cost_bound
    findings.require(
        0 <= bound <= solution.cost,
        f"the bound of the cost {bound:.10g} is above the cost {solution.cost:.10g}",
    )
    gap = (solution.cost - bound) / solution.cost if solution.cost > bound else 0.0
    off = 1e-6 / solution.cost if gap else 0.0
    check_gap("gap of the cost", reverse.cost_gap, gap, off, findings)
