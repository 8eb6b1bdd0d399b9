"""What if, in the page: posts close and open, and figures are those `place evaluate` counts."""

import json
import random
import re
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import placement
from placement.auditing.audit import audit
from placement.cover.survey import survey
from placement.errors import InfeasibleError, InputError
from placement.maps import bridges, write_map
from placement.maps.what_if import what_if
from placement.plan.layers import load_plan
from placement.plan.post_id import PostId
from placement.plan.problem import Plan
from placement.review.geojson import read_solution, solution_text
from placement.solution import Solution
from placement.solve.questions.evaluate import proposed
from tests.amount import by_night, cases
from tests.browser.conftest import UNCOUNTED, open_tab
from tests.browser.test_access import found
from tests.maps.pages import drawn_plan, hostile_plan, solution_of
from tests.random_plans import write_random_plan
from tests.ringed_town import draw_ruled_town, draw_town, write_town
from tests.sealed_town import write_random, write_sealed
from tests.solve.capacitated.test_lanes_in_plans import write_lanes_plan

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "placement/maps/static"
SCRIPTS = (
    "what_if_walks.js",
    "what_if_streets.js",
    "what_if_count.js",
    "what_if_heap.js",
    "what_if_send.js",
    "what_if_network.js",
    "what_if_lanes.js",
    "what_if_rings.js",
    "what_if_file.js",
)
# the page's own modules on a blank page: they count many variants at once
COUNT = """([source, all]) => new Function("all", source + `
  return all.map(({ data, variants, streets }) => {
    const asPlanned = whatIfModel(data);
    const closed = closedTogether(data.what_if, streets);
    const model = closed.length === 0 ? asPlanned : closedModel(asPlanned, data.what_if, closed);
    const unitsOf = (variant) => meansOf(data, model).map(({ id }) => (
      model.places.map(({ site }) => variant[site + "/" + id] || 0)));
    // as in a page, where the plan is counted before a street closes
    if (model !== asPlanned) { countPosts(asPlanned, data, unitsOf(variants[0])); }
    return variants.map((variant) => {
      const found = countPosts(model, data, unitsOf(variant));
      return [proposedText(model, data, found), found.broken.length
        + found.rules.filter((rule) => rule.broken).length];
    });
  });`)(all)"""
type Units = Mapping[str, int]


def carried(plan: Plan, solution: Solution, *streets: str) -> dict[str, Any]:
    """Return of a page's data what the what-if reads."""
    problem = plan.problem
    open_sites = {post.site for post in solution.without_barriers}
    return {
        "what_if": what_if(plan, solution, survey(plan), streets=streets),
        "posts": [
            {"site": post.site, "name": post.name, "at": [post.lon, post.lat]}
            for post in solution.without_barriers
        ],
        "sites": [
            {"site": site, "name": problem.sites.name[at], "at": [0, 0], "kind": ""}
            for at, site in enumerate(problem.sites.id)
            if site not in open_sites and problem.posted[at]
        ],
        "budget": {"amount": problem.budget},
        "resources": [{"id": kind.id, "fleet": kind.fleet} for kind in problem.resources],
    }


def units_of(plan: Plan, posts: Units) -> Any:
    """Return (N, K) units."""
    problem = plan.problem
    site = {name: at for at, name in enumerate(problem.sites.id)}
    found = np.zeros(problem.sites.allowed.shape, dtype=np.int64)
    for post, many in posts.items():
        name, resource = PostId.parse(post)
        found[site[name], problem.resource_index(resource)] = many
    return found


