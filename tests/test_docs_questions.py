"""What somebody new to the code asks is answered by names alone: of modules, pages and columns."""

import json
import re
from pathlib import Path

import pytest

import placement
from tests.sources import named_after_import

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "placement"
DOCS = ROOT / "docs"
STRUCTURE = (DOCS / "architecture.md").read_text(encoding="utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])


def modules(name: str) -> list[str]:
    """Return the modules of a name, as paths in the package."""
    return sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob(f"{name}.py"))


def importers(package: str) -> list[str]:
    """Return the modules that import a package."""
    return [
        module
        for module, names in named_after_import(PACKAGE).items()
        if package in {name.partition(".")[0] for name in names}
    ]


@pytest.mark.parametrize(
    "term",
    [
        "kernel_search",
        "branch_and_bound",
        "lp_relaxation",
        "lazy_rules",
        "decomposition",
        "incumbent",
    ],
)
def test_where_is_kernel_search_in_the_one_module_of_that_name(term: str) -> None:
    (module,) = modules(term)
    package = f"`{module.rpartition('/')[0]}/`"
    (row,) = [line for line in STRUCTURE.splitlines() if line.startswith(f"| {package} |")]
    assert f"`{term}`" in row
    assert term in (DOCS / "glossary.md").read_text(encoding="utf-8")


def test_where_would_a_new_rule_go_the_page_names_modules_that_are_there() -> None:
    assert "](how-to/add-a-rule.md)" in STRUCTURE
    page = (DOCS / "how-to" / "add-a-rule.md").read_text(encoding="utf-8")
    steps = re.findall(r"^\| \d+ \| (.*?) \|", page, flags=re.MULTILINE)
    named = [name for step in steps for name in re.findall(r"`([\w/.-]+)`", step)]
    assert all((ROOT / name).exists() or (PACKAGE / "plan" / name).exists() for name in named)
    for package in ("plan", "cover", "auditing", "solve", "prove", "review", "maps"):
        assert any(name.startswith(f"placement/{package}/") for name in named), package


def test_who_may_call_highs_one_module_does() -> None:
    assert importers("highspy") == ["solve/mip/highs.py"]
    assert "| Who may call HiGHS? | `solve/mip/highs.py` alone" in STRUCTURE
    assert importers("pulp") == [
        "solve/mip/highs.py",
        "solve/mip/linear_program.py",
        "solve/mip/mip_model.py",
        "solve/mip/quickest.py",
        "solve/mip/relief_model.py",
        "solve/mip/served_soonest.py",
        "solve/mip/tail_model.py",
    ]
    assert importers("folium") == ["maps/shell.py"]


def test_which_columns_does_sites_need_those_the_page_calls_needed(tmp_path: Path) -> None:
    assert "](reference/layers.md)" in STRUCTURE
    page = (DOCS / "reference" / "layers.md").read_text(encoding="utf-8")
    sites = page.partition("\n## sites\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([^`]+)` \|[^|]*\|[^|]*\| needed \|", sites, flags=re.MULTILINE)
    assert rows == ["id"]

    def load(*kept: str) -> placement.Plan:
        drawn = {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [4.83, 45.75]},
            "properties": dict.fromkeys(kept, "here"),
        }
        text = json.dumps({"type": "FeatureCollection", "features": [drawn]})
        (tmp_path / "sites.geojson").write_text(text, encoding="utf-8")
        return placement.load_plan(tmp_path)

    (tmp_path / "demand.csv").write_text("id,people,lon,lat\nd,5,4.83,45.75\n", encoding="utf-8")
    (tmp_path / "plan.toml").write_text(
        'name = "small"\nbudget = { amount = 10 }\n[layers]\nsites = "sites.geojson"\n'
        'demand = "demand.csv"\n[resources.gate]\nwalk_limit_min = 10\n',
        encoding="utf-8",
    )
    assert load(*rows).problem.sites.id == ("here",)
    with pytest.raises(placement.InputError, match="field 'id': is missing"):
        load("name")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_module_that_a_page_names_is_there(page: Path) -> None:
    made = ("tests/fuzz/failed/",)  # by `make fuzz`
    text = page.read_text(encoding="utf-8")
    for name in re.findall(r"`((?:placement|tests|benchmarks|data)/[\w./-]+)`", text):
        assert (ROOT / name).exists() or name in made, name
    for name in re.findall(r"`((?:solve|cover|plan|streets|maps|cli|review)/[\w/]+\.py)`", text):
        assert (PACKAGE / name).exists(), name
