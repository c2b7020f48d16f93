"""The likelihood of a purchase model with covariates that shift how often customers buy and how they leave."""

import numpy as np

from cxlab.different import different_rows
from cxlab.purchases.family import N_BASE, Family
from cxlab.purchases.histories import Array, Counts, Histories
from cxlab.purchases.pareto_nbd import PARETO_NBD


class CovariateLikelihood:
    """Log-likelihood of the logarithms of the base parameters and of g1, g2, ..., the logarithms of ratios.

    Parameters
    ----------
    histories : n customers.
    covariates : shape (n, p), known of each before the first repeat purchase; p may be 0.
    base : the model without covariates; it says which of its q parameters they shift.
    counts : shape (n,), customers that have each history; None: each is one.

    Notes
    -----
    With Pareto/NBD a customer with covariates z has alpha exp(-z'g1) in place of alpha and beta exp(-z'g2) in place of
    beta: exp(g1) multiplies the purchase rate, exp(g2) the rate of leaving. With BG/NBD and MBG/NBD it is
    alpha exp(-z'g1), a exp(z'g2) and b exp(z'g3). So customers with the same covariates follow a model of their own,
    whose logarithms are a linear map of the parameters. Gradient and Hessian are those of these models, carried back
    through the map.

    References
    ----------
    Fader and Hardie (2007), Incorporating Time-Invariant Covariates into the Pareto/NBD and BG/NBD Models,
    brucehardie.com/notes/019.
    """

    def __init__(
        self, histories: Histories, covariates: Array, base: Family = PARETO_NBD, counts: Counts | None = None
    ) -> None:
        rows, which = different_rows(covariates)
        self._groups = []
        for i, row in enumerate(rows):
            mine = which == i
            own = histories.take(mine)
            weighted = own.different() if counts is None else (own, counts[mine])
            self._groups.append((map_to_base(row, base), base.likelihood(*weighted)))

    def __call__(self, log_parameters: Array) -> tuple[float, Array, Array]:
        """Return the log-likelihood, its gradient (4 + qp,) and its Hessian (4 + qp, 4 + qp)."""
        k = len(log_parameters)
        value, gradient, hessian = 0.0, np.zeros(k), np.zeros((k, k))
        for slope, likelihood in self._groups:
            own, by_base, bent = likelihood(slope @ log_parameters)
            value += own
            gradient += slope.T @ by_base
            hessian += slope.T @ bent @ slope
        return value, gradient, hessian

    def scores(self, log_parameters: Array) -> tuple[Array, Array]:
        """Return what one customer of each kind adds to the gradient, (m, 4 + qp), and how many there are, (m,)."""
        found = [(likelihood.scores(slope @ log_parameters), slope) for slope, likelihood in self._groups]
        each = np.concatenate([scores @ slope for (scores, _), slope in found])
        return each, np.concatenate([counts for (_, counts), _ in found])


def map_to_base(row: Array, base: Family) -> Array:
    """How the logarithms of a kind's own base parameters follow from those of all parameters: shape (4, 4 + qp)."""
    p = len(row)
    found = np.zeros((N_BASE, N_BASE + len(base.shifts) * p))
    found[:, :N_BASE] = np.eye(N_BASE)
    for k, (_, place, sign) in enumerate(base.shifts):
        found[place, N_BASE + k * p : N_BASE + (k + 1) * p] = sign * row
    return found
