"""A street layer of any kind → the network: the entry point for files and for lines in memory."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from placement.errors import InputError
from placement.globe import beside, local_crs, middle
from placement.reading.held import Held
from placement.reading.regular import require_file
from placement.streets.assemble import Edges, assemble, lines_within
from placement.streets.lines import OSM, read_lines
from placement.streets.network import Streets, build
from placement.streets.ways import WALK_SPEED_M_S

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


def read_streets(
    source: str | Path | Held,
    *,
    crs: str | None,
    speed_m_s: float = WALK_SPEED_M_S,
    step_free: bool = False,
    within: "BaseGeometry | None" = None,
) -> Streets:
    """Read a street layer.

    Parameters
    ----------
    source
        An OpenStreetMap extract (``.osm.pbf``, ``.osm``, ``.osm.gz``, ``.osm.bz2``), lines as
        GeoJSON, GeoPackage or GeoParquet, a network kept by
        `placement.streets.store.write_streets`, or lines in memory.
    crs
        Metric coordinate system for snapping and drawing; lengths are geodesic regardless. None
        takes the UTM zone of the streets' middle, near a pole UPS.
    speed_m_s
        Walking speed on the level.
    step_free
        Leave out steps and escalators.
    within
        Degrees: lines with no vertex in the box round it are left out, the others stay whole. A
        network that was kept is not cut.

    Returns
    -------
    Streets
        The network.

    Raises
    ------
    InputError
        Where the file is missing, of an unknown kind, damaged, or holds nothing to walk on
        (there).
    """
    path = source.path if isinstance(source, Held) else Path(source)
    if not isinstance(source, Held):
        require_file(path, remedy="give the street layer's path")
    if not (np.isfinite(speed_m_s) and speed_m_s > 0):
        raise InputError(f"a walking speed of {speed_m_s} m/s cannot be", remedy="give 0.3 to 3")
    name = path.name.lower()
    unused: tuple[str, ...] = ()
    attribution = ""
    if isinstance(source, Held):
        lines, dropped, unused, attribution = read_lines(source, step_free=step_free)
    elif name.endswith((".pbf", ".osm", ".osm.gz", ".osm.bz2", ".osm.xml")):
        from placement.streets.osm import read_osm  # noqa: PLC0415 - osmium only where it is used

        lines, dropped = read_osm(path, step_free=step_free)
        attribution = OSM
    elif name.endswith(".arrow") or (name.endswith(".parquet") and _is_stored(path)):
        from placement.streets.store import read_stored  # noqa: PLC0415 - pyarrow too

        return read_stored(path, crs=crs, speed_m_s=speed_m_s, step_free=step_free)
    elif name.endswith(
        (".geojson", ".json", ".gpkg", ".parquet", ".geoparquet", ".fgb", ".shp", ".kml")
    ):
        lines, dropped, unused, attribution = read_lines(path, step_free=step_free)
    else:
        raise InputError(
            f"street layers of kind {path.suffix or 'without suffix'!r} are not read",
            file=path,
            remedy="give .osm.pbf, .osm, .osm.gz, .geojson, .gpkg or .parquet",
        )
    if within is not None and len(lines.way):
        lines = lines_within(lines, within)
        if len(lines.way) == 0:
            raise InputError(
                "none of its streets lies where the event is",
                file=path,
                remedy="give the extract of the town where the event is, or check that longitude "
                "comes first",
            )
    edges = assemble(lines, speed_m_s=speed_m_s)
    del lines
    if len(edges.tail) == 0:
        why = ", ".join(f"{count} {reason}" for reason, count in sorted(dropped.items()))
        raise InputError(
            "nothing in it can be walked" + (f" (left out: {why})" if why else ""),
            file=path,
            remedy="give a layer with streets, or check its tags",
        )
    return build(
        edges,
        crs=crs or _zone(edges),
        source=path.name,
        speed_m_s=speed_m_s,
        step_free=step_free,
        dropped=dropped,
        unused=unused,
        attribution=attribution,
    )


def _is_stored(path: Path) -> bool:
    from placement.streets.store import is_stored  # noqa: PLC0415 - pyarrow only where it is used

    return is_stored(path)


def _zone(edges: Edges) -> str:
    """Return the metric coordinate system of the middle of what was read."""
    lon, lat = edges.lonlat[edges.node].T
    return local_crs(float(np.median(beside(lon, middle(lon)))), float(np.median(lat)))
