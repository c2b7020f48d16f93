"""`cxlab verify`: a run made again in a temporary folder, and what differs between the two."""

import contextlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from cxlab import words
from cxlab.errors import InputError
from cxlab.language import SOURCE, speaking
from cxlab.reports import manifest as manifests
from cxlab.reports.compare import Pair
from cxlab.reports.compared_words import arrow, setting
from cxlab.reports.drawing import moment
from cxlab.reports.past import INJECTED, RESULTS, Finding, Findings, Manifest, PastRun, ReportThen, RunError, open_run
from cxlab.reports.progress import Progress
from cxlab.reports.rerun import missing_notebooks, orders, where_from
from cxlab.study import find_study

_LANGUAGE = re.compile('<html lang="(en|fi)">')
_TIME = re.compile(r'<time datetime="([^"]*)">([^<]*)</time>')
_MADE_WITH = re.compile(r'(<tr data-row="made_with"><th scope="row">[^<]*</th><td class="t">).*?(?=</td>)', re.S)
_DOOR = re.compile(r'<a href="\d\d_\w+\.html">([^<]*)</a>')  # a link where the other page was made by the same command
_REMEDY = re.compile(r'<p class="remedy">.*?</p>', re.S)  # it names the folder in which to make the page again
_OUT, _OUT_ON_PAGE = (re.compile(rf"^out = {mark}(.*){mark}$", re.M) for mark in ('"', "&#34;"))
_CAME_OUT = ("Reports", "Findings", "Files that come out otherwise")


class Unheard(Progress):
    """Show on a terminal what runs, and leave no line of it: what counts is said in the end."""

    def say(self, text: str) -> None:
        """Leave it unsaid."""

    def end(self, name: str, seconds: float, tone: str, text: str) -> None:
        """Take one that failed as any other: it may have failed then as well."""
        super().end(name, seconds, "cannot" if tone == "failed" else tone, text)


@dataclass(frozen=True)
class Again:
    """What came of a run that was made again.

    Attributes
    ----------
    manifest : of the last part that was made; inputs, parameters and versions of now.
    reports : all reports of now, by name.
    findings : likewise.
    files : where each file that was written lies, by its name in the run's folder.
    lost : reports whose notebook is no longer there.
    """

    manifest: Manifest
    reports: Mapping[str, ReportThen]
    findings: Findings
    files: Mapping[str, Path]
    lost: tuple[str, ...]


@dataclass(frozen=True)
class Verified:
    """What differs, under heads, line by line; nothing where all is the same.

    Attributes
    ----------
    named : the run as a person named it.
    differences : lines by head, in order.
    same : what is the same, where nothing differs.
    note : where the study was found, if not from the working directory.
    """

    named: str
    differences: Mapping[str, tuple[str, ...]]
    same: str
    note: str = ""

    @property
    def is_same(self) -> bool:
        """Whether nothing differs."""
        return not self.differences

    @property
    def reading(self) -> str:
        """Say whether the run comes out the same, and what differs."""
        note = [self.note] if self.note else []
        if self.is_same:
            return "\n".join([*note, f"{self.named}: the same. {self.same}"])
        lines = [f"{head}\n" + "\n".join(f"  {line}" for line in found) for head, found in self.differences.items()]
        return "\n".join([*note, f"{self.named}: not the same.", *lines])


def verify_run(run: PastRun, *, jobs: int | None = None) -> Verified:
    """Make a run again, in a temporary folder, and tell what differs.

    Raises
    ------
    InputError : it cannot be made again, and no input that changed is the reason.
    """
    from cxlab.temporary import HeldFolder

    place = where_from(run)
    run = PastRun(run.named, run.folder.resolve(), run.manifest)
    elsewhere = place.resolve() != Path.cwd().resolve()
    note = f"The study {run.manifest.study.path} was found from {place}." if elsewhere else ""
    held = HeldFolder()
    try:
        with contextlib.chdir(place):
            try:
                again = _make(run, held.path.resolve(), jobs)
            except InputError as error:
                if not (changed := _changed_inputs(run)):
                    raise
                why = tuple(str(error).splitlines())
                return Verified(run.named, {"Inputs": changed, "So it cannot be made again": why}, "", note)
        return Verified(run.named, _differences(run, again), _same(run), note)
    finally:
        held.remove()


