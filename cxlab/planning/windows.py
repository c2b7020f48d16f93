"""What customers bought in the last days of the study, and so how large its next trial must be."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from cxlab.customers import EPOCH
from cxlab.language import tr
from cxlab.plan import (
    LEAST,
    LEAST_STORES,
    NextTrial,
    PlanError,
    Stores,
    TrialDesign,
    Window,
    compare_stores,
    customers_by_week,
    last_stores,
    measure,
    residuals,
)
from cxlab.plan.nouns import counted
from cxlab.planning.pool import Eligible, Pool
from cxlab.words import count, number

LENGTHS = (30, 60, 90, 180)
"""Days for which sizes are told."""
_LONGEST_DRAW = 364


def next_trial(
    pool: Pool, eligible: Eligible, design: TrialDesign | None = None, *, lengths: Sequence[int] = LENGTHS
) -> NextTrial:
    """Reckon the next trial from what customers like those eligible bought in the last days of the study.

    Parameters
    ----------
    lengths : days to follow customers for, besides the `outcome_days` that trials are read by. One is left out where
        the history does not hold it twice (once for the outcome and once for the time before), or where there were too
        few such customers then.
    """
    days, end = pool.parameters.outcome_days, (pool.customers.observation_end - EPOCH).days
    windows = [_window(pool, length) for length in sorted({*lengths, days})]
    span = min(_LONGEST_DRAW, _span(pool) // 2)
    trial = NextTrial(
        tuple(window for window in windows if window is not None), days, design or TrialDesign(), eligible.n, pool.who,
        by_week=customers_by_week(pool.intake.engine, start=end - span, end=end),
    )  # fmt: skip
    return trial if trial.is_known else replace(trial, why=why_unknown(pool)[0])


def trial_of_stores(pool: Pool, trial: NextTrial) -> tuple[NextTrial, Stores]:
    """Reckon the same with whole stores drawn, from how alike the customers of a store are.

    Raises
    ------
    PlanError : the orders name no store, or too few of them for a trial.
    """
    if "store" not in pool.intake.tables["orders"].columns:
        raise PlanError("--by store: the orders name no store; map the column `store` in study.yml, or draw customers")
    days, frame = pool.parameters.outcome_days, _past(pool, pool.parameters.outcome_days)
    start = pool.customers.observation_end - dt.timedelta(days=days)
    named = last_stores(pool.intake.engine, frame["customer_id"], day=(start - EPOCH).days)
    known = np.array([store is not None for store in named], dtype=bool)
    n = len(set(named[known]))
    if n < LEAST_STORES:
        raise PlanError(
            f"--by store: {count(n, 'store')} had such customers, and a trial of whole stores takes {LEAST_STORES} at "
            "least (four an arm); draw customers"
        )
    frame = frame[known].reset_index(drop=True)
    left, _ = residuals(frame["purchases"].to_numpy(np.float64), frame[["recent", "stratum"]])
    stores = compare_stores(left, named[known])
    return trial.of_stores(stores), stores


def why_unknown(pool: Pool) -> tuple[str, str]:
    """Say why nothing can be reckoned for the length of time that trials are read by, and what to do about it."""
    days, span = pool.parameters.outcome_days, _span(pool)
    if span < 2 * days:
        reason = tr(
            "orders span {span} days, and a trial of {days} days is planned by the last {days} days and as many before "
            "them",
            span=number(span),
            days=days,
        )
        return reason, f"give --days {max(span // 2, 1)} or fewer, or bring older orders"
    if len(_past(pool, days)) < LEAST:
        reason = tr(
            "{days} days before the last order there were fewer than {customers}, too few to plan by",
            days=days,
            customers=counted(LEAST, pool.who),
        )
        return reason, "try --among everyone, or other --days"
    reason = f"none of the {pool.who} bought in the last {days} days, so there is nothing to plan by"
    if pool.who == "active customers":
        reason = tr(
            "none of the active customers bought in the last {days} days, so there is nothing to plan by", days=days
        )
    return reason, "try more --days"


def _window(pool: Pool, length: int) -> Window | None:
    if _span(pool) < 2 * length:
        return None
    frame = _past(pool, length)
    if len(frame) < LEAST:
        return None
    return measure(length, frame["purchases"].to_numpy(np.float64), frame[["recent", "stratum"]])


def _past(pool: Pool, length: int) -> pd.DataFrame:
    """List those who could have been drawn `length` days before the end, with what they bought since."""
    end = pool.customers.observation_end
    start = end - dt.timedelta(days=length)
    return pool.as_of(start, until=end, start=start, length=length)


def _span(pool: Pool) -> int:
    return (pool.customers.observation_end - pool.customers.first_order).days