def variants_of(plan: Plan, start: Units, *, many: int, seed: int) -> list[dict[str, int]]:
    """Draw variants of some posts: up to eight of them closed, opened, or with other units."""
    problem, draw = plan.problem, random.Random(seed)
    every = np.argwhere(problem.sites.allowed).tolist()
    found = []
    for _ in range(many):
        posts = dict(start)
        for _ in range(draw.randint(1, 8)):
            site, resource = draw.choice(every)
            post = draw.choice(sorted(posts)) if posts and draw.random() < 0.5 else None
            post = post or problem.post_id(site, resource)
            if posts.pop(post, None) is None or draw.random() < 0.4:
                name, kind = PostId.parse(post)
                at = problem.sites.id.index(name), problem.resource_index(kind)
                posts[post] = draw.randint(1, int(problem.sites.max_units[at]) + 1)
        found.append(posts)
    return found


def counted(
    browser: Any,
    all_: list[tuple[dict[str, Any], list[Units]]],
    streets: Sequence[Sequence[str]] = (),
) -> list[Any]:
    """Count variants of plans by the page's own modules, each with some streets closed."""
    page = browser.new_page()
    source = "\n".join((STATIC / name).read_text(encoding="utf-8") for name in SCRIPTS)
    given = [
        {"data": data, "variants": list(map(dict, variants)), "streets": list(closed)}
        for (data, variants), closed in zip_longest(all_, streets, fillvalue=())
    ]
    found = page.evaluate(COUNT, [source, given])
    page.close()
    return list(found)


@pytest.mark.parametrize(
    ("name", "many"), [("paris-2024-cover", cases(20, 200)), ("paris-2024-dogs", cases(8, 100))]
)
def test_the_page_counts_random_variants_as_place_evaluate_does(browser, name, many) -> None:
    plan = load_plan(ROOT / "data/geo" / name)
    solution = read_solution(ROOT / "outputs" / name / "solution.geojson")
    start = {post.id: post.units for post in solution.posts_list}
    variants = variants_of(plan, start, many=many, seed=14)
    (answers,) = counted(browser, [(carried(plan, solution), variants)])
    for posts, (text, _) in zip(variants, answers, strict=True):
        assert text == solution_text(proposed(plan, units_of(plan, posts))), posts


def test_with_a_closed_street_the_page_counts_as_place_evaluate_does(browser) -> None:
    """Walks, what of it is out of reach, rules on walks between posts, and the file's own words."""
    folder = ROOT / "data/geo/paris-2024-cover"
    plan = load_plan(folder)
    solution = read_solution(ROOT / "outputs/paris-2024-cover/solution.geojson")
    start = {post.id: post.units for post in solution.posts_list}
    names = ["Pont d'Iéna", "pont au change", "Passerelle Debilly"]
    data = carried(plan, solution, *names)
    variants = [start, *variants_of(plan, start, many=5, seed=3)]
    answers = counted(browser, [(data, variants)] * len(names), [[name] for name in names])
    different = 0
    for name, told in zip(names, answers, strict=True):
        closed = load_plan(folder, closures=[name])
        for posts, (text, broken) in zip(variants, told, strict=True):
            want = proposed(closed, units_of(closed, posts))
            assert text == solution_text(want), (name, posts)
            assert (broken > 0) == (len(audit(closed, want).broken) > 0)
            as_planned = proposed(plan, units_of(plan, posts))
            different += (want.coverage, want.walk) != (as_planned.coverage, as_planned.walk)
    assert different > 6


def test_the_page_counts_every_rule_of_small_plans_as_place_evaluate_does(
    browser, tmp_path
) -> None:
    plans = []
    for seed in range(cases(16, 24)):
        (tmp_path / str(seed)).mkdir()
        file = write_random_plan(tmp_path / str(seed), seed)
        try:
            plan = load_plan(file)
        except InfeasibleError:
            continue
        nothing = proposed(plan, units_of(plan, {}))
        plans.append((plan, carried(plan, nothing), variants_of(plan, {}, many=4, seed=seed)))
    found = counted(browser, [(data, variants) for _, data, variants in plans])
    seen = set()
    for (plan, _, variants), answers in zip(plans, found, strict=True):
        for posts, (text, broken) in zip(variants, answers, strict=True):
            want = proposed(plan, units_of(plan, posts))
            assert text == solution_text(want), posts
            assert (broken > 0) == (len(audit(plan, want).broken) > 0), posts
            seen |= {broken > 0} | set(want.rules)
    assert {True, False} <= seen


