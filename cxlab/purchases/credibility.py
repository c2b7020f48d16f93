"""What a purchase of each customer contributes: the own mean, drawn towards the shop's where little is known."""

import numpy as np
from scipy.optimize import nnls

from cxlab.customers import Customers
from cxlab.purchases.histories import Array


def contribution_per_purchase(customers: Customers) -> Array:
    """Contribution expected of a purchase of each customer, from what their purchases contributed so far; shape (n,).

    Notes
    -----
    Bühlmann's credibility: with w purchases that contributed m on average, w / (w + K) m + K / (w + K) mu, where mu is
    the shop's mean and K the variance within customers as a share of that between them. Both variances come from how
    the squared distances of the customers' means from the shop's fall with the number of their purchases. Where
    customers are not shown to differ, all get the shop's mean.

    References
    ----------
    Bühlmann (1967), Experience rating and credibility, ASTIN Bulletin 4(3), 199-207; Bühlmann and Gisler (2005), A
    Course in Credibility Theory, chapter 4.
    """
    frame = customers.frame
    purchases = frame["repeat_purchases"].to_numpy(np.float64) + 1
    contribution = frame["contribution"].to_numpy(np.float64)
    return credible_means(contribution, purchases)


def credible_means(sums: Array, counts: Array) -> Array:
    """Draw each mean sums / counts towards the mean of all, the more the fewer it rests on; shape (n,).

    Examples
    --------
    >>> alike = credible_means(np.array([1.0, 3.0, 2.0, 4.0]), np.array([1.0, 3.0, 2.0, 4.0]))
    >>> alike.tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    means, centre = sums / counts, float(sums.sum() / counts.sum())
    weight = counts / (1 + counts)
    squares = (means - centre) ** 2
    design = np.column_stack([np.ones(len(counts)), 1 / counts]) * weight[:, None]
    scale = float(squares.max()) or 1.0
    (between, within), _ = nnls(design, weight * squares / scale)
    credibility = counts / (counts + within / between) if between > 0 else np.zeros(len(counts))
    return np.asarray(centre + credibility * (means - centre), dtype=np.float64)
