"""The archive that a workbook is: that it unpacks within measure, what it holds, and where its cells show an error."""

import posixpath
import re
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from xml.etree import ElementTree
from xml.parsers import expat

from cxlab.intake.places import SourceError

LARGEST_RATIO = 200
"""How many times its packed size a file inside may come to, once it comes to more than `SMALLEST_BOMB`."""
SMALLEST_BOMB = 100 << 20
LARGEST_ARCHIVE = 4 << 30
"""Bytes that all files inside may come to."""
LARGEST_SHEET = 40_000_000
"""Cells that the rows and columns of a sheet may span, most of them empty: the reader keeps a place for each."""
LAST_ROW = 1_048_576
CHUNK = 1 << 20
ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_STORED, _DEFLATED, _LOCKED = 0, 8, 1
_LONGEST_TAG, _LARGEST_LIST = 1 << 22, 1 << 24
_KINDS = {"word/": "a text document", "ppt/": "a presentation", "visio/": "a drawing"}
_SHOWN_FILES = 5
_ANY_CELL, _ANY_ROW, _AN_ERROR = re.compile(rb"<c[\s/>]"), re.compile(rb"<row[\s/>]"), b' t="e"'
_AN_ODS_ERROR = b' calcext:value-type="error"'
_PLAIN_CELL = re.compile(rb'<c r="([A-Z]{1,3})\d{1,7}"(?: [a-z]+="[^"<>]*")*/?>')
_PLAIN_ROW = re.compile(rb'<row r="(\d{1,7})"[^<>]*>')
_NUMBER = re.compile(r"\d{1,10}", flags=re.ASCII)
_PLACE = re.compile(r"([A-Za-z]{1,6})(\d{1,10})", flags=re.ASCII)


@dataclass(frozen=True)
class Extent:
    """How far the cells of a sheet lie apart, and those that show an error.

    Attributes
    ----------
    top, bottom, left, right : the first and last rows and columns with a value, or what lies beyond them; from 1.
    errors : (row, column, text), in order.
    """

    top: int
    bottom: int
    left: int
    right: int
    errors: tuple[tuple[int, int, str], ...] = ()

    @property
    def height(self) -> int:
        """Rows from the first to the last."""
        return max(self.bottom - self.top + 1, 0)

    @property
    def width(self) -> int:
        """Columns from the first to the last."""
        return max(self.right - self.left + 1, 0)

    @property
    def fits(self) -> bool:
        """Whether the reader can keep a place for each cell."""
        return self.height * self.width <= LARGEST_SHEET and self.bottom <= LAST_ROW


def check_unpacking(path: Path, where: str) -> None:
    """Unpack every file of an archive, keeping nothing: what the archive says of sizes is not believed.

    Parameters
    ----------
    where : the file and its place in the study, for messages.

    Raises
    ------
    SourceError : it is locked, packed in an unusual way, or comes to more than a workbook may.
    zipfile.BadZipFile, zlib.error : it is broken.
    """
    with zipfile.ZipFile(path) as archive, path.open("rb") as file:
        members = archive.infolist()
        total = sum(member.file_size for member in members)
        if total > LARGEST_ARCHIVE:
            raise SourceError(_bomb(where, f"{total / 2**30:.0f} GiB"))
        total = 0
        for member in members:
            if member.flag_bits & _LOCKED:
                raise SourceError(f"{where} is locked with a password: save it without one")
            size = 0
            for n in _sizes(file, member):
                size += n
                if size > SMALLEST_BOMB and size > LARGEST_RATIO * member.compress_size:
                    raise SourceError(_bomb(where, f"more than {LARGEST_RATIO} times its size"))
                if total + size > LARGEST_ARCHIVE:
                    raise SourceError(_bomb(where, f"more than {LARGEST_ARCHIVE / 2**30:g} GiB"))
            total += size


def _bomb(where: str, size: str) -> str:
    return f"{where} unpacks to {size}, which no workbook should: export the table as CSV or Parquet"


