"""For any customer and day: what else came after it, and what customers are described by before it."""

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from cxlab.engine import Engine, Value, fill
from cxlab.intake.channels import sum_channel_days
from cxlab.intake.sales import CHANNEL_DAYS

BEFORE = ("earlier_orders", "earlier_returned", "earlier_serve")
AFTER = ("days_to_next", "sold", "returned", "complaints", "answers", "low_answers", "channel_days", "elsewhere_days")
LOW_SHARE = 0.6
"""An answer is low up to so far along the scale of all answers: up to 6 of 10, the detractors of Reichheld (2003)."""
Columns = Mapping[str, Collection[str]]


def read_around(engine: Engine, index: str, *, outcome_days: int, columns: Columns) -> pd.DataFrame:
    """Look back and ahead from each customer and day of the table `index` (customer_id, day), each once.

    Parameters
    ----------
    outcome_days : length of the time after the day that is looked at.
    columns : the study's tables, each with its columns.

    Returns
    -------
    One row a customer and day, sorted by both. Before the day and never on it: earlier_orders,
    earlier_returned (value), earlier_serve (what serving the customer cost). After it, in
    (day, day + outcome_days]: days_to_next (until the next day with an order, outcome_days where none came), sold
    (revenue before returns) and, as far as the study tells, returned (value), complaints (incidents), answers and
    low_answers (to the question most asked; those of a score up to `LOW_SHARE` of the way from the lowest to the
    highest ever given), channel_days (days with an order whose channel is known) and elsewhere_days (those by another
    channel than the one most used). Money in units of currency.
    """
    sum_channel_days(engine, columns.get("orders", ()))
    parts, asked = [], ""
    lowest = highest = 0.0
    if "incidents" in columns:
        parts.append(_INCIDENTS)
    if "feedback" in columns:
        asked = _most_asked(engine, columns["feedback"])
        kept = _kept(columns["feedback"])
        ends = engine.row(fill("SELECT MIN(score), MAX(score) FROM feedback WHERE {!kept}", kept=kept), [asked])
        lowest, highest = (float(end or 0.0) for end in ends)
        parts.append(fill(_FEEDBACK, kept=kept))
    values: list[Value] = [lowest + LOW_SHARE * (highest - lowest), asked] if "feedback" in columns else []
    sql = fill(_AROUND, index=index, channels=CHANNEL_DAYS, further="".join(parts), days=str(int(outcome_days)))
    found = engine.frame(sql, values)
    (returns,) = engine.row("SELECT COUNT(*) FROM returns")
    (channels,) = engine.row(fill("SELECT COUNT(*) FROM {channels}", channels=CHANNEL_DAYS))
    untold = {
        "returned": not returns, "complaints": "incidents" not in columns, "answers": "feedback" not in columns,
        "low_answers": "feedback" not in columns, "channel_days": not channels, "elsewhere_days": not channels,
    }  # fmt: skip
    day, following = found["day"].to_numpy(np.int64), found["next_day"].to_numpy(np.float64)
    frame = {"customer_id": found["customer_id"].astype("str"), "day": day}
    for name in (*BEFORE, *AFTER[1:]):
        counts = found[name].fillna(0).to_numpy(np.int64)
        if not untold.get(name):
            frame[name] = counts / 100 if name in _MONEY else counts
    frame["days_to_next"] = np.where(np.isfinite(following), following - day, outcome_days).astype(np.int64)
    return pd.DataFrame(frame)


def main_channel(engine: Engine) -> str:
    """Name the channel that is used most; empty where no more than one is known."""
    sql = fill("SELECT MAX(main_channel) FROM {channels}", channels=CHANNEL_DAYS)
    return str(engine.row(sql)[0] or "")


def _most_asked(engine: Engine, columns: Collection[str]) -> str:
    """Return what most answers are to; empty where the data does not say what was asked."""
    if "metric" not in columns:
        return ""
    sql = (
        "SELECT COALESCE(metric, '') AS asked, COUNT(*) AS n FROM feedback WHERE score IS NOT NULL "
        "GROUP BY COALESCE(metric, '') ORDER BY n DESC, asked"
    )
    found = engine.rows(sql)
    return str(found[0][0]) if found else ""


def _kept(columns: Collection[str]) -> str:
    return "score IS NOT NULL AND " + ("COALESCE(metric, '') = ?" if "metric" in columns else "? = ''")


_MONEY = ("earlier_returned", "earlier_serve", "sold", "returned")
_SUMS = ("orders", "serve", *AFTER[1:])
_BEFORE = ("orders", "returned", "serve")
_INCIDENTS = (
    " UNION ALL SELECT customer_id, CAST(FLOOR(CAST(occurred_at AS DOUBLE) / 86400) AS BIGINT), 0, 0, 0, 0, 0, 1, 0, "
    "0, 0, 0, 0 FROM incidents"
)
_FEEDBACK = (
    " UNION ALL SELECT customer_id, CAST(FLOOR(CAST(given_at AS DOUBLE) / 86400) AS BIGINT), 0, 0, 0, 0, 0, 0, 1, "
    "CASE WHEN score <= ? THEN 1 ELSE 0 END, 0, 0, 0 FROM feedback WHERE {!kept}"
)
_AROUND = f"""
WITH happened AS (
  SELECT customer_id, day, CASE WHEN n_orders > 0 THEN 1 ELSE 0 END AS buys, n_orders AS orders, revenue AS sold,
    0 AS returned, 0 AS serve, 0 AS complaints, 0 AS answers, 0 AS low_answers, 0 AS channel_days,
    0 AS elsewhere_days, 0 AS is_index FROM sales
  UNION ALL SELECT customer_id, day, 0, 0, 0, revenue, 0, 0, 0, 0, 0, 0, 0 FROM returns
  UNION ALL SELECT customer_id, day, 0, 0, 0, 0, serve, 0, 0, 0, 0, 0, 0 FROM effort
  UNION ALL SELECT customer_id, day, 0, 0, 0, 0, 0, 0, 0, 0, 1, elsewhere, 0 FROM {{channels}}{{!further}}
  UNION ALL SELECT customer_id, day, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 FROM {{index}}
), days AS (
  SELECT customer_id, day, MAX(buys) AS buys, {", ".join(f"SUM({name}) AS {name}" for name in _SUMS)},
    MAX(is_index) AS is_index
  FROM happened GROUP BY customer_id, day
), looked AS (
  SELECT customer_id, day, is_index,
    {", ".join(f"SUM({name}) OVER before_it AS earlier_{name}" for name in _BEFORE)},
    MIN(CASE WHEN buys = 1 THEN day END) OVER after_it AS next_day,
    {", ".join(f"SUM({name}) OVER after_it AS {name}" for name in _SUMS if name not in ("orders", "serve"))}
  FROM days
  WINDOW before_it AS (PARTITION BY customer_id ORDER BY day RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
    after_it AS (PARTITION BY customer_id ORDER BY day RANGE BETWEEN 1 FOLLOWING AND {{!days}} FOLLOWING)
)
SELECT * FROM looked WHERE is_index = 1 ORDER BY customer_id, day
"""  # noqa: S608
