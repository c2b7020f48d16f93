"""One source through all its steps: files found, columns matched, texts read, every record used or rejected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cxlab.contract import TABLES, TableContract
from cxlab.engine import Engine, EngineError, fill, quote
from cxlab.intake import checks
from cxlab.intake.columns import match_columns
from cxlab.intake.dates import to_study
from cxlab.intake.opening import Opened, open_file, well_formed
from cxlab.intake.personal import point_to_people
from cxlab.intake.places import SourceError, find_files
from cxlab.intake.understanding import Understood, Unsure, understand
from cxlab.study import Outcomes, Source, Study, Trial, shown_path


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
    example: Example | None = None


@dataclass(frozen=True)
class FileReading:
    """How a file was read.

    Attributes
    ----------
    file : its name.
    n_read : its records.
    words : how it was read, for people.
    options : the same as `read:` would say it.
    """

    file: str
    n_read: int
    words: tuple[str, ...]
    options: Mapping[str, str]


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

    @property
    def n_rejected(self) -> int:
        """Records that were not used."""
        return self.n_read - self.n_used

    @property
    def understood(self) -> str:
        """How it was read, in words; where files differ, each way with its files."""
        ways: dict[tuple[str, ...], list[str]] = {}
        for reading in self.readings:
            ways.setdefault(reading.words, []).append(reading.file)
        if len(ways) == 1:
            return ", ".join(next(iter(ways)))
        return "; ".join(f"{_some(files)}: {', '.join(words)}" for words, files in ways.items())


def _some(files: Sequence[str]) -> str:
    return files[0] if len(files) == 1 else f"{files[0]} and {len(files) - 1} more"


def read_source(
    engine: Engine,
    study: Study,
    table: str,
    source: Source,
    *,
    observation_end: int | None,
    allow_outside: bool = False,
) -> TableIntake:
    """Read and check a source.

    Parameters
    ----------
    observation_end : day since 1970 after which nothing counts; None: everything counts.
    allow_outside : whether its files may lie outside the study's folder.

    Raises
    ------
    SourceError : a file or a column is not there, nothing can be read, a date can be read in two ways, or a file
        changes while it is being read.
    """
    contract = TABLES[table]
    files = find_files(study, table, source, allow_outside=allow_outside)
    stamps = [stamp(file) for file in files]
    place = study.place("sources", table, "path")
    opened = [
        open_file(engine, file, source, contract, relation=f"{table}_file_{i}", place=place)
        for i, file in enumerate(files)
    ]
    arms = tuple(source.allocation) if isinstance(source, Trial) and source.allocation else None
    wanted = checks.Wanted(study.currency, observation_end, arms)
    try:
        checked = _check(engine, study, source, contract, opened, wanted)
    except EngineError:
        checked = None
    if checked is None or not _all_there(engine, checked, opened):
        opened = [well_formed(engine, one) for one in opened]
        try:
            checked = _check(engine, study, source, contract, opened, wanted)
        except EngineError as error:
            raise SourceError(f"{place}: {table} cannot be read ({error}): export the table again") from error
        if not _all_there(engine, checked, opened):
            raise AssertionError(f"{table}: not every line of its files is accounted for")
    for file, before in zip(files, stamps, strict=True):
        if stamp(file) != before:
            raise SourceError(
                f"{place}: {shown_path(file)} changed while it was being read: wait until it is written in full, and "
                "read it again"
            )
    if checked.n_read == 0:
        raise SourceError(
            f"{place}: {shown_path(files[0])} holds its line of names and no record: export the table again"
        )
    return replace(checked, stamps=tuple(stamps))


def stamp(file: Path) -> tuple[int, int]:
    """Return the size of a file, and the time of its last change in nanoseconds since 1970."""
    found = file.stat()
    return found.st_size, found.st_mtime_ns


def _all_there(engine: Engine, checked: TableIntake, opened: Sequence[Opened]) -> bool:
    """Whether the engine found a record for every line of the files that it read by itself."""
    found = dict(engine.rows(fill(_COUNTS, t=checked.checked)))
    return all(
        one.text is None or one.text.n_expected is None or one.text.n_expected == found.get(i, 0)
        for i, one in enumerate(opened)
    )


_COUNTS = "SELECT cx_file, COUNT(*) FROM {t} GROUP BY cx_file ORDER BY cx_file"


def _check(
    engine: Engine,
    study: Study,
    source: Source,
    contract: TableContract,
    opened: Sequence[Opened],
    wanted: checks.Wanted,
) -> TableIntake:
    """Read every value, and find the first rule that each record breaks: one scan."""
    table, checked, rows = contract.name, f"{contract.name}_checked", f"{contract.name}_rows"
    mapping = match_columns(study, source, contract, opened)
    kinds = _kinds(mapping, opened)
    understood, by_others = _understand(engine, study, source, contract, opened, mapping)
    present = frozenset(mapping)
    known = frozenset(c.name for c in contract.columns if c.name in present)
    formats = {
        name: tuple(dict.fromkeys(one.date_formats[name] for one in understood if name in one.date_formats))
        for name in known
    }
    rules = checks.rules(contract, known, formats, wanted)
    parts = [_values(one, i, contract, mapping, kinds, understood[i]) for i, one in enumerate(opened)]
    kept = [column.name for column in contract.columns if column.name in known]
    kept += [name for name in mapping if name not in known]
    for number, part in enumerate(parts):
        # File by file: one statement over hundreds of files would take longer to plan than to run.
        sql = fill(
            "{!into} SELECT cx_file, cx_line, {!kept}{!also}, cx_hash, CAST(CASE {!cases} END AS TINYINT) AS cx_fault "
            "FROM (SELECT *{!returned} FROM ({!part}) AS r) AS q",
            into=fill("INSERT INTO {rows}" if number else "CREATE OR REPLACE TABLE {rows} AS", rows=rows),
            kept=", ".join(quote(name) for name in kept),
            also=", is_return" if table == "orders" else "",
            cases=" ".join(f"WHEN {rule.broken} THEN {i}" for i, rule in enumerate(rules)),
            returned=_is_return(known) if table == "orders" else "",
            part=part,
        )
        engine.read(sql)
    counts = dict(engine.rows(fill(_COUNTS, t=rows)))
    engine.read(_with_lines(rows, checked, opened, counts))
    engine.run(fill("CREATE OR REPLACE VIEW {v} AS SELECT * FROM {t} WHERE cx_fault IS NULL", v=table, t=checked))
    found = TableIntake(
        table, tuple(one.path for one in opened), tuple(
            FileReading(
                one.path.name, counts.get(i, 0) + (len(one.text.broken) if one.text else 0),
                (
                    one.kind, *understood[i].words, *_lacking(one, mapping),
                    *(["as the other files, for by itself it fits two readings"] if i in by_others else []),
                ), one.options | _options(understood[i]),
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
    return [f"without {', '.join(f'`{theirs}`' for theirs in lacking)}, so empty there"] if lacking else []


def _with_lines(rows: str, checked: str, opened: Sequence[Opened], counts: Mapping[int, int]) -> str:
    """Return the SQL of a view of records in which each knows its line.

    A table keeps the order in which its rows came: that of the files, and of the lines in each. So where the engine
    read a text by itself, the number of a row in the table tells its line.
    """
    cases, before = [], 0
    for number, one in enumerate(opened):
        if one.text and one.text.lines:
            cases.append(f"WHEN {number} THEN rowid + {one.text.n_before + 1 - before}")
        before += counts.get(number, 0)
    line = f"CASE cx_file {' '.join(cases)} ELSE cx_line END" if cases else "cx_line"
    sql = "CREATE OR REPLACE VIEW {checked} AS SELECT * REPLACE ({!line} AS cx_line) FROM {rows}"
    return fill(sql, checked=checked, line=line, rows=rows)


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
        engine.drop(one.relation)
        (engine.folder / f"{one.relation}.csv").unlink(missing_ok=True)
    return replace(table, checked="", rules=(), opened=())


def _options(understood: Understood) -> dict[str, str]:
    """Write what was understood of a file's values as `read:` in the study would say it."""
    formats = sorted({to_study(reading) for reading in understood.date_formats.values()})
    found = {"decimal": understood.decimal}
    if formats:
        found["date_format"] = " or ".join(formats)
    return found | ({"timezone": understood.timezone} if understood.timezone else {})


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


