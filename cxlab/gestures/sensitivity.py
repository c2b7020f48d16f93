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
    seen_choice, seen_outcome : the shares that all of what is recorded explains, for comparison.
    e_value : the risk ratio that something unseen would need with both; NaN where there is no ratio.
    """

    robustness_value: float
    robustness_value_low: float
    seen_choice: float
    seen_outcome: float
    e_value: float

    @property
    def is_within_reach(self) -> bool:
        """Whether something unseen, as strong as all that is recorded, would be enough to explain the effect away."""
        needed = self.robustness_value**2 / max(1 - self.robustness_value, 1e-9)
        return self.seen_outcome * self.seen_choice / max(1 - self.seen_choice, 1e-9) >= needed


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
    size: float, nearer: float, ratio: float, outcome: Array, treated: NDArray[np.bool_], matrix: Array
) -> Sensitivity:
    """Work out the sensitivity of an effect, with all that is recorded as the yardstick.

    Parameters
    ----------
    size : of the effect, its sign left out; nearer : of the end of its interval that lies nearer to zero, 0 where it
        holds zero.
    ratio : outcome with the gesture over without it.
    outcome, treated : shape (n,). matrix : covariates, shape (n, p).

    Notes
    -----
    Both the effect and the yardstick are put on the scale of a least-squares fit: the effect is turned into the partial
    correlation that it would have there.
    """
    gets = treated.astype(np.float64)
    left_of_choice = _residual(gets, matrix)
    left_of_outcome = _residual(outcome, np.column_stack([matrix, gets]))
    unseen = _residual(outcome, gets[:, None])
    scale = float(left_of_choice.std() / left_of_outcome.std()) if left_of_outcome.std() > 0 else 0.0
    return Sensitivity(
        robustness_value(size * scale, 1),
        robustness_value(nearer * scale, 1),
        1 - float(left_of_choice.var() / gets.var()),
        1 - float(left_of_outcome.var() / unseen.var()) if unseen.var() > 0 else 0.0,
        e_value(ratio),
    )


def _residual(target: Array, columns: Array) -> Array:
    """Take out of a target what least squares on some columns and a constant foretells."""
    spread = columns.std(axis=0)
    design = np.column_stack([np.ones(len(target)), columns[:, spread > 0] / spread[spread > 0]])
    coefficients, *_ = np.linalg.lstsq(design, target, rcond=None)
    return np.asarray(target - design @ coefficients)
