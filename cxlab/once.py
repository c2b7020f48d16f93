"""What several notebooks of a run ask for is worked out once: the run has a folder for it, which goes with the run."""

import copyreg
import functools
import inspect
import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any, ParamSpec, TypeVar

import joblib

from cxlab.language import spoken

try:
    import fcntl
except ImportError:  # Windows: nobody waits, and what two ask for at once both work out
    fcntl = None  # type: ignore[assignment]

FOLDER = "CXLAB_ONCE"
"""Environment variable: the folder; empty or not there: everything is worked out where it is asked for."""
P = ParamSpec("P")
R = TypeVar("R")


def once_a_run(function: Callable[P, R], *, aside: Collection[str] = (), mapped: bool = False) -> Callable[P, R]:
    """Keep what a function gives for the other notebooks of the run, by the content of all that it is given.

    Whoever asks for what another notebook is working out waits for it.

    Parameters
    ----------
    function : gives the same for the same; what it takes and gives can be pickled. Nobody but the run's own processes
        writes into the folder.
    aside : arguments that are not looked at, for the others tell what they hold; these need not be pickled.
    mapped : whether arrays that were kept stay in their file, for reading only, and take memory as they are looked at.

    Examples
    --------
    >>> double = once_a_run(lambda x: 2 * x)
    >>> double(3)
    6
    """
    signature = inspect.signature(function)

    @functools.wraps(function)
    def found(*args: P.args, **kwargs: P.kwargs) -> R:
        folder = os.environ.get(FOLDER)
        if not folder:
            return function(*args, **kwargs)
        given = signature.bind(*args, **kwargs)
        given.apply_defaults()
        digest = joblib.hash({name: value for name, value in given.arguments.items() if name not in aside})
        home = Path(folder) / spoken() / f"{function.__module__}.{function.__qualname__}"
        home.mkdir(parents=True, exist_ok=True)
        kept, mode = home / f"{digest}.pkl", "r" if mapped else None
        with _alone(home / f"{digest}.lock"):
            if not kept.is_file():
                result = function(*args, **kwargs)
                joblib.dump(result, kept.with_suffix(".new"))
                kept.with_suffix(".new").replace(kept)
                del result
        # Also by who worked it out: what was kept may lie in memory in another way, and be known by another digest.
        loaded: R = joblib.load(kept, mmap_mode=mode)
        return loaded

    return found


def _frozen(content: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(content)


copyreg.pickle(MappingProxyType, lambda view: (_frozen, (dict(view),)))  # as what a study's file says is kept


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Be the only one who holds a file; the system lets go of it when the process ends, however it ends."""
    with file.open("wb") as lock:
        if fcntl is not None:
            with suppress(OSError):  # a file system without locks: nobody waits
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield
