"""A text file as records: its encoding, delimiter and names found out, every line accounted for.

The engine's own reader takes a file that is well formed throughout, and the count of its lines proves it. Anything
else (an open quotation mark, a line too short, a line break inside quotes) is gone through here record by record, so
that one bad line costs one line.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from cxlab.engine import Engine, EngineError, fill
from cxlab.intake.encoding import (
    NEARLY,
    NUL,
    Lines,
    copy_as_utf8,
    count_lines,
    find_encoding,
    is_packed,
    is_same_encoding,
    open_text,
)
from cxlab.intake.kept_texts import KeptText
from cxlab.intake.places import NoRecordError, SourceError, skipped_in_words
from cxlab.intake.records import RecordReader, split_record
from cxlab.study import ReadOptions, shown_path, tidy_name

_CANDIDATES = (",", ";", "\t", "|")
_SEPARATED = {
    ",": KeptText("comma-separated")(), ";": KeptText("semicolon-separated")(), "\t": KeptText("tab-separated")(),
    "|": KeptText("bar-separated")(), "whitespace": KeptText("space-separated")(),
}  # fmt: skip
_BY_ANOTHER = KeptText("{mark}-separated")
_UNUSED = KeptText("{key} of study.yml not used here")
_WRITTEN = {"tab": "\t", "\\t": "\t"}
_SNIFFED_LINES = 200
_LONGEST_NAMES, _FEWEST_NAMES = 20, 2
_SAYS_DELIMITER = re.compile(r"sep=(.)\s*")


@dataclass(frozen=True)
class TextFile:
    """A text file, and the engine's view of it.

    Attributes
    ----------
    names : the columns' names, in order.
    relation : the engine's view: line (int64, from 1) and f0, f1, ... (text), one row a record.
    n_before : lines before the first record.
    lines : how many there are; None where the file was gone through record by record, and every line is accounted for.
    broken : records that are none: (line, reason, lines it takes).
    long_records : lines that a record takes, by its first, where it takes more than one.
    skipped : lines before that of the names, where the file tells that by itself; None: as the study says.
    unused : what of the study's words on reading does not hold for it.
    """

    path: Path
    encoding: str
    delimiter: str
    names: tuple[str, ...]
    relation: str
    n_before: int
    lines: Lines | None
    broken: tuple[tuple[int, str, int], ...] = ()
    long_records: Mapping[int, int] | None = None
    skipped: int | None = None
    unused: tuple[str, ...] = ()

    @property
    def understood(self) -> str:
        """How the file was read, in words."""
        how = _SEPARATED.get(self.delimiter) or _BY_ANOTHER(mark=self.delimiter)
        unused = [_UNUSED(key=key) for key in self.unused]
        return ", ".join(said for said in (how, self.encoding, skipped_in_words(self.skipped, "line"), *unused) if said)

    @property
    def n_expected(self) -> int | None:
        """Records that the engine must find if it reads the file right; None where nothing is left to prove."""
        return None if self.lines is None else self.lines.n - self.lines.n_blank_end - self.n_before

    def lengths(self, lines: list[int]) -> dict[int, int]:
        """Return how many lines each of these records takes, by its first."""
        broken = {line: taken for line, _, taken in self.broken}
        long = self.long_records or {}
        return {line: broken.get(line) or long.get(line, 1) for line in lines}


def read_text(
    engine: Engine, path: Path, options: ReadOptions, *, expected: frozenset[str], relation: str, place: str
) -> TextFile:
    """Make a delimited text file known to the engine.

    Parameters
    ----------
    expected : names that the file should have; they tell the delimiter.
    relation : name of the engine's view to make.
    place : where the study names the file, for messages.

    Raises
    ------
    SourceError : no encoding or delimiter fits.
    NoRecordError : the file holds nothing but blank lines.
    """
    encoding, lines = find_encoding(path, options.encoding, place)
    said, n_skipped, head = _head(path, encoding, options)
    if not head:
        raise NoRecordError(f"{place}: {shown_path(path)} holds no record: export the table again")
    given = _WRITTEN.get(options.delimiter or "", options.delimiter)
    if given and not options.header and len(_first_record(head, given)[0]) < _FEWEST_NAMES:
        given = None  # said for the sake of another file; if nothing else fits, the names tell below
    delimiter = given or said or _delimiter(head, expected, options)
    unused = _unused(options, encoding, delimiter)
    found, n_of_names = _first_record(head, delimiter)
    names = options.header or tuple(tidy_name(name.replace(NUL, "")) for name in found)
    skip = None if options.header else _other_names(path, encoding, options, head, n_of_names, given or said, expected)
    if skip is not None:
        below = options.model_copy(update={"skip": skip})
        found_there = read_text(engine, path, below, expected=expected, relation=relation, place=place)
        return found_there if found_there.skipped is not None else replace(found_there, skipped=skip)
    _check_names(names, path, head[0][1], options, place)
    n_before = n_skipped if options.header else head[n_of_names - 1][0]
    text = TextFile(path, encoding, delimiter, names, relation, n_before, None, unused=unused)
    if encoding == NEARLY:
        return tidy(engine, text)
    direct = encoding == "utf-8" and not is_packed(path)
    copy = path if direct else engine.folder / f"{relation}.csv"
    if not direct:
        copy_as_utf8(path, encoding, copy, place)
    lines = lines or count_lines(copy)
    if not lines.plain or delimiter == "whitespace":
        return tidy(engine, text)
    engine.view_text(relation, copy, delimiter, len(names), skip=n_before, numbered=False)
    return replace(text, lines=lines)


def _unused(options: ReadOptions, encoding: str, delimiter: str) -> tuple[str, ...]:
    """Return which of the study's words on a text do not hold for a file, which is plainly written otherwise."""
    asked = _WRITTEN.get(options.delimiter or "", options.delimiter)
    found = ["delimiter"] if asked and asked != delimiter else []
    is_other = options.encoding is not None and not is_same_encoding(options.encoding, encoding)
    return (*found, "encoding") if is_other else tuple(found)


