"""Whether chosen gestures can be compared at all: there must be orders alike without one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxlab.gestures.means import Array
from cxlab.language import tr
from cxlab.words import number, percent

LEAST_INSIDE = 0.5
LEAST_EFFECTIVE = 30.0
THIN = 0.1
TRIM_ABOVE = 0.9
"""Rows with a chance of a gesture above this are left out of the effect (Crump et al. 2009) …"""
TRIM_FROM = 0.01
"""… where more than this share of the treated have such a chance."""
BINS = 20
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Overlap:
    """How the chances of a gesture lie among those who got one and those who did not.

    Attributes
    ----------
    share_inside : share of the treated whose odds of a gesture are at most `limit`.
    limit : 2 x max(1, treated / controls).
    effective_controls : how many equally weighted controls are worth as much as the weighted ones (Kish 1965), of those
        that the effect rests on.
    share_trimmed : share of the treated whose chance is so near to certain that they are left out of the effect.
    kept : bool, shape (n,), rows that the effect rests on.
    treated_bins, control_bins : shape (20,), shares of each group by chance of a gesture, in twentieths.
    n_treated, n_control : rows.
    """

    share_inside: float
    limit: float
    effective_controls: float
    share_trimmed: float
    kept: Mask
    treated_bins: Array
    control_bins: Array
    n_treated: int
    n_control: int

    @property
    def is_trimmed(self) -> bool:
        """Whether treated rows without controls alike are left out."""
        return self.share_trimmed > 0

    @property
    def is_thin(self) -> bool:
        """Whether, weighted to be like the treated, less than one in ten of the controls count."""
        return self.effective_controls < THIN * self.n_control

    @property
    def fault(self) -> str:
        """Why no effect can be told; empty where it can."""
        if self.share_inside < LEAST_INSIDE:
            return tr(
                "only {share} of those with a gesture have others alike without one: too many would have got it in any "
                "case",
                share=percent(self.share_inside),
            )
        if self.effective_controls < LEAST_EFFECTIVE:
            return tr(
                "the comparison hangs on no more than {n} of those without a gesture, fewer than {least}",
                n=number(self.effective_controls),
                least=number(LEAST_EFFECTIVE),
            )
        return ""

    @property
    def reading(self) -> str:
        """How far the two overlap."""
        text = tr(
            "For {share} of those with a gesture there are others without one who were as likely to get it. Weighted "
            "to be like them, the {n_control} without count as {n_effective}.",
            share=percent(self.share_inside),
            n_control=number(self.n_control),
            n_effective=number(self.effective_controls),
        )
        if self.is_thin and not self.fault:
            text += " " + tr(
                "That overlap is thin: few of those without a gesture are like those with one, and the figure hangs on "
                "them."
            )
        if self.is_trimmed and not self.fault:
            text += " " + tr(
                "{share} of those with a gesture were so sure to get it that they are left out: the effect is that "
                "on the others.",
                share=percent(self.share_trimmed),
            )
        return text


def effective_size(weights: Array) -> float:
    """Return how many equally weighted rows are worth as much as weighted ones (Kish 1965).

    Examples
    --------
    >>> effective_size(np.array([1.0, 1.0, 1.0])), effective_size(np.array([1.0, 0.0]))
    (3.0, 1.0)
    """
    return float(weights.sum() ** 2 / (weights**2).sum()) if len(weights) else 0.0


def find_overlap(propensity: Array, treated: Mask) -> Overlap:
    """Hold the chances of a gesture of both groups against each other.

    Parameters
    ----------
    propensity, treated : shape (n,); propensity cross-fitted.

    References
    ----------
    Crump, Hotz, Imbens and Mitnik (2009), Dealing with limited overlap, Biometrika 96(1), for the idea of a limit.
    """
    odds = propensity / (1 - propensity)
    limit = 2 * max(1.0, float(treated.sum() / max((~treated).sum(), 1)))
    sure = propensity > TRIM_ABOVE
    trimmed = float(sure[treated].mean())
    kept = ~sure if trimmed > TRIM_FROM else np.ones(len(treated), dtype=np.bool_)
    weight = odds[~treated & kept]
    edges = np.linspace(0, 1, BINS + 1)
    bins = [np.histogram(propensity[arm], bins=edges)[0] / max(arm.sum(), 1) for arm in (treated, ~treated)]
    return Overlap(
        float((odds[treated] <= limit).mean()),
        limit,
        effective_size(weight),
        trimmed if trimmed > TRIM_FROM else 0.0,
        kept,
        bins[0],
        bins[1],
        int(treated.sum()),
        int((~treated).sum()),
    )
