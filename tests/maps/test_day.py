"""The page of a day and a solution that tells of other periods than the plan has."""

import io
import re
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest

import placement
from placement.errors import InputError
from placement.maps.day import day_data, day_values
from placement.maps.paper import Dossier, dossier
from placement.maps.paper.material import Material
from placement.maps.paper.sentences import headline
from placement.maps.paper.tables import day_table
from placement.review.geojson import read_solution
from tests.days import laned_day

PERIODS = Path(__file__).parents[1] / "cases" / "plans" / "periods"
ROOT = Path(__file__).parents[2]


def test_a_solution_of_other_periods_is_refused() -> None:
    plan = placement.load_plan(PERIODS / "plan.toml")
    solution = read_solution(PERIODS / "solution.geojson")
    assert [one["people"] for one in day_values(plan, solution)] == [1140, 1920, 1140]
    for others in ((), solution.periods[1:], solution.periods[::-1]):
        for draw in (day_data, day_values):
            with pytest.raises(InputError, match=r"plan\.toml, field 'periods': are not those"):
                draw(plan, replace(solution, periods=others))


@pytest.mark.parametrize("laned", [False, True])
def test_a_period_comes_to_what_its_headline_says(laned: bool, tmp_path: Path) -> None:
    """Where lanes turn people away, those admitted count, on the page and on paper."""
    plan = (
        laned_day(tmp_path / "day") if laned else placement.load_plan(ROOT / "data/geo/drawn-day")
    )
    units = {plan.problem.post_id(site, 0): 1 for site in (0, 2)}
    solution = placement.evaluate(plan, units, bound=False).solution
    page = day_data(plan, solution)
    for value, part in zip(page["slider"]["values"], page["parts"], strict=True):
        for at, resource in enumerate(part["resources"]):
            if value["covered"][at] is None:
                assert not resource["shown"]
                continue
            assert (value["people"], value["covered"][at]) == (
                resource["total"],
                resource["covered"],
            )
            assert value["walk_s"][at] == resource["walk_s"]
    main, values = page["main"], page["slider"]["values"]
    told = [(one["covered"][main], one["people"]) for one in values]
    shares = [2.0 if met is None else met / people for met, people in told]
    assert page["slider"]["first"] == shares.index(min(shares))
    if laned:
        assert solution.lanes is not None
        within = solution.periods[0].covered["checkpoint"]
        assert within > solution.coverage["checkpoint"].covered > 0  # lanes turn people away
        work = Material(plan, solution, Dossier())
        rows = day_table(values, work.data, work.tell, work.shown)["rows"]
        share = work.parts()[0].data["resources"][main]["share"]
        assert f"{100 * share:.1f}%" in rows[0][2]
        assert f"{100 * share:.0f}%" in headline(work.parts()[0].data, work.tell)


def test_times_past_midnight_are_those_of_the_next_day_on_paper(tmp_path: Path) -> None:
    plan = laned_day(tmp_path / "night", late_h=9)
    units = {plan.problem.post_id(site, 0): 1 for site in (0, 2)}
    solution = placement.evaluate(plan, units, bound=False).solution
    assert solution.lanes is not None
    assert solution.lanes.closes == "26:00"
    for language, closes in (("en", "02:00"), ("fr", "02 h 00")):
        asked = Dossier(paper="a4", overview=True, posts=True, language=language)
        pages = pypdf.PdfReader(io.BytesIO(dossier(plan, solution, asked))).pages
        text = " ".join(page.extract_text() for page in pages).replace("\u00a0", " ")
        assert closes in text
        assert re.findall(r"\b(?:2[4-9]|3\d)(?::| h )\d\d\b", text) == []
