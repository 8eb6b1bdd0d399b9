"""How figures of studies are drawn: the same bytes on every machine, and names as plain text."""

import io
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from placement.counts import counted
from placement.errors import MissingExtraError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = ("svg", "png")
LANGUAGES = ("en", "fr")
#: Most characters of a title that fit above a figure, and of a name beside a line of it.
LONGEST_TITLE, LONGEST_NAME = 80, 46
_NO_DATES = {"svg": ("Date", "Creator"), "png": ("Software",)}
_SETTINGS = {
    "svg.hashsalt": "placement",
    "svg.fonttype": "path",
    "text.parse_math": False,  # names are data, and no formulas
}


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Plot:
    """A figure as bytes, which a notebook shows by itself.

    Attributes
    ----------
    svg, png
        The figure in both formats.
    """

    svg: bytes
    png: bytes

    def __repr__(self) -> str:
        svg, png = counted(len(self.svg), "byte"), counted(len(self.png), "byte")
        return f"Plot: svg of {svg}, png of {png}"

    def _repr_svg_(self) -> str:
        return self.svg.decode()


def demand_plots() -> None:
    """Make sure that figures can be drawn, before any work is done for them.

    Raises
    ------
    MissingExtraError
        If the extra ``plots`` is not installed.
    """
    if find_spec("matplotlib") is None:
        raise MissingExtraError("drawing figures", package="matplotlib", extra="plots")


@contextmanager
def drawing(**style: Any) -> Iterator[None]:  # noqa: ANN401 - settings of matplotlib
    """Draw with settings of our own, whatever the user has set for other figures.

    Raises
    ------
    MissingExtraError
        If the extra ``plots`` is not installed.
    """
    demand_plots()
    import matplotlib as mpl  # noqa: PLC0415 - heavy, and an extra

    settings: Any = dict(mpl.rcParamsDefault)
    settings |= {**_SETTINGS, **style}
    with mpl.rc_context(settings):
        yield


def write_figure(
    draw: Callable[[], "Figure"], *, dpi: int, style: Mapping[str, Any] | None = None
) -> dict[str, bytes]:
    """Draw a figure and return it as ``svg`` and ``png``.

    The same figure gives the same bytes with one version of matplotlib, whose own font is taken
    whatever is installed beside it.

    Parameters
    ----------
    draw
        Draws the figure.
    dpi
        Dots per inch of the picture.
    style
        Settings of matplotlib.

    Raises
    ------
    MissingExtraError
        If the extra ``plots`` is not installed.
    """
    found = {}
    with drawing(**(style or {})):
        figure = draw()
        for kind in FORMATS:
            stream = io.BytesIO()
            nothing = dict.fromkeys(_NO_DATES[kind])
            figure.savefig(stream, format=kind, dpi=dpi, metadata=nothing)
            found[kind] = stream.getvalue()
    return found


def in_each_language(name: str, draw: Callable[[str], Mapping[str, bytes]]) -> dict[str, bytes]:
    """Return a figure in each language and format, by names of files such as ``queues.en.svg``."""
    return {
        f"{name}.{language}.{kind}": content
        for language in LANGUAGES
        for kind, content in draw(language).items()
    }


def take_own_font(figure: "Figure") -> None:
    """Set every text of a figure in the font that comes with matplotlib."""
    import matplotlib as mpl  # noqa: PLC0415 - heavy, and an extra
    from matplotlib.text import Text  # noqa: PLC0415

    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    for text in figure.findobj(Text):
        bold = "-Bold" if text.get_fontweight() == "bold" else ""
        size = text.get_fontsize()
        text.set_fontproperties(_font(folder / f"DejaVuSans{bold}.ttf"))
        text.set_fontsize(size)
        text.set_parse_math(False)


def one_line(text: str, most: int = LONGEST_NAME) -> str:
    """Return a name as a figure can show it: on one line, cut short, of letters that are seen.

    Control characters make an SVG that no program reads, and others turn a text about.
    """
    plain = "".join(
        "" if unicodedata.category(letter) == "Cf" else letter if letter.isprintable() else " "
        for letter in text
    )
    name = " ".join(plain.split())
    return name if len(name) <= most else f"{name[: most - 1]}…"


def thousands(language: str) -> Any:  # noqa: ANN401 - a formatter of matplotlib
    """Return what writes the numbers of an axis in a language."""
    from matplotlib.ticker import FuncFormatter  # noqa: PLC0415 - heavy, and an extra

    return FuncFormatter(lambda value, _: written(value, language))


def written(value: float, language: str) -> str:
    """Return a number as a language writes it: 12,000.5 or 12 000,5."""
    text = f"{value:,.10g}"
    return text if language == "en" else text.replace(",", "\u202f").replace(".", ",")


def _font(file: Path) -> Any:  # noqa: ANN401 - of matplotlib
    from matplotlib.font_manager import FontProperties  # noqa: PLC0415 - heavy, and an extra

    return FontProperties(fname=str(file))
