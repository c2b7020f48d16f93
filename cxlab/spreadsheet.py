"""A table as CSV that a spreadsheet opens without computing anything."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv

from cxlab.words import harmless

_PLAIN = r"[0-9A-Za-z][0-9A-Za-z _.:]*"  # nothing in it that a spreadsheet could take for a formula
_MANY = 10_000  # rows from which on Arrow writes them, where it can
_FOUR_DIGITS = 1000  # years from which on all write them alike
_AS_ARROW = (1e-4, 1e9)  # sizes of which Arrow and Python write the same digits, unless they are whole


def write_csv(table: pd.DataFrame, file: Path) -> None:
    """Write a table as CSV, its texts and its heads harmless to a spreadsheet.

    Numbers are written as pandas writes them, with the fewest digits that tell them apart.
    """
    safe = {number: _safe(table.iloc[:, number]) for number in range(table.shape[1])}
    written = pd.DataFrame(safe, copy=False).set_axis([_harmless(name) for name in table.columns], axis=1)
    if len(written) < _MANY or not _write_plain(written, file):
        written.to_csv(file, index=False, lineterminator="\n")


def _write_plain(table: pd.DataFrame, file: Path) -> bool:
    """Write many rows, byte for byte as pandas does; False, and nothing of use in the file, where some need quoting."""
    columns = [_as_arrow(table.iloc[:, number]) for number in range(table.shape[1])]
    if len(columns) < 2 or any(column is None for column in columns):
        return False
    plain = csv.WriteOptions(include_header=False, quoting_style="none")
    with file.open("wb") as opened:
        opened.write(table.iloc[:0].to_csv(index=False, lineterminator="\n").encode())
        try:
            csv.write_csv(pa.table(columns, names=[str(number) for number in range(len(columns))]), opened, plain)
        except pa.ArrowInvalid:  # a comma, a quotation mark or a line's end within a text
            return False
    return True


def _as_arrow(column: pd.Series) -> pa.Array | None:
    """Return numbers, texts, days and what is true for Arrow to write; None for what it would write otherwise."""
    if column.dtype.kind in "iu" or isinstance(column.dtype, pd.StringDtype):
        return pa.array(column, from_pandas=True)
    if column.dtype == np.bool_ or _is_of_texts(column.dtype):
        return pa.array(column.astype("str"), from_pandas=True)
    if isinstance(column.dtype, np.dtype) and column.dtype.kind == "M":
        is_day = (column == column.dt.normalize()) & (column.dt.year >= _FOUR_DIGITS)
        return pa.array(column, from_pandas=True).cast(pa.date32()) if (column.isna() | is_day).all() else None
    return None


def _is_of_texts(kind: object) -> bool:
    return isinstance(kind, pd.CategoricalDtype) and isinstance(kind.categories.dtype, pd.StringDtype)


def _safe(column: pd.Series) -> pd.Series:
    kind = column.dtype
    if kind == np.float64:
        return pd.Series(float_texts(column.to_numpy()), index=column.index, dtype="str")
    if isinstance(kind, pd.StringDtype):
        odd = ~column.str.fullmatch(_PLAIN, na=True).to_numpy(np.bool_)
        safe = column.copy()
        safe[odd] = column[odd].map(_harmless)
        return safe
    if kind.kind == "O" or isinstance(kind, pd.CategoricalDtype):
        return column.map(_harmless)
    return column


def float_texts(numbers: NDArray[np.float64]) -> NDArray[np.object_]:
    """Write numbers as Python does, shape (n,), None for what is no number.

    Examples
    --------
    >>> float_texts(np.array([0.1, 2.0, np.nan, 1e-7, -12.25])).tolist()
    ['0.1', '2.0', None, '1e-07', '-12.25']
    """
    low, high = _AS_ARROW
    size = np.abs(numbers)
    alike = (size >= low) & (size < high) & (numbers != np.floor(numbers))
    texts = np.full(len(numbers), None, dtype=np.object_)
    texts[alike] = pc.cast(pa.array(numbers[alike]), pa.string()).to_numpy(zero_copy_only=False)
    other = ~alike & ~np.isnan(numbers)
    texts[other] = [repr(number) for number in numbers[other].tolist()]
    return texts


def _harmless(cell: object) -> object:
    return harmless(cell).replace("\r", " ") if isinstance(cell, str) else cell  # a bare return would end the row
