"""Do groups wait differently? The log-rank test, also where one customer has several waits."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import chi2

from cxlab.contingency import Array, Counts
from cxlab.different import codes_of


def logrank_p_value(
    days: ArrayLike, bought: ArrayLike, groups: ArrayLike, *, horizon_days: int, customers: ArrayLike | None = None
) -> float | None:
    """Return how often groups that wait alike would differ as much as these do, or more.

    Parameters
    ----------
    days : shape (n,), whole days from the beginning of each wait to the purchase, or to the last day that was seen.
    bought : shape (n,), whether a purchase ended it.
    groups : shape (n,), the group of each.
    horizon_days : how far to follow the waits.
    customers : shape (n,), whose wait each is; None: each is another customer's.

    Returns
    -------
    The p value; None where there are not two groups, or no purchase in which they could differ.

    Notes
    -----
    The score of Cox's model at no difference, its variance by the customers' own scores (the sandwich), so that
    several waits of one customer count as what they are. It is the log-rank test but for that variance.

    References
    ----------
    Lin and Wei (1989), The robust inference for the Cox proportional hazards model, JASA 84, 1074-1078.
    """
    lengths, names = np.asarray(days, dtype=np.int64), np.asarray(groups, dtype=str)
    ended = np.asarray(bought, dtype=bool) & (lengths <= horizon_days)
    last = np.minimum(lengths, horizon_days)
    n_groups, code = codes_of(names)
    if n_groups < 2 or not ended.any():
        return None
    scores = _scores(last, ended, code, n_groups, horizon_days)
    whose = np.arange(len(last)) if customers is None else codes_of(customers)[1]
    own = np.stack([np.bincount(whose, column) for column in scores])
    spread = np.einsum("ic,jc->ij", own, own)
    if np.linalg.matrix_rank(spread) < len(spread):
        return None
    total = own.sum(axis=1)
    return float(chi2.sf(total @ np.linalg.solve(spread, total), n_groups - 1))


def _scores(last: Counts, ended: NDArray[np.bool_], code: Counts, n_groups: int, horizon: int) -> Array:
    """Return what each wait adds to the score of each group but the last: shape (groups - 1, n)."""
    at_risk = np.stack([_from_the_end(last[code == g], horizon) for g in range(n_groups)])
    everybody = np.maximum(at_risk.sum(axis=0), 1)
    hazard = np.bincount(last[ended], minlength=horizon + 1) / everybody
    share = at_risk / everybody
    passed, foreseen = hazard.cumsum(), (share * hazard).cumsum(axis=1)
    return np.stack(
        [ended * ((code == g) - share[g][last]) - ((code == g) * passed[last] - foreseen[g][last])
         for g in range(n_groups - 1)]
    )  # fmt: skip


def _from_the_end(last: Counts, horizon: int) -> Counts:
    """Count the waits that still go on before each day: shape (horizon + 1,)."""
    return np.bincount(last, minlength=horizon + 1)[::-1].cumsum()[::-1].astype(np.int64)
