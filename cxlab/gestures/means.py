"""The mean outcome with a gesture and without, and how sure their difference and their ratio are."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from cxlab.estimate import Estimate

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
LARGEST_LOG_RATIO = math.log(100)  # an interval that reaches a hundredfold says nothing


@dataclass(frozen=True, eq=False)
class TwoMeans:
    """Two means of one outcome, each with what every row adds to it.

    Attributes
    ----------
    treated, control : mean outcome with the gesture and without it.
    influence_treated, influence_control : shape (n,), the rows' influence: their mean over the rows is 0, and the
        error of a mean is about their mean over the sample (Hampel 1974).
    clusters : shape (n,), number of the customer from 0: rows of one customer are not independent.
    n_treated, n_control : rows of each kind.
    df : degrees of freedom of Student's t: customers in the smaller group, less one, or fewer (`fewer_degrees`).
    """

    treated: float
    control: float
    influence_treated: Array
    influence_control: Array
    clusters: Codes
    n_treated: int
    n_control: int
    df: int

    @property
    def n(self) -> int:
        """Rows."""
        return self.n_treated + self.n_control

    @property
    def difference(self) -> float:
        """How much more with the gesture."""
        return self.treated - self.control

    @property
    def covariance(self) -> Array:
        """Covariance of the two means, shape (2, 2), clustered by customer."""
        both = np.column_stack([self.influence_treated, self.influence_control])
        n = len(both)
        sums = np.column_stack([np.bincount(self.clusters, weights=both[:, k]) for k in (0, 1)])
        return np.asarray(sums.T @ sums / n**2)

    def gathered(self) -> "TwoMeans":
        """Return the same with one row a customer instead of one an occasion: nothing that is said of it changes."""
        n, customers = len(self.clusters), int(self.clusters.max(initial=-1)) + 1
        treated, control = (
            np.asarray(np.bincount(self.clusters, weights=influence, minlength=customers) * (customers / n), np.float64)
            for influence in (self.influence_treated, self.influence_control)
        )
        own = np.arange(customers, dtype=np.int64)
        return replace(self, influence_treated=treated, influence_control=control, clusters=own)

    @property
    def standard_error(self) -> float:
        """Standard error of the difference."""
        contrast = np.array([1.0, -1.0])
        return float(np.sqrt(max(contrast @ self.covariance @ contrast, 0.0)))

    @property
    def p_value(self) -> float:
        """Two-sided p value of no difference; 1 where nothing varies."""
        if self.standard_error == 0:
            return 1.0
        return float(2 * student.sf(abs(self.difference) / self.standard_error, self.df))

    def reach(self, level: float) -> float:
        """Half the width of the interval of the difference."""
        return float(student.ppf(0.5 + level / 2, self.df)) * self.standard_error

    def estimate(self, unit: str, *, level: float = 0.95) -> Estimate:
        """Return the difference with its interval; none where nothing varies, for that is no certainty."""
        reach = self.reach(level)
        if reach == 0:
            return Estimate(self.difference, n=self.n, unit=unit)
        return Estimate(self.difference, self.difference - reach, self.difference + reach, level, self.n, unit)

    def percent(self, *, level: float = 0.95) -> Estimate:
        """Return 100 x (treated / control - 1), its interval even on the log scale; no value where a mean is <= 0."""
        if min(self.treated, self.control) <= 0 or self.standard_error == 0:
            return Estimate()
        gradient = np.array([1 / self.treated, -1 / self.control])
        error = float(np.sqrt(max(gradient @ self.covariance @ gradient, 0.0)))
        log_ratio, reach = math.log(self.treated / self.control), float(student.ppf(0.5 + level / 2, self.df)) * error
        if log_ratio + reach > LARGEST_LOG_RATIO:
            return Estimate()
        low, value, high = (100 * math.expm1(x) for x in (log_ratio - reach, log_ratio, log_ratio + reach))
        return Estimate(value, low, high, level, self.n, "percent of the outcome without it")

    def mean(self, which: str, unit: str, *, level: float = 0.95) -> Estimate:
        """Return one of the two means with its interval; `which` is treated or control."""
        value, k = (self.treated, 0) if which == "treated" else (self.control, 1)
        error = float(np.sqrt(self.covariance[k, k]))
        reach = float(student.ppf(0.5 + level / 2, self.df)) * error
        n = self.n_treated if which == "treated" else self.n_control
        if error == 0:
            return Estimate(value, n=n, unit=unit)
        return Estimate(value, value - reach, value + reach, level, n, unit)


def pooled(found: Sequence[TwoMeans]) -> TwoMeans:
    """Pool what the same estimate comes to by several deals of the customers into folds.

    Notes
    -----
    The means are averaged. The variance of their difference is that of one deal, on average, and that between the
    deals; the rows' influence, averaged as well, is stretched till it adds up to that.

    References
    ----------
    Chernozhukov et al. (2018), Double/debiased machine learning, The Econometrics Journal 21(1), definition 3.3.
    """
    first = found[0]
    if len(found) == 1:
        return first
    middle = replace(
        first,
        treated=float(np.mean([one.treated for one in found])),
        control=float(np.mean([one.control for one in found])),
        influence_treated=np.mean([one.influence_treated for one in found], axis=0),
        influence_control=np.mean([one.influence_control for one in found], axis=0),
        df=min(one.df for one in found),
    )
    if middle.standard_error == 0:
        return middle
    variance = np.mean([one.standard_error**2 for one in found]) + np.var([one.difference for one in found])
    stretch = float(np.sqrt(variance)) / middle.standard_error
    return replace(
        middle,
        influence_treated=stretch * middle.influence_treated,
        influence_control=stretch * middle.influence_control,
    )


def cluster_codes(names: NDArray[np.object_] | None, n: int) -> Codes:
    """Return the customers' numbers from 0, in the order of their names; without names every row is a customer."""
    if names is None:
        return np.arange(n, dtype=np.int64)
    return np.asarray(pd.factorize(names, sort=True)[0], dtype=np.int64)


def fewer_degrees(influence: Array, clusters: Codes, most: int) -> int:
    """Return in how many degrees of freedom the standard error of a weighted estimate is known, `most` at most.

    The more of it hangs on a few customers, the fewer: twice the square of the estimated variance over the variance of
    that estimate, as it is seen in what each customer adds to it.

    Parameters
    ----------
    influence : shape (n,), of the rows. clusters : shape (n,), their customers.

    Examples
    --------
    A hundred customers who weigh alike, and two among them who weigh nine times as much:

    >>> alike = np.tile([1.0, -1.0], 50)
    >>> fewer_degrees(alike, np.arange(100), 49), fewer_degrees(np.r_[9.0, -9.0, alike[2:]], np.arange(100), 49)
    (49, 10)

    References
    ----------
    Pan and Wall (2002), Small-sample adjustments in using the sandwich variance estimator in generalized estimating
    equations, Statistics in Medicine 21(10).
    """
    squares = np.bincount(clusters, weights=influence) ** 2
    total = float(squares.sum())
    unsure = float((squares**2).sum()) - total**2 / max(int(np.count_nonzero(squares)), 1)
    return min(most, max(int(2 * total**2 / unsure), 1)) if unsure > 0 else most


def fewest_clusters(clusters: Codes, treated: NDArray[np.bool_]) -> int:
    """Count the customers of the smaller group."""
    return min(int(np.count_nonzero(np.bincount(clusters[side]))) for side in (treated, ~treated))
