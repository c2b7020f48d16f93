"""A figure over replications with its Monte Carlo error, and the band that it must keep to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

Kind = Literal["share", "mean", "ratio"]
LEAST_FOR_SPREAD = 20  # replications: of fewer, a spread has no Monte Carlo error to go by
ERRORS_ALLOWED = 2  # Monte Carlo errors by which a figure may lie outside its band by chance


@dataclass(frozen=True)
class Figure:
    """What replications come to.

    Attributes
    ----------
    value : a share or a mean of all values; or how large standard errors are beside the spread of the estimates.
    error : Monte Carlo error of it, one standard error over replications.
    replications : on how many it rests.
    """

    value: float
    error: float
    replications: int


@dataclass(frozen=True)
class Band:
    """Where a figure must lie, both ends included; None leaves an end open."""

    low: float | None = None
    high: float | None = None

    def holds(self, figure: Figure) -> bool:
        """Say whether the figure agrees with the band within two Monte Carlo errors."""
        reach = ERRORS_ALLOWED * figure.error + 1e-12
        above = self.low is None or figure.value >= self.low - reach
        return above and (self.high is None or figure.value <= self.high + reach)


def figure_of(values: Sequence[Sequence[float]], kind: Kind) -> Figure | None:
    """Sum replications up; None where there is nothing to sum up, or too little for the error of a mean or a ratio.

    Parameters
    ----------
    values : of each replication, one or several, which may hang together.
    kind : `share` of ones among zeros and ones; `mean`; or `ratio`, of the standard errors told to the spread of the
        estimates, from errors of the estimates in standard errors.

    Notes
    -----
    The Monte Carlo error is that of a ratio of sums over replications, so that values of one replication need not be
    independent. For a share it is at least that of as many independent draws, two of each kind added (Agresti and
    Coull 1998): a share of all or none has an error too.
    """
    parts = [np.asarray(one, float) for one in values if len(one)]
    if not parts:
        return None
    together = np.concatenate(parts)
    if kind == "ratio":
        return _ratio(parts, together)
    if kind == "mean" and len(parts) == 1:
        return None
    value = float(together.mean())
    error = _error([float(one.sum() - len(one) * value) for one in parts], len(together))
    if kind == "share":
        middle = (together.sum() + 2) / (len(together) + 4)
        error = max(error, float(np.sqrt(middle * (1 - middle) / (len(together) + 4))))
    return Figure(value, error, len(parts))


def _ratio(parts: list[np.ndarray], together: np.ndarray) -> Figure | None:
    if len(parts) < LEAST_FOR_SPREAD or together.std() == 0:
        return None
    variance, mean = float(together.var(ddof=1)), float(together.mean())
    value = 1 / np.sqrt(variance)
    error = _error([float(((one - mean) ** 2 - variance).sum()) for one in parts], len(together))
    return Figure(float(value), float(value * error / (2 * variance)), len(parts))


def _error(sums: list[float], n: int) -> float:
    """Return the error of a mean of n values from the sums of their deviations, one a replication."""
    m = len(sums)
    return float(np.sqrt(np.square(sums).sum() * m / max(1, m - 1))) / n
