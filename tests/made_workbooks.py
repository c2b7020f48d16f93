"""Workbooks for tests, written by hand: each part of the file is a text that a test may bend."""

import datetime as dt
import struct
import zipfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_FORMATS = {"general": 0, "date": 14, "moment": 22, "clock": 21, "duration": 46}
_STYLES = {name: i for i, name in enumerate(_FORMATS)}
ODS = "application/vnd.oasis.opendocument.spreadsheet"
Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Error:
    """A cell that shows an error, or a formula that came to one."""

    text: str


@dataclass(frozen=True)
class Formula:
    """A cell with a formula and the value kept with it; None: none is kept."""

    text: str
    kept: Any = None


@dataclass(frozen=True)
class Raw:
    """A cell as XML, with {r} where its place stands."""

    xml: str


def column_letters(index: int) -> str:
    """Return a column's letters: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def serial(value: dt.datetime | dt.date | dt.time | dt.timedelta, *, date_1904: bool = False) -> float:
    """Return the number by which a workbook keeps a date, a clock time or a duration."""
    if isinstance(value, dt.timedelta):
        return value / dt.timedelta(days=1)
    if isinstance(value, dt.time):
        return (value.hour * 3600 + value.minute * 60 + value.second) / 86400
    moment = value if isinstance(value, dt.datetime) else dt.datetime.combine(value, dt.time())
    return (moment - dt.datetime.fromisoformat("1904-01-01" if date_1904 else "1899-12-30")) / dt.timedelta(days=1)


def write_xlsx(
    path: Path,
    sheets: Mapping[str, Rows],
    *,
    hidden: Collection[str] = (),
    charts: Collection[str] = (),
    shared: bool = True,
    date_1904: bool = False,
    merged: Mapping[str, str] | None = None,
    parts: Mapping[str, str | bytes | None] | None = None,
) -> Path:
    """Write a workbook.

    Parameters
    ----------
    sheets : rows of cells by the sheet's name: None (no cell), text, number, bool, date, time, timedelta, Error,
        Formula or Raw; an empty row is left out of the file, and so is a cell without a value.
    hidden, charts : sheets that are hidden; sheets that hold a chart and no cells.
    shared : whether texts stand in the table of shared strings, or in the cells.
    merged : cells that are merged, by sheet: "A2:A4".
    parts : parts of the file to put in the place of those written, or (None) to leave out.
    """
    strings: dict[str, int] = {}
    made: dict[str, str | bytes | None] = {}
    entries, links = [], []
    for i, (name, rows) in enumerate(sheets.items(), 1):
        state = ' state="hidden"' if name in hidden else ""
        entries.append(f'<sheet name={quoteattr(name)} sheetId="{i}"{state} r:id="rId{i}"/>')
        kind = "chartsheet" if name in charts else "worksheet"
        links.append(
            f'<Relationship Id="rId{i}" Type="{_OFFICE}/{kind}" Target="{kind}s/sheet{i}.xml"/>'  # one part each
        )
        if name in charts:
            made[f"xl/chartsheets/sheet{i}.xml"] = f'{_HEAD}<chartsheet xmlns="{_MAIN}"/>'
            continue
        body = "".join(_row(number, row, strings if shared else None, date_1904) for number, row in enumerate(rows, 1))
        merging = f'<mergeCells><mergeCell ref="{merged[name]}"/></mergeCells>' if merged and name in merged else ""
        made[f"xl/worksheets/sheet{i}.xml"] = (
            f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData>{merging}</worksheet>'
        )
    for kind, part in (("styles", "styles.xml"), ("sharedStrings", "sharedStrings.xml")):
        links.append(f'<Relationship Id="{kind}" Type="{_OFFICE}/{kind}" Target="{part}"/>')
    system = '<workbookPr date1904="1"/>' if date_1904 else ""
    formats = "".join(f'<xf numFmtId="{number}"/>' for number in _FORMATS.values())
    texts = "".join(f"<si>{_text(text)}</si>" for text in strings)
    made |= {
        "[Content_Types].xml": f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"/>',
        "_rels/.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/_rels/workbook.xml.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{"".join(links)}'
        "</Relationships>",
        "xl/workbook.xml": f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">{system}'
        f"<sheets>{''.join(entries)}</sheets></workbook>",
        "xl/styles.xml": f'{_HEAD}<styleSheet xmlns="{_MAIN}"><cellXfs>{formats}</cellXfs></styleSheet>',
        "xl/sharedStrings.xml": f'{_HEAD}<sst xmlns="{_MAIN}">{texts}</sst>',
    }
    return write_zip(path, made | dict(parts or {}))


def write_zip(path: Path, parts: Mapping[str, str | bytes | None]) -> Path:
    """Write an archive of these files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            if content is not None:
                archive.writestr(name, content)
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


def _row(number: int, row: Sequence[Any], strings: dict[str, int] | None, date_1904: bool) -> str:
    cells = "".join(_cell(f"{column_letters(i)}{number}", cell, strings, date_1904) for i, cell in enumerate(row))
    return f'<row r="{number}">{cells}</row>' if cells else ""


def _cell(place: str, cell: Any, strings: dict[str, int] | None, date_1904: bool) -> str:
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
    if isinstance(value, str) and strings is not None:
        return f'<c r="{place}" t="s"><v>{strings.setdefault(value, len(strings))}</v></c>'
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is>{_text(value)}</is></c>'
    style = {dt.datetime: "moment", dt.date: "date", dt.time: "clock", dt.timedelta: "duration"}[type(value)]
    number = serial(value, date_1904=date_1904)
    return f'<c r="{place}" s="{_STYLES[style]}">{formula}<v>{number!r}</v></c>'


def _text(text: str) -> str:
    return f'<t xml:space="preserve">{escape(text)}</t>'
