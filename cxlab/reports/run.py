"""A study with one set of parameters, from what stands of earlier runs to its files in place."""

import dataclasses
import datetime as dt
import json
import math
import shutil
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from cxlab.intake.stamps import looks
from cxlab.language import language_of, speaking
from cxlab.reports import manifest
from cxlab.reports.again import command
from cxlab.reports.given import injected
from cxlab.reports.imprint import describe_data, describe_versions, imprint
from cxlab.reports.limits import Limits
from cxlab.reports.notebooks import OWN, Notebook
from cxlab.reports.order import Order
from cxlab.reports.order import Run as Ordered
from cxlab.reports.past import read_manifest
from cxlab.reports.reading import Reading, Readings
from cxlab.reports.standing import key_of, stands
from cxlab.reports.task import Outcome, Task
from cxlab.study import FILE

RESULTS = "results.json"
_MAKING, _FINISHED = ".making", ".finished"
"""Where files are gathered before they are put in place, and where reports wait for the others of their run."""
Inputs = dict[str, dict[str, Any]]


@dataclasses.dataclass(frozen=True)
class Made:
    """What all runs of a call have in common.

    Attributes
    ----------
    started : ISO 8601 in UTC. versions : of Python and the libraries.
    once : the folder in which notebooks keep what they work out for each other.
    forks, limits : of each notebook, as in `Task`.
    """

    started: str
    versions: dict[str, str]
    once: str = ""
    forks: bool = True
    limits: Limits = dataclasses.field(default_factory=Limits)


