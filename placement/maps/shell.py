"""The HTML document around a map, by Folium as a shell.

Folium draws the frame: the document, the map's element and the call that makes the Leaflet map. It
never sees a text of the plan, since branca fills templates twice and would run a name such as
``{{6*7}}`` as code. All texts and numbers stand in one JSON block, which one static script reads.
"""

import base64
import hashlib
import html
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import numpy as np

from placement.late_imports import imported_later

with imported_later("pandas"):  # Folium asks it what a data frame is, and gets none here
    import folium
    from branca.element import Element, Figure, MacroElement
    from folium.template import Template

_naming = threading.Lock()


class _Verbatim(Element):
    """A text that goes into the page as it is: filled in once, never read as a template."""

    _template = Template("{{ this.text }}")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class _Page(Figure):
    """The document around the map, with a policy that allows our own texts and nothing else."""

    _template = Template(
        "<!DOCTYPE html>\n"
        '<html lang="en">\n'
        "<head>\n"
        '<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="{{ this.policy }}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        "<title>{{ this.title }}</title>\n"
        "<style>{{ this.style }}</style>\n"
        "</head>\n"
        "<body>\n"
        "{{ this.html.render() }}\n"
        '<script type="application/json" id="plan-data">{{ this.data }}</script>\n'
        "<script>{{ this.leaflet }}</script>\n"
        "<script>{{ this.code }}</script>\n"
        "</body>\n"
        "</html>\n"
    )

    def __init__(self, *, title: str, style: str, leaflet: str, data: str) -> None:
        readable = title.encode(errors="replace").decode()
        super().__init__(title=html.escape(readable))
        self.style = style
        self.leaflet = leaflet
        self.data = data
        self.code = ""
        self.policy = ""

    def render(self, **_: object) -> str:
        """Render the children, then the document with the hashes of exactly what was handed in."""
        for child in self._children.values():
            child.render()
        self.code = f'(function () {{\n"use strict";\n{self.script.render()}\n}}());\n'
        self.policy = (
            "default-src 'none'; "
            f"script-src {_hash(self.leaflet)} {_hash(self.code)}; "
            f"style-src {_hash(self.style)}; "
            "img-src data:; base-uri 'none'; form-action 'none'"
        )
        return str(self._template.render(this=self, kwargs={}))


class _Map(folium.Map):
    """Folium's map without its links to the network and without its page-wide styles."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - folium's own way to name them
    default_css: list[tuple[str, str]] = []  # noqa: RUF012
    _template = Template(
        """
        {% macro html(this, kwargs) %}
            <div class="folium-map" id={{ this.get_name()|tojson }}></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            const {{ this.get_name() }} = L.map(
                {{ this.get_name()|tojson }},
                {
                    center: {{ this.location|tojson }},
                    crs: L.CRS.{{ this.crs }},
                    ...{{ this.options|tojavascript }}
                }
            );
        {% endmacro %}
        """
    )


class _Start(MacroElement):
    """The call that hands Folium's map to our own script."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "{{ this.show }}({{ this._parent.get_name() }});"
        "{% endmacro %}"
    )

    def __init__(self, show: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.show = show


def document(
    *, title: str, style: str, leaflet: str, data: str, frame: str, code: str, show: str
) -> str:
    """Return the document as text: the same bytes for the same parts, in any process.

    Parameters
    ----------
    title
        Of the document; escaped here.
    style
        The style sheet.
    leaflet, code
        Leaflet, and our own scripts.
    data
        The JSON block, as it goes into a document.
    frame
        The elements around the map.
    show
        Name of the script's function that the map is handed to.
    """
    with _counted_names():
        shell = _Page(title=title, style=style, leaflet=leaflet, data=data)
        drawn = _Map(
            # of anything but an array Folium asks whether it is a data frame, and gets pandas
            location=np.zeros(2),  # type: ignore[arg-type]
            zoom_start=2,
            tiles=None,
            prefer_canvas=False,
            fade_animation=False,
            zoom_control=False,
            attribution_control=False,
            zoom_snap=0.25,
            min_zoom=3,
            max_zoom=19,
            world_copy_jump=False,
        )
        shell.html.add_child(_Verbatim(frame), name="frame")
        shell.script.add_child(_Verbatim(code), name="own")
        shell.add_child(drawn)
        drawn.add_child(_Start(show))
        return shell.render()


def _hash(text: str) -> str:
    """Return a text's source expression for the policy."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@contextmanager
def _counted_names() -> Iterator[None]:
    """Have folium number its elements, not name them at random; one thread at a time.

    The generator is shared by the whole process, hence the lock around building and rendering.
    """
    numbers = count(1)
    with _naming:
        random_names = Element.__dict__["_generate_id"]
        setattr(Element, "_generate_id", classmethod(lambda _: str(next(numbers))))  # noqa: B010 - typed as a method
        try:
            yield
        finally:
            setattr(Element, "_generate_id", random_names)  # noqa: B010
