"""Required posts that cannot stand are refused before any search, and the rules are named."""

from pathlib import Path

import pytest

from placement.errors import InfeasibleError
from placement.plan.layers import load_plan
from tests.builders import Feature, drawn_layers, write_plan


def sites_with(**properties: object) -> dict[str, list[Feature]]:
    """The drawn sites, the first two of them with more to say."""
    sites = drawn_layers()["sites"]
    for one in sites[:2]:
        one["properties"] |= properties
    return {"sites": sites}


def test_a_budget_that_just_pays_for_the_required_posts_will_do(tmp_path: Path) -> None:
    path = write_plan(tmp_path, layers=sites_with(status_checkpoint="required", unit_cost=0.1))
    assert load_plan(path, budget=10.2).problem.budget == 10.2
    with pytest.raises(InfeasibleError, match=r"cost 10.2 at least.* budget\.amount = 10.1;") as no:
        load_plan(path, budget=10.1)
    assert no.value.rules == (
        "budget.amount = 10.1",
        "bridge-north/checkpoint: status = required",
        "bridge-south/checkpoint: status = required",
    )


def test_required_means_every_resource_the_site_may_have(tmp_path: Path) -> None:
    path = write_plan(tmp_path, layers=sites_with(status="required"))
    required = load_plan(path, budget=28).problem.sites.status[:2]
    assert required.tolist() == [[1, 1], [1, 1]]
    with pytest.raises(InfeasibleError, match=r"cost 28 at least"):
        load_plan(path, budget=27)


def test_the_limit_of_a_run_counts_as_the_fleet(tmp_path: Path) -> None:
    path = write_plan(tmp_path, layers=sites_with(status_dog_team="required"))
    load_plan(path)
    with pytest.raises(InfeasibleError, match=r"resources\.dog_team\.fleet = 1"):
        load_plan(path, limits={"dog_team": 1})


def test_many_posts_are_not_all_listed(tmp_path: Path) -> None:
    sites = drawn_layers()["sites"]
    for one in sites:
        one["properties"] |= {"status_checkpoint": "required"}
    with pytest.raises(InfeasibleError, match="south-east/checkpoint …\\)") as no:
        load_plan(write_plan(tmp_path, layers={"sites": sites}), budget=0)
    assert len(no.value.rules) == 7


def test_a_budget_of_nothing_is_a_plan_where_nothing_is_required(tmp_path: Path) -> None:
    assert load_plan(write_plan(tmp_path), budget=0).problem.budget == 0
