"""Customers who were drawn for the arms of a trial: one row a draw, history before, outcome after."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from cxlab.customers import EPOCH
from cxlab.engine import Engine, fill
from cxlab.language import tr
from cxlab.occasions.around import Columns, main_channel, read_around
from cxlab.occasions.given import read_given
from cxlab.occasions.history import costs_are_known, read_history
from cxlab.occasions.timeline import Timeline
from cxlab.words import count, number

_INDEX = "draws"


@dataclass(frozen=True)
class Assigned:
    """One row a draw whose outcome window is over.

    Attributes
    ----------
    frame : sorted by experiment, customer_id and day; the columns of `read_history` and of `read_around`, earned (what
        came in after the day, less all costs but those of gestures) where costs are known, and experiment ("" where
        there is one only), arm, stratum ("" where not given).
    outcome_days : an outcome counts in (day, day + outcome_days].
    n_unobserved : draws that are left out because that time ends after the observation: their trial is still running.
    drawn : draws by experiment and arm, those left out among them: experiment, arm, n.
    main_channel : the channel most used, against which `elsewhere_days` are counted; empty where there is but one.
    given : gestures from the day of the draw on, as `read_given` returns them.
    over : by experiment, the day on which the time after its last draw is over; of those that are still running.
    """

    frame: pd.DataFrame
    outcome_days: int
    n_unobserved: int
    drawn: pd.DataFrame
    given: pd.DataFrame
    main_channel: str = ""
    over: Mapping[str, dt.date] = field(default_factory=dict)

    @property
    def n(self) -> int:
        """Number of draws that can be followed."""
        return len(self.frame)

    @property
    def reading(self) -> str:
        """How many were drawn, and how many can be followed."""
        text = tr("{customers} drawn by lot", customers=count(int(self.drawn["n"].sum()), "customer"))
        if self.n_unobserved:
            return tr(
                "{drawn}; {n} of them can be followed for {days} days, and for the other {n_running} that time is "
                "not over yet.",
                drawn=text,
                n=number(self.n),
                days=self.outcome_days,
                n_running=number(self.n_unobserved),
            )
        return tr("{drawn}, all followed for {days} days.", drawn=text, days=self.outcome_days)


def trial_rows(
    engine: Engine,
    *,
    columns: Collection[str],
    outcome_days: int,
    observation_end: dt.date,
    margin_rate: float,
    tables: Columns,
) -> Assigned:
    """List the draws of a study's trials from the engine's `assignments`, with history and outcome.

    Parameters
    ----------
    columns : those that `assignments` has.
    tables : the study's tables, each with its columns.
    """
    experiment = "COALESCE(experiment, '')" if "experiment" in columns else "''"
    stratum = "COALESCE(stratum, '')" if "stratum" in columns else "''"
    engine.run(
        fill(
            "CREATE OR REPLACE TABLE {index} AS SELECT customer_id, "
            "CAST(FLOOR(CAST(assigned_at AS DOUBLE) / 86400) AS BIGINT) AS day, arm, {!experiment} AS experiment, "
            "{!stratum} AS stratum FROM assignments",
            index=_INDEX, experiment=experiment, stratum=stratum,
        )
    )  # fmt: skip
    sql = "SELECT customer_id, day, experiment, arm, stratum FROM {index} ORDER BY experiment, customer_id, day, arm"
    draws = engine.frame(fill(sql, index=_INDEX))
    for name in ("customer_id", "experiment", "arm", "stratum"):
        draws[name] = draws[name].astype("str")
    timeline = Timeline(engine, _INDEX)
    history = read_history(timeline, outcome_days=outcome_days, margin_rate=margin_rate, tables=tables)
    frame = draws.merge(history, on=["customer_id", "day"], how="left", validate="many_to_one")
    around = read_around(engine, timeline, outcome_days=outcome_days, columns=tables)
    frame = frame.merge(around, on=["customer_id", "day"], how="left", validate="many_to_one")
    if costs_are_known(tables):
        frame["earned"] = frame["contribution"] + frame["later_gesture_cost"]
    late = frame["day"].to_numpy(np.int64) + outcome_days > (observation_end - EPOCH).days
    drawn = draws.groupby(["experiment", "arm"], as_index=False, sort=True).size().rename(columns={"size": "n"})
    last = frame[late].groupby("experiment")["day"].max()
    return Assigned(
        frame[~late].reset_index(drop=True), outcome_days, int(late.sum()), drawn,
        read_given(engine, _INDEX, outcome_days=outcome_days), main_channel(engine),
        {str(name): EPOCH + dt.timedelta(days=int(day) + outcome_days) for name, day in last.items()},
    )  # fmt: skip
