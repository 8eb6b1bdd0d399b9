"""One broken file a case: each gets one sentence with the file, the feature, the field, the remedy.

A folder of `tests/bad` holds what is broken in an otherwise sound plan, the drawn town;
`messages.toml` beside them says what is answered.
"""

import shutil
import tomllib
from pathlib import Path

import pytest

from placement.errors import InfeasibleError, InputError, PlacementError
from placement.plan.layers import load_plan
from tests.builders import write_plan

BAD = Path(__file__).parents[1] / "bad"

SAID = tomllib.loads((BAD / "messages.toml").read_text(encoding="utf-8"))


def refusal(case: str, folder: Path) -> PlacementError:
    """What loading the broken plan raises."""
    write_plan(folder)
    layers = {}
    for file in sorted((BAD / case).iterdir()):
        shutil.copy(file, folder / file.name)
        if file.suffix not in {".toml", ".geojson"}:
            layers[file.stem] = folder / file.name
    with pytest.raises(PlacementError) as caught:
        load_plan(folder, layers=layers)
    return caught.value


@pytest.mark.parametrize("case", sorted(SAID))
def test_broken_input_is_told_in_one_sentence(
    case: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    error = refusal(case, tmp_path / "plan")
    assert str(error).replace(f"{tmp_path}/plan/", "") == SAID[case]
    infeasible = case.startswith("required-") and case != "required-not-allowed"
    assert type(error) is (InfeasibleError if infeasible else InputError)
    assert error.exit_code == (4 if infeasible else 3)
    assert capfd.readouterr() == ("", "")


def test_every_broken_file_has_its_sentence() -> None:
    assert sorted(path.name for path in BAD.iterdir() if path.is_dir()) == sorted(SAID)


def test_a_folder_is_no_layer(tmp_path: Path) -> None:
    write_plan(tmp_path)
    with pytest.raises(InputError, match="is a folder, not a file"):
        load_plan(tmp_path, layers={"sites": tmp_path})
