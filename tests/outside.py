"""Another program: recomputes a solution from its plan, written from the documentation alone.

It imports nothing of the project, and does what ``docs/reference/solution.md`` says, and what that
page names, for plans of drawn streets and areas; lanes are in ``outside_lanes``.
"""

import json
import tomllib
from decimal import ROUND_CEILING, Decimal
from math import floor, fsum
from pathlib import Path

import numpy as np
import pyproj
import shapely

from tests.outside_lanes import lanes_of
from tests.outside_streets import Ground

HAIR = 1e-9
SLOW = "~step-free"


def sample(polygon, people, side):
    """Return the points of an area and the people at each: shares of a grid's cells."""
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
    shares = zip(points, shared_out(people, weights), strict=True)
    return [(point, many) for point, many in shares if many]


def shared_out(people, weights):
    """Share people out by whole ones: Hamilton's method."""
    due = [divmod(people * weight, sum(weights)) for weight in weights]
    share = [whole for whole, _ in due]
    order = sorted(range(len(due)), key=lambda at: (-due[at][1], at))
    for at in order[: people - sum(share)]:
        share[at] += 1
    return share


def percentile(walks, people, share):
    """Return the walk that so large a share of the people do not exceed, one decimal."""
    order = np.argsort(walks, kind="stable")
    run = np.cumsum(people[order])
    return round(float(walks[order][np.searchsorted(run, share * run[-1] * (1 - 1e-12))]), 1)


def ratio(covered, total):
    """Return people covered, of how many, and their share."""
    return {"covered": covered, "total": total, "share": round(covered / total, 6)}


def gap(objective, bound):
    """Return how far a bound is from the objective, rounded up to six decimals."""
    given = (Decimal(str(bound)) - Decimal(str(objective))) / Decimal(str(objective))
    return float(given.quantize(Decimal("1e-6"), rounding=ROUND_CEILING))


class People:
    """The people of a plan: where they stand, how many, and on which streets they walk."""

    def __init__(self, areas, plane, grounds, walking):
        self.area, many, self.slow, self.snapped = [], [], [], {False: [], True: []}
        share = walking.get("step_free_share", 0)
        for area in areas:
            facts = area["properties"]
            polygon = shapely.normalize(plane(area["geometry"]))
            points = sample(polygon, facts["people"], walking["sample_m"])
            slow = shared_out(round(facts["people"] * share), [n for _, n in points])
            for is_slow in (False, True):
                for (point, everyone), without in zip(points, slow, strict=True):
                    number = without if is_slow else everyone - without
                    if not number:
                        continue
                    self.area.append(facts["id"] + (SLOW if is_slow else ""))
                    many.append(number)
                    self.slow.append(is_slow)
                    for kind, ground in grounds.items():
                        self.snapped[kind].append(ground.snap(point, facts.get("level", 0)))
        self.area, self.slow = np.array(self.area), np.array(self.slow)
        self.many = np.array(many, dtype=float)


def walked(plan_file: Path, told: dict) -> tuple:
    """Return a plan, the way onto its plane, its people and sites, and how far these walk."""
    plan = tomllib.loads(plan_file.read_text(encoding="utf-8"))
    to_plane = pyproj.Transformer.from_crs("OGC:CRS84", plan["crs"], always_xy=True).transform

    def layer(name):
        return json.loads((plan_file.parent / plan["layers"][name]).read_bytes())["features"]

    def plane(geometry):
        shape = shapely.geometry.shape(geometry)
        return shapely.transform(shape, lambda xy: np.column_stack(to_plane(*xy.T)))

    walking = plan["walking"]
    water = shapely.union_all([plane(one["geometry"]) for one in layer("water")])
    paces = {False: walking["speed_m_s"], True: walking.get("step_free_speed_m_s")}
    grounds = {
        slow: Ground(layer("streets"), water, to_plane, pace, walking["snap_m"], steps=not slow)
        for slow, pace in paces.items() if not slow or walking.get("step_free_share")
    }  # fmt: skip
    people = People(layer("areas"), plane, grounds, walking)
    site = {one["properties"]["id"]: one for one in layer("sites")}
    posts, found = [post["properties"] for post in told["features"]], {}
    for name, resource in sorted(plan["resources"].items()):
        mine = [post for post in posts if post["resource"] == name]
        seconds = walks_to(mine, resource, site, to_plane, grounds, people)
        within = seconds <= resource["walk_limit_min"] * 60 * (1 + HAIR)
        found[name] = mine, np.where(within & admitted(plan, name, mine, people), seconds, np.inf)
    return plan, to_plane, people, site, found


