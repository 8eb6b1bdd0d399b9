"""The plan file and the README of a plan that is begun: every figure with its mark."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from placement.starting.candidates import KINDS
from placement.starting.names import markdown
from placement.starting.room import Candidate
from placement.starting.widths import LEAST_LANES, MOST_LANES
from placement.streets.lines import OSM

#: Officers for a post and for a lane [A].
OPEN_COST, LANE_COST = 12, 5
#: People for whom the first budget pays a checkpoint, and for whom there is a team: so many that a
#: choice has to be made [A].
PEOPLE_PER_POST, PEOPLE_PER_TEAM = 25_000, 20_000
TEAM_COST = 4
#: Officers at a barrier, and how far outside the perimeter barriers may stand, metres [A].
BARRIER_COST, SEAL_BAND_M = 2, 200.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What is said of a plan that is begun.

    Attributes
    ----------
    name, title
        Name of the plan, and its title.
    crs
        Metric coordinate system.
    extract
        Name of the extract's file.
    drawn
        How the event was given, in words.
    margin_m, apart_m
        How far outside the perimeter streets are kept, and how near candidates may lie.
    people, given
        People of the first demand, and whether their number was given.
    candidates
        The sites.
    unreached
        How many candidates are no sites, because nobody is within a walk of them.
    layers
        Files by layer, those that hold anything.
    beside
        Files that no plan reads, with what they hold.
    counts
        Features by file.
    doubts
        What the extract lacks, a sentence each.
    routed
        Whether a route was given; else the perimeter's line stands for it.
    ways
        Ways through the perimeter that are to be sealed; 0 where it is not.
    """

    name: str
    title: str
    crs: str
    extract: str
    drawn: str
    margin_m: float
    apart_m: float
    people: int
    given: bool
    candidates: Sequence[Candidate]
    unreached: int
    layers: Mapping[str, str]
    beside: Mapping[str, str]
    counts: Mapping[str, int]
    doubts: Sequence[str]
    routed: bool
    ways: int = 0


def budget_of(people: int, ways: int = 0) -> int:
    """Return a first budget, officers: a checkpoint for 25,000 people, the teams, and barriers."""
    posts = max(2, math.ceil(people / PEOPLE_PER_POST))
    officers = posts * (OPEN_COST + LEAST_LANES * LANE_COST) + fleet_of(people) * TEAM_COST
    return math.ceil((officers + ways * BARRIER_COST) / 10) * 10


def fleet_of(people: int) -> int:
    """Return a first number of dog teams: one for 20,000 people, 2 to 12."""
    return min(12, max(2, math.ceil(people / PEOPLE_PER_TEAM)))


def plan_text(begun: Begun) -> str:
    """Return the plan file."""
    quoted = json.dumps(begun.title, ensure_ascii=False)
    budget = budget_of(begun.people, begun.ways)
    more = ", and two officers a barrier" if begun.ways else ""
    layers = "\n".join(
        f'{layer} = "{file}"{" " * max(1, 24 - len(layer) - len(file))}# {_said(layer, begun)}'
        for layer, file in begun.layers.items()
    )
    density = "the number given" if begun.given else "S: 3 m² a person, all ground filled"
    return f"""\
# A first plan, made by `place init` from {_comment(begun.extract)} and {begun.drawn}.
# README.md says what was assumed, and what to replace first. Then
#
#     place check          validates everything and says what is out of reach
#     place optimise       writes outputs/{begun.name}/solution.geojson and map.html
#
# Data: {OSM} (https://www.openstreetmap.org/copyright).
# Marks of the figures: S sourced, M general knowledge, D derived, A assumption.

format = 1
name = "{begun.name}"
crs = "{begun.crs}"

[title]
en = {quoted}
fr = {quoted}

[budget]
amount = {budget}                        # A: a checkpoint for 25,000 people{more}
unit = {{ en = "officers", fr = "agents" }}

[layers]
{layers}
{_sealed(begun.ways)}
[walking]
speed_m_s = 1.34                    # S: Weidmann 1993; streets.parquet is made for it
# step_free_share = 0.18            # A: wheelchairs, prams, sticks: they walk without steps
snap_m = 60                         # A: half a city block; farther points are reported
sample_m = 40                       # A: people on a square are told apart by half a minute's walk

# People walk to a checkpoint. {begun.people:,} people: {density}.
[resources.checkpoint]
label = {{ en = "Checkpoint", fr = "Point de contrôle" }}
walkers = "people"
walk_limit_min = 5                  # A: half of what is usual for an outer perimeter
value = 2                           # A: a gate serves a person twice as long as a dog's sweep does
open_cost = {OPEN_COST}                      # A: pre-search, supervision and a vehicle barrier
unit = {{ en = "lane", fr = "file de contrôle" }}
unit_cost = {LANE_COST}                       # A: five officers a lane, both sexes
min_units = {LEAST_LANES}                       # A; sites.geojson says how many lanes have room
max_units = {MOST_LANES}                      # A
separation_m = 60                   # A: a queue of 600 people at 0.6 m² each in a street of 6 m

# With lanes, who is not through a gate when it closes is not covered. Take the marks away to plan
# so; it takes longer to solve, and a larger budget.
# [resources.checkpoint.lanes]
# rate_per_h = 400                  # S: walk-through detector, 5 to 7 s a person
# efficiency = 0.85                 # A
# opens = "15:30"                   # A
# closes = "18:30"                  # A
# period_min = 30                   # A
# peak_hour_share = 0.40            # A
# max_wait_min = 30                 # A

# Dog teams walk out from their post, which is near a checkpoint.
[resources.dog_team]
label = {{ en = "Dog team", fr = "Équipe cynophile" }}
walkers = "team"
walk_limit_min = 4                  # A: 5 minutes on foot inside a sector, less one for the call
value = 1                           # A
unit = {{ en = "team", fr = "équipe" }}
unit_cost = {TEAM_COST}                       # A: two handlers, so that one rests, and two escorts
max_units = 1
fleet = {fleet_of(begun.people)}                          # A: a team for 20,000 people, 2 to 12
near = {{ resource = "checkpoint", walk_min = 3 }}
"""


