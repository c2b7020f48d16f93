"""Orders at which the shop chose to give a gesture or not: one row each, history before, outcome after."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.customers import EPOCH
from cxlab.engine import Engine, fill
from cxlab.language import tr
from cxlab.occasions.around import AFTER, Columns, main_channel, read_around
from cxlab.occasions.history import costs_are_known, read_history
from cxlab.occasions.next_gesture import read_next_gestures
from cxlab.occasions.ties import TIED, Ties
from cxlab.occasions.timeline import Timeline
from cxlab.words import few

_INDEX = "occasion_days"
_KEY = ["customer_id", "day"]


@dataclass(frozen=True)
class Occasions:
    """One row an occasion: a customer's order, at which a gesture could have been given.

    Attributes
    ----------
    frame : sorted by customer_id and order_day; order_day (days since 1970); day, from which the clock runs: that on
        which the gesture came; waited_days between the two; of `read_history` what was known before order_day and what
        came after day, of `read_next_gestures` what came up to the next one (where all gestures came with their
        orders), with day_value of the order and failed (0 or 1) from the order up to day; of `read_around` likewise,
        and earned (what came in after day, less all costs but those of gestures) where costs are known; treated (bool:
        a gesture belongs to this order), own_cost (of the gestures that belong to it, which `contribution` leaves out)
        and own_uncosted (those of them without a recorded cost; `later_uncosted_gestures` leaves them out).
    outcome_days : an outcome counts in (day, day + outcome_days].
    n_twice : orders that stand twice, without a gesture as long as it had not come, and with it.
    n_order_days : days with an order in all.
    n_unobserved, n_in_trial, n_back_before, n_outside : rows that are left out because their outcome window ends after
        the observation; because the customer was drawn for a trial on that day or in the `outcome_days` before it;
        because the customer had come back before the clock started; because the day lies before the first gesture or
        after the last, when nobody could have had one.
    n_gestures_left_out : gestures that belong to days left out.
    ties : how the gestures found their orders.
    minimum_group : smaller counts are not written out.
    main_channel : the channel most used, against which `elsewhere_days` are counted; empty where there is but one.
    """

    frame: pd.DataFrame
    outcome_days: int
    n_order_days: int
    n_twice: int
    n_unobserved: int
    n_in_trial: int
    n_back_before: int
    n_outside: int
    n_gestures_left_out: int
    ties: Ties
    minimum_group: int = 5
    main_channel: str = ""

    @property
    def n(self) -> int:
        """Number of occasions."""
        return len(self.frame)

    @property
    def reading(self) -> str:
        """How many occasions there are, and what was left out."""
        treated, least = int(self.frame["treated"].sum()), self.minimum_group
        days, followed = self.outcome_days, self.n - self.n_twice
        text = tr(
            "{followed} orders can be followed for {days} days, {treated} with a gesture.",
            followed=few(followed, least),
            days=days,
            treated=few(treated, least),
        )
        if self.n_twice:
            text += " " + tr(
                "{n} stand twice: without it as long as it had not come, and with it.",
                n=few(self.n_twice, least),
            )
        left = [
            (self.n_unobserved, tr("whose time after is not over yet")),
            (self.n_in_trial, tr("in the {days} days from the customer’s draw in a trial", days=days)),
            (self.n_outside, tr("from before the first gesture or after the last")),
            (self.n_back_before, tr("after which the customer came back before the day that stands for the gesture’s")),
        ]
        said = [f"{few(n, least)} {why}" for n, why in left if n]
        if said:
            text += " " + tr("Orders left out: {rows}.", rows="; ".join(said))
            if self.n_gestures_left_out:
                text += " " + tr(
                    "{n} gestures belong to these.",
                    n=few(self.n_gestures_left_out, least),
                )
        return f"{text} {self.ties.said(least)}".strip()


def order_occasions(
    engine: Engine,
    *,
    outcome_days: int,
    observation_end: dt.date,
    margin_rate: float,
    tables: Columns,
    ties: Ties,
    seed: int,
    minimum_group: int = 5,
) -> Occasions:
    """List the occasions of a study: every day on which a customer ordered, whatever came of it.

    Controls are orders without a gesture by customers who could have had one. Each order is its own starting point, and
    nothing that comes later decides whether it is looked at: so nobody has to come back in order to count.

    Where gestures came days after their orders, the clock starts on the day the gesture came. Every order also gets a
    day by lot, from how long the gestures took, and counts as one without, if by then the customer had not come back
    and no gesture had come: also one that gets its gesture later. Otherwise those with a gesture would have had to wait
    for it, and those without would not (immortal time); or they would be without because they came back so soon.

    Parameters
    ----------
    tables : the study's tables, each with its columns; after a draw of `assignments` the trial decided who got a
        gesture, not the shop. Orders before the draw stay: who is drawn may hang on coming back, and leaving them out
        would look into the future.
    ties : as `tie_gestures` returns it; its table lies in the engine.
    seed : of the lots.
    minimum_group : smaller counts are not written out in the reading.
    """
    orders = _orders(engine, seed)
    listed = "SELECT customer_id, CAST(day AS BIGINT) AS day FROM sales WHERE n_orders > 0"
    engine.run(fill("CREATE OR REPLACE TABLE {index} AS {!days}", index=_INDEX, days=listed))
    later = orders.loc[orders["day"] > orders["order_day"], _KEY].drop_duplicates()
    if len(later):  # a day that is twice in the table is one row of the history
        columns = {"customer_id": later["customer_id"].tolist(), "day": later["day"].tolist()}
        engine.take(_INDEX, columns, {"customer_id": "string", "day": "int64"}, append=True)
    timeline = Timeline(engine, _INDEX)
    history = read_history(timeline, outcome_days=outcome_days, margin_rate=margin_rate, tables=tables)
    around = read_around(engine, timeline, outcome_days=outcome_days, columns=tables)
    at_order, at_clock = _places(orders, history)
    frame = _look(orders, history, around, at_order, at_clock)
    del history, around
    if costs_are_known(tables):
        frame["earned"] = frame["contribution"] + frame["later_gesture_cost"]
    if not len(later):  # else orders without a gesture may be about to get it, and the next one is no further one
        following = read_next_gestures(timeline, outcome_days=outcome_days)
        for name in following.columns.difference(_KEY, sort=False):
            frame[name] = following[name].to_numpy()[at_clock]
    frame["contribution"] += frame.pop("own_cost_later").where(frame["treated"], 0.0)
    frame["later_uncosted_gestures"] -= frame.pop("own_uncosted_later").where(frame["treated"], 0)
    days = frame["day"].to_numpy(np.int64)
    back = frame.pop("is_back").to_numpy(bool)
    late = ~back & (days + outcome_days > (observation_end - EPOCH).days)
    drawn = np.zeros(len(frame), dtype=bool)
    if "assignments" in tables:
        drawn = _after_a_draw(engine, outcome_days)[at_clock] & ~late & ~back
    given = days[frame["treated"].to_numpy(bool) & ~back]
    outside = np.zeros(len(frame), dtype=bool)
    if len(given):
        outside = ((days < given.min()) | (days > given.max())) & ~late & ~drawn & ~back
    out = late | drawn | back | outside
    n_gestures = frame.pop("n_gestures").to_numpy(np.int64)
    return Occasions(
        frame[~out].reset_index(drop=True), outcome_days, _different(at_order),
        int((~out).sum()) - _different(at_order[~out]), int(late.sum()), int(drawn.sum()),
        int(back.sum()), int(outside.sum()), int(n_gestures[out].sum()), ties, minimum_group,
        main_channel(engine),
    )  # fmt: skip


def _orders(engine: Engine, seed: int) -> pd.DataFrame:
    """List the order days, each with the gestures that belong to it and the day from which its clock runs."""
    found = engine.frame(fill(_ORDERS, tied=TIED))
    found["customer_id"] = found["customer_id"].astype("str")
    order_day, n_gestures = (found[name].to_numpy(np.int64) for name in ("order_day", "n_gestures"))
    treated = n_gestures > 0
    following = found["next_day"].to_numpy(np.float64, na_value=np.inf)
    waited = np.maximum(found["given_day"].to_numpy(np.int64) - order_day, 0)
    took = np.sort(waited[treated])
    lots = took[np.random.default_rng(seed).integers(0, len(took), size=len(found))] if took.any() else 0 * order_day
    day = order_day + np.where(treated, waited, lots)
    frame = pd.DataFrame(
        {
            "customer_id": found["customer_id"],
            "order_day": order_day,
            "n_gestures": n_gestures,
            "treated": treated,
            "own_cost": found["cost"].to_numpy(np.int64) / 100,
            "own_cost_later": found["later"].to_numpy(np.int64) / 100,
            "own_uncosted": found["uncosted"].to_numpy(np.int64),
            "own_uncosted_later": found["later_uncosted"].to_numpy(np.int64),
            "day": day,
            "is_back": following <= day,
        },
        copy=False,
    )
    still_without = treated & (waited > lots) & (following > order_day + lots)
    if not still_without.any():
        return frame
    controls = frame[still_without].assign(
        day=(order_day + lots)[still_without],
        treated=False,
        n_gestures=0,
        own_cost=0.0,
        own_cost_later=0.0,
        own_uncosted=0,
        own_uncosted_later=0,
    )
    both: pd.DataFrame = pd.concat([frame, controls], ignore_index=True)
    order = np.arange(len(frame))
    whose = np.concatenate([order, order[still_without]])
    return both.iloc[np.lexsort((both["day"].to_numpy(), whose))].reset_index(drop=True)


def _places(orders: pd.DataFrame, history: pd.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find the rows of the history as of each order's day, and as of the day of its clock: shape (n,) each.

    Both are sorted by customer, and have the same customers.
    """
    customers, days = _numbered(history["customer_id"]), history["day"].to_numpy(np.int64)
    first, length = int(days.min(initial=0)), int(np.ptp(days)) + 1 if len(days) else 1
    known, mine = customers * length + days - first, _numbered(orders["customer_id"]) * length - first
    at_order, at_clock = (np.searchsorted(known, mine + orders[name].to_numpy()) for name in ("order_day", "day"))
    return at_order, at_clock


