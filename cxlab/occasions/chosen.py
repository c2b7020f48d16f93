"""Orders at which the shop chose to give a gesture or not: one row each, history before, outcome after."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.customers import EPOCH
from cxlab.engine import Engine, fill
from cxlab.occasions.history import read_history
from cxlab.occasions.ties import TIED, Ties
from cxlab.words import count, number

_INDEX = "order_days"


@dataclass(frozen=True)
class Occasions:
    """One row an occasion: a customer's day with an order, at which a gesture could have been given.

    Attributes
    ----------
    frame : sorted by customer_id and day; the columns of `read_history`, `treated` (bool: a gesture belongs to this
        order) and `own_cost` (of the gestures that belong to it).
    outcome_days : an outcome counts in (day, day + outcome_days].
    n_order_days : days with an order in all; n_unobserved of them are left out because their outcome window ends after
        the observation, n_in_trial because the customer was drawn for a trial on that day or in the `outcome_days`
        before it.
    n_gestures_left_out : gestures that belong to days left out.
    ties : how the gestures found their orders.
    """

    frame: pd.DataFrame
    outcome_days: int
    n_order_days: int
    n_unobserved: int
    n_in_trial: int
    n_gestures_left_out: int
    ties: Ties

    @property
    def n(self) -> int:
        """Number of occasions."""
        return len(self.frame)

    @property
    def reading(self) -> str:
        """How many occasions there are, and what was left out."""
        treated = int(self.frame["treated"].sum())
        text = (
            f"{count(self.n, 'order')} can be followed for {self.outcome_days} days, {number(treated)} of them with a "
            "gesture."
        )
        left = []
        if self.n_unobserved:
            left.append(f"{number(self.n_unobserved)} whose time after the order is not over yet")
        if self.n_in_trial:
            left.append(
                f"{number(self.n_in_trial)} in the {self.outcome_days} days from the customer’s draw in a trial"
            )
        if left:
            text += f" Left out are {' and '.join(left)}"
            text += f", with {count(self.n_gestures_left_out, 'gesture')}." if self.n_gestures_left_out else "."
        return f"{text} {self.ties.reading}".strip()


def order_occasions(
    engine: Engine,
    *,
    outcome_days: int,
    observation_end: dt.date,
    margin_rate: float,
    tables: Collection[str],
    ties: Ties,
) -> Occasions:
    """List the occasions of a study: every day on which a customer ordered, whatever came of it.

    Controls are orders without a gesture by customers who could have had one. Each order is its own starting point, and
    nothing that comes later decides whether it is looked at: so nobody has to come back in order to count.

    Parameters
    ----------
    tables : the study's tables; after a draw of `assignments` the trial decided who got a gesture, not the shop. Orders
        before the draw stay: who is drawn may hang on coming back, and leaving them out would look into the future.
    ties : as `tie_gestures` returns it; its table lies in the engine.
    """
    engine.run(
        fill("CREATE OR REPLACE TABLE {index} AS SELECT DISTINCT customer_id, day FROM sales WHERE opens", index=_INDEX)
    )
    frame = read_history(engine, _INDEX, outcome_days=outcome_days, margin_rate=margin_rate, tables=tables)
    given = engine.frame(
        fill(
            "SELECT customer_id, order_day AS day, COUNT(*) AS n_gestures, CAST(SUM(cost) AS BIGINT) AS cost "
            "FROM {tied} WHERE order_day IS NOT NULL GROUP BY customer_id, order_day ORDER BY customer_id, order_day",
            tied=TIED,
        )
    )
    given["customer_id"] = given["customer_id"].astype("str")
    frame = frame.merge(given, on=["customer_id", "day"], how="left", validate="one_to_one")
    n_gestures = frame.pop("n_gestures").fillna(0).to_numpy(np.int64)
    frame["treated"] = n_gestures > 0
    frame["own_cost"] = frame.pop("cost").fillna(0).to_numpy(np.float64) / 100
    last = (observation_end - EPOCH).days
    late = frame["day"].to_numpy(np.int64) + outcome_days > last
    drawn = np.zeros(len(frame), dtype=bool)
    if "assignments" in tables:
        drawn = _after_a_draw(engine, frame, outcome_days) & ~late
    out = late | drawn
    return Occasions(
        frame[~out].reset_index(drop=True),
        outcome_days,
        len(frame),
        int(late.sum()),
        int(drawn.sum()),
        int(n_gestures[out].sum()),
        ties,
    )


def _after_a_draw(engine: Engine, frame: pd.DataFrame, outcome_days: int) -> NDArray[np.bool_]:
    """Mark the occasions on the day of one of the customer's draws, or in the `outcome_days` after it."""
    draws = engine.frame(
        "SELECT DISTINCT customer_id, CAST(FLOOR(CAST(assigned_at AS DOUBLE) / 86400) AS BIGINT) AS drawn "
        "FROM assignments ORDER BY customer_id, drawn"
    )
    draws["customer_id"] = draws["customer_id"].astype("str")
    keys = frame[["customer_id", "day"]].assign(row=np.arange(len(frame)))
    both = keys.merge(draws, on="customer_id", how="inner")
    since = (both["day"] - both["drawn"]).to_numpy()
    found = np.zeros(len(frame), dtype=np.bool_)
    found[both["row"].to_numpy()[(since >= 0) & (since <= outcome_days)]] = True
    return found
