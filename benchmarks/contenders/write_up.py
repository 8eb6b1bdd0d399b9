"""Tables and a plot of what was measured: run by ``engine.py`` where matplotlib is installed."""

import csv
import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
from instances import DATA

mpl.use("svg")
mpl.rcParams["svg.hashsalt"] = "placement"  # the same figures draw the same file
mpl.rcParams["svg.fonttype"] = "none"
import matplotlib.pyplot as plt  # noqa: E402 - after the backend is chosen

BEGIN, END = "<!-- figures: written by benchmarks/engine.py -->", "<!-- end of figures -->"
type Runs = dict[str, dict[str, dict[str, Any]]]

GAP_BARS = {"300a": 0.25, "300b": 0.1, "500a": 0.5, "500b": 0.1, "1000a": 0.8, "1000b": 0.3}
FASTER_BARS = {"spopt-10k": 50, "spopt-50k": 500}
COLOURS = {
    "placement": "#0b6e4f",
    "spopt, CBC": "#b3412e",
    "spopt, HiGHS": "#d98032",
    "PuLP, HiGHS": "#caa53d",
    "SCIP": "#5b6c9e",
    "CP-SAT": "#8a5b9e",
}


def gap(run: dict[str, Any]) -> float | None:
    """Return the gap in per cent between a contender's own bound and its own plan."""
    if run.get("bound") is None or not run.get("covered"):
        return None
    return max(0.0, 100 * (run["bound"] / run["covered"] - 1))


def table(*rows: tuple[Any, ...]) -> str:
    """Return a table, its first row the head."""
    lines = ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    lines.insert(1, "|" + " --- |" * len(rows[0]))
    return "\n".join(lines)


def number(value: float | None, digits: int = 2) -> str:
    return "–" if value is None else f"{value:,.{digits}f}"


def whole_call(runs: Runs) -> list[str]:
    """Write the table beside spopt and the solvers that a row a point is given to."""
    rows: list[tuple[Any, ...]] = [
        ("points", "contender", "s", "CPU s", "of which building, s", "slower by CPU", "covered",
         "says", "peak MB"),
    ]  # fmt: skip
    for name in FASTER_BARS:
        ours = runs.get(name, {}).get("placement")
        if ours is None:
            continue
        points = f"{int(name[6:-1]) * 1000:,}"
        for call, label in (("first", "placement, first call"), ("again", "placement, again")):
            rows.append((
                points, label, number(ours[f"{call}_s"]), number(ours[f"{call}_cpu_s"]), "–", "1",
                number(ours["covered"], 0), ours["says"], number(ours["peak_mb"], 0),
            ))  # fmt: skip
        for who, run in runs[name].items():
            if who == "placement":
                continue
            cpu = run.get("first_cpu_s", run["process_cpu_s"])
            rows.append((
                points, who, number(run.get("first_s", run["process_s"])), number(cpu),
                number(run.get("build_s")),
                f"{cpu / ours['first_cpu_s']:,.0f} × / {cpu / ours['again_cpu_s']:,.0f} ×",
                number(run.get("covered"), 0), run["says"], number(run.get("peak_mb"), 0),
            ))  # fmt: skip
    if len(rows) == 1:
        return []
    return [
        "### A whole call beside spopt",
        (
            "100 uniform sites, radius 4, p = 15: from points and sites in memory to the plan. "
            "*First* is the first call in a process, in which the compiled loops are read from "
            "disk; *again* is any later one. The two ratios are against these two. The others "
            "have a row for every point. Asked for: spopt with CBC 50 × slower at 10,000 points, "
            "500 × at 50,000, with the same objective."
        ),
        table(*rows),
    ]


def many_points(runs: Runs) -> list[str]:
    """Write the table of 15,000,000 points."""
    rows: list[tuple[Any, ...]] = [
        ("p", "R", "rows", "s", "CPU s", "of which rows, CPU s", "status", "covered", "peak MB",
         "≤ 15 s, ≤ 1.2 GB"),
    ]  # fmt: skip
    for name, who in runs.items():
        if not name.startswith("15M") or "placement" not in who:
            continue
        run = who["placement"]
        _, p, radius = name.split("-")
        kept = run["says"] == "optimal" and run["first_s"] <= 15 and run["peak_mb"] <= 1200
        rows.append((
            p, radius, number(run["rows"], 0), number(run["first_s"]), number(run["first_cpu_s"]),
            number(run["cover_cpu_s"]), run["says"], number(run["covered"], 0),
            number(run["peak_mb"], 0), "yes" if kept else "**no**",
        ))  # fmt: skip
    text = "From arrays in memory, 360 MB of the peak, to the proof; the first call in a process."
    return ["### 15,000,000 points × 100 sites", text, table(*rows)] if len(rows) > 1 else []


