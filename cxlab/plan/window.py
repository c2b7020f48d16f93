"""How much customers differ in a window of their own history, and how much of it the time before foretells."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from cxlab.plan.sample_size import Moments

LEAST = 20
"""Customers below whom nothing is reckoned."""


@dataclass(frozen=True)
class Window:
    """Purchases of customers in a window of history, one row a customer.

    Attributes
    ----------
    days : length of the window; None where outcomes came ready-made.
    n : customers.
    moments : of their outcome.
    relative_error : standard error of the logarithm of `moments.left / moments.mean ** 2`, to which the customers
        that a trial takes are proportional.
    """

    days: int | None
    n: int
    moments: Moments
    relative_error: float

    @property
    def is_known(self) -> bool:
        """Whether there are customers enough, and a spread and a mean to reckon with."""
        return self.n >= LEAST and self.moments.mean > 0 and self.moments.left > 0

    @property
    def reach(self) -> float:
        """By what factor `left / mean ** 2` may be off: the 95% interval's ends are one by it and as many times it."""
        return math.exp(float(norm.isf(0.025)) * self.relative_error)


def measure(
    days: int | None, outcome: NDArray[np.float64], before: pd.DataFrame | None = None, *, counts: bool = True
) -> Window:
    """Measure the outcome's mean and variance, and what a regression on the time before leaves of the variance.

    Each customer is foretold from all the others, so that what is fitted to chance foretells nothing.

    Parameters
    ----------
    outcome : shape (n,).
    before : shape (n, p), known before; texts are taken as groups. None: nothing was.

    References
    ----------
    Deng et al. (2013), Improving the sensitivity of online controlled experiments by utilizing pre-experiment data.
    Allen (1974), The relationship between variable selection and data augmentation and a method for prediction (PRESS).
    """
    n = len(outcome)
    if n < 2:
        return Window(days, n, Moments(0.0, 0.0, 0.0, counts), 0.0)
    mean, variance = float(outcome.mean()), float(outcome.var(ddof=1))
    residual = foretold_without(outcome, before)
    plain = foretold_without(outcome, None)
    left = variance * min(float(residual @ residual) / float(plain @ plain), 1.0) if variance > 0 else 0.0
    error = 0.0
    if mean > 0 and left > 0:
        influence = residual**2 / left - 2 * outcome / mean
        error = float(influence.std() / math.sqrt(n))
    return Window(days, n, Moments(mean, variance, left, counts), error)


def residuals(outcome: NDArray[np.float64], before: pd.DataFrame | None) -> tuple[NDArray[np.float64], int]:
    """Return what a regression on the time before leaves of the outcome, shape (n,), and how much it fitted."""
    base = _base(before, len(outcome))
    return outcome - base @ (base.T @ outcome), base.shape[1]


def foretold_without(outcome: NDArray[np.float64], before: pd.DataFrame | None) -> NDArray[np.float64]:
    """Return by how much the regression misses each customer when it is fitted to the others, shape (n,).

    Where nobody else is like a customer, the mean of the others foretells the outcome.

    Examples
    --------
    >>> foretold_without(np.array([1.0, 2.0, 6.0]), None).round(9).tolist()
    [-3.0, -1.5, 4.5]
    """
    base, n = _base(before, len(outcome)), len(outcome)
    pull = (base**2).sum(axis=1)
    alone = pull > 1 - 1e-9
    missed = (outcome - base @ (base.T @ outcome)) / np.where(alone, 1.0, 1 - pull)
    return np.where(alone, (outcome - outcome.mean()) * n / max(n - 1, 1), missed)


def _base(before: pd.DataFrame | None, n: int) -> NDArray[np.float64]:
    """Return an orthonormal base of what a regression on the time before can fit, shape (n, rank)."""
    known = np.ones((n, 1)) if before is None else _columns(before, n)
    left, sizes, _ = np.linalg.svd(known, full_matrices=False)
    return np.asarray(left[:, sizes > sizes[0] * max(known.shape) * np.finfo(np.float64).eps])


def _columns(before: pd.DataFrame, n: int) -> NDArray[np.float64]:
    numbers = pd.get_dummies(before, drop_first=True, dtype=float).to_numpy(np.float64)
    scale = numbers.std(axis=0)
    varies = scale > 0
    return np.column_stack([np.ones(n), (numbers[:, varies] - numbers[:, varies].mean(axis=0)) / scale[varies]])
