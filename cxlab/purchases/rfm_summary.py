"""Frequency, recency, age and money of each customer from a plain table of orders, as purchase models take them."""

import datetime as dt
import os
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from cxlab.engine import Engine, EngineError, fill
from cxlab.errors import InputError

_ORDERS = "summary_orders"
_WHOLE = r"U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER"
_IDS = rf"VARCHAR|{_WHOLE}"
_DAYS = r"DATE|TIMESTAMP(_S|_MS|_NS)?"
_NUMBERS = rf"{_WHOLE}|FLOAT|DOUBLE|DECIMAL\(.*\)"
_KINDS = {
    "customer": (_IDS, "text or whole numbers"),
    "day": (
        _DAYS,
        "dates or times of the shop's own clock, without a time zone, by `parse_dates` of `pd.read_csv` or by "
        "`pd.to_datetime`",
    ),
    "value": (_NUMBERS, "numbers"),
}
_WORDS = {"VARCHAR": "text", '"NULL"': "nothing"}
_ASIDE = "leave them out, or open the orders as a study, which sets such rows aside and says why."
_MOST = "1e18"  # the sum has room for 10^11 orders of so much
_LOOK = """
SELECT COUNT(*), COUNT(*) FILTER ({customer} IS NULL), COUNT(*) FILTER ({day} IS NULL),
  COUNT(*) FILTER ({value} IS NULL OR NOT ABS(CAST({value} AS DOUBLE)) < {!most}) FROM {orders}
"""
_SUM = """
WITH days AS (
  SELECT {customer} AS customer_id, CAST({day} AS DATE) AS day, SUM(CAST({value} AS DECIMAL(38, 9))) AS spent
  FROM {orders} WHERE {value} >= 0 AND CAST({day} AS DATE) <= CAST(? AS DATE) GROUP BY ALL
)
SELECT customer_id, COUNT(*) - 1 AS frequency, CAST(MAX(day) - MIN(day) AS BIGINT) AS recency,
  CAST(CAST(? AS DATE) - MIN(day) AS BIGINT) AS "T",
  CASE WHEN COUNT(*) > 1 THEN CAST(SUM(spent) - ARG_MIN(spent, day) AS DOUBLE) / (COUNT(*) - 1) ELSE 0.0 END
    AS monetary_value
FROM days GROUP BY customer_id ORDER BY customer_id
"""


class SummaryError(InputError):
    """A table of orders, or a cut, from which no summary can be made."""


def rfm_summary(
    orders: pd.DataFrame | str | os.PathLike[str],
    *,
    until: dt.date | np.datetime64 | str,
    customer: str = "customer_id",
    day: str = "ordered_at",
    value: str = "revenue",
) -> pd.DataFrame:
    """Sum up orders to one row a customer: what BG/NBD, Pareto/NBD and Gamma-Gamma take, here and in other packages.

    All rows of one day are one purchase. Rows of less than nothing, returns and discounts on lines of their own, are
    left out. For anything beyond that (returns that lower what was bought, costs, duplicates, statuses, rejects with
    their reasons) open the orders as a study: `open_study(...).customers`.

    Parameters
    ----------
    orders : one row an order, or a line of one; a frame or one Parquet file. Of a CSV file, give
        `pd.read_csv(file, parse_dates=[day])`; of a folder of Parquet files, `pd.read_parquet(folder)`.
    until : the cut, a day, a time or either as ISO text; orders of that day count, later ones do not.
    customer, day, value : names of the columns: who (text or whole numbers), when (days or times of the shop's own
        clock), for how much (less than 10^18).

    Returns
    -------
    One row for each customer with a purchase up to the cut, by customer_id: frequency (days with a purchase after the
    first), recency (days from the first to the last), T (days from the first to the cut), monetary_value (mean of the
    days after the first, days at 0 included, in the orders' currency; 0 for those who came once). The money of each row
    is kept to nine decimal places and summed exactly, so the same rows in any order give the same figures, to the last
    digit.

    Raises
    ------
    SummaryError : no such file or column, a column of another kind, rows in which one of them is missing, money that is
        infinite or too large, a customer whose text is empty or blank, or a cut that is no day.

    References
    ----------
    Fader and Hardie (2005), A Note on Implementing the Pareto/NBD Model in MATLAB: x, t_x and T, here in days.

    Examples
    --------
    >>> import datetime as dt
    >>> days = pd.to_datetime(["2025-01-01", "2025-01-11", "2025-01-11", "2025-01-31"])
    >>> orders = pd.DataFrame({"customer_id": ["a", "a", "a", "b"], "ordered_at": days, "revenue": [5, 2, 4, 3]})
    >>> rfm_summary(orders, until=dt.date(2025, 2, 10)).to_dict("list")
    {'customer_id': ['a', 'b'], 'frequency': [1, 0], 'recency': [10, 0], 'T': [40, 10], 'monetary_value': [6.0, 0.0]}
    """
    names, cut = {"customer": customer, "day": day, "value": value}, _day_of(until)
    with Engine() as engine:
        columns = _bring(engine, orders, names)
        try:
            ((n, *missing),) = engine.read(fill(_LOOK, orders=_ORDERS, most=_MOST, **columns))
        except EngineError as error:
            raise SummaryError(f"The orders cannot be read: {error}") from error
        wanted = [customer, day, f"{value}, or one that is infinite or beyond {_MOST}"]
        lacking = [f"{gone:,} have no {what}" for what, gone in zip(wanted, missing, strict=True) if gone]
        if lacking:
            raise SummaryError(f"Of {n:,} orders, {', '.join(lacking)}: {_ASIDE}")
        found = engine.frame(fill(_SUM, orders=_ORDERS, **columns), [cut] * 2)
    # Customers' texts are looked at here, where each stands once: the look at the orders need not read them.
    who = found["customer_id"]
    if pd.api.types.is_string_dtype(who) and (who.str.strip() == "").any():
        raise SummaryError(f"There are orders whose {customer} is empty: {_ASIDE}")
    return found


