"""Frequency, recency, age and money of each customer from a plain table of orders, as purchase models take them."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

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
    "day": (_DAYS, "dates or times of the shop's own clock, without a time zone"),
    "value": (_NUMBERS, "numbers"),
}
_LOOK = """
SELECT COUNT(*), COUNT(*) FILTER ({customer} IS NULL), COUNT(*) FILTER ({day} IS NULL),
  COUNT(*) FILTER ({value} IS NULL OR NOT ISFINITE(CAST({value} AS DOUBLE))) FROM {orders}
"""
_SUM = """
WITH days AS (
  SELECT {customer} AS customer_id, CAST({day} AS DATE) AS day, FSUM(CAST({value} AS DOUBLE)) AS spent FROM {orders}
  WHERE {value} >= 0 AND CAST({day} AS DATE) <= CAST(? AS DATE) GROUP BY ALL
)
SELECT customer_id, COUNT(*) - 1 AS frequency, CAST(MAX(day) - MIN(day) AS BIGINT) AS recency,
  CAST(CAST(? AS DATE) - MIN(day) AS BIGINT) AS "T",
  CASE WHEN COUNT(*) > 1 THEN (FSUM(spent) - ARG_MIN(spent, day)) / (COUNT(*) - 1) ELSE 0.0 END AS monetary_value
FROM days GROUP BY customer_id ORDER BY customer_id
"""


class SummaryError(InputError):
    """A table of orders from which no summary can be made."""


def rfm_summary(
    orders: pd.DataFrame | str | Path,
    *,
    until: dt.date,
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
    orders : one row an order, or a line of one; a frame or a Parquet file.
    until : the cut; orders of that day count, later ones do not.
    customer, day, value : names of the columns: who (text or whole numbers), when (days or times of the shop's own
        clock), for how much.

    Returns
    -------
    One row for each customer with a purchase up to the cut, by customer_id: frequency (days with a purchase after the
    first), recency (days from the first to the last), T (days from the first to the cut), monetary_value (mean of the
    days after the first, days at 0 included, in the orders' currency; 0 for those who came once).

    Raises
    ------
    SummaryError : no such file or column, a column of another kind, or rows in which one of them is missing.

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
    names = {"customer": customer, "day": day, "value": value}
    with Engine() as engine:
        columns = _bring(engine, orders, names)
        try:
            ((n, *missing),) = engine.read(fill(_LOOK, orders=_ORDERS, **columns))
        except EngineError as error:
            raise SummaryError(f"The orders cannot be read: {error}") from error
        lacking = [f"{gone:,} have no {names[part]}" for part, gone in zip(names, missing, strict=True) if gone]
        if lacking:
            raise SummaryError(
                f"Of {n:,} orders, {', '.join(lacking)}: leave them out, or open the orders as a study, which sets "
                "such rows aside and says why."
            )
        return engine.frame(fill(_SUM, orders=_ORDERS, **columns), [until.isoformat()] * 2)


def _bring(engine: Engine, orders: pd.DataFrame | str | Path, names: Mapping[str, str]) -> dict[str, str]:
    """Let the engine see the orders; return what it calls the columns."""
    if isinstance(orders, pd.DataFrame):
        _require(names, orders.columns, "the frame")
        columns = list(names.values())
        try:
            table = pa.Table.from_pandas(orders[columns], preserve_index=False)
        except pa.ArrowException as error:
            raise SummaryError(f"A column of the frame mixes kinds: {error}") from error
        table = table.rename_columns(list(names))
        engine.take_batches(_ORDERS, table.schema, table.to_batches())
        called, kind_of = {part: part for part in names}, engine.kinds(_ORDERS)
    else:
        try:
            kinds = engine.view_parquet(_ORDERS, Path(orders))
        except EngineError as error:
            raise SummaryError(f"{orders} cannot be read as a Parquet file: {error}") from error
        _require(names, kinds, str(orders))
        called = {part: f"f{list(kinds).index(name)}" for part, name in names.items()}
        kind_of = {part: kinds[name] for part, name in names.items()}
    for part, (right, advice) in _KINDS.items():
        if not re.fullmatch(right, kind_of[part]):
            raise SummaryError(f"Column {names[part]} holds {kind_of[part]}: make it {advice}.")
    return called


def _require(names: Mapping[str, str], columns: Iterable[object], where: str) -> None:
    there = list(columns)
    if len(set(names.values())) < len(names):
        raise SummaryError(f"One column is taken twice: {', '.join(names.values())}: name three different ones.")
    for part, name in names.items():
        if there.count(name) > 1:
            raise SummaryError(f"There are {there.count(name)} columns {name} in {where}: leave one.")
        if name not in there:
            raise SummaryError(
                f"There is no column {name} in {where}, which has {', '.join(map(str, there))}: name the one to "
                f"take as `{part}`."
            )
