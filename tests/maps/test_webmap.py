"""The written file: what is in it, what cannot get in, and that it is always the same bytes."""

import base64
import hashlib
import json
import re
import threading
from dataclasses import replace
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path
from typing import Any, get_args

import click
import pytest
from branca.element import Element

from placement.cli import place
from placement.errors import InputError
from placement.maps import network, static_files, webmap, write_map
from placement.maps.data_block import json_block
from placement.maps.leaflet import leaflet_file
from placement.plan.problem import Plan
from placement.solution import Status
from placement.streets.tags import ON_REQUEST, OPEN, not_step_free, read_way
from placement.studies.egress.study import ServedKnown
from tests.maps.pages import drawn_plan, hostile_plan, solution_of

ROOT = Path(__file__).parents[2]


class Page(HTMLParser):
    """The elements of a page, with what stands in its scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.current = ""
        self.inside: dict[str, list[str]] = {"script": [], "style": [], "title": []}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.current = tag
        if tag in self.inside:
            self.inside[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        self.current = ""

    def handle_data(self, data: str) -> None:
        if self.current in self.inside:
            self.inside[self.current][-1] += data

    @property
    def policy(self) -> dict[str, str]:
        content = next(
            attributes["content"] or ""
            for tag, attributes in self.tags
            if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
        )
        rules = (rule.strip().partition(" ") for rule in content.split(";"))
        return {name: value for name, _, value in rules}


@pytest.fixture(scope="module")
def plan(tmp_path_factory) -> Plan:
    return drawn_plan(tmp_path_factory.mktemp("plan"))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory) -> Plan:
    return hostile_plan(tmp_path_factory.mktemp("hostile"))


def written(plan: Plan, folder: Path, **options) -> str:
    path = folder / "map.html"
    write_map(plan, solution_of(plan, **options), path)
    return path.read_text(encoding="utf-8")


def test_a_hostile_plan_adds_no_element_and_stays_verbatim(hostile: Plan, plan: Plan, tmp_path):
    nasty, plain = Page(written(hostile, tmp_path)), Page(written(plan, tmp_path))
    assert [tag for tag, _ in nasty.tags] == [tag for tag, _ in plain.tags]
    assert len(nasty.inside["script"]) == 3
    data = json.loads(nasty.inside["script"][0])
    assert data["title"] == {
        "en": hostile.settings.title.en,
        "fr": hostile.settings.title.fr,
    }
    shown = {one["name"] for one in (*data["posts"], *data["sites"])}
    assert shown == set(hostile.problem.sites.name)


def test_only_the_data_differ_between_plans(hostile: Plan, plan: Plan, tmp_path) -> None:
    nasty, plain = Page(written(hostile, tmp_path)), Page(written(plan, tmp_path))
    assert nasty.inside["script"][1:] == plain.inside["script"][1:]
    assert nasty.inside["style"] == plain.inside["style"]


def test_the_policy_allows_these_texts_and_nothing_else(plan: Plan, tmp_path) -> None:
    page = Page(written(plan, tmp_path))

    def hashed(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    assert page.policy == {
        "default-src": "'none'",
        "script-src": " ".join(hashed(text) for text in page.inside["script"][1:]),
        "style-src": hashed(page.inside["style"][0]),
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    order = [tag for tag, _ in page.tags]
    assert order.index("meta") < order.index("style") < order.index("script")


def test_nothing_refers_to_the_network(plan: Plan, tmp_path) -> None:
    text = written(plan, tmp_path)
    page = Page(text)
    for tag, attributes in page.tags:
        assert tag not in {"link", "iframe", "img", "object", "embed", "base"}
        assert not {name for name in attributes if name.startswith("on")}
        assert not {"src", "srcset", "href", "style", "srcdoc"} & set(attributes)
    for target in re.findall(r"url\(([^)]{0,30})", page.inside["style"][0]):
        assert target.startswith("data:image/png;base64,")
    assert "@import" not in page.inside["style"][0]
    assert "sourceMappingURL" not in text


def test_the_licence_of_leaflet_stands_in_the_page(plan: Plan, tmp_path) -> None:
    page = Page(written(plan, tmp_path))
    licence = json.loads(page.inside["script"][0])["leaflet"]
    assert "BSD 2-Clause" in licence
    assert "Volodymyr Agafonkin" in licence


def test_leaflet_is_the_published_one() -> None:
    """The files of the release 1.9.4, byte for byte."""
    published = {
        "leaflet.js": "db49d009c841f5ca34a888c96511ae936fd9f5533e90d8b2c4d57596f4e5641a",
        "leaflet.css": "a7837102824184820dfa198d1ebcd109ff6d0ff9a2672a074b9a1b4d147d04c6",
    }
    for name, digest in published.items():
        assert hashlib.sha256(leaflet_file(name)).hexdigest() == digest


def test_an_element_that_slipped_in_is_refused() -> None:
    with pytest.raises(webmap.MapPageError, match="not put there"):
        webmap._refuse_extra("<style></style>" + 4 * "<script></script>")
    with pytest.raises(webmap.MapPageError, match="not put there"):
        webmap._refuse_extra("<style></style><p onclick=''>" + 3 * "<script></script>")


def test_the_same_bytes_twice_and_from_many_threads(plan: Plan, tmp_path) -> None:
    solution = solution_of(plan)
    files = [tmp_path / f"{number}.html" for number in range(4)]
    write_map(plan, solution, files[0])
    threads = [threading.Thread(target=write_map, args=(plan, solution, one)) for one in files[1:]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one.read_bytes() for one in files}) == 1
    assert Element._generate_id() != Element._generate_id()


@pytest.mark.parametrize("status", list(Status))
def test_every_status_can_be_drawn_and_only_one_is_called_proven(plan, tmp_path, status) -> None:
    page = Page(written(plan, tmp_path, status=status, posts=()))
    data = json.loads(page.inside["script"][0])
    assert data["status"] == str(status)
    for language, proven in (("en", "Proven optimal"), ("fr", "Optimalité prouvée")):
        words = data["words"][language]
        assert words[f"status_{status}_long"]
        assert (words[f"status_{status}"] == proven) is (status is Status.OPTIMAL)


def test_both_languages_have_every_word_with_the_same_gaps() -> None:
    spoken = static_files.languages()
    assert list(spoken) == ["en", "fr"]
    for part in ("language", "plan", "losses", "network", "egress"):
        assert list(spoken["en"][part]) == list(spoken["fr"][part])
    for part in ("plan", "losses", "network", "egress"):
        for key, english in spoken["en"][part].items():
            gaps = set(re.findall(r"\{\w+\}", english))
            assert gaps == set(re.findall(r"\{\w+\}", spoken["fr"][part][key])), key


def test_no_word_is_given_twice() -> None:
    """The later one would stand in both places."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        assert sorted(set(names)) == sorted(names)
        return dict(pairs)

    folder = Path(static_files.__file__).parent / "static" / "words"
    for file in sorted(folder.glob("*.json")):
        assert json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=once)


