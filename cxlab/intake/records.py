"""Records of a text file, one by one: where each begins, how many lines it takes, and why it is none.

A record may run over several lines when quotation marks hold it together. Marks that stay open cost the line they stand
in and no other.
"""

import gzip
import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import IO

from cxlab.engine import Engine

_LONGEST_RECORD = 100
_BATCH = 200_000
_STARTS_QUOTED = re.compile(' *"')
_STAYS_OPEN = re.compile(r' *"(?:[^"]|"")*+\Z')


def open_text(path: Path, encoding: str) -> IO[str]:
    """Open a text file, packed or not; a line ends in a line feed, however it ended in the file."""
    if path.suffix.lower() == ".gz":
        return gzip.open(path, "rt", encoding=encoding, newline=None)
    return path.open("rt", encoding=encoding, newline=None)


def split_record(text: str, delimiter: str) -> tuple[list[str], str]:
    """Split one record into its fields; and say whether its last quotation mark is "open", or misplaced ("broken").

    As the engine's reader does it: spaces around a quoted field do not count, and a quotation mark inside an unquoted
    field is a character like others.
    """
    if delimiter == "whitespace":
        return text.split(), ""
    if '"' not in text:
        return text.split(delimiter), ""
    quoted = _quoted(delimiter)
    fields: list[str] = []
    place = 0
    while True:
        if found := quoted.match(text, place):
            fields.append(found[1].replace('""', '"'))
            place, ends = found.end(), not found[2]
        elif _STARTS_QUOTED.match(text, place):
            return [], "open" if _STAYS_OPEN.match(text, place) else "broken"
        else:
            end = text.find(delimiter, place)
            ends = end < 0
            fields.append(text[place:] if ends else text[place:end])
            place = end + 1
        if ends:
            return fields, ""


@cache
def _quoted(delimiter: str) -> re.Pattern[str]:
    return re.compile(f' *"((?:[^"]|"")*+)" *({re.escape(delimiter)}|\\Z)')


class RecordReader:
    """Reads a file record by record.

    Attributes
    ----------
    accounted : lines seen so far, be they of names, of records, or blank.
    """

    def __init__(self, path: Path, encoding: str, delimiter: str, width: int, has_header: bool) -> None:
        self.path, self.encoding, self.delimiter, self.width = path, encoding, delimiter, width
        self.has_header = has_header
        self.accounted = 0
        self.broken: list[tuple[int, str, int]] = []
        self.long_records: dict[int, int] = {}

    def into(self, engine: Engine, relation: str) -> None:
        """Put the good records into the engine, and keep the others."""
        with open_text(self.path, self.encoding) as text:
            records = self._records(text)
            self._keep(list(islice(records, _BATCH)), engine, relation, append=False)
            while batch := list(islice(records, _BATCH)):
                self._keep(batch, engine, relation, append=True)

    def _keep(self, batch: list[tuple[int, list[str]]], engine: Engine, relation: str, *, append: bool) -> None:
        kinds = {"line": "int64"} | {f"f{i}": "string" for i in range(self.width)}
        columns: dict[str, list[int] | list[str]] = {"line": [line for line, _ in batch]}
        columns |= {f"f{i}": [fields[i] for _, fields in batch] for i in range(self.width)}
        engine.take(relation, columns, kinds, append=append)

    def _records(self, text: IO[str]) -> Iterator[tuple[int, list[str]]]:
        """Yield the first line and the fields of every good record."""
        ahead: list[str] = []
        names_are_due = self.has_header
        while line := ahead.pop(0) if ahead else text.readline():
            first = self.accounted + 1
            if not line.strip():
                self.accounted += 1
                continue
            fields, taken, reason = self._record(line.rstrip("\n"), ahead, text)
            self.accounted += taken
            if names_are_due:
                names_are_due = False
            elif reason:
                self.broken.append((first, reason, taken))
            else:
                if taken > 1:
                    self.long_records[first] = taken
                yield first, fields

    def _record(self, record: str, ahead: list[str], text: IO[str]) -> tuple[list[str], int, str]:
        """Split the record that begins with a line: fields, lines taken, and why it is none."""
        found, fault = split_record(record, self.delimiter)
        taken = 1
        if fault == "open":
            found, taken, fault = self._continued(record, ahead, text)
        if fault:
            return [], 1, "quotation marks do not fit"
        if len(found) < self.width or any(field.strip() for field in found[self.width :]):
            return [], taken, f"{len(found)} fields instead of {self.width}"
        return found[: self.width], taken, ""

    def _continued(self, record: str, ahead: list[str], text: IO[str]) -> tuple[list[str], int, str]:
        """Try a record with the lines after it; when none comes of it, those lines stay `ahead`."""
        for extra in range(_LONGEST_RECORD):
            if extra == len(ahead):
                following = text.readline()
                if not following:
                    break
                ahead.append(following)
            record += "\n" + ahead[extra].rstrip("\n")
            found, fault = split_record(record, self.delimiter)
            if not fault and len(found) == self.width:
                del ahead[: extra + 1]
                return found, extra + 2, ""
            if fault != "open":
                break
        return [], 1, "broken"
