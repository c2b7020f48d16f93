"""The head of a sheet of a workbook: the first row that is as full as the table below it holds the names."""

import datetime as dt
import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from cxlab.intake.archives import check_unpacking
from cxlab.new.head import ROWS, FileError, Kind, Peek, from_rows, text
from cxlab.study import shown_path

_BROKEN = (CalamineError, BadZipFile, zlib.error, struct.error, OSError, EOFError, KeyError, UnicodeError)


def visible_sheets(path: Path) -> tuple[str, ...]:
    """Return the names of a workbook's sheets that can be seen.

    Raises
    ------
    FileError : it is no workbook that can be read.
    """
    with _opened(path) as book:
        cells = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        seen = [sheet.name for sheet in cells if sheet.visible == SheetVisibleEnum.Visible]
        return tuple(seen or [sheet.name for sheet in cells])


def look_into_sheet(path: Path, sheet: str | None) -> Peek:
    """Look into a sheet of a workbook, by default the first that can be seen.

    Raises
    ------
    FileError : it is no workbook that can be read, or the sheet is no table.
    """
    name = sheet or next(iter(visible_sheets(path)), "")
    with _opened(path) as book:
        cells = book.get_sheet_by_name(name).to_python(skip_empty_area=False, nrows=ROWS + 1) if name else []
    rows = [[text(cell) for cell in row] for row in cells]
    filled = [sum(cell is not None for cell in row) for row in rows]
    usual = max((n for n, times in Counter(filled).items() if n > 1 and times > 1), default=len(rows) + 1)
    first = next((i for i, n in enumerate(filled) if 1 < n >= usual), None)
    if first is None:
        where = f", sheet {sheet}," if sheet else ""
        raise FileError(f"{shown_path(path)}{where} is no table: it needs a row of names and records below it")
    names = [cell or "" for cell in rows[first]]
    kinds = {column: _kind([row[i] for row in cells[first + 1 :]]) for i, column in enumerate(names)}
    records = [row for row, n in zip(rows[first + 1 :], filled[first + 1 :], strict=True) if n]
    return from_rows(path, names, records, kinds, {"skip": first} if any(filled[:first]) else {})


@contextmanager
def _opened(path: Path) -> Iterator[CalamineWorkbook]:
    shown = shown_path(path)
    try:
        with path.open("rb") as file:
            if file.read(2) == b"PK":
                check_unpacking(path, shown)
        with CalamineWorkbook.from_path(path) as book:
            yield book
    except PasswordError as error:
        raise FileError(f"{shown} is locked with a password: save it without one") from error
    except _BROKEN as error:
        raise FileError(f"{shown} is no workbook, or a broken one: save it as .xlsx or CSV again") from error


def _kind(cells: list[Any]) -> Kind:
    """Return what all cells of a column are; "text" where they differ."""
    kinds: dict[type, Kind] = {bool: "flag", dt.date: "moment", dt.datetime: "moment", int: "number", float: "number"}
    found = {kinds.get(type(cell), "text") for cell in cells if cell != ""}
    return found.pop() if len(found) == 1 else "text"