def _kinds(mapping: Mapping[str, str], opened: Sequence[Opened]) -> dict[str, str]:
    """Return the type in the engine that a column has in every file; text where they differ."""
    kinds = {}
    for ours, theirs in mapping.items():
        found = {one.columns[theirs][1] for one in opened if theirs in one.columns}
        kinds[ours] = found.pop() if len(found) == 1 else "VARCHAR"
    return kinds


def _values(
    one: Opened,
    number: int,
    contract: TableContract,
    mapping: Mapping[str, str],
    kinds: Mapping[str, str],
    understood: Understood,
) -> str:
    """Return the SQL of a file's records with every value read."""
    known = [column for column in contract.columns if column.name in mapping]
    further = [name for name in mapping if name not in contract.names]
    raw = _raw(one, mapping, contract)
    first: dict[str, str] = {}
    again: dict[str, str] = {}
    read: dict[str, str] = {}
    for column in known:
        name = column.name
        theirs, kind = raw[name]
        glance, text = quote(f"cx_first_{name}"), quote(f"cx_text_{name}")
        seen = checks.read_first(column, theirs, kind, understood)
        mixed = one.numbers.get(mapping[name]) if column.kind in ("money", "number") else None
        first[f"cx_first_{name}"] = f"COALESCE({mixed}, {seen})" if mixed else seen
        again[f"cx_text_{name}"] = checks.read_again(column, theirs, kind, glance)
        read |= checks.read_column(column, kind, understood, raw=theirs, first=glance, text=text)
    taken = {name: f"CAST({raw[name][0]} AS {kinds[name]})" for name in further}
    return fill(
        "SELECT {!number} AS cx_file, line AS cx_line, HASH({!record}) AS cx_hash{!read}{!taken} "
        "FROM (SELECT *{!again} FROM (SELECT *{!first} FROM {relation}) AS f) AS a",
        number=str(number),
        record=", ".join(field for _, (field, _) in sorted(one.columns.items())),
        read=_named(read),
        taken=_named(taken),
        again=_named(again),
        first=_named(first),
        relation=one.relation,
    )


