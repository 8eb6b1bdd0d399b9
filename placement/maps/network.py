"""The page of a street network: its parts, and what was left out."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from placement.maps import coding
from placement.maps.frame import frame_of
from placement.maps.webmap import FIRST_SCRIPTS, page
from placement.outputs import replace_file
from placement.streets.network import transformer

if TYPE_CHECKING:
    from placement.streets import Streets

SCRIPTS = (*FIRST_SCRIPTS, "narrow.js", "network.js")


def write_network_map(streets: "Streets", facts: Mapping[str, Any], path: str | Path) -> None:
    """Write the offline map of a street network: its connected parts, and what was left out.

    Parameters
    ----------
    streets
        The network.
    facts
        What the page tells beside it, see `network_data`.
    path
        The file to write. It appears complete or not at all.

    Raises
    ------
    InputError
        If the file cannot be written.
    MapPageError
        If the installed Leaflet is not the one that was checked.
    """
    replace_file(path, network_page(streets, facts).encode())


def network_page(streets: "Streets", facts: Mapping[str, Any]) -> str:
    """Return the offline map of a street network as text; see `write_network_map`."""
    return page(
        network_data(streets, facts),
        words="network",
        show="showNetwork",
        scripts=SCRIPTS,
    )


def network_data(streets: "Streets", facts: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a network into what the page's script reads.

    Parameters
    ----------
    streets
        The network.
    facts
        By name, as `place streets info --json` gives them: ``file``, ``junctions``, ``edges``,
        ``km``, ``main_junctions``, ``main_km``, ``km_by_class``, ``dropped``.

    Returns
    -------
    dict
        Strings, numbers, lists and dictionaries only. ``parts`` holds every part but the largest:
        its lines (see `placement.maps.coding.deltas`), edges, length, names and whether points are
        snapped to it. Texts are verbatim: the page must only ever show them as text.
    """
    back = transformer(streets.crs, inverse=True)
    lon, lat = back.transform(streets.vertex_xy[:, 0], streets.vertex_xy[:, 1])
    frame = frame_of(streets.node_lonlat)
    lonlat = frame.places(np.column_stack([lon, lat]))
    part = streets.component[streets.edge_tail]
    other = np.flatnonzero(part > 0)
    order = other[np.argsort(part[other], kind="stable")]
    parts = [
        {
            "lines": [
                coding.deltas(lonlat[streets.vertex_first[e] : streets.vertex_first[e + 1]])
                for e in edges.tolist()
            ],
            "edges": len(edges),
            "m": round(float(streets.length_m[edges].sum()), 1),
            "island": bool(streets.island[edges[0]]),
            "names": sorted({str(name) for name in streets.name[edges]} - {""}),
            "classes": sorted({str(kind) for kind in streets.edge_class[edges]}),
        }
        for edges in np.split(order, np.flatnonzero(np.diff(part[order])) + 1)
        if len(edges)
    ]
    return {
        "title": {"en": streets.source, "fr": streets.source},
        "facts": dict(facts),
        "osm": bool(streets.attribution),
        "bounds": coding.bounds((), lonlat),
        "streets": coding.street_lines(streets, frame),
        "parts": parts,
    }
