"""The papermill engine `cxlab`: kernels forked from a process that has imported everything, talking over files."""

from typing import Any

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
        cls, nb_man: Any, kernel_name: str, *, kernel_manager_class: Any = None, **settings: Any
    ) -> Any:
        """Run the notebook.

        Parameters
        ----------
        kernel_manager_class : what starts the kernel; None: one is forked here, from a new fork server.
        settings : as papermill's own engine takes them.
        """
        if kernel_manager_class is None:
            kernel_manager_class = manager_of(ForkedKernel(pool.warm_up()) if pool.can_fork() else None)
        return super().execute_managed_notebook(
            nb_man, kernel_name, kernel_manager_class=kernel_manager_class, shutdown_kernel="immediate", **settings
        )
