"""The papermill engine `cxlab`: kernels forked from a process that has imported everything, talking over files."""

from functools import cache
from pathlib import Path
from typing import Any

import nbformat

from cxlab.reports import pool
from cxlab.reports.forked import ForkedKernel
from cxlab.reports.kernel import manager_of

NAME, KERNEL = "cxlab", "python3"


class CxlabEngine:
    """Run a notebook as papermill does, on a forked kernel; `papermill --engine cxlab` finds it by its entry point.

    Where the system cannot fork, the kernel is a plain one. A notebook of another kernel than Python's own, as of R or
    of another environment, is run as papermill runs it, on the kernel of that name.
    """

    @classmethod
    def nb_kernel_name(cls, nb: Any, name: str | None = None) -> Any:
        """Return the kernel that a notebook asks for, as papermill reads it."""
        return _engine().nb_kernel_name(nb, name)

    @classmethod
    def nb_language(cls, nb: Any, language: str | None = None) -> Any:
        """Return the language of a notebook, as papermill reads it."""
        return _engine().nb_language(nb, language)

    @classmethod
    def execute_notebook(cls, nb: Any, kernel_name: str, **settings: Any) -> Any:
        """Run the notebook and return it.

        Parameters
        ----------
        settings : as papermill's own engine takes them, and two more. `kernel_manager_class` starts the kernel; without
            it one is forked here, from a new fork server. `partial` is a file to which the notebook is written as far
            as it came, if its kernel ends before it does; papermill would forget it, or call every cell completed.
        """
        if kernel_name != KERNEL:
            return _engine().execute_notebook(nb, kernel_name, **settings)
        if settings.setdefault("kernel_manager_class", None) is None:
            del settings["kernel_manager_class"]
            if pool.can_fork():
                with ForkedKernel(pool.warm_up()) as forked:
                    return cls.execute_notebook(nb, kernel_name, kernel_manager_class=manager_of(forked), **settings)
            settings["kernel_manager_class"] = manager_of(None)
        return _engine().execute_notebook(nb, kernel_name, shutdown_kernel="immediate", **settings)


@cache
def _engine() -> Any:
    """Build on papermill's own engine, when it is needed: papermill loads this module while it is being loaded."""
    from papermill.engines import NBClientEngine

    class Engine(NBClientEngine):  # type: ignore[misc]
        @classmethod
        def execute_managed_notebook(
            cls, nb_man: Any, kernel_name: str, *, partial: Path | None = None, **settings: Any
        ) -> Any:
            try:
                return super().execute_managed_notebook(nb_man, kernel_name, **settings)
            except Exception:
                if partial is not None:
                    nbformat.write(nb_man.nb, partial)
                raise

    return Engine
