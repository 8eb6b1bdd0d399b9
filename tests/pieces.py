"""Pieces of work for `test_executor`: what other processes import, and so next to nothing else."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from placement.errors import InputError


def times(shared: int, item: int) -> int:
    return shared * item


def late(shared: float, item: int) -> int:
    time.sleep(shared * (3 - item))
    return item


def process(shared: float, _item: int) -> int:
    end = time.process_time() + shared
    while time.process_time() < end:
        pass
    return os.getpid()


def refused(_shared: None, item: int) -> int:
    if item == 1:
        raise InputError("is empty", file="a.csv", feature="row 7", field="x", remedy="fill it in")
    return item


def dies(shared: int, item: int) -> int:
    if item and os.getpid() != shared:
        os.kill(os.getpid(), signal.SIGKILL)
    return item


def dies_once(shared: tuple[Callable[[Any, Any], Any], Any, Path], item: tuple[int, Any]) -> Any:
    """Do a piece; the fourth is the end of the worker that begins it first."""
    call, own, marker = shared
    number, piece = item
    if number == 3 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return call(own, piece)
