"""Whether there is any structure at all, or customers without groups would fall into clusters just as well."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.clusters.choice import largest_k
from cxlab.clusters.features import Features
from cxlab.clusters.kmeans import k_means, one_thread, sample_rows, simplified_silhouette
from cxlab.clusters.reference import fit_reference
from cxlab.estimate import Estimate, Findings
from cxlab.words import count, number, number_between

Array = NDArray[np.float64]
ERROR_RATE = 0.05  # how often customers without groups may be called grouped
LEAST_EXCESS = 0.03  # sharper than that must groups be to count: shops without groups reach about as much by odd shapes
MOST_TESTED = 2_500  # customers looked at; more are sampled
STARTS_EACH = 3  # for the data and for every reference alike


@dataclass(frozen=True)
class Structure:
    """How much sharper the customers fall into clusters than customers without groups would.

    Attributes
    ----------
    tried : numbers of clusters, shape (m,).
    sharpness : simplified silhouette of the data, shape (m,).
    expected : its mean without groups, shape (m,).
    low, high : band that customers without groups leave, at any number of clusters, with probability .05: shape (m,).
    k : the number of clusters at which the data stand out most.
    excess : sharpness less expected at `k`; the interval is the distance from the two ends of the band.
    p_value : share of references (the data counted in) that stand out at least as much at their own best number.
    n, n_tested, n_references : customers, how many were looked at, how many references were drawn.
    """

    tried: NDArray[np.int64]
    sharpness: Array
    expected: Array
    low: Array
    high: Array
    k: int
    excess: Estimate
    p_value: float
    n: int
    n_tested: int
    n_references: int

    @property
    def found(self) -> bool:
        """Whether there is structure: rarer than `ERROR_RATE` without groups, and sharper by `LEAST_EXCESS` or more."""
        return self.p_value <= ERROR_RATE and self.excess.number >= LEAST_EXCESS

    @property
    def table(self) -> pd.DataFrame:
        """One row a number of clusters: sharpness of the data and of customers without groups."""
        return pd.DataFrame(
            {
                "clusters": self.tried,
                "sharpness": self.sharpness,
                "expected_without_groups": self.expected,
                "low": self.low,
                "high": self.high,
                "excess": self.sharpness - self.expected,
                "stands_out_most": self.tried == self.k,
                "p_value": self.p_value,
            }
        )

    @property
    def heading(self) -> str:
        """The finding as a title."""
        if self.found:
            return "The customers fall into groups more sharply than chance explains"
        return "Customers without any groups would divide just as well"

    @property
    def reading(self) -> str:
        """The excess with its interval, n and number of references, and what follows."""
        low, high = self.excess.low or 0.0, self.excess.high or 0.0
        text = (
            f"At {count(self.k, 'cluster')}, where they stand out most, the {number(self.n_tested)} customers divide "
            f"{number(abs(self.excess.number), 3)} {'more' if self.excess.number >= 0 else 'less'} sharply "
            f"({number_between(low, high, 3)}; scale 0 to 1) than {number(self.n_references)} draws of like customers "
            "without groups. "
        )
        if self.found:
            return text + "So there is structure beyond the split into one-time and repeat buyers."
        why = (
            "no more than such draws reach"
            if self.p_value > ERROR_RATE
            else "too little to tell groups from odd shapes"
        )
        return (
            text + f"That is {why}: the clusters below are a convenient partition, not groups that exist by themselves."
        )

    @property
    def findings(self) -> Findings:
        """`structure`, with the verdict yes or no."""
        verdict = "yes" if self.found else "no"
        e = self.excess
        return {"structure": Estimate(e.value, e.low, e.high, e.level, e.n, e.unit, verdict)}


def structure_test(features: Features, *, k_max: int, seed: int, n_references: int = 99) -> Structure:
    """Test whether the customers are more than one smooth cloud.

    For 2 to `k_max` clusters, the simplified silhouette of the data is compared with that of customers drawn from a
    Gaussian copula with the same margins and correlations, one-time buyers kept (`cxlab.clusters.reference`). The data
    stand out by their largest standardised excess over all numbers of clusters, and so does each reference by its own:
    choosing the number is paid for.

    Parameters
    ----------
    features : the customers on a common scale.
    k_max : the largest number of clusters tried.
    seed : for the starts, the references and, beyond 2,500 customers, the sample.
    n_references : draws without groups; 19 is the least with which an error rate of 5 % can be kept.

    Notes
    -----
    The error rate holds for nulls of this kind. Other shapes without groups may stand out a little, so structure is
    only said when the excess is 0.03 or more as well.
    """
    rows = sample_rows(features.n, MOST_TESTED, seed)
    matrix = features.matrix[rows]
    tried = np.arange(2, largest_k(matrix, k_max) + 1)
    with one_thread():
        without = fit_reference(features, rows, seed)
        curves = [_sharpness(matrix, tried, seed)] + [
            _sharpness(without.draw(np.random.default_rng([seed, draw])), tried, seed) for draw in range(n_references)
        ]
    pooled = np.array(curves)
    expected, spread = pooled.mean(0), pooled.std(0)
    standardised = (pooled - expected) / np.where(spread > 0, spread, 1.0)
    stands_out = standardised.max(1)
    p_value = float((stands_out >= stands_out[0]).mean())
    # So many standard deviations are exceeded without groups, at some number of clusters, with the error rate.
    reach = float(np.sort(stands_out[1:])[-max(1, int(ERROR_RATE * (n_references + 1)))])
    low, high = expected - reach * spread, expected + reach * spread
    data, at = pooled[0], int(standardised[0].argmax())
    excess = Estimate(
        float(data[at] - expected[at]),
        float(data[at] - high[at]),
        float(data[at] - low[at]),
        n=len(matrix),
        unit="simplified silhouette above that of customers without groups",
    )
    return Structure(
        tried, data, expected, low, high, int(tried[at]), excess, p_value, features.n, len(matrix), n_references
    )


def _sharpness(matrix: Array, tried: NDArray[np.int64], seed: int) -> Array:
    models = [k_means(matrix, int(k), starts=STARTS_EACH, seed=seed) for k in tried]
    return np.array([simplified_silhouette(matrix, model.cluster_centers_) for model in models])
