"""A sheet of a workbook as records: its sheet chosen, its columns' types found out, every error in a cell kept."""

import datetime as dt
import json
import math
import struct
import subprocess
import sys
import zlib
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path
from typing import Self
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from cxlab.engine import Engine
from cxlab.errors import did_you_mean
from cxlab.intake.archives import check_unpacking, column_letters, find_kind, has_errors, scan_sheet
from cxlab.intake.kept_texts import KeptText
from cxlab.intake.places import NoRecordError, SourceError, skipped_in_words
from cxlab.study import ReadOptions, shown_path, tidy_name

Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta
_NO_ERRORS = KeptText(" (cells with an error taken for empty)")()
SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_ARCHIVE, _OLE = b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1")
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_OWN_SUFFIXES = {"xlsx": (".xlsx", ".xlsm"), "xlsb": (".xlsb",), "ods": (".ods",), "xls": (".xls",)}
_BATCH = 5_000
_SHOWN_SHEETS = 20
_MOST_ABOVE, _FEWEST_NAMES = 20, 2
"""How far down a line of names is looked for, and how many names of ours it must hold."""
_ALIASES = {"VARCHAR": "string", "DOUBLE": "double", "TIMESTAMP": "timestamp[us]", "BOOLEAN": "bool"}
_BROKEN = (CalamineError, BadZipFile, zlib.error, struct.error, ExpatError, ParseError, EOFError, LookupError,
           NotImplementedError, ValueError)  # fmt: skip
_PATIENCE_SECONDS = 300
_TRIAL = """
import sys
from python_calamine import CalamineError, CalamineWorkbook
path, is_named_so, has_spread = sys.argv[1], sys.argv[2] == "True", sys.argv[3] == "True"
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, resource.getrlimit(resource.RLIMIT_AS)[1]))
except (ImportError, ValueError):
    pass
try:
    with open(path, "rb") as file:
        book = CalamineWorkbook.from_path(path) if is_named_so else CalamineWorkbook.from_filelike(file)
    for name in () if has_spread else book.sheet_names:
        book.get_sheet_by_name(name)
except (CalamineError, OSError):
    pass
"""


@dataclass(frozen=True)
class Sheet:
    """A sheet that was read into the engine.

    Attributes
    ----------
    sheet : its name.
    names : the columns' names, in order, without spaces at their ends; one may be empty, or stand twice.
    kinds : the columns' types in the engine: VARCHAR, DOUBLE, TIMESTAMP, BOOLEAN.
    relation : the engine's table: line (the row's number as the spreadsheet shows it) and f0, f1, ...
    n_records : rows below the names, but for those that are wholly empty.
    errors_known : whether cells with an error are told from empty ones: they hold its text, as "#REF!".
    mixed : columns that hold texts and numbers, by their place: they are texts, and n0, n1, ... hold their numbers.
    skipped : rows before that of the names, where the sheet tells that by itself; None: as the study says.
    """

    path: Path
    sheet: str
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    relation: str
    n_records: int
    errors_known: bool
    mixed: frozenset[int] = frozenset()
    skipped: int | None = None

    @property
    def understood(self) -> str:
        """How the sheet was read, in words."""
        how = f"sheet {self.sheet}" + ("" if self.errors_known else _NO_ERRORS)
        skipped = skipped_in_words(self.skipped, "row")
        return f"{how}, {skipped}" if skipped else how


def read_sheets(
    engine: Engine, path: Path, options: ReadOptions, *, expected: frozenset[str], relation: str, place: str
) -> tuple[Sheet, ...]:
    """Read a sheet of a workbook into the engine, or each of those that the study names.

    Parameters
    ----------
    expected : names that the sheet should have; they tell which one it is where the study does not say.
    relation : name of the engine's table to make; where there are several, each has its number behind it.
    place : where the study names the file, for messages.

    Raises
    ------
    SourceError : it is no workbook that can be read, or it cannot be told which sheet is meant.
    NoRecordError : the sheet, or each of several, holds nothing.
    """
    with _Book(path, f"{place}: {shown_path(path)}") as book:
        names = _choose(book, options, expected)
        if len(names) == 1:
            return (_read_sheet(engine, book, names[0], options, expected, relation),)
        found: list[Sheet] = []
        faults: list[NoRecordError] = []
        for i, name in enumerate(names):
            try:
                found.append(_read_sheet(engine, book, name, options, expected, f"{relation}_{i}"))
            except NoRecordError as fault:
                faults.append(fault)
        if not found:
            raise faults[0]
        return tuple(found)


