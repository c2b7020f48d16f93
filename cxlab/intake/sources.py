"""One source through all its steps: files found, columns matched, texts read, every record used or rejected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cxlab.contract import TABLES, TableContract
from cxlab.engine import Engine, EngineError, fill, quote
from cxlab.errors import did_you_mean
from cxlab.intake import checks, readings
from cxlab.intake.places import SourceError, find_files
from cxlab.intake.textfile import TextFile, read_text
from cxlab.study import RESERVED, Source, Study, shown_path

_SHOWN_NAMES = 20


@dataclass(frozen=True)
class Reject:
    """Why records were not used, and how many: of a table, by column and reason."""

    column: str
    reason: str
    n: int
    outside_limit: bool = False


@dataclass(frozen=True)
class TableIntake:
    """What became of a source.

    Attributes
    ----------
    table : its name, and that of the engine's view of the records used, with the columns of the contract (money in
        cents, moments in seconds since 1970).
    checked : the engine's table of these and the rejected ones: cx_file (number), cx_line, cx_fault (number of the
        rule, or NULL).
    files : its files, in order; `texts` how each was read when it is a text.
    n_read, n_used : records.
    rejects : why the others were not used, most frequent first.
    columns : the columns that it has, as the kit names them; `further` those beyond the contract (a name
        that begins with cx_ gets their_ before it).
    understood : how it was read, in words.
    """

    table: str
    checked: str
    files: tuple[Path, ...]
    texts: tuple[TextFile | None, ...]
    n_read: int
    n_used: int
    rejects: tuple[Reject, ...]
    rules: tuple[checks.Rule, ...]
    columns: frozenset[str]
    further: tuple[str, ...]
    understood: str

    @property
    def n_rejected(self) -> int:
        """Records that were not used."""
        return self.n_read - self.n_used


@dataclass(frozen=True)
class _Opened:
    """A file in the engine: its relation (line, f0, f1, ...); by the names in the file its columns and their types."""

    relation: str
    columns: Mapping[str, tuple[str, str]]
    text: TextFile | None


def read_source(
    engine: Engine, study: Study, table: str, source: Source, *, observation_end: int | None
) -> TableIntake:
    """Read and check a source.

    Parameters
    ----------
    observation_end : day since 1970 after which nothing counts; None: everything counts.

    Raises
    ------
    SourceError : a file or a column is not there, nothing can be read, or a date can be read in two ways.
    """
    contract = TABLES[table]
    files = find_files(study, table, source)
    opened = [_open(engine, study, table, source, i, file) for i, file in enumerate(files)]
    mapping = _match_columns(study, table, source, contract, opened, files)
    raw, kinds = _gather(engine, table, opened, mapping)
    understood = _understand(engine, study, table, source, contract, raw, kinds)
    present = frozenset(mapping)
    known = frozenset(c.name for c in contract.columns if c.name in present)
    rules = checks.rules(contract, known, understood, observation_end)
    checked = f"{table}_checked"
    _check(engine, contract, raw, kinds, known, understood, rules, checked)
    _forget_texts(engine, raw, opened)
    broken = sum(len(o.text.broken) for o in opened if o.text)
    n_checked, n_used = engine.row(fill("SELECT COUNT(*), COUNT(*) - COUNT(cx_fault) FROM {t}", t=checked))
    if n_checked + broken == 0:
        raise SourceError(
            f"{study.place('sources', table, 'path')}: {shown_path(files[0])} holds its line of names and no record: "
            "export the table again"
        )
    engine.run(fill("CREATE OR REPLACE VIEW {v} AS SELECT * FROM {t} WHERE cx_fault IS NULL", v=table, t=checked))
    texts = tuple(o.text for o in opened)
    return TableIntake(
        table, checked, files, texts, n_checked + broken, n_used,
        count_rejects(engine, checked, rules, texts), tuple(rules), known,
        tuple(sorted(present - known)), _words(opened, understood),
    )  # fmt: skip


def _open(engine: Engine, study: Study, table: str, source: Source, number: int, file: Path) -> _Opened:
    relation = f"{table}_file_{number}"
    place = study.place("sources", table, "path")
    with file.open("rb") as opened:
        is_parquet = opened.read(4) == b"PAR1"
    if is_parquet or file.suffix.lower() in (".parquet", ".pq"):
        try:
            kinds = engine.view_parquet(relation, file)
        except EngineError as error:
            raise SourceError(f"{place}: {shown_path(file)} is no Parquet file: export the table again") from error
        return _Opened(relation, {name: (f"f{i}", kind) for i, (name, kind) in enumerate(kinds.items())}, None)
    contract = TABLES[table]
    expected = frozenset(source.columns.get(name, name) for name in contract.names)
    text = read_text(engine, file, source.read, expected=expected, relation=relation, place=place)
    columns = {name: (f"f{i}", "VARCHAR") for i, name in enumerate(text.names)}
    if len(columns) < len(text.names):
        twice = sorted({name for name in text.names if text.names.count(name) > 1})
        raise SourceError(f"{place}: {shown_path(file)} names the column `{twice[0]}` twice: rename one")
    return _Opened(relation, columns, text)


def _match_columns(
    study: Study, table: str, source: Source, contract: TableContract, opened: list[_Opened], files: tuple[Path, ...]
) -> dict[str, str]:
    """Return theirs by ours, for the columns that every file has."""
    everywhere = set(opened[0].columns).intersection(*(set(o.columns) for o in opened[1:]))
    for file, one in zip(files, opened, strict=True):
        for ours, theirs in source.columns.items():
            if theirs not in one.columns:
                raise SourceError(_lacks(study.place("sources", table, "columns", ours), file, one, ours, theirs))
        for column in contract.columns:
            theirs = source.columns.get(column.name, column.name)
            if column.required and theirs not in one.columns:
                raise SourceError(_lacks(study.place("sources", table), file, one, column.name, theirs))
    mapping = {ours: theirs for ours, theirs in source.columns.items() if theirs in everywhere}
    taken = set(mapping.values())
    mapping |= {n: n for n in contract.names if n not in mapping and n in everywhere and n not in taken}
    if contract.one_of and not any(set(mapping).issuperset(group) for group in contract.one_of):
        needed = " or ".join(" with ".join(f"`{name}`" for name in group) for group in contract.one_of)
        raise SourceError(
            f"{study.place('sources', table)}: {shown_path(files[0])} has neither {needed}; it has "
            f"{_names(opened[0])}. Map one of them under `columns:` in {study.place('sources', table)}: "
            f"`columns: {{{contract.one_of[0][0]}: …}}`"
        )
    if contract.further:
        taken = {name.lower() for name in mapping}
        for theirs in sorted(everywhere - set(mapping.values())):
            ours = f"their_{theirs}" if theirs.lower().startswith(RESERVED) else theirs
            while ours.lower() in taken:
                ours += "_further"
            taken.add(ours.lower())
            mapping[ours] = theirs
    return mapping


def _lacks(place: str, file: Path, opened: _Opened, ours: str, theirs: str) -> str:
    near = did_you_mean(theirs, opened.columns) or "."
    return (
        f"{place}: {shown_path(file)} has no column `{theirs}`; it has {_names(opened)}{near} Map one of them under "
        f"`columns:` in {place}: `columns: {{{ours}: …}}`"
    )


def _names(opened: _Opened) -> str:
    names = [name[:40] for name in opened.columns]
    return ", ".join(names[:_SHOWN_NAMES]) + (
        f" and {len(names) - _SHOWN_NAMES} more" if len(names) > _SHOWN_NAMES else ""
    )


def _gather(
    engine: Engine, table: str, opened: list[_Opened], mapping: Mapping[str, str]
) -> tuple[str, dict[str, str]]:
    """Put a source's files under one another, their columns under our names; types that differ become text."""
    kinds: dict[str, str] = {}
    for ours, theirs in mapping.items():
        found = {o.columns[theirs][1] for o in opened}
        kinds[ours] = found.pop() if len(found) == 1 else "VARCHAR"
    parts = []
    for number, one in enumerate(opened):
        columns = "".join(
            f", CAST({one.columns[theirs][0]} AS {kinds[ours]}) AS {quote(ours)}" for ours, theirs in mapping.items()
        )
        sql = "SELECT {!number} AS cx_file, line AS cx_line{!columns} FROM {relation}"
        parts.append(fill(sql, number=str(number), columns=columns, relation=one.relation))
    raw = f"{table}_raw"
    engine.run(fill("CREATE OR REPLACE VIEW {raw} AS {!all}", raw=raw, all=" UNION ALL ".join(parts)))
    return raw, kinds


