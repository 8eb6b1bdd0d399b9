"""What README, tutorial and how-to pages show is what the program answers, top to bottom.

Python blocks are doctests. Console blocks are commands after ``$ `` with what they say. Blocks of
``diff`` are made in the file they name, and blocks of ``toml`` that begin with ``# rain.toml`` are
that file. Blocks of plain ``sh`` are not run: they need a network, or
take longer than a test may (the solution of such a plan is kept in ``outputs``, and the page
audits it).

After a change of what commands say, ``PLACE_GOLDEN=write`` writes into the pages what they say now:
read the diff. What a page shortens with ``...`` stays as it is.
"""

import contextlib
import doctest
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from placement.solve.mclp import solver
from tests.amount import by_night
from tests.cli.running import run

ROOT = Path(__file__).parent.parent
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
STORED = {  # what a folder would hold
    "outputs/london-2023": "outputs/london-2023/solution.geojson",
    "outputs/paris-2024": "outputs/paris-2024/solution.geojson",
    "outputs/paris-2024-dogs": "outputs/paris-2024-dogs/solution.geojson",
    "outputs/paris-2024-cover": "outputs/paris-2024-cover/solution.geojson",
}
PAGES = sorted(
    {
        ROOT / "README.md",
        *(ROOT / "docs/tutorial").glob("*.md"),
        *(ROOT / "docs/how-to").glob("*.md"),
    }
    - {ROOT / "docs/how-to/index.md", ROOT / "docs/how-to/coming-from-spopt.md"}
)
WRITES = os.environ.get("PLACE_GOLDEN") == "write"
# they take long; by day other pages run the same commands, and tests of the commands the others
BY_NIGHT = {
    "close-streets",
    "empty-the-ground",
    "planning",
    "review",
    "seal-a-perimeter",
    "studies",
}

needs_bundled = pytest.mark.skipif(
    not (ROOT / "data/geo/paris-2024-cover/plan.toml").exists(),
    reason="the bundled plans are not here",
)


