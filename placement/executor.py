"""Where independent pieces of work run: on the processors here, or on workers of a Dask cluster.

A piece is a call of a pure function with what all pieces share and what is its own. Results come in
the order of the pieces, so they depend neither on where a piece ran nor on how many ran at a time.
This is the only module that knows Dask.
"""

import asyncio
import importlib
import logging
import math
import multiprocessing
import os
import pickle  # what is read was written by this program, here or on a cluster that runs its code
import platform
import signal
import socket
import struct
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any, Protocol, Self, cast
from urllib.parse import urlsplit

from placement.counts import counted
from placement.errors import ClusterError, MissingExtraError, UsageError

PROCESS_S = 2.5
"""Seconds of a processor until a new process has loaded what solves a plan, with a margin: less
work is done without one."""

_CONNECT_S = 10.0
_PATIENCE_S = 60.0  # how long a cluster may be without any worker
_LOOK_S = 2.0
_SILENT_S = 0.3  # a service that greets does so at once
_OTHER = "what listens there is no scheduler"
_LENGTH = struct.Struct("Q")
_MOST_FIRST = 1 << 20  # bytes of a first message; a scheduler says less than a thousand
_DECIDING = ("highspy", "llvmlite", "numba", "numpy", "pulp", "scipy")


class _Waiting[R](Protocol):
    def result(self) -> R: ...
    def cancel(self) -> object: ...


class Executor(Protocol):
    """Runs pieces of work that do not depend on each other."""

    def map[S, A, R](
        self, call: Callable[[S, A], R], shared: S, items: Sequence[A], *, threads: bool = False
    ) -> Iterator[R]:
        """Yield ``call(shared, item)`` of each item, in their order.

        Parameters
        ----------
        call
            A function of a module, without side effects.
        shared
            What all pieces share; sent once to each worker, by pickle.
        items
            What is each piece's own.
        threads
            Whether the work is in compiled loops, which threads of one process can share.

        Raises
        ------
        ClusterError
            If the workers are gone and the work cannot be ended.
        """
        ...


class Here:
    """The processors of this computer.

    Compiled work is shared by threads. Other work goes to processes, once what is left is worth
    more than starting them; the pieces before are done in this one. A short first piece does not
    tell what is left: it may have loaded what the others find loaded. A script that hands this to a
    study keeps its own calls below ``if __name__ == "__main__":``, as `multiprocessing` asks for.

    Parameters
    ----------
    jobs
        How many pieces at a time, None for one a processor.

    Raises
    ------
    UsageError
        If the number is not 1 or more.
    """

    def __init__(self, jobs: int | None = None) -> None:
        if jobs is not None and (isinstance(jobs, bool) or jobs < 1):
            raise UsageError(f"jobs is {jobs}: give a whole number of 1 or more.")
        self.jobs = jobs or _processors()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is held between two studies."""

    def map[S, A, R](
        self, call: Callable[[S, A], R], shared: S, items: Sequence[A], *, threads: bool = False
    ) -> Iterator[R]:
        """Yield ``call(shared, item)`` of each item, in their order; see `Executor`."""
        jobs = min(self.jobs, len(items))
        if threads and jobs > 1:
            with ThreadPoolExecutor(jobs) as pool:
                yield from _in_order(lambda item: pool.submit(call, shared, item), items, 2 * jobs)
            return
        done, shortest = 0, math.inf
        for item in items:
            told = done > 1 or (done == 1 and shortest > PROCESS_S)
            if jobs > 1 and told and shortest * (len(items) - done) * (1 - 1 / jobs) > PROCESS_S:
                break
            began = time.process_time()  # a clock would count what else the computer does
            result = call(shared, item)
            shortest = min(shortest, time.process_time() - began)
            done += 1
            yield result
        if done < len(items):
            yield from _in_processes(call, shared, items[done:], jobs)


class OnDask:
    """The workers of a Dask cluster, which have the same versions of placement and what it needs.

    A worker that dies loses nothing: its pieces run again on another one.

    Parameters
    ----------
    cluster
        Address of the scheduler (``"tcp://host:8786"``), or a ``distributed.Client``, which the
        caller closes.

    Raises
    ------
    MissingExtraError
        If the extra ``dask`` is not installed.
    ClusterError
        If no scheduler answers there.
    """

    def __init__(self, cluster: Any) -> None:  # noqa: ANN401 - an address, or a client of Dask
        if find_spec("distributed") is None:
            raise MissingExtraError("a Dask cluster", package="distributed", extra="dask")
        self._own = isinstance(cluster, str)
        self._client = _connected(cluster) if self._own else cluster
        self.address = str(self._client.scheduler.address)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Take leave of the cluster, which goes on without us."""
        if self._own:
            self._client.close(timeout=_LOOK_S)

    def map[S, A, R](
        self,
        call: Callable[[S, A], R],
        shared: S,
        items: Sequence[A],
        *,
        threads: bool = False,  # noqa: ARG002 - the workers have as many as they have
    ) -> Iterator[R]:
        """Yield ``call(shared, item)`` of each item, in their order; see `Executor`."""
        from distributed import KilledWorker  # noqa: PLC0415 - an extra, and slow to import

        client = self._client
        packed = pickle.dumps((call, shared))
        try:
            ahead = 4 * max(8, sum(client.nthreads().values()))
            # as a piece of its own: what is lost with the worker that holds it is made again
            with warnings.catch_warnings(action="ignore"):  # that it is large: it is sent once
                held = client.submit(_same, packed, pure=False)

            def submit(item: A) -> _Waiting[bytes]:
                piece = client.submit(_remote, held, pickle.dumps(item), _versions(), pure=False)
                return _Piece(client, piece)

            for result in _in_order(submit, items, ahead):
                yield pickle.loads(result)  # noqa: S301 - our own
        except KilledWorker as error:
            raise ClusterError(
                f"one piece of the work ended {counted(error.allowed_failures + 1, 'worker')} "
                "of the Dask "
                f"cluster {self.address} one after the other; give its workers more memory."
            ) from error
        except (CancelledError, OSError, TimeoutError) as error:
            if not _gone(client):
                raise
            raise ClusterError(
                f"the Dask cluster {self.address} went away before the work was done; start it "
                "again, and then the same command."
            ) from error