def _understand(
    engine: Engine,
    study: Study,
    table: str,
    source: Source,
    contract: TableContract,
    raw: str,
    kinds: Mapping[str, str],
) -> checks.Understood:
    formats: dict[str, str] = {}
    numbers: list[str] = []
    whole: set[str] = set()
    for column in (c for c in contract.columns if c.name in kinds):
        name, kind = column.name, kinds[column.name]
        if column.kind == "moment" and not kind.startswith(("DATE", "TIMESTAMP")):
            found = source.read.date_format or readings.choose_date_format(engine, raw, f"CAST({name} AS VARCHAR)")
            if isinstance(found, readings.Ambiguous):
                raise SourceError(_ask(study, table, name, found))
            formats[name] = found
        elif column.kind in ("money", "number") and checks.is_text(kind):
            numbers.append(name)
        elif column.kind == "id" and checks.is_text(kind):
            text = readings.given(name)
            like = f"REGEXP_MATCHES({text}, '^\\d+\\.0+$')"
            sql = "SELECT COUNT(*) FILTER (WHERE {!like}), COUNT({!text}) FROM {raw}"
            like_whole, n_given = engine.row(fill(sql, like=like, text=text, raw=raw))
            if n_given and like_whole == n_given:
                whole.add(name)
    decimal = source.read.decimal or readings.choose_decimal(engine, raw, tuple(numbers))
    if isinstance(decimal, readings.Ambiguous):
        raise SourceError(_ask(study, table, "amounts", decimal))
    return checks.Understood(formats, decimal, frozenset(whole))


