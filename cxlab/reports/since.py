"""What changed since the run before in the same folder: found when a run is put in place, and kept in its manifest."""

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from cxlab.language import SOURCE, is_alike, language_of, tr
from cxlab.reports.compare import Changed, Comparison, Pair, ReportChange, compare
from cxlab.reports.compared_words import setting
from cxlab.reports.past import Finding, Manifest, PastRun, RunError
from cxlab.reports.shown import is_of_few, minimum_group

BEFORE = "before"
"""Where it stands in a manifest."""
_MOST = 50
"""Findings that changed, of a report, that are kept; the others are counted."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, allow_inf_nan=False)


class Setting(_Part):
    """Something that went in, by name, as it was and is."""

    name: str
    old: str
    new: str


class Told(_Part):
    """What a report came to: its verdict in a few words, and glyph and colour."""

    tag: str
    tone: str


class Move(_Part):
    """A finding that changed: its verdict, or its figure beyond chance."""

    key: str
    old: Finding
    new: Finding
    is_verdict: bool
    is_beyond: bool


class ReportSince(_Part):
    """A report now and in the run before; None where it was not there.

    Attributes
    ----------
    causes : parameters that changed and that its notebook declares.
    moves : findings that changed, verdicts first; small groups left out.
    n_beyond, n_within, n_open : findings whose figure changed beyond chance, within it, and so that nothing is said.
    """

    title: str
    old: Told | None = None
    new: Told | None = None
    causes: list[Setting]
    is_other_notebook: bool
    moves: list[Move]
    n_beyond: int
    n_within: int
    n_open: int

    @property
    def is_same(self) -> bool:
        """Whether there is nothing to tell."""
        return self.old == self.new and not (self.moves or self.n_beyond or self.n_within or self.n_open)


class Since(_Part):
    """The run before, and what changed since.

    Attributes
    ----------
    started : when it began. data : what it read, in words; empty: the same files.
    is_other_study_file : whether study.yml changed.
    versions : that changed, the commit among them.
    """

    started: str
    data: str
    is_other_study_file: bool
    versions: list[Setting]
    reports: dict[str, ReportSince]

    @property
    def changed(self) -> dict[str, ReportSince]:
        """The reports of which there is something to tell."""
        return {name: report for name, report in self.reports.items() if not report.is_same}


def since(run: Mapping[str, Any]) -> Since | None:
    """Return what a manifest says of the run before; None where it says nothing."""
    try:
        return Since.model_validate(run.get(BEFORE))
    except ValidationError:
        return None


def find_since(
    before: Mapping[str, Any], final: Path, run: Mapping[str, Any], stage: Path, declared: Mapping[str, Collection[str]]
) -> dict[str, Any] | None:
    """Hold a run that is about to be put in place against the one that lies there.

    Parameters
    ----------
    before : manifest of the one that lies in `final`; empty: there is none.
    run : manifest of the new one, of which what was made now lies in `stage`.
    declared : parameters of each notebook by report.

    Returns
    -------
    `Since` as it is kept in the manifest. Where nothing changed and no parameter was set otherwise, what the run before
    says of the one before it: so the
    same run made twice says the same. None where there is nothing to say.
    """
    if not before:
        return None
    new = json.loads(json.dumps(run))
    then = PastRun(final.as_posix(), final, Manifest.model_validate(before))
    try:
        compared = compare(then, PastRun(stage.as_posix(), stage, Manifest.model_validate(new)))
    except RunError:  # what was found then can no longer be read
        return None
    if all(report.is_same for report in compared.reports) and all(p.is_same for p in compared.parameters):
        earlier = since(before)
        return None if earlier is None else earlier.model_dump(exclude_none=True)
    minimum = minimum_group(new)
    asked = then.manifest.study.language, str(new["study"].get("language", SOURCE))
    other = {pair.name for pair in compared.notebooks if pair.old and pair.new and not pair.is_same}
    reports = {
        report.name: _report(
            report, before["reports"].get(report.name), new["reports"].get(report.name),
            [p for p in compared.parameters if not p.is_same and _is_of(p, report, declared.get(report.name, ()))],
            (report.new or then.manifest.reports[report.name]).notebook in other, minimum,
            (language_of(asked[0], report.name), language_of(asked[1], report.name)),
        )
        for report in compared.reports
    }  # fmt: skip
    found = Since(
        started=then.manifest.started,
        data="" if compared.is_same_data else then.manifest.data,
        is_other_study_file=_is_other_study_file(compared),
        versions=[_setting(pair) for pair in compared.versions if not pair.is_same],
        reports=reports,
    )
    return found.model_dump(exclude_none=True)


def _report(
    report: ReportChange,
    old: Mapping[str, Any] | None,
    new: Mapping[str, Any] | None,
    parameters: list[Pair],
    is_other_notebook: bool,
    minimum: int,
    languages: tuple[str, str],
) -> ReportSince:
    was, now = _told(old), _told(new)
    if was and now and was.tone == now.tone and is_alike(was.tag, languages[0], now.tag, languages[1]):
        was = now
    moves = [_move(c) for c in report.changed if c.is_verdict or (c.is_figure and c.ruling == "beyond")]
    return ReportSince(
        title=report.title,
        old=was,
        new=now,
        causes=[_setting(pair) for pair in parameters],
        is_other_notebook=is_other_notebook,
        moves=[m for m in moves if not (is_of_few(m.old, minimum) or is_of_few(m.new, minimum))][:_MOST],
        n_beyond=len(report.figures("beyond")),
        n_within=len(report.figures("within")),
        n_open=len(report.figures("open")),
    )


def _move(changed: Changed) -> Move:
    beyond = changed.is_figure and changed.ruling == "beyond"
    return Move(key=changed.key, old=changed.old, new=changed.new, is_verdict=changed.is_verdict, is_beyond=beyond)


def _told(entry: Mapping[str, Any] | None) -> Told | None:
    """Say what a report came to, as its card does."""
    if entry is None:
        return None
    if entry["status"] == "failed":
        return Told(tag=tr("Failed"), tone="failed")
    said = entry["answer"] or entry["missing"]
    if said is None:
        return Told(tag=tr("No answer given"), tone="cannot")
    return Told(tag=said.get("tag", tr("Not in this study")), tone=said.get("tone", "cannot"))


def _is_of(pair: Pair, report: ReportChange, declared: Collection[str]) -> bool:
    """Whether a parameter is one of a report."""
    name, _, title = pair.name.partition(" in ")
    return name in declared and title in ("", report.title)


def _is_other_study_file(compared: Comparison) -> bool:
    return any(not file.is_same for file in compared.files if file.name.endswith((".yml", ".yaml")))


def _setting(pair: Pair) -> Setting:
    return Setting(name=pair.name.partition(" in ")[0], old=setting(pair.old), new=setting(pair.new))
