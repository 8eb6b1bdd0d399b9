"""Kinds of edit that somebody may make in a solution file, each with what must be said of it."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

type Top = dict[str, Any]
type Place = tuple[str, ...]


@dataclass(frozen=True)
class Made:
    """An edit that was made.

    `places` are the members that differ now, `needles` what one line must name together, and `also`
    the beginnings of lines that follow from it.
    """

    places: tuple[Place, ...]
    needles: tuple[str, ...]
    also: tuple[str, ...] = ()


class NotHereError(Exception):
    """This solution has nothing that such an edit could be made in."""


type Kind = Callable[[Top, random.Random], Made]
KINDS: dict[str, Kind] = {}


def kind(make: Kind) -> Kind:
    """Put an edit on the list, under the name of its function."""
    KINDS[make.__name__.replace("_", " ").strip()] = make
    return make


def number(value: float) -> str:
    """Return a number as a line shows it."""
    value = round(value, 6)
    return f"{int(value) if value == int(value) else value:,}"


def share(value: float) -> str:
    """Return a share as a line shows it."""
    return f"{100 * value:,.10g}%"


def told(value: object, null: str = "nothing") -> str:
    """Return a value as a line shows it."""
    if value is None:
        return null
    return number(value) if isinstance(value, (int, float)) else str(value)


def arrow(old: object, new: object, null: str = "nothing", unit: str = "") -> str:
    """Return the way from one value to another as a line shows it."""
    before = told(old, null)
    if unit and old is not None and new is None:
        before += unit
    return f"{before} → {told(new, null)}{unit if new is not None else ''}"


def of(table: dict[str, Any], draw: random.Random) -> str:
    """Return one of the names of a table."""
    if not table:
        raise NotHereError
    return draw.choice(sorted(table))


def member(top: Top, *names: str) -> Any:
    """Return a member of ``placement``."""
    inner = top["placement"]
    for name in names:
        if not isinstance(inner, dict) or name not in inner:
            raise NotHereError
        inner = inner[name]
    return inner


def post(top: Top, draw: random.Random) -> dict[str, Any]:
    """Return one of the posts."""
    return draw.choice(top["features"])


def _at(feature: dict[str, Any], name: str) -> Place:
    return ("features", feature["id"], "properties", name)


# Posts


def _shift(top: Top, draw: random.Random, by: float) -> Made:
    one = post(top, draw)
    old = one["geometry"]["coordinates"]
    new = [old[0], round(old[1] + by, 6)]
    one["geometry"]["coordinates"] = new
    ways = (f"[{told(old[0])}, {told(old[1])}] → [{told(new[0])}, {told(new[1])}]",)
    return Made((("features", one["id"], "geometry", "coordinates"),), (one["id"], *ways, " m, "))


@kind
def post_moved_by_10_km(top: Top, draw: random.Random) -> Made:
    made = _shift(top, draw, 0.09)
    return Made(made.places, (*made.needles, "moved by 10,007."))


@kind
def post_moved_by_11_cm(top: Top, draw: random.Random) -> Made:
    made = _shift(top, draw, -1e-6)
    return Made(made.places, (*made.needles, "moved by 0.11 m"))


@kind
def post_renamed(top: Top, draw: random.Random) -> Made:
    one = post(top, draw)
    old, one["properties"]["name"] = one["properties"]["name"], "Elsewhere"
    return Made((_at(one, "name"),), (one["id"], "renamed", f'"{old}" → "Elsewhere"'))


@kind
def units(top: Top, draw: random.Random) -> Made:
    one = post(top, draw)
    old = one["properties"]["units"]
    one["properties"]["units"] = old + 1
    return Made((_at(one, "units"),), (one["id"], f"  {old} → {old + 1} units"))


def _figure(top: Top, draw: random.Random, name: str, called: str, by: float) -> Made:
    one = post(top, draw)
    if name not in one["properties"]:
        raise NotHereError
    old = one["properties"][name]
    new = round(old + by, 6) if old is not None else 1
    if new < 0:
        raise NotHereError
    one["properties"][name] = new
    return Made((_at(one, name),), (f"post {one['id']}:", f"{called} {arrow(old, new)}"))


@kind
def cost_of_a_post(top: Top, draw: random.Random) -> Made:
    return _figure(top, draw, "cost", "cost", 0.5)


@kind
def covered_by_a_post(top: Top, draw: random.Random) -> Made:
    return _figure(top, draw, "covered", "covered", 374)


@kind
def covered_by_a_post_alone(top: Top, draw: random.Random) -> Made:
    return _figure(top, draw, "only", "covered by it alone", -0.25)


@kind
def admitted_by_a_post(top: Top, draw: random.Random) -> Made:
    return _figure(top, draw, "admitted", "admitted", 12)


@kind
def wait_at_a_post(top: Top, draw: random.Random) -> Made:
    return _figure(top, draw, "longest_wait_min", "longest wait in minutes", 2.5)


@kind
def end_of_the_queue_at_a_post(top: Top, draw: random.Random) -> Made:
    one = post(top, draw)
    if "clears" not in one["properties"]:
        raise NotHereError
    old, one["properties"]["clears"] = one["properties"]["clears"], "23:59"
    needle = f"last queue clears {arrow(old, '23:59', 'at once')}"
    return Made((_at(one, "clears"),), (f"post {one['id']}:", needle))


@kind
def post_closed(top: Top, draw: random.Random) -> Made:
    one = post(top, draw)
    top["features"].remove(one)
    said = (f"  - {one['id']}  ", one["properties"]["name"])
    return Made((("features", one["id"]),), said)


@kind
def post_opened(top: Top, draw: random.Random) -> Made:
    resource = of(member(top, "coverage"), draw)
    properties = {"site": "new", "name": "A new place", "resource": resource, "units": 2,
                  "cost": 7, "covered": 20, "only": 10}  # fmt: skip
    top["features"].append(
        {
            "type": "Feature",
            "id": f"new/{resource}",
            "geometry": {"type": "Point", "coordinates": [0.5, 0.5]},
            "properties": properties,
        }
    )
    needles = (f"  + new/{resource}  A new place", "2 units, cost 7, covers 20 (10 alone)")
    return Made((("features", f"new/{resource}"),), needles)


def _resited(top: Top, draw: random.Random, by: float, name: str | None) -> Made:
    one = post(top, draw)
    old, resource = one["id"], one["properties"]["resource"]
    one["properties"]["site"] += "-b"
    one["properties"]["name"] = name or one["properties"]["name"]
    one["id"] = f"{one['properties']['site']}/{resource}"
    lon, lat = one["geometry"]["coordinates"]
    one["geometry"]["coordinates"] = [lon, round(lat + by, 6)]
    names = [each["properties"]["name"] for each in top["features"]]
    needles = (f"  > {old} → {one['id']}  {one['properties']['name']}",)
    if names.count(one["properties"]["name"]) > 1 and name is None:
        raise NotHereError  # two posts of one name: which of them moved cannot be said
    return Made((("features", old), ("features", one["id"])), needles)


@kind
def post_moved_to_a_site_near_by(top: Top, draw: random.Random) -> Made:
    made = _resited(top, draw, 0.001, "Another name")
    return Made(made.places, (*made.needles, "  111 m, "))


@kind
def post_moved_to_a_far_site_of_the_same_name(top: Top, draw: random.Random) -> Made:
    made = _resited(top, draw, 0.05, None)
    return Made(made.places, (*made.needles, "  5,560 m, "))


# Totals


def _set(top: Top, names: tuple[str, ...], new: object, *needles: str, null: str = "nothing",
         unit: str = "", also: tuple[str, ...] = ()) -> Made:  # fmt: skip
    """Put another value in the place of one that is there."""
    old = member(top, *names)
    if old == new:
        raise NotHereError
    member(top, *names[:-1])[names[-1]] = new
    way = arrow(old, new, null, unit)
    return Made((("placement", *names),), (*needles, way), also)


def _put(top: Top, name: str, new: object, *needles: str) -> Made:
    """Put a member that is not there."""
    if name in top["placement"]:
        raise NotHereError
    top["placement"][name] = new
    places = [("placement", name)]
    if isinstance(new, dict):
        places = [("placement", name, inner) for inner in new]
    return Made(tuple(places), needles)


@kind
def budget(top: Top, draw: random.Random) -> Made:
    unit = f" {top['placement']['budget_unit']}"
    return _set(top, ("budget",), member(top, "budget") + draw.choice([1, 20, 0.25]), "budget: ",
                unit=unit)  # fmt: skip


@kind
def unit_of_costs(top: Top, draw: random.Random) -> Made:
    return _set(top, ("budget_unit",), "euros", "costs are counted in: ")


@kind
def total_cost(top: Top, draw: random.Random) -> Made:
    unit = f" {top['placement']['budget_unit']}"
    return _set(top, ("cost",), round(member(top, "cost") + 0.5, 6), "cost: ", unit=unit)


@kind
def status(top: Top, draw: random.Random) -> Made:
    return _set(top, ("status",), draw.choice(["feasible", "proposed"]), "status: ")


@kind
def objective(top: Top, draw: random.Random) -> Made:
    return _set(top, ("objective",), member(top, "objective") + draw.choice([1, -374, 0.000001]),
                "objective: ")  # fmt: skip


@kind
def bound(top: Top, draw: random.Random) -> Made:
    return _set(top, ("bound",), member(top, "bound") + 100, "no plan is worth more than: ")


@kind
def bound_left_open(top: Top, draw: random.Random) -> Made:
    return _set(top, ("bound",), None, "no plan is worth more than: ", null="not known")


@kind
def gap(top: Top, draw: random.Random) -> Made:
    old, top["placement"]["gap"] = member(top, "gap"), 0.012345
    return Made((("placement", "gap"),), (f"gap of the objective: {share(old)} → 1.2345%",))


def _cover(top: Top, draw: random.Random, name: str) -> tuple[str, float]:
    resource = of(member(top, "coverage"), draw)
    return resource, member(top, "coverage", resource, name)


@kind
def people_covered(top: Top, draw: random.Random) -> Made:
    resource, old = _cover(top, draw, "covered")
    new = old + 374
    top["placement"]["coverage"][resource]["covered"] = new
    place = ("placement", "coverage", resource, "covered")
    needles = (f"covered by {resource}: {old:,.10g} (", f" → {new:,.10g} (", "+374 people")
    return Made(
        (place,), needles, ("  not explained", "  not attributed", "  the inputs", "  the ")
    )


@kind
def people_in_all(top: Top, draw: random.Random) -> Made:
    resource, old = _cover(top, draw, "total")
    return _set(top, ("coverage", resource, "total"), old + 1, f"counted for {resource}: ")


@kind
def share_covered(top: Top, draw: random.Random) -> Made:
    resource, old = _cover(top, draw, "share")
    new = round(old / 2 + 0.000001, 6)
    top["placement"]["coverage"][resource]["share"] = new
    needle = f"share covered by {resource}: {share(old)} → {share(new)}"
    return Made((("placement", "coverage", resource, "share"),), (needle,))


@kind
def covered_without_steps(top: Top, draw: random.Random) -> Made:
    resource, _ = _cover(top, draw, "step_free")
    old = member(top, "coverage", resource, "step_free", "covered")
    return _set(top, ("coverage", resource, "step_free", "covered"), old + 5,
                f"by {resource}, without steps: covered ")  # fmt: skip


@kind
def way_of_walking(top: Top, draw: random.Random) -> Made:
    return _set(top, ("walking",), "given times", "walks are measured by: ")


@kind
def version(top: Top, draw: random.Random) -> Made:
    return _set(top, ("version",), "9.9.9", "version of placement: ")


@kind
def version_left_out(top: Top, draw: random.Random) -> Made:
    old = member(top, "version")
    del top["placement"]["version"]
    return Made((("placement", "version"),), (f"version of placement: {old} → not told",))


@kind
def name_of_the_plan(top: Top, draw: random.Random) -> Made:
    return _set(top, ("plan",), "another", "name of the plan: ")


@kind
def input_changed(top: Top, draw: random.Random) -> Made:
    name = of(member(top, "digests"), draw)
    top["placement"]["digests"][name] = "0" * 64
    called = {"plan": "plan file", "baseline": "agreed plan"}.get(name, f"layer {name}")
    needle = f"The {called} changed between the two solutions."
    return Made((("placement", "digests", name),), (needle,))


@kind
def input_left_out(top: Top, draw: random.Random) -> Made:
    name = of(member(top, "digests"), draw)
    del top["placement"]["digests"][name]
    return Made((("placement", "digests", name),), ("is an input of the old solution only.",))


@kind
def identity_left_out(top: Top, draw: random.Random) -> Made:
    names = member(top, "digests")
    del top["placement"]["digests"]
    places = tuple(("placement", "digests", name) for name in names)
    return Made(places, ("The new solution does not record which inputs it was made from.",))


@kind
def override(top: Top, draw: random.Random) -> Made:
    member(top, "overrides").append("zones")
    needle = "options of the run that override the plan file: + zones"
    return Made((("placement", "overrides"),), (needle,))


@kind
def limit(top: Top, draw: random.Random) -> Made:
    return _put(top, "limits", {"dog_team": 9}, "limit of dog_team: the plan's own → 9")


@kind
def layer(top: Top, draw: random.Random) -> Made:
    return _put(top, "layers", {"streets": "x.osm"}, "layer streets: the plan's own → x.osm")


@kind
def lock(top: Top, draw: random.Random) -> Made:
    one = post(top, draw)["id"]
    return _put(top, "lock", [one], f"locked: + {one}")


@kind
def forbidden(top: Top, draw: random.Random) -> Made:
    return _put(top, "forbid", ["gare/checkpoint"], "forbidden: + gare/checkpoint")


@kind
def time_of_day(top: Top, draw: random.Random) -> Made:
    if "at" in top["placement"]:
        return _set(top, ("at",), "03:00", "chosen for: ")
    return _put(top, "at", "03:00", "chosen for: no time of day → 03:00")


@kind
def closure(top: Top, draw: random.Random) -> Made:
    return _put(top, "closures", ["Rue de Rivoli"], "closed for the run: + Rue de Rivoli")


@kind
def people_too_far_from_streets(top: Top, draw: random.Random) -> Made:
    lost = {"sites": [], "demand": [], "people": 12}
    return _put(top, "unsnapped", lost, "people too far from any street: none → 12")


@kind
def part_of_the_day(top: Top, draw: random.Random) -> Made:
    part = {"begins": "08:00", "ends": "20:00", "closed": [], "covered": {"dog_team": 30}}
    needle = "08:00 to 20:00, within reach of dog_team: not told → 30"
    return _put(top, "periods", [part], needle)


@kind
def most_changes(top: Top, draw: random.Random) -> Made:
    changes = {"most": 4, "price": 5, "opened": {}, "closed": {}}
    made = _put(top, "changes", changes, "changes allowed against the agreed plan: no agreed plan")
    return Made(made.places, made.needles, ("price of each change",))


@kind
def mean_walk(top: Top, draw: random.Random) -> Made:
    resource = of(member(top, "walk", "mean_s"), draw)
    old = member(top, "walk", "mean_s", resource)
    return _set(top, ("walk", "mean_s", resource), round(old + 0.5, 1), f"mean walk, {resource}: ",
                unit=" s")  # fmt: skip


@kind
def proof_of_the_mean_walk(top: Top, draw: random.Random) -> Made:
    old = member(top, "walk", "gap")
    top["placement"]["walk"]["gap"] = 0.25
    before = "not known" if old is None else share(old)
    return Made((("placement", "walk", "gap"),), (f"gap of the mean walk: {before} → 25%",))


# Areas


def _area(top: Top, draw: random.Random) -> tuple[str, str, str]:
    resource = of(member(top, "areas"), draw)
    area = of(member(top, "areas", resource), draw)
    called = area.removesuffix("~step-free")
    return resource, area, called if called == area else f"{called}, without steps"


@kind
def people_of_an_area(top: Top, draw: random.Random) -> Made:
    resource, area, called = _area(top, draw)
    old = member(top, "areas", resource, area, "people")
    return _set(top, ("areas", resource, area, "people"), old + 25, f"people of {called}")


@kind
def people_within_reach_of_an_area(top: Top, draw: random.Random) -> Made:
    resource, area, called = _area(top, draw)
    old = member(top, "areas", resource, area, "within")
    return _set(top, ("areas", resource, area, "within"), old + 1, f"+1  {called}  ")


def _walk(top: Top, draw: random.Random, name: str, words: str, new: float | None) -> Made:
    resource, area, called = _area(top, draw)
    return _set(top, ("areas", resource, area, name), new, f"{called}: {words} ", null="nobody",
                unit=" s")  # fmt: skip


@kind
def half_of_the_walks_of_an_area(top: Top, draw: random.Random) -> Made:
    return _walk(top, draw, "median_s", "half within", draw.randrange(2000) / 10)


@kind
def most_of_the_walks_of_an_area(top: Top, draw: random.Random) -> Made:
    return _walk(top, draw, "p95_s", "95% within", draw.randrange(2000) / 10)


@kind
def longest_walk_of_an_area(top: Top, draw: random.Random) -> Made:
    return _walk(top, draw, "longest_s", "longest", draw.randrange(2000) / 10)


@kind
def nobody_walks_in_an_area(top: Top, draw: random.Random) -> Made:
    return _walk(top, draw, "longest_s", "longest", None)


@kind
def area_left_out(top: Top, draw: random.Random) -> Made:
    resource, area, called = _area(top, draw)
    if len(member(top, "areas", resource)) == 1:
        raise NotHereError
    within = top["placement"]["areas"][resource].pop(area)["within"]
    needle = f"{called}  {number(within)} → no such area"
    return Made((("placement", "areas", resource, area),), (needle,))


# Rules


def _rule(top: Top, draw: random.Random) -> str:
    return of(member(top, "rules"), draw)


def _rule_said(rule: str) -> tuple[str, Callable[[float], str]]:
    """Return what a line calls a rule, and how it writes its numbers."""
    head, _, rest = rule.partition(": ")
    if head == "floors":
        least, _, whom = rest.partition(" of ")
        return f"at least {share(float(least))} of {whom.replace(" by '", ' by ')[:-1]}: ", share
    if head == "groups":
        return f"posts open in the group {rest}: ", number
    return f"metres between posts of {rule.split('.')[1]}: ", number


def _set_in_rule(top: Top, rule: str, key: str, new: float) -> Made:
    old = member(top, "rules", rule, key)
    if old == new:
        raise NotHereError
    words, write = _rule_said(rule)
    top["placement"]["rules"][rule][key] = new
    before = "nothing to measure" if old is None else write(old)
    needles = (words, f"{key} {before} → {write(new)}")
    return Made((("placement", "rules", rule, key),), needles)


@kind
def what_a_rule_asks(top: Top, draw: random.Random) -> Made:
    rule = _rule(top, draw)
    return _set_in_rule(top, rule, "asked", round(member(top, "rules", rule, "asked") + 0.125, 6))


@kind
def what_a_rule_reaches(top: Top, draw: random.Random) -> Made:
    return _set_in_rule(top, _rule(top, draw), "reached", 0.123456)


@kind
def rule_left_out(top: Top, draw: random.Random) -> Made:
    rule = _rule(top, draw)
    if len(member(top, "rules")) == 1:
        raise NotHereError
    old = top["placement"]["rules"].pop(rule)
    words, write = _rule_said(rule)
    return Made(
        (("placement", "rules", rule),),
        (f"{words}asked {write(old['asked'])}", "→ no such rule"),
    )


@kind
def worth_of_a_tier(top: Top, draw: random.Random) -> Made:
    tier = of(member(top, "tiers"), draw)
    old = member(top, "tiers", tier, "objective")
    return _set(top, ("tiers", tier, "objective"), old + 1, f"tier {tier}: worth ")


# Lanes


@kind
def hour_of_opening(top: Top, draw: random.Random) -> Made:
    old = member(top, "lanes", "opens")
    top["placement"]["lanes"]["opens"] = "05:00"
    rest = f"to {member(top, 'lanes', 'closes')} by"
    needles = (f"lanes: checkpoint, {old} {rest}", f"→ checkpoint, 05:00 {rest}")
    return Made((("placement", "lanes", "opens"),), needles)


@kind
def mean_walk_to_the_gates(top: Top, draw: random.Random) -> Made:
    old = member(top, "lanes", "mean_walk_s")
    return _set(top, ("lanes", "mean_walk_s"), round(old + 1, 1), "mean walk to the gates: ",
                unit=" s")  # fmt: skip


def _gate(top: Top, draw: random.Random) -> str:
    return of(member(top, "lanes", "gates"), draw)


def _period(top: Top, draw: random.Random, *names: str) -> tuple[Place, str]:
    people = member(top, *names)
    at = draw.randrange(len(people))
    old, people[at] = people[at], people[at] + 7
    hours, minutes = map(int, member(top, "lanes", "opens").split(":"))
    begins = 60 * hours + minutes + at * member(top, "lanes", "period_min")
    clock = f"{int(begins // 60) % 24:02d}:{int(begins % 60):02d}"
    return ("placement", *names), f"from {clock} {arrow(old, old + 7)}"


@kind
def people_sent_to_a_gate(top: Top, draw: random.Random) -> Made:
    gate = _gate(top, draw)
    place, needle = _period(top, draw, "lanes", "gates", gate, "sent")
    return Made((place,), (f"  {gate}: sent ", needle), ("admitted, in people",))


@kind
def people_through_a_gate(top: Top, draw: random.Random) -> Made:
    gate = _gate(top, draw)
    place, needle = _period(top, draw, "lanes", "gates", gate, "admitted")
    return Made((place,), (f"  {gate}: through ", needle))


@kind
def wait_at_a_gate(top: Top, draw: random.Random) -> Made:
    gate = _gate(top, draw)
    old = member(top, "lanes", "gates", gate, "longest_wait_min")
    names = ("lanes", "gates", gate, "longest_wait_min")
    made = _set(top, names, round(old + 90, 1), f"  {gate}: longest wait in minutes ")
    areas = top["placement"]["lanes"].get("areas", {})
    called = tuple(f"  {area.replace('~step-free', ', without steps')}: " for area in areas)
    return Made(made.places, made.needles, ("longest wait in minutes: ", *called))


@kind
def end_of_the_queue_at_a_gate(top: Top, draw: random.Random) -> Made:
    gate = _gate(top, draw)
    return _set(top, ("lanes", "gates", gate, "clears"), "23:59", f"  {gate}: clears ",
                null="at once", also=("last queue clears: ",))  # fmt: skip


@kind
def gate_left_out(top: Top, draw: random.Random) -> Made:
    gate = _gate(top, draw)
    if len(member(top, "lanes", "gates")) == 1:
        raise NotHereError
    old = top["placement"]["lanes"]["gates"].pop(gate)
    wait = number(old["longest_wait_min"])
    also = ("admitted, in people", "longest wait in minutes: ", "last queue clears: ")
    areas = top["placement"]["lanes"].get("areas", {})
    called = tuple(f"  {area.replace('~step-free', ', without steps')}: " for area in areas)
    needles = (f"  {gate}: ", f"longest wait {wait} min → no gate")
    return Made((("placement", "lanes", "gates", gate),), needles, (*also, *called))


@kind
def people_of_an_area_sent_to_a_gate(top: Top, draw: random.Random) -> Made:
    area = of(member(top, "lanes", "areas"), draw)
    gate = of(member(top, "lanes", "areas", area), draw)
    place, needle = _period(top, draw, "lanes", "areas", area, gate)
    called = area.replace("~step-free", ", without steps")
    also = (f"  {called}: ",)
    return Made((place,), (f"  {called} to {gate}: ", needle), also)


def overlap(one: Made, other: Made) -> bool:
    """Tell whether two edits were made in the same member."""
    return any(a[: len(b)] == b or b[: len(a)] == a for a in one.places for b in other.places)
