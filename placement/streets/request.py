"""One question to a web server, put so that it ends: in time, in bytes, where it was put."""

import http.client
import socket
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPResponse
from pathlib import Path
from typing import IO, Any, NamedTuple, NoReturn, Self, override

from placement.errors import InputError, UsageError
from placement.reading.regular import MIB

#: Answers after which the same question may be put again.
_BUSY = frozenset({429, 502, 503, 504})
_CHUNK = 1 << 16
_MOST_ADDRESS = 2000
_REMEDY = "check the network, or name another server with --endpoint"


class Limits(NamedTuple):
    """What an answer may take.

    Attributes
    ----------
    size
        Bytes.
    seconds
        From the first question to the last byte.
    """

    size: int
    seconds: float


#: The streets of a city of a million are some 100 MB, and half an hour away on a slow line.
LIMITS = Limits(size=1024 * MIB, seconds=1800.0)


def checked_address(text: str) -> str:
    """Return a web address as a request takes it: its host in ASCII.

    Raises
    ------
    UsageError
        Where it is none, or holds a name and a password.
    """
    shown = repr(text if len(text) <= 100 else f"{text[:100]}…")
    if len(text) > _MOST_ADDRESS or not text.isprintable() or " " in text:
        raise UsageError(f"{shown} is no web address; give http:// or https://.")
    try:
        parts = urllib.parse.urlsplit(text)
        port, host = parts.port, parts.hostname
    except ValueError as error:
        raise UsageError(f"{shown} is no web address ({error}).") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise UsageError(f"{shown} is no web address; give http:// or https://.")
    if parts.username is not None or parts.password is not None:
        raise UsageError(
            f"the address of {host!r} holds a name or a password; leave them out: "
            "they would be told to whoever sees it."
        )
    if port == 0:
        raise UsageError(f"{shown} has the port 0; leave it out, or give 1 to 65535.")
    try:
        # each part of a host's name is from 1 to 63 letters long
        host = host.encode("ascii" if ":" in host else "idna").decode()
    except UnicodeError:
        raise UsageError(f"{shown} names no host that can be; check it.") from None
    rest = parts.path + parts.query
    if not rest.isascii():
        raise UsageError(f"{shown} holds letters that an address writes as %xx; write them so.")
    host = f"[{host}]" if ":" in host else host
    at = host if port is None else f"{host}:{port}"
    return urllib.parse.urlunsplit((parts.scheme, at, parts.path, parts.query, ""))


def trouble(endpoint: str, problem: str, remedy: str) -> InputError:
    """Return an error that names the server in place of a file."""
    return InputError(problem, file=endpoint, remedy=remedy)


