"""The head of a Parquet file; columns that hold lists or records are passed over."""

from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from cxlab.new.head import ROWS, FileError, Kind, Peek, from_rows
from cxlab.study import shown_path


def look_into_parquet(path: Path) -> Peek:
    """Look into a Parquet file.

    Raises
    ------
    FileError : it is none, or a broken one.
    """
    try:
        with parquet.ParquetFile(path) as file:
            schema = file.schema_arrow
            flat = [i for i, kind in enumerate(schema.types) if not pa.types.is_nested(kind)]
            names = [schema.names[i] for i in flat]
            head = next(file.iter_batches(batch_size=ROWS), None)
            columns = [] if head is None else [head.column(i).to_pylist() for i in flat]
    except (pa.ArrowException, OSError, ValueError) as error:
        raise FileError(f"{shown_path(path)} is no Parquet file, or a broken one: export the table again") from error
    return from_rows(
        path, names, list(zip(*columns, strict=True)), {schema.names[i]: _kind(schema.types[i]) for i in flat}, {}
    )


def _kind(kind: pa.DataType) -> Kind:
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return "moment"
    if pa.types.is_boolean(kind):
        return "flag"
    return "number" if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind) else "text"
