"""Record batches to a frame, one after the other, so that a large table is never held twice."""

from typing import Any, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray


class Columns:
    """The columns of a frame to be: what readers with the same columns bring, one reader after the other.

    A text is of pandas' own type for it. Whole numbers too long for 64 bits, and such with a gap among them, become
    floating ones.

    Parameters
    ----------
    n : rows that will come; 0: not known.

    Examples
    --------
    >>> batch = pa.record_batch({"customer_id": ["a", "b"], "orders": [3, None]})
    >>> columns = Columns()
    >>> columns.take(pa.RecordBatchReader.from_batches(batch.schema, [batch, batch]))
    >>> columns.frame()["orders"].tolist()
    [3.0, nan, 3.0, nan]
    """

    def __init__(self, n: int = 0) -> None:
        self._expected = n
        self._columns: dict[str, _Column] = {}

    def take(self, reader: pa.RecordBatchReader) -> None:
        """Take all that a reader brings; where it fails on the way, nothing of it."""
        if not self._columns:
            self._columns = {field.name: _column(field.type, self._expected) for field in reader.schema}
        before = [column.n for column in self._columns.values()]
        try:
            for batch in reader:
                for column, values in zip(self._columns.values(), batch.columns, strict=True):
                    column.add(values)
        except BaseException:
            for column, n in zip(self._columns.values(), before, strict=True):
                column.back_to(n)
            raise

    def arrays(self) -> dict[str, Any]:
        """Return what was taken, each column by its name."""
        return {name: column.whole() for name, column in self._columns.items()}

    def frame(self) -> pd.DataFrame:
        """Return what was taken as a frame, which holds the same columns."""
        return pd.DataFrame(self.arrays(), copy=False)


class _Column(Protocol):
    """A column to be; `n` is how far it has come, in parts or in rows."""

    n: int

    def add(self, values: pa.Array) -> None: ...

    def back_to(self, n: int) -> None: ...

    def whole(self) -> Any: ...


def _column(kind: pa.DataType, expected: int) -> _Column:
    if pa.types.is_string(kind):
        return _Texts()
    return _Filled(kind, expected) if expected else _Parts(kind)


class _Texts:
    """A column of texts, a chunk a batch."""

    def __init__(self) -> None:
        self._chunks: list[pa.Array] = []
        self.n = 0

    def add(self, values: pa.Array) -> None:
        self._chunks.append(pa.concat_arrays([values, values.slice(0, 0)]))  # a copy, so that the batch can go
        self.n = len(self._chunks)

    def back_to(self, n: int) -> None:
        del self._chunks[n:]
        self.n = n

    def whole(self) -> Any:
        return pd.array(pa.chunked_array(self._chunks, pa.string()), dtype="str")


class _Parts:
    """A column of anything else of which one does not know how long it will be."""

    def __init__(self, kind: pa.DataType) -> None:
        self._parts: list[NDArray[Any]] = []
        self._none = np.array(_numbers(pa.array([], kind)))
        self.n = 0

    def add(self, values: pa.Array) -> None:
        self._parts.append(np.array(_numbers(values)))  # a copy, so that the batch can go
        self.n = len(self._parts)

    def back_to(self, n: int) -> None:
        del self._parts[n:]
        self.n = n

    def whole(self) -> NDArray[Any]:
        found = np.concatenate(self._parts) if self._parts else self._none
        self._parts.clear()
        return found


class _Filled:
    """One of so many rows that parts of it, once freed, would stay with the process: room is made for all at once."""

    def __init__(self, kind: pa.DataType, expected: int) -> None:
        self._values = np.empty(expected, _numbers(pa.array([], kind)).dtype)
        self.n = 0

    def add(self, values: pa.Array) -> None:
        new = _numbers(values)
        if not np.can_cast(new.dtype, self._values.dtype, "safe"):
            self._values = self._values.astype(np.result_type(new, self._values))
        if self.n + len(new) > len(self._values):
            raise AssertionError(f"more rows than {len(self._values)}")
        self._values[self.n : self.n + len(new)] = new
        self.n += len(new)

    def back_to(self, n: int) -> None:
        self.n = n

    def whole(self) -> NDArray[Any]:
        if self.n != len(self._values):
            raise AssertionError(f"{self.n} rows instead of {len(self._values)}")
        return self._values


def _numbers(values: pa.Array) -> NDArray[Any]:
    return np.asarray((values.cast(pa.float64()) if pa.types.is_decimal(values.type) else values).to_pandas())
