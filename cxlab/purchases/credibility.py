"""What a purchase of each customer contributes: the own mean, drawn towards the shop's where little is known."""

from collections.abc import Callable

import numpy as np

from cxlab.customers import Customers
from cxlab.purchases.histories import Array

_NEXT_TO_NONE = 1e-6  # of the variance between customers: as good as none


def contribution_per_purchase(customers: Customers) -> Array:
    """Contribution expected of a purchase of each customer, from what their purchases contributed so far; shape (n,).

    See `credible_means`. Where it is not known how much purchases vary within a customer, all get the shop's mean.
    """
    frame = customers.frame
    purchases = frame["repeat_purchases"].to_numpy(np.float64) + 1
    contribution = frame["contribution"].to_numpy(np.float64)
    if customers.purchase_variance is None:
        return np.full(len(frame), contribution.sum() / purchases.sum())
    return credible_means(contribution, purchases, customers.purchase_variance)


def credible_means(sums: Array, counts: Array, within: float) -> Array:
    """Draw each mean sums / counts towards the mean of all, the more the fewer it rests on; shape (n,).

    Parameters
    ----------
    sums, counts : shape (n,), what each customer's purchases contributed together, and how many they are, 1 or more.
    within : variance of what one purchase contributes, within customers.

    Notes
    -----
    The credibility of Bühlmann and Straub: with w purchases that contributed m on average,
    w / (w + K) m + K / (w + K) mu, where K is the variance within customers as a share of that between them, and mu the
    mean of the customers, each counted as far as it is credible. The variance between customers is what their means
    differ by over what purchases that vary within them bring about. Where customers are not shown to differ, all get
    the shop's mean.

    References
    ----------
    Bühlmann and Straub (1970), Glaubwürdigkeit für Schadensätze, Mitteilungen der Vereinigung Schweizerischer
    Versicherungsmathematiker 70, 111-133; Bühlmann and Gisler (2005), A Course in Credibility Theory, chapter 4.

    Examples
    --------
    >>> credible_means(np.array([1.0, 3.0, 2.0, 4.0]), np.array([1.0, 3.0, 2.0, 4.0]), 1.0).tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    means, total = sums / counts, float(counts.sum())
    centre = float(sums.sum() / total)
    apart = float((counts * (means - centre) ** 2).sum()) - (len(counts) - 1) * within
    between = apart / max(total - float((counts**2).sum()) / total, 1.0)
    if between <= 0:
        return np.full(len(counts), centre)
    credibility = counts / (counts + within / between)
    centre = float((credibility * means).sum() / credibility.sum())
    return np.asarray(centre + credibility * (means - centre), dtype=np.float64)


def drawn_credible_means(customers: Customers, normal: Array) -> Callable[[slice], Array]:
    """Draw what `contribution_per_purchase` expects, as far as it rests on the customers being a sample of such.

    Mean and variance between customers follow from sums over customers, which are drawn together from the normal
    distribution that many customers give them. The variance within customers is taken as it is.

    Parameters
    ----------
    normal : shape (d, 7 or more), independent standard normal draws.

    Returns
    -------
    drawn : rows -> shape (rows, d).
    """
    frame, within = customers.frame, customers.purchase_variance
    counts = frame["repeat_purchases"].to_numpy(np.float64) + 1
    paid = frame["contribution"].to_numpy(np.float64)
    middle = float(paid.sum() / counts.sum())  # taken off, so that no digits are lost
    sums = paid - middle * counts
    means = sums / counts
    parts = np.column_stack([sums, counts, sums**2 / counts, counts**2, np.ones(len(counts))])
    between = 0.0 if within is None else float(_between(parts.sum(axis=0), within))
    weights = counts / (counts + (within or 0.0) / between) if between > 0 else counts
    each = np.column_stack([parts, weights, weights * means])
    size, axes = np.linalg.eigh(len(each) * np.cov(each, rowvar=False))
    drawn = each.sum(axis=0) + normal[:, : each.shape[1]] @ (axes * np.sqrt(np.maximum(size, 0.0))).T
    centre = drawn[:, -1] / drawn[:, -2]
    if within is None or between <= 0:
        return lambda rows: middle + centre[None]
    ratio = within / np.maximum(_between(drawn, within), _NEXT_TO_NONE * between)

    def of(rows: slice) -> Array:
        credibility = counts[rows, None] / (counts[rows, None] + ratio)
        return np.asarray(middle + centre + credibility * (means[rows, None] - centre), dtype=np.float64)

    return of


def _between(parts: Array, within: float) -> Array:
    """Variance between customers from sums, shape (..., 5 or more); below 0 where they are not shown to differ."""
    total, count, square, count_square, n = (parts[..., k] for k in range(5))
    apart = square - total**2 / count - (n - 1) * within
    return np.asarray(apart / np.maximum(count - count_square / count, 1.0), dtype=np.float64)
