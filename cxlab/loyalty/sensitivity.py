"""What the number of one-time buyers hangs on: the same again under other assumptions."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from cxlab.estimate import Estimate, Findings
from cxlab.language import SOURCE, Texts, speaking, tr, trn
from cxlab.loyalty.evidence import Evidence, Foresee
from cxlab.loyalty.fans import FEWEST
from cxlab.loyalty.retention import kept_a_year, reaches_beyond
from cxlab.loyalty.weigh import Assumptions, weigh
from cxlab.loyalty.words import amount, buyers, span
from cxlab.loyalty.worth import Worth
from cxlab.words import money, number, percent, percent_between

HORIZONS_DAYS = (365, 730, 1095)
PACES = (0.8, 1.2)  # a fifth either way
DISCOUNTS = (0.0, 0.1, 0.2)
COSTS = (0.0, 0.5)  # as shares of what a one-time buyer brings before it; at all of it no shop has a number
REFERRALS = (0.0, 2.0)
KEPT_POINTS = (-0.10, -0.05, 0.05, 0.10)  # on the share of fans' buying that is left a year later
NOT_KNOWN = Estimate(verdict="not_known")


@dataclass(frozen=True)
class Variant:
    """One assumption changed.

    Attributes
    ----------
    kind : which: `base`, `horizon`, `pace`, `kept`, `came_back`, `discount`, `cost`, `referrals`.
    say : says what is assumed, as the page does.
    worth : one-time buyers that equal one fan then, or the verdict `no_number` alone.
    fan, one_time : both sides then.
    """

    kind: str
    say: Callable[[], str]
    worth: Estimate
    fan: Estimate
    one_time: Estimate

    @property
    def said(self) -> str:
        """What is assumed, in the language of the page."""
        return self.say()

    @property
    def written(self) -> str:
        """The same as tables for machines have it, whatever the language of the page."""
        with speaking(SOURCE):
            return self.say()


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
            (v.kind, v.written, v.worth.number, *_ends(v.worth), v.fan.number, v.one_time.number) for v in self.variants
        ]
        columns = ["changed", "assumption", "estimate", "low", "high", "fan_value", "one_time_value"]
        return pd.DataFrame(rows, columns=columns)

    @property
    def heading(self) -> str:
        """What heads the section."""
        if self.base.worth.value is None:
            some = any(v.worth.value is not None for v in self.variants)
            return tr("Under other assumptions there is a number") if some else tr("No assumption tried gives a number")
        if (far := self.furthest) is None:
            return tr("Nothing moves the number")
        numbers = [v.worth.number for v in self.ranked]
        low, high = buyers(min(numbers)), buyers(max(numbers))
        return tr(
            "Between {low} and {high} one-time buyers, by what is assumed: most hangs on {what}",
            low=low,
            high=high,
            what=_KINDS[far.kind],
        )

    @property
    def reading(self) -> str:
        """What moves the number furthest, what nothing checks, and what a cost to win a customer would do."""
        there = [v for v in self.variants if v.worth.value is not None]
        if not there:
            return tr("No assumption that is tried here gives a number.")
        said = []
        if self.base.worth.value is None:
            listed, *more = (tr("{buyers} with {said}", buyers=buyers(v.worth.number), said=v.said) for v in there)
            for one in more:
                listed = tr("{first} and {second}", first=listed, second=one)
            said.append(tr("As reckoned there is no number; it would be {listed}.", listed=listed))
        else:
            said.append(
                tr("As reckoned, one fan is worth {buyers} one-time buyers.", buyers=buyers(self.base.worth.number))
            )
            if (far := self.furthest) is not None:
                said.append(
                    tr(
                        "Of what is tried here one at a time, the cost to win a customer aside, {what} moves it "
                        "furthest: to {buyers} with {said}. How far each assumption is moved is a choice, so "
                        "that ranks what is tried, not what is likely.",
                        what=_KINDS[far.kind],
                        buyers=buyers(far.worth.number),
                        said=far.said,
                    )
                )
            said += [self._of_the_course(), *self._of_what_is_kept()]
            said += [self._of_who_came_back(v) for v in self.variants if v.kind == "came_back"]
            said += self._of_costs()
        if not self.knows_referrals:
            said.append(tr("Referrals are not recorded, so how much hangs on them cannot be shown."))
        return " ".join(said)

    def _of_the_course(self) -> str:
        if not self.seen_days:
            return tr("Everything that lies ahead rests on the model alone, and nothing checks it.")
        return trn(
            "What lies beyond the {n} day after the cut rests on the model’s course alone, and nothing checks it.",
            "What lies beyond the {n} days after the cut rests on the model’s course alone, and nothing checks it.",
            self.seen_days,
            n=number(self.seen_days),
        )

    def _of_what_is_kept(self) -> list[str]:
        """Say how much of fans' buying is left a year later, and what it moves when it is otherwise."""
        varied = [v.worth.number for v in self.variants if v.kind == "kept" and v.worth.value is not None]
        if not varied:
            return []
        tried = shares_tried(self.kept)
        least, most = buyers(min(varied)), buyers(max(varied))
        were = percent_between(min(tried), max(tried))
        if self.seen_days:
            were = trn(
                "{share} beyond the {n} day that were seen",
                "{share} beyond the {n} days that were seen",
                self.seen_days,
                share=were,
                n=number(self.seen_days),
            )
        left = tr(
            "By the model, {kept} of fans’ buying is left a year later (interval of the fit {interval}).",
            kept=percent(self.kept.number),
            interval=percent_between(*self.kept.ends),
        )
        would = (
            tr("Were it {share}, the number would still be about {least}.", share=were, least=least)
            if least == most
            else tr("Were it {share}, the number would be {least} to {most}.", share=were, least=least, most=most)
        )
        return [left, would]

    def _of_who_came_back(self, variant: Variant) -> str:
        return tr(
            "Reckoned for {said}, a fan would bring {amount} and be worth {buyers} one-time buyers.",
            said=variant.said,
            amount=amount(variant.fan, self.currency),
            buyers=buyers(variant.worth.number),
        )

    def _of_costs(self) -> list[str]:
        """Say what a cost would do; that a cost of all that a one-time buyer brings leaves no number is no finding."""
        if not self.before_cost > 0:
            return []
        varied = [v for v in self.variants if v.kind == "cost"]
        said = [
            tr("With {said} it would be {buyers}.", said=v.said, buyers=buyers(v.worth.number))
            for v in varied
            if v.worth.value is not None
        ]
        said += [
            tr(
                "There is no number with {said}: what a one-time buyer brings is then not clearly above zero.",
                said=v.said,
            )
            for v in varied
            if v.worth.value is None
        ]
        all_of_it = money(self.before_cost, self.currency)
        return [
            *said,
            tr(
                "At {all_of_it}, all that a one-time buyer brings, nothing is left to divide by, in any shop.",
                all_of_it=all_of_it,
            ),
        ]


