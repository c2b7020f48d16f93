"""What a fan is worth, and how many one-time buyers that is: the findings and how they read."""

from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from cxlab.customers import Customers
from cxlab.estimate import Estimate, Findings, normal_interval
from cxlab.language import tr, trn
from cxlab.loyalty.evidence import FEWEST_PURCHASES, SHORTEST_DAYS, Evidence, Outlook, Recommendations, gather_evidence
from cxlab.loyalty.fans import Fans
from cxlab.loyalty.ratio import OF_NONE
from cxlab.loyalty.weigh import Assumptions, Weighed, weigh
from cxlab.loyalty.words import (
    after_the_cut,
    ahead,
    amount,
    amount_between,
    buyers,
    buyers_between,
    from_the_cut,
)
from cxlab.words import capital, count, money, number, number_between, percent

Outcome = Literal["number", "nothing_to_divide_by", "unsure_divisor", "unsure_fan"]


@dataclass(frozen=True, eq=False)
class FanValue:
    """What a fan is expected to bring.

    Attributes
    ----------
    evidence : what it rests on.
    assumptions : what is taken for given.
    weighed : both sides of the comparison.
    referrals : customers brought per fan in the time that is carried forward; a bare verdict without a record of
        referrals.
    """

    evidence: Evidence
    assumptions: Assumptions
    weighed: Weighed
    referrals: Estimate

    @property
    def findings(self) -> Findings:
        """The value of a fan, and the customers that one brings."""
        return {"fan_value": self.weighed.fan, "referrals_per_fan": self.referrals}

    @property
    def ahead(self) -> str:
        """How far it reaches, in words: over the next year."""
        return ahead(self.evidence.outlook.horizon_days)

    @property
    def table(self) -> pd.DataFrame:
        """One row a figure: figure, estimate, low, high, n."""
        return _rows({"fan_value_before_cost": self.weighed.fan_gross, **self.findings})

    @property
    def heading(self) -> str:
        """What heads the section."""
        worth = amount(self.weighed.fan, self.evidence.currency)
        return tr("{ahead}, a fan is expected to bring {worth}", ahead=capital(self.ahead), worth=worth)

    @property
    def reading(self) -> str:
        """How it comes about: what fans bring now, how many times that lies ahead, whom they bring."""
        own = self.evidence
        each, times = money(float(own.contribution.mean()), own.currency), number(self.weighed.times, 1)
        fans, horizon_days = count(len(own.contribution), "fan"), own.outlook.horizon_days
        rate = self.assumptions.discount_rate
        later = tr(", later ones discounted at {rate} a year", rate=percent(rate)) if rate else ""
        if own.basis == "holdout":
            start = tr(
                "{after} a fan brought {each} on average ({fans}). {horizon}, the model foresees {times} times as many "
                "purchases as over those days{later}.",
                after=after_the_cut(own.holdout_days),
                each=each,
                fans=fans,
                horizon=from_the_cut(horizon_days),
                times=times,
                later=later,
            )
        else:
            start = tr(
                "Up to the cut a fan brought {each} on average ({fans}). {ahead}, the model foresees {times} times as "
                "many purchases as fans made up to then{later}. The time after the cut does not carry this: it takes "
                "{least_days} days and {fewest} purchases by fans, and there are {days} and {purchases}; so all of it "
                "rests on the model.",
                each=each,
                fans=fans,
                ahead=capital(ahead(horizon_days)),
                times=times,
                later=later,
                least_days=SHORTEST_DAYS,
                fewest=FEWEST_PURCHASES,
                days=count(own.holdout_days, "day"),
                purchases=count(own.holdout_purchases, "purchase"),
            )
        cost = self.assumptions.acquisition_cost
        off = tr(", after the {cost} that it costs to win a customer", cost=money(cost, own.currency)) if cost else ""
        worth = tr(
            "{amount} (95% interval {interval})",
            amount=amount(self.weighed.fan, own.currency),
            interval=amount_between(self.weighed.fan, own.currency),
        )
        rough = (
            "" if own.outlook.is_settled else tr(" The search for the best fit did not settle, so take this as rough.")
        )
        return tr(
            "{start} {of_referrals} So a fan is expected to bring {worth}{off}.{rough}",
            start=start,
            of_referrals=self._of_referrals(),
            worth=worth,
            off=off,
            rough=rough,
        )

    def _of_referrals(self) -> str:
        own = self.evidence
        if not own.knows_referrals:
            return tr("What fans bring by recommending the shop is not known, and counts as nothing.")
        when = tr("up to the cut")
        if own.basis == "holdout":
            n = own.holdout_days
            when = trn("in the {n} day after the cut", "in the {n} days after the cut", n, n=number(n))
        if not self.referrals.number:
            return tr("No fan brought another customer {when}, so referrals add nothing.", when=when)
        value = money(float(own.referred_values.mean()), own.currency)
        return tr(
            "A fan brought {brought} customers {when} ({interval}), each worth {value} so far; "
            "over the horizon that is {of_referrals} of a fan’s worth.",
            brought=number(self.referrals.number, 2),
            when=when,
            interval=number_between(*self.referrals.ends, 2),
            value=value,
            of_referrals=money(self.weighed.of_referrals, own.currency),
        )


