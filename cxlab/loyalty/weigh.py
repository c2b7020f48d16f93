"""The numbers: what a fan is expected to bring, what a one-time buyer brought, and how many of these equal one fan."""

from dataclasses import dataclass

import numpy as np

from cxlab.estimate import Estimate, normal_interval
from cxlab.loyalty.evidence import Array, Evidence, Outlook
from cxlab.loyalty.ratio import fieller_interval
from cxlab.loyalty.retention import DAYS_A_YEAR, thinned


@dataclass(frozen=True)
class Assumptions:
    """What is taken for given, and may be taken otherwise.

    Attributes
    ----------
    discount_rate : rate a year: an amount t days away counts (1 + discount_rate)^(-t / 365.25).
    acquisition_cost : what it costs to win a customer, taken off both, units of currency.
    pace : factor on the purchases that fans are expected to make.
    referral_rate : factor on the customers whom fans bring.
    kept : factor on the share of fans' buying that is left a year later, beyond the days that were seen.
    """

    discount_rate: float = 0.1
    acquisition_cost: float = 0.0
    pace: float = 1.0
    referral_rate: float = 1.0
    kept: float = 1.0


@dataclass(frozen=True, eq=False)
class Forward:
    """A mean per customer, carried forward.

    Attributes
    ----------
    value : the mean.
    influence : shape (n,), what each of the customers moves it by; their squares add up to its sampling variance.
    fit_variance : of the model's fit.
    times : how many times the purchases of the base are ahead; what a change of 1 in every gain changes the value by.
    """

    value: float
    influence: Array
    fit_variance: float
    times: float


@dataclass(frozen=True)
class Weighed:
    """Both sides of the comparison.

    Attributes
    ----------
    fan : expected of a fan over the horizon, referrals in, acquisition cost off.
    fan_gross : the same before the acquisition cost.
    of_referrals : the part of it that referrals bring.
    one_time : of a one-time buyer, acquisition cost off.
    worth : one-time buyers that equal one fan; the verdict `no_number` alone where a one-time buyer is not clearly
        above zero.
    times : how many times the purchases of the base are ahead, later ones discounted.
    average : what all customers, fans or not, had brought by the cut on average, acquisition cost off; the verdict
        `not_known` alone where that is not at hand.
    of_average : average customers that equal one fan; likewise, and `no_number` as for `worth`.
    """

    fan: Estimate
    fan_gross: Estimate
    of_referrals: float
    one_time: Estimate
    worth: Estimate
    times: float
    average: Estimate
    of_average: Estimate


def carry_forward(gains: Array, base: Array, outlook: Outlook, weights: Array, *, base_is_foreseen: bool) -> Forward:
    """Carry what customers brought in one time over to another, in proportion to purchases.

    The value is mean(x) x sum(gains) / sum(base), where x is what is foreseen of each customer: so the model only says
    how many times the purchases of the base are ahead, and its level drops out where the base is foreseen, too.

    Parameters
    ----------
    gains, base : shape (n,), what each customer brought, and the purchases that it stands for.
    outlook : purchases foreseen of the same customers.
    weights : shape (1 + k,), on the window and on each step of the outlook.
    base_is_foreseen : whether `base` is the outlook's window, and as unsure as the fit.

    Notes
    -----
    Delta method: the influence of a customer is x_mean (g - q b) / b_mean + q (x - x_mean), over n, with q =
    sum(gains) / sum(base); its variance allows for n - 1. That of the fit follows from the covariance of the sums.
    """
    n = len(gains)
    foreseen = np.column_stack([outlook.window, outlook.ahead]) @ weights
    mean, q = float(foreseen.mean()), float(gains.sum() / base.sum())
    influence = mean * (gains - q * base) / base.mean() + q * (foreseen - mean)
    slope = q * weights / n
    if base_is_foreseen:
        slope = slope - mean * q / base.sum() * np.eye(len(weights))[0]
    return Forward(
        value=mean * q,
        influence=influence / np.sqrt(n * (n - 1)),
        fit_variance=max(float(slope @ outlook.covariance @ slope), 0.0),
        times=float(foreseen.sum() / base.sum()),
    )


