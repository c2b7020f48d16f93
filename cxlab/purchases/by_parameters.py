"""What a purchase model says as a function of its parameters.

Whatever is carried to an interval by moving the parameters asks here; time in days, parameters as in the model.
"""

from functools import partial

import numpy as np
from numpy.polynomial import Chebyshev

from cxlab.purchases import forecast, pareto_forecast
from cxlab.purchases.family import Family, FamilyName
from cxlab.purchases.histories import DAYS_A_WEEK, Array, Counts, Histories

_BLOCK = 200_000  # histories at a time
_STAYED: dict[FamilyName, Array] = {"bgnbd": np.zeros(4), "mbgnbd": np.array([0.0, 0.0, 0.0, 1.0])}
"""What a first order after which one may leave, and did not, adds to the parameters."""
_DEGREE = 48  # of the polynomial that joins points of a curve


def alive_log_odds(family: Family, parameters: Array, histories: Histories) -> Array:
    """Log odds that each customer has not left: shape (n,); infinite where the model is sure."""
    alive = family.probability_alive(parameters, histories)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(alive) - np.log1p(-alive), dtype=np.float64)


def expected_until(family: Family, parameters: Array, histories: Histories, days: Array) -> Array:
    """Purchases expected of each customer up to each of `days` after the cut: shape (n, k).

    What is expected of somebody who has not left depends on frequency and age alone, of which there are few different
    pairs; so a million customers take hardly longer than some thousand.
    """
    expected = np.empty((histories.n, len(days)))
    if family.has_covariates:
        for kind, mine in histories.each_kind():
            expected[mine] = expected_until(family.of_kind(kind), parameters, histories.take(mine), days)
        return expected
    alive, own = family.probability_alive(parameters, histories), family.own(parameters)
    base = int(histories.age_days.max(initial=0)) + 1
    pairs, place = np.unique(histories.frequency * base + histories.age_days, return_inverse=True)
    frequency, age, weeks = pairs // base, (pairs % base) / DAYS_A_WEEK, days / DAYS_A_WEEK
    if family.key == "pareto_nbd":
        while_one = pareto_forecast.purchases_while_a_customer(own, frequency, age, weeks)
    else:
        while_one = _while_a_customer(own + _STAYED[family.key], frequency, age, weeks)
    while_one[:, days <= 0] = 0.0
    for start in range(0, histories.n, _BLOCK):
        part = slice(start, start + _BLOCK)
        expected[part] = alive[part, None] * while_one[place[part]]
    return expected


def _while_a_customer(parameters: Array, frequency: Counts, age: Array, weeks: Array) -> Array:
    """Purchases expected of BG/NBD's customers who have not left by each of `weeks` (k), for pairs (n): shape (n, k).

    For one frequency they are a smooth curve of weeks / (alpha + age) alone: with many pairs it is worked out at a few
    points and joined by a polynomial, which is within 1e-9 of it.
    """
    found = np.empty((len(age), len(weeks)))
    alpha = float(parameters[1])
    reach = np.log1p(weeks / (alpha + age[:, None]))  # of each pair and each of the weeks

    def curve(at: Array, x: Counts) -> Array:
        """Purchases by so much time, on the logarithmic scale, of frequencies x (n): shape (n, ...), that of `at`."""
        flat = np.expm1(at.ravel()) * alpha
        each = np.repeat(x, at.size // max(len(x), 1))
        return forecast.purchases_while_a_customer(parameters, each, np.zeros(flat.size), flat).reshape(at.shape)

    few = np.ones(len(age), dtype=np.bool_)
    which = np.unique(frequency, return_inverse=True)[1]
    for x in np.flatnonzero(np.bincount(which) * len(weeks) > 2 * _DEGREE):
        rows = np.flatnonzero(which == x)
        end, own = float(reach[rows].max()), frequency[rows[:1]]
        if end > 0:
            few[rows] = False
            found[rows] = Chebyshev.interpolate(partial(curve, x=own), _DEGREE, domain=[0.0, end])(reach[rows])
    found[few] = curve(reach[few], frequency[few])
    return np.maximum(found, 0.0)


def new_customer_until(family: Family, parameters: Array, days: Array) -> Array:
    """Repeat purchases expected of a new customer up to each of `days` after the first order: shape (k,)."""
    return family.new_customer_purchases(parameters, days / DAYS_A_WEEK)