def test_the_script_uses_every_word_and_no_other() -> None:
    folder = resources.files("placement.maps").joinpath("static")
    # of every plan, and of those with periods, rings or losses
    scripts = ("day.js", "losses.js", *webmap._RINGS_SCRIPTS)
    code = "".join(folder.joinpath(name).read_text() for name in scripts)
    spoken = static_files.languages()["en"]
    known = {*spoken["plan"], *spoken["day"], *spoken["losses"]}
    plain = set(re.findall(r"say\(\s*\"(\w+)\"", code)) | set(re.findall(r"\"(layer_\w+)\"", code))
    assert plain <= known
    counted = set(re.findall(r"\"(\w+)\"", " ".join(re.findall(r"count\([^,]*,", code))))
    counted |= set(re.findall(r"\"(doubt_\w+)\"", code))
    counted |= {f"gap_{why}{whose}" for why in ("far", "part") for whose in ("", "_team")}
    counted -= {"team"}  # who walks, which chooses between two of these
    pairs = {f"{key}_{form}" for key in counted for form in ("one", "many")}
    assert pairs == {key for key in known if key.endswith(("_one", "_many"))} - {
        "opened_one",
        "closed_one",
    }
    built = (
        "status_",
        "site_",
        "group_",
        "within_",
        "rule_",
        "unit_",
        "headline_",
        "kind_",
        "why_",
        "if_broken_",
        "no_what_if_",
    )
    unused = {key for key in known if f'"{key}"' not in code and not key.startswith(built)}
    assert unused - pairs == set()


