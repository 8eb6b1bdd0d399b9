"""Closures, crowds, paces and barriers reach every walk of a plan."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from placement.cover.survey import Survey, survey
from placement.errors import InputError, PlacementError, UsageError
from placement.plan.layers import load_plan
from placement.streets.closures import crowd_pace
from tests.builders import BRIDGE, NORTH, SOUTH, box, line, point, write_plan

#: One site at either end of the bridge, people at both ends: a walk is along the bridge or nothing.
ENDS = {
    "sites": [point(BRIDGE, NORTH[0], id="north"), point(BRIDGE, SOUTH[1], id="south")],
    "demand": [
        point(BRIDGE, NORTH[0], id="n", people=10),
        point(BRIDGE, SOUTH[1], id="s", people=10, step_free_people=5),
    ],
    "areas": None,
}
FAR = {"walk_limit_min = 4": "walk_limit_min = 30", "walk_limit_min = 3": "walk_limit_min = 30"}


def surveyed(folder: Path, *, extra: str = "", at: str | None = None, **layers: Any) -> Survey:
    path = write_plan(folder, layers={**ENDS, **layers}, replace=FAR, extra=extra)
    return survey(load_plan(path, at=at))


def over(found: Survey, resource: str = "checkpoint") -> list[float]:
    """Seconds over the bridge: from n to south, from s to north, from s step-free to north."""
    walk = found.walk[resource].toarray()
    return [float(walk[0, 1]), float(walk[1, 0]), float(walk[2, 0])]


def test_a_bridge_is_closed_at_its_hours(tmp_path: Path) -> None:
    extra = '[[closures]]\nstreet = "pont dessiné"\nbegins = "18:00"\nends = "20:00"\n'
    early = over(surveyed(tmp_path / "early", extra=extra, at="17:59"))
    assert min(early) > 200
    # no entry is a walk that cannot be
    assert over(surveyed(tmp_path / "then", extra=extra, at="18:00")) == [0, 0, 0]
    assert over(surveyed(tmp_path / "all", extra=extra)) == [0, 0, 0]
    assert over(surveyed(tmp_path / "open")) == early


def test_one_way_over_the_bridge(tmp_path: Path) -> None:
    south = line((BRIDGE, NORTH[0]), (BRIDGE, SOUTH[1]), id="south", oneway="yes")
    people = over(surveyed(tmp_path, closures=[south]))
    assert people[0] > 200
    assert people[1:] == [0, 0]


def test_a_crowd_slows_everybody_in_it(tmp_path: Path) -> None:
    whole = box(2.3495, SOUTH[1] - 0.001, 2.3505, NORTH[0] + 0.001, id="fans", density=2)
    usual, slow = over(surveyed(tmp_path / "a")), over(surveyed(tmp_path / "b", crowd=[whole]))
    assert np.array(usual) / crowd_pace(2) == pytest.approx(slow, rel=1e-6)


def test_paces_of_classes(tmp_path: Path) -> None:
    usual = over(surveyed(tmp_path / "a"))
    extra = "[walking]\nclass_pace = { residential = 0.5 }\n"
    slow = over(surveyed(tmp_path / "b", extra=extra))
    assert 2 * np.array(usual) == pytest.approx(slow, rel=1e-9)


def test_slopes_drawn_by_hand(tmp_path: Path) -> None:
    from tests.builders import streets

    drawn = streets()
    next(way for way in drawn if way["properties"]["id"] == "bridge")["properties"]["incline"] = (
        "8%"
    )
    level, steep = over(surveyed(tmp_path / "a")), over(surveyed(tmp_path / "b", streets=drawn))
    # the bridge is drawn northwards: up on the way north, and no faster than level down a steep one
    assert steep[1] / level[1] == pytest.approx(np.exp(3.5 * 0.08), rel=1e-6)
    assert steep[0] < steep[1]


@pytest.mark.parametrize("layer", ["rail", "barriers"])
def test_nobody_crosses_a_railway_to_a_street(tmp_path: Path, layer: str) -> None:
    demand = [point(2.3470, NORTH[0] + 0.0003, id="yard", people=10)]
    fence = line((2.3455, NORTH[0] + 0.0002), (2.3545, NORTH[0] + 0.0002), id="tracks")
    apart = surveyed(tmp_path / "a", demand=demand)
    assert apart.unsnapped_demand.tolist() == []
    fenced = surveyed(tmp_path / "b", demand=demand, **{layer: [fence]})
    assert fenced.unsnapped_demand.tolist() == [0]


@pytest.mark.parametrize(
    ("extra", "closures", "kind", "words"),
    [
        (
            '[[closures]]\nstreet = "pont desine"\n', (), InputError,
            "field 'closures.0.street': no street of streets.geojson is named 'pont desine'; write",
        ),
        (
            "", ("Rue 9",), UsageError, "no street of streets.geojson is named 'Rue 9'",
        ),
        (
            "[walking]\nclass_pace = { motorway = 0.5 }\n", (), InputError,
            "field 'walking.class_pace.motorway': no street of streets.geojson is of the class",
        ),
    ],
)  # fmt: skip
def test_what_the_streets_do_not_have(
    tmp_path: Path, extra: str, closures: tuple[str, ...], kind: type[PlacementError], words: str
) -> None:
    plan = load_plan(write_plan(tmp_path, extra=extra), closures=closures)
    with pytest.raises(kind) as caught:
        survey(plan)
    assert words in str(caught.value)


def test_everything_closed_is_told(tmp_path: Path) -> None:
    plan = load_plan(
        write_plan(tmp_path, layers={"closures": [box(2.3, 48.8, 2.4, 48.9, id="all")]})
    )
    with pytest.raises(InputError, match="nothing is left to walk on"):
        survey(plan)
