"""What BG/NBD and MBG/NBD say of a purchase history: whether still a customer, and how many purchases to come.

Pure functions on arrays; time in weeks, parameters (r, alpha, a, b). Buying is a Poisson process whose rate is
gamma(r, alpha) over customers; after each repeat purchase a customer leaves with a probability that is beta(a, b) over
customers. With MBG/NBD (`from_first`) a customer may leave already after the first order: one more occasion to have
stayed, so b + 1 stands where BG/NBD has b.

References
----------
Fader, Hardie and Lee (2005), "Counting Your Customers" the Easy Way, Marketing Science 24(2), 275-284.
"""

import numpy as np
from scipy.special import betaln, expit
from scipy.stats import nbinom

from cxlab.purchases.histories import Array, Counts

_NODES = 200
_CHUNK = 256  # pairs at a time, so that what is worked out for them stays close to the processor
_REACH = 40.0  # on the logit scale: beyond it nothing is left in double precision


def probability_alive(
    parameters: Array, frequency: Counts, recency: Array, age: Array, *, from_first: bool = False
) -> Array:
    """Probability that each customer has not left; with BG/NBD 1 for who bought once, as nobody leaves before a repeat.

    Parameters
    ----------
    parameters : r, alpha, a, b.
    frequency, recency, age : shape (n,), repeat purchases; weeks from the first order to the last, and to the cut.
    from_first : whether a customer may leave already after the first order (MBG/NBD).

    Examples
    --------
    >>> cdnow = np.array([0.2426, 4.4136, 0.7929, 2.4259])
    >>> probability_alive(cdnow, np.array([2, 0]), np.array([30.43, 0.0]), np.array([38.86, 38.86])).round(3).tolist()
    [0.727, 1.0]
    """
    r, alpha, a, b = parameters
    again = np.maximum(frequency + from_first, 1)
    left = np.log(a) - np.log(b + again - 1) + (r + frequency) * (np.log(alpha + age) - np.log(alpha + recency))
    return np.asarray(np.where(frequency + from_first > 0, expit(-left), 1.0), dtype=np.float64)


def expected_purchases(
    parameters: Array, frequency: Counts, recency: Array, age: Array, weeks: float, *, from_first: bool = False
) -> Array:
    """Purchases that each customer is expected to make in the next `weeks`, given the history; shape (n,).

    Examples
    --------
    Customer 1516 of the CDNOW sample (Fader, Hardie and Lee's own worked example gives 1.226):

    >>> cdnow = np.array([0.2426, 4.4135, 0.7929, 2.4258])
    >>> float(expected_purchases(cdnow, np.array([2]), np.array([30.43]), np.array([38.86]), 39.0)[0].round(3))
    1.226
    """
    alive = probability_alive(parameters, frequency, recency, age, from_first=from_first)
    stayed = parameters + np.array([0.0, 0.0, 0.0, float(from_first)])
    return alive * purchases_while_a_customer(stayed, frequency, age, np.full(len(frequency), float(weeks)))


def chance_of_purchase(
    parameters: Array, frequency: Counts, recency: Array, age: Array, weeks: float, *, from_first: bool = False
) -> Array:
    """Probability that each customer buys at least once in the next `weeks`; shape (n,)."""
    r, alpha, _, _ = parameters
    none = np.exp((r + frequency) * (np.log(alpha + age) - np.log(alpha + age + weeks)))
    alive = probability_alive(parameters, frequency, recency, age, from_first=from_first)
    return np.asarray(alive * (1 - none), dtype=np.float64)


def new_customer_purchases(parameters: Array, weeks: Array, *, from_first: bool = False) -> Array:
    """Repeat purchases expected in the `weeks` after a first order, before anything else is known; shape (n,)."""
    nothing = np.zeros(len(weeks))
    if not from_first:
        return purchases_while_a_customer(parameters, nothing.astype(np.int64), nothing, weeks)
    a, b = (float(p) for p in parameters[2:])
    stayed = parameters + np.array([0.0, 0.0, 0.0, 1.0])
    return b / (a + b) * purchases_while_a_customer(stayed, nothing.astype(np.int64), nothing, weeks)


