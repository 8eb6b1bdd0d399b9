"""The one order of places: along a Hilbert curve, so that neighbours lie near in memory too."""

import numpy as np
from numpy.typing import NDArray

from placement.compiled import compiled

#: Coordinates are whole numbers of 1e-7 degree, OpenStreetMap's own grid (about 1 cm).
GRID = 1e7


@compiled
def hilbert(lon: NDArray[np.int32], lat: NDArray[np.int32]) -> NDArray[np.uint64]:
    """Return each place's position along a Hilbert curve over the whole globe.

    The curve has 32 bits an axis, one cell a grid point, so that two places share a position
    only where they share both coordinates, and the position depends on nothing else.

    Parameters
    ----------
    lon, lat
        (N,) int32, in units of 1e-7 degree.

    Returns
    -------
    ndarray
        (N,) uint64.

    References
    ----------
    Hilbert, D. (1891). Über die stetige Abbildung einer Linie auf ein Flächenstück.
    """
    result = np.empty(lon.size, np.uint64)
    one = np.int64(1)
    for i in range(lon.size):
        x = np.int64(lon[i]) + np.int64(1_800_000_000)
        y = np.int64(lat[i]) + np.int64(900_000_000)
        d = np.uint64(0)
        s = one << np.int64(31)
        while s > 0:
            rx = one if x & s else np.int64(0)
            ry = one if y & s else np.int64(0)
            d = (d << np.uint64(2)) | np.uint64((np.int64(3) * rx) ^ ry)
            if ry == 0:
                if rx == 1:
                    x = (one << np.int64(32)) - one - x
                    y = (one << np.int64(32)) - one - y
                x, y = y, x
            s >>= one
        result[i] = d
    return result


@compiled
def geodesic_m(lon0: float, lat0: float, lon1: float, lat1: float) -> float:
    """Return the length on the WGS 84 ellipsoid between two places that are near to each other.

    The radii of curvature at the middle latitude give the geodesic to within 1e-7 of its length
    up to 2 km, in a hundredth of the time of the general solution. Beyond 80°, where parallels
    bend, the straight line through the ground is within the same.

    Parameters
    ----------
    lon0, lat0, lon1, lat1
        Degrees.

    Returns
    -------
    float
        Metres.

    References
    ----------
    Karney, C. (2013). Algorithms for geodesics. Journal of Geodesy 87, 43-55 (the measure of it).
    """
    radius, squash = 6378137.0, 1.0 / 298.257223563
    e2 = squash * (2.0 - squash)
    middle = np.radians(0.5 * (lat0 + lat1))
    turn = lon1 - lon0
    if turn > 180.0:
        turn -= 360.0
    elif turn < -180.0:
        turn += 360.0
    if abs(lat0 + lat1) > 160.0:
        place = np.empty((2, 3))
        for i in range(2):
            north, east = np.radians(lat0 if i == 0 else lat1), np.radians(0.0 if i == 0 else turn)
            across = radius / np.sqrt(1.0 - e2 * np.sin(north) ** 2)
            place[i, 0] = across * np.cos(north) * np.cos(east)
            place[i, 1] = across * np.cos(north) * np.sin(east)
            place[i, 2] = across * (1.0 - e2) * np.sin(north)
        return float(np.sqrt(((place[0] - place[1]) ** 2).sum()))
    w = 1.0 - e2 * np.sin(middle) ** 2
    north = np.radians(lat1 - lat0) * radius * (1.0 - e2) / (w * np.sqrt(w))
    east = np.radians(turn) * radius * np.cos(middle) / np.sqrt(w)
    return float(np.sqrt(north * north + east * east))
