"""Runs cases in this process, one line a case; whoever started it sees where it ended.

A case that takes 10 s of the processor ends the process by a signal, and one that asks for more
than two further gigabytes gets none: the other side finds out which case it was.
"""

import resource
import shutil
import signal
import sys
import tempfile
import traceback
from pathlib import Path

from click.testing import CliRunner, Result

from placement.cli import place
from tests.fuzz.cases import Case, make_case
from tests.fuzz.seeds import write_seeds

SECONDS = 10
_MORE_BYTES = 2 << 30


def fault(case: Case, result: Result) -> str | None:
    """What is wrong with how a command ended; None where nothing is."""
    said = result.output
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        return "".join(traceback.format_exception(result.exception)[-6:])
    for words in ("should not have happened", "Traceback", "not enough memory"):
        if words in said:
            return said[-3000:]
    refused = case.words[0] in {"audit", "map", "routes", "catchments", "why"}
    if result.exit_code not in ({0, 2, 3, 4, 5} | ({1} if refused else set())):
        return f"exit code {result.exit_code}: {said[-3000:]}"
    if result.exit_code and "rror: " not in said:
        return f"exit code {result.exit_code} without a sentence: {said[-3000:]}"
    litter = [path.name for path in case.out.parent.iterdir() if _is_litter(path)]
    if result.exit_code not in {0, 1} and case.out.exists():
        litter.append(case.out.name)
    return f"left behind {litter}" if litter else None


def _is_litter(path: Path) -> bool:
    return path.name.startswith(".") or path.name.endswith(".part")


def run_case(case: Case) -> Result:
    """Run one command."""
    return CliRunner().invoke(place, list(case.words))


def main(first: int, last: int, folder: Path) -> None:
    """Run the cases from the first to before the last."""
    seeds = write_seeds(folder / "seeds")
    warm = folder / "warm"
    bare = (str(seeds["bare"]), "--no-map", "--out", str(warm))
    # Compiling a loop for the first time takes longer than a case may.
    for words in (
        ("check", str(seeds["plan"])),
        ("check", str(seeds["laned"])),
        *(("streets", "info", str(seeds[name])) for name in ("streets.osm", "streets.osm.pbf")),
        ("cover", *bare, "--share", "checkpoint=0.3"),
        ("optimise", *bare, "--baseline", str(warm / "solution.geojson"), "--change-price", "0.5"),
    ):
        result = CliRunner().invoke(place, list(words))
        if result.exit_code:
            raise RuntimeError(f"{words}: {result.output}")
    with Path("/proc/self/statm").open() as about:
        now = int(about.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + _MORE_BYTES, now + _MORE_BYTES))
    for number in range(first, last):
        scratch = folder / "scratch"
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        case = make_case(number, seeds, scratch)
        print(f"begin {number}", flush=True)
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        result = run_case(case)
        signal.setitimer(signal.ITIMER_PROF, 0)
        found = fault(case, result)
        print(f"fault {number} {found!r}" if found else f"fine {number}", flush=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        main(int(sys.argv[1]), int(sys.argv[2]), Path(name))
