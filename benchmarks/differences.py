"""How long `place diff` takes on solutions of 300 KB whose every figure differs: whole processes.

Both are made from the bundled plan with lanes, four times over. Prints seconds of the clock and of
the processor, best of five, beside those of `place --version`, which is what starting costs.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from placement.review.geojson import solution_text, take_solution

ROOT = Path(__file__).parents[1]
COPIES, RUNS = 4, 5
STEP_FREE = "~step-free"


def again(name: str, copy: int) -> str:
    """Return the name of a copy of a site or an area."""
    bare = name.removesuffix(STEP_FREE)
    return f"{bare}-{copy}{name[len(bare) :]}" if copy else name


def more(value: Any, by: float) -> Any:  # noqa: ANN401 - whatever the file holds
    """Return what a table holds with all its numbers larger."""
    if isinstance(value, dict):
        return {name: more(one, by) for name, one in value.items()}
    if isinstance(value, list):
        return [more(one, by) for one in value]
    return value + by if isinstance(value, float | int) else value


def grown(top: dict[str, Any], by: float) -> dict[str, Any]:
    """Return a solution with copies of its posts, gates and areas, and other figures."""
    features, lanes = [], dict(top["placement"]["lanes"])
    tables: dict[str, dict[str, Any]] = {name: {} for name in top["placement"]["areas"]}
    gates, sent = {}, {}
    for copy in range(COPIES):
        for feature in top["features"]:
            facts = dict(feature["properties"])
            facts["site"] = again(facts["site"], copy)
            facts |= {name: facts[name] + by for name in ("cost", "covered")}
            name = f"{facts['site']}/{facts['resource']}"
            features.append({**feature, "id": name, "properties": facts})
        for gate, told in lanes["gates"].items():
            site, _, kind = gate.rpartition("/")
            gates[f"{again(site, copy)}/{kind}"] = more(told, by)
        for area, told in lanes["areas"].items():
            sent[again(area, copy)] = more(told, by)
        for kind, areas in top["placement"]["areas"].items():
            for area, told in areas.items():
                tables[kind][again(area, copy)] = more(told, by)
    lanes |= {"gates": gates, "areas": sent}
    placement = {**top["placement"], "lanes": lanes, "areas": tables}
    return {**top, "placement": placement, "features": features}


def measure(*words: str | Path) -> tuple[float, float]:
    """Return seconds of the clock and of the processor of a command, the best of some runs."""
    clock, processor = [], []
    for _ in range(RUNS):
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run([sys.executable, "-m", "placement", *words], check=True, capture_output=True)
        clock.append(time.perf_counter() - began)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        processor.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(clock), min(processor)


def main() -> None:
    text = (ROOT / "outputs/paris-2024/solution.geojson").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / name for name in ("old.geojson", "new.geojson")]
        for by, file in enumerate(files):
            made = take_solution(grown(json.loads(text), by), file=file)
            file.write_text(solution_text(made), encoding="utf-8")
        print(f"files of {files[0].stat().st_size / 1e3:,.0f} KB")
        print(f"{'':34}clock  processor (s)")
        for title, words in (
            ("place --version", ["--version"]),
            ("place diff, every figure differs", ["diff", *files]),
            ("place diff --format markdown", ["diff", *files, "--format", "markdown"]),
            ("place diff --format json", ["diff", *files, "--format", "json"]),
            ("place diff of the same", ["diff", files[0], files[0]]),
        ):
            clock, processor = measure(*words)
            print(f"{title:34}{clock:5.2f}  {processor:5.2f}")


if __name__ == "__main__":
    main()
