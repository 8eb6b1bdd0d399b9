"""Pieces of work give the same results wherever they run, and what goes wrong is one sentence."""

import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import placement
from placement import errors, executor
from placement.cover.cover import Cover
from placement.errors import ClusterError, InputError, MissingExtraError, UsageError
from placement.executor import Here, OnDask, chosen_executor
from placement.streets import read_streets
from placement.studies.replay import replay
from placement.studies.replay.report import replay_text
from tests.amount import NIGHT
from tests.builders import write_plan
from tests.cli.running import run
from tests.parted_town import drawn, told
from tests.parted_town import write as write_parted_plan
from tests.pieces import dies, dies_once, late, process, refused, times

ROOT = Path(__file__).parents[1]
LANES = ROOT / "tests" / "cases" / "plans" / "lanes"


class Deadly(OnDask):
    """A cluster of which one worker is killed while it works."""

    def __init__(self, address: str, marker: Path) -> None:
        super().__init__(address)
        self._marker = marker

    def map(
        self, call: Any, shared: Any, items: Sequence[Any], *, threads: bool = False
    ) -> Iterator[Any]:
        given = (call, shared, self._marker)
        yield from super().map(dies_once, given, list(enumerate(items)), threads=threads)
        assert self._marker.exists()


def elsewhere(address: str, marker: Path) -> OnDask:
    """Return a cluster of which by night one worker is killed: another takes seconds to start."""
    return Deadly(address, marker) if NIGHT else OnDask(address)


@pytest.mark.parametrize("jobs", [1, 3])
@pytest.mark.parametrize("threads", [True, False])
def test_results_come_in_the_order_of_the_pieces(jobs: int, threads: bool) -> None:
    assert list(Here(jobs).map(late, 0.01, range(4), threads=threads)) == [0, 1, 2, 3]
    assert list(Here(jobs).map(late, 0.01, [], threads=threads)) == []


def test_little_work_stays_in_this_process() -> None:
    assert set(Here(4).map(process, 0.0, range(50))) == {os.getpid()}


@pytest.mark.slow
def test_much_work_goes_to_processes_once_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executor, "PROCESS_S", 0.1)
    first, *others = Here(2).map(process, 0.15, range(5))
    assert first == os.getpid()
    assert os.getpid() not in others
    monkeypatch.setattr(executor, "PROCESS_S", -1.0)
    with pytest.raises(InputError, match=r"a\.csv, feature 'row 7', field 'x': is empty; fill it"):
        list(Here(2).map(refused, None, [0, 1, 2]))
    with pytest.raises(ClusterError, match="was killed, perhaps for want of memory"):
        list(Here(2).map(dies, os.getpid(), [0, 1, 2]))


@pytest.mark.slow
def test_ctrl_c_ends_the_processes_as_well(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import os, pathlib, signal, time\n"
        "from placement import executor\n"
        # what is started in the background ignores Ctrl-C, and hands that on
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "def piece(folder, item):\n"
        "    pathlib.Path(folder, f'{os.getpid()}').touch()\n"
        "    time.sleep(600 if item else 0.01)\n"
        "if __name__ == '__main__':\n"
        "    executor.PROCESS_S = -1.0\n"
        f"    list(executor.Here(2).map(piece, {str(tmp_path)!r}, range(3)))\n",
        encoding="utf-8",
    )
    child = subprocess.Popen([sys.executable, script], stderr=subprocess.PIPE, cwd=ROOT)
    while len(begun := [int(one.name) for one in tmp_path.iterdir() if one.name.isdigit()]) < 3:
        assert child.poll() is None
        time.sleep(0.05)
    child.send_signal(signal.SIGINT)
    _, said = child.communicate(timeout=120)
    assert said.decode().rstrip().endswith("KeyboardInterrupt")
    for pid in begun:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_every_error_is_the_same_after_a_journey_between_processes() -> None:
    made = {
        "AuditError": errors.AuditError(["a", "b"]),
        "BrokenRulesError": errors.BrokenRulesError("x.geojson", broken=["a", "b"]),
        "ConflictMarkersError": errors.ConflictMarkersError(file="a", line=7, then="go on"),
        "InfeasibleError": errors.InfeasibleError("no", rules=["r"], remedies=["s"]),
        "InputError": InputError("bad", file="a", feature="b", field="c", remedy="d"),
        "MergeConflictError": errors.MergeConflictError("a", ["b"]),
        "MissingExtraError": MissingExtraError("this", package="p", extra="e"),
    }
    for name, kind in vars(errors).items():
        if isinstance(kind, type) and issubclass(kind, errors.PlacementError):
            error = made.get(name) or kind("one sentence.")
            again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
            assert type(again) is kind
            assert (str(again), vars(again)) == (str(error), vars(error))


@pytest.mark.parametrize("jobs", [0, -1, True])
def test_a_number_of_jobs_that_cannot_be_is_refused(jobs: int) -> None:
    with pytest.raises(UsageError, match="give a whole number of 1 or more"):
        Here(jobs)


