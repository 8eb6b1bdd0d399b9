"""Leaflet as it was published, which travels with the package and stands whole in a page."""

import base64
import re
from importlib import resources


def leaflet_file(name: str) -> bytes:
    """Return a file of Leaflet 1.9.4, which travels with the package."""
    return resources.files("placement.maps").joinpath("static", "leaflet", name).read_bytes()


def leaflet_text(name: str) -> str:
    """Return a text file of Leaflet; a browser reads CR LF as LF before it hashes."""
    return leaflet_file(name).decode().replace("\r\n", "\n")


def leaflet_script() -> str:
    """Return Leaflet without the pointer to a source map, which is not there."""
    text = leaflet_text("leaflet.js")
    return re.sub(r"\n//# sourceMappingURL=\S*\s*$", "\n", text)


def leaflet_style() -> str:
    """Return Leaflet's style with its images inside."""

    def inlined(match: re.Match[str]) -> str:
        image = base64.b64encode(leaflet_file(match["file"])).decode()
        return f"url(data:image/png;base64,{image})"

    text = re.sub(r"url\((?P<file>images/[\w-]+\.png)\)", inlined, leaflet_text("leaflet.css"))
    # an ancient Internet Explorer's drawing, which a strict policy would complain about
    return re.sub(r"behavior: url\(#default#VML\);", "", text)
