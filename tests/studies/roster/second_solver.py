"""Whether so many teams can hold posts, asked of CP-SAT: a Boolean a team, post and slot."""

from collections.abc import Sequence

import pytest

from placement.solve.mip.relief_model import Kind, Shift


def possible(slots: int, kinds: Sequence[Kind], shift: Shift, teams: int) -> bool:
    """Say whether so many teams do; handovers are of one slot at most, and there are no spells."""
    # it cannot be loaded after HiGHS 1.15, which has a library of the same name
    cp_model = pytest.importorskip("ortools.sat.python.cp_model", exc_type=ImportError)
    posts = [(kind.out, kind.back) for kind in kinds for _ in range(kind.positions)]
    model = cp_model.CpModel()
    there = {
        (n, p, t): model.new_bool_var(f"{n} {p} {t}")
        for n in range(teams)
        for p in range(len(posts))
        for t in range(slots)
    }
    for n in range(teams):
        for t in range(slots):
            model.add(sum(there[n, p, t] for p in range(len(posts))) <= 1)
        for t in range(slots - shift.work):
            span = range(t, t + shift.work + 1)
            model.add(sum(there[n, p, s] for p in range(len(posts)) for s in span) <= shift.work)
        if shift.cap is not None:
            model.add(sum(one for (m, _, _), one in there.items() if m == n) <= shift.cap)
    for p, (_, back) in enumerate(posts):
        for t in range(slots):
            model.add(sum(there[n, p, t] for n in range(teams)) >= 1)
            for n in range(teams if t else 0):
                left = [there[n, p, t - 1], there[n, p, t].negated()]
                if shift.handover:
                    others = [there[m, p, t - 1] for m in range(teams) if m != n]
                    model.add_bool_or(others).only_enforce_if(left)
                for q, (out, _) in enumerate(posts):
                    for s in range(t, min(slots, t + back + shift.rest + out)):
                        model.add_bool_or(
                            [left[0].negated(), there[n, p, t], there[n, q, s].negated()]
                        )
    for n in range(teams - 1):  # teams are alike: those before work as long or longer
        worked = [
            sum(there[m, p, t] for p in range(len(posts)) for t in range(slots)) for m in (n, n + 1)
        ]
        model.add(worked[0] >= worked[1])
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    status = solver.solve(model)
    assert status in {cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.INFEASIBLE}
    return status != cp_model.INFEASIBLE