def chunks(runs: Runs) -> list[str]:
    """Write the table of points that come in chunks."""
    rows: list[tuple[Any, ...]] = [
        ("points", "rows", "s", "CPU s", "of which drawing and rows, CPU s", "ns CPU a point",
         "status", "peak MB"),
    ]  # fmt: skip
    for name, who in runs.items():
        if not name.startswith("chunks") or "placement" not in who:
            continue
        run, points = who["placement"], int(name[7:-1]) * 1_000_000
        rows.append((
            f"{points:,}", number(run["rows"], 0), number(run["first_s"]),
            number(run["first_cpu_s"]), number(run["cover_cpu_s"]),
            number(1e9 * run["cover_cpu_s"] / points, 1), run["says"], number(run["peak_mb"], 0),
        ))  # fmt: skip
    text = (
        "p = 10, R = 6.25, chunks of 1,048,576 points drawn on the fly: drawing them is part of "
        "these seconds, and more than half of it. Without it, see [rows](#rows)."
    )
    return ["### Points by chunks", text, table(*rows)] if len(rows) > 1 else []


def at_a_limit(runs: Runs) -> list[str]:
    """Write the table of 50,000 points and 500 sites."""
    rows: list[tuple[Any, ...]] = [
        ("limit, s", "covered", "bound", "gap, %", "asked for, %", "CPU s", "peak MB")
    ]
    for seconds, bar in ((10, 1.0), (60, 0.5)):
        run = runs.get(f"50kx500-{seconds}s", {}).get("placement")
        if run:
            rows.append((
                seconds, number(run["covered"], 0), number(run["bound"], 0), number(gap(run), 3),
                f"{bar}: {'yes' if gap(run) <= bar else '**no**'}",
                number(run["first_cpu_s"], 1), number(run["peak_mb"], 0),
            ))  # fmt: skip
    text = "p = 60, each disc 1.4% of the square; spopt had no plan here after 400 s."
    return ["### 50,000 points × 500 sites", text, table(*rows)] if len(rows) > 1 else []


def hard_zone(runs: Runs) -> list[str]:
    """Write the table of the hard zone."""
    solvers = ("placement", "PuLP, HiGHS", "SCIP", "CP-SAT")
    rows: list[tuple[Any, ...]] = [("instance, limit", *solvers, "asked for", "reached")]
    for name, who in runs.items():
        if not name.startswith("hard-") or "placement" not in who:
            continue
        label = name[5:].split("-")[0]
        longer = name.endswith("-120s")
        best = max(run.get("covered") or 0.0 for run in who.values())
        cells = []
        for solver in solvers:
            run = who.get(solver)
            if run is None or gap(run) is None:
                cells.append("–")
                continue
            short = 100 * (1 - run["covered"] / best)
            plan = "" if len(who) == 1 else "best plan; " if short == 0 else f"plan −{short:.3f}; "
            cells.append(
                ("**proven**" if run["says"].lower() == "optimal" else number(gap(run), 3))
                + f" ({plan}{run['first_s']:.0f} s, CPU {run['first_cpu_s']:.0f})"
            )
        own = who["placement"]
        others = [gap(run) for other, run in who.items() if other != "placement"]
        others = [other for other in others if other is not None]
        if longer:
            bar, kept = "proven", own["says"] == "optimal"
        else:
            bar = f"≤ {GAP_BARS[label]}, least"
            kept = gap(own) <= GAP_BARS[label] and all(gap(own) <= other for other in others)
        reached = ("yes" if kept else "**no**") + ("" if others else ", alone")
        rows.append((f"{label}, {'120' if longer else '60'} s", *cells, bar, reached))
    return [
        "### The hard zone",
        ("Gap in %, each contender's bound against its own plan, and in brackets how far its plan "
        "is below the best in the row. All start from the same merged rows; making them counts for "
        "placement alone. *Alone*: the others were not run on it."),
        table(*rows),
    ] if len(rows) > 1 else []  # fmt: skip


