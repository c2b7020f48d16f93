"""A file of a source, opened: its columns and their types in the engine, whatever kind of file it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cxlab.contract import TableContract
from cxlab.engine import Engine, EngineError
from cxlab.intake.encoding import is_packed
from cxlab.intake.parquet_zones import Clock, find_clocks
from cxlab.intake.places import NoRecordError, SourceError
from cxlab.intake.sheets import SUFFIXES, Sheet, read_sheets
from cxlab.intake.textfile import TextFile, is_well_formed, read_text, tidy
from cxlab.study import Source, shown_path, tidy_name

_ARCHIVE, _PARQUET = b"PK\x03\x04", b"PAR1"


@dataclass(frozen=True)
class Opened:
    """A file, or a sheet of it, in the engine.

    Attributes
    ----------
    relation : the engine's view or table: line (of a Parquet file: row) and f0, f1, ...
    columns : by the names in the file, the columns' names in the engine and their types.
    twice : names that several columns have; the first of them is in `columns`.
    numbers : of columns of text that hold numbers as well, which need no reading, where these are.
    text : how it was read, where it is a text.
    kind : what it is, in words.
    label : the sheet, where several of one file are read.
    """

    path: Path
    relation: str
    columns: Mapping[str, tuple[str, str]]
    twice: frozenset[str]
    kind: str
    text: TextFile | None = None
    sheet: Sheet | None = None
    numbers: Mapping[str, str] = field(default_factory=dict)
    label: str = ""

    @property
    def options(self) -> dict[str, str]:
        """How it was read, as `read:` would say it."""
        if self.text:
            return {"delimiter": self.text.delimiter, "encoding": self.text.encoding}
        return {"sheet": self.sheet.sheet} if self.sheet else {}


def open_files(
    engine: Engine, files: Sequence[Path], source: Source, contract: TableContract, *, place: str
) -> tuple[list[Opened], list[Path]]:
    """Make the files of a source known to the engine.

    Parameters
    ----------
    place : where the study names the files, for messages.

    Returns
    -------
    What was opened, in order; and the files that hold nothing at all, not even a line of names.

    Raises
    ------
    SourceError : one is no file that can be read, or all of them hold nothing; and what to do.
    """
    opened: list[Opened] = []
    empty: dict[Path, NoRecordError] = {}
    for i, file in enumerate(files):
        try:
            opened += _open_file(engine, file, source, contract, f"{contract.name}_file_{i}", place)
        except NoRecordError as fault:
            empty[file] = fault
    if not opened:
        raise next(iter(empty.values()))
    return [as_called(one, source) for one in opened], list(empty)


def as_called(one: Opened, source: Source) -> Opened:
    """Call columns by the first of their names in the study where a file has another of these."""
    columns, numbers = dict(one.columns), dict(one.numbers)
    for ours, others in source.also_called.items():
        name = source.columns[ours]
        there = next((other for other in others if other in columns), None)
        if name not in columns and there is not None:
            columns[name] = columns.pop(there)
            if there in numbers:
                numbers[name] = numbers.pop(there)
    return replace(one, columns=columns, numbers=numbers)


def _open_file(
    engine: Engine, path: Path, source: Source, contract: TableContract, relation: str, place: str
) -> list[Opened]:
    """Make a file known to the engine: one relation, or one for each sheet where several are asked for."""
    with path.open("rb") as file:
        start = file.read(4)
    if not start:
        raise NoRecordError(f"{place}: {shown_path(path)} is empty: export the table again, with its line of names")
    suffix = path.suffix.lower()
    if start == _PARQUET or (suffix in (".parquet", ".pq") and not is_packed(path)):
        return [_open_parquet(engine, path, source, contract, relation, place)]
    expected = frozenset(name for ours in contract.names for name in called(source, ours))
    if start == _ARCHIVE or suffix in SUFFIXES:
        sheets = read_sheets(engine, path, source.read, expected=expected, relation=relation, place=place)
        return [_of_sheet(sheet, label=sheet.sheet if len(sheets) > 1 else "") for sheet in sheets]
    text = read_text(engine, path, source.read, expected=expected, relation=relation, place=place)
    columns, twice = by_name(text.names, ("VARCHAR",) * len(text.names))
    return [Opened(path, relation, columns, twice, text.understood, text)]


def called(source: Source, ours: str) -> tuple[str, ...]:
    """Return what a column of ours may be called in the files."""
    return (source.columns.get(ours, ours), *source.also_called.get(ours, ()))


def _of_sheet(sheet: Sheet, *, label: str) -> Opened:
    columns, twice = by_name(sheet.names, sheet.kinds)
    fields = {f"f{place}": f"n{place}" for place in sheet.mixed}
    numbers = {name: fields[theirs] for name, (theirs, _) in columns.items() if theirs in fields}
    return Opened(
        sheet.path, sheet.relation, columns, twice, sheet.understood, sheet=sheet, numbers=numbers, label=label
    )


def well_formed(engine: Engine, opened: Opened) -> Opened:
    """Return a text file gone through record by record where the engine cannot read it as it stands; others as is."""
    if opened.text is None or is_well_formed(engine, opened.text):
        return opened
    return replace(opened, text=tidy(engine, opened.text))


def _open_parquet(
    engine: Engine, path: Path, source: Source, contract: TableContract, relation: str, place: str
) -> Opened:
    """Make a Parquet file known; its moments with a zone stand on the clock of it unless the study names another."""
    try:
        kinds = engine.view_parquet(relation, path)
    except EngineError as error:
        raise SourceError(f"{place}: {shown_path(path)} is no Parquet file: export the table again") from error
    columns, twice = by_name(tuple(kinds), tuple(kinds.values()))
    moments = [name for c in contract.columns if c.kind == "moment" for name in called(source, c.name)]
    asked = {name: columns[name] for name in moments if name in columns}
    clocks: Mapping[str, Clock] = {} if source.read.timezone else find_clocks(engine, path, asked)
    columns |= {name: (clock.sql, "TIMESTAMP") for name, clock in clocks.items()}
    words = dict.fromkeys(clock.words for clock in clocks.values())
    return Opened(path, relation, columns, twice, ", ".join(["Parquet", *words]))


def by_name(names: tuple[str, ...], kinds: tuple[str, ...]) -> tuple[dict[str, tuple[str, str]], frozenset[str]]:
    """Return the column in the engine and its type by each name, f0 the first; and the names that several have."""
    columns: dict[str, tuple[str, str]] = {}
    names = tuple(tidy_name(name) for name in names)
    for i, (name, kind) in enumerate(zip(names, kinds, strict=True)):
        if name:
            columns.setdefault(name, (f"f{i}", kind))
    return columns, frozenset(name for name in columns if names.count(name) > 1)