def _read_sheet(
    engine: Engine, book: "_Book", name: str, options: ReadOptions, expected: frozenset[str], relation: str
) -> Sheet:
    cells = book.cells(name)
    where = f"{book.where}, sheet {name}"
    skipped = None
    if options.header is not None:
        first, kinds, n_records = options.skip, *_survey(cells, options.skip)
        names = options.header
        layout = _lay_out(cells, kinds, len(names), where)
    else:
        found = _find_names(cells, options.skip)
        if found is None:
            below = f" below the {options.skip} rows to skip" if options.skip else ""
            raise NoRecordError(f"{where}, holds nothing{below}: name the sheet with the table in `read:`")
        skipped = _other_names(cells, *found, options.skip, expected)
        first, named = found if skipped is None else _find_names(cells, skipped) or found
        kinds, n_records = _survey(cells, first)
        layout = [i for i, text in enumerate(named) if text or kinds[i]]
        names = tuple(named[i] for i in layout)
    shown = tuple(_kind(kinds[i]) if i in range(len(kinds)) else "VARCHAR" for i in layout)
    mixed = frozenset(
        place
        for place, (i, kind) in enumerate(zip(layout, shown, strict=True))
        if kind == "VARCHAR" and i in range(len(kinds)) and kinds[i] & {int, float}
    )
    _fill(engine, relation, cells, first, layout, shown, mixed)
    return Sheet(book.path, name, names, shown, relation, n_records, book.errors_known, mixed, skipped)


class _Cells:
    """The cells of a sheet, with the texts of the errors among them."""

    def __init__(self, sheet: CalamineSheet, errors: Sequence[tuple[int, int, str]]) -> None:
        self._sheet, self._errors = sheet, errors
        self.left = sheet.start[1] if sheet.start else 0
        self.width = sheet.width

    def below(self, row: int) -> Iterator[tuple[int, list[list[Cell]]]]:
        """Yield the rows below one, some thousands at a time, with the number of the first of them."""
        if self._sheet.start is None:
            return
        rows = islice(self._sheet.iter_rows(), row, None)
        number = row + 1
        while batch := list(islice(rows, _BATCH)):
            low, high = (bisect_left(self._errors, (n,)) for n in (number, number + len(batch)))
            for at, column, text in self._errors[low:high]:
                batch[at - number][column - 1 - self.left] = text
            yield number, batch
            number += len(batch)


