"""The likelihood of the Pareto/NBD model with covariates that shift how often customers buy and how fast they leave."""

import numpy as np

from cxlab.purchases.histories import Array, Counts, Histories
from cxlab.purchases.pareto_likelihood import ParetoNbdLikelihood

BASE = 4  # parameters that all customers share: r, alpha, s, beta


class CovariateLikelihood:
    """Log-likelihood of (log r, log alpha, log s, log beta, g1, g2), where g1 and g2 are logarithms of rate ratios.

    Parameters
    ----------
    histories : n customers.
    covariates : shape (n, p), known of each before the first repeat purchase; p may be 0.

    Notes
    -----
    A customer with covariates z has alpha exp(-z'g1) in place of alpha and beta exp(-z'g2) in place of beta: exp(g1)
    multiplies the purchase rate, exp(g2) the rate of leaving. So customers with the same covariates follow a Pareto/NBD
    model of their own, whose logarithms are a linear map of the parameters. Gradient and Hessian are those of these
    models, carried back through the map.

    References
    ----------
    Fader and Hardie (2007), Incorporating Time-Invariant Covariates into the Pareto/NBD and BG/NBD Models,
    brucehardie.com/notes/019.
    """

    def __init__(self, histories: Histories, covariates: Array) -> None:
        self.n_covariates = covariates.shape[1]
        rows, which = different_rows(covariates)
        self._groups = []
        for i, row in enumerate(rows):
            mine = which == i
            own = Histories(histories.frequency[mine], histories.recency_days[mine], histories.age_days[mine])
            self._groups.append((_map_to_base(row), ParetoNbdLikelihood(*own.different())))

    def __call__(self, at: Array) -> tuple[float, Array, Array]:
        """Return the log-likelihood, its gradient (4 + 2p,) and its Hessian (4 + 2p, 4 + 2p)."""
        value, gradient, hessian = 0.0, np.zeros(len(at)), np.zeros((len(at), len(at)))
        for slope, likelihood in self._groups:
            own, by_base, bent = likelihood(slope @ at)
            value += own
            gradient += slope.T @ by_base
            hessian += slope.T @ bent @ slope
        return value, gradient, hessian

    def scores(self, at: Array) -> tuple[Array, Array]:
        """Return what one customer of each kind adds to the gradient, (m, 4 + 2p), and how many there are, (m,)."""
        found = [(likelihood.scores(slope @ at), slope) for slope, likelihood in self._groups]
        each = np.concatenate([scores @ slope for (scores, _), slope in found])
        return each, np.concatenate([counts for (_, counts), _ in found])


def different_rows(covariates: Array) -> tuple[Array, Counts]:
    """Return the different rows in order, and the number of each customer's row: shapes (m, p) and (n,)."""
    if covariates.shape[1] == 0:
        return covariates[:1], np.zeros(len(covariates), dtype=np.int64)
    rows, which = np.unique(covariates, axis=0, return_inverse=True)
    return rows, which.ravel().astype(np.int64)


def _map_to_base(row: Array) -> Array:
    """How log r, alpha, s, beta of customers with these covariates follow from all parameters: shape (4, 4 + 2p)."""
    p = len(row)
    found = np.zeros((BASE, BASE + 2 * p))
    found[:, :BASE] = np.eye(BASE)
    found[1, BASE : BASE + p] = -row
    found[3, BASE + p :] = -row
    return found
