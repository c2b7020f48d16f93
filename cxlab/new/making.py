"""A new study on the disk: all of it, or nothing."""

import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from cxlab.new.guarding import GUARD
from cxlab.new.places import FolderError, Place
from cxlab.study import FILE, shown_path

_ASIDE = ".cxlab-new"


def write_study(folder: Path, text: str, places: Sequence[Place], guard: str | None) -> tuple[Path, ...]:
    """Make the folder, copy the files that lie elsewhere, and write `study.yml` last; on any error take it all back.

    Parameters
    ----------
    guard : what its `.gitignore` shall hold; None: it has one already.

    Returns
    -------
    The copies made.

    Raises
    ------
    FolderError : something cannot be written.
    """
    undo: list[Callable[[], None]] = []
    copies: list[Path] = []
    try:
        for missing in reversed([p for p in (folder, *folder.parents) if not p.exists()]):
            missing.mkdir()
            undo.append(missing.rmdir)
        aside = folder / _ASIDE
        undo.append(lambda: aside.unlink(missing_ok=True))
        if guard is not None:
            aside.write_text(guard, encoding="utf-8", newline="\n")
            _put(aside, folder / GUARD, undo)
        for place in places:
            if place.copied:
                copy = folder / place.name
                shutil.copyfile(place.file, aside)
                _put(aside, copy, undo)
                copies.append(copy)
        aside.write_text(text, encoding="utf-8", newline="\n")
        _put(aside, folder / FILE, undo)
    except BaseException as error:
        for step in reversed(undo):
            with suppress(OSError):  # what cannot be taken back must not hide what went wrong
                step()
        if isinstance(error, OSError):
            raise FolderError(
                f"{shown_path(folder)} cannot be written ({error.strerror}), and nothing was: see who may, and whether "
                "there is room, and try again"
            ) from error
        raise
    return tuple(copies)


def _put(aside: Path, file: Path, undo: list[Callable[[], None]]) -> None:
    """Give a file that was written aside its name, which no other file has."""
    if os.path.lexists(file):
        raise FileExistsError(17, "a file came there meanwhile", str(file))
    aside.replace(file)
    undo.append(file.unlink)
