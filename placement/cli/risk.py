"""``place risk``: whom solutions still cover when posts are missing, and the best plan then."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypedDict

import click

from placement.cli.options import (
    Workers,
    bundled,
    closure_option,
    json_option,
    layer_option,
    only_with,
    out_option,
    random_options,
    stacked,
    time_limit_option,
    unchecked_option,
    workers_options,
)
from placement.cli.reading import read_plan
from placement.cli.values import count
from placement.counts import counted

if TYPE_CHECKING:
    from pathlib import Path

    from placement.cli.talk import Talk
    from placement.executor import Executor
    from placement.plan.problem import Plan
    from placement.solution import Solution
    from placement.studies.risk import Estimate, Risk, Risks
    from placement.studies.under_risk import UnderRisk

_TIME_LIMIT_S = 120.0
_AIMS = {"mean": "in the mean", "worst5": "on the worst 5% of nights"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What nights are like, and how many are drawn."""

    away: tuple[str, ...]
    shut: tuple[str, ...]
    attendance: str | None
    nights: int
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Whether the best plan is looked for, and how."""

    best: Literal["mean", "worst5"] | None
    scenarios: int
    samples: int
    time_limit: float | None
    out: str | None


class Nights(TypedDict):
    """What nights are like, as the studies take it."""

    away: dict[str, float]
    shut: dict[str, float]
    attendance: tuple[float, float]
    nights: int
    seed: int


_DRAWN = stacked(
    click.option(
        "--away",
        multiple=True,
        metavar="NAME=SHARE",
        help="Share of nights on which a unit of a resource, or of a post (site/resource), is "
        "missing: dog_team=10%. Repeatable.  [default: 'unavailable' of the plan]",
    ),
    click.option(
        "--shut",
        multiple=True,
        metavar="NAME=SHARE",
        help="Share of nights on which a post of a resource, or one post, is missing as a whole: "
        "checkpoint=1%. Repeatable.",
    ),
    click.option(
        "--attendance",
        metavar="LEAST:MOST",
        help="Shares of the people who come, any between as likely: 80%:105%.  "
        "[default: 100%:100%]",
    ),
    random_options(nights=16_384, least="How many nights at least, 512 or more."),
)
_SOUGHT = stacked(
    click.option(
        "--best",
        type=click.Choice(list(_AIMS)),
        help="Find the plan that is best in the mean, or on the worst 5% of nights, and compare it "
        "with SOLUTION or else with the plan's own best.",
    ),
    click.option(
        "--scenarios",
        default="64",
        show_default=True,
        metavar="N",
        callback=count(),
        help="Nights of each sample that a best plan is found for.",
    ),
    click.option(
        "--samples",
        default="5",
        show_default=True,
        metavar="N",
        callback=count(),
        help="Samples, whose spread says how far from the best the plan may be; drawn where the "
        "bound that is computed leaves more than 1%.",
    ),
    time_limit_option(
        "Stop after so many seconds the search for the plan's own best, and that for such nights.  "
        "[default: 120]"
    ),
    out_option("FOLDER", "Where --best writes.  [default: outputs/<plan name>/risk]", folder=True),
    only_with(
        *((option, "--best") for option in ("--scenarios", "--samples", "--time-limit", "--out"))
    ),
)


@click.command("risk", short_help="Say whom solutions cover when posts are missing on the night.")
@click.argument("solutions", nargs=-1, type=click.Path(), metavar="[SOLUTION...] [PLAN]")
@bundled("drawn", Drawn, _DRAWN)
@bundled("sought", Sought, _SOUGHT)
@layer_option(workers=False)
@closure_option()
@workers_options()
@json_option()
@unchecked_option()
def command(
    *,
    solutions: tuple[str, ...],
    drawn: Drawn,
    sought: Sought,
    layers: dict[str, str],
    closures: tuple[str, ...],
    workers: Workers,
    as_json: bool,
    unchecked: bool,
) -> None:
    """Draw nights on which teams are ill and gates stay shut, and count whom SOLUTION covers then.

    Several solutions of one PLAN are compared on the same nights: the best in the mean and the best
    on the worst 5% of nights are named. Units are missing independently of one another, and a post
    covers while one of its units is there. With lanes the people counted are those whom the lanes
    that are there can admit in time, and let all the way in where there are rings.

    With --best the plan that is best on such nights is looked for under all rules of PLAN, and
    written as solution.geojson, with risk.json beside it.

    PLAN is the plan file or its folder; without it the plan of the name that the first SOLUTION
    records, here or beside it, and without either ./plan.toml.
    """
    from dataclasses import asdict

    from placement.cli.talk import Talk, give_json, give_table, warn

    talk = Talk()
    nights = _nights(drawn)
    plan, pairs = _read(
        solutions,
        talk,
        seeking=sought.best is not None,
        layers=layers,
        closures=closures,
        unchecked=unchecked,
    )
    files = tuple(pairs)
    under: UnderRisk | None = None
    written: tuple[Path, ...] = ()
    if sought.best is not None:
        written, inputs = _targets(plan, files, sought.out)
    with workers.executor() as executor:
        if sought.best is None:
            found = _judge(plan, list(pairs.values()), nights, talk, executor)
        else:
            under = _choose(plan, list(pairs.values()), nights, sought, talk, executor)
            found, files = under.risks, (files[0] if files else "usual", "best")
    if not found.away and not found.shut and found.attendance == (1.0, 1.0):
        warn("no unit is ever missing: say --away RESOURCE=SHARE, or 'unavailable' in the plan")
    best = None if under is None else as_best(under)
    answer = {"files": list(files), "risks": asdict(found), "best": best}
    if under is not None:
        _write(under, answer, written, inputs)
    if as_json:
        give_json(answer)
    else:
        click.echo(f"{found.plan}: {counted(found.nights, 'night')}")
        give_table(_rows(found, files))
        for sentence in _remarks(found, plan, files) if under is None else _sentences(under, files):
            click.echo(sentence)
    for target in written:
        talk.say(f"wrote {target}")


def _read(
    solutions: tuple[str, ...],
    talk: "Talk",
    *,
    seeking: bool,
    layers: dict[str, str],
    closures: tuple[str, ...],
    unchecked: bool,
) -> "tuple[Plan, dict[str, Solution]]":
    """Read the plan, and solutions of it by the names they were given by."""
    from placement.cli.files import find_plan, is_plan
    from placement.cli.revisit import demand_checked, revisit
    from placement.cli.talk import warn
    from placement.errors import UsageError

    plan_last = bool(solutions) and (len(solutions) > 1 or seeking)
    given = solutions[-1] if plan_last and is_plan(solutions[-1]) else None
    files = solutions if given is None else solutions[:-1]
    if not files and not seeking:
        raise UsageError("there is no solution to judge: name one, or look for a plan with --best.")
    if not files and unchecked:
        raise UsageError("--unchecked takes a solution as it stands: name one, or leave it out.")
    if len(files) > 1 and seeking:
        raise UsageError("--best compares with one solution: name one, or none.")
    with talk.step("Reading the plan"):
        pairs = [revisit(file, given, layers=layers, closures=closures) for file in files]
        plan = (
            pairs[0][0] if pairs else read_plan(find_plan(given), layers=layers, closures=closures)
        )
    for warning in plan.warnings:
        warn(warning)
    if len({(asked.settings.name, str(asked.file)) for asked, _ in pairs}) > 1:
        raise UsageError("these solutions are not of one plan: name those of one.")
    for asked, chosen in pairs:
        demand_checked(asked, chosen, talk, unchecked=unchecked)
    return plan, {file: chosen for file, (_, chosen) in zip(files, pairs, strict=True)}


def _nights(drawn: Drawn) -> "Nights":
    return {
        "away": _shares("away", drawn.away),
        "shut": _shares("shut", drawn.shut),
        "attendance": _range(drawn.attendance),
        "nights": drawn.nights,
        "seed": drawn.seed,
    }


def _judge(
    plan: "Plan",
    known: "list[Solution]",
    nights: "Nights",
    talk: "Talk",
    executor: "Executor",
) -> "Risks":
    from placement.errors import UsageError
    from placement.studies.risk import risk

    if not any(solution.without_barriers for solution in known):
        raise UsageError("no post is open in what was given, so none can be missing.")
    with talk.step(f"Drawing {counted(nights['nights'], 'night')}"):
        return risk(plan, known, executor=executor, **nights)


def _choose(
    plan: "Plan",
    known: "list[Solution]",
    nights: "Nights",
    sought: Sought,
    talk: "Talk",
    executor: "Executor",
) -> "UnderRisk":
    import placement

    with talk.step("Choosing posts") as progress:
        return placement.choose_under_risk(
            plan,
            aim="worst5" if sought.best == "worst5" else "mean",
            against=known[0] if known else None,
            scenarios=sought.scenarios,
            samples=sought.samples,
            time_limit=_TIME_LIMIT_S if sought.time_limit is None else sought.time_limit,
            executor=executor,
            progress=progress,
            **nights,
        )


def _targets(
    plan: "Plan", files: tuple[str, ...], out: str | None
) -> "tuple[tuple[Path, ...], list[Path]]":
    """Return what is written, and the inputs that are not written over."""
    from pathlib import Path

    from placement.cli.files import find_solution
    from placement.cli.written import check_solution
    from placement.outputs import check_output

    folder = Path(out) if out else Path("outputs") / plan.settings.name / "risk"
    inputs = [*plan.inputs, *map(find_solution, files)]
    targets = (folder / "solution.geojson", folder / "risk.json")
    for target in targets:
        check_output(target, inputs=inputs)
    check_solution(targets[0], plan.settings.name, instead="remove it")
    return targets, inputs


def _write(
    under: "UnderRisk",
    answer: dict[str, Any],
    targets: "tuple[Path, ...]",
    inputs: "list[Path]",
) -> None:
    """Write the plan found, and what is known of it."""
    import json

    from placement.cli.files import make_folder
    from placement.outputs import replace_files
    from placement.review.geojson import solution_text

    texts = (
        solution_text(under.solution),
        json.dumps(answer, ensure_ascii=False, indent=2) + "\n",
    )
    make_folder(targets[0].parent)
    replace_files(
        {target: text.encode() for target, text in zip(targets, texts, strict=True)}, inputs=inputs
    )


def as_best(under: "UnderRisk") -> dict[str, Any]:
    """Return what ``--json`` and the file say of the plan found: a `RiskBest`."""
    from dataclasses import asdict

    return {
        "aim": under.aim,
        "scenarios": under.scenarios,
        "value": asdict(under.value),
        "against": asdict(under.against_value),
        "gain": asdict(under.gain),
        "bound": asdict(under.bound),
        "computed": under.computed,
        "too_large": under.too_large,
        "gap": under.gap,
        "gap_most": under.gap_most,
        "samples": [asdict(one) for one in under.samples],
        "posts": {post.id: post.units for post in under.solution.posts_list},
        "opened": list(under.opened),
        "closed": list(under.closed),
        "units": {name: list(units) for name, units in under.units.items()},
        "digest": under.solution.digest,
    }


def _sentences(under: "UnderRisk", files: tuple[str, ...]) -> list[str]:
    """Say what the plan found is worth, how far from the best it may be, and where it differs."""
    other = files[0]
    proven = sum(one.status == "optimal" for one in under.samples)
    sampled = "That bound is computed; no sample was needed."
    if under.samples:
        sampled = (
            f"{counted(len(under.samples), 'sample')} of {counted(under.scenarios, 'night')}, "
            f"{proven} solved to the end; by computation no plan is worth more than "
            f"{under.computed:,.0f}."
        )
    elif under.too_large:
        sampled = (
            "That bound is computed; people have too many ways to gates for samples to be solved."
        )
    most = (
        f"{under.bound.value:,.0f}" if under.bound.low == under.bound.high else _text(under.bound)
    )
    worth = f"Worth {_AIMS[under.aim]}: {_text(under.value)}, {other} {_text(under.against_value)}"
    moved = [f"opens {', '.join(under.opened)}"] if under.opened else []
    moved += [f"closes {', '.join(under.closed)}"] if under.closed else []
    moved += [
        f"{name} has {counted(now, 'unit')}, not {was}" for name, (was, now) in under.units.items()
    ]
    return [
        f"{worth}.",
        f"Night by night that is {_text(under.gain)} more.",
        f"No plan is worth more than {most}.",
        f"So none is better by more than {under.gap_most:.2%}, with 95% confidence.",
        sampled,
        f"Beside {other}: {'; '.join(moved)}." if moved else f"The posts are those of {other}.",
    ]


def _shares(option: str, texts: tuple[str, ...]) -> dict[str, float]:
    """Take repeated ``NAME=SHARE``, each name once; a name may hold equals signs itself."""
    from placement.errors import UsageError
    from placement.reading.numerals import fraction

    taken: dict[str, float] = {}
    for text in texts:
        name, _, share = text.rpartition("=")
        if name in taken:
            raise UsageError(f"--{option} gives {name[:60]!r} twice; give it once.")
        try:
            taken[name] = fraction(share)
        except ValueError:
            raise UsageError(
                f"--{option} {text[:60]!r} is not NAME=SHARE; write it as dog_team=10%."
            ) from None
    return taken


def _range(text: str | None) -> tuple[float, float]:
    from placement.errors import UsageError
    from placement.reading.numerals import fraction

    if text is None:
        return 1.0, 1.0
    least, _, most = text.partition(":")
    try:
        return fraction(least), fraction(most or least)
    except ValueError:
        raise UsageError(
            f"--attendance {text[:40]!r} is not LEAST:MOST; write it as 80%:105%."
        ) from None


def _rows(found: "Risks", files: "tuple[str, ...]") -> list[list[str]]:
    """Return the table for the terminal."""
    several = len(files) > 1
    head = ["resource", "with all posts", "mean", "worst 5%", "19 of 20 nights", "worst night"]
    rows = [["solution", *head] if several else head]
    for one in found.rows:
        row = [
            one.resource,
            f"{one.promised:,.0f}",
            _text(one.mean),
            _text(one.worst),
            f"{one.low:,.0f} or more",
            f"{one.least:,.0f}",
        ]
        rows.append([files[one.solution], *row] if several else row)
    return rows


def _text(estimate: "Estimate") -> str:
    return f"{estimate.value:,.0f} ({estimate.low:,.0f} to {estimate.high:,.0f})"


def _mean(one: "Risk") -> float:
    """Return the mean by computation, or where there is none that of the nights drawn."""
    return one.mean.value if one.exact is None else one.exact


def _remarks(found: "Risks", plan: "Plan", files: "tuple[str, ...]") -> list[str]:
    """Say what was computed exactly, and which of several solutions is best."""
    admit = "admit in time" if plan.problem.rings is None else "let through their rings"
    whom = f"people are counted whom the lanes that are there can {admit}"
    said = [
        f"{kind.id}: {whom}; `place replay` plays their queues."
        for kind in plan.problem.resources
        if kind.lanes is not None
    ]
    if len(files) == 1:
        said += [
            f"{one.resource}: the mean is {one.exact:,.0f} by computation."
            for one in found.rows
            if one.exact is not None
        ]
    if len(files) > 1:
        for resource in dict.fromkeys(one.resource for one in found.rows):
            mine = [one for one in found.rows if one.resource == resource]
            mean = max(mine, key=lambda one: (_mean(one), -one.solution))
            worst = max(mine, key=lambda one: (one.worst.value, -one.solution))
            said.append(
                f"{resource}: best in the mean {files[mean.solution]}, best on the worst nights "
                f"{files[worst.solution]}."
            )
    return said
