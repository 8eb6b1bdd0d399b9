"""What if through the day: variants of plans with periods count as `place evaluate` counts them."""

from pathlib import Path
from typing import Any

import placement
from placement.cover.survey import in_period
from placement.plan.layers import load_plan
from placement.plan.problem import Plan
from placement.review.geojson import solution_text
from placement.solve.questions.evaluate import proposed
from tests.browser.test_what_if import SCRIPTS, STATIC, carried, counted, units_of, variants_of
from tests.days import draw_day, laned_day
from tests.ringed_town import draw_town, write_town
from tests.solve.questions.test_rings_with_periods import HOURS

ROOT = Path(__file__).parents[2]
COUNT = """([source, all]) => new Function("all", source + `
  return all.map(({ data, variants }) => {
    const model = whatIfModel(data);
    return variants.map((variant) => {
      const found = countPosts(model, data, data.resources.map(({ id }) => (
        model.places.map(({ site }) => variant[site + "/" + id] || 0))));
      return model.periods.map((_, at) => {
        const here = countInPeriod(inPeriod(model, at), found);
        return here.serves.map((serves, kind) => (serves ? [
          here.coverage[kind].covered, here.coverage[kind].total, here.mean_s[kind],
          here.areas[kind].map(({ name, within, longest_s }) => [name, within, longest_s]),
        ] : null));
      });
    });
  });`)(all)"""


def ringed_day(folder: Path, seed: int) -> Plan:
    """Write a day in which rings are passed in one period, and patrols serve in another."""
    file = write_town(folder, draw_town(seed), seed)
    text = file.read_text(encoding="utf-8")
    for name, period in (("gate", "entry"), ("patrol", "late")):
        text = text.replace(f"[resources.{name}]\n", f'[resources.{name}]\nperiods = "{period}"\n')
    file.write_text(text + HOURS, encoding="utf-8")
    return load_plan(file)


def test_the_page_counts_variants_of_a_day_as_place_evaluate_does(browser, tmp_path) -> None:
    """The file of a variant tells of the whole day and of its periods; both are counted."""
    plans = [load_plan(ROOT / "data/geo/drawn-day"), laned_day(tmp_path / "lanes")]
    plans += [load_plan(draw_day(tmp_path / str(seed), seed).write()) for seed in range(3)]
    plans += [ringed_day(tmp_path / "rings", 5)]
    asked = []
    for seed, plan in enumerate(plans):
        solution = placement.evaluate(plan, {}, bound=False).solution
        every = [plan.problem.post_id(site, 0) for site in range(len(plan.problem.sites))]
        variants = variants_of(plan, dict.fromkeys(every[:2], 1), many=20, seed=seed)
        asked.append((carried(plan, solution), variants))
    for plan, (_, variants), told in zip(plans, asked, counted(browser, asked), strict=True):
        for posts, (text, _) in zip(variants, told, strict=True):
            assert text == solution_text(proposed(plan, units_of(plan, posts))), posts
    for plan, (_, variants), told in zip(plans, asked, by_period(browser, asked), strict=True):
        for posts, days in zip(variants[:8], told, strict=True):
            assert days == [alone(plan, number, posts) for number in range(len(plan.periods))]


def by_period(browser: Any, asked: list[Any]) -> list[Any]:
    page = browser.new_page()
    source = "\n".join((STATIC / name).read_text(encoding="utf-8") for name in SCRIPTS)
    given = [{"data": data, "variants": variants[:8]} for data, variants in asked]
    found = page.evaluate(COUNT, [source, given])
    page.close()
    return list(found)


def alone(plan: Plan, number: int, posts: Any) -> list[Any]:
    """Count posts in one period as in a plan of its own; people whom gates admit, in the day."""
    here = in_period(plan, number)
    units = units_of(plan, posts)
    found, whole = proposed(here, units), proposed(plan, units)
    assert found.walk is not None
    told: list[Any] = []
    for kind in plan.problem.resources:
        if kind.periods is not None and number not in kind.periods:
            told.append(None)
            continue
        counted = (whole if kind.lanes is not None else found).coverage[kind.id]
        walks = sorted(found.areas[kind.id].items())
        told.append(
            [
                counted.covered,
                counted.total,
                found.walk.mean_s[kind.id],
                [[name, one.within, one.longest_s] for name, one in walks],
            ]
        )
    return told
