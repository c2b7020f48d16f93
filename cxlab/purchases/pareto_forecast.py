"""What Pareto/NBD says of a purchase history: whether still a customer, and how many purchases to come.

Pure functions on arrays; time in weeks, parameters (r, alpha, s, beta). Buying is a Poisson process whose rate is
gamma(r, alpha) over customers; a customer leaves at any time, by a rate that is gamma(s, beta) over customers.

References
----------
Schmittlein, Morrison and Colombo (1987), Counting Your Customers: Who Are They and What Will They Do Next?,
Management Science 33(1), 1-24; Fader and Hardie (2005), A Note on Deriving the Pareto/NBD Model and Related
Expressions.
"""

import numpy as np
from scipy.special import expit
from scipy.stats import nbinom

from cxlab.purchases.histories import Array, Counts
from cxlab.purchases.pareto_likelihood import log_chance_of_leaving, log_odds_gone

_ONE = 1e-12  # how near to 1 the shape s is taken for 1
_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(200)


def probability_alive(parameters: Array, frequency: Counts, recency: Array, age: Array) -> Array:
    """Probability that each customer has not left; shape (n,).

    Examples
    --------
    >>> cdnow = np.array([0.5533, 10.578, 0.6061, 11.669])
    >>> probability_alive(cdnow, np.array([2, 0]), np.array([30.43, 0.0]), np.array([38.86, 38.86])).round(3).tolist()
    [0.869, 0.295]
    """
    return np.asarray(expit(-log_odds_gone(parameters, frequency, recency, age)), dtype=np.float64)


def expected_purchases(parameters: Array, frequency: Counts, recency: Array, age: Array, weeks: float) -> Array:
    """Purchases that each customer is expected to make in the next `weeks`, given the history; shape (n,)."""
    alive = probability_alive(parameters, frequency, recency, age)
    ahead = purchases_while_a_customer(parameters, frequency, age, np.array([float(weeks)]))
    return np.asarray(alive * ahead[:, 0], dtype=np.float64)


def purchases_while_a_customer(parameters: Array, frequency: Counts, age: Array, weeks: Array) -> Array:
    """Purchases expected by each of `weeks` (k) of customers who have not left at the cut; shape (n, k)."""
    r, alpha, s, beta = (float(p) for p in parameters)
    pace = (r + np.asarray(frequency, dtype=np.float64)) / (alpha + age)
    stay = weeks_as_a_customer(s, (beta + np.asarray(age, dtype=np.float64))[:, None], weeks[None])
    return np.asarray(pace[:, None] * stay, dtype=np.float64)


def chance_of_purchase(parameters: Array, frequency: Counts, recency: Array, age: Array, weeks: float) -> Array:
    """Probability that each customer buys at least once in the next `weeks`; shape (n,).

    Notes
    -----
    Who is still there and buys nothing has either stayed all the `weeks` or left in them: the integral over the times
    of leaving between the cut and the end, as a share of what stands for being there at the cut.
    """
    r, alpha, s, beta = (float(p) for p in parameters)
    x, end = np.asarray(frequency, dtype=np.float64), age + float(weeks)
    at_cut, at_end = (-(r + x) * np.log(alpha + t) - s * np.log(beta + t) for t in (age, end))
    left = log_chance_of_leaving(parameters, x, np.asarray(age, dtype=np.float64), end)
    none = np.exp(np.logaddexp(left, at_end) - at_cut)
    alive = probability_alive(parameters, frequency, recency, age)
    return np.asarray(alive * np.clip(1 - none, 0.0, 1.0), dtype=np.float64)


def share_with(parameters: Array, purchases: int, weeks: Array) -> Array:
    """Probability of exactly so many repeat purchases in the first `weeks`; shape of `weeks`.

    Notes
    -----
    As many by who has stayed, and as many before the time of leaving, over which is integrated by Gauss's rule with 200
    nodes in log(least + time), least being the smaller one of alpha and beta, in which both factors change evenly.

    Examples
    --------
    >>> sure = sum(share_with(np.array([0.55, 10.6, 0.61, 11.7]), x, np.array([39.0])) for x in range(500))
    >>> round(float(sure[0]), 6)
    1.0
    """
    r, alpha, s, beta = (float(p) for p in parameters)
    until = np.asarray(weeks, dtype=np.float64)
    least = min(alpha, beta)
    length = np.log1p(until / least)[:, None]
    ahead = length * (1 + _POINTS) / 2
    gone_at = least * np.expm1(ahead)
    leaves = s / beta * np.exp(-(s + 1) * np.log1p(gone_at / beta)) * (least + gone_at) * length * _WEIGHTS / 2
    left = (leaves * nbinom.pmf(purchases, r, alpha / (alpha + gone_at))).sum(axis=1)
    stayed = np.exp(-s * np.log1p(until / beta)) * nbinom.pmf(purchases, r, alpha / (alpha + until))
    return np.asarray(stayed + left, dtype=np.float64)


def new_customer_purchases(parameters: Array, weeks: Array) -> Array:
    """Repeat purchases expected in the `weeks` after a first order, before anything else is known; shape (n,)."""
    r, alpha, s, beta = (float(p) for p in parameters)
    return np.asarray(r / alpha * weeks_as_a_customer(s, np.full(len(weeks), beta), weeks), dtype=np.float64)


def weeks_as_a_customer(s: float, beta: Array, weeks: float | Array) -> Array:
    """Weeks of the next `weeks` that a customer who is still there is expected to stay; shape (n,).

    Notes
    -----
    beta / (s - 1) (1 - (beta / (beta + weeks))^(s - 1)), and its limit at s = 1.
    """
    gone = np.log1p(weeks / beta)
    if abs(s - 1) < _ONE:
        return np.asarray(beta * gone, dtype=np.float64)
    return np.asarray(beta * -np.expm1(-(s - 1) * gone) / (s - 1), dtype=np.float64)
