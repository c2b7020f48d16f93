"""For any customer and day: what else came after it, and what customers are described by before it."""

from collections.abc import Collection, Mapping

import pandas as pd

from cxlab.engine import Engine, fill
from cxlab.intake.channels import sum_channel_days
from cxlab.intake.sales import CHANNEL_DAYS
from cxlab.occasions.timeline import Events, Timeline, Whole

BEFORE = ("earlier_orders", "earlier_returned", "earlier_serve")
AFTER = ("days_to_next", "sold", "returned", "complaints", "answers", "low_answers", "channel_days", "elsewhere_days")
LOW_SHARE = 0.6
"""An answer is low up to so far along the scale of all answers: up to 6 of 10, the detractors of Reichheld (2003)."""
Columns = Mapping[str, Collection[str]]


def read_around(engine: Engine, timeline: Timeline, *, outcome_days: int, columns: Columns) -> pd.DataFrame:
    """Look back and ahead from each customer and day that a timeline is asked about.

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

    def later(events: Events) -> tuple[Whole, Whole]:
        return events.up_to, events.before(outcome_days + 1)

    sales, returns, effort, bought = timeline.sales, timeline.returns, timeline.effort, timeline.purchases
    frame = {
        "customer_id": timeline.customer_id,
        "day": timeline.day,
        "earlier_orders": sales.sum("orders", sales.start, sales.earlier),
        "earlier_returned": returns.sum("revenue", returns.start, returns.earlier) / 100,
        "earlier_serve": effort.sum("serve", effort.start, effort.earlier) / 100,
        "sold": sales.sum("revenue", *later(sales)) / 100,
    }
    if engine.row("SELECT COUNT(*) FROM returns")[0]:
        frame["returned"] = returns.sum("revenue", *later(returns)) / 100
    if "incidents" in columns:
        low, high = later(timeline.incidents)
        frame["complaints"] = high - low
    if "feedback" in columns:
        answers = _answers(engine, timeline, columns["feedback"])
        low, high = later(answers)
        frame |= {"answers": high - low, "low_answers": answers.sum("low", low, high)}
    sum_channel_days(engine, columns.get("orders", ()))
    channels = timeline.read(fill("SELECT customer_id, day, elsewhere FROM {c}", c=CHANNEL_DAYS), ("elsewhere",))
    if engine.row(fill("SELECT COUNT(*) FROM {channels}", channels=CHANNEL_DAYS))[0]:
        low, high = later(channels)
        frame |= {"channel_days": high - low, "elsewhere_days": channels.sum("elsewhere", low, high)}
    frame["days_to_next"] = bought.days_until(*later(bought), outcome_days)
    return pd.DataFrame(frame, copy=False)


def _answers(engine: Engine, timeline: Timeline, columns: Collection[str]) -> Events:
    """Read the answers to the question most asked: low, 1 or 0."""
    asked, kept = _most_asked(engine, columns), _kept(columns)
    ends = engine.row(fill("SELECT MIN(score), MAX(score) FROM feedback WHERE {!kept}", kept=kept), [asked])
    lowest, highest = (float(end or 0.0) for end in ends)
    sql = (
        "SELECT customer_id, CAST(FLOOR(CAST(given_at AS DOUBLE) / 86400) AS BIGINT) AS day, "
        "CASE WHEN score <= ? THEN 1 ELSE 0 END AS low FROM feedback WHERE {!kept}"
    )
    return timeline.read(fill(sql, kept=kept), ("low",), [lowest + LOW_SHARE * (highest - lowest), asked])


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
