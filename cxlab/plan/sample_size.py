"""Power, the customers it takes, and the effect that can be seen: one function, and its two inverses."""

import math
from dataclasses import dataclass, replace

from scipy.optimize import brentq
from scipy.stats import nct, norm
from scipy.stats import t as student

_NORMAL_FROM = 100_000  # degrees of freedom from which on Student's t is the normal distribution
_SURE = 20.0  # standard errors beyond the line from which on a trial always finds the effect
_MOST = 1e12
_LARGEST_EFFECT = 10.0


@dataclass(frozen=True)
class Moments:
    """What the outcome of a trial is like without a gesture.

    Attributes
    ----------
    mean, variance : between customers.
    left : variance that is left when what was known before is taken out.
    counts : whether the outcome counts purchases; else it is any number.
    scale : variance of what is drawn, in those of a customer: the design effect by the customers of a store, where
        whole stores are drawn and counted.

    Examples
    --------
    >>> Moments(2.0, 5.0, 3.0).treated(0.1)
    3.41
    """

    mean: float
    variance: float
    left: float
    counts: bool = True
    scale: float = 1.0

    @property
    def explained(self) -> float:
        """Share of the variance that what was known before foretells."""
        return 1 - self.left / self.variance if self.variance > 0 else 0.0

    @property
    def raw(self) -> "Moments":
        """The same with nothing taken out."""
        return replace(self, left=self.variance)

    def treated(self, effect: float) -> float:
        """Return the variance that is left with a gesture that multiplies everybody's rate by 1 + effect.

        Counts of a mixed Poisson process: its own part grows with the rate, that between customers with its square.
        """
        if not self.counts:
            return self.left
        if self.left <= self.mean:  # more regular than Poisson
            return (1 + effect) * self.left
        return (1 + effect) * self.mean + (1 + effect) ** 2 * (self.left - self.mean)

    def error(self, effect: float, control: float, treated: float) -> float:
        """Return the standard error of the difference of two arms' means, adjusted in each arm (Lin 2013)."""
        slopes = effect**2 * (self.variance - self.left) / (control + treated) if self.counts else 0.0
        return math.sqrt(self.scale * (self.left / control + self.treated(effect) / treated + slopes))


def power(moments: Moments, effect: float, control: float, treated: float, *, alpha: float = 0.05) -> float:
    """Return the share of trials that find an effect: a two-sided test by Student's t.

    Parameters
    ----------
    effect : as a share of the mean without a gesture: 0.1 is 10% more.
    control, treated : customers in the two arms.
    alpha : level of the test.

    Examples
    --------
    >>> round(power(Moments(1.0, 1.0, 1.0, counts=False), 0.5, 64, 64), 4)
    0.8015

    References
    ----------
    Cohen (1988), Statistical Power Analysis for the Behavioral Sciences, chapter 2, whose table this is.
    """
    shift = effect * moments.mean / moments.error(effect, control, treated)
    df = control + treated - 2
    if df > _NORMAL_FROM:
        reach = float(norm.isf(alpha / 2))
        return float(norm.sf(reach - shift) + norm.cdf(-reach - shift))
    reach = float(student.isf(alpha / 2, df))
    if shift - reach > _SURE:
        return 1.0
    return float(nct.sf(reach, df, shift)) + (float(nct.cdf(-reach, df, shift)) if shift < reach else 0.0)


def customers_needed(
    moments: Moments, effect: float, *, control: float = 1.0, treated: float = 1.0, alpha: float = 0.05,
    wanted: float = 0.8,
) -> float:  # fmt: skip
    """Return how many times the shares `control` and `treated` it takes to see an effect.

    Where both are 1, these are the customers an arm; it is no whole number yet, and infinite where more than a million
    million would be needed.

    Examples
    --------
    >>> math.ceil(customers_needed(Moments(1.0, 1.0, 1.0, counts=False), 0.5))
    64
    """

    def lacks(log_n: float) -> float:
        n = math.exp(log_n)
        return power(moments, effect, n * control, n * treated, alpha=alpha) - wanted

    low, high = math.log(2.0 / min(control, treated)), math.log(_MOST)
    if lacks(high) < 0:
        return math.inf
    return 2.0 / min(control, treated) if lacks(low) >= 0 else math.exp(float(brentq(lacks, low, high, xtol=1e-10)))


def detectable_effect(
    moments: Moments, control: float, treated: float, *, alpha: float = 0.05, wanted: float = 0.8
) -> float | None:
    """Return the smallest effect, as a share of the mean, that so many customers show; None: none up to ten.

    Examples
    --------
    >>> round(detectable_effect(Moments(1.0, 1.0, 1.0, counts=False), 64, 64), 3)
    0.499
    """
    if min(control, treated) < 2 or moments.mean <= 0 or moments.left <= 0:
        return None

    def lacks(effect: float) -> float:
        return power(moments, effect, control, treated, alpha=alpha) - wanted

    if lacks(_LARGEST_EFFECT) < 0:
        return None
    return float(brentq(lacks, 0.0, _LARGEST_EFFECT, xtol=1e-12))
