"""``place cordon``: the least closures that seal a perimeter."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import click

from placement.cli.options import (
    Decorator,
    bundled,
    json_option,
    only_with,
    out_option,
    plan_argument,
    stacked,
)
from placement.cli.values import amount
from placement.counts import counted

if TYPE_CHECKING:
    from pathlib import Path

    from placement.cli.answers_on_inputs import CordonAnswer
    from placement.starting.cordon import Cordon
    from placement.starting.perimeter import Perimeter


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What to seal, and what may be closed for it."""

    perimeter: str | None
    around: str | None
    traffic: Literal["walkers", "vehicles"]
    band: float
    weigh: Literal["width", "ways"]
    keep_open: tuple[str, ...]
    gate: tuple[str, ...]
    price_metre: float
    price_each: float
    streets: str | None
    both_ways: bool


def _asked() -> Decorator:
    """Return the options that say what to seal."""
    return bundled(
        "asked",
        _Asked,
        stacked(
            click.option(
                "--perimeter", type=click.Path(), metavar="FILE", help="Polygons to seal."
            ),
            click.option(
                "--around", metavar="ROUTE:METRES", help="Seal what lies so near to a route."
            ),
            click.option(
                "--for", "traffic", type=click.Choice(["walkers", "vehicles"]),
                default="walkers", show_default=True, help="Whom to stop.",
            ),
            click.option(
                "--band", callback=amount(above_zero=True), default="200", show_default=True,
                metavar="METRES", help="How far outside the perimeter closures may stand.",
            ),
            click.option(
                "--weigh", type=click.Choice(["width", "ways"]), default="width",
                show_default=True, help="Make the sum of widths least, or the number of ways.",
            ),
            click.option(
                "--keep-open", multiple=True, metavar="FILE|IDS",
                help="Emergency lanes: a layer of lines or polygons, or ids of ways with commas "
                "between. Repeatable.",
            ),
            click.option(
                "--gate", multiple=True, type=click.Path(), metavar="FILE[:NAMES]",
                help="Points where people are let in under watch: all of a layer, or after a colon "
                "those of an id, a site or a resource, with commas between, as in "
                "solution.geojson:checkpoint. Repeatable.",
            ),
            click.option(
                "--price-metre", callback=amount(), default="1", show_default=True,
                metavar="PRICE", help="Price of a metre of a closure.",
            ),
            click.option(
                "--price-each", callback=amount(), default="0", show_default=True,
                metavar="PRICE", help="Price of each closure beside its metres.",
            ),
            click.option(
                "--both-ways", is_flag=True, help="Stop vehicles that ignore one-ways too."
            ),
            only_with(("--both-ways", "--for vehicles")),
            click.option(
                "--streets", type=click.Path(), metavar="FILE",
                help="Street layer in place of the plan's; vehicles want an OpenStreetMap extract.",
            ),
        ),
    )  # fmt: skip


@click.command("cordon", short_help="Find the least closures that seal a perimeter.")
@plan_argument()
@_asked()
@out_option(
    "FILE",
    "Layer of closures to write; without it nothing is written.",
    suffixes=(".geojson", ".json"),
)
@json_option()
def command(*, plan: str | None, asked: _Asked, out: str | None, as_json: bool) -> None:
    """Find the least set of closures by which nobody gets inside a perimeter but through gates.

    The set is an exact minimum cut of the street network: its weight equals the maximum flow, which
    no other set can be lighter than. What it closes is applied as a plan would, and the network is
    searched from outside once more. Each closure has its street, kind, width and price.

    FILE is a layer that a plan takes as `closures`. PLAN is a plan file or its folder.
    """
    from pathlib import Path

    from placement.cli.files import find_plan
    from placement.cli.talk import Talk, give_json, give_table, warn
    from placement.errors import UsageError
    from placement.outputs import check_output, replace_file
    from placement.plan.settings import plan_path, read_settings
    from placement.starting.cordon import find_cordon
    from placement.starting.cordon_inputs import gate_file, kept_ground, read_gates, read_ground
    from placement.starting.cordon_layer import cordon_text

    talk = Talk()
    crs, file, read = None, None, []
    others: list[Path] = []
    if asked.streets is None or plan is not None:
        source = plan_path(find_plan(plan))
        settings = read_settings(source)
        crs, read = settings.crs, [source]
        # closures may be found anew; the plan's other layers are not for them to replace
        named = settings.layers.model_dump(exclude={"closures"}, exclude_none=True)
        others = [source.parent / str(name) for name in named.values()]
        if settings.layers.streets is not None:
            file = source.parent / settings.layers.streets
    if asked.streets is not None:
        file = Path(asked.streets)
    if file is None:
        raise UsageError("the plan has no street layer to close streets of; name one by --streets.")
    ground = _perimeter(asked, crs)
    read += [file, ground.file, *(gate_file(one)[0] for one in asked.gate)]
    read += [Path(one) for one in asked.keep_open]
    if out is not None:
        check_output(out, inputs=[*read, *others])
    with talk.step("Reading the streets"):
        network = read_ground(
            file, traffic=asked.traffic, crs=ground.plane.name, both_ways=asked.both_ways
        )
    with talk.step("Sealing the perimeter"):
        found = find_cordon(
            network.streets,
            ground.ground,
            traffic=asked.traffic,
            band_m=asked.band,
            weigh=asked.weigh,
            keep=kept_ground(asked.keep_open, network),
            gates=read_gates(asked.gate, ground.plane.name),
            widths=network.widths,
            price_metre=asked.price_metre,
            price_each=asked.price_each,
        )
    if out is not None:
        text = cordon_text(found, crs=ground.plane.name, attribution=network.streets.attribution)
        replace_file(out, text.encode(), inputs=read)
    answer = _answer(found, ground.said, out)
    if as_json:
        give_json(answer)
    else:
        give_table(_rows(answer))
    for sentence in _doubts(found, file.name):
        warn(sentence)


