"""The member ``crs`` of a GeoJSON file, which must be WGS 84 where it stands."""

import re
from pathlib import Path

from placement.errors import InputError


def check_crs(path: Path, member: object) -> None:
    """Refuse a ``crs`` member (dropped from GeoJSON in 2016) that is not WGS 84."""
    if member is None:
        return
    if not re.search(r"CRS84|EPSG:+4326\b", str(member)):
        raise InputError(
            "is not in WGS 84 longitude and latitude, as GeoJSON must be",
            file=path,
            field="crs",
            remedy="export it in EPSG:4326, or as GeoPackage",
        )
