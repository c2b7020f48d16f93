"""Tasks side by side, each in a process of its own: one that is killed takes no other with it."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from multiprocessing.connection import wait
from typing import Any

from cxlab.reports.task import READY, main

Started = Callable[[int], None]
Ended = Callable[[int, Any], None]
_PRELOADED = ["cxlab.reports.worker"]


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def warm_up() -> Any:
    """Start to load what the workers need, in the background; return the context to run them in."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    from multiprocessing import forkserver

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for this process, which then ends the others
    try:
        forkserver.ensure_running()
    finally:
        signal.signal(signal.SIGINT, before)
    return context


def run_all(context: Any, tasks: Sequence[Any], jobs: int, started: Started, ended: Ended) -> None:
    """Run tasks in order, at most `jobs` at a time.

    Parameters
    ----------
    context : as `warm_up` returns it.
    started, ended : told the task's number, and its outcome; None where the process was killed.
    """
    waiting = list(enumerate(tasks))
    running: dict[Any, tuple[int, Any]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                number, task = waiting.pop(0)
                here, there = context.Pipe(duplex=False)
                process = context.Process(target=main, args=(task, there), daemon=False)
                running[here] = (number, process)
                started(number)
                process.start()
                there.close()
            ready: list[Any] = wait(list(running))
            for pipe in ready:
                try:
                    outcome = pipe.recv()
                except EOFError:
                    outcome = None
                if outcome == READY:
                    continue
                number, process = running.pop(pipe)
                pipe.close()
                process.join()
                ended(number, outcome)
    finally:
        for pipe, (_, process) in running.items():
            pipe.close()
            if process.pid is not None:
                process.terminate()
                process.join()
