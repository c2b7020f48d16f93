"""Answers with drivers, each followed for some days: what was bought after it, and what was known before it."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.customers import EPOCH
from cxlab.driver_tags import Drivers
from cxlab.engine import Engine, fill, quote
from cxlab.feedback import main_metric
from cxlab.occasions import tie_gestures
from cxlab.occasions.history import read_history
from cxlab.scores import ScoreScale, find_scale

_INDEX = "answered_days"


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

    @property
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
    names = {name: f"cx_driver_{i}" for i, name in enumerate(tags)}
    sql = fill(
        "SELECT f.customer_id, CAST(FLOOR(CAST(f.given_at AS DOUBLE) / 86400) AS BIGINT) AS day, f.score, b.first_day"
        "{!drivers} FROM feedback AS f LEFT JOIN (SELECT customer_id, MIN(day) AS first_day FROM sales WHERE "
        "n_orders > 0 GROUP BY customer_id) AS b ON b.customer_id = f.customer_id WHERE f.score IS NOT NULL AND "
        "f.given_at < ? AND {!kept} ORDER BY {!order}",
        drivers="".join(f", f.{quote(name)} AS {column}" for name, column in names.items()),
        kept="f.metric = ?" if metric else "? = ''",
        order=", ".join(["f.given_at", "f.customer_id", "f.score", *names.values()]),
    )
    frame = engine.frame(sql, [before, metric])
    score = frame["score"].to_numpy(np.float64)
    scale = find_scale(score, metric=metric) if len(score) else None
    inside = _inside(score, scale)
    day = frame["day"].to_numpy(np.int64)
    is_over = day + outcome_days <= end
    is_customer = frame["first_day"].to_numpy(np.float64, na_value=np.nan) <= day
    used = inside & is_over & is_customer
    known = _look_around(engine, frame[used], outcome_days, margin_rate, tables)
    values = {name: frame.loc[used, column].to_numpy(np.float64, na_value=np.nan) for name, column in names.items()}
    return Followed(
        known, pd.DataFrame(values, index=known.index), tags, outcome_days, metric, n_other, int((~inside).sum()),
        int((inside & ~is_over).sum()), int((inside & is_over & ~is_customer).sum()),
    )  # fmt: skip


def _inside(score: NDArray[np.float64], scale: ScoreScale | None) -> NDArray[np.bool_]:
    if scale is None:
        return np.zeros(len(score), dtype=np.bool_)
    return np.asarray((score >= scale.lowest) & (score <= scale.highest), dtype=np.bool_)


def _look_around(
    engine: Engine,
    answers: pd.DataFrame,
    outcome_days: int,
    margin_rate: float,
    tables: Mapping[str, Collection[str]],
) -> pd.DataFrame:
    """Look back and ahead from the day of each answer."""
    tie_gestures(engine, tables.get("gestures", frozenset()), tables["orders"])
    engine.run(
        fill(
            "CREATE OR REPLACE TABLE {index} AS SELECT DISTINCT customer_id, "
            "CAST(FLOOR(CAST(given_at AS DOUBLE) / 86400) AS BIGINT) AS day FROM feedback WHERE score IS NOT NULL",
            index=_INDEX,
        )
    )
    around = read_history(engine, _INDEX, outcome_days=outcome_days, margin_rate=margin_rate, tables=tables)
    engine.drop(_INDEX)
    wanted = [
        "customer_id", "day", "purchases", "earlier_purchases", "days_since_last_order", "earlier_contribution",
    ]  # fmt: skip
    found = answers[["customer_id", "day", "score"]].astype({"customer_id": "str", "score": np.float64})
    found = found.merge(around[wanted], on=["customer_id", "day"], how="left", validate="many_to_one")
    return found.assign(purchases=found["purchases"].to_numpy(np.float64))
