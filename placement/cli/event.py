"""Options that say where an event is: its route, its perimeter, or a circle."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from placement.cli.options import Decorator, bundled, stacked
from placement.cli.values import amount
from placement.reading.numerals import decimal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from placement.starting.drawn import Drawn
    from placement.starting.event import Event
    from placement.starting.ground import Ground


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What `event_options` take: at most one of route and place, and how far around it."""

    route: str | None
    perimeter: str | None
    around: tuple[float, float, float] | None
    band: float
    margin: float

    @property
    def files(self) -> list[str]:
        """The files that draw the event."""
        return [file for file in (self.route, self.perimeter) if file is not None]

    def event(self) -> "Event":
        """Return the event.

        Raises
        ------
        click.UsageError
            If nothing says where it is, or too much does.
        """
        from placement.starting.event import event_along, event_around, event_within

        if self.around is not None:
            if self.files:
                raise click.UsageError(
                    "--around is given beside --route or --perimeter; keep one of them."
                )
            return event_around(*self.around)
        if self.route is not None:
            return event_along(self.route, band_m=self.band, perimeter=self.perimeter)
        if self.perimeter is not None:
            return event_within(self.perimeter)
        raise click.UsageError(
            "nothing says where the event is; give --route FILE, --perimeter FILE or "
            "--around LON,LAT,METRES."
        )

    def words(self) -> str:
        """Return how the event was given, in words."""
        from pathlib import Path

        from placement.starting.names import clean_name

        if self.around is not None:
            lon, lat, metres = self.around
            return f"{metres:g} m around {lon:g}, {lat:g}"
        files = " and ".join(clean_name(Path(file).name) for file in self.files)
        band = f", with a perimeter {self.band:g} m from it" if self.perimeter is None else ""
        return files + band


def event_options() -> Decorator:
    """Take as `given`: ``--route``, ``--perimeter``, ``--around``, and the distances round them."""
    options = stacked(
        click.option(
            "--route",
            metavar="FILE",
            type=click.Path(),
            help="The event's route, a layer of lines.",
        ),
        click.option(
            "--perimeter",
            metavar="FILE",
            type=click.Path(),
            help="Its perimeter, a layer of polygons; without it a band round the route.",
        ),
        click.option(
            "--around",
            metavar="LON,LAT,METRES",
            callback=_place,
            help="A circle for the perimeter, in place of both.",
        ),
        _metres("--band", 250, "How far from the route the perimeter lies."),
        _metres("--margin", 800, "How far outside the perimeter streets are kept."),
    )
    return bundled("given", Given, options)


def write_found(
    extract: str,
    given: Given,
    target: str,
    step: str,
    find: "Callable[[Ground], Sequence[Drawn]]",
) -> dict[str, int]:
    """Write what is found in an extract as a layer; return how many there are of each kind."""
    from collections import Counter
    from pathlib import Path

    from placement.cli.talk import Talk
    from placement.outputs import check_output, replace_file
    from placement.starting.drawn import layer_text
    from placement.starting.new_plan import survey_extract

    inputs = [extract, *given.files]
    check_output(target, inputs=inputs)
    event = given.event()
    with Talk().step(step):
        ground, _ = survey_extract(Path(extract), event, margin_m=given.margin)
        found = find(ground)
        text = layer_text(found, crs=event.crs)
    replace_file(target, text.encode(), inputs=inputs)
    return dict(sorted(Counter(one.facts["kind"] for one in found).items()))


def apart_option() -> Decorator:
    """Take ``--apart``, how near candidates may lie."""
    said = "Leave out candidates nearer than this to another one."
    return _metres("--apart", 50, said, above_zero=False)


def _metres(name: str, default: float, help_text: str, *, above_zero: bool = True) -> Decorator:
    return click.option(
        name,
        metavar="METRES",
        default=f"{default:g}",
        show_default=True,
        callback=amount(above_zero=above_zero),
        help=help_text,
    )


def _place(
    _ctx: click.Context, param: click.Parameter, value: str | None
) -> tuple[float, float, float] | None:
    if value is None:
        return None
    try:
        lon, lat, metres = (decimal(part) for part in value.split(","))
    except ValueError:
        lon = lat = metres = float("nan")
    if not (abs(lon) <= 180 and abs(lat) <= 90 and metres > 0):
        raise click.BadParameter(
            f"{value!r} cannot be read; write longitude, latitude and metres as 2.2945,48.8584,500",
            param=param,
        )
    return lon, lat, metres
