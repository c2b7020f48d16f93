"""What the number of one-time buyers hangs on: the same again under other assumptions."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cxlab.estimate import Estimate, Findings
from cxlab.loyalty.weigh import Assumptions, weigh
from cxlab.loyalty.words import buyers, ends
from cxlab.loyalty.worth import Worth
from cxlab.words import money, percent

RETENTION = (0.8, 1.2)
DISCOUNTS = (0.0, 0.1, 0.2)
COSTS = (0.0, 0.5, 1.0)  # as shares of what a one-time buyer brings before it
REFERRALS = (0.0, 2.0)
BASE = "as reckoned"


@dataclass(frozen=True)
class Variant:
    """One assumption changed.

    Attributes
    ----------
    kind : which: `base`, `retention`, `discount`, `cost`, `referrals`.
    said : what is assumed, as the page says it.
    worth : one-time buyers that equal one fan then, or the verdict `no_number` alone.
    fan, one_time : both sides then.
    """

    kind: str
    said: str
    worth: Estimate
    fan: Estimate
    one_time: Estimate


@dataclass(frozen=True)
class Sensitivity:
    """The number of one-time buyers under other assumptions, one changed at a time.

    Attributes
    ----------
    variants : the base first.
    knows_referrals : whether referrals could be varied.
    """

    variants: tuple[Variant, ...]
    knows_referrals: bool
    currency: str

    @property
    def base(self) -> Variant:
        """The figure as reckoned."""
        return self.variants[0]

    @property
    def without_number(self) -> tuple[Variant, ...]:
        """Assumptions under which there is no number."""
        return tuple(v for v in self.variants if v.worth.value is None)

    @property
    def furthest(self) -> Variant | None:
        """The assumption that moves the number furthest, among those that leave one; None where nothing moves it."""
        if self.base.worth.value is None:
            return None
        moved = [v for v in self.variants[1:] if v.worth.value is not None]
        return max(moved, key=lambda v: abs(v.worth.number - self.base.worth.number), default=None)

    @property
    def findings(self) -> Findings:
        """They are no findings of the study: they answer what would be if."""
        return {}

    @property
    def table(self) -> pd.DataFrame:
        """One row an assumption: changed, assumption, estimate, low, high, fan_value, one_time_value."""
        rows = [
            (v.kind, v.said, v.worth.number, *_ends(v.worth), v.fan.number, v.one_time.number) for v in self.variants
        ]
        columns = ["changed", "assumption", "estimate", "low", "high", "fan_value", "one_time_value"]
        return pd.DataFrame(rows, columns=columns)

    @property
    def heading(self) -> str:
        """What heads the section."""
        if self.base.worth.value is None:
            some = any(v.worth.value is not None for v in self.variants)
            return "Under other assumptions there is a number" if some else "No assumption tried gives a number"
        by_cost = any(v.kind == "cost" for v in self.without_number)
        if by_cost:
            return "Most hangs on what it costs to win a customer"
        far = self.furthest
        return "Nothing moves the number" if far is None else f"Most hangs on {_KINDS[far.kind]}"

    @property
    def reading(self) -> str:
        """What moves the number furthest, and where there is none any more."""
        there = [v for v in self.variants if v.worth.value is not None]
        if not there:
            return "No assumption that is tried here gives a number."
        said = []
        if self.base.worth.value is None:
            listed = " and ".join(f"{buyers(v.worth.number)} with {v.said}" for v in there)
            said.append(f"As reckoned there is no number; it would be {listed}.")
        else:
            said.append(f"As reckoned, one fan is worth {buyers(self.base.worth.number)} one-time buyers.")
            if (far := self.furthest) is not None:
                said.append(
                    f"Of what is tried here, one change at a time, it moves furthest with {far.said}: to "
                    f"{buyers(far.worth.number)}."
                )
            if gone := [v.said for v in self.without_number]:
                said.append(
                    f"There is no number with {' or with '.join(gone)}: what a one-time buyer brings is then not "
                    "clearly above zero."
                )
        if not self.knows_referrals:
            said.append("Referrals are not recorded, so how much hangs on them cannot be shown.")
        return " ".join(said)


_KINDS = {
    "retention": "how much fans go on buying",
    "discount": "how much less later money counts",
    "cost": "what it costs to win a customer",
    "referrals": "how many customers fans bring",
}


def vary_assumptions(worth: Worth) -> Sensitivity:
    """Reckon the number of one-time buyers anew, with one assumption changed at a time.

    Fans buy a fifth less or more often than foreseen; a year's delay takes off nothing, 10% or 20%; winning a customer
    costs nothing, half of what a one-time buyer brings, or all of it; fans bring nobody, or twice as many.
    """
    evidence, base = worth.fan.evidence, worth.fan.assumptions
    gross = worth.one_time.number + base.acquisition_cost
    tried: list[tuple[str, str, Assumptions]] = [("base", BASE, base)]
    for share in RETENTION:
        more = "more" if share > 1 else "less"
        said = f"fans buying {percent(abs(share - 1))} {more} often"
        tried.append(("retention", said, replace(base, retention=share)))
    for rate in DISCOUNTS:
        if not np.isclose(rate, base.discount_rate):
            said = f"later money discounted by {percent(rate)} a year" if rate else "later money counted in full"
            tried.append(("discount", said, replace(base, discount_rate=rate)))
    for share in COSTS if gross > 0 else ():
        cost = share * gross
        if not np.isclose(cost, base.acquisition_cost, atol=1e-9):
            said = f"{money(cost, evidence.currency)} spent to win a customer" if cost else "no cost to win a customer"
            tried.append(("cost", said, replace(base, acquisition_cost=cost)))
    for share in REFERRALS if evidence.referred.any() else ():
        said = "fans bringing twice as many customers" if share else "fans bringing no other customers"
        tried.append(("referrals", said, replace(base, referral_rate=share)))
    found = ((kind, said, weigh(evidence, assumptions)) for kind, said, assumptions in tried)
    return Sensitivity(
        tuple(Variant(kind, said, w.worth, w.fan, w.one_time) for kind, said, w in found),
        evidence.knows_referrals,
        evidence.currency,
    )


def _ends(estimate: Estimate) -> tuple[float, float]:
    return ends(estimate) if estimate.has_interval else (np.nan, np.nan)
