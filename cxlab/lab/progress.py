"""How far a long cell has come, shown in JupyterLab while it runs and gone when it has."""

import ast
import html
import sys
import threading
import time
from dataclasses import dataclass
from typing import Any

from cxlab.lab.frontend import live_shell
from cxlab.look import TOKENS

PATIENCE = 1.0  # seconds that a cell may take before anything is shown
EVERY = 1.0
_LONGEST = 90  # characters of a statement


@dataclass(frozen=True)
class Step:
    """What a cell is at.

    Attributes
    ----------
    number, of : which statement of the cell, from 1, and how many there are.
    text : the statement's first line.
    """

    number: int
    of: int
    text: str


class Watcher:
    """Looks at the statement that a cell has come to, from a thread of its own, and tells the reader.

    Parameters
    ----------
    shell : IPython's, in whose cells it looks.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._main = threading.get_ident()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, info: Any) -> None:
        """Begin with a cell; `info` holds its source as `raw_cell`."""
        if live_shell() is None:
            return
        self._over = threading.Event()
        source = self._shell.transform_cell(info.raw_cell)
        given = (self._over, steps(source), self._shell.get_parent())
        self._thread = threading.Thread(target=self._watch, args=given, daemon=True, name="cxlab-progress")
        self._thread.start()

    def stop(self, _: Any = None) -> None:
        """End with the cell; what was shown goes."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _watch(self, over: threading.Event, statements: list[tuple[int, str]], cell: Any) -> None:
        since = time.monotonic()
        if over.wait(PATIENCE):
            return
        name = f"cxlab-progress-{cell['header']['msg_id']}"
        self._publish(name, drawn(self._step(statements), time.monotonic() - since), update=False)
        while not over.wait(EVERY):
            self._publish(name, drawn(self._step(statements), time.monotonic() - since))
        self._publish(name, "")

    def _step(self, statements: list[tuple[int, str]]) -> Step | None:
        """Find the statement that the main thread is at."""
        frame = sys._current_frames().get(self._main)
        while frame is not None and not (frame.f_code.co_name == "<module>" and frame.f_globals is self._shell.user_ns):
            frame = frame.f_back
        if frame is None or not statements:
            return None
        number = max(1, sum(line <= frame.f_lineno for line, _ in statements))
        return Step(number, len(statements), statements[number - 1][1])

    def _publish(self, name: str, shown: str, *, update: bool = True) -> None:
        data = {"text/html": shown} if shown else {"text/plain": ""}
        self._shell.display_pub.publish(data=data, metadata={}, transient={"display_id": name}, update=update)


def install(shell: Any) -> None:
    """Show the progress of the cells to come."""
    watcher = Watcher(shell)
    shell.events.register("pre_run_cell", watcher.start)
    shell.events.register("post_run_cell", watcher.stop)


def steps(source: str) -> list[tuple[int, str]]:
    r"""Return the first line and its number, from 1, of each statement of a cell; none of what is no Python.

    Examples
    --------
    >>> steps("skill = cx.predictive_skill(\n    kit.customers,\n)\npage.reading(skill)")
    [(1, 'skill = cx.predictive_skill('), (4, 'page.reading(skill)')]
    >>> steps("skill = (")
    []
    """
    try:
        body = ast.parse(source).body
    except SyntaxError:  # IPython says so itself
        return []
    lines = source.splitlines()
    return [(statement.lineno, lines[statement.lineno - 1].strip()) for statement in body]


def drawn(step: Step | None, seconds: float) -> str:
    """Draw a bar of the statements that are done, the one that runs, and for how long the cell has run."""
    took = f"{seconds:.0f} s"
    if step is None:
        return f"<div><small>Running, {took}</small></div>"
    text = step.text if len(step.text) <= _LONGEST else f"{step.text[: _LONGEST - 1]}…"
    return (
        f'<div><progress max="{step.of}" value="{step.number - 1}" aria-label="Progress of this cell" '
        f'style="accent-color:{TOKENS["link"][0]}"></progress> '
        f"<small>Step {step.number} of {step.of}, {took}: <code>{html.escape(text)}</code></small></div>"
    )
