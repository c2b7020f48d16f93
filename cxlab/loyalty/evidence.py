"""What the comparison of fans and one-time buyers rests on: what they brought, whom they brought, what is foreseen."""

from dataclasses import dataclass, replace
from typing import Literal, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.customers import Customers
from cxlab.language import tr
from cxlab.loyalty.fans import Fans, LoyaltyError
from cxlab.words import number

Array = NDArray[np.float64]
Places = NDArray[np.int64]
Mask = NDArray[np.bool_]
Basis = Literal["holdout", "so_far"]
SHORTEST_DAYS = 28  # of the hold-out window, and
FEWEST_PURCHASES = 30  # of fans in it, from which on it says what a fan brings


class Outlook(Protocol):
    """Purchases expected of the fans, as far as they matter here; see `cxlab.purchases.outlook`."""

    @property
    def window(self) -> Array:
        """Shape (n fans,), in the hold-out window."""

    @property
    def ahead(self) -> Array:
        """Shape (n fans, k), in each step of the horizon."""

    @property
    def days(self) -> Array:
        """Shape (k,), the middle of each step, days after the cut."""

    @property
    def covariance(self) -> Array:
        """Shape (1 + k, 1 + k), of the sums of `window` and of the steps, from the fit."""

    @property
    def window_days(self) -> int:
        """Length of the window."""

    @property
    def horizon_days(self) -> int:
        """Length of the horizon."""

    @property
    def is_settled(self) -> bool:
        """Whether the model's fit settled."""


class Foresee(Protocol):
    """Foresees purchases of some customers over the hold-out window and a horizon; see `cxlab.purchases.outlook`."""

    def __call__(self, members: Mask, /, *, horizon_days: int) -> Outlook:
        """Return the outlook of the customers in `members`, shape (n customers,)."""


