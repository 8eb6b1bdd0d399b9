"""The rules of a summary: those that are broken stand first, and no others are said to be kept."""

from placement.cli import rules
from placement.solution_parts import Kept


def test_broken_rules_stand_first_and_are_not_said_to_be_kept() -> None:
    kept = {f"floors: 0.5 of zone '{name}'": Kept(asked=0.5, reached=0.5) for name in "abcd"}
    broken = {"floors: 0.25 of zone 'e'": Kept(asked=0.25, reached=0.24)}
    crowded = {"groups: bridge": Kept(asked=1, reached=2)}
    roomy = {"groups: square": Kept(asked=4, reached=1)}
    rows = rules._kept(kept | broken | crowded | roomy)
    assert [name for _, name, *_ in rows[:2]] == [*crowded, *broken]
    assert rows[-1][1] == "and 3 more, kept with more to spare"
    all_broken = {name: Kept(asked=0.5, reached=0.1) for name in map(str, range(6))}
    assert rules._kept(all_broken)[-1][1] == "and 2 more"
