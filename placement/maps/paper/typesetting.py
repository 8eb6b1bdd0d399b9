"""Typst sets the sheets: the only module that knows it, and the library that draws QR codes.

Typst was taken because it is one wheel with no dependencies, writes the same bytes for the same
input, sets tables and pages by itself and turns one document into PDF, PNG and SVG. A browser would
have to be installed, and no two of them print alike; reportlab would leave layout to us.
"""

import base64
import json
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from placement.errors import InputError, MissingExtraError, PlacementError
from placement.maps.paper.letters import every_text, without
from placement.maps.paper.names import SIZES_PT
from placement.maps.paper.placing import Measure

_PACKAGES = {
    "typst": "typst",
    "segno": "segno",
    "font_source_sans_pro": "font-source-sans-pro",
}
_FACES = ("Regular", "Semibold", "Bold", "It")
# what the face is known to have, besides what cannot be seen
_OF_THE_FACE = re.compile(
    "[\u0000-\u017f\u2000-\u2027\u202f-\u2030\u2066-\u2069\u20ac\u2190-\u2193]"
)
_FOR_READERS = "ua-1"  # what a screen reader needs: tags, order, words for pictures
_NO_LETTER = "\U0010fffd"  # for private use: no font has it
_GLYPH = re.compile(r'<symbol id="([^"]+)"')
_ROOT = re.compile(r'<svg [^>]*?viewBox="(?P<view>[^"]*)"[^>]*>')
_EMBEDDED = re.compile(
    r'<image(?P<move> transform="[^"]*")? xlink:href="data:image/svg\+xml;base64,'
    r'(?P<picture>[^"]*)" width="(?P<width>[^"]*)" height="(?P<height>[^"]*)" '
    r'preserveAspectRatio="none"/>'
)


class PrintError(PlacementError):
    """The sheets could not be set."""


def demand_press() -> None:
    """Make sure that sheets can be set, before any work is done for them.

    Raises
    ------
    MissingExtraError
        If the extra ``print`` is not installed.
    """
    for module, package in _PACKAGES.items():
        if find_spec(module) is None:
            raise MissingExtraError("printing", package=package, extra="print")


@contextmanager
def _with_room() -> Iterator[None]:
    """Say in a sentence that the folder Typst works in cannot be written."""
    try:
        yield
    except OSError as error:
        raise InputError(
            f"the sheets in the making cannot be written ({error.strerror or error})",
            file=tempfile.gettempdir(),
            remedy="make room there, or name another folder in TMPDIR",
        ) from error


