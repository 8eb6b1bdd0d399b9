"""Whatever is damaged, a command ends in a sentence, with a code that is documented, and soon."""

import random
from pathlib import Path

import pytest

from tests.amount import cases
from tests.fuzz.cases import RECIPES, make_case
from tests.fuzz.mutate import damaged
from tests.fuzz.running import Fault, keep, run_cases
from tests.fuzz.seeds import write_seeds

FIRST, CASES = 10_000, cases(50, 2_000)


def test_damaged_inputs_end_in_a_sentence() -> None:
    faults = list(run_cases(FIRST, FIRST + CASES))
    told = [f"{one.number}: {one.said[-500:]} (kept in {keep(one)})" for one in faults]
    assert not told, "\n".join(told)


type Seeds = dict[str, Path]


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Seeds:
    return write_seeds(tmp_path_factory.mktemp("seeds"))


def test_a_case_is_the_same_wherever_it_is_made(tmp_path: Path, seeds: Seeds) -> None:
    """Two sets of good inputs, in two places: the same words, and the same damage."""
    made: list[list[bytes]] = []
    for found in (seeds, write_seeds(tmp_path / "other")):
        made.append([])
        for number in range(80):
            case = make_case(number, found, tmp_path)
            made[-1].append(b"" if case.file is None else case.file.read_bytes())
    assert made[0] == made[1]


def test_every_kind_of_input_is_damaged(tmp_path: Path, seeds: Seeds) -> None:
    assert {seed for _, seed, _ in RECIPES} <= set(seeds)
    for name, path in seeds.items():
        good = path.read_bytes()
        bad = {damaged(random.Random(at), path.name, good, tmp_path) for at in range(8)}
        assert len(bad - {good}) > 3, name


def test_what_goes_wrong_is_kept(tmp_path: Path) -> None:
    kept = keep(Fault(number=4, said="it went wrong"), tmp_path)
    told = (kept / "told.txt").read_text("utf-8")
    assert "--from 4 --count 1" in told
    assert told.endswith("it went wrong\n")