def share_with(parameters: Array, purchases: int, weeks: Array, *, from_first: bool = False) -> Array:
    """Probability of exactly so many repeat purchases in the first `weeks`; shape of `weeks`.

    Examples
    --------
    >>> sure = sum(share_with(np.array([0.24, 4.4, 0.79, 2.4]), x, np.array([39.0])) for x in range(2000))
    >>> round(float(sure[0]), 6)
    1.0
    """
    r, alpha, a, b = parameters
    stays, occasions = alpha / (alpha + weeks), purchases + from_first
    so_many = np.exp(betaln(a, b + occasions) - betaln(a, b)) * nbinom.pmf(purchases, r, stays)
    if occasions == 0:
        return np.asarray(so_many)
    left = np.exp(betaln(a + 1, b + occasions - 1) - betaln(a, b)) * nbinom.sf(purchases - 1, r, stays)
    return np.asarray(so_many + left)


def purchases_while_a_customer(parameters: Array, frequency: Counts, age: Array, weeks: Array) -> Array:
    """Purchases expected in the next `weeks` of customers who have not left; shape (n,).

    Notes
    -----
    With R = r + frequency and z = weeks / (alpha + age) it is the mean of g(p) = (1 - (1 + p z)^-R) / p over
    p ~ beta(a, b + frequency). The published form with Gauss's hypergeometric function is the same number, but
    overflows or loses every digit for long histories, and divides by zero at a = 1. Here the chord from g(0) = R z to
    g(1) is averaged exactly and the rest by the trapezoid rule on the logit of p, which converges exponentially:
    within 2e-7 of 150-digit arithmetic for frequencies up to 300, and of 4,000 nodes for frequencies up to 3,000,
    with a from 0.001 to 800 and b from 0.01 to 8,000.
    """
    r, alpha, a, b = (float(v) for v in parameters)
    z = np.asarray(weeks, dtype=np.float64) / (alpha + np.asarray(age, dtype=np.float64))
    different, place = np.unique(frequency.astype(np.float64), return_inverse=True)
    order = np.lexsort((z, place))
    is_new = np.ones(len(z), dtype=np.bool_)  # many customers of one frequency have the same reach
    is_new[1:] = (np.diff(place[order]) != 0) | (np.diff(z[order]) != 0)
    reaches, whose = z[order][is_new], place[order][is_new]
    p, q, weight = _nodes(a, b + different)
    middle, so_many = a / (a + b + different), r + different
    found = np.empty(len(reaches))
    for start in range(0, len(reaches), _CHUNK):
        rows = slice(start, start + _CHUNK)
        some, of = reaches[rows], whose[rows]
        at_zero, at_one = so_many[of] * some, -np.expm1(-so_many[of] * np.log1p(some))
        at = p[of]
        rest = -np.expm1(-so_many[of, None] * np.log1p(some[:, None] * at)) / at
        rest -= at_zero[:, None] * q[of] + at_one[:, None] * at
        found[rows] = at_zero * (1 - middle[of]) + at_one * middle[of] + np.einsum("ij,ij->i", rest, weight[of])
    expected = np.empty(len(z))
    expected[order] = found[np.cumsum(is_new) - 1]
    return np.maximum(expected, 0.0)


def _nodes(a: float, b: Array) -> tuple[Array, Array, Array]:
    """Return p, 1 - p and the weights of the trapezoid rule for means over beta(a, b), each shape (len(b), 200)."""
    width = np.minimum(1.0, np.sqrt(1 / a + 1 / b))
    furthest = np.arcsinh(_REACH / width)
    u, gap = np.linspace(-furthest, furthest, _NODES, retstep=True, axis=1)
    y = np.log(a / b)[:, None] + width[:, None] * np.sinh(u)
    log_p, log_q = -np.logaddexp(0.0, -y), -np.logaddexp(0.0, y)
    density = np.exp(a * log_p + b[:, None] * log_q - betaln(a, b)[:, None])
    return np.exp(log_p), np.exp(log_q), density * np.cosh(u) * (width * gap)[:, None]
