"""Rings in the plan file: what is refused, and which gates people may pass one after the other."""

from typing import Any

import pandas as pd
import pytest

from placement.cover.doubts import doubts
from placement.cover.survey import survey
from placement.errors import InputError
from placement.plan.problem import Plan

SITES = {"b1": (0, 0), "b2": (4, 0), "g1": (0, 2), "g2": (4, 2), "red": (2, -3)}
LANES = {
    "rate_per_h": 60,
    "efficiency": 1,
    "opens": "10:00",
    "closes": "11:00",
    "profile": [0.5, 0.5],
}
BLACK = {"name": "black", "sites": ["b1", "b2"]}
GREY = {"name": "grey", "sites": ["g1", "g2"], "walk_limit_min": 5}
RED = {"name": "red", "sites": ["red"], "screens": "vehicles"}


def made(rings: list[dict[str, Any]], **other: Any) -> Plan:
    """Make a plan of five sites, 100 m apart for each step of the grid, and two zones."""
    kinds = {
        "gate": {"walk_limit_min": 8, "max_units": 3, "lanes": LANES},
        "check": {"walk_limit_min": 1},
    }
    frame = pd.DataFrame(
        {
            "id": list(SITES),
            "lon": [2.3 + x * 0.001365 for x, _ in SITES.values()],
            "lat": [48.86 + y * 0.0009 for _, y in SITES.values()],
            "resources": ["check" if site == "red" else "gate" for site in SITES],
        }
    )
    people = pd.DataFrame(
        {"id": ["p", "q"], "lon": [2.3, 2.3055], "lat": [48.859, 48.859],
         "people": [40, 60], "zone": ["west", "east"]}
    )  # fmt: skip
    asked = {"resources": kinds, "budget": 20, "sites": frame, "demand": people, **other}
    return Plan.from_frames(rings=rings, **asked)


@pytest.mark.parametrize(
    ("rings", "other", "field", "said"),
    [
        ([RED], {}, "rings", "screen nobody"),
        ([BLACK, {"name": "grey", "sites": ["g1"]}], {}, "rings.1.walk_limit_min", "is missing"),
        ([{**BLACK, "walk_limit_min": 3}, GREY], {}, "rings.0.walk_limit_min", "is set"),
        ([BLACK, {**GREY, "name": "black"}], {}, "rings.1.name", "occurs twice"),
        ([BLACK, {**GREY, "sites": ["g1", "b1"]}], {}, "rings.1.sites", "of 'black' already"),
        ([BLACK, {**GREY, "sites": []}], {}, "rings.1.sites", "is empty"),
        ([BLACK, {**GREY, "sites": ["g1", "g3"]}], {}, "rings.1.sites", "no site of the plan"),
        ([BLACK, {**GREY, "sites": ["g1"]}], {}, "rings", "'g2' may have a post of 'gate'"),
        ([{**RED, "sites": ["red", "b1"]}, {**BLACK, "sites": ["b2"]}, GREY], {}, "rings",
         "in 'red', which screens vehicles"),
        ([BLACK, {**GREY, "sites": ["red"]}], {}, "rings", "'g1' may have a post"),
        ([BLACK, GREY, {"name": "in", "sites": ["red"], "walk_limit_min": 2}], {}, "rings.2.sites",
         "has no site that may have a post of 'gate'"),
        ([BLACK, GREY], {"zones": [{"zone": "east", "resource": "gate", "ring": "gray"}]},
         "zones.0.ring", "names no ring that screens people: 'gray'"),
        ([RED, BLACK, GREY], {"zones": [{"zone": "east", "resource": "gate", "ring": "red"}]},
         "zones.0.ring", "names no ring that screens people: 'red'"),
        ([BLACK, GREY], {"zones": [{"zone": "east", "resource": "check", "ring": "grey"}]},
         "zones.0.ring", "has no lanes"),
        ([BLACK, GREY], {"zones": [{"zone": "south", "resource": "gate", "ring": "grey"}]},
         "zones.0.zone", "names nothing in the plan: 'south'"),
        ([BLACK, GREY], {"zones": [{"zone": "east", "resource": "gate"}]},
         "zones.0.gates", "is missing, and so is 'ring'"),
        ([BLACK, GREY], {"zones": [{"zone": "east", "resource": "gate", "ring": "grey",
                                    "headroom": 0.9}]}, "zones.0.headroom", "no gates are named"),
        ([BLACK, GREY], {"resources": {"gate": {"walk_limit_min": 8},
                                       "check": {"walk_limit_min": 1}}}, "rings", "has lanes"),
        ([BLACK, GREY], {"resources": {"gate": {"walk_limit_min": 8, "lanes": LANES,
                                                "walkers": "team"},
                                       "check": {"walk_limit_min": 1}}}, "rings", "teams"),
    ],
)  # fmt: skip
def test_rings_that_do_not_fit_are_refused_with_the_table(
    rings: list[dict[str, Any]], other: dict[str, Any], field: str, said: str
) -> None:
    with pytest.raises(InputError) as caught:
        made(rings, **other)
    assert f"field {field!r}" in str(caught.value)
    assert said in str(caught.value)


def test_people_walk_to_the_outermost_ring_and_on_from_gate_to_gate() -> None:
    plan = made([RED, BLACK, GREY])
    found = survey(plan)
    names = plan.problem.sites.id
    _, site = found.walk["gate"].tocoo().coords
    assert {names[at] for at in site.tolist()} == {"b1", "b2"}
    assert found.between is not None
    row, column = found.between[0].tocoo().coords
    pairs = {(names[m], names[j]) for m, j in zip(row.tolist(), column.tolist(), strict=True)}
    assert pairs == {("b1", "g1"), ("b2", "g2")}


def test_gates_of_a_zone_bind_its_people_in_the_ring_of_the_gates_alone() -> None:
    plan = made([BLACK, GREY], zones=[{"zone": "west", "resource": "gate", "gates": ["g2"]}])
    entry = plan.problem.entries[plan.problem.laned]
    names = plan.problem.sites.id
    west = {site for site, may in zip(names, entry.admits[:, 1], strict=True) if may}
    others = {site for site, may in zip(names, entry.admits[:, 0], strict=True) if may}
    assert west >= {"b1", "b2", "g2"}
    assert "g1" not in west
    assert others >= {"b1", "b2", "g1"}
    assert "g2" not in others


def test_whom_and_what_rings_shut_out_is_named() -> None:
    short = made([BLACK, {**GREY, "walk_limit_min": 1}])
    said = " ".join(one.sentence for one in doubts(short, survey(short)))
    assert "nobody of zone 'east' (60 people) gets through to ring 'grey'" in said
    assert "from b1, b2 of ring 'black' no gate of ring 'grey' is within 1 min" in said
    assert "no gate of ring 'black' leads to g1, g2 of ring 'grey' within 1 min" in said
    slow = {"gate": {"walk_limit_min": 8, "max_units": 1, "lanes": {**LANES, "rate_per_h": 20}},
            "check": {"walk_limit_min": 1}}  # fmt: skip
    small = made([BLACK, GREY], resources=slow)
    said = " ".join(one.sentence for one in doubts(small, survey(small)))
    assert "ring 'grey' passes 40 people at most" in said
    assert "and 100 are to pass it" in said
