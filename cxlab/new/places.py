"""Where the files of a new study lie: in its folder already, or to be copied there; and the one path of several."""

import filecmp
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from glob import escape
from itertools import takewhile
from pathlib import Path, PurePosixPath

from cxlab.errors import InputError, file_alike
from cxlab.new.head import FileError
from cxlab.study import FILE, shown_path


class FolderError(InputError):
    """The folder cannot take a new study."""


@dataclass(frozen=True)
class Place:
    """A file of the study: where it lies now, its name in the study's folder, and whether it must be copied there."""

    file: Path
    name: PurePosixPath
    copied: bool


def find_places(folder: Path, files: Sequence[Path]) -> tuple[Place, ...]:
    """Find where each file of a new study lies, and shall lie; nothing is written.

    Raises
    ------
    FolderError : the folder is a file, or holds a study.
    FileError : a file is not there, or would be copied over another one.
    """
    if os.path.lexists(folder) and not folder.is_dir():
        raise FolderError(f"{shown_path(folder)} is a file: name a folder for the study")
    if os.path.lexists(folder / FILE):
        raise FolderError(
            f"{shown_path(folder / FILE)} is there already and is never overwritten: correct it by hand, move it away, "
            "or name another folder"
        )
    places: dict[PurePosixPath, Place] = {}
    for file in files:
        try:
            place = _place(folder, file)
            earlier = places.get(place.name)
            is_another = earlier is not None and not earlier.file.samefile(file)
        except OSError as error:
            raise FileError(
                f"{shown_path(file)} cannot be read ({error.strerror}): see where it is, and who may read it"
            ) from error
        if earlier and is_another:
            raise FileError(
                f"{shown_path(earlier.file)} and {shown_path(file)} are both called `{place.name}`, and a folder holds "
                "one of a name: rename one"
            )
        places.setdefault(place.name, place)
    return tuple(places.values())


def files_beside(folder: Path, names: Sequence[PurePosixPath]) -> list[PurePosixPath]:
    """Return the files of a folder that lie as deep in it as the first of several does."""
    if len(names) == 1:
        return []
    found = folder.glob("/".join("*" * len(names[0].parts)))
    return [PurePosixPath(path.relative_to(folder).as_posix()) for path in found if path.is_file()]


def one_path(names: Sequence[PurePosixPath], others: Iterable[PurePosixPath]) -> str | tuple[str, ...]:
    """Return the path of a source: a file's name, or the pattern that fits exactly these files, or all their names.

    Parameters
    ----------
    others : all files of the folder, these or not.

    Examples
    --------
    >>> one_path([PurePosixPath("orders-2023.csv"), PurePosixPath("orders-2024.csv")], [])
    'orders-*.csv'
    >>> one_path([PurePosixPath("a.csv"), PurePosixPath("b.parquet")], [PurePosixPath("study.yml")])
    ('a.csv', 'b.parquet')
    """
    if len(names) == 1:
        return escape(str(names[0]))
    depth = len(names[0].parts)
    each = tuple(escape(str(name)) for name in names)
    if any(len(name.parts) != depth for name in names):
        return each
    rest = [other for other in others if len(other.parts) == depth and other not in names]
    for shorten in (True, False):
        parts = [_pattern([name.parts[i] for name in names], shorten=shorten) for i in range(depth)]
        if not any(_match(other, parts) for other in rest):
            return "/".join(parts)
    return each


def _place(folder: Path, file: Path) -> Place:
    shown = shown_path(file)
    try:
        str(file).encode()
    except UnicodeEncodeError as error:
        raise FileError(f"the name of {str(file)!a} is no UTF-8 text: rename the file") from error
    if not file.exists():
        near = [p.name for p in file.parent.iterdir() if p.is_file()] if file.parent.is_dir() else []
        raise FileError(
            f"{shown} is not there{file_alike(file.name, near) or ': see how it is called, and where it is'}"
        )
    if file.is_dir():
        raise FileError(f"{shown} is a folder: name the files in it")
    if not file.is_file():
        raise FileError(f"{shown} is no ordinary file: save what comes out of it, and name that file")
    inside, real = folder.resolve(), file.resolve()
    if real.is_relative_to(inside):
        return Place(file, PurePosixPath(real.relative_to(inside).as_posix()), False)
    there = folder / file.name
    if os.path.lexists(there):
        if there.is_file() and filecmp.cmp(file, there, shallow=False):
            return Place(file, PurePosixPath(file.name), False)
        raise FileError(
            f"{shown_path(there)} is there already and is another file than {shown}: rename one; nothing is overwritten"
        )
    return Place(file, PurePosixPath(file.name), True)


def _pattern(parts: Sequence[str], *, shorten: bool) -> str:
    """Put a star for what differs; `shorten` lets it stand for all digits around it as well."""
    if len(set(parts)) == 1:
        return escape(parts[0])
    before = _common_start(parts)
    after = _common_start([part[len(before) :][::-1] for part in parts])[::-1]
    if shorten:
        before, after = before.rstrip("0123456789"), after.lstrip("0123456789")
    return f"{escape(before)}*{escape(after)}"


def _common_start(texts: Sequence[str]) -> str:
    same = takewhile(lambda letters: len(set(letters)) == 1, zip(*texts, strict=False))
    return "".join(letters[0] for letters in same)


def _match(name: PurePosixPath, parts: Sequence[str]) -> bool:
    return all(fnmatchcase(part, pattern) for part, pattern in zip(name.parts, parts, strict=True))
