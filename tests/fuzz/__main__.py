"""``make fuzz``: damages every input of every command, and keeps what goes wrong."""

import argparse
import sys
import time

from tests.fuzz.running import KEPT, keep, run_cases

A_NIGHT = 20_000


def main() -> int:
    """Run cases, by default those of this night; return how many went wrong, at most 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=A_NIGHT, help="How many cases.")
    parser.add_argument("--from", type=int, dest="first", help="The first; another each night.")
    chosen = parser.parse_args()
    first = chosen.first
    if first is None:
        first = A_NIGHT * (int(time.time()) // 86_400)
    print(f"Running {chosen.count:,} cases from {first}.", flush=True)
    faults = 0
    for fault in run_cases(first, first + chosen.count):
        faults += 1
        lines = fault.said.splitlines() or [""]
        print(f"{fault.number}: {lines[-1][-300:]}", flush=True)
        keep(fault)
    print(f"{faults} of {chosen.count:,} went wrong" + (f"; see {KEPT}." if faults else "."))
    return min(faults, 1)


if __name__ == "__main__":
    sys.exit(main())