def _numbered(ids: pd.Series) -> NDArray[np.int64]:
    """Return the number of each customer of a sorted column, from 0: shape (n,)."""
    named = ids.array
    changes = np.ones(len(ids), dtype=np.bool_)
    changes[1:] = np.asarray(named[1:] != named[:-1], dtype=np.bool_)
    return np.cumsum(changes) - 1


def _different(places: NDArray[np.int64]) -> int:
    """Count the different ones among places in order."""
    return int(np.count_nonzero(np.diff(places, prepend=-1)))


def _look(
    orders: pd.DataFrame,
    history: pd.DataFrame,
    around: pd.DataFrame,
    at_order: NDArray[np.int64],
    at_clock: NDArray[np.int64],
) -> pd.DataFrame:
    """Put together what was known before the order, what went wrong by the day of the clock, and what came after it.

    Nothing is bought between the order and that day, so how long it took is all that the time between tells.
    """
    columns = {
        name: table[name].to_numpy() for table in (history, around) for name in table.columns if name not in _KEY
    }
    outcome = ["gesture_cost", "uncosted_gestures", "purchases", "revenue", "contribution", "later_gesture_cost"]
    outcome.append("later_uncosted_gestures")
    outcome += [name for name in AFTER if name in around]
    before = {name: values[at_order] for name, values in columns.items() if name not in outcome}
    failures = columns["earlier_failures"]
    by_then = failures[at_clock] > failures[at_order]
    failed = (columns["failed"][at_order] > 0) | (columns["failed"][at_clock] > 0) | by_then
    before["failed"] = failed.astype(np.int64)
    found = {str(name): orders[name] for name in orders.columns} | before
    found["waited_days"] = orders["day"].to_numpy() - orders["order_day"].to_numpy()
    return pd.DataFrame(found | {name: columns[name][at_clock] for name in outcome}, copy=False)