def chosen_executor(*, jobs: int | None = None, dask: str | None = None) -> Here | OnDask:
    """Return the executor that options of the command line ask for.

    Raises
    ------
    UsageError
        If both are given.
    """
    if dask is None:
        return Here(jobs)
    if jobs is not None:
        raise UsageError("--jobs is of this computer and --dask of a cluster: give one of them.")
    executor = OnDask(dask)
    for name in logging.root.manager.loggerDict:  # what it says of a lost cluster is said here
        if name.partition(".")[0] == "distributed":
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return executor


def _processors() -> int:
    """Return how many processors this process may use."""
    able: Callable[[int], set[int]] | None = getattr(os, "sched_getaffinity", None)
    return (len(able(0)) if able else os.cpu_count()) or 1


def _in_order[A, R](
    submit: Callable[[A], _Waiting[R]], items: Iterable[A], ahead: int
) -> Iterator[R]:
    """Yield results in the order of the items, with so many submitted and not yet yielded."""
    waiting: deque[_Waiting[R]] = deque()
    try:
        for item in items:
            waiting.append(submit(item))
            if len(waiting) > ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for one in waiting:
            one.cancel()


def _in_processes[S, A, R](
    call: Callable[[S, A], R], shared: S, items: Sequence[A], jobs: int
) -> Iterator[R]:
    """Yield results of new processes, which end with this generator however it ends."""
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(
        min(jobs, len(items)),
        mp_context=multiprocessing.get_context("spawn"),  # threads of loops bear no fork
        initializer=_begin,
        initargs=(pickle.dumps((call, shared)),),
    )
    try:
        yield from _in_order(lambda item: pool.submit(_local, item), items, 2 * jobs)
    except BrokenProcessPool as error:
        raise ClusterError(
            "a process that worked on this was killed, perhaps for want of memory; run it again "
            "with --jobs 1."
        ) from error
    except BaseException:
        for process in set(multiprocessing.active_children()) - others:
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


_shared: list[bytes] = []


def _begin(packed: bytes) -> None:
    """Begin a process: keep what its pieces share, leave Ctrl-C to its parent, end with it."""
    _shared[:] = [packed]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _local(item: Any) -> Any:  # noqa: ANN401 - as the piece has it
    call, shared = _unpacked(_shared[0])
    return call(shared, item)


def _same(packed: bytes) -> bytes:
    return packed


def _remote(packed: bytes, item: bytes, versions: tuple[str, ...]) -> bytes:
    """Run a piece on a worker.

    Everything is sent as bytes: arrays that Dask sends are read-only, and loops would be compiled
    for them a second time.
    """
    if versions != (mine := _versions()):
        apart = [f"{a} here, {b} there" for a, b in zip(versions, mine, strict=False) if a != b]
        raise ClusterError(
            f"a worker of the Dask cluster has other versions ({'; '.join(apart)}), whose results "
            "may differ; install the same on all of them."
        )
    call, shared = _unpacked(packed)
    return pickle.dumps(call(shared, pickle.loads(item)))  # noqa: S301 - our own


@lru_cache(maxsize=1)
def _unpacked(packed: bytes) -> Any:  # noqa: ANN401 - the function and what is shared
    return pickle.loads(packed)  # noqa: S301 - our own


@lru_cache(maxsize=1)
def _versions() -> tuple[str, ...]:
    """Return what decides the bytes of a result."""
    ours = importlib.import_module("placement").__version__
    python = ".".join(platform.python_version_tuple()[:2])
    return (
        f"placement {ours}",
        f"Python {python}",
        *(f"{name} {version(name)}" for name in _DECIDING),
    )


