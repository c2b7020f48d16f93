"""An engine of two places: a small DuckDB here, and Spark, where the orders lie with all that is made of them.

A statement goes where its tables are. One that reads a table of Spark runs there, translated, and what it makes stays
there; small tables that it needs as well are sent along. All others run here. Nothing else of the kit tells the two
apart.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from cxlab.engine import MEMORY, Engine, EngineError, Part, Tell, Value, fill, quote
from cxlab.spark.address import PRESENT, SparkError, parse_address
from cxlab.spark.session import open_session, refusing, telling_faults
from cxlab.spark.tasks import BROKEN, FAULT, KINDS, LACKING, MISSING, pack, reader, schema, unpacker
from cxlab.spark.translation import Statement, named_values, take_apart

_AT_ONCE, _PACKED = 1_000_000, 100_000
"""Rows that come here at once, and rows of a pack that goes there."""
_LOT_BYTES = 32_000_000
"""Bytes of a file whose records one task sums up."""
_FEW = 10_000
"""A table of fewer rows goes there as it is."""
_MADE = re.compile(r'(?:CREATE OR REPLACE (?:TABLE|VIEW)|INSERT INTO) "?(\w+)')
_BY = "customer_id"
_READ = "_read"
"""How the names of tables end that tasks made, with the column of their faults."""
_DUCKDB = {spark: ours for ours, (spark, _) in KINDS.items()}
_SENT = {
    "UBIGINT": ("BIGINT", "CAST({c} AS HUGEINT) - 9223372036854775808"),
    "UINTEGER": ("BIGINT", "{c}"),
    "USMALLINT": ("INTEGER", "{c}"),
    "UTINYINT": ("SMALLINT", "{c}"),
    "HUGEINT": ("BIGINT", "{c}"),
}
"""As what columns go to Spark whose types it lacks; of a hash only which ones are equal counts."""


class SparkEngine(Engine):
    """An engine whose large tables lie in Spark.

    Parameters
    ----------
    address : as `open_session` takes it.
    threads, memory : of the DuckDB here.

    Raises
    ------
    SparkError : there is no Spark that answers.
    """

    def __init__(self, address: str, *, threads: int | None = None, memory: int = MEMORY) -> None:
        self._spark, self._end = open_session(address)
        self.address = address if address == PRESENT else parse_address(address).shown
        super().__init__(threads=threads, memory=memory)
        self._is_closed = False
        self._far: dict[str, bool] = {}
        self._sent: dict[str, int] = {}
        self._changed: dict[str, int] = {}
        self._clock = 0

    @contextmanager
    def telling(self, what: str, tell: Tell | None) -> Iterator[None]:
        """Tell what is being done."""
        if tell is not None:
            tell(what)
        yield

    def run(self, sql: str, values: Sequence[Value] = ()) -> None:
        """Run a statement that gives nothing back; what it makes lies where the tables that it reads do."""
        statement = take_apart(sql)
        if statement.does == "drop":
            self.statements.append(sql)
            self.drop(statement.target)
        elif self._is_far(statement):
            self.statements.append(sql)
            self._make(statement.target, self._query(statement, values), is_table=statement.does == "table")
        else:
            if statement.does in ("table", "view"):
                self._forget_far(statement.target)
            self._note(statement.target)
            super().run(sql, values)

    def read(self, sql: str, values: Sequence[Value] = ()) -> list[tuple[Any, ...]]:
        """Run a statement that reads a file here, or texts as dates, and return its rows."""
        for name in _MADE.findall(sql):
            self._note(name)
        return super().read(sql, values)

    def rows(self, sql: str, values: Sequence[Value] = ()) -> list[tuple[Any, ...]]:
        """Run a query and return its rows; with more than one row it must say their order."""
        statement = take_apart(sql)
        if not self._is_far(statement):
            return super().rows(sql, values)
        self.statements.append(sql)
        with telling_faults(self.address):
            return [tuple(row) for row in self._query(statement, values).collect()]

    def frame_by(self, name: str, by: str, columns: str, values: Sequence[Value] = ()) -> pd.DataFrame:
        """Return columns of a table in the order of one of them."""
        if name not in self._far:
            return super().frame_by(name, by, columns, values)
        return self.frame(fill("SELECT {!columns} FROM {t} ORDER BY {by}", columns=columns, t=name, by=by), values)

    def stream(self, sql: str, values: Sequence[Value] = ()) -> Iterator[tuple[Any, ...]]:
        """Run a query and yield its rows, in the order that it must say."""
        return iter(self.rows(sql, values)) if self._is_far(take_apart(sql)) else super().stream(sql, values)

    def count_repeated(self, sql: str, n: int) -> int:
        """Run a query that gives one column of `n` numbers; return how many stand there a further time."""
        if not self._is_far(take_apart(sql)):
            return super().count_repeated(sql, n)
        counted = "SELECT COUNT(*), COUNT(DISTINCT number) FROM ({!sql}) AS n"
        all_of_them, different = self.row(
            fill(counted, sql=re.sub(r"^SELECT (\S+) FROM", r"SELECT \1 AS number FROM", sql))
        )
        if all_of_them != n:
            raise AssertionError(f"{all_of_them} numbers instead of {n}")
        return int(n - different)

    def expect(self, size: int) -> None:
        """Take no more memory here: sums are made far away."""

    def all_differ(self, sql: str, n: int) -> bool:
        """Run a query that gives one column of `n` numbers; False where it would have to be run far away."""
        return not self._is_far(take_apart(sql)) and super().all_differ(sql, n)

    def bring(self, name: str, sql: str, values: Sequence[Value] = ()) -> None:
        """Make a table here of what a query gives, a slice of customers after the other where it is long."""
        statement = take_apart(sql)
        if not self._is_far(statement):
            super().bring(name, sql, values)
            return
        lies_there = any(
            self._far.get(table) and sql == fill("SELECT * FROM {t}", t=table) for table in statement.reads
        )
        with telling_faults(self.address), self._worked_out(self._query(statement, values), not lies_there) as found:
            n = found.count()
            slices = -(-n // _AT_ONCE) if _BY in found.columns else 1
            for i in range(max(slices, 1)):
                part = found if slices <= 1 else found.where(f"pmod(hash({_BY}), {slices}) = {i}")
                self._put(name, part.toArrow(), append=i > 0)

    def take(
        self, name: str, columns: Mapping[str, Sequence[Any]], kinds: Mapping[str, str], *, append: bool = False
    ) -> None:
        """Make a table from columns in memory, or add to it, wherever it lies."""
        if not append or name not in self._far:
            self._forget_far(name)
            self._note(name)
            super().take(name, columns, kinds, append=append)
            return
        table = self._spark.table(name)
        rows = pa.table({c: pa.array(values, pa.type_for_alias(kinds[c])) for c, values in columns.items()})
        added = self._spark.createDataFrame(rows).selectExpr(*(f"CAST({c} AS {k}) AS {c}" for c, k in table.dtypes))
        self._make(name, table.unionByName(added), is_table=True)

    @property
    def has_helpers(self) -> bool:
        """Whether tasks elsewhere read files for this engine."""
        return True

    def read_apart(self, name: str, parts: Sequence[Part], columns: Mapping[str, str]) -> bool:
        """Make a table of Spark from what its tasks read of files, a part each; False: they do not see the files."""
        with telling_faults(self.address):
            n = len(parts)
            read = self._spark.range(0, n, 1, n).mapInArrow(
                reader(parts, columns), schema({**columns, FAULT: "VARCHAR"})
            )
            lots = -(-sum({part.file: part.size for part in parts}.values()) // _LOT_BYTES)
            if lots > n:  # what one task has read, many sum up
                read = read.repartition(lots, _BY) if _BY in columns else read.repartition(lots)
            self._make(name + _READ, read, is_table=True)
            (fault,) = self._spark.table(name + _READ).selectExpr(f"MIN({FAULT})").collect()[0]  # "broken" comes first
        if fault is None:
            self._make(name, self._spark.table(name + _READ).drop(FAULT), is_table=False)
            return True
        self._forget_far(name + _READ)
        if fault == LACKING:
            raise SparkError(
                f"the workers of the engine {self.address} have no DuckDB, with which they read files: install the "
                "package duckdb there"
            )
        if fault.startswith(BROKEN):
            raise EngineError(fault.removeprefix(BROKEN))
        assert fault == MISSING
        return False

    def held_schema(self, sql: str) -> pa.Schema:
        """Return the columns of a query over tables that the cluster has, in the SQL of Spark.

        Raises
        ------
        EngineError : there is no such table, or it may not be read.
        """
        with telling_faults(self.address), refusing():
            return self._spark.sql(sql).limit(0).toArrow().schema

    def held_batches(self, sql: str) -> Iterator[pa.RecordBatch]:
        """Yield the rows of such a query, a slice of them after the other where there are many.

        Raises
        ------
        EngineError : there is no such table, or it may not be read.
        """
        with telling_faults(self.address), refusing():
            found = self._spark.sql(sql)
            slices = max(1, -(-found.count() // _AT_ONCE))
            hashed = [name.replace("`", "``") for name, kind in found.dtypes if "map<" not in kind]
            by = ", ".join(f"`{name}`" for name in hashed)
            for i in range(slices):
                part = found if slices == 1 else found.where(f"pmod(hash({by}), {slices}) = {i}")
                yield from part.toArrow().to_batches()

    def send(self, name: str) -> None:
        """Bring a table of records from here to Spark."""
        self._make(name, self._packed(name), is_table=True)
        super().drop(name)

    def names(self, start: str = "") -> list[str]:
        """List the tables and views whose names begin with a text."""
        return sorted({*super().names(start), *(name for name in self._far if name.startswith(start))})

    def drop(self, name: str) -> None:
        """Drop a table or a view."""
        self._forget_far(name)
        self._note(name)
        super().drop(name)

    def kinds(self, relation: str) -> dict[str, str]:
        """Columns of a table or view and their types, as DuckDB calls them."""
        if relation not in self._far:
            return super().kinds(relation)
        return {name: _DUCKDB.get(kind, kind.upper()) for name, kind in self._spark.table(relation).dtypes}

    def save(self, file: Path, selections: Mapping[str, str]) -> None:
        """Write tables to a new database file here, those of Spark as well."""
        near = dict(selections)
        brought = []
        for name, sql in selections.items():
            if self._is_far(take_apart(sql)):
                brought.append(f"brought_{name}")
                self.bring(brought[-1], sql)
                near[name] = fill("SELECT * FROM {t}", t=brought[-1])
        try:
            super().save(file, near)
        finally:
            for name in brought:
                super().drop(name)

    def close(self) -> None:
        """Give everything back, here and there; closing twice is no fault."""
        if not self._is_closed:
            self._is_closed = True
            with suppress(Exception):  # whatever became of the cluster, nothing of it is needed any more
                for name in [*self._far]:
                    self._forget_far(name)
                self._end()
        super().close()

    def _arrow(self, sql: str, values: Sequence[Value]) -> pa.RecordBatchReader:
        statement = take_apart(sql)
        if not self._is_far(statement):
            return super()._arrow(sql, values)
        self.statements.append(sql)
        with telling_faults(self.address):
            return self._query(statement, values).toArrow().to_reader()

    def _is_far(self, statement: Statement) -> bool:
        return not statement.reads.isdisjoint(self._far)

    def _query(self, statement: Statement, values: Sequence[Value]) -> Any:
        """Return what Spark makes of a query, with the tables from here that it needs sent before it."""
        if not statement.spark:
            raise AssertionError(f"no statement for Spark: {statement}")
        with telling_faults(self.address):
            for name in sorted(statement.reads.difference(self._far)):
                if self._sent.get(name, -1) < self._last_change(name):
                    self._lend(name)
                    self._sent[name] = self._clock
            return self._spark.sql(statement.spark, args=named_values(tuple(values)) or None)

    def _make(self, name: str, found: Any, *, is_table: bool) -> None:
        """Make a view of a query, or a table: its rows stay in the memory or on the disks of the workers.

        A worker that goes takes its rows along; Spark makes these again of what they were made of.
        """
        with telling_faults(self.address):
            if is_table:  # the copy of a table is another query, else Spark forgets its rows with those of the table
                found = found.where("true")
            found.createOrReplaceTempView(name)
            if is_table:
                self._spark.catalog.cacheTable(name)
                self._spark.table(name).count()  # now, while what it is made of lies there
        self._far[name] = is_table
        self._sent.pop(name, None)
        super().drop(name)

    def _forget_far(self, name: str) -> None:
        for known in (name, name + _READ):
            if known in self._far:
                is_table = self._far.pop(known)
                with telling_faults(self.address):
                    if is_table:
                        self._spark.catalog.uncacheTable(known)
                    self._spark.catalog.dropTempView(known)

    def _lend(self, name: str) -> None:
        """Make a table from here known to Spark, as it is now."""
        if name in self._sent:
            self._spark.catalog.uncacheTable(name)
        sql, columns = self._sendable(name)
        few = self._connection.sql(
            fill("SELECT * FROM ({!sql}) AS s LIMIT {!n}", sql=sql, n=str(_FEW))
        ).to_arrow_table()
        if few.num_rows < _FEW:
            self._spark.createDataFrame(few, schema(columns)).createOrReplaceTempView(name)
        else:
            self._packed(name).createOrReplaceTempView(name)
            self._spark.catalog.cacheTable(name)

    def _packed(self, name: str) -> Any:
        """Return what Spark makes of a table from here: sent as packed batches, which its tasks unpack.

        A row of its own for each record would fill the memory of Spark's driver, which keeps all of them.
        """
        sql, columns = self._sendable(name)
        batches = self._connection.sql(sql).to_arrow_reader(_PACKED)
        packs = [pack(batch) for batch in batches] or [pack(batches.schema.empty_table().to_batches()[0])]
        sent = self._spark.createDataFrame(pa.table({"pack": pa.array(packs, pa.binary())}))
        return sent.repartition(len(packs)).mapInArrow(unpacker(), schema(columns))

    def _sendable(self, name: str) -> tuple[str, dict[str, str]]:
        """Return the SQL of a table from here with types that Spark has as well, and these by column."""
        kinds = {
            c: _SENT.get(kind, (kind if kind in KINDS else "VARCHAR", "{c}")) for c, kind in self.kinds(name).items()
        }
        taken = ", ".join(f"CAST({fill(sql, c=c)} AS {kind}) AS {quote(c)}" for c, (kind, sql) in kinds.items())
        return fill("SELECT {!taken} FROM {t}", taken=taken, t=name), {c: kind for c, (kind, _) in kinds.items()}

    @staticmethod
    @contextmanager
    def _worked_out(found: Any, wanted: bool) -> Iterator[Any]:
        """Have what a query gives worked out once while it is counted and fetched; a table that lies there is."""
        if not wanted:
            yield found
            return
        found.persist()
        try:
            yield found
        finally:
            with suppress(Exception):  # of a session that has ended nothing is kept
                found.unpersist()

    def _note(self, name: str) -> None:
        """Note that a table or a view here is another one from now on."""
        self._clock += 1
        self._changed[name] = self._clock

    def _last_change(self, name: str) -> int:
        """Return when a table or a view here changed last, or what it is made of did."""
        definition = self.definition(name)
        of = take_apart(definition).reads - {name} if definition and "READ_CSV" not in definition.upper() else ()
        return max([self._changed.get(name, 0), *(self._last_change(one) for one in of)])

    def _put(self, name: str, rows: pa.Table, *, append: bool) -> None:
        self._connection.register("cxlab_arrow", rows)
        verb = f"INSERT INTO {quote(name)}" if append else f"CREATE OR REPLACE TABLE {quote(name)} AS"
        self._connection.execute(f"{verb} SELECT * FROM cxlab_arrow")  # noqa: S608
        self._connection.unregister("cxlab_arrow")
        self._note(name)