class Run:
    """A run: which reports stand, its folders aside, its reports as they come in.

    Parameters
    ----------
    inputs : hash of each of the study's files, where they are those that an earlier run read; None: look at nothing of
        it, make all reports.
    """

    def __init__(self, order: Order, ordered: Ordered, made: Made, inputs: Inputs | None) -> None:
        self.order, self.ordered, self.made = order, ordered, made
        self.study, self.path, self.final = ordered.study, ordered.path, ordered.folder
        self.stage, self.finished = self.final / _MAKING, self.final / _FINISHED
        manifest.finish(self.stage, self.final)
        self.before = read_manifest(self.final) or {}
        self.earlier: dict[str, Any] = self.before.get("reports", {})
        self.reports: dict[str, dict[str, Any]] = {}
        self.findings: dict[str, Any] = {}
        self.read: Reading | None = None
        self.commit: dict[str, Any] | None = None
        self.due = list(order.notebooks)
        self._keys: dict[str, str] = {}
        if inputs is not None:
            lacking = self._lacking()
            own = {name: set(entry.get("outputs", ())) for name, entry in self.earlier.items()}
            common = lacking - {file for files in own.values() for file in files}  # findings, rejects: of all reports
            for notebook in order.notebooks if self.before and not common else ():
                name = notebook.name
                if stands(self.earlier.get(name), self._key(notebook, inputs)) and not lacking & own[name]:
                    self._keep(name)
                    self.due.remove(notebook)
        if not self.due:
            self.leave()

    @property
    def is_complete(self) -> bool:
        """Whether every report that was due has come in."""
        return all(notebook.name in self.reports for notebook in self.due)

    @property
    def n_failed(self) -> int:
        """Reports of this call that failed."""
        return sum(self.reports[n.name]["status"] == "failed" for n in self.order.notebooks if n.name in self.reports)

    def seconds(self, notebook: Notebook) -> float:
        """How long a report took the last time; NaN where that is not known."""
        return float(self.earlier.get(notebook.name, {}).get("seconds", "nan"))

    def longest_first(self, notebooks: list[Notebook]) -> list[Notebook]:
        """Order notebooks so that no long one is left to the end: by what they took last time, else by what they say.

        The first one stays the first: it says what was read.
        """
        known = {notebook: self.seconds(notebook) for notebook in notebooks}
        if any(math.isnan(seconds) for seconds in known.values()):
            known = {notebook: notebook.effort for notebook in notebooks}
        return notebooks[:1] + sorted(notebooks[1:], key=lambda notebook: -known[notebook])

    def open(self, readings: Readings, *, afresh: bool) -> list[Notebook]:
        """Read the study, and take over what a run that was killed had finished; return the notebooks that are left.

        Parameters
        ----------
        afresh : take nothing over.

        Raises
        ------
        InputError : the study's data cannot be used.
        """
        shutil.rmtree(self.stage, ignore_errors=True)
        self.stage.mkdir(parents=True)
        self.read = readings.read(self.ordered, self.stage)
        # Once and now: what is changed while it runs is made again by the next call.
        self._keys = {notebook.name: self._key(notebook, self.read.inputs) for notebook in self.due}
        self._keep_others()
        self._forget_unfinished(afresh=afresh)
        left = []
        for notebook in self.due:
            outcome = None if afresh else self._finished(notebook)
            if outcome is None:
                left.append(notebook)
            else:
                self._enter(notebook, outcome)
        return left

    def task(self, notebook: Notebook) -> Task:
        """Return what a process needs to run a notebook."""
        assert self.read is not None
        read = self.read
        given, outside = self.ordered.given, self.order.allow_outside
        said = imprint(
            notebook, self.study, self.path, given, self.ordered.parameters,
            lambda: (describe_data(read.findings, read.inputs), describe_versions(self.made.versions, self.commit)),
            self.made.started, allow_outside=outside,
        )  # fmt: skip
        pages = {other.name: f"{other.stem}.html" for other in self.order.notebooks}
        said = dataclasses.replace(said, repair=self.order.again_in_place(self.ordered, notebook), pages=pages)
        return Task(
            notebook.path.resolve(), self.path, injected(notebook, self.study, given),
            (self.finished / notebook.stem).resolve(), self.final.as_posix(), said, self.order.out.resolve(), read.run,
            self.made.once, outside, self.made.forks, self.made.limits,
        )  # fmt: skip

    def take(self, notebook: Notebook, outcome: Outcome | None) -> Outcome:
        """Take in a notebook's outcome, None where its process was killed; return what it counts as."""
        if outcome is None:
            from cxlab.reports.worker import stopped

            why = "the notebook's process was killed from outside: often memory ran out, then --jobs 1 may help"
            task = self.task(notebook)
            with speaking(task.imprint.language):
                outcome = stopped(task, "Killed", why)
        if outcome.status != "failed":
            note = {"made_from": self._keys[notebook.name], "outcome": dataclasses.asdict(outcome)}
            manifest.write_json(self._note(notebook), note)
        self._enter(notebook, outcome)
        return outcome

    def publish(self) -> None:
        """Put pages, notebooks, tables, findings and the manifest in place."""
        from cxlab.reports.since import BEFORE, find_since

        for notebook in self.due:
            self._note(notebook).unlink(missing_ok=True)  # from here on what it tells of is no longer whole
        for notebook in self.due:
            self._merge(notebook)
        manifest.write_json(self.stage / RESULTS, self.findings)
        kept = {file for entry in self.reports.values() for file in entry.get("outputs", ())}
        written = manifest.outputs(self.stage)
        earlier = self.before.get("outputs", {})
        outputs = {name: earlier[name] for name in kept if name in earlier} | written
        there = {name: self.stage / name if name in written else self.final / name for name in outputs}
        told = {"outputs": outputs, "looks": {name: looks(file.stat()) for name, file in there.items()}}
        described = self._described() | told
        declared = {notebook.name: tuple(notebook.parameters) for notebook in self.order.notebooks}
        changes = find_since(self.before, self.final, described, self.stage, declared)
        described |= {} if changes is None else {BEFORE: changes}
        manifest.publish(self.stage, self.final, described, stale=set(earlier) - kept)
        self.leave()
        shutil.rmtree(self.finished, ignore_errors=True)

    def leave(self) -> None:
        """Remove what was gathered and not put in place; reports that are finished wait for the next call."""
        shutil.rmtree(self.stage, ignore_errors=True)
        if self.finished.is_dir() and not any(self.finished.glob("*.json")):
            shutil.rmtree(self.finished, ignore_errors=True)
        with suppress(OSError):
            self.final.rmdir()  # only if nothing is in it

    def _described(self) -> dict[str, Any]:
        assert self.read is not None
        study, settled = self.study, self.ordered.parameters
        return {
            "format": manifest.FORMAT,
            "study": {
                "name": study.name,
                "title": study.title,
                "path": self.path,
                "currency": study.currency,
                "language": study.language,
                "privacy": study.privacy.model_dump(mode="json"),
                "calibration_end": self.read.windows[0],
                "observation_end": self.read.windows[1],
            },
            "label": self.ordered.label,
            "command": self.order.again_alone(self.ordered),
            "data": self.read.data,
            "parameters": settled.model_dump(mode="json"),
            "given": self.ordered.given,
            "seed": settled.seed,
            "inputs": self.read.inputs,
            "read": self.read.files,
            "versions": self.made.versions,
            "commit": self.commit,
            "started": self.made.started,
            "ended": dt.datetime.now(tz=dt.UTC).isoformat(timespec="seconds"),
            "reports": self.reports,
        }

    def _enter(self, notebook: Notebook, outcome: Outcome) -> None:
        """Enter a report into the manifest to come."""
        with speaking(language_of(self.study.language, notebook.name)):
            question = notebook.said_question()
        self.reports[notebook.name] = {
            "notebook": notebook.stem,
            "title": notebook.title,
            "question": question,
            "parameters": injected(notebook, self.study, self.ordered.given),
            "command": self.order.again_in_place(self.ordered, notebook),
            "made_from": self._keys[notebook.name],
            "status": outcome.status,
            "seconds": round(outcome.seconds, 1),
            "answer": outcome.answer,
            "error": outcome.error,
            "missing": outcome.missing,
            "n_warnings": outcome.n_warnings,
            "page": f"{notebook.stem}.html",
        }
        if outcome.findings:
            self.findings[notebook.name] = outcome.findings

    def _key(self, notebook: Notebook, inputs: Inputs) -> str:
        given = self.ordered.given
        mine = {name: value for name, value in given.items() if name in notebook.parameters and name not in OWN}
        path = (Path(self.path).parent if Path(self.path).name == FILE else Path(self.path)).as_posix()
        page = command([path], [notebook.name], dict(sorted(mine.items())), allow_outside=self.order.allow_outside)
        own = injected(notebook, self.study, given)
        return key_of(notebook, page, own, self.ordered.parameters, inputs, self.made.versions)

    def _note(self, notebook: Notebook) -> Path:
        """Return the file by which a report that is finished, and not yet in place, is known."""
        return self.finished / f"{notebook.stem}.json"

    def _finished(self, notebook: Notebook) -> Outcome | None:
        """Return the outcome of a report that a run finished which then was killed; None where there is none."""
        note = manifest.read_json(self._note(notebook))
        return Outcome(**note["outcome"]) if note.get("made_from") == self._keys[notebook.name] else None

    def _forget_unfinished(self, *, afresh: bool) -> None:
        """Remove what a run that was killed left of reports that it did not finish, or that would be others now."""
        self.finished.mkdir(exist_ok=True)
        kept = set() if afresh else {n.stem for n in self.due if self._finished(n) is not None}
        for left in list(self.finished.iterdir()):
            if left.is_dir() and left.name not in kept:
                shutil.rmtree(left)
            elif left.is_file() and left.stem not in kept:
                left.unlink()

    def _lacking(self) -> set[str]:
        """Return the files of the earlier run that are not there as they were; findings that cannot be read count."""
        unread = {RESULTS} if self._found_before is None else set()
        return manifest.lacking(self.final, self.before) | unread

    @cached_property
    def _found_before(self) -> Mapping[str, Any] | None:
        """Findings of the earlier run by report; None where they cannot be read."""
        try:
            found = json.loads((self.final / RESULTS).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    def _keep(self, name: str) -> None:
        """Keep a report of the earlier run as it is."""
        self.reports[name] = self.earlier[name]
        if self._found_before and name in self._found_before:
            self.findings[name] = self._found_before[name]

    def _keep_others(self) -> None:
        """Keep what an earlier run on the same data found out in the notebooks that this one leaves alone.

        A label stands for its parameters, so below one they must be the same as well.
        """
        assert self.read is not None
        same = self.before and manifest.data_hash(self.before["inputs"]) == manifest.data_hash(self.read.inputs)
        lacking = self._lacking()
        if not self.order.only or not same or RESULTS in lacking:
            return  # without their findings they would stand there as if they had found nothing
        if self.ordered.label and self.before["given"] != self.ordered.given:
            return
        for name, entry in self.earlier.items():
            if name not in self.order.only and not lacking.intersection(entry["outputs"]):
                self._keep(name)

    def _merge(self, notebook: Notebook) -> None:
        """Move a report's files from its own folder among those of the run."""
        entry, made = self.reports[notebook.name], self.finished / notebook.stem
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