def test_jobs_here_and_a_cluster_exclude_each_other() -> None:
    with pytest.raises(UsageError, match="give one of them"):
        chosen_executor(jobs=2, dask="tcp://127.0.0.1:8786")


def test_without_dask_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executor, "find_spec", lambda _name: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'event-placement\[dask\]'"):
        OnDask("tcp://127.0.0.1:8786")


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """Return the address of a cluster of two worker processes."""
    distributed = pytest.importorskip("distributed", reason="needs the extra `dask`")
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        dashboard_address=":0",
        worker_dashboard_address=None,
        silence_logs=50,
    ) as made:
        yield made.scheduler_address


@pytest.mark.slow
def test_a_worker_that_is_killed_midway_changes_no_byte(cluster: str, tmp_path: Path) -> None:
    plan = placement.load_plan(LANES)
    solution = placement.read_solution(LANES / "solution.geojson")
    alone = replay_text(replay(plan, solution, nights=60, seed=3, executor=Here(1)))
    with Deadly(cluster, tmp_path / "replay") as workers:
        assert replay_text(replay(plan, solution, nights=60, seed=3, executor=workers)) == alone
    asked: dict[str, Any] = {"together": (1, 2), "repairs": 1}
    alone_too = placement.loss(plan, solution, executor=Here(1), **asked)
    with OnDask(cluster) as workers:
        assert placement.loss(plan, solution, executor=workers, **asked) == alone_too


@pytest.mark.slow
def test_nights_samples_and_points_are_the_same_on_workers(cluster: str, tmp_path: Path) -> None:
    plan = placement.load_plan(write_plan(tmp_path / "town"))
    asked: dict[str, Any] = {
        "aim": "worst5",
        "away": {"dog_team": 0.2, "north-east/dog_team": 0.6},
        "nights": 64,
        "samples": 3,
        "scenarios": 16,
    }
    alone = placement.choose_under_risk(plan, executor=Here(1), **asked)
    assert len(alone.samples) == 3  # or nothing is shared but the nights
    with OnDask(cluster) as workers:
        assert placement.choose_under_risk(plan, executor=workers, **asked) == alone
    budgets = range(10, 71, 10)
    frontier = placement.frontier(plan, budgets, executor=Here(1))
    with elsewhere(cluster, tmp_path / "frontier") as workers:
        assert placement.frontier(plan, budgets, executor=workers) == frontier


@pytest.mark.slow
def test_the_demand_of_a_plan_in_parts_is_the_same_on_workers(cluster: str, tmp_path: Path) -> None:
    more = "[walking]\naggregate_m = 40\n"
    path = write_parted_plan(tmp_path / "town", drawn(200), parts=9, more=more)
    alone = told(path)
    with elsewhere(cluster, tmp_path / "killed") as workers:
        assert told(path, workers) == alone
    words = ("check", path, "--json")
    there = run(*words, "--dask", cluster)
    assert there.exit_code == 0, there.output
    assert there.stdout == run(*words, "--jobs", "1").stdout
    frame = drawn(20)
    frame.loc[3, "people"] = -1.0
    part = tmp_path / "town" / "demand.parquet" / "4.parquet"
    frame.to_parquet(part)
    refused_there = run(*words, "--dask", cluster)
    assert refused_there.exit_code == 3
    assert f"{part}, feature 'p0003', field 'people': must be at least 0" in refused_there.stderr


