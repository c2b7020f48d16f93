"""Files as looks: those with the same headings are one, and each sheet of a workbook is one of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from cxlab.new.contents import Contents, judge
from cxlab.new.dictionary import hinted
from cxlab.new.head import FileError, Kind, Peek
from cxlab.new.peek import peek, sheets

_FEWEST_SHARED, _LEAST_SHARED = 3, 0.7
"""So many headings, and such a share of them, two files of one table must have in common."""


@dataclass(frozen=True)
class Look:
    """What was seen of one table, in one file or in several with the same headings.

    Attributes
    ----------
    names : the files, relative to the study's folder.
    sheet : the sheet, where the workbook has several.
    peek : the first rows of all of them.
    contents : what the values of each column look like.
    """

    names: tuple[PurePosixPath, ...]
    sheet: str | None
    peek: Peek
    contents: Mapping[str, Contents]

    @property
    def title(self) -> str:
        """How it is called in a sentence."""
        files = " and ".join(str(name) for name in self.names)
        return f"{files}, sheet {self.sheet}" if self.sheet else files

    @property
    def hints(self) -> frozenset[str]:
        """The tables at which the names of its files and sheet hint."""
        return frozenset().union(*(hinted(f"{name.stem} {self.sheet or ''}") for name in self.names))

    @property
    def headings(self) -> list[str]:
        """Its columns, each once."""
        return list(self.peek.columns)

    def values(self, column: str) -> list[str | None]:
        """Values of a column in the rows looked at."""
        return self.peek.columns[column]


def look(files: Mapping[PurePosixPath, Path]) -> tuple[list[Look], list[str]]:
    """Look into files, by their names in the study's folder.

    Returns
    -------
    The tables seen, in order, and what is to be said of sheets that are none.

    Raises
    ------
    FileError : a file cannot be read, or is no table.
    """
    alike: list[list[tuple[PurePosixPath, str | None, Peek]]] = []
    said: list[str] = []
    for name, path in files.items():
        for sheet, looked in _tables(name, path, said):
            one = (name, sheet, looked)
            group = next((group for group in alike if _are_alike(group[0], one)), None)
            if group is None:
                alike.append([one])
            else:
                group.append(one)
    looks = []
    for found in alike:
        together = _together([looked for _, _, looked in found])
        sheet = next((sheet for _, sheet, _ in found if sheet), None)
        looks.append(Look(tuple(name for name, _, _ in found), sheet, together, judge(together)))
    return looks, said


def _are_alike(one: tuple[PurePosixPath, str | None, Peek], other: tuple[PurePosixPath, str | None, Peek]) -> bool:
    """Whether two files have the same headings, are read alike, and their names do not hint at different tables.

    One may lack a few headings of the other, as last year's export does.
    """
    (name, sheet, looked), (other_name, other_sheet, other_looked) = one, other
    hints, other_hints = hinted(name.stem), hinted(other_name.stem)
    differ = bool(hints and other_hints and not hints & other_hints)
    fewer, more = sorted((set(looked.names), set(other_looked.names)), key=len)
    alike = fewer == more or (fewer < more and len(fewer) >= max(_FEWEST_SHARED, _LEAST_SHARED * len(more)))
    one_sheet = sheet == other_sheet or None in (sheet, other_sheet)
    return alike and one_sheet and dict(looked.read) == dict(other_looked.read) and not differ


def _tables(name: PurePosixPath, path: Path, said: list[str]) -> list[tuple[str | None, Peek]]:
    there = sheets(path)
    if len(there) == 1:
        return [(None, peek(path))]
    found: list[tuple[str | None, Peek]] = []
    faults: list[FileError] = []
    for sheet in there:
        try:
            found.append((sheet, peek(path, sheet)))
        except FileError as error:
            faults.append(error)
            said.append(f"{name}: the sheet {sheet} holds no table and was passed over")
    if not found:
        raise faults[0]
    return found


def _rows(looked: Peek) -> int:
    return max(map(len, looked.columns.values()), default=0)


def _together(looked: Sequence[Peek]) -> Peek:
    """Put the rows of several files under one another; a heading that one of them lacks is empty there."""
    first = max(looked, key=lambda one: len(one.names))
    if len(looked) == 1:
        return first
    columns = {
        name: [value for one in looked for value in one.columns.get(name, [None] * _rows(one))]
        for name in first.columns
    }
    kinds: dict[str, Kind] = {}
    for name in first.columns:
        found = {one.kinds[name] for one in looked if name in one.kinds}
        kinds[name] = found.pop() if len(found) == 1 else "text"
    return Peek(first.names, columns, kinds, first.read)
