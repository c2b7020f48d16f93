"""`cxlab report`: studies and notebooks to pages, findings, tables and an index; the only runner there is."""

import datetime as dt
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cxlab.errors import InputError
from cxlab.reports import manifest, pool
from cxlab.reports.given import injected
from cxlab.reports.imprint import ONLY_ENGLISH, describe_versions, imprint
from cxlab.reports.limits import Limits
from cxlab.reports.notebooks import Notebook
from cxlab.reports.order import Order
from cxlab.reports.order import Run as Ordered
from cxlab.reports.progress import Progress
from cxlab.reports.reading import Reading, Readings
from cxlab.reports.task import Outcome, Task

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
    """

    jobs: int | None = None
    forks: bool = True
    limits: Limits = field(default_factory=Limits)

    @property
    def patience(self) -> float | None:
        """Seconds after which a notebook's process is killed that does not see to its limit itself; None: never."""
        return None if self.limits.seconds is None else self.limits.seconds + _GRACE_SECONDS


def report(order: Order, way: Way | None = None, *, progress: Progress | None = None) -> int:
    """Run an order.

    Every study is checked before any notebook starts. Each page is written aside and put in place when its study's
    notebooks are done; with `only`, the other reports of the same data stay, and those of other data go.

    Returns
    -------
    0 all well; 1 a notebook failed, and the others' pages are there.

    Raises
    ------
    InputError : a study's data cannot be used, or nothing can be written to the folder.
    """
    progress, way = progress or Progress(), way or Way()
    started = _now()
    context = pool.warm_up()
    made_with = manifest.versions(), manifest.commit()
    with _folder_aside(order.out) as aside:
        with progress:
            readings = Readings(order, progress.tell if progress.console.is_terminal else None)
            runs = [
                _Run(order, ordered, readings, Path(aside) / str(number), started, made_with)
                for number, ordered in enumerate(order.runs)
            ]
            progress.told()
        for run in {run.study.name: run for run in runs}.values():
            for said in (run.read.data, *run.read.remarks):
                progress.say(f"{run.study.title}: {said}")
            if run.study.language != "en":
                progress.say(f"{run.study.title}: {ONLY_ENGLISH}")
        tasks = [(run, notebook) for run in runs for notebook in order.notebooks]
        several = len(runs) > 1

        def label(number: int) -> str:
            run, notebook = tasks[number]
            return f"{run.ordered.name}/{notebook.stem}" if several else notebook.stem

        def ended(number: int, outcome: Outcome | None) -> None:
            run, notebook = tasks[number]
            progress.end(label(number), *run.take(notebook, outcome))
            if run.is_complete:
                run.publish()

        with progress:
            jobs = max(1, min(way.jobs or pool.cores(), len(tasks)))
            made = [replace(run.task(notebook), forks=way.forks, limits=way.limits) for run, notebook in tasks]
            pool.run_all(
                context, made, jobs, lambda number: progress.begin(label(number)), ended, patience=way.patience
            )
    from cxlab.reports.index import write_index

    index = write_index(order.out, [run.name for run in order.runs], order.again, order.again_by_study)
    failed = sum(run.n_failed for run in runs)
    if failed:
        progress.say(f"{failed} of {len(tasks)} reports failed; their pages say what to do.")
    progress.say(f"The index is {index}")
    return FAILED if failed else ANSWERED


def _folder_aside(out: Path) -> tempfile.TemporaryDirectory[str]:
    try:
        out.mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryDirectory(prefix=".cxlab-", dir=out)
    except OSError as error:
        raise InputError(
            f"--out {out}: nothing can be written there ({error.strerror}): name another folder"
        ) from error