def _sizes(file: IO[bytes], member: zipfile.ZipInfo) -> Iterator[int]:
    """Yield how many bytes come out of a file of the archive, piece by piece."""
    if member.compress_type not in (_STORED, _DEFLATED):
        raise zipfile.BadZipFile(f"{member.filename} is packed in a way that workbooks are not")
    file.seek(member.header_offset)
    head = file.read(30)
    if len(head) < 30 or not head.startswith(b"PK\x03\x04"):
        raise zipfile.BadZipFile(f"{member.filename} is not where it should be")
    file.seek(sum(struct.unpack("<HH", head[26:30])), 1)
    left, inflating = member.compress_size, zlib.decompressobj(-zlib.MAX_WBITS)
    while left > 0 and not inflating.eof and (packed := file.read(min(left, CHUNK))):
        left -= len(packed)
        if member.compress_type == _STORED:
            yield len(packed)
            continue
        while packed and not inflating.eof:
            yield len(inflating.decompress(packed, CHUNK))
            packed = inflating.unconsumed_tail


def find_kind(path: Path, where: str) -> str:
    """Say what kind of workbook an archive is: xlsx (and xlsm), xlsb, ods.

    Raises
    ------
    SourceError : it is none.
    """
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        if "mimetype" in names and _read(archive, "mimetype").startswith(ODS):
            return "ods"
        main = _main_part(archive) if "_rels/.rels" in names else ""
    for folder, what in _KINDS.items():
        if main.startswith(folder):
            raise SourceError(f"{where} is {what} and no workbook: save its table as CSV and give that `path:`")
    if not main:
        shown = ", ".join(names[:_SHOWN_FILES]) + (" and more" if len(names) > _SHOWN_FILES else "")
        raise SourceError(
            f"{where} is an archive and no workbook; it holds {shown or 'nothing'}: unpack it, and give the `path:` of "
            "the file with the table"
        )
    return "xlsb" if main.endswith(".bin") else "xlsx"


def scan_sheet(path: Path, sheet: str, where: str) -> Extent:
    """Find how far a sheet of an xlsx workbook spreads, and its cells with an error, which the reader takes for empty.

    Raises
    ------
    SourceError : it spreads too far to be read, or is not there.
    zipfile.BadZipFile, xml.etree.ElementTree.ParseError, xml.parsers.expat.ExpatError : the workbook is broken.
    """
    with zipfile.ZipFile(path) as archive:
        part = _sheet_part(archive, sheet)
        if part is None:
            raise SourceError(f"{where} does not say where its sheet {sheet} is: save it again as .xlsx")
        with archive.open(part) as stream:
            extent = _glance(stream)
        if extent is None or not extent.fits:
            with archive.open(part) as stream:
                extent = _Cells().read(stream)
    if not extent.fits:
        raise SourceError(
            f"{where}, sheet {sheet}, spreads over {extent.height:,} rows and {extent.width:,} columns, as far as "
            f"{column_letters(extent.right)}{extent.bottom}: delete what stands far from the table (Ctrl+End goes to "
            "the last cell), or save it as CSV"
        )
    return extent


def has_errors(path: Path) -> bool:
    """Say whether a cell of an OpenDocument workbook shows an error, which the reader takes for empty.

    Raises
    ------
    xml.parsers.expat.ExpatError : it is broken; of such a file the reader never finds the end.
    """
    found = False
    with zipfile.ZipFile(path) as archive:
        for part in ("META-INF/manifest.xml", "content.xml"):
            parser = expat.ParserCreate()
            with archive.open(part) as stream:
                for piece in _pieces(stream):
                    found = found or _AN_ODS_ERROR in piece
                    parser.Parse(piece)
            parser.Parse(b"", True)
    return found


