"""The studies of the bundled plans, each as `place` runs it: how long, and how much memory.

    python benchmarks/studies.py                    every case, the table on stdout
    python benchmarks/studies.py --only risk loss   cases that begin like this

Each case is a process of its own, in an empty folder, timed by the clock from its first line to its
last; seconds of the processor (all threads together) stand beside it, and the most memory it held.
Solutions that a study begins from are made before, and are not timed.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DATA = Path(__file__).parents[1] / "data" / "geo"
COVER, DOGS, PARIS = (
    str(DATA / name) for name in ("paris-2024-cover", "paris-2024-dogs", "paris-2024")
)
AWAY = ("--away", "dog_team=10%", "--away", "checkpoint=2%")
CASES = {
    "frontier of 17 budgets, cover": ("frontier", COVER, "--budgets", "100:900:50"),
    "10 alternatives, cover": (
        *("alternatives", COVER, "--within", "1%", "--differ", "5", "--count", "10"),
    ),
    "loss of 3 posts, cover": ("loss", "cover", COVER, "--posts", "3"),
    "loss of 3 posts, lanes": ("loss", "lanes", PARIS, "--posts", "3"),
    "risk, 10,000 nights": ("risk", "cover", COVER, "--nights", "10000", *AWAY),
    "risk, best mean, dogs": ("risk", DOGS, "--best", "mean", *AWAY),
    "risk, best mean, cover": ("risk", COVER, "--best", "mean", *AWAY),
    "risk, best worst5, dogs": ("risk", DOGS, "--best", "worst5", *AWAY),
    "risk, best worst5, cover": ("risk", COVER, "--best", "worst5", *AWAY),
    "headroom auto, lanes": (
        "optimise",
        PARIS,
        "--headroom",
        "auto",
        "--time-limit",
        "60",
        "--no-map",
    ),
}
PLANS = {"cover": COVER, "lanes": PARIS}


def run(words: tuple[str, ...], folder: Path) -> tuple[float, float, float]:
    """Run a command; return seconds of the clock, of the processor, and megabytes at most."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", "from placement.cli import place; place()", *words, "--quiet"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"place {' '.join(words)} ended with {process.returncode}")
    clock = time.perf_counter() - begun
    return clock, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    """Run the cases that are asked for."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--only", nargs="+", default=[""], metavar="NAME")
    only = tuple(asked.parse_args().only)
    cases = {name: words for name, words in CASES.items() if name.startswith(only)}
    print("| study | clock, s | processor, s | memory, MB |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for plan, where in PLANS.items():
            if any(plan in words for words in cases.values()):
                run(("optimise", where, "--no-map", "-o", plan), folder)
        for case, words in cases.items():
            clock, cpu, memory = run(words, folder)
            print(f"| {case} | {clock:.1f} | {cpu:.1f} | {memory:.0f} |", flush=True)


if __name__ == "__main__":
    main()
