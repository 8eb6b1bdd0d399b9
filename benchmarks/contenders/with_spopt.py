"""spopt 0.8 with its PuLP 3: a distance matrix, `MCLP.from_cost_matrix`, CBC or HiGHS."""

from typing import Any

import pulp
from instances import Case, clock, since, tell, uniform
from scipy.spatial.distance import cdist
from spopt.locate import MCLP


def play(case: Case) -> dict[str, Any]:
    drawn = uniform(case)
    limit = case["limit_s"]
    if case["solver"] == "CBC":
        solver = pulp.PULP_CBC_CMD(msg=False, timeLimit=limit)
    else:
        solver = pulp.HiGHS(msg=False, timeLimit=limit)
    began = clock()
    model = MCLP.from_cost_matrix(
        cdist(drawn.points, drawn.sites), drawn.weight, case["radius"], case["p"]
    )
    build_s = since(began)[0]
    model = model.solve(solver)
    wall_s, cpu_s = since(began)
    return {
        "first_s": wall_s,
        "first_cpu_s": cpu_s,
        "build_s": build_s,
        "chosen": [j for j, x in enumerate(model.fac_vars) if (x.varValue or 0) > 0.5],
        "bound": None,
        "says": pulp.LpStatus[model.problem.status],
    }


if __name__ == "__main__":
    tell(play)
