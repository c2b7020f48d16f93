"""One notebook, run in a process of its own: executed through papermill, written down, drawn as a page."""

import dataclasses
import multiprocessing
import os
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbclient.exceptions import DeadKernelError
from papermill.engines import papermill_engines
from papermill.exceptions import PapermillExecutionError

from cxlab.kit import ALLOW_OUTSIDE, RUN, STORE
from cxlab.language import speak
from cxlab.once import FOLDER
from cxlab.reports import document
from cxlab.reports.engine import NAME, CxlabEngine
from cxlab.reports.exporter import page
from cxlab.reports.forked import ForkedKernel, end_with_parent
from cxlab.reports.kernel import manager_of
from cxlab.reports.limits import LimitError, Watch
from cxlab.reports.pool import can_fork
from cxlab.reports.task import Outcome, Task

_PARAMETERS = "injected-parameters"


class EarlyEndError(RuntimeError):
    """A notebook ended before its last cell, and nothing failed."""


def run(task: Task, kernel: Callable[[int], None] = lambda _: None) -> Outcome:
    """Run a notebook and write `NN_name.html` and `notebooks/NN_name.ipynb` into the stage.

    Parameters
    ----------
    kernel : told the process id of the notebook's kernel when it starts.
    """
    start = time.monotonic()
    speak(task.imprint.language)
    # Before anything starts a thread: only what has none may be forked.
    forks = task.forks and can_fork()
    with ForkedKernel(multiprocessing.get_context("fork")) if forks else nullcontext() as forked:
        end_with_parent()
        return _run(task, forked, kernel, start)


def _run(task: Task, forked: ForkedKernel | None, kernel: Callable[[int], None], start: float) -> Outcome:
    stem = task.notebook.stem
    executed = task.stage / "notebooks" / f"{stem}.ipynb"
    executed.parent.mkdir(parents=True)
    os.environ[STORE], os.environ[RUN], os.environ[FOLDER] = str(task.store or ""), task.run, task.once
    os.environ[ALLOW_OUTSIDE] = str(int(task.allow_outside))
    fault = _execute(task, executed, forked, kernel)
    notebook = nbformat.read(executed if executed.is_file() else task.notebook, as_version=4)
    if fault or not _is_through(notebook):
        mark(notebook, fault or EarlyEndError("the notebook ended here by itself, before its last cell"))
    tidy(notebook, {str(task.stage): task.shown_out})
    nbformat.write(notebook, executed)
    try:
        content = document.read(notebook)
        text = page(content, task.imprint)
    except Exception as error:  # a page that cannot be drawn is a report that failed, whatever the reason
        return stopped(task, type(error).__name__, str(error), time.monotonic() - start)
    (task.stage / f"{stem}.html").write_text(text, encoding="utf-8", newline="\n")
    return _outcome(content, time.monotonic() - start)


def stopped(task: Task, name: str, message: str, seconds: float = 0.0) -> Outcome:
    """Write the page of a notebook that came to no page of its own, in the language that is spoken."""
    cells = nbformat.read(task.notebook, as_version=4).cells
    content = document.read(nbformat.v4.new_notebook(cells=[c for c in cells if c.cell_type == "markdown"][:1]))
    content.stop = document.Stop(name, message, content.question)
    partial = task.stage / "notebooks" / f"{task.notebook.stem}.ipynb"
    partial.parent.mkdir(parents=True, exist_ok=True)
    if not partial.is_file():
        notebook = nbformat.read(task.notebook, as_version=4)
        mark(notebook, RuntimeError(message))
        nbformat.write(notebook, partial)
    (task.stage / f"{task.notebook.stem}.html").write_text(page(content, task.imprint), encoding="utf-8", newline="\n")
    return _outcome(content, seconds)


def mark(notebook: Any, fault: Exception) -> None:
    """Put into the notebook why it ended, at the cell that ran last; where none did, at the first one with code."""
    message = "the notebook's process ended before the notebook did: often memory ran out"
    message = message if isinstance(fault, DeadKernelError) else str(fault)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    if not cells:
        cells = [nbformat.v4.new_code_cell(id="stopped")]
        notebook.cells += cells
    cell = ([cell for cell in cells if _is_started(cell)] or cells[:1])[-1]
    cell.execution_count = None  # some kernels had told its number before they ended, and some had not
    cell.outputs.append(nbformat.v4.new_output("error", ename=type(fault).__name__, evalue=message, traceback=[]))


def _is_through(notebook: Any) -> bool:
    """Whether every cell with code was run to its end, or one says by its output why not."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    errors = (output for cell in cells for output in cell.outputs if output.output_type == "error")
    failed = any(error.ename != "SystemExit" for error in errors)  # papermill passes over a way out with 0
    return failed or all(_is_finished(cell) for cell in cells)


def _is_started(cell: Any) -> bool:
    """Whether a cell was run, to its end or not: papermill calls one that its kernel died in completed as well."""
    return bool(cell.metadata.get("papermill", {}).get("status", "pending") != "pending")


def _is_finished(cell: Any) -> bool:
    """Whether a cell came to its end, as papermill noted it while it ran."""
    return bool(cell.metadata.get("papermill", {}).get("status") == "completed")


def tidy(notebook: Any, replaced: dict[str, str]) -> None:
    """Take out of an executed notebook what differs between two runs: times, random ids, the stage's folder."""
    notebook.metadata.pop("papermill", None)
    for i, cell in enumerate(notebook.cells):
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        tags = cell.metadata.get("tags", [])
        if not tags:
            cell.metadata.pop("tags", None)
        if _PARAMETERS in tags:
            cell.id = _PARAMETERS
            for old, new in replaced.items():
                cell.source = cell.source.replace(old, new)
        elif tags and tags[0].startswith("papermill-"):
            cell.id = f"stopped-{i}"
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                output.traceback = [
                    line for old, new in replaced.items() for line in _replaced(output.traceback, old, new)
                ]


def _execute(
    task: Task, executed: Path, forked: ForkedKernel | None, kernel: Callable[[int], None]
) -> Exception | None:
    """Run the notebook; return the fault that the notebook itself does not show."""
    watch = Watch(task.limits, kernel)
    papermill_engines.register(NAME, CxlabEngine)  # also where the package's entry points are not installed
    try:
        papermill.execute_notebook(
            _braced(task.notebook),
            _braced(executed),
            parameters={"study": task.study, **task.parameters, "out": str(task.stage)},
            kernel_name="python3",
            language="python",
            progress_bar=False,
            request_save_on_cell_execute=False,
            engine_name=NAME,
            kernel_manager_class=manager_of(forked, watch),
            partial=executed,
        )
    except PapermillExecutionError:
        return None  # the notebook holds the error
    except Exception as error:
        return LimitError(watch.fault) if watch.fault else error
    finally:
        watch.stop()
    return None


def _outcome(content: document.Document, seconds: float) -> Outcome:
    common: dict[str, Any] = {"seconds": seconds, "question": content.question, "n_warnings": content.n_warnings}
    if content.stop:
        return Outcome("failed", error=dataclasses.asdict(content.stop), **common)
    if content.stopped:
        return Outcome("missing", missing=content.missing, findings=content.findings, **common)
    return Outcome("done", answer=content.answer, findings=content.findings, **common)


def _braced(path: Path) -> str:
    """Write a path for papermill, which reads braces as parameters."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _replaced(lines: list[str], old: str, new: str) -> list[str]:
    return [line.replace(old, new) for line in lines]
