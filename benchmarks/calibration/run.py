"""Run the replications that are not in the store yet, on several processes, until all are done or time is up."""

import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context

import sklearn
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from benchmarks.calibration.cases import Case, Task, Values, seed_of, tasks_of
from benchmarks.calibration.store import Store

_SAY_EVERY = 30  # seconds


def run(
    cases: tuple[Case, ...], store: Store, *, times: float = 1.0, processes: int = 2, minutes: float | None = None
) -> int:
    """Run what is missing and put each replication into the store as soon as it is there.

    Parameters
    ----------
    cases : to run.
    store : where replications are kept; those that it has are not run again.
    times : by which the planned replications are multiplied.
    processes : at once, each on one thread; with 1 everything is done in this one.
    minutes : after which nothing more is begun; None for no such limit.

    Returns
    -------
    Number of replications that are still missing.
    """
    until = time.monotonic() + 60 * minutes if minutes is not None else float("inf")
    known = store.read(cases)
    missing = [t for t in tasks_of(cases, times) if (cases[t.place].name, t.size, t.replication) not in known]
    done, begun = 0, time.monotonic()
    said = begun
    ways = _here(cases, missing, until) if processes == 1 else _in_pool(cases, missing, until, processes)
    for task, values in ways:
        store.add(cases[task.place], task.size, task.replication, values)
        done += 1
        if time.monotonic() - said >= _SAY_EVERY:
            said = time.monotonic()
            print(f"{done:,} of {len(missing):,} replications, {(said - begun) / 60:.0f} minutes", flush=True)
    return len(missing) - done


def one(case: Case, size: int, replication: int) -> Values:
    """Run one replication."""
    return case.measure(size, seed_of(case, size, replication))


def _here(cases: tuple[Case, ...], tasks: list[Task], until: float) -> Iterator[tuple[Task, Values]]:
    for task in tasks:
        if time.monotonic() >= until:
            return
        yield task, one(cases[task.place], task.size, task.replication)


def _in_pool(cases: tuple[Case, ...], tasks: list[Task], until: float, processes: int) -> Iterator[tuple[Task, Values]]:
    """Keep few replications under way at a time, so that little is lost when the run is stopped."""
    waiting = iter(tasks)
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_set_up) as pool:
        running: dict[Future[Values], Task] = {}
        while True:
            _fill(pool, running, waiting, cases, until, 2 * processes)
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(future), future.result()


def _fill(
    pool: Executor,
    running: dict[Future[Values], Task],
    waiting: Iterator[Task],
    cases: tuple[Case, ...],
    until: float,
    most: int,
) -> None:
    while len(running) < most and time.monotonic() < until:
        task = next(waiting, None)
        if task is None:
            return
        running[pool.submit(one, cases[task.place], task.size, task.replication)] = task


def _set_up() -> None:
    """Hold a process to one thread, and let scikit-learn trust what it is given: that changes its time alone."""
    threadpool_limits(limits=1)
    sklearn.set_config(assume_finite=True, skip_parameter_validation=True)
