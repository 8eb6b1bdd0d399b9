"""Names in any script on paper: no box for a letter that no font has, nothing cut, both ways."""

import io
import json
import re
import unicodedata
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest

from placement.maps.paper import Dossier, dossier
from placement.maps.paper.cards import Card, cards_pdf
from placement.maps.paper.letters import can_be_spaced, name_of, with_names, without
from placement.maps.paper.material import Material
from placement.maps.paper.names import names_of
from placement.maps.paper.typesetting import Press
from placement.plan.layers import load_plan
from tests.builders import drawn_layers, write_plan
from tests.maps.pages import solution_of

HEBREW, ARABIC = "שער הצפון", "بوابة الشمال"
NOWHERE = "\U0010fff0\U0010fff1"  # for private use: no machine has letters there
ODD = (HEBREW, ARABIC, NOWHERE, f"Gate {NOWHERE}\u200d{NOWHERE}\ufe0f west", "W" * 180)


def test_letters_that_no_font_has_are_found_and_no_others() -> None:
    with Press() as press:
        press.look_for(f"Évry – Ωмега ≤ → “x” {NOWHERE} \u2068\u202f\u200b")
        assert press.missing == set(NOWHERE)
        press.look_for("\U0010fffc")
        assert press.missing == {*NOWHERE, "\U0010fffc"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("North", "North"),
        (f"North {NOWHERE}", "North …"),
        (f"{NOWHERE} {NOWHERE}\u200d{NOWHERE}\ufe0f party", "… party"),
        (f"a{NOWHERE[0]}b", "a…b"),
    ],
)
def test_dots_stand_in_place_of_what_no_font_has(text: str, shown: str) -> None:
    assert without(text, set(NOWHERE)) == shown


def test_a_name_of_which_little_is_left_is_none() -> None:
    missing = {*NOWHERE, "北", "門"}
    assert name_of("北門", missing) == name_of(NOWHERE, missing) == ""
    assert name_of("—", missing) == "—"
    assert name_of("北北北の門", missing) == ""
    assert name_of("Gate 北", missing) == "Gate …"
    assert name_of(HEBREW, missing) == f"\u2068{HEBREW}\u2069"
    told = with_names(
        {"name": "北門", "site": "北門", "label": {"en": "北門"}, "rows": [{"name": None}]},
        lambda text: name_of(text, missing),
    )
    assert told == {"name": "", "site": "北門", "label": {"en": "…"}, "rows": [{"name": None}]}


def test_joined_letters_are_never_set_apart() -> None:
    assert can_be_spaced("La Seine")
    assert can_be_spaced("隅田川")
    assert not any(can_be_spaced(one) for one in (HEBREW, ARABIC, "Z\u0300a", "a\u200db"))


def cards(*teams: str, footer: str = "") -> bytes:
    """Return the cards of some teams."""
    made = [Card(team=team, rest="R", rows=()) for team in teams]
    hours = (1, "08:00", "20:00")
    return cards_pdf(made, title="T", footer=footer, hours=hours, dogs=False, language="en")


def texts(content: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]


def test_words_longer_than_a_line_go_on_in_the_next_and_are_copied_whole() -> None:
    long, digest = "Donaudampfschifffahrtselektrizitätenwerk" * 2, "0f" * 32
    joined, marked = "ب" * 30, "e\u0301" * 40
    one, two, three, four = told = texts(cards(long, f"{digest} and", joined, marked))
    assert not re.search("[\u200b\u00ad]", "".join(told))
    assert long not in one  # in the letters of a team's name it takes two lines
    assert long in one.replace("\n", "")
    assert digest in two  # it is compared as it stands
    assert joined in three  # letters that are joined stay so
    assert unicodedata.normalize("NFC", marked) in unicodedata.normalize(
        "NFC", four.replace("\n", "")
    )


def test_cards_say_what_a_dot_in_place_of_letters_is() -> None:
    said = "also stands for letters that no font here has"
    plain = texts(cards("Team 1", footer="F"))
    odd = texts(cards("Team 1", f"Team {NOWHERE}", footer="F"))
    assert not any(said in page for page in plain)
    assert all(said in page for page in odd)
    assert "Team …" in odd[1]


def test_a_letter_that_no_reader_may_meet_is_printed_all_the_same() -> None:
    for team, claimed in (("Eastgate", True), ("East\ufeffgate", False)):
        content = cards(team)
        assert "Eastgate" in texts(content)[0].replace("\ufeff", "")
        said = pypdf.PdfReader(io.BytesIO(content)).root_object["/Metadata"].get_data()
        assert (b"<pdfuaid:part>1<" in said) is claimed


def test_sheets_show_names_in_any_script(tmp_path: Path) -> None:
    layers = drawn_layers()
    for one, text in zip(layers["sites"], ODD, strict=False):
        one["properties"]["name"] = text
    layers["areas"][0]["properties"]["name"] = NOWHERE
    layers["water"][0]["properties"]["name"] = ARABIC
    title = json.dumps(f"{NOWHERE} town " + "Long" * 60, ensure_ascii=False)
    plan = load_plan(write_plan(tmp_path, layers=layers, replace={'"A drawn town"': title}))
    sites = tuple((site, "checkpoint") for site in plan.problem.sites.id)
    solution = solution_of(plan, sites)
    asked = Dossier(paper="a4", areas=True, posts=True, date="x" * 90)
    content = dossier(plan, solution, asked)
    assert dossier(plan, solution, asked) == content
    pages = texts(content)
    text = "".join(pages)
    assert "W" * 160 in text.replace("\n", "")
    assert not any(letter in text for letter in NOWHERE)
    for word in ("שער", "הצפון", "الشمال", "Gate … west"):
        assert word in text
    named = dict(zip((one.site for one in solution.posts_list), solution.posts_list, strict=True))
    (bare,) = (site for site, one in named.items() if one.name == NOWHERE)
    assert bare in text
    assert plan.areas[0].id in text
    said = "that no font here has"
    assert all(said in " ".join(page.split()) for page in pages if "Scale" in page)
    # without such letters nothing is said, and the water's letters stand as one text
    plain = replace(plan, areas=(), water=plan.water)
    work = Material(plain, solution, Dossier(paper="a4"))
    names = names_of(work.ground, work.whole, areas={}, stations=[], gates=[])
    (water,) = (one for one in names if one.lines[0][0] == "water")
    assert not water.spread
