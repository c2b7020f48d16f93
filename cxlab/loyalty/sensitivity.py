"""What the number of one-time buyers hangs on: the same again under other assumptions."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cxlab.estimate import Estimate, Findings
from cxlab.loyalty.evidence import Evidence, Foresee
from cxlab.loyalty.fans import FEWEST
from cxlab.loyalty.retention import kept_a_year, reaches_beyond
from cxlab.loyalty.weigh import Assumptions, weigh
from cxlab.loyalty.words import amount, buyers, span
from cxlab.loyalty.worth import Worth
from cxlab.words import count, money, number, percent, percent_between

HORIZONS_DAYS = (365, 730, 1095)
PACES = (0.8, 1.2)  # a fifth either way
DISCOUNTS = (0.0, 0.1, 0.2)
COSTS = (0.0, 0.5)  # as shares of what a one-time buyer brings before it; at all of it no shop has a number
REFERRALS = (0.0, 2.0)
KEPT_POINTS = (-0.10, -0.05, 0.05, 0.10)  # on the share of fans' buying that is left a year later
BASE = "as reckoned"
NOT_KNOWN = Estimate(verdict="not_known")


@dataclass(frozen=True)
class Variant:
    """One assumption changed.

    Attributes
    ----------
    kind : which: `base`, `horizon`, `pace`, `kept`, `came_back`, `discount`, `cost`, `referrals`.
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
    before_cost : what a one-time buyer brings before the cost to win a customer; at that cost there is no number.
    seen_days : days ahead that were seen; 0 where all is foreseen.
    knows_referrals : whether referrals could be varied.
    kept : share of fans' buying that is foreseen to be left a year later; a bare verdict where it cannot be told.
    """

    variants: tuple[Variant, ...]
    before_cost: float
    seen_days: int
    knows_referrals: bool
    currency: str
    kept: Estimate = NOT_KNOWN

    @property
    def base(self) -> Variant:
        """The figure as reckoned."""
        return self.variants[0]

    @property
    def ranked(self) -> tuple[Variant, ...]:
        """The base and what is ranked: a number, and not the cost, whose pull follows from the division alone."""
        return tuple(v for v in self.variants if v.kind != "cost" and v.worth.value is not None)

    @property
    def furthest(self) -> Variant | None:
        """The assumption that moves the number furthest, of those that are ranked; None where nothing moves it."""
        if self.base.worth.value is None:
            return None
        moved = self.ranked[1:]
        return max(moved, key=lambda v: abs(v.worth.number - self.base.worth.number), default=None)

    @property
    def of_who_came_back(self) -> Variant | None:
        """The number for only those fans who have come back; None where it was not asked, or there is none."""
        return next((v for v in self.variants if v.kind == "came_back" and v.worth.has_interval), None)

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
        if (far := self.furthest) is None:
            return "Nothing moves the number"
        numbers = [v.worth.number for v in self.ranked]
        low, high = buyers(min(numbers)), buyers(max(numbers))
        return f"Between {low} and {high} one-time buyers, by what is assumed: most hangs on {_KINDS[far.kind]}"

    @property
    def reading(self) -> str:
        """What moves the number furthest, what nothing checks, and what a cost to win a customer would do."""
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
                    f"Of what is tried here one at a time, the cost to win a customer aside, {_KINDS[far.kind]} "
                    f"moves it furthest: to {buyers(far.worth.number)} with {far.said}. How far each assumption "
                    "is moved is a choice, so that ranks what is tried, not what is likely."
                )
            said += [self._of_the_course(), *self._of_what_is_kept()]
            said += [self._of_who_came_back(v) for v in self.variants if v.kind == "came_back"]
            said += self._of_costs()
        if not self.knows_referrals:
            said.append("Referrals are not recorded, so how much hangs on them cannot be shown.")
        return " ".join(said)

    def _of_the_course(self) -> str:
        if not self.seen_days:
            return "Everything that lies ahead rests on the model alone, and nothing checks it."
        return (
            f"What lies beyond the {count(self.seen_days, 'day')} after the cut rests on the model's course alone, and "
            "nothing checks it."
        )

    def _of_what_is_kept(self) -> list[str]:
        """Say how much of fans' buying is left a year later, and what it moves when it is otherwise."""
        varied = [v.worth.number for v in self.variants if v.kind == "kept" and v.worth.value is not None]
        if not varied:
            return []
        tried = shares_tried(self.kept)
        least, most = buyers(min(varied)), buyers(max(varied))
        beyond = f" beyond the {count(self.seen_days, 'day')} that were seen" if self.seen_days else ""
        would = f"would still be about {least}" if least == most else f"would be {least} to {most}"
        return [
            f"By the model, {percent(self.kept.number)} of fans' buying is left a year later (interval of the fit "
            f"{percent_between(*self.kept.ends)}). Were it {percent_between(min(tried), max(tried))}{beyond}, the "
            f"number {would}."
        ]

    def _of_who_came_back(self, variant: Variant) -> str:
        return (
            f"Reckoned for {variant.said}, a fan would bring {amount(variant.fan, self.currency)} and be worth "
            f"{buyers(variant.worth.number)} one-time buyers."
        )

    def _of_costs(self) -> list[str]:
        """Say what a cost would do; that a cost of all that a one-time buyer brings leaves no number is no finding."""
        if not self.before_cost > 0:
            return []
        varied = [v for v in self.variants if v.kind == "cost"]
        said = [f"With {v.said} it would be {buyers(v.worth.number)}." for v in varied if v.worth.value is not None]
        said += [
            f"There is no number with {v.said}: what a one-time buyer brings is then not clearly above zero."
            for v in varied
            if v.worth.value is None
        ]
        all_of_it = money(self.before_cost, self.currency)
        return [*said, f"At {all_of_it}, all that a one-time buyer brings, nothing is left to divide by, in any shop."]