def cities(runs: Runs) -> list[str]:
    """Write the table of New York and San Francisco."""
    file = DATA / "mclp" / "best_known.csv"
    if not file.exists():
        return []
    with file.open() as stream:
        known = {
            ("NY" if row["instance"] == "NewYork" else "SF") + "-" + row["p"]: float(
                row["best_known"]
            )
            for row in csv.DictReader(stream)
        }
    rows: list[tuple[Any, ...]] = [
        ("city, p", "best known", "found", "short, %", "met after, s", "own gap, %", "status",
         "CPU s"),
    ]  # fmt: skip
    for place, best in known.items():
        run = runs.get(f"city-{place}", {}).get("placement")
        if not run:
            continue
        met = [moment[0] for moment in run["trace"] if moment[1] >= best]
        rows.append((
            place.replace("-", ", "), number(best, 0), number(run["covered"], 0),
            number(100 * (1 - run["covered"] / best), 4), number(met[0] if met else None, 1),
            number(gap(run), 3), run["says"], number(run["first_cpu_s"], 0),
        ))  # fmt: skip
    text = (
        "60 s each. Best known: Máximo, Cordeau and Nascimento 2023. Asked for: met in all twelve, "
        "New York 50 to 90 within 10 s, gap at most 0.5% where not proven."
    )
    return ["### New York and San Francisco", text, table(*rows)] if len(rows) > 1 else []


def streets(runs: Runs) -> list[str]:
    """Write the table of the street network."""
    rows: list[tuple[Any, ...]] = [
        ("walk, m", "p", "rows", "s", "CPU s", "of which rows, CPU s", "gap, %", "status",
         "peak MB", "asked for"),
    ]  # fmt: skip
    for name, who in runs.items():
        if not name.startswith("streets") or "placement" not in who:
            continue
        run = who["placement"]
        _, metres, p = name.split("-")
        bar = 10 if metres == "300" else 60
        kept = run["says"] == "optimal" and run["first_s"] <= bar
        rows.append((
            metres, p, number(run["rows"], 0), number(run["first_s"]), number(run["first_cpu_s"]),
            number(run["cover_cpu_s"]), number(gap(run), 4), run["says"],
            number(run["peak_mb"], 0), f"proven in {bar} s: {'yes' if kept else '**no**'}",
        ))  # fmt: skip
    text = (
        "A drawn grid of 250,000 crossings 40 m apart and shaken, a tenth of its streets closed; "
        "demand at every crossing, 2,000 of them sites. From the network in memory to the proof, "
        "snapping and walking included; the first call in a process."
    )
    return ["### 250,000 junctions × 2,000 sites", text, table(*rows)] if len(rows) > 1 else []


def draw(runs: Runs, path: Path) -> None:
    """Plot CPU seconds of whole calls on the left, gaps in the hard zone on the right."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
    labels = [(10_000, "spopt-10k"), (50_000, "spopt-50k"), (15_000_000, "15M-15-4.0")]
    for who, colour in COLOURS.items():
        seen = [
            (points, runs[name][who]["first_cpu_s"])
            for points, name in labels
            if "first_cpu_s" in runs.get(name, {}).get(who, {})
        ]
        if seen:
            left.loglog(*zip(*seen, strict=True), "o-", color=colour, label=who)
    left.set(
        xlabel="demand points", ylabel="CPU seconds", title="100 sites, p = 15, whole first call"
    )
    left.legend(frameon=False, fontsize=8)
    names = [name for name in GAP_BARS if f"hard-{name}" in runs]
    solvers = [who for who in COLOURS if any(who in runs[f"hard-{name}"] for name in names)]
    for place, who in enumerate(solvers):
        heights = [gap(runs[f"hard-{name}"].get(who, {})) or 0.0 for name in names]
        at = [i + 0.2 * (place - (len(solvers) - 1) / 2) for i in range(len(names))]
        right.bar(at, heights, 0.18, color=COLOURS[who], label=who)
    right.set(title="Hard zone, 60 s", ylabel="gap to its own bound, %")
    right.set_xticks(range(len(names)), names)
    right.set_yscale("symlog", linthresh=0.1)
    if names:
        right.legend(frameon=False, fontsize=8)
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None, "Creator": None})


def main() -> None:
    runs: Runs = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    docs, machine = Path(sys.argv[2]), sys.argv[3]
    days = sorted({run["at"][:10] for who in runs.values() for run in who.values()})
    loads = sorted(run["load"] for who in runs.values() for run in who.values())
    parts = [
        (f"Measured {' to '.join(sorted({days[0], days[-1]}))} on {machine}. Load average while "
        f"measuring {loads[0]:.1f} to {loads[-1]:.1f}. Runs under 20 s: medians of three."),
        "![CPU seconds of whole calls, and gaps in the hard zone](engine.svg)",
        *whole_call(runs), *many_points(runs), *chunks(runs), *at_a_limit(runs),
        *hard_zone(runs), *cities(runs), *streets(runs),
    ]  # fmt: skip
    text = "\n\n".join(parts)
    print(text)
    draw(runs, docs / "engine.svg")
    page = docs / "engine.md"
    if page.exists() and BEGIN in (old := page.read_text(encoding="utf-8")):
        before, rest = old.split(BEGIN, 1)
        after = rest.split(END, 1)[1]
        page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