def _make(run: PastRun, out: Path, jobs: int | None) -> Again:
    """Run the same reports once more."""
    asked = list(orders(run, out))
    if not asked:
        raise RunError(f"none of the notebooks of {run.named} is there any more: bring them back to verify it")
    from cxlab.reports import runner

    made = []
    for order in asked:
        runner.report(order, runner.Way(jobs), progress=Unheard(Console(stderr=True, highlight=False, soft_wrap=True)))
        made.append(open_run((order.runs[0].folder).as_posix()))
    last = made[-1]
    reports = {name: report for part in made for name, report in part.manifest.reports.items()}
    findings = {name: found for part in made for name, found in part.findings().items()}
    files = {name: part.folder / name for part in made for name in part.manifest.outputs if name != RESULTS}
    # What several parts found stands in one file, as the run's own.
    results = out / RESULTS
    found = {k: v for part in made for k, v in manifests.read_json(part.folder / RESULTS).items()}
    manifests.write_json(results, found)
    return Again(last.manifest, reports, findings, {**files, RESULTS: results}, tuple(missing_notebooks(run.manifest)))


def _differences(run: PastRun, again: Again) -> dict[str, tuple[str, ...]]:
    was, now = run.manifest, again.manifest
    disk = {name: _state_on_disk(run.folder / name, digest) for name, digest in sorted(was.outputs.items())}
    found = {
        "Files changed in its folder since the run": [f"{name}: {state}" for name, state in disk.items() if state],
        "Inputs": _inputs(was, now),
        "Parameters": [arrow(pair) for pair in _pairs(was.parameters, now.parameters)],
        "Versions": [arrow(pair) for pair in _pairs(_versions(was), _versions(now))],
        "Reports": _reports(was, again),
        "Findings": _findings(run, again),
        "Files that come out otherwise": _files(run, again, {name for name, state in disk.items() if state}),
    }
    told = {head: tuple(lines) for head, lines in found.items() if lines}
    if told and not any(head in told for head in _CAME_OUT):
        told["All the same"] = ("what comes out of it now: every finding, table, page and notebook",)
    return told


def _same(run: PastRun) -> str:
    """Say what came out the same."""
    was = run.manifest
    pages = sum(name.endswith(".html") for name in was.outputs)
    notebooks = sum(name.endswith(".ipynb") for name in was.outputs)
    tables = sum(name.startswith("tables/") for name in was.outputs)
    failed = [report.notebook for report in was.reports.values() if report.status == "failed"]
    fails = f" Failed then and now: {', '.join(failed)}." if failed else ""
    return (
        f"Made again from the same {words.count(len(was.inputs), 'input')} with the same parameters and versions: "
        f"{words.count(pages, 'page')}, {words.count(notebooks, 'notebook')}, {words.count(tables, 'table')} and all "
        f"findings come out as they stand there; only the time of the run differs.{fails}"
    )


def _changed_inputs(run: PastRun) -> tuple[str, ...]:
    """Say which inputs of the study's folder changed or are not found in it; for a run that cannot be made again."""
    from cxlab.intake.stamps import sha256

    folder = find_study(run.manifest.study.path).parent
    lines = []
    for name, entry in run.manifest.inputs.items():
        if entry.bytes is None:  # a database, which says by itself what is wrong
            continue
        file = folder / name
        if not file.is_file():
            lines.append(f"{name}: not in the study's folder")
        elif sha256(file) != entry.sha256:
            lines.append(f"{name}: changed")
    return tuple(lines)


def _state_on_disk(file: Path, digest: str) -> str:
    """Say what became of a file since the run wrote it; empty where it stands as it was written."""
    from cxlab.intake.stamps import sha256

    if not file.is_file():
        return "gone"
    return "" if sha256(file) == digest else "changed"


def _inputs(was: Manifest, now: Manifest) -> list[str]:
    lines = [f"{name}: changed" for name in was.inputs if name in now.inputs and was.inputs[name] != now.inputs[name]]
    for then, new in zip(_windows(was), _windows(now), strict=True):
        lines += [] if then == new else [f"what was read: {then} → {new}"]
    lines += [f"{name}: no longer read" for name in was.inputs if name not in now.inputs]
    return [*lines, *(f"{name}: not read then" for name in now.inputs if name not in was.inputs)]


def _windows(of: Manifest) -> tuple[str, str]:
    """Return what a manifest says of the data in words, and where the windows end."""
    return of.data, f"{of.study.calibration_end} and {of.study.observation_end} as ends of the windows"