_KINDS = {
    "horizon": "how far ahead one looks",
    "pace": "how often fans buy",
    "kept": "how much of fans' buying is left a year later",
    "came_back": "who counts as a fan",
    "discount": "how much less later money counts",
    "referrals": "how many customers fans bring",
}


def vary_assumptions(worth: Worth, foresee: Foresee | None = None) -> Sensitivity:
    """Reckon the number of one-time buyers anew, with one assumption changed at a time.

    One, two and three years are counted; fans buy a fifth less or more often than foreseen; 5 or 10 points more or less
    of their buying is left a year later than foreseen; only those count as fans who have come back; later amounts are
    discounted at nothing, 10% or 20% a year; winning a customer costs nothing or half of what a one-time buyer brings;
    fans bring nobody, or twice as many.

    Parameters
    ----------
    worth : the number as reckoned.
    foresee : foresees the purchases of some customers by the same model over the same hold-out window; None: neither
        the horizon nor who counts as a fan is varied.

    Notes
    -----
    How much of fans' buying is left is varied beyond the days that were seen only, for up to then it is known. A share
    of nothing, or of more than all, is not tried.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> segments = cx.assign_segments(kit.customers)
    >>> model = cx.fit_bgnbd(kit.customers)
    >>> alive = model.probability_alive()
    >>> fans = cx.find_fans(kit.customers, segments.labels, alive)
    >>> import functools
    >>> foresee = functools.partial(cx.foresee_purchases, model, window_days=kit.customers.holdout_days)
    >>> outlook = foresee(fans.are_fans, horizon_days=365)
    >>> worth = cx.weigh_fans(kit.customers, fans, outlook)
    >>> print(cx.vary_assumptions(worth, foresee).heading)
    Between 32 and 98 one-time buyers, by what is assumed: most hangs on how far ahead one looks
    """
    evidence, base = worth.fan.evidence, worth.fan.assumptions
    before_cost = worth.one_time.number + base.acquisition_cost
    tried = [("base", BASE, evidence, base)]
    if foresee is not None:
        tried += [
            ("horizon", _ahead(days, evidence.seen_days), evidence.ahead(foresee, days), base)
            for days in HORIZONS_DAYS
            if days != evidence.outlook.horizon_days
        ]
    for share in PACES:
        said = f"fans buying a fifth {'more' if share > 1 else 'less'} often"
        tried.append(("pace", said, evidence, replace(base, pace=share)))
    kept = kept_a_year(evidence.outlook)
    for share in shares_tried(kept) if reaches_beyond(evidence) else ():
        said = f"{percent(share)} of buying left a year on, not {percent(kept.number)}"
        tried.append(("kept", said, evidence, replace(base, kept=share / kept.number)))
    back = evidence.came_back
    if foresee is not None and back is not None and back.sum() >= FEWEST:
        said = f"only the {number(int(back.sum()))} fans who have come back"
        tried.append(("came_back", said, evidence.of_who_came_back(foresee), base))
    tried += [(kind, said, evidence, changed) for kind, said, changed in _otherwise(evidence, base, before_cost)]
    found = ((kind, said, weigh(of, assumptions)) for kind, said, of, assumptions in tried)
    return Sensitivity(
        tuple(Variant(kind, said, w.worth, w.fan, w.one_time) for kind, said, w in found),
        before_cost,
        evidence.seen_days,
        evidence.knows_referrals,
        evidence.currency,
        kept,
    )


def shares_tried(kept: Estimate) -> list[float]:
    """Return the shares of fans' buying left a year later that are tried instead of the one foreseen.

    Examples
    --------
    >>> [round(share, 2) for share in shares_tried(Estimate(0.92))], shares_tried(NOT_KNOWN)
    ([0.82, 0.87, 0.97], [])
    """
    if kept.value is None:
        return []
    return [share for points in KEPT_POINTS if 0 < (share := kept.number + points) <= 1]


def _otherwise(evidence: Evidence, base: Assumptions, before_cost: float) -> list[tuple[str, str, Assumptions]]:
    """List what else is taken for given: discounting, the cost to win a customer, referrals."""
    tried = []
    for rate in DISCOUNTS:
        if not np.isclose(rate, base.discount_rate):
            said = f"later money discounted at {percent(rate)} a year" if rate else "later money counted in full"
            tried.append(("discount", said, replace(base, discount_rate=rate)))
    for share in COSTS if before_cost > 0 else ():
        cost = share * before_cost
        if not np.isclose(cost, base.acquisition_cost, atol=1e-9):
            said = f"{money(cost, evidence.currency)} spent to win a customer" if cost else "no cost to win a customer"
            tried.append(("cost", said, replace(base, acquisition_cost=cost)))
    for share in REFERRALS if evidence.referred.any() else ():
        said = "fans bringing twice as many customers" if share else "fans bringing no other customers"
        tried.append(("referrals", said, replace(base, referral_rate=share)))
    return tried


def _ahead(days: int, seen_days: int) -> str:
    """Say how far ahead is counted, and from where on nothing checks it."""
    if not seen_days:
        return f"{span(days)} ahead, all unchecked"
    return f"{span(days)} ahead" + (f", unchecked after day {number(seen_days)}" if days > seen_days else "")


def _ends(estimate: Estimate) -> tuple[float, float]:
    return estimate.ends if estimate.has_interval else (np.nan, np.nan)
