"""Whose a folder of reports is: the name of a study decides, so two of one name share it, and that must be said."""

from collections.abc import Sequence
from pathlib import Path

from cxlab.intake.rejects import REJECTS
from cxlab.reports import manifest
from cxlab.study import FILE, Study, shown_path


def other_study(folder: Path, study: Study) -> str:
    """Return the study whose reports lie in a folder, as it was named then, where it is another one; else empty.

    The reports of a label lie in a folder of their own below it, and count as well.
    """
    for place in (folder, *(file.parent for file in sorted(folder.glob(f"*/{manifest.FILE}")))):
        told = manifest.read_json(place / manifest.FILE).get("study")
        named = str(told.get("path", "")) if isinstance(told, dict) else ""
        file = Path(named) / FILE if Path(named).is_dir() else Path(named)
        if named and file.is_file() and file.resolve() != study.file.resolve():
            return named
    return ""


def where_rejects_are(written: Sequence[Path], earlier: Sequence[Path], other: str, folder: Path) -> str:
    """Say where rejected records stand, what became of an earlier run's, and whose reports lie beside them.

    Parameters
    ----------
    written, earlier : files of rejects, of this run and of the one before.
    other : another study of the same name, whose reports lie in the folder; empty: none.
    folder : the folder of the reports.
    """
    said = []
    if written:
        replaced = ", in place of those of an earlier run" if earlier else ""
        said.append(f"The rejected records stand in {' and '.join(shown_path(f) for f in written)}{replaced}.")
    elif earlier:
        said.append(f"The rejected records of an earlier run were taken from {shown_path(folder / REJECTS)}.")
    if said and other:
        said.append(
            f"The reports in {shown_path(folder)} are of {other}, another study of the same name: give one of them "
            "another `name:`, or name another folder with --out."
        )
    return " ".join(said)
