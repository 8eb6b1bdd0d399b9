"""The solution as canonical GeoJSON (RFC 7946): one text a solution, one line a post.

Rules of the text, so that two solutions differ where the plans differ and nowhere else:

- UTF-8, LF, final newline; keys in a fixed order, posts in the order of their identifiers;
- coordinates with six decimals, other numbers rounded to six decimals and written without
  trailing zeros; mean walks with one decimal;
- a gap is rounded *up*, so that it never reads 0 where something is left to prove, and is `null`
  where it is infinite;
- no dates, no durations, nothing of the machine.
"""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from placement.errors import UsageError
from placement.review.atomic import replace_file
from placement.review.reading import Members, load_json
from placement.solve.solution import Coverage, Post, Solution, Status, Walk

FORMAT = 1

_TOP_KEYS = ("type", "placement", "features")
_PLACEMENT_KEYS = (
    "format",
    "plan",
    "budget",
    "budget_unit",
    "cost",
    "status",
    "objective",
    "bound",
    "gap",
    "coverage",
    "walking",
)
_PLACEMENT_EXTRAS = ("walk", "layers", "limits")
_FEATURE_KEYS = ("type", "id", "geometry", "properties")
_POST_KEYS = ("site", "name", "resource", "units", "cost", "covered", "only")
_WITH_A_PLAN = (Status.OPTIMAL, Status.FEASIBLE)
_WALKING = ("streets", "straight line")

# Valid in JSON, but line ends to some editors and diff tools, or no text at all in UTF-8.
_UNSAFE = re.compile("[\x7f\x85\u2028\u2029\ud800-\udfff]")

# Floating-point dust of this size in a gap is not something left to prove.
_DUST = 1e-9


def write_solution(solution: Solution, path: str | Path) -> None:
    """Write a solution as canonical GeoJSON, in one step.

    Parameters
    ----------
    solution
        A solution with a plan: optimal or feasible.
    path
        The file; an existing one is replaced whole.

    Raises
    ------
    UsageError
        If the solution holds no plan.
    ValueError
        If a figure of the solution is not a number, or infinite where only the bound and the gap
        may be.
    InputError
        If the file cannot be written.
    """
    replace_file(path, solution_text(solution).encode())


def solution_text(solution: Solution) -> str:
    """Return the canonical text of a solution, as `write_solution` writes it.

    Raises
    ------
    UsageError, ValueError
        As `write_solution`.
    """
    if solution.status not in _WITH_A_PLAN:
        raise UsageError(
            f"a solution that is {solution.status.value} holds no plan to write; "
            "give the plan more time, more budget or fewer rules."
        )
    posts = sorted(solution.posts_list, key=lambda post: post.id)
    members = _lines(_placement_text(solution).items(), indent="    ")
    features = ",\n".join(f"    {_feature_text(post)}" for post in posts)
    return (
        '{\n  "type": "FeatureCollection",\n'
        f'  "placement": {{\n{members}\n  }},\n'
        f'  "features": [{f"\n{features}\n  " if features else ""}]\n}}\n'
    )


