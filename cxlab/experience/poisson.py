"""A Poisson regression with a log link, its errors robust to purchases that vary more and to customers seen twice."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxlab.errors import NotEnoughDataError
from cxlab.language import tr

Array = NDArray[np.float64]
_STEPS, _HALVINGS = 50, 30
_CLOSE = 1e-11
_MOST_LEVERAGE, _LEAST_DEGREES = 0.9, 2.0
_FARTHEST = 30.0
"""Logarithm of the largest rate."""


@dataclass(frozen=True, eq=False)
class PoissonFit:
    """A regression.

    Attributes
    ----------
    slopes : shape (k,), on the logarithm of the rate, the constant first.
    influence : shape (customers, k), what the slopes would move by without each customer, about.
    deviance, null_deviance : of the model, and of the mean alone.
    """

    slopes: Array
    influence: Array
    deviance: float
    null_deviance: float

    @property
    def covariance(self) -> Array:
        """Covariance of the slopes, shape (k, k), customers being independent of each other (a sandwich)."""
        return np.asarray(self.influence.T @ self.influence)


def fit_poisson(columns: Array, purchases: Array, customers: NDArray[np.int64]) -> PoissonFit:
    """Fit purchases on columns, with a constant.

    Parameters
    ----------
    columns : shape (n, k - 1). purchases : shape (n,), 0 or more. customers : shape (n,), numbers from 0.

    Raises
    ------
    NotEnoughDataError : nothing was bought, or the columns tell purchases from none so well that no slope is finite.

    References
    ----------
    Liang and Zeger (1986), Longitudinal data analysis using generalized linear models, Biometrika 73(1).

    Examples
    --------
    Purchases that double with the column, exactly:

    >>> x = np.array([[0.0], [1.0], [0.0], [1.0]])
    >>> fit = fit_poisson(x, np.array([2.0, 4.0, 2.0, 4.0]), np.arange(4))
    >>> np.exp(fit.slopes).round(6).tolist(), abs(round(fit.deviance, 6))
    ([2.0, 2.0], 0.0)
    """
    n, bought = len(purchases), float(purchases.sum())
    design = np.concatenate([np.ones((n, 1)), columns], axis=1)
    if bought <= 0:
        raise NotEnoughDataError(tr("nothing was bought after these answers: bring a longer history of orders"))
    slopes = np.zeros(design.shape[1])
    slopes[0] = np.log(bought / n)
    rate, likelihood = np.full(n, bought / n), bought * float(slopes[0]) - bought
    for _ in range(_STEPS):
        weighted = design * rate[:, None]
        step = np.linalg.solve(weighted.T @ design + 1e-9 * np.eye(len(slopes)), design.T @ (purchases - rate))
        for _ in range(_HALVINGS):
            tried = slopes + step
            log_rate = np.clip(design @ tried, -_FARTHEST, _FARTHEST)
            rate = np.exp(log_rate)
            found = float(purchases @ log_rate - rate.sum())
            if found >= likelihood - 1e-9 * (1 + abs(likelihood)):
                break
            step = step / 2
        close = abs(found - likelihood) <= _CLOSE * (1 + abs(found))
        slopes, likelihood = tried, found
        if close:
            break
    if np.abs(slopes).max() > _FARTHEST / 2:
        raise NotEnoughDataError(
            tr("the answers are too few to tell how purchases go with the drivers: bring more `feedback`")
        )
    bread = np.linalg.inv((design * rate[:, None]).T @ design + 1e-9 * np.eye(len(slopes)))
    score = design * (purchases - rate)[:, None]
    units = int(customers.max()) + 1
    each = np.column_stack([np.bincount(customers, score[:, j], minlength=units) for j in range(len(slopes))])
    leverage = np.bincount(customers, ((design @ bread) * design).sum(axis=1) * rate, minlength=units)
    influence = (each @ bread) / (1 - np.minimum(leverage, _MOST_LEVERAGE))[:, None]
    return PoissonFit(slopes, np.asarray(influence, dtype=np.float64), *deviances(purchases, rate))


def error_of(influence: Array) -> tuple[float, float]:
    """Return the standard error of an estimate, and the degrees of freedom of Student's t that it has.

    Parameters
    ----------
    influence : shape (customers,), what each customer moves the estimate by.

    Notes
    -----
    Where few customers make most of the error, it is itself unsure: Satterthwaite's degrees of freedom of a sum of
    squares (Bell and McCaffrey 2002; Imbens and Kolesár 2016).

    Examples
    --------
    >>> error_of(np.array([1.0, -1.0, 1.0, -1.0]))
    (2.0, 4.0)
    """
    squares = influence**2
    whole, among = float(squares.sum()), float(squares @ squares)
    return float(np.sqrt(whole)), max(whole**2 / among, _LEAST_DEGREES) if among > 0 else _LEAST_DEGREES


def deviances(purchases: Array, rate: Array) -> tuple[float, float]:
    """Return the deviance of some rates, and that of the mean alone.

    Examples
    --------
    >>> deviances(np.array([1.0, 3.0]), np.array([1.0, 3.0]))[0]
    0.0
    """
    some = purchases > 0
    bought, total = purchases[some], float(purchases.sum())
    logs = float(bought @ np.log(bought))
    mean = total / len(purchases)
    of_rate = logs - float(bought @ np.log(rate[some])) - total + float(rate.sum())
    return 2 * of_rate, 2 * (logs - total * float(np.log(mean)))
