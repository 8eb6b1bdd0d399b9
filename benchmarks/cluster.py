"""A demand in parts, on a local Dask cluster and in one process: time, memory, the same plan.

    python benchmarks/cluster.py                100,000,000 points in 50 parts, a half, a quarter

Uniform points in a square of 30 km as GeoParquet, whole weights 1 to 100, 200 sites with a radius
of 2 km, of which 10 are chosen; fixed seeds. Memory is the most that a process ever held. The files
(2.3 GB) are written to a temporary folder and removed.
"""

import argparse
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

PARTS = 50
SIDE_M = 30_000.0
ABOUT = json.dumps(
    {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {
            "geometry": {"encoding": "WKB", "geometry_types": ["Point"], "crs": "EPSG:2154"}
        },
    }
)


def write(folder: Path, points: int) -> None:
    for part in range(PARTS):
        rng = np.random.default_rng([1, part])
        each = points // PARTS
        record = np.zeros(each, dtype=[("order", "u1"), ("type", "<u4"), ("xy", "<f8", 2)])
        record["order"], record["type"] = 1, 1
        record["xy"] = rng.random((each, 2)) * SIDE_M
        size = record.dtype.itemsize
        offsets = pa.py_buffer(np.arange(each + 1, dtype=np.int32) * size)
        shapes = pa.Array.from_buffers(pa.binary(), each, [None, offsets, pa.py_buffer(record)])
        people = pa.array(rng.integers(1, 101, each, dtype=np.uint8))
        table = pa.table({"geometry": shapes, "people": people})
        table = table.replace_schema_metadata({"geo": ABOUT})
        pq.write_table(table, folder / f"part-{part:02}.parquet", row_group_size=1 << 20)


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run(folder: str, workers: int) -> None:
    """Count the parts and choose sites, in this process or on so many workers."""
    import hashlib  # noqa: PLC0415 - only in the process that measures

    from placement import Cover, maximise  # noqa: PLC0415
    from placement.executor import Here, OnDask  # noqa: PLC0415

    sites = np.random.default_rng(0).random((200, 2)) * SIDE_M

    def count(executor: Here | OnDask) -> dict[str, object]:
        first = sorted(Path(folder).iterdir())[:1]
        Cover.from_discs(first, sites, 2000.0, "people", executor=executor)  # loads the loops
        begun = time.perf_counter()
        cover = Cover.from_discs(folder, sites, 2000.0, "people", executor=executor)
        wall_s = time.perf_counter() - begun
        arrays = b"".join(one.tobytes() for one in (cover.indptr, cover.indices, cover.weight))
        plan = maximise(cover, budget=10)
        found = {
            "covered": plan.covered,
            "sites": plan.chosen.tolist(),
            "status": str(plan.status),
        }
        cover_digest = hashlib.sha256(arrays).hexdigest()
        return {"wall_s": wall_s, "rows": len(cover.weight), "cover": cover_digest, "plan": found}

    if not workers:
        told = count(Here(1))
        print(json.dumps(told | {"peak_mb": [peak_mb()]}))
        return
    from distributed import Client, LocalCluster  # noqa: PLC0415

    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, memory_limit="1.5GB") as cluster,
        Client(cluster) as client,
    ):
        told = count(OnDask(client))
        print(json.dumps(told | {"peak_mb": list(client.run(peak_mb).values())}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=100_000_000)
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
    head = ("points", "GB", "workers", "rows", "seconds", "peak MB of each", "the same plan")
    print("| " + " | ".join(head) + " |")
    print("|" + " --: |" * len(head))
    for points in (args.points // 4, args.points // 2, args.points):
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder), points)
            size_gb = sum(one.stat().st_size for one in Path(folder).iterdir()) / 1e9
            alone = None
            for workers in (0, args.workers):
                command = [sys.executable, __file__, "--workers", str(workers), "--case", folder]
                done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
                told = json.loads(done.stdout)
                result = told["cover"], told["plan"]
                alone = alone or result
                cells = (
                    f"{points:,}",
                    f"{size_gb:.2f}",
                    str(workers) if workers else "one process",
                    f"{told['rows']:,}",
                    f"{told['wall_s']:.1f}",
                    ", ".join(f"{peak:.0f}" for peak in told["peak_mb"]),
                    "yes" if result == alone else "no",
                )
                print("| " + " | ".join(cells) + " |", flush=True)
                if result != alone:
                    sys.exit("the plans differ")


if __name__ == "__main__":
    main()
