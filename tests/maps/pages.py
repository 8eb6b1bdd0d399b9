"""Plans and solutions to draw: the drawn town, as it is and with hostile texts everywhere."""

import json
from pathlib import Path

import numpy as np

from placement.cover.survey import survey
from placement.plan.layers import load_plan
from placement.plan.problem import Plan
from placement.solve.solution import Coverage, Post, Solution, Status, Walk
from tests.builders import drawn_layers, write_plan

NASTY = (
    "{{6*7}}{% for x in range(3) %}x{% endfor %}{# gone #}",
    "<img src=x onerror=alert(1)>",
    "</script><script>window.hacked = 1</script>",
    "${alert(1)} `${window.hacked = 1}` {n} {label}",
    "back\\slash \\u003cb\\u003e \\\\ 'single' \"double\" $& $1",
    "line\u2028separator\u2029 right\u200fto\u202eleft\u202c &amp; <!-- --> ]]>",
    "Très " + "long" * 75 + "é",
)
POSTS = (
    ("bridge-north", "checkpoint"),
    ("bridge-north", "dog_team"),
    ("bridge-south", "checkpoint"),
    ("north-west", "checkpoint"),
)


def drawn_plan(folder: Path) -> Plan:
    """Load the drawn town."""
    return load_plan(write_plan(folder))


def hostile_plan(folder: Path) -> Plan:
    """Load the drawn town with a nasty text in every place that is shown."""
    layers = drawn_layers()
    for one, text in zip(layers["sites"], NASTY, strict=False):
        one["properties"] |= {"name": text, "kind": text}
    for layer in ("areas", "route", "water"):
        layers[layer][0]["properties"]["name"] = NASTY[2]
    layers["areas"][0]["properties"]["id"] = "<b id=x>{{7*7}}"
    everything = json.dumps(" ".join(NASTY[:6]), ensure_ascii=False)
    return load_plan(
        write_plan(
            folder,
            layers=layers,
            replace={
                '"A drawn town"': everything,
                '"Une ville dessinée"': everything,
                '"officers"': json.dumps(NASTY[1]),
                '"agents"': json.dumps(NASTY[2]),
                '"Checkpoint"': json.dumps(NASTY[0]),
                '"Dog team"': json.dumps(NASTY[2]),
                '"lane"': json.dumps(NASTY[3]),
            },
        )
    )


def solution_of(
    plan: Plan,
    posts: tuple[tuple[str, str], ...] = POSTS,
    *,
    status: Status = Status.OPTIMAL,
    bound: float = 5000.0,
    gap: float = 0.0,
) -> Solution:
    """Make a solution by hand, its people counted from the plan's walks."""
    problem, walks = plan.problem, survey(plan)
    people, total = problem.demand.people, float(problem.demand.people.sum())
    opened, coverage = [], {}
    for kind in problem.resources:
        sites = sorted(site for site, resource in posts if resource == kind.id)
        columns = [problem.sites.id.index(site) for site in sites]
        table = np.zeros((len(people), len(problem.sites)), dtype=bool)
        rows = np.repeat(np.arange(len(people)), np.diff(walks.walk[kind.id].indptr))
        table[rows, walks.walk[kind.id].indices] = True
        mine = table[:, columns]
        for column, site in enumerate(sites):
            row = columns[column]
            alone = mine[:, column] & (mine.sum(axis=1) == 1)
            lon, lat = problem.sites.lonlat[row]
            opened.append(
                Post(
                    site=site,
                    name=problem.sites.name[row],
                    resource=kind.id,
                    units=2,
                    cost=8.0,
                    covered=float(people[mine[:, column]].sum()),
                    only=float(people[alone].sum()),
                    lon=round(float(lon), 6),
                    lat=round(float(lat), 6),
                )
            )
        covered = float(people[mine.any(axis=1)].sum())
        share = round(covered / total, 6)
        coverage[kind.id] = Coverage(covered=covered, total=total, share=share)
    return Solution(
        plan=plan.settings.name,
        budget=problem.budget,
        budget_unit=plan.settings.budget.unit.en,
        cost=8.0 * len(opened),
        status=status,
        objective=5000.0,
        bound=bound,
        gap=gap,
        coverage=coverage,
        walking=walks.walking,
        posts_list=tuple(sorted(opened, key=lambda post: post.id)),
        walk=Walk(mean_s={"checkpoint": 104.5, "dog_team": 90.0}, gap=0.0) if opened else None,
    )
