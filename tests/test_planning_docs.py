"""The worked examples of docs/how-to/planning.md are what the program answers, from top to bottom.

Python blocks are doctests. Console blocks are commands after ``$ `` with what they say. Blocks of
plain ``sh`` are not run: they take longer than a test may, and their solutions are kept in
``tests/cases``; the page itself audits them.
"""

import doctest
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from placement.solve import engine
from tests.cli.running import run

ROOT = Path(__file__).parent.parent
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
STORED = {"outputs/paris-2024": "tests/cases/paris-2024.geojson"}  # folder by what it would hold

needs_bundled = pytest.mark.skipif(
    not (ROOT / "data/geo/paris-2024-cover/plan.toml").exists(),
    reason="the bundled plans are not here",
)


def blocks(text: str) -> Iterator[tuple[int, str, str]]:
    """Return each block with the line it begins at and its language."""
    for found in re.finditer(r"^```(\w+)\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL):
        yield text.count("\n", 0, found.start()) + 1, found[1], found[2]


def commands(block: str) -> Iterator[tuple[str, str]]:
    """Return each command of a console block with what it is to say."""
    joined = block.replace("\\\n", " ")
    for part in re.split(r"^\$ ", joined, flags=re.MULTILINE)[1:]:
        command, _, said = part.partition("\n")
        yield command, said


@needs_bundled
def test_the_examples_of_the_planning_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # every plan shown is proven best, and which of equals it is, so the search need not be long
    monkeypatch.setattr(engine, "_FIRST_ROUNDS", 100)
    monkeypatch.setattr(engine, "_MORE_ROUNDS", 500)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").symlink_to(ROOT / "data", target_is_directory=True)
    page = ROOT / "docs/how-to/planning.md"
    for folder, kept in STORED.items():
        assert f"--out {folder}\n" in page.read_text(encoding="utf-8")
        (tmp_path / folder).mkdir(parents=True)
        shutil.copy(ROOT / kept, tmp_path / folder / "solution.geojson")
    names: dict[str, object] = {}
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    ran = {"python": 0, "console": 0}
    for line, language, block in blocks(page.read_text(encoding="utf-8")):
        if language == "python":
            example = doctest.DocTestParser().get_doctest(block, names, page.name, str(page), line)
            ran["python"] += len(example.examples)
            runner.run(example, clear_globs=False)
            names = example.globs
            assert runner.failures == 0
        elif language == "console":
            for command, said in commands(block):
                ran["console"] += 1
                place, *words = shlex.split(command, comments=True)
                assert place == "place", command
                # loops are compiled in the first run on a machine, whichever that is
                heard = re.sub(r"(?m)^placement: compiling .*\n", "", run(*words).output)
                same = doctest.OutputChecker().check_output(said, heard, FLAGS)
                assert same, f"{page.name}, line {line}: {command}\n{heard}"
    assert min(ran.values()) > 8, ran
