"""What customers had answered by some days, and what each of them did in the days after.

The days are the last ones of windows of one length, laid end to end up to the end of observation. On each such day
every customer so far is sorted by what they had answered by then, and followed over the whole of the next window. So
nobody is told by what happened later, and everybody is followed for as long.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.customers import EPOCH
from cxlab.engine import Engine, Value, fill
from cxlab.referrals import Referrals

MOST_WINDOWS = 12
"""Windows that are looked at, the latest ones."""


@dataclass(frozen=True, eq=False)
class Feedback:
    """One row a customer and day.

    Attributes
    ----------
    frame : sorted by place and customer_id: place (int64, which of `days`), customer_id, score (of the last answer by
        that day, the mean of several given at once; NaN: none yet), purchases (days with an order in the window after
        that day), referrals (customers who came on a recommendation in it; 0 where nobody knows).
    days : the days on which customers are sorted, in order; none where the data is too short.
    window_days : length of each window.
    metric : what was asked, where several things were: the one with most answers; empty: the data does not say.
    n_answers : answers used, up to the last of `days`; n_other_answers : those to other questions, which are left out.
    scores : shape (n_answers,), every score given, sorted.
    knows_referrals : whether the study records referrals.
    """

    frame: pd.DataFrame
    days: tuple[dt.date, ...]
    window_days: int
    metric: str
    n_answers: int
    n_other_answers: int
    scores: NDArray[np.float64]
    knows_referrals: bool


def feedback_table(
    engine: Engine,
    columns: Collection[str],
    *,
    observation_end: dt.date,
    window_days: int,
    referrals: Referrals | None = None,
) -> Feedback:
    """Compute one row a customer and day from the engine's tables `feedback` and `sales`.

    Parameters
    ----------
    columns : of the table `feedback`; metric may be missing.
    observation_end : last day that counts; the last window ends on it.
    window_days : length of a window, at least 1.
    referrals : who recommended whom; None: not known.
    """
    days = _days(engine, observation_end, window_days)
    last = (days[-1] if days else observation_end) - EPOCH
    before = (last.days + 1) * 86400
    metric, n_answers, n_other = main_metric(engine, columns, before)
    kept = "metric = ?" if metric else "? = ''"
    given = engine.frame(fill(_SCORES, kept=kept), [before, metric])["score"].to_numpy(np.float64)
    if days:
        start = (days[0] - EPOCH).days
        places = " UNION ALL ".join(f"SELECT {place} AS place" for place in range(len(days)))
        values: list[Value] = [metric, start, window_days, start, window_days]
        frame = engine.frame(fill(_ROWS, kept=kept, places=places), values)
    else:
        frame = pd.DataFrame({"place": [0], "customer_id": [""], "score": [np.nan], "purchases": [0]}).iloc[:0]
    frame["customer_id"] = frame["customer_id"].astype("str")
    frame["score"] = frame["score"].astype(np.float64)
    frame["referrals"] = _referrals(frame, referrals, days, window_days)
    return Feedback(frame, days, window_days, metric, n_answers, n_other, given, referrals is not None)


def main_metric(engine: Engine, columns: Collection[str], before: int) -> tuple[str, int, int]:
    """Return what most answers are to, how many these are, and how many others there are.

    Parameters
    ----------
    columns : of the table `feedback`; metric may be missing.
    before : seconds since 1970 before which answers count.
    """
    if "metric" not in columns:
        (n,) = engine.row("SELECT COUNT(*) FROM feedback WHERE score IS NOT NULL AND given_at < ?", [before])
        return "", int(n), 0
    sql = (
        "SELECT COALESCE(metric, '') AS asked, COUNT(*) AS n FROM feedback WHERE score IS NOT NULL AND given_at < ? "
        "GROUP BY COALESCE(metric, '') ORDER BY n DESC, asked"
    )
    found = engine.rows(sql, [before])
    named = [(str(asked), int(n)) for asked, n in found if asked]
    everything = sum(int(n) for _, n in found)
    if not named:
        return "", everything, 0
    return named[0][0], named[0][1], everything - named[0][1]


def _days(engine: Engine, observation_end: dt.date, window_days: int) -> tuple[dt.date, ...]:
    """Return the last day before each window; before the first there is a window's time in which to answer."""
    (first,) = engine.row("SELECT MIN(day) FROM sales WHERE n_orders > 0")
    if first is None:
        return ()
    reach = ((observation_end - EPOCH).days - int(first)) // window_days - 1
    return tuple(
        observation_end - dt.timedelta(days=window_days * back) for back in range(min(reach, MOST_WINDOWS), 0, -1)
    )


def _referrals(
    frame: pd.DataFrame, referrals: Referrals | None, days: tuple[dt.date, ...], window_days: int
) -> NDArray[np.int64]:
    """Count the customers whom each brought in the window after each day."""
    if referrals is None or not days:
        return np.zeros(len(frame), dtype=np.int64)
    came = referrals.frame.dropna(subset=["referred_on"])
    after = (came["referred_on"] - pd.Timestamp(days[0])).dt.days.to_numpy()
    place = (after - 1) // window_days
    counted = pd.DataFrame({"place": place, "customer_id": came["referrer_id"].to_numpy()})[
        (after > 0) & (place < len(days))
    ]
    each = counted.value_counts()
    wanted = pd.MultiIndex.from_frame(frame[["place", "customer_id"]])
    return np.asarray(each.reindex(wanted, fill_value=0), dtype=np.int64)


_SCORES = "SELECT score FROM feedback WHERE score IS NOT NULL AND given_at < ? AND {!kept} ORDER BY score"
_ROWS = """
WITH said AS (
  SELECT customer_id, given_at, CAST(FLOOR(CAST(given_at AS DOUBLE) / 86400) AS BIGINT) AS day, AVG(score) AS score
  FROM feedback WHERE score IS NOT NULL AND {!kept} GROUP BY customer_id, given_at
), last_said AS (
  SELECT customer_id, day, score, LEAD(day) OVER (PARTITION BY customer_id ORDER BY day) AS next_day FROM (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY customer_id, day ORDER BY given_at DESC) AS place FROM said
  ) AS numbered WHERE place = 1
), bought AS (
  SELECT customer_id, CAST(FLOOR(CAST(day - ? - 1 AS DOUBLE) / ?) AS BIGINT) AS place, COUNT(*) AS purchases
  FROM sales WHERE n_orders > 0 GROUP BY customer_id, 2
), known AS (
  SELECT customer_id, MIN(day) AS first_day FROM sales WHERE n_orders > 0 GROUP BY customer_id
), looked AS (
  SELECT place, ? + ? * place AS day FROM ({!places}) AS numbered
), on_days AS (
  SELECT l.place, l.day, k.customer_id FROM known AS k JOIN looked AS l ON k.first_day <= l.day
)
SELECT o.place, o.customer_id, s.score, CAST(COALESCE(b.purchases, 0) AS BIGINT) AS purchases
FROM on_days AS o
LEFT JOIN last_said AS s ON s.customer_id = o.customer_id AND s.day <= o.day
  AND (s.next_day IS NULL OR s.next_day > o.day)
LEFT JOIN bought AS b ON b.customer_id = o.customer_id AND b.place = o.place
ORDER BY o.place, o.customer_id
"""