def _ask(study: Study, table: str, what: str, found: readings.Ambiguous) -> str:
    (one, two), (first, second) = found.readings, found.meanings
    key = "decimal" if what == "amounts" else "date_format"
    return (
        f"{study.place('sources', table)}: `{found.value}` among the {what} of {table} can be read in two ways, and so "
        f'can all the others: {first} with "{one}", or {second} with "{two}"; say which: `read: {{{key}: "{one}"}}`'
    )


def _check(
    engine: Engine, contract: TableContract, raw: str, kinds: Mapping[str, str], known: frozenset[str],
    understood: checks.Understood, rules: list[checks.Rule], checked: str,
) -> None:  # fmt: skip
    """Read every value and find the first rule that each record breaks: one scan."""
    read: dict[str, str] = {}
    for column in contract.columns:
        if column.name in known:
            read |= checks.read_column(column, quote(column.name), kinds[column.name], understood)
    values = "".join(f", {sql} AS {quote(name)}" for name, sql in read.items())
    cleaned = "".join(
        f", {readings.given(quote(name)) if name in known and checks.is_text(kind) else quote(name)} AS {quote(name)}"
        for name, kind in kinds.items()
    )
    further = "".join(f", {quote(name)}" for name in kinds if name not in known)
    returned = _is_return(known) if contract.name == "orders" else ""
    cases = " ".join(f"WHEN {rule.broken} THEN {i}" for i, rule in enumerate(rules))
    kept = "".join(f", {quote(column.name)}" for column in contract.columns if column.name in known)
    sql = fill(
        "CREATE OR REPLACE TABLE {checked} AS SELECT cx_file, cx_line{!kept}{!further}{!also}, "
        "CASE {!cases} END AS cx_fault FROM (SELECT *{!returned} "
        "FROM (SELECT cx_file, cx_line{!values}{!further} "
        "FROM (SELECT cx_file, cx_line{!cleaned} FROM {raw}) AS c) AS r) AS q",
        checked=checked, kept=kept, further=further, also=", is_return" if returned else "",
        cases=cases, values=values, cleaned=cleaned, returned=returned, raw=raw,
    )  # fmt: skip
    if understood.has_date_format:
        engine.read(sql)
    else:
        engine.run(sql)


def _forget_texts(engine: Engine, raw: str, opened: list[_Opened]) -> None:
    """Drop what only the check read; a view of a Parquet file takes no memory, and its rejects are listed from it."""
    engine.run(fill("DROP VIEW {raw}", raw=raw))
    for one in opened:
        if one.text:
            engine.run(fill("DROP TABLE {relation}", relation=one.relation))


def _is_return(known: frozenset[str]) -> str:
    signs = [f"COALESCE({name} < 0, FALSE)" for name in ("revenue", "quantity") if name in known]
    if {"quantity", "unit_price"} <= known:
        unsaid = "revenue IS NULL AND " if "revenue" in known else ""
        signs.append(f"COALESCE({unsaid}quantity * unit_price < 0, FALSE)")
    flags = ["COALESCE(returned, FALSE)"] if "returned" in known else []
    return ", " + " OR ".join(signs + flags) + " AS is_return"


def count_rejects(
    engine: Engine, checked: str, rules: Sequence[checks.Rule], texts: Sequence[TextFile | None]
) -> tuple[Reject, ...]:
    """Count the records at fault by their reason, the most frequent first.

    Parameters
    ----------
    checked : the engine's table of all records of a source, with cx_fault.
    texts : its files that are texts, with the records that are none.
    """
    counts = engine.rows(
        fill(
            "SELECT cx_fault, COUNT(*) FROM {t} WHERE cx_fault IS NOT NULL GROUP BY cx_fault ORDER BY cx_fault",
            t=checked,
        )
    )
    found = [Reject(rules[i].column, rules[i].reason, n, rules[i].outside_limit) for i, n in counts]
    reasons = [reason for text in texts if text for _, reason, _ in text.broken]
    found += [Reject("", reason, reasons.count(reason)) for reason in sorted(set(reasons))]
    return tuple(sorted(found, key=lambda reject: (-reject.n, reject.column, reject.reason)))


def _words(opened: list[_Opened], understood: checks.Understood) -> str:
    files = dict.fromkeys(o.text.understood if o.text else "Parquet" for o in opened)
    parts = [*files, *(f"{name} as {form}" for name, form in understood.date_formats.items())]
    if understood.decimal == ",":
        parts.append("decimal comma")
    return ", ".join(parts)
