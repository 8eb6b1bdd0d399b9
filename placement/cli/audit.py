"""``place audit``: recompute a solution from its plan."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

import placement
from placement.cli.options import (
    closure_option,
    json_option,
    layer_option,
    plan_argument,
    prove_options,
    solution_argument,
)

if TYPE_CHECKING:
    from placement.auditing.audit import Report
    from placement.cli.answers import AuditAnswer
    from placement.plan.problem import Plan


@click.command("audit", short_help="Recompute every figure and rule of a solution.")
@solution_argument()
@plan_argument()
@layer_option()
@closure_option()
@prove_options()
@click.option(
    "--baseline",
    type=click.Path(),
    metavar="SOLUTION",
    help="The agreed plan that the solution was held to: checks what it says has moved.",
)
@click.option(
    "--strict",
    is_flag=True,
    help="Refuse a solution whose run asked other than its plan file says.",
)
@click.option(
    "--seal",
    type=click.Path(),
    metavar="FILE",
    help="Refuse a solution that is not as `place seal` found it; names each file that changed.",
)
@json_option()
def command(
    *,
    solution: str,
    plan: str | None,
    layers: dict[str, str],
    closures: tuple[str, ...],
    baseline: str | None,
    strict: bool,
    seal: str | None,
    prove: bool,
    prove_time_limit: float,
    as_json: bool,
) -> None:
    """Recompute SOLUTION, a file or the folder that `place optimise` wrote, from its PLAN.

    A plan that `place evaluate` wrote may break rules: those are told, and refuse nothing.
    Budget, unit and fleets are those of the plan file; what a run asked instead is named. Exits
    with 1 if a figure or a rule does not hold, or a second proof refutes what is claimed.

    PLAN is the plan file or its folder; without it the plan of the name that SOLUTION records, here
    or beside it.
    """
    from placement.cli.files import find_solution
    from placement.cli.proving import CLAIMED, demand_solver, find_proof, proof_json, show_proof
    from placement.cli.revisit import revisit
    from placement.cli.rules import rule_rows
    from placement.cli.talk import Talk, give_json, warn
    from placement.errors import AuditError
    from placement.review.texts import shown
    from placement.solution import Status

    talk = Talk()
    demand_solver(prove=prove)
    old = None if baseline is None else placement.read_solution(find_solution(baseline))
    broken_seal = _check_seal(seal, solution, plan)
    with talk.step("Reading the plan"), _telling(broken_seal):
        asked, chosen = revisit(solution, plan, layers=layers, closures=closures)
    broken_seal += _unsealed(seal, asked)
    with talk.step("Recomputing"):
        report = placement.audit(asked, chosen, baseline=old)
    for sentence in report.changed:
        warn(sentence)
    findings = (*broken_seal, *report.findings, *(report.overrides if strict else ()))
    proof = None
    if not findings:
        proof = find_proof(asked, chosen, talk, prove=prove, time_limit=prove_time_limit)
    if as_json:
        answer: AuditAnswer = {
            "ok": not findings,
            "checked": report.checked,
            "findings": list(findings),
            "overrides": list(report.overrides),
            "claims": list(report.claims),
            "broken": list(report.broken),
            "changed": list(report.changed),
            **proof_json(proof),
            "version": chosen.version,
        }
        give_json(answer)
    if findings:
        raise AuditError(findings)
    if not as_json:
        _tell_kept(report)
        if not prove and chosen.status is not Status.PROPOSED:
            click.echo(CLAIMED)
        if chosen.version != placement.__version__:
            found = (
                "a version that its file does not state"
                if chosen.version is None
                else chosen.version
            )
            click.echo(f"Found by placement {found}, recomputed by {placement.__version__}.")
        for head, said in (("Override", report.overrides), ("Claim", report.claims)):
            for sentence in said:
                click.echo(shown(f"{head}: {sentence}."))
        talk.table(rule_rows(asked, chosen))
    show_proof(proof)


def _check_seal(seal: str | None, solution: str, plan: str | None) -> list[str]:
    """Say which files changed since a solution was sealed; nothing of the plan is read yet."""
    if seal is None:
        return []
    from pathlib import Path

    from placement.cli.files import find_plan_of, find_solution
    from placement.cli.talk import warn
    from placement.plan.settings import plan_path
    from placement.versioning.seal import check_seal

    file = find_solution(solution)
    chosen = placement.read_solution(file)
    asked = plan_path(plan) if plan is not None else find_plan_of(file, chosen.plan)
    changed, others = check_seal(Path(seal), file=file, solution=chosen, folder=asked.parent)
    for sentence in others:
        warn(sentence)
    return changed


@contextmanager
def _telling(broken_seal: list[str]) -> Iterator[None]:
    """Say what a seal found even where a plan that changed since cannot be read."""
    from placement.cli.talk import warn
    from placement.errors import PlacementError

    try:
        yield
    except PlacementError:
        for sentence in broken_seal:
            warn(sentence)
        raise


def _unsealed(seal: str | None, plan: "Plan") -> list[str]:
    """Say which inputs of a plan its seal does not name."""
    if seal is None:
        return []
    from pathlib import Path

    from placement.versioning.seal import unsealed

    return unsealed(Path(seal), plan, plan.inputs[0].parent)


def _tell_kept(report: "Report") -> None:
    """Say that all holds, or which rules a proposed plan breaks."""
    from placement.review.texts import shown

    if not report.broken:
        click.echo(f"All {report.checked:,} figures and rules hold.")
        return
    many = len(report.broken)
    rules = "a rule is broken" if many == 1 else f"{many} rules are broken"
    click.echo(
        f"Proposed by hand: of {report.checked:,} figures and rules {rules}, all else holds."
    )
    for sentence in report.broken:
        click.echo(shown(f"Broken: {sentence}."))
