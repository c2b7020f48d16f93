"""What a new customer is expected to bring, so how much one may cost, and by when a given cost is earned back."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from cxlab.customers import Customers
from cxlab.estimate import Estimate, Findings, normal_interval
from cxlab.language import tr
from cxlab.phrases import span
from cxlab.purchases.by_parameters import new_customer_until
from cxlab.purchases.family import Family
from cxlab.purchases.histories import Array, PurchaseModelError
from cxlab.purchases.left import left_of_purchases
from cxlab.purchases.maximum import ROUNDING
from cxlab.purchases.model import PurchaseModel
from cxlab.purchases.rule import Verdict
from cxlab.purchases.said import amount, caution, discounting, horizon_in_words
from cxlab.purchases.steps import Steps, steps_ahead
from cxlab.words import count, number, number_between

_Z = float(norm.ppf(0.975))


@dataclass(frozen=True, eq=False)
class NewCustomer:
    """What a new customer is expected to contribute, on average over customers like those so far.

    Attributes
    ----------
    value : first purchase and repeat purchases over the horizon, later ones discounted: what a new customer may cost.
    first : contribution of a first purchase.
    repeat : contribution of a repeat purchase.
    purchases : repeat purchases expected over the horizon, later ones counted at their discount.
    table : one row an end of a month: day (after the first purchase, from 0), value (contribution up to then, first
        purchase in), low, high (95 % interval).
    acquisition_cost : what winning one costs; 0: not given.
    payback_day : days after the first purchase by which that is earned back; with the verdict `at_once` where the first
        purchase does it, and without a value `not_within` where the horizon does not; a bare Estimate where no cost is
        given. An end of the interval is missing where that end of the curve does not get there.
    horizon_days, discount_rate : how far, and at which rate a year.
    verdict : whether the model's forecast holds, as the written rule has it; None: not tried.
    currency : ISO 4217 code.
    margin_is_assumed : whether what a sale leaves is assumed for some lines.
    """

    value: Estimate
    first: Estimate
    repeat: Estimate
    purchases: Estimate
    table: pd.DataFrame
    acquisition_cost: float
    payback_day: Estimate
    horizon_days: int
    discount_rate: float
    verdict: Verdict | None
    currency: str
    margin_is_assumed: bool

    @property
    def findings(self) -> Findings:
        """Value, its parts, and the day of payback where a cost is given, as `new_customer.*`."""
        found = {
            "new_customer.value": self.value,
            "new_customer.first_purchase": self.first,
            "new_customer.repeat_purchase": self.repeat,
            "new_customer.repeat_purchases": self.purchases,
        }
        return found | ({"new_customer.payback_day": self.payback_day} if self.acquisition_cost > 0 else {})

    @property
    def pays(self) -> bool | None:
        """Whether a new customer brings more than the given cost; None: the interval reaches over it, or is not known.

        A cost of 0 stands for none given.
        """
        if not self.value.has_interval:
            return None
        low, high = self.value.ends
        return True if low > self.acquisition_cost else False if high < self.acquisition_cost else None

    @property
    def heading(self) -> str:
        """The finding in a line."""
        ahead = horizon_in_words(self.horizon_days)
        if self.value.number <= 0:
            return tr(
                "A new customer brings nothing over the first {ahead} that winning one could be paid from", ahead=ahead
            )
        return tr(
            "Over the first {ahead} a new customer earns back at most {amount}",
            ahead=ahead,
            amount=amount(self.value, self.currency),
        )

    @property
    def reading(self) -> str:
        """What a new customer is expected to bring, what one may cost, and that the next ones may be others."""
        parts = [self._brings(), self._may_cost(), self._payback()]
        parts.append(
            tr(
                "This is an average over customers like those so far: the next ones, won by spending "
                "more, are usually worth less, so the last customer won should cost clearly less than "
                "this."
            )
        )
        if self.margin_is_assumed:
            parts.append(tr("What a sale leaves is an assumption of the study where its cost is not known."))
        return caution(self.verdict) + " ".join(part for part in parts if part)

    def _brings(self) -> str:
        within = horizon_in_words(self.horizon_days)
        later = self.value.number - self.first.number
        return tr(
            "A new customer’s first purchase leaves {first} on average ({customers}), and the "
            "repeat purchases of the {within} after it are expected to leave {later}{discounting}.",
            first=amount(self.first, self.currency),
            customers=count(self.value.n or 0, "customer"),
            within=within,
            later=amount(Estimate(later), self.currency),
            discounting=discounting(self.discount_rate),
        )

    def _may_cost(self) -> str:
        written = amount(self.value, self.currency, interval=True)
        if self.value.number <= 0:
            return tr(
                "Together that is {written}, so no cost of winning one is earned back in that time.", written=written
            )
        return tr(
            "So up to {written} may be spent on winning one before it costs more than it brings in that time.",
            written=written,
        )

    def _payback(self) -> str:
        if self.acquisition_cost <= 0:
            return ""
        cost = amount(Estimate(self.acquisition_cost), self.currency)
        sure = tr(" Whether it pays in that time cannot be told for certain.") if self.pays is None else ""
        if self.payback_day.verdict == "not_within":
            return tr(
                "The {cost} that winning one costs are not expected to be earned back in that time.{sure}",
                cost=cost,
                sure=sure,
            )
        if self.payback_day.verdict == "at_once":
            late = self.payback_day.high
            if late:
                return tr(
                    "The {cost} that winning one costs are earned back with the first purchase, on average (95% "
                    "interval up to {days} after it).{sure}",
                    cost=cost,
                    days=span(round(late)),
                    sure=sure,
                )
            return tr(
                "The {cost} that winning one costs are earned back with the first purchase.{sure}", cost=cost, sure=sure
            )
        return tr(
            "The {cost} that winning one costs are earned back {days} after the first purchase{interval}.{sure}",
            cost=cost,
            days=span(round(self.payback_day.number)),
            interval=_span(self.payback_day),
            sure=sure,
        )


def value_new_customer(
    model: PurchaseModel,
    customers: Customers,
    *,
    horizon_days: int,
    discount_rate: float,
    acquisition_cost: float = 0.0,
    verdict: Verdict | None = None,
) -> NewCustomer:
    """Work out what a new customer is expected to contribute: the first purchase and what follows.

    Parameters
    ----------
    model : fitted on these customers.
    horizon_days : how long after the first purchase to count.
    discount_rate : rate a year: what comes t days later counts (1 + discount_rate)^(-t / 365.25).
    acquisition_cost : what winning a customer costs, units of currency; 0: not given.
    verdict : whether the model's forecast holds (`HoldoutCheck.verdict`); None: not tried.

    Raises
    ------
    PurchaseModelError : a horizon of less than a day, a discount rate or a cost below 0.
    NotEnoughDataError : what a purchase leaves cannot be told.

    Notes
    -----
    Value = first + repeat x sum of the discounted repeat purchases that the model expects month by month. Its variance
    adds that of the fit and that of what purchases leave (see `left_of_purchases`), taken as unrelated.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> new = cx.value_new_customer(cx.fit_bgnbd(kit.customers), kit.customers, horizon_days=365, discount_rate=0.1)
    >>> print(new.heading)
    Over the first year a new customer earns back at most €54.50
    """
    if not acquisition_cost >= 0:
        raise PurchaseModelError(f"Winning a customer cannot cost less than nothing, got {acquisition_cost}.")
    steps, left = steps_ahead(horizon_days, discount_rate), left_of_purchases(customers)
    repeats, covariance = model.maximum.propagate(
        lambda parameters: new_customer_steps(model.family, parameters, steps)
    )
    fit = np.sqrt(np.maximum(np.diag(covariance), 0.0)) if model.is_settled else np.full(len(repeats), np.nan)
    value = left.first + left.repeat * repeats
    error = np.sqrt(left.variance(repeats) + (left.repeat * fit) ** 2)
    table = pd.DataFrame(
        {"day": steps.edges, "value": value, "low": value - _Z * error, "high": value + _Z * error}
    )  # fmt: skip
    n, of_one = customers.n, "contribution of a new customer"
    money_errors = np.sqrt((left.influence**2).sum(axis=0))
    return NewCustomer(
        value=_estimate(float(value[-1]), float(error[-1]), n, of_one),
        first=_estimate(left.first, float(money_errors[0]), n, "contribution of a first purchase"),
        repeat=_estimate(left.repeat, float(money_errors[1]), n, "contribution of a repeat purchase"),
        purchases=_estimate(float(repeats[-1]), float(fit[-1]), n, "repeat purchases of a new customer, discounted"),
        table=table,
        acquisition_cost=acquisition_cost,
        payback_day=_payback_day(table, acquisition_cost, n),
        horizon_days=horizon_days,
        discount_rate=discount_rate,
        verdict=verdict,
        currency=customers.currency,
        margin_is_assumed=customers.margin_rate is not None,
    )


def new_customer_steps(family: Family, parameters: Array, steps: Steps) -> Array:
    """Discounted repeat purchases of a new customer up to each edge of the steps: shape (k + 1,), from 0 on."""
    return steps.added_up(lambda days: new_customer_until(family, parameters, days))


def _estimate(value: float, error: float, n: int, unit: str) -> Estimate:
    if not np.isfinite(error) or error <= ROUNDING * abs(value):  # not known, or all purchases left the same
        return Estimate(value, n=n, unit=unit)
    return normal_interval(value, error, n=n, unit=unit)


def _payback_day(table: pd.DataFrame, cost: float, n: int) -> Estimate:
    """Day on which the curve reaches the cost; its ends are those on which the ends of the curve do."""
    if cost <= 0:
        return Estimate()
    day, unit = table["day"].to_numpy(np.float64), "days after the first purchase"
    value, slow, fast = (_reaches(day, table[name].to_numpy(np.float64), cost) for name in ("value", "low", "high"))
    if value is None:
        return Estimate(n=n, unit=unit, verdict="not_within")
    return Estimate(value, fast, slow, n=n, unit=unit, verdict="at_once" if value == 0 else None)


def _reaches(day: Array, curve: Array, height: float) -> float | None:
    """First day on which a curve of straight pieces is at least so high; None where it never is."""
    there = np.flatnonzero(curve >= height)
    if len(there) == 0:
        return None
    k = int(there[0])
    if k == 0:
        return 0.0
    share = (height - curve[k - 1]) / (curve[k] - curve[k - 1])
    return float(day[k - 1] + share * (day[k] - day[k - 1]))


def _span(day: Estimate) -> str:
    """Write the interval of a day in brackets; an end that is not reached is said to lie beyond the horizon."""
    if day.has_interval:
        return tr(" (95% interval {interval})", interval=number_between(*day.ends))
    return "" if day.low is None else tr(" (95% interval from day {low} to beyond that time)", low=number(day.low))
