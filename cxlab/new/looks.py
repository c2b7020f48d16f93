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
    sheets : the sheets, where the workbook has several.
    peek : the first rows of all of them.
    contents : what the values of each column look like.
    """

    names: tuple[PurePosixPath, ...]
    sheets: tuple[str, ...]
    peek: Peek
    contents: Mapping[str, Contents]

    @property
    def title(self) -> str:
        """How it is called in a sentence."""
        files = " and ".join(str(name) for name in self.names)
        named = " and ".join(self.sheets)
        return f"{files}, {'sheets' if len(self.sheets) > 1 else 'sheet'} {named}" if named else files

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
    The tables seen, in order, and what is to be said of sheets that are none.

    Raises
    ------
    FileError : a file cannot be read, or is no table.
    """
    alike: list[list[_Table]] = []
    said: list[str] = []
    for name, path in files.items():
        for one in _tables(name, path, said):
            group = next((group for group in alike if _are_alike(group[0], one)), None)
            if group is None:
                alike.append([one])
            else:
                group.append(one)
    looks = []
    for found in alike:
        together = _together([one.looked for one in found])
        sheets_of_one = next((one.sheets for one in found if one.sheets), ())
        looks.append(Look(tuple(one.name for one in found), sheets_of_one, together, judge(together)))
    return looks, said


@dataclass(frozen=True)
class _Table:
    """A file, or the sheets of one that have the same headings, and their first rows."""

    name: PurePosixPath
    sheets: tuple[str, ...]
    looked: Peek


def _are_alike(one: _Table, other: _Table) -> bool:
    """Whether two files have the same headings, are read alike, and their names do not hint at different tables."""
    hints, other_hints = hinted(one.name.stem), hinted(other.name.stem)
    differ = bool(hints and other_hints and not hints & other_hints)
    one_sheet = one.sheets == other.sheets or () in (one.sheets, other.sheets)
    return one_sheet and _have_like_headings(one.looked, other.looked) and not differ


def _have_like_headings(one: Peek, other: Peek) -> bool:
    """Whether two tables have the same headings and are read alike.

    One may lack a few headings of the other, as last year's export does.
    """
    fewer, more = sorted((set(one.names), set(other.names)), key=len)
    alike = fewer == more or (fewer < more and len(fewer) >= max(_FEWEST_SHARED, _LEAST_SHARED * len(more)))
    return alike and dict(one.read) == dict(other.read)


def _tables(name: PurePosixPath, path: Path, said: list[str]) -> list[_Table]:
    there = sheets(path)
    if len(there) == 1:
        return [_Table(name, (), peek(path))]
    found: list[_Table] = []
    faults: list[FileError] = []
    for sheet in filter(None, there):
        try:
            one = _Table(name, (sheet,), peek(path, sheet))
        except FileError as error:
            faults.append(error)
            said.append(f"{name}: the sheet {sheet} holds no table and was passed over")
            continue
        i = next((i for i, earlier in enumerate(found) if _go_on(earlier, one)), None)
        if i is None:
            found.append(one)
        else:
            both = _together([found[i].looked, one.looked])
            found[i] = _Table(name, (*found[i].sheets, sheet), both)
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
    return Peek(first.names, columns, kinds, first.read)
