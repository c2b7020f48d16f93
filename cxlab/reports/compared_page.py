"""Two runs that were held against each other, as one self-contained page."""

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup, escape

from cxlab import words
from cxlab.blocks import Cell, Fact, Table
from cxlab.errors import InputError
from cxlab.reports import compared_words as said
from cxlab.reports.compare import Changed, Comparison, Pair, ReportChange, Ruling
from cxlab.reports.drawing import moment, render
from cxlab.reports.imprint import Row, describe_versions
from cxlab.reports.past import Finding, PastRun

_CAPTIONS: dict[Ruling, str] = {
    "beyond": "Changed beyond chance",
    "within": "Changed within chance",
    "open": "Changed, and cannot be tested",
}
_SMALL = "Small figures are intervals, of 95% unless another level is named. p is adjusted for all findings compared."
_NOTES: dict[Ruling, str] = {
    "beyond": _SMALL,
    "within": _SMALL,
    "open": "Counts, dates, and figures that lack a usable interval in one of the runs, or whose unit changed.",
}
_JOINTS = "._"


@dataclass(frozen=True)
class Section:
    """A part of the page: sentences, tables that are open, tables that are folded."""

    id: str
    heading: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    folded: tuple[Table, ...] = ()


def compared_page(compared: Comparison, out: str) -> str:
    """Return the page as HTML; the same runs give the same bytes.

    Parameters
    ----------
    out : the file as it was named, for the command that makes the page again.
    """
    was, now = compared.old.manifest, compared.new.manifest
    return render(
        "compared.html.j2",
        title=said.title(compared),
        study=now.study.title if compared.is_one_study else f"{was.study.title}, {now.study.title}",
        standfirst=f"The run of {moment(now.started)}, held against the one of {moment(was.started)}.",
        tag="Nothing changed" if all(r.is_same for r in compared.reports) else "What changed",
        line=said.summary(compared),
        facts=_facts(compared),
        sections=[s for s in _sections(compared) if s.paragraphs or s.tables or s.folded],
        rows=_rows(compared, out),
    )  # fmt: skip


def require_page(out: Path, *runs: PastRun) -> None:
    """Ask that a page may be written to a file: one of its own, and none that a run wrote.

    Raises
    ------
    InputError : it may not.
    """
    if out.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"--out {out}: a page is written, so name a file that ends in .html")
    if out.is_dir():
        raise InputError(f"--out {out} is a folder: name a file in it, as {out / 'compare.html'}")
    for run in runs:
        theirs = ["index.html", *run.manifest.outputs]
        if any((run.folder / name).resolve() == out.resolve() for name in theirs):
            raise InputError(f"--out {out} is a page of the run in {run.named}: name another file")


def write_page(compared: Comparison, out: Path) -> None:
    """Write the page, in one step.

    Raises
    ------
    InputError : nothing can be written there.
    """
    aside = out.with_name(f".{out.name}.new")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(compared_page(compared, out.as_posix()), encoding="utf-8", newline="\n")
        aside.replace(out)
    except OSError as error:
        raise InputError(f"--out {out}: nothing can be written there ({error.strerror}): name another file") from error


def _sections(compared: Comparison) -> list[Section]:
    return [
        Section("before", "What to know before reading a change", tuple(said.remarks(compared))),
        Section("verdicts", "Which answers and verdicts changed?", *_verdicts(compared)),
        *(_report(number, report) for number, report in enumerate(compared.reports, start=1)),
        _went_in(compared),
        Section("chance", "How it is decided what is chance", said.RULES),
    ]


def _verdicts(compared: Comparison) -> tuple[tuple[str, ...], tuple[Table, ...]]:
    answers = [
        (Cell(report.title, "answer of the report"), *map(Cell, said.told(report)))
        for report in compared.reports
        if not report.told.is_same
    ]
    verdicts = [
        (_key(c.key, report.title), Cell(said.verdict(c.old)), Cell(said.verdict(c.new)))
        for report in compared.reports
        for c in report.verdicts
    ]
    if not answers and not verdicts:
        return ("None: every report gives the same answer, and every finding the same verdict.",), ()
    rows = (*answers, *verdicts)
    table = Table("verdicts", "Answers and verdicts that changed", ("Of", "Old", "New"), rows, words=(1, 2))
    return (), (table,)


def _report(number: int, report: ReportChange) -> Section:
    text = said.failure(report) or said.same(report)
    tables = {ruling: _changes(report, ruling) for ruling in _CAPTIONS}
    folded = [tables["within"], tables["open"], _single("New in this run", report.only_new.items()),
              _single("Gone since the old run", report.only_old.items())]  # fmt: skip
    return Section(
        f"report-{number}",
        f"What changed in {report.title}",
        (text,),
        tuple(table for table in [tables["beyond"]] if table),
        tuple(table for table in folded if table),
    )


