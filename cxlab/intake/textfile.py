"""A text file as records: its encoding, delimiter and names found out, every line accounted for.

The engine's own reader takes a file that is well formed throughout, and the count of its lines proves it. Anything
else (an open quotation mark, a line too short, a line break inside quotes) is read here record by record, so that one
bad line costs one line.
"""

import gzip
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import IO

from cxlab.engine import Engine, EngineError, fill
from cxlab.intake.places import SourceError
from cxlab.study import ReadOptions, shown_path

_CANDIDATES = (",", ";", "\t", "|")
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", "whitespace": "spaces"}
_WRITTEN = {"tab": "\t", "\\t": "\t"}
_SNIFFED_LINES = 200
_LONGEST_RECORD = 100
_BATCH = 200_000
_STARTS_QUOTED = re.compile(' *"')
_STAYS_OPEN = re.compile(r' *"(?:[^"]|"")*+\Z')


@dataclass(frozen=True)
class TextFile:
    """A text file that was read into the engine.

    Attributes
    ----------
    names : the columns' names, in order.
    relation : the engine's table: line (int64, from 1) and f0, f1, ... (text), one row a record.
    broken : records that are none: (line, reason, lines it takes).
    long_records : lines that a record takes, by its first, where it takes more than one.
    n_lines : physical lines of the file, the last one counted though it may not end: those of names and records,
        and blank ones.
    """

    path: Path
    encoding: str
    delimiter: str
    names: tuple[str, ...]
    relation: str
    broken: tuple[tuple[int, str, int], ...]
    long_records: Mapping[int, int]
    n_lines: int

    @property
    def understood(self) -> str:
        """How the file was read, in words."""
        return f"{_NAMES.get(self.delimiter, self.delimiter)}-separated, {self.encoding}"


def open_text(path: Path, encoding: str) -> IO[str]:
    """Open a text file, packed or not; a line ends in a line feed, however it ended in the file."""
    if path.suffix.lower() == ".gz":
        return gzip.open(path, "rt", encoding=encoding, newline=None)
    return path.open("rt", encoding=encoding, newline=None)


def read_text(
    engine: Engine, path: Path, options: ReadOptions, *, expected: frozenset[str], relation: str, place: str
) -> TextFile:
    """Read a delimited text file into the engine.

    Parameters
    ----------
    expected : names that the file should have; they tell the delimiter.
    relation : name of the engine's table to make.
    place : where the study names the file, for messages.

    Raises
    ------
    SourceError : no encoding or delimiter fits, or the file holds no record.
    """
    encoding = _encoding(path, options, place)
    with open_text(path, encoding) as text:
        if "\0" in text.read(4096):
            raise SourceError(f"{place}: {shown_path(path)} is no text: export the table as CSV")
    with open_text(path, encoding) as text:
        head = list(islice((line for line in text if line.strip()), _SNIFFED_LINES))
    if not head:
        raise SourceError(f"{place}: {shown_path(path)} holds no record: export the table again")
    delimiter = _WRITTEN.get(options.delimiter or "", options.delimiter) or _delimiter(head, expected, options)
    names = options.header or tuple(name.strip() for name in _split(head[0].rstrip("\n"), delimiter)[0])
    if len(names) < 2:
        raise SourceError(
            f"{place}: no delimiter was found in {shown_path(path)}, which begins `{head[0].strip()[:60]}`: "
            'name it there with `read: {delimiter: ";"}`'
        )
    has_header = options.header is None
    n_lines, plain = _count_lines(path, encoding)
    fast = plain and delimiter != "whitespace" and len(delimiter) == 1 and path.suffix.lower() != ".gz"
    if fast and _read_well_formed(engine, path, delimiter, len(names), n_lines, has_header, relation):
        return TextFile(path, encoding, delimiter, names, relation, (), {}, n_lines)
    read = _Reader(path, encoding, delimiter, len(names), has_header)
    read.into(engine, relation)
    if read.accounted != n_lines:
        raise AssertionError(f"{path}: {read.accounted} of {n_lines} lines are accounted for")
    return TextFile(path, encoding, delimiter, names, relation, tuple(read.broken), read.long_records, n_lines)


def raw_lines(path: Path, encoding: str, wanted: dict[int, int]) -> dict[int, str]:
    """Return records as they stand, by their first line; `wanted` gives how many lines each takes."""
    found: dict[int, str] = {}
    covering = {line + i: line for line, n in wanted.items() for i in range(n)}
    with open_text(path, encoding) as text:
        for number, line in enumerate(text, 1):
            if number in covering:
                first = covering[number]
                found[first] = found.get(first, "") + line
    return {line: text.removesuffix("\n") for line, text in found.items()}


