"""Points without a street are told why, and what is most likely not meant is doubted."""

from pathlib import Path
from typing import Any

import pytest

from placement.cover.doubts import doubts
from placement.cover.nowhere import Nowhere, nowhere
from placement.cover.survey import survey
from placement.plan.layers import load_plan
from tests.builders import BRIDGE, NORTH, SOUTH, box, line, point, streets, write_plan

SITE = point(BRIDGE, NORTH[0], id="north")


def checked(folder: Path, **layers: Any) -> tuple[list[Nowhere], list[str]]:
    usual = {"sites": [SITE], "demand": [point(BRIDGE, NORTH[0], id="n", people=5)], "areas": None}
    plan = load_plan(write_plan(folder, layers={**usual, **layers}))
    walks = survey(plan)
    return nowhere(plan, walks), [one.sentence for one in doubts(plan, walks)]


def raised(*more: Any, level: int = 1) -> list[Any]:
    """The town's streets with the bridge above the ground, and more."""
    drawn = streets()
    next(w for w in drawn if w["properties"]["id"] == "bridge")["properties"]["level"] = level
    return [*drawn, *more]


LOST: dict[str, tuple[tuple[float, float], dict[str, Any], str]] = {
    "wall": (
        (2.3470, NORTH[0] + 0.0003),
        {"rail": [line((2.3455, NORTH[0] + 0.0002), (2.3545, NORTH[0] + 0.0002), id="t")]},
        "between it and 'Street 2', 33 m away; move it to that side",
    ),
    "water": (
        (2.3470, NORTH[0] + 0.0003),
        {"water": [box(2.345, NORTH[0] + 0.0001, 2.3475, NORTH[0] + 0.0004, id="pond")]},
        "water lies between it and 'Street 2'",
    ),
    "closure": (
        (2.3470, NORTH[0] + 0.0003),
        {"closures": [box(2.3455, NORTH[0] - 0.001, 2.3495, NORTH[0] + 0.001, id="c")]},
        "33 m away, is closed",
    ),
    "level": ((2.35005, 48.8500), {"streets": raised(), "water": None},
              "'Pont Dessiné', 4 m away, is a bridge; who stands on it has level = 1"),
    "tunnel": (
        (2.3520, 48.8500),
        {
            "streets": raised(
                line((2.352, 48.8485), (2.352, 48.8515), id="u", bridge=False, tunnel=True,
                     level=-2, name="Under")
            ),
            "water": None,
        },
        "'Under', 0 m away, is a tunnel; who stands in it has level = -2",
    ),
    "island": (
        (2.3520, 48.8500),
        {
            "streets": raised(line((2.352, 48.8499), (2.352, 48.8501), id="i", name="Court")),
            "water": None,
        },
        "'Court', 0 m away, is an island",
    ),
    "beyond": ((2.3600, NORTH[0]), {}, "outside the street layer; give an extract"),
    "far": ((2.3530, 48.8500), {"water": None}, "raise walking.snap_m above"),
}  # fmt: skip


@pytest.mark.parametrize("reason", LOST)
def test_why_a_point_meets_no_street(tmp_path: Path, reason: str) -> None:
    place, layers, words = LOST[reason]
    crowd = [point(*place, id="p", people=7), point(BRIDGE, NORTH[0], id="n", people=5)]
    lost, said = checked(tmp_path, demand=crowd, **layers)
    assert [(one.id, one.kind, one.reason) for one in lost] == [("p", "demand", reason)]
    assert words in lost[0].sentence
    assert any(
        "0 sites and 1 demand point (7 people) lie too far from any street: 'p'" in sentence
        and lost[0].sentence in sentence
        for sentence in said
    )


def test_a_sound_plan_is_not_doubted(tmp_path: Path) -> None:
    assert checked(tmp_path) == ([], [])


def test_water_over_people_is_doubted(tmp_path: Path) -> None:
    pond = box(BRIDGE - 0.001, NORTH[0] - 0.00005, BRIDGE + 0.001, NORTH[0] + 0.00005, id="pond")
    plan = [point(BRIDGE + 0.0005, NORTH[0], id="n", people=5)]
    _, said = checked(tmp_path, water=[pond], demand=plan)
    assert any("water covers 0 sites and 1 demand point (5 people): n" in one for one in said)
    deep = [{**pond, "properties": {"id": "pond", "level": -2}}]
    assert checked(tmp_path / "deep", water=deep, demand=plan)[1] == []


def test_streets_that_end_inside_the_event_are_doubted(tmp_path: Path) -> None:
    _, said = checked(tmp_path, demand=[point(2.3543, NORTH[0], id="n", people=15754)])
    assert any("end inside the event: 0 sites and 1 demand" in one for one in said)
    assert any("15754 people" in one.replace(",", "") for one in said)


def test_posts_that_reach_nobody_are_doubted(tmp_path: Path) -> None:
    sites = [
        point(2.346, SOUTH[0], id="a", status="required", resources="checkpoint"),
        point(2.354, SOUTH[0], id="b", resources="checkpoint"),
    ]
    _, said = checked(tmp_path, sites=sites)
    assert any("1 required post of 'checkpoint' reaches nobody within 4 min: a" in s for s in said)
    assert any("1 site of 'checkpoint' reaches nobody within 4 min: b" in s for s in said)


def test_people_on_another_part_of_the_streets_are_doubted(tmp_path: Path) -> None:
    """The bridge is closed, and nobody on the south bank has a site."""
    shut = [{"type": "Feature", "geometry": None, "properties": {"street": "Pont Dessiné"}}]
    demand = [point(BRIDGE, SOUTH[0], id="s", people=9)]
    _, said = checked(tmp_path, closures=shut, demand=demand)
    assert any("1 demand point (9 people) is on a part of the streets" in one for one in said)


def test_bridges_that_a_closure_leaves_open_are_named(tmp_path: Path) -> None:
    around = box(2.349, 48.8490, 2.351, 48.8510, id="around")
    _, said = checked(tmp_path, streets=raised(), closures=[around])
    assert any(
        "closure 'around' leaves 1 stretch of bridges and tunnels open (Pont Dessiné); to close "
        "them write level = 0;1, or all" in one
        for one in said
    )
    around["properties"]["level"] = "all"
    _, said = checked(tmp_path / "all", streets=raised(), closures=[around])
    assert not any("leaves" in one for one in said)