class _Piece:
    """A piece on a cluster."""

    def __init__(self, client: Any, future: Any) -> None:  # noqa: ANN401 - Dask has no types
        self._client, self._future = client, future

    def result(self) -> bytes:
        """Wait for the result, as long as the cluster has workers now and then."""
        alone = time.monotonic()
        while True:
            try:
                packed: bytes = self._future.result(timeout=_LOOK_S)
            except TimeoutError:
                if self._future.status == "error":  # the piece's own
                    raise
                # a piece may end just as the wait for it does: then its result is had next time
                if self._client.nthreads():
                    alone = time.monotonic()
                elif time.monotonic() - alone > _PATIENCE_S:
                    raise ClusterError(
                        f"the Dask cluster {self._client.scheduler.address} has had no worker for "
                        f"{_PATIENCE_S:.0f} s; start some."
                    ) from None
            else:
                self._future.release()
                return packed

    def cancel(self) -> None:
        """Have it not begun, where it has not."""
        if not _gone(self._client):
            self._future.cancel()


def _gone(client: Any) -> bool:  # noqa: ANN401 - Dask has no types
    """Tell whether the scheduler is not there any more."""
    comm = client.scheduler_comm
    return client.status != "running" or comm is None or bool(comm.comm.closed())


def _look(host: str, port: int, *, greets: bool) -> None:
    """Try whether something listens, and speaks first as a scheduler does where it `greets`.

    Dask waits for ever where something else listens. A scheduler first sends how many bytes follow,
    as eight bytes; a greeting in words makes a number far above what it says to anyone. One that
    encrypts, or speaks through a web server, waits for the client to begin.
    """
    ends = time.monotonic() + _CONNECT_S
    with socket.create_connection((host, port), timeout=_CONNECT_S) as line:
        if not greets:
            line.settimeout(_SILENT_S)
            with suppress(TimeoutError):
                line.recv(1)
                raise ValueError(_OTHER)
            return
        first = b""
        while len(first) < _LENGTH.size:
            line.settimeout(max(1e-3, ends - time.monotonic()))
            came = line.recv(_LENGTH.size - len(first))
            if not came:
                break
            first += came
    if len(first) < _LENGTH.size or not 0 < _LENGTH.unpack(first)[0] < _MOST_FIRST:
        raise ValueError(_OTHER)


def _check_scheme(scheme: str) -> None:
    """Refuse a way to speak that is not there, or not whole: a client of it waits long, and more.

    Raises
    ------
    ValueError
        If Dask cannot speak so.
    """
    from distributed.comm.registry import get_backend  # noqa: PLC0415 - an extra, and slow to import
    from distributed.security import Security  # noqa: PLC0415 - the same

    backend: Any = get_backend(scheme)
    security: Any = Security
    try:
        backend.get_connector()
    except TypeError as error:  # a part of it is not installed
        raise ValueError(f"Dask cannot speak {scheme} here") from error
    if scheme == "tls" and security().get_connection_args("client")["ssl_context"] is None:
        raise ValueError("Dask has no certificates: its setting distributed.comm.tls")


async def _demand_scheduler(address: str) -> None:
    """Refuse what does not answer as a scheduler does, or not in time.

    Raises
    ------
    ValueError
        If it does not.
    """
    from distributed.comm.core import connect  # noqa: PLC0415 - an extra, and slow to import
    from distributed.security import Security  # noqa: PLC0415 - the same

    begin, security = cast("Any", connect), cast("Any", Security)
    try:
        async with asyncio.timeout(_CONNECT_S):  # a connection of Dask waits for any first message
            line = await begin(
                address, timeout=_CONNECT_S, **security().get_connection_args("client")
            )
            try:
                await line.write({"op": "identity", "reply": True})
                found = await line.read()
            finally:
                line.abort()
        kind = found["type"]
    except TimeoutError as error:
        raise ValueError(f"what listens there says nothing within {_CONNECT_S:g} s") from error
    except Exception as error:  # what it said may be anything
        raise ValueError(_OTHER) from error
    if kind != "Scheduler":
        raise ValueError(f"it is a {str(kind)[:40].lower()} of Dask, and not its scheduler")


def _connected(address: str) -> Any:  # noqa: ANN401 - Dask has no types
    """Return a client of the scheduler at an address."""
    what = f"no Dask scheduler answers at {address[:200]!r}"
    remedy = "start one with `dask scheduler`, and give the address it says, as tcp://host:8786."
    try:
        parts = urlsplit(address if "://" in address else f"tcp://{address}")
        if parts.scheme in {"tcp", "tls", "ws", "wss"}:  # Dask would try for long, and say more
            _look(parts.hostname or "", parts.port or 0, greets=parts.scheme == "tcp")
        from distributed import Client  # noqa: PLC0415 - an extra, and slow to import

        _check_scheme(parts.scheme)
        if parts.scheme != "inproc":
            with ThreadPoolExecutor(1) as aside:  # a notebook has a loop of events of its own
                aside.submit(asyncio.run, _demand_scheduler(address)).result()
        client: Any = Client
        return client(address, timeout=_CONNECT_S, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ClusterError(f"{what} ({error}); {remedy}") from error
