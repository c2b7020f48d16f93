"""Every answer that customers gave: the score, and who had served, where, when and at which touchpoint."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlab.customers import EPOCH
from cxlab.engine import Engine, fill
from cxlab.feedback import main_metric
from cxlab.scores import ScoreScale, find_scale

DAY = 86400
WORDS = ("touchpoint", "employee", "store")
"""Columns that say at what, with whom and where; each may be missing."""
_CLOCKED = 0.5
"""Share of the answers with a time of day from which on the hours count."""


@dataclass(frozen=True, eq=False)
class Answered:
    """One row an answer to the question that was asked most, up to the end of observation.

    Attributes
    ----------
    frame : in the order of time: customer_id, score (on the scale), touchpoint, employee, store (categories; missing
        where the answer does not say), week (int64, from Monday on, counted from 1970), weekday (int64, 0 is Monday),
        hour (int64; -1: the day alone is known).
    metric : what was asked; empty: the data does not say.
    scale : on which it was answered; None: nobody answered.
    n_other : answers to other questions, which are left out.
    n_outside : answers beyond the scale, which are left out.
    n_later : answers from after `until`, the last day that counts, which are left out; None: every day counts.
    """

    frame: pd.DataFrame
    metric: str
    scale: ScoreScale | None
    n_other: int
    n_outside: int
    n_later: int = 0
    until: dt.date | None = None

    @property
    def who_is_known(self) -> bool:
        """Whether any answer says who served."""
        return bool(self.frame["employee"].notna().any())

    @property
    def n(self) -> int:
        """How many answers there are."""
        return len(self.frame)


def answered_table(engine: Engine, columns: Collection[str], *, observation_end: dt.date) -> Answered:
    """Read the answers from the engine's table `feedback`.

    Parameters
    ----------
    columns : of the table; metric, touchpoint, employee and store may be missing.
    observation_end : last day that counts.
    """
    before = ((observation_end - EPOCH).days + 1) * DAY
    metric, _, n_other = main_metric(engine, columns, before)
    kept = "metric = ?" if metric else "? = ''"
    later = "SELECT COUNT(*) FROM feedback WHERE score IS NOT NULL AND given_at >= ? AND {!kept}"
    (n_later,) = engine.row(fill(later, kept=kept), [before, metric])
    there = [name for name in WORDS if name in columns]
    wanted = ", ".join(["customer_id", "given_at", "score", *there])
    sql = fill(
        "SELECT {!wanted} FROM feedback WHERE score IS NOT NULL AND given_at < ? AND {!kept} ORDER BY {!order}",
        wanted=wanted,
        kept=kept,
        order=", ".join(["given_at", "customer_id", "score", *there]),
    )
    frame = engine.frame(sql, [before, metric])
    score = frame["score"].to_numpy(np.float64)
    scale = find_scale(score, metric=metric) if len(score) else None
    if scale is not None:
        frame = frame[(score >= scale.lowest) & (score <= scale.highest)].reset_index(drop=True)
    seconds = frame.pop("given_at").to_numpy(np.int64)
    day = seconds // DAY
    frame["score"] = frame["score"].astype(np.float64)
    for name in WORDS:
        frame[name] = frame[name].astype("category") if name in there else pd.Categorical([None] * len(frame))
    frame["week"], frame["weekday"] = (day + 3) // 7, (day + 3) % 7  # 1 January 1970 was a Thursday
    clocked = (seconds % DAY != 0).mean() > _CLOCKED if len(seconds) else False
    frame["hour"] = seconds % DAY // 3600 if clocked else np.int64(-1)
    return Answered(frame, metric, scale, n_other, len(score) - len(frame), int(n_later), observation_end)
