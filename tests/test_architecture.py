"""The page on the code's structure is true: every module is named there, and nothing else is."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
MODULES = {
    path.stem: path
    for path in sorted((ROOT / "placement").rglob("*.py"))
    if not path.stem.startswith("__") and path.parent.name not in {"cli", "starter"}
}


def test_every_module_is_on_the_page() -> None:
    named = set(re.findall(r"`([a-z_0-9]+)`", PAGE)) | set(re.findall(r"([a-z_0-9]+)\.py", PAGE))
    assert set(MODULES) - named - {"version"} == set()


def test_every_path_on_the_page_is_there() -> None:
    for path in re.findall(r"`((?:[a-z_]+/)+[a-z_]+\.py)`", PAGE):
        assert (ROOT / "placement" / path).exists(), path


def test_only_one_module_imports_highspy() -> None:
    callers = [
        path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "placement").rglob("*.py"))
        if re.search(r"^\s*(?:import|from) highspy", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert callers == ["placement/solve/mip/highs.py"]
