"""The head of a text file: its encoding, delimiter and line of names found out from the first lines."""

import csv
import re
import zlib
from collections import Counter
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any

from cxlab.intake.encoding import NUL, SAMPLE_BYTES, find_wide, is_binary, open_text
from cxlab.new.head import ROWS, FileError, NoRecordError, Peek, from_rows, no_table
from cxlab.study import shown_path

_DELIMITERS = (",", ";", "\t", "|")
_LONGEST_LINE, _LONGEST_HEAD = 1 << 20, 1 << 25
_SNIFFED = 200
_SAYS_DELIMITER = re.compile(r"sep=(.)")
_LETTERS, _FIGURES = re.compile(r"[^\W\d_]+(?:\s+[^\W\d_]+)*"), re.compile(r"\d+")
_VALUE = re.compile(r"[-+]?[\d.,:/ -]+")


def look_into_text(path: Path, start: bytes) -> Peek:
    """Look into a text file.

    Parameters
    ----------
    start : its first bytes, unpacked.

    Raises
    ------
    FileError : it holds no record, or is no table.
    """
    lines = _lines(path, start)
    written = [line for line in lines if line.strip()]
    if not written:
        raise NoRecordError(f"{shown_path(path)} is empty: export the table again, with its line of names")
    if written[0].lstrip()[0] in "<{[":
        raise no_table(path)
    said = _SAYS_DELIMITER.fullmatch(lines[0].strip())  # a line for spreadsheets, which the intake knows
    lines = lines[1:] if said else lines
    delimiter = said[1] if said else _delimiter(written[:_SNIFFED])
    if delimiter is None:
        raise no_table(path)
    rows = _split(lines, delimiter)
    width, _ = Counter(len(row) for row in rows[:_SNIFFED] if row).most_common(1)[0]
    first = _line_of_names(rows, width)
    read: dict[str, Any] = {"delimiter": "whitespace"} if delimiter == " " else {}
    if any(rows[:first]):
        read["skip"] = first
    names, *records = [row for row in rows[first:] if len(row) >= width]
    if all(_VALUE.fullmatch(name) for name in names) or _is_record(names, records):
        numbered = [f"column_{i + 1}" for i in range(width)]
        return from_rows(path, numbered, [names, *records], {}, read | {"header": numbered})
    return from_rows(path, names, records, {}, read)


def _is_record(names: Sequence[str], records: Sequence[Sequence[str]]) -> bool:
    """Whether what stands where the names should is a record: half of it has figures, and all is formed as below it."""
    figures = sum(any(map(str.isdigit, name)) for name in names)
    return 2 * figures >= len(names) and all(
        not name or _form(name) in {_form(row[i]) for row in records} for i, name in enumerate(names)
    )


def _form(value: str) -> str:
    """Return how a value is formed: its signs, with one letter for letters and one figure for figures."""
    return _FIGURES.sub("9", _LETTERS.sub("a", value))


def _line_of_names(rows: Sequence[Sequence[str]], width: int) -> int:
    """Return the first row as wide as most that is filled for more than half; else the first as wide as most.

    A spreadsheet fills the lines above the names up with delimiters: their row is as wide, but all but empty.
    """
    wide = [i for i, row in enumerate(rows) if len(row) == width]
    return next((i for i in wide if 2 * sum(map(bool, rows[i])) > width), wide[0])


def _lines(path: Path, start: bytes) -> list[str]:
    """Return the first lines, in the first encoding that they fit, without those that hold a NUL."""
    wide = find_wide(start)
    for encoding in (wide,) if wide else ("utf-8-sig", "cp1252", "latin-1"):
        try:
            lines = _first_lines(path, encoding)
        except UnicodeError:
            continue
        except (EOFError, zlib.error, OSError) as error:
            raise FileError(f"{shown_path(path)} breaks off ({error}): copy the file again") from error
        if is_binary("".join(lines)[:SAMPLE_BYTES]):
            break
        whole = [line for line in lines if NUL not in line]
        if lines and not whole:
            break
        return whole
    raise no_table(path)


def _first_lines(path: Path, encoding: str) -> list[str]:
    lines: list[str] = []
    length = 0
    with open_text(path, encoding) as text:
        for line in takewhile(bool, iter(lambda: text.readline(_LONGEST_LINE), None)):
            lines.append(line)
            length += len(line)
            if len(lines) > ROWS or length > _LONGEST_HEAD:
                break
    return lines


def _delimiter(lines: Sequence[str]) -> str | None:
    """Return the delimiter that splits most lines alike; None where none splits half of them."""

    def fit(delimiter: str) -> tuple[float, int]:
        widths = Counter(len(row) for row in _split(lines, delimiter) if row)
        width, n = widths.most_common(1)[0]
        return (n / widths.total(), width) if width > 1 else (0.0, 0)

    best = max(_DELIMITERS, key=fit)
    if fit(best)[0] > 0.5:
        return best
    last = lines[-1].split()
    looks_like_values = sum(_VALUE.fullmatch(part) is not None for part in last) > len(last) / 2
    return " " if fit(" ")[0] == 1 and looks_like_values else None


def _split(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    """Split lines into rows of fields; a blank line is an empty row."""
    if delimiter == " ":
        return [line.split() for line in lines]
    rows: list[list[str]] = []
    try:
        for row in csv.reader(lines, delimiter=delimiter, skipinitialspace=True):
            fields = [part.strip() for part in row]
            rows.append(fields if any(fields) or len(fields) > 1 else [])
    except csv.Error:  # a quotation mark that stays open: what came before it is enough to look at
        pass
    return rows if any(rows) else [[""]]
