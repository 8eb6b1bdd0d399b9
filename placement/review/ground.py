"""The members of a solution about the ground: time and closures, points left out, walks by area."""

from typing import Any

from placement.cover.area_walks import AreaWalks
from placement.plan.clock import minutes_of
from placement.review.reading import Members
from placement.review.texts import area_lines, exact_text, json_text, number_text, object_text
from placement.solution import Period, Solution, Unsnapped

_REWRITE = "write the file again with `place optimise`"
_WALKS = ("median_s", "p95_s", "longest_s")


def ground_texts(solution: Solution) -> dict[str, str]:
    """Return these members as JSON texts, in their order; only those that a solution has."""
    texts: dict[str, str] = {}
    if solution.headroom is not None:
        texts["headroom"] = exact_text("headroom", solution.headroom)
    if solution.at is not None:
        texts["at"] = json_text(solution.at)
    if solution.closures:
        texts["closures"] = list_text(solution.closures)
    if solution.attribution is not None:
        texts["attribution"] = json_text(solution.attribution)
    if solution.unsnapped is not None:
        texts["unsnapped"] = object_text(
            {
                "sites": list_text(solution.unsnapped.sites),
                "demand": list_text(solution.unsnapped.demand),
                "people": number_text("unsnapped.people", solution.unsnapped.people),
            }
        )
    if solution.periods:
        rows = ",\n".join(f"      {_period_text(period)}" for period in solution.periods)
        texts["periods"] = f"[\n{rows}\n    ]"
    if solution.areas:
        tables = {
            resource: area_lines(
                {
                    area: _walks_text(f"areas.{resource}.{area}", walks)
                    for area, walks in sorted(table.items())
                },
                indent="        ",
            )
            for resource, table in sorted(solution.areas.items())
        }
        texts["areas"] = object_text(tables, indent="      ")
    return texts


def list_text(names: tuple[str, ...]) -> str:
    """Return names as a JSON list, in order."""
    return "[" + ", ".join(json_text(name) for name in sorted(names)) + "]"


def _period_text(period: Period) -> str:
    at = f"periods.{period.name or period.begins}"
    covered = {
        resource: number_text(f"{at}.{resource}", people)
        for resource, people in sorted(period.covered.items())
    }
    texts = {
        "begins": json_text(period.begins),
        "ends": json_text(period.ends),
        "closed": list_text(period.closed),
        "covered": object_text(covered),
    }
    if period.name is None or period.people is None:
        return object_text(texts)
    walks = {
        resource: number_text(f"{at}.mean_s.{resource}", seconds, digits=1)
        for resource, seconds in sorted(period.mean_s.items())
    }
    people = number_text(f"{at}.people", period.people)
    named = {"name": json_text(period.name), **texts}
    return object_text({**named, "people": people, "mean_s": object_text(walks)})


def _walks_text(name: str, walks: AreaWalks) -> str:
    texts = {key: number_text(f"{name}.{key}", getattr(walks, key)) for key in ("people", "within")}
    for key in _WALKS:
        seconds = getattr(walks, key)
        texts[key] = "null" if seconds is None else number_text(f"{name}.{key}", seconds, digits=1)
    return object_text(texts)


def read_ground(summary: Members) -> dict[str, Any]:
    """Read what `ground_texts` wrote, as arguments of `Solution`.

    Raises
    ------
    InputError
        If a member is not of the form of this format.
    """
    found: dict[str, Any] = {}
    if "headroom" in summary.values:
        share = found["headroom"] = summary.number("headroom", least=0.0)
        if not 0 < share <= 1:
            summary.refuse(
                "headroom", f"{share:.12g} is not above 0 and 1 at most", remedy="give such a share"
            )
    if "at" in summary.values:
        found["at"] = _read_clock(summary, "at")
    if "closures" in summary.values:
        found["closures"] = read_names(summary, "closures")
    if "attribution" in summary.values:
        found["attribution"] = summary.text("attribution")
    if "unsnapped" in summary.values:
        unsnapped = summary.inner("unsnapped")
        unsnapped.only(("sites", "demand", "people"))
        found["unsnapped"] = Unsnapped(
            sites=read_names(unsnapped, "sites"),
            demand=read_names(unsnapped, "demand"),
            people=unsnapped.number("people", least=0.0),
        )
    if "periods" in summary.values:
        items = summary.items("periods")
        each = Members({str(at): item for at, item in enumerate(items)}, file=summary.file,
                       path="periods")  # fmt: skip
        found["periods"] = tuple(_read_period(each.inner(at)) for at in each.values)
    if "areas" in summary.values:
        tables = summary.inner("areas")
        found["areas"] = {
            resource: {
                area: _read_walks(tables.inner(resource).inner(area))
                for area in sorted(tables.inner(resource).values)
            }
            for resource in sorted(tables.values)
        }
    return found


def read_names(members: Members, name: str) -> tuple[str, ...]:
    """Return a member that is a list of texts, in order.

    Raises
    ------
    InputError
        If it is anything else.
    """
    names = members.items(name)
    if not all(isinstance(each, str) for each in names):
        members.refuse(name, "not every item is a text", remedy=_REWRITE)
    return tuple(sorted(names))


def _read_period(members: Members) -> Period:
    named = ("name", "people", "mean_s") if "name" in members.values else ()
    members.only((*named, "begins", "ends", "closed", "covered"))
    covered = members.inner("covered")
    walks = members.inner("mean_s") if named else None
    return Period(
        begins=_read_clock(members, "begins"),
        ends=_read_clock(members, "ends"),
        closed=read_names(members, "closed"),
        covered={name: covered.number(name, least=0.0) for name in sorted(covered.values)},
        name=members.text("name") if named else None,
        people=members.number("people", least=0.0) if named else None,
        mean_s={}
        if walks is None
        else {name: walks.number(name, least=0.0) for name in sorted(walks.values)},
    )


def _read_clock(members: Members, name: str) -> str:
    clock = members.text(name)
    if minutes_of(clock) is None:
        members.refuse(name, f"{clock!r} is not a valid time", remedy=_REWRITE)
    return clock


def _read_walks(members: Members) -> AreaWalks:
    members.only(("people", "within", *_WALKS))
    median, p95, longest = (
        None if members.values.get(key, 0) is None else members.number(key, least=0.0)
        for key in _WALKS
    )
    return AreaWalks(
        people=members.number("people", least=0.0),
        within=members.number("within", least=0.0),
        median_s=median,
        p95_s=p95,
        longest_s=longest,
    )
