"""Fetching streets: one question to a server on this machine, and every way it can go wrong."""

import threading
import time
import urllib.parse
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod

from placement.errors import InputError, UsageError
from placement.globe import local_crs
from placement.streets import read_streets
from placement.streets.fetch import around, fetch_streets, question
from placement.streets.request import Limits, checked_address
from tests.builders import line, write_geojson
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
        if headers.get("drip") == "head":
            self.flush_headers()
        else:
            self.end_headers()
        if "drip" in headers:
            data = b"x" * 200
        try:
            for piece in [data[at : at + 1] for at in range(200)] if "drip" in headers else [data]:
                self.wfile.write(piece)
                self.wfile.flush()
                time.sleep(0.02 if "drip" in headers else 0)
        except OSError:
            pass  # nobody listens any more

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def endpoint() -> Iterator[str]:
    Server.answers, Server.asked = [], []
    server = HTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
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


def test_an_answer_is_no_larger_than_is_taken(tmp_path: Path, endpoint: str) -> None:
    Server.answers = [(200, {}, ANSWER), (200, {"Content-Length": "99999999"}, ANSWER)]
    for _ in range(2):
        with pytest.raises(InputError, match="larger than 0 MiB; ask for a smaller margin"):
            fetch_streets(
                GROUND, tmp_path / "s.osm", endpoint=endpoint, limits=Limits(size=99, seconds=60)
            )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_server_that_drips_is_not_waited_for(tmp_path: Path, endpoint: str) -> None:
    """A byte now and then, in the head or in the body, keeps no connection open for ever."""
    for where in ("head", "body"):
        Server.answers = [(200, {"drip": where}, ANSWER)]
        with pytest.raises(InputError, match=r"the answer takes longer than 0\.4 s"):
            fetch_streets(
                GROUND, tmp_path / "s.osm", endpoint=endpoint, limits=Limits(size=9999, seconds=0.4)
            )
    assert list(tmp_path.iterdir()) == []


def test_pauses_count_towards_the_time_there_is(tmp_path: Path, endpoint: str) -> None:
    Server.answers = [(429, {"Retry-After": "250"}, b"")]
    with pytest.raises(InputError, match="takes longer than 200 s"):
        fetch_streets(
            GROUND, tmp_path / "s.osm", endpoint=endpoint, limits=Limits(size=9999, seconds=200),
            pause=pytest.fail,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("headers", "data", "said"),
    [
        ({"Content-Length": str(len(ANSWER) + 9)}, ANSWER, "the answer broke off"),
        ({"Transfer-Encoding": "chunked"}, b"5\r\n<osm ", "cannot be reached"),
        ({"Content-Type": "text/html"}, ANSWER, "of the kind 'text/html', no OpenStreetMap file"),
        ({"Content-Encoding": "gzip"}, ANSWER, r"is packed \(gzip\)"),
        ({}, b"", "broke off, or is no XML"),
        ({}, b"<html></html>", "the answer is <html>, no OpenStreetMap file"),
        ({}, b"<osm version='0.6'></osm>", "holds no streets; ask for a wider margin"),
        ({}, ANSWER + b"<osm/>", "is no XML"),
        ({}, ANSWER.replace(b"lat=", b"lat='x' n="), "the answer will not do"),
        ({}, ANSWER.replace(b"<osm", b"<!DOCTYPE o [<!ENTITY a 'b'>]><osm"), "defines entities"),
        ({}, ANSWER.replace(b"</osm>", b"<remark>error: late</remark></osm>"), "gave up"),
    ],
)
def test_only_a_whole_map_is_kept(
    tmp_path: Path, endpoint: str, headers: dict[str, str], data: bytes, said: str
) -> None:
    (tmp_path / "s.osm").write_text("before")
    Server.answers = [(200, headers, data)]
    with pytest.raises(InputError, match=said):
        fetch_streets(GROUND, tmp_path / "s.osm", endpoint=endpoint)
    assert [path.name for path in tmp_path.iterdir()] == ["s.osm"]
    assert (tmp_path / "s.osm").read_text() == "before"


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_nobody_is_followed_elsewhere(tmp_path: Path, endpoint: str, code: int) -> None:
    """Neither in a circle, nor to another scheme, nor to a file of this machine."""
    for to in (endpoint, "https://127.0.0.1:1/", "file:///etc/passwd", "x"):
        Server.answers = [(code, {"Location": to}, b"")]
        with pytest.raises(InputError, match="the server sends elsewhere"):
            fetch_streets(GROUND, tmp_path / "s.osm", endpoint=endpoint)
        assert Server.answers == []


