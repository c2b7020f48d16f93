"""The power of Yeo and Johnson, which brings a lopsided measure near to a bell curve; negative values are allowed."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

Array = NDArray[np.float64]
POWERS = (-2.0, 4.0)  # where the power is looked for
_NO_POWER = 1e-10  # powers nearer to 0 are taken for 0, the logarithm


def transform(values: Array, power: float) -> Array:
    """Return the values after the transform, shape (n,).

    References
    ----------
    Yeo and Johnson (2000), A new family of power transformations to improve normality or symmetry, Biometrika 87.

    Examples
    --------
    >>> transform(np.array([-1.0, 0.0, 3.0]), 1.0).tolist()
    [-1.0, 0.0, 3.0]
    """
    return _of_depth(np.log1p(np.abs(values)), values < 0, power)


def best_power(values: Array) -> float:
    """Return the power of largest likelihood under a normal curve, to four digits."""
    depth, negative = np.log1p(np.abs(values)), values < 0
    slope = float(np.where(negative, -depth, depth).mean())

    def misfit(power: float) -> float:
        spread = float(_of_depth(depth, negative, power).var())
        return 0.5 * float(np.log(max(spread, np.finfo(float).tiny))) - (power - 1.0) * slope

    best = minimize_scalar(misfit, bounds=POWERS, method="bounded")
    return round(float(best.x), 4)


def _of_depth(depth: Array, negative: NDArray[np.bool_], power: float) -> Array:
    """Transform values x given log(1 + |x|) and their sign."""
    changed = _risen(depth, power)
    if negative.any():
        changed[negative] = -_risen(depth[negative], 2.0 - power)
    return changed


def _risen(depth: Array, power: float) -> Array:
    """Return ((1 + x) ** power - 1) / power, in the limit log(1 + x) at 0, given log(1 + x)."""
    return np.asarray(depth.copy() if abs(power) < _NO_POWER else np.expm1(power * depth) / power, float)
