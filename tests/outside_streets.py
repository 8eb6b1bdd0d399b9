"""Another program: the streets that people walk, and how points are snapped onto them.

Written from ``docs/reference/solution.md`` and what that page names, and imports nothing of the
project.
"""

from collections import defaultdict
from itertools import pairwise
from math import dist

import numpy as np
import pyproj
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

STAIRS_M_S, ISLAND, BANK_M, STRUCTURE_M = 2 / (1 / 0.50 + 1 / 0.67), 0.02, 10.0, 15.0
NO_STEP_FREE = ("steps", "escalator", "ladder")
GLOBE = pyproj.Geod(ellps="WGS84")


class Ground:
    """The streets of a plan as some people walk them, and the points that are snapped onto them."""

    def __init__(self, streets, water, to_plane, speed, snap_m, *, steps=True):
        self.water, self.snap_m, self.speed = water, snap_m, speed
        shapely.prepare(self.water)
        self.node, self.segments = {}, []  # a node a vertex, to seven decimals
        for one in streets:
            facts = one["properties"]
            if not steps and facts.get("class") in NO_STEP_FREE:
                continue
            pace = STAIRS_M_S if facts.get("class") == "steps" else speed
            corners = [tuple(round(x, 7) for x in c[:2]) for c in one["geometry"]["coordinates"]]
            structure = bool(facts.get("bridge") or facts.get("tunnel"))
            for a, b in pairwise(corners):
                metres = GLOBE.inv(*a, *b)[2]
                ends = [self.node.setdefault(c, len(self.node)) for c in (a, b)]
                self.segments.append(
                    (*ends, metres / pace, metres, structure, facts.get("level", 0))
                )
        self.xy = np.array([to_plane(*place) for place in self.node])
        a, b, seconds, metres = (
            np.array(column) for column in list(zip(*self.segments, strict=True))[:4]
        )
        size = len(self.node)
        joined = csr_array((np.ones(len(a)), (a, b)), shape=(size, size))
        part = connected_components(joined, directed=False)[1][a]
        length = np.bincount(part, weights=metres)
        self.graph = defaultdict(lambda: np.inf)
        for i, j, cost in zip(a, b, seconds, strict=True):
            for way in ((i, j), (j, i)):
                self.graph[way] = min(self.graph[way], cost)
        self.main = np.flatnonzero(length[part] >= ISLAND * length.max())
        lines = [shapely.LineString(self.xy[[a[s], b[s]]]) for s in self.main]
        self.lines, self.tree = lines, shapely.STRtree(lines)

    def snap(self, point, level):
        """Return the segment, the share of it and the seconds to get there; None where too far."""
        best = None
        for at in self.tree.query(shapely.Point(point).buffer(self.snap_m * 1.01)):
            number = int(self.main[at])
            _, _, _, metres, structure, street_level = self.segments[number]
            line = self.lines[at]
            along = line.project(shapely.Point(point))
            foot = line.interpolate(along)
            far = dist(point, (foot.x, foot.y)) * (metres / line.length if metres > 1 else 1)
            if far > self.snap_m or (structure and street_level != level):
                continue
            rank = int(far > STRUCTURE_M) if structure else int(street_level != level)
            nearer = best is None or (rank, far) < best[0]
            # water lies under a bridge: who stands on one walks over it
            if nearer and (structure or not self.wet(point, (foot.x, foot.y))):
                best = (rank, far), number, along / line.length
        return None if best is None else (best[1], best[2], best[0][1] / self.speed)

    def wet(self, point, foot):
        """Tell whether a connector crosses water."""
        way = shapely.LineString([point, foot])
        if not self.water.intersects(way):
            return False
        inside = way.intersection(self.water).length
        crossed = inside > 1e-6 and not any(
            self.water.contains(shapely.Point(p)) for p in way.coords
        )
        return crossed or inside > BANK_M

    def walks(self, posts, people):
        """Return (posts × people) seconds, none 0 s: sparse graphs would leave those out."""
        size = len(self.node)
        entries = dict(self.graph)
        for n, (segment, share, _) in enumerate(posts):
            a, b, seconds = self.segments[segment][:3]
            entries |= {(size + n, a): seconds * share, (size + n, b): seconds * (1 - share)}
        cost = np.maximum(np.array(list(entries.values())), 1e-12)
        table = csr_array((cost, np.array(list(entries)).T), shape=(size + len(posts),) * 2)
        nodes = dijkstra(table, indices=np.arange(size, size + len(posts)))
        found = np.full((len(posts), len(people)), np.inf)
        there = [m for m, snapped in enumerate(people) if snapped is not None]
        if not (there and posts):
            return found
        segment, share, access = (
            np.array(v) for v in zip(*(people[m] for m in there), strict=True)
        )
        a, b, seconds = (np.array([self.segments[s][k] for s in segment]) for k in range(3))
        walks = np.minimum(nodes[:, a] + seconds * share, nodes[:, b] + seconds * (1 - share))
        for n, (own, place, way) in enumerate(posts):
            same = segment == own
            walks[n, same] = np.minimum(walks[n, same], (abs(share - place) * seconds)[same])
            walks[n] += access + way
        found[:, there] = walks
        return found
