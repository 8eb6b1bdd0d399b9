"""The replay of a solution: its figures beside the fluid queue, its scenarios, its file."""

import dataclasses
import json
import shutil
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from jsonschema import Draft202012Validator

import placement
from placement.errors import InputError, UsageError
from placement.executor import Here
from placement.plan.problem import Plan
from placement.solution import Solution
from placement.studies.replay import Scenario, replay
from placement.studies.replay.course import course_of, gates_of
from placement.studies.replay.figures import queue_figure
from placement.studies.replay.report import replay_text
from placement.studies.replay.scenario import closing_of, failure_of, read_scenario, scenario_of
from tests.builders import point, write_geojson
from tests.cli.running import run

LANES = Path(__file__).parents[2] / "cases" / "plans" / "lanes"


@pytest.fixture(scope="module")
def solved() -> tuple[Plan, Solution]:
    return placement.load_plan(LANES), placement.read_solution(LANES / "solution.geojson")


def test_the_fluid_figures_are_those_of_the_solution(solved: tuple[Plan, Solution]) -> None:
    found = replay(*solved, nights=40)
    assert solved[1].lanes is not None
    for gate in found.gates:
        told = solved[1].lanes.gates[gate.post]
        assert gate.wait_min.fluid == pytest.approx(told.longest_wait_min, abs=0.051)
        assert gate.outside.fluid == 0
        assert gate.sent == pytest.approx(sum(told.sent), abs=0.051)
        assert gate.came == pytest.approx(gate.sent, abs=0.5)
        assert max(gate.fluid) == pytest.approx(gate.queue.fluid, abs=0.051)
        assert gate.queue.p50.value <= gate.queue.p95.value <= gate.queue.worst
        assert np.array(gate.fan).shape == (5, len(found.moments_min))
        assert gate.ground.needed_m2 == pytest.approx(0.6 * gate.queue.p95.value)
    assert found.all_gates.sent == pytest.approx(sum(gate.sent for gate in found.gates), abs=0.1)
    assert found.all_gates.outside.worst >= max(gate.outside.worst for gate in found.gates)


def test_without_chance_a_replay_is_the_fluid_queue_but_for_a_few_people(
    solved: tuple[Plan, Solution],
) -> None:
    found = replay(*solved, Scenario(service_cv=0), nights=60)
    for gate in found.gates:
        # times of coming are still random: a spread of a root of the people who come
        assert gate.queue.p50.value == pytest.approx(gate.queue.fluid, abs=2 * gate.sent**0.5)


def test_of_a_day_the_period_in_which_lanes_open_is_played(tmp_path: Path) -> None:
    """As a plan of that period alone is, however many people come in another one."""
    alone = placement.load_plan(LANES)
    text = (LANES / "plan.toml").read_text(encoding="utf-8").replace('"../town/', '"')
    for name, period in (("checkpoint", "arrive"), ("dog_team", "leave")):
        head = f"[resources.{name}]\n"
        text = text.replace(head, f'{head}periods = ["{period}"]\n')
    text += """
[[periods]]
name = "arrive"
begins = "15:00"
ends = "17:30"

[[periods]]
name = "leave"
begins = "22:00"
ends = "24:00"
direction = "out"
layers = { demand = "late.geojson" }
"""
    shutil.copytree(LANES.parent / "town", tmp_path / "day")
    (tmp_path / "day" / "plan.toml").write_text(text, encoding="utf-8")
    late = point(2.3501, 48.8515, id="late", people=5000)
    write_geojson(tmp_path / "day" / "late.geojson", [late])
    day = placement.load_plan(tmp_path / "day")
    units = {"bridge-north/checkpoint": 4, "south-west/checkpoint": 2, "bridge-north/dog_team": 1}
    one, both = (placement.evaluate(plan, units, bound=False).solution for plan in (alone, day))
    assert both.coverage["dog_team"].covered == 5000
    for shown in (Scenario(), scenario_of({"lane_failure": {"per_h": 1.0, "lasts_min": 15}})):
        known, found = replay(alone, one, shown, nights=30), replay(day, both, shown, nights=30)
        assert found.moments_min == known.moments_min
        assert found.gates == known.gates
        assert found.all_gates == known.all_gates


