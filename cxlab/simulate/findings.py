"""A truth as a finding: rounded, with its Monte Carlo error where it is an average of made-up futures."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Finding = Mapping[str, Any]
_DIGITS = 6


def finding(value: float, n: int, unit: str, error: float | None = None) -> Finding:
    """Make a finding of a truth.

    Parameters
    ----------
    n : customers or occasions it is about.
    error : Monte Carlo standard error, for averages of made-up futures.
    """
    found: dict[str, Any] = {"estimate": _rounded(value), "n": int(n), "unit": unit}
    if error is not None:
        found["monte_carlo_error"] = float(f"{error:.2g}")
    return found


def mean_and_error(repeated: NDArray[np.float64]) -> tuple[float, float]:
    """Mean over customers of what repetitions gave, and its Monte Carlo standard error.

    Parameters
    ----------
    repeated : shape (repeats, n), at least two repeats; the customers are given, only the repetitions vary.
    """
    repeats, n = repeated.shape
    error = np.sqrt(repeated.var(axis=0, ddof=1).sum() / repeats) / n
    return float(repeated.mean()), float(error)


def _rounded(value: float) -> float:
    """Round to six significant digits; what lies below a billionth is nothing."""
    return 0.0 if abs(value) < 1e-9 else float(f"{value:.{_DIGITS}g}")