def _pairs(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Pair]:
    for name in sorted(old.keys() | new.keys()):
        pair = Pair(name, old.get(name), new.get(name))
        if not pair.is_same:
            yield pair


def _versions(manifest: Manifest) -> dict[str, str]:
    commit = manifest.commit
    said = {} if commit is None else {"commit": commit.commit + (" with changes since" if commit.changed else "")}
    return {**manifest.versions, **said}


def _reports(was: Manifest, again: Again) -> list[str]:
    """Say which reports end otherwise: failed now, or missing what they had."""
    lines = [f"{was.reports[name].notebook}: its notebook is no longer there" for name in again.lost]
    for name, then in was.reports.items():
        now = again.reports.get(name)
        if now is not None and (then.status, then.notebook) != (now.status, now.notebook):
            why = f" ({now.error.name}: {now.error.message.splitlines()[0]})" if now.error and now.error.message else ""
            renamed = f", now {now.notebook}" if now.notebook != then.notebook else ""
            lines.append(f"{then.notebook}{renamed}: {then.status} → {now.status}{why}")
        elif now is not None and (
            told := [f"{a} → {b}" for a, b in zip(_said(then), _said(now), strict=True) if a != b]
        ):
            lines.append(f"{then.notebook}: {'; '.join(told)}")
    return lines


def _said(report: ReportThen) -> tuple[str, str, str]:
    """Return what the index says of a report."""
    answer = report.answer
    return report.title, *(("no answer", "no answer") if answer is None else (answer.tag, answer.headline))


def _findings(run: PastRun, again: Again) -> list[str]:
    """Write the findings that differ, as they stand in the run's folder and as they come out now."""
    try:
        before = run.findings()
    except RunError as error:
        return [f"cannot be compared: {error}"]
    lines = []
    for report in sorted(before.keys() | again.findings.keys()):
        then, now = before.get(report, {}), again.findings.get(report, {})
        lines += [
            f"{report} {key}: {_told(then.get(key), now.get(key))}"
            for key in sorted(then.keys() | now.keys())
            if then.get(key) != now.get(key)
        ]
    return lines


def _told(then: Finding | None, now: Finding | None) -> str:
    """Write what of a finding differs, to the last digit."""
    if then is None or now is None:
        return "not there then" if then is None else "not there now"
    old, new = then.model_dump(), now.model_dump()
    parts = [
        f"{'' if name == 'estimate' else f'{name} '}{setting(old[name])} → {setting(new[name])}"
        for name in old
        if old[name] != new[name]
    ]
    return ", ".join(parts)


def _files(run: PastRun, again: Again, touched: set[str]) -> list[str]:
    """Say which files come out otherwise; a page or notebook touched since the run cannot be held against it."""
    was = run.manifest.outputs
    lines = []
    for name in sorted(was.keys() | again.files.keys()):
        if name not in again.files:
            lines.append(f"{name}: does not come out any more")
        elif name not in was:
            lines.append(f"{name}: did not come out then")
        elif not _comes_out_alike(run, again, name, touched):
            lines.append(name)
    return lines


def _comes_out_alike(run: PastRun, again: Again, name: str, touched: set[str]) -> bool:
    """Whether a file comes out as it was written; of pages and notebooks, what they say."""
    from cxlab.intake.stamps import sha256

    new = again.files[name]
    if sha256(new) == run.manifest.outputs[name]:
        return True
    if not name.endswith((".html", ".ipynb")):
        return False
    if name in touched:  # what was written then is lost, and the folder's state tells so already
        return True
    return _plain(run.folder / name) == _plain(new)


def _words_of(time: str) -> str:
    """Write a time as pages do; a text that is none as nothing."""
    try:
        return moment(time)
    except ValueError:
        return ""


def _plain(file: Path) -> str:
    """Return what a page or a notebook says, without time, versions and the folder that it was written to."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".html":
        for part in (_REMEDY, _OUT_ON_PAGE):
            text = part.sub("", text)
        language = _LANGUAGE.search(text)
        with speaking(language[1] if language else SOURCE):
            text = _TIME.sub(lambda found: "" if found[2] == _words_of(found[1]) else found[0], text)
        return _MADE_WITH.sub(r"\1", _DOOR.sub(r"\1", text))
    for cell in json.loads(text)["cells"]:
        if INJECTED in cell["metadata"].get("tags", []) and (out := _OUT.search("".join(cell["source"]))):
            return text.replace(json.dumps(out[1], ensure_ascii=False)[1:-1], "")
    return text
