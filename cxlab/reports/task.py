"""What passes between the run and the process of one notebook; nothing heavy is imported here."""

import contextlib
import logging
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from cxlab.reports.imprint import Imprint
from cxlab.reports.limits import Limits


@dataclass(frozen=True)
class Started:
    """Said by the process of a notebook when it is there, and again when its kernel is.

    Attributes
    ----------
    kernel : process id of the kernel; None: not there yet.
    """

    kernel: int | None = None


@dataclass(frozen=True)
class Task:
    """What to run: a notebook for a study, into a folder of its own.

    Attributes
    ----------
    stage : a new folder, in which the page, the notebook and the tables are written.
    shown_out : the folder as the executed notebook shall name it.
    store : the folder in which the run keeps what it read; None: nowhere.
    run : by what the run is known to those who take what it kept.
    once : the folder in which the notebooks of a call keep what they work out for each other; empty: none.
    allow_outside : whether the study's files may lie outside its folder.
    forks : whether the kernel is forked from what is imported already, or a new process.
    limits : of time and memory.
    """

    notebook: Path
    study: str
    parameters: dict[str, Any]
    stage: Path
    shown_out: str
    imprint: Imprint
    store: Path | None = None
    run: str = ""
    once: str = ""
    allow_outside: bool = False
    forks: bool = True
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class Outcome:
    """How it went.

    Attributes
    ----------
    status : "done", "missing" (the study lacks what it takes, and the page says so) or "failed".
    findings : by key; of a notebook that is missing something, those before it stopped; empty when it failed.
    question, answer, missing, error : what the index shows of it.
    n_warnings : outputs on the error stream.
    """

    status: str
    seconds: float
    question: str = ""
    answer: dict[str, Any] | None = None
    missing: dict[str, Any] | None = None
    error: dict[str, str] | None = None
    findings: dict[str, Any] = field(default_factory=dict)
    n_warnings: int = 0


def main(task: Task, pipe: Connection) -> None:
    """Say that the process is there, run the task, send its outcome; an end without one means that it was killed.

    Where nobody listens any more the run was stopped, and nothing is done.
    """
    from cxlab.reports.worker import run, stopped

    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    logging.getLogger("traitlets").setLevel(logging.CRITICAL)
    with contextlib.suppress(BrokenPipeError):
        pipe.send(Started())
        try:
            outcome = run(task, lambda kernel: pipe.send(Started(kernel)))
        except Exception as error:  # whatever it is, it is this report's, and its page says so
            outcome = stopped(task, type(error).__name__, str(error))
        pipe.send(outcome)
