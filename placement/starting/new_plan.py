"""A whole plan from an extract and an event: the entry point of `place init --from`."""

import shutil
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely

from placement.cover.survey import survey
from placement.errors import InputError, UsageError
from placement.outputs import replace_files
from placement.plan.layers import load_plan
from placement.plan.problem import Plan
from placement.reading.regular import require_file
from placement.starting.background import background_of
from placement.starting.candidates import (
    APART_M,
    find_candidates,
    sites_of,
)
from placement.starting.cordon import Cordon, find_cordon
from placement.starting.cordon_layer import cordon_text
from placement.starting.drawn import PLANNER, Drawn, layer_text
from placement.starting.event import MARGIN_M, Event, check_length, degrees
from placement.starting.first_crowd import Crowd, first_crowd
from placement.starting.ground import Ground, ground_of
from placement.starting.mapped import read_mapped
from placement.starting.names import clean_name, plain_words
from placement.starting.plan_text import BARRIER_COST, SEAL_BAND_M, Begun, plan_text, readme_text
from placement.starting.room import Candidate
from placement.streets.network import Streets
from placement.streets.read import read_streets
from placement.streets.store import write_streets

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

EXTRACTS = (".osm.pbf", ".pbf", ".osm", ".osm.gz", ".osm.bz2", ".osm.xml")
STEP_FREE_SPEED_M_S = 0.69
_ROUTE, _STREETS, _WAYS = "route.geojson", "streets.parquet", "ways.geojson"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a plan is begun with.

    Attributes
    ----------
    extract
        An OpenStreetMap extract.
    event
        The event.
    drawn
        How it was given, in words.
    people
        How many people there are; None fills the ground.
    margin_m
        How far outside the perimeter streets are kept.
    apart_m
        How near candidates may lie.
    sealed
        Whether the perimeter is sealed: every way into it has a checkpoint or a barrier.
    """

    extract: Path
    event: Event
    drawn: str
    people: int | None = None
    margin_m: float = MARGIN_M
    apart_m: float = APART_M
    sealed: bool = False


def survey_extract(
    extract: Path, event: Event, *, margin_m: float = MARGIN_M
) -> tuple[Ground, Streets | None]:
    """Read what an extract holds around an event.

    Parameters
    ----------
    extract
        ``.osm.pbf``, ``.osm``, ``.osm.gz`` or ``.osm.bz2``.
    event
        The event.
    margin_m
        How far outside the perimeter streets are kept.

    Returns
    -------
    Ground
        What candidates and people stand on.
    Streets or None
        The network of those who walk without steps; None where there are only steps.

    Raises
    ------
    InputError
        If the extract cannot be read, or the event lies outside it.
    UsageError
        If the margin is no length.
    """
    require_file(extract, remedy="give an OpenStreetMap extract of the event's town")
    if not extract.name.lower().endswith(EXTRACTS):
        raise InputError(
            f"a plan is begun from an OpenStreetMap extract, not from a {extract.suffix or 'file'}",
            file=extract,
            remedy=f"give one of {', '.join(EXTRACTS)}",
        )
    check_length(margin_m, "--margin")
    frame = event.frame(margin_m)
    outline = degrees(shapely.segmentize(frame, 1000.0), event.crs)
    streets = read_streets(extract, crs=event.crs, within=outline)
    try:
        rolled_on = read_streets(
            extract, crs=event.crs, within=outline, speed_m_s=STEP_FREE_SPEED_M_S, step_free=True
        )
    except InputError:
        rolled_on = None  # there is nothing but steps
    mapped = read_mapped(extract, frame=frame, crs=event.crs)
    target = event.perimeter if event.route is None else event.route
    if not shapely.intersects(mapped.known, target):
        what = "perimeter" if event.route is None else "route"
        raise InputError(
            f"the {what} lies outside it", file=extract,
            remedy="give the extract of the town where the event is, or check that longitude "
            "comes first",
        )  # fmt: skip
    return ground_of(mapped, event, streets), rolled_on


def begin_plan(folder: Path, wanted: Wanted) -> Begun:
    """Write the folder of a plan, whole or not at all.

    Parameters
    ----------
    folder
        Where; it must not exist, or be empty.
    wanted
        What the plan is begun with.

    Returns
    -------
    Begun
        What was written.

    Raises
    ------
    InputError, UsageError
        If there is something in the folder, it cannot be written, or the inputs are no good.
    """
    check_folder(folder)
    ground, rolled_on = survey_extract(wanted.extract, wanted.event, margin_m=wanted.margin_m)
    candidates = find_candidates(ground, apart_m=wanted.apart_m)
    crowd = first_crowd(ground, people=wanted.people)
    kept = [
        None if one is None else replace(one, source=wanted.extract.name)
        for one in (ground.streets, rolled_on)
    ]
    cordon = _cordon(ground) if wanted.sealed else None
    with _passing(folder) as passing:
        assert kept[0] is not None  # noqa: S101 - it is given
        write_streets(kept[0], passing / _STREETS, step_free=kept[1])

        def write(unreached: Collection[tuple[str, str]] = ()) -> Begun:
            layers = _layers(ground, candidates, crowd, unreached)
            begun = _begun(folder, wanted, ground, candidates, crowd, layers, cordon)
            texts = {file: layer_text(found, crs=begun.crs) for file, found in layers.items()}
            if cordon is not None:
                texts[_WAYS] = cordon_text(
                    cordon, crs=begun.crs, attribution=ground.streets.attribution
                )
            texts |= {"plan.toml": plan_text(begun), "README.md": readme_text(begun)}
            replace_files({passing / file: text.encode() for file, text in texts.items()})
            return begun

        begun = write()
        unreached = _unreached(load_plan(passing / "plan.toml"))
        return write(unreached) if unreached else begun


def _cordon(ground: Ground) -> Cordon:
    """Return the fewest ways through the perimeter, which a plan closes or puts posts in."""
    return find_cordon(
        ground.streets, ground.event.perimeter, traffic="walkers", band_m=SEAL_BAND_M,
        weigh="ways", price_metre=0.0, price_each=BARRIER_COST,
    )  # fmt: skip


def _unreached(plan: Plan) -> set[tuple[str, str]]:
    """Return sites with the resources that reach nobody from there; of each resource some stay."""
    walks, found = survey(plan), set()
    for position, resource in enumerate(plan.problem.resources):
        reached = np.zeros(len(plan.problem.sites), np.bool_)
        reached[walks.walk[resource.id].tocoo().coords[1]] = True
        idle = np.flatnonzero(plan.problem.sites.allowed[:, position] & ~reached)
        if reached.any():
            found |= {(plan.problem.sites.id[at], resource.id) for at in idle.tolist()}
    return found


def check_folder(folder: Path) -> None:
    """Refuse a folder in which there is something."""
    if folder.is_dir() and not any(folder.iterdir()):
        return
    if folder.exists() or folder.is_symlink():
        raise UsageError(
            f"{folder} is already there and is not overwritten; name a folder that is new or empty."
        )


def _layers(
    ground: Ground,
    candidates: Sequence[Candidate],
    crowd: Crowd,
    unreached: Collection[tuple[str, str]],
) -> dict[str, Sequence[Drawn]]:
    """Return the features of each file, those of no feature left out."""
    event = ground.event
    title = event.name or ("Route" if event.route is not None else "Perimeter")
    name, line = "route", event.route
    if line is None:  # pages call a line of this name the perimeter
        name, line = "perimeter", shapely.boundary(event.perimeter)
    outline = [_given("perimeter", "Perimeter", event.perimeter)]
    found: dict[str, Sequence[Drawn]] = {
        _ROUTE: [_given(name, title, line)],
        "sites.geojson": sites_of(candidates, unreached=unreached),
        "demand.geojson": crowd.points,
        "areas.geojson": crowd.areas,
        "water.geojson": ground.water,
        "rail.geojson": ground.rail,
        "barriers.geojson": ground.barriers,
        "background.geojson": background_of(ground),
        "perimeter.geojson": outline,
        "squares.geojson": ground.squares,
        "stations.geojson": ground.stations,
    }
    return {file: features for file, features in found.items() if features}


def _given(name: str, title: str, shape: "BaseGeometry") -> Drawn:
    return Drawn(id=name, name=title, shape=shape, source=PLANNER, accuracy="mapped")


def _begun(
    folder: Path,
    wanted: Wanted,
    ground: Ground,
    candidates: Sequence[Candidate],
    crowd: Crowd,
    layers: dict[str, Sequence[Drawn]],
    cordon: Cordon | None,
) -> Begun:
    name = plain_words(folder.resolve().name) or "plan"
    kept = {one.id for one in layers["sites.geojson"]}
    named = {"route": _ROUTE, "streets": _STREETS}
    for layer in ("sites", "demand", "areas", "water", "rail", "barriers", "background"):
        if f"{layer}.geojson" in layers:
            named[layer] = f"{layer}.geojson"
    if cordon is not None:
        named |= {"ways": _WAYS, "perimeter": "perimeter.geojson"}
    order = (
        "route",
        "perimeter",
        "ways",
        "sites",
        "areas",
        "demand",
        "streets",
        "water",
        "rail",
        "barriers",
        "background",
    )
    beside = {
        "perimeter.geojson": "the perimeter, for `place candidates` and the like",
        "squares.geojson": "squares, for areas of your own",
        "stations.geojson": "stations and their entrances",
    }
    return Begun(
        name=name,
        title=wanted.event.name or clean_name(folder.resolve().name) or name,
        crs=wanted.event.crs,
        extract=clean_name(wanted.extract.name),
        drawn=wanted.drawn,
        margin_m=wanted.margin_m,
        apart_m=wanted.apart_m,
        people=crowd.people,
        given=wanted.people is not None,
        candidates=[one for one in candidates if one.id in kept],
        unreached=len(candidates) - len(kept),
        layers={layer: named[layer] for layer in order if layer in named},
        beside={
            file: said
            for file, said in beside.items()
            if file in layers and file not in named.values()
        },
        counts={file: len(features) for file, features in layers.items()}
        | ({} if cordon is None else {_WAYS: len(cordon.barriers)}),
        ways=0 if cordon is None else len(cordon.barriers),
        doubts=_doubts(ground, candidates),
        routed=ground.event.route is not None,
    )


def _doubts(ground: Ground, candidates: Sequence[Candidate]) -> list[str]:
    """Return what the extract seems to lack."""
    mapped, event = ground.mapped, ground.event
    found = []
    if not ground.water:
        found.append("It holds no water: rivers and the sea bar nobody in this plan.")
    if not any(shapely.intersects(event.perimeter, one.shape) for one in ground.barriers):
        found.append("It holds no walls or fences within the perimeter.")
    if not any("width" in way.tags or "lanes" in way.tags for way in ground.walks):
        found.append("It says of no street how wide it is: all widths are those of a class.")
    if not any("building" in way.tags for way in mapped.ways):
        found.append("It holds no buildings: the map shows streets alone.")
    if not ground.stations:
        found.append("It holds no stations.")
    outside = shapely.area(shapely.difference(event.perimeter, mapped.known))
    if outside > 1.0:
        share = outside / shapely.area(event.perimeter)
        found.append(f"It ends inside the perimeter: {share:.0%} of the ground is not in it.")
    if not any(one.kind == "perimeter" for one in candidates):
        found.append("No candidate stands on the perimeter itself.")
    return found


@contextmanager
def _passing(folder: Path) -> Iterator[Path]:
    """Hand out a folder beside a plan's place, and move it there in one step when it is whole."""
    parent = folder.resolve().parent
    passing = None
    try:
        parent.mkdir(parents=True, exist_ok=True)
        passing = Path(tempfile.mkdtemp(prefix=".place-", dir=parent))
        yield passing
        passing.chmod(0o755)
        if folder.is_dir():
            folder.rmdir()
        passing.rename(folder)
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be written to ({error.strerror}); name another folder."
        ) from error
    finally:
        if passing is not None:
            shutil.rmtree(passing, ignore_errors=True)
