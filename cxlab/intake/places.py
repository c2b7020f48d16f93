"""Where the files of a source are: paths relative to the study, globs, and files inside installed packages."""

import importlib.util
import re
from pathlib import Path
from typing import Literal

from cxlab.errors import InputError, file_alike
from cxlab.intake.kept_texts import KeptText
from cxlab.study import FILE, Fetch, Source, Study, shown_path

_PACKAGE = re.compile(r"package:(?P<name>[A-Za-z0-9_.-]+)/(?P<file>.+)")
_NOT_SKIPPED = {
    "line": KeptText("skip of study.yml not used here: the names stand in the first line")(),
    "row": KeptText("skip of study.yml not used here: the names stand in the first row")(),
}
_SKIPPED = {
    "line": KeptText("{n} line above the names left out", "{n} lines above the names left out"),
    "row": KeptText("{n} row above the names left out", "{n} rows above the names left out"),
}


class SourceError(InputError):
    """A source cannot be read, or breaks the contract of its table."""


class NoRecordError(SourceError):
    """A file holds nothing, not even a line of names; beside other files of its source that is no fault."""


def skipped_in_words(skipped: int | None, what: Literal["line", "row"]) -> str:
    """Say how many lines or rows were skipped where the file tells that by itself; empty where it does not.

    Examples
    --------
    >>> skipped_in_words(2, "line"), skipped_in_words(0, "row"), skipped_in_words(None, "row")
    ('2 lines above the names left out', 'skip of study.yml not used here: the names stand in the first row', '')
    """
    if skipped is None:
        return ""
    if not skipped:
        return _NOT_SKIPPED[what]
    return _SKIPPED[what](n=skipped)


def find_files(study: Study, table: str, source: Source, *, allow_outside: bool = False) -> tuple[Path, ...]:
    """Return a source's files: those of a pattern sorted, those of a list in its order, each once.

    Parameters
    ----------
    allow_outside : whether they may lie outside the study's folder; a file inside an installed package always may.

    Raises
    ------
    SourceError : no file is there, it cannot be read, it lies outside, or this version does not read that kind of
        source.
    """
    place = study.place("sources", table, "path")
    assert source.path is not None
    paths = (source.path,) if isinstance(source.path, str) else source.path
    try:
        found = [
            file for path in paths for file in _find(study, path, source.fetch, place, allow_outside=allow_outside)
        ]
        return tuple(dict.fromkeys(found))
    except OSError as error:
        file = shown_path(Path(error.filename or paths[0]))
        raise SourceError(
            f"{place}: {file} cannot be read ({error.strerror}): see where it is, and who may read it"
        ) from error


def _find(study: Study, path: str, fetch: Fetch | None, place: str, *, allow_outside: bool) -> tuple[Path, ...]:
    packaged = _PACKAGE.fullmatch(path)
    if packaged:
        files: tuple[Path, ...] = (_inside_package(packaged["name"], packaged["file"], place),)
    else:
        if not allow_outside:
            _refuse_outside(study, (study.folder / _fixed(path),), place)
        files = _beside_study(study, path, fetch, place)
        if not allow_outside:
            _refuse_outside(study, files, place)
    for file in files:
        with file.open("rb") as opened:
            opened.read(1)  # whoever may not read it shall know now
    return files


def _fixed(path: str) -> Path:
    """Return the part of a path that no pattern stands in."""
    parts = Path(path).parts
    n = next((i for i, part in enumerate(parts) if any(mark in part for mark in "*?[")), len(parts))
    return Path(*parts[:n])


def _refuse_outside(study: Study, files: tuple[Path, ...], place: str) -> None:
    folder = study.folder.resolve()
    for file in files:
        if not file.resolve().is_relative_to(folder):
            raise SourceError(
                f"{place}: {shown_path(file)} lies outside the study's folder, and a study may be somebody else's: put "
                "the file into the folder, or allow it with --allow-outside"
            )


def _beside_study(study: Study, path: str, fetch: Fetch | None, place: str) -> tuple[Path, ...]:
    given = Path(path)
    folder = study.folder
    if any(mark in path for mark in "*?["):
        base, pattern = (
            (Path(given.anchor), str(given.relative_to(given.anchor))) if given.is_absolute() else (folder, path)
        )
        files = tuple(sorted(p for p in base.glob(pattern) if p.is_file() and not p.name.startswith("~$")))
        if not files and (folder / path).is_file():
            return (folder / path,)  # named so, as a browser names what it loads twice
        if not files:
            raise SourceError(f"{place}: no file fits `{path}` in {shown_path(folder)}{_those_there(folder, path)}")
        return files
    file = folder / given
    if fetch and not file.exists():
        named = shown_path(folder if study.file.name == FILE else study.file)
        raise SourceError(
            f"{place}: {shown_path(file)} is not there: get it with `cxlab fetch {named}`, or put it there by hand, "
            f"from {fetch.url}"
        )
    if not file.is_file():
        what = "is a folder: add the file's name, or `/*.csv`" if file.is_dir() else "is not there"
        near = "" if file.is_dir() else _those_there(folder, path)
        raise SourceError(f"{place}: {shown_path(file)} {what}{near}")
    return (file,)


def _those_there(folder: Path, path: str) -> str:
    names = sorted(p.name for p in folder.iterdir() if p.is_file() and p.name != FILE and p.name[0] != ".")[:10]
    near = file_alike(path, names)
    return near or (
        f"; the folder holds {', '.join(names)}" if names else "; the folder holds no other file: put it there"
    )


def _inside_package(name: str, inside: str, place: str) -> Path:
    """Find a file of an installed package by path; the package is not imported."""
    if not name.isidentifier() or name == "__main__":
        raise SourceError(f"{place}: `{name}` is no package's name: write it as Python imports it, without dots or -")
    found = importlib.util.find_spec(name)
    if not found:
        raise SourceError(f"{place}: the package `{name}` is not installed, and the data lie in it: pip install {name}")
    folders = [Path(folder) for folder in found.submodule_search_locations or ()]
    if not folders:
        raise SourceError(
            f"{place}: `{name}` is there but has no files of its own: name the package that holds {inside}"
        )
    for folder in folders:
        file = (folder / inside).resolve()
        if file.is_relative_to(folder.resolve()) and file.is_file():
            return file
    raise SourceError(
        f"{place}: the package `{name}` is there, but no file {inside} in it: see how the file is called in it, or "
        "install the version that has it"
    )