def _raw(one: Opened, mapping: Mapping[str, str], contract: TableContract) -> dict[str, tuple[str, str]]:
    """Return the SQL and the type of each column in a file; of amounts that partly are numbers, the texts only."""
    raw = {ours: one.columns.get(theirs, _MISSING) for ours, theirs in mapping.items()}
    for column in contract.columns:
        number = one.numbers.get(mapping.get(column.name, ""))
        if number and column.kind in ("money", "number"):
            text, kind = raw[column.name]
            raw[column.name] = (f"CASE WHEN {number} IS NULL THEN {text} END", kind)
    return raw


_MISSING = ("CAST(NULL AS VARCHAR)", "VARCHAR")
"""A column that this file lacks and another has: it is empty here."""


def _named(values: Mapping[str, str]) -> str:
    return "".join(f", {sql} AS {quote(name)}" for name, sql in values.items())


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
            for ours, column in _raw(one, mapping, contract).items()
            if ours in contract.names and column != _MISSING
        }
        for one in opened
    ]
    found = [understand(engine, one.relation, c, contract, source.read) for one, c in zip(opened, columns, strict=True)]
    settled = [one for one in found if isinstance(one, Understood)]
    hints: dict[str, set[str]] = {}
    for one in settled:
        for name, reading in one.settled.items():
            hints.setdefault(name, set()).add(reading)
    sure: list[Understood] = []
    for i, first in enumerate(found):
        again = first
        if isinstance(first, Unsure):
            again = understand(engine, opened[i].relation, columns[i], contract, source.read, hints=hints)
        if isinstance(again, Unsure):
            raise SourceError(_ask(study, contract.name, opened[i].path, again))
        sure.append(again)
    return sure, {i for i, first in enumerate(found) if isinstance(first, Unsure)}


def _ask(study: Study, table: str, file: Path, unsure: Unsure) -> str:
    found = unsure.ambiguous
    (one, two), (first, second) = found.readings, found.meanings
    key = "decimal" if unsure.column == "amounts" else "date_format"
    return (
        f"{study.place('sources', table)}: `{found.value}` among the {unsure.column} of {table}, in "
        f'{shown_path(file)}, can be read in two ways, and so can all the others: {first} with "{one}", or {second} '
        f'with "{two}"; say which: `read: {{{key}: "{one}"}}` or `read: {{{key}: "{two}"}}`'
    )


def _is_return(known: frozenset[str]) -> str:
    signs = [f"COALESCE({name} < 0, FALSE)" for name in ("revenue", "quantity") if name in known]
    if {"quantity", "unit_price"} <= known:
        unsaid = "revenue IS NULL AND " if "revenue" in known else ""
        signs.append(f"COALESCE({unsaid}quantity * unit_price < 0, FALSE)")
    flags = ["COALESCE(returned, FALSE)"] if "returned" in known else []
    return ", " + " OR ".join(signs + flags) + " AS is_return"
