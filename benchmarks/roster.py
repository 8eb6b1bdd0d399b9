"""How long `place roster` takes for the dog teams of the bundled plan, over twelve hours.

    python benchmarks/roster.py

Prints teams, the bound and seconds, each of them with its audit. Teams rest at three of the posts.
"""

import json
import tempfile
import time
from pathlib import Path

import placement
from placement.auditing.roster import audit_roster
from placement.plan.rest_places import read_rest_places
from placement.studies.roster.files import as_answer
from placement.studies.roster.rules import Rules
from placement.studies.roster.study import roster

ROOT = Path(__file__).parents[1]
CASES = {
    "work and rest, no cap": (Rules(cap_min=None), None),
    "four hours a day": (Rules(), None),
    "four hours a day, 60 teams": (Rules(), 60),
    "and handovers of 5 minutes": (Rules(handover_min=5), None),
    "and a break of an hour in six": (Rules(handover_min=5, break_min=60, within_min=360), None),
    "the same, no cap": (
        Rules(cap_min=None, handover_min=5, break_min=60, within_min=360),
        None,
    ),
}


def main() -> None:
    plan = placement.load_plan(ROOT / "data" / "geo" / "paris-2024-dogs")
    solution = placement.optimise(plan)
    posts = sorted(solution.posts_list, key=lambda post: (post.lon, post.id))
    features = [
        {
            "type": "Feature",
            "properties": {"id": f"rest-{at}"},
            "geometry": {"type": "Point", "coordinates": [posts[at].lon, posts[at].lat]},
        }
        for at in (4, 15, 25)
    ]
    with tempfile.TemporaryDirectory() as folder:
        layer = Path(folder) / "rest.geojson"
        layer.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        rest = read_rest_places(layer, plan)
        for name, (rules, teams) in CASES.items():
            for where, places in (("at their posts", None), ("three places", rest)):
                begun = time.monotonic()
                found = roster(
                    plan, solution, rules=rules, rest=places, teams=teams, begins=600, ends=1320
                )
                wrong = audit_roster(plan, solution, as_answer(found), places)
                seconds = time.monotonic() - begun
                print(
                    f"{name:32} {where:15} {found.teams:4d} teams, bound {found.bound:4d}, "
                    f"{len(found.empty):2d} posts empty, {found.status.value}, {seconds:5.1f} s"
                    f"{' WRONG' if wrong else ''}"
                )


if __name__ == "__main__":
    main()
