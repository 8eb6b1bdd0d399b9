"""Whatever is damaged, a command ends in a sentence, with a code that is documented, and soon."""

import random
from pathlib import Path

import pytest

from tests.fuzz.cases import RECIPES, make_case
from tests.fuzz.mutate import damaged
from tests.fuzz.running import Fault, keep, run_cases
from tests.fuzz.seeds import write_seeds

CASES, PARTS = 2_000, 2


@pytest.mark.parametrize("part", range(PARTS))
def test_two_thousand_damaged_inputs(part: int) -> None:
    size = CASES // PARTS
    faults = list(run_cases(part * size, (part + 1) * size))
    told = [f"{one.number}: {one.said[-500:]} (kept in {keep(one)})" for one in faults]
    assert not told, "\n".join(told)


def test_a_case_is_the_same_wherever_it_is_made(tmp_path: Path) -> None:
    """Two sets of good inputs, in two places: what is damaged as text is the same."""
    made = []
    for name in ("one", "two"):
        seeds = write_seeds(tmp_path / name / "seeds")
        scratch = tmp_path / name / "scratch"
        scratch.mkdir()
        cases = [make_case(number, seeds, scratch) for number in range(60)]
        made.append([[w.replace(str(tmp_path / name), "") for w in case.words] for case in cases])
    assert made[0] == made[1]


def test_every_kind_of_input_is_damaged(tmp_path: Path) -> None:
    seeds = write_seeds(tmp_path / "seeds")
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