def _sealed(ways: int) -> str:
    """Return the table of what is sealed, where anything is."""
    if not ways:
        return ""
    return f"""
[sealed]                            # each of the {ways} ways has a checkpoint in it, or a barrier
resources = ["checkpoint"]
band_m = {SEAL_BAND_M:g}                        # A: barriers may stand so far outside the perimeter
"""


_SAID = {
    "perimeter": "what is sealed",
    "ways": "the fewest that lead in; a barrier costs two officers (A)",
    "route": "as it was given",
    "sites": "candidates: README.md says how they were found",
    "demand": "people on streets, assumed",
    "areas": "people on squares, assumed",
    "streets": "cut from the extract, kept",
    "water": "nobody crosses it but over bridges",
    "rail": "railways in the open; those in tunnels are left out",
    "barriers": "walls and fences",
    "background": "buildings, green and stations, to draw the map on",
}


def _said(layer: str, begun: Begun) -> str:
    if layer == "route" and not begun.routed:
        return "the line of the perimeter: no route was given"
    return _SAID[layer]


def _comment(text: str) -> str:
    return text if text.isprintable() else ascii(text)


def readme_text(begun: Begun) -> str:
    """Return the README: what was assumed, and what a planner replaces first."""
    budget = budget_of(begun.people, begun.ways)
    kinds = {kind: sum(one.kind == kind for one in begun.candidates) for kind in KINDS}
    by_kind = ", ".join(f"{count} {kind}" for kind, count in kinds.items() if count)
    guessed = sum(one.width_from == "class" for one in begun.candidates)
    rows = "\n".join(
        f"| `{file}` | {said} | {count} |"
        for file, said, count in (
            *((file, _said(layer, begun), begun.counts.get(file, "")) for layer, file in
              begun.layers.items()),
            *((file, said, begun.counts.get(file, "")) for file, said in begun.beside.items()),
        )
    )  # fmt: skip
    doubts = "\n".join(f"- {sentence}" for sentence in begun.doubts)
    people = (
        "as many as were asked for" if begun.given
        else "as many as stand there at 3 m² each (S: standing boxes, Paris 2024)"
    )  # fmt: skip
    where = "beside the route" if begun.routed else "within the perimeter"
    return f"""\
# {markdown(begun.title)}: a first plan

Made by `place init` from {markdown(begun.extract)} and {markdown(begun.drawn)}.
It is something to argue about and **not for operations**: nobody has looked at a single site yet.

    place check
    place optimise

## What to replace first

1. **The people.** {begun.people:,} people stand evenly on squares and streets {where},
   {people}. Nobody counted them. Put real
   figures into `demand.geojson` and `areas.geojson` (column `people`).
2. **The budget and the costs** in `plan.toml`: {budget:,} officers in all,
   {OPEN_COST} a checkpoint and {LANE_COST} a lane are assumptions. The plan asks who is near a
   checkpoint; how many its lanes let through is asked where `plan.toml` says so.
3. **The sites.** Walk along the perimeter with `sites.geojson`: strike out what cannot be used
   (`status` = `excluded`), and correct `max_units_checkpoint`, the lanes that have room.
   {guessed} of {len(begun.candidates)} widths are those of the class of street.
4. **The day**: closures, levels and fences of the event are not in OpenStreetMap.
{_heading("What this extract lacks", doubts)}
## What is here

| file | what | features |
|---|---|---|
{rows}

Every feature says where it comes from: `source` names the node, way or relation of OpenStreetMap;
`accuracy` is `mapped` (as OpenStreetMap draws it, some metres), `derived` (computed from that) or
`assumed` (a figure of this program); `licence` is ODbL-1.0, but of what the planner drew.

Streets are kept as far as {begun.margin_m:g} m outside the perimeter. Candidates lie at least
{begun.apart_m:g} m apart: {by_kind}.{_left_out(begun.unreached)}

## Licence

{OSM}: https://www.openstreetmap.org/copyright. Whoever shows a map made of these files names
OpenStreetMap; whoever hands on the files does so under the ODbL 1.0.
"""


def _left_out(unreached: int) -> str:
    if not unreached:
        return ""
    return (
        f"\n{unreached} more are left out, because nobody is within the walks of `plan.toml`:\n"
        "`place candidates` finds them too."
    )


def _heading(title: str, body: str) -> str:
    return f"\n## {title}\n\n{body}\n" if body else ""
