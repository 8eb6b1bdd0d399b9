"""``place check``: validate all inputs, and say what they hold."""

from typing import TYPE_CHECKING

import click

from placement.cli.options import (
    at_option,
    closure_option,
    json_option,
    layer_option,
    plan_argument,
)
from placement.cli.reading import read_plan
from placement.counts import counted

if TYPE_CHECKING:
    from placement.cli.answers_on_inputs import CheckAnswer, CheckResource
    from placement.plan.problem import Plan


@click.command("check", short_help="Validate a plan and its layers; report what they hold.")
@plan_argument()
@layer_option()
@closure_option()
@at_option()
@json_option()
def command(
    *,
    plan: str | None,
    layers: dict[str, str],
    closures: tuple[str, ...],
    at: str | None,
    as_json: bool,
) -> None:
    """Validate the plan file and every layer.

    Reports counts, islands of the street network, points too far from any street and why, and how
    many people are within reach of any site at all. Warns of water over sites or people, of streets
    that end inside the event, of posts and sites that reach nobody, of people cut off from every
    site, and of bridges that closures leave open. PLAN is a plan file or its folder; ./plan.toml or
    else the bundled plan without it.
    """
    from placement.cli.files import find_plan
    from placement.cli.talk import Talk, give_json, give_table, warn

    talk = Talk()
    file = find_plan(plan)
    with talk.step("Reading the plan"):
        asked = read_plan(file, closures=closures, at=at, layers=layers)
    with talk.step("Walking the streets"):
        report = _report(asked)
    if as_json:
        give_json(report)
        return
    give_table(_rows(report))
    for sentence in report["warnings"]:
        warn(sentence)


def _report(plan: "Plan") -> "CheckAnswer":
    """Count what the plan holds and what can be reached."""
    import math

    import numpy as np

    from placement.auditing.sealed import refuse_open
    from placement.cover.doubts import doubts
    from placement.cover.nowhere import nowhere
    from placement.cover.survey import survey
    from placement.plan.clock import clock_of
    from placement.plan.demand import STEP_FREE
    from placement.plan.problem import SiteStatus

    problem = plan.problem
    sites, demand = problem.sites, problem.demand
    walks = survey(plan)
    refuse_open(plan, walks.streets)
    people = float(demand.people.sum())
    streets = walks.streets
    resources: dict[str, CheckResource] = {}
    for position, resource in enumerate(problem.resources):
        status = sites.status[:, position]
        usable = sites.allowed[:, position] & (status != SiteStatus.EXCLUDED)
        reached = np.diff(walks.walk[resource.id][:, np.flatnonzero(usable)].indptr) > 0
        resources[resource.id] = {
            "sites": int(usable.sum()),
            "required": int((usable & (status == SiteStatus.REQUIRED)).sum()),
            "excluded": int((sites.allowed[:, position] & (status == SiteStatus.EXCLUDED)).sum()),
            "walk_limit_s": _plain(resource.walk_limit_s),
            "people": _plain(math.fsum(problem.people_of(position))),
            "people_in_reach": _plain(float(demand.people[reached].sum())),
        }
    return {
        "plan": plan.settings.name,
        "file": str(plan.file),
        "crs": plan.crs,
        "layers": dict(sorted(plan.layers.items())),
        "budget": _plain(problem.budget),
        "sites": int(problem.posted.sum()),
        "ways": len(problem.ways),
        "demand_points": len({name.removesuffix(STEP_FREE) for name in demand.id}),
        "people": _plain(people),
        "step_free_people": _plain(math.fsum(demand.people[demand.step_free])),
        "areas": len(plan.areas),
        "zones": len(demand.zones),
        "closures": len(plan.closing),
        "closures_with_hours": sum(rule.hours is not None for rule in plan.closing),
        "at": None if plan.at is None else clock_of(plan.at),
        "crowds": len(plan.crowds),
        "periods": [
            {
                "name": one.name,
                "begins": clock_of(one.begins),
                "ends": clock_of(one.ends),
                "people": _plain(math.fsum(demand.people[one.points])),
                "closed": list(one.closed),
            }
            for one in plan.periods
        ],
        "resources": resources,
        "walking": walks.walking,
        "streets": None
        if streets is None
        else {
            "nodes": len(streets.node_xy),
            "edges": len(streets.length_m),
            "km": _plain(round(float(streets.length_m.sum()) / 1000.0, 3)),
            "islands": max(0, int(streets.component.max(initial=0))),
            "nodes_on_islands": int((streets.component > 0).sum()),
            "dropped": dict(streets.dropped),
            "unused": list(streets.unused),
        },
        "unsnapped": {
            "sites": [sites.id[position] for position in walks.unsnapped_sites],
            "demand": [demand.id[position] for position in walks.unsnapped_demand],
            "people": _plain(float(demand.people[walks.unsnapped_demand].sum())),
            "reasons": [
                {"kind": one.kind, "id": one.id, "reason": one.reason, "sentence": one.sentence}
                for one in nowhere(plan, walks)
            ],
        },
        "warnings": [*plan.warnings, *(one.sentence for one in doubts(plan, walks))],
    }


