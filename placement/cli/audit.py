"""``place audit``: recompute a solution from its plan."""

import click

import placement
from placement.cli.options import (
    closure_option,
    json_option,
    layer_option,
    plan_argument,
    solution_argument,
)


@click.command("audit", short_help="Recompute every figure and rule of a solution.")
@solution_argument()
@plan_argument()
@layer_option()
@closure_option()
@json_option()
def command(
    solution: str,
    plan: str | None,
    layers: dict[str, str],
    closures: tuple[str, ...],
    as_json: bool,
) -> None:
    """Recompute SOLUTION, a file or the folder that `place optimise` wrote, from its PLAN.

    Exits with 1 if a figure or a rule does not hold.
    """
    from placement.cli.revisit import revisit
    from placement.cli.rules import rule_rows
    from placement.cli.talk import Talk, give_json
    from placement.errors import AuditError

    talk = Talk()
    with talk.step("Reading the plan"):
        asked, chosen = revisit(solution, plan, layers=layers, closures=closures)
    with talk.step("Recomputing"):
        report = placement.audit(asked, chosen)
    if as_json:
        give_json(
            {
                "ok": report.ok,
                "checked": report.checked,
                "findings": list(report.findings),
                "version": chosen.version,
            }
        )
    if not report.ok:
        raise AuditError(report.findings)
    if not as_json:
        click.echo(f"All {report.checked:,} figures and rules hold.")
        if chosen.version != placement.__version__:
            found = (
                "a version that its file does not state"
                if chosen.version is None
                else chosen.version
            )
            click.echo(f"Found by placement {found}, recomputed by {placement.__version__}.")
        talk.table(rule_rows(asked, chosen))
