"""What purchases leave for the shop: of a first one, of a repeat one, and of the next one of each customer."""

from dataclasses import dataclass

import numpy as np

from cxlab.customers import Customers
from cxlab.errors import NotEnoughDataError
from cxlab.language import tr
from cxlab.purchases.credibility import contribution_per_purchase
from cxlab.purchases.gamma_gamma import SpendModel
from cxlab.purchases.histories import Array
from cxlab.purchases.kept import kept_of_purchases
from cxlab.words import number


@dataclass(frozen=True, eq=False)
class LeftOfPurchases:
    """Contribution of a purchase, on average over the customers so far, up to the cut.

    Attributes
    ----------
    first : of a first purchase (all that was ordered on the first day), units of currency.
    repeat : of a repeat purchase, each purchase counted alike; so who buys often counts more.
    influence : shape (n, 2), how far each customer moves the two; the squares add up to their variance.
    """

    first: float
    repeat: float
    influence: Array

    @property
    def n(self) -> int:
        """Customers."""
        return len(self.influence)

    def variance(self, repeats: Array) -> Array:
        """Variance of a first purchase plus so many repeat ones, from the customers being a sample: shape of `repeats`.

        The squares of first and repeat influence are summed once, so `repeats` may be long.
        """
        square = self.influence.T @ self.influence
        return np.asarray(square[0, 0] + 2 * repeats * square[0, 1] + repeats**2 * square[1, 1], dtype=np.float64)


def left_of_purchases(customers: Customers) -> LeftOfPurchases:
    """Work out what a first and what a repeat purchase leave.

    What a customer's first day brought is all sales less those of the days after it. A cost or a return names no day,
    so all purchases are taken to leave the same share of their value; that share is contribution / sales of all.

    Raises
    ------
    NotEnoughDataError : nothing was sold, or nobody came back.
    """
    frame = customers.frame
    often = frame["n_repeat_values"].to_numpy(np.float64)
    again = np.where(often > 0, often * frame["mean_repeat_value"].fillna(0.0).to_numpy(np.float64), 0.0)
    gross = (frame["revenue"] + frame["returns"]).to_numpy(np.float64)
    contribution = frame["contribution"].to_numpy(np.float64)
    times = frame["repeat_purchases"].to_numpy(np.float64)
    n = len(frame)
    if not gross.sum() > 0 or not times.sum() > 0:
        raise NotEnoughDataError(
            tr(
                "What a purchase leaves cannot be told from {n} customers who bought for {revenue} "
                "{currency} and came back {times} times: bring orders with the amounts paid, over a "
                "longer time",
                n=number(n),
                revenue=number(gross.sum(), 2),
                currency=customers.currency,
                times=number(times.sum()),
            )
        )
    first = gross - again
    share, a_first, a_repeat = contribution.sum() / gross.sum(), first.mean(), again.sum() / times.sum()
    of_share = (contribution - share * gross) / gross.sum()
    influence = np.column_stack(
        [
            share * (first - a_first) / n + a_first * of_share,
            share * (again - a_repeat * times) / times.sum() + a_repeat * of_share,
        ]
    )
    return LeftOfPurchases(float(share * a_first), float(share * a_repeat), influence)


@dataclass(frozen=True, eq=False)
class LeftOfEach:
    """Contribution expected of a purchase of each customer.

    Attributes
    ----------
    amounts : shape (n,), units of currency.
    basis : what they rest on: the customers' own contribution so far (costs), the model of spending (spend), or what a
        repeat purchase leaves on average (average), the same for everybody.
    """

    amounts: Array
    basis: str
    _customers: Customers
    _spend: SpendModel | None

    def error(self, purchases: Array) -> float:
        """Return the standard error of the sum of purchases x amount, as far as the amounts go; purchases (n,)."""
        frame = self._customers.frame
        if self.basis == "spend":
            assert self._spend is not None
            kept = kept_of_purchases(self._customers)
            total, covariance = self._spend.expected_totals(purchases[None])
            relative = np.hypot(np.sqrt(max(float(covariance[0, 0]), 0.0)) / float(total[0]), kept.relative_error)
            return abs(float(purchases @ self.amounts)) * float(relative)
        if self.basis == "average":
            own = left_of_purchases(self._customers).influence[:, 1]
            return float(purchases.sum() * np.sqrt(own @ own))
        own = frame["contribution"].to_numpy(np.float64) / (frame["repeat_purchases"].to_numpy(np.float64) + 1)
        mean = float(purchases @ own / purchases.sum())
        return float(np.sqrt(((purchases * (own - mean)) ** 2).sum()))


def left_of_each(customers: Customers, spend: SpendModel | None) -> LeftOfEach:
    """Work out what a purchase of each customer is expected to contribute.

    Where costs are known it goes by what the customer's own purchases contributed so far (`contribution_per_purchase`);
    else it is what the shop keeps of the value that the model of spending expects, net of returns; without such a model
    everybody's purchase counts what a repeat purchase leaves on average.

    Raises
    ------
    NotEnoughDataError : there is no model of spending, and what a purchase leaves cannot be told.
    """
    frame = customers.frame
    if customers.costs_known:
        return LeftOfEach(contribution_per_purchase(customers), "costs", customers, spend)
    if spend is None:
        average = left_of_purchases(customers).repeat
        return LeftOfEach(np.full(len(frame), average), "average", customers, spend)
    kept = kept_of_purchases(customers)
    values = shop_rate(customers) * (kept.share * spend.expected_values())
    return LeftOfEach(values, "spend", customers, spend)


def shop_rate(customers: Customers) -> float:
    """Contribution as a share of revenue, up to the cut; the assumed one where nothing was sold."""
    so_far = float(customers.frame["revenue"].sum())
    return float(customers.frame["contribution"].sum()) / so_far if so_far > 0 else customers.margin_rate or 0.0
