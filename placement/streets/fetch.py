"""Streets, and what lies beside them, from an Overpass server: one polite question, one file."""

import time
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

from placement.errors import InputError, UsageError
from placement.globe import cut, local_crs, middle
from placement.outputs import replacing
from placement.reading.degrees import in_degrees, placed
from placement.reading.features import quiet
from placement.reading.formats import read_features
from placement.reading.regular import require_file
from placement.streets.answer import check_whole
from placement.streets.request import LIMITS, Limits, Request, checked_address, trouble

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

#: The public server; its owners ask for few and small questions.
ENDPOINT = "https://overpass-api.de/api/interpreter"
_WATER = (
    '["natural"="water"]',
    '["waterway"~"^(riverbank|dock)$"]',
    '["landuse"~"^(basin|reservoir)$"]',
)
#: What is asked for: all that is walked, and all that `place init --from` reads, which is water,
#: railways, walls and fences, squares, stations with their entrances, and gates.
WANTED = (
    'way["highway"]',
    'way["railway"]',
    'way["public_transport"~"^(platform|station)$"]',
    'way["man_made"="pier"]',
    'way["barrier"]',
    'way["place"="square"]',
    'way["natural"="coastline"]',
    *(f"way{tag}" for tag in _WATER),
    *(
        f'relation["type"="multipolygon"]{tag}'
        for tag in ('["highway"]', '["place"="square"]', *_WATER)
    ),
    'node["railway"]',
    'node["public_transport"="station"]',
    'node["barrier"]',
)
#: Pauses before the second, third and fourth try, seconds, where the server names none.
PAUSES_S = (5.0, 15.0, 45.0)
#: Longest pause a server may ask for.
_MOST_PAUSE_S = 300.0


def around(route: str | Path, *, margin_m: float) -> "BaseGeometry":
    """Return the ground within a margin of a route.

    Parameters
    ----------
    route
        A layer of any geometry, as `geopandas` reads it.
    margin_m
        Metres.

    Returns
    -------
    shapely.Geometry
        Polygons of few corners, degrees (WGS 84), cut at the antimeridian.

    Raises
    ------
    InputError
        Where the layer cannot be read or holds nothing.
    UsageError
        Where the margin is no positive number.
    """
    if not 0 < margin_m < 100_000:
        raise UsageError(f"a margin of {margin_m:g} m cannot be; give metres above 0.")
    path = Path(route)
    require_file(path, remedy="give the route of the event")
    found = read_features(path, layer="route")
    shapes, named = placed(found)
    if not len(shapes):
        raise InputError("it holds no places", file=path, remedy="give the route of the event")
    degrees = in_degrees(path, named, shapes, found.crs)
    with quiet(path, "a route"):
        bounds = shapely.bounds(degrees)
        lat = bounds[:, 1::2]
        plane = local_crs(middle(bounds[:, ::2].ravel()), float(lat.min() + lat.max()) / 2)
        metres = gpd.GeoSeries(degrees, crs="EPSG:4326").to_crs(plane)
        ground = shapely.simplify(metres.buffer(margin_m).union_all(), margin_m / 20)
        # one outline without holes: what lies between the bends of a route is wanted too
        outline = shapely.union_all(
            [shapely.Polygon(part.exterior) for part in shapely.get_parts(ground)]
        )
        return cut(gpd.GeoSeries([outline], crs=metres.crs).to_crs("EPSG:4326").iloc[0])


def question(ground: "BaseGeometry", *, timeout_s: int = 180) -> str:
    """Return the Overpass question for all that is walked on some ground, and all that bars walks.

    Parameters
    ----------
    ground
        Polygons, degrees (WGS 84).
    timeout_s
        Seconds the server may take.

    Returns
    -------
    str
        In Overpass QL.
    """
    lines = [f"[out:xml][timeout:{timeout_s}];", "("]
    for part in shapely.get_parts(ground):
        corners = " ".join(f"{y:.6f} {x:.6f}" for x, y in part.exterior.coords[:-1])
        lines += [f'  {wanted}(poly:"{corners}");' for wanted in WANTED]
    return "\n".join([*lines, ");", "(._;>;);", "out body;", ""])


def fetch_streets(
    ground: "BaseGeometry",
    path: str | Path,
    *,
    endpoint: str = ENDPOINT,
    timeout_s: int = 180,
    limits: Limits = LIMITS,
    progress: Callable[[int], None] = lambda _size: None,
    pause: Callable[[float], None] = time.sleep,
) -> int:
    """Ask an Overpass server for the streets on some ground, and what is beside them.

    Nothing is written unless the whole answer came and can be read as streets. A busy server is
    asked again, up to three times, after the pause it asks for.

    Parameters
    ----------
    ground
        Polygons, degrees (WGS 84).
    path
        Where to write, ``.osm``.
    endpoint
        Address of the server's interpreter.
    timeout_s
        Seconds the server may take.
    limits
        What all of it may take, pauses included.
    progress
        Told the bytes received so far.
    pause
        Waits for so many seconds.

    Returns
    -------
    int
        Bytes written.

    Raises
    ------
    InputError
        Where the server cannot be reached, refuses, sends elsewhere, breaks off, takes too long,
        or sends too much or what are no streets; or where the file cannot be written.
    UsageError
        Where the address or the file's name cannot be.
    """
    path = Path(path)
    if not path.name.lower().endswith(".osm"):
        raise UsageError(f"the answer is an .osm file; name it so, not {path.name!r}.")
    endpoint = checked_address(endpoint)
    data = urllib.parse.urlencode({"data": question(ground, timeout_s=timeout_s)}).encode()
    ask = Request(
        endpoint,
        data,
        timeout_s=timeout_s + 30,
        ends=time.monotonic() + limits.seconds,
        limits=limits,
    )
    with replacing(path) as part:
        for wait in (*PAUSES_S, None):
            later = ask.put(part, progress)
            if later is None:
                break
            if wait is None:
                raise trouble(endpoint, "the server is busy", "try again later")
            seconds = min(later or wait, _MOST_PAUSE_S)
            if time.monotonic() + seconds > ask.ends:
                raise ask.late()
            pause(seconds)
        check_whole(part, endpoint)
        return part.stat().st_size
