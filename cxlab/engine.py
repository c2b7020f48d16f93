"""The one place that knows the database: everything that is done row by row is SQL that runs here.

SQL is written in DuckDB's dialect, and so that it can be translated: money is whole cents, a moment is whole seconds
since 1970, a day is whole days since 1970; numbers are cast before they are divided; a value reaches a statement as a
bound parameter only, and a name through `fill` only. What reads files (`Engine.read`) is the exception.
"""

import errno
import hashlib
import re
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from glob import escape
from itertools import chain, pairwise
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self, TypeVar

import duckdb
import numpy as np
import pandas as pd
import psutil
import pyarrow as pa

from cxlab.frames import Columns
from cxlab.temporary import HeldFolder, sweep

Value = str | int | float | bool | None
Found = TypeVar("Found")
MEMORY = 600  # MiB that tables and queries begin with
_MORE = 600  # MiB more for a statement that fails for lack of it
_LACKING = "Out of Memory"  # so begins what the engine says; a reader of batches says it as an OSError
_LEAST = 350  # MiB that it keeps beside a frame
_MOST = 0.5  # share of the machine's memory
Tell = Callable[[str], None]
"""Takes a line on what is being done."""
_LOOK_SECONDS = 0.25
_AT_ONCE = 100_000  # rows that are on their way to a frame
_A_RANGE = 2_000_000  # rows that are sorted at once for a frame
_A_CELL = 12  # bytes of a frame, more or less, its texts included
_FEW = 1_000  # one row of so many tells where a range begins


class EngineError(RuntimeError):
    """The engine refused a statement that reads a file: the file is not what it seemed."""


@dataclass(frozen=True)
class Part:
    """A part of the records of a file, which a task elsewhere reads with an engine of its own.

    Attributes
    ----------
    file, size : where it lies, for all; and its bytes.
    view : SQL that reads the file: line, f0, f1, ...
    query : SQL of what is wanted of the view `cx_records`.
    first, last : lines of the first record and of the last.
    counts : whether the records are to be numbered as they come, from `first` on: the view does not tell their lines.
    """

    file: str
    size: int
    view: str
    query: str
    first: int
    last: int
    counts: bool


