"""A count model as a check on a trial: the ratio of the arms' rates."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from cxlab.estimate import Estimate
from cxlab.gestures.basis import standard_columns
from cxlab.gestures.means import LARGEST_LOG_RATIO, Array, Codes, fewest_clusters
from cxlab.gestures.ridge import fit_ridge
from cxlab.gestures.trial_means import ROWS_A_COVARIATE

LEVEL = 0.95
_UNIT = "percent of the outcome without it"


def rate_ratio(outcome: Array, treated: NDArray[np.bool_], covariates: Array, clusters: Codes) -> Estimate:
    """Estimate by how many percent the outcome is larger in the arm: Poisson regression with robust errors.

    The draw makes the arm's coefficient the log of the ratio of means whatever the distribution and whatever shape the
    covariates have; the robust (sandwich) errors, clustered by customer, need no Poisson variance either. For outcomes
    of 0 and 1 it is the risk ratio (Zou 2004).

    Parameters
    ----------
    outcome, treated, clusters : shape (n,). covariates : shape (n, p), known before the draw; left out where there is
        more than one for ten rows of the smaller arm.

    Returns
    -------
    100 x (ratio - 1); no value where an outcome is negative, an arm has none, or the interval says nothing.

    References
    ----------
    Rosenblum and van der Laan (2010), Simple, efficient estimators of treatment effects in randomized trials using
    generalized linear models to leverage baseline variables, International Journal of Biostatistics 6(1).
    """
    if (outcome < 0).any() or min(outcome[treated].sum(), outcome[~treated].sum()) <= 0:
        return Estimate()
    columns = standard_columns(covariates)
    if len(columns) > min(treated.sum(), (~treated).sum()) / ROWS_A_COVARIATE:
        columns = []
    y = outcome / outcome.mean()
    x = np.column_stack([treated.astype(np.float64), *columns])
    found = fit_ridge("log", y, x, 0.0)
    design = np.column_stack([np.ones(len(y)), x])
    mean = np.exp(design @ found)
    bread = np.linalg.pinv((design * mean[:, None]).T @ design)
    scores = np.column_stack([np.bincount(clusters, weights=column) for column in (design * (y - mean)[:, None]).T])
    customers = int(np.count_nonzero(np.bincount(clusters)))
    spread = customers / max(customers - design.shape[1], 1)
    error = math.sqrt(max((bread @ (scores.T @ scores) @ bread)[1, 1] * spread, 0.0))
    reach = float(student.ppf(0.5 + LEVEL / 2, max(fewest_clusters(clusters, treated) - 1, 1))) * error
    if not abs(found[1]) + reach < LARGEST_LOG_RATIO:
        return Estimate()
    value, low, high = (100 * math.expm1(found[1] + side * reach) for side in (0, -1, 1))
    return Estimate(value, low, high, LEVEL, len(y), _UNIT)
