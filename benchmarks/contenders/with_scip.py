"""The same model, given to SCIP through pyscipopt with its default settings."""

from typing import Any

from instances import Case, clock, rows, since, tell
from pyscipopt import Model, quicksum


def play(case: Case) -> dict[str, Any]:
    ready = rows(case) if case.get("merged") else None
    began = clock()
    covering, weight = ready or rows(case)
    model = Model()
    model.hideOutput()
    model.setParam("limits/time", case["limit_s"])
    y = [model.addVar(vtype="B") for _ in range(case["sites"])]
    z = [model.addVar(ub=1.0, obj=w) for w in weight.tolist()]
    model.setMaximize()
    for r, sites in enumerate(covering):
        model.addCons(z[r] <= quicksum(y[j] for j in sites.tolist()))
    model.addCons(quicksum(y) <= case["p"])
    build_s = since(began)[0]
    model.optimize()
    wall_s, cpu_s = since(began)
    found = model.getNSols() > 0
    return {
        "first_s": wall_s,
        "first_cpu_s": cpu_s,
        "build_s": build_s,
        "chosen": [j for j, v in enumerate(y) if model.getVal(v) > 0.5] if found else None,
        "bound": model.getDualbound(),
        "says": model.getStatus(),
    }


if __name__ == "__main__":
    tell(play)
