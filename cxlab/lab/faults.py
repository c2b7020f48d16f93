"""Faults that nobody foresaw, in JupyterLab: what to do about them first, then the traceback."""

from types import TracebackType
from typing import Any

from cxlab.errors import InputError

_RED, _PLAIN = "\x1b[1;31m", "\x1b[0m"
REMEDY = (
    "The kit did not foresee this. If you changed the notebook, look at the line of the cell that the",
    "traceback names; if not, run it again from the top, and report what stands below if it comes back.",
)


def install(shell: Any) -> None:
    """Put the remedy before the traceback of every error but the kit's own, which have none."""
    shell.set_custom_exc((Exception,), _show)


def _show(
    shell: Any,
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
    tb_offset: int | None = None,
) -> list[str]:
    if isinstance(error, InputError):
        shown = error._render_traceback_()
    else:
        offset = 1 if tb_offset is None else tb_offset  # the first frame is IPython's own
        lines = shell.InteractiveTB.structured_traceback(kind, error, trace, tb_offset=offset)
        shown = [f"{_RED}{kind.__name__}: {error}{_PLAIN}", "", *REMEDY, "", *lines]
    shell._showtraceback(kind, error, shown)
    return shown