def read_solution(path: str | Path) -> Solution:
    """Read a solution that `write_solution` wrote, or that follows its format.

    Posts may stand in any order and numbers in any notation; everything else is taken strictly,
    since a solution is what people agreed on.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    Solution
        Its `posts_list` in the order of identifiers, ``stopped`` None.

    Raises
    ------
    InputError
        For anything that is missing, unknown, twice, of the wrong type or out of range.
    """
    top = Members(load_json(path), file=path)
    kind = top.text("type")
    if kind != "FeatureCollection":
        top.refuse("type", f"{kind!r} is not 'FeatureCollection'", remedy=_REWRITE)
    if "placement" not in top.values:
        top.refuse("placement", "the member is missing", remedy=_REWRITE)
    summary = top.inner("placement")
    number = summary.whole("format")
    if number != FORMAT:
        summary.refuse(
            "format",
            f"format {number} is not one this version reads",
            remedy=f"install the version of placement that wrote the file (this one reads {FORMAT})"
            if number > FORMAT
            else _REWRITE,
        )
    top.only(_TOP_KEYS)
    summary.only((*_PLACEMENT_KEYS, *_PLACEMENT_EXTRAS))
    coverage = {
        resource: _read_coverage(summary.inner("coverage").inner(resource))
        for resource in sorted(summary.inner("coverage").values)
    }
    gap = summary.number("gap", least=0.0, null=math.inf)
    return Solution(
        plan=summary.text("plan"),
        budget=summary.number("budget", least=0.0),
        budget_unit=summary.text("budget_unit"),
        cost=summary.number("cost", least=0.0),
        status=Status(summary.choice("status", [status.value for status in _WITH_A_PLAN])),
        objective=summary.number("objective"),
        bound=summary.number("bound", null=math.inf),
        gap=gap,
        coverage=coverage,
        walking=summary.choice("walking", _WALKING),
        posts_list=_read_posts(top, coverage),
        walk=_read_walk(summary.inner("walk")) if "walk" in summary.values else None,
        layers={name: summary.inner("layers").text(name) for name in _keys(summary, "layers")},
        limits={name: summary.inner("limits").whole(name) for name in _keys(summary, "limits")},
    )


_REWRITE = "write the file again with `place optimise`"


def _keys(summary: Members, name: str) -> list[str]:
    return sorted(summary.inner(name).values) if name in summary.values else []


def _read_coverage(members: Members) -> Coverage:
    members.only(("covered", "total", "share"))
    return Coverage(
        covered=members.number("covered", least=0.0),
        total=members.number("total", least=0.0),
        share=members.number("share", least=0.0, most=1.0),
    )


def _read_walk(members: Members) -> Walk:
    members.only(("mean_s", "gap"))
    mean = members.inner("mean_s")
    gap = members.number("gap", least=0.0, null=math.inf)
    return Walk(
        mean_s={resource: mean.number(resource, least=0.0) for resource in sorted(mean.values)},
        gap=None if math.isinf(gap) else gap,
    )


def _read_posts(top: Members, coverage: Mapping[str, Coverage]) -> tuple[Post, ...]:
    posts: dict[str, Post] = {}
    for number, value in enumerate(top.items("features"), start=1):
        feature = Members(value, file=top.file, feature=f"number {number}")
        identifier = feature.text("id")
        feature = Members(value, file=top.file, feature=identifier)
        feature.only(_FEATURE_KEYS)
        if feature.text("type") != "Feature":
            feature.refuse("type", "it is not 'Feature'", remedy=_REWRITE)
        post = _read_post(feature)
        if identifier != post.id:
            feature.refuse(
                "id", f"site and resource make {post.id!r}", remedy="give the feature that id"
            )
        if identifier in posts:
            feature.refuse("id", "it appears twice", remedy="remove one of the two features")
        if post.resource not in coverage:
            feature.refuse(
                "resource",
                f"{post.resource!r} has no entry in placement.coverage",
                remedy=_REWRITE,
            )
        posts[identifier] = post
    return tuple(posts[identifier] for identifier in sorted(posts))


def _read_post(feature: Members) -> Post:
    geometry = feature.inner("geometry")
    geometry.only(("type", "coordinates"))
    if geometry.text("type") != "Point":
        geometry.refuse("type", "a post is a Point", remedy=_REWRITE)
    position = geometry.items("coordinates")
    if len(position) != 2:
        geometry.refuse(
            "coordinates", f"{len(position)} numbers", remedy="give longitude and latitude"
        )
    pair = Members({"longitude": position[0], "latitude": position[1]}, file=feature.file,
                   feature=feature.feature)  # fmt: skip
    properties = feature.inner("properties")
    properties.only(_POST_KEYS)
    post = Post(
        site=properties.text("site"),
        name=properties.text("name"),
        resource=properties.text("resource"),
        units=properties.whole("units"),
        cost=properties.number("cost", least=0.0),
        covered=properties.number("covered", least=0.0),
        only=properties.number("only", least=0.0),
        lon=_rounded(pair.number("longitude", least=-180.0, most=180.0)),
        lat=_rounded(pair.number("latitude", least=-90.0, most=90.0)),
    )
    if post.only > post.covered:
        properties.refuse("only", f"{post.only:g} people are more than `covered`", remedy=_REWRITE)
    return post