@pytest.mark.slow
def test_a_demand_in_parts_gives_the_plan_of_one_process(cluster: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    for number in range(6):
        xy = rng.uniform(0, 100, (200, 2))
        people = {"x": xy[:, 0], "y": xy[:, 1], "people": rng.exponential(10.0, 200)}
        pq.write_table(pa.table(people), tmp_path / f"{number}.parquet")
    sites = rng.uniform(0, 100, (30, 2))
    alone = Cover.from_discs(tmp_path, sites, 15.0, "people", executor=Here(1))
    with OnDask(cluster) as workers:
        there = Cover.from_discs(tmp_path, sites, 15.0, "people", executor=workers)
    assert pickle.dumps(there) == pickle.dumps(alone)
    streets = read_streets(LANES.parent / "town" / "streets.geojson", crs="EPSG:2154")
    low, high = streets.node_xy.min(axis=0), streets.node_xy.max(axis=0)
    for number in range(2):
        x, y = rng.uniform(low, high, (50, 2)).T
        pq.write_table(pa.table({"x": x, "y": y}), tmp_path / f"walk{number}.parquet")
    sites = rng.uniform(low, high, (5, 2))
    walks = Cover.from_streets(streets, f"{tmp_path}/walk*", sites, 240.0)
    with OnDask(cluster) as workers:
        far = Cover.from_streets(streets, f"{tmp_path}/walk*", sites, 240.0, executor=workers)
    assert pickle.dumps(far) == pickle.dumps(walks)


@pytest.mark.slow
def test_what_goes_wrong_on_a_worker_is_said_as_if_it_were_here(
    cluster: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with OnDask(cluster) as workers:
        assert list(workers.map(times, 3, range(50))) == list(range(0, 150, 3))
        with pytest.raises(InputError, match=r"a\.csv, feature 'row 7', field 'x': is empty"):
            list(workers.map(refused, None, [0, 1, 2]))
        monkeypatch.setattr(executor, "_versions", lambda: ("placement 9",))
        with pytest.raises(ClusterError, match="other versions"):
            list(workers.map(times, 3, range(2)))


@pytest.mark.slow
def test_the_command_takes_the_address(cluster: str, tmp_path: Path) -> None:
    words = ("replay", LANES / "solution.geojson", LANES, "--nights", "20", "--json")
    here = run(*words, "--out", tmp_path / "here.json", "--jobs", "1")
    there = run(*words, "--out", tmp_path / "there.json", "--dask", cluster)
    assert (here.exit_code, there.exit_code) == (0, 0), there.stderr
    assert (tmp_path / "here.json").read_bytes() == (tmp_path / "there.json").read_bytes()
    assert json.loads(there.stdout)["replay"] == json.loads(here.stdout)["replay"]


def no_client(*_: Any, **__: Any) -> None:
    """Stand for a client, which must not be begun."""
    pytest.fail("a client is begun")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1:9",
        "tcp://[",
        "foo://x:1",
        "",
        "tcp://127.0.0.1",
        "http://x",
        "ws://127.0.0.1:9",
        "ucx://x",
    ],
)
def test_an_address_where_nobody_answers(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed", reason="needs the extra `dask`")
    # a client that finds nobody waits, and its end is told on standard error as a traceback
    monkeypatch.setattr(distributed, "Client", no_client)
    with pytest.raises(ClusterError, match="no Dask scheduler answers at") as found:
        OnDask(address)
    assert found.value.exit_code == 7


GREETING = b"SSH-2.0-OpenSSH_9.6\r\n"


@pytest.mark.parametrize(
    ("scheme", "said"),
    [
        *(("tcp", said) for said in (None, b"", b"+OK", GREETING, b"220 mail ESMTP\r\n", bytes(8))),
        *(("tls", said) for said in (None, b"", GREETING)),
        ("ws", GREETING),
        ("wss", GREETING),
    ],
)
def test_an_address_where_no_scheduler_listens(
    scheme: str, said: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    distributed = pytest.importorskip("distributed", reason="needs the extra `dask`")
    monkeypatch.setattr(distributed, "Client", no_client)
    monkeypatch.setattr("placement.executor._CONNECT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as other:
        lines = []

        def greet() -> None:
            lines.append(other.accept()[0])
            lines[0].sendall(said or b"")
            if said == b"":
                lines[0].close()

        threading.Thread(target=greet, daemon=True).start()
        with pytest.raises(ClusterError, match="no Dask scheduler answers at") as found:
            OnDask(f"{scheme}://127.0.0.1:{other.getsockname()[1]}")
        assert found.value.exit_code == 7
        lines[0].close()


@pytest.mark.parametrize("said", ["a length alone", "a length and a text", "what it is told"])
def test_a_service_that_begins_as_a_scheduler_does(
    said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    distributed = pytest.importorskip("distributed", reason="needs the extra `dask`")
    monkeypatch.setattr(distributed, "Client", no_client)
    monkeypatch.setattr("placement.executor._CONNECT_S", 1.0)
    first = (16).to_bytes(8, "little") + (b"" if said == "a length alone" else b"x" * 16)

    def serve(line: socket.socket) -> None:
        with line, suppress(OSError):
            line.sendall(first)
            while heard := line.recv(1 << 16):
                if said == "what it is told":
                    line.sendall(heard)

    with socket.create_server(("127.0.0.1", 0)) as other:

        def greet() -> None:
            for _ in range(2):  # a look, and a talk
                serve(other.accept()[0])

        thread = threading.Thread(target=greet, daemon=True)
        thread.start()
        with pytest.raises(ClusterError, match=r"no Dask scheduler answers at .* \(what listens"):
            OnDask(f"tcp://127.0.0.1:{other.getsockname()[1]}")
        thread.join()


def test_a_worker_of_a_cluster_is_no_scheduler(cluster: str) -> None:
    with OnDask(cluster) as workers:
        workers._client.wait_for_workers(1)  # one that was killed may be on its way back
        worker = min(workers._client.scheduler_info()["workers"])
    with pytest.raises(ClusterError, match="it is a worker of Dask, and not its scheduler"):
        OnDask(worker)


@pytest.mark.slow
def test_a_cluster_that_goes_away_midway(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed", reason="needs the extra `dask`")
    cluster = distributed.LocalCluster(
        n_workers=1, processes=False, dashboard_address=":0", silence_logs=50
    )
    with chosen_executor(dask=cluster.scheduler_address) as workers:
        results = workers.map(late, 0.2, [3, 2, 1, 0] * 9)
        assert next(results) == 3
        cluster.close()
        with pytest.raises(ClusterError, match="went away before the work was done"):
            list(results)


@pytest.mark.slow
def test_nothing_of_dask_is_imported_before_it_is_asked_for() -> None:
    code = (
        "import sys, placement.executor, placement.studies.loss, placement.cli.replay\n"
        "sys.exit(any(name in sys.modules for name in ('dask', 'distributed')))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
