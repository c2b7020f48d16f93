"""What several notebooks of a run ask for is worked out once: the run has a folder for it, which goes with the run."""

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

from joblib import Memory

from cxlab.language import spoken

FOLDER = "CXLAB_ONCE"
"""Environment variable: the folder; empty or not there: everything is worked out where it is asked for."""
P = ParamSpec("P")
R = TypeVar("R")


def once_a_run(function: Callable[P, R]) -> Callable[P, R]:
    """Keep what a function gives for the other notebooks of the run, by the content of all that it is given.

    Parameters
    ----------
    function : gives the same for the same; what it takes and gives can be pickled. Nobody but the run's own processes
        writes into the folder.

    Examples
    --------
    >>> double = once_a_run(lambda x: 2 * x)
    >>> double(3)
    6
    """

    @functools.wraps(function)
    def found(*args: P.args, **kwargs: P.kwargs) -> R:
        folder = os.environ.get(FOLDER)
        if not folder:
            return function(*args, **kwargs)
        result: R = Memory(Path(folder) / spoken(), verbose=0).cache(function)(*args, **kwargs)
        return result

    return found
