"""The solution as canonical GeoJSON (RFC 7946): one text a solution, one line a post.

Rules of the text, so that two solutions differ where the plans differ and nowhere else:

- UTF-8, LF, final newline; keys in a fixed order, posts in the order of their identifiers;
- coordinates with six decimals, other numbers rounded to six decimals and written without
  trailing zeros; mean walks with one decimal; what was given and figures are held to (the budget,
  the price of a change) with all its decimals;
- a gap is rounded *up*, so that it never reads 0 where something is left to prove, and is `null`
  where it is infinite;
- what a post that moves alters at once stands on one line: the totals, and the walks of an area;
- no dates, no durations, nothing of the machine; the version of placement that found the plan is a
  line of its own, and files from before it was written have none.
"""

import math
import re
from collections.abc import Collection
from pathlib import Path

from placement.errors import UsageError
from placement.outputs import replace_file
from placement.reading.crs_member import check_crs
from placement.review.ground import ground_texts, list_text, read_ground, read_names
from placement.review.lanes import lanes_texts, queue_texts, read_clears, read_lanes
from placement.review.reading import Members, load_json, tell_dropped
from placement.review.rules import barrier_texts, read_barriers, read_rules, rule_texts
from placement.review.texts import (
    each_text,
    exact_text,
    gap_text,
    json_text,
    lines_text,
    number_text,
    object_text,
    rounded,
)
from placement.solution import (
    STAGES,
    Coverage,
    Part,
    Post,
    Reverse,
    Solution,
    Status,
    Walk,
)

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
_PLACEMENT_EXTRAS = (
    "version",
    "overrides",
    "digests",
    "walk",
    "layers",
    "limits",
    "headroom",
    "at",
    "closures",
    "attribution",
    "unsnapped",
    "periods",
    "areas",
    "reverse",
    "barriers",
    "lanes",
    "tiers",
    "rules",
    "changes",
    "lock",
    "forbid",
)
TOTALS = ("cost", "status", "objective", "bound", "gap", "walk")
_FEATURE_KEYS = ("type", "id", "geometry", "properties")
_POST_KEYS = ("site", "name", "resource", "units", "cost", "covered", "only")
_QUEUE_KEYS = ("admitted", "longest_wait_min", "clears")
_WITH_A_PLAN = (Status.OPTIMAL, Status.FEASIBLE, Status.PROPOSED)
_WALKING = ("streets", "straight line", "given times")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_VERSION = re.compile(r"[0-9][0-9A-Za-z.+!-]{0,63}")


