"""Streets from an Overpass server: one polite question, one file."""

import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pyogrio
import shapely

from placement.errors import InputError, UsageError
from placement.outputs import replacing

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

#: The public server; its owners ask for few and small questions.
ENDPOINT = "https://overpass-api.de/api/interpreter"
#: Pauses before the second, third and fourth try, seconds, where the server names none.
PAUSES_S = (5.0, 15.0, 45.0)
#: Longest pause a server may ask for.
_MOST_PAUSE_S = 300.0
#: Answers after which the same question may be put again.
_BUSY = frozenset({429, 502, 503, 504})
_CHUNK = 1 << 16


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
        A polygon of few corners, degrees (WGS 84).

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
    try:
        frame = (
            gpd.read_parquet(path) if path.suffix == ".parquet" else pyogrio.read_dataframe(path)
        )
    except (pyogrio.errors.DataSourceError, RuntimeError, ValueError, OSError):
        raise InputError(
            "it cannot be read as a layer",
            file=path,
            remedy="give GeoJSON, GeoPackage or GeoParquet",
        ) from None
    if not isinstance(frame, gpd.GeoDataFrame) or frame.crs is None or frame.is_empty.all():
        raise InputError("it holds no places", file=path, remedy="give the route of the event")
    metres = frame.to_crs(frame.estimate_utm_crs())
    ground = shapely.simplify(metres.buffer(margin_m).union_all(), margin_m / 20)
    # one outline without holes: what lies between the bends of a route is wanted too
    outline = shapely.union_all(
        [shapely.Polygon(part.exterior) for part in shapely.get_parts(ground)]
    )
    return gpd.GeoSeries([outline], crs=metres.crs).to_crs("EPSG:4326").iloc[0]


def question(ground: "BaseGeometry", *, timeout_s: int = 180) -> str:
    """Return the Overpass question for all that is walked on some ground.

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
        lines += [
            f'  {kind}[{tag}](poly:"{corners}");'
            for kind, tag in (
                ("way", '"highway"'),
                ("way", '"railway"="platform"'),
                ("way", '"public_transport"="platform"'),
                ("way", '"man_made"="pier"'),
                ("relation", '"type"="multipolygon"]["highway"'),
            )
        ]
    return "\n".join([*lines, ");", "(._;>;);", "out body;", ""])


def fetch_streets(
    ground: "BaseGeometry",
    path: str | Path,
    *,
    endpoint: str = ENDPOINT,
    timeout_s: int = 180,
    progress: Callable[[int], None] = lambda _size: None,
    pause: Callable[[float], None] = time.sleep,
) -> int:
    """Ask an Overpass server for the streets on some ground and write them to a file.

    Nothing is written unless the whole answer came. A busy server is asked again, up to three
    times, after the pause it asks for.

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
        Where the server cannot be reached, refuses, or breaks off.
    UsageError
        Where the address or the file's name cannot be.
    """
    path = Path(path)
    if not path.name.lower().endswith(".osm"):
        raise UsageError(f"the answer is an .osm file; name it so, not {path.name!r}.")
    if urllib.parse.urlsplit(endpoint).scheme not in {"http", "https"}:
        raise UsageError(f"{endpoint!r} is no web address; give http:// or https://.")
    data = urllib.parse.urlencode({"data": question(ground, timeout_s=timeout_s)}).encode()
    request = urllib.request.Request(  # noqa: S310 - the scheme is checked above
        endpoint, data=data, headers={"User-Agent": "placement (street layer for one plan)"}
    )
    with replacing(path) as part:
        for wait in (*PAUSES_S, None):
            later = _ask(request, part, timeout_s=timeout_s + 30, progress=progress)
            if later is None:
                break
            if wait is None:
                raise _trouble(endpoint, "the server is busy", "try again later")
            pause(min(later or wait, _MOST_PAUSE_S))
        _check_whole(part, endpoint)
        return part.stat().st_size


def _ask(
    request: urllib.request.Request, part: Path, *, timeout_s: int, progress: Callable[[int], None]
) -> float | None:
    """Put the question once; return None with the answer written, or the pause asked for."""
    try:
        with (
            urllib.request.urlopen(request, timeout=timeout_s) as answer,  # noqa: S310
            part.open("wb") as file,
        ):
            while chunk := answer.read(_CHUNK):
                file.write(chunk)
                progress(file.tell())
    except urllib.error.HTTPError as error:
        with error:
            if error.code in _BUSY:
                after = error.headers.get("Retry-After", "")
                return float(after) if after.isdigit() else 0.0
            raise _trouble(
                request.full_url,
                f"the server answers {error.code}",
                "check the address and the route",
            ) from None
    except (urllib.error.URLError, TimeoutError, OSError) as error:
        reason = getattr(error, "reason", error)
        raise _trouble(
            request.full_url, f"the server cannot be reached ({reason})",
            "check the network, or name another server with --endpoint",
        ) from None  # fmt: skip
    return None


def _check_whole(part: Path, endpoint: str) -> None:
    """Refuse an answer that broke off, or that is the server's apology."""
    with part.open("rb") as file:
        file.seek(max(0, part.stat().st_size - 4096))
        tail = file.read()
    if b"<remark>" in tail and b"error" in tail:
        remark = tail.split(b"<remark>")[-1].split(b"</remark>")[0].decode("utf-8", "replace")
        raise _trouble(
            endpoint, f"the server gave up ({remark.strip()})", "ask for a smaller margin"
        )
    if not tail.rstrip().endswith(b"</osm>"):
        raise _trouble(endpoint, "the answer broke off", "try again")


def _trouble(endpoint: str, problem: str, remedy: str) -> InputError:
    return InputError(problem, file=endpoint, remedy=remedy)
