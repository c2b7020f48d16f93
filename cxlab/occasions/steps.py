"""Orders with what went with each: channel, answer, low score, failure; and whether the customer came back after it."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from cxlab.customers import EPOCH
from cxlab.engine import Engine, Value, fill
from cxlab.feedback import main_metric
from cxlab.intake.channels import list_channel_orders
from cxlab.intake.sales import CHANNEL_ORDERS
from cxlab.occasions.around import Columns
from cxlab.occasions.ties import TIE_DAYS
from cxlab.scores import find_scale

StepKind = Literal["channel", "failure", "answer", "low_score"]
TIED_IN_TIME = 0.95
"""Share of the answers and failures that must have come by the day from which the clock runs."""
_DAY = 86400
_ORDERS, _STEPS = "followed_orders", "order_steps"


@dataclass(frozen=True, eq=False)
class OrderSteps:
    """One row an order day that can be followed, and what went with it.

    Attributes
    ----------
    orders : customer (int64, a number), number (which of the customer's order days it is, from 1), recent (order days
        in the `outcome_days` before it), left (bool: no order in the outcome_days after the clock started).
    steps : order (row of `orders`), kind (of `StepKind`), name (channel, what went wrong, touchpoint; empty: not said);
        each once.
    outcome_days : length of the time after.
    wait_days : days from the order to the start of the clock, so that what comes after an order has come by then.
    n_open : order days whose time after is not over.
    n_back : order days after which the customer came back before the clock started.
    """

    orders: pd.DataFrame
    steps: pd.DataFrame
    outcome_days: int
    wait_days: int
    n_open: int
    n_back: int

    @property
    def n(self) -> int:
        """Order days that are followed."""
        return len(self.orders)


def read_steps(engine: Engine, *, outcome_days: int, observation_end: dt.date, tables: Columns) -> OrderSteps:
    """Tie channels, answers and failures to order days, and look whether the customer came back.

    An answer or a failure belongs to the customer's last order day, up to seven days before it. Where these come days
    after the orders, the clock of every order starts so many days after it that nearly all have come, and orders after
    which the customer was back by then are left out: otherwise only who stayed away long would have had the time for
    one.

    Parameters
    ----------
    outcome_days : time after the start of the clock in which nobody is back who counts as having left.
    tables : the study's tables, each with its columns.
    """
    end = (observation_end - EPOCH).days
    parts, values = _parts(engine, tables, (end + 1) * _DAY)
    engine.run(fill(_STEP_TABLE, steps=_STEPS, parts=" UNION ALL ".join(parts)), values)
    wait = _wait(engine.rows(fill(_WAITED, steps=_STEPS)))
    engine.run(fill(_FOLLOWED, orders=_ORDERS, wait=str(wait), reach=str(wait + outcome_days), days=str(outcome_days)))
    last = str(end - wait - outcome_days)
    n_open, n_back = engine.row(fill(_LEFT_OUT, orders=_ORDERS, last=last))
    orders = engine.frame(fill(_ROWS, orders=_ORDERS, last=last))
    steps = engine.frame(fill(_JOIN, steps=_STEPS, orders=_ORDERS, wait=str(wait), last=last))
    place = orders.pop("place").to_numpy(np.int64)
    orders["left"] = orders["gone"].to_numpy(np.int64) > 0
    frame = pd.DataFrame(
        {
            "order": np.searchsorted(place, steps["place"].to_numpy(np.int64)),
            "kind": steps["kind"].astype("category"),
            "name": steps["name"].astype("category"),
        }
    )
    return OrderSteps(orders.drop(columns="gone"), frame, outcome_days, wait, int(n_open), int(n_back))


def _parts(engine: Engine, tables: Columns, before: int) -> tuple[list[str], list[Value]]:
    """Return the SQL of the steps by kind, and its values."""
    parts, values = [_NOTHING], list[Value]()
    if "channel" in tables["orders"]:
        list_channel_orders(engine, tables["orders"])
        parts.append(fill(_CHANNELS, listed=CHANNEL_ORDERS))
    if "incidents" in tables:
        name = "COALESCE(kind, '')" if "kind" in tables["incidents"] else "''"
        parts.append(fill(_TIE, kind="'failure'", name=name, at="occurred_at", rows="incidents", kept="TRUE"))
    if "feedback" in tables:
        columns = tables["feedback"]
        metric, _, _ = main_metric(engine, columns, before)
        kept = "score IS NOT NULL AND " + ("metric = ?" if metric else "? = ''")
        name = "COALESCE(touchpoint, '')" if "touchpoint" in columns else "''"
        found = engine.frame(fill("SELECT score FROM feedback WHERE {!kept} ORDER BY score", kept=kept), [metric])
        score = found["score"].to_numpy(np.float64)
        if len(score):
            scale = find_scale(score, metric=metric)
            kept += " AND score BETWEEN ? AND ?"
            low = f"{kept} AND score < ?"
            parts += [fill(_TIE, kind="'answer'", name=name, at="given_at", rows="feedback", kept=kept),
                      fill(_TIE, kind="'low_score'", name=name, at="given_at", rows="feedback", kept=low)]  # fmt: skip
            ends: list[Value] = [metric, scale.lowest, scale.highest]
            values += [*ends, *ends, scale.below]
    return parts, values


def _wait(counted: list[tuple[int, int]]) -> int:
    """Return after how many days nearly all answers and failures that belong to an order have come."""
    total, sofar = sum(n for _, n in counted), 0
    for days, n in counted:
        sofar += n
        if sofar >= TIED_IN_TIME * total:
            return int(days)
    return 0


_NOTHING = (
    "SELECT CAST(NULL AS VARCHAR) AS customer_id, CAST(NULL AS BIGINT) AS day, CAST(0 AS BIGINT) AS waited, "
    "CAST(NULL AS VARCHAR) AS kind, CAST(NULL AS VARCHAR) AS name WHERE FALSE"
)
_CHANNELS = "SELECT customer_id, day, CAST(0 AS BIGINT) AS waited, 'channel' AS kind, channel AS name FROM {listed}"
_TIE = f"""
SELECT customer_id, last_day AS day, CAST(day - last_day AS BIGINT) AS waited, {{!kind}} AS kind, name FROM (
  SELECT customer_id, day, name, is_step, MAX(CASE WHEN is_step = 0 THEN day END) OVER (
    PARTITION BY customer_id ORDER BY day, is_step ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  ) AS last_day FROM (
    SELECT customer_id, CAST(FLOOR(CAST({{!at}} AS DOUBLE) / 86400) AS BIGINT) AS day, {{!name}} AS name, 1 AS is_step
    FROM {{rows}} WHERE {{!kept}}
    UNION ALL
    SELECT customer_id, CAST(day AS BIGINT) AS day, '' AS name, 0 AS is_step FROM sales WHERE n_orders > 0
  ) AS both_of_them
) AS looked_back WHERE is_step = 1 AND day - last_day <= {TIE_DAYS}
"""  # noqa: S608
_STEP_TABLE = "CREATE OR REPLACE TABLE {steps} AS SELECT DISTINCT * FROM ({!parts}) AS p"
_WAITED = "SELECT waited, COUNT(*) FROM {steps} WHERE kind <> 'channel' GROUP BY waited ORDER BY waited"
_FOLLOWED = """
CREATE OR REPLACE TABLE {orders} AS
SELECT customer_id, day, ROW_NUMBER() OVER (ORDER BY customer_id, day) AS place,
  DENSE_RANK() OVER (ORDER BY customer_id) AS customer, number, recent,
  CASE WHEN next_day IS NOT NULL AND next_day <= day + {!wait} THEN 1 ELSE 0 END AS back,
  CASE WHEN next_day IS NULL OR next_day > day + {!reach} THEN 1 ELSE 0 END AS gone
FROM (
  SELECT customer_id, CAST(day AS BIGINT) AS day, LEAD(day) OVER ordered AS next_day,
    ROW_NUMBER() OVER ordered AS number, COUNT(*) OVER (
      PARTITION BY customer_id ORDER BY day RANGE BETWEEN {!days} PRECEDING AND 1 PRECEDING
    ) AS recent
  FROM sales WHERE n_orders > 0 WINDOW ordered AS (PARTITION BY customer_id ORDER BY day)
) AS n
"""
_LEFT_OUT = (
    "SELECT COUNT(CASE WHEN day > {!last} THEN 1 END), COUNT(CASE WHEN day <= {!last} AND back = 1 THEN 1 END) "
    "FROM {orders}"
)
_ROWS = "SELECT place, customer, number, recent, gone FROM {orders} WHERE day <= {!last} AND back = 0 ORDER BY place"
_JOIN = """
SELECT DISTINCT o.place, s.kind, s.name FROM {steps} AS s
JOIN {orders} AS o ON o.customer_id = s.customer_id AND o.day = s.day
WHERE o.day <= {!last} AND o.back = 0 AND s.waited <= {!wait} ORDER BY o.place, s.kind, s.name
"""
