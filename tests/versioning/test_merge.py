"""Independent changes are merged as if made one after the other; all else is a marked conflict."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

import placement
from placement.errors import InputError
from placement.plan.problem import Plan
from placement.review.geojson import read_solution, solution_text
from placement.solution import Solution, Status
from placement.versioning.merge import Merged, asked_by_hand, conflict_text, merge
from tests.amount import NIGHT
from tests.cli.running import run

STARTER = Path(placement.__file__).parent / "cli" / "starter"
type Asked = dict[str, object]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return placement.load_plan(STARTER)


@pytest.fixture(scope="module")
def posts(plan: Plan) -> list[str]:
    """Every post of the plan, none of which is required."""
    sites = plan.problem.sites.id
    return [f"{site}/{kind.id}" for site in sites for kind in plan.problem.resources]


def counted(plan: Plan, units: dict[str, int], **asked: object) -> Solution:
    """Count posts chosen by hand, as a solution that asked for more besides."""
    found = placement.evaluate(plan, units, bound=False).solution
    told = tuple(name for name in sorted(asked) if asked[name])
    return replace(found, **asked, overrides=told)


def claimed(solution: Solution) -> Solution:
    """Return a solution that claims to be proven best, as a side of a merge may."""
    return replace(solution, status=Status.OPTIMAL, bound=solution.objective, gap=0.0)


def units_of(solution: Solution) -> dict[str, int]:
    return {post.id: post.units for post in solution.posts_list}


def edited(units: dict[str, int], wanted: list[str], rng: random.Random) -> dict[str, int]:
    """Open, close or change some posts."""
    made = dict(units)
    for post in wanted:
        if post not in made:
            made[post] = rng.randint(1, 3)
        elif rng.random() < 0.5:
            del made[post]
        else:
            made[post] += rng.randint(1, 2)
    return made


def asks(rng: random.Random) -> tuple[Asked, Asked, Asked]:
    """Return what two sides ask anew, each in members of its own, and both together."""
    sides: tuple[Asked, Asked] = ({}, {})
    for name, value in (
        ("budget", 70.0 + rng.randint(0, 9)),
        ("lock", ("opera/checkpoint",)),
        ("forbid", ("albon/dog_team",)),
    ):
        if rng.random() < 0.5:
            rng.choice(sides)[name] = value
    limits = [{"dog_team": 2} if rng.random() < 0.3 else {}, {"checkpoint": 9}]
    for side, limit in zip(sides, limits, strict=True):
        if limit:
            side["limits"] = limit
    both = sides[0] | sides[1]
    if limits[0] or limits[1]:
        both["limits"] = limits[0] | limits[1]
    return *sides, both


def test_200_random_pairs_of_independent_edits_are_merged_into_both(
    plan: Plan, posts: list[str]
) -> None:
    rng = random.Random(13)
    everywhere = counted(plan, dict.fromkeys(posts, 1))

    def side(units: dict[str, int], **asked: object) -> Solution:
        """Return a side of a merge; its figures do not count, since none of them is merged."""
        opened = [replace(one, units=units[one.id]) for one in everywhere.posts_list
                  if one.id in units]  # fmt: skip
        told = tuple(sorted(asked))
        return claimed(replace(everywhere, posts_list=tuple(opened), overrides=told, **asked))

    for number in range(200):
        units = dict.fromkeys(rng.sample(posts, rng.randint(0, 9)), 1)
        wanted = rng.sample(posts, rng.randint(2, 9))
        cut = rng.randint(1, len(wanted) - 1)
        first, second = wanted[:cut], wanted[cut:]
        mine, other = edited(units, first, rng), edited(units, second, rng)
        both = {name: mine.get(name) for name in first} | {name: other.get(name) for name in second}
        together = {name: many for name, many in (units | both).items() if many is not None}
        asked_mine, asked_other, asked_both = asks(rng)
        merged = merge(side(units), side(mine, **asked_mine), side(other, **asked_other))
        assert merged.conflicts == ()
        assert solution_text(merged.ours) == solution_text(merged.theirs)
        assert units_of(merged.ours) == together
        assert merged.whole is None
        assert merged.ours.status is Status.PROPOSED
        done = side(together, **asked_both)
        for name in ("budget", "limits", "lock", "forbid", "layers", "closures", "at"):
            assert getattr(merged.ours, name) == getattr(done, name), name
        if NIGHT or number % 10 == 0:
            done = counted(plan, together, **asked_both)
            again = placement.load_plan(
                STARTER, budget=merged.ours.budget, limits=merged.ours.limits
            )
            found = placement.evaluate(again, units_of(merged.ours), bound=False).solution
            found = asked_by_hand(found, merged.ours)
            assert solution_text(found) == solution_text(done)
            assert placement.audit(again, found).ok


def three(plan: Plan, *units: dict[str, int]) -> Merged:
    base, ours, theirs = (claimed(counted(plan, one)) for one in units)
    return merge(base, ours, theirs)


BASE = {"opera/checkpoint": 2, "bellecour-north/checkpoint": 2, "opera/dog_team": 1}


@pytest.mark.parametrize(
    ("ours", "theirs", "said"),
    [
        (
            BASE | {"opera/checkpoint": 3},
            BASE | {"opera/checkpoint": 4},
            "opera/checkpoint has 3 units on our side and has 4 units on theirs",
        ),
        (
            {name: many for name, many in BASE.items() if name != "opera/checkpoint"},
            BASE | {"opera/checkpoint": 4},
            "opera/checkpoint is closed on our side and has 4 units on theirs",
        ),
        (
            BASE | {"albon/dog_team": 1},
            BASE | {"albon/dog_team": 2},
            "albon/dog_team has 1 unit on our side and has 2 units on theirs",
        ),
    ],
)
def test_what_excludes_each_other_is_a_conflict(
    ours: dict[str, int], theirs: dict[str, int], said: str, plan: Plan, tmp_path: Path
) -> None:
    merged = three(plan, BASE, ours, theirs)
    assert merged.conflicts == (said,)
    path = tmp_path / "solution.geojson"
    path.write_text(conflict_text(merged), encoding="utf-8")
    with pytest.raises(InputError, match="has conflict markers of a merge"):
        read_solution(path)


def test_a_team_that_both_moved_to_other_places_is_a_conflict(plan: Plan) -> None:
    base = {"bellecour-north/dog_team": 1}
    near, far = {"bellecour-west/dog_team": 1}, {"terreaux/dog_team": 1}
    here = {"bellecour-east/dog_team": 1}
    solutions = {name: counted(plan, {name: 1}) for name in (*base, *near, *far, *here)}

    def within(place: str, post: str) -> Solution:
        """Return a plan of one post, drawn 100 m from where the base's is."""
        (one,) = solutions[post].posts_list
        (old,) = solutions[place].posts_list
        return replace(solutions[post], posts_list=(replace(one, lon=old.lon, lat=old.lat + 9e-4),))

    start = solutions["bellecour-north/dog_team"]
    sides = [within("bellecour-north/dog_team", name) for name in (*near, *here)]
    merged = merge(start, *sides)
    (said,) = merged.conflicts
    assert said == (
        "bellecour-north/dog_team moved to bellecour-west/dog_team on our side and to "
        "bellecour-east/dog_team on theirs"
    )
    assert (units_of(merged.ours), units_of(merged.theirs)) == (near, here)
    # beyond 150 m nobody can say that they are the same team
    apart = merge(start, sides[0], solutions["terreaux/dog_team"])
    assert apart.conflicts == ()
    assert units_of(apart.ours) == near | far