def write_solution(solution: Solution, path: str | Path) -> None:
    """Write a solution as canonical GeoJSON, in one step.

    Parameters
    ----------
    solution
        A solution with a plan: optimal, feasible or proposed.
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
    members = lines_text(placement_texts(solution), indent="    ", together=TOTALS)
    features = ",\n".join(f"    {_feature_text(post)}" for post in posts)
    return (
        '{\n  "type": "FeatureCollection",\n'
        f'  "placement": {{\n{members}\n  }},\n'
        f'  "features": [{f"\n{features}\n  " if features else ""}]\n}}\n'
    )


def read_solution(path: str | Path) -> Solution:
    """Read a solution that `write_solution` wrote, or that follows its format.

    Posts may stand in any order and numbers in any notation. What a solution has no member for
    (``name``, ``crs``, ``bbox``, heights, comments, a program's own properties) is dropped with a
    warning in the log. Everything else is taken strictly: a solution is what people agreed on.

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
        For anything that is missing, twice, of the wrong type or out of range.
    """
    return take_solution(load_json(path), file=path)


def take_solution(content: object, *, file: str | Path) -> Solution:
    """Take a solution from what its file holds; see `read_solution`.

    Parameters
    ----------
    content
        What the file holds, as `placement.review.reading.load_json` returns it.
    file
        The file, for messages.
    """
    top = Members(content, file=file)
    kind = top.text("type")
    if kind != "FeatureCollection":
        top.refuse("type", f"{kind!r} is not 'FeatureCollection'", remedy=_REWRITE)
    if "placement" not in top.values:
        top.refuse("placement", "the member is missing", remedy=_EVALUATE)
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
    check_crs(Path(file), top.values.get("crs"))
    summary.only((*_PLACEMENT_KEYS, *_PLACEMENT_EXTRAS))
    coverage = {
        resource: _read_coverage(summary.inner("coverage").inner(resource))
        for resource in sorted(summary.inner("coverage").values)
    }
    gap = summary.number("gap", least=0.0, null=math.inf)
    barriers = read_barriers(summary)
    posts = _read_posts(top, {*coverage, *barriers})
    solution = Solution(
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
        posts_list=posts,
        walk=_read_walk(summary.inner("walk")) if "walk" in summary.values else None,
        layers={name: summary.inner("layers").text(name) for name in _keys(summary, "layers")},
        limits={name: summary.inner("limits").whole(name) for name in _keys(summary, "limits")},
        reverse=_read_reverse(summary.inner("reverse")) if "reverse" in summary.values else None,
        barriers=barriers,
        lanes=read_lanes(summary),
        version=_read_version(summary) if "version" in summary.values else None,
        overrides=read_names(summary, "overrides") if "overrides" in summary.values else None,
        digests=_read_digests(summary) if "digests" in summary.values else None,
        **read_ground(summary),
        **read_rules(summary),
    )
    tell_dropped(top.dropped, file=file)
    return solution


_REWRITE = "write the file again with `place optimise`"
_EVALUATE = "write the file again with `place optimise`, or count its posts with `place evaluate`"


def _read_version(summary: Members) -> str:
    version = summary.text("version")
    if not _VERSION.fullmatch(version):
        summary.refuse(
            "version", f"{version!r} is not a version", remedy="give one like '0.1.0', or remove it"
        )
    return version


def _read_digests(summary: Members) -> dict[str, str]:
    inner = summary.inner("digests")
    found = {name: inner.text(name) for name in sorted(inner.values)}
    for name, digest in found.items():
        if not _DIGEST.fullmatch(digest):
            inner.refuse(name, "it is not a SHA-256 in 64 hexadecimal digits", remedy=_REWRITE)
    return found


def _keys(summary: Members, name: str) -> list[str]:
    return sorted(summary.inner(name).values) if name in summary.values else []


def _read_coverage(members: Members) -> Coverage:
    members.only(("covered", "total", "share", "expected", "step_free", "backup"))
    parts = {key: members.inner(key) for key in ("step_free", "backup") if key in members.values}
    for part in parts.values():
        part.only(("covered", "total", "share"))
    expected = members.number("expected", least=0.0) if "expected" in members.values else None
    whole = _read_part(members)
    step_free, backup = (
        _read_part(parts[key]) if key in parts else None for key in ("step_free", "backup")
    )
    return Coverage(
        covered=whole.covered,
        total=whole.total,
        share=whole.share,
        step_free=step_free,
        backup=backup,
        expected=expected,
    )


def _read_part(members: Members) -> Part:
    return Part(
        covered=members.number("covered", least=0.0),
        total=members.number("total", least=0.0),
        share=members.number("share", least=0.0, most=1.0),
    )


def _read_walk(members: Members) -> Walk:
    members.only(("mean_s", "gap", "unproven"))
    mean = members.inner("mean_s")
    gap = members.number("gap", least=0.0, null=math.inf)
    unproven: dict[str, float | None] = {}
    if "unproven" in members.values:
        left = members.inner("unproven")
        left.only(STAGES)
        for stage in STAGES:
            if stage in left.values:
                share = left.number(stage, least=0.0, null=math.inf)
                unproven[stage] = None if math.isinf(share) else share
    return Walk(
        mean_s={resource: mean.number(resource, least=0.0) for resource in sorted(mean.values)},
        gap=None if math.isinf(gap) else gap,
        unproven=unproven,
    )


def _read_reverse(members: Members) -> Reverse:
    members.only(("shares", "cost_bound", "cost_gap"))
    shares = members.inner("shares")
    return Reverse(
        shares={name: shares.number(name, least=0.0, most=1.0) for name in sorted(shares.values)},
        cost_bound=members.number("cost_bound", least=0.0),
        cost_gap=members.number("cost_gap", least=0.0, most=1.0),
    )


def _read_posts(top: Members, known: Collection[str]) -> tuple[Post, ...]:
    posts: dict[str, Post] = {}
    for number, value in enumerate(top.items("features"), start=1):
        value = _unnumbered(value, top.dropped)
        feature = Members(value, file=top.file, feature=f"number {number}", dropped=top.dropped)
        if "id" in feature.values:
            feature.feature = feature.text("id")
        feature.only(_FEATURE_KEYS)
        if feature.text("type") != "Feature":
            feature.refuse("type", "it is not 'Feature'", remedy=_REWRITE)
        post = _read_post(feature)
        identifier = post.id if "id" not in feature.values else feature.feature
        if identifier != post.id:
            feature.refuse(
                "id", f"site and resource make {post.id!r}", remedy="give the feature that id"
            )
        if identifier in posts:
            feature.refuse("id", "it appears twice", remedy="remove one of the two features")
        if post.resource not in known:
            feature.refuse(
                "resource",
                f"{post.resource!r} has no entry in placement.coverage",
                remedy=_REWRITE,
            )
        posts[identifier] = post
    return tuple(posts[identifier] for identifier in sorted(posts))


def _unnumbered(feature: object, dropped: list[str]) -> object:
    """Return a feature without the number that a program gave it as ``id``."""
    if isinstance(feature, dict) and type(feature.get("id")) is int:
        dropped.append("a number as 'id'")
        return {name: value for name, value in feature.items() if name != "id"}
    return feature


def _read_post(feature: Members) -> Post:
    geometry = feature.inner("geometry")
    geometry.only(("type", "coordinates"))
    if geometry.text("type") != "Point":
        geometry.refuse("type", "a post is a Point", remedy=_REWRITE)
    position = geometry.items("coordinates")
    if len(position) not in {2, 3}:
        geometry.refuse(
            "coordinates", f"{len(position)} numbers", remedy="give longitude and latitude"
        )
    if len(position) == 3:
        feature.dropped.append("a height")
    pair = Members({"longitude": position[0], "latitude": position[1]}, file=feature.file,
                   feature=feature.feature)  # fmt: skip
    properties = feature.inner("properties")
    queued = _QUEUE_KEYS if "admitted" in properties.values else ()
    ring = ("ring",) if "ring" in properties.values else ()
    properties.only((*_POST_KEYS, *queued, *ring))
    post = Post(
        site=properties.text("site"),
        name=properties.text("name"),
        resource=properties.text("resource"),
        units=properties.whole("units"),
        cost=properties.number("cost", least=0.0),
        covered=properties.number("covered", least=0.0),
        only=properties.number("only", least=0.0),
        lon=rounded(pair.number("longitude", least=-180.0, most=180.0)),
        lat=rounded(pair.number("latitude", least=-90.0, most=90.0)),
        admitted=properties.number("admitted", least=0.0) if queued else None,
        longest_wait_min=properties.number("longest_wait_min", least=0.0) if queued else None,
        clears=read_clears(properties) if queued else None,
        ring=properties.text("ring") if ring else None,
    )
    if post.only > post.covered:
        properties.refuse("only", f"{post.only:g} people are more than `covered`", remedy=_REWRITE)
    return post


def _walk_text(walk: Walk) -> str:
    """Return the mean walks, and what is left to prove of them."""
    means = {
        resource: number_text(f"walk.mean_s.{resource}", seconds, digits=1)
        for resource, seconds in sorted(walk.mean_s.items())
    }
    gap = gap_text(math.inf if walk.gap is None else walk.gap)
    return object_text({"mean_s": object_text(means), "gap": gap, **_unproven_text(walk)})


def _unproven_text(walk: Walk) -> dict[str, str]:
    """Return the member that says which stages among equals are open; none where all are proven."""
    if not walk.unproven:
        return {}
    shares = {
        stage: gap_text(math.inf if share is None else share)
        for stage, share in walk.unproven.items()
    }
    return {"unproven": object_text(shares)}


def placement_texts(solution: Solution) -> dict[str, str]:
    """Return the members of ``placement`` in a solution's file as JSON texts, in their order."""
    texts = {
        "format": str(FORMAT),
        **({} if solution.version is None else {"version": json_text(solution.version)}),
        "plan": json_text(solution.plan),
        "budget": exact_text("budget", solution.budget),
        "budget_unit": json_text(solution.budget_unit),
        "cost": number_text("cost", solution.cost),
        "status": json_text(solution.status.value),
        "objective": number_text("objective", solution.objective),
        "bound": "null" if solution.bound == math.inf else number_text("bound", solution.bound),
        "gap": gap_text(solution.gap),
        **({} if solution.walk is None else {"walk": _walk_text(solution.walk)}),
        "coverage": object_text(
            {
                resource: _coverage_text(f"coverage.{resource}", coverage)
                for resource, coverage in sorted(solution.coverage.items())
            },
            indent="      ",
        ),
        "walking": json_text(solution.walking),
    }
    if solution.overrides is not None:
        texts["overrides"] = list_text(solution.overrides)
    if solution.digests is not None:
        texts["digests"] = object_text(each_text(solution.digests, json_text), indent="      ")
    if solution.layers:
        texts["layers"] = object_text(each_text(solution.layers, json_text))
    if solution.limits:
        texts["limits"] = object_text(each_text(solution.limits, lambda most: str(int(most))))
    texts |= ground_texts(solution)
    if solution.reverse is not None:
        texts["reverse"] = object_text(
            {
                "shares": object_text(
                    {
                        name: number_text(f"reverse.shares.{name}", share, digits=12)
                        for name, share in sorted(solution.reverse.shares.items())
                    }
                ),
                "cost_bound": number_text("reverse.cost_bound", solution.reverse.cost_bound),
                "cost_gap": gap_text(solution.reverse.cost_gap),
            }
        )
    texts |= barrier_texts(solution)
    texts |= lanes_texts(solution)
    texts |= rule_texts(solution)
    return texts


def _coverage_text(name: str, coverage: Coverage) -> str:
    texts = _part_texts(name, coverage)
    if coverage.expected is not None:
        texts["expected"] = number_text(f"{name}.expected", coverage.expected)
    for key, part in (("step_free", coverage.step_free), ("backup", coverage.backup)):
        if part is not None:
            texts[key] = object_text(_part_texts(f"{name}.{key}", part))
    return object_text(texts)


def _part_texts(name: str, part: Coverage | Part) -> dict[str, str]:
    keys = ("covered", "total", "share")
    return {key: number_text(f"{name}.{key}", getattr(part, key)) for key in keys}


def _feature_text(post: Post) -> str:
    values: dict[str, str] = {
        "site": json_text(post.site),
        "name": json_text(post.name),
        "resource": json_text(post.resource),
        "units": str(int(post.units)),
        **{
            name: number_text(f"{post.id}.{name}", getattr(post, name))
            for name in ("cost", "covered", "only")
        },
        **queue_texts(post),
    }
    lon, lat = (f"{rounded(degrees):.6f}" for degrees in (post.lon, post.lat))
    return object_text(
        {
            "type": '"Feature"',
            "id": json_text(post.id),
            "geometry": f'{{"type": "Point", "coordinates": [{lon}, {lat}]}}',
            "properties": object_text(values),
        }
    )
