"""How plans are agreed: the solution as a file that diffs well, and what changed between two."""

from placement.review.compare import Diff, compare
from placement.review.geojson import read_solution, write_solution

__all__ = ["Diff", "compare", "read_solution", "write_solution"]