def _encoding(path: Path, options: ReadOptions, place: str) -> str:
    with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as file:
        try:
            start = file.read(4)
        except gzip.BadGzipFile as error:
            raise SourceError(
                f"{place}: {shown_path(path)} is not packed with gzip, though its name says so"
            ) from error
    if options.encoding:
        tried = [options.encoding]
    elif start.startswith((b"\xff\xfe", b"\xfe\xff")):
        tried = ["utf-16"]
    else:
        tried = ["utf-8-sig", "cp1252", "latin-1"]
    for encoding in tried:
        try:
            with open_text(path, encoding) as text:
                while text.read(1 << 20):
                    pass
        except UnicodeError:
            continue
        except LookupError as error:
            raise SourceError(
                f"{place}: `{encoding}` is no encoding: take utf-8, cp1252 or latin-1, or leave it out"
            ) from error
        except (EOFError, OSError) as error:
            raise SourceError(f"{place}: {shown_path(path)} breaks off ({error}): copy the file again") from error
        return "utf-8" if encoding == "utf-8-sig" and not start.startswith(b"\xef\xbb\xbf") else encoding
    raise SourceError(f"{place}: {shown_path(path)} is not {tried[-1]} text: leave `encoding:` out, or name another")


def _delimiter(head: list[str], expected: frozenset[str], options: ReadOptions) -> str:
    """Choose the delimiter whose first line holds most of the expected names, then the one that splits lines alike."""

    def fit(candidate: str) -> tuple[int, float, int]:
        widths = [len(_split(line.rstrip("\n"), candidate)[0]) for line in head]
        width = len(options.header) if options.header else widths[0]
        named = len(expected & {name.strip() for name in _split(head[0].rstrip("\n"), candidate)[0]})
        return (named, sum(w == width for w in widths) / len(widths) if width > 1 else 0.0, width)

    return max(_CANDIDATES, key=fit)


def _split(text: str, delimiter: str) -> tuple[list[str], str]:
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


def _count_lines(path: Path, encoding: str) -> tuple[int, bool]:
    """Count physical lines; and say whether the engine may read the file itself.

    It may when the file is UTF-8 with one kind of line end, and no quotation mark stands after a space: what that means
    the engine decides by the number of spaces.
    """
    if encoding != "utf-8" or path.suffix.lower() == ".gz":
        with open_text(path, encoding) as text:
            return sum(1 for _ in text), False
    feeds = returns = both = 0
    spaced = False
    last = b"\n"
    with path.open("rb") as file:
        while chunk := file.read(1 << 22):
            feeds += chunk.count(b"\n")
            returns += chunk.count(b"\r")
            both += chunk.count(b"\r\n") + (last == b"\r" and chunk.startswith(b"\n"))
            spaced = spaced or b' "' in chunk or (last == b" " and chunk.startswith(b'"'))
            last = chunk[-1:]
    lines = feeds + returns - both + (last not in (b"\n", b"\r"))
    return lines, not spaced and both == returns and both in (0, feeds)


def _read_well_formed(
    engine: Engine, path: Path, delimiter: str, width: int, n_lines: int, has_header: bool, relation: str
) -> bool:
    """Let the engine read the file; False when it is not well formed throughout, so that a line could be lost."""
    sql = fill(
        "CREATE OR REPLACE TABLE {relation} AS SELECT row_number() OVER () + ? AS line, * FROM read_csv(?, delim=?, "
        "quote='\"', escape='\"', header=false, skip=?, auto_detect=false, strict_mode=true, null_padding=false, "
        "max_line_size=4194304, columns={!columns})",
        relation=relation,
        columns="{" + ", ".join(f"'f{i}': 'VARCHAR'" for i in range(width)) + "}",
    )
    skip = int(has_header)
    try:
        engine.read(sql, [skip, str(path), delimiter, skip])
    except EngineError:
        return False
    return bool(engine.row(fill("SELECT COUNT(*) FROM {relation}", relation=relation))[0] == n_lines - skip)


class _Reader:
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
        found, fault = _split(record, self.delimiter)
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
            found, fault = _split(record, self.delimiter)
            if not fault and len(found) == self.width:
                del ahead[: extra + 1]
                return found, extra + 2, ""
            if fault != "open":
                break
        return [], 1, "broken"