def test_the_page_counts_posts_and_barriers_of_sealed_plans_as_place_evaluate_does(
    browser, tmp_path
) -> None:
    plans = []
    for seed in range(10):
        (tmp_path / str(seed)).mkdir()
        plan = load_plan(write_random(tmp_path / str(seed), seed))
        everything = proposed(plan, np.where(plan.problem.sites.allowed, 1, 0))
        start = {post.id: 1 for post in everything.posts_list}
        plans.append((plan, carried(plan, everything), variants_of(plan, start, many=4, seed=seed)))
    town = load_plan(write_sealed(tmp_path, budget=60))
    best = placement.optimise(town)
    start = {post.id: post.units for post in best.posts_list}
    variants = variants_of(town, start, many=6, seed=1)
    plans.append((town, carried(town, best), variants))
    shut_bridge = load_plan(town.file, budget=60, closures=["Pont Dessiné"])
    plans.append((shut_bridge, carried(town, best, "Pont Dessiné"), variants))
    streets = [[]] * (len(plans) - 1) + [["Pont Dessiné"]]
    found = counted(browser, [(data, variants) for _, data, variants in plans], streets)
    shut = set()
    for (plan, _, variants), answers in zip(plans, found, strict=True):
        for posts, (text, broken) in zip(variants, answers, strict=True):
            want = proposed(plan, units_of(plan, posts))
            assert text == solution_text(want), posts
            assert (broken > 0) == (len(audit(plan, want).broken) > 0), posts
            shut.add(want.rules["sealed"].reached == want.rules["sealed"].asked)
    assert shut == {True, False}


def write_crowded_plan(folder: Path, seed: int) -> Path:
    """Write a small plan with lanes, with tiers, fractions of people and more floors at times."""
    file = write_lanes_plan(folder, seed, profiles=seed % 2 == 1)
    draw = random.Random(seed)
    head, *rows = (folder / "demand.csv").read_text(encoding="utf-8").splitlines()
    rows = [f"{row},{draw.choice([1, 1, 2])}" for row in rows]
    if seed % 3 == 0:
        (folder / "demand.csv").write_text("\n".join([f"{head},tier", *rows]), encoding="utf-8")
    if seed % 4 == 0:
        text = (folder / "demand.csv").read_text(encoding="utf-8").replace(",80,", ",80.3,")
        (folder / "demand.csv").write_text(text, encoding="utf-8")
    floors = [f'zone = "Z0"\nstep_free = true\nshare = {draw.choice([0.2, 0.7])}',
              f'zone = "Z1"\nshare = {draw.choice([0.2, 0.5, 0.9])}']  # fmt: skip
    with file.open("a", encoding="utf-8") as plan:
        for floor in floors[: draw.randint(0, 2)]:
            plan.write(f'[[floors]]\nresource = "gate"\n{floor}\n')
    return file


def test_the_page_sends_people_of_small_plans_as_place_evaluate_does(browser, tmp_path) -> None:
    """Tiers, priorities, floors that are and cannot be kept, profiles, waits, fractions."""
    plans = []
    for seed in range(cases(12, 400)):
        try:
            plan = load_plan(write_crowded_plan(tmp_path / str(seed), seed))
        except (InfeasibleError, InputError):  # nobody may be left for a floor
            continue
        nothing = proposed(plan, units_of(plan, {}))
        plans.append((plan, carried(plan, nothing), variants_of(plan, {}, many=5, seed=seed)))
    found = counted(browser, [(data, variants) for _, data, variants in plans])
    seen = set()
    for (plan, _, variants), answers in zip(plans, found, strict=True):
        for posts, (text, broken) in zip(variants, answers, strict=True):
            want = proposed(plan, units_of(plan, posts))
            assert text == solution_text(want), (plan.problem.name, posts)
            seen |= {broken > 0} | {gate.longest_wait_min > 0 for gate in want.lanes.gates.values()}
    assert {True, False} <= seen