def _after_a_draw(engine: Engine, outcome_days: int) -> NDArray[np.bool_]:
    """Mark the days of the history on the day of one of the customer's draws, or in the `outcome_days` after it."""
    return engine.frame(fill(_DRAWN, index=_INDEX, days=str(int(outcome_days))))["drawn"].to_numpy(np.int64) > 0


_ORDERS = """
SELECT s.customer_id, s.order_day, s.next_day, COALESCE(g.n_gestures, 0) AS n_gestures, COALESCE(g.cost, 0) AS cost,
  COALESCE(g.later, 0) AS later, COALESCE(g.given_day, s.order_day) AS given_day, COALESCE(g.uncosted, 0) AS uncosted,
  COALESCE(g.later_uncosted, 0) AS later_uncosted
FROM (
  SELECT customer_id, CAST(day AS BIGINT) AS order_day, LEAD(day) OVER (PARTITION BY customer_id ORDER BY day)
    AS next_day
  FROM sales WHERE n_orders > 0
) AS s LEFT JOIN (
  SELECT customer_id, order_day, COUNT(*) AS n_gestures, CAST(SUM(cost) AS BIGINT) AS cost,
    CAST(SUM(CASE WHEN day > first_day THEN cost ELSE 0 END) AS BIGINT) AS later,
    CAST(MIN(day) AS BIGINT) AS given_day, CAST(SUM(uncosted) AS BIGINT) AS uncosted,
    CAST(SUM(CASE WHEN day > first_day THEN uncosted ELSE 0 END) AS BIGINT) AS later_uncosted
  FROM (
    SELECT customer_id, order_day, day, cost, uncosted,
      MIN(CASE WHEN day > order_day THEN day ELSE order_day END) OVER (PARTITION BY customer_id, order_day)
      AS first_day
    FROM {tied} WHERE order_day IS NOT NULL
  ) AS t GROUP BY customer_id, order_day
) AS g ON g.customer_id = s.customer_id AND g.order_day = s.order_day
ORDER BY customer_id, order_day
"""
_DRAWN = """
SELECT drawn FROM (
  SELECT i.customer_id, i.day,
    MAX(CASE WHEN i.day >= d.drawn AND i.day <= d.drawn + {!days} THEN 1 ELSE 0 END) AS drawn
  FROM {index} AS i LEFT JOIN (
    SELECT DISTINCT customer_id, CAST(FLOOR(CAST(assigned_at AS DOUBLE) / 86400) AS BIGINT) AS drawn FROM assignments
  ) AS d ON d.customer_id = i.customer_id GROUP BY i.customer_id, i.day
) AS t ORDER BY customer_id, day
"""
