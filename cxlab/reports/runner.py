"""`cxlab report`: studies and notebooks to pages, findings, tables and an index; the only runner there is."""

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cxlab.errors import InputError
from cxlab.intake.stamps import folder_of, sha256, unchanged_hashes
from cxlab.language import language_of
from cxlab.reports import manifest, pool
from cxlab.reports.index_words import told_apart
from cxlab.reports.limits import Limits
from cxlab.reports.notebooks import Notebook
from cxlab.reports.order import Order
from cxlab.reports.progress import Progress
from cxlab.reports.reading import Readings
from cxlab.reports.run import Inputs, Made, Run
from cxlab.reports.task import Outcome
from cxlab.reports.turn import in_turn
from cxlab.study import Study
from cxlab.temporary import HeldFolder
from cxlab.words import count

ANSWERED, FAILED = 0, 1
_GRACE_SECONDS = 120
_TONES = {"failed": "failed", "missing": "missing"}


@dataclass(frozen=True)
class Way:
    """How an order is run.

    Attributes
    ----------
    jobs : notebooks at a time; None: one a core.
    forks : whether kernels are forked from what is imported already, or new processes.
    limits : of each notebook.
    afresh : make every report, also those that stand.
    """

    jobs: int | None = None
    forks: bool = True
    limits: Limits = field(default_factory=Limits)
    afresh: bool = False

    @property
    def patience(self) -> float | None:
        """Seconds after which a notebook's process is killed that does not see to its limit itself; None: never."""
        return None if self.limits.seconds is None else self.limits.seconds + _GRACE_SECONDS


@dataclass(frozen=True)
class Ended:
    """How a call ended.

    Attributes
    ----------
    code : 0 all well; 1 a notebook failed, and the others' pages are there.
    made : the reports that were made now, as (name of the run, name of the report); the others stood.
    index : the index over all runs.
    """

    code: int
    made: frozenset[tuple[str, str]]
    index: Path


def report(order: Order, way: Way | None = None, *, progress: Progress | None = None) -> Ended:
    """Run an order.

    A report that would come out as it stands is left alone. Every study is checked before any notebook starts. Each
    page is written aside and put in place when its run's notebooks are done; with `only`, the other reports of the same
    data stay, and those of other data go. Whoever else writes to the same folders is waited for.

    Raises
    ------
    InputError : a study's data cannot be used, or nothing can be written to the folder.
    """
    progress, way = progress or Progress(), way or Way()
    try:
        return _report(order, way, progress)
    except BrokenPipeError:
        raise
    except OSError as error:
        where = f" {error.filename}" if error.filename else ""
        raise InputError(
            f"--out {order.out}:{where} cannot be written ({error.strerror}): see to it, or name another folder"
        ) from error


def _report(order: Order, way: Way, progress: Progress) -> Ended:
    files = {ordered.path: ordered.study.file for ordered in order.runs}
    loaded = {path: sha256(file) for path, file in files.items()}
    with _turn(order, progress), ExitStack() as stack:
        once = HeldFolder()
        stack.callback(once.remove)
        for path, file in files.items():
            if sha256(file) != loaded[path]:
                raise InputError(f"{path} was changed while this run waited for another: give the command again")
        versions, started = manifest.versions(), dt.datetime.now(tz=dt.UTC).isoformat(timespec="seconds")
        made = Made(started, versions, str(once.path), way.forks, way.limits)
        known: dict[str, Inputs | None] = {}
        runs = []
        for ordered in order.runs:
            if ordered.study.name not in known:
                known[ordered.study.name] = None if way.afresh else _inputs(order, ordered.study)
            runs.append(Run(order, ordered, made, known[ordered.study.name]))
        due = [run for run in runs if run.due]
        several = len(runs) > 1
        for run in runs:
            _say_standing(run, progress, several=several)
        if due:
            _make(due, order, way, progress, several=several)
        index = _index(order)
    failed = sum(run.n_failed for run in runs)
    if failed:
        n = count(len(runs) * len(order.notebooks), "report")
        progress.say(f"{failed} of {n} failed: {'its page says' if failed == 1 else 'their pages say'} what to do.")
    progress.say(f"The index is {index}")
    now = frozenset((run.ordered.name, notebook.name) for run in runs for notebook in run.due)
    return Ended(FAILED if failed else ANSWERED, now, index)


