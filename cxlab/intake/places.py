"""Where the files of a source are: paths relative to the study, globs, and files inside installed packages."""

import importlib.util
import re
from pathlib import Path

from cxlab.errors import InputError, did_you_mean
from cxlab.study import FILE, Fetch, Source, Study, shown_path

_PACKAGE = re.compile(r"package:(?P<name>[A-Za-z0-9_.-]+)/(?P<file>.+)")
_LATER = {".xlsx": "a workbook", ".xls": "a workbook"}


class SourceError(InputError):
    """A source cannot be read, or breaks the contract of its table."""


def find_files(study: Study, table: str, source: Source) -> tuple[Path, ...]:
    """Return a source's files, sorted.

    Raises
    ------
    SourceError : no file is there, it cannot be read, or this version does not read that kind of source.
    """
    place = study.place("sources", table, "path")
    if source.path is None:
        raise SourceError(
            f"{study.place('sources', table)}: {table} come from a database, and this version reads CSV (plain or "
            "gzip) and Parquet files: export the table and give its `path:`"
        )
    try:
        return _find(study, source.path, source.fetch, place)
    except OSError as error:
        file = shown_path(Path(error.filename or source.path))
        raise SourceError(
            f"{place}: {file} cannot be read ({error.strerror}): see where it is, and who may read it"
        ) from error


def _find(study: Study, path: str, fetch: Fetch | None, place: str) -> tuple[Path, ...]:
    packaged = _PACKAGE.fullmatch(path)
    if packaged:
        files: tuple[Path, ...] = (_inside_package(packaged["name"], packaged["file"], place),)
    else:
        files = _beside_study(study, path, fetch, place)
    for file in files:
        if file.suffix.lower() in _LATER or _start(file) == b"PK\x03\x04":
            what = _LATER.get(file.suffix.lower(), "an archive")
            raise SourceError(
                f"{place}: {file.name} is {what}, and this version reads CSV (plain or gzip) and Parquet: "
                "save it as CSV and give that `path:`"
            )
        if file.stat().st_size == 0:
            raise SourceError(f"{place}: {shown_path(file)} is empty: export the table again, with its line of names")
    return files


def _start(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(4)


def _beside_study(study: Study, path: str, fetch: Fetch | None, place: str) -> tuple[Path, ...]:
    given = Path(path)
    folder = study.folder
    if any(mark in path for mark in "*?["):
        base, pattern = (
            (Path(given.anchor), str(given.relative_to(given.anchor))) if given.is_absolute() else (folder, path)
        )
        files = tuple(sorted(p for p in base.glob(pattern) if p.is_file()))
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
    names = sorted(p.name for p in folder.iterdir() if p.is_file() and p.name != FILE)[:10]
    near = did_you_mean(path, names)
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
