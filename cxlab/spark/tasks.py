"""What a task on a worker does: read a part of a file with DuckDB, by the SQL that is used here as well.

How texts, dates and amounts are read is not translated: two engines read them differently in a hundred places. So each
task runs the same engine over its part, and Spark takes the checked records from there. A worker needs `duckdb` and
`pyarrow`, and nothing of the kit: all that it runs comes with the task.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from cxlab.engine import Part

FAULT = "cx_error"
"""The column in which a task says why it could not read its part; then it is the only one that is not empty."""
MISSING, LACKING, BROKEN = "missing", "lacking", "broken "
"""What it says: the file is not there, or another one is; there is no DuckDB; or how the engine refused it."""
KINDS = {
    "BOOLEAN": ("boolean", "bool_"),
    "TINYINT": ("tinyint", "int8"),
    "SMALLINT": ("smallint", "int16"),
    "INTEGER": ("int", "int32"),
    "BIGINT": ("bigint", "int64"),
    "FLOAT": ("float", "float32"),
    "DOUBLE": ("double", "float64"),
    "VARCHAR": ("string", "string"),
    "DATE": ("date", "date32"),
    "TIMESTAMP": ("timestamp_ntz", "timestamp"),
}
"""Types that both engines have: what Spark and Arrow call them."""
MEMORY = "512MiB"


def schema(columns: Mapping[str, str]) -> str:
    """Return columns, by their names, as Spark writes them down."""
    return ", ".join(f"`{name}` {KINDS[kind][0]}" for name, kind in columns.items())


def pack(batch: pa.RecordBatch) -> bytes:
    """Pack a batch of records for its way to the workers."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as stream:
        stream.write_batch(batch)
    return bytes(sink.getvalue().to_pybytes())


def unpacker() -> Callable[[Iterator[Any]], Iterator[Any]]:
    """Return what unpacks batches on a worker: batches of one column of packs in, batches of records out."""

    def unpack(batches: Iterator[Any]) -> Iterator[Any]:
        import pyarrow as pa

        for batch in batches:
            for one in batch.column(0).to_pylist():
                with pa.ipc.open_stream(one) as stream:
                    yield from stream

    return unpack


def reader(parts: Sequence[Part], columns: Mapping[str, str]) -> Callable[[Iterator[Any]], Iterator[Any]]:
    """Return what reads the parts whose numbers come in: batches of one column in, batches of records out.

    Notes
    -----
    It travels to the workers by its code, so it holds plain values only and imports all that it uses.
    """
    all_parts = [(p.file, p.size, p.view, p.query, p.first, p.last, p.counts) for p in parts]
    arrow = {name: KINDS[kind][1] for name, kind in columns.items()}
    fault_column, missing, lacking, broken, memory = FAULT, MISSING, LACKING, BROKEN, MEMORY

    def read(batches: Iterator[Any]) -> Iterator[Any]:
        import os
        import shutil
        import tempfile

        import pyarrow as pa

        kinds = {n: pa.timestamp("us") if kind == "timestamp" else getattr(pa, kind)() for n, kind in arrow.items()}
        fields = pa.schema([*kinds.items(), (fault_column, pa.string())])

        def faulty(why: str) -> Any:
            return pa.RecordBatch.from_pylist([{fault_column: why}], schema=fields)

        def records(part: tuple[Any, ...]) -> Iterator[Any]:
            file, size, view, query, first, last, counts = part
            try:
                import duckdb
            except ImportError:
                yield faulty(lacking)
                return
            if not os.path.exists(file) or os.path.getsize(file) != size:  # noqa: PTH110, PTH202 - nothing but a path
                yield faulty(missing)
                return
            folder = tempfile.mkdtemp(prefix="cxlab-task-")
            settings: dict[str, Any] = {"threads": 1, "memory_limit": memory, "temp_directory": folder,
                        "autoinstall_known_extensions": False, "autoload_known_extensions": False}  # fmt: skip
            try:
                with duckdb.connect(":memory:", config=settings) as connection:
                    connection.execute("SET TimeZone = 'UTC'")
                    connection.execute("SET disabled_optimizers = 'in_clause'")
                    line = f"ROW_NUMBER() OVER () + {first - 1} AS line, * EXCLUDE (line)" if counts else "*"
                    where = "" if counts else f" WHERE line BETWEEN {first} AND {last}"
                    connection.execute(f"CREATE VIEW cx_file_view AS {view}")
                    connection.execute(f"CREATE VIEW cx_records AS SELECT {line} FROM cx_file_view{where}")  # noqa: S608
                    for batch in connection.sql(query).to_arrow_reader(50_000):
                        columns = [*batch.columns, pa.nulls(batch.num_rows, pa.string())]
                        yield pa.RecordBatch.from_arrays(columns, schema=fields)
            except duckdb.Error as error:
                yield faulty(broken + str(error).split("\n", 1)[0])
            finally:
                shutil.rmtree(folder, ignore_errors=True)

        for batch in batches:
            for number in batch.column(0).to_pylist():
                yield from records(all_parts[number])

    return read
