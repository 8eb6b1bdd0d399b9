"""``place seal``: a manifest of a solution, to be signed."""

import click

import placement
from placement.cli.options import (
    closure_option,
    layer_option,
    out_option,
    plan_argument,
    prove_options,
    solution_argument,
)
from placement.counts import counted


@click.command("seal", short_help="Write a manifest of a solution and its inputs, to be signed.")
@solution_argument()
@plan_argument()
@layer_option()
@closure_option()
@prove_options()
@out_option("FILE", "Manifest to write.  [default: seal.json beside SOLUTION]", suffixes=(".json",))
def command(
    *,
    solution: str,
    plan: str | None,
    layers: dict[str, str],
    closures: tuple[str, ...],
    prove: bool,
    prove_time_limit: float,
    out: str | None,
) -> None:
    """Audit SOLUTION, then write the digests of its bytes and inputs, versions and proof as JSON.

    `place audit --seal FILE` checks them. Sign the manifest with the keys you have, for instance
    `ssh-keygen -Y sign` or `minisign`. A solution that the audit refuses is not sealed.
    """
    from pathlib import Path

    from placement.cli.files import find_solution
    from placement.cli.proving import demand_solver, find_proof, show_proof
    from placement.cli.revisit import revisit
    from placement.cli.talk import Talk
    from placement.cli.written import check_beside
    from placement.errors import AuditError
    from placement.outputs import replace_file
    from placement.versioning.seal import seal_text

    talk = Talk()
    demand_solver(prove=prove)
    file = find_solution(solution)
    target = Path(out) if out else file.with_name("seal.json")
    with talk.step("Reading the plan"):
        asked, chosen = revisit(solution, plan, layers=layers, closures=closures)
    check_beside(target, asked, inputs=[file])
    with talk.step("Recomputing"):
        report = placement.audit(asked, chosen)
    if report.findings or report.changed:
        raise AuditError([*report.findings, *report.changed])
    proof = find_proof(asked, chosen, talk, prove=prove, time_limit=prove_time_limit)
    show_proof(proof)
    text = seal_text(asked, chosen, file=file, folder=asked.inputs[0].parent, proof=proof)
    replace_file(target, text.encode(), inputs=[*asked.inputs, file])
    talk.say(f"sealed {file} and {counted(len(asked.inputs), 'input')}: wrote {target}")
