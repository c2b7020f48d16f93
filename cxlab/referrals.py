"""Who recommended whom, when, and what those who came have brought."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlab.customers import EPOCH, customer_table
from cxlab.engine import Engine, fill


@dataclass(frozen=True)
class Referrals:
    """One row a customer who came by a recommendation, up to `observation_end`.

    Attributes
    ----------
    frame : sorted by referred_id: referrer_id, referred_id; referred_on (datetime64): the day of the referral, else of
        the first order of the one who came, else NaT; contribution of the one who came, up to observation_end, in
        units of currency; NaN for those who never ordered.
    observation_end : last day that counts.
    """

    frame: pd.DataFrame
    observation_end: dt.date


def referral_table(
    engine: Engine, columns: Collection[str], *, observation_end: dt.date, currency: str, margin_rate: float
) -> Referrals:
    """Compute one row a referred customer from the engine's tables `referrals` and `sales`.

    Whoever was recommended several times counts once, for the first who did it. Nobody recommends themselves.

    Parameters
    ----------
    columns : of the table `referrals`; referred_at may be missing.
    observation_end : last day that counts.
    margin_rate : as for the customers.
    """
    end = (observation_end - EPOCH).days
    moment = "referred_at" if "referred_at" in columns else "CAST(NULL AS BIGINT)"
    found = engine.frame(fill(_REFERRALS, moment=moment), [end, end])
    customers = customer_table(
        engine, calibration_end=observation_end, observation_end=observation_end, currency=currency,
        margin_rate=margin_rate, with_variance=False,
    ).frame  # fmt: skip
    contribution = customers.set_index("customer_id")["contribution"]
    days = found["day"].to_numpy(np.float64, na_value=np.nan)
    known = np.isfinite(days)
    on = np.full(len(found), np.datetime64("NaT"), dtype="datetime64[s]")
    on[known] = np.datetime64(EPOCH) + days[known].astype(np.int64) * np.timedelta64(1, "D")
    referred = found["referred_id"].astype("str")
    return Referrals(
        pd.DataFrame(
            {
                "referrer_id": found["referrer_id"].astype("str"),
                "referred_id": referred,
                "referred_on": on,
                "contribution": contribution.reindex(referred).to_numpy(np.float64),
            }
        ),
        observation_end,
    )


_REFERRALS = """
WITH made AS (
  SELECT referrer_id, referred_id, CAST(FLOOR(CAST({!moment} AS DOUBLE) / 86400) AS BIGINT) AS named_day
  FROM referrals WHERE referrer_id <> referred_id
), came AS (
  SELECT customer_id, MIN(day) AS first_day FROM sales WHERE n_orders > 0 AND day <= ? GROUP BY customer_id
), dated AS (
  SELECT m.referrer_id, m.referred_id, COALESCE(m.named_day, c.first_day) AS day
  FROM made AS m LEFT JOIN came AS c ON c.customer_id = m.referred_id
), numbered AS (
  SELECT referrer_id, referred_id, day, ROW_NUMBER() OVER (
    PARTITION BY referred_id ORDER BY CASE WHEN day IS NULL THEN 1 ELSE 0 END, day, referrer_id
  ) AS place
  FROM dated WHERE day IS NULL OR day <= ?
)
SELECT referrer_id, referred_id, day FROM numbered WHERE place = 1 ORDER BY referred_id
"""
