"""Where to put checkpoints and teams along an event's route: plan in, proven solution out.

The public names are loaded when they are first used, so that ``import placement`` costs nothing
and the command line starts at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from placement.version import __version__

if TYPE_CHECKING:
    from placement.auditing.audit import audit
    from placement.cover.cover import Cover
    from placement.errors import (
        AuditError,
        InfeasibleError,
        InputError,
        NoPlanError,
        PlacementError,
        UsageError,
    )
    from placement.exports.export import write_export
    from placement.maps import write_map
    from placement.plan.layers import load_plan
    from placement.plan.problem import Plan
    from placement.prove.proof import Proof, prove_again
    from placement.review.compare import Diff, compare
    from placement.review.drawn import write_catchments, write_routes
    from placement.review.geojson import read_solution, write_solution
    from placement.solution import Solution, Status
    from placement.solve.questions.evaluate import Evaluation, evaluate
    from placement.solve.questions.max_cover import optimise
    from placement.solve.questions.max_cover import optimise as optimize
    from placement.solve.questions.maximise import Result, maximise
    from placement.solve.questions.maximise import maximise as maximize
    from placement.solve.questions.min_cost import least_cost
    from placement.solve.questions.what_if import Why, why
    from placement.studies.alternatives import Alternatives, alternatives
    from placement.studies.egress import Egress, egress
    from placement.studies.frontier import Frontier, frontier
    from placement.studies.loss import loss
    from placement.studies.losses import Losses
    from placement.studies.replay import Replay, Scenario, replay
    from placement.studies.risk import Risks, risk
    from placement.studies.roster.study import Roster, roster
    from placement.studies.sample_average import choose_under_risk
    from placement.studies.under_risk import UnderRisk

__all__ = [
    "Alternatives",
    "AuditError",
    "Cover",
    "Diff",
    "Egress",
    "Evaluation",
    "Frontier",
    "InfeasibleError",
    "InputError",
    "Losses",
    "NoPlanError",
    "PlacementError",
    "Plan",
    "Proof",
    "Replay",
    "Result",
    "Risks",
    "Roster",
    "Scenario",
    "Solution",
    "Status",
    "UnderRisk",
    "UsageError",
    "Why",
    "__version__",
    "alternatives",
    "audit",
    "choose_under_risk",
    "compare",
    "egress",
    "evaluate",
    "frontier",
    "least_cost",
    "load_plan",
    "loss",
    "maximise",
    "maximize",
    "optimise",
    "optimize",
    "prove_again",
    "read_solution",
    "replay",
    "risk",
    "roster",
    "why",
    "write_catchments",
    "write_export",
    "write_map",
    "write_routes",
    "write_solution",
]

_ROOM_OF = {
    "Alternatives": "placement.studies.alternatives",
    "AuditError": "placement.errors",
    "Cover": "placement.cover.cover",
    "Diff": "placement.review.compare",
    "Egress": "placement.studies.egress",
    "Evaluation": "placement.solve.questions.evaluate",
    "Frontier": "placement.studies.frontier",
    "InfeasibleError": "placement.errors",
    "InputError": "placement.errors",
    "Losses": "placement.studies.losses",
    "NoPlanError": "placement.errors",
    "PlacementError": "placement.errors",
    "Plan": "placement.plan.problem",
    "Proof": "placement.prove.proof",
    "Replay": "placement.studies.replay",
    "Result": "placement.solve.questions.maximise",
    "Risks": "placement.studies.risk",
    "Roster": "placement.studies.roster.study",
    "Scenario": "placement.studies.replay",
    "Solution": "placement.solution",
    "Status": "placement.solution",
    "UnderRisk": "placement.studies.under_risk",
    "UsageError": "placement.errors",
    "Why": "placement.solve.questions.what_if",
    "alternatives": "placement.studies.alternatives",
    "audit": "placement.auditing.audit",
    "choose_under_risk": "placement.studies.sample_average",
    "compare": "placement.review.compare",
    "egress": "placement.studies.egress",
    "evaluate": "placement.solve.questions.evaluate",
    "frontier": "placement.studies.frontier",
    "least_cost": "placement.solve.questions.min_cost",
    "load_plan": "placement.plan.layers",
    "loss": "placement.studies.loss",
    "maximise": "placement.solve.questions.maximise",
    "optimise": "placement.solve.questions.max_cover",
    "prove_again": "placement.prove.proof",
    "read_solution": "placement.review.geojson",
    "replay": "placement.studies.replay",
    "risk": "placement.studies.risk",
    "roster": "placement.studies.roster.study",
    "why": "placement.solve.questions.what_if",
    "write_catchments": "placement.review.drawn",
    "write_export": "placement.exports.export",
    "write_map": "placement.maps",
    "write_routes": "placement.review.drawn",
    "write_solution": "placement.review.geojson",
}

_OTHER_SPELLING = {"maximize": "maximise", "optimize": "optimise"}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any of the public names
    spelling = _OTHER_SPELLING.get(name, name)
    room = _ROOM_OF.get(spelling)
    if room is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(room), spelling)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
