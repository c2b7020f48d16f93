"""The records that were not used: how many are too many, and the files that list them."""

import csv
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

from cxlab.contract import TABLES
from cxlab.engine import Engine, fill
from cxlab.errors import InputError
from cxlab.intake.checks import Rule
from cxlab.intake.places import SourceError
from cxlab.intake.sources import Reject, TableIntake
from cxlab.intake.textfile import TextFile, raw_lines
from cxlab.study import Study, shown_path
from cxlab.words import count, harmless, percent

HEADER = ("file", "line", "column", "reason", "record")
_SHOWN_REASONS = 3


def check_limit(
    engine: Engine,
    study: Study,
    tables: Mapping[str, TableIntake],
    name: str,
    max_reject_share: float,
    folder: Path | None,
) -> None:
    """Stop when too many records of a table are at fault; those that lie outside the limit do not count.

    Parameters
    ----------
    tables : those read so far.
    name : the one to judge.
    folder : where the rejects of all of them are listed before it stops; None: nowhere.

    Raises
    ------
    SourceError : the share is above `max_reject_share`, or no record is left; with the most frequent reasons.
    """
    table = tables[name]
    charged = sum(reject.n for reject in table.rejects if not reject.outside_limit)
    share = charged / table.n_read
    if table.n_used and share <= max_reject_share:
        return
    if table.n_used:
        head = (
            f"{count(charged, 'record')} of {count(table.n_read, 'record')} of {table.table} ({percent(share, 1)}) "
            f"cannot be used, more than the {percent(max_reject_share, 1)} allowed"
        )
        remedy = "mend the file, or how it is read (`read:`, `columns:`), or set the parameter `max_reject_share`"
    else:
        head = f"none of the {count(table.n_read, 'record')} of {table.table} can be used"
        remedy = "mend the file, or how it is read (`read:`, `columns:`)"
    counted = [reject for reject in table.rejects if not table.n_used or not reject.outside_limit][:_SHOWN_REASONS]
    special = [rule.remedy for reject in counted for rule in table.rules if rule.remedy and _is_of(reject, rule)]
    remedy = "; ".join((*special, f"else {remedy}" if special else remedy))
    lines = [f"{study.place('sources', table.table)}: {head}:"]
    for reject in counted:
        file, line, record = _example(engine, table, reject)
        where = f"{shown_path(file)}:{line}"
        lines.append(f"  {count(reject.n, 'record')}: {reject.reason} (first in {where}: {record[:80]})")
    if folder is not None:
        lines.append(f"  {_listed(engine, study, tables, name, folder)}")
    lines.append(f"  Read as {table.understood}. What to do: {remedy}")
    raise SourceError("\n".join(lines))


def _is_of(reject: Reject, rule: Rule) -> bool:
    return (rule.column, rule.reason) == (reject.column, reject.reason)


def _listed(engine: Engine, study: Study, tables: Mapping[str, TableIntake], name: str, folder: Path) -> str:
    """Write the rejects, and say where those of a table are."""
    try:
        files = {file.stem: file for file in write_rejects(engine, study, tables, folder)}
    except InputError as error:
        return str(error)
    return f"Every one of them stands in {shown_path(files[name])}."


def write_rejects(engine: Engine, study: Study, tables: Mapping[str, TableIntake], folder: Path) -> tuple[Path, ...]:
    """Write `rejects/<table>.csv` for every table with rejects, and take away what an earlier run left there.

    Each line names file (as seen from the study), line (of a Parquet file: row), column, reason and the record as it
    stood. A cell that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    place = folder / "rejects"
    written: list[Path] = []
    for name in TABLES:
        file = place / f"{name}.csv"
        if name not in tables or not tables[name].n_rejected:
            with suppress(NotADirectoryError):
                file.unlink(missing_ok=True)
            continue
        with _opened(file) as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(HEADER)
            for path, *row in _rejected(engine, tables[name]):
                inside = path.is_relative_to(study.folder)
                named = path.relative_to(study.folder).as_posix() if inside else path.name
                writer.writerow([harmless(str(cell)) for cell in (named, *row)])
        written.append(file)
    return tuple(written)


def _opened(file: Path) -> IO[str]:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        return file.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise InputError(
            f"the rejects cannot be written to {file.as_posix()} ({error.strerror}): name another folder with --out"
        ) from error


def _example(engine: Engine, table: TableIntake, reject: Reject) -> tuple[Path, int, str]:
    """Return file, line and record of the first record that was rejected for a reason."""
    places = [
        (number, line)
        for number, text in enumerate(table.texts)
        for line, reason, _ in (text.broken if text else ())
        if (reject.column, reject.reason) == ("", reason)
    ]
    for fault, rule in enumerate(table.rules):
        if _is_of(reject, rule):
            sql = "SELECT cx_file, MIN(cx_line) FROM {t} WHERE cx_fault = ? GROUP BY cx_file ORDER BY cx_file LIMIT 1"
            places += engine.rows(fill(sql, t=table.checked), [fault])
    number, line = min(places)
    file, text = table.files[number], table.texts[number]
    records = (
        raw_lines(file, text.encoding, _lengths(text, [line])) if text else _rows_as_text(engine, table, number, line)
    )
    return file, line, records[line]


def _rejected(engine: Engine, table: TableIntake) -> Iterator[tuple[Path, int, str, str, str]]:
    """Yield (file, line, column, reason, record) in the order of the files."""
    for number, (file, text) in enumerate(zip(table.files, table.texts, strict=True)):
        sql = "SELECT cx_line, cx_fault FROM {t} WHERE cx_file = ? AND cx_fault IS NOT NULL ORDER BY cx_line"
        found = [
            (line, table.rules[fault].column, table.rules[fault].reason)
            for line, fault in engine.rows(fill(sql, t=table.checked), [number])
        ]
        if text is None:
            records = _rows_as_text(engine, table, number)
            yield from ((file, *one, records[one[0]]) for one in found)
            continue
        broken = [(line, "", reason) for line, reason, _ in text.broken]
        found = sorted(found + broken)
        records = raw_lines(file, text.encoding, _lengths(text, [line for line, _, _ in found]))
        yield from ((file, *one, records[one[0]]) for one in found)


def _lengths(text: TextFile, lines: list[int]) -> dict[int, int]:
    """Return how many lines each of these rejected records takes, by its first."""
    broken = {line: taken for line, _, taken in text.broken}
    return {line: broken.get(line) or text.long_records.get(line, 1) for line in lines}


def _rows_as_text(engine: Engine, table: TableIntake, number: int, row: int | None = None) -> dict[int, str]:
    """Write the rejected rows of a Parquet file, or one of its rows, as text, by row."""
    relation = f"{table.table}_file_{number}"
    columns = "".join(f", CAST({name} AS VARCHAR)" for name in engine.kinds(relation) if name != "line")
    rejected = fill("line IN (SELECT cx_line FROM {t} WHERE cx_file = ? AND cx_fault IS NOT NULL)", t=table.checked)
    sql = "SELECT line{!columns} FROM {relation} WHERE {!which} ORDER BY line"
    which, value = (rejected, number) if row is None else ("line = ?", row)
    rows = engine.rows(fill(sql, columns=columns, relation=relation, which=which), [value])
    return {line: ",".join("" if cell is None else cell for cell in cells) for line, *cells in rows}