def test_the_page_sends_people_through_rings_as_place_evaluate_does(browser, tmp_path) -> None:
    """Two and three rings, zones, floors that are and cannot be kept, tiers, waits, fractions."""
    plans = []
    for seed in range(cases(12, 400)):
        town = (draw_ruled_town if seed % 4 == 3 else draw_town)(seed)
        try:
            plan = load_plan(write_town(tmp_path / str(seed), town, seed))
        except (InfeasibleError, InputError):
            continue
        nothing = proposed(plan, units_of(plan, {}))
        start = {f"{site}/gate": 1 for ring in town.rings for site in ring["sites"]}
        variants = [start, *variants_of(plan, start, many=cases(4, 6), seed=seed)]
        plans.append((plan, carried(plan, nothing), variants))
    found = counted(browser, [(data, variants) for _, data, variants in plans])
    inside, waited, broke = set(), set(), set()
    for (plan, _, variants), answers in zip(plans, found, strict=True):
        for posts, (text, broken) in zip(variants, answers, strict=True):
            want = proposed(plan, units_of(plan, posts))
            assert text == solution_text(want), (plan.file, posts)
            assert (broken > 0) == (len(audit(plan, want).broken) > 0), (plan.file, posts)
            inside |= {len(one.gates) for all_ in want.lanes.routes.values() for one in all_}
            waited |= {gate.longest_wait_min > 0 for gate in want.lanes.gates.values()}
            broke.add(broken > 0)
    assert inside == {1, 2, 3}
    assert waited == broke == {True, False}


@pytest.mark.parametrize(
    ("name", "many"),
    [pytest.param("paris-2024", 300, marks=by_night), ("london-2023", cases(10, 300))],
)
def test_the_page_sends_people_to_gates_as_place_evaluate_does(browser, name, many) -> None:
    plan = load_plan(ROOT / "data/geo" / name)
    solution = read_solution(ROOT / "outputs" / name / "solution.geojson")
    start = {post.id: post.units for post in solution.posts_list}
    variants = [*variants_of(plan, start, many=many, seed=7), start]
    (answers,) = counted(browser, [(carried(plan, solution), variants)])
    for posts, (text, _) in zip(variants, answers, strict=True):
        want = proposed(plan, units_of(plan, posts))
        assert text == solution_text(want), posts
    # the plan that was agreed sends people as those who count its posts anew
    assert want.lanes == solution.lanes


def test_whom_gates_get_does_not_depend_on_the_variants_before(browser) -> None:
    """Gates close, come back and open for the first time, and each search begins with another."""
    plan = load_plan(ROOT / "data/geo/london-2023")
    solution = read_solution(ROOT / "outputs/london-2023/solution.geojson")
    start = {post.id: post.units for post in solution.posts_list}
    drawn = variants_of(plan, start, many=cases(6, 100), seed=21)
    # the plan between any two of them, as one who takes a change back sees it
    variants = [one for variant in drawn for one in (variant, start)]
    data = carried(plan, solution)
    alone = [(data, [variant]) for variant in variants]
    forth, back, *fresh = counted(browser, [(data, variants), (data, variants[::-1]), *alone])
    assert forth == [answer for (answer,) in fresh] == back[::-1]
    assert len({text for text, _ in forth}) > len(drawn) / 2