@pytest.mark.parametrize("service", ["gamma", "lognormal"])
def test_chance_too_small_to_tell_is_none(
    solved: tuple[Plan, Solution], service: Literal["gamma", "lognormal"]
) -> None:
    least = Scenario(service=service, service_cv=1e-300, bunch_s=1e-300)
    none = Scenario(service=service, service_cv=0, bunch_s=0)
    found, known = (replay(*solved, one, nights=5) for one in (least, none))
    assert found.gates == known.gates
    assert found.all_gates == known.all_gates


def test_the_same_seed_gives_the_same_bytes_by_one_worker_or_two(
    solved: tuple[Plan, Solution],
) -> None:
    texts = {replay_text(replay(*solved, nights=20, seed=4, executor=Here(n))) for n in (1, 2)}
    assert len(texts) == 1


def test_fewer_people_or_slower_lanes_show(solved: tuple[Plan, Solution]) -> None:
    usual = replay(*solved, nights=40).all_gates
    fewer = replay(*solved, Scenario(show_rate=0.8), nights=40).all_gates
    slower = replay(*solved, Scenario(slower=0.2), nights=40).all_gates
    failing = replay(
        *solved, scenario_of({"lane_failure": {"per_h": 1.0, "lasts_min": 15}}), nights=40
    ).all_gates
    late = replay(*solved, Scenario(shift_min=30), nights=40).all_gates
    assert fewer.outside.mean < usual.outside.mean < failing.outside.mean
    assert usual.outside.mean < min(slower.outside.mean, late.outside.mean)
    early = replay(*solved, Scenario(shift_min=-15), nights=40)
    assert early.moments_min[0] == -15
    assert early.gates[0].queue.p50.value > 0


@pytest.mark.parametrize("profile_at", ["gate", "origin"])
def test_areas_whose_people_stay_away_are_missed_at_their_gates_only(
    solved: tuple[Plan, Solution], profile_at: str
) -> None:
    told = solved[1].lanes
    assert told is not None
    area = next(iter(told.areas))
    theirs = {post: sum(sent) for post, sent in told.areas[area].items()}

    def came(**scenario: object) -> dict[str, float]:
        found = replay(*solved, scenario_of({"profile_at": profile_at, **scenario}), nights=200)
        return {gate.post: gate.came for gate in found.gates}

    usual, missing = came(), came(show_rates={area: 0.5})
    for post, people in usual.items():
        # three standard deviations of the mean of 200 nights, and roundings
        wide = 3 * (0.25 * theirs.get(post, 0.0) / 200) ** 0.5 + 0.2
        assert missing[post] == pytest.approx(people - 0.5 * theirs.get(post, 0.0), abs=wide)
    everybody = came(show_rates=dict.fromkeys(told.areas, 1.0), show_rate=0.1)
    assert everybody == pytest.approx(usual, abs=0.2)


def test_an_area_that_sends_nobody_is_refused(solved: tuple[Plan, Solution]) -> None:
    plan, solution = solved
    told = solution.lanes
    assert told is not None
    with pytest.raises(UsageError, match="show_rates: the solution sends nobody of 'moon'; ") as no:
        replay(plan, solution, scenario_of({"show_rates": {"moon": 0.5}}), nights=1)
    # all of a few areas are named: whoever reads five of eight looks for the others in vain
    assert len(told.areas) <= 12
    assert all(area in str(no.value) for area in told.areas)


def test_who_sets_out_by_the_profile_comes_later_by_the_walk(
    solved: tuple[Plan, Solution],
) -> None:
    plan, solution = solved
    gates = gates_of(plan, solution)
    at_gate = course_of(plan, gates, Scenario())
    walked = course_of(plan, gates, Scenario(profile_at="origin"))
    assert walked.people.sum() == pytest.approx(at_gate.people.sum())
    means = [
        (one.people @ (one.begins + one.ends) / 2 / one.people.sum()) for one in (at_gate, walked)
    ]
    assert solution.lanes is not None
    # areas walk by the mean of all who reach a gate, not of those sent there
    assert 0 < means[1] - means[0] <= 180
    assert means[1] - means[0] == pytest.approx(solution.lanes.mean_walk_s, rel=0.35)


