"""The same model in clauses, given to CP-SAT of OR-tools with one worker a processor."""

import os
from typing import Any

from instances import Case, clock, rows, since, tell
from ortools.sat.python import cp_model


def play(case: Case) -> dict[str, Any]:
    ready = rows(case) if case.get("merged") else None
    began = clock()
    covering, weight = ready or rows(case)
    model = cp_model.CpModel()
    y = [model.new_bool_var("") for _ in range(case["sites"])]
    z = [model.new_bool_var("") for _ in weight]
    for r, sites in enumerate(covering):
        model.add_bool_or([~z[r], *(y[j] for j in sites.tolist())])
    model.add(sum(y) <= case["p"])
    model.maximize(cp_model.LinearExpr.weighted_sum(z, [int(w) for w in weight]))
    build_s = since(began)[0]
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = case["limit_s"]
    solver.parameters.num_workers = os.cpu_count() or 1
    status = solver.solve(model)
    wall_s, cpu_s = since(began)
    found = status in {cp_model.OPTIMAL, cp_model.FEASIBLE}
    return {
        "first_s": wall_s,
        "first_cpu_s": cpu_s,
        "build_s": build_s,
        "chosen": [j for j, v in enumerate(y) if solver.value(v)] if found else None,
        "bound": solver.best_objective_bound,
        "says": solver.status_name(status),
    }


if __name__ == "__main__":
    tell(play)