@pytest.mark.parametrize("seed", range(12))
def test_whichever_side_is_kept_of_each_conflict_what_remains_is_read_and_not_proven(
    seed: int, plan: Plan, posts: list[str], tmp_path: Path
) -> None:
    rng = random.Random(seed)
    units = dict.fromkeys(rng.sample(posts, 6), 2)
    clash = rng.sample(sorted(units), rng.randint(1, 4))
    mine = {n: m for n, m in units.items() if n not in clash or rng.random() < 0.5}
    mine |= {name: 3 for name in mine if name in clash}
    other = units | dict.fromkeys(clash, 4)
    base, ours, theirs = (claimed(counted(plan, one)) for one in (units, mine, other))
    merged = merge(base, ours, replace(theirs, budget=75.0))
    assert len(merged.conflicts) == len(clash)
    keep = None
    path = tmp_path / "solution.geojson"
    for _ in range(5):
        lines = []
        for line in conflict_text(merged).splitlines(keepends=True):
            if line.startswith("<<<<<<<"):
                keep, inside = rng.randint(0, 1), 0
            elif line.startswith("=======") and keep is not None:
                inside = 1
            elif line.startswith(">>>>>>>"):
                keep = None
            elif keep is None or inside == keep:
                lines.append(line)
        path.write_text("".join(lines), encoding="utf-8")
        read = read_solution(path)
        assert read.status is Status.PROPOSED
        assert read.budget == 75.0
        assert {n: m for n, m in units_of(read).items() if n not in clash} == {
            n: m for n, m in units.items() if n not in clash
        }