@dataclass(frozen=True, eq=False)
class Worth:
    """How many one-time buyers one fan is worth.

    Attributes
    ----------
    fan : what a fan is expected to bring.
    """

    fan: FanValue

    @property
    def number(self) -> Estimate:
        """One-time buyers that equal one fan; the verdict `no_number` alone where there is no such number."""
        return self.fan.weighed.worth

    @property
    def one_time(self) -> Estimate:
        """What a one-time buyer brought."""
        return self.fan.weighed.one_time

    @property
    def average(self) -> Estimate:
        """What all customers had brought by the cut on average; the verdict `not_known` alone where nobody knows."""
        return self.fan.weighed.average

    @property
    def of_average(self) -> Estimate:
        """Average customers, as they stood at the cut, that equal one fan; likewise, and where there is no number."""
        return self.fan.weighed.of_average

    @property
    def currency(self) -> str:
        """ISO 4217 code."""
        return self.fan.evidence.currency

    @property
    def outcome(self) -> Outcome:
        """Whether there is a number; else what stands in its way."""
        if self.number.value is None:
            return "nothing_to_divide_by" if self.one_time.ends[1] <= 0 else "unsure_divisor"
        return "number" if self.fan.weighed.fan.ends[0] > 0 else "unsure_fan"

    @property
    def findings(self) -> Findings:
        """What a one-time buyer brings, and N*; what the average customer has brought, and how many equal one fan."""
        found = {"one_time_value": self.one_time, "fans_worth": self.number}
        if self.average.value is None:
            return found
        return found | {"average_value": self.average, "fans_worth.average_customers": self.of_average}

    @property
    def table(self) -> pd.DataFrame:
        """One row a figure: figure, estimate, low, high, n."""
        return _rows({"fan_value": self.fan.weighed.fan, **self.findings})

    @property
    def heading(self) -> str:
        """What heads the section."""
        if self.outcome == "nothing_to_divide_by":
            return tr("A one-time buyer brings nothing or less, so no number of them makes up for one fan")
        if self.outcome == "unsure_divisor":
            return tr("It is not shown that a one-time buyer brings anything, so there is no number")
        if self.outcome == "unsure_fan":
            return tr("It is not shown that a fan will bring anything")
        return tr("One fan is worth {buyers} one-time buyers", buyers=buyers(self.number.number))

    @property
    def reading(self) -> str:
        """What a one-time buyer brought, how many of them make one fan, and that they are no new customers."""
        return f"{self._of_one_time_buyers()} {self._of_new_customers()}".rstrip()

    def _of_one_time_buyers(self) -> str:
        off = tr(" after the cost to win them") if self.fan.assumptions.acquisition_cost else ""
        said = tr(
            "A one-time buyer brought {amount}{off} (95% interval {interval}, {one_time_buyers}).",
            amount=amount(self.one_time, self.currency),
            off=off,
            interval=amount_between(self.one_time, self.currency),
            one_time_buyers=self.fan.evidence.one_time_buyers,
        )
        if self.outcome == "nothing_to_divide_by":
            return tr("{said} That is nothing or less: no number of them makes up for one fan.", said=said)
        if self.outcome == "unsure_divisor":
            return tr(
                "{said} That is not clearly above zero, so they might bring nothing at all, and no "
                "number of them can be said to make up for one fan.",
                said=said,
            )
        told = tr(
            "{said} So one fan is worth {buyers} of them ({interval}).",
            said=said,
            buyers=buyers(self.number.number),
            interval=buyers_between(self.number),
        )
        if self.outcome == "unsure_fan":
            return tr(
                "{told} What a fan will bring is not clearly above zero, so take that for no more than a guess.",
                told=told,
            )
        return told

    def _of_new_customers(self) -> str:
        if self.average.value is None:
            return ""
        off = tr(" after the cost to win them") if self.fan.assumptions.acquisition_cost else ""
        said = tr(
            "A new customer is not a one-time buyer: who comes once is known only afterwards. The "
            "average customer of this shop, whether they came back or not, had brought {amount}{off} "
            "by the cut (95% interval {interval}, {customers})",
            amount=amount(self.average, self.currency),
            off=off,
            interval=amount_between(self.average, self.currency),
            customers=count(self.average.n or 0, "customer"),
        )
        if not self.of_average.has_interval:
            return tr("{said}, which is not clearly above zero.", said=said)
        return tr(
            "{said}; what is expected of one fan {ahead} equals {buyers} of these ({interval}).",
            said=said,
            ahead=self.fan.ahead,
            buyers=buyers(self.of_average.number),
            interval=buyers_between(self.of_average),
        )


