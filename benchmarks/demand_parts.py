"""A plan whose demand comes in parts: read here and on a Dask cluster, solved, the same solution.

    python benchmarks/demand_parts.py                1, 10 and 100 million points in 50 parts

Uniform points in a square of 20 km as GeoParquet with identifiers and whole people, cells of 50 m,
100 sites with a walk of 15 minutes, of which 10 are chosen; fixed seeds. Memory is the most that a
process ever held, seconds are of processors, of all processes together. The files (4 GB) are
written to a temporary folder and removed.
"""

import argparse
import hashlib
import json
import platform
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

PARTS = 50
WEST, SOUTH, SIDE_M = 640_000.0, 6_850_000.0, 20_000.0
PLAN = """
name = "parts"
crs = "EPSG:2154"
budget = {{ amount = 10 }}
layers = {{ sites = "sites.geojson", demand = "{folder}" }}
walking = {{ aggregate_m = 50 }}
resources.team = {{ walk_limit_min = 15, unit_cost = 1, max_units = 1 }}
"""


def about(crs: str) -> dict[str, str]:
    from pyproj import CRS  # noqa: PLC0415 - only where files are written

    column = {"encoding": "WKB", "geometry_types": ["Point"], "crs": CRS(crs).to_json_dict()}
    columns = {"geometry": column}
    return {
        "geo": json.dumps({"version": "1.1.0", "primary_column": "geometry", "columns": columns})
    }


def write(folder: Path, points: int) -> Path:
    """Write the plan and its parts, and return the plan file."""
    homes = folder / "homes"
    homes.mkdir()
    each = points // PARTS
    for part in range(PARTS):
        rng = np.random.default_rng([1, part])
        record = np.zeros(each, dtype=[("order", "u1"), ("type", "<u4"), ("xy", "<f8", 2)])
        record["order"], record["type"] = 1, 1
        record["xy"] = rng.random((each, 2)) * SIDE_M + (WEST, SOUTH)
        offsets = pa.py_buffer(np.arange(each + 1, dtype=np.int32) * record.dtype.itemsize)
        shapes = pa.Array.from_buffers(pa.binary(), each, [None, offsets, pa.py_buffer(record)])
        table = pa.table(
            {
                "id": np.arange(part * each, (part + 1) * each),
                "people": rng.integers(1, 101, each, dtype=np.uint8),
                "geometry": shapes,
            }
        )
        table = table.replace_schema_metadata(about("EPSG:2154"))
        pq.write_table(table, homes / f"part-{part:02}.parquet", row_group_size=1 << 20)
    import geopandas as gpd  # noqa: PLC0415 - only where files are written

    x, y = np.random.default_rng(0).random((2, 100)) * SIDE_M + [[WEST], [SOUTH]]
    sites = gpd.GeoDataFrame(
        {"id": [f"s{at:03}" for at in range(100)]},
        geometry=gpd.points_from_xy(x, y),
        crs="EPSG:2154",
    )
    sites.to_crs(4326).to_file(folder / "sites.geojson")
    plan = folder / "plan.toml"
    plan.write_text(PLAN.format(folder="homes"), encoding="utf-8")
    return plan


def used() -> tuple[float, float]:
    """Return the most MB that this process held, and its seconds of a processor."""
    mine = resource.getrusage(resource.RUSAGE_SELF)
    return mine.ru_maxrss / 1024, mine.ru_utime + mine.ru_stime


def run(plan: str, workers: int) -> None:
    """Read the plan in this process, or on so many workers, and solve and audit it."""
    import placement  # noqa: PLC0415 - only in the process that measures
    from placement.executor import Here, OnDask  # noqa: PLC0415
    from placement.review.geojson import solution_text  # noqa: PLC0415

    def solved(
        executor: Here | OnDask, look: Callable[[], list[tuple[float, float]]]
    ) -> dict[str, object]:
        before = used()
        asked = placement.load_plan(plan, executor=executor)
        read, beside = used(), look()
        found = placement.optimise(asked)
        report = placement.audit(asked, found)
        if not report.ok:
            raise SystemExit("\n".join(report.findings))
        return {
            "read": [read[0], read[1] - before[1]],
            "parent": used(),
            "workers": beside,
            "places": len(asked.problem.demand),
            "people": float(asked.problem.demand.people.sum()),
            "solution": hashlib.sha256(solution_text(found).encode()).hexdigest(),
        }

    if not workers:
        print(json.dumps(solved(Here(1), list)))
        return
    from distributed import Client, LocalCluster  # noqa: PLC0415

    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, memory_limit="1.5GB") as cluster,
        Client(cluster) as client,
    ):
        told = solved(OnDask(client), lambda: list(client.run(used).values()))
        print(json.dumps(told))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, nargs="+", default=[10**6, 10**7, 10**8])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--case", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.case:
        run(args.case, args.workers)
        return
    print(
        f"Python {platform.python_version()}, distributed {version('distributed')}, "
        f"numpy {version('numpy')}, {platform.machine()}, {PARTS} parts\n"
    )
    head = ("points", "GB", "workers", "points left", "s to read", "peak MB", "of each worker",
            "the same solution")  # fmt: skip
    print("| " + " | ".join(head) + " |")
    print("|" + " --: |" * len(head))
    for points in args.points:
        with tempfile.TemporaryDirectory() as folder:
            plan = write(Path(folder), points)
            size_gb = sum(one.stat().st_size for one in plan.parent.glob("homes/*")) / 1e9
            alone = None
            for workers in (0, args.workers):
                command = [sys.executable, __file__, "--workers", str(workers), "--case", str(plan)]
                done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
                told = json.loads(done.stdout.splitlines()[-1])
                same = {key: told[key] for key in ("places", "people", "solution")}
                alone = alone or same
                seconds = told["read"][1] + sum(one[1] for one in told["workers"])
                row = (
                    f"{points:,}",
                    f"{size_gb:.2f}",
                    str(workers) if workers else "one process",
                    f"{told['places']:,}",
                    f"{seconds:.1f}",
                    f"{told['read'][0]:.0f}, {told['parent'][0]:.0f} when solved",
                    ", ".join(f"{one[0]:.0f}" for one in told["workers"]) or "–",
                    "yes" if same == alone else "NO",
                )
                print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main()
