"""How long `place print` takes on `paris-2024`: two sheets, those of areas, those of posts.

    python benchmarks/sheets.py [PLACE]

Each is a process of its own, the middle of some runs. PLACE, the program of another version, is
run in turn with this one and stands in front of it, as "before → now". Writes
docs/reference/maps.md.
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pypdf
from pages import write_table

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/reference/maps.md"
PLACE = Path(sys.executable).with_name("place")
RUNS = int(os.environ.get("PLACEMENT_RUNS", "5"))
CASES = {"the map and the table": [], "a sheet for each area": ["--areas"],
         "a sheet for each post": ["--posts"]}  # fmt: skip
STEPS = {"reading": ("Reading the plan", "Walking the streets"), "audit": ("Recomputing",),
         "sheets": ("Setting the sheets",)}  # fmt: skip
HEADS = ("start", *STEPS, "all, by the clock", "processor time", "memory, MB")


def measure(place: Path, more: list[str], out: Path) -> list[float]:
    """Return seconds by step, of the clock and of the processor, and the most memory in MB."""
    words = ["outputs/paris-2024", "data/geo/paris-2024", "--verbose", "-o", str(out), *more]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as talk:
        began = time.perf_counter()
        process = subprocess.Popen([place, "print", *words], cwd=ROOT, stderr=talk)
        _, status, used = os.wait4(process.pid, 0)
        clock = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        talk.seek(0)
        said = talk.read()
    if process.returncode:
        sys.exit(said)
    told = re.findall(r"^(.+): done in ([\d.]+) s$", said, re.MULTILINE)
    took = {step: float(seconds) for step, seconds in told}
    steps = [sum(took.get(name, 0.0) for name in names) for names in STEPS.values()]
    # what is not said is what starting takes
    processor, most_mb = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    return [clock - sum(took.values()), *steps, clock, processor, most_mb]


def main() -> None:
    places = [*map(Path, sys.argv[1:]), PLACE]
    lines = [f"| | sheets | {' | '.join(HEADS)} |", f"|---|{' --: |' * (len(HEADS) + 1)}"]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "dossier.pdf"
        for name, more in CASES.items():
            runs: list[list[list[float]]] = [[] for _ in places]
            for _ in range(RUNS):
                for place, taken in zip(places, runs, strict=True):
                    taken.append(measure(place, more, out))
            middles = [[statistics.median(one) for one in zip(*all_, strict=True)] for all_ in runs]
            cells = [
                " → ".join(f"{one:.0f}" if head.endswith("MB") else f"{one:.1f}" for one in those)
                for head, those in zip(HEADS, zip(*middles, strict=True), strict=True)
            ]
            sheets = len(pypdf.PdfReader(out).pages)
            lines.append(f"| {name} | {sheets} | {' | '.join(cells)} |")
            print(lines[-1], flush=True)
    load = os.getloadavg()[0]
    lines += ["", f"One-minute load at the end: {load:.1f} on {os.cpu_count()} processors."]
    write_table(PAGE, "sheets", lines, packages=["typst", "shapely", "numpy"])


if __name__ == "__main__":
    main()