class Request:
    """A question that may be put several times, all of them within one limit of time.

    Parameters
    ----------
    endpoint
        A checked address.
    data
        What is posted.
    timeout_s
        Seconds of silence after which the server counts as gone.
    ends
        When all has to be over, on the clock of `time.monotonic`.
    limits
        What the answer may take.
    """

    def __init__(
        self, endpoint: str, data: bytes, *, timeout_s: float, ends: float, limits: Limits
    ) -> None:
        self.endpoint = endpoint
        self.ends = ends
        self._data = data
        self._timeout_s = timeout_s
        self._limits = limits

    def late(self) -> InputError:
        """Return the error of an answer that takes too long."""
        return trouble(
            self.endpoint,
            f"the answer takes longer than {self._limits.seconds:g} s",
            "ask for a smaller margin, or try again later",
        )

    def put(self, part: Path, progress: Callable[[int], None]) -> float | None:
        """Put the question once.

        Parameters
        ----------
        part
            Where the answer is written.
        progress
            Told the bytes received so far.

        Returns
        -------
        float or None
            None where the answer was written, else the pause that a busy server asks for, seconds;
            0 where it names none.

        Raises
        ------
        InputError
            Where no whole answer comes.
        """
        left = self.ends - time.monotonic()
        if left <= 0:
            raise self.late()
        request = urllib.request.Request(  # noqa: S310 - the scheme is checked
            self.endpoint,
            data=self._data,
            headers={"User-Agent": "placement (street layer for one plan)"},
        )
        with _Watch(left) as watch:
            opener = urllib.request.build_opener(watch.plain(), watch.secure(), _StayHere())
            try:
                with opener.open(request, timeout=min(self._timeout_s, left)) as answer:
                    self._check_head(answer)
                    self._take(answer, part, progress, watch)
            except urllib.error.HTTPError as error:
                with error:
                    return self._refused(error)
            except (OSError, http.client.HTTPException, ValueError, AttributeError) as error:
                # the last two come from a socket that the watch shut in the middle of reading
                if watch.rang:
                    raise self.late() from None
                if isinstance(error, _DiskError):
                    raise error.cause from None
                said = getattr(error, "reason", None) or str(error) or type(error).__name__
                raise trouble(
                    self.endpoint, f"the server cannot be reached ({said})", _REMEDY
                ) from None
        return None

    def _refused(self, error: urllib.error.HTTPError) -> float:
        """Return the pause that a busy server asks for; refuse all else."""
        if error.code in _BUSY:
            after = error.headers.get("Retry-After", "")
            return float(after) if after.isascii() and after.isdigit() else 0.0
        if error.code in range(300, 400):
            to = str(error.headers.get("Location", "another address"))[:200]
            raise trouble(
                self.endpoint,
                f"the server sends elsewhere ({to})",
                "name that address with --endpoint, if it is to be trusted",
            )
        raise trouble(
            self.endpoint, f"the server answers {error.code}", "check the address and the route"
        )

    def _check_head(self, answer: HTTPResponse) -> None:
        """Refuse an answer that says of itself that it is too large, or no map."""
        kind = answer.headers.get_content_type() if "Content-Type" in answer.headers else "xml"
        if not ("xml" in kind or "osm" in kind or kind == "application/octet-stream"):
            raise trouble(
                self.endpoint,
                f"the answer is of the kind {kind[:60]!r}, no OpenStreetMap file",
                "check that the address is that of an Overpass interpreter",
            )
        packed = answer.headers.get("Content-Encoding", "identity").lower()
        if packed != "identity":
            raise trouble(
                self.endpoint, f"the answer is packed ({packed[:60]})", "name another server"
            )
        length = answer.length
        if length is not None and length > self._limits.size:
            self._refuse_size()

    def _take(
        self, answer: HTTPResponse, part: Path, progress: Callable[[int], None], watch: "_Watch"
    ) -> None:
        """Write an answer as it comes, as long as it keeps to its limits."""
        told = answer.length
        size = 0
        with _writing(part) as file:
            while chunk := answer.read1(_CHUNK):
                size += len(chunk)
                if size > self._limits.size:
                    self._refuse_size()
                try:
                    file.write(chunk)
                except OSError as error:
                    raise _DiskError(error) from None
                progress(size)
        if watch.rang:
            raise self.late()
        if told is not None and size < told:
            raise trouble(self.endpoint, "the answer broke off", "try again")

    def _refuse_size(self) -> NoReturn:
        raise trouble(
            self.endpoint,
            f"the answer is larger than {self._limits.size / MIB:,.0f} MiB",
            "ask for a smaller margin",
        )


class _DiskError(OSError):
    """The file could not be written, and the server is not to blame."""

    def __init__(self, cause: OSError) -> None:
        super().__init__()
        self.cause = cause


def _writing(part: Path) -> IO[bytes]:
    try:
        return part.open("wb")
    except OSError as error:
        raise _DiskError(error) from None


class _StayHere(urllib.request.HTTPRedirectHandler):
    """Follows no server elsewhere: the question is for the one that was named."""

    @override
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class _Watch:
    """Shuts the connection when time is up: a server that sends a byte now and then never ends."""

    def __init__(self, seconds: float) -> None:
        self.rang = False
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._ring)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _ring(self) -> None:
        self.rang = True
        for one in self._sockets:
            with suppress(OSError):  # it ended by itself
                one.shutdown(socket.SHUT_RDWR)

    def plain(self) -> urllib.request.HTTPHandler:
        """Return what opens http:// under this watch."""
        sockets = self._sockets

        class Connection(http.client.HTTPConnection):
            def connect(self) -> None:
                super().connect()
                sockets.append(self.sock)

        class Handler(urllib.request.HTTPHandler):
            def http_open(self, req: urllib.request.Request) -> HTTPResponse:
                return self.do_open(Connection, req)

        return Handler()

    def secure(self) -> urllib.request.HTTPSHandler:
        """Return what opens https:// under this watch."""
        sockets = self._sockets

        class Connection(http.client.HTTPSConnection):
            def connect(self) -> None:
                super().connect()
                sockets.append(self.sock)

        class Handler(urllib.request.HTTPSHandler):
            def https_open(self, req: urllib.request.Request) -> HTTPResponse:
                return self.do_open(Connection, req)

        return Handler()