def weigh_fans(
    customers: Customers,
    fans: Fans,
    outlook: Outlook,
    *,
    referrals: Recommendations | None = None,
    discount_rate: float = 0.1,
    acquisition_cost: float = 0.0,
) -> Worth:
    """Weigh one fan against one-time buyers.

    Parameters
    ----------
    customers : one row a customer as of the cut.
    fans : who is a fan, and who came once.
    outlook : purchases foreseen of the fans: over the hold-out window, and step by step over the horizon.
    referrals : who recommended whom; None: not known, and counted as nothing.
    discount_rate : rate a year at which later amounts are discounted.
    acquisition_cost : what it costs to win a customer, units of currency; taken off both sides.

    Raises
    ------
    NotEnoughDataError : fewer than 20 fans, or fewer than 20 one-time buyers.

    Notes
    -----
    A fan's value is (a + r v) x m: contribution per fan in the hold-out window (a), customers brought per fan in it (r)
    times what those who came by a referral have brought so far (v), and how many times the window's purchases lie
    ahead in the horizon, discounted (m, from the model). So the model gives the course of the purchases and not their
    level. A one-time buyer's value is the mean of what they brought. N* is the ratio, with Fieller's interval. What
    customers had brought by the cut on average stands beside it, because a new customer is no one-time buyer. The
    intervals hold that customers are a sample and that the model is fitted; for what they leave out see `weigh`.

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
    >>> print(worth.heading)
    One fan is worth 40 one-time buyers
    """
    evidence = gather_evidence(customers, fans, outlook, referrals)
    assumptions = Assumptions(discount_rate=discount_rate, acquisition_cost=acquisition_cost)
    brought, n = evidence.referred, fans.n_fans
    when = "in the hold-out window" if evidence.basis == "holdout" else "up to the cut"
    rate = Estimate(n=n, verdict="not_known")
    if evidence.knows_referrals:
        rate = normal_interval(
            float(brought.mean()),
            float(brought.std(ddof=1) / n**0.5),
            n=n,
            unit=f"customers brought per fan {when}",
        )
        rate = replace(rate, low=max(0.0, rate.ends[0]))
        if not brought.any():  # Poisson's upper end of a count of none
            rate = replace(rate, high=OF_NONE / n)
    return Worth(FanValue(evidence, assumptions, weigh(evidence, assumptions), rate))


def _rows(found: Findings) -> pd.DataFrame:
    rows = [(key, e.number, e.low, e.high, e.n) for key, e in found.items()]
    return pd.DataFrame(rows, columns=["figure", "estimate", "low", "high", "n"]).astype({"low": float, "high": float})
