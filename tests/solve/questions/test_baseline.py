"""Keeping to what is agreed: locked and forbidden posts, few changes, and what each one buys."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import placement
from placement.errors import InfeasibleError, UsageError
from placement.plan.problem import Plan
from placement.review.geojson import solution_text
from placement.solution import Changes, Coverage, Kept, Part, Solution, Tier
from tests.builders import drawn_layers, write_plan

EVERY_RULE = """
[[floors]]
zone = "*"
resource = "checkpoint"
share = 0.2

[[groups]]
name = "bridge"
sites = ["bridge-north", "bridge-south"]
resource = "dog_team"
"""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Solution]:
    plan = placement.load_plan(write_plan(tmp_path_factory.mktemp("town")))
    return plan, placement.optimise(plan)


@pytest.fixture(scope="module")
def ruled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Solution, Solution]:
    """A plan of every rule, an agreed solution of it, and one held to that."""
    layers = drawn_layers()
    for one in layers["demand"][:4]:
        one["properties"]["step_free"] = 0.2
    layers["demand"][5]["properties"]["tier"] = 2
    path = write_plan(
        tmp_path_factory.mktemp("ruled"),
        layers={"demand": layers["demand"]},
        replace={
            "fleet = 2": "fleet = 4\nunavailable = 0.5\nseparation_min = 2",
            "max_units = 4": "max_units = 4\nseparation_m = 100\n"
            'backup = { zones = "*", worth = 0.3 }',
        },
        extra=EVERY_RULE,
    )
    plan = placement.load_plan(path)
    old = placement.optimise(plan, budget=30)
    new = placement.optimise(
        plan, baseline=old, max_changes=2, forbid=["south-west/checkpoint"],
        lock=[old.posts_list[0].id],
    )  # fmt: skip
    return plan, old, new


def test_without_a_change_the_agreed_plan_stays(town: tuple[Plan, Solution]) -> None:
    plan, best = town
    old = placement.optimise(plan, budget=20)
    kept = placement.optimise(plan, baseline=old, max_changes=0)
    assert kept.posts_list == old.posts_list
    assert kept.changes == Changes(most=0, price=0.0, opened={}, closed={})
    free = placement.optimise(plan, baseline=old)
    assert free.objective == best.objective
    assert free.changes is not None
    assert set(free.changes.opened) == {p.id for p in best.posts_list} - {
        p.id for p in old.posts_list
    }


def test_more_changes_never_buy_less_and_a_price_makes_them_fewer(
    town: tuple[Plan, Solution],
) -> None:
    plan, _ = town
    old = placement.optimise(plan, budget=10)
    found = [placement.optimise(plan, baseline=old, max_changes=n) for n in range(5)]
    worths = [one.objective for one in found]
    assert worths == sorted(worths)
    assert all(one.changes is not None and one.changes.count <= n for n, one in enumerate(found))
    priced = placement.optimise(plan, baseline=old, change_price=600.0)
    free = placement.optimise(plan, baseline=old)
    assert priced.changes is not None
    assert free.changes is not None
    assert priced.changes.count < free.changes.count
    # each change that was made is worth its price
    assert all(bought >= 600 for bought in priced.changes.opened.values())


def test_what_a_change_bought_is_what_undoing_it_costs(town: tuple[Plan, Solution]) -> None:
    """Whom an opened post alone covers would be lost without it; d05 counts double."""
    plan, _ = town
    old = placement.optimise(plan, budget=20)
    new = placement.optimise(plan, baseline=old)
    assert new.changes is not None
    assert new.changes.opened
    value = {"checkpoint": 2.0, "dog_team": 1.0}
    for post in new.posts_list:
        if post.id in new.changes.opened:
            alone = value[post.resource] * post.only
            bought = new.changes.opened[post.id]
            assert bought in (alone, alone + value[post.resource] * 60)


def test_locked_posts_open_and_forbidden_ones_do_not(town: tuple[Plan, Solution]) -> None:
    plan, best = town
    out = next(post.id for post in best.posts_list)
    solution = placement.optimise(plan, lock=["south-west/checkpoint"], forbid=[out])
    posts = [post.id for post in solution.posts_list]
    assert "south-west/checkpoint" in posts
    assert out not in posts
    assert solution.lock == ("south-west/checkpoint",)
    assert solution.objective <= best.objective


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"max_changes": 2}, "counted against a baseline"),
        ({"change_price": 1.0}, "counted against a baseline"),
        ({"max_changes": -1}, "whole number of 0 or more"),
        ({"change_price": float("nan")}, "a number from 0 to 1e\\+09"),
        ({"change_price": 1e30}, "a number from 0 to 1e\\+09"),
        ({"lock": ["bridge-nort/checkpoint"]}, "did you mean 'bridge-north/checkpoint'"),
        ({"forbid": ["x"]}, "no candidate post 'x'; write SITE/RESOURCE"),
        ({"lock": ["a/b"], "forbid": ["a/b"]}, "both locked and forbidden"),
    ],
)
def test_wishes_that_cannot_be_taken(
    options: dict[str, object], told: str, town: tuple[Plan, Solution]
) -> None:
    with pytest.raises(UsageError, match=told):
        placement.optimise(town[0], **options)  # type: ignore[arg-type]


def test_a_baseline_of_another_place_is_refused(town: tuple[Plan, Solution]) -> None:
    plan, best = town
    away = replace(best, posts_list=tuple(replace(p, site="away") for p in best.posts_list[:1]))
    with pytest.raises(UsageError, match="no post in common"):
        placement.optimise(plan, baseline=away, max_changes=3)


def test_a_post_locked_and_excluded_is_a_clash(tmp_path: Path) -> None:
    plan = placement.load_plan(write_plan(tmp_path))
    with pytest.raises(InfeasibleError) as raised:
        placement.optimise(plan, lock=["south-east/dog_team"])
    assert any("locked post 'south-east/dog_team'" in rule for rule in raised.value.rules)


def test_every_member_is_written_and_comes_back(
    ruled: tuple[Plan, Solution, Solution], tmp_path: Path
) -> None:
    plan, old, new = ruled
    assert new.tiers
    assert new.rules
    assert new.changes is not None
    assert new.coverage["checkpoint"].step_free is not None
    assert new.coverage["checkpoint"].backup is not None
    assert new.coverage["dog_team"].expected is not None
    placement.write_solution(new, tmp_path / "new.geojson")
    again = placement.read_solution(tmp_path / "new.geojson")
    assert again == new
    assert solution_text(again) == solution_text(new)
    assert placement.audit(plan, again, baseline=old).ok


def _cover(solution: Solution, kind: str, **changes: object) -> Solution:
    changed: Coverage = replace(solution.coverage[kind], **changes)  # type: ignore[arg-type]
    return replace(solution, coverage={**solution.coverage, kind: changed})


def _part(solution: Solution, kind: str, name: str, **changes: float) -> Solution:
    part: Part = replace(getattr(solution.coverage[kind], name), **changes)
    return _cover(solution, kind, **{name: part})


def _moved(solution: Solution, **changes: object) -> Solution:
    assert solution.changes is not None
    return replace(solution, changes=replace(solution.changes, **changes))  # type: ignore[arg-type]


def _more(solution: Solution) -> dict[str, float]:
    assert solution.changes is not None
    return {post: bought + 1 for post, bought in solution.changes.opened.items()}


def _kept(solution: Solution, **changes: float | None) -> Solution:
    kept = {name: replace(one, **changes) for name, one in solution.rules.items()}
    return replace(solution, rules=kept)


def _tier(solution: Solution, **changes: float) -> Solution:
    first, *others = solution.tiers
    changed: Tier = replace(first, **changes)
    return replace(solution, tiers=(changed, *others))


MUTATIONS: dict[str, Callable[[Solution], Solution]] = {
    "no step-free": lambda s: _cover(s, "checkpoint", step_free=None),
    "one on wheels more": lambda s: _part(s, "checkpoint", "step_free", covered=1e3),
    "fewer on wheels in all": lambda s: _part(s, "checkpoint", "step_free", total=1.0),
    "no backup": lambda s: _cover(s, "checkpoint", backup=None),
    "more backup": lambda s: _part(s, "checkpoint", "backup", share=0.99),
    "backup for nothing": lambda s: _cover(s, "dog_team", backup=Part(covered=0, total=0, share=0)),
    "nothing expected": lambda s: _cover(s, "dog_team", expected=None),
    "more expected": lambda s: _cover(s, "dog_team", expected=1e3),
    "no tiers": lambda s: replace(s, tiers=()),
    "a better tier": lambda s: _tier(s, objective=s.tiers[0].objective + 1),
    "a tier with a gap": lambda s: _tier(s, gap=0.1),
    "a tier bounded higher": lambda s: _tier(s, bound=s.tiers[0].bound + 5),
    "no rules": lambda s: replace(s, rules={}),
    "a rule more": lambda s: replace(s, rules={**s.rules, "more": Kept(asked=1, reached=1)}),
    "a floor asked less": lambda s: _kept(s, asked=0.1),
    "a floor reached more": lambda s: _kept(s, reached=1.5),
    "nothing reached": lambda s: _kept(s, reached=None),
    "no word of changes": lambda s: replace(s, changes=None),
    "fewer changes allowed": lambda s: _moved(s, most=0),
    "a price": lambda s: _moved(s, price=1.0),
    "a change that bought more": lambda s: _moved(s, opened=_more(s)),
    "a change forgotten": lambda s: _moved(s, opened={}),
    "a change that was none": lambda s: _moved(s, closed={"north-east/checkpoint": 0.0}),
    "a lock that does not hold": lambda s: replace(s, lock=("south-west/checkpoint",)),
    "an open post forbidden": lambda s: replace(s, forbid=(s.posts_list[0].id,)),
}  # type: ignore[union-attr]  # fmt: skip


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_touched_figure_is_refused(mutation: str, ruled: tuple[Plan, Solution, Solution]) -> None:
    plan, old, new = ruled
    assert placement.audit(plan, new, baseline=old).ok
    assert not placement.audit(plan, MUTATIONS[mutation](new), baseline=old).ok
