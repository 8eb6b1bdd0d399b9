"""A plain PuLP model, written as in a textbook but built from lists, solved by HiGHS."""

from typing import Any

import pulp
from instances import Case, clock, rows, since, tell


def play(case: Case) -> dict[str, Any]:
    ready = rows(case) if case.get("merged") else None
    began = clock()
    covering, weight = ready or rows(case)
    problem = pulp.LpProblem("cover", pulp.LpMaximize)
    y = [problem.add_variable(f"y{j}", cat="Binary") for j in range(case["sites"])]
    z = [problem.add_variable(f"z{r}", 0, 1) for r in range(len(weight))]
    problem.setObjective(
        pulp.LpAffineExpression.from_list(list(zip(z, weight.tolist(), strict=True)))
    )
    for r, sites in enumerate(covering):
        terms = [(z[r], 1.0), *((y[j], -1.0) for j in sites.tolist())]
        problem.addConstraint(pulp.LpAffineExpression.from_list(terms) <= 0.0)
    problem.addConstraint(
        pulp.LpAffineExpression.from_list([(v, 1.0) for v in y]) <= float(case["p"])
    )
    build_s = since(began)[0]
    stats = problem.solve(pulp.HiGHS(msg=False, timeLimit=case["limit_s"], gapRel=0.0))
    wall_s, cpu_s = since(began)
    return {
        "first_s": wall_s,
        "first_cpu_s": cpu_s,
        "build_s": build_s,
        "chosen": (
            [j for j, v in enumerate(y) if v.varValue > 0.5] if stats.has_solution else None
        ),
        "bound": stats.best_bound,
        "says": str(getattr(stats.status, "name", stats.status)),
    }


if __name__ == "__main__":
    tell(play)