def _day_of(until: object) -> str:
    """Return the cut as ISO text."""
    day = until.astype("datetime64[D]").item() if isinstance(until, np.datetime64) else until
    if isinstance(day, str):
        with suppress(ValueError):
            day = dt.datetime.fromisoformat(day)
    if not isinstance(day, dt.date) or until is pd.NaT:
        raise SummaryError(f'`until` is {until!r}: give a day, as dt.date(2025, 3, 1) or "2025-03-01".')
    return dt.date(day.year, day.month, day.day).isoformat()


def _bring(engine: Engine, orders: object, names: Mapping[str, str]) -> dict[str, str]:
    """Let the engine see the orders; return what it calls the columns."""
    if isinstance(orders, pd.DataFrame):
        _require(names, orders.columns, "the frame")
        table = pa.table({part: _arrow_of(orders[name], part) for part, name in names.items()})
        try:
            engine.take_batches(_ORDERS, table.schema, table.to_batches())
        except (EngineError, pa.ArrowException) as error:
            held = ", ".join(f"{name} {table.schema.field(part).type}" for part, name in names.items())
            raise SummaryError(f"The columns {held} cannot be read: {error}") from error
        called, kinds = {part: part for part in names}, engine.kinds(_ORDERS)
        told = {part: str(orders[name].dtype) for part, name in names.items()}
    elif isinstance(orders, str | os.PathLike):
        there = _view(engine, orders, names["day"])
        _require(names, there, str(orders))
        called = {part: f"f{list(there).index(name)}" for part, name in names.items()}
        kinds = told = {part: there[name] for part, name in names.items()}
    else:
        raise SummaryError(f"The orders are a {type(orders).__name__}: give a frame of pandas, or a Parquet file.")
    for part, (right, advice) in _KINDS.items():
        if not re.fullmatch(right, kinds[part]):
            held = kinds[part] if told[part] == "object" else told[part]
            raise SummaryError(f"Column {names[part]} holds {_WORDS.get(kinds[part], held)}: make it {advice}.")
    return called


def _arrow_of(column: "pd.Series[Any]", part: str) -> pa.Array | pa.ChunkedArray:
    try:
        return pa.array(column, from_pandas=True)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        raise SummaryError(f"Column {column.name} cannot be read ({error}): make it {_KINDS[part][1]}.") from error


def _view(engine: Engine, orders: str | os.PathLike[str], day: str) -> dict[str, str]:
    """Make a view of the one file; return the kinds of its columns."""
    file = Path(orders)
    try:
        if not file.is_file():
            raise SummaryError(
                f"{str(orders)!r} is no file: give one Parquet file, or of a folder of them the frame, "
                "pd.read_parquet(folder)."
            )
        return engine.view_parquet(_ORDERS, file)
    except (EngineError, OSError) as error:
        raise SummaryError(
            f"{file} cannot be read as a Parquet file ({error}): give one, or of a CSV file the frame, "
            f'pd.read_csv(file, parse_dates=["{day}"]).'
        ) from error


def _require(names: Mapping[str, str], columns: Iterable[object], where: str) -> None:
    there = list(columns)
    if len(set(names.values())) < len(names):
        raise SummaryError(f"One column is taken twice: {', '.join(names.values())}: name three different ones.")
    for part, name in names.items():
        if there.count(name) > 1:
            raise SummaryError(f"There are {there.count(name)} columns {name} in {where}: leave one.")
        if name not in there:
            raise SummaryError(
                f"There is no column {name} in {where}, which has {', '.join(map(str, there)) or 'none'}: name the one "
                f"to take as `{part}`."
            )
