"""Files of a source that were read alike, told together: the names of three hundred say less than their number."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cxlab.words import number


@dataclass(frozen=True)
class Way:
    """A way in which files were read, in words, and the files, in their order; each once, however many its sheets."""

    words: tuple[str, ...]
    files: tuple[Path, ...]

    def __str__(self) -> str:
        """Say it as one text."""
        return ", ".join(self.words)


def group_alike(files: Sequence[Path], words: Sequence[tuple[str, ...]]) -> tuple[Way, ...]:
    """Group files by the words for how each was read; the ways stand in the order of their first files."""
    found: dict[tuple[str, ...], list[Path]] = {}
    for file, said in zip(files, words, strict=True):
        found.setdefault(said, []).append(file)
    return tuple(Way(said, tuple(dict.fromkeys(alike))) for said, alike in found.items())


def below_common(files: Sequence[Path]) -> list[str]:
    """Name files by their place below the folder that holds all of them, each once."""
    folder = os.path.commonpath([file.parent for file in files])
    return [file.relative_to(folder).as_posix() for file in dict.fromkeys(files)]


def name_files(names: Sequence[str]) -> str:
    """Name files: one or two in full, more by their number, the first and the last.

    Examples
    --------
    >>> name_files(["a.csv"]), name_files(["a.csv", "b.csv"]), name_files(["a.csv", "b.csv", "c.csv"])
    ('a.csv', 'a.csv and b.csv', '3 files, a.csv to c.csv')
    """
    if len(names) > 2:
        return f"{number(len(names))} files, {names[0]} to {names[-1]}"
    return " and ".join(names)