def _placement_text(solution: Solution) -> dict[str, str]:
    """Return the members of ``placement`` as JSON texts, in their order."""
    texts = {
        "format": str(FORMAT),
        "plan": json_text(solution.plan),
        "budget": _number("budget", solution.budget),
        "budget_unit": json_text(solution.budget_unit),
        "cost": _number("cost", solution.cost),
        "status": json_text(solution.status.value),
        "objective": _number("objective", solution.objective),
        "bound": "null" if solution.bound == math.inf else _number("bound", solution.bound),
        "gap": _gap(solution.gap),
        "coverage": _object(
            {
                resource: _object(
                    {
                        name: _number(f"coverage.{resource}.{name}", getattr(coverage, name))
                        for name in ("covered", "total", "share")
                    }
                )
                for resource, coverage in sorted(solution.coverage.items())
            },
            indent="      ",
        ),
        "walking": json_text(solution.walking),
    }
    if solution.walk is not None:
        texts["walk"] = _object(
            {
                "mean_s": _object(
                    {
                        resource: _number(f"walk.mean_s.{resource}", seconds, digits=1)
                        for resource, seconds in sorted(solution.walk.mean_s.items())
                    }
                ),
                "gap": _gap(math.inf if solution.walk.gap is None else solution.walk.gap),
            }
        )
    if solution.layers:
        texts["layers"] = _object(_each(solution.layers, json_text))
    if solution.limits:
        texts["limits"] = _object(_each(solution.limits, lambda most: str(int(most))))
    return texts


def _feature_text(post: Post) -> str:
    values: dict[str, str] = {
        "site": json_text(post.site),
        "name": json_text(post.name),
        "resource": json_text(post.resource),
        "units": str(int(post.units)),
        **{
            name: _number(f"{post.id}.{name}", getattr(post, name))
            for name in ("cost", "covered", "only")
        },
    }
    lon, lat = (f"{_rounded(degrees):.6f}" for degrees in (post.lon, post.lat))
    return _object(
        {
            "type": '"Feature"',
            "id": json_text(post.id),
            "geometry": f'{{"type": "Point", "coordinates": [{lon}, {lat}]}}',
            "properties": _object(values),
        }
    )


def json_text(text: str) -> str:
    """Return a string as JSON, readable as it stands, on one line whatever it holds."""
    plain = json.dumps(text, ensure_ascii=False)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found.group()):04x}", plain)


def _each[V](values: Mapping[str, V], text: Callable[[V], str]) -> dict[str, str]:
    return {name: text(value) for name, value in sorted(values.items())}


def _object(members: Mapping[str, str], *, indent: str = "") -> str:
    if indent and members:
        return f"{{\n{_lines(members.items(), indent=indent)}\n{indent[2:]}}}"
    return "{" + ", ".join(f"{json_text(name)}: {value}" for name, value in members.items()) + "}"


def _lines(members: Iterable[tuple[str, str]], *, indent: str) -> str:
    return ",\n".join(f"{indent}{json_text(name)}: {value}" for name, value in members)


def _rounded(value: float, digits: int = 6) -> float:
    return round(value, digits) + 0.0  # never a negative zero


def _number(name: str, value: float, *, digits: int = 6) -> str:
    value = float(value)
    if not math.isfinite(value):
        raise ValueError(f"{name} of the solution is {value}, which no solution file can hold")
    text = f"{_rounded(value, digits):.{digits}f}"
    return text.rstrip("0").rstrip(".")


def _gap(gap: float) -> str:
    if gap == math.inf:
        return "null"
    nearest = _rounded(gap)
    return _number("gap", nearest if gap - nearest <= _DUST else nearest + 1e-6)