def blocks(text: str) -> Iterator[tuple[int, str, str]]:
    """Return each block with the line it begins at and its language."""
    for found in re.finditer(r"^```(\w+)\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL):
        yield text.count("\n", 0, found.start()) + 1, found[1], found[2]


def commands(block: str) -> Iterator[tuple[str, str, str]]:
    """Return each command of a console block: as written, on one line, and what it is to say."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        written = re.match(r"(?:.*\\\n)*.*\n?", part)[0]
        yield written, written.replace("\\\n", " ").strip(), part.removeprefix(written)


def answer(command: str) -> str:
    """Run a command of a console block in the folder of the page, and return what it says."""
    name, *words = shlex.split(command, comments=True)
    if name == "cd":
        os.chdir(words[0])
        return ""
    if name == "git":
        return git(*words)
    assert name == "place", command
    # loops are compiled in the first run on a machine, whichever that is
    return re.sub(r"(?m)^placement: compiling .*\n", "", run(*words).output)


def git(*words: str) -> str:
    """Run git for nobody in particular, with no configuration but the repository's own."""
    who = {f"GIT_{who}_{what}": "ada@example.org" for who in ("AUTHOR", "COMMITTER")
           for what in ("NAME", "EMAIL")}  # fmt: skip
    alone = {"GIT_CONFIG_NOSYSTEM": "1", "HOME": os.devnull, "XDG_CONFIG_HOME": os.devnull}
    ended = subprocess.run(
        ["git", *words], env={**os.environ, **who, **alone}, capture_output=True, check=False
    )
    return (ended.stdout + ended.stderr).decode()


def change(block: str) -> None:
    """Make the change of a ``diff`` block in the file that its first line names."""
    head, *lines = block.splitlines()
    file = Path(head.removeprefix("--- "))
    before, after = (
        "".join(f"{line[1:]}\n" for line in lines if line[0] in marks) for marks in ("- ", "+ ")
    )
    text = file.read_text(encoding="utf-8")
    assert text.count(before) == 1, block
    file.write_text(text.replace(before, after), encoding="utf-8")


@pytest.fixture
def beside_the_plans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Work in an empty folder with the bundled plans, as in the clone."""
    # every plan shown is proven best, and which of equals it is, so the search need not be long
    monkeypatch.setattr(solver, "_FIRST_ROUNDS", 100)
    monkeypatch.setattr(solver, "_MORE_ROUNDS", 500)
    (tmp_path / "data").symlink_to(ROOT / "data", target_is_directory=True)
    with contextlib.chdir(tmp_path):
        yield tmp_path


@pytest.mark.slow
@needs_bundled
@pytest.mark.parametrize(
    "page",
    [
        pytest.param(
            page, id=page.stem, marks=by_night if page.stem in BY_NIGHT and not WRITES else ()
        )
        for page in PAGES
    ],
)
def test_the_page_shows_what_the_program_answers(page: Path, beside_the_plans: Path) -> None:
    text = new = page.read_text(encoding="utf-8")
    for folder, kept in STORED.items():
        if f"--out {folder}\n" in text:
            (beside_the_plans / folder).mkdir(parents=True)
            shutil.copy(ROOT / kept, beside_the_plans / folder / "solution.geojson")
    names: dict[str, object] = {}
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    for line, language, block in blocks(text):
        if language == "python":
            example = doctest.DocTestParser().get_doctest(block, names, page.name, str(page), line)
            runner.run(example, clear_globs=False)
            names = example.globs
            assert runner.failures == 0
        elif language == "diff":
            change(block)
        elif language == "toml" and (named := re.match(r"# ([\w-]+\.toml)\n", block)):
            Path(named[1]).write_text(block, encoding="utf-8")
        elif language == "console":
            said_now = ""
            for written, command, said in commands(block):
                heard = answer(command)
                same = doctest.OutputChecker().check_output(said, heard, FLAGS)
                assert same or WRITES, f"{page.name}, line {line}: {command}\n{heard}"
                tidy = "".join(f"{row.rstrip()}\n" for row in heard.splitlines())
                said_now += f"$ {written.rstrip()}\n{said if same else tidy}"
            new = new.replace(f"```console\n{block}```", f"```console\n{said_now}```", 1)
    if WRITES:
        page.write_text(new, encoding="utf-8")


@needs_bundled
def test_most_pages_show_commands_with_their_answers() -> None:
    shown = {
        page.stem: len(re.findall(r"^\$ place ", page.read_text("utf-8"), re.MULTILINE))
        for page in PAGES
    }
    silent = {name for name, count in shown.items() if count == 0}
    assert silent <= {"add-a-rule", "run-on-a-cluster"}
    assert sum(shown.values()) > 40


def test_a_page_that_shows_another_answer_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(globals(), "WRITES", False)
    page = tmp_path / "page.md"
    page.write_text("```console\n$ place init here\nIt is there.\n```\n", encoding="utf-8")
    with contextlib.chdir(tmp_path), pytest.raises(AssertionError, match="line 1: place init here"):
        test_the_page_shows_what_the_program_answers(page, tmp_path)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_number_in_the_text_of_a_page_stands_in_an_answer_too(page: Path) -> None:
    if page.stem in {"planning", "README", "run-on-a-cluster"}:  # they give measured seconds too
        return
    text = page.read_text(encoding="utf-8")
    shown = " ".join(block for _, _, block in blocks(text))
    said = re.sub(r"^```.*?^```$|`[^`\n]*`|\]\([^)]*\)", "", text, flags=re.MULTILINE | re.DOTALL)
    said = re.sub(r"Python 3\.\d+[^\n]*\n?[\d., or]*|^\|.*", "", said, flags=re.MULTILINE)
    for number in re.findall(r"\d[\d.,]*\d", said):
        assert number in shown, number
