"""What changed since the last run and why, as rows of the index's table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cxlab import words
from cxlab.blocks import Cell
from cxlab.reports import compared_words
from cxlab.reports.compare import Changed
from cxlab.reports.measures import Measure, named
from cxlab.reports.past import Findings
from cxlab.reports.shown import findings_of
from cxlab.reports.since import Move, ReportSince, Since, Told, since

_MOST_FIGURES, _MOST_VERSIONS = 6, 3
_SAME = "The same"
_NOTHING = "Not known: data, parameters, notebook and versions are the same"


@dataclass(frozen=True)
class Change:
    """A row: what of which report, before and now (a figure with its interval below, or a verdict with its tone)."""

    where: str
    what: str
    before: Cell
    now: Cell
    before_tone: str = ""
    now_tone: str = ""
    why: str = ""
    is_key: bool = False


@dataclass(frozen=True)
class Changes:
    """All rows, with what the table's caption says of them, and when the runs before were, as (study, ISO 8601)."""

    rows: tuple[Change, ...]
    caption: str
    times: tuple[tuple[str, str], ...]


def changes(runs: Mapping[str, Mapping[str, Any]], *, brief: bool = False) -> Changes | None:
    """Find what changed in runs since those before them; None where nothing did, or where there were none.

    Parameters
    ----------
    runs : manifests by name. brief : answers and verdicts only, the figures counted.
    """
    found = {name: told for name, run in runs.items() if (told := since(run)) is not None and told.changed}
    if not found:
        return None
    rows: list[Change] = []
    for name, told in found.items():
        rows += _of_run(name, told, findings_of(runs[name]), brief=brief)
    same = sum(len(run["reports"]) for run in runs.values()) - sum(_still_there(told) for told in found.values())
    if same > 0:
        other = f"The other {words.number(same)}" if same > 1 else "The other one"
        rows.append(Change(other, "All findings", Cell("as before"), Cell("as before")))
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
    return told.model_copy(update={"reports": reports}).model_dump(exclude_none=True)


def _still_there(told: Since) -> int:
    return sum(report.new is not None for report in told.changed.values())


def _of_run(name: str, told: Since, findings: Findings, *, brief: bool) -> Iterator[Change]:
    changed = told.changed
    for old, what, before, now in (
        (None, "New in this run", "not there", "there"),
        ("", "No longer in this run", "there", "not there"),
    ):
        titles = [r.title for r in changed.values() if (r.old if old is None else r.new) is None]
        if titles:
            yield Change(name, f"{what}: {', '.join(titles)}", Cell(before), Cell(now), why=_of_all(told))
    for key, report in changed.items():
        if report.old is not None and report.new is not None:
            yield from _of_report(f"{name} {report.title}", key, told, report, findings, brief=brief)


def _of_report(
    where: str, name: str, told: Since, report: ReportSince, findings: Findings, *, brief: bool
) -> Iterator[Change]:
    assert report.old is not None and report.new is not None
    why = _why(told, report)
    if report.old != report.new:
        now_why = "It failed: what to do stands at the top of this page" if report.new.tone == "failed" else why
        yield _answers(where, report.old, report.new, now_why)
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


def _answers(where: str, old: Told, new: Told, why: str) -> Change:
    return Change(where, "Answer", Cell(old.tag), Cell(new.tag), old.tone, new.tone, why)


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
    counted = {"beyond chance": report.n_beyond - listed, "within chance": report.n_within,
               "without a test": report.n_open}  # fmt: skip
    said = [f"{words.number(n)} {how}" for how, n in counted.items() if n > 0]
    n = sum(n for n in counted.values() if n > 0)
    return f"{'Further figures' if listed else 'Figures'} that changed: {', '.join(said)}" if n else ""


def _why(told: Since, report: ReportSince) -> str:
    """Say what went in otherwise; of several things none alone is known to be the cause."""
    said = [f"Parameter {cause.name} from {cause.old} to {cause.new}" for cause in report.causes]
    if report.is_other_notebook:
        said.append("The notebook changed")
    return _joined([*said, *_of_study(told, has_parameters=bool(report.causes))]) or _NOTHING


def _of_all(told: Since) -> str:
    return _joined(_of_study(told, has_parameters=False)) or "Ordered otherwise"


def _of_study(told: Since, *, has_parameters: bool) -> list[str]:
    said = []
    if told.data:
        said.append(f"Other data; before: {compared_words.data(told.data)}")
    if told.is_other_study_file and not has_parameters:
        said.append("study.yml changed")
    if told.versions:
        more = len(told.versions) - _MOST_VERSIONS
        listed = ", ".join(f"{v.name} {v.old} to {v.new}" for v in told.versions[:_MOST_VERSIONS])
        said.append(f"Versions: {listed}" + (f" and {more} more" if more > 0 else ""))
    return said


def _joined(said: list[str]) -> str:
    return ". ".join(said)


def _shortened(rows: list[Change]) -> Iterator[Change]:
    """Say a reason once where rows of one report follow each other."""
    last = ("", "")
    for row in rows:
        here = (row.where, row.why)
        again = here == last and len(row.why) > len(_SAME)
        last = here
        yield Change(row.where, row.what, row.before, row.now, row.before_tone, row.now_tone,
                     _SAME if again else row.why, row.is_key)  # fmt: skip


def _caption(found: Mapping[str, Since]) -> str:
    reports = [report for told in found.values() for report in told.changed.values()]
    both = [r for r in reports if r.old is not None and r.new is not None]
    failed = sum(r.new is not None and r.new.tone == "failed" and r.old != r.new for r in both)
    answers = sum(r.old != r.new for r in both) - failed
    beyond = sum(r.n_beyond for r in both)
    said = [words.count(answers, "answer") + " changed"] if answers else []
    said += [words.count(failed, "report") + " failed that had not"] if failed else []
    said += [words.count(beyond, "figure") + " changed beyond chance"] if beyond else []
    new, gone = sum(r.old is None for r in reports), sum(r.new is None for r in reports)
    said += [f"{words.count(new, 'report')} {'is' if new == 1 else 'are'} new"] if new else []
    said += [f"{words.count(gone, 'report')} {'is' if gone == 1 else 'are'} no longer there"] if gone else []
    return words.capital(", ".join(said)) or "No answer and no figure changed beyond chance"
