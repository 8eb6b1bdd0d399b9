"""Streets side by side with what else there is: CPU seconds on one core, peak memory, accuracy.

    python benchmarks/streets.py            all of it (a quarter of an hour, and peers to install)
    python benchmarks/streets.py read       parts: first, read, search, growth, snap, catchment
    python benchmarks/streets.py --no-peers
    python benchmarks/streets.py plot       only draw docs/explanation/streets.svg of what is kept

Each measurement is a process of its own, so that its peak memory is its own; ours are made three
times and their medians told. Peers are installed into an environment of their own under
.benchmarks/. Figures go to .benchmarks/streets.json.
"""

# ruff: noqa: PLC0415 - each peer is imported where it is installed

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import shapely

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
PLACE = ROOT / ".benchmarks"
DATA = Path(os.environ.get("PLACEMENT_DATA", ROOT.parent / "shared" / "data"))
PARIS, HELSINKI = DATA / "paris" / "paris_seine.osm.pbf", DATA / "Helsinki.osm.pbf"
PEERS = (
    "numpy scipy pandas shapely geopandas pyogrio osmnx igraph networkit rustworkx pandana pyrosm"
)
LIMIT_S = 600.0


def cpu(work: Callable[[], object]) -> tuple[float, object]:
    begin = time.process_time()
    result = work()
    return time.process_time() - begin, result


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def synthetic(side: int) -> object:
    """Return a crooked grid of side × side junctions, some 83 m apart."""
    from placement.streets.assemble import Lines, assemble
    from placement.streets.network import build
    from placement.streets.ways import Way

    rng = np.random.default_rng(0)
    row, column = np.meshgrid(np.arange(side), np.arange(side), indexing="ij")
    lon = (2e7 + column * 11_000 + rng.integers(-1500, 1500, row.shape)).astype(np.int32).ravel()
    lat = (46e7 + row * 7_200 + rng.integers(-1000, 1000, row.shape)).astype(np.int32).ravel()
    at = np.arange(side * side).reshape(side, side)
    tail = np.concatenate([at[:, :-1].ravel(), at[:-1].ravel()])
    head = np.concatenate([at[:, 1:].ravel(), at[1:].ravel()])
    lines = Lines(
        lon=lon,
        lat=lat,
        key=np.arange(len(lon)),
        lift=np.zeros(0, np.int64),
        first=np.arange(0, 2 * len(tail) + 1, 2),
        place=np.column_stack([tail, head]).ravel().astype(np.int32),
        way=np.zeros(len(tail), np.int64),
        ways=[Way(edge_class="footway")],
    )
    edges = assemble(lines, speed_m_s=1.34)
    return build(edges, crs="EPSG:2154", source="synthetic", speed_m_s=1.34)


