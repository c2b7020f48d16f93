"""Sources that are tables or queries of a database: their rows brought to the engine, always in the same order."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pyarrow as pa
from pyarrow import compute as pc

from cxlab.contract import TABLES, TableContract
from cxlab.engine import Engine, EngineError, Tell, fill
from cxlab.intake.dates import is_zoned, moment
from cxlab.intake.held import Held
from cxlab.intake.kept_texts import KeptText
from cxlab.intake.opening import Opened, as_called, by_name, called
from cxlab.intake.parquet_zones import ON_UTC
from cxlab.intake.places import SourceError
from cxlab.intake.postgres import Place, Snapshot
from cxlab.study import Source, Study

_LEFT_OUT = KeptText("left out for their types: {columns}")
_NUMERIC, _MONEY, _TEXTS = "numeric", "money", ("citext",)
_WIDEST, _SHORT = 38, 18
"""Digits that the engine's exact numbers hold, and those of which it computes fast."""
_HASH = 12


@dataclass(frozen=True)
class Asked:
    """What was read of a database: the table, or the SHA-256 of the query; its rows, and the SHA-256 over them."""

    table: str
    query_sha256: str
    n_rows: int
    sha256: str


@dataclass(frozen=True)
class FromDatabase:
    """A source's rows in the engine, and what they are."""

    opened: Opened
    asked: Asked


def read_databases(engine: Engine, study: Study, tell: Tell | None = None) -> dict[str, FromDatabase]:
    """Bring the rows of every source that is a database's, or that a cluster holds, to the engine, by table.

    Sources of one address are read in one transaction: they are what the database held at one moment.

    Raises
    ------
    SourceError : a server, a table, a query or a column is at fault.
    """
    found: dict[str, FromDatabase] = {}
    sources = {name: source for name, source in study.sources.given.items() if source.path is None}
    keys = {name: (source.url or "", source.credentials or "") for name, source in sources.items()}
    for (url, credentials), names in groupby(sorted(sources, key=lambda name: keys[name]), key=lambda name: keys[name]):
        snapshot: Snapshot | Held | None = None
        try:
            for name in names:
                what = label(sources[name]).as_posix()
                where = Place(study.place("sources", name, "url" if url else "table"), what)
                snapshot = snapshot or (Snapshot(url, credentials or None, where) if url else Held(engine, where))
                place = Place(study.place("sources", name, "table" if sources[name].table else "query"), what)
                with engine.telling(f"reading {name}", tell) if tell else nullcontext():
                    found[name] = _read(engine, snapshot, sources[name], TABLES[name], place)
        finally:
            if snapshot is not None:
                snapshot.close()
    return found


def label(source: Source) -> Path:
    """Return what stands for a source of a database where others have a file: no server, no user, no password."""
    if source.url is None:
        return Path(f"{Held.kind.lower()} table {source.table}".replace("/", "_"))
    if source.table is not None:
        return Path(f"postgresql table {source.table}".replace("/", "_"))
    return Path(f"postgresql query {_sha256(source.query or '')[:_HASH]}")


def _read(
    engine: Engine, snapshot: Snapshot | Held, source: Source, contract: TableContract, place: Place
) -> FromDatabase:
    wanted = frozenset(name for ours in contract.names for name in called(source, ours))
    wanted |= {*source.columns.values(), *source.keep}
    sql = _query(snapshot, source, place)
    schema = snapshot.schema(sql, place)
    if not schema.names:
        raise SourceError(f"{place.line}: {place.what} gives no columns: write a query that begins with SELECT")
    kept = [i for i, column in enumerate(schema) if _is_read(column)]
    odd = {column.name: _type_of(column) for column in schema if not _is_read(column)}
    _refuse(odd, wanted, snapshot, source, place)
    if source.table is not None:  # what is not read need not be sent
        sql = snapshot.select(source.table, [schema.names[i] for i in kept]) or sql
        schema, kept = pa.schema([schema.field(i) for i in kept]), list(range(len(kept)))
    columns = [schema.field(i) for i in kept]
    plain = pa.schema([pa.field(f"f{n}", _plain_type(column)) for n, column in enumerate(columns)])
    relation, raw = f"{contract.name}_file_0", f"{contract.name}_asked"
    try:
        n_rows = engine.take_batches(raw, plain, _plainly(snapshot.batches(sql, place), kept, plain))
    except EngineError as error:
        raise SourceError(
            f"{place.line}: the texts of {place.what} cannot be read ({error}): have the database give them in UTF-8"
        ) from error
    if not n_rows:
        raise SourceError(f"{place.line}: {place.what} gives no row: see to it, or take the source out")
    exact = _exact(engine, raw, [f"f{n}" for n, column in enumerate(columns) if _type_of(column) == _NUMERIC])
    typed = {f"f{n}": exact.get(f"f{n}", f"f{n}") for n in range(len(columns))}
    kinds = engine.sort(relation, raw, typed)
    digest = engine.digest(
        _cells(relation, list(kinds)), "\n".join(f"{c.name}\t{k}" for c, k in zip(columns, kinds.values(), strict=True))
    )
    named, twice = by_name(tuple(column.name for column in columns), tuple(kinds.values()))
    words = [snapshot.kind]
    moments = {name for c in contract.columns if c.kind == "moment" for name in called(source, c.name)}
    zoned = [name for name in named if name in moments and is_zoned(named[name][1])]
    if zoned and source.read.timezone is None:
        named |= {name: (moment(named[name][0], kind=named[name][1], timezone="UTC"), "TIMESTAMP") for name in zoned}
        words.append(ON_UTC)
    if odd:
        words.append(_LEFT_OUT(columns=" / ".join(f"`{name}` ({kind})" for name, kind in odd.items())))
    query = "" if source.query is None else _sha256(source.query)
    opened = Opened(label(source), relation, named, twice, ", ".join(words))
    return FromDatabase(as_called(opened, source), Asked(source.table or "", query, n_rows, digest))