def test_whole_numbers_are_written_without_a_point(plan: Plan) -> None:
    block = Page(webmap.map_page(plan, solution_of(plan))).inside["script"][0]
    told: list[str] = []
    json.loads(block, parse_float=lambda text: told.append(text) or float(text))
    assert [text for text in told if text.endswith(".0")] == []
    assert told  # others keep theirs
    kept = {"small": [4.0, -0.0, 2.5, True, "4.0"], "large": 1e300}
    written = json.loads(json_block(kept))
    assert written == kept
    assert written["small"][3] is True
    assert json_block(kept) == '{"large":1e+300,"small":[4,0,2.5,true,"4.0"]}'


def test_french_keeps_its_signs_of_two_parts_on_the_line_of_their_word() -> None:
    """A narrow space before ; ? ! and %, a whole one before the colon and within quotes."""
    wrong = [
        (part, key, text)
        for part, words in static_files.languages()["fr"].items()
        if part not in ("language", "diff")
        for key, text in words.items()
        if re.search("[^\u202f][;?!%]|[^\u00a0][:»]|«[^\u00a0]|'", re.sub("[0-9]:|1:", "", text))
    ]
    assert wrong == []


def test_units_stay_beside_their_numbers_in_french() -> None:
    words = static_files.languages()["fr"]
    told = [text for part in words if part not in ("language", "diff")
            for text in words[part].values()]  # fmt: skip
    assert [text for text in told if re.search(r"\} (min|m|s|km/h)\b", text)] == []


def test_commands_that_the_page_names_have_the_options_that_it_names() -> None:
    for words in static_files.languages().values():
        told = " ".join(text for text in words["plan"].values() if isinstance(text, str))
        named = re.findall(r"place (\w+) (--[\w-]+)(?:, \w+ (--[\w-]+))?", told)
        assert {("map", "--try-bridges", "--try-street"), ("map", "--against", "")} <= set(named)
        assert ("evaluate", "--closure", "") in named
        for name, *options in named:
            command = place.get_command(click.Context(place), name)
            assert command is not None, name
            known = {one for param in command.params for one in param.opts}
            assert {one for one in options if one} <= known, name


def test_the_page_of_a_network_uses_every_word_and_no_other() -> None:
    code = static_files.own_file("network.js")
    said = set(re.findall(r"say\(\s*\"(\w+)\"", code)) | set(re.findall(r"\"(why_\w+)\"", code))
    known = static_files.languages()["en"]["network"].keys()
    assert said <= known
    assert all(key.startswith(("class_", "why_")) for key in known - said)


def test_the_page_of_an_egress_uses_every_word_and_no_other() -> None:
    code = static_files.own_file("egress.js")
    said = set(re.findall(r"say\(\s*\"(\w+)\"", code))
    said |= {"place", "people", "now", "wait", "last", "exit", "station"}  # columns, and kinds
    said |= {
        "out_proven",
        "out_bound",
        *(f"served_{known}" for known in get_args(ServedKnown.__value__)),
    }
    assert said == static_files.languages()["en"]["egress"].keys()


def test_every_class_of_street_and_every_reason_has_words() -> None:
    classes = {f"class_{name}" for name in OPEN | ON_REQUEST | {"escalator"}}
    step_free = ({"highway": "steps"}, {"wheelchair": "no"}, {"incline": "20%"}, {"surface": "mud"})
    reasons = [
        not_step_free({"highway": "footway", **tags}, str(tags.get("highway", "footway")))
        for tags in step_free
    ]
    reasons += [
        str(read_way(tags)) for tags in ({"building": "yes"}, {"highway": "a", "foot": "no"})
    ]
    assert len(set(reasons)) == 6
    for words in static_files.languages().values():
        assert classes <= words["network"].keys()
        assert {f"why_{re.sub(r'\W+', '_', reason)}" for reason in reasons} <= words[
            "network"
        ].keys()


