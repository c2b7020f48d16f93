"""One run at a time in a folder: whoever comes second waits, and a run that was killed holds nothing up."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: there is no lock that goes with its process, so nobody waits
    fcntl = None  # type: ignore[assignment]


@contextmanager
def in_turn(folders: Iterable[Path], waiting: Callable[[Path], None]) -> Iterator[None]:
    """Hold folders while something is written to them; they are made where they are not there.

    The system lets go of them when the process ends, however it ends. They are taken in one order by all, so that two
    runs never wait for each other. A folder that is empty afterwards goes again.

    Parameters
    ----------
    waiting : told of a folder that another run holds, before it is waited for.
    """
    mine = sorted({folder.resolve() for folder in folders})
    with ExitStack() as stack:
        for folder in mine:
            folder.mkdir(parents=True, exist_ok=True)
            if fcntl is not None:
                stack.enter_context(_held(folder, waiting))
        try:
            yield
        finally:
            for folder in mine:
                with suppress(OSError):
                    folder.rmdir()  # only if nothing is in it


@contextmanager
def _held(folder: Path, waiting: Callable[[Path], None]) -> Iterator[None]:
    handle = _lock(folder, waiting)
    try:
        yield
    finally:
        os.close(handle)


def _lock(folder: Path, waiting: Callable[[Path], None]) -> int:
    """Lock a folder, and see that it is still the one of that name; return its handle."""
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(folder, os.O_RDONLY)
        except FileNotFoundError:  # whoever had it took it away, for nothing was in it
            continue
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting(folder)
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError:  # a file system without locks: nobody waits
            return handle
        if folder.is_dir() and os.path.samestat(os.fstat(handle), folder.stat()):
            return handle
        os.close(handle)
