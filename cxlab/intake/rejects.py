"""The records that were not used: their texts kept beside their reasons, how many are too many, the files of them."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import IO, Any

from cxlab.contract import TABLES
from cxlab.engine import Engine, fill
from cxlab.errors import InputError
from cxlab.intake.opening import Opened
from cxlab.intake.parquet_zones import as_written
from cxlab.intake.places import SourceError
from cxlab.intake.sources import Example, Reject, TableIntake
from cxlab.intake.textfile import TextFile, raw_lines
from cxlab.study import Study, shown_path
from cxlab.words import count, harmless, percent

HEADER = ("file", "line", "column", "reason", "record", "heading")
REJECTS = "rejects"
_SHOWN_REASONS = 3
_SHOWN_TEXT = 80
_BATCH = 100_000
_MAKE = (
    "CREATE TABLE IF NOT EXISTS {rejects} (source VARCHAR, number BIGINT, file VARCHAR, line BIGINT, "
    "{!column} VARCHAR, reason VARCHAR, record VARCHAR, heading VARCHAR)"
)
_KINDS = {"source": "string", "number": "int64", "file": "string", "line": "int64", "column": "string",
          "reason": "string", "record": "string", "heading": "string"}  # fmt: skip


def keep_rejects(engine: Engine, study: Study, table: TableIntake) -> TableIntake:
    """Put a source's rejected records into the engine's table `rejects`, as they stood; return it with examples.

    Columns: source, number (of the file), file (as seen from the study), line (of a Parquet file or sheet: row),
    column, reason, record, heading (what the file calls the column; empty where no column is at fault).
    """
    engine.run(fill(_MAKE, rejects=REJECTS, column='"column"'))
    engine.run(fill("DELETE FROM {rejects} WHERE source = ?", rejects=REJECTS), [table.table])
    if not table.n_rejected:
        return table
    at_fault = {number for (number,) in engine.rows(fill(_FILES, t=table.checked))}
    for number, one in enumerate(table.opened):
        if number not in at_fault and not (one.text and one.text.broken):
            continue
        named = _named(study, one.path) + (f", sheet {one.label}" if one.label else "")
        headings = _headings(study, table, one)
        if one.text:
            _keep_lines(engine, table, number, one.text, named, headings)
        else:
            _keep_rows(engine, table, number, one, named, headings)
    (n,) = engine.row(fill("SELECT COUNT(*) FROM {rejects} WHERE source = ?", rejects=REJECTS), [table.table])
    if n != table.n_rejected:
        raise AssertionError(f"{table.table}: {n} of {table.n_rejected} rejected records are listed")
    examples = {
        (column, reason): Example(file, line, record[:_SHOWN_TEXT])
        for column, reason, file, line, record in engine.rows(fill(_FIRST, rejects=REJECTS), [table.table])
    }
    rejects = (replace(reject, example=examples[reject.column, reject.reason]) for reject in table.rejects)
    return replace(table, rejects=tuple(rejects))


_FILES = "SELECT DISTINCT cx_file FROM {t} WHERE cx_fault IS NOT NULL ORDER BY cx_file"
_FIRST = (
    'SELECT "column", reason, file, line, record FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY "column", reason '
    'ORDER BY number, line) AS place FROM {rejects} WHERE source = ?) AS r WHERE place = 1 ORDER BY "column", reason'
)


def _keep_lines(
    engine: Engine, table: TableIntake, number: int, text: TextFile, named: str, headings: Mapping[str, str]
) -> None:
    sql = "SELECT cx_line, cx_fault FROM {t} WHERE cx_file = ? AND cx_fault IS NOT NULL ORDER BY cx_line"
    found = [
        (line, table.rules[fault].column, table.rules[fault].reason)
        for line, fault in engine.rows(fill(sql, t=table.checked), [number])
    ]
    found = sorted(found + [(line, "", reason) for line, reason, _ in text.broken])
    records = raw_lines(text.path, text.encoding, text.lengths([line for line, _, _ in found]))
    paired = zip(found, records, strict=True)
    while batch := list(islice(paired, _BATCH)):
        lines, columns, reasons = zip(*(one for one, _ in batch), strict=True)
        n = len(batch)
        rows: dict[str, Sequence[Any]] = {
            "source": [table.table] * n, "number": [number] * n, "file": [named] * n, "line": lines,
            "column": columns, "reason": reasons, "record": [record for _, (_, record) in batch],
            "heading": [headings.get(column, "") for column in columns],
        }  # fmt: skip
        engine.take(REJECTS, rows, _KINDS, append=True)


def _keep_rows(
    engine: Engine, table: TableIntake, number: int, one: Opened, named: str, headings: Mapping[str, str]
) -> None:
    """Keep the rejected rows of a Parquet file or a sheet, written as text with commas."""
    kinds = {name: kind for name, kind in engine.kinds(one.relation).items() if name.startswith("f")}
    fields = {f"f.{name}": kind for name, kind in kinds.items()}
    zoned = {} if one.sheet else as_written(engine, one.path, fields)
    texts = (zoned.get(field) or _as_text(field, kind, one) for field, kind in fields.items())
    cells = " || ',' || ".join(f"COALESCE({text}, '')" for text in texts)
    at_fault = "SELECT cx_line, cx_fault FROM {t} WHERE cx_file = ? AND cx_fault IS NOT NULL"
    engine.bring(_AT_FAULT, fill(at_fault, t=table.checked), [number])
    for fault in [i for (i,) in engine.rows(fill(_FAULTS, t=_AT_FAULT))]:
        rule = table.rules[fault]
        sql = fill(
            "INSERT INTO {rejects} SELECT ?, ?, ?, f.line, ?, ?, {!cells}, ? FROM {relation} AS f JOIN {t} AS t "
            "ON t.cx_line = f.line AND t.cx_fault = ?",
            rejects=REJECTS, cells=cells, relation=one.relation, t=_AT_FAULT,
        )  # fmt: skip
        heading = headings.get(rule.column, "")
        engine.read(sql, [table.table, number, named, rule.column, rule.reason, heading, fault])
    engine.drop(_AT_FAULT)


def _as_text(cell: str, kind: str, one: Opened) -> str:
    """Return the SQL of a cell as text; a whole number of a sheet has no point, as a spreadsheet shows it."""
    text = f"CAST({cell} AS VARCHAR)"
    return f"REGEXP_REPLACE({text}, '\\.0$', '')" if kind == "DOUBLE" and one.sheet else text


_AT_FAULT = "rejected_rows"
_FAULTS = "SELECT DISTINCT cx_fault FROM {t} ORDER BY cx_fault"


def _named(study: Study, file: Path) -> str:
    inside = file.is_relative_to(study.folder)
    return file.relative_to(study.folder).as_posix() if inside else file.name


def _headings(study: Study, table: TableIntake, one: Opened) -> dict[str, str]:
    """Return what a file calls each of our columns that it has."""
    called = {ours: heading_of(study, table.table, ours) for ours in table.columns}
    return {ours: theirs for ours, theirs in called.items() if theirs in one.columns}


def heading_of(study: Study, table: str, column: str) -> str:
    """Return what the files of a table call a column of ours, as the study says; the same where it says nothing."""
    return study.sources.given[table].columns.get(column, column)


def reason_in_file(study: Study, table: str, reject: Reject) -> str:
    """Say why records were rejected, and what the files call the column where that is another name than ours."""
    heading = heading_of(study, table, reject.column)
    return reject.reason if heading == reject.column else f"{reject.reason}, in the column “{heading}”"


def check_limit(study: Study, table: TableIntake, max_reject_share: float, *, listed: str = "") -> None:
    """Stop when too many records of a table are at fault; those that lie outside the limit count on neither side.

    Parameters
    ----------
    listed : the file that lists all of them, to be named in the message; empty: there is none.

    Raises
    ------
    SourceError : the share is above `max_reject_share`, or no record is left; with the most frequent reasons.
    """
    if not exceeds_limit(table, max_reject_share):
        return
    charged, judged = _charged(table)
    what = "the file" if table.asked is None else "the table" if table.asked.table else "the query"
    if table.n_used:
        share = percent(charged / judged, 1)
        head = (
            f"{count(charged, 'record')} of {count(judged, 'record')} of {table.table} ({share}) "
            f"cannot be used, more than the {percent(max_reject_share, 1)} allowed"
        )
        if judged < table.n_read:
            head += f" ({count(table.n_read - judged, 'further record')} outside the limit not counted)"
        remedy = f"mend {what}, or how it is read (`read:`, `columns:`), or set the parameter `max_reject_share`"
    else:
        head = f"none of the {count(table.n_read, 'record')} of {table.table} can be used"
        remedy = f"mend {what}, or how it is read (`read:`, `columns:`)"
    counted = [reject for reject in table.rejects if not table.n_used or not reject.outside_limit][:_SHOWN_REASONS]
    most = counted[0].n if counted else 0
    special = tuple(dict.fromkeys(reject.remedy for reject in counted if reject.remedy and 2 * reject.n >= most))
    said = study.sources.given[table.table].read.model_dump(exclude_defaults=True)
    if said:
        settings = ", ".join(f"{key}: {value}" for key, value in said.items())
        special = (f"look whether `read: {{{settings}}}` in the study is right", *special)
    remedy = "; ".join((*special, f"else {remedy}" if special else remedy))
    lines = [f"{study.place('sources', table.table)}: {head}:"]
    for reject in counted:
        first = reject.example
        file = first and (first.file if table.asked else shown_path(study.folder / first.file))
        where = f" (first in {file}:{first.line}: {first.record})" if first else ""
        lines.append(f"  {count(reject.n, 'record')}: {reason_in_file(study, table.table, reject)}{where}")
    if listed:
        lines.append(f"  {listed}")
    lines.append(f"  Read as {table.understood}. What to do: {remedy}")
    raise SourceError("\n".join(lines))


def exceeds_limit(table: TableIntake, max_reject_share: float) -> bool:
    """Whether no record is left, or more are at fault than allowed."""
    charged, judged = _charged(table)
    return not table.n_used or charged / judged > max_reject_share


def _charged(table: TableIntake) -> tuple[int, int]:
    """Return how many records within the limit were rejected, and how many there are; those outside count nowhere."""
    charged = sum(reject.n for reject in table.rejects if not reject.outside_limit)
    return charged, table.n_used + charged


def list_rejects(engine: Engine, tables: Mapping[str, TableIntake], name: str, folder: Path) -> str:
    """Write the rejects of all tables read so far, and say where those of one are."""
    try:
        files = {file.stem: file for file in write_rejects(engine, tables, folder)}
    except InputError as error:
        return str(error)
    return f"Every one of them stands in {shown_path(files[name])}." if name in files else ""


def write_rejects(engine: Engine, tables: Mapping[str, TableIntake], folder: Path) -> tuple[Path, ...]:
    """Write `rejects/<table>.csv` for every table with rejects, and take away what an earlier run left there.

    Each line names file (as seen from the study), line (of a Parquet file or sheet: row), column, reason, the record as
    it stood, and what the file calls the column. What a spreadsheet would take for a formula gets an apostrophe.
    """
    place = folder / "rejects"
    written: list[Path] = []
    for name in TABLES:
        file = place / f"{name}.csv"
        if name not in tables or not tables[name].n_rejected:
            with suppress(NotADirectoryError):
                file.unlink(missing_ok=True)
            continue
        write_csv(file, engine.stream(fill(_ALL, rejects=REJECTS), [name]))
        written.append(file)
    return tuple(written)


_ALL = 'SELECT file, line, "column", reason, record, heading FROM {rejects} WHERE source = ? ORDER BY number, line'


def write_csv(file: Path, rows: Iterable[tuple[object, ...]]) -> None:
    """Write rejects, every cell of them harmless to a spreadsheet, below their line of names."""
    with _opened(file) as out:
        writer = csv.writer(_LineFeeds(out))
        writer.writerow(HEADER)
        writer.writerows(_harmless(rows))


def _harmless(rows: Iterable[tuple[object, ...]]) -> Iterator[list[str]]:
    for row in rows:
        yield [harmless(str(cell)) for cell in row]


class _LineFeeds:
    """Take rows that end in a return and a line feed, so that either is quoted within a cell, and end them in one."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out

    def write(self, row: str) -> int:
        return self._out.write(row.removesuffix("\r\n") + "\n")


def _opened(file: Path) -> IO[str]:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        return file.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise InputError(
            f"the rejects cannot be written to {file.as_posix()} ({error.strerror}): name another folder with --out"
        ) from error
