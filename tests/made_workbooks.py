"""Workbooks for tests, written by hand, the same bytes each time: each part of a file is a text that may be bent."""

import datetime as dt
import struct
import zipfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

ODS = "application/vnd.oasis.opendocument.spreadsheet"
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_FORMATS = {dt.date: 14, dt.datetime: 164, dt.time: 21, dt.timedelta: 46}
_ALWAYS = (dt.date, dt.datetime)
"""Kinds of cells that every workbook has a style for; the others get theirs when there is a cell of the kind."""


@dataclass(frozen=True)
class Error:
    """A cell that shows an error: #REF!, #N/A, #DIV/0!."""

    text: str


@dataclass(frozen=True)
class Formula:
    """A cell with a formula and the value kept with it; None: none is kept."""

    text: str
    kept: Any = None


@dataclass(frozen=True)
class Rich:
    """A text in several fonts, with a reading aid that is no part of it."""

    parts: tuple[str, ...]
    reading_aid: str = ""


@dataclass(frozen=True)
class Raw:
    """A cell as XML, with {r} where its place stands."""

    xml: str


Cell = str | bool | int | float | dt.date | dt.time | dt.timedelta | Error | Formula | Rich | Raw | None
Rows = Sequence[Sequence[Cell]]


def column_letters(index: int) -> str:
    """Return a column's letters: 0 is A, 26 is AA."""
    return (column_letters(index // 26 - 1) if index >= 26 else "") + chr(ord("A") + index % 26)


def serial(value: dt.date | dt.time | dt.timedelta, *, date_1904: bool = False) -> float | int:
    """Return the number by which a workbook keeps a day, a moment, a clock time or a duration."""
    start = dt.datetime(1904, 1, 1) if date_1904 else dt.datetime(1899, 12, 30)  # noqa: DTZ001
    if isinstance(value, dt.timedelta):
        return value / dt.timedelta(days=1)
    if isinstance(value, dt.time):
        return (value.hour * 3600 + value.minute * 60 + value.second) / 86400
    if isinstance(value, dt.datetime):
        return (value - start) / dt.timedelta(days=1)
    return (dt.datetime.combine(value, dt.time()) - start).days


def write_xlsx(
    path: Path,
    sheets: Mapping[str, Rows],
    *,
    hidden: Collection[str] = (),
    charts: Collection[str] = (),
    shared: bool = True,
    date_1904: bool = False,
    first_row: int = 1,
    first_column: int = 0,
    merged: Mapping[str, str] | None = None,
    parts: Mapping[str, str | bytes | None] | None = None,
) -> Path:
    """Write a workbook.

    Parameters
    ----------
    sheets : rows of cells by the sheet's name; a cell of None, and a row of them alone, is left out of the file.
    hidden, charts : sheets that are hidden; sheets that hold a chart and no cells.
    shared : whether texts stand in the table of shared strings, or in the cells.
    date_1904 : whether days are counted from 1904, as old Macs did.
    first_row, first_column : where the rows begin (1, 0: in A1).
    merged : cells that are merged, by sheet: "A2:A4".
    parts : parts of the file to put in the place of those written, or (None) to leave out.
    """
    book = _Book({} if shared else None, date_1904)
    made: dict[str, str | bytes | None] = {"xl/styles.xml": ""}
    kinds = ["chartsheet" if name in charts else "worksheet" for name in sheets]
    for i, (name, rows) in enumerate(sheets.items(), 1):
        if name in charts:
            made[f"xl/chartsheets/sheet{i}.xml"] = f"{_HEAD}<chartsheet {_MAIN}/>"
            continue
        lines = (_row(number, first_column, row, book) for number, row in enumerate(rows, first_row))
        merging = f'<mergeCells><mergeCell ref="{merged[name]}"/></mergeCells>' if merged and name in merged else ""
        made[f"xl/worksheets/sheet{i}.xml"] = (
            f"{_HEAD}<worksheet {_MAIN}><sheetData>{''.join(lines)}</sheetData>{merging}</worksheet>"
        )
    made["xl/styles.xml"] = _styles(book.styles)
    listed = "".join(
        f'<sheet name="{escape(name, {chr(34): "&quot;"})}" sheetId="{i}"{_state(name, hidden)} r:id="r{i}"/>'
        for i, name in enumerate(sheets, 1)
    )
    epoch = '<workbookPr date1904="1"/>' if date_1904 else "<workbookPr/>"
    made["xl/workbook.xml"] = (
        f'{_HEAD}<workbook {_MAIN} xmlns:r="{_OFFICE}">{epoch}<sheets>{listed}</sheets></workbook>'
    )
    texts = "".join(f"<si>{text}</si>" for text in book.strings or ())
    made["xl/sharedStrings.xml"] = f"{_HEAD}<sst {_MAIN}>{texts}</sst>"
    targets = {f"r{i}": (kind, f"{kind}s/sheet{i}.xml") for i, kind in enumerate(kinds, 1)}
    targets |= {"rs": ("styles", "styles.xml"), "rt": ("sharedStrings", "sharedStrings.xml")}
    made["xl/_rels/workbook.xml.rels"] = _relations(targets)
    made["_rels/.rels"] = _relations({"r1": ("officeDocument", "xl/workbook.xml")})
    made["[Content_Types].xml"] = _content_types(kinds)
    return write_zip(path, dict(reversed(made.items())) | dict(parts or {}))


@dataclass
class _Book:
    """What the cells of a workbook share: the texts and styles in it so far, and from when its days are counted."""

    strings: dict[str, int] | None
    date_1904: bool

    def __post_init__(self) -> None:
        self.styles: dict[type, int] = {kind: i for i, kind in enumerate(_ALWAYS, 1)}

    def style(self, value: object) -> int:
        return self.styles.setdefault(type(value), len(self.styles) + 1)


def _state(name: str, hidden: Collection[str]) -> str:
    return ' state="hidden"' if name in hidden else ""


def _styles(styles: Mapping[type, int]) -> str:
    formats = "".join(f'<xf numFmtId="{_FORMATS[kind]}" applyNumberFormat="1"/>' for kind in styles)
    return (
        f'{_HEAD}<styleSheet {_MAIN}><numFmts count="1"><numFmt numFmtId="164" formatCode="dd\\.mm\\.yyyy\\ hh:mm:ss"/>'
        '</numFmts><fonts count="1"><font/></fonts><fills count="1"><fill><patternFill patternType="none"/></fill>'
        '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
        f'<cellXfs count="{1 + len(styles)}"><xf numFmtId="0"/>{formats}</cellXfs></styleSheet>'
    )


def _relations(targets: Mapping[str, tuple[str, str]]) -> str:
    found = "".join(
        f'<Relationship Id="{name}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for name, (kind, target) in targets.items()
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}relationships">{found}</Relationships>'


def _content_types(sheets: Sequence[str]) -> str:
    kinds = {"workbook": "sheet.main", "styles": "styles", "sharedStrings": "sharedStrings"}
    overrides = {f"xl/{part}.xml": kind for part, kind in kinds.items()}
    overrides |= {f"xl/{kind}s/sheet{i}.xml": kind for i, kind in enumerate(sheets, 1)}
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}content-types"><Default Extension="xml" ContentType="application/xml"/>'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        + "".join(f'<Override PartName="/{p}" ContentType="{_TYPE}{k}+xml"/>' for p, k in overrides.items())
        + "</Types>"
    )


