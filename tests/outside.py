"""Another program: recomputes a solution from its plan, written from the documentation alone.

It imports nothing of the project. What it does stands in ``docs/reference/solution.md``, and what
that page names; it knows what plans of drawn streets and areas need, without lanes and rules.
"""

import json
import tomllib
from collections import defaultdict
from itertools import pairwise
from math import dist, floor, fsum
from pathlib import Path

import numpy as np
import pyproj
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

STAIRS_M_S, ISLAND, BANK_M, STRUCTURE_M = 2 / (1 / 0.50 + 1 / 0.67), 0.02, 10.0, 15.0
GLOBE, HAIR = pyproj.Geod(ellps="WGS84"), 1e-9


class Ground:
    """The streets of a plan, and the points that are snapped onto them."""

    def __init__(self, streets, water, to_plane, speed, snap_m):
        self.water, self.snap_m, self.speed = water, snap_m, speed
        self.node, self.segments = {}, []  # a node a vertex, to seven decimals
        for one in streets:
            facts = one["properties"]
            pace = STAIRS_M_S if facts.get("class") == "steps" else speed
            corners = [tuple(round(x, 7) for x in c[:2]) for c in one["geometry"]["coordinates"]]
            structure = bool(facts.get("bridge") or facts.get("tunnel"))
            for a, b in pairwise(corners):
                metres = GLOBE.inv(*a, *b)[2]
                ends = [self.node.setdefault(c, len(self.node)) for c in (a, b)]
                self.segments.append((*ends, metres / pace, metres, structure, facts["level"]))
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
            if (best is None or (rank, far) < best[0]) and not self.wet(point, (foot.x, foot.y)):
                best = (rank, far), number, along / line.length
        return None if best is None else (best[1], best[2], best[0][1] / self.speed)

    def wet(self, point, foot):
        """Tell whether a connector crosses water."""
        way = shapely.LineString([point, foot])
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
        for m, snapped in enumerate(people):
            if snapped is None:
                continue
            segment, share, access = snapped
            a, b, seconds = self.segments[segment][:3]
            by_ends = np.minimum(nodes[:, a] + seconds * share, nodes[:, b] + seconds * (1 - share))
            for n, (own, place, way) in enumerate(posts):
                direct = abs(share - place) * seconds if own == segment else np.inf
                found[n, m] = min(by_ends[n], direct) + access + way
        return found


def sample(polygon, people, side):
    """Return the points of an area and the people at each: Hamilton's method on a grid."""
    west, south, east, north = (floor(bound / side) for bound in polygon.bounds)
    points, weights = [], []
    for row in range(south, north + 1):
        for column in range(west, east + 1):
            cell = shapely.box(column * side, row * side, (column + 1) * side, (row + 1) * side)
            if not polygon.intersects(cell):
                continue
            whole = polygon.contains_properly(cell)
            piece = cell if whole else polygon.intersection(cell)
            if piece.area > 0:
                points.append((piece.centroid if whole else piece.point_on_surface()).coords[0])
                weights.append(round(piece.area * 1e6))
    due = [divmod(people * weight, sum(weights)) for weight in weights]
    share = [whole for whole, _ in due]
    order = sorted(range(len(due)), key=lambda at: (-due[at][1], at))
    for at in order[: people - sum(share)]:
        share[at] += 1
    return [(point, many) for point, many in zip(points, share, strict=True) if many]


def percentile(walks, people, share):
    """Return the walk that so large a share of the people do not exceed, one decimal."""
    order = np.argsort(walks, kind="stable")
    run = np.cumsum(people[order])
    return round(float(walks[order][np.searchsorted(run, share * run[-1] * (1 - 1e-12))]), 1)


def recompute(plan_file: Path, solution_file: Path) -> dict:
    """Return the figures of a solution, counted anew, in the form that its file has."""
    plan = tomllib.loads(plan_file.read_text(encoding="utf-8"))
    told = json.loads(solution_file.read_text(encoding="utf-8"))
    to_plane = pyproj.Transformer.from_crs("OGC:CRS84", plan["crs"], always_xy=True).transform

    def layer(name):
        return json.loads((plan_file.parent / plan["layers"][name]).read_bytes())["features"]

    def plane(geometry):
        given = shapely.geometry.shape(geometry)
        return shapely.transform(given, lambda xy: np.column_stack(to_plane(*xy.T)))

    walking = plan["walking"]
    water = shapely.union_all([plane(one["geometry"]) for one in layer("water")])
    ground = Ground(layer("streets"), water, to_plane, walking["speed_m_s"], walking["snap_m"])
    area_of, people, crowd = [], [], []
    for area in layer("areas"):
        facts = area["properties"]
        polygon = shapely.normalize(plane(area["geometry"]))
        for point, many in sample(polygon, facts["people"], walking["sample_m"]):
            area_of.append(facts["id"])
            people.append(many)
            crowd.append(ground.snap(point, facts.get("level", 0)))
    area_of, people = np.array(area_of), np.array(people, dtype=float)
    site = {one["properties"]["id"]: one for one in layer("sites")}
    posts = told["features"]
    found = {"coverage": {}, "mean_s": {}, "areas": {}, "posts": {}}
    worth = []
    for name, resource in sorted(plan["resources"].items()):
        mine = [post for post in posts if post["properties"]["resource"] == name]
        entries = []
        for post in mine:
            one = site[post["properties"]["site"]]
            place = to_plane(*one["geometry"]["coordinates"][:2])
            entries.append(ground.snap(place, one["properties"].get("level", 0)))
        seconds = ground.walks(entries, crowd)
        within = seconds <= resource["walk_limit_min"] * 60 * (1 + HAIR)
        times = within.sum(axis=0)
        for post, reach in zip(mine, within, strict=True):
            facts = site[post["properties"]["site"]]["properties"]
            opening, unit = (
                facts.get(f"{key}_{name}", facts.get(key, resource.get(key, 0)))
                for key in ("open_cost", "unit_cost")
            )
            found["posts"][post["id"]] = {
                "cost": opening + unit * post["properties"]["units"],
                "covered": fsum(people[reach]),
                "only": fsum(people[reach & (times == 1)]),
            }
        covered, total = fsum(people[times > 0]), fsum(people)
        found["coverage"][name] = {
            "covered": covered, "total": total, "share": round(covered / total, 6)
        }  # fmt: skip
        nearest = np.where(within, seconds, np.inf).min(axis=0, initial=np.inf)
        met = times > 0
        found["mean_s"][name] = round(float(people[met] @ nearest[met]) / (covered or 1), 1)
        worth.append(resource["value"] * covered)
        found["areas"][name] = {}
        for area in sorted(set(area_of)):
            here = area_of == area
            there = here & met
            figures = [percentile(nearest[there], people[there], share) if there.any() else None
                       for share in (0.5, 0.95, 1.0)]  # fmt: skip
            found["areas"][name][area] = [fsum(people[here]), fsum(people[there]), *figures]
    found["cost"] = fsum(post["cost"] for post in found["posts"].values())
    found["objective"] = fsum(worth)
    return found
