"""A roster as files: what ``roster.json`` says, and its duties as a table."""

import math
from typing import TYPE_CHECKING, Any

from placement.plan.clock import clock_of

if TYPE_CHECKING:
    from placement.studies.roster.study import Base, Roster

COLUMNS = ("team", "rest_place", "post", "position", "leaves", "on", "off", "back", "rests_until")
"""Of the table of duties, one a row in the order of teams and times."""


def as_answer(found: "Roster") -> dict[str, Any]:
    """Return what ``--json`` and ``roster.json`` say."""
    base_of = {team: base for base in found.bases for team in base.teams}
    return {
        "plan": found.plan,
        "resource": found.resource,
        "begins": clock_of(found.begins),
        "ends": clock_of(found.ends),
        "days": found.days,
        "count": found.count,
        "rules": {name: getattr(found.rules, name) for name in found.rules.__slots__},
        "rest": found.rest,
        "teams": found.teams,
        "bound": found.bound,
        "gap": round(found.gap, 6),
        "status": found.status.value,
        "positions": dict(found.positions),
        "empty": list(found.empty),
        "covered": None
        if found.covered is None
        else {
            "people": found.covered.people,
            "promised": found.covered.promised,
            "bound": found.covered.bound if math.isfinite(found.covered.bound) else None,
        },
        "spare": list(found.spare),
        "bases": [_base(base) for base in found.bases],
        "duties": [
            {
                "team": one.team,
                "base": base_of[one.team].id,
                "post": one.post,
                "position": one.position,
                "leaves": clock_of(one.leaves),
                "on": clock_of(one.on),
                "off": clock_of(one.off),
                "back": clock_of(one.back),
            }
            for one in found.duties
        ],
    }


def _base(base: "Base") -> dict[str, Any]:
    return {
        "id": base.id,
        "name": base.name,
        "lon": base.lon,
        "lat": base.lat,
        "teams": list(base.teams),
        "bound": base.bound,
        "out_s": dict(base.out_s),
        "back_s": dict(base.back_s),
    }


def duty_rows(found: "Roster") -> dict[str, list[str | int]]:
    """Return the duties as columns, see `COLUMNS`; a last rest lasts as long as it likes."""
    base_of = {team: base for base in found.bases for team in base.teams}
    columns: dict[str, list[str | int]] = {name: [] for name in COLUMNS}
    for at, one in enumerate(found.duties):
        after = found.duties[at + 1] if at + 1 < len(found.duties) else None
        again = after is not None and after.team == one.team
        row: tuple[str | int, ...] = (
            one.team,
            base_of[one.team].id,
            one.post,
            one.position,
            clock_of(one.leaves),
            clock_of(one.on),
            clock_of(one.off),
            clock_of(one.back),
            clock_of(after.leaves) if again and after is not None else "",
        )
        for name, cell in zip(COLUMNS, row, strict=True):
            columns[name].append(cell)
    return columns


def team_rows(found: "Roster") -> dict[str, list[str | int]]:
    """Return a row a team, spare ones last: where it rests, how often it goes, and how long."""
    columns: dict[str, list[str | int]] = {
        name: [] for name in ("team", "rest_place", "duties", "works_min", "leaves", "back")
    }
    for team, base in [(t, b.name) for b in found.bases for t in b.teams] + [
        (team, "") for team in found.spare
    ]:
        mine = [one for one in found.duties if one.team == team]
        row: tuple[str | int, ...] = (
            team,
            base,
            len(mine),
            sum(one.off - one.on for one in mine),
            clock_of(mine[0].leaves) if mine else "",
            clock_of(mine[-1].back) if mine else "",
        )
        for cells, cell in zip(columns.values(), row, strict=True):
            cells.append(cell)
    return columns