def write_zip(path: Path, parts: Mapping[str, str | bytes | None]) -> Path:
    """Write an archive of these files, the same bytes each time."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            if content is not None:
                info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, content)
    return path


def write_ods(path: Path, sheet: str, rows: Rows) -> Path:
    """Write an OpenDocument workbook of one sheet with texts and numbers."""
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    lines = []
    for row in rows:
        cells = ""
        for cell in row:
            if isinstance(cell, int | float):
                cells += f'<table:table-cell office:value-type="float" office:value="{cell}"/>'
            elif cell is None:
                cells += "<table:table-cell/>"
            else:
                cells += (
                    f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'
                )
        lines.append(f"<table:table-row>{cells}</table:table-row>")
    content = (
        f'{_HEAD}<office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name="{sheet}">'
        f"{''.join(lines)}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    return write_zip(path, {"mimetype": ODS, "META-INF/manifest.xml": manifest, "content.xml": content})


def write_xls(path: Path, sheet: str, rows: Rows) -> Path:
    """Write a workbook of the old kind, of one sheet with texts, numbers and errors (as #N/A)."""

    def record(kind: int, body: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    def begin(kind: int) -> bytes:
        return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0, 0, 0, 6))

    cells = b""
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            place = struct.pack("<HHH", i, j, 0)
            if isinstance(cell, Error):
                cells += record(0x0205, place + b"\x2a\x01")
            elif isinstance(cell, int | float):
                cells += record(0x0203, place + struct.pack("<d", cell))
            elif cell is not None:
                cells += record(0x0204, place + struct.pack("<HB", len(cell), 1) + cell.encode("utf-16-le"))
    name = struct.pack("<BB", len(sheet), 0) + sheet.encode("ascii")
    start = len(begin(5)) + len(record(0x0085, b"\0" * 6 + name)) + len(record(0x000A))
    book = begin(5) + record(0x0085, struct.pack("<IBB", start, 0, 0) + name) + record(0x000A)
    return write_ole(path, {"Workbook": book + begin(16) + cells + record(0x000A)})


