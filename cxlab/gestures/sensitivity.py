"""How strong something unseen would have to be to explain an effect away."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxlab.estimate import Estimate
from cxlab.gestures.means import Array

_SURE = 1 - 1e-9


@dataclass(frozen=True)
class Yardstick:
    """Something unseen that is as strong as a named part of what is recorded, given the rest of it.

    Attributes
    ----------
    name : of the covariate.
    choice, outcome : shares of what is left open of the choice, and of the outcome, that it would explain.
    bias : by how much at most it would move the effect, in its unit.
    """

    name: str
    choice: float
    outcome: float
    bias: float


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
    e_value_low : the same for the interval to reach one; 1 where it does already.
    strongest : the covariate whose like would move the effect most; None where there is none.
    left : effect that would be left if something unseen were as strong as that, its sign taken off.
    """

    robustness_value: float
    robustness_value_low: float
    seen_choice: float
    seen_outcome: float
    e_value: float
    e_value_low: float
    strongest: Yardstick | None
    left: float

    @property
    def findings(self) -> dict[str, Estimate]:
        """Its numbers by the start of their keys in `results.json`."""
        share, ratio = "share left to explain", "risk ratio"
        return {
            "robustness_value": Estimate(self.robustness_value, unit=share),
            "robustness_value_interval": Estimate(self.robustness_value_low, unit=share),
            "e_value": Estimate(self.e_value, unit=ratio),
            "e_value_interval": Estimate(self.e_value_low, unit=ratio),
        }

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


def as_strong_as(choice: float, outcome: float) -> tuple[float, float]:
    """Return what something unseen explains that is as strong as a covariate which explains so much.

    Parameters
    ----------
    choice, outcome : partial R2 of the covariate with the gesture given the other covariates, and with the outcome
        given these and the gesture.

    Returns
    -------
    The same two for the unseen, given all covariates; at most 1.

    Examples
    --------
    By hand: .2 / .8 of the choice; and with eta^2 = (1 + .25)^2 / (1 - .0625), eta^2 x .3 / .7 of the outcome.

    >>> [round(x, 4) for x in as_strong_as(0.2, 0.3)]
    [0.25, 0.7143]

    References
    ----------
    Cinelli and Hazlett (2020), section 4.4, with k_D = k_Y = 1.
    """
    of_choice = min(choice / max(1 - choice, 1e-9), _SURE)
    with_it = min(choice**2 / max((1 - choice) ** 2, 1e-9), _SURE)
    eta = (1 + math.sqrt(with_it)) / math.sqrt(1 - with_it)
    return of_choice, min(eta**2 * outcome / max(1 - outcome, 1e-9), _SURE)


def relative_bias(choice: float, outcome: float) -> float:
    """Return the bias of something unseen that explains so much, in units of sd(outcome left) / sd(choice left).

    Examples
    --------
    The farm of Darfur: effect .0973, standard error .0232, 783 degrees of freedom. Something unseen as strong as being
    female would leave .0752 of it (Cinelli and Hazlett 2020, figure 2).

    >>> round(0.0973 - 0.0232 * 783**0.5 * relative_bias(0.0092, 0.1246), 4)
    0.0752
    """
    return math.sqrt(outcome * choice / max(1 - choice, 1e-9))


def find_sensitivity(
    size: float,
    nearer: float,
    ratio: float,
    nearer_ratio: float,
    outcome: Array,
    treated: NDArray[np.bool_],
    matrix: Array,
    named: Mapping[str, Sequence[int]],
) -> Sensitivity:
    """Work out the sensitivity of an effect, with what is recorded as the yardstick.

    Parameters
    ----------
    size : of the effect, its sign left out; nearer : of the end of its interval that lies nearer to zero, 0 where it
        holds zero.
    ratio : outcome with the gesture over without it; nearer_ratio : the end of its interval that lies nearer to 1.
    outcome, treated : shape (n,). matrix : covariates, shape (n, p).
    named : columns of the matrix by the name of what they tell.

    Notes
    -----
    Both the effect and the yardstick are put on the scale of a least-squares fit: the effect is turned into the partial
    correlation that it would have there.
    """
    gets = treated.astype(np.float64)
    sums = _Sums(matrix, gets, outcome)
    everything = np.arange(matrix.shape[1])
    of_choice, of_outcome = sums.left_of_choice(everything), sums.left_of_outcome(everything)
    scale = math.sqrt(of_choice / of_outcome) if of_outcome > 0 else 0.0
    bare_choice, bare_outcome = sums.left_of_choice(everything[:0]), sums.left_of_outcome(everything[:0])
    strongest = None
    for name, columns in named.items():
        others = np.setdiff1d(everything, np.asarray(columns, dtype=np.int64))
        choice, came = as_strong_as(
            _explained(of_choice, sums.left_of_choice(others)), _explained(of_outcome, sums.left_of_outcome(others))
        )
        bias = relative_bias(choice, came) / scale if scale > 0 else 0.0
        if strongest is None or bias > strongest.bias:
            strongest = Yardstick(name, choice, came, bias)
    return Sensitivity(
        robustness_value(size * scale, 1),
        robustness_value(nearer * scale, 1),
        _explained(of_choice, bare_choice),
        _explained(of_outcome, bare_outcome),
        e_value(ratio),
        e_value(nearer_ratio),
        strongest,
        max(size - (0.0 if strongest is None else strongest.bias), 0.0),
    )


def _explained(left: float, left_without: float) -> float:
    """Share of what is left without something that it explains."""
    return float(np.clip(1 - left / left_without, 0.0, 1.0)) if left_without > 0 else 0.0


class _Sums:
    """Variances that least squares leaves, from sums of products taken once."""

    def __init__(self, matrix: Array, gets: Array, outcome: Array) -> None:
        self.p = matrix.shape[1]
        self.columns = np.column_stack([matrix, gets, outcome])
        self.columns -= self.columns.mean(axis=0)
        spread = self.columns.std(axis=0)
        self.columns /= np.where(spread > 0, spread, 1.0)
        self.products = self.columns.T @ self.columns / len(self.columns)
        self.units = spread[-2:] ** 2
        del self.columns

    def left_of_choice(self, covariates: NDArray[np.int64]) -> float:
        """Variance of the choice that these covariates leave open."""
        return self._left(self.p, covariates) * float(self.units[0])

    def left_of_outcome(self, covariates: NDArray[np.int64]) -> float:
        """Variance of the outcome that these covariates and the gesture leave open."""
        return self._left(self.p + 1, np.r_[covariates, self.p]) * float(self.units[1])

    def _left(self, target: int, by: NDArray[np.int64]) -> float:
        if self.products[target, target] == 0:
            return 0.0
        with_target = self.products[by, target]
        told = with_target @ np.linalg.lstsq(self.products[np.ix_(by, by)], with_target, rcond=1e-10)[0]
        return max(1.0 - float(told), 0.0)
