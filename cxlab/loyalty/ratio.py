"""The interval of a ratio of two estimates, after Fieller."""

import math

from scipy.stats import norm

from cxlab.estimate import Estimate

OF_NONE = -math.log(0.025)
"""Upper end of the 95 % interval of a Poisson mean where nothing was counted."""


def fieller_interval(
    numerator: float,
    denominator: float,
    variance_of_numerator: float,
    variance_of_denominator: float,
    covariance: float = 0.0,
    *,
    level: float = 0.95,
    n: int | None = None,
    unit: str | None = None,
) -> Estimate:
    """Estimate numerator / denominator with Fieller's interval.

    It holds every ratio t for which numerator - t x denominator is not told from 0. Unlike the delta method it is
    lopsided where the denominator is unsure. Where the denominator itself is not told from 0, no finite interval has
    the coverage, and there is no estimate.

    Parameters
    ----------
    numerator, denominator : the two estimates, about normal.
    variance_of_numerator, variance_of_denominator, covariance : of the estimates (squared standard errors).
    level : coverage, in (0, 1).

    Returns
    -------
    The ratio with its interval; the verdict `no_number` alone where the denominator's own interval holds 0.

    References
    ----------
    Fieller (1954), Some Problems in Interval Estimation, Journal of the Royal Statistical Society B 16(2), 175-185.

    Examples
    --------
    With 2 standard errors the ends solve (10 - 2t)^2 = 4 (1 + 0.01 t^2), that is 3.96 t^2 - 40 t + 96 = 0:

    >>> two = fieller_interval(10.0, 2.0, 1.0, 0.01, level=2 * float(norm.cdf(2)) - 1)
    >>> two.value, round(two.low, 4), round(two.high, 4)
    (5.0, 3.9257, 6.1753)
    >>> fieller_interval(10.0, 0.1, 1.0, 0.01).as_finding()
    {'verdict': 'no_number'}
    """
    square = float(norm.ppf(0.5 + level / 2)) ** 2
    a = denominator**2 - square * variance_of_denominator
    if not a > 0:
        return Estimate(level=level, n=n, verdict="no_number")
    b = numerator * denominator - square * covariance
    c = numerator**2 - square * variance_of_numerator
    reach = math.sqrt(max(b**2 - a * c, 0.0))
    return Estimate(numerator / denominator, (b - reach) / a, (b + reach) / a, level, n, unit)