def _doubts(found: "Cordon", file: str) -> list[str]:
    doubts = [
        f"gate {name!r} does not stand on the line of the cordon; move it, or leave it out."
        for name in found.idle_gates
    ]
    if found.breaches:
        streets = ", ".join(found.breaches)
        doubts.append(f"the closures leave ways in, by {streets}: report this.")
    if not found.crossing:
        doubts.append(f"no street of {file} crosses the perimeter; there is nothing to seal.")
    return doubts


def _perimeter(asked: _Asked, crs: str | None) -> "Perimeter":
    from placement.errors import UsageError
    from placement.starting.perimeter import around_route, read_perimeter

    if (asked.perimeter is None) == (asked.around is None):
        raise UsageError("give the ground to seal: --perimeter FILE, or --around ROUTE:METRES.")
    if asked.around is not None:
        return around_route(asked.around, crs=crs)
    return read_perimeter(str(asked.perimeter), crs=crs)


def _answer(found: "Cordon", said: str, out: "str | Path | None") -> "CordonAnswer":
    return {
        "perimeter": said,
        "traffic": found.traffic,
        "weigh": found.weigh,
        "crossing": found.crossing,
        "ways": found.ways,
        "islands": found.islands,
        "weight": found.weight,
        "max_flow": found.flow,
        "sealed": found.crossing > 0 and not found.breaches,
        "width_m": round(sum(one.width_m for one in found.barriers), 1),
        "price": round(sum(one.price for one in found.barriers), 2),
        "gates": dict(found.gates),
        "closures": [
            {
                "id": one.id,
                "name": one.name,
                "street_class": one.street_class,
                "kind": one.kind,
                "width_m": one.width_m,
                "price": one.price,
            }
            for one in found.barriers
        ],
        "file": None if out is None else str(out),
    }


def _sealed(answer: "CordonAnswer") -> str:
    if not answer["crossing"]:
        return "not known: no street crosses the perimeter"
    return "yes, searched once more from outside" if answer["sealed"] else "no"


def _rows(answer: "CordonAnswer") -> list[tuple[str, str]]:
    closures = answer["closures"]
    unit = "dm" if answer["weigh"] == "width" else "ways"
    kind = closures[0]["kind"] if closures else "closure"
    rows = [
        ("perimeter", f"{answer['perimeter']}, for {answer['traffic']}"),
        ("ways that cross it", f"{answer['crossing']:,}"),
        (
            f"{kind}s",
            f"{len(closures):,}, {answer['width_m']:,.1f} m, price {answer['price']:,.2f}",
        ),
        (
            "least",
            f"weight {answer['weight']:,} {unit} = maximum flow {answer['max_flow']:,} {unit}",
        ),
        ("sealed", _sealed(answer)),
        *((f"gate {name}", f"on {street}") for name, street in answer["gates"].items()),
    ]
    if answer["islands"]:
        apart = counted(answer["islands"], "street that is", "streets that are")
        rows.append(("left out", f"{apart} joined to no others"))
    return [*rows, *([("wrote", answer["file"])] if answer["file"] else [])]
