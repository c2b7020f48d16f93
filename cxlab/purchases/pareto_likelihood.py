"""The log-likelihood of Pareto/NBD with gradient and Hessian, by Gauss's rule over the times of leaving.

Buying is a Poisson process whose rate is gamma(r, alpha) over customers; a customer leaves at any time, by a rate that
is gamma(s, beta) over customers. Time in weeks, parameters (r, alpha, s, beta).

References
----------
Schmittlein, Morrison and Colombo (1987), Counting Your Customers: Who Are They and What Will They Do Next?,
Management Science 33(1), 1-24; Fader and Hardie (2005), A Note on Deriving the Pareto/NBD Model and Related
Expressions.
"""

import numpy as np
from scipy.special import digamma, gammaln, polygamma

from cxlab.purchases.histories import Array, Counts, Histories
from cxlab.purchases.maximum import in_logarithms

_NODES, _BEND = 40, 3  # nodes of the rule, and how much closer they lie at the cut, where little is left
_FLAT = 1e-6  # a fall that is as good as none


class ParetoNbdLikelihood:
    """Log-likelihood of (r, alpha, s, beta) as a function of the logarithms of the parameters.

    Every customer with the same history adds the same amount, so each history is worked out once and counted as often
    as it occurs.

    Parameters
    ----------
    histories : different histories.
    counts : shape (n different,), customers that have each.

    Notes
    -----
    With x repeat purchases, the last t weeks and the cut T weeks after the first order, a customer's likelihood is
    Gamma(r + x) / Gamma(r) alpha^r beta^s times the sum of two ways: still there at the cut,
    (alpha + T)^-(r + x) (beta + T)^-s, and gone at a time u between t and T,
    s (alpha + u)^-(r + x) (beta + u)^-(s + 1), over which is integrated. In the published form that integral is a
    difference of Gauss's hypergeometric functions, which cancel each other. Here it is Gauss's rule with 40 nodes in a
    variable in which its steep part is flat. The ends of the integral do not move with the parameters, so gradient and
    Hessian are integrals over the same nodes: means and covariances of the slopes over the times of leaving.
    """

    def __init__(self, histories: Histories, counts: Counts) -> None:
        self._x = histories.frequency.astype(np.float64)
        self._recency, self._age = histories.recency, histories.age
        self._weight = counts.astype(np.float64)

    def __call__(self, log_parameters: Array) -> tuple[float, Array, Array]:
        """Return the log-likelihood, its gradient (4,) and its Hessian (4, 4), both in the logarithms."""
        parameters = np.exp(log_parameters)
        value, slopes, curvature = self._parts(parameters)
        gradient = self._weight @ slopes
        return float(self._weight @ value), *in_logarithms(parameters, gradient, curvature)

    def scores(self, log_parameters: Array) -> tuple[Array, Array]:
        """Return what one customer of each history adds to the gradient, (n different, 4), and how many there are."""
        parameters = np.exp(log_parameters)
        return self._parts(parameters)[1] * parameters, self._weight

    def _parts(self, parameters: Array) -> tuple[Array, Array, Array]:
        """Return value (m,) and slopes (m, 4) of each history, and the curvature (4, 4) of all."""
        r, alpha, s, beta = (float(p) for p in parameters)
        x, w = self._x, self._weight
        times, log_weight = leaving_times(parameters, x, self._recency, self._age)
        still = -(r + x) * np.log(alpha + self._age) - s * np.log(beta + self._age)
        top = np.maximum(still, log_weight.max(axis=1))
        gone_parts = np.exp(log_weight - top[:, None])
        still_part = np.exp(still - top)
        total = still_part + gone_parts.sum(axis=1)
        gone, alive = gone_parts / total[:, None], still_part / total
        value = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta) + top + np.log(total)
        # slopes of each way, at every time of leaving (m, k) and at the cut (m,)
        at, cut_a, cut_b = times, alpha + self._age, beta + self._age
        near_a, near_b = alpha + at, beta + at
        each = np.stack(
            [-np.log(near_a), -(r + x)[:, None] / near_a, 1 / s - np.log(near_b), -(s + 1) / near_b], axis=2
        )
        stayed = np.stack([-np.log(cut_a), -(r + x) / cut_a, -np.log(cut_b), -s / cut_b], axis=1)
        mean = np.einsum("mk,mkp->mp", gone, each) + alive[:, None] * stayed
        slopes = mean.copy()
        slopes[:, 0] += digamma(r + x) - digamma(r) + np.log(alpha)
        slopes[:, 1] += r / alpha
        slopes[:, 2] += np.log(beta)
        slopes[:, 3] += s / beta
        second = np.einsum("m,mk,mkp,mkq->pq", w, gone, each, each, optimize=True)
        second += np.einsum("m,mp,mq->pq", w * alive, stayed, stayed) - np.einsum("m,mp,mq->pq", w, mean, mean)
        bent = self._bent(r, alpha, s, beta, gone, alive, near_a, near_b)
        return value, slopes, second + bent

    def _bent(
        self, r: float, alpha: float, s: float, beta: float, gone: Array, alive: Array, near_a: Array, near_b: Array
    ) -> Array:
        """Mean second slopes of the ways, and those of what stands before them, summed over customers: (4, 4)."""
        x, w = self._x, self._weight
        cut_a, cut_b = alpha + self._age, beta + self._age
        by_a, by_b = (gone / near_a).sum(axis=1), (gone / near_b).sum(axis=1)
        by_a2, by_b2 = (gone / near_a**2).sum(axis=1), (gone / near_b**2).sum(axis=1)
        n = float(w.sum())
        bent = np.zeros((4, 4))
        bent[0, 0] = w @ (polygamma(1, r + x) - polygamma(1, r))
        bent[0, 1] = bent[1, 0] = n / alpha - w @ (by_a + alive / cut_a)
        bent[1, 1] = w @ ((r + x) * (by_a2 + alive / cut_a**2)) - n * r / alpha**2
        bent[2, 2] = -(w @ gone.sum(axis=1)) / s**2
        bent[2, 3] = bent[3, 2] = n / beta - w @ (by_b + alive / cut_b)
        bent[3, 3] = w @ ((s + 1) * by_b2 + s * alive / cut_b**2) - n * s / beta**2
        return bent