def priced(resource: dict, name: str, site: dict, key: str):
    """Return what a site has of its own for a resource, or else what all sites have."""
    own = site["properties"]
    return own.get(f"{key}_{name}", own.get(key, resource.get(key, 0)))


def recompute(plan_file: Path, solution_file: Path) -> dict:
    """Return the figures of a solution, counted anew, in the form that its file has."""
    told = json.loads(solution_file.read_text(encoding="utf-8"))
    plan, to_plane, people, site, walks = walked(plan_file, told)
    many, slow = people.many, people.slow
    features = {post["id"]: {} for post in told["features"]}
    found = {
        "budget": plan["budget"]["amount"], "coverage": {}, "walk": {"mean_s": {}}, "areas": {},
    }  # fmt: skip
    for name, (mine, nearer) in walks.items():
        within, resource = np.isfinite(nearer), plan["resources"][name]
        times = within.sum(axis=0)
        for post, reach in zip(mine, within, strict=True):
            one = site[post["site"]]
            opening, unit = (priced(resource, name, one, f"{key}_cost") for key in ("open", "unit"))
            features[f"{post['site']}/{name}"] = {
                "coordinates": [round(x, 6) for x in one["geometry"]["coordinates"][:2]],
                "cost": opening + unit * post["units"],
                "covered": fsum(many[reach]),
                "only": fsum(many[reach & (times == 1)]),
            }
        met = times > 0
        found["coverage"][name] = ratio(fsum(many[met]), fsum(people.many))
        if slow.any():
            part = ratio(fsum(many[met & slow]), fsum(many[slow]))
            found["coverage"][name]["step_free"] = part
        nearest, found["areas"][name] = nearer.min(axis=0, initial=np.inf), {}
        mean = float(many[met] @ nearest[met]) / (fsum(many[met]) or 1)
        found["walk"]["mean_s"][name] = round(mean, 1)
        for area in sorted(set(people.area)):
            here, there = people.area == area, met & (people.area == area)
            counted = {"people": fsum(many[here]), "within": fsum(many[there])}
            found["areas"][name][area] = counted | {
                key: percentile(nearest[there], many[there], share) if there.any() else None
                for key, share in (("median_s", 0.5), ("p95_s", 0.95), ("longest_s", 1.0))
            }  # fmt: skip
    found["cost"] = fsum(post["cost"] for post in features.values())
    if "lanes" in told["placement"]:
        lanes_of(plan, told, found, features, site, to_plane)
    found["objective"] = fsum(kind.get("value", 1) * found["coverage"][name]["covered"]
                              for name, kind in plan["resources"].items())  # fmt: skip
    found["gap"] = gap(found["objective"], told["placement"]["bound"])
    return {"placement": found, "features": features}


def admitted(plan, name, posts, people):
    """Return (posts × people) whom each post lets in: people of ticket zones have their own."""
    zones = {one["zone"]: one["gates"] for one in plan.get("zones", ()) if one["resource"] == name}
    area = [one.removesuffix(SLOW) for one in people.area]
    return np.array([
        [post["site"] in zones[zone] if zone in zones
         else not any(post["site"] in gates for gates in zones.values()) for zone in area]
        for post in posts
    ], dtype=bool).reshape(len(posts), len(area))  # fmt: skip


def walks_to(posts, resource, site, to_plane, grounds, people):
    """Return (posts × people) seconds; those who walk without steps have streets of their own."""
    tables = {}
    for slow, ground in grounds.items():
        entries = []
        for post in posts:
            one = site[post["site"]]
            place = to_plane(*one["geometry"]["coordinates"][:2])
            entries.append(ground.snap(place, one["properties"].get("level", 0)))
        tables[slow] = ground.walks(entries, people.snapped[slow])
    if True not in tables or resource.get("walkers", "people") == "team":
        return tables[False]
    return np.where(people.slow, tables[True], tables[False])
