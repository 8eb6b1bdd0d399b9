"""What the documentation shows runs, and what it links to is there."""

import doctest
import re
import tomllib
from pathlib import Path

import pytest

from placement.plan.settings import Settings
from tests.builders import PLAN

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
WITH_EXAMPLES = [page for page in PAGES if page.name != "planning.md"]  # it has a test of its own


@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=lambda page: page.name)
def test_examples_in_the_docs_run(page: Path) -> None:
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    text = re.sub(r"^```.*$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    example = doctest.DocTestParser().get_doctest(text, {}, page.name, str(page), 0)
    failed, _ = doctest.DocTestRunner(optionflags=flags).run(example)
    assert failed == 0


def test_what_the_page_on_streets_shows_of_a_plan_file_is_one() -> None:
    page = (ROOT / "docs" / "streets.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```toml\n(.*?)^```", page, flags=re.MULTILINE | re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        shown, whole = tomllib.loads(block), tomllib.loads(PLAN)
        layers = {"sites": "s.geojson", "demand": "d.geojson"} | shown.pop("layers")
        assert Settings.model_validate(whole | shown | {"layers": layers})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_names_a_place_on_somebodys_machine(page: Path) -> None:
    assert not re.search(r"(?<![\w.])/(home|root|tmp|work|Users)/", page.read_text("utf-8"))