def write_locked(path: Path) -> Path:
    """Write what a workbook with a password looks like from outside."""
    return write_ole(path, {"EncryptionInfo": b"\4\0\4\0", "EncryptedPackage": b"\1" * 64})


def write_ole(path: Path, streams: Mapping[str, bytes]) -> Path:
    """Write a file of the kind that holds old and locked workbooks, with these streams in it."""
    size, end, free = 512, 0xFFFFFFFE, 0xFFFFFFFF
    entries, sectors, table = [], [], [0xFFFFFFFD, end]
    names = list(streams)
    for i, name in enumerate(names):
        content = streams[name].ljust(4096, b"\0")
        content += b"\0" * (-len(content) % size)
        n = len(content) // size
        first = len(table)
        table += [*range(first + 1, first + n), end]
        sectors.append(content)
        right = i + 2 if i + 1 < len(names) else free
        entries.append(_entry(name, 2, right=right, child=free, first=first, length=len(content)))
    root = _entry("Root Entry", 5, right=free, child=1, first=end, length=0)
    directory = (root + b"".join(entries)).ljust(size, b"\0")
    header = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 16
    header += struct.pack("<HHHHH6xIIIIIIIIII", 62, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0, 0)
    header += struct.pack("<I", free) * 108
    fat = b"".join(struct.pack("<I", entry) for entry in table).ljust(size, b"\xff")
    path.write_bytes(header + fat + directory + b"".join(sectors))
    return path


def _entry(name: str, kind: int, *, right: int, child: int, first: int, length: int) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    body = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, 0xFFFFFFFF, right, child)
    return body + b"\0" * 36 + struct.pack("<IQ", first, length)


def _row(number: int, first_column: int, row: Sequence[Cell], book: _Book) -> str:
    cells = "".join(_cell(f"{column_letters(i)}{number}", cell, book) for i, cell in enumerate(row, first_column))
    return f'<row r="{number}">{cells}</row>' if cells else ""


def _cell(place: str, cell: Cell, book: _Book) -> str:
    formula = f"<f>{escape(cell.text)}</f>" if isinstance(cell, Formula) else ""
    value = cell.kept if isinstance(cell, Formula) else cell
    if value is None:
        return f'<c r="{place}">{formula}</c>' if formula else ""
    if isinstance(value, Raw):
        return value.xml.replace("{r}", place)
    if isinstance(value, Error):
        return f'<c r="{place}" t="e">{formula}<v>{escape(value.text)}</v></c>'
    if isinstance(value, bool):
        return f'<c r="{place}" t="b">{formula}<v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{place}">{formula}<v>{value!r}</v></c>'
    if isinstance(value, str) and formula:
        return f'<c r="{place}" t="str">{formula}<v>{escape(value)}</v></c>'
    if isinstance(value, str | Rich) and book.strings is not None:
        return f'<c r="{place}" t="s"><v>{book.strings.setdefault(_text(value), len(book.strings))}</v></c>'
    if isinstance(value, str | Rich):
        return f'<c r="{place}" t="inlineStr"><is>{_text(value)}</is></c>'
    number = serial(value, date_1904=book.date_1904)
    return f'<c r="{place}" s="{book.style(value)}">{formula}<v>{number!r}</v></c>'


def _text(cell: str | Rich) -> str:
    if isinstance(cell, str):
        return f'<t xml:space="preserve">{escape(cell)}</t>'
    runs = "".join(f'<r><rPr><b/></rPr><t xml:space="preserve">{escape(part)}</t></r>' for part in cell.parts)
    return runs + (f'<rPh sb="0" eb="1"><t>{escape(cell.reading_aid)}</t></rPh>' if cell.reading_aid else "")