@pytest.mark.parametrize(
    ("ours", "theirs", "said"),
    [
        ({"budget": 70.0}, {"budget": 80.0}, "the budget is 70 on our side and is 80 on theirs"),
        (
            {"limits": {"dog_team": 1}},
            {"limits": {"dog_team": 2}},
            "the limit of dog_team is 1 on our side and is 2 on theirs",
        ),
        (
            {"at": "10:00"},
            {"at": "11:00"},
            "the time of day is 10:00 on our side and is 11:00 on theirs",
        ),
        (
            {"lock": ("albon/dog_team",)},
            {"forbid": ("albon/dog_team",)},
            "albon/dog_team has to be open on one side and closed on the other",
        ),
    ],
)
def test_what_was_asked_otherwise_on_both_sides_is_a_conflict(
    ours: Asked, theirs: Asked, said: str, plan: Plan
) -> None:
    base = claimed(counted(plan, BASE))
    merged = merge(base, replace(base, **ours), replace(base, **theirs))
    assert merged.conflicts == (said,)
    for side, asked in ((merged.ours, ours), (merged.theirs, theirs)):
        assert all(getattr(side, name) == value for name, value in asked.items())


def test_a_side_that_only_proved_the_plan_again_takes_nothing_from_the_other(plan: Plan) -> None:
    base = replace(counted(plan, BASE), status=Status.FEASIBLE, bound=99_999.0, gap=0.5)
    proven, moved = claimed(base), counted(plan, BASE | {"albon/dog_team": 1})
    assert merge(base, proven, moved).whole == moved
    assert merge(base, moved, proven).whole == moved
    assert merge(base, replace(base, version="9"), proven).whole == proven
    # the proof of one side is none of the merged posts
    other = claimed(counted(plan, BASE | {"terreaux/dog_team": 1}))
    merged = merge(base, claimed(moved), other)
    assert merged.whole is None
    assert merged.ours.status is Status.PROPOSED


def test_files_that_cannot_be_merged_post_by_post_are_one_conflict(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    good = solution_text(claimed(counted(plan, BASE)))
    other = solution_text(replace(claimed(counted(plan, BASE)), plan="other"))
    for base, ours, theirs, reason in (
        ("", good, good, "base: not JSON"),
        (good, "{}", good, "ours"),
        (good, good, "no JSON, no line end", "theirs: not JSON"),
        (good, good, other, "they answer the plans 'other' and 'starter'"),
    ):
        for name, text in (("base", base), ("ours", ours), ("theirs", theirs)):
            Path(name).write_text(text, encoding="utf-8")
        ended = run("merge", "base", "ours", "theirs", "--path", "outputs/solution.geojson")
        assert ended.exit_code == 1
        (said,) = ended.stderr.splitlines()
        assert said.startswith("Error: outputs/solution.geojson: merged with 1 conflict, marked")
        assert reason in said
        left = Path("ours").read_text(encoding="utf-8")
        assert left.startswith("<<<<<<< ours\n" + ours)
        assert left.endswith(">>>>>>> theirs\n")
        assert theirs in left


def test_without_its_plan_a_merged_solution_is_refused_by_the_audit_until_it_is_evaluated(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, units in (
        ("base", BASE),
        ("ours", BASE | {"terreaux/checkpoint": 2}),
        ("theirs", BASE | {"jacobins/dog_team": 1}),
    ):
        solution = claimed(counted(plan, units))
        Path(name).write_text(solution_text(solution), encoding="utf-8")
    ended = run("merge", "base", "ours", "theirs", "-o", "merged.geojson")
    assert ended.exit_code == 0
    assert "could not be counted anew: merged.geojson answers the plan 'starter'" in ended.stderr
    assert (
        "Write it again: `place evaluate FILE PLAN -o FILE`." in ended.stderr
    )  # merge takes no PLAN
    merged = read_solution("merged.geojson")
    assert merged.status is Status.PROPOSED
    assert units_of(merged) == BASE | {"terreaux/checkpoint": 2, "jacobins/dog_team": 1}
    assert not placement.audit(plan, merged).ok
