"""Which files the layers of a plan are, and their rows as they stand in them."""

from collections.abc import Mapping
from pathlib import Path

from placement.errors import UsageError
from placement.executor import Executor
from placement.plan.background import BACKGROUND_GEOMETRIES
from placement.plan.demand_parts import Joining, read_parts
from placement.plan.ground import CLOSURE_KINDS
from placement.plan.settings import Layers, Settings, nearest
from placement.plan.table import LINES, POINTS, POLYGONS, Table, read_table, require_file
from placement.reading.held import Source, source_of
from placement.reading.parts import ENDINGS, part_files

_KINDS: Mapping[str, tuple[str, ...]] = {
    "route": LINES,
    "sites": POINTS,
    "demand": POINTS,
    "areas": POLYGONS,
    "water": POLYGONS,
    "rail": (*LINES, *POLYGONS),
    "barriers": (*LINES, *POLYGONS),
    "closures": CLOSURE_KINDS,
    "ways": LINES,
    "perimeter": POLYGONS,
    "crowd": POLYGONS,
    "background": BACKGROUND_GEOMETRIES,
}


def find_files(
    path: Path, settings: Settings, layers: Mapping[str, object], *, walk_s: bool
) -> dict[str, Source]:
    """Return where every layer in use comes from, in the order of the plan file's format.

    Walking times replace the street layer of the plan file, and not one that is handed in.
    """
    known = tuple(Layers.model_fields)
    for name in layers:
        own, colon, _ = name.partition(":")
        if colon and own in {one.name for one in settings.periods}:
            raise UsageError(
                f"{name!r} cannot be replaced for one run, as it is a period's own; name its file "
                f"in the plan, under layers of the period {own!r}."
            )
        if name not in known:
            meant = nearest(name, known)
            hint = f"did you mean {meant!r}?" if meant else f"known are {', '.join(known)}."
            raise UsageError(f"there is no layer {name!r}; {hint}")
    files: dict[str, Source] = {}
    for name in known:
        named = getattr(settings.layers, name)
        if name in layers:
            files[name] = source_of(name, layers[name])
        elif named is not None and not (walk_s and name == "streets"):
            files[name] = path.parent / named
    for period in settings.periods:
        files |= {
            f"{period.name}:{name}": path.parent / file
            for name, file in period.layers.model_dump(exclude_none=True).items()
        }
    return files


def read_tables(files: Mapping[str, Source], *, side_m: float | None) -> dict[str, Table]:
    """Read the layers of a plan, or those that a period has of its own, but for one in parts.

    Parameters
    ----------
    files
        Where each layer comes from.
    side_m
        As for `parts_of`.

    Raises
    ------
    InputError
        If a file or a geometry cannot be used.
    """
    whole = {
        name: source
        for name, source in files.items()
        if name != "demand" or parts_of(source, side_m=side_m) is None
    }
    for name, source in whole.items():
        require_file(source, layer=name)
    return {
        name: read_table(
            whole[name], layer=name, kinds=kinds, instead="street" if name == "closures" else None
        )
        for name, kinds in _KINDS.items()
        if name in whole
    }


def parts_of(source: Source | None, *, side_m: float | None) -> list[str] | None:
    """Return the files of a layer of people that is read in parts, else None.

    Parameters
    ----------
    source
        Where it comes from.
    side_m
        Side of a grid cell whose people are joined: then a file of GeoParquet is a part as well.
    """
    if not isinstance(source, Path):
        return None
    alone = side_m is not None and source.suffix in ENDINGS and source.is_file()
    return part_files([source] if alone else source)


def read_demand_parts(
    files: Mapping[str, Source], joining: Joining, *, executor: Executor | None
) -> dict[str, Table]:
    """Read the layer of people where it comes in parts, by its name; nothing where it does not.

    Raises
    ------
    InputError
        If a part cannot be used.
    """
    source = files.get("demand")
    parts = parts_of(source, side_m=joining.side_m)
    if parts is None or not isinstance(source, Path):
        return {}
    return {"demand": read_parts(parts, joining, file=source, executor=executor)}
