"""How strong something unseen would have to be to explain an effect away."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxlab.gestures.means import Array


@dataclass(frozen=True)
class Sensitivity:
    """How much it takes to bring the effect, or the end of its interval that lies nearer, to nothing.

    Attributes
    ----------
    robustness_value : share of what is left to explain that something unseen would have to explain, of the choice of
        gestures and of the outcome alike, for there to be no effect.
    robustness_value_low : the same for the interval to reach zero; 0 where it does already.
    strongest : the covariate that explains most of both, and the lesser of the shares of each that it explains.
    e_value : the risk ratio that something unseen would need with both; NaN where there is no ratio.
    """

    robustness_value: float
    robustness_value_low: float
    strongest: tuple[str, float]
    e_value: float


def robustness_value(t: float, df: int) -> float:
    """Return the robustness value of an estimate `t` standard errors from zero.

    Examples
    --------
    The farm of Darfur, t = 4.18 with 783 degrees of freedom: 13.9 percent.

    >>> round(robustness_value(4.18, 783), 3)
    0.139

    References
    ----------
    Cinelli and Hazlett (2020), Making sense of sensitivity, Journal of the Royal Statistical Society B 82(1).
    """
    f2 = t**2 / df
    return 0.5 * (math.sqrt(f2**2 + 4 * f2) - f2)


def e_value(ratio: float) -> float:
    """Return the E-value of a risk ratio.

    Examples
    --------
    >>> round(e_value(3.9), 2)
    7.26

    References
    ----------
    VanderWeele and Ding (2017), Sensitivity analysis in observational research, Annals of Internal Medicine 167(4),
    whose example this is.
    """
    if not ratio > 0:
        return math.nan
    above = ratio if ratio >= 1 else 1 / ratio
    return above + math.sqrt(above * (above - 1))


def find_sensitivity(
    difference: float, standard_error: float, ratio: float, outcome: Array, treated: NDArray[np.bool_],
    matrix: Array, names: tuple[str, ...],
) -> Sensitivity:  # fmt: skip
    """Work out the sensitivity of an effect, with the observed covariates as yardsticks.

    Parameters
    ----------
    difference, standard_error : of the effect.
    ratio : outcome with the gesture over without it.
    outcome, treated : shape (n,). matrix : covariates, shape (n, p).
    """
    df = max(len(outcome) - matrix.shape[1] - 2, 1)
    t = abs(difference) / standard_error if standard_error > 0 else 0.0
    return Sensitivity(
        robustness_value(t, df),
        robustness_value(max(t - 1.96, 0.0), df),
        _strongest(outcome, treated, matrix, names, df),
        e_value(ratio),
    )


def _strongest(
    outcome: Array, treated: NDArray[np.bool_], matrix: Array, names: tuple[str, ...], df: int
) -> tuple[str, float]:
    """Find the covariate whose partial R squared with the choice and with the outcome is largest in the lesser."""
    if not names:
        return "", 0.0
    ones = np.ones((len(outcome), 1))
    lesser = np.minimum(
        _partial(treated.astype(np.float64), np.hstack([ones, matrix]), df)[1:],
        _partial(outcome, np.hstack([ones, treated[:, None], matrix]), df)[2:],
    )
    k = int(lesser.argmax())
    return names[k], float(lesser[k])


def _partial(target: Array, design: Array, df: int) -> Array:
    """Partial R squared of each column of a least-squares fit."""
    scale = np.where(design.std(axis=0) > 0, design.std(axis=0), 1.0)
    design = design / scale
    inverse = np.linalg.pinv(design.T @ design)
    coefficients = inverse @ (design.T @ target)
    residual = target - design @ coefficients
    error2 = (residual @ residual) / df * np.diag(inverse)
    t2 = np.where(error2 > 0, coefficients**2 / np.where(error2 > 0, error2, 1.0), 0.0)
    return np.asarray(t2 / (t2 + df))
