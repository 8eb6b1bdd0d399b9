"""Fetching streets: one question to a server on this machine, and every way it can go wrong."""

import threading
import urllib.parse
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
import shapely

from placement.errors import InputError, UsageError
from placement.streets import read_streets
from placement.streets.fetch import around, fetch_streets, question
from tests.streets.draw import CRS, osm_xml, write_lines

ANSWER = osm_xml({1: (0, 0), 2: (90, 0)}, {7: ([1, 2], {"highway": "footway"})}).encode()
GROUND = shapely.box(2.34, 48.85, 2.35, 48.86)


class Server(BaseHTTPRequestHandler):
    """Gives prepared answers in turn, and keeps what it was asked."""

    answers: ClassVar[list[tuple[int, dict[str, str], bytes]]] = []
    asked: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        Server.asked.append(urllib.parse.parse_qs(body)["data"][0])
        status, headers, data = Server.answers.pop(0)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def endpoint() -> Iterator[str]:
    Server.answers, Server.asked = [], []
    server = HTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/api"
    server.shutdown()
    thread.join()
    server.server_close()


def test_one_question_one_file(tmp_path: Path, endpoint: str) -> None:
    Server.answers = [(200, {}, ANSWER)]
    told: list[int] = []
    path = tmp_path / "streets.osm"
    assert fetch_streets(GROUND, path, endpoint=endpoint, progress=told.append) == len(ANSWER)
    assert read_streets(path, crs=CRS).n_edges == 1
    assert told[-1] == len(ANSWER)
    assert Server.asked == [question(GROUND)]
    assert "48.850000 2.350000" in Server.asked[0]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["streets.osm"]


def test_a_busy_server_is_asked_again_after_the_pause_it_asks_for(
    tmp_path: Path, endpoint: str
) -> None:
    Server.answers = [(429, {"Retry-After": "9"}, b""), (504, {}, b""), (200, {}, ANSWER)]
    pauses: list[float] = []
    fetch_streets(GROUND, tmp_path / "streets.osm", endpoint=endpoint, pause=pauses.append)
    assert pauses == [9.0, 15.0]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([(429, {}, b"")] * 4, "busy"),
        ([(400, {}, b"bad")], "answers 400"),
        ([(200, {}, ANSWER[:-30])], "broke off"),
        ([(200, {}, b"<osm><remark> runtime error: out of memory </remark></osm>")], "gave up"),
    ],
)
def test_troubles_are_told_and_nothing_is_left(
    tmp_path: Path, endpoint: str, answers: list, expected: str
) -> None:
    Server.answers = list(answers)
    with pytest.raises(InputError, match=expected):
        fetch_streets(GROUND, tmp_path / "s.osm", endpoint=endpoint, pause=lambda _: None)
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_asked(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be reached"):
        fetch_streets(GROUND, tmp_path / "s.osm", endpoint="http://127.0.0.1:9/api")
    with pytest.raises(UsageError, match="web address"):
        fetch_streets(GROUND, tmp_path / "s.osm", endpoint="file:///etc/passwd")
    with pytest.raises(UsageError, match=r"\.osm"):
        fetch_streets(GROUND, tmp_path / "s.pbf", endpoint="http://127.0.0.1:9/api")


def test_the_ground_around_a_route(tmp_path: Path) -> None:
    route = write_lines(tmp_path / "route.geojson", [([(0, 0), (1000, 0)], {})])
    ground = around(route, margin_m=500)
    assert len(shapely.get_coordinates(ground)) < 40
    area = 1000 * 1000 + 3.1416 * 500**2
    assert ground.area * 8.14e9 == pytest.approx(area, rel=0.05)
    with pytest.raises(UsageError):
        around(route, margin_m=-1)
    (tmp_path / "bad.geojson").write_text("{")
    with pytest.raises(InputError):
        around(tmp_path / "bad.geojson", margin_m=10)
