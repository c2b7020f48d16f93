"""Tasks side by side, each in a process of its own: one that is killed takes no other with it."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import wait
from typing import Any

from cxlab.reports.task import READY, main

Started = Callable[[int], None]
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
    context: Any, tasks: Sequence[Any], jobs: int, started: Started, ended: Ended, *, patience: float | None = None
) -> None:
    """Run tasks in order, at most `jobs` at a time.

    Parameters
    ----------
    context : as `warm_up` returns it.
    started, ended : told the task's number, and its outcome; None where the process was killed.
    patience : seconds after which a process is killed; None: never.
    """
    waiting = list(enumerate(tasks))
    running: dict[Any, tuple[int, Any, float]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                number, task = waiting.pop(0)
                started(number)
                here, process = _start(context, task)
                running[here] = (number, process, time.monotonic())
            ready: list[Any] = wait(list(running), None if patience is None else _LOOK_SECONDS)
            for _, process, since in running.values():
                if patience is not None and time.monotonic() - since > patience:
                    process.kill()
            for pipe in ready:
                try:
                    outcome = pipe.recv()
                except EOFError:
                    outcome = None
                if outcome == READY:
                    continue
                number, process, _ = running.pop(pipe)
                pipe.close()
                process.join()
                ended(number, outcome)
    finally:
        for pipe, (_, process, _) in running.items():
            pipe.close()
            if process.pid is not None:
                process.terminate()
                process.join()