def _glance(stream: IO[bytes]) -> Extent | None:
    """Return the extent of a sheet without errors in which each row and cell says its place, as programs write it.

    None: it is written otherwise or has errors, and must be read properly, which takes several times as long.
    """
    last, letters, is_sheet = 0, set[bytes](), False
    for piece in _pieces(stream):
        is_sheet = is_sheet or b"<worksheet" in piece
        if _AN_ERROR in piece:
            return None
        cells, rows = _PLAIN_CELL.findall(piece), _PLAIN_ROW.findall(piece)
        if len(cells) != len(_ANY_CELL.findall(piece)) or len(rows) != len(_ANY_ROW.findall(piece)):
            return None
        letters.update(cells)
        last = max(last, *map(int, rows), 0)
    width = max((column_number(found.decode()) for found in letters), default=0)
    return Extent(1, last, 1, width) if is_sheet else None


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield XML in pieces that cut no tag in two, unless it is absurdly long."""
    rest = b""
    while chunk := stream.read(CHUNK):
        piece = rest + chunk
        cut = piece.rfind(b"<")
        if cut <= 0:
            cut = len(piece) if len(piece) > _LONGEST_TAG else 0
        yield piece[:cut]
        rest = piece[cut:]
    yield rest


class _Cells:
    """Reads the cells of a sheet for their places and errors, whatever way they are written."""

    def __init__(self) -> None:
        self._row = self._column = 1
        self._place = 1, 1
        self._is_error = False
        self._text: list[str] | None = None
        self._errors: list[tuple[int, int, str]] = []
        self._top = self._left = sys.maxsize
        self._bottom = self._right = 0

    def read(self, stream: IO[bytes]) -> Extent:
        """Return the extent of the sheet."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._take
        while chunk := stream.read(CHUNK):
            parser.Parse(chunk)
        parser.Parse(b"", True)
        return Extent(self._top, self._bottom, self._left, self._right, tuple(sorted(self._errors)))

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        if name == "row":
            number = _NUMBER.fullmatch(attributes.get("r", ""))
            self._row, self._column = int(number[0]) if number else self._row, 1
        elif name == "c":
            self._is_error = attributes.get("t") == "e"
            place = _PLACE.fullmatch(attributes.get("r", ""))
            self._place = (int(place[2]), column_number(place[1])) if place else (self._row, self._column)
            self._column = self._place[1] + 1
        elif name in ("v", "is"):
            row, column = self._place
            self._top, self._bottom = min(self._top, row), max(self._bottom, row)
            self._left, self._right = min(self._left, column), max(self._right, column)
            if self._is_error:
                self._text = []

    def _take(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def _end(self, tag: str) -> None:
        name = tag.rpartition(" ")[2]
        if name == "v" and self._text is not None:
            if text := "".join(self._text).strip():
                self._errors.append((*self._place, sys.intern(text)))
            self._text = None
        elif name == "row":
            self._row += 1


def column_number(letters: str) -> int:
    """Return a column's number: A is 1."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(column: int) -> str:
    """Return a column's letters: 1 is A, 27 is AA."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _main_part(archive: zipfile.ZipFile) -> str:
    """Return the path of the part that an archive of the Office kind is about; empty: it does not say."""
    for link in ElementTree.fromstring(_read(archive, "_rels/.rels")):
        if link.get("Type", "").endswith("/officeDocument"):
            return _inside(link.get("Target", ""), "")
    return ""


def _sheet_part(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """Return the path of a sheet's part as the archive has it."""
    main = _main_part(archive)
    folder, file = posixpath.split(main)
    links = ElementTree.fromstring(_read(archive, posixpath.join(folder, "_rels", f"{file}.rels")))
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    by_lower = {name.lower().replace("\\", "/"): name for name in archive.namelist()}
    for element in ElementTree.fromstring(_read(archive, main)).iter():
        if element.tag.rpartition("}")[2] == "sheet" and element.get("name") == sheet:
            ids = [value for key, value in element.items() if key.endswith("/relationships}id")]
            return by_lower.get(_inside(targets.get(ids[0], ""), folder).lower()) if ids else None
    return None


def _read(archive: zipfile.ZipFile, part: str) -> bytes:
    """Return a part that says what the others are."""
    with archive.open(part) as stream:
        content = stream.read(_LARGEST_LIST + 1)
    if len(content) > _LARGEST_LIST:
        raise zipfile.BadZipFile(f"{part} is too long")
    return content


def _inside(target: str, folder: str) -> str:
    path = target.replace("\\", "/")
    return path.lstrip("/") if path.startswith("/") else posixpath.normpath(posixpath.join(folder, path))
