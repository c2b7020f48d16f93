"""What one point of retention is worth: customers leaving more slowly, with all else as it is."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from cxlab.customers import Customers
from cxlab.estimate import Estimate, Findings, normal_interval, percentile_interval
from cxlab.language import tr
from cxlab.purchases.by_parameters import expected_until, new_customer_until
from cxlab.purchases.discounted import weight_of_histories
from cxlab.purchases.family import FamilyWords
from cxlab.purchases.gamma_gamma import SpendModel
from cxlab.purchases.histories import Array
from cxlab.purchases.left import left_of_each, left_of_purchases
from cxlab.purchases.model import PurchaseModel
from cxlab.purchases.rule import Verdict
from cxlab.purchases.said import BASIS, amount, caution, discounting, horizon_in_words
from cxlab.purchases.steps import Steps, steps_ahead
from cxlab.words import count, number, percent

POINT = 0.01
PER_NEW = 1000
_LEAST_LEAVING = 2 * POINT
_DRAWS, _HISTORIES = 250, 2_000  # fits behind an interval, and histories worked out for each, at most


@dataclass(frozen=True, eq=False)
class RetentionWorth:
    """What it would bring if leaving slowed by one percentage point.

    Attributes
    ----------
    leaving : share of customers who leave early, as the family of the model has it.
    present : contribution that one point less of it brings over the horizon, of all present customers.
    per_new : the same of `PER_NEW` new customers, their first purchases not counted, for these stay the same.
    present_purchases, new_purchases : purchases more over the horizon, likewise, not discounted.
    basis : what the contribution of a purchase of present customers rests on, see `LeftOfEach`.
    n : present customers.
    horizon_days, discount_rate : how far, and at which rate a year.
    verdict : whether the model's forecast holds, as the written rule has it; None: not tried.
    currency : ISO 4217 code.
    missing : why there is nothing to say; empty where there is.
    """

    leaving: Estimate
    present: Estimate
    per_new: Estimate
    present_purchases: Estimate
    new_purchases: Estimate
    basis: str
    n: int
    horizon_days: int
    discount_rate: float
    verdict: Verdict | None
    currency: str
    words: FamilyWords
    missing: Literal["", "nobody_leaves", "not_settled"] = ""

    @property
    def findings(self) -> Findings:
        """What a point brings of present customers and of a thousand new ones, as `retention_point.*`."""
        if self.missing:
            return {"retention_point": Estimate(n=self.n, verdict="cannot_tell")}
        return {
            "retention_point.present": self.present,
            "retention_point.per_1000_new": self.per_new,
            "retention_point.purchases_present": self.present_purchases,
            "retention_point.purchases_per_1000_new": self.new_purchases,
        }

    @property
    def table(self) -> pd.DataFrame:
        """One row a finding: figure, estimate, low, high, n."""
        rows = [(k, e.number, e.low, e.high, e.n) for k, e in self.findings.items() if e.value is not None]
        columns = ["figure", "estimate", "low", "high", "n"]
        return pd.DataFrame(rows, columns=columns).astype({"low": float, "high": float})

    @property
    def heading(self) -> str:
        """The finding in a line."""
        if self.missing:
            return tr("What a point of retention is worth cannot be told")
        ahead = horizon_in_words(self.horizon_days)
        return tr(
            "If leaving slowed by one point, the {customers} would in all bring {amount} more over the next {ahead}",
            customers=count(self.n, "present customer"),
            amount=amount(self.present, self.currency),
            ahead=ahead,
        )

    @property
    def leaving_in_words(self) -> str:
        """Which share is meant by leaving, within a sentence."""
        return self.words.texts["leaving"]

    @property
    def slowed(self) -> str:
        """The share who leave as it is and with a point less, in words."""
        share = self.leaving.number
        digits = 0 if round(100 * share) - round(100 * (share - POINT)) == 1 else 1
        return tr("{share} to {less}", share=percent(share, digits), less=percent(share - POINT, digits))

    @property
    def each(self) -> Estimate:
        """What a point brings of present customers, shared out over all of them."""
        return replace(self.present, value=self.present.number / self.n, low=None, high=None)

    @property
    def reading(self) -> str:
        """What a point is, what it would bring, and what it does not say."""
        if self.missing == "nobody_leaves":
            return tr(
                "By the model, the {leaving} is under {least}, so there is no point of leaving to "
                "take off, and what one would be worth cannot be told.",
                leaving=self.leaving_in_words,
                least=percent(_LEAST_LEAVING),
            )
        if self.missing == "not_settled":
            return tr(
                "The purchases do not settle how customers leave, so what a point of retention is worth cannot be told."
            )
        ahead = horizon_in_words(self.horizon_days)
        return caution(self.verdict) + tr(
            "Suppose that the {leaving} fell from {slowed}, and that customers left more "
            "slowly in the same proportion at any other time, too. Then the {customers} would in all "
            "bring {amount} more over the next {ahead}{discounting}, which is {each} for each of "
            "them, with {purchases} more purchases in all. A thousand new customers would in "
            "all bring {of_new} more over their first {ahead}. {basis} These figures say what a "
            "point would be worth, so what may be spent on it at most. They do not say that anything "
            "would bring it about, which only a trial can tell.",
            leaving=self.leaving_in_words,
            slowed=self.slowed,
            customers=count(self.n, "present customer"),
            amount=amount(self.present, self.currency, interval=True),
            ahead=ahead,
            discounting=discounting(self.discount_rate),
            each=amount(self.each, self.currency),
            purchases=number(self.present_purchases.number),
            of_new=amount(self.per_new, self.currency, interval=True),
            basis=BASIS[self.basis],
        )


def worth_of_retention(
    model: PurchaseModel,
    customers: Customers,
    spend: SpendModel | None = None,
    *,
    horizon_days: int,
    discount_rate: float,
    verdict: Verdict | None = None,
    seed: int = 1,
) -> RetentionWorth:
    """Work out what it would bring over a horizon if one percentage point fewer customers left.

    The point is taken off the share of customers who leave early: after the first repeat purchase (BG/NBD), after the
    first purchase (MBG/NBD), within a year (Pareto/NBD). From now on everybody leaves more slowly by one factor, see
    `Family.slowed`. Who has left by now, or leaves with the first purchase, stays away; paces, values and first
    purchases are as they are.

    Parameters
    ----------
    model, spend : fitted on these customers; without `spend`, and without costs, everybody's purchase counts alike.
    horizon_days : how far to look ahead.
    discount_rate : rate a year: what comes t days from now counts (1 + discount_rate)^(-t / 365.25).
    verdict : whether the model's forecast holds (`HoldoutCheck.verdict`); None: not tried.
    seed : of the draws of what purchases leave, where the model brings draws of its fit.

    Raises
    ------
    PurchaseModelError : a horizon of less than a day, or a discount rate below 0.
    NotEnoughDataError : what a purchase leaves cannot be told.

    Notes
    -----
    Purchases with leaving slowed down follow from those without by another clock, see `Steps.discounted`. The interval
    adds the uncertainty of the fit, the proportion moving with the parameters, and that of what purchases leave.

    A point is a larger part of a smaller share who leave, so its worth bends with that share, which few customers
    settle only roughly. The delta method takes it for straight: its intervals held in 86, 90 and 94 of 100 shops of 500
    customers (MBG/NBD, Pareto/NBD, BG/NBD), those by percentiles of fits to customers drawn anew in 96, 95 and 93. So
    where the model brings such fits (`BootstrapFits.resampled_model`) they are taken.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> model = cx.fit_bgnbd(kit.customers)
    >>> point = cx.worth_of_retention(model, kit.customers, horizon_days=365, discount_rate=0.1, seed=1)
    >>> print(point.heading)
    If leaving slowed by one point, the 481 present customers would in all bring €187 more over the next year
    """
    steps = steps_ahead(horizon_days, discount_rate)
    each, mean = left_of_each(customers, spend), left_of_purchases(customers)
    by_value, by_head = (weight_of_histories(model, w)[1] for w in (each.amounts, np.ones(customers.n)))
    histories, _ = model.histories.different()
    family = model.family

    def more(parameters: Array, rows: slice = slice(None)) -> Array:
        """Return the share who leave, and four gains: present by value and by head, new discounted and not."""
        slower, some = family.slowed(parameters, POINT), histories.take(rows)
        present = _gains(lambda days: expected_until(family, parameters, some, days), steps, slower)
        new = _gains(lambda days: new_customer_until(family, parameters, days), steps, slower)
        gains = by_value[rows] @ present[0], by_head[rows] @ present[1], PER_NEW * new[0], PER_NEW * new[1]
        return np.array([family.leaving(parameters), *(float(gain) for gain in gains)])

    found, covariance = model.maximum.propagate(more)
    errors = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    drawn = None if model.draws is None else _drawn(more, model, histories.n)
    rng, n = np.random.default_rng(seed), customers.n
    missing: Literal["", "nobody_leaves", "not_settled"] = (
        "nobody_leaves"
        if found[0] < _LEAST_LEAVING
        else "not_settled"
        if not (model.is_settled and model.leaving.has_interval)
        else ""
    )
    of_values = 0.0 if missing else each.error(_gain_of_each(model, steps))
    of_mean = float(np.sqrt(mean.influence[:, 1] @ mean.influence[:, 1]))

    def estimate(at: int, unit: str, amount: float = 1.0, of_amount: float = 0.0) -> Estimate:
        """Gain number `at` times an amount; `of_amount` is the error of the product that comes from the amount."""
        value = amount * float(found[at])
        if missing:
            return Estimate(n=n, verdict="cannot_tell")
        if drawn is None:
            return normal_interval(value, float(np.hypot(amount * errors[at], of_amount)), n=n, unit=unit)
        draws = amount * drawn[:, at - 1] + of_amount * rng.standard_normal(len(drawn))
        return percentile_interval(value, draws, n=n, unit=unit)

    unit = customers.currency
    return RetentionWorth(
        leaving=Estimate(float(found[0]), n=n, unit=family.words.leaving),
        present=estimate(1, unit, of_amount=of_values),
        per_new=estimate(
            3,
            f"{unit} per {PER_NEW} new customers",
            mean.repeat,
            float(found[3]) * of_mean,
        ),
        present_purchases=estimate(2, "purchases"),
        new_purchases=estimate(4, f"purchases per {PER_NEW} new customers"),
        basis=each.basis,
        n=n,
        horizon_days=horizon_days,
        discount_rate=discount_rate,
        verdict=verdict,
        currency=customers.currency,
        missing=missing,
        words=family.words,
    )


def _gains(until: Callable[[Array], Array], steps: Steps, slower: float) -> tuple[Array, Array]:
    """Purchases more with leaving slowed down, discounted and not: two of shape (...)."""
    both = until(np.concatenate([steps.edges, slower * steps.edges]))
    now, then = both[..., : len(steps.edges)], both[..., len(steps.edges) :] / slower
    return np.diff(then - now, axis=-1) @ steps.weights, then[..., -1] - now[..., -1]


def _drawn(more: Callable[[Array, slice], Array], model: PurchaseModel, n_different: int) -> Array:
    """Return the four gains by the model's draws, as far as they are needed: shape (d, 4).

    Parameters
    ----------
    more : parameters, rows of different histories -> share who leave and the four gains, of these rows.

    Notes
    -----
    Of very many histories every k-th is worked out, k times the change from the fit to a draw standing for that of all.
    """
    assert model.draws is not None
    draws = model.draws[:: max(1, len(model.draws) // _DRAWS)]
    step = -(-n_different // _HISTORIES)
    rows, scale = slice(None, None, step), np.array([step, step, 1, 1])
    all_of, some = more(model.parameters, slice(None))[1:], more(model.parameters, rows)[1:]
    return np.array([all_of + scale * (more(parameters, rows)[1:] - some) for parameters in np.exp(draws)])


def _gain_of_each(model: PurchaseModel, steps: Steps) -> Array:
    """Discounted purchases that a point adds for each customer: shape (n,)."""
    histories, _ = model.histories.different()
    parameters, family = model.maximum.parameters, model.family
    slower = family.slowed(parameters, POINT)
    found, _ = _gains(lambda days: expected_until(family, parameters, histories, days), steps, slower)
    return np.asarray(found[model.histories.which()], dtype=np.float64)
