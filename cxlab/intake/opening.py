"""A file of a source, opened: its columns and their types in the engine, whatever kind of file it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from cxlab.contract import TableContract
from cxlab.engine import Engine, EngineError
from cxlab.intake.encoding import is_packed
from cxlab.intake.places import SourceError
from cxlab.intake.sheets import SUFFIXES, Sheet, read_sheet
from cxlab.intake.textfile import TextFile, is_well_formed, read_text, tidy
from cxlab.study import Source, shown_path, tidy_name

_ARCHIVE, _PARQUET = b"PK\x03\x04", b"PAR1"


@dataclass(frozen=True)
class Opened:
    """A file in the engine.

    Attributes
    ----------
    relation : the engine's view or table: line (of a Parquet file: row) and f0, f1, ...
    columns : by the names in the file, the columns' names in the engine and their types.
    twice : names that several columns have; the first of them is in `columns`.
    numbers : of columns of text that hold numbers as well, which need no reading, where these are.
    text : how it was read, where it is a text.
    kind : what it is, in words.
    """

    path: Path
    relation: str
    columns: Mapping[str, tuple[str, str]]
    twice: frozenset[str]
    kind: str
    text: TextFile | None = None
    sheet: Sheet | None = None
    numbers: Mapping[str, str] = field(default_factory=dict)

    @property
    def options(self) -> dict[str, str]:
        """How it was read, as `read:` would say it."""
        if self.text:
            return {"delimiter": self.text.delimiter, "encoding": self.text.encoding}
        return {"sheet": self.sheet.sheet} if self.sheet else {}


def open_file(
    engine: Engine, path: Path, source: Source, contract: TableContract, *, relation: str, place: str
) -> Opened:
    """Make a file known to the engine.

    Parameters
    ----------
    relation : name of the engine's view to make.
    place : where the study names the file, for messages.

    Raises
    ------
    SourceError : it is no file that can be read, and what to do.
    """
    with path.open("rb") as file:
        start = file.read(4)
    suffix = path.suffix.lower()
    if start == _PARQUET or (suffix in (".parquet", ".pq") and not is_packed(path)):
        return _open_parquet(engine, path, relation, place)
    expected = frozenset(source.columns.get(name, name) for name in contract.names)
    if start == _ARCHIVE or suffix in SUFFIXES:
        sheet = read_sheet(engine, path, source.read, expected=expected, relation=relation, place=place)
        columns, twice = _by_name(sheet.names, sheet.kinds)
        fields = {f"f{place}": f"n{place}" for place in sheet.mixed}
        numbers = {name: fields[theirs] for name, (theirs, _) in columns.items() if theirs in fields}
        return Opened(path, relation, columns, twice, sheet.understood, sheet=sheet, numbers=numbers)
    text = read_text(engine, path, source.read, expected=expected, relation=relation, place=place)
    columns, twice = _by_name(text.names, ("VARCHAR",) * len(text.names))
    return Opened(path, relation, columns, twice, text.understood, text)


def well_formed(engine: Engine, opened: Opened) -> Opened:
    """Return a text file gone through record by record where the engine cannot read it as it stands; others as is."""
    if opened.text is None or is_well_formed(engine, opened.text):
        return opened
    return replace(opened, text=tidy(engine, opened.text))


def _open_parquet(engine: Engine, path: Path, relation: str, place: str) -> Opened:
    try:
        kinds = engine.view_parquet(relation, path)
    except EngineError as error:
        raise SourceError(f"{place}: {shown_path(path)} is no Parquet file: export the table again") from error
    columns, twice = _by_name(tuple(kinds), tuple(kinds.values()))
    return Opened(path, relation, columns, twice, "Parquet")


def _by_name(names: tuple[str, ...], kinds: tuple[str, ...]) -> tuple[dict[str, tuple[str, str]], frozenset[str]]:
    columns: dict[str, tuple[str, str]] = {}
    names = tuple(tidy_name(name) for name in names)
    for i, (name, kind) in enumerate(zip(names, kinds, strict=True)):
        if name:
            columns.setdefault(name, (f"f{i}", kind))
    return columns, frozenset(name for name in columns if names.count(name) > 1)
