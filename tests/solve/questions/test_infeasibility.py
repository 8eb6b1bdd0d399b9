"""Rules that clash, and the least changes that would do, against trying every choice."""

import json
import re
from pathlib import Path

import pytest

import placement
from placement.cover.instance_builder import posting
from placement.cover.survey import survey
from placement.errors import InfeasibleError
from placement.solve.core.stopping import Stop
from placement.solve.questions import infeasibility as room
from tests.builders import drawn_layers, write_plan


def sites_with(**properties: object) -> dict[str, list]:
    sites = drawn_layers()["sites"]
    for one in sites:
        one["properties"] |= properties.get(one["properties"]["id"].replace("-", "_"), {})
    return {"sites": sites}


def refused(file: Path, **options: float) -> InfeasibleError:
    with pytest.raises(InfeasibleError) as raised:
        placement.optimise(placement.load_plan(file, **options))
    return raised.value


REQUIRED = sites_with(bridge_north={"status_dog_team": "required"})


def test_the_budget_that_would_do_does_and_less_does_not(tmp_path: Path) -> None:
    """A required dog team needs a checkpoint nearby: that costs more than the team."""
    file = write_plan(tmp_path, layers=REQUIRED)
    error = refused(file, budget=8)
    assert error.exit_code == 4
    assert "budget 8" in error.rules
    assert "required post 'bridge-north/dog_team'" in error.rules
    assert " clash; " in str(error)
    [budget] = [words for words in error.remedies if words.startswith("budget ")]
    amount = float(re.fullmatch(r"budget (\S+) would do", budget)[1])
    assert placement.optimise(placement.load_plan(file, budget=amount)).status == "optimal"
    with pytest.raises(InfeasibleError):
        placement.optimise(placement.load_plan(file, budget=amount - 0.5))
    assert "drop the requirement of post 'bridge-north/dog_team'" in error.remedies
    for words in error.remedies:
        assert words in str(error)


def test_the_rules_named_clash_and_none_is_too_many(tmp_path: Path) -> None:
    """Irreducible: with any one of them left out there is a plan that keeps the others."""
    error = refused(write_plan(tmp_path, layers=REQUIRED), budget=8)
    assert set(error.rules) == {
        "budget 8",
        "resources.dog_team.near",
        "required post 'bridge-north/dog_team'",
    }
    assert "drop resources.dog_team.near" in error.remedies


FLOOR = '[[floors]]\nzone = "north"\nresource = "checkpoint"\nshare = 1.0\n'


def test_a_floor_is_lowered_to_what_can_be_had(tmp_path: Path) -> None:
    file = write_plan(tmp_path, extra=FLOOR)
    error = refused(file, budget=10)
    [floor] = [words for words in error.remedies if "could be" in words]
    share = float(re.search(r"could be (\S+) at most$", floor)[1])
    assert 0 < share < 1
    lower = FLOOR.replace("1.0", f"{share:.6f}")
    assert placement.optimise(
        placement.load_plan(write_plan(tmp_path / "a", extra=lower), budget=10)
    ).posts_list
    higher = FLOOR.replace("1.0", f"{share + 1e-3:.6f}")
    with pytest.raises(InfeasibleError):
        placement.optimise(placement.load_plan(write_plan(tmp_path / "b", extra=higher), budget=10))
    [budget] = [words for words in error.remedies if words.startswith("budget ")]
    amount = float(budget.split()[1])
    assert placement.optimise(placement.load_plan(file, budget=amount)).cost <= amount


def test_floors_that_are_each_impossible_do_not_clash(tmp_path: Path) -> None:
    """Nobody far away can be served: two zones, two sentences, and no clash among them."""
    far = {"type": "FeatureCollection", "features": []}
    layers = drawn_layers()
    for feature in layers["demand"][:2]:
        lost = json.loads(json.dumps(feature))
        zone = f"far-{len(far['features'])}"
        lost["properties"] |= {"id": zone, "zone": zone}
        lost["geometry"]["coordinates"] = [2.36, 48.86]
        far["features"].append(lost)
    extra = "".join(
        f'[[floors]]\nzone = "{zone}"\nresource = "checkpoint"\nshare = 0.5\n'
        for zone in ("far-0", "far-1")
    )
    layers["demand"] += far["features"]
    error = refused(write_plan(tmp_path, layers={"demand": layers["demand"]}, extra=extra))
    assert len(error.rules) == 2
    assert "cannot be kept, each by itself" in str(error)
    assert "clash" not in str(error)
    assert all(words.endswith("could be 0 at most") for words in error.remedies)


def test_a_fleet_that_would_do(tmp_path: Path) -> None:
    floor = '[[floors]]\nzone = "north"\nresource = "dog_team"\nshare = 0.3\n'
    file = write_plan(tmp_path, extra=floor)
    error = refused(file, limits={"dog_team": 0}, budget=1000)
    assert "resources.dog_team.fleet" in error.rules
    [words] = [words for words in error.remedies if words.startswith("a fleet of ")]
    fleet = int(re.fullmatch(r"a fleet of (\d+) dog_team would do", words)[1])
    plan = placement.load_plan(file, limits={"dog_team": fleet}, budget=1000)
    assert placement.optimise(plan).posts_list
    less = placement.load_plan(file, limits={"dog_team": fleet - 1}, budget=1000)
    with pytest.raises(InfeasibleError):
        placement.optimise(less)


def test_a_probe_that_ran_out_of_time_proves_nothing(tmp_path: Path) -> None:
    """Without time every rule may be needed: the answer is "conflicting", and promises nothing."""
    plan = placement.load_plan(write_plan(tmp_path, layers=REQUIRED), budget=8)
    posts = posting(plan.problem, survey(plan))
    found = room.clash(plan.problem, posts, stop=Stop(0.0))
    assert not found.irreducible
    assert "budget 8" in found.rules
    assert "are conflicting (some of them may not be needed for it)" in str(found.error())
