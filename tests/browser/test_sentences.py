"""Paper and page say the same: the sentences of both, side by side, for every kind of plan."""

import itertools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from placement.cover.survey import survey
from placement.maps import static_files, webmap
from placement.maps.page import base_map, page_data, uncovered
from placement.maps.paper import sentences
from placement.maps.paper.speech import Speaker
from tests.maps.pages import drawn_plan, ruled_plan, ruled_solution, solution_of

type Facts = dict[str, Any]

# the page's own functions, on the same facts
# the facts as text, as a page carries them: older Playwrights hand over a 0 as -0
SAID = """(text) => {
  const data = JSON.parse(text);
  const tell = speaker(data);
  return Object.keys(data.languages).map((language) => {
    tell.use(language);
    const texts = (all) => [...all].map((one) => one.textContent);
    const gap = gapSection(data, tell, () => {}, () => false, null);
    return {
      language, headline: headline(data, tell), proof: proofInWords(data, tell),
      gap: gap.querySelector('p').textContent,
      assumed: texts(assumed(data, tell).querySelectorAll('li')),
      method: texts(about(data, tell)),
      sources: texts(sources(data, tell).querySelectorAll('p')).slice(0, -1),
      rows: data.gaps.rows.map((row) => rowName(data, row, tell)),
    };
  });
}"""


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> list[Facts]:
    """Return the facts of a plan without lanes and of one with every rule."""
    plain = drawn_plan(tmp_path_factory.mktemp("plain"))
    ruled = ruled_plan(tmp_path_factory.mktemp("ruled"))
    found = []
    for plan, solution in ((plain, solution_of(plain)), (ruled, ruled_solution(ruled))):
        walks = survey(plan)
        missing = uncovered(plan, solution, walks)
        data = base_map(plan, None) | page_data(plan, solution, {}, missing)
        spoken = static_files.languages()
        data["languages"] = {code: one["language"] for code, one in spoken.items()}
        data["words"] = {code: one["plan"] for code, one in spoken.items()}
        data["leaflet"] = ""
        found.append(data)
    return found


def kinds(base: Facts) -> Iterator[Facts]:
    """Change what the sentences of a plan hang on, each by itself and some together."""
    for status, gap, asked in itertools.product(
        ("optimal", "feasible", "proposed", "infeasible", "unknown"),
        (None, 0.0173),
        (None, 0.0, 0.031),
    ):
        yield base | {"status": status, "gap": gap, "asked": asked}
    for gap in (0.0, 0.0004, 0.9996):
        yield base | {"status": "feasible", "gap": gap}
    for main, kind in itertools.product((0, 1), ("streets", "straight lines", "given times")):
        yield base | {"main": main, "walking": base["walking"] | {"kind": kind, "gap": 0.04}}
    for slow, bound in ((0.7, None), (None, 5200.5)):
        yield base | {"pace": base["pace"] | {"slow_m_s": slow}, "bound": bound}
    yield base | {"posts": []}
    fence = {"id": "fence", "label": {"en": "Fence", "fr": "Barrière"}, "cost": 9, "ways": []}
    for many in (0, 1, 83):
        yield base | {"barriers": [fence | {"count": many}]}
    yield base | {
        "sources": {"osm": True, "layers": {}, "replaced": {"areas": "b.csv"}, **few(base)}
    }
    yield base | {"limits": {"checkpoint": 1, "unheard": 1234}}
    for far, turned in itertools.product((0, 1, 2, 12_345), (0, 1, 999)):
        sums = {"people": 20_000, "far": [far, 0], "turned": [turned, 0]}
        yield base | {"gaps": base["gaps"] | {"all": sums}}
    for share, many, seconds in ((0.0, 0, 60.0), (0.0004, 1, 90.0), (0.99996, 2, 3600.0)):
        changed = [
            one | {"share": share, "posts": many, "limit_s": seconds} for one in base["resources"]
        ]
        yield base | {"resources": changed}


def few(base: Facts) -> Mapping[str, Any]:
    return {"streets": base["sources"]["streets"]}