def leaving_times(parameters: Array, x: Array, recency: Array, age: Array) -> tuple[Array, Array]:
    """Return times between the last order and the cut at which a customer may have left, and the weight of each.

    Parameters
    ----------
    parameters : r, alpha, s, beta.
    x, recency, age : shape (m,), repeat purchases; weeks from the first order to the last, and to the cut.

    Returns
    -------
    times : shape (m, k), weeks from the first order.
    log_weight : shape (m, k), logarithms whose exponentials sum to the integral of
        s (alpha + u)^-(r + x) (beta + u)^-(s + 1) from recency to age.

    Notes
    -----
    With v = log(least + u), least being the smaller one of alpha and beta, the integrand falls about evenly in v: by
    hundreds of orders of magnitude where somebody bought often, and hardly where not. What is left of that fall places
    the nodes, closer to each other where little is.
    """
    r, alpha, s, beta = (float(p) for p in parameters)
    points, weights = np.polynomial.legendre.leggauss(_NODES)
    left = (1 - points) / 2
    share_left, shares = left**_BEND, weights / 2 * _BEND * left ** (_BEND - 1)
    least = min(alpha, beta)
    start = np.log(least + recency)[:, None]
    length = np.log(least + age)[:, None] - start
    steep = ((r + x) * (least + recency) / (alpha + recency) + (s + 1) * (least + recency) / (beta + recency) - 1)[
        :, None
    ]
    steep = np.where(np.abs(steep) < _FLAT, _FLAT, steep)
    fallen = -np.expm1(-steep * length)  # of the steep factor, from the last order to the cut
    ahead = -np.log(np.exp(-steep * length) + share_left * fallen) / steep
    times = np.exp(start + ahead) - least
    with np.errstate(divide="ignore"):  # no time between the last order and the cut: no way to have left
        whole = np.log(fallen / steep)
    inside = -(r + x)[:, None] * np.log(alpha + times) - (s + 1) * np.log(beta + times)
    return times, np.log(s) + whole + inside + start + (1 + steep) * ahead + np.log(shares)


def log_odds_gone(parameters: Array, frequency: Counts, recency: Array, age: Array) -> Array:
    """Logarithm of the odds that each customer has left; shape (n,), minus infinity for who has just bought."""
    r, alpha, s, beta = (float(p) for p in parameters)
    x = np.asarray(frequency, dtype=np.float64)
    _, log_weight = leaving_times(parameters, x, recency, age)
    still = -(r + x) * np.log(alpha + age) - s * np.log(beta + age)
    return np.asarray(np.logaddexp.reduce(log_weight, axis=1) - still, dtype=np.float64)


def log_likelihoods(parameters: Array, frequency: Counts, recency: Array, age: Array) -> Array:
    """Logarithm of the likelihood of each history: the density of the whole path of its purchases; shape (n,)."""
    r, alpha, s, beta = (float(p) for p in parameters)
    x = np.asarray(frequency, dtype=np.float64)
    still = -(r + x) * np.log(alpha + age) + s * (np.log(beta) - np.log(beta + age))
    gone = np.logaddexp(0.0, log_odds_gone(parameters, frequency, recency, age))
    return np.asarray(gammaln(r + x) - gammaln(r) + r * np.log(alpha) + still + gone, dtype=np.float64)
