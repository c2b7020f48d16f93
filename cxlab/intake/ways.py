"""Files of a source that were read alike, told together: the names of three hundred say less than their number."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cxlab.intake.kept_texts import AND, KeptText, said_again

_MANY = {"": KeptText("{n} files, {first} to {last}"), "sheet": KeptText("{n} sheets, {first} to {last}")}
_TWO = {"": AND, "sheet": KeptText("sheets {one} and {other}")}
_SHEET = KeptText("sheet {sheet}")


@dataclass(frozen=True)
class Way:
    """A way in which files were read, in words, and the files, in their order; each once, however many its sheets."""

    words: tuple[str, ...]
    files: tuple[Path, ...]

    def __str__(self) -> str:
        """Say it as one text."""
        return ", ".join(self.words)


def group_alike(files: Sequence[Path], words: Sequence[tuple[str, ...]], sheets: Sequence[str] = ()) -> tuple[Way, ...]:
    """Group files by the words for how each was read; the ways stand in the order of their first files.

    Parameters
    ----------
    sheets : of each file the sheet that was read, with which its words begin, else empty: sheets that were read alike
        are told together as well.
    """
    found: dict[tuple[bool, str, tuple[str, ...]], list[tuple[Path, str]]] = {}
    for file, said, sheet in zip(files, words, sheets or [""] * len(words), strict=True):
        what = said[0].removeprefix(_SHEET(sheet=sheet)) if sheet else said[0]
        found.setdefault((bool(sheet), what, said[1:]), []).append((file, sheet))
    ways: list[Way] = []
    for (has_sheets, what, about), alike in found.items():
        which = name_files(list(dict.fromkeys(sheet for _, sheet in alike)), "sheet") if has_sheets else ""
        kind = ", ".join(said_again(part) for part in what.split(", "))
        ways.append(Way((which + kind, *map(said_again, about)), tuple(dict.fromkeys(file for file, _ in alike))))
    return tuple(ways)


def name_readings(files: Sequence[Path], sheets: Sequence[str]) -> list[str]:
    """Name each file that was read, and its sheet where it has several, by the place below their common folder."""
    names = dict(zip(dict.fromkeys(files), below_common(files), strict=True))
    return [
        f"{names[file]}, sheet {sheet}" if sheet and files.count(file) > 1 else names[file]
        for file, sheet in zip(files, sheets, strict=True)
    ]


def below_common(files: Sequence[Path]) -> list[str]:
    """Name files by their place below the folder that holds all of them, each once."""
    folder = os.path.commonpath([file.parent for file in files])
    return [file.relative_to(folder).as_posix() for file in dict.fromkeys(files)]


def name_files(names: Sequence[str], what: Literal["", "sheet"] = "") -> str:
    """Name files, or other things: one or two in full, more by their number, the first and the last.

    Parameters
    ----------
    what : what they are, where that is said of one or two as well.

    Examples
    --------
    >>> name_files(["a.csv"]), name_files(["a.csv", "b.csv"]), name_files(["a.csv", "b.csv", "c.csv"])
    ('a.csv', 'a.csv and b.csv', '3 files, a.csv to c.csv')
    >>> name_files(["Jan"], "sheet"), name_files(["Jan", "Feb"], "sheet"), name_files(["Jan", "Feb", "Mar"], "sheet")
    ('sheet Jan', 'sheets Jan and Feb', '3 sheets, Jan to Mar')
    """
    if len(names) > 2:
        return said_again(_MANY[what](n=len(names), first=names[0], last=names[-1]))
    if len(names) == 2:
        return said_again(_TWO[what](one=names[0], other=names[1]))
    return said_again(_SHEET(sheet=names[0])) if what else names[0]