class _Book:
    """A workbook that is open."""

    def __init__(self, path: Path, where: str) -> None:
        self.path, self.where = path, where
        with _translated(where):
            self.kind = _find_kind(path, where)
            self.errors_known = self.kind == "xlsx" or (self.kind == "ods" and not has_errors(path))
            is_named_so = path.suffix.lower() in _OWN_SUFFIXES[self.kind]
            _try_out(path, self.kind, is_named_so)
            if is_named_so:
                self._book = CalamineWorkbook.from_path(path)
            else:
                with path.open("rb") as file:
                    self._book = CalamineWorkbook.from_filelike(file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._book.close()

    @property
    def names(self) -> list[str]:
        """Names of the sheets with cells."""
        return [sheet.name for sheet in self._book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]

    @property
    def visible(self) -> list[str]:
        """Names of those that can be seen; where none can, of all."""
        hidden = {s.name for s in self._book.sheets_metadata if s.visible != SheetVisibleEnum.Visible}
        return [name for name in self.names if name not in hidden] or self.names

    def cells(self, name: str) -> _Cells:
        """Read a sheet."""
        with _translated(self.where):
            errors = scan_sheet(self.path, name, self.where).errors if self.kind == "xlsx" else ()
            return _Cells(self._book.get_sheet_by_name(name), errors)


@contextmanager
def _translated(where: str) -> Iterator[None]:
    """Say in a sentence what is wrong with a workbook that cannot be read."""
    remedy = "open it in a spreadsheet program and save it again as .xlsx, or save the table as CSV"
    try:
        yield
    except SourceError:
        raise
    except PasswordError as error:
        raise SourceError(f"{where} is locked with a password: save it without one") from error
    except OSError as error:
        what = error.strerror or str(error)
        raise SourceError(f"{where} cannot be read ({what}): see where it is, and who may read it") from error
    except _BROKEN as error:
        raise SourceError(f"{where} cannot be read as a workbook ({error}): {remedy}") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise SourceError(f"{where} cannot be read as a workbook: {remedy}") from error


def _find_kind(path: Path, where: str) -> str:
    """Say what kind of workbook a file is, whatever its name says."""
    with path.open("rb") as file:
        start = file.read(512)
    if start.startswith(_ARCHIVE):
        check_unpacking(path, where)
        return find_kind(path, where)
    if start.startswith(_OLE):
        if _LOCKED in path.read_bytes():
            raise PasswordError
        return "xls"
    begins = start.decode("utf-8", errors="replace").split("\n")[0].strip()[:40]
    shown = f" (it begins `{begins}`)" if begins and begins.isprintable() and "\ufffd" not in begins else ""
    raise SourceError(
        f"{where} is no workbook{shown}: save it as .xlsx in a spreadsheet program, or, if it is text, let its name "
        "end in .csv"
    )


def _try_out(path: Path, kind: str, is_named_so: bool) -> None:
    """Open a workbook in another process first, and read its sheets where they cannot be scanned before.

    A broken workbook, or one that is meant to hurt, can take its reader down, and the process with it.
    """
    command = [sys.executable, "-P", "-c", _TRIAL, str(path), str(is_named_so), str(kind in ("xlsx", "ods"))]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise CalamineError("reading it does not come to an end") from error
    if done.returncode:
        raise CalamineError("reading it breaks down")


def _choose(book: _Book, options: ReadOptions, expected: frozenset[str]) -> tuple[str, ...]:
    """Return the names of the sheets that are meant."""
    if options.sheet is not None:
        asked = (options.sheet,) if isinstance(options.sheet, str) else options.sheet
        return tuple(dict.fromkeys(name for one in asked for name in _called(book, one)))
    if not book.names:
        raise SourceError(f"{book.where} has no sheet with cells: save the table as CSV and give that `path:`")
    if len(book.visible) == 1:
        return (book.visible[0],)
    fits: dict[str, int] = {}
    for name in book.visible:
        cells = book.cells(name)
        found = _find_names(cells, options.skip)
        if found:
            other = None if options.header else _other_names(cells, *found, options.skip, expected)
            _, named = found if other is None else _find_names(cells, other) or found
            fits[name] = 0 if options.header else len(expected.intersection(map(tidy_name, named)))
    if not fits:
        raise NoRecordError(f"{book.where} holds nothing in its sheets {_listed(book.visible)}: export the table again")
    best = [name for name, fit in fits.items() if fit == max(fits.values())]
    if len(best) == 1:
        return (best[0],)
    if not max(fits.values()):
        raise SourceError(
            f"{book.where} has several sheets that may be meant, {_listed(best)}: say which. {_say(best)}"
        )
    every = json.dumps(best, ensure_ascii=False)
    raise SourceError(
        f"{book.where} has several sheets that hold the names of its columns, {_listed(best)}: say which. "
        f"{_say(best)}, or all of them: `read: {{sheet: {every}}}`"
    )


def _called(book: _Book, asked: str) -> list[str]:
    """Return the sheet of a name, or those that a pattern with stars fits: no sheet has a star in its name."""
    found = [asked] if asked in book.names else []
    if not found and any(mark in asked for mark in "*?"):
        found = [name for name in book.visible if fnmatchcase(name, asked.replace("[", "[[]"))]
    if not found:
        near = did_you_mean(asked, book.names) or "."
        raise SourceError(f"{book.where} has no sheet `{asked}`; it has {_listed(book.names)}{near} {_say(book.names)}")
    return found


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN_SHEETS} more" if len(names) > _SHOWN_SHEETS else ""
    return ", ".join(names[:_SHOWN_SHEETS]) + more


def _say(names: Sequence[str]) -> str:
    return f"Name it under `sheet:`: `read: {{sheet: {json.dumps(names[0], ensure_ascii=False)}}}`" if names else ""


def _find_names(cells: _Cells, skip: int) -> tuple[int, list[str]] | None:
    """Return the first row below some that holds more than spaces: its number, and its texts."""
    for number, rows in cells.below(skip):
        for i, row in enumerate(rows):
            texts = [(_text(cell) or "").strip() for cell in row]
            if any(texts):
                return number + i, texts
    return None


def _other_names(cells: _Cells, first: int, named: Sequence[str], asked: int, expected: frozenset[str]) -> int | None:
    """Return how many rows to skip where another row than the one that is due holds the names; else None.

    A later row does when it holds more of the expected names; the first row of a sheet, in which the study would skip
    some, when it holds enough of them and the one that is due does not.
    """
    due = len(expected.intersection(map(tidy_name, named)))
    most, skip = max(_FEWEST_NAMES - 1, due), None
    for number, rows in cells.below(first):
        for i, row in enumerate(rows[:_MOST_ABOVE]):
            hits = len(expected.intersection(tidy_name(_text(cell) or "") for cell in row))
            if hits > most:
                most, skip = hits, number + i - 1
        break
    if skip is None and asked and due < _FEWEST_NAMES:
        top = _find_names(cells, 0)
        if top and len(expected.intersection(map(tidy_name, top[1]))) >= _FEWEST_NAMES:
            return 0
    return skip


