"""Plots of what was measured on streets: run by ``streets.py`` where matplotlib is installed."""

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
mpl.rcParams["svg.hashsalt"] = "placement"  # the same figures draw the same file
mpl.rcParams["svg.fonttype"] = "none"
import matplotlib.pyplot as plt  # noqa: E402 - after the backend is chosen
from matplotlib.axes import Axes  # noqa: E402

OURS, GREY = "#0b6e4f", "#8a8f98"
SIDES = (250, 500, 1000)
type Runs = dict[str, dict[str, Any]]


def search(runs: Runs, axes: Axes) -> None:
    """Draw how many sources a second reach the junctions within ten minutes, 250k junctions."""
    rows = [("placement", runs["search 250k"]["junctions_only_per_s"])]
    rows += [
        (peer, runs[f"search 250k, {peer}"]["per_s"])
        for peer in ("pandana", "scipy", "networkit", "igraph", "rustworkx")
        if "per_s" in runs.get(f"search 250k, {peer}", {})
    ]
    names, values = zip(*reversed(rows), strict=True)
    colours = [OURS if name == "placement" else GREY for name in names]
    bars = axes.barh(names, values, color=colours, height=0.6)
    axes.bar_label(bars, [f"{value:,.0f}" for value in values], padding=3, fontsize=8)
    axes.set_xscale("log")
    axes.set(title="250k junctions, 10 min: sources a second", xlim=(1, 2e6))


def reading(runs: Runs, axes: Axes) -> None:
    """Draw CPU seconds and peak memory of reading an extract."""
    rows = [
        (f"{label}, {who}", runs[key]["cpu_s"], runs[key]["peak_mb"], who == "placement")
        for label, name in (("Paris", "paris"), ("32 MB", "32mb"))
        for who, key in (
            ("placement", f"read {name}"),
            ("pyrosm", f"read {name}, pyrosm"),
            ("osmnx", f"read {name}, osmnx"),
        )
        if "cpu_s" in runs.get(key, {})
    ]
    names = [row[0] for row in reversed(rows)]
    bars = axes.barh(
        names,
        [row[1] for row in reversed(rows)],
        color=[OURS if row[3] else GREY for row in reversed(rows)],
        height=0.6,
    )
    told = [f"{row[1]:.1f} s, {row[2]:,.0f} MB" for row in reversed(rows)]
    axes.bar_label(bars, told, padding=3, fontsize=8)
    axes.set_xscale("log")
    axes.set(title="Extract to network, CPU seconds", xlim=(0.1, 1000))


def growth(runs: Runs, axes: Axes) -> None:
    """Draw sources a second and peak memory by size, four points a junction."""
    sizes = [side * side for side in SIDES if f"growth {side * side}" in runs]
    at = [runs[f"growth {size}"] for size in sizes]
    axes.plot(sizes, [run["ordered_per_s"] for run in at], "o-", color=OURS, label="rows in order")
    axes.plot(
        sizes,
        [run["per_s"] for run in at],
        "o--",
        color="#d98032",
        label="rows as they come",
    )
    for size, run in zip(sizes, at, strict=True):
        axes.annotate(
            f"{run['peak_mb']:,.0f} MB",
            (size, run["ordered_per_s"]),
            xytext=(0, -14),
            textcoords="offset points",
            ha="center",
            fontsize=8,
        )
    axes.set_xscale("log")
    axes.set(
        title="Growth, 4 points a junction",
        xlabel="junctions (beside the points: peak memory)",
        ylabel="sources a second",
        ylim=(0, None),
    )
    axes.legend(frameon=False, fontsize=8)


def main() -> None:
    runs: Runs = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    figure, axes = plt.subplots(1, 3, figsize=(14, 3.8), layout="constrained")
    for draw, part in zip((search, reading, growth), axes, strict=True):
        draw(runs, part)
        part.spines[["top", "right"]].set_visible(False)
    figure.savefig(sys.argv[2], metadata={"Date": None, "Creator": None})


if __name__ == "__main__":
    main()
