"""Whether somebody is looking: a cell that JupyterLab or its like runs, not papermill, a test or a console."""

import sys
from typing import Any

_MARK = "_cxlab_is_set_up"


def live_shell() -> Any | None:
    """Return the IPython shell of the cell that is being run in a front end such as JupyterLab; None elsewhere.

    Front ends say which cell they run, and papermill, nbconvert and consoles do not. So what rests on this never
    reaches an executed notebook, whoever started its kernel.
    """
    ipython = sys.modules.get("IPython")  # where it is not there, nobody is in a notebook
    shell = None if ipython is None else ipython.get_ipython()
    asked: dict[str, Any] = getattr(shell, "get_parent", dict)()
    return shell if "cellId" in asked.get("metadata", {}) else None


def set_up() -> None:
    """Show progress, faults and results as JupyterLab can; nothing happens elsewhere, nor the second time."""
    shell = live_shell()
    if shell is None or getattr(shell, _MARK, False):
        return
    from cxlab.lab import faults, progress, results

    setattr(shell, _MARK, True)
    faults.install(shell)
    progress.install(shell)
    results.install(shell)