def test_people_of_a_gate_that_shuts_walk_to_the_nearest_that_does_not(
    solved: tuple[Plan, Solution],
) -> None:
    first, *others = [gate.post for gate in replay(*solved, nights=1).gates]
    found = replay(*solved, Scenario(close=(f"{first}@16:00+20min",)), nights=20)
    gate = found.gates[0]
    assert gate.next_gate in others
    assert gate.sent_on > 0
    assert found.all_gates.came == pytest.approx(found.all_gates.sent, abs=0.5)


@pytest.mark.parametrize(
    ("close", "said"),
    [
        (("nowhere@16:00+20min",), "no gate 'nowhere'; open are [^…]*$"),
        (("{0}@12:00+20min",), "outside the time when lanes are open, 15:30 to 17:00"),
        (("{0}@16:00+20min", "{0}@16:30+5min"), "shuts twice"),
        (("{all}",), "every gate shuts"),
    ],
)
def test_a_gate_that_cannot_shut_so_is_refused(
    solved: tuple[Plan, Solution], close: tuple[str, ...], said: str
) -> None:
    posts = [post.id for post in gates_of(*solved).posts]
    given = tuple(one.format(posts[0], all="{all}") for one in close)
    if given == ("{all}",):
        given = tuple(f"{post}@16:00+20min" for post in posts)
    with pytest.raises(UsageError, match=said):
        replay(*solved, Scenario(close=given), nights=1)


def test_texts_of_scenarios_are_read_or_refused_with_the_way_to_write_them(tmp_path: Path) -> None:
    assert closing_of("a@17:00+20min").ends_min == 17 * 60 + 20
    assert failure_of("0.5/15min").lasts_min == 15
    for text in ("a@25:99+20min", "a@17:00", "a@17:00+0min", ""):
        with pytest.raises(UsageError, match=r"GATE@17:00\+20min"):
            closing_of(text)
    for text in ("often", "0.1/0min", "99/5min"):
        with pytest.raises(UsageError, match=r"0\.1/15min"):
            failure_of(text)
    file = tmp_path / "late.toml"
    for content, said in (
        ("show_rat = 1", "field 'show_rat': unknown key; write 'show_rate'"),
        ("slower = 1.0", "field 'slower': must be less than 1"),
        ("show_rates = { box = 1.2 }", "field 'show_rates.box': must be at most 1, not 1.2"),
        ("show_rates = 0.5", "field 'show_rates': "),
        ("close = ['x']", "field 'close'"),
        ("= 3", "is not TOML"),
    ):
        file.write_text(content, encoding="utf-8")
        with pytest.raises(InputError, match=said):
            read_scenario(file)


def test_a_plan_without_lanes_has_nothing_to_replay(solved: tuple[Plan, Solution]) -> None:
    folder = LANES.parent / "plain"
    with pytest.raises(UsageError, match="has no lanes, so there is no queue to replay"):
        replay(placement.load_plan(folder), placement.read_solution(folder / "solution.geojson"))


