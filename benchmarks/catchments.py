"""Are catchments drawn where people are within a walk? Counted at points beside real streets.

    python benchmarks/catchments.py            # prints the table of docs/explanation/streets.md

Points lie every 20 m along the streets, up to 25 m to either side of them, water left out. What the
drawing should say of each is found by means that share nothing with it: shapely looks for the
nearest street to which no water, railway or wall bars the way, and scipy walks the network.
*False* is drawn and farther than the limit, *missed* within it and not drawn, both as shares of
what is within it.
"""

import os
import sys
import time
from pathlib import Path

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from placement.starting.event import degrees, event_around  # noqa: E402 - the path is set above
from placement.starting.ground import ground_of  # noqa: E402
from placement.starting.mapped import read_mapped  # noqa: E402
from placement.streets import catchments, read_streets, snap  # noqa: E402

DATA = Path(os.environ.get("PLACEMENT_DATA", ROOT.parent / "shared" / "data"))
CITIES = {
    "Porto": (DATA / "cities" / "porto.osm.pbf", (-8.6109, 41.1445)),
    "Helsinki": (DATA / "Helsinki.osm.pbf", (24.9420, 60.1700)),
    "Paris": (DATA / "paris" / "paris_seine.osm.pbf", (2.3400, 48.8575)),
}
LIMITS_MIN = (3, 6, 8)
POSTS, POSTS_M, AROUND_M = 40, 600.0, 1400.0
STEP_M, BESIDE_M, MOST_M = 20.0, 25.0, 60.0
BANK_M, STRUCTURE_M, ON_STREET_M = 10.0, 15.0, 3.0