def _changes(report: ReportChange, ruling: Ruling) -> Table | None:
    found = report.figures(ruling)
    if not found:
        return None
    last = "Why" if ruling == "open" else "p"
    return Table(
        ruling,
        f"{_CAPTIONS[ruling]}: {words.count(len(found), 'finding')}",
        ("Finding", "Old", "New", "Difference", last),
        tuple(_row(changed) for changed in found),
        _NOTES[ruling],
        (4,) if ruling == "open" else (),
    )


def _row(changed: Changed) -> tuple[Cell, ...]:
    old, new = map(Cell, said.values(changed), said.intervals(changed))
    last = changed.why if changed.p is None else said.ruling(changed).partition(", p ")[2].removeprefix("= ")
    return _key(changed.key, said.unit(changed)), old, new, Cell(*said.gap(changed)), Cell(last)


def _single(caption: str, found: Iterable[tuple[str, Finding]]) -> Table | None:
    rows = tuple((_key(key), Cell(said.single(finding))) for key, finding in sorted(found, key=lambda item: item[0]))
    if not rows:
        return None
    return Table("single", f"{caption}: {words.count(len(rows), 'finding')}", ("Finding", "Value"), rows, words=(1,))


def _went_in(compared: Comparison) -> Section:
    old, new = compared.old.manifest, compared.new.manifest
    tables = [
        _table("Data", ("File", "State"), [(Cell(f.name), Cell(said.state(f))) for f in compared.files]),
        _settings("Parameters that changed", "Parameter", compared.parameters),
        _settings("Versions that changed", "Of", compared.versions),
        _table(
            "Notebooks",
            ("Notebook", "Code and text"),
            [(Cell(n.name), Cell(said.code_state(n))) for n in compared.notebooks],
        ),
    ]
    texts = [f"Old: {said.data(old.data)}.", f"New: {said.data(new.data)}."]
    if old.data == new.data:
        texts = [f"Both runs: {said.data(new.data)}."]
    for name, pairs in (("parameters", compared.parameters), ("versions", compared.versions)):
        if all(pair.is_same for pair in pairs):
            texts.append(f"The {name} are the same.")
    return Section("inputs", "What went in", tuple(texts), tuple(table for table in tables if table))


def _settings(caption: str, head: str, pairs: Sequence[Pair]) -> Table | None:
    rows = [(_key(p.name), Cell(said.setting(p.old)), Cell(said.setting(p.new))) for p in pairs if not p.is_same]
    return _table(caption, (head, "Old", "New"), rows)


def _table(caption: str, columns: tuple[str, ...], rows: Sequence[tuple[Cell, ...]]) -> Table | None:
    words_in = tuple(range(1, len(columns)))
    return Table("inputs", caption, columns, tuple(rows), words=words_in) if rows else None


def _facts(compared: Comparison) -> tuple[Fact, ...]:
    beyond, verdicts = compared.count("beyond"), compared.n_verdicts
    answers = sum(not report.told.is_same for report in compared.reports)
    files = sum(not file.is_same for file in compared.files)
    return (
        Fact(
            "Beyond chance",
            words.number(beyond),
            f"of {words.number(compared.n_compared)} with an interval in both runs. {said.rest(compared)}",
            "finding" if beyond == 1 else "findings",
        ),
        Fact(
            "Verdicts",
            words.number(verdicts),
            f"of single findings changed. Reports that answer otherwise: {answers} of {len(compared.reports)}.",
            "verdict" if verdicts == 1 else "verdicts",
        ),
        Fact(
            "Data",
            words.number(files),
            f"of {len(compared.files)} changed, are new or gone. New run: {said.data(compared.new.manifest.data)}.",
            "file" if files == 1 else "files",
        ),
    )


def _rows(compared: Comparison, out: str) -> list[Row]:
    def run(which: str, of: PastRun) -> list[Row]:
        commit = of.manifest.commit
        made = describe_versions(of.manifest.versions, commit.model_dump() if commit else None)
        return [
            Row(f"{which} run", f"{of.named}, {moment(of.manifest.started)}"),
            Row(f"{which} command", of.manifest.command, True),
            Row(f"{which} data", of.manifest.data),
            Row(f"{which} run made with", made),
        ]

    again = shlex.join(["cxlab", "compare", compared.old.named, compared.new.named, "--out", out])
    return [Row("Command", again, True), *run("Old", compared.old), *run("New", compared.new)]


def _key(key: str, small: str = "") -> Cell:
    """Write a key, which a browser may break behind its dots and underscores."""
    text = str(escape(key))
    for joint in _JOINTS:
        text = text.replace(joint, f"{joint}<wbr>")
    return Cell(Markup(text), small)