def tidy(engine: Engine, text: TextFile) -> TextFile:
    """Go through a file record by record; its view holds the good ones then, and `broken` the others."""
    copy = engine.folder / f"{text.relation}.csv"
    read = RecordReader(text.path, text.encoding, text.delimiter, len(text.names), text.n_before)
    read.copy(copy)
    engine.view_text(text.relation, copy, read.copy_delimiter, len(text.names), skip=0, numbered=True)
    return replace(text, lines=None, broken=tuple(read.broken), long_records=read.long_records)


def is_well_formed(engine: Engine, text: TextFile) -> bool:
    """Whether the engine finds as many records in a file as it has lines."""
    if text.n_expected is None:
        return True
    try:
        found = engine.read(fill("SELECT COUNT(*) FROM {relation}", relation=text.relation))
    except EngineError:
        return False
    return bool(found[0][0] == text.n_expected)


def raw_lines(path: Path, encoding: str, wanted: dict[int, int]) -> Iterator[tuple[int, str]]:
    """Yield records as they stand, with their first line, in order; `wanted` gives how many lines each takes."""
    due = iter(sorted(wanted))
    first = next(due, None)
    with open_text(path, encoding) as text:
        lines = enumerate(text, 1)
        for number, line in lines:
            if first is None:
                return
            if number == first:
                more = "".join(following for _, following in islice(lines, wanted[first] - 1))
                yield first, (line + more).removesuffix("\n")
                first = next(due, None)


def _head(path: Path, encoding: str, options: ReadOptions) -> tuple[str | None, int, list[tuple[int, str]]]:
    """Return the delimiter that a first line `sep=;` says, the lines to skip, and the first others, numbered."""
    with open_text(path, encoding) as text:
        said, n_skipped = None, options.skip
        head: list[tuple[int, str]] = []
        for number, line in enumerate(text, 1):
            if number == 1 and (found := _SAYS_DELIMITER.fullmatch(line.rstrip("\n"))):
                said, n_skipped = found[1], options.skip + 1
            elif number > n_skipped and line.strip():
                head.append((number, line.rstrip("\n")))
            if len(head) == _SNIFFED_LINES:
                break
    return said, n_skipped, head


def _first_record(head: list[tuple[int, str]], delimiter: str) -> tuple[list[str], int]:
    """Split the first record, and say how many lines it takes: a name may hold a line break between its quotes."""
    record = head[0][1]
    for n, (_, following) in enumerate([*head[1:_LONGEST_NAMES], (0, "")], 1):
        found, fault = split_record(record, delimiter)
        if fault != "open":
            return found, n
        record += "\n" + following
    return split_record(head[0][1].replace('"', ""), delimiter)[0], 1


def _other_names(
    path: Path,
    encoding: str,
    options: ReadOptions,
    head: list[tuple[int, str]],
    n_due: int,
    delimiter: str | None,
    expected: frozenset[str],
) -> int | None:
    """Return how many lines to skip where another line than those that are due holds the names; else None.

    A later line does when it holds more of the expected names; the first line of a file, in which the study would skip
    some, when it holds enough of them and the one that is due does not.
    """

    def hits(line: str) -> int:
        candidates = (delimiter,) if delimiter else _CANDIDATES
        return max(len(expected & {tidy_name(name) for name in split_record(line, mark)[0]}) for mark in candidates)

    due = hits("\n".join(line for _, line in head[:n_due]))
    most, where = max(((hits(line), -number) for number, line in head[n_due:_LONGEST_NAMES]), default=(0, 0))
    if most >= _FEWEST_NAMES and most > due:
        said = _head(path, encoding, options.model_copy(update={"skip": 0}))[0]
        return -where - 1 - (said is not None)
    if options.skip and due < _FEWEST_NAMES:
        _, _, top = _head(path, encoding, options.model_copy(update={"skip": 0}))
        return 0 if hits(top[0][1]) >= _FEWEST_NAMES else None
    return None


def _check_names(names: tuple[str, ...], path: Path, first: str, options: ReadOptions, place: str) -> None:
    if len(names) >= 2:
        return
    begins = f"{shown_path(path)}, which begins `{first.strip()[:60]}`"
    if options.delimiter:
        raise SourceError(
            f"{place}: the delimiter `{options.delimiter}` gives one column in {begins}: name in `read:` the one that "
            "stands there, or leave `delimiter:` out"
        )
    raise SourceError(f'{place}: no delimiter was found in {begins}: name it there with `read: {{delimiter: ";"}}`')


def _delimiter(head: list[tuple[int, str]], expected: frozenset[str], options: ReadOptions) -> str:
    """Choose the delimiter whose first record holds most expected names, then the one that splits lines alike."""

    def fit(candidate: str) -> tuple[int, float, int]:
        first, n = _first_record(head, candidate)
        widths = [len(first), *(len(split_record(line, candidate)[0]) for _, line in head[n:])]
        width = len(options.header) if options.header else widths[0]
        named = len(expected & {tidy_name(name) for name in first})
        return (named, sum(w == width for w in widths) / len(widths) if width > 1 else 0.0, width)

    return max(_CANDIDATES, key=fit)
