"""Fans and one-time buyers with a known worth: what the tests of loyalty look at."""

import dataclasses
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.customers import Customers
from cxlab.estimate import Estimate
from cxlab.loyalty import Evidence, Fans, FanValue, Worth, find_fans, weigh_fans
from cxlab.loyalty.weigh import Assumptions, weigh
from cxlab.purchases import PurchaseModel, fit_bgnbd
from cxlab.purchases.outlook import PurchaseOutlook, foresee_purchases
from cxlab.segments import assign_segments
from tests.purchase_shops import buying_days, shop

Array = NDArray[np.float64]
MARGIN = 0.3
N, AFTER, FAR = 6_000, 600, 1_800


@dataclass(frozen=True, eq=False)
class Loyal:
    """A shop, its model, its fans and what is foreseen of them."""

    customers: Customers
    far: Customers
    model: PurchaseModel
    fans: Fans
    outlook: PurchaseOutlook

    def worth(self, **given: Any) -> Worth:
        return weigh_fans(self.customers, self.fans, self.outlook, **given)


@cache
def loyal_shop(*, after: int = AFTER, seed: int = 3) -> Loyal:
    """A shop that follows the purchase model to the letter; `far` holds the same customers, followed for longer."""
    days = buying_days(N, seed, after=FAR)
    near, far = (_with_contribution(shop(days, after=followed)) for followed in (after, FAR))
    model = fit_bgnbd(near)
    alive = model.probability_alive()
    fans = find_fans(near, assign_segments(near, active_days=400).labels, alive)
    outlook = foresee_purchases(model, fans.are_fans, window_days=near.holdout_days, horizon_days=FAR)
    return Loyal(near, far, model, fans, outlook)


def _with_contribution(customers: Customers) -> Customers:
    frame = customers.frame
    return dataclasses.replace(
        customers, frame=frame.assign(holdout_contribution=MARGIN * frame["holdout_revenue"], median_gap_days=np.nan)
    )


def steady_outlook(n: int, *, window: float = 4.0, ahead: float = 10.0) -> PurchaseOutlook:
    """The same foreseen of every fan, and for certain."""
    return PurchaseOutlook(
        window=np.full(n, window),
        ahead=np.full((n, 2), ahead / 2),
        days=np.array([365.25, 730.5]),
        covariance=np.zeros((3, 3)),
        window_days=180,
        horizon_days=1095,
        is_settled=True,
    )


def drawn_evidence(
    rng: np.random.Generator, n_fans: int, n_once: int, *, rate: float = 0.3, each: float = 5.0
) -> Evidence:
    """Draw fans who bring 20 on average, `rate` referrals each (worth 12) and one-time buyers of `each`."""
    pace = rng.gamma(4.0, 1.0, n_fans)
    n_referred = max(2, rng.poisson(2.0 * rate * n_fans)) if rate else 0
    return Evidence(
        basis="holdout",
        contribution=5.0 * rng.poisson(pace) * rng.gamma(20.0, 0.05, n_fans),
        referred=rng.poisson(rate, n_fans).astype(np.float64),
        base=np.full(n_fans, 4.0),
        outlook=steady_outlook(n_fans),
        referred_values=rng.gamma(2.0, 6.0, n_referred),
        once=rng.gamma(1.5, each / 1.5, n_once) if each > 0 else rng.normal(each, 1.0, n_once),
        fan_places=np.arange(n_fans),
        once_places=n_fans + np.arange(n_once),
        referred_places=np.full(n_referred, -1),
        knows_referrals=rate > 0,
        n_customers=n_fans + n_once,
        holdout_days=180,
        holdout_purchases=4 * n_fans,
        currency="EUR",
    )


def judged(evidence: Evidence, **given: float) -> Worth:
    """Weigh drawn evidence without a customers' frame."""
    assumptions = Assumptions(**given)
    referrals = Estimate(float(evidence.referred.mean()), 0.1, 0.5, n=60, unit="customers brought per fan")
    if not evidence.knows_referrals:
        referrals = Estimate(n=60, verdict="not_known")
    return Worth(FanValue(evidence, assumptions, weigh(evidence, assumptions), referrals))


def without(customers: Customers, column: str, values: Any) -> Customers:
    """Return the customers with a column of the frame changed."""
    return dataclasses.replace(customers, frame=customers.frame.assign(**{column: values}))


def referrals_of(customers: Customers, fans: Fans, *, each: int = 1, value: float = 6.0, late: bool = True) -> Any:
    """Every fan brings `each` customers whom nobody else knows, the day after the cut (or on the day before it)."""
    when = pd.Timestamp(customers.calibration_end) + pd.Timedelta(days=1 if late else -1)
    ids = np.repeat(customers.frame.loc[fans.are_fans, "customer_id"].to_numpy(), each)
    frame = pd.DataFrame(
        {
            "referrer_id": ids,
            "referred_id": [f"new {i}" for i in range(len(ids))],
            "referred_on": when,
            "contribution": value,
        }
    )
    return dataclasses.make_dataclass("Told", ["frame"])(frame)
