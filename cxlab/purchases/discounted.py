"""What each customer is expected to bring over a horizon, counted in today's money."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlab.customers import Customers
from cxlab.estimate import Estimate, Findings, normal_interval
from cxlab.language import tr
from cxlab.purchases.by_parameters import expected_until
from cxlab.purchases.each_interval import ends_of_each, slopes_of_each
from cxlab.purchases.family import Family
from cxlab.purchases.gamma_gamma import SpendModel
from cxlab.purchases.histories import Array, Histories
from cxlab.purchases.left import LeftOfEach, left_of_each
from cxlab.purchases.model import PurchaseModel
from cxlab.purchases.money_of_each import MoneyDraws
from cxlab.purchases.rule import Verdict
from cxlab.purchases.said import BASIS, amount, caution, discounting, horizon_in_words
from cxlab.purchases.steps import Steps, steps_ahead
from cxlab.words import count, percent


@dataclass(frozen=True, eq=False)
class DiscountedValue:
    """Expected contribution of the present customers over a horizon, later amounts discounted.

    Attributes
    ----------
    customers : one row a customer: customer_id, discounted_purchases, discounted_purchases_low, _high (95 % interval of
        the fit), contribution_of_a_purchase, discounted_contribution, discounted_contribution_low, _high (95 % interval
        of the fit and of what purchases leave).
    total : contribution of all of them, with the uncertainty of the fit and of what purchases leave.
    undiscounted : the same if later amounts counted in full.
    basis : what the contribution of a purchase rests on, see `LeftOfEach`.
    horizon_days, discount_rate : how far, and at which rate a year.
    verdict : whether the model's forecast holds, as the written rule has it; None: not tried.
    currency : ISO 4217 code.
    """

    customers: pd.DataFrame
    total: Estimate
    undiscounted: float
    basis: str
    horizon_days: int
    discount_rate: float
    verdict: Verdict | None
    currency: str

    @property
    def n(self) -> int:
        """Customers."""
        return len(self.customers)

    @property
    def findings(self) -> Findings:
        """The total, as `discounted.contribution`."""
        return {"discounted.contribution": self.total}

    @property
    def table(self) -> pd.DataFrame:
        """One row a figure: figure, estimate, low, high, n."""
        rows = [(name, e.number, e.low, e.high, e.n) for name, e in self.findings.items()]
        return pd.DataFrame(rows, columns=["figure", "estimate", "low", "high", "n"]).astype(
            {"low": float, "high": float}
        )

    @property
    def heading(self) -> str:
        """The finding in a line."""
        ahead = horizon_in_words(self.horizon_days)
        return tr(
            "Over the next {ahead} these customers are expected to bring {amount}",
            ahead=ahead,
            amount=amount(self.total, self.currency),
        )

    @property
    def reading(self) -> str:
        """What all of them are expected to bring, on what it rests, and whether it can be trusted."""
        each = Estimate(self.total.number / self.n)
        off = 1 - self.total.number / self.undiscounted if self.undiscounted > 0 else 0.0
        later = discounting(self.discount_rate)
        said = caution(self.verdict) + tr(
            "The {customers} are expected to bring {amount} of contribution over the next {ahead}, {each} each on "
            "average{later}. ",
            customers=count(self.n, "customer"),
            amount=amount(self.total, self.currency, interval=True),
            ahead=horizon_in_words(self.horizon_days),
            each=amount(each, self.currency),
            later=later,
        )
        if self.discount_rate > 0 and off > 0:
            said += tr("Discounting takes off {off}. ", off=percent(off))
        return f"{said}{BASIS[self.basis]} " + tr(
            "The interval holds the uncertainty of the fit and of what a purchase leaves, not that the time ahead may "
            "differ from the time so far."
        )


def discount_value(
    model: PurchaseModel,
    customers: Customers,
    spend: SpendModel | None = None,
    *,
    horizon_days: int,
    discount_rate: float,
    verdict: Verdict | None = None,
) -> DiscountedValue:
    """Foresee what each customer contributes month by month, and count it in today's money.

    Parameters
    ----------
    model, spend : fitted on these customers; without `spend`, and without costs, everybody's purchase counts alike.
    horizon_days : how far to look ahead.
    discount_rate : rate a year: what comes t days from now counts (1 + discount_rate)^(-t / 365.25).
    verdict : whether the model's forecast holds (`HoldoutCheck.verdict`); None: not tried.

    Raises
    ------
    PurchaseModelError : a horizon of less than a day, or a discount rate below 0.
    NotEnoughDataError : there is no model of spending, and what a purchase leaves cannot be told.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> model = cx.fit_bgnbd(kit.customers)
    >>> ahead = cx.discount_value(model, kit.customers, horizon_days=365, discount_rate=0.1)
    >>> print(ahead.heading)
    Over the next year these customers are expected to bring €17,399
    """
    steps, left = steps_ahead(horizon_days, discount_rate), left_of_each(customers, spend)

    def log_purchases(parameters: Array, histories: Histories) -> Array:
        with np.errstate(divide="ignore"):
            return np.asarray(
                np.log(discounted_purchases(model.family, parameters, histories, steps)), dtype=np.float64
            )

    sure, draws = slopes_of_each(model, log_purchases), MoneyDraws(model.maximum)
    low, high = ends_of_each(sure)
    left_low, left_high = draws.ends(sure, draws.left(left, customers, spend))
    purchases = np.exp(sure.value)[sure.which]
    frame = pd.DataFrame(
        {
            "customer_id": customers.frame["customer_id"],
            "discounted_purchases": purchases,
            "discounted_purchases_low": low,
            "discounted_purchases_high": high,
            "contribution_of_a_purchase": left.amounts,
            "discounted_contribution": purchases * left.amounts,
            "discounted_contribution_low": left_low,
            "discounted_contribution_high": left_high,
        }
    )
    total = present_total(model, left, purchases, steps)
    plain = float(model.expected_purchases(horizon_days) @ left.amounts)
    return DiscountedValue(
        frame, total, plain, left.basis, horizon_days, discount_rate, verdict, customers.currency
    )  # fmt: skip


def discounted_purchases(
    family: Family, parameters: Array, histories: Histories, steps: Steps, *, slower: float = 1.0
) -> Array:
    """Purchases expected of each customer over the steps, each by its weight; shape (n,); `slower` as in `Steps`."""
    return steps.discounted(lambda days: expected_until(family, parameters, histories, days), slower=slower)


def weight_of_histories(model: PurchaseModel, values: Array) -> tuple[Histories, Array]:
    """Return each different history, and the sum of the values of the customers who have it."""
    histories, _ = model.histories.different()
    sums = np.bincount(model.histories.which(), weights=values, minlength=histories.n)
    return histories, sums.astype(np.float64)


def present_total(model: PurchaseModel, left: LeftOfEach, purchases: Array, steps: Steps) -> Estimate:
    """Contribution of all customers over the steps; the errors of the fit and of the values are taken as unrelated."""
    histories, weights = weight_of_histories(model, left.amounts)
    value, covariance = model.maximum.propagate(
        lambda parameters: np.array([weights @ discounted_purchases(model.family, parameters, histories, steps)])
    )
    n, unit = model.histories.n, "contribution of all customers"
    if not model.is_settled:
        return Estimate(float(value[0]), n=n, unit=unit)
    error = float(np.hypot(np.sqrt(max(float(covariance[0, 0]), 0.0)), left.error(purchases)))
    return normal_interval(float(value[0]), error, n=n, unit=unit)