def discounts(outlook: Outlook, discount_rate: float) -> Array:
    """Return the weights of the steps ahead: shape (1 + k,), 0 for the window.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> discounts(SimpleNamespace(days=np.array([365.25, 730.5])), 0.25).tolist()
    [0.0, 0.8, 0.64]
    """
    return np.concatenate([[0.0], (1 + discount_rate) ** (-outlook.days / DAYS_A_YEAR)])


def weigh(evidence: Evidence, assumptions: Assumptions) -> Weighed:
    """Weigh one fan against one-time buyers.

    Notes
    -----
    Fan: as `carry_forward` has it, each fan's gain being the contribution and the mean contribution of a referred
    customer for every customer brought. One-time buyer, average customer: means. Ratios have Fieller's interval.
    Customers who are on both sides (fans who bought once; referred ones; fans among all customers) make the two covary;
    that is counted. Left out is that other weeks may differ from these, that the lines of the segments might lie
    elsewhere, and that the model's course over the horizon may be wrong.
    """
    referred = evidence.referred_values
    value = float(referred.mean()) if len(referred) else 0.0
    brought = assumptions.referral_rate * evidence.referred
    weights = assumptions.pace * discounts(evidence.outlook, assumptions.discount_rate)
    weights = weights * thinned(evidence.outlook, assumptions.kept, evidence.seen_days)
    foreseen = evidence.basis == "holdout"
    gains = evidence.contribution + value * brought
    ahead = carry_forward(gains, evidence.base, evidence.outlook, weights, base_is_foreseen=foreseen)
    per_value = ahead.times * float(brought.mean())  # change of a fan's worth with a change of `value`

    on_fan, on_once = np.zeros(evidence.n_customers), np.zeros(evidence.n_customers)
    on_fan[evidence.fan_places] = ahead.influence
    beyond = 0.0
    if len(referred) > 1:
        pull = per_value * _influence(referred)
        here = evidence.referred_places >= 0
        np.add.at(on_fan, evidence.referred_places[here], pull[here])
        beyond = float(pull[~here] @ pull[~here])
    on_once[evidence.once_places] = _influence(evidence.once)
    variances = float(on_fan @ on_fan) + beyond + ahead.fit_variance, float(on_once @ on_once)
    error_of_fan, error_of_once = (float(np.sqrt(variance)) for variance in variances)
    cost, currency = assumptions.acquisition_cost, evidence.currency
    n_fans, n_once = len(gains), len(evidence.once)
    fan, once = ahead.value - cost, float(evidence.once.mean()) - cost
    horizon = f"{currency} per fan over the next {evidence.outlook.horizon_days} days"
    worth = _ratio(fan, once, (*variances, float(on_fan @ on_once)), n_fans + n_once, "one-time buyers")
    average = of_average = Estimate(verdict="not_known")
    if evidence.everybody is not None:
        pull = _influence(evidence.everybody)
        mean, variance = float(evidence.everybody.mean()) - cost, float(pull @ pull)
        unit = f"{currency} per customer up to the cut"
        average = normal_interval(mean, float(np.sqrt(variance)), n=len(pull), unit=unit)
        of_average = _ratio(fan, mean, (variances[0], variance, float(on_fan @ pull)), len(pull), "average customers")
    return Weighed(
        fan=normal_interval(fan, error_of_fan, n=n_fans, unit=horizon),
        fan_gross=normal_interval(ahead.value, error_of_fan, n=n_fans, unit=horizon),
        of_referrals=per_value * value,
        one_time=normal_interval(once, error_of_once, n=n_once, unit=f"{currency} per one-time buyer"),
        worth=worth,
        times=ahead.times,
        average=average,
        of_average=of_average,
    )


def _ratio(fan: float, other: float, variances: tuple[float, float, float], n: int, whom: str) -> Estimate:
    """Return how many of the others equal one fan; there is no such number unless they are clearly above zero."""
    if other <= 0:
        return Estimate(n=n, verdict="no_number")
    return fieller_interval(fan, other, *variances, n=n, unit=f"{whom} per fan")


def _influence(values: Array) -> Array:
    """Return what each value moves the mean by; the squares add up to the variance of the mean."""
    n = len(values)
    return np.asarray((values - values.mean()) / np.sqrt(n * (n - 1)), dtype=np.float64)
