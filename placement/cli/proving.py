"""The second proof at the command line: what it says, and what becomes of a claim it refutes."""

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Mapping

    from placement.cli.answers import ProofAnswer
    from placement.cli.talk import Talk
    from placement.plan.problem import Plan
    from placement.prove.proof import Proof
    from placement.solution import Solution

CLAIMED = "Figures and rules hold; optimality is the file's claim (--prove proves it again)."


def demand_solver(*, prove: bool) -> None:
    """Check that a second proof can be had before anything takes time, if one is asked for."""
    if prove:
        from placement.prove.solver import demand_solver as demand

        demand()


def find_proof(
    plan: "Plan", solution: "Solution", talk: "Talk", *, prove: bool, time_limit: float
) -> "Proof | None":
    """Prove a solution again, if that is asked for."""
    if not prove:
        return None
    from placement.prove.proof import prove_again

    with talk.step("Proving a second time"):
        return prove_again(plan, solution, time_limit=time_limit)


def proof_json(proof: "Proof | None") -> "ProofAnswer":
    """Return what a JSON output says of the second proof."""
    if proof is None:
        return {"proof": "claimed"}
    found: ProofAnswer = {"proof": proof.verdict.value, "proof_words": proof.words}
    if proof.bound is not None:
        found["proof_bound"] = proof.bound
    if proof.cost_bound is not None:
        found["proof_cost_bound"] = proof.cost_bound
    if proof.better is not None:
        found["proof_better"] = dict(proof.better)
    return found


def show_proof(proof: "Proof | None") -> None:
    """Say on standard error what a second proof found.

    Raises
    ------
    RefutedError
        If it refutes the claim.
    """
    from placement.errors import RefutedError
    from placement.prove.proof import Verdict
    from placement.review.texts import shown

    if proof is None:
        return
    if proof.verdict is Verdict.REFUTED:
        raise RefutedError(f"{proof.words}{_better(proof)}.")
    click.echo(shown(f"{proof.words[0].upper()}{proof.words[1:]}."), err=True)


def _better(proof: "Proof") -> str:
    if proof.better is None:
        return ""
    posts = ", ".join(f"{post} × {units}" for post, units in proof.better.items())
    return f": {posts or 'no post at all'}"


def show_no_plan(
    plan: "Plan",
    talk: "Talk",
    *,
    time_limit: float,
    shares: "Mapping[str, float] | None" = None,
    **wishes: Any,  # noqa: ANN401 - the options of the run, as they were
) -> None:
    """Prove again that there is no plan, and say on standard error what was found.

    Raises
    ------
    RefutedError
        If the second solver has one.
    """
    from placement.prove.proof import prove_none
    from placement.prove.question import question

    asked = question(
        budget=None if shares else plan.problem.budget, limits={}, shares=shares, **wishes
    )
    with talk.step("Proving a second time that there is no plan"):
        proof = prove_none(plan, asked, time_limit=time_limit)
    show_proof(proof)