class Recommendations(Protocol):
    """Who recommended whom, as far as it matters here; see `cxlab.referrals`."""

    @property
    def frame(self) -> pd.DataFrame:
        """Columns referrer_id, referred_id, referred_on, contribution (NaN for who never ordered)."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """What is known of fans, of those whom they brought, and of one-time buyers.

    Attributes
    ----------
    basis : the time that is carried forward: `holdout`, or `so_far` (up to the cut) where the hold-out window is too
        short or fans bought too little in it.
    contribution : shape (n fans,), what each brought in that time, units of currency.
    referred : shape (n fans,), customers whom each brought in that time.
    base : shape (n fans,), purchases that this time stands for: expected by the model, or made so far.
    outlook : purchases expected of the fans.
    referred_values : shape (n referred,), contribution up to the end of observation of all who came by a referral.
    once : shape (n one-time buyers,), contribution up to the end of observation.
    fan_places, once_places, referred_places : where they stand among the customers; -1 for who first came later.
    knows_referrals : whether the study records referrals.
    holdout_days : length of the hold-out window.
    holdout_purchases : of all fans, in it.
    currency : ISO 4217 code.
    everybody : shape (n customers,), what each customer, fan or not, brought up to the cut; None: not known.
    came_back : shape (n fans,), whether each fan had bought again by the cut; None where all had, or where those who
        had or had not are too few to be shown.
    once_written : how many one-time buyers there are, as a page writes it; empty: as many as there are.
    """

    basis: Basis
    contribution: Array
    referred: Array
    base: Array
    outlook: Outlook
    referred_values: Array
    once: Array
    fan_places: Places
    once_places: Places
    referred_places: Places
    knows_referrals: bool
    n_customers: int
    holdout_days: int
    holdout_purchases: int
    currency: str
    everybody: Array | None = None
    came_back: Mask | None = None
    once_written: str = ""

    @property
    def one_time_buyers(self) -> str:
        """How many one-time buyers there are, in words."""
        return tr("{n} one-time buyers", n=self.once_written or number(len(self.once)))

    @property
    def seen_days(self) -> int:
        """How many of the days ahead the figures rest on as they were seen; 0 where all is foreseen."""
        return self.holdout_days if self.basis == "holdout" else 0

    def ahead(self, foresee: Foresee, horizon_days: int) -> "Evidence":
        """Return the same for another horizon."""
        return replace(self, outlook=foresee(self._members, horizon_days=horizon_days))

    def of_who_came_back(self, foresee: Foresee) -> "Evidence":
        """Return the same for the fans who had come back by the cut alone."""
        kept = self.came_back
        assert kept is not None
        own = replace(
            self,
            contribution=self.contribution[kept],
            referred=self.referred[kept],
            base=self.base[kept],
            fan_places=self.fan_places[kept],
            came_back=None,
        )
        return own.ahead(foresee, self.outlook.horizon_days)

    @property
    def _members(self) -> Mask:
        members = np.zeros(self.n_customers, dtype=np.bool_)
        members[self.fan_places] = True
        return members


def gather_evidence(
    customers: Customers, fans: Fans, outlook: Outlook, referrals: Recommendations | None = None
) -> Evidence:
    """Gather what the comparison rests on.

    Raises
    ------
    NotEnoughDataError : too few fans or one-time buyers (see `Fans.require_enough`).
    LoyaltyError : the outlook is not one of these fans, or of another window.
    """
    fans.require_enough()
    if len(outlook.window) != fans.n_fans or outlook.window_days != customers.holdout_days:
        raise LoyaltyError(
            f"the outlook is for {len(outlook.window)} customers and a window of {outlook.window_days} days, but there "
            f"are {fans.n_fans} fans and {customers.holdout_days} days: foresee the purchases of these fans"
        )
    frame = customers.frame
    own = frame.loc[fans.are_fans]
    n_later = int(own["holdout_purchases"].sum())
    is_long = customers.holdout_days >= SHORTEST_DAYS and n_later >= FEWEST_PURCHASES
    basis: Basis = "holdout" if is_long else "so_far"
    brought = own["holdout_contribution" if is_long else "contribution"].to_numpy(np.float64)
    made = outlook.window if is_long else own["repeat_purchases"].to_numpy(np.float64) + 1
    total = (frame["contribution"] + frame["holdout_contribution"]).to_numpy(np.float64)
    came = who_came(referrals)
    cut = pd.Timestamp(customers.calibration_end)
    within = came["referred_on"] > cut if is_long else came["referred_on"] <= cut
    each = came.loc[within, "referrer_id"].value_counts()
    again = own["repeat_purchases"].to_numpy() > 0
    n_back, n_once = int(again.sum()), int((~again).sum())
    can_be_told = n_once >= max(1, fans.minimum_group) and (not n_back or n_back >= fans.minimum_group)
    return Evidence(
        basis=basis,
        contribution=brought,
        referred=np.asarray(each.reindex(own["customer_id"], fill_value=0), dtype=np.float64),
        base=made,
        outlook=outlook,
        referred_values=came["contribution"].to_numpy(np.float64),
        once=total[fans.came_once],
        fan_places=np.flatnonzero(fans.are_fans).astype(np.int64),
        once_places=np.flatnonzero(fans.came_once).astype(np.int64),
        referred_places=pd.Index(frame["customer_id"]).get_indexer(came["referred_id"]).astype(np.int64),
        knows_referrals=referrals is not None,
        n_customers=customers.n,
        holdout_days=customers.holdout_days,
        holdout_purchases=n_later,
        currency=customers.currency,
        everybody=frame["contribution"].to_numpy(np.float64),
        came_back=again if can_be_told else None,
        once_written=fans.size("one_time_buyers"),
    )


def who_came(referrals: Recommendations | None) -> pd.DataFrame:
    """Return the referrals that brought a customer: referred and ordered."""
    if referrals is None:
        nobody = pd.DataFrame({"referrer_id": [""], "referred_id": [""], "referred_on": pd.NaT, "contribution": np.nan})
        return nobody.iloc[:0].astype({"referred_on": "datetime64[s]"})
    return referrals.frame[referrals.frame["contribution"].notna()]
