"""The records that were not used: how many are too many, and the files that list them."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from cxlab.contract import TABLES
from cxlab.engine import Engine, fill
from cxlab.intake.places import SourceError
from cxlab.intake.sources import TableIntake
from cxlab.intake.textfile import TextFile, raw_lines
from cxlab.study import Study, shown_path
from cxlab.words import count, percent

HEADER = ("file", "line", "column", "reason", "record")
_SHOWN_REASONS = 3
_RISKY = ("=", "+", "-", "@", "\t", "\r")


def check_limit(engine: Engine, study: Study, table: TableIntake, max_reject_share: float) -> None:
    """Stop when too many records of a table are at fault; those that lie outside the limit do not count.

    Raises
    ------
    SourceError : the share is above `max_reject_share`, or no record is left; with the most frequent reasons.
    """
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
    lines = [f"{study.place('sources', table.table)}: {head}:"]
    for reject in counted:
        file, line, record = _example(engine, table, reject.reason)
        where = f"{shown_path(file)}:{line}"
        lines.append(f"  {count(reject.n, 'record')}: {reject.reason} (first in {where}: {record[:80]})")
    lines.append(f"  Read as {table.understood}. What to do: {remedy}")
    raise SourceError("\n".join(lines))


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
            file.unlink(missing_ok=True)
            continue
        place.mkdir(parents=True, exist_ok=True)
        with file.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(HEADER)
            for path, *row in _rejected(engine, tables[name]):
                inside = path.is_relative_to(study.folder)
                named = path.relative_to(study.folder).as_posix() if inside else path.name
                writer.writerow([harmless(str(cell)) for cell in (named, *row)])
        written.append(file)
    return tuple(written)


def harmless(cell: str) -> str:
    """Put an apostrophe before a cell that a spreadsheet would compute.

    Examples
    --------
    >>> harmless("=1+1"), harmless("-5"), harmless("A17")
    ("'=1+1", "'-5", 'A17')
    """
    return f"'{cell}" if cell.startswith(_RISKY) else cell


def _example(engine: Engine, table: TableIntake, reason: str) -> tuple[Path, int, str]:
    """Return file, line and record of the first record that was rejected for a reason."""
    return next((file, line, record) for file, line, _, why, record in _rejected(engine, table) if why == reason)


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
        lengths = _lengths(text, [line for line, _, _ in found])
        records = raw_lines(file, text.encoding, lengths)
        yield from ((file, *one, records[one[0]]) for one in sorted(found + broken))


def _lengths(text: TextFile, lines: list[int]) -> dict[int, int]:
    """Return how many lines each rejected record takes."""
    return {line: text.long_records.get(line, 1) for line in lines} | {line: taken for line, _, taken in text.broken}


def _rows_as_text(engine: Engine, table: TableIntake, number: int) -> dict[int, str]:
    """Write the rejected rows of a Parquet file as text, by row."""
    relation = f"{table.table}_file_{number}"
    names = [name for name in engine.kinds(relation) if name != "file_row_number"]
    columns = "".join(f", CAST({fill('{n}', n=name)} AS VARCHAR)" for name in names)
    sql = (
        "SELECT file_row_number + 1 AS line{!columns} FROM {relation} WHERE file_row_number + 1 IN "
        "(SELECT cx_line FROM {t} WHERE cx_file = ? AND cx_fault IS NOT NULL) ORDER BY line"
    )
    rows = engine.rows(fill(sql, columns=columns, relation=relation, t=table.checked), [number])
    return {line: ",".join("" if cell is None else cell for cell in cells) for line, *cells in rows}