_KINDS = Texts(
    {
        "horizon": "how far ahead one looks",
        "pace": "how often fans buy",
        "kept": "how much of fans’ buying is left a year later",
        "came_back": "who counts as a fan",
        "discount": "how much less later money counts",
        "referrals": "how many customers fans bring",
    }
)


_Tried = tuple[str, Callable[[], str], Evidence, Assumptions]


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
    tried: list[_Tried] = [("base", lambda: tr("as reckoned"), evidence, base)]
    if foresee is not None:
        tried += [
            ("horizon", partial(_ahead, days, evidence.seen_days), evidence.ahead(foresee, days), base)
            for days in HORIZONS_DAYS
            if days != evidence.outlook.horizon_days
        ]
    for share in PACES:
        tried.append(("pace", partial(_bought, share), evidence, replace(base, pace=share)))
    kept = kept_a_year(evidence.outlook)
    for share in shares_tried(kept) if reaches_beyond(evidence) else ():
        tried.append(("kept", partial(_left, share, kept.number), evidence, replace(base, kept=share / kept.number)))
    back = evidence.came_back
    if foresee is not None and back is not None and back.sum() >= FEWEST:
        tried.append(("came_back", partial(_only_back, int(back.sum())), evidence.of_who_came_back(foresee), base))
    tried += [(kind, say, evidence, changed) for kind, say, changed in _otherwise(evidence, base, before_cost)]
    found = ((kind, say, weigh(of, assumptions)) for kind, say, of, assumptions in tried)
    return Sensitivity(
        tuple(Variant(kind, say, w.worth, w.fan, w.one_time) for kind, say, w in found),
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


def _otherwise(
    evidence: Evidence, base: Assumptions, before_cost: float
) -> list[tuple[str, Callable[[], str], Assumptions]]:
    """List what else is taken for given: discounting, the cost to win a customer, referrals."""
    tried: list[tuple[str, Callable[[], str], Assumptions]] = [
        ("discount", partial(_discounted, rate), replace(base, discount_rate=rate))
        for rate in DISCOUNTS
        if not np.isclose(rate, base.discount_rate)
    ]
    for share in COSTS if before_cost > 0 else ():
        cost = share * before_cost
        if not np.isclose(cost, base.acquisition_cost, atol=1e-9):
            tried.append(("cost", partial(_costing, cost, evidence.currency), replace(base, acquisition_cost=cost)))
    tried += [
        ("referrals", partial(_brought, share), replace(base, referral_rate=share))
        for share in (REFERRALS if evidence.referred.any() else ())
    ]
    return tried


def _bought(share: float) -> str:
    return tr("fans buying a fifth more often") if share > 1 else tr("fans buying a fifth less often")


def _left(share: float, foreseen: float) -> str:
    return tr("{share} of buying left a year on, not {kept}", share=percent(share), kept=percent(foreseen))


def _only_back(n: int) -> str:
    return tr("only the {n} fans who have come back", n=number(n))


def _discounted(rate: float) -> str:
    if not rate:
        return tr("later money counted in full")
    return tr("later money discounted at {rate} a year", rate=percent(rate))


def _costing(cost: float, currency: str) -> str:
    return tr("{cost} spent to win a customer", cost=money(cost, currency)) if cost else tr("no cost to win a customer")


def _brought(share: float) -> str:
    return tr("fans bringing twice as many customers") if share else tr("fans bringing no other customers")


def _ahead(days: int, seen_days: int) -> str:
    """Say how far ahead is counted, and from where on nothing checks it."""
    if not seen_days:
        return tr("{span} ahead, all unchecked", span=span(days))
    if days <= seen_days:
        return tr("{span} ahead", span=span(days))
    return tr("{span} ahead, unchecked after day {day}", span=span(days), day=number(seen_days))


def _ends(estimate: Estimate) -> tuple[float, float]:
    return estimate.ends if estimate.has_interval else (np.nan, np.nan)
