"""A new study from files: which table each is, which column is which, written as a `study.yml` to be corrected."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from cxlab.new.guarding import GUARD, guard_text
from cxlab.new.head import FileError
from cxlab.new.looks import look
from cxlab.new.making import write_study
from cxlab.new.places import FolderError, files_beside, find_places, one_path
from cxlab.new.statuses import undone
from cxlab.new.tables import sort_out
from cxlab.new.writing import Said, notes_of_people, write_text
from cxlab.strict_yaml import Document, read_yaml
from cxlab.study import FILE, shown_path

__all__ = ["FileError", "FolderError", "NewStudy", "make_study"]
_LARGE = 100_000_000


@dataclass(frozen=True)
class NewStudy:
    """A study that was written.

    Attributes
    ----------
    file : its `study.yml`.
    tables : what each of its tables was made of, in words.
    copied : files that were copied into its folder.
    guarded : whether a `.gitignore` was written that keeps the data out of version control; else there was one.
    to_fill_in : what must be filled in before it can be read; `unsure` what may be wrong, both with the line of the
        file where it stands; `notes` what to know.
    """

    file: Path
    tables: tuple[str, ...]
    copied: tuple[Path, ...]
    to_fill_in: tuple[str, ...]
    unsure: tuple[str, ...]
    notes: tuple[str, ...]
    guarded: bool = True

    @property
    def reading(self) -> str:
        """What was done, what is unsure, and what to do next, as lines."""
        file, folder = shown_path(self.file), shown_path(self.file.parent)
        lines = [f"{file} is written: {', '.join(self.tables) or 'no table was found'}."]
        if self.copied:
            copies = ", ".join(f"{copy.name} ({_size(copy)})" for copy in self.copied)
            lines.append(f"Copied into {folder}: {copies}.")
        guard = shown_path(self.file.parent / GUARD)
        if self.guarded:
            lines.append(f"The data are kept out of version control by {guard}.")
        else:
            lines.append(f"{guard} is there already: see that it keeps the data out of version control.")
        for head, said in (
            ("It is not ready; please fill in:", self.to_fill_in),
            ("Unsure; please look at:", self.unsure),
            ("Good to know:", self.notes),
        ):
            if said:
                lines += ["", head, *(f"  {words}" for words in said)]
        first = "fill in what is missing" if self.to_fill_in else "correct what is wrong"
        return "\n".join([*lines, "", f"Next: {first} in {file}, then run", f"  cxlab check {folder}"])


def make_study(folder: Path, files: Sequence[Path]) -> NewStudy:
    """Make a study of files: copy those that it uses and that lie elsewhere into its folder, and write its `study.yml`.

    Parameters
    ----------
    folder : made where it is not there; it holds no study yet.
    files : CSV (plain or packed with gzip), Parquet, workbooks. Those with the same headings become one source; one
        without a record is passed over where others have some.

    Raises
    ------
    FolderError : the folder holds a study already, or cannot be written.
    FileError : a file cannot be read, is no table, or would be written over another; or none holds a record. Nothing
        was written then.
    """
    places = find_places(folder, files)
    looks, passed_over = look({place.name: place.file for place in places})
    guesses, unused = sort_out(looks)
    seen = {name for one in looks for name in one.names}
    new = [*(place.name for place in places if place.name in seen or not place.copied), PurePosixPath(FILE)]
    paths = {
        guess.table: one_path(guess.look.names, [*files_beside(folder, guess.look.names), *new]) for guess in guesses
    }
    written = write_text(folder, guesses, paths, unused)
    document = read_yaml(written.text)
    if document.faults:
        raise AssertionError(f"the study to be written is no YAML: {document.faults}")
    used = {name for guess in guesses for name in guess.look.names}
    kept = [place for place in places if place.name in used or not place.copied]
    guard = guard_text(folder, kept)
    copied = write_study(folder, written.text, kept, guard)
    notes = [note for guess in guesses for note in (*guess.notes, *notes_of_people(guess), *undone(guess))]
    return NewStudy(
        folder / FILE,
        tuple(f"{guess.table} from {guess.look.title}" for guess in guesses),
        copied,
        _with_lines(document, written.to_fill_in),
        _with_lines(document, written.unsure),
        (*notes, *passed_over),
        guard is not None,
    )


def _with_lines(document: Document, said: Sequence[Said]) -> tuple[str, ...]:
    return tuple(f"line {document.line(one.path)}, {one.what}: {one.words}" if one.path else one.words for one in said)


def _size(file: Path) -> str:
    n = file.stat().st_size
    words = f"{n / 1e6:,.1f} MB" if n >= 100_000 else f"{n / 1e3:,.1f} kB"
    return f"{words}, the whole of it" if n >= _LARGE else words
