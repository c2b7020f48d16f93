"""The head of a table: the names of its columns and its first rows, as texts."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from cxlab.errors import InputError
from cxlab.study import shown_path

ROWS = 3000
"""How many rows of a file are looked at."""
Kind = Literal["text", "number", "moment", "flag"]
_NOTHING = ("", "NULL", "null", "NaN", "nan", "None", "\\N", "N/A", "#N/A", "n/a", "-", "NaT", "<NA>")


class FileError(InputError):
    """A file is no table that a study can bring."""


class NoRecordError(FileError):
    """A file holds nothing, or its line of names only."""


@dataclass(frozen=True)
class Peek:
    """What a look into a file shows.

    Attributes
    ----------
    names : of its columns, in order; one may be empty, or stand twice.
    columns : values by name, as texts; None where there is none.
    kinds : what the file itself says of a column; "text" where it says nothing.
    read : what a study must say under `read:` for the file to be read so.
    """

    names: tuple[str, ...]
    columns: Mapping[str, list[str | None]]
    kinds: Mapping[str, Kind]
    read: Mapping[str, Any] = field(default_factory=dict)


def from_rows(
    path: Path,
    names: Sequence[str],
    rows: Sequence[Sequence[Any]],
    kinds: Mapping[str, Kind],
    read: Mapping[str, Any],
) -> Peek:
    """Put the first rows of a file into columns.

    Raises
    ------
    NoRecordError : there are none.
    """
    if not any(names):
        raise no_table(path)
    if not rows:
        raise NoRecordError(f"{shown_path(path)} holds its line of names and no record: export the table again")
    columns: dict[str, list[str | None]] = {}
    for i, name in enumerate(names):
        if name:
            columns.setdefault(name, _texts(row[i] for row in rows))
    return Peek(tuple(names), columns, {name: kinds.get(name, "text") for name in columns}, read)


def no_table(path: Path) -> FileError:
    """Return the error that a file is none of those that can be read."""
    return FileError(f"{shown_path(path)} is no table: bring CSV (plain or packed with gzip), Parquet or .xlsx")


def text(value: Any) -> str | None:
    """Write a value as it would stand in a text file; None where it stands for nothing."""
    if value is None or value != value:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    written = value.isoformat(sep=" ") if isinstance(value, dt.datetime) else str(value).strip()
    return None if written in _NOTHING else written


def _texts(values: Iterable[Any]) -> list[str | None]:
    return [text(value) for value in values]
