"""What a server sent is looked at as a whole before anybody relies on it."""

from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

from placement.errors import InputError
from placement.streets.osm import read_osm
from placement.streets.request import trouble


class _Unwanted(Exception):  # noqa: N818 - it ends the reading, and is told otherwise
    """What ends the reading of an answer, and what is to be done."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.remedy = remedy


def check_whole(part: Path, endpoint: str) -> None:
    """Refuse an answer that broke off, is the server's apology, or cannot be read as streets.

    Parameters
    ----------
    part
        The answer, ``.osm``.
    endpoint
        Who sent it.

    Raises
    ------
    InputError
        Naming the server.
    """
    parser = expat.ParserCreate()
    looked = _Look()
    parser.StartElementHandler = looked.begin
    parser.EndElementHandler = looked.end
    parser.CharacterDataHandler = looked.text
    parser.StartDoctypeDeclHandler = looked.doctype
    try:
        with part.open("rb") as file:
            parser.ParseFile(file)
    except _Unwanted as error:
        raise trouble(endpoint, str(error), error.remedy) from None
    except expat.ExpatError as error:
        if looked.depth or not looked.root:
            raise trouble(endpoint, "the answer broke off, or is no XML", "try again") from None
        raise trouble(endpoint, f"the answer is no XML ({error})", "try again") from None
    if not looked.ways:
        raise trouble(endpoint, "the answer holds no streets", "ask for a wider margin")
    try:
        read_osm(part, form="osm")
    except InputError as error:
        raise trouble(endpoint, f"the answer will not do: {error.problem}", "try again") from None


class _Look:
    """Looks at an XML document as it is parsed."""

    def __init__(self) -> None:
        self.root = ""
        self.depth = 0
        self.ways = 0
        self._remark: list[str] | None = None

    def begin(self, name: str, _attributes: dict[str, str]) -> None:
        """Take a tag that opens."""
        if not self.depth:
            self.root = name
            if name != "osm":
                raise _Unwanted(
                    f"the answer is <{name[:40]}>, no OpenStreetMap file",
                    "check that the address is that of an Overpass interpreter",
                )
        self.depth += 1
        self.ways += name == "way"
        self._remark = [] if name == "remark" else self._remark

    def end(self, name: str) -> None:
        """Take a tag that closes; a remark that tells of an error ends it all."""
        self.depth -= 1
        if name == "remark" and self._remark is not None:
            remark = " ".join("".join(self._remark).split())
            if "error" in remark:
                raise _Unwanted(f"the server gave up ({remark[:200]})", "ask for a smaller margin")
            self._remark = None

    def text(self, text: str) -> None:
        """Take text, which matters in a remark alone."""
        if self._remark is not None:
            self._remark.append(text)

    @staticmethod
    def doctype(*_: object) -> NoReturn:
        """Refuse definitions: they are how a small document becomes an endless one."""
        raise _Unwanted("the answer defines entities, as no map does", "name another server")
