"""Records of a text file, one by one: where each begins, how many lines it takes, and why it is none.

A record may run over several lines when quotation marks hold it together. Marks that stay open cost the line they stand
in and no other.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import IO

from cxlab.intake.encoding import BROKEN, NEARLY, NUL, open_text
from cxlab.intake.kept_texts import KeptText

LONGEST_LINE = 1 << 20
"""Characters that a record may have; the engine's reader takes lines of up to four times as many bytes."""
_LONGEST_RECORD = 100
_NO_TEXT = KeptText("bytes that are no UTF-8 text")()
_TOO_LONG = KeptText("a line of more than {n} characters")
_QUOTES = KeptText("quotation marks do not fit")()
_FIELDS = KeptText("{found} fields instead of {wanted}", numbers=("found", "wanted"))
_HAS_NUL = KeptText("a NUL character, which no text holds")()
_STARTS_QUOTED = re.compile(' *"')
_STAYS_OPEN = re.compile(r' *"(?:[^"]|"")*+\Z')


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

    Parameters
    ----------
    n_before : lines before the first record.

    Attributes
    ----------
    accounted : lines seen so far, be they of names, of records, or blank.
    broken : records that are none: (line, reason, lines it takes).
    long_records : lines that a record takes, by its first, where it takes more than one.
    """

    def __init__(self, path: Path, encoding: str, delimiter: str, width: int, n_before: int) -> None:
        self.path, self.encoding, self.delimiter, self.width = path, encoding, delimiter, width
        self.accounted = self.n_before = n_before
        self.broken: list[tuple[int, str, int]] = []
        self.long_records: dict[int, int] = {}

    @property
    def copy_delimiter(self) -> str:
        """What parts the fields of the copy."""
        return "\t" if self.delimiter == "whitespace" else self.delimiter

    def copy(self, target: Path) -> None:
        """Write the good records to a well-formed file, each with its line before it, and keep the others."""
        with open_text(self.path, self.encoding) as text, target.open("w", encoding="utf-8", newline="\n") as copy:
            for _ in islice(text, self.n_before):
                pass
            copy.writelines(self._records(text))

    def _records(self, text: IO[str]) -> Iterator[str]:
        """Yield every good record as the copy has it."""
        ahead: list[str] = []
        delimiter, commas = self.delimiter, self.width - 1
        mends = self.encoding == NEARLY
        while line := ahead.pop(0) if ahead else text.readline():
            first = self.accounted + 1
            if mends and BROKEN in line:
                self.accounted += 1
                self.broken.append((first, _NO_TEXT, 1))
                continue
            plain = '"' not in line and NUL not in line and len(line) < LONGEST_LINE and not line.isspace()
            if plain and line.count(delimiter) == commas:
                self.accounted += 1
                yield f"{first}{delimiter}{line}" if line.endswith("\n") else f"{first}{delimiter}{line}\n"
                continue
            if not line.strip():
                self.accounted += 1
                continue
            fields, taken, reason = self._record(line.rstrip("\n"), ahead, text)
            self.accounted += taken
            if reason:
                self.broken.append((first, reason, taken))
                continue
            if taken > 1:
                self.long_records[first] = taken
            yield self.copy_delimiter.join([str(first), *map(_as_quoted, fields)]) + "\n"

    def _record(self, record: str, ahead: list[str], text: IO[str]) -> tuple[list[str], int, str]:
        """Split the record that begins with a line: fields, lines taken, and why it is none."""
        if len(record) > LONGEST_LINE:
            return [], 1, _TOO_LONG(n=LONGEST_LINE)
        found, fault = split_record(record, self.delimiter)
        taken = 1
        if fault == "open":
            found, taken, fault = self._continued(record, ahead, text)
        if fault:
            return [], 1, _QUOTES
        if len(found) < self.width or any(field.strip() for field in found[self.width :]):
            return [], taken, _FIELDS(found=len(found), wanted=self.width)
        if any(NUL in field for field in found):
            return [], taken, _HAS_NUL
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
            if len(record) > LONGEST_LINE:
                break
            found, fault = split_record(record, self.delimiter)
            if not fault and len(found) >= self.width and not any(field.strip() for field in found[self.width :]):
                del ahead[: extra + 1]
                return found, extra + 2, ""
            if fault != "open":
                break
        return [], 1, "broken"


def _as_quoted(field: str) -> str:
    return '"' + field.replace('"', '""') + '"'
