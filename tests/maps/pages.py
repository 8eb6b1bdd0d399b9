"""Plans and solutions to draw: the drawn town, as it is and with hostile texts everywhere."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from placement.cover.area_walks import STEP_FREE, AreaWalks
from placement.cover.survey import survey
from placement.plan.layers import load_plan
from placement.plan.problem import Plan
from placement.solution import (
    Admission,
    Arriving,
    Changes,
    Coverage,
    Gate,
    Kept,
    Part,
    Period,
    Post,
    Solution,
    Status,
    Tier,
    Unsnapped,
    Walk,
)
from tests.builders import box, drawn_layers, point, write_plan

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
    layers["background"] = [
        box(2.3470, 48.8515, 2.3490, 48.8525, id="g", name=NASTY[0], kind="green"),
        point(2.3480, 48.8480, id="s", name=NASTY[1], kind="station"),
    ]
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


RULES = """[[floors]]
zone = "*"
resource = "checkpoint"
share = 0.2
[[floors]]
zone = "box-1"
resource = "dog_team"
share = 0.4
step_free = true
[[groups]]
name = "<b>bridge</b> {{6*7}}"
sites = ["bridge-north", "bridge-south"]
most = 2
"""


def ruled_plan(folder: Path) -> Plan:
    """Load the drawn town with a rule of every kind."""
    layers = drawn_layers()
    for one in layers["demand"]:
        one["properties"] |= {"step_free": 0.1}
    layers["areas"][0]["properties"] |= {"step_free": 0.2}
    text = {
        "max_units = 4\n": "max_units = 4\nseparation_m = 90\n"
        "[resources.checkpoint.lanes]\nrate_per_h = 150\n",
        "fleet = 2\n": 'fleet = 2\nbackup = { zones = "box-1", share = 0.1 }\n',
    }
    corner = box(2.3505, 48.8512, 2.3530, 48.8520, id="fair", name=NASTY[1])
    corner["properties"] |= {"begins": "08:00", "ends": "20:00"}
    layers["closures"] = [corner]
    plan = load_plan(write_plan(folder, layers=layers, replace=text, extra=RULES))
    # no plan file takes tiers beside lanes; the page shows both wherever they are
    demand = plan.problem.demand
    demand = replace(demand, tier=1 + np.arange(len(demand)) % 2)
    return replace(plan, problem=replace(plan.problem, demand=demand))


def ruled_solution(plan: Plan) -> Solution:
    """Make a solution by hand that says something of every rule, its queues included."""
    plain = solution_of(plan)
    gates = {
        "bridge-north/checkpoint": Gate(
            sent=(100.0, 150.0, 200.0, 60.0, 100.0, 40.0),
            admitted=(100.0, 127.5, 127.5, 127.5, 127.5, 40.0),
            longest_wait_min=22.4,
            clears="18:00",
        ),
        "bridge-south/checkpoint": Gate(
            sent=(50.0,) * 6, admitted=(50.0,) * 6, longest_wait_min=0.0, clears=None
        ),
        "north-west/checkpoint": Gate(
            sent=(0.0, 130.0, 100.0, 0.0, 0.0, 0.0),
            admitted=(0.0, 127.5, 102.5, 0.0, 0.0, 0.0),
            longest_wait_min=0.6,
            clears="16:34",
        ),
    }
    posts = tuple(
        replace(
            post,
            admitted=sum(gates[post.id].sent),
            longest_wait_min=gates[post.id].longest_wait_min,
            clears=gates[post.id].clears,
        )
        if post.id in gates
        else post
        for post in plain.posts_list
    )
    part = Part(covered=60.0, total=242.0, share=0.247934)
    coverage = dict(plain.coverage)
    coverage["checkpoint"] = replace(coverage["checkpoint"], step_free=part)
    coverage["dog_team"] = replace(
        coverage["dog_team"],
        step_free=part,
        backup=Part(covered=55.0, total=500.0, share=0.11),
        expected=812.5,
    )
    names = [floor.name for floor in plan.problem.floors]
    names += [group.name for group in plan.problem.groups]
    rules = {name: Kept(asked=0.2, reached=0.2 + 0.1 * n) for n, name in enumerate(sorted(names))}
    rules["groups: <b>bridge</b> {{6*7}}"] = Kept(asked=2.0, reached=2.0)
    rules["resources.checkpoint.separation_m"] = Kept(asked=90.0, reached=291.5)
    return replace(
        plain,
        posts_list=posts,
        coverage=coverage,
        rules=rules,
        tiers=(
            Tier(tier=1, objective=2000.0, bound=2000.0, gap=0.0),
            Tier(tier=2, objective=3000.0, bound=3100.0, gap=0.0334),
        ),
        changes=Changes(
            most=4,
            price=2.5,
            opened={"bridge-north/dog_team": 410.0},
            closed={"south-east/checkpoint": -12.5, "<gone>/{{6*7}}": 0.0},
        ),
        lock=("bridge-north/checkpoint",),
        forbid=("north-east/checkpoint",),
        lanes=Admission(
            resource="checkpoint",
            opens="15:30",
            closes="18:30",
            period_min=30.0,
            mean_walk_s=101.5,
            gates=gates,
            areas={
                "box-1": {
                    "bridge-north/checkpoint": (100.0, 150.0, 100.0, 0.0, 0.0, 0.0),
                    "north-west/checkpoint": (0.0, 30.0, 0.0, 0.0, 0.0, 0.0),
                },
                f"box-1{STEP_FREE}": {"bridge-north/checkpoint": (0.0, 0.0, 0.0, 0.0, 100.0, 0.0)},
                "north": {
                    "bridge-north/checkpoint": (0.0, 0.0, 100.0, 60.0, 0.0, 40.0),
                    "north-west/checkpoint": (0.0, 100.0, 100.0, 0.0, 0.0, 0.0),
                },
                "south": {"bridge-south/checkpoint": (50.0,) * 6},
            },
            profiles={
                "default": Arriving(
                    people=400.0,
                    coming=(50.0, 50.0, 100.0, 100.0, 50.0, 50.0),
                    sent=(50.0, 50.0, 50.0, 50.0, 50.0, 50.0),
                ),
                NASTY[0]: Arriving(
                    people=900.0,
                    coming=(100.0, 300.0, 300.0, 100.0, 60.0, 40.0),
                    sent=(100.0, 280.0, 300.0, 60.0, 100.0, 40.0),
                ),
            },
        ),
        areas={
            "checkpoint": {
                "box-1": _walks(400.0, 61.5, 120.0, 150.0),
                f"box-1{STEP_FREE}": _walks(100.0, 80.0, 200.5, 239.0),
                "north": _walks(639.0, None, None, None),
            }
        },
        periods=(
            Period(
                begins="08:00",
                ends="20:00",
                closed=("<s>fair</s>",),
                covered={"checkpoint": 900.0, "dog_team": 500.0},
            ),
            Period(
                begins="20:00",
                ends="08:00",
                closed=(),
                covered={"checkpoint": 1200.0, "dog_team": 650.0},
            ),
        ),
        at="15:30",
        unsnapped=Unsnapped(sites=("north-east",), demand=("d07", "d10"), people=130.0),
    )


def _walks(people: float, *seconds: float | None) -> AreaWalks:
    median, p95, longest = seconds
    within = 0.0 if median is None else people
    return AreaWalks(people=people, within=within, median_s=median, p95_s=p95, longest_s=longest)
