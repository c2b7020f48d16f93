"""What changed since the last run and why, as rows of the index's table."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cxlab import words
from cxlab.blocks import Cell
from cxlab.language import SOURCE, language_of, speaking, tr, translated, trn
from cxlab.reports import compared_words
from cxlab.reports.compare import Changed
from cxlab.reports.measures import Measure, named
from cxlab.reports.past import Findings
from cxlab.reports.shown import findings_of
from cxlab.reports.since import Move, ReportSince, Setting, Since, Told, since
from cxlab.reports.titles import said_title

_MOST_FIGURES, _MOST_VERSIONS = 6, 3


@dataclass(frozen=True)
class Change:
    """A row: what of which report, before and now (a figure with its interval below, or a verdict with its tone).

    Attributes
    ----------
    language : of a verdict with its tone: that of the report, by its ISO 639-1 code.
    """

    where: str
    what: str
    before: Cell
    now: Cell
    before_tone: str = ""
    now_tone: str = ""
    why: str = ""
    is_key: bool = False
    language: str = SOURCE


@dataclass(frozen=True)
class Changes:
    """All rows, with what the table's caption says of them, and when the runs before were, as (study, ISO 8601)."""

    rows: tuple[Change, ...]
    caption: str
    times: tuple[tuple[str, str], ...]


def changes(runs: Mapping[str, Mapping[str, Any]], *, brief: bool = False) -> Changes | None:
    """Find what changed in runs since those before them; None where there is nothing to tell.

    Parameters
    ----------
    runs : manifests by name. brief : answers and verdicts only, the figures counted.
    """
    found = {name: told for name, run in runs.items() if (told := since(run)) is not None}
    if not found:
        return None
    rows: list[Change] = []
    for name, told in found.items():
        asked = str(runs[name]["study"].get("language", SOURCE))
        rows += _of_run(name, told, findings_of(runs[name]), asked, brief=brief)
    others = [run for name, run in runs.items() if name not in found or found[name].changed]
    same = sum(len(run["reports"]) for run in others) - sum(_still_there(told) for told in found.values())
    if same > 0:
        other = tr("The other {n}", n=words.number(same)) if same > 1 else tr("The other one")
        rows.append(Change(other, tr("All findings"), Cell(tr("as before")), Cell(tr("as before"))))
    return Changes(tuple(_shortened(rows)), _caption(found), tuple((name, t.started) for name, t in found.items()))


