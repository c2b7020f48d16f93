"""Two runs that were held against each other, as one self-contained page."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup, escape

from cxlab import words
from cxlab.blocks import Cell, Fact, Table
from cxlab.errors import InputError
from cxlab.language import SOURCE, Texts, shared_by, speaking, spoken, tr, trn
from cxlab.reports import compared_words as said
from cxlab.reports.compare import Changed, Comparison, Pair, ReportChange, Ruling
from cxlab.reports.drawing import moment, render
from cxlab.reports.imprint import Row, data_again, describe_versions
from cxlab.reports.past import Finding, PastRun
from cxlab.reports.titles import said_title

_RULINGS: tuple[Ruling, ...] = ("beyond", "within", "open")
_NOTES = Texts(
    {
        "tested": "Small figures are intervals, of 95% unless another level is named. p is adjusted for all findings "
        "compared.",
        "open": "Counts, dates, and figures that lack a usable interval in one of the runs, or whose unit changed.",
    }
)
_OLD = Texts({"run": "Old run", "command": "Old command", "data": "Old data", "made_with": "Old run made with"})
_NEW = Texts({"run": "New run", "command": "New command", "data": "New data", "made_with": "New run made with"})
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
    """Return the page as HTML, in the language of both runs, else English; the same runs give the same bytes.

    Parameters
    ----------
    out : the file as it was named, for the command that makes the page again.
    """
    language = shared_by(run.manifest.study.language for run in (compared.old, compared.new))
    with speaking(language):
        return _drawn(compared, out, language)


def _drawn(compared: Comparison, out: str, language: str) -> str:
    was, now = compared.old.manifest, compared.new.manifest
    return render(
        "compared.html.j2",
        language=language,
        title=said.title(compared),
        study=now.study.title if compared.is_one_study else f"{was.study.title}, {now.study.title}",
        standfirst=tr(
            "The run of {new}, held against the one of {old}.", new=moment(now.started), old=moment(was.started)
        ),
        tag=tr("Nothing changed") if all(r.is_same for r in compared.reports) else tr("What changed"),
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
        Section("before", tr("What to know before reading a change"), tuple(said.remarks(compared))),
        Section("verdicts", tr("Which answers and verdicts changed?"), *_verdicts(compared)),
        *(_report(number, report) for number, report in enumerate(compared.reports, start=1)),
        _went_in(compared),
        Section("chance", tr("How it is decided what is chance"), said.rules()),
    ]


def _verdicts(compared: Comparison) -> tuple[tuple[str, ...], tuple[Table, ...]]:
    answers = [
        (Cell(said_title(report.title), tr("answer of the report")), *map(Cell, said.told(report)))
        for report in compared.reports
        if report.is_in_both and not report.told.is_same
    ]
    verdicts = [
        (_key(c.key, said_title(report.title)), Cell(said.verdict(c.old)), Cell(said.verdict(c.new)))
        for report in compared.reports
        for c in report.verdicts
    ]
    if not answers and not verdicts:
        return (tr("None: every report gives the same answer, and every finding the same verdict."),), ()
    rows = (*answers, *verdicts)
    caption, columns = tr("Answers and verdicts that changed"), (tr("Of"), tr("Old"), tr("New"))
    table = Table("verdicts", caption, columns, rows, words=(1, 2))
    return (), (table,)


def _report(number: int, report: ReportChange) -> Section:
    text = said.failure(report) or said.same(report)
    tables = {ruling: _changes(report, ruling) for ruling in _RULINGS}
    folded = [tables["within"], tables["open"], _new(report.only_new), _gone(report.only_old)]
    return Section(
        f"report-{number}",
        tr("What changed in {report}", report=said_title(report.title)),
        (text,),
        tuple(table for table in [tables["beyond"]] if table),
        tuple(table for table in folded if table),
    )


def _changes(report: ReportChange, ruling: Ruling) -> Table | None:
    found = report.figures(ruling)
    if not found:
        return None
    last = tr("Why") if ruling == "open" else "p"
    return Table(
        ruling,
        _caption(ruling, len(found)),
        (tr("Finding"), tr("Old"), tr("New"), tr("Difference"), last),
        tuple(_row(changed) for changed in found),
        _NOTES["open" if ruling == "open" else "tested"],
        (4,) if ruling == "open" else (),
    )


def _caption(ruling: Ruling, n: int) -> str:
    said = words.number(n)
    if ruling == "beyond":
        return trn("Changed beyond chance: {n} finding", "Changed beyond chance: {n} findings", n, n=said)
    if ruling == "within":
        return trn("Changed within chance: {n} finding", "Changed within chance: {n} findings", n, n=said)
    return trn("Changed, and cannot be tested: {n} finding", "Changed, and cannot be tested: {n} findings", n, n=said)


def _row(changed: Changed) -> tuple[Cell, ...]:
    old, new = map(Cell, said.values(changed), said.intervals(changed))
    last = said.why(changed) if changed.p is None else said.p_value(changed.p)
    return _key(changed.key, said.unit(changed, _as_written)), old, new, Cell(*said.gap(changed)), Cell(last)


def _new(found: Mapping[str, Finding]) -> Table | None:
    n = len(found)
    return _single(trn("New in this run: {n} finding", "New in this run: {n} findings", n, n=words.number(n)), found)


def _gone(found: Mapping[str, Finding]) -> Table | None:
    n = len(found)
    return _single(
        trn("Gone since the old run: {n} finding", "Gone since the old run: {n} findings", n, n=words.number(n)), found
    )


def _single(caption: str, found: Mapping[str, Finding]) -> Table | None:
    rows = tuple((_key(key), Cell(said.single(found[key], _as_written))) for key in sorted(found))
    return Table("single", caption, (tr("Finding"), tr("Value")), rows, words=(1,)) if rows else None


def _went_in(compared: Comparison) -> Section:
    old, new = compared.old.manifest, compared.new.manifest
    tables = [
        _table(tr("Data"), (tr("File"), tr("State")), [(Cell(f.name), Cell(said.state(f))) for f in compared.files]),
        _settings(tr("Parameters that changed"), tr("Parameter"), compared.parameters),
        _settings(tr("Versions that changed"), tr("Of"), compared.versions),
        _table(
            tr("Notebooks"),
            (tr("Notebook"), tr("Code and text")),
            [(Cell(n.name), Cell(said.code_state(n))) for n in compared.notebooks],
        ),
    ]
    texts = [tr("Old: {data}.", data=said.data(old.data)), tr("New: {data}.", data=said.data(new.data))]
    if old.data == new.data:
        texts = [tr("Both runs: {data}.", data=said.data(new.data))]
    if all(pair.is_same for pair in compared.parameters):
        texts.append(tr("The parameters are the same."))
    if all(pair.is_same for pair in compared.versions):
        texts.append(tr("The versions are the same."))
    return Section("inputs", tr("What went in"), tuple(texts), tuple(table for table in tables if table))


def _settings(caption: str, head: str, pairs: Sequence[Pair]) -> Table | None:
    rows = [
        (_setting_name(p.name), *(Cell(said.value_again(value)) for value in (p.old, p.new)))
        for p in pairs
        if not p.is_same
    ]
    return _table(caption, (head, tr("Old"), tr("New")), rows)


def _table(caption: str, columns: tuple[str, ...], rows: Sequence[tuple[Cell, ...]]) -> Table | None:
    words_in = tuple(range(1, len(columns)))
    return Table("inputs", caption, columns, tuple(rows), words=words_in) if rows else None


def _facts(compared: Comparison) -> tuple[Fact, ...]:
    beyond, verdicts = compared.count("beyond"), compared.n_verdicts
    both = [report for report in compared.reports if report.is_in_both]
    answers = sum(not report.told.is_same for report in both)
    files = sum(not file.is_same for file in compared.files)
    return (
        Fact(
            tr("Beyond chance"),
            words.number(beyond),
            tr("of {n} with an interval in both runs. {rest}",
               n=words.number(compared.n_compared), rest=said.rest(compared)),
            trn("finding", "findings", beyond),
        ),
        Fact(
            tr("Verdicts"),
            words.number(verdicts),
            tr("of single findings changed. Reports that answer otherwise: {n} of {all}.",
               n=answers, all=len(both)),
            trn("verdict", "verdicts", verdicts),
        ),
        Fact(
            tr("Data"),
            words.number(files),
            tr("of {n} changed, are new or gone. New run: {data}.",
               n=len(compared.files), data=said.data(compared.new.manifest.data)),
            trn("file", "files", files),
        ),
    )  # fmt: skip


def _rows(compared: Comparison, out: str) -> list[Row]:
    def run(heads: Texts, of: PastRun) -> list[Row]:
        commit = of.manifest.commit
        made = describe_versions(of.manifest.versions, commit.model_dump() if commit else None)
        return [
            Row(heads["run"], f"{of.named}, {moment(of.manifest.started)}"),
            Row(heads["command"], of.manifest.command, True),
            Row(heads["data"], data_again(of.manifest.data)),
            Row(heads["made_with"], made),
        ]

    again = shlex.join(["cxlab", "compare", compared.old.named, compared.new.named, "--out", out])
    return [Row(tr("Command"), again, True), *run(_OLD, compared.old), *run(_NEW, compared.new)]


def _key(key: str, small: str = "") -> Cell:
    """Write a key, which a browser may break behind its dots and underscores."""
    text = str(escape(key))
    for joint in _JOINTS:
        text = text.replace(joint, f"{joint}<wbr>")
    return Cell(_english(Markup(text)), small)


def _setting_name(name: str) -> Cell:
    """Write what a parameter or a version is of, and of which report alone."""
    key, of = said.setting_name(name)
    return Cell(_key(key).text + of)


def _as_written(text: str) -> str:
    """Write a unit: as it is on an English page, else as what programs read it by."""
    return text if spoken() == SOURCE else _english(escape(text))


def _english(text: Markup) -> Markup:
    """Mark what is English in each language, for it is a name that programs look for."""
    return text if spoken() == SOURCE else Markup('<code lang="en">{}</code>').format(text)
