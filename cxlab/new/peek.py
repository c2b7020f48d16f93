"""A look into a file, whatever kind it is: some thousand rows, and nothing else of it is read."""

import gzip
import zlib
from pathlib import Path

from cxlab.intake.encoding import SAMPLE_BYTES, is_packed
from cxlab.new.head import FileError, Kind, NoRecordError, Peek, no_table
from cxlab.new.parquet_head import look_into_parquet
from cxlab.new.sheet_head import look_into_sheet, visible_sheets
from cxlab.new.text_head import look_into_text
from cxlab.study import shown_path

__all__ = ["FileError", "Kind", "Peek", "peek", "sheets"]
_PARQUET = b"PAR1"
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_PDF = b"%PDF"


def sheets(path: Path) -> tuple[str | None, ...]:
    """Return the names of a workbook's sheets; of any other file (None,).

    Raises
    ------
    FileError : the file is not there, cannot be read, is empty, or is no table.
    """
    return visible_sheets(path) if _start(path).startswith(_WORKBOOKS) else (None,)


def peek(path: Path, sheet: str | None = None) -> Peek:
    """Look into a file, or into one sheet of a workbook.

    Raises
    ------
    FileError : it cannot be read, holds no record, or is no table.
    """
    start = _start(path)
    if start.startswith(_PARQUET):
        return look_into_parquet(path)
    if start.startswith(_WORKBOOKS):
        return look_into_sheet(path, sheet)
    if start.startswith(_PDF):
        raise no_table(path)
    return look_into_text(path, start)


def _start(path: Path) -> bytes:
    """Return the first bytes of a file, unpacked."""
    shown = shown_path(path)
    try:
        with gzip.open(path) if is_packed(path) else path.open("rb") as file:
            start = file.read(SAMPLE_BYTES)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise FileError(f"{shown} breaks off ({error}): copy the file again") from error
    except OSError as error:
        raise FileError(f"{shown} cannot be read ({error.strerror}): see where it is, and who may read it") from error
    if not start:
        raise NoRecordError(f"{shown} is empty: export the table again, with its line of names")
    if path.suffix.lower() == ".gz" and not is_packed(path):
        raise FileError(f"{shown} is not packed with gzip, though its name says so: pack it, or rename it")
    return start
