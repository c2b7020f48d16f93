"""Temporary folders that a process holds while it lives: those of processes that were killed go with the next one.

A folder is held by a lock on a file in it, which the system lets go when the process ends, however it ends. Nothing
that is locked, or that has no such file, is ever removed.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows: folders of killed processes stay
    fcntl = None  # type: ignore[assignment]

PREFIX = "cxlab-"
_LOCK, _NEW = ".held", ".new"


class HeldFolder:
    """A new temporary folder, held until it is removed or the process ends.

    Attributes
    ----------
    path : the folder.
    """

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX))
        self._lock = _hold(self.path)

    def remove(self) -> None:
        """Remove the folder with all that is in it; removing it twice is no fault."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock is not None:
            self._lock.close()


def sweep() -> None:
    """Remove the folders of processes that have ended without removing them."""
    if fcntl is None:
        return
    for folder in _mine():
        with suppress(OSError), (folder / _LOCK).open("r+b") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)


def _mine() -> Iterator[Path]:
    with suppress(OSError), os.scandir(tempfile.gettempdir()) as entries:
        for entry in entries:
            if not entry.name.startswith(PREFIX) or not entry.is_dir(follow_symlinks=False):
                continue
            if entry.stat(follow_symlinks=False).st_uid == os.getuid():
                yield Path(entry.path)


def _hold(folder: Path) -> IO[bytes] | None:
    """Lock a file in a folder; it gets its name when it is locked, so that none is ever found unlocked by mistake."""
    if fcntl is None:
        return None
    lock = (folder / _NEW).open("xb")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        (folder / _NEW).rename(folder / _LOCK)
    except OSError:  # a file system without locks: the folder stays if the process is killed
        lock.close()
        return None
    return lock