def test_a_script_loses_its_comments_and_nothing_else() -> None:
    code = (
        "/* One\n * and two. */\nlet a = 1; // kept\n  // gone\n  /* gone */\n    b('/* x */');\n"
    )
    assert static_files.shorten(code) == "let a = 1; // kept\nb('/* x */');\n"
    code = 'if (a < -1) { b = ["c , d", e]; } // f\ng = h / i - -j; // k\nl = `m , n`;\n'
    assert static_files.tighten(code) == 'if(a<-1){b=["c , d",e];}\ng=h/i - -j;l=`m , n`;'
    code = "a = / ,/;\nb = ', ';\nc = `${d ? ` ,` : e}`;\nf\n"
    assert static_files.tighten(code) == code
    style = 'a, b > c { d: "e , f" ; g: calc(1px + 2px) }\n@media (h) {\n  i { j: k }\n}\n'
    assert static_files.tighten_style(style) == (
        'a,b > c{d: "e , f";g: calc(1px + 2px)}@media (h){i{j: k}}'
    )
    folder = resources.files("placement.maps").joinpath("static")
    for name in {"losses.js", *webmap._RINGS_SCRIPTS, *webmap._STATES_SCRIPTS, *network.SCRIPTS}:
        text = folder.joinpath(name).read_text(encoding="utf-8")
        assert text.count("`") % 2 == 0
        # no text goes over several lines, where a line that looks like a comment would be lost
        assert all(line.count("`") % 2 == 0 for line in text.splitlines()), name


@pytest.mark.parametrize(
    "names", [("losses.js", *webmap._RINGS_SCRIPTS), webmap._STATES_SCRIPTS, network.SCRIPTS]
)
def test_scripts_stay_the_same_word_for_word_when_they_are_tightened(names) -> None:
    def words(code: str, texts: str) -> list[str]:
        return re.findall(texts + r"\+\+|--|\w+|\S", code)

    text = r'"(?:[^"\\]|\\.)*"|`[^`]*`|'
    code = static_files.shorten("\n".join(static_files.own_file(name) for name in names))
    bare = re.sub(r"(?m)(?<=[;,{}]) // .*", "", code)
    tight = static_files.tighten(code)
    assert words(tight, "") == words(bare, "")
    for line, said in zip(code.split("\n"), bare.split("\n"), strict=True):
        assert words(static_files.tighten(line), text) == words(said, text)
    assert "<!--" not in tight  # which begins a comment
    assert len(tight) < 0.9 * len(code)


def test_the_script_never_writes_markup() -> None:
    folder = resources.files("placement.maps").joinpath("static")
    for name in {"losses.js", *webmap._RINGS_SCRIPTS, *network.SCRIPTS}:
        code = folder.joinpath(name).read_text()
        for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert way not in code, (name, way)


def test_a_post_the_plan_does_not_know_is_refused(plan: Plan, tmp_path) -> None:
    solution = solution_of(plan)
    for change, field in (({"site": "nowhere"}, "site"), ({"resource": "drone"}, "resource")):
        odd = replace(solution.posts_list[0], **change)
        with pytest.raises(InputError, match=f"no {field}") as caught:
            write_map(plan, replace(solution, posts_list=(odd,)), tmp_path / "map.html")
        assert caught.value.feature == odd.id
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(plan: Plan, tmp_path) -> None:
    with pytest.raises(InputError, match=r"map\.html.*folder"):
        write_map(plan, solution_of(plan), tmp_path / "no" / "map.html")


def test_the_old_map_stays_where_the_new_one_fails(plan: Plan, tmp_path, monkeypatch) -> None:
    path = tmp_path / "map.html"
    path.write_text("old")
    monkeypatch.setattr(webmap, "_SCRIPTS", ("no-such-script.js",))
    with pytest.raises(FileNotFoundError):
        write_map(plan, solution_of(plan), path)
    assert path.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["map.html"]


def test_no_text_of_the_scripts_goes_over_several_lines() -> None:
    # the page takes the indentation off every line of them
    for path in resources.files("placement.maps").joinpath("static").iterdir():
        if path.name.endswith(".js"):
            for row in path.read_text(encoding="utf-8").splitlines():
                assert row.count("`") % 2 == 0, (path.name, row)
