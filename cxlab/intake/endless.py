"""PostgreSQL's `infinity` and `-infinity`: as its driver brings these dates, and as the engine knows them.

The database writes them as the greatest and the least number of days or microseconds. The driver moves all of these
from 2000 to 1970 without a look at the two, and they come out of the other end as days of the distant past, which the
engine cannot turn into moments.
"""

import datetime as dt

import pyarrow as pa
from pyarrow import compute as pc

_MOVED = dt.date(2000, 1, 1) - dt.date(1970, 1, 1)


def as_the_engine_knows_them(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return a batch whose dates and moments without an end are those of the engine; all else as it is."""
    columns = [_endless(column) for column in batch.columns]
    return pa.record_batch(columns, schema=batch.schema)


def _endless(column: pa.Array) -> pa.Array:
    if pa.types.is_date32(column.type):
        kind, bits, moved = pa.int32(), 32, _MOVED.days
    elif pa.types.is_timestamp(column.type) and column.type.unit == "us":
        kind, bits, moved = pa.int64(), 64, _MOVED // dt.timedelta(microseconds=1)
    else:
        return column
    lowest, highest = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    numbers = column.view(kind)
    for brought, meant in ((lowest + moved - 1, highest), (lowest + moved, -highest)):
        numbers = pc.if_else(pc.equal(numbers, pa.scalar(brought, kind)), pa.scalar(meant, kind), numbers)
    return numbers.view(column.type)
