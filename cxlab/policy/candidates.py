"""Who could get the next gesture, with what is known of each now."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.customers import EPOCH
from cxlab.engine import Engine, fill
from cxlab.gestures.sample import SegmentLines, segments_before
from cxlab.occasions import HISTORY
from cxlab.occasions.history import NEVER, read_history
from cxlab.occasions.timeline import Timeline

_INDEX = "gesture_candidates"
When = Literal["today", "last order"]


@dataclass(frozen=True, eq=False)
class Candidates:
    """One row a customer.

    Attributes
    ----------
    customer_id : shape (n,), the customers' own ids, sorted.
    known : what is known of each, the columns by which one can choose.
    segments : shape (n,); None where the data has no segments.
    day : as of which it is known; None where the study has no days.
    with_orders : whether each stands as before the last order, because the gesture comes with one.
    """

    customer_id: NDArray[np.object_]
    known: pd.DataFrame
    segments: NDArray[np.object_] | None
    day: dt.date | None
    with_orders: bool = False


def drawn_at_orders(engine: Engine) -> bool:
    """Tell whether most draws of the trials fell on a day on which the customer ordered.

    Then those who came to buy were drawn, and what the gesture did is known of such occasions only: not of customers
    who have long been silent.
    """
    n, with_order = engine.row(
        "SELECT COUNT(*), COUNT(s.customer_id) FROM (SELECT customer_id, CAST(FLOOR(CAST(assigned_at AS DOUBLE) / "
        "86400) AS BIGINT) AS day FROM assignments) AS a LEFT JOIN (SELECT DISTINCT customer_id, day FROM sales WHERE "
        "n_orders > 0) AS s ON s.customer_id = a.customer_id AND s.day = a.day"
    )
    return bool(with_order > n / 2)


def read_candidates(
    engine: Engine,
    *,
    when: When,
    observation_end: dt.date,
    outcome_days: int,
    margin_rate: float,
    tables: Collection[str],
    lines: SegmentLines,
) -> Candidates:
    """Look back on every customer who has ordered, as one does on those who were in a trial or got a gesture.

    Parameters
    ----------
    when : "today", on the day after the observation's end, as at a draw; or "last order", as the customer stood before
        the last order day, for gestures that come with orders.
    """
    day = (observation_end - EPOCH).days + 1
    last = str(day) if when == "today" else "MAX(day)"
    listed = fill(
        "SELECT customer_id, CAST({!last} AS BIGINT) AS day FROM sales WHERE n_orders > 0 AND day < {!end} "
        "GROUP BY customer_id",
        last=last, end=str(day),
    )  # fmt: skip
    engine.run(fill("CREATE OR REPLACE TABLE {index} AS {!listed}", index=_INDEX, listed=listed))
    frame = read_history(Timeline(engine, _INDEX), outcome_days=outcome_days, margin_rate=margin_rate, tables=tables)
    known = {
        name: np.where(values == NEVER, np.nan, values) if "days" in name else values
        for name in HISTORY
        for values in [frame[name].to_numpy(np.float64)]
    }
    return Candidates(
        frame["customer_id"].to_numpy(object), pd.DataFrame(known), segments_before(frame, lines),
        EPOCH + dt.timedelta(days=day), with_orders=when == "last order",
    )  # fmt: skip
