"""What if, in the page: any streets closed together are counted as `place evaluate` does."""

import random
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from placement.auditing.audit import audit
from placement.cover.ground import also_closed, untouched
from placement.cover.survey import survey
from placement.maps import bridges, closed_streets, write_map
from placement.maps.what_if import what_if
from placement.plan.layers import load_plan
from placement.review.geojson import read_solution, solution_text
from placement.solve.questions.evaluate import proposed
from tests.amount import by_night, cases
from tests.browser.conftest import open_tab
from tests.browser.test_what_if import (
    ROOT,
    SCRIPTS,
    STATIC,
    carried,
    counted,
    units_of,
    variants_of,
)
from tests.builders import line, point, write_plan
from tests.days import draw_day

COVER = ROOT / "data/geo/paris-2024-cover"
PONTS = ("Pont 0", "Pont 0 bis", "Pont 1", "Pont 2", "Pont 3")


def write_banks(folder: Path, seed: int) -> Path:
    """Write two banks of crooked streets, and five bridges.

    Two of them lead the same way and are equally long, one street has steps, and people stand on a
    quay.
    """
    draw = random.Random(seed)
    lats = (48.8470, 48.8480, 48.8490, 48.8500)
    lons = (2.3460, 2.3470, 2.3480, 2.3490)
    at = {
        (c, r): (lon + draw.uniform(-2e-4, 2e-4), lat + draw.uniform(-2e-4, 2e-4))
        for c, lon in enumerate(lons)
        for r, lat in enumerate(lats)
    }
    ways = [
        line(at[c, r], at[c + 1, r], id=f"quay-{c}-{r}", name=f"Quai {r}")
        for c in range(3)
        for r in range(4)
        if r in {1, 2} or draw.random() < 0.5
    ]
    ways += [
        line(at[c, r], at[c, r + 1], id=f"rue-{c}-{r}", name=f"Rue {c}")
        for c in range(4)
        for r in (0, 2)
    ]
    for name in PONTS:
        c = int(name.split()[1])
        ways.append(line(at[c, 1], at[c, 2], id=name.replace(" ", "-").lower(), name=name))
    stairs = draw.choice(ways[-5:])
    for way in ways:
        way["properties"]["class"] = "steps" if way is stairs else "residential"
    # halfway along the streets that lead to the quays
    middle = [
        ((at[c, r][0] + at[c, r + 1][0]) / 2, (at[c, r][1] + at[c, r + 1][1]) / 2)
        for c in range(4)
        for r in (0, 2)
    ]
    sites = [point(*middle[n], id=f"S{n}", name=f"Site {n}") for n in range(8)]
    people = [
        point(
            *(mid + draw.uniform(-1e-4, 1e-4) for mid in draw.choice(middle)),
            id=f"d{n:02}",
            people=draw.choice([10, 30, 70]),
            step_free=draw.choice([0, 0.5]),
            zone="all",
        )
        for n in range(20)
    ]
    (west, south), (east, north) = at[1, 2], at[2, 2]
    people.append(point((west + east) / 2, (south + north) / 2, id="quay", people=50, zone="all"))
    return write_plan(
        folder,
        layers={
            "streets": ways, "sites": sites, "demand": people, "route": None, "water": None,
            "areas": None,
        },
        replace={
            "walk_limit_min = 4": f"walk_limit_min = {draw.choice([3, 5, 8])}",
            "walk_limit_min = 3": "walk_limit_min = 5\nseparation_min = 4",
        },
        extra="[walking]\nstep_free_speed_m_s = 0.8\n",
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("seeds", cases([range(1)], [range(2), range(2, 60)]))
def test_any_streets_of_drawn_towns_are_counted_together(browser, tmp_path, seeds) -> None:
    given, closed = [], []
    for seed in seeds:
        plan = load_plan(write_banks(tmp_path / str(seed), seed))
        names = [*PONTS, "Quai 2"]
        data = carried(plan, proposed(plan, units_of(plan, {})), *names)
        told = data["what_if"]
        assert [street["alone"] for street in told["streets"]] == [False] * 5 + [True]
        every = [list(some) for size in range(1, 6) for some in combinations(PONTS, size)] + [
            ["Quai 2"]
        ]
        sites = plan.problem.sites.id
        posts = {f"{site}/{kind}": 1 for site in sites for kind in ("checkpoint", "dog_team")}
        variants = [posts, *variants_of(plan, posts, many=1, seed=seed)]
        for some in cases(every[1::2], every):
            given.append((data, variants))
            closed.append((plan, some))
    different = set()
    answers = counted(browser, given, [some for _, some in closed])
    for (plan, some), (_, variants), told in zip(closed, given, answers, strict=True):
        now = also_closed(plan, some)
        for posts, (text, broken) in zip(variants, told, strict=True):
            want = proposed(now, units_of(now, posts))
            assert text == solution_text(want), (some, posts)
            assert (broken > 0) == (len(audit(now, want).broken) > 0)
            different.add(text)
    assert len(different) > len(given)
    assert any(told["what_if"]["sets"] for told, _ in given)


def write_ringed_banks(folder: Path, seed: int) -> Path:
    """Write the same with a ring on each bank: people walk from gate to gate over the bridges."""
    file = write_banks(folder, seed)
    draw = random.Random(f"rings {seed}")
    profile = draw.choice([[0.25] * 4, [0.6, 0.4, 0, 0]])
    with file.open("a", encoding="utf-8") as plan:
        plan.write(
            "[resources.checkpoint.lanes]\nrate_per_h = 60\nefficiency = 1\n"
            f'opens = "16:00"\ncloses = "18:00"\nprofile = {profile}\n'
            f'[[rings]]\nname = "south"\nsites = {[f"S{n}" for n in range(0, 8, 2)]}\n'
            f'[[rings]]\nname = "north"\nsites = {[f"S{n}" for n in range(1, 8, 2)]}\n'
            f"walk_limit_min = {draw.choice([3, 5, 8])}\n"
        )
        if draw.random() < 0.5:
            plan.write('[[zones]]\nzone = "all"\nresource = "checkpoint"\ngates = ["S1", "S3"]\n')
    return file


@pytest.mark.slow
@pytest.mark.parametrize("seeds", cases([range(1)], [range(2), range(2, 60)]))
def test_any_streets_between_rings_are_counted_together(browser, tmp_path, seeds) -> None:
    """Walks from gate to gate become longer, and gates lead nowhere, as several streets close."""
    given, closed, far = [], [], []
    for seed in seeds:
        plan = load_plan(write_ringed_banks(tmp_path / str(seed), seed))
        data = carried(plan, proposed(plan, units_of(plan, {})), *PONTS)
        posts = {f"{site}/checkpoint": 2 for site in plan.problem.sites.id}
        posts |= {f"{site}/dog_team": 1 for site in plan.problem.sites.id}
        variants = [posts, *variants_of(plan, posts, many=1, seed=seed)]
        every = [list(some) for size in range(1, 6) for some in combinations(PONTS, size)]
        for some in cases(every[::4], every):
            given.append((data, variants))
            closed.append((plan, some))
        far.append((plan, data, posts))
    admitted: dict[Path, set[float]] = {}
    answers = counted(browser, given, [some for _, some in closed])
    for (plan, some), (_, variants), told in zip(closed, given, answers, strict=True):
        now = also_closed(plan, some)
        for posts, (text, broken) in zip(variants, told, strict=True):
            want = proposed(now, units_of(now, posts))
            assert text == solution_text(want), (plan.file, some, posts)
            assert (broken > 0) == (len(audit(now, want).broken) > 0)
            admitted.setdefault(plan.file, set()).add(want.coverage["checkpoint"].covered)
    assert all(len(people) > 2 for people in admitted.values())
    for (plan, _, posts), lost in zip(far, lost_by_street(browser, far), strict=True):
        before = proposed(plan, units_of(plan, posts))
        for name, people in zip(PONTS, lost, strict=True):
            after = proposed(also_closed(plan, [name]), units_of(plan, posts))
            assert people == [
                sum(area.within for area in before.areas[kind.id].values())
                - sum(area.within for area in after.areas[kind.id].values())
                for kind in plan.problem.resources
            ]


LOST = """([source, all]) => new Function("all", source + `
  return all.map(({ data, posts }) => {
    const model = whatIfModel(data);
    const found = countPosts(model, data, data.resources.map(({ id }) => (
      model.places.map(({ site }) => posts[site + "/" + id] || 0))));
    return farIfClosed(model, data.what_if, found.reaches);
  });`)(all)"""


def lost_by_street(browser: Any, far: list[Any]) -> list[Any]:
    """Return of every plan whom each street leaves without a post within reach, by resource."""
    page = browser.new_page()
    source = "\n".join((STATIC / name).read_text(encoding="utf-8") for name in SCRIPTS)
    given = [{"data": data, "posts": posts} for _, data, posts in far]
    found = page.evaluate(LOST, [source, given])
    page.close()
    return list(found)


@by_night  # by day they are those of drawn towns
@pytest.mark.slow
def test_streets_that_matter_together_and_others_are_counted_together(browser) -> None:
    plan = load_plan(COVER)
    solution = read_solution(ROOT / "outputs/paris-2024-cover/solution.geojson")
    data = carried(plan, solution, *bridges(plan))
    names = [street["name"] for street in data["what_if"]["streets"]]
    matter = [[names[at] for at in one["streets"]] for one in data["what_if"]["sets"]]
    assert len(matter) == 5  # of 276 pairs and 2,024 triples
    draw = random.Random(9)
    many_names = [2, 3, 24, *[2, 3, 4] * 90]
    closed = [*matter, *(draw.sample(names, many) for many in many_names)]
    every = np.argwhere(plan.problem.sites.allowed).tolist()
    variants = [{plan.problem.post_id(site, kind): 1 for site, kind in every}]
    answers = counted(browser, [(data, variants)] * len(closed), closed)
    for some, told in zip(closed, answers, strict=True):
        now = also_closed(plan, some)
        for posts, (text, _) in zip(variants, told, strict=True):
            assert text == solution_text(proposed(now, units_of(now, posts))), (some, posts)


def test_streets_of_a_day_close_in_all_its_periods(browser, tmp_path) -> None:
    """As the plan counts with the closure written in it: each period on its own ground."""
    given, plans, closed = [], [], []
    folders = [ROOT / "data/geo/drawn-day"]
    folders += [draw_day(tmp_path / str(seed), seed).write() for seed in cases(range(1), range(40))]
    for seed, folder in enumerate(folders):
        plan = load_plan(folder)
        if plan.streets is None:
            continue
        names = sorted(set(untouched(plan, step_free=False).names) - {""})[:4]
        posts = dict.fromkeys([plan.problem.post_id(0, 0), plan.problem.post_id(1, 0)], 1)
        data = carried(plan, proposed(plan, units_of(plan, {})), *names)
        alone = {one["name"] for one in data["what_if"]["streets"] if one["alone"]}
        together = [name for name in names if name not in alone]
        some = [[name] for name in names] + [list(two) for two in combinations(together, 2)]
        variants = variants_of(plan, posts, many=2, seed=seed)
        for these in some:
            given.append((data, variants))
            plans.append((folder, plan))
            closed.append(these)
    differ = 0
    answers = counted(browser, given, closed)
    for (folder, plan), these, (_, variants), told in zip(
        plans, closed, given, answers, strict=True
    ):
        now = load_plan(folder, closures=these)
        for posts, (text, _) in zip(variants, told, strict=True):
            assert text == solution_text(proposed(now, units_of(now, posts))), (these, posts)
            differ += text != solution_text(proposed(plan, units_of(plan, posts)))
    assert differ > len(given) / 2


def test_no_more_streets_close_at_a_time_than_can_be_counted(monkeypatch, tmp_path) -> None:
    plan = load_plan(write_banks(tmp_path, 0))
    nothing = proposed(plan, units_of(plan, {}))
    told = what_if(plan, nothing, survey(plan), streets=PONTS)
    sizes = [len(one["streets"]) for one in told["sets"]]
    assert told["most"] is None
    assert max(sizes) > 2
    monkeypatch.setattr(closed_streets, "MOST_SETS", sizes.count(2))
    fewer = what_if(plan, nothing, survey(plan), streets=PONTS)
    assert fewer["most"] == 2
    assert fewer["sets"] == [one for one in told["sets"] if len(one["streets"]) == 2]
    monkeypatch.setattr(closed_streets, "MOST_SETS", 0)
    fewer = what_if(plan, nothing, survey(plan), streets=PONTS)
    assert (fewer["most"], fewer["sets"]) == (1, [])
    assert fewer["streets"] == told["streets"]


@pytest.mark.slow
def test_streets_close_one_after_another_in_the_page(open_page, tmp_path) -> None:
    plan = load_plan(write_banks(tmp_path, 0))
    posts = {f"S{n}/checkpoint": 1 for n in (0, 3, 5)}
    solution = proposed(plan, units_of(plan, posts))
    write_map(plan, solution, tmp_path / "map.html", streets=[*PONTS, "Quai 2"])
    page, seen = open_page(tmp_path / "map.html")
    open_tab(page, "what_if")
    assert "alone only, since people or posts stand on them: Quai 2." in text_of(page)
    for name in ("Pont 1", "Pont 0"):
        page.locator(f"[data-try='shut {name}']").click()
    assert page.evaluate("location.hash").endswith("shut=Pont+1&shut=Pont+0")
    assert page.locator("[data-try='shut Quai 2']").count() == 0
    assert "not with these" in text_of(page)
    # each has its name on the map, and the legend a row that hides them and goes with the last
    row = page.locator(".legend label", has_text="Closed in this variant")
    assert row.locator("svg").count() == 1
    page.evaluate(LISTEN)
    row.locator("input").uncheck()
    assert closed_names(page) == set()
    row.locator("input").check()
    assert closed_names(page) == {"✗ Pont 0", "✗ Pont 1"}
    assert "2 changes" in page.locator(".variant-bar").inner_text()
    figures = page.locator("table.variant").first.inner_text()
    with page.expect_download() as waited:
        page.locator("[data-try='save']").click()
    waited.value.save_as(tmp_path / "variant.geojson")
    written = (tmp_path / "variant.geojson").read_text(encoding="utf-8")
    closed = also_closed(plan, ["Pont 0", "Pont 1"])
    assert written == solution_text(proposed(closed, units_of(plan, posts)))
    assert read_solution(tmp_path / "variant.geojson").closures == ("Pont 0", "Pont 1")

    again, _ = open_page(tmp_path / "map.html", address=page.evaluate("location.hash"))
    assert again.locator("table.variant").first.inner_text() == figures
    page.locator("[data-try='open Pont 1']").click()
    assert page.evaluate("location.hash").endswith("shut=Pont+0")
    page.locator("[data-try='undo']").click()
    assert page.locator("table.variant").first.inner_text() == figures
    page.locator("[data-try='reset']").first.click()
    assert "shut" not in page.evaluate("location.hash")
    assert row.count() == 0
    page.locator("[data-try='shut Quai 2']").click()
    assert page.locator("[data-try^='shut Pont']").count() == 0
    page.locator("[data-try='reset']").first.click()
    # what cannot be closed together is not, whatever the address says
    page.evaluate("location.hash = 'tab=what_if&shut=Quai+2&shut=Pont+0&shut=nobody'")
    page.wait_for_selector("[data-try='open Quai 2']")
    assert page.evaluate("location.hash").endswith("shut=Quai+2")
    seen.assert_quiet(tmp_path / "map.html")


LISTEN = """() => {
  window.written = [];
  const { fillText } = OffscreenCanvasRenderingContext2D.prototype;
  OffscreenCanvasRenderingContext2D.prototype.fillText = function (text, ...where) {
    window.written.push(text);
    return fillText.call(this, text, ...where);
  };
}"""


def closed_names(page) -> set[str]:
    """Return the names of closed streets that are written on the map, as soon as there are two."""
    found: set[str] = set()
    for _ in range(10 if page.locator("[data-layer='shut']").is_checked() else 1):
        page.wait_for_timeout(300)
        written = page.evaluate("window.written.splice(0)")
        found |= {text for text in written if text.startswith("✗")}
        if len(found) > 1:
            break
    return found


def text_of(page) -> str:
    """Return what the panel of variants says."""
    return page.locator(".what-if").inner_text()