def large_extract() -> Path:
    """Lay copies of Paris and Helsinki side by side: 32 MB."""
    import osmium

    path = PLACE / "extract32.osm.pbf"
    if path.exists():
        return path
    print("making the 32 MB extract, which takes minutes", file=sys.stderr)
    with osmium.SimpleWriter(str(path)) as writer:
        for kind in (osmium.osm.NODE, osmium.osm.WAY, osmium.osm.RELATION):
            for copy in range(40):
                shift = (copy + 1) * 20_000_000_000
                east, north = (copy // 2 % 10) * 0.2, (copy // 20) * 0.1
                for item in osmium.FileProcessor(str((PARIS, HELSINKI)[copy % 2]), kind):
                    number = item.id + shift
                    if item.is_node():
                        place = (item.lon + east, item.lat + north)
                        writer.add_node(item.replace(id=number, location=place))
                    elif item.is_way():
                        nodes = [node.ref + shift for node in item.nodes]
                        writer.add_way(item.replace(id=number, nodes=nodes))
                    elif item.is_relation():
                        members = [(m.type, m.ref + shift, m.role) for m in item.members]
                        writer.add_relation(item.replace(id=number, members=members))
    return path


def seine() -> shapely.Geometry:
    import osmium
    import pyproj

    factory = osmium.geom.WKBFactory()
    move = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:2154", always_xy=True)
    found = [
        shapely.from_wkb(factory.create_multipolygon(item))
        for item in osmium.FileProcessor(str(PARIS)).with_areas()
        if item.is_area() and not item.from_way()
    ]
    return shapely.union_all(
        [shapely.transform(g, lambda xy: np.column_stack(move.transform(*xy.T))) for g in found]
    )


def ours_read(name: str) -> dict[str, float]:
    from placement.streets import read_streets
    from placement.streets.store import write_streets

    path = {"paris": PARIS, "helsinki": HELSINKI, "32mb": PLACE / "extract32.osm.pbf"}[name]
    base = peak_mb()
    seconds, streets = cpu(lambda: read_streets(path, crs="EPSG:2154"))
    result = {"cpu_s": seconds, "peak_mb": peak_mb(), "start_mb": base, "edges": streets.n_edges}
    kept = PLACE / f"{name}.parquet"
    write_streets(streets, kept)
    read_streets(kept, crs="EPSG:2154")
    result["again_s"] = cpu(lambda: read_streets(kept, crs="EPSG:2154"))[0]
    return result


def make_grid(side: str) -> int:
    """Keep a synthetic network in a file, so that a search pays for none of its making."""
    from placement.streets.store import write_streets

    streets = synthetic(int(side))
    write_streets(streets, PLACE / f"grid{side}.arrow")
    return streets.n_edges


def ours_search(side: str, targets: str, sources: str) -> dict[str, float]:
    from placement.streets import Snapped, read_streets, walking_times

    streets = read_streets(PLACE / f"grid{side}.arrow", crs="EPSG:2154")
    rng = np.random.default_rng(1)

    def points(count: int) -> Snapped:
        return Snapped(
            edge=rng.integers(0, streets.n_edges, count),
            fraction=rng.random(count),
            access_s=20 * rng.random(count),
        )

    people, posts = points(int(targets)), points(int(sources))
    # posts that come in the order of the streets are searched and written down in one go
    posts = posts.take(np.argsort(posts.edge, kind="stable"))
    few = people.take(slice(0, 1))
    walking_times(streets, posts.take(slice(0, 1)), few, limit_s=LIMIT_S, outward=True)
    result: dict[str, float] = {}
    # the default first: its peak memory is told
    for label, options in (("ordered_", {}), ("", {"ordered": False})):
        seconds, times = cpu(
            lambda options=options: walking_times(
                streets, posts, people, limit_s=LIMIT_S, outward=True, **options
            )
        )
        result[f"{label}per_s"] = int(sources) / seconds
        result["pairs_each"] = times.nnz / int(sources)
        result.setdefault("peak_mb", peak_mb())
        del times
    for threads in (1, 2):
        begin = time.perf_counter()
        seconds, _ = cpu(
            lambda threads=threads: walking_times(
                streets, posts, people, limit_s=LIMIT_S, outward=True, threads=threads
            )
        )
        result[f"threads{threads}_wall_per_s"] = int(sources) / (time.perf_counter() - begin)
        result[f"threads{threads}_cpu_per_s"] = int(sources) / seconds
    result["load"] = os.getloadavg()[0]
    # the walk between junctions alone, as the peers have it
    seconds, _ = cpu(lambda: walking_times(streets, posts, few, limit_s=LIMIT_S, outward=True))
    result["junctions_only_per_s"] = int(sources) / seconds
    np.savez(
        PLACE / f"grid{side}.npz",
        xy=streets.node_xy,
        tail=streets.edge_tail,
        head=streets.edge_head,
        seconds=streets.forward_s,
        sources=streets.edge_tail[posts.edge],
    )
    return result


def ours_first(file: str) -> dict[str, float]:
    """Read, snap and search with nothing compiled yet, in a cache of its own."""
    with tempfile.TemporaryDirectory() as cache:
        os.environ["NUMBA_CACHE_DIR"] = cache
        from placement.streets import read_streets, snap, walking_times

        begin = time.perf_counter()

        def work() -> None:
            streets = read_streets(file, crs="EPSG:2154")
            points = snap(streets, streets.node_xy[:1000])
            walking_times(streets, points.take(slice(0, 50)), points, limit_s=480.0, outward=False)

        cold, _ = cpu(work)
        wall = time.perf_counter() - begin
        warm, _ = cpu(work)
    return {"cold_cpu_s": cold, "cold_wall_s": wall, "warm_cpu_s": warm, "peak_mb": peak_mb()}


def ours_snap() -> dict[str, float]:
    import geopandas as gpd

    from placement.streets import read_streets, snap
    from placement.streets.snap import _grid

    streets = read_streets(PARIS, crs="EPSG:2154")
    # 1M points over 300k segments: the synthetic grid has as many as a region has
    grid = synthetic(390)
    rng = np.random.default_rng(2)
    low, high = grid.node_xy.min(axis=0), grid.node_xy.max(axis=0)
    points = rng.uniform(low, high, (1_000_000, 2))
    snap(grid, points[:10])
    result = {"segments": len(grid.vertex_xy) - grid.n_edges, "grid_s": 0.0}
    grid.snap_cache.clear()
    result["grid_s"] = cpu(lambda: _grid(grid))[0]
    seconds, plain = cpu(lambda: snap(grid, points))
    result["plain_s"] = seconds + result["grid_s"]
    # water near 5% of the points: ponds all over, bridges among the edges
    ponds = shapely.union_all(
        shapely.buffer(shapely.points(rng.uniform(low, high, (4000, 2))), 60, quad_segs=4)
    )
    near = shapely.distance(shapely.points(points[:20_000]), ponds) < 60
    result["near_water"] = float(near.mean())
    result["water_s"], wet = cpu(lambda: snap(grid, points, water=ponds))
    result["moved"] = float((plain.edge != wet.edge).mean())
    lines = grid.edge_lines()
    few = points[:100_000]
    shapes = shapely.points(few)
    result["strtree_s_per_1m"] = 10 * cpu(lambda: shapely.STRtree(lines).query_nearest(shapes))[0]
    left = gpd.GeoDataFrame(geometry=shapes, crs="EPSG:2154")
    right = gpd.GeoDataFrame(geometry=lines, crs="EPSG:2154")
    result["sjoin_s_per_1m"] = 10 * cpu(lambda: gpd.sjoin_nearest(left, right))[0]
    nearest = cpu(lambda: snap(streets, streets.node_xy))[0]
    result["paris_nodes_s"] = nearest
    result["peak_mb"] = peak_mb()
    return result


def ours_catchment() -> dict[str, dict[str, float]]:
    from placement.streets import catchments, read_streets, snap, walking_times

    streets, river = read_streets(PARIS, crs="EPSG:2154"), seine()
    rng = np.random.default_rng(5)
    nodes = rng.choice(np.flatnonzero(streets.component == 0), 60, replace=False)
    posts = snap(streets, streets.node_xy[nodes], water=river)
    limit = 480.0
    catchments(streets, posts.take([0]), limits_s=[limit], outward=False, water=river)
    seconds, ours = cpu(
        lambda: catchments(streets, posts, limits_s=[limit], outward=False, water=river)
    )
    edges = streets.edge_lines()
    here = walking_times(streets, posts, _junctions(streets), limit_s=limit, outward=False)

    def reached(i: int) -> np.ndarray:
        node = np.zeros(streets.n_nodes, np.bool_)
        node[here.indices[here.indptr[i] : here.indptr[i + 1]]] = True
        return node

    def buffers(i: int) -> shapely.Geometry:
        node = reached(i)
        walked = node[streets.edge_tail] & node[streets.edge_head]
        return shapely.union_all(shapely.buffer(edges[walked], 30))

    def hull(i: int) -> shapely.Geometry:
        return shapely.concave_hull(shapely.multipoints(streets.node_xy[reached(i)]), ratio=0.1)

    methods = {"raster and contour": (seconds / 60, [shapes[0] for shapes in ours])}
    for name, method in (("buffers of 30 m", buffers), ("concave hull 0.1", hull)):
        seconds, shapes = cpu(lambda method=method: [method(i) for i in range(60)])
        methods[name] = (seconds / 60, shapes)
    result = {}
    for name, (each, shapes) in methods.items():
        missed = false = covered = wet = 0.0
        for i in np.flatnonzero(posts.edge >= 0):
            points = streets.node_xy[nodes[i]] + rng.uniform(-750, 750, (4000, 2))
            points = points[~shapely.contains_xy(river, *points.T)]
            at = snap(streets, points, water=river)
            times = walking_times(streets, posts.take([i]), at, limit_s=limit, outward=False)
            inside = np.zeros(len(points), np.bool_)
            inside[times.indices] = True
            drawn = shapely.contains_xy(shapes[i], *points.T)
            covered += inside.sum()
            missed += (inside & ~drawn).sum()
            false += (~inside & drawn).sum()
            wet += shapely.intersection(shapes[i], river).area
        result[name] = {
            "ms_each": 1000 * each,
            "missed": missed / covered,
            "false": false / covered,
            "water_m2": wet,
        }
    return result


def _junctions(streets: object) -> object:
    """Every junction as a snapped point."""
    from placement.streets import Snapped

    edge = np.zeros(streets.n_nodes, np.int64)
    share = np.zeros(streets.n_nodes)
    for ends, at in ((streets.edge_head, 1.0), (streets.edge_tail, 0.0)):
        edge[ends] = np.arange(streets.n_edges)
        share[ends] = at
    return Snapped(edge=edge, fraction=share, access_s=np.zeros(streets.n_nodes))


# ---- peers: these run in their own environment ---------------------------------------------


def peer_read(library: str, path: str) -> dict[str, float]:
    if library == "pyrosm":
        import pyrosm

        osm = pyrosm.OSM(path)
        seconds, (nodes, edges) = cpu(lambda: osm.get_network("walking", nodes=True))
    else:
        import osmnx

        seconds, graph = cpu(lambda: osmnx.graph_from_xml(path))
        nodes, edges = graph.nodes, graph.edges
    return {"cpu_s": seconds, "peak_mb": peak_mb(), "edges": len(edges), "nodes": len(nodes)}


def peer_search(library: str, file: str, count: str) -> dict[str, float]:
    data = np.load(file)
    xy, tail, head, seconds = (data[k] for k in ("xy", "tail", "head", "seconds"))
    sources = data["sources"][: int(count)]
    size = len(xy)
    if library == "scipy":
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import dijkstra

        graph = coo_array((seconds, (tail, head)), shape=(size, size)).tocsr()

        def work() -> None:
            for source in sources:
                dijkstra(graph, directed=False, indices=int(source), limit=LIMIT_S)

    elif library == "pandana":
        import pandana
        import pandas as pd

        net = pandana.Network(
            pd.Series(xy[:, 0]), pd.Series(xy[:, 1]), pd.Series(tail), pd.Series(head),
            pd.DataFrame({"seconds": seconds}),
        )  # fmt: skip

        def work() -> None:
            net.nodes_in_range(sources, LIMIT_S)

    elif library == "igraph":
        import igraph

        graph = igraph.Graph(n=size, edges=np.column_stack([tail, head]))
        graph.es["seconds"] = seconds

        def work() -> None:
            graph.distances(source=sources.tolist(), weights="seconds")

    elif library == "networkit":
        import networkit

        graph = networkit.GraphFromCoo((seconds, (tail, head)), n=size, weighted=True)

        def work() -> None:
            for source in sources:
                networkit.distance.Dijkstra(graph, int(source), storePaths=False).run()

    else:
        import rustworkx

        graph = rustworkx.PyGraph()
        graph.add_nodes_from(range(size))
        graph.add_edges_from(list(zip(tail.tolist(), head.tolist(), seconds.tolist(), strict=True)))

        def work() -> None:
            for source in sources.tolist():
                rustworkx.graph_dijkstra_shortest_path_lengths(graph, source, float)

    return {"per_s": len(sources) / cpu(work)[0], "peak_mb": peak_mb()}


def run(python: Path | str, *words: str) -> dict[str, object]:
    """Measure in a process of its own, single-threaded."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    done = subprocess.run(
        [str(python), __file__, "--one", *words],
        env={**os.environ, **threads},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return {"failed": done.stderr.strip().splitlines()[-1:] or [str(done.returncode)]}
    return json.loads(done.stdout.splitlines()[-1])


def median(runs: list[dict[str, object]]) -> dict[str, object]:
    """Return the median of every figure, method by method where there are several."""
    first = runs[0]
    if isinstance(next(iter(first.values())), dict):
        return {name: median([run[name] for run in runs]) for name in first}
    if any("failed" in run for run in runs):
        return next(run for run in runs if "failed" in run)
    return {name: statistics.median(run[name] for run in runs) for name in first}


def peers_python() -> Path:
    folder = PLACE / "peers"
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        for name in PEERS.split():
            subprocess.run(
                [python, "-m", "pip", "install", "--quiet", "--only-binary", ":all:", name],
                check=False,
            )
    return python


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", default=[])
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--one", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        name, *words = chosen.one
        print(json.dumps(globals()[name](*words)))
        return
    PLACE.mkdir(exist_ok=True)
    parts = chosen.parts or ["first", "read", "search", "growth", "snap", "catchment", "plot"]
    file = PLACE / "streets.json"
    figures = json.loads(file.read_text()) if file.exists() else {}

    def note(title: str, python: Path | str, *words: str) -> None:
        times = 3 if python == sys.executable else 1
        figures[title] = median([run(python, *words) for _ in range(times)])
        print(title, json.dumps(figures[title]), flush=True)
        file.write_text(json.dumps(figures, indent=1))

    peers = None if chosen.no_peers else peers_python()
    if "first" in parts:
        drawn = ROOT / "data" / "geo" / "paris-2024" / "streets.geojson"
        note("first call, drawn streets", sys.executable, "ours_first", str(drawn))
        note("first call, extract", sys.executable, "ours_first", str(PARIS))
    if "read" in parts:
        large_extract()
        run(sys.executable, "ours_read", "helsinki")  # compile
        for name in ("paris", "helsinki", "32mb"):
            note(f"read {name}", sys.executable, "ours_read", name)
        if peers:
            for name, path in (("paris", PARIS), ("32mb", PLACE / "extract32.osm.pbf")):
                note(f"read {name}, pyrosm", peers, "peer_read", "pyrosm", str(path))
            xml = PLACE / "paris.osm"
            if not xml.exists():
                import osmium

                with osmium.SimpleWriter(str(xml)) as writer:
                    for item in osmium.FileProcessor(str(PARIS)):
                        writer.add(item)
            note("read paris, osmnx", peers, "peer_read", "osmnx", str(xml))
    if "search" in parts:
        for side in ("500", "1414"):
            run(sys.executable, "make_grid", side)
        note("search 250k", sys.executable, "ours_search", "500", "1000000", "40000")
        note("search 2M", sys.executable, "ours_search", "1414", "2000000", "60000")
        for side, label, counts in (
            (
                "500",
                "250k",
                {"scipy": 300, "pandana": 100, "igraph": 5, "networkit": 5, "rustworkx": 5},
            ),
            ("1414", "2M", {"scipy": 20}),
        ):
            for library, count in counts.items() if peers else ():
                words = ("peer_search", library, str(PLACE / f"grid{side}.npz"), str(count))
                note(f"search {label}, {library}", peers, *words)
    if "growth" in parts:
        for side in (250, 500, 1000):
            if not (PLACE / f"grid{side}.arrow").exists():
                run(sys.executable, "make_grid", str(side))
            people = str(4 * side * side)
            note(f"growth {side * side}", sys.executable, "ours_search", str(side), people, "40000")
    if "snap" in parts:
        note("snap", sys.executable, "ours_snap")
    if "catchment" in parts:
        note("catchment", sys.executable, "ours_catchment")
    if "plot" in parts:
        sys.path.insert(0, str(ROOT / "benchmarks"))
        from engine import python_of

        script = ROOT / "benchmarks" / "contenders" / "street_plots.py"
        subprocess.run(
            [python_of("solvers"), script, file, ROOT / "docs" / "explanation" / "streets.svg"],
            check=True,
        )


if __name__ == "__main__":
    main()
