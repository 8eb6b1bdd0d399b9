"""Styles of QGIS, so that a GeoPackage opens drawn: QML as QGIS 3 writes and reads it."""

from collections.abc import Mapping, Sequence
from xml.etree import ElementTree as ET

from placement.exports.tables import Table
from placement.exports.titles import title

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""By resource, told apart by people who see few colours (Okabe & Ito 2008)."""

AREA, ROUTE, CLOSED = "#7d6396", "#1d2b3a", "#8c1c13"
"""As on the map."""


def colours_of(resources: Sequence[str]) -> dict[str, str]:
    """Return the colour of each resource, in their order."""
    return {name: COLOURS[at % len(COLOURS)] for at, name in enumerate(resources)}


def qml(table: Table, labels: Mapping[str, str], *, language: str) -> str:
    """Return the style of a layer.

    Parameters
    ----------
    table
        The layer.
    labels
        What each resource is called, by identifier in their order.
    language
        Of the columns' titles.
    """
    root = ET.Element(
        "qgis", {"version": "3.22", "styleCategories": "Symbology|Labeling|Fields|Forms"}
    )
    if table.name in {"posts", "catchments"}:
        _by_resource(root, table, labels)
    else:
        renderer = ET.SubElement(root, "renderer-v2", {"type": "singleSymbol"})
        _symbol(ET.SubElement(renderer, "symbols"), "0", *_PLAIN[table.name])
    if table.name == "posts":
        _labelled(root)
    aliases = ET.SubElement(root, "aliases")
    for index, name in enumerate(table.columns, start=1):  # the first field is the row number
        named = {"field": name, "index": str(index), "name": title(name, language)}
        ET.SubElement(aliases, "alias", named)
    return ET.tostring(root, encoding="unicode")


type _Properties = Mapping[str, str]


def _fill(colour: str, alpha: int, line: str, width: str) -> tuple[str, str, _Properties]:
    properties = {"color": _rgba(colour, alpha), "outline_color": _rgba(line),
                  "outline_width": width, "style": "solid"}  # fmt: skip
    return "fill", "SimpleFill", properties


def _line(colour: str, width: str, dash: str = "solid") -> tuple[str, str, _Properties]:
    return "line", "SimpleLine", {
        "line_color": _rgba(colour), "line_width": width, "line_style": dash, "capstyle": "round"
    }  # fmt: skip


def _rgba(colour: str, alpha: int = 255) -> str:
    return ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)) + f",{alpha}"


_PLAIN = {
    "areas": _fill(AREA, 70, AREA, "0.3"),
    "route": _line(ROUTE, "1.2"),
    "closures": _fill(CLOSED, 40, CLOSED, "0.5"),
    "closed_lines": _line(CLOSED, "0.8", "dash"),
}


def _by_resource(root: ET.Element, table: Table, labels: Mapping[str, str]) -> None:
    renderer = ET.SubElement(
        root, "renderer-v2", {"type": "categorizedSymbol", "attr": "resource", "enableorderby": "0"}
    )
    categories = ET.SubElement(renderer, "categories")
    symbols = ET.SubElement(renderer, "symbols")
    for at, (resource, colour) in enumerate(colours_of(list(labels)).items()):
        told = {"value": resource, "label": labels[resource], "symbol": str(at), "render": "true"}
        ET.SubElement(categories, "category", told)
        if table.name == "posts":
            marker = {"name": "circle", "color": _rgba(colour), "outline_color": "255,255,255,255",
                      "outline_width": "0.5", "size": "4", "size_unit": "MM"}  # fmt: skip
            _symbol(symbols, str(at), "marker", "SimpleMarker", marker)
        else:
            _symbol(symbols, str(at), *_fill(colour, 45, colour, "0.3"))


def _symbol(symbols: ET.Element, name: str, kind: str, drawn: str, properties: _Properties) -> None:
    symbol = ET.SubElement(symbols, "symbol", {"type": kind, "name": name, "alpha": "1"})
    layer = ET.SubElement(symbol, "layer", {"class": drawn, "enabled": "1", "pass": "0"})
    options = ET.SubElement(layer, "Option", {"type": "Map"})
    for key, value in properties.items():
        ET.SubElement(options, "Option", {"name": key, "type": "QString", "value": value})
        ET.SubElement(layer, "prop", {"k": key, "v": value})  # QGIS before 3.26 reads these


def _labelled(root: ET.Element) -> None:
    """Write the name of each post beside it."""
    labeling = ET.SubElement(root, "labeling", {"type": "simple"})
    settings = ET.SubElement(labeling, "settings")
    style = ET.SubElement(
        settings, "text-style", {"fieldName": "name", "fontSize": "8", "textColor": "30,30,30,255"}
    )
    buffer = {"bufferDraw": "1", "bufferSize": "1", "bufferColor": "255,255,255,255"}
    ET.SubElement(style, "text-buffer", buffer)
    ET.SubElement(settings, "placement", {"placement": "6", "dist": "1"})