class _Run:
    """A run of a study with one set of parameters: its folder aside, its reports as they come in."""

    def __init__(
        self,
        order: Order,
        ordered: Ordered,
        readings: Readings,
        stage: Path,
        started: str,
        made_with: tuple[dict[str, str], Any],
    ) -> None:
        self.order, self.ordered, self.stage, self.started = order, ordered, stage, started
        self.study, self.path, self.final = ordered.study, ordered.path, ordered.folder
        self.versions, self.commit = made_with
        stage.mkdir()
        self.read: Reading = readings.read(ordered, stage)
        self.reports: dict[str, dict[str, Any]] = {}
        self.taken: set[str] = set()
        self.findings: dict[str, Any] = {}
        self.before = manifest.read(self.final) or {}
        self._keep_others()

    @property
    def is_complete(self) -> bool:
        """Whether every notebook of this run has ended."""
        return all(n.name in self.taken for n in self.order.notebooks)

    @property
    def n_failed(self) -> int:
        """Reports of this run that failed."""
        names = [n.name for n in self.order.notebooks]
        return sum(self.reports[name]["status"] == "failed" for name in names if name in self.reports)

    def task(self, notebook: Notebook) -> Task:
        """Return what a process needs to run a notebook."""
        given, settled = self.ordered.given, self.ordered.parameters
        made_with = describe_versions(self.versions, self.commit)
        return Task(
            notebook.path.resolve(),
            self.path,
            injected(notebook, self.study, given),
            (self.stage / notebook.stem).resolve(),
            self.final.as_posix(),
            imprint(
                notebook,
                self.study,
                self.path,
                given,
                settled,
                self.read.data,
                made_with,
                self.started,
                allow_outside=self.order.allow_outside,
            ),
            self.order.out.resolve(),
            self.order.allow_outside,
        )

    def take(self, notebook: Notebook, outcome: Outcome | None) -> tuple[float, str, str]:
        """Take in a notebook's outcome; return seconds, tone and words for the terminal."""
        entry: dict[str, Any] = {"notebook": notebook.stem, "title": notebook.title, "question": notebook.question}
        task = self.task(notebook)
        entry |= {"parameters": task.parameters, "command": self.order.again_in_place(self.ordered, notebook)}
        self.reports[notebook.name] = entry
        self.taken.add(notebook.name)
        if outcome is None:
            from cxlab.reports.worker import stopped

            why = "the notebook's process was killed: often memory ran out, then --jobs 1 may help"
            outcome = stopped(task, "Killed", why)
        entry |= {"status": outcome.status, "seconds": round(outcome.seconds, 1), "answer": outcome.answer}
        entry |= {"error": outcome.error, "missing": outcome.missing, "n_warnings": outcome.n_warnings}
        entry["page"] = f"{notebook.stem}.html"
        if outcome.findings:
            self.findings[notebook.name] = outcome.findings
        return outcome.seconds, _tone(outcome), _words(outcome)

    def publish(self) -> None:
        """Put pages, notebooks, tables, findings and the manifest in place."""
        for notebook in self.order.notebooks:
            self._merge(notebook)
        manifest.write_json(self.stage / "results.json", self.findings)
        kept = {file for entry in self.reports.values() for file in entry.get("outputs", ())}
        written = manifest.outputs(self.stage)
        earlier = self.before.get("outputs", {})
        data = {
            "format": manifest.FORMAT,
            "study": {
                "name": self.study.name,
                "title": self.study.title,
                "path": self.path,
                "currency": self.study.currency,
                "language": self.study.language,
                "privacy": self.study.privacy.model_dump(mode="json"),
                "calibration_end": self.read.windows[0],
                "observation_end": self.read.windows[1],
            },
            "label": self.ordered.label,
            "command": self.order.again_alone(self.ordered),
            "data": self.read.data,
            "parameters": self.ordered.parameters.model_dump(mode="json"),
            "given": self.ordered.given,
            "seed": self.ordered.parameters.seed,
            "inputs": self.read.inputs,
            "read": self.read.files,
            "versions": self.versions,
            "commit": self.commit,
            "started": self.started,
            "ended": _now(),
            "reports": self.reports,
            "outputs": {name: earlier[name] for name in kept if name in earlier} | written,
        }
        manifest.write_json(self.stage / manifest.FILE, data)
        manifest.publish(self.stage, self.final, stale=set(earlier) - kept)

    def _keep_others(self) -> None:
        """Keep what an earlier run on the same data found out in the notebooks that this one leaves alone.

        A label stands for its parameters, so below one they must be the same as well.
        """
        same = self.before and manifest.data_hash(self.before["inputs"]) == manifest.data_hash(self.read.inputs)
        if not self.order.only or not same:
            return
        if self.ordered.label and self.before["given"] != self.ordered.given:
            return
        found = manifest.read_json(self.final / "results.json")
        for name, entry in self.before["reports"].items():
            if name not in self.order.only:
                self.reports[name] = entry
                if name in found:
                    self.findings[name] = found[name]

    def _merge(self, notebook: Notebook) -> None:
        """Move a report's files from its own folder into the study's."""
        entry, made = self.reports[notebook.name], self.stage / notebook.stem
        later = [e for e in self.reports.values() if e["notebook"] > notebook.stem]
        held = {file for e in later for file in e.get("outputs", ())}
        entry["outputs"] = []
        for file in sorted(f for f in made.rglob("*") if f.is_file()):
            name = file.relative_to(made).as_posix()
            if name in held or (name.startswith("tables/") and entry["status"] == "failed"):
                continue
            target = self.stage / name
            target.parent.mkdir(parents=True, exist_ok=True)
            file.replace(target)
            entry["outputs"].append(name)
        shutil.rmtree(made, ignore_errors=True)


def _tone(outcome: Outcome) -> str:
    return _TONES.get(outcome.status) or (outcome.answer["tone"] if outcome.answer else "cannot")


def _words(outcome: Outcome) -> str:
    said: Mapping[str, Any] = outcome.error or outcome.missing or outcome.answer or {}
    text = said.get("message") or said.get("tag") or "no answer given"
    if outcome.missing:
        text = f"{text}: {outcome.missing['text']}"
    text = f"Failed: {text.splitlines()[0]}" if outcome.error and text else text
    warned = f" ({outcome.n_warnings} warnings: see the notebook)" if outcome.n_warnings else ""
    return f"{text}{warned}"


def _now() -> str:
    return dt.datetime.now(tz=dt.UTC).isoformat(timespec="seconds")
