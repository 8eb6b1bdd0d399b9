"""What the documentation shows runs, what it links to is there, and every page is found."""

import doctest
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from placement.cli import place
from placement.plan.settings import Settings
from tests.builders import PLAN

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
RUN_ELSEWHERE = {DOCS / "tutorial", DOCS / "how-to"}  # tests/test_planning_docs.py
WITH_EXAMPLES = [
    page
    for page in PAGES
    if page.parent not in RUN_ELSEWHERE or page.name == "coming-from-spopt.md"
]


def name_of(page: Path) -> str:
    """Return what a page is called in the list of tests."""
    return page.relative_to(ROOT).as_posix()


def prose(page: Path) -> str:
    """Return a page without its blocks of code."""
    text = page.read_text(encoding="utf-8")
    return re.sub(r"^ *(```+|~~~+)\w.*?^ *\1 *$", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as forges and the site name them."""
    found: set[str] = set()
    for heading in re.findall(r"^#{1,6} +(.+?) *$", prose(page), flags=re.MULTILINE):
        shown = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
        slug = re.sub(r"[^\w\- ]", "", shown.lower()).replace(" ", "-")
        repeated = sum(one == slug or one.startswith(f"{slug}-") for one in found)
        found.add(f"{slug}-{repeated}" if slug in found else slug)
    return found


def links(page: Path) -> Iterator[str]:
    """Yield where a page's links and pictures lead, other sites left out."""
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if "://" not in target and not target.startswith("mailto:"):
            yield target


def contents(page: Path) -> Iterator[Path]:
    """Yield the pages that a page lists in its tables of contents."""
    text = page.read_text(encoding="utf-8")
    for block in re.findall(r"^```\{toctree\}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if line.strip() and not line.startswith(":"):
                yield (page.parent / f"{line.strip()}.md").resolve()


@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=name_of)
def test_examples_in_the_docs_run(page: Path) -> None:
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    text = re.sub(r"^ *```.*$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    example = doctest.DocTestParser().get_doctest(text, {}, page.name, str(page), 0)
    failed, _ = doctest.DocTestRunner(optionflags=flags).run(example)
    assert failed == 0


def test_what_the_page_on_streets_shows_of_a_plan_file_is_one() -> None:
    page = (DOCS / "explanation" / "streets.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```toml\n(.*?)^```", page, flags=re.MULTILINE | re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        shown, whole = tomllib.loads(block), tomllib.loads(PLAN)
        layers = {"sites": "s.geojson", "demand": "d.geojson"} | shown.pop("layers")
        assert Settings.model_validate(whole | shown | {"layers": layers})


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_to_a_page_and_to_a_heading_of_it(page: Path) -> None:
    for target in links(page):
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), target
        assert page.parent == ROOT or there.is_relative_to(DOCS), f"{target} is not on the site"
        if anchor:
            assert anchor in anchors(there), target


def test_a_link_to_a_heading_that_is_missing_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A `b` [c](d.md)\n\n```sh\n# no heading\n```\n\n## A b c\n", encoding="utf-8")
    assert anchors(page) == {"a-b-c", "a-b-c-1"}


def test_the_readme_stays_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 150


def test_every_page_is_reached_from_the_first_one() -> None:
    seen: set[Path] = set()
    ahead = [DOCS / "index.md"]
    while ahead:
        page = ahead.pop()
        if page not in seen:
            assert page.is_file(), page
            seen.add(page)
            ahead += contents(page)
    assert seen == set(DOCS.rglob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_page_names_a_place_on_somebodys_machine(page: Path) -> None:
    assert not re.search(r"(?<![\w.])/(home|root|tmp|work|Users)/", page.read_text("utf-8"))


AVOIDED = (
    r"\bthe house\b", r"rules of the house", r"\bstranger\b", r"lean on each other", r"\broams\b",
    r"one search settles", r"told from nothing", r"less than this is nobody",
    r"kinds of means as a plan",
    r"asks for nothing", r"a tab a subject", r"one post a line", r"more to mend", r"mend that line",
    r"is no number", r"is no time of day", r"in a form that is read in a moment", r"hangs together",
    r"personnes sans marches", r"\bcouloirs?\b", r"plan convenu", r"ce qui se tient",
    r"imposés ouverts",
    r"la plus juste d", r"toutes en\b", r"majorant prouvé",
)  # fmt: skip
"""Figures of speech and words of our own, each with a plain word in the glossary in its place."""
SOURCES = sorted((ROOT / "placement").rglob("*.py"))
WORDS = sorted((ROOT / "placement" / "maps" / "static").glob("*.json"))


@pytest.mark.parametrize("page", [*PAGES, *WORDS], ids=name_of)
def test_pages_and_the_map_use_plain_words(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    found = [word for word in AVOIDED if re.search(word, text, flags=re.IGNORECASE)]
    assert not found


def test_sources_use_plain_words() -> None:
    for source in SOURCES:
        text = source.read_text(encoding="utf-8")
        found = [word for word in AVOIDED if re.search(word, text, flags=re.IGNORECASE)]
        assert not found, source


def test_the_page_for_users_of_spopt_names_the_version_of_pulp_that_the_package_takes() -> None:
    facts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (pulp,) = [one for one in facts["project"]["dependencies"] if one.startswith("pulp")]
    page = (DOCS / "how-to" / "coming-from-spopt.md").read_text(encoding="utf-8")
    assert f"`{pulp}`" in page


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_and_option_that_a_page_shows_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    context = click.Context(place)
    for line in re.findall(r"(?:^ *(?:\$ )?|`)place ([a-z]+[^`\n]*)", text, re.MULTILINE):
        command: click.Command | None = place
        words = line.split()
        while words and isinstance(command, click.Group):
            command = command.get_command(context, words[0])
            assert command is not None, line
            words = words[1:]
            if words and not words[0].isalpha():
                break
        everywhere = {"--help", "--debug", "--quiet", "--verbose"}
        known = {opt for parameter in command.params for opt in parameter.opts} | everywhere
        assert set(re.findall(r"(?<!\S)--[a-z][a-z-]+", line.partition(" #")[0])) <= known, line