def _rows(report: "CheckAnswer") -> list[tuple[str, ...]]:
    from placement.cli.ground import listed

    rows: list[tuple[str, ...]] = [
        ("plan", f"{report['plan']} ({report['file']}), {report['crs']}"),
        ("layers", ", ".join(f"{name} {file}" for name, file in report["layers"].items())),
        ("budget", f"{report['budget']:,}"),
        ("sites", f"{report['sites']:,}"),
        ("people", _people(report)),
        ("areas", f"{report['areas']:,} with people, {counted(report['zones'], 'zone')}"),
    ]
    for one in report["periods"]:
        shut = f", closed: {listed(one['closed'])}" if one["closed"] else ""
        hours = f"{one['begins']} to {one['ends']}"
        rows.append((f"period {one['name']}", f"{hours}, {counted(one['people'], 'person')}{shut}"))
    for name, resource in report["resources"].items():
        share = resource["people_in_reach"] / resource["people"] if resource["people"] else 0.0
        sites = (
            f"{counted(resource['sites'], 'site')} ({resource['required']} required, "
            f"{resource['excluded']} more excluded)"
        )
        reach = f"{counted(resource['people_in_reach'], 'person')} ({share:.1%})"
        rows.append((name, f"{sites}, {reach} within {resource['walk_limit_s'] / 60:g} min"))
    streets = report["streets"]
    if streets is None:
        rows.append(("walks", "straight lines, lengthened by the detour factor"))
    else:
        nodes, edges = counted(streets["nodes"], "junction"), counted(streets["edges"], "edge")
        size = f"{nodes}, {edges}, {streets['km']:,.1f} km"
        cut_off = f"{streets['islands']:,} with {counted(streets['nodes_on_islands'], 'junction')}"
        rows += [("streets", size), ("islands", cut_off if streets["islands"] else "none")]
        rows += [(f"left out: {why}", f"{n:,}") for why, n in streets["dropped"].items()]
        rows += [("columns not used", listed(streets["unused"]))] if streets["unused"] else []
    if report["ways"]:
        rows.append(("ways to seal", f"{report['ways']:,}"))
    if report["closures"]:
        at = report["at"]
        when = "all at once" if at is None else f"as at {at}"
        when = "in the periods that they overlap" if report["periods"] else when
        timed = f", {report['closures_with_hours']:,} with hours, taken {when}"
        rows.append(
            ("closures", f"{report['closures']:,}{timed if report['closures_with_hours'] else ''}")
        )
    if report["crowds"]:
        rows.append(("crowds", f"{report['crowds']:,} that slow walking"))
    unsnapped = report["unsnapped"]
    return [
        *rows,
        *((f"unsnapped {kind}", listed(unsnapped[kind])) for kind in ("sites", "demand")),
    ]


def _people(report: "CheckAnswer") -> str:
    where = f"{report['people']:,} at {counted(report['demand_points'], 'point')}"
    slow = report["step_free_people"]
    return f"{where}, {slow:,} of them walk without steps" if slow else where


def _plain(value: float) -> float:
    return int(value) if value == int(value) else value