class Engine:
    """An embedded DuckDB with a temporary folder of its own.

    Parameters
    ----------
    threads : threads to use; None: as many as there are cores. Results do not depend on it.
    memory : MiB that tables and queries may take; the rest lies in the temporary folder. A statement that cannot do
        with it is given more, up to half of the machine's.

    Attributes
    ----------
    folder : the temporary folder; it goes when the engine is closed, or with the next engine if the process is killed.
    statements : every statement that ran, in order, but for those that read files.
    """

    def __init__(self, *, threads: int | None = None, memory: int = MEMORY) -> None:
        sweep()
        folder = HeldFolder()
        self.folder = folder.path
        settings: dict[str, Any] = {
            "memory_limit": f"{memory}MiB",
            "block_allocator_memory": f"{memory}MiB",  # blocks given back are taken again as they are
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "temp_directory": str(folder.path),
            "preserve_insertion_order": True,
            "enable_external_file_cache": False,  # files are read once, so there is nothing to keep
        }
        if threads is not None:
            settings["threads"] = threads
        self._memory = self._limited = memory
        self._connection = duckdb.connect(":memory:", config=settings)
        self._connection.execute("SET TimeZone = 'UTC'")
        # A list of words would become a join that every row goes through, also those that an earlier CASE has settled.
        self._connection.execute("SET disabled_optimizers = 'in_clause'")
        self._forget = weakref.finalize(self, _forget, self._connection, folder)
        self.statements: list[str] = []

    @contextmanager
    def telling(self, what: str, tell: Tell | None) -> Iterator[None]:
        """Tell what is being done while it is, with how much of it is done where that is known."""
        if tell is None:
            yield
            return
        done = Event()

        def look() -> None:
            while not done.wait(_LOOK_SECONDS):
                share = self._connection.query_progress()
                tell(f"{what}: {share:.0f}%" if share > 0 else what)

        self._connection.execute("SET enable_progress_bar = true")
        self._connection.execute("SET enable_progress_bar_print = false")
        tell(what)
        looking = Thread(target=look, daemon=True)
        looking.start()
        try:
            yield
        finally:
            done.set()
            looking.join()

    def run(self, sql: str, values: Sequence[Value] = ()) -> None:
        """Run a statement that gives nothing back."""
        self._execute(sql, values)

    def rows(self, sql: str, values: Sequence[Value] = ()) -> list[tuple[Any, ...]]:
        """Run a query and return its rows; with more than one row it must say their order."""
        return self._execute(sql, values).fetchall()

    def row(self, sql: str, values: Sequence[Value] = ()) -> tuple[Any, ...]:
        """Run a query that gives exactly one row."""
        (row,) = self.rows(sql, values)
        return row

    def frame(self, sql: str, values: Sequence[Value] = ()) -> pd.DataFrame:
        """Run a query and return its rows, in the order that it must say; a text is of pandas' own type for it."""
        if not re.search(r"\bORDER BY\b(?!.*\bFROM\b)", sql, flags=re.S):
            raise ValueError("a query for a frame must end in ORDER BY: rows have no order of their own")
        found = Columns()
        self._add(found, sql, values)
        return found.frame()

    def frame_by(self, name: str, by: str, columns: str, values: Sequence[Value] = ()) -> pd.DataFrame:
        """Return columns of a table in the order of one of its columns of texts, of which none is missing.

        It is done range by range, so that a sort never has to hold all of them.

        Parameters
        ----------
        columns : their SQL, with `values` bound to it.
        """
        sql = fill("SELECT {!columns} FROM {name}", columns=columns, name=name)
        (n,) = self.row(fill("SELECT COUNT(*) FROM {name}", name=name))
        width = len(self._connection.sql(f"{sql} LIMIT 0", params=list(values)).columns)
        found = Columns(n)
        with self._lent(n * width * _A_CELL):
            for start, end in pairwise([None, *self._starts(name, by, n), None]):
                bounds = [bound for bound in (start, end) if bound is not None]
                self._add(found, f"{sql}{_between(by, start, end)} ORDER BY {quote(by)}", [*values, *bounds])
        return found.frame()

    def _starts(self, name: str, by: str, n: int) -> list[str]:
        """Return where ranges of a table begin that are about as long as one may be, but for the first."""
        if n <= _A_RANGE:
            return []
        some = "SELECT {by} FROM {name} WHERE HASH({by}) % {!few} = 0 ORDER BY {by}"
        places = [place for (place,) in self.rows(fill(some, by=by, name=name, few=str(_FEW)))]
        return places[:: max(1, len(places) * _A_RANGE // n)][1:]

    def stream(self, sql: str, values: Sequence[Value] = ()) -> Iterator[tuple[Any, ...]]:
        """Run a query and yield its rows, in the order that it must say, without holding all of them."""
        self.statements.append(sql)
        with self._connection.cursor() as cursor:
            found = cursor.execute(sql, list(values))
            while rows := found.fetchmany(10_000):
                yield from rows

    def count_repeated(self, sql: str, n: int) -> int:
        """Run a query that gives one column of `n` whole numbers >= 0; return how many stand there a further time."""
        columns = Columns(n)
        self._add(columns, sql, [])
        (found,) = columns.arrays().values()
        if len(found) != n:
            raise AssertionError(f"{len(found)} rows instead of {n}")
        found.sort()
        return int(np.count_nonzero(found[1:] == found[:-1]))

    def all_differ(self, sql: str, n: int) -> bool:
        """Run a query that gives one column of `n` whole numbers >= 0; tell whether none stands there a further time.

        An engine for which this is work says False at once.
        """
        return self.count_repeated(sql, n) == 0

    def bring(self, name: str, sql: str, values: Sequence[Value] = ()) -> None:
        """Make a table of what a query gives where files are read, so that `read` can hold it against them."""
        self.run(fill("CREATE OR REPLACE TABLE {name} AS {!sql}", name=name, sql=sql), values)

    def expect(self, size: int) -> None:
        """Take so many bytes of memory for the work to come, before a statement fails for lack of it."""
        needed = min(size >> 20, _most_memory())
        if needed > self._memory:
            self._memory = needed
            self._limit(needed)

    @property
    def has_helpers(self) -> bool:
        """Whether tasks elsewhere read files for this engine (`read_apart`)."""
        return False

    def read_apart(self, name: str, parts: Sequence[Part], columns: Mapping[str, str]) -> bool:
        """Make a table of what tasks elsewhere read of files, a part each.

        Parameters
        ----------
        columns : the types of the table's columns by their names.

        Returns
        -------
        Whether it was made; False: the tasks do not see the files.

        Raises
        ------
        EngineError : a file is not what it seemed.
        """
        raise NotImplementedError(name)

    def definition(self, view: str) -> str:
        """Return the query of a view; empty where there is no such view."""
        (sql,) = self._connection.execute("SELECT sql FROM duckdb_views() WHERE view_name = ?", [view]).fetchone() or (
            "",
        )
        return str(sql).partition(" AS ")[2].rstrip().rstrip(";")

    def send(self, name: str) -> None:
        """Bring a table of records to where the work on them is done: here they lie there already."""

    def read(self, sql: str, values: Sequence[Value] = ()) -> list[tuple[Any, ...]]:
        """Run a statement that reads a file, or texts as dates, and return its rows: not every engine can.

        Raises
        ------
        EngineError : the file cannot be read in this way.
        """
        try:
            return self._asked(sql, values).fetchall()
        except duckdb.Error as error:
            raise EngineError(str(error).split("\n", 1)[0]) from error

    def take(
        self, name: str, columns: Mapping[str, Sequence[Any]], kinds: Mapping[str, str], *, append: bool = False
    ) -> None:
        """Make a table from columns in memory, or add to it; `kinds` gives each column's type: string or int64."""
        arrow = pa.table({c: pa.array(values, pa.type_for_alias(kinds[c])) for c, values in columns.items()})
        self._connection.register("cxlab_arrow", arrow)
        verb = f"INSERT INTO {quote(name)}" if append else f"CREATE OR REPLACE TABLE {quote(name)} AS"
        self._asked(f"{verb} SELECT * FROM cxlab_arrow")  # noqa: S608
        self._connection.unregister("cxlab_arrow")

    def take_batches(self, name: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> int:
        """Make a table from record batches, one after the other; return the number of its rows.

        Raises
        ------
        EngineError : there are texts among them that are none, or values of a type that the engine does not know.
        """
        n = 0
        empty = pa.RecordBatch.from_pylist([], schema=schema)
        for batch in chain([empty], batches):
            verb = f"INSERT INTO {quote(name)}" if n else f"CREATE OR REPLACE TABLE {quote(name)} AS"
            try:
                self._connection.register("cxlab_arrow", pa.Table.from_batches([batch]))
                self._asked(f"{verb} SELECT * FROM cxlab_arrow")  # noqa: S608
            except duckdb.Error as error:
                raise EngineError(str(error).split("\n", 1)[0]) from error
            finally:
                self._connection.unregister("cxlab_arrow")
            n += batch.num_rows
        return n

    def held_schema(self, sql: str) -> pa.Schema:
        """Return the columns of a query over tables that the engine holds before anything was read; this one has none.

        Raises
        ------
        EngineError : there is no such table.
        """
        raise EngineError("the engine in this process holds no tables")

    def held_batches(self, sql: str) -> Iterator[pa.RecordBatch]:
        """Yield the rows of such a query.

        Raises
        ------
        EngineError : there is no such table.
        """
        raise EngineError("the engine in this process holds no tables")

    def sort(self, name: str, raw: str, columns: Mapping[str, str]) -> dict[str, str]:
        """Bring a table's rows into the order of their columns, first to last, as `name`, and drop the table.

        Parameters
        ----------
        columns : the SQL of each by its name.

        Returns
        -------
        The columns' types. The view `name` has line, the number of the row, from 1, besides; it takes no time to make,
        for a table keeps its rows in the order in which they came.
        """
        rows = f"{name}_sorted"
        self._asked(
            fill(
                "CREATE OR REPLACE TABLE {rows} AS SELECT {!columns} FROM {raw} ORDER BY {!order}",
                rows=rows, raw=raw, columns=", ".join(f"{sql} AS {quote(c)}" for c, sql in columns.items()),
                order=", ".join(str(place + 1) for place in range(len(columns))),
            )
        )  # fmt: skip
        self.drop(raw)
        kinds = self.kinds(rows)
        self._connection.execute(
            fill("CREATE OR REPLACE VIEW {name} AS SELECT rowid + 1 AS line, * FROM {rows}", name=name, rows=rows)
        )
        return kinds

    def digest(self, sql: str, start: str) -> str:
        """Return the SHA-256 over a text and one column of texts, in the order of the table's rows."""
        found = hashlib.sha256(start.encode())
        for batch in self._connection.sql(sql).to_arrow_reader(100_000):
            found.update("".join(batch.column(0).to_pylist()).encode())
        return found.hexdigest()

    def view_parquet(self, name: str, path: Path) -> dict[str, str]:
        """Make a view of a Parquet file: line (the number of the row, from 1) and its columns as f0, f1, ...

        Returns
        -------
        The columns' types in the engine by their names in the file, in order.

        Raises
        ------
        EngineError : it is no Parquet file.
        """
        file, number = escape(str(path)), "file_row_number"
        try:
            found = self._connection.read_parquet(file)
            kinds = {column: str(kind) for column, kind in zip(found.columns, found.types, strict=True)}
            line = "ROW_NUMBER() OVER ()"
            if number not in (column.lower() for column in kinds):
                line = f"{number} + 1"
                found = self._connection.read_parquet(file, file_row_number=True)
            columns = ", ".join(f"{quote(column)} AS f{i}" for i, column in enumerate(kinds))
            found.project(f"{line} AS line, {columns}").create_view(name)
        except duckdb.Error as error:
            raise EngineError(str(error).split("\n", 1)[0]) from error
        return kinds

    def view_text(self, name: str, path: Path, delimiter: str, width: int, *, skip: int, numbered: bool) -> None:
        """Make a view of a well-formed text file in UTF-8: line and its fields as f0, f1, ..., all of them text.

        Parameters
        ----------
        skip : lines before the first record.
        numbered : whether the first field of each record is its line; it is not one of the `width` others then. Else
            line is NULL, and tells itself by the place of the record in a table made of the view: numbering them
            while they are read would keep all threads but one idle.

        Notes
        -----
        That the file is not well formed shows when the view is read, as an `EngineError`; or as a number of records
        that is not the number of lines.
        """
        columns = {f"f{i}": "VARCHAR" for i in range(width)}
        kinds = {"line": "BIGINT"} | columns if numbered else columns
        line = "line" if numbered else "CAST(NULL AS BIGINT) AS line"
        sql = (
            "CREATE OR REPLACE VIEW {name} AS SELECT {!line}, {!fields} FROM read_csv({!path}, delim={!delimiter}, "
            "quote='\"', escape='\"', header=false, skip={!skip}, auto_detect=false, strict_mode=true, "
            "null_padding=false, max_line_size=4194304, nullstr='', columns={!columns})"
        )
        self._connection.execute(
            fill(
                sql, name=name, line=line, fields=", ".join(columns), path=literal(escape(str(path))),
                delimiter=literal(delimiter), skip=str(skip),
                columns="{" + ", ".join(f"'{field}': '{kind}'" for field, kind in kinds.items()) + "}",
            )
        )  # fmt: skip

    def has(self, name: str) -> bool:
        """Whether there is a table or view of that name."""
        return name in self.names(name)

    def names(self, start: str = "") -> list[str]:
        """List the tables and views whose names begin with a text."""
        sql = (  # the list of the SQL standard, information_schema, takes twice as long
            "SELECT name FROM (SELECT table_name AS name FROM duckdb_tables() UNION ALL SELECT view_name "
            "FROM duckdb_views() WHERE NOT internal) WHERE STARTS_WITH(name, ?) ORDER BY name"
        )
        return [str(name) for (name,) in self._connection.execute(sql, [start]).fetchall()]

    def drop(self, name: str) -> None:
        """Drop a table or a view."""
        view = "SELECT 1 FROM duckdb_views() WHERE view_name = ? AND NOT internal"
        kind = "VIEW" if self._connection.execute(view, [name]).fetchone() else "TABLE"
        self._connection.execute(fill(f"DROP {kind} IF EXISTS {{name}}", name=name))

    def save(self, file: Path, selections: Mapping[str, str]) -> None:
        """Write tables to a new database file: the SQL that selects each, by its name.

        Raises
        ------
        OSError : they cannot be written, as on a full disk.
        """
        try:
            self._connection.execute(fill("ATTACH {!file} AS kept", file=literal(str(file))))
            for name, sql in selections.items():
                self._asked(fill("CREATE TABLE kept.{name} AS {!sql}", name=name, sql=sql))
            self._connection.execute("DETACH kept")
        except duckdb.IOException as error:
            with suppress(duckdb.Error):
                self._connection.execute("DETACH kept")
            raise OSError(errno.EIO, str(error).split("\n", 1)[0], str(file)) from error

    def open_saved(self, file: Path) -> None:
        """Open a database file for reading only: each of its tables is a view of that name here.

        Raises
        ------
        EngineError : it is no database of this engine.
        """
        try:
            self._connection.execute(fill("ATTACH {!file} AS kept (READ_ONLY)", file=literal(str(file))))
            names = "SELECT table_name FROM information_schema.tables WHERE table_catalog = 'kept' ORDER BY table_name"
            for (name,) in self._connection.execute(names).fetchall():
                self._connection.execute(fill("CREATE OR REPLACE VIEW {n} AS SELECT * FROM kept.main.{n}", n=name))
        except duckdb.Error as error:
            raise EngineError(str(error).split("\n", 1)[0]) from error

    def kinds(self, relation: str) -> dict[str, str]:
        """Columns of a table or view and their types in the engine."""
        found = self._connection.execute(fill("DESCRIBE {relation}", relation=relation)).fetchall()
        return {str(row[0]): str(row[1]) for row in found}

    def close(self) -> None:
        """Give everything back; closing twice is no fault."""
        self._forget()

    def __enter__(self) -> Self:
        """Return the engine itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def _arrow(self, sql: str, values: Sequence[Value]) -> pa.RecordBatchReader:
        self.statements.append(sql)
        return self._with_room(lambda: self._connection.sql(sql, params=list(values)).to_arrow_reader(_AT_ONCE))

    def _add(self, columns: Columns, sql: str, values: Sequence[Value]) -> None:
        """Add what a query brings; it may lack memory only while its rows are taken."""
        self._with_room(lambda: columns.take(self._arrow(sql, values)))

    def _execute(self, sql: str, values: Sequence[Value]) -> duckdb.DuckDBPyConnection:
        self.statements.append(sql)
        return self._asked(sql, values)

    def _asked(self, sql: str, values: Sequence[Value] = ()) -> duckdb.DuckDBPyConnection:
        return self._with_room(lambda: self._connection.execute(sql, list(values)))

    @contextmanager
    def _lent(self, size: int) -> Iterator[None]:
        """Make room for so many bytes beside the engine, out of its own memory, which it gets back."""
        left = max(self._memory - (size >> 20), _LEAST)
        try:
            if left < self._memory:
                with suppress(duckdb.OutOfMemoryException):  # what it holds at the moment stays
                    self._limit(left)
            yield
        finally:
            self._limit(self._memory)

    def _limit(self, memory: int) -> None:
        self._limited = memory
        self._connection.execute(f"SET memory_limit = '{memory}MiB'")

    def _with_room(self, work: Callable[[], Found]) -> Found:
        """Do it, and again with more memory where there was too little: a statement that failed has changed nothing."""
        while True:
            try:
                return work()
            except (duckdb.OutOfMemoryException, OSError) as error:
                if not str(error).startswith(_LACKING):
                    raise
                if self._limited < self._memory:  # what was lent comes back first
                    self._limit(self._memory)
                    continue
                more = min(self._memory + _MORE, _most_memory())
                if more <= self._memory:
                    raise
                self._memory = more
                self._limit(more)


def _most_memory() -> int:
    """MiB that an engine may take: half of what this machine has, or the container in which this runs."""
    sizes = [int(psutil.virtual_memory().total)]
    with suppress(OSError, ValueError):  # no container, or "max": it may take all
        sizes.append(int(Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii")))
    return int(min(sizes) * _MOST) >> 20


def _forget(connection: duckdb.DuckDBPyConnection, folder: HeldFolder) -> None:
    connection.close()
    folder.remove()


def _between(by: str, start: str | None, end: str | None) -> str:
    bounds = [sql for sql, bound in (("{by} >= ?", start), ("{by} < ?", end)) if bound is not None]
    return fill(" WHERE " + " AND ".join(bounds), by=by) if bounds else ""


def quote(name: str) -> str:
    """Write a name as SQL reads it, whatever it holds.

    Examples
    --------
    >>> quote("order")
    '"order"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Write a text as an SQL constant; only for paths and signs in views, which can hold no bound value.

    Examples
    --------
    >>> literal("Anne's")
    "'Anne''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def fill(sql: str, /, **parts: str) -> str:
    """Put names and expressions into a statement: `{x}` becomes the quoted name, `{!x}` the expression as it is.

    Examples
    --------
    >>> fill("SELECT {!what} FROM {table}", what="COUNT(*)", table="my orders")
    'SELECT COUNT(*) FROM "my orders"'
    """
    return re.sub(r"\{(!?)(\w+)\}", lambda m: parts[m[2]] if m[1] else quote(parts[m[2]]), sql)
