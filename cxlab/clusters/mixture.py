"""Mixtures of bell curves: the fit, and the number of them by the Bayesian information criterion."""

import numpy as np
from numpy.typing import NDArray
from sklearn.mixture import GaussianMixture

from cxlab.clusters.criterion import Criterion
from cxlab.clusters.kmeans import draw_part, one_thread, sample_rows
from cxlab.language import tr

Array = NDArray[np.float64]
MOST_FITTED = 10_000  # customers to whom curves are fitted; beyond that to a sample of so many
FITS_EACH = 3  # starts of each fit
MANY, PART = 10_000, 2_500  # of so many rows or more each start is fitted to a part
MOST_STEPS = 300  # of expectation maximisation, from each start
LEAST_VARIANCE = 1e-3  # added to each variance on the common scale, so that no curve shrinks to a point


def fit_mixture(matrix: Array, k: int, *, seed: int, starts: int = FITS_EACH) -> GaussianMixture:
    """Fit k bell curves of any shape by expectation maximisation and keep the likeliest of several starts.

    Of 10,000 rows or more each start is fitted to 2,500, drawn by lot for it; the one under which all rows are
    likeliest is then fitted to all.

    Parameters
    ----------
    matrix : shape (n, d); tied values are best spread first (`spread_ties`).
    k : number of curves, at most the number of different rows.
    seed, starts : how many starts, and what makes them repeatable.
    """
    if len(matrix) < MANY:
        return _begun(k, seed).set_params(n_init=starts).fit(matrix)
    found = [_begun(k, seed + start).fit(draw_part(matrix, PART, seed, start)) for start in range(starts)]
    best = max(found, key=lambda model: float(model.score(matrix)))
    best.lower_bound_ = -np.inf  # that of its part says nothing of all
    return best.set_params(warm_start=True).fit(matrix)


def _begun(k: int, seed: int) -> GaussianMixture:
    return GaussianMixture(k, max_iter=MOST_STEPS, reg_covar=LEAST_VARIANCE, random_state=seed)


def spread_ties(matrix: Array, seed: int) -> Array:
    """Spread values evenly over the step to their neighbours, so that a count is no needle to a bell curve.

    Each value moves by chance at most half-way to the next different one below and above. Measured values, which have
    near neighbours, hardly move; whole numbers fill the space between them.

    References
    ----------
    Theis, van den Oord and Bethge (2016), A note on the evaluation of generative models (dequantisation).
    """
    rng = np.random.default_rng(seed)
    return np.column_stack([_spread(column, rng.random(len(column))) for column in matrix.T])


def _spread(column: Array, share: Array) -> Array:
    values, place = np.unique(column, return_inverse=True)
    if len(values) == 1:
        return column
    half = np.diff(values) / 2
    below, above = np.concatenate([half[:1], half]), np.concatenate([half, half[-1:]])
    return np.asarray(column - below[place] + share * (below + above)[place])


def mixture_bic(matrix: Array, *, k_max: int, seed: int) -> Criterion:
    """Weigh 1 to k_max bell curves by their Bayesian information criterion; the lowest is taken.

    The error of each figure is that of its difference from the lowest one, over customers (Vuong 1989). Customers who
    lie in no bell curve but in a lopsided heap take several curves, so that BIC tends to more groups than there are.

    Parameters
    ----------
    matrix : shape (n, d).
    k_max : the largest number tried.
    seed : for the starts, the spreading of ties and, beyond 10,000 customers, the sample.

    References
    ----------
    Fraley and Raftery (2002), Model-based clustering, discriminant analysis, and density estimation, JASA 97.
    """
    rows = sample_rows(len(matrix), MOST_FITTED, seed)
    smooth = spread_ties(matrix[rows], seed)
    tried = np.arange(1, k_max + 1)
    with one_thread():
        models = [fit_mixture(smooth, int(k), seed=seed) for k in tried]
        likely = np.array([model.score_samples(smooth) for model in models])
        bic = np.array([float(model.bic(smooth)) for model in models])
    best = int(bic.argmin())
    error = 2 * (likely - likely[best]).std(1) * np.sqrt(len(rows))
    reach = 1.96 * error
    return Criterion(
        "bic", tr("BIC of bell curves"), tried, bic, error, bic - reach, bic + reach, int(tried[best]),
        tr("the lowest"), len(rows),
    )  # fmt: skip
