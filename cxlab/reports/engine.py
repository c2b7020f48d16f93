"""The papermill engine `cxlab`: kernels forked from a process that has imported everything, talking over files."""

from pathlib import Path
from typing import Any

import nbformat
from papermill.engines import NBClientEngine

from cxlab.reports import pool
from cxlab.reports.forked import ForkedKernel
from cxlab.reports.kernel import manager_of

NAME = "cxlab"


class CxlabEngine(NBClientEngine):  # type: ignore[misc]
    """Run a notebook as papermill does, on a forked kernel; `papermill --engine cxlab` finds it by its entry point.

    Where the system cannot fork, the kernel is a plain one.
    """

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        *,
        kernel_manager_class: Any = None,
        partial: Path | None = None,
        **settings: Any,
    ) -> Any:
        """Run the notebook.

        Parameters
        ----------
        kernel_manager_class : what starts the kernel; None: one is forked here, from a new fork server.
        partial : file to which the notebook is written as far as it came, if its kernel ends before it does; papermill
            itself would forget it, or call every cell completed.
        settings : as papermill's own engine takes them.
        """
        if kernel_manager_class is None:
            kernel_manager_class = manager_of(ForkedKernel(pool.warm_up()) if pool.can_fork() else None)
        try:
            return super().execute_managed_notebook(
                nb_man, kernel_name, kernel_manager_class=kernel_manager_class, shutdown_kernel="immediate", **settings
            )
        except Exception:
            if partial is not None:
                nbformat.write(nb_man.nb, partial)
            raise
