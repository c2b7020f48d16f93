"""The one place that knows the database: everything that is done row by row is SQL that runs here.

SQL is written in DuckDB's dialect, and so that it can be translated: money is whole cents, a moment is whole seconds
since 1970, a day is whole days since 1970; numbers are cast before they are divided; a value reaches a statement as a
bound parameter only, and a name through `fill` only. What reads files (`Engine.read`) is the exception.
"""

import re
import shutil
import weakref
from collections.abc import Mapping, Sequence
from glob import escape
from pathlib import Path
from tempfile import mkdtemp
from types import TracebackType
from typing import Any, Self

import duckdb
import pandas as pd
import pyarrow as pa

Value = str | int | float | bool | None


class EngineError(RuntimeError):
    """The engine refused a statement that reads a file: the file is not what it seemed."""


class Engine:
    """An embedded DuckDB with a temporary folder of its own.

    Parameters
    ----------
    threads : threads to use; None: as many as there are cores. Results do not depend on it.

    Attributes
    ----------
    statements : every statement that ran, in order, but for those that read files.
    """

    def __init__(self, *, threads: int | None = None) -> None:
        folder = mkdtemp(prefix="cxlab-")
        settings: dict[str, Any] = {
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "temp_directory": folder,
            "preserve_insertion_order": True,
        }
        if threads is not None:
            settings["threads"] = threads
        self._connection = duckdb.connect(":memory:", config=settings)
        self._connection.execute("SET TimeZone = 'UTC'")
        self._forget = weakref.finalize(self, _forget, self._connection, folder)
        self.statements: list[str] = []

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
        """Run a query and return its rows, in the order that it must say."""
        if not re.search(r"\bORDER BY\b(?!.*\bFROM\b)", sql, flags=re.S):
            raise ValueError("a query for a frame must end in ORDER BY: rows have no order of their own")
        return self._execute(sql, values).df()

    def read(self, sql: str, values: Sequence[Value] = ()) -> list[tuple[Any, ...]]:
        """Run a statement that reads a file, or texts as dates, and return its rows: not every engine can.

        Raises
        ------
        EngineError : the file cannot be read in this way.
        """
        try:
            return self._connection.execute(sql, list(values)).fetchall()
        except duckdb.Error as error:
            raise EngineError(str(error).split("\n", 1)[0]) from error

    def take(
        self, name: str, columns: Mapping[str, Sequence[Any]], kinds: Mapping[str, str], *, append: bool = False
    ) -> None:
        """Make a table from columns in memory, or add to it; `kinds` gives each column's type: string or int64."""
        arrow = pa.table({c: pa.array(values, pa.type_for_alias(kinds[c])) for c, values in columns.items()})
        self._connection.register("cxlab_arrow", arrow)
        verb = f"INSERT INTO {quote(name)}" if append else f"CREATE OR REPLACE TABLE {quote(name)} AS"
        self._connection.execute(f"{verb} SELECT * FROM cxlab_arrow")  # noqa: S608
        self._connection.unregister("cxlab_arrow")

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

    def _execute(self, sql: str, values: Sequence[Value]) -> duckdb.DuckDBPyConnection:
        self.statements.append(sql)
        return self._connection.execute(sql, list(values))


def _forget(connection: duckdb.DuckDBPyConnection, folder: str) -> None:
    connection.close()
    shutil.rmtree(folder, ignore_errors=True)


def quote(name: str) -> str:
    """Write a name as SQL reads it, whatever it holds.

    Examples
    --------
    >>> quote("order")
    '"order"'
    """
    return '"' + name.replace('"', '""') + '"'


def fill(sql: str, **parts: str) -> str:
    """Put names and expressions into a statement: `{x}` becomes the quoted name, `{!x}` the expression as it is.

    Examples
    --------
    >>> fill("SELECT {!what} FROM {table}", what="COUNT(*)", table="my orders")
    'SELECT COUNT(*) FROM "my orders"'
    """
    return re.sub(r"\{(!?)(\w+)\}", lambda m: parts[m[2]] if m[1] else quote(parts[m[2]]), sql)