def _survey(cells: _Cells, after: int) -> tuple[list[set[type]], int]:
    """Return the types of the cells in each column below a row, and how many rows are not wholly empty."""
    kinds: list[set[type]] = [set() for _ in range(cells.width)]
    n_records = 0
    for _, batch in cells.below(after):
        rows = [row for row in batch if row.count("") < len(row)]
        n_records += len(rows)
        for types, column in zip(kinds, zip(*rows, strict=True), strict=False):
            given = [cell for cell in column if cell != ""]
            types.update(map(type, given))
            if types <= {int, float} and not math.isfinite(sum(given)):
                types.add(str)
    return kinds, n_records


def _kind(types: set[type]) -> str:
    if types == {bool}:
        return "BOOLEAN"
    if types and types <= {int, float}:
        return "DOUBLE"
    return "TIMESTAMP" if types and types <= {dt.date, dt.datetime} else "VARCHAR"


def _lay_out(cells: _Cells, kinds: list[set[type]], n_names: int, where: str) -> list[int]:
    """Return which columns the names given for them are of, by their numbers in `kinds`; one may lie outside.

    The names begin at the first column that holds something, or at A where that one is empty.
    """
    used = [i for i, types in enumerate(kinds) if types]
    if not used:
        return list(range(n_names))
    if used[-1] - used[0] + 1 == n_names:
        return list(range(used[0], used[-1] + 1))
    if cells.left + used[-1] < n_names:
        return list(range(-cells.left, n_names - cells.left))
    first, last = (column_letters(cells.left + i + 1) for i in (used[0], used[-1]))
    raise SourceError(
        f"{where}, holds records in the columns {first} to {last}, and `header:` names {n_names}: name each of them"
    )


def _fill(
    engine: Engine,
    relation: str,
    cells: _Cells,
    after: int,
    layout: Sequence[int],
    kinds: Sequence[str],
    mixed: frozenset[int],
) -> None:
    """Put the records below a row into the engine."""
    fields = [f"f{i}" for i in range(len(layout))]
    aliases = {"line": "int64"} | {field: _ALIASES[kind] for field, kind in zip(fields, kinds, strict=True)}
    aliases |= {f"n{place}": "double" for place in sorted(mixed)}
    engine.take(relation, {name: [] for name in aliases}, aliases)
    for number, batch in cells.below(after):
        rows = {number + i: row for i, row in enumerate(batch) if row.count("") < len(row)}
        if not rows:
            continue
        columns = list(zip(*rows.values(), strict=True))
        taken: dict[str, Sequence[object]] = {"line": list(rows)}
        for field, kind, i in zip(fields, kinds, layout, strict=True):
            within = 0 <= i < len(columns)
            taken[field] = _AS[kind](columns[i]) if within else [None] * len(rows)
        taken |= {f"n{place}": _numbers(columns[layout[place]]) for place in sorted(mixed)}
        engine.take(relation, taken, aliases, append=True)


def _text(cell: Cell) -> str | None:
    """Return a cell as text: ISO dates, whole numbers without a point."""
    if isinstance(cell, str):
        return cell or None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, dt.datetime):
        return cell.isoformat(" ", "milliseconds" if cell.microsecond else "seconds")
    if isinstance(cell, dt.timedelta):
        return _duration(cell)
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(int(cell)) if abs(cell) < 1e16 and cell == int(cell) else repr(cell)


def _duration(span: dt.timedelta) -> str:
    """Return a duration as ISO 8601 writes it: PT26H30M0S."""
    minutes, seconds = divmod(abs(span), dt.timedelta(minutes=1))
    sign = "-" if span < dt.timedelta() else ""
    return f"{sign}PT{minutes // 60}H{minutes % 60}M{seconds.total_seconds():g}S"


def _texts(column: Sequence[Cell]) -> list[str | None]:
    return [(cell or None) if type(cell) is str else _text(cell) for cell in column]


def _moments(column: Sequence[Cell]) -> list[dt.datetime | None]:
    return [
        cell if isinstance(cell, dt.datetime)
        else dt.datetime.combine(cell, dt.time()) if isinstance(cell, dt.date)
        else None
        for cell in column
    ]  # fmt: skip


def _numbers(column: Sequence[Cell]) -> list[float | None]:
    return [float(cell) if isinstance(cell, int | float) and not isinstance(cell, bool) else None for cell in column]


def _as_they_are(column: Sequence[Cell]) -> list[Cell | None]:
    return [None if cell == "" else cell for cell in column]


_AS: Mapping[str, Callable[[Sequence[Cell]], Sequence[object]]] = {
    "VARCHAR": _texts,
    "DOUBLE": _numbers,
    "BOOLEAN": _as_they_are,
    "TIMESTAMP": _moments,
}