class Press:
    """A folder that Typst sets sheets in, gone when it is closed.

    Raises
    ------
    MissingExtraError
        If the extra ``print`` is not installed.
    """

    def __init__(self) -> None:
        demand_press()
        import font_source_sans_pro  # noqa: PLC0415 - an extra
        import typst  # noqa: PLC0415

        self._typst = typst
        self._faces = Path(font_source_sans_pro.__file__).parent / "files"
        self._stack = ExitStack()
        self._folder = Path()
        self._seen: set[str] = set()  # letters looked for
        self._elsewhere: set[str] = set()  # those that fonts of the machine are needed for
        self.missing: set[str] = set()
        """Letters, of those looked for, that no font has."""

    def __enter__(self) -> Self:
        with self._stack, _with_room():
            folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="place-"))
            self._folder = Path(folder)
            fonts = self._folder / "fonts"
            fonts.mkdir()
            # the package has each face twice, and which of two equals is taken depends on the
            # folder
            for face in _FACES:
                shutil.copy(self._faces / f"SourceSansPro-{face}.ttf", fonts)
            for name in ("dossier.typ", "cards.typ", "breaking.typ", "widths.typ", "letters.typ"):
                text = resources.files("placement.maps.paper").joinpath(name).read_bytes()
                (self._folder / name).write_bytes(text)
            self._stack = self._stack.pop_all()  # nothing failed: it stays until the end
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def look_for(self, text: str) -> None:
        """Find out which letters of a text no font has: see `missing`."""
        letters = sorted(set(_OF_THE_FACE.sub("", text)) - self._seen)
        self._seen |= set(letters)
        self._elsewhere |= (own := self._without_glyph(letters, machine=False))
        self.missing |= self._without_glyph(sorted(own), machine=True)

    def _without_glyph(self, letters: Sequence[str], *, machine: bool) -> set[str]:
        """Return the letters that are drawn as the one that no font has."""
        if not letters:
            return set()
        asked = {"letters": [_NO_LETTER, *letters], "machine": machine}
        self._write("letters.json", json.dumps(asked))
        made = self._compiler("letters.typ", machine=machine).compile(format="svg", timestamp=0)
        none, *pages = (set(_GLYPH.findall(page.decode())) for page in made)
        return {one for one, glyphs in zip(letters, pages, strict=True) if glyphs & none}

    def measure(self, texts: Iterable[tuple[str, str]]) -> Measure:
        """Return the widths of texts, each with its style, in millimetres."""
        wanted = sorted(set(texts))
        text = json.dumps({"texts": wanted, "sizes": SIZES_PT}, ensure_ascii=False)
        self._write("texts.json", text)
        found = json.loads(self._compiler_of("widths.typ", text).query("<widths>", field="value"))
        widths = dict(zip(wanted, found[0], strict=True))
        return lambda style, one: float(widths[style, one])

    def set(
        self,
        data: Mapping[str, Any],
        pictures: Mapping[str, str],
        *,
        template: str = "dossier.typ",
        to: Literal["pdf", "png", "svg"] = "pdf",
        ppi: float = 200.0,
    ) -> bytes:
        """Set the sheets.

        Parameters
        ----------
        data
            What the template reads; its texts go in letters that there are.
        pictures
            Drawings by the name they have in it.
        template
            ``dossier.typ`` or ``cards.typ``.
        to
            The format; a picture, ``png`` or ``svg``, is of the only sheet there is.
        ppi
            Pixels in an inch of a PNG.

        Raises
        ------
        PrintError
            If Typst refuses them.
        """
        for name, picture in pictures.items():
            self._write(name, picture)
        self.look_for(json.dumps(data, ensure_ascii=False))
        shown = every_text(data, lambda one: without(one, self.missing))
        text = json.dumps(shown, ensure_ascii=False, allow_nan=False)
        self._write("data.json", text)
        compiler = self._compiler_of(template, text)
        try:
            made = _read_aloud(compiler) if to == "pdf" else None
            if made is None:
                made = compiler.compile(format=to, ppi=ppi, timestamp=0)
        except RuntimeError as error:
            raise PrintError(f"the sheets could not be set: {error}.") from error
        content: bytes = made if isinstance(made, bytes) else made[0]
        return _with_pictures_inside(content) if to == "svg" else content

    def _write(self, name: str, text: str) -> None:
        with _with_room():
            (self._folder / name).write_text(text, encoding="utf-8", errors="replace")

    def _compiler_of(self, name: str, texts: str) -> Any:  # noqa: ANN401 - of an extra
        """Return a compiler of some texts; the machine's fonts are for letters ours lack."""
        self.look_for(texts)
        return self._compiler(name, machine=not self._elsewhere.isdisjoint(texts))

    def _compiler(self, name: str, *, machine: bool) -> Any:  # noqa: ANN401
        fonts = self._typst.Fonts(
            include_system_fonts=machine,
            include_embedded_fonts=True,
            font_paths=[str(self._folder / "fonts")],
        )
        return self._typst.Compiler(
            str(self._folder / name), root=str(self._folder), font_paths=fonts
        )


def _read_aloud(compiler: Any) -> Any:  # noqa: ANN401 - of an extra
    """Return a PDF as PDF/UA-1 has it; None where a letter of some name is not allowed there."""
    try:
        return compiler.compile(format="pdf", timestamp=0, pdf_standards=[_FOR_READERS])
    except RuntimeError as error:
        if "PDF/UA" not in str(error):
            raise
        return None


def _with_pictures_inside(svg: bytes) -> bytes:
    """Put the drawings of an SVG into it as elements: not every program shows embedded ones."""

    def inside(found: re.Match[str]) -> str:
        drawn = base64.b64decode(found["picture"]).decode()
        own = _ROOT.match(drawn)
        assert own is not None  # noqa: S101 - our own drawings
        kept = f'viewBox="{own["view"]}" preserveAspectRatio="none" overflow="hidden"'
        size = f'width="{found["width"]}" height="{found["height"]}"'
        return f"<g{found['move'] or ''}><svg {size} {kept}>{drawn[own.end() :]}</g>"

    return _EMBEDDED.sub(inside, svg.decode()).encode()


def qr_code(text: str) -> str:
    """Return a QR code as an SVG drawing, readable when a sixth of it is damaged."""
    import segno  # noqa: PLC0415 - an extra

    code = segno.make(text, error="m", micro=False)
    drawn: str = code.svg_inline(border=2, dark="#000000", light="#ffffff", scale=4)
    return drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
