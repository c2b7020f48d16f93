"""How much of fans' buying is left a year later, as the model foresees it, and what it would be otherwise."""

import numpy as np

from cxlab.estimate import Estimate, log_normal_interval
from cxlab.loyalty.evidence import Array, Evidence, Outlook

DAYS_A_YEAR = 365.25
LEAST_SPREAD_DAYS = 90  # between the first and the last step of a horizon, from which on a yearly share is told


def kept_a_year(outlook: Outlook) -> Estimate:
    """Return the share of fans' buying that is left a year later, on average over the horizon.

    It compares what is foreseen for the last step of the horizon with the first, and brings that to a year:
    (last / first) ^ (365.25 / days between them).

    Returns
    -------
    The share with the interval of the fit (delta method, on the log scale, at most 1); the verdict `not_known` alone
    where the horizon is too short, or nothing is foreseen.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> steps = np.array([[4.0, 3.0], [4.0, 3.0]])
    >>> known = SimpleNamespace(ahead=steps, days=np.array([100.0, 465.25]), covariance=np.zeros((3, 3)))
    >>> kept_a_year(known).value
    0.75
    """
    sums, days = outlook.ahead.sum(axis=0), outlook.days
    if len(days) < 2 or days[-1] - days[0] < LEAST_SPREAD_DAYS or not (sums > 0).all():
        return Estimate(verdict="not_known")
    times = DAYS_A_YEAR / float(days[-1] - days[0])
    share = (float(sums[-1]) / float(sums[0])) ** times
    slope = np.zeros(len(sums) + 1)
    slope[1], slope[-1] = -times / sums[0], times / sums[-1]
    error = float(np.sqrt(max(float(slope @ outlook.covariance @ slope), 0.0)))
    found = log_normal_interval(share, share * error, n=len(outlook.ahead), unit="share of fans' buying a year later")
    low, high = found.ends
    return Estimate(min(share, 1.0), low, min(high, 1.0), found.level, found.n, found.unit)


def thinned(outlook: Outlook, factor: float, seen_days: int) -> Array:
    """Return what a year's share `factor` times the one foreseen makes of each step: shape (1 + k,), 1 for the window.

    What was seen stays as it was; beyond `seen_days` a step counts `factor` ^ (years beyond).

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> thinned(SimpleNamespace(days=np.array([100.0, 565.25])), 0.5, 200).tolist()
    [1.0, 1.0, 0.5]
    """
    beyond = np.maximum(outlook.days - seen_days, 0.0) / DAYS_A_YEAR
    return np.concatenate([[1.0], factor**beyond])


def reaches_beyond(evidence: Evidence) -> bool:
    """Whether any of the horizon lies beyond what was seen, so that it matters how much of the buying is left."""
    return bool((evidence.outlook.days > evidence.seen_days).any())
