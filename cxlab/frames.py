"""Record batches to a frame, one after the other, so that a large table is never held twice."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray


def frame_of(readers: Iterable[pa.RecordBatchReader], n: int = 0) -> pd.DataFrame:
    """Make a frame of all batches of readers with the same columns; a text is of pandas' own type for it.

    Whole numbers too long for 64 bits, and such with a gap among them, become floating ones.

    Parameters
    ----------
    n : rows for which room is made at once; more may come.

    Examples
    --------
    >>> batch = pa.record_batch({"customer_id": ["a", "b"], "orders": [3, None]})
    >>> frame_of([pa.RecordBatchReader.from_batches(batch.schema, [batch, batch])])["orders"].tolist()
    [3.0, nan, 3.0, nan]
    """
    columns: dict[str, _Texts | _Numbers] = {}
    for reader in readers:
        columns = columns or {
            field.name: _Texts() if pa.types.is_string(field.type) else _Numbers(field.type, n)
            for field in reader.schema
        }
        for batch in reader:
            for column, values in zip(columns.values(), batch.columns, strict=True):
                column.add(values)
    return pd.DataFrame({name: column.whole() for name, column in columns.items()}, copy=False)


class _Texts:
    """A column of texts, a chunk a batch."""

    def __init__(self) -> None:
        self._chunks: list[pa.Array] = []

    def add(self, values: pa.Array) -> None:
        self._chunks.append(pa.concat_arrays([values, values.slice(0, 0)]))  # a copy, so that the batch can go

    def whole(self) -> Any:
        return pd.array(pa.chunked_array(self._chunks, pa.string()), dtype="str")


class _Numbers:
    """A column of anything else, with room for what is to come: parts of it, once freed, would stay in the process."""

    def __init__(self, kind: pa.DataType, n: int) -> None:
        self._values = np.empty(n, _numbers(pa.array([], kind)).dtype)
        self._n = 0

    def add(self, values: pa.Array) -> None:
        new = _numbers(values)
        end = self._n + len(new)
        if end > len(self._values):
            more = np.empty(max(end, 2 * self._n) - len(self._values), self._values.dtype)
            self._values = np.concatenate([self._values, more])
        if not np.can_cast(new.dtype, self._values.dtype, "safe"):
            self._values = self._values.astype(np.result_type(new, self._values))
        self._values[self._n : end] = new
        self._n = end

    def whole(self) -> NDArray[Any]:
        return self._values[: self._n]


def _numbers(values: pa.Array) -> NDArray[Any]:
    return np.asarray((values.cast(pa.float64()) if pa.types.is_decimal(values.type) else values).to_pandas())
