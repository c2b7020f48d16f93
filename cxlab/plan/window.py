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
        """Whether there is a spread and a mean to reckon with."""
        return self.n >= 2 and self.moments.mean > 0 and self.moments.left > 0

    @property
    def reach(self) -> float:
        """By what factor `left / mean ** 2` may be off: the 95% interval's ends are one by it and as many times it."""
        return math.exp(float(norm.isf(0.025)) * self.relative_error)


def measure(
    days: int | None, outcome: NDArray[np.float64], before: pd.DataFrame | None = None, *, counts: bool = True
) -> Window:
    """Measure the outcome's mean and variance, and what is left of the variance after a regression on the time before.

    Parameters
    ----------
    outcome : shape (n,).
    before : shape (n, p), known before; texts are taken as groups. None: nothing was.

    References
    ----------
    Deng et al. (2013), Improving the sensitivity of online controlled experiments by utilizing pre-experiment data.
    """
    n = len(outcome)
    if n < 2:
        return Window(days, n, Moments(0.0, 0.0, 0.0, counts), 0.0)
    mean, variance = float(outcome.mean()), float(outcome.var(ddof=1))
    residual, rank = residuals(outcome, before)
    left = min(float(residual @ residual) / max(n - rank, 1), variance)
    error = 0.0
    if mean > 0 and left > 0:
        influence = residual**2 / left - 2 * outcome / mean
        error = float(influence.std() / math.sqrt(n))
    return Window(days, n, Moments(mean, variance, left, counts), error)


def residuals(outcome: NDArray[np.float64], before: pd.DataFrame | None) -> tuple[NDArray[np.float64], int]:
    """Return what a regression on the time before leaves of the outcome, shape (n,), and how much it fitted."""
    n = len(outcome)
    known = np.ones((n, 1)) if before is None else _columns(before, n)
    slopes, _, rank, _ = np.linalg.lstsq(known, outcome, rcond=None)
    return outcome - known @ slopes, int(rank)


def _columns(before: pd.DataFrame, n: int) -> NDArray[np.float64]:
    numbers = pd.get_dummies(before, drop_first=True, dtype=float).to_numpy(np.float64)
    scale = numbers.std(axis=0)
    varies = scale > 0
    return np.column_stack([np.ones(n), (numbers[:, varies] - numbers[:, varies].mean(axis=0)) / scale[varies]])
