"""Answers with drivers, each followed for some days: what was bought after it, and what was known before it."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.customers import EPOCH
from cxlab.driver_tags import Drivers
from cxlab.engine import Engine, Value, fill, quote
from cxlab.feedback import main_metric
from cxlab.occasions import tie_gestures
from cxlab.occasions.ties import TIED
from cxlab.scores import ScoreScale, find_scale

_INDEX, _AROUND = "answered_days", "around_answers"


@dataclass(frozen=True, eq=False)
class Followed:
    """One row an answer to the question that was asked most, by a customer, whose days after it are all over.

    Attributes
    ----------
    frame : in the order of time: customer_id, day (int64, since 1970), score, purchases (days with an order in the
        `outcome_days` after that day), and what was known before the day: earlier_purchases, days_since_last_order
        (-1: none), earlier_contribution.
    values : same rows, one column a driver; NaN where it is missing.
    tags : of each driver, as the study says.
    outcome_days : length of the time after an answer.
    metric : what was asked; empty: the data does not say.
    n_other, n_outside : answers to other questions, and beyond the scale, which are left out.
    n_open : answers whose time is not over at the end of observation, which are left out.
    n_before : answers from before the customer's first order, which are left out.
    segments : shape (n,), the segment of the customer before the answer; None: not looked at.
    """

    frame: pd.DataFrame
    values: pd.DataFrame
    tags: Drivers
    outcome_days: int
    metric: str = ""
    n_other: int = 0
    n_outside: int = 0
    n_open: int = 0
    n_before: int = 0
    segments: NDArray[np.object_] | None = None

    @property
    def n(self) -> int:
        """How many answers there are."""
        return len(self.frame)

    @cached_property
    def customers(self) -> NDArray[np.int64]:
        """Number of the customer of each answer, shape (n,)."""
        return np.asarray(pd.factorize(self.frame["customer_id"])[0], dtype=np.int64)

    def in_segments(self, segments: NDArray[np.object_]) -> "Followed":
        """Return the same with the segment of each customer before the answer."""
        return replace(self, segments=segments)


def follow_answers(
    engine: Engine,
    tags: Drivers,
    *,
    tables: Mapping[str, Collection[str]],
    observation_end: dt.date,
    outcome_days: int,
    margin_rate: float,
) -> Followed:
    """Follow every answer of the engine's table `feedback` for some days.

    Parameters
    ----------
    tags : the drivers, all of them columns of the table, with their tags.
    tables : the study's tables, each with its columns.
    observation_end : last day that counts.
    outcome_days : length of the time after an answer, at least 1.
    margin_rate : share of revenue left after the cost of goods, for lines without a known cost.
    """
    end = (observation_end - EPOCH).days
    before = (end + 1) * 86400
    columns = tables["feedback"]
    metric, _, n_other = main_metric(engine, columns, before)
    kept = "f.metric = ?" if metric else "? = ''"
    given = engine.frame(fill(_SCORES, kept=kept), [before, metric])["score"].to_numpy(np.float64)
    scale = find_scale(given, metric=metric) if len(given) else None
    inside = _inside(given, scale)
    tie_gestures(engine, tables.get("gestures", frozenset()), tables["orders"])
    lowest, highest = (0.0, -1.0) if scale is None else (scale.lowest, scale.highest)
    values: list[Value] = [before, metric, lowest, highest, end - outcome_days]
    engine.run(fill(_INDEX_SQL, index=_INDEX, kept=kept), values)
    engine.run(fill(_AROUND_SQL, around=_AROUND, index=_INDEX, tied=TIED, days=str(int(outcome_days))))
    names = {name: f"cx_driver_{i}" for i, name in enumerate(tags)}
    frame = engine.frame(
        fill(
            _ROWS,
            around=_AROUND,
            kept=kept,
            drivers="".join(f", f.{quote(name)} AS {column}" for name, column in names.items()),
            order=", ".join(["f.given_at", "f.customer_id", "f.score", *names.values()]),
        ),
        values,
    )
    (n_over,) = engine.row(fill("SELECT CAST(COALESCE(SUM(answers), 0) AS BIGINT) FROM {index}", index=_INDEX))
    for name in (_INDEX, _AROUND):
        engine.drop(name)
    drivers = pd.DataFrame(
        {name: frame.pop(column).to_numpy(np.float64, na_value=np.nan) for name, column in names.items()}
    )
    cents, uncosted = (frame.pop(name).to_numpy(np.float64, na_value=0.0) for name in ("cents", "uncosted"))
    frame["customer_id"] = frame["customer_id"].astype("str")
    for name in ("score", "purchases"):
        frame[name] = frame[name].to_numpy(np.float64, na_value=0.0)
    frame["earlier_purchases"] = frame["earlier_purchases"].to_numpy(np.float64, na_value=0.0).astype(np.int64)
    last = frame.pop("last_day").to_numpy(np.float64, na_value=np.nan)
    day = frame["day"].to_numpy(np.int64)
    frame["days_since_last_order"] = np.where(np.isfinite(last), day - np.nan_to_num(last), -1).astype(np.int64)
    frame["earlier_contribution"] = (cents + margin_rate * uncosted) / 100
    n_inside = int(inside.sum())
    return Followed(
        frame, drivers, tags, outcome_days, metric, n_other, len(given) - n_inside, n_inside - int(n_over),
        int(n_over) - len(frame),
    )  # fmt: skip


def _inside(score: NDArray[np.float64], scale: ScoreScale | None) -> NDArray[np.bool_]:
    if scale is None:
        return np.zeros(len(score), dtype=np.bool_)
    return np.asarray((score >= scale.lowest) & (score <= scale.highest), dtype=np.bool_)


_DAY = "CAST(FLOOR(CAST(f.given_at AS DOUBLE) / 86400) AS BIGINT)"
_COUNTS = f"f.score IS NOT NULL AND f.given_at < ? AND {{!kept}} AND f.score BETWEEN ? AND ? AND {_DAY} <= ?"
_SCORES = "SELECT f.score FROM feedback AS f WHERE f.score IS NOT NULL AND f.given_at < ? AND {!kept} ORDER BY f.score"
_INDEX_SQL = f"""
CREATE OR REPLACE TABLE {{index}} AS SELECT f.customer_id, {_DAY} AS day, COUNT(*) AS answers
FROM feedback AS f WHERE {_COUNTS} GROUP BY f.customer_id, {_DAY}
"""  # noqa: S608
_AROUND_SQL = """
CREATE OR REPLACE TABLE {around} AS
WITH happened AS (
  SELECT customer_id, day, CASE WHEN n_orders > 0 THEN 1 ELSE 0 END AS buys, revenue - uncosted - cost AS cents,
    uncosted, 0 AS is_index FROM sales
  UNION ALL SELECT customer_id, day, 0, uncosted + cost - revenue, -uncosted, 0 FROM returns
  UNION ALL SELECT customer_id, day, 0, -serve, 0, 0 FROM effort
  UNION ALL SELECT customer_id, CASE WHEN order_day > day THEN order_day ELSE day END, 0, -cost, 0, 0 FROM {tied}
  UNION ALL SELECT customer_id, day, 0, 0, 0, 1 FROM {index}
), days AS (
  SELECT h.customer_id, h.day, MAX(h.buys) AS buys, CAST(SUM(h.cents) AS BIGINT) AS cents,
    CAST(SUM(h.uncosted) AS BIGINT) AS uncosted, MAX(h.is_index) AS is_index
  FROM happened AS h JOIN (SELECT DISTINCT customer_id FROM {index}) AS who ON who.customer_id = h.customer_id
  GROUP BY h.customer_id, h.day
), looked AS (
  SELECT customer_id, day, is_index, buys, SUM(buys) OVER before_it AS earlier_purchases,
    MAX(CASE WHEN buys = 1 THEN day END) OVER before_it AS last_day, SUM(cents) OVER before_it AS cents,
    SUM(uncosted) OVER before_it AS uncosted,
    SUM(buys) OVER (PARTITION BY customer_id ORDER BY day RANGE BETWEEN 1 FOLLOWING AND {!days} FOLLOWING) AS purchases
  FROM days
  WINDOW before_it AS (PARTITION BY customer_id ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)
SELECT customer_id, day, CAST(purchases AS BIGINT) AS purchases, CAST(earlier_purchases AS BIGINT) AS earlier_purchases,
  last_day, CAST(cents AS BIGINT) AS cents, CAST(uncosted AS BIGINT) AS uncosted
FROM looked WHERE is_index = 1 AND (buys = 1 OR earlier_purchases > 0)
"""
_ROWS = f"""
SELECT f.customer_id, {_DAY} AS day, f.score, a.purchases, a.earlier_purchases, a.last_day, a.cents, a.uncosted
  {{!drivers}}
FROM feedback AS f JOIN {{around}} AS a ON a.customer_id = f.customer_id AND a.day = {_DAY}
WHERE {_COUNTS} ORDER BY {{!order}}
"""  # noqa: S608
