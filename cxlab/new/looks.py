"""Files as looks: those with the same headings are one, and each sheet of a workbook is one of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from cxlab.new.contents import Contents, judge
from cxlab.new.dictionary import hinted
from cxlab.new.head import FileError, Kind, NoRecordError, Peek
from cxlab.new.peek import peek, sheets

_FEWEST_SHARED, _LEAST_SHARED = 3, 0.7
"""So many headings, and such a share of them, two files of one table must have in common."""


@dataclass(frozen=True)
class Look:
    """What was seen of one table, in one file or in several with the same headings.

    Attributes
    ----------
    names : the files, relative to the study's folder.
    sheets : the sheets, where the workbook has several.
    everywhere : the headings that each of the files has.
    is_book : whether one of the files is a workbook.
    peek : the first rows of all of them.
    contents : what the values of each column look like.
    """

    names: tuple[PurePosixPath, ...]
    sheets: tuple[str, ...]
    peek: Peek
    contents: Mapping[str, Contents]
    everywhere: frozenset[str]
    is_book: bool

    @property
    def title(self) -> str:
        """How it is called in a sentence."""
        files, named = _two_of(list(map(str, self.names))), _two_of(self.sheets)
        return f"{files}, {'sheets' if len(self.sheets) > 1 else 'sheet'} {named}" if named else files

    @property
    def is_several(self) -> bool:
        """Whether it is more than one file or sheet."""
        return len(self.names) > 1 or len(self.sheets) > 1

    @property
    def hints(self) -> frozenset[str]:
        """The tables at which the names of its files and sheet hint."""
        return frozenset().union(*(hinted(f"{name.stem} {' '.join(self.sheets)}") for name in self.names))

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
    The tables seen, in order, and what is to be said of sheets that are none, and of files without records or names.

    Raises
    ------
    FileError : a file cannot be read, or is no table; or none of them holds a record.
    """
    alike: list[list[_Table]] = []
    said: list[str] = []
    empty: list[NoRecordError] = []
    for name, path in files.items():
        try:
            tables = _tables(name, path, said)
        except NoRecordError as error:
            empty.append(error)
            said.append(f"{name} holds no record and was passed over")
            continue
        for one in tables:
            group = next((group for group in alike if _belongs(one, group)), None)
            if group is None:
                alike.append([one])
            else:
                group.append(one)
    if empty and not alike:
        raise empty[0]
    looks = []
    for found in alike:
        together = _together([one.looked for one in found])
        sheets_of_one = next((one.sheets for one in found if one.sheets), ())
        everywhere = frozenset.intersection(*(one.everywhere for one in found))
        is_book = any(one.is_book for one in found)
        names = tuple(one.name for one in found)
        looks.append(Look(names, sheets_of_one, together, judge(together), everywhere, is_book))
    return looks, said


@dataclass(frozen=True)
class _Table:
    """A file, or the sheets of one that have the same headings, and their first rows."""

    name: PurePosixPath
    sheets: tuple[str, ...]
    looked: Peek
    everywhere: frozenset[str]
    is_book: bool


def _belongs(one: _Table, group: Sequence[_Table]) -> bool:
    """Whether a file goes together with others: it is read alike, and named by what is no other table.

    The sheets that are named for one workbook are read in each.
    """
    hints = hinted(one.name.stem)
    others = [hinted(other.name.stem) for other in group]
    differ = any(hints and other and not hints & other for other in others)
    same_sheets = not one.is_book or all(other.sheets == one.sheets for other in group if other.is_book)
    fullest = max(group, key=lambda other: len(other.looked.names))
    return same_sheets and not differ and _have_like_headings(fullest.looked, one.looked)


def _have_like_headings(one: Peek, other: Peek) -> bool:
    """Whether two tables have the same headings and are read alike.

    One may lack a few headings of the other, as last year's export does.
    """
    fewer, more = sorted((set(one.names), set(other.names)), key=len)
    alike = fewer == more or (fewer < more and len(fewer) >= max(_FEWEST_SHARED, _LEAST_SHARED * len(more)))
    return alike and _without_skip(one) == _without_skip(other)


def _without_skip(looked: Peek) -> dict[str, Any]:
    """Return how a table is read, but for the lines above its names: where they differ, each is found by its names."""
    return {option: value for option, value in looked.read.items() if option != "skip"}


def _tables(name: PurePosixPath, path: Path, said: list[str]) -> list[_Table]:
    there = sheets(path)
    if len(there) == 1:
        looked = peek(path)
        if "header" in looked.read:
            said.append(f"{name} has no line of names: its columns are numbered")
        return [_Table(name, (), looked, frozenset(looked.columns), there != (None,))]
    found: list[_Table] = []
    faults: list[FileError] = []
    for sheet in filter(None, there):
        try:
            looked = peek(path, sheet)
        except FileError as error:
            faults.append(error)
            said.append(f"{name}: the sheet {sheet} holds no table and was passed over")
            continue
        one = _Table(name, (sheet,), looked, frozenset(looked.columns), True)
        i = next((i for i, earlier in enumerate(found) if _go_on(earlier, one)), None)
        if i is None:
            found.append(one)
        else:
            both = _together([found[i].looked, one.looked])
            found[i] = _Table(name, (*found[i].sheets, sheet), both, found[i].everywhere & one.everywhere, True)
    if not found:
        raise faults[0]
    return found


def _go_on(one: _Table, other: _Table) -> bool:
    """Whether a sheet goes on where another ends, as February does after January."""
    hints, other_hints = (hinted(" ".join(table.sheets)) for table in (one, other))
    return hints == other_hints and _have_like_headings(one.looked, other.looked)


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
    skips = {one.read.get("skip") for one in looked}
    return Peek(first.names, columns, kinds, first.read if len(skips) == 1 else _without_skip(first))


def _two_of(names: Sequence[str]) -> str:
    """Name what there is; of more than three the first two, and how many more."""
    if len(names) <= 3:
        return " and ".join([*([", ".join(names[:-1])] if names[:-1] else []), *names[-1:]])
    return f"{', '.join(names[:2])} and {len(names) - 2} more"
