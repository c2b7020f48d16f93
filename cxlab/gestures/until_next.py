"""A second reading of chosen gestures: one gesture and none after it, against none at all."""

import numpy as np
from numpy.typing import NDArray

from cxlab.gestures.means import Array, Codes
from cxlab.gestures.nuisance import fit_share

LARGEST_WEIGHT = 20.0
"""A purchase stands for at most so many."""
MOST_CUT = 0.01


def purchases_without_more_gestures(
    purchases: Array, is_next: NDArray[np.bool_], treated: NDArray[np.bool_], basis: Array, folds: Codes, seed: int
) -> tuple[Array, float]:
    """Return, for each occasion, purchases such that their mean is that of customers who got no further gesture.

    A customer is followed up to the next gesture. A later gesture can come only at an order, so every order in the
    window is a chance of one; a customer who has been through k orders without one stands also for those who were
    given one at an order before, by 1 / (1 - p)^k. Weights leave the question as it is: purchases in the whole window,
    had no further gesture come. The other way, purchases by day followed, would be simpler; but who buys often is
    followed for fewer days, and days soon after a gesture would count more than days long after it, so with customers
    who differ and effects that fade it would answer another question.

    Parameters
    ----------
    purchases : shape (n,), days with an order in the window up to that of the next gesture, it among them.
    is_next : whether there was one.
    treated : whether the occasion itself had one: the chance of a further one may hang on it.
    basis, folds : as for the chance of the gesture itself, by a ridge; the chance is taken to be the same at each of
        the orders in the window, given the history before the occasion.

    Returns
    -------
    purchases : shape (n,), the sum of the weights of the purchases; the larger ones are cut at `LARGEST_WEIGHT`.
    cut : share of the purchases whose weight is cut. Where it is more than `MOST_CUT`, too few are left without a
        further gesture to stand for the others, and the result says too little.

    References
    ----------
    Robins and Finkelstein (2000), Correcting for noncompliance and dependent censoring with inverse probability of
    censoring weighted log-rank tests, Biometrics 56(3).
    """
    gets = treated.astype(basis.dtype)
    gets = (gets - gets.mean()) / max(float(gets.std()), 1e-9)
    both = np.column_stack([basis, gets])
    share = np.where(purchases > 0, is_next / np.maximum(purchases, 1), 0.0)
    chance = fit_share(share, purchases, both, folds, seed)
    factor = 1 / (1 - np.minimum(chance, 1 - 1 / LARGEST_WEIGHT))
    total, weight, n_cut = np.zeros(len(purchases)), np.ones(len(purchases)), 0
    for k in range(int(purchases.max(initial=0))):
        total += np.where(purchases > k, np.minimum(weight, LARGEST_WEIGHT), 0.0)
        n_cut += int(((purchases > k) & (weight > LARGEST_WEIGHT)).sum())
        weight = np.minimum(weight * factor, 2 * LARGEST_WEIGHT)
    return total, n_cut / max(float(purchases.sum()), 1.0)
