"""Processes of notebooks, where the one that they are forked from is killed."""

import multiprocessing
from typing import Any

import pytest

from cxlab.reports import pool


class Broken:
    """A context whose first processes cannot be started."""

    def __init__(self, times: int) -> None:
        self.left, self.started = times, 0

    def Pipe(self, duplex: bool) -> Any:
        return multiprocessing.Pipe(duplex)

    def Process(self, **_: Any) -> "Broken":
        return self

    def start(self) -> None:
        if self.left:
            self.left -= 1
            raise EOFError
        self.started += 1


def test_a_fork_server_that_was_killed_is_started_again_once() -> None:
    context = Broken(1)
    here, process = pool._start(context, None)
    assert process is context and context.started == 1
    with pytest.raises(EOFError):
        here.recv()  # the other end is the process's alone
    with pytest.raises(RuntimeError, match="killed twice"):
        pool._start(Broken(2), None)
