"""The engine beside its peers: every contender in an environment and a process of its own.

    python benchmarks/engine.py [--quick] [--only NAME ...] [--with NAME ...] [--report]

The peers are installed under ``.benchmarks/`` by pip. One case runs at a time; runs shorter than
20 s are made three times and their medians told. What was measured is kept in
``.benchmarks/engine.json``, so that cases can be run one by one; ``--report`` only prints the
tables of what is there, writes them into ``docs/explanation/engine.md`` and draws
``docs/explanation/engine.svg``.
Seconds are wall seconds with CPU seconds beside them: on a busy machine the latter count.
"""

import argparse
import json
import os
import platform
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / ".benchmarks"
KEPT = HOME / "engine.json"
HERE = ROOT / "benchmarks" / "contenders"
SHORT_S = 20.0  # runs below are repeated

ENVIRONMENTS = {
    "spopt": ["spopt==0.8.*", "pulp>=3,<4", "highspy"],
    "solvers": ["pulp[highs]>=4.2,<5", "pyscipopt", "ortools", "scipy", "matplotlib"],
}
# name → script, environment (None is this one), what is added to the case
CONTENDERS: dict[str, tuple[str, str | None, dict[str, Any]]] = {
    "placement": ("ours.py", None, {}),
    "spopt, CBC": ("with_spopt.py", "spopt", {"solver": "CBC"}),
    "spopt, HiGHS": ("with_spopt.py", "spopt", {"solver": "HiGHS"}),
    "PuLP, HiGHS": ("with_pulp.py", "solvers", {}),
    "SCIP": ("with_scip.py", "solvers", {}),
    "CP-SAT": ("with_cpsat.py", "solvers", {}),
}
ALL, OURS = tuple(CONTENDERS), ("placement",)
SOLVERS = ("placement", "PuLP, HiGHS", "SCIP", "CP-SAT")


def _cases() -> dict[str, tuple[tuple[str, ...], dict[str, Any]]]:
    """Return every case by name: who takes part, and what is asked."""
    uniform = {"kind": "uniform", "seed": 1}
    cases: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {}
    for points in (10_000, 50_000):
        asked = {"points": points, "sites": 100, "radius": 4.0, "p": 15, "limit_s": 600.0}
        cases[f"spopt-{points // 1000}k"] = ALL, uniform | asked
    for p, radius in ((10, 6.25), (10, 5.5), (15, 4.0), (20, 3.25), (50, 3.25)):
        asked = {"points": 15_000_000, "sites": 100, "radius": radius, "p": p, "limit_s": 60.0}
        # once a process: memory is measured
        cases[f"15M-{p}-{radius}"] = OURS, uniform | asked | {"again_below_s": 0.0}
    for millions in (10, 20, 40, 1000):
        asked = {"points": millions * 1_000_000, "sites": 100, "radius": 6.25, "p": 10}
        asked |= {"kind": "chunks", "seed": 1, "limit_s": 120.0, "again_below_s": 0.0}
        cases[f"chunks-{millions}M"] = OURS, asked
    for limit in (10.0, 60.0):
        radius = (0.014 * 900 / 3.141592653589793) ** 0.5
        asked = {"points": 50_000, "sites": 500, "radius": radius, "p": 60, "limit_s": limit}
        cases[f"50kx500-{limit:.0f}s"] = OURS, uniform | asked
    for name, limits in {
        "300a": (60,), "300b": (60, 120), "500a": (60,), "500b": (60, 120),
        "1000a": (60,), "1000b": (60,),
    }.items():  # fmt: skip
        sites, kind = int(name[:-1]), name[-1]
        asked = {
            "points": 100_000,
            "sites": sites,
            "radius": (4.0 if kind == "a" else 3.25) * (100 / sites) ** 0.5,
            "p": round((0.15 if kind == "a" else 0.2) * sites),
            "merged": True,
        }
        for limit in limits:
            key = f"hard-{name}" + (f"-{limit}s" if limit != 60 else "")
            who = SOLVERS if limit == 60 else OURS
            cases[key] = who, uniform | asked | {"limit_s": float(limit)}
    for place in ("NY", "SF"):
        for p in range(50, 101, 10):
            asked = {"kind": "city", "city": place, "p": p, "limit_s": 60.0}
            cases[f"city-{place}-{p}"] = OURS, asked
    for metres in (300, 600):
        for p in (100, 200, 400):
            asked = {"kind": "streets", "seed": 1, "sites": 2000, "radius": metres, "p": p}
            cases[f"streets-{metres}-{p}"] = OURS, asked | {"limit_s": 60.0}
    return cases