def test_with_a_closed_street_gates_get_whom_place_evaluate_sends_them(browser) -> None:
    """Who has fewer gates in reach than in the plan is sent anew in the plan's network."""
    folder = ROOT / "data/geo/london-2023"
    plan = load_plan(folder)
    solution = read_solution(ROOT / "outputs/london-2023/solution.geojson")
    start = {post.id: post.units for post in solution.posts_list}
    name = bridges(plan)[0]
    variants = [start, *variants_of(plan, start, many=cases(2, 50), seed=5)]
    (answers,) = counted(browser, [(carried(plan, solution, name), variants)], [[name]])
    closed = load_plan(folder, closures=[name])
    for posts, (text, _) in zip(variants, answers, strict=True):
        assert text == solution_text(proposed(closed, units_of(closed, posts))), posts
    as_planned = proposed(plan, units_of(plan, start))
    assert solution_text(as_planned) != answers[0][0]


# takes some steps of what a page counts ahead, then asks for a variant and for the plan
AHEAD = """([source, data, changes]) => new Function("data", "changes", source + `
  const whole = makeCounter(data, makeVariant(data)).ahead;
  let all = 1;
  while (!whole.next().done) { all += 1; }
  return Array.from({ length: 16 }, (_, part) => Math.ceil(all * part / 15)).map((steps) => {
    const variant = makeVariant(data);
    const counter = makeCounter(data, variant);
    for (let step = 0; step < steps; step += 1) { counter.ahead.next(); }
    variant.changes = new Map(changes);
    return [counter.variant(), counter.plan()]
      .map((found) => proposedText(counter.model(), data, found));
  });`)(data, changes)"""


def test_a_variant_may_be_asked_for_while_the_plan_is_counted(browser, tmp_path) -> None:
    plan = load_plan(write_crowded_plan(tmp_path, 3))
    start = variants_of(plan, {}, many=8, seed=1)[-1]
    solution = proposed(plan, units_of(plan, start))
    data = carried(plan, solution)
    for told, post in zip(data["posts"], solution.without_barriers, strict=True):
        told |= {"key": post.id, "units": post.units}
    first, *others = sorted(start)
    source = "\n".join(
        (STATIC / name).read_text(encoding="utf-8") for name in (*SCRIPTS, "what_if_variant.js")
    )
    page = browser.new_page()
    found = page.evaluate(AHEAD, [source, data, [[first, 0]]])
    page.close()
    fewer = {post: start[post] for post in others}
    want = [solution_text(proposed(plan, units_of(plan, posts))) for posts in (fewer, start)]
    assert found == [want] * 16
    assert want[0] != want[1]