def shared_part(run: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what of a manifest's changes may stand on pages that are shared: nothing of reports that failed.

    Of findings those with a name for people, for another one's key may hold what stands in the data.
    """
    told = since(run)
    if told is None:
        return None
    failed = {name for name, entry in run["reports"].items() if entry["status"] == "failed"}
    findings = findings_of(run)
    reports = {
        name: report.model_copy(
            update={"moves": [m for m in report.moves if named(name, m.key, findings.get(name, {}))]}
        )
        for name, report in told.reports.items()
        if name not in failed
    }
    shared = told.model_copy(update={"reports": reports})
    if told.changed and not shared.changed:  # only what failed changed: not to be told as if nothing had
        return None
    return shared.model_dump(exclude_none=True)


def _still_there(told: Since) -> int:
    return sum(report.new is not None for report in told.changed.values())


def _of_run(name: str, told: Since, findings: Findings, asked: str, *, brief: bool) -> Iterator[Change]:
    changed = told.changed
    if not changed:
        again = [_parameter(cause) for report in told.reports.values() for cause in report.causes]
        why = _joined([*dict.fromkeys(again), *_of_study(told, has_parameters=bool(again))])
        yield Change(name, tr("All findings"), Cell(tr("as before")), Cell(tr("as before")), why=why)
    there, not_there = Cell(tr("there")), Cell(tr("not there"))
    if new := _titles(r for r in changed.values() if r.old is None):
        yield Change(name, tr("New in this run: {reports}", reports=new), not_there, there, why=_of_all(told))
    if gone := _titles(r for r in changed.values() if r.new is None):
        yield Change(name, tr("No longer in this run: {reports}", reports=gone), there, not_there, why=_of_all(told))
    for key, report in changed.items():
        if report.old is not None and report.new is not None:
            where = f"{name} {said_title(report.title)}"
            yield from _of_report(where, key, told, report, findings, language_of(asked, key), brief=brief)


def _titles(reports: Iterable[ReportSince]) -> str:
    return ", ".join(said_title(report.title) for report in reports)


def _of_report(
    where: str, name: str, told: Since, report: ReportSince, findings: Findings, language: str, *, brief: bool
) -> Iterator[Change]:
    assert report.old is not None and report.new is not None
    why = _why(told, report)
    if report.old != report.new:
        failed = report.new.tone == "failed"
        now_why = tr("It failed: what to do stands at the top of this page") if failed else why
        yield _answers(where, report.old, report.new, now_why, language)
    for move in report.moves:
        if move.is_verdict:
            old, new = (compared_words.verdict(f) for f in (move.old, move.new))
            yield Change(where, move.key, Cell(old), Cell(new), why=why, is_key=True)
    figures = [m for m in report.moves if m.is_beyond]
    by_name = [(m, measure) for m in figures if (measure := named(name, m.key, findings.get(name, {})))]
    others = [m for m in figures if m not in [move for move, _ in by_name]]
    listed = 0
    for move, measure in () if brief else by_name:
        listed += 1
        yield _measured(where, move, measure, why)
    for move in () if brief else others[: max(0, _MOST_FIGURES - listed)]:
        listed += 1
        yield _keyed(where, move, why)
    if left := _left(report, listed):
        yield Change(where, left, Cell(""), Cell(""), why=why)


def _answers(where: str, old: Told, new: Told, why: str, language: str) -> Change:
    with speaking(language):
        before, now = Cell(translated(old.tag)), Cell(translated(new.tag))
    return Change(where, tr("Answer"), before, now, old.tone, new.tone, why, language=language)


def _measured(where: str, move: Move, measure: Measure, why: str) -> Change:
    digits = measure.digits((move.old, move.new))
    before, now = (Cell(measure.figure(f, digits), measure.interval(f, digits)) for f in (move.old, move.new))
    return Change(where, measure.name, before, now, why=why)


def _keyed(where: str, move: Move, why: str) -> Change:
    """Write a finding that has no name but its key, as `cxlab compare` does."""
    changed = Changed(move.key, move.old, move.new, None, None, "")
    before, now = map(Cell, compared_words.values(changed), compared_words.intervals(changed))
    return Change(where, move.key, before, now, why=why, is_key=True)


def _left(report: ReportSince, listed: int) -> str:
    """Count the figures that are not listed."""
    beyond = report.n_beyond - listed
    said = [tr("{n} beyond chance", n=words.number(beyond))] if beyond > 0 else []
    said += [tr("{n} within chance", n=words.number(report.n_within))] if report.n_within > 0 else []
    said += [tr("{n} without a test", n=words.number(report.n_open))] if report.n_open > 0 else []
    if not said:
        return ""
    counts = ", ".join(said)
    return (
        tr("Further figures that changed: {counts}", counts=counts)
        if listed
        else tr("Figures that changed: {counts}", counts=counts)
    )


def _why(told: Since, report: ReportSince) -> str:
    """Say what went in otherwise; of several things none alone is known to be the cause."""
    said = [_parameter(cause) for cause in report.causes]
    if report.is_other_notebook:
        said.append(tr("The notebook changed"))
    said += _of_study(told, has_parameters=bool(report.causes))
    return _joined(said) or tr("Not known: data, parameters, notebook and versions are the same")


def _parameter(cause: Setting) -> str:
    again = compared_words.parameter_again
    return tr("Parameter {name} from {old} to {new}", name=cause.name, old=again(cause.old), new=again(cause.new))


def _of_all(told: Since) -> str:
    return _joined(_of_study(told, has_parameters=False)) or tr("Ordered otherwise")


def _of_study(told: Since, *, has_parameters: bool) -> list[str]:
    said = []
    if told.data:
        said.append(tr("Other data; before: {data}", data=compared_words.data(told.data)))
    if told.is_other_study_file and not has_parameters:
        said.append(tr("study.yml changed"))
    if told.versions:
        more = len(told.versions) - _MOST_VERSIONS
        again = compared_words.setting_again
        listed = ", ".join(
            tr("{name} {old} to {new}", name=v.name, old=again(v.old), new=again(v.new))
            for v in told.versions[:_MOST_VERSIONS]
        )
        if more > 0:
            listed = tr("{listed} and {n} more", listed=listed, n=more)
        said.append(tr("Versions: {listed}", listed=listed))
    return said


def _joined(said: list[str]) -> str:
    return ". ".join(said)


def _shortened(rows: list[Change]) -> Iterator[Change]:
    """Say a reason once where rows of one report follow each other."""
    last, same = ("", ""), tr("The same")
    for row in rows:
        here = (row.where, row.why)
        again = here == last and len(row.why) > len(same)
        last = here
        yield replace(row, why=same) if again else row


def _caption(found: Mapping[str, Since]) -> str:
    reports = [report for told in found.values() for report in told.changed.values()]
    if not reports:
        return tr("No finding changed")
    both = [r for r in reports if r.old is not None and r.new is not None]
    failed = sum(r.new is not None and r.new.tone == "failed" and r.old != r.new for r in both)
    answers = sum(r.old != r.new for r in both) - failed
    beyond = sum(r.n_beyond for r in both)
    new, gone = sum(r.old is None for r in reports), sum(r.new is None for r in reports)
    counted = (
        (answers, trn("{n} answer changed", "{n} answers changed", answers, n=words.number(answers))),
        (failed, trn("{n} report failed that had not", "{n} reports failed that had not", failed,
                     n=words.number(failed))),
        (beyond, trn("{n} figure changed beyond chance", "{n} figures changed beyond chance", beyond,
                     n=words.number(beyond))),
        (new, trn("{n} report is new", "{n} reports are new", new, n=words.number(new))),
        (gone, trn("{n} report is no longer there", "{n} reports are no longer there", gone, n=words.number(gone))),
    )  # fmt: skip
    said = ", ".join(text for n, text in counted if n)
    return words.capital(said) or tr("No answer and no figure changed beyond chance")
