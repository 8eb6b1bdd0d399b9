"""A solution for Google Earth: KML 2.2 with a folder for each layer, and styles."""

import io
import re
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree as ET

import shapely
from shapely.geometry.base import BaseGeometry

from placement.exports.qgis_styles import AREA, CLOSED, ROUTE, colours_of
from placement.exports.tables import Table
from placement.exports.titles import title, title_of

_SPACE = "http://www.opengis.net/kml/2.2"
_CIRCLE = "https://maps.google.com/mapfiles/kml/shapes/placemark_circle.png"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def kml(layers: Sequence[Table], labels: Mapping[str, str], *, name: str, language: str) -> bytes:
    """Return all layers as KML.

    Parameters
    ----------
    layers
        The layers.
    labels
        What each resource is called, by identifier in their order.
    name
        Title of the document.
    language
        Of the titles.
    """
    root = ET.Element("kml", {"xmlns": _SPACE})
    document = ET.SubElement(root, "Document")
    _say(document, "name", name)
    colours = colours_of([*labels])
    styled = {
        **{f"posts-{kind}": (colour, "ff", "ff") for kind, colour in colours.items()},
        **{f"catchments-{kind}": (colour, "ff", "33") for kind, colour in colours.items()},
        "areas": (AREA, "ff", "55"), "route": (ROUTE, "ff", "00"),
        "closures": (CLOSED, "ff", "33"), "closed_lines": (CLOSED, "ff", "00"),
    }  # fmt: skip
    numbers = {key: f"style-{number}" for number, key in enumerate(styled)}  # ids are plain words
    for key, (colour, line, fill) in styled.items():
        _style(document, numbers[key], colour, line=line, fill=fill)
    for layer in layers:
        folder = ET.SubElement(document, "Folder")
        _say(folder, "name", title_of(layer.name, layer.note, language))
        for row, geometry in enumerate(layer.geometries or ()):
            told = {column: cells[row] for column, cells in layer.columns.items()}
            kind = f"{layer.name}-{told['resource']}" if "resource" in told else layer.name
            mark = ET.SubElement(folder, "Placemark")
            _say(mark, "name", str(told.get("name") or told["id"]))
            _say(mark, "styleUrl", f"#{numbers[kind]}")
            data = ET.SubElement(mark, "ExtendedData")
            for column, cell in told.items():
                if cell is not None:
                    one = ET.SubElement(data, "Data", {"name": _xml(column)})
                    _say(one, "displayName", title(column, language))
                    _say(one, "value", str(cell))
            _draw(mark, geometry)
    ET.indent(root, " ")
    written = io.BytesIO()
    ET.ElementTree(root).write(written, encoding="utf-8", xml_declaration=True)
    return written.getvalue() + b"\n"


def _style(document: ET.Element, name: str, colour: str, *, line: str, fill: str) -> None:
    blue_first = colour[5:7] + colour[3:5] + colour[1:3]
    style = ET.SubElement(document, "Style", {"id": name})
    icon = ET.SubElement(style, "IconStyle")
    _say(icon, "color", f"ff{blue_first}")
    _say(ET.SubElement(icon, "Icon"), "href", _CIRCLE)
    drawn = ET.SubElement(style, "LineStyle")
    _say(drawn, "color", f"{line}{blue_first}")
    _say(drawn, "width", "3")
    _say(ET.SubElement(style, "PolyStyle"), "color", f"{fill}{blue_first}")


def _draw(parent: ET.Element, geometry: BaseGeometry) -> None:
    parts = shapely.get_parts(geometry)
    if geometry.geom_type.startswith("Multi") and len(parts) != 1:
        parent = ET.SubElement(parent, "MultiGeometry")
    for part in parts:
        drawn = ET.SubElement(parent, part.geom_type)
        if part.geom_type != "Polygon":
            _say(drawn, "coordinates", _places(part))
            continue
        for ring, where in [(part.exterior, "outerBoundaryIs"), *(
            (inner, "innerBoundaryIs") for inner in part.interiors
        )]:  # fmt: skip
            closed = ET.SubElement(ET.SubElement(drawn, where), "LinearRing")
            _say(closed, "coordinates", _places(ring))


def _places(geometry: BaseGeometry) -> str:
    return " ".join(f"{lon:.7f},{lat:.7f}" for lon, lat in shapely.get_coordinates(geometry))


def _say(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = _xml(text)


def _xml(text: str) -> str:
    """Return a text without characters that no XML can hold."""
    return _NOT_XML.sub("\ufffd", text)
