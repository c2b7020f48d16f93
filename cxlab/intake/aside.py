"""A folder that is filled aside and then takes its place; what a killed process left of one goes."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: whether somebody still fills one cannot be seen, so what is left stays
    fcntl = None  # type: ignore[assignment]


@contextmanager
def filled_aside(folder: Path) -> Iterator[Path]:
    """Make an empty folder beside one to be replaced, and give it the other's name at the end; else it goes.

    While it is filled it is locked, and the system unlocks it when the process ends, however it ends: those of the same
    kind that nobody holds are removed.

    Parameters
    ----------
    folder : what is there is removed before the new one takes its name. Its parents are made.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    for left in folder.parent.glob(f"{folder.name}-*"):
        handle = _hold(left)
        if handle is not None:
            shutil.rmtree(left, ignore_errors=True)
            os.close(handle)
    aside = Path(tempfile.mkdtemp(prefix=f"{folder.name}-", dir=folder.parent))
    handle = _hold(aside)
    try:
        yield aside
        if folder.exists():
            shutil.rmtree(folder)
        aside.replace(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        if handle is not None:
            os.close(handle)


def _hold(folder: Path) -> int | None:
    """Lock a folder and return its handle; None where it is not there, somebody holds it, or there are no locks."""
    if fcntl is None:
        return None
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle
