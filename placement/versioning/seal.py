"""Seal a solution: a manifest of its bytes, its inputs, what made it and what is proven.

The manifest holds digests alone and no secret: whoever signs it (`ssh-keygen -Y sign`, `minisign`)
vouches for all that it names.
"""

import json
import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

from placement.plan.digests import digests_of
from placement.plan.problem import Plan
from placement.prove.proof import Proof
from placement.reading.regular import digest_bytes
from placement.review.reading import Members, load_json
from placement.solution import Solution
from placement.version import __version__

FORMAT = 1
_DECIDING = ("highspy", "pulp", "numba", "numpy")
_REMEDY = "name a manifest that `place seal` wrote"


def seal_text(
    plan: Plan, solution: Solution, *, file: Path, folder: Path, proof: Proof | None = None
) -> str:
    """Return the manifest of a solution as JSON.

    Parameters
    ----------
    plan, solution
        What was asked and what came out.
    file
        The solution's file.
    folder
        The plan's folder: inputs are named from there.
    proof
        A second proof, if one was made.

    Raises
    ------
    InputError
        If a file cannot be read.
    """
    manifest = {
        "format": FORMAT,
        "plan": solution.plan,
        "solution": {
            "file": file.name,
            "sha256": digest_bytes(file),
            "canonical": solution.digest,
        },
        "inputs": {
            name: digest_bytes(path)
            for name, path in sorted((_name(one, folder), one) for one in plan.inputs)
        },
        "canonical_inputs": dict(sorted(digests_of(plan).items())),
        "versions": {
            "placement": __version__,
            "python": platform.python_version(),
            **{name: version(name) for name in _DECIDING},
        },
        "proof": _proof(solution, proof),
    }
    return f"{json.dumps(manifest, ensure_ascii=False, indent=2, allow_nan=False)}\n"


def _proof(solution: Solution, proof: Proof | None) -> dict[str, Any]:
    known = solution.bound < float("inf")
    said: dict[str, Any] = {
        "status": solution.status.value,
        "objective": solution.objective,
        "bound": solution.bound if known else None,
        "gap": solution.gap if known else None,
        "second": None,
    }
    if proof is not None:
        said["second"] = {
            "verdict": proof.verdict.value,
            "words": proof.words,
            "bound": proof.bound,
        }
    return said


def check_seal(
    seal: Path, *, file: Path, solution: Solution, folder: Path
) -> tuple[list[str], list[str]]:
    """Say what changed since a solution was sealed.

    Parameters
    ----------
    seal
        The manifest.
    file, solution
        The solution, and the file it was read from.
    folder
        The plan's folder.

    Returns
    -------
    changed, others
        A sentence for each file that is not as it was, and one for each version that is another.

    Raises
    ------
    InputError
        If the manifest cannot be read.
    """
    top = Members(load_json(seal), file=seal)
    if top.whole("format") != FORMAT:
        top.refuse("format", "it is not one this version reads", remedy=_REMEDY)
    sealed, inputs, versions = (top.inner(name) for name in ("solution", "inputs", "versions"))
    changed: list[str] = []
    if digest_bytes(file) != sealed.text("sha256"):
        same = solution.digest == sealed.text("canonical")
        says = ", and says the same" if same else ""
        changed.append(f"{file.name} is not the file that was sealed{says}")
    for name in sorted(inputs.values):
        path = folder / name
        if not path.is_file():
            changed.append(f"{name} is missing since the seal")
        elif digest_bytes(path) != inputs.text(name):
            changed.append(f"{name} changed since the seal")
    now = {"placement": __version__, "python": platform.python_version()}
    now |= {name: version(name) for name in _DECIDING}
    others = [
        f"sealed with {name} {versions.text(name)}, checked with {now[name]}"
        for name in now
        if versions.text(name) != now[name]
    ]
    return changed, others


def unsealed(seal: Path, plan: Plan, folder: Path) -> list[str]:
    """Return a sentence for each input of a plan that its seal does not name."""
    named = Members(load_json(seal), file=seal).inner("inputs").values
    read = sorted({_name(one, folder) for one in plan.inputs})
    return [f"{name} is read, and was not sealed" for name in read if name not in named]


def _name(path: Path, folder: Path) -> str:
    """Return how an input is named: from the plan's folder, with slashes."""
    return Path(os.path.relpath(path, folder)).as_posix()