def _query(snapshot: Snapshot | Held, source: Source, place: Place) -> str:
    if source.query is not None:
        return source.query.strip().rstrip("; \n\t") + "\n"  # the driver puts a word behind it, which no -- may hide
    sql = snapshot.select(source.table or "")
    if sql is None:
        raise SourceError(
            f"{place.line}: `{source.table}` is no name of a table: write it as sales.orders, and in double quotes "
            "what holds a dot or a blank"
        )
    return sql


def _refuse(
    odd: Mapping[str, str], wanted: frozenset[str], snapshot: Snapshot | Held, source: Source, place: Place
) -> None:
    """See that no column that is asked for has a type that is not read."""
    for name, kind in odd.items():
        if name in wanted:
            how = "in the query" if source.query is not None else snapshot.elsewhere
            to = _NUMERIC if kind == _MONEY else "text"
            raise SourceError(
                f"{place.line}: the column `{name}` of {place.what} is of the type {kind}, which is not read: cast it "
                f"{how}, as {name}::{to}, or leave it out there"
            )


def _type_of(column: pa.Field) -> str:
    """Return the name of a column's type in the database; that of an array has [] behind it."""
    notes = {key.decode(): value.decode() for key, value in (column.metadata or {}).items()}
    name = notes.get("POSTGRESQL:type") or notes.get("ADBC:postgresql:typname") or str(column.type)
    return f"{name.removeprefix('_')}[]" if name.startswith("_") else name


def _is_read(column: pa.Field) -> bool:
    kind, name = column.type, _type_of(column)
    if name in (_NUMERIC, *_TEXTS, "uuid"):
        return True
    plain = (
        pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_date, pa.types.is_timestamp,
        pa.types.is_string, pa.types.is_decimal,
    )  # fmt: skip
    return name != _MONEY and any(fits(kind) for fits in plain)


def _plain_type(column: pa.Field) -> pa.DataType:
    """Return the type as which a column goes to the engine: of numbers that may have any length it is text at first."""
    return pa.string() if _type_of(column) in (_NUMERIC, *_TEXTS, "uuid") else column.type


def _plainly(batches: Iterator[pa.RecordBatch], kept: list[int], plain: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Bring batches into the form that the engine takes."""
    for batch in batches:
        columns = [_as(batch.column(i), kind) for i, kind in zip(kept, plain.types, strict=True)]
        yield pa.record_batch(columns, schema=plain)


def _as(column: pa.Array, kind: pa.DataType) -> pa.Array:
    if column.type == kind:
        return column
    stored = column.storage if isinstance(column, pa.ExtensionArray) else column
    if pa.types.is_fixed_size_binary(stored.type):  # an uuid
        return pa.array([None if one is None else str(one) for one in column.to_pylist()], kind)
    return pc.cast(stored, kind)


def _exact(engine: Engine, raw: str, columns: list[str]) -> dict[str, str]:
    """Return the SQL of columns of exact numbers, as short as hold all of them; beyond 38 digits they are rounded."""
    found: dict[str, str] = {}
    for column in columns:
        digits = fill(
            "SELECT COALESCE(BOOL_AND(REGEXP_MATCHES({c}, '^-?\\d+(\\.\\d+)?$')), TRUE), "
            "COALESCE(MAX(STRLEN(REPLACE(SPLIT_PART({c}, '.', 1), '-', ''))), 1), "
            "COALESCE(MAX(STRLEN(SPLIT_PART({c}, '.', 2))), 0) FROM {raw}",
            c=column, raw=raw,
        )  # fmt: skip
        plain, whole, behind = engine.read(digits)[0]
        width = _SHORT if whole + behind <= _SHORT else _WIDEST
        kind = f"DECIMAL({width}, {behind})" if plain and whole + behind <= width else "DOUBLE"
        found[column] = f"CAST({column} AS {kind})"
    return found


def _cells(relation: str, columns: list[str]) -> str:
    """Return the SQL of each row as one text that no other row has: every cell behind its length."""
    cells = (f"CAST({column} AS VARCHAR)" for column in columns)
    whole = " || ".join(f"COALESCE(STRLEN({cell}) || ':' || {cell}, '-')" for cell in cells)
    return fill("SELECT {!whole} || CHR(10) AS cells FROM {relation}", whole=whole, relation=relation)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