class City:
    """A city's streets and what bars the way to them."""

    def __init__(self, file: Path, place: tuple[float, float]) -> None:
        event = event_around(*place, AROUND_M)
        frame = event.frame(0.0)
        outline = degrees(shapely.segmentize(frame, 1000.0), event.crs)
        self.streets = read_streets(file, crs=event.crs, within=outline)
        mapped = read_mapped(file, frame=frame, crs=event.crs)
        ground = ground_of(mapped, event, self.streets)
        self.water, self.walls = ground.wet, ground.obstacles
        self.middle = shapely.get_coordinates(shapely.centroid(event.perimeter))[0]
        self.lines = self.streets.edge_lines()
        self.tree = shapely.STRtree(self.lines)

    def points(self, rng: np.random.Generator) -> np.ndarray:
        """Return points beside the streets, none in water, nor on squares: they are seen there."""
        found = []
        for line in self.lines[~self.streets.island]:
            along = np.arange(rng.uniform(0, STEP_M), line.length, STEP_M)
            at, to = (shapely.get_coordinates(shapely.line_interpolate_point(line, along + d))
                      for d in (0.0, 0.5))  # fmt: skip
            way = to - at
            size = np.hypot(*way.T)
            at, way = at[size > 0], way[size > 0] / size[size > 0, None]
            aside = np.column_stack([-way[:, 1], way[:, 0]])
            found.append(at + aside * rng.uniform(-BESIDE_M, BESIDE_M, (len(at), 1)))
        xy = np.concatenate(found)
        squares = shapely.union_all(self.streets.squares.shape)
        off = shapely.union(self.water, shapely.buffer(squares, 0.1))
        return xy[~shapely.intersects_xy(off, *xy.T)]

    def nearest(self, xy: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the street each point is on, by shapely alone: edge, share along it, metres."""
        streets = self.streets
        point, edge = self.tree.query(shapely.points(xy), predicate="dwithin", distance=MOST_M)
        structure = (streets.bridge | streets.tunnel)[edge]
        keep = ~streets.island[edge] & (~structure | (streets.level[edge] == 0))
        point, edge, structure = point[keep], edge[keep], structure[keep]
        start = shapely.points(xy[point])
        far = shapely.distance(self.lines[edge], start)
        rank = np.where(structure, far > STRUCTURE_M, streets.level[edge] != 0).astype(int)
        along = shapely.line_locate_point(self.lines[edge], start)
        foot = shapely.line_interpolate_point(self.lines[edge], along)
        way = shapely.linestrings(np.stack([xy[point], shapely.get_coordinates(foot)], axis=1))
        barred = self._barred(way, structure) | self._drowned(way, foot)
        order = np.lexsort((edge, np.round(far, 9), rank))
        order = order[~barred[order]]
        order = order[np.argsort(point[order], kind="stable")]
        first = order[np.unique(point[order], return_index=True)[1]]
        result = np.full(len(xy), -1), np.zeros(len(xy)), np.zeros(len(xy))
        length = shapely.length(self.lines[edge[first]])
        result[0][point[first]] = edge[first]
        result[1][point[first]] = np.clip(along[first] / np.maximum(length, 1e-9), 0, 1)
        result[2][point[first]] = far[first]
        return result

    def _barred(self, way: np.ndarray, structure: np.ndarray) -> np.ndarray:
        result = np.zeros(len(way), bool)
        shapes = np.array([one.shape for one in self.walls], object)
        if len(shapes):
            a, b = shapely.STRtree(shapes).query(way, predicate="intersects")
            levels = [self.walls[at].levels for at in range(len(shapes))]
            stops = np.array([one is None or 0 in one for one in levels])
            free = np.array(
                [one is None for one in levels]
            )  # in the open: bars whoever walks there
            result[a[np.where(structure[a], stops[b], free[b] | stops[b])]] = True
        return result

    def _drowned(self, way: np.ndarray, foot: np.ndarray) -> np.ndarray:
        shapely.prepare(self.water)
        result = np.zeros(len(way), bool)
        near = np.flatnonzero(shapely.intersects(self.water, way))
        wet = shapely.length(shapely.intersection(way[near], self.water))
        ashore = ~shapely.intersects(self.water, foot[near])  # it comes out at the other bank
        result[near] = (wet > 0) & ((wet > BANK_M) | ashore)
        return result

    def times(self, edge: np.ndarray, share: np.ndarray, far: np.ndarray, post: int) -> np.ndarray:
        """Return the seconds from every point to one of them, by scipy on the split network."""
        streets, here = self.streets, self.streets.n_nodes
        rows = [streets.edge_tail, streets.edge_head]
        cols = [streets.edge_head, streets.edge_tail]
        walk = [streets.forward_s, streets.backward_s]
        e, f = edge[post], share[post]
        rows += [np.array([streets.edge_tail[e], streets.edge_head[e]])]
        cols += [np.array([here, here])]
        walk += [np.array([f * streets.forward_s[e], (1 - f) * streets.backward_s[e]])]
        tail, head, seconds = (np.concatenate(one) for one in (rows, cols, walk))
        keep = ~np.isnan(seconds)
        tail, head, seconds = tail[keep], head[keep], np.maximum(seconds[keep], 1e-9)
        order = np.lexsort((seconds, head, tail))
        tail, head, seconds = tail[order], head[order], seconds[order]
        new = np.r_[True, (np.diff(tail) != 0) | (np.diff(head) != 0)]
        graph = coo_array((seconds[new], (head[new], tail[new])), shape=(here + 1,) * 2).tocsr()
        node = dijkstra(graph, indices=here)
        on = edge >= 0
        result = np.full(len(edge), np.inf)
        at, part = edge[on], share[on]
        back, there = (np.nan_to_num(one[at], nan=np.inf) for one in
                       (streets.backward_s, streets.forward_s))  # fmt: skip
        with np.errstate(invalid="ignore"):
            by_tail = np.where(part > 0, part * back, 0.0) + node[streets.edge_tail[at]]
            by_head = np.where(part < 1, (1 - part) * there, 0.0) + node[streets.edge_head[at]]
        best = np.fmin(by_tail, by_head)
        gap = share[post] - part
        same = at == e
        direct = np.where(gap >= 0, gap * there, -gap * back)
        best[same] = np.fmin(best[same], direct[same])
        result[on] = best + (far[on] + far[post]) / streets.speed_m_s
        return result


def main() -> None:
    """Print the table."""
    print("| city | minutes | drawn falsely | missed | beside obstacles: falsely | missed |")
    print("|---|---|---|---|---|---|")
    for name in sys.argv[1:] or CITIES:
        city = City(*CITIES[name])
        began = time.process_time()
        counts, points = counted(city, np.random.default_rng(15))
        for minutes, ((f, m, n), (bf, bm, bn)) in zip(LIMITS_MIN, counts, strict=True):
            print(f"| {name} | {minutes} | {f / n:.2%} | {m / n:.2%} | {bf / bn:.2%} | "
                  f"{bm / bn:.2%} |", flush=True)  # fmt: skip
        took = time.process_time() - began
        print(f"{name}: {points:,} points, {POSTS} posts, {took:.0f} s", file=sys.stderr)


def counted(city: City, rng: np.random.Generator) -> tuple[np.ndarray, int]:
    """Return by limit, of all points and of those beside obstacles: false, missed, within."""
    xy = city.points(rng)
    edge, share, far = city.nearest(xy)
    obstacles = shapely.union_all([city.water, *(one.shape for one in city.walls)])
    shapely.prepare(obstacles)
    beside = shapely.dwithin(obstacles, shapely.points(xy), BESIDE_M)
    near = np.hypot(*(xy - city.middle).T) < POSTS_M
    posts = rng.choice(np.flatnonzero(near & (edge >= 0) & (far < ON_STREET_M)), POSTS,
                       replace=False)  # fmt: skip
    drawn = catchments(
        city.streets, snap(city.streets, xy[posts], water=city.water, barriers=city.walls),
        limits_s=[60.0 * each for each in LIMITS_MIN], outward=False, water=city.water,
        barriers=city.walls,
    )  # fmt: skip
    count = np.zeros((len(LIMITS_MIN), 2, 3))
    for post, shapes in zip(posts, drawn, strict=True):
        seconds = city.times(edge, share, far, post)
        for at, (minutes, shape) in enumerate(zip(LIMITS_MIN, shapes, strict=True)):
            inside = shapely.intersects_xy(shape, *xy.T)
            within = seconds <= 60.0 * minutes
            for which, mine in enumerate((np.ones(len(xy), bool), beside)):
                count[at, which] += [
                    (inside & ~within & mine).sum(),
                    (within & ~inside & mine).sum(),
                    (within & mine).sum(),
                ]
    return count, len(xy)


if __name__ == "__main__":
    main()
