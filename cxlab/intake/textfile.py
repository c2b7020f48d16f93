"""A text file as records: its encoding, delimiter and names found out, every line accounted for.

The engine's own reader takes a file that is well formed throughout, and the count of its lines proves it. Anything
else (an open quotation mark, a line too short, a line break inside quotes) is read here record by record, so that one
bad line costs one line.
"""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from cxlab.engine import Engine, EngineError, fill
from cxlab.intake.places import SourceError
from cxlab.intake.records import RecordReader, open_text, split_record
from cxlab.study import ReadOptions, shown_path

_CANDIDATES = (",", ";", "\t", "|")
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", "whitespace": "space"}
_WRITTEN = {"tab": "\t", "\\t": "\t"}
_SNIFFED_LINES = 200


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
    names = options.header or tuple(name.strip() for name in split_record(head[0].rstrip("\n"), delimiter)[0])
    if len(names) < 2 and options.delimiter:
        raise SourceError(
            f"{place}: the delimiter `{options.delimiter}` gives one column in {shown_path(path)}, which begins "
            f"`{head[0].strip()[:60]}`: name in `read:` the one that stands there, or leave `delimiter:` out"
        )
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
    read = RecordReader(path, encoding, delimiter, len(names), has_header)
    read.into(engine, relation)
    if read.accounted != n_lines:
        raise AssertionError(f"{path}: {read.accounted} of {n_lines} lines are accounted for")
    return TextFile(path, encoding, delimiter, names, relation, tuple(read.broken), read.long_records, n_lines)


def raw_lines(path: Path, encoding: str, wanted: dict[int, int]) -> dict[int, str]:
    """Return records as they stand, by their first line; `wanted` gives how many lines each takes."""
    found: dict[int, str] = {}
    covering = {line + i: line for line, n in wanted.items() for i in range(n)}
    with open_text(path, encoding) as text:
        for number, line in enumerate(islice(text, max(covering, default=0)), 1):
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
        widths = [len(split_record(line.rstrip("\n"), candidate)[0]) for line in head]
        width = len(options.header) if options.header else widths[0]
        named = len(expected & {name.strip() for name in split_record(head[0].rstrip("\n"), candidate)[0]})
        return (named, sum(w == width for w in widths) / len(widths) if width > 1 else 0.0, width)

    return max(_CANDIDATES, key=fit)


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
