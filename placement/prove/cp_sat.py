"""CP-SAT of OR-Tools, in a process of its own: programs in, answers out, a line of JSON each.

The only module that knows OR-Tools, and it imports nothing else of ours: what OR-Tools links with
never meets the libraries of the process that asks. `process.py` starts it and says what a request
holds.
"""

import json
import os
import queue
import signal
import sys
import threading
import time
from importlib import import_module
from types import ModuleType
from typing import Any

_LOOKS_S = 1.0  # between two looks at who our parent is


def main(asks: int) -> None:
    """Answer one request after the other, until whoever asks is gone.

    Parameters
    ----------
    asks
        The process that asks, by its number.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asks
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)  # whatever else a library writes there would be taken for an answer
    requests: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()
    threading.Thread(target=_watch, args=(asks,), daemon=True).start()
    sat = import_module("ortools.sat.python.cp_model")
    answer: dict[str, Any] = {"ready": True}
    while True:
        answers.write(f"{json.dumps(answer)}\n")
        answers.flush()
        answer = answer_to(sat, json.loads(requests.get()))


def _listen(requests: "queue.SimpleQueue[str]") -> None:
    """Take requests in, and end the process when there can be no more of them."""
    for line in sys.stdin:
        requests.put(line)
    os._exit(0)  # in the middle of a search too, which would listen to nothing else


def _watch(asks: int) -> None:
    """End the process when it has another parent: what was forked of ours keeps the pipe open."""
    while os.getppid() == asks:
        time.sleep(_LOOKS_S)
    os._exit(0)


def answer_to(sat: ModuleType, asked: dict[str, Any]) -> dict[str, Any]:
    """Maximise, with one thread and one seed: the same program gives the same steps.

    Parameters
    ----------
    sat
        The module of the solver.
    asked
        The request; see `process.Request`.

    Returns
    -------
    dict
        ``none``, whether nothing keeps all rows; ``values`` of the best that was found or None;
        ``bound``, what no objective is above, or None.
    """
    model, variables = _written(sat, asked)
    solver = sat.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.linearization_level = 2
    solver.parameters.max_time_in_seconds = max(0.01, asked["ends"] - time.monotonic())
    enough, beyond, exact = asked["enough"], asked["beyond"], asked["exact"]
    known: list[int] = []

    def note_bound(bound: float) -> None:
        known.append(round(bound))
        if enough is not None and known[-1] <= enough:
            solver.stop_search()

    class Watch(sat.CpSolverSolutionCallback):  # type: ignore[misc, name-defined]
        """Ends the search at a plan that refutes the claim."""

        def on_solution_callback(self) -> None:
            if beyond is not None:
                found = sum(one * self.value(variables[at]) for at, one in exact)
                if found > beyond:
                    self.stop_search()

    solver.best_bound_callback = note_bound
    status = solver.solve(model, Watch())
    if status == sat.MODEL_INVALID:
        raise AssertionError(f"the second model is not valid: {model.validate()}")
    if status == sat.INFEASIBLE:
        return {"none": True, "values": None, "bound": None}
    if status not in {sat.OPTIMAL, sat.FEASIBLE}:
        # bounds that were told count; what a response holds without a plan may be a default
        return {"none": False, "values": None, "bound": min(known, default=None)}
    values = [solver.value(one) for one in variables]
    bound = round(solver.best_objective_bound) if asked["aim"] else 0
    return {"none": False, "values": values, "bound": bound}


def _written(sat: ModuleType, asked: dict[str, Any]) -> tuple[Any, list[Any]]:
    """Return a program as the solver takes it, and its variables."""
    model = sat.CpModel()
    variables = [
        model.new_int_var(low, high, "")
        for low, high in zip(asked["low"], asked["high"], strict=True)
    ]

    def total(terms: list[list[int]]) -> Any:  # noqa: ANN401 - an expression of the solver
        return sat.LinearExpr.weighted_sum(
            [variables[at] for at, _ in terms], [one for _, one in terms]
        )

    for terms, most in asked["rows"]:
        if terms:
            model.add(total(terms) <= most)
        else:  # nothing adds up to at most a number below 0
            model.add_bool_or([])
    for at, others in asked["implied"]:
        model.add_bool_or([*(variables[one] for one in others), variables[at].negated()])
    if asked["aim"]:
        model.maximize(total(asked["aim"]))
    for at, value in asked["hint"]:
        model.add_hint(variables[at], value)
    return model, variables