@pytest.mark.parametrize("after", ["", "soon", "²", "9" * 5000, "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_a_pause_in_any_words(tmp_path: Path, endpoint: str, after: str) -> None:
    Server.answers = [(503, {"Retry-After": after}, b""), (200, {}, ANSWER)]
    pauses: list[float] = []
    fetch_streets(GROUND, tmp_path / "s.osm", endpoint=endpoint, pause=pauses.append)
    assert pauses == [300.0 if after.startswith("9") else 5.0]


ADDRESSES = (
    "", "overpass", "ftp://127.0.0.1/", "file:///etc/passwd", "http://", "http:///api",
    "http://127.0.0.1:0/", "http://127.0.0.1:70000/", "http://127.0.0.1:x/", "http://[::1/",
    "http://me:secret@127.0.0.1:1/", "http://me@127.0.0.1:1/", "http://127.0.0.1:1/a b",
    "http://127.0.0.1:1/\n", "http://127.0.0.1:1/é", "http://a..b/", "http://\u200b/",
    f"http://{'a' * 64}.invalid/", f"http://127.0.0.1:1/{'a' * 2000}", "http://\x00/",
)  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_addresses_that_cannot_be(tmp_path: Path, address: str) -> None:
    with pytest.raises(UsageError) as caught:
        fetch_streets(GROUND, tmp_path / "s.osm", endpoint=address)
    assert "secret" not in str(caught.value)
    assert len(str(caught.value)) < 300
    assert list(tmp_path.iterdir()) == []


def test_a_host_in_other_letters_is_asked_in_ascii() -> None:
    assert checked_address("http://bücher.example:8/api") == "http://xn--bcher-kva.example:8/api"
    assert checked_address("HTTPS://[::1]:7/a?b=c#d") == "https://[::1]:7/a?b=c"


def test_a_folder_that_is_not_there(tmp_path: Path, endpoint: str) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        fetch_streets(GROUND, tmp_path / "none" / "s.osm", endpoint=endpoint)


@pytest.mark.parametrize("north", [-17.0, 75.0, 89.999])
def test_a_route_over_the_antimeridian_asks_for_the_ground_on_both_sides(
    north: float, tmp_path: Path
) -> None:
    route = write_geojson(
        tmp_path / "route.geojson", [line((179.9995, north), (-179.9995, north), id="r")]
    )
    ground = around(route, margin_m=100)
    parts = shapely.get_parts(ground)
    bounds = shapely.bounds(parts)
    assert len(parts) == 2
    assert np.abs(bounds[:, ::2]).max() <= 180
    assert question(ground).count('way["highway"]') == 2
    there = gpd.GeoSeries([ground], crs="EPSG:4326").to_crs(local_crs(180.0, north))
    long_m = Geod(ellps="WGS84").inv(179.9995, north, -179.9995, north)[2]
    assert there.area.sum() == pytest.approx(np.pi * 100**2 + 200 * long_m, rel=0.05)


def test_the_ground_around_a_pole_holds_the_pole(tmp_path: Path) -> None:
    route = write_geojson(tmp_path / "route.geojson", [line((0, 89.9995), (90, 89.9995), id="r")])
    ground = around(route, margin_m=200)
    assert ground.bounds[0] == -180
    assert ground.bounds[2:] == (180, 90)
    assert ground.is_valid
    assert len(shapely.get_parts(ground)) == 1