def on_paper(data: Facts, code: str) -> Facts:
    tell = Speaker(code)
    return {
        "language": code,
        "headline": sentences.headline(data, tell),
        "proof": sentences.proof(data, tell),
        "gap": sentences.gap(data, tell),
        "assumed": sentences.assumed(data, tell),
        "method": sentences.method(data, tell),
        "sources": sentences.sources(data, tell),
        "rows": [sentences.row_name(data, row, tell) for row in data["gaps"]["rows"]],
    }


def alike(said: Facts) -> Facts:
    """Make one of the two narrow spaces: which stands before a % is the browser's own choice."""
    return dict(json.loads(json.dumps(said, ensure_ascii=False).replace("\u202f", "\u00a0")))


@pytest.mark.parametrize(
    ("seconds", "english", "french"),
    [
        (60, "1 minute", "1 minute"),
        (62, "1 minute", "1 minute"),
        (84, "1.4 minutes", "1,4 minute"),
        (120, "2 minutes", "2 minutes"),
    ],
)
def test_minutes_are_one_or_many_as_they_are_written(
    browser, plans, seconds, english, french
) -> None:
    page = browser.new_page()
    page.add_script_tag(content=static_files.script("language.js", "overview.js"))
    asked = """([text, seconds]) => {
      const tell = speaker(JSON.parse(text));
      return ['en', 'fr'].map((code) => { tell.use(code); return walkInWords(seconds, tell); });
    }"""
    assert page.evaluate(asked, [json.dumps(plans[0]), seconds]) == [english, french]
    assert [sentences.walk_in_words(seconds, Speaker(code)) for code in ("en", "fr")] == [
        english,
        french,
    ]
    page.close()


def test_numbers_units_floors_and_long_lists_in_words(browser, plans) -> None:
    """A minus is no hyphen, a unit without a name is told once, a floor of points has no name."""
    page = browser.new_page()
    page.add_script_tag(
        content=static_files.script("language.js", "rules.js", "what_if.js", "changes.js")
    )
    asked = """(text) => {
      const data = JSON.parse(text);
      data.words.en.and_more = "{shown} and {n} more"; // of pages that compare
      const tell = speaker(data);
      const list = (many) => Array.from({ length: many }, (_, at) => `+ p${at}`).join(", ");
      return {
        numbers: [tell.money(-1200.5), tell.people(-0.2), tell.mean(-90), tell.money(-0.01)],
        units: [tell.units({ en: "lane" }), tell.units({ en: "unit" })],
        floors: [{ times: 1 }, { times: 2, slow: true, called: "z" }, { times: 1, called: "" }]
          .map((floor) => floorPlace(data, tell, floor)),
        lists: [13, 14].map((many) => few(list(many).split(", "), tell).slice(-14)),
      };
    }"""
    assert page.evaluate(asked, json.dumps(plans[1])) == {
        "numbers": ["−1,200.5", "0", "−1.5", "0"],
        "units": ["Units (lane)", "Units"],
        "floors": [
            "Points named in the plan",
            "z (step-free people, covered twice)",
            "all zones without a name",
        ],
        "lists": [", + p11, + p12", "+ p11 and 2 more"[-14:]],
    }
    limited = plans[1] | {"status": "optimal", "asked": None, "limits": {"checkpoint": 3}}
    assert "and at most 3 lanes." in sentences.proof(limited, Speaker("en"))
    assert "et 3 couloirs au plus." in sentences.proof(limited, Speaker("fr"))
    assert [Speaker("fr").units({"fr": one}) for one in ("file", "unité")] == [
        "Unités (file)",
        "Unités",
    ]
    page.close()


@pytest.mark.slow
def test_paper_and_page_say_the_same_of_every_kind_of_plan(browser, plans) -> None:
    folder = Path(webmap.__file__).parent / "static"
    code = "\n".join((folder / name).read_text(encoding="utf-8") for name in webmap._PLAN_SCRIPTS)
    page = browser.new_page()
    page.add_script_tag(content=code)
    told = 0
    for base in plans:
        for data in kinds(json.loads(json.dumps(base))):
            said = page.evaluate(SAID, json.dumps(data))
            for one in said:
                shown, written = alike(one), alike(on_paper(data, one["language"]))
                differing = [key for key in shown if shown[key] != written[key]]
                assert [shown[key] for key in differing] == [written[key] for key in differing]
            told += len(said)
    assert told > 200
    page.context.close()