CASES = _cases()


def python_of(environment: str | None) -> str:
    """Return the interpreter of an environment, made and filled where it is missing."""
    if environment is None:
        return sys.executable
    folder = HOME / "env" / environment
    python = folder / "bin" / "python"
    wanted = "\n".join(ENVIRONMENTS[environment])
    made = folder / ".made"
    if not made.exists() or made.read_text() != wanted:
        print(f"Installing {', '.join(ENVIRONMENTS[environment])}.", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        command = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        subprocess.run([*command, *ENVIRONMENTS[environment]], check=True)
        made.write_text(wanted)
    return str(python)


def play(contender: str, case: dict[str, Any]) -> dict[str, Any]:
    """Run one contender once on one case; return what it says and what its process used."""
    script, environment, extra = CONTENDERS[contender]
    command = [python_of(environment), str(HERE / script), json.dumps(case | extra)]
    paths = {"PYTHONPATH": str(ROOT)} if environment is None else {}
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as wrong:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=said, stderr=wrong, env=os.environ | paths, start_new_session=True
        )
        # building a model may take longer than solving it, and no time limit of a solver counts it
        most = 2.0 * case["limit_s"] + 300.0
        timer = threading.Timer(most, os.killpg, (process.pid, signal.SIGKILL))
        timer.start()
        _, status, used = os.wait4(process.pid, 0)
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        out: dict[str, Any] = {
            "process_s": time.perf_counter() - began,
            "process_cpu_s": used.ru_utime + used.ru_stime,
            "load": os.getloadavg()[0],
        }
        said.seek(0)
        wrong.seek(0)
        if process.returncode:
            reason = f"ended after {most:.0f} s" if process.returncode < 0 else "failed"
            print(wrong.read()[-2000:], file=sys.stderr)
            return out | {"says": reason, "chosen": None, "bound": None}
        return out | json.loads(said.read().splitlines()[-1])


