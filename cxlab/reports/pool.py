"""Tasks side by side, each in a process of its own: one that is killed takes no other with it."""

import contextlib
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from typing import Any

import psutil

from cxlab.reports.limits import end
from cxlab.reports.task import Started, main

Begun = Callable[[int], None]
Ended = Callable[[int, Any], None]
ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",  # read when matplotlib is imported, before any kernel is
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # the debugger's warning about frozen modules says nothing to a reader
    # One thread a kernel: sums are then added in one order on every machine, and notebooks run beside each other.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
"""Of every kernel, and of the process that they are forked from."""
_LOOK_SECONDS = 0.5
_PRELOADED = ["cxlab.reports.preloaded"]


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def can_fork() -> bool:
    """Whether processes can be forked here, with all that is imported."""
    return "forkserver" in multiprocessing.get_all_start_methods()


def warm_up() -> Any:
    """Start to load what the workers need, in the background; return the context to run them in."""
    if not can_fork():
        return multiprocessing.get_context("spawn")
    from multiprocessing import forkserver

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    interrupt, environment = signal.signal(signal.SIGINT, signal.SIG_IGN), dict(os.environ)
    os.environ.update(ENVIRONMENT)
    try:
        forkserver.ensure_running()  # Ctrl-C is for this process, which then ends the others
    finally:
        signal.signal(signal.SIGINT, interrupt)
        os.environ.clear()
        os.environ.update(environment)
    return context


@dataclass
class _Running:
    """A task's process, since when it runs, and the kernel that it started."""

    number: int
    process: Any
    since: float = field(default_factory=time.monotonic)
    kernel: Any = None

    def note(self, kernel: int | None) -> None:
        """Know its kernel, as long as that lives."""
        if kernel is not None:
            with contextlib.suppress(psutil.NoSuchProcess):
                self.kernel = psutil.Process(kernel)

    def end_kernel(self) -> None:
        """End the kernel of a process that was killed: one that is in a long computation does not see that it was."""
        if self.kernel is not None:
            end(self.kernel)


def _start(context: Any, task: Any, *, again: bool = True) -> tuple[Any, Any]:
    """Start the process of a task; return where it tells of itself, and the process.

    Where the fork server was killed meanwhile, a new one is started for it, once.
    """
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=main, args=(task, there), daemon=False)
    try:
        process.start()
    except (EOFError, ConnectionError):
        here.close()
        if not again:
            raise RuntimeError(
                "no process can be started: the one that they are forked from was killed twice"
            ) from None
        return _start(context, task, again=False)
    finally:
        there.close()
    return here, process


def run_all(
    context: Any, tasks: Sequence[Any], jobs: int, started: Begun, ended: Ended, *, patience: float | None = None
) -> None:
    """Run tasks in order, at most `jobs` at a time.

    Parameters
    ----------
    context : as `warm_up` returns it.
    started, ended : told the task's number, and its outcome; None where the process was killed.
    patience : seconds after which a process is killed; None: never.
    """
    waiting = list(enumerate(tasks))
    running: dict[Any, _Running] = {}
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                number, task = waiting.pop(0)
                started(number)
                here, process = _start(context, task)
                running[here] = _Running(number, process)
            ends = [one.process.sentinel for one in running.values()]
            ready: list[Any] = wait([*running, *ends], None if patience is None else _LOOK_SECONDS)
            for one in running.values():
                if patience is not None and time.monotonic() - one.since > patience:
                    one.process.kill()
            for pipe, one in list(running.items()):
                # A kernel that lives on holds the pipe open, so its end does not tell of the process's.
                if pipe not in ready and one.process.sentinel not in ready:
                    continue
                try:
                    outcome = pipe.recv() if pipe in ready or pipe.poll() else None
                except EOFError:
                    outcome = None
                if isinstance(outcome, Started):
                    one.note(outcome.kernel)
                    continue
                del running[pipe]
                pipe.close()
                one.process.join()
                if outcome is None:
                    one.end_kernel()
                ended(one.number, outcome)
    finally:
        for pipe, one in running.items():
            pipe.close()
            if one.process.pid is not None:
                one.process.terminate()
                one.process.join()
                one.end_kernel()
