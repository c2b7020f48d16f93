"""Two runs that were held against each other, as lines for the terminal."""

from collections.abc import Iterator

from cxlab import words
from cxlab.language import SOURCE, speaking
from cxlab.reports import compared_words as said
from cxlab.reports.chance import LEVEL
from cxlab.reports.compare import Changed, Comparison, Pair, ReportChange, Ruling
from cxlab.reports.drawing import moment

_HEADS: dict[Ruling, str] = {
    "beyond": "Beyond chance",
    "within": "Within chance",
    "open": "Changed, and cannot be tested",
}


def as_text(compared: Comparison) -> str:
    """Return all that is to be told, line by line, in English."""
    with speaking(SOURCE):
        return "\n".join(_lines(compared))


def _lines(compared: Comparison) -> Iterator[str]:
    for which, run in (("old", compared.old), ("new", compared.new)):
        yield f"{which}: {run.named}, {run.manifest.study.title}, run of {moment(run.manifest.started)}"
    yield from ("", said.summary(compared), said.rest(compared))
    yield from (f"Note: {remark}" for remark in said.remarks(compared))
    yield from ("", *_data(compared), *_settings("Parameters", compared.parameters))
    yield from _settings("Versions", compared.versions)
    yield from _notebooks(compared)
    changed = [report for report in compared.reports if not report.is_same]
    # Verdicts stand first: over all reports, then the figures report by report.
    yield from _verdicts(compared)
    for report in changed:
        yield from _report(report)
    same = [report.title for report in compared.reports if report.is_same]
    if same:
        yield from ("", f"Nothing changed in {', '.join(same)}.")
    if compared.count("beyond") + compared.count("within"):
        yield from ("", f"Intervals have a level of {LEVEL:.0%} unless another is named. {said.false_share()}")


def _data(compared: Comparison) -> Iterator[str]:
    changed = [file for file in compared.files if not file.is_same]
    old, new = said.data(compared.old.manifest.data), said.data(compared.new.manifest.data)
    if not changed:
        yield f"Data: the same, {words.count(len(compared.files), 'file')}; {new}"
        return
    yield "Data:"
    yield from (f"  {file.name}: {said.state(file)}" for file in compared.files)
    yield f"  old: {old}"
    yield f"  new: {new}"


def _settings(head: str, pairs: tuple[Pair, ...]) -> Iterator[str]:
    changed = [pair for pair in pairs if not pair.is_same]
    yield f"{head}:" if changed else f"{head}: the same"
    yield from (f"  {said.arrow(pair)}" for pair in changed)


def _notebooks(compared: Comparison) -> Iterator[str]:
    states = [(pair.name, said.code_state(pair)) for pair in compared.notebooks]
    others = [(name, state) for name, state in states if state != "the same"]
    yield "Notebooks:" if others else "Notebooks: the same"
    yield from (f"  {name}: {state}" for name, state in others)


def _verdicts(compared: Comparison) -> Iterator[str]:
    answers = [
        (report.title, *said.told(report))
        for report in compared.reports
        if report.is_in_both and not report.told.is_same
    ]
    verdicts = [
        (f"{report.title}, {c.key}", said.verdict(c.old), said.verdict(c.new))
        for report in compared.reports
        for c in report.verdicts
    ]
    if answers or verdicts:
        yield from ("", "Answers and verdicts that changed")
        yield from (f"  {name}: {old} → {new}" for name, old, new in [*answers, *verdicts])


def _report(report: ReportChange) -> Iterator[str]:
    yield from ("", f"{report.title}: {said.failure(report) or said.same(report)}")
    for ruling, head in _HEADS.items():
        if found := report.figures(ruling):
            yield f"  {head}"
            yield from (f"    {_finding(changed)}" for changed in found)
    for head, only in (("New", report.only_new), ("Gone", report.only_old)):
        if only:
            yield f"  {head}"
            yield from (f"    {key}: {said.single(finding)}" for key, finding in sorted(only.items()))


def _finding(changed: Changed) -> str:
    """Write a finding that changed in one line: both figures, the difference, what is said on chance, the unit."""
    old, new = (
        f"{value} ({interval})" if interval else value
        for value, interval in zip(said.values(changed), said.intervals(changed), strict=True)
    )
    apart, interval = said.gap(changed)
    parts = [f"{changed.key}: {old} → {new}"]
    if apart:
        parts.append(f"{apart} ({interval})" if interval else apart)
    if changed.p is not None:
        p = said.p_value(changed.p)
        parts.append(f"p {p}" if p.startswith("<") else f"p = {p}")
    elif changed.why not in ("no interval", "no number"):
        parts.append(said.why(changed))
    text = ", ".join(parts)
    unit = said.unit(changed)
    return f"{text}; {unit}" if unit else text