def measure(name: str, contender: str, *, quick: bool) -> dict[str, Any]:
    """Run a case once, or three times and take the run of median time."""
    case = CASES[name][1]
    if quick:
        case = case | {"limit_s": min(case["limit_s"], 10.0)}
        case |= {"points": min(case["points"], 1_000_000)} if "points" in case else {}
    runs = [play(contender, case)]
    while len(runs) < 3 and not quick and runs[0]["process_s"] < SHORT_S and "first_s" in runs[0]:
        runs.append(play(contender, case))
    out = sorted(runs, key=lambda run: run["process_s"])[len(runs) // 2]
    for key, value in out.items():
        if key.endswith("_s") or key == "peak_mb":
            out[key] = statistics.median(run.get(key, value) for run in runs)
    return out | {"runs": len(runs), "at": time.strftime("%Y-%m-%d %H:%M")}


def draw_streets() -> None:
    """Keep a grid of 514 × 514 crossings, 40 m apart and shaken, a tenth of its streets closed.

    250,000 of them are junctions in the end: where two streets meet, one street goes on.
    """
    target = HOME / "grid.parquet"
    if target.exists():
        return
    import geopandas  # noqa: PLC0415 - only this case draws streets
    import numpy as np  # noqa: PLC0415
    import shapely  # noqa: PLC0415

    rng = np.random.default_rng(7)
    step = np.arange(514) * 40.0
    x, y = np.meshgrid(490_000.0 + step, 5_410_000.0 + step)
    xy = np.column_stack([x.ravel(), y.ravel()]) + rng.uniform(-8, 8, (514 * 514, 2))
    at = np.arange(514 * 514).reshape(514, 514)
    ends = np.concatenate([
        np.column_stack([at[:, :-1].ravel(), at[:, 1:].ravel()]),
        np.column_stack([at[:-1].ravel(), at[1:].ravel()]),
    ])  # fmt: skip
    ends = ends[rng.random(len(ends)) >= 0.1]
    lines = geopandas.GeoSeries(shapely.linestrings(xy[ends]), crs="EPSG:32631")
    frame = geopandas.GeoDataFrame({"class": "footway"}, geometry=lines, index=lines.index)
    frame.to_crs("EPSG:4326").to_parquet(target)


def warm_up(*, hard: bool) -> None:
    """Compile every loop once, so that no case pays for it: with blocks where cases are hard."""
    small = {"kind": "uniform", "seed": 3, "points": 20_000, "again_below_s": 0.0}
    play("placement", small | {"sites": 120, "radius": 3.0, "p": 20, "limit_s": 30.0})
    if hard:
        play("placement", small | {"sites": 300, "radius": 2.3, "p": 45, "limit_s": 30.0})


def versions() -> str:
    """Say what was run on what."""
    ask = (
        "import importlib.metadata as m, json, sys; "
        "print(json.dumps({n: m.version(n) for n in sys.argv[1:]}))"
    )
    found = {}
    for environment, names in (
        (None, ["numpy", "numba", "pulp", "highspy"]),
        ("spopt", ["spopt", "pulp", "highspy"]),
        ("solvers", ["pulp", "highspy", "pyscipopt", "ortools"]),
    ):
        answer = subprocess.run(
            [python_of(environment), "-c", ask, *names], check=True, capture_output=True
        )
        found[environment or "placement"] = json.loads(answer.stdout)
    parts = [
        f"{place}: " + ", ".join(f"{name} {number}" for name, number in names.items())
        for place, names in found.items()
    ]
    return (
        f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}; "
        + "; ".join(parts)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", default=[""], help="cases that begin like this")
    parser.add_argument("--with", nargs="*", default=[""], dest="who", help="contenders like this")
    parser.add_argument("--quick", action="store_true", help="small, short and once; not kept")
    parser.add_argument("--report", action="store_true", help="only write up what is kept")
    parser.add_argument("--warm", action="store_true", help="every loop is compiled already")
    args = parser.parse_args()
    HOME.mkdir(exist_ok=True)
    chosen = {name: who for name, (who, _) in CASES.items() if name.startswith(tuple(args.only))}
    if not args.report:
        if any(name.startswith("streets") for name in chosen):
            draw_streets()
        if not args.warm:
            warm_up(hard=any(name.startswith(("hard", "city", "50k")) for name in chosen))
    for name, takes_part in chosen.items() if not args.report else ():
        if name.startswith("city") and not _has_cities():
            print(f"{name}: skipped, the cities are not in PLACEMENT_DATA")
            continue
        for contender in takes_part:
            if not contender.startswith(tuple(args.who)):
                continue
            out = measure(name, contender, quick=args.quick)
            brief = {k: v for k, v in out.items() if k not in {"chosen", "trace"}}
            print(f"{name}  {contender}  {json.dumps(brief)}", flush=True)
            if not args.quick:
                kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
                kept.setdefault(name, {})[contender] = out
                KEPT.write_text(json.dumps(kept))
    if not args.quick and KEPT.exists():
        subprocess.run(
            [
                python_of("solvers"),
                HERE / "write_up.py",
                KEPT,
                ROOT / "docs" / "explanation",
                versions(),
            ],
            check=True,
        )


def _has_cities() -> bool:
    data = Path(os.environ.get("PLACEMENT_DATA", ROOT / "../shared/data"))
    return (data / "mclp" / "best_known.csv").exists()


if __name__ == "__main__":
    main()
