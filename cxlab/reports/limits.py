"""How long a notebook may take and how much memory: its kernel is ended when it goes beyond, and it is said why."""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Thread

import psutil

from cxlab.words import number

_LOOK_SECONDS = 0.1
_MEGABYTE = 1e6


class LimitError(RuntimeError):
    """A notebook went beyond a limit."""


@dataclass(frozen=True)
class Limits:
    """What a notebook may take; None: as much as there is.

    Attributes
    ----------
    seconds : from the start of its kernel. megabytes : resident memory of its kernel.
    """

    seconds: float | None = None
    megabytes: float | None = None

    def broken(self, seconds: float, megabytes: float) -> str:
        """Say which limit is broken and what to do; empty: none.

        Examples
        --------
        >>> Limits(seconds=60).broken(59, 900)
        ''
        >>> Limits(megabytes=500).broken(1, 900)
        'it took more memory than the 500 MB that --memory allows: allow more, or run fewer at a time with --jobs'
        """
        if self.seconds is not None and seconds > self.seconds:
            return f"it took longer than the {number(self.seconds)} s that --timeout allows: allow more"
        if self.megabytes is not None and megabytes > self.megabytes:
            return (
                f"it took more memory than the {number(self.megabytes)} MB that --memory allows: allow more, or run "
                "fewer at a time with --jobs"
            )
        return ""


class Watch:
    """Looks at a kernel's process until it is told to stop, and ends it where it breaks a limit.

    Attributes
    ----------
    fault : which limit was broken; empty: none.

    Parameters
    ----------
    started : told the process id.
    """

    def __init__(self, limits: Limits, started: Callable[[int], None] = lambda _: None) -> None:
        self.limits, self.fault = limits, ""
        self._started, self._over = started, Event()

    def follow(self, pid: int) -> None:
        """Look at a process from now on."""
        self._started(pid)
        if self.limits != Limits():
            Thread(target=self._look, args=(pid,), daemon=True).start()

    def stop(self) -> None:
        """Look no more."""
        self._over.set()

    def _look(self, pid: int) -> None:
        start = time.monotonic()
        with contextlib.suppress(psutil.NoSuchProcess):  # it ended by itself
            process = psutil.Process(pid)
            while not self._over.wait(_LOOK_SECONDS):
                taken = process.memory_info().rss / _MEGABYTE
                fault = self.limits.broken(time.monotonic() - start, taken)
                if fault:
                    self.fault = fault
                    end(process)
                    return


def end(process: psutil.Process) -> None:
    """Kill a process, and those that it started; nothing where it ended by itself."""
    with contextlib.suppress(psutil.NoSuchProcess):
        for one in [*process.children(recursive=True), process]:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
