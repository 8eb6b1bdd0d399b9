"""The agreed plans that the repository keeps belong to the bundled plans: every figure holds."""

import subprocess
from pathlib import Path

import pytest

import placement

ROOT = Path(__file__).parents[1]
BUNDLED = (
    "london-2023",
    "paris-2024",
    "paris-2024-cover",
    "paris-2024-dogs",
    "paris-2024-sealed",
)


@pytest.mark.slow
@pytest.mark.parametrize("name", BUNDLED)
def test_an_agreed_plan_is_audited(name: str) -> None:
    plan = placement.load_plan(ROOT / "data" / "geo" / name)
    solution = placement.read_solution(ROOT / "outputs" / name / "solution.geojson")
    assert solution.plan == name
    assert placement.audit(plan, solution).ok


def test_nothing_else_of_outputs_is_kept() -> None:
    listed = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "outputs"], capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("this is no git repository")
    kept = {f"outputs/{name}/solution.geojson" for name in BUNDLED}
    assert set(listed.stdout.split()) == {"outputs/README.md", *kept}
