"""One source through all its steps: files found, columns matched, texts read, every record used or rejected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cxlab.contract import TableContract
from cxlab.engine import Engine, EngineError, fill, quote
from cxlab.intake import checks
from cxlab.intake.asking import ask
from cxlab.intake.columns import match_columns
from cxlab.intake.databases import Asked, FromDatabase
from cxlab.intake.drivers import contract_of
from cxlab.intake.encoding import NEARLY
from cxlab.intake.kept_texts import KeptText
from cxlab.intake.opening import Opened, open_files, well_formed
from cxlab.intake.personal import point_to_people
from cxlab.intake.places import SourceError, find_files
from cxlab.intake.rows import make_rows
from cxlab.intake.understanding import Understood, Unsure, understand
from cxlab.intake.values import MISSING, raw_columns
from cxlab.intake.ways import Way, below_common, group_alike, name_files, name_readings
from cxlab.study import Outcomes, Source, Study, Trial, shown_path

_AS_OTHERS = KeptText("as the other files, for by itself it fits two readings")()
_EMPTY = KeptText("empty, so no record of it")()
_WITHOUT = KeptText("without {columns}, so empty there")


@dataclass(frozen=True)
class Example:
    """A record that was rejected: its file, its line and the start of its text."""

    file: str
    line: int
    record: str


@dataclass(frozen=True)
class Reject:
    """Why records were not used, and how many: of a table, by column and reason."""

    column: str
    reason: str
    n: int
    outside_limit: bool = False
    remedy: str = ""
    example: Example | None = field(default=None, repr=False)


@dataclass(frozen=True)
class FileReading:
    """How a file was read.

    Attributes
    ----------
    file : its name.
    n_read : its records.
    words : how it was read, for people.
    options : the same as `read:` would say it.
    zones : zones of its moments, a few of them.
    remarks : what of the study's own words on reading was not used.
    """

    file: str
    n_read: int
    words: tuple[str, ...]
    options: Mapping[str, str | Mapping[str, str]]
    zones: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableIntake:
    """What became of a source.

    Attributes
    ----------
    table : its name, and that of the engine's view of the records used, with the columns of the contract (money in
        cents, moments in seconds since 1970).
    files : its files, in order; `readings` how each was read.
    n_read, n_used : records.
    rejects : why the others were not used, most frequent first.
    columns : the columns that it has, as the kit names them; `further` those beyond the contract (a name
        that begins with cx_ gets their_ before it).
    left_out : columns beyond the contract that point to people, as they are called in the files.
    n_same : records that are the same as one before them, in every column.
    stamps : size and time (nanoseconds) of each file as it was read.
    one_line : of orders, whether it is known that none has two lines.
    asked : what was read of a database; a name stands for it among `files`. None: files were read.
    checked : the engine's table of used and rejected records: cx_file (number), cx_line, cx_hash, cx_fault (number of
        the rule, or NULL); it and the rest is there while the source is being judged.
    """

    table: str
    files: tuple[Path, ...]
    readings: tuple[FileReading, ...]
    n_read: int
    n_used: int
    rejects: tuple[Reject, ...]
    columns: frozenset[str]
    further: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    n_same: int = 0
    stamps: tuple[tuple[int, int], ...] = ()
    checked: str = ""
    rules: tuple[checks.Rule, ...] = ()
    opened: tuple[Opened, ...] = ()
    asked: Asked | None = None
    one_line: bool = False

    @property
    def n_rejected(self) -> int:
        """Records that were not used."""
        return self.n_read - self.n_used

    @property
    def understood(self) -> str:
        """How it was read, in words; where files differ, each way with its files."""
        if len(set(self.files)) == len(self.ways) == 1:
            return str(self.ways[0])
        names = dict(zip(dict.fromkeys(self.files), below_common(self.files), strict=True))
        return "; ".join(f"{name_files([names[file] for file in way.files])}: {way}" for way in self.ways)

    @property
    def ways(self) -> tuple[Way, ...]:
        """The ways in which its files were read, each with its files."""
        return group_alike(self.files, [reading.words for reading in self.readings], self.sheets)

    @property
    def sheets(self) -> list[str]:
        """The sheet that was read of each file; empty where it is no workbook."""
        return [str(reading.options.get("sheet", "")) for reading in self.readings]

    @property
    def names(self) -> list[str]:
        """The names of its files and sheets, one for each of `readings`."""
        return name_readings(self.files, self.sheets)


def read_source(
    engine: Engine,
    study: Study,
    table: str,
    source: Source,
    *,
    observation_end: int | None,
    allow_outside: bool = False,
    rows: FromDatabase | None = None,
) -> TableIntake:
    """Read and check a source.

    Parameters
    ----------
    rows : of a source that is a database's, what was read there.
    observation_end : day since 1970 after which nothing counts; None: everything counts.
    allow_outside : whether its files may lie outside the study's folder.

    Raises
    ------
    SourceError : a file or a column is not there, nothing can be read, a date can be read in two ways, or a file
        changes while it is being read.
    """
    contract = contract_of(study, table)
    place = study.place("sources", table, "path" if rows is None else "url")
    opened, empty, stamps = [rows.opened] if rows else [], list[Path](), dict[Path, tuple[int, int]]()
    if rows is None:
        files = find_files(study, table, source, allow_outside=allow_outside)
        stamps = {file: stamp(file) for file in files}
        opened, empty = open_files(engine, files, source, contract, place=place)
    arms = tuple(source.allocation) if isinstance(source, Trial) and source.allocation else None
    wanted = checks.Wanted(study.currency, observation_end, arms, source.keep)
    try:
        checked = _check(engine, study, source, contract, opened, wanted)
    except EngineError:
        checked = None
    if checked is None or not _all_there(checked):
        opened = [well_formed(engine, one) for one in opened]
        try:
            checked = _check(engine, study, source, contract, opened, wanted)
        except EngineError as error:
            again = "cast its columns in a query" if rows else "export the table again"
            raise SourceError(f"{place}: {table} cannot be read ({error}): {again}") from error
        if not _all_there(checked):
            raise AssertionError(f"{table}: not every line of its files is accounted for")
    for file, before in stamps.items():
        if stamp(file) != before:
            raise SourceError(
                f"{place}: {shown_path(file)} changed while it was being read: wait until it is written in full, and "
                "read it again"
            )
    if checked.n_read == 0:
        raise SourceError(
            f"{place}: {shown_path(opened[0].path)} holds its line of names and no record: export the table again"
        )
    files = (*checked.files, *empty)
    nothing = (FileReading(file.name, 0, (_EMPTY,), {}) for file in empty)
    return replace(
        checked, files=files, readings=(*checked.readings, *nothing), asked=rows.asked if rows else None,
        stamps=tuple(stamps[file] for file in files if file in stamps),
    )  # fmt: skip


def stamp(file: Path) -> tuple[int, int]:
    """Return the size of a file, and the time of its last change in nanoseconds since 1970."""
    found = file.stat()
    return found.st_size, found.st_mtime_ns


def _all_there(checked: TableIntake) -> bool:
    """Whether the engine found a record for every line of the files that it read by itself."""
    return all(
        one.text is None or one.text.n_expected is None or one.text.n_expected == reading.n_read
        for one, reading in zip(checked.opened, checked.readings, strict=True)
    )


def _check(
    engine: Engine,
    study: Study,
    source: Source,
    contract: TableContract,
    opened: Sequence[Opened],
    wanted: checks.Wanted,
) -> TableIntake:
    """Read every value, and find the first rule that each record breaks: one scan."""
    table, checked = contract.name, f"{contract.name}_checked"
    mapping = match_columns(study, source, contract, opened)
    understood, by_others = _understand(engine, study, source, contract, opened, mapping)
    present = frozenset(mapping)
    known = frozenset(c.name for c in contract.columns if c.name in present)
    formats = {
        name: tuple(dict.fromkeys(one.date_formats[name] for one in understood if name in one.date_formats))
        for name in known
    }
    rules = checks.rules(contract, known, formats, wanted)
    counts = make_rows(engine, contract, opened, understood, mapping, rules, source.keep)
    engine.run(fill("CREATE OR REPLACE VIEW {v} AS SELECT * FROM {t} WHERE cx_fault IS NULL", v=table, t=checked))
    found = TableIntake(
        table, tuple(one.path for one in opened), tuple(
            FileReading(
                one.path.name, counts.get(i, 0) + (len(one.text.broken) if one.text else 0),
                (
                    one.kind, *understood[i].words, *_lacking(one, mapping),
                    *([_AS_OTHERS] if i in by_others else []),
                ), _sayable(one.options) | understood[i].options, understood[i].zones, understood[i].remarks,
            )
            for i, one in enumerate(opened)
        ), 0, 0, (), known, tuple(sorted(present - known)), (), 0, (), checked, tuple(rules), tuple(opened),
    )  # fmt: skip
    asked = source.covariates or () if isinstance(source, Outcomes) else ()
    further = {ours: mapping[ours] for ours in found.further if not {ours, mapping[ours]}.intersection(asked)}
    return counted(
        engine, _without_people(engine, found, {k: v for k, v in further.items() if k not in source.columns})
    )


def _lacking(one: Opened, mapping: Mapping[str, str]) -> list[str]:
    """Say which columns a file lacks that another file of its source has."""
    lacking = [theirs for theirs in mapping.values() if theirs not in one.columns]
    return [_WITHOUT(columns=", ".join(f"`{theirs}`" for theirs in lacking))] if lacking else []


def _without_people(engine: Engine, table: TableIntake, further: dict[str, str]) -> TableIntake:
    """Leave out the columns that nobody asked for and that point to people."""
    people = point_to_people(engine, table.checked, further) if further else ()
    if not people:
        return table
    kept = ", ".join(quote(name) for name in engine.kinds(table.checked) if name not in people)
    aside = f"{table.checked}_kept"
    engine.run(
        fill("CREATE OR REPLACE TABLE {aside} AS SELECT {!kept} FROM {t}", aside=aside, kept=kept, t=table.checked)
    )
    engine.run(fill("CREATE OR REPLACE VIEW {v} AS SELECT * FROM {t} WHERE cx_fault IS NULL", v=table.table, t=aside))
    for name in (table.checked, f"{table.table}_rows"):
        engine.drop(name)
    left_out = tuple(sorted(further[name] for name in people))
    return replace(table, checked=aside, further=tuple(n for n in table.further if n not in people), left_out=left_out)


def finished(engine: Engine, table: TableIntake) -> TableIntake:
    """Leave out, and drop from the engine, what is needed only while a source is being judged."""
    for one in table.opened:
        for name in (one.relation, *engine.names(f"{one.relation}_")):
            engine.drop(name)
        (engine.folder / f"{one.relation}.csv").unlink(missing_ok=True)
    return replace(table, checked="", rules=(), opened=())


def _sayable(options: Mapping[str, str]) -> dict[str, str | Mapping[str, str]]:
    """Leave out of how a file was read what a study cannot say: an encoding that is broken in places."""
    return {key: value for key, value in options.items() if value != NEARLY}


def counted(engine: Engine, table: TableIntake) -> TableIntake:
    """Count what was read and used of a source, and why the rest was not, the most frequent reason first."""
    broken = [reason for one in table.opened if one.text for _, reason, _ in one.text.broken]
    sql = "SELECT cx_fault, COUNT(*) FROM {t} GROUP BY cx_fault ORDER BY cx_fault"
    counts = dict(engine.rows(fill(sql, t=table.checked)))
    n_used = counts.pop(None, 0)
    found = [
        Reject(rule.column, rule.reason, counts[i], rule.outside_limit, rule.remedy)
        for i, rule in enumerate(table.rules)
        if i in counts
    ]
    found += [Reject("", reason, broken.count(reason)) for reason in sorted(set(broken))]
    rejects = tuple(sorted(found, key=lambda reject: (-reject.n, reject.column, reject.reason)))
    return replace(table, n_read=n_used + sum(counts.values()) + len(broken), n_used=n_used, rejects=rejects)


def _understand(
    engine: Engine,
    study: Study,
    source: Source,
    contract: TableContract,
    opened: Sequence[Opened],
    mapping: Mapping[str, str],
) -> tuple[list[Understood], set[int]]:
    """Find out how each file is to be read; those that leave it open are read as the others are, and returned too."""
    columns = [
        {
            ours: column
            for ours, column in raw_columns(one, mapping, contract).items()
            if ours in contract.names and column != MISSING
        }
        for one in opened
    ]
    found = [
        understand(engine, one.relation, c, contract, source.read, is_sheet=one.sheet is not None)
        for one, c in zip(opened, columns, strict=True)
    ]
    settled = [one for one in found if isinstance(one, Understood)]
    hints: dict[str, set[str]] = {}
    for one in settled:
        for name, reading in one.settled.items():
            hints.setdefault(name, set()).add(reading)
    sure: list[Understood] = []
    for i, first in enumerate(found):
        again = first
        if isinstance(first, Unsure):
            where, is_sheet = opened[i].relation, opened[i].sheet is not None
            again = understand(engine, where, columns[i], contract, source.read, hints=hints, is_sheet=is_sheet)
        if isinstance(again, Unsure):
            raise SourceError(ask(study, contract.name, source, opened[i].path, again))
        sure.append(again)
    return sure, {i for i, first in enumerate(found) if isinstance(first, Unsure)}