def test_the_command_writes_a_file_that_follows_its_schema(tmp_path: Path) -> None:
    scenario, ground = tmp_path / "late.toml", tmp_path / "queues.geojson"
    scenario.write_text("shift_min = 10.0\nslower = 0.05\n", encoding="utf-8")
    solution = placement.read_solution(LANES / "solution.geojson")
    gate = next(post for post in solution.posts_list if post.resource == "checkpoint")
    corner = [[0, 0], [1e-4, 0], [1e-4, 1e-4], [0, 1e-4], [0, 0]]
    ring = [[gate.lon + lon, gate.lat + lat] for lon, lat in corner]
    feature = {
        "type": "Feature",
        "properties": {"site": gate.site},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    ground.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    words = ("replay", LANES, "--nights", "20", "--scenario", scenario, "--slower", "10%")
    done = run(*words, "--ground", ground, "-o", tmp_path / "r.json", "--json")
    assert done.exit_code == 0, done.output
    assert "20 nights at" in done.stderr
    assert "all gates" in done.stderr
    written = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    schema = json.loads(run("schema", "--of", "replay").stdout)
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(written)
    assert not Draft202012Validator(schema).is_valid(written | {"unheard of": 1})
    assert (written["scenario"]["shift_min"], written["scenario"]["slower"]) == (10, 0.1)
    (own,) = [one for one in written["gates"] if one["post"] == gate.id]
    assert own["ground"]["drawn_m2"] == pytest.approx(7.3 * 11.1, rel=0.05)
    assert isinstance(own["ground"]["fits"], bool)
    assert json.loads(done.stdout)["file"] == str(tmp_path / "r.json")
    feature["properties"] = {"site": "nowhere"}
    ground.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    refused = run(*words, "--ground", ground, "-o", tmp_path / "s.json")
    assert refused.exit_code == 3
    assert "field 'site': 'nowhere' is not a site of the plan" in refused.stderr
    assert not (tmp_path / "s.json").exists()
    assert run("replay", LANES, "--slower", "much", "-o", tmp_path / "s.json").exit_code == 2


@pytest.mark.slow
def test_pictures_are_the_same_bytes_twice_in_two_languages(
    solved: tuple[Plan, Solution], tmp_path: Path
) -> None:
    words = ("replay", LANES, "--nights", "10", "--pictures", tmp_path / "p")
    gate = gates_of(*solved).posts[0].site
    files = ["queues.en.png", "queues.en.svg", "queues.fr.png", "queues.fr.svg"]
    seen = []
    for _ in range(2):
        done = run(*words, "--gate", gate, "-o", tmp_path / "r.json")
        assert done.exit_code == 0, done.output
        assert sorted(path.name for path in (tmp_path / "p").iterdir()) == files
        seen.append({name: (tmp_path / "p" / name).read_bytes() for name in files})
    assert seen[0] == seen[1]
    assert seen[0][files[0]].startswith(b"\x89PNG")
    assert b"Software" not in seen[0][files[0]]
    svg = seen[0][files[1]].decode()
    assert svg.count("<svg") == 1
    assert "<text" not in svg, "letters are drawn, so no font need be there"
    assert "dc:date" not in svg
    assert seen[0][files[1]] != seen[0][files[3]]
    refused = run(*words, "--gate", "nowhere", "-o", tmp_path / "s.json")
    assert refused.exit_code == 2
    assert "no gate 'nowhere'" in refused.stderr
    assert not (tmp_path / "s.json").exists()


def test_pictures_say_what_they_show_in_the_language_asked_for(
    solved: tuple[Plan, Solution],
) -> None:
    from matplotlib.text import Text

    found = replay(*solved, nights=10)
    odd = dataclasses.replace(found.gates[0], name="Quai $x_1$ & <b>")
    said = {}
    for language in ("en", "fr"):
        figure = queue_figure(found, [odd, found.gates[1]], language=language)
        texts = [text for text in figure.findobj(Text) if text.get_text()]
        said[language] = {text.get_text() for text in texts}
        assert all(text.get_fontname() == "DejaVu Sans" for text in texts)
        assert not any(text.get_parse_math() for text in texts)
    assert "Quai $x_1$ & <b>" in said["en"] & said["fr"]
    assert "as planned (fluid queue)" in said["en"]
    assert "prévu (file fluide)" in said["fr"]
    assert "16:00" in said["en"] & said["fr"]


def test_without_matplotlib_one_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("placement.studies.figures.find_spec", lambda _: None)
    done = run("replay", LANES, "--pictures", tmp_path / "p", "-o", tmp_path / "r.json")
    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1
    assert "drawing figures needs matplotlib, which is not installed" in done.stderr
    assert "pip install 'event-placement[plots]'" in done.stderr
    assert list(tmp_path.iterdir()) == []
