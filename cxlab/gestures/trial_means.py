"""What a trial says: the raw difference of means, and the one that takes out what was known before the draw."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from cxlab.gestures.errors import GestureError
from cxlab.gestures.means import Array, Codes, TwoMeans, fewest_clusters

LEAST_IN_ARM = 2
ROWS_A_COVARIATE = 10
"""The adjustment takes at most one covariate for so many rows of the smaller arm."""


def difference_in_means(outcome: Array, treated: NDArray[np.bool_], clusters: Codes) -> TwoMeans:
    """Take the mean of each arm as it stands.

    Parameters
    ----------
    outcome, treated, clusters : shape (n,).

    Raises
    ------
    GestureError : fewer than two rows in an arm.

    References
    ----------
    Imbens and Rubin (2015), Causal Inference, chapter 6 (Neyman's estimator); rows of one customer are summed first
    for the error.
    """
    means, influences = [], []
    for arm in (treated, ~treated):
        n_arm = _enough(arm)
        mean = float(outcome[arm].mean())
        spread = _small_sample(clusters[arm], 1)
        means.append(mean)
        influences.append(np.where(arm, (outcome - mean) * spread * len(outcome) / n_arm, 0.0))
    return _two(means, influences, clusters, treated)


def adjusted_means(outcome: Array, treated: NDArray[np.bool_], covariates: Array, clusters: Codes) -> TwoMeans:
    """Take out of each arm's mean what the covariates foretell: a regression in each arm, read at the common mean.

    The draw makes the covariates alike but for chance; what chance left of them is taken out, and the error shrinks by
    as much as they foretell. Without covariates, or with more than one for ten rows of the smaller arm, it is the raw
    difference.

    Parameters
    ----------
    covariates : shape (n, p), known before the draw.

    References
    ----------
    Lin (2013), Agnostic notes on regression adjustments to experimental data, Annals of Applied Statistics 7(1).
    Deng et al. (2013), Improving the sensitivity of online controlled experiments (CUPED), for p = 1.
    """
    varies = covariates.std(axis=0) > 0 if covariates.size else np.zeros(covariates.shape[1], dtype=bool)
    x = covariates[:, varies]
    p = x.shape[1]
    if p == 0 or p > min(treated.sum(), (~treated).sum()) / ROWS_A_COVARIATE:
        return difference_in_means(outcome, treated, clusters)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    means, influences = [], []
    for arm in (treated, ~treated):
        n_arm = _enough(arm)
        mean, centre = float(outcome[arm].mean()), x[arm].mean(axis=0)
        centred = np.where(
            x[arm].std(axis=0) > 1e-9, x[arm] - centre, 0.0
        )  # what is the same in an arm tells nothing there
        slopes, _, rank, _ = np.linalg.lstsq(centred, outcome[arm] - mean, rcond=None)
        spread = _small_sample(clusters[arm], int(rank) + 1)
        residual = outcome - mean - (x - centre) @ slopes
        # How much a row moves the mean at the common centre, 0: not all alike where arms' shares differ by stratum.
        pull = 1 / n_arm - (x - centre) @ np.linalg.lstsq(centred.T @ centred, centre, rcond=None)[0]
        means.append(mean - float(centre @ slopes))
        influences.append(np.where(arm, residual * spread * len(outcome) * pull, 0.0) + x @ slopes)
    return _two(means, influences, clusters, treated)


def sample_ratio_mismatch(counts: Array, shares: Array) -> float:
    """Tell how often chance alone makes arms so unlike the shares that were meant: Pearson's chi-squared p value.

    Parameters
    ----------
    counts, shares : shape (arms,); shares need not add up to 1.

    Examples
    --------
    >>> round(sample_ratio_mismatch(np.array([821_588.0, 815_482.0]), np.array([1.0, 1.0])), 7)
    1.8e-06

    References
    ----------
    Fabijan et al. (2019), Diagnosing sample ratio mismatch in online controlled experiments, whose example this is.
    """
    expected = counts.sum() * shares / shares.sum()
    return float(chi2.sf(((counts - expected) ** 2 / expected).sum(), len(counts) - 1))


def _small_sample(clusters: Codes, fitted: int) -> float:
    """Return by how much errors are widened for what was fitted to the customers of an arm."""
    customers = len(np.unique(clusters))
    return float(np.sqrt(customers / max(customers - fitted, 1)))


def _enough(arm: NDArray[np.bool_]) -> int:
    n_arm = int(arm.sum())
    if n_arm < LEAST_IN_ARM:
        raise GestureError(
            f"an arm has {n_arm} of the {LEAST_IN_ARM} rows that a mean with an interval needs: does the file list the "
            "control arm too?"
        )
    return n_arm


def _two(means: list[float], influences: list[Array], clusters: Codes, treated: NDArray[np.bool_]) -> TwoMeans:
    return TwoMeans(
        means[0], means[1], influences[0], influences[1], clusters, int(treated.sum()), int((~treated).sum()),
        max(fewest_clusters(clusters, treated) - 1, 1),
    )  # fmt: skip
