"""How many lines git shows where one dog team moves: those of the decision, and few that follow."""

import json
import subprocess
from pathlib import Path

import pytest

from placement.review.edits import apply_edits
from placement.review.geojson import read_solution, solution_text, take_solution

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("plan", "case", "most"), [
    ("paris-2024-cover", "cover", 7), ("paris-2024", "lanes", 8),
])  # fmt: skip
def test_a_dog_team_that_moves_alters_few_lines(
    plan: str, case: str, most: int, tmp_path: Path
) -> None:
    """The cases hold what `place evaluate` counts after the move, 149 m and 25 m."""
    agreed = ROOT / "outputs" / plan / "solution.geojson"
    patch = json.loads((ROOT / f"tests/cases/team-moved-{case}.edits.json").read_text("utf-8"))
    moved = tmp_path / "moved.geojson"
    made = apply_edits(read_solution(agreed), patch["edits"], file="diff.json")
    moved.write_bytes(solution_text(made).encode())
    done = subprocess.run(
        ["git", "diff", "--no-index", "--no-ext-diff", "--no-textconv", "--numstat", agreed, moved],
        capture_output=True,
        text=True,
        check=False,
    )
    added, removed, _ = done.stdout.split(maxsplit=2)
    assert 0 < int(added) <= most
    assert 0 < int(removed) <= most


def test_the_layout_of_older_files_is_read() -> None:
    """Members once stood one a line; where they stand makes no difference."""
    path = ROOT / "outputs" / "paris-2024-cover" / "solution.geojson"
    text = path.read_text(encoding="utf-8")
    older = json.dumps(json.loads(text), indent=2)
    assert older != text
    assert solution_text(take_solution(json.loads(older), file="older")) == text