@pytest.fixture(scope="module")
def cover_map(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cover")
    plan = load_plan(ROOT / "data/geo/paris-2024-cover")
    solution = read_solution(ROOT / "outputs/paris-2024-cover/solution.geojson")
    write_map(plan, solution, folder / "map.html")
    return folder / "map.html"


def test_a_variant_is_tried_shared_taken_back_and_downloaded(
    open_page, cover_map, tmp_path
) -> None:
    page, seen = open_page(cover_map)
    open_tab(page, "what_if")
    before = page.locator("table.variant").first.inner_text()
    first = page.locator(".what-if .tries [data-try^='turn ']").first
    closed = first.get_attribute("data-try").removeprefix("turn ")
    first.click()
    assert page.evaluate("document.activeElement.dataset.try") == f"turn {closed}"
    # once, though the address has changed too
    page.evaluate("document.querySelector('table.variant').dataset.drawn = 'once'")
    page.wait_for_timeout(150)
    assert page.locator("table.variant[data-drawn]").count() == 1
    assert page.locator("table.variant").first.inner_text() != before
    assert "%" in page.locator("#said").inner_text()
    page.locator("#try").fill("Alexandre")
    page.locator(".what-if .tries [data-try^='turn ']").last.click()
    assert page.locator(".variant-bar").inner_text().startswith("The map shows a variant with 2")
    page.emulate_media(media="print")  # nobody presses a button on paper
    assert page.locator(".variant-bar").is_visible()
    assert page.locator(".variant-bar button:visible").count() == 0
    page.emulate_media(media="screen")

    with page.expect_download() as waited:
        page.locator("[data-try='save']").click()
    waited.value.save_as(tmp_path / "variant.geojson")
    proposal = read_solution(tmp_path / "variant.geojson")
    plan = load_plan(ROOT / "data/geo/paris-2024-cover")
    report = audit(plan, proposal)
    assert report.ok, report.findings
    assert proposal.status.value == "proposed"
    assert closed not in {post.id for post in proposal.posts_list}
    again = placement.evaluate(plan, tmp_path / "variant.geojson", bound=False)
    assert solution_text(again.solution) == (tmp_path / "variant.geojson").read_text(
        encoding="utf-8"
    )

    address = page.evaluate("location.hash")
    other, _ = open_page(cover_map, address=address)
    assert (
        other.locator("table.variant").first.inner_text()
        == page.locator("table.variant").first.inner_text()
    )
    page.locator("[data-try='undo']").click()
    page.locator("[data-try='undo']").click()
    assert page.locator("table.variant").first.inner_text() == before
    assert "if=" not in page.evaluate("location.hash")
    other.locator("[data-try='reset']").first.click()
    assert other.locator("table.variant").first.inner_text() == before
    seen.assert_quiet(cover_map)


def test_the_first_figures_are_counted_while_the_page_answers_and_at_once_on_paper(
    browser, tmp_path
) -> None:
    plan = drawn_plan(tmp_path / "plan")
    write_map(plan, solution_of(plan), tmp_path / "map.html", streets=["Rue 0 north"])
    figures = []
    said: list[str] = []
    for press in ("", "window.dispatchEvent(new Event('beforeprint'));"):
        page = browser.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        # a browser that is never idle: nothing is counted ahead
        page.add_init_script("window.requestIdleCallback = undefined;")
        page.goto((tmp_path / "map.html").as_uri())
        page.wait_for_selector("html.ready")
        busy, told, tables, printed = page.evaluate(
            f"""() => {{
              document.getElementById("tab-what_if").click();
              const box = document.querySelector(".what-if");
              const look = () => box.querySelectorAll("table.variant tbody tr").length;
              const found = [box.hasAttribute("aria-busy"), box.innerText, look()];
              {press}
              return [...found, look()];
            }}"""
        )
        assert busy
        assert "The plan’s figures are being counted" in told
        assert tables == 0
        assert (printed > 0) is (press != "")
        page.wait_for_selector(UNCOUNTED, state="detached")
        figures.append(page.locator(".what-if table.variant").all_inner_texts())
        assert "being counted" not in page.locator(".what-if").inner_text()
        assert said == []
        page.close()
    assert figures[0] == figures[1]
    assert len(figures[0]) == 2


def test_a_closed_gate_shows_who_waits_where_and_whom_lanes_turn_away(open_page, tmp_path) -> None:
    plan = load_plan(ROOT / "data/geo/london-2023")
    solution = read_solution(ROOT / "outputs/london-2023/solution.geojson")
    write_map(plan, solution, tmp_path / "map.html")
    page, seen = open_page(tmp_path / "map.html")
    open_tab(page, "what_if")
    assert page.locator(".what-if svg.queue").count() == 0
    page.locator(".what-if .tries [data-try='turn savoy-street/checkpoint']").click()
    posts = {post.id: post.units for post in solution.posts_list}
    del posts["savoy-street/checkpoint"]
    want = proposed(plan, units_of(plan, posts))
    figures = page.locator("table.variant").first.inner_text()
    waits = [gate.longest_wait_min for gate in want.lanes.gates.values()]
    assert f"longest wait (min)\t30.0\t{max(waits):.1f}\t" in figures
    areas, gates = page.locator("table.variant").nth(1), page.locator("table.variant").nth(2)
    away = want.coverage["checkpoint"].covered - solution.coverage["checkpoint"].covered
    assert "turned away for want of lanes\t" in figures
    changes = [
        float(row.replace("−", "-").replace(",", "").split("\t")[-1])
        for row in areas.locator("tbody tr").all_inner_texts()
    ]
    assert sum(changes) == pytest.approx(-away)
    changed = {
        name
        for name, gate in solution.lanes.gates.items()
        if name not in want.lanes.gates
        or sum(want.lanes.gates[name].sent) != pytest.approx(sum(gate.sent))
        or want.lanes.gates[name].longest_wait_min != gate.longest_wait_min
    }
    assert gates.locator("tbody tr").count() == len(changed) > 1
    # a gate that is closed has no wait, nor has one to which nobody comes
    assert gates.locator("tbody tr", has_text="Savoy Street").inner_text().split("\t")[-2:] == [
        "–",
        "–",
    ]
    queue = gates.locator("[data-try^='queue ']").last
    queue.click()
    assert queue.inner_text() in page.locator(".what-if svg.queue title").text_content()
    assert found(page) == []
    page.locator("#lang-fr").click()
    assert "l’attente change" in page.locator(".what-if").inner_text()
    page.locator("[data-try='undo']").click()
    assert page.locator("table.variant").count() == 1
    seen.assert_quiet(tmp_path / "map.html")


def test_a_gate_of_a_ring_closes_and_the_variant_is_audited_and_planned_from(
    open_page, tmp_path
) -> None:
    plan = load_plan(ROOT / "data/geo/drawn-rings")
    gates = ["black-north", "black-east", "black-south", "grey-north", "grey-east", "grey-quay"]
    posts = {f"{gate}/checkpoint": 1 + (gate == "black-north") for gate in gates}
    posts |= {"red-north/vehicle_check": 1, "red-south/vehicle_check": 1}
    solution = proposed(plan, units_of(plan, posts))
    write_map(plan, solution, tmp_path / "map.html")
    page, seen = open_page(tmp_path / "map.html")
    open_tab(page, "what_if")
    page.locator(".what-if .tries [data-try='turn grey-quay/checkpoint']").click()
    del posts["grey-quay/checkpoint"]
    want = proposed(plan, units_of(plan, posts))
    figures = page.locator("table.variant").first.inner_text()
    for before, after, label in zip(
        solution.lanes.rings, want.lanes.rings, ("Black, search", "Grey, tickets"), strict=True
    ):
        assert f"{label}: people who pass\t{before.people:,.0f}\t{after.people:,.0f}\t" in figures
    # whoever passes two rings is turned away once
    away = solution.coverage["checkpoint"].covered - want.coverage["checkpoint"].covered
    rows = page.locator("table.variant").nth(1).locator("tbody tr").all_inner_texts()
    changes = [float(row.replace("−", "-").replace(",", "").split("\t")[-1]) for row in rows]
    assert sum(changes) == pytest.approx(away, abs=0.5 * len(changes))
    with page.expect_download() as waited:
        page.locator("[data-try='save']").click()
    waited.value.save_as(tmp_path / "variant.geojson")
    assert (tmp_path / "variant.geojson").read_text(encoding="utf-8") == solution_text(want)
    variant = read_solution(tmp_path / "variant.geojson")
    assert audit(plan, variant).ok
    locked = placement.optimise(plan, lock=[post.id for post in variant.posts_list], time_limit=5)
    assert {post.id for post in variant.posts_list} <= {post.id for post in locked.posts_list}
    assert found(page) == []
    page.locator("#lang-fr").click()
    assert "Noir, fouille" in page.locator("table.variant").first.inner_text()
    seen.assert_quiet(tmp_path / "map.html")


@pytest.mark.parametrize("size", [(390, 844), *cases([], [(1440, 900)])])
def test_axe_finds_nothing_in_a_variant(open_page, cover_map, size) -> None:
    address = "#tab=what_if&if=bridge-pont-d-iena-rive-gauche/dog_team:0"
    page, _ = open_page(cover_map, size=size, address=address, bypass_csp=True)
    assert page.locator(".variant-bar").is_visible()
    # bunches of signs on the map are the same with and without a variant
    assert [one for one in found(page) if "leaflet-marker-icon" not in one] == []
    small = "all => all.filter((one) => one.getBoundingClientRect().height < 24).length"
    assert page.locator(".what-if button, .what-if input").evaluate_all(small) == 0


def test_popups_close_posts_and_open_candidates(open_page, cover_map) -> None:
    page, seen = open_page(cover_map)
    page.locator("[data-show]").first.click()
    page.locator(".popup .act").first.click()
    assert page.locator(".popup .act").first.inner_text().startswith("What if: open")
    assert page.locator(".post[aria-label*='closed in the variant']").count() == 1
    page.keyboard.press("Escape")
    page.locator("[data-fold=candidates] summary").click()
    page.locator("[data-site]").first.click()
    page.locator(".popup .act").first.click()
    assert page.locator(".post[aria-label*='opened in the variant']").count() == 1
    page.locator("#lang-fr").click()
    assert page.locator(".post[aria-label*='ouvert dans la variante']").count() == 1
    seen.assert_quiet(cover_map)


def test_a_variant_without_posts_has_no_walks_and_names_zones_as_readers_do(
    open_page, tmp_path
) -> None:
    plan = load_plan(ROOT / "data/geo/drawn-day")
    posts = dict.fromkeys(
        (f"{site}/checkpoint" for site in ("south-west", "bridge-north", "north-east")), 1
    )
    posts["bridge-north/dog_team"] = 1
    solution = placement.evaluate(plan, posts, bound=False).solution
    write_map(plan, solution, tmp_path / "map.html")
    closed = ",".join(f"{post}:0" for post in posts)
    page, seen = open_page(tmp_path / "map.html", address=f"#tab=what_if&if={closed}")
    told = page.locator(".what-if").inner_text()
    assert told.count("mean walk to the nearest (min)\t") == 4
    assert len(re.findall(r"mean walk to the nearest \(min\)\t[\d.]+\t–\t–", told)) == 4
    assert "metro (Departure): 0.0% covered, at least 50.0% asked (Checkpoint)." in told
    page.locator("[data-try^='told ']").first.click()
    assert "Figures of the plan" in page.locator(".popup").inner_text()
    page.locator("[data-try='reset']").click()
    assert "Figures of the plan" not in page.locator(".popup").inner_text()
    seen.assert_quiet(tmp_path / "map.html")


def test_an_address_that_names_nothing_known_changes_nothing(open_page, cover_map) -> None:
    page, seen = open_page(cover_map, address="#if=nobody/x:1,%,a:b:c,%25zz:3")
    assert page.locator(".variant-bar").is_hidden()
    for address in ("#if=:,:,", "#if=x", "#if=%E0%A4%A:1"):
        page.evaluate("address => { location.hash = address; }", address)
        assert page.locator(".variant-bar").is_hidden()
    assert seen.errors == []


def test_hostile_names_stay_text_in_a_variant_and_in_its_download(open_page, tmp_path) -> None:
    plan = hostile_plan(tmp_path)
    write_map(plan, solution_of(plan), tmp_path / "map.html")
    page, seen = open_page(tmp_path / "map.html")
    open_tab(page, "what_if")
    for turn in page.locator(".what-if [data-try^='turn ']").all()[:2]:
        turn.click()
    page.locator("#try").fill("a")
    page.locator(".what-if .tries [data-try^='turn ']").last.click()
    with page.expect_download() as waited:
        page.locator("[data-try='save']").click()
    waited.value.save_as(tmp_path / "variant.geojson")
    json.loads((tmp_path / "variant.geojson").read_text(encoding="utf-8"))
    assert audit(plan, read_solution(tmp_path / "variant.geojson")).ok
    assert page.evaluate("window.hacked") is None
    assert page.locator("#panel img, .popup img").count() == 0
    seen.assert_quiet(tmp_path / "map.html")