def _make(runs: list[Run], order: Order, way: Way, progress: Progress, *, several: bool) -> None:
    """Make the reports that are due."""
    context = pool.warm_up()
    commit = manifest.commit()
    try:
        with progress:
            readings = Readings(order, progress.tell if progress.is_live else None)
            tasks: list[tuple[Run, Notebook]] = []
            for run in runs:
                run.commit = commit
                tasks += [(run, notebook) for notebook in run.longest_first(run.open(readings, afresh=way.afresh))]
            progress.told()
        titles = told_apart({ordered.study.name: ordered.study.title for ordered in order.runs})
        for run in {run.study.name: run for run in runs}.values():
            assert run.read is not None
            for said in (run.read.data, *run.read.remarks):
                progress.say(f"{titles[run.study.name]}: {said}")
            asked = run.study.language
            if other := [n.stem for n in run.due if language_of(asked, n.name) != asked]:
                progress.say(f"{titles[run.study.name]}: `language: {asked}` is not there yet for {', '.join(other)}")
        labels = [_label(run, notebook, several=several) for run, notebook in tasks]
        for run in runs:
            waiting = {notebook.name for other, notebook in tasks if other is run}
            for notebook in run.due:
                if notebook.name not in waiting:
                    progress.say(f"  {_label(run, notebook, several=several)} was finished by a run that was stopped")
            if not waiting:
                run.publish()

        def ended(number: int, outcome: Outcome | None) -> None:
            run, notebook = tasks[number]
            counted = run.take(notebook, outcome)
            progress.end(labels[number], counted.seconds, _tone(counted), _words(counted))
            if run.is_complete:
                run.publish()

        with progress:
            jobs = max(1, min(way.jobs or pool.cores(), len(tasks)))
            progress.expect({labels[i]: run.seconds(notebook) for i, (run, notebook) in enumerate(tasks)}, jobs)
            made = [run.task(notebook) for run, notebook in tasks]
            pool.run_all(
                context, made, jobs, lambda number: progress.begin(labels[number]), ended, patience=way.patience
            )
    finally:
        for run in runs:
            run.leave()


@contextmanager
def _turn(order: Order, progress: Progress) -> Iterator[None]:
    """Hold the folders of the studies while they are written to."""

    def waiting(folder: Path) -> None:
        progress.say(f"Another run is writing to {folder.name}: waiting until it has ended")

    with ExitStack() as stack:
        try:
            stack.enter_context(in_turn([order.out / run.study.name for run in order.runs], waiting))
        except OSError as error:
            raise InputError(
                f"--out {order.out}: nothing can be written there ({error.strerror}): name another folder"
            ) from error
        yield


def _index(order: Order) -> Path:
    """Bring the indexes up to date where a manifest is newer than they are, or one of them is not there."""
    index = order.out / manifest.INDEX
    with in_turn([order.out], lambda _: None):
        wanted = {order.out, *(order.out / run.study.name for run in order.runs), *(run.folder for run in order.runs)}
        manifests = [*order.out.glob(f"*/{manifest.FILE}"), *order.out.glob(f"*/*/{manifest.FILE}")]
        newest = max((file.stat().st_mtime_ns for file in manifests), default=0)
        there = [folder / manifest.INDEX for folder in wanted]
        for file in there:
            manifest.sweep(file)
        if not all(file.is_file() and file.stat().st_mtime_ns > newest for file in there):
            from cxlab.reports.index import write_index

            write_index(order.out, [run.name for run in order.runs], order.again, order.again_by_study)
    return index


def _inputs(order: Order, study: Study) -> Inputs | None:
    """Return the hash of each of a study's files, if they are those that an earlier run read."""
    for folder in sorted({folder_of(run.parameters) for run in order.runs if run.study.name == study.name}):
        hashes = unchanged_hashes(study, order.out / study.name / folder, allow_outside=order.allow_outside)
        if hashes is not None:
            return manifest.describe_inputs(study, hashes)
    return None


def _say_standing(run: Run, progress: Progress, *, several: bool) -> None:
    for notebook in run.order.notebooks:
        if notebook not in run.due:
            told = run.reports[notebook.name]
            tone, words = _TONES.get(told["status"]), told["missing"] or told["answer"] or {}
            progress.stand(
                _label(run, notebook, several=several), tone or words.get("tone", "cannot"), words.get("tag", "")
            )


def _label(run: Run, notebook: Notebook, *, several: bool) -> str:
    return f"{run.ordered.name}/{notebook.stem}" if several else notebook.stem


def _tone(outcome: Outcome) -> str:
    return _TONES.get(outcome.status) or (outcome.answer["tone"] if outcome.answer else "cannot")


def _words(outcome: Outcome) -> str:
    said: Mapping[str, Any] = outcome.error or outcome.missing or outcome.answer or {}
    text = said.get("message") or said.get("name") or said.get("tag") or "no answer given"
    if outcome.missing:
        text = f"{text}: {outcome.missing['text']}"
    text = f"Failed: {text.splitlines()[0]}" if outcome.error and text else text
    warned = f" ({count(outcome.n_warnings, 'warning')}: see the notebook)" if outcome.n_warnings else ""
    return f"{text}{warned}"
