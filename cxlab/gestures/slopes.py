"""How the effect of chosen gestures changes along something that was known before: its slope, with a verdict."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.stats import t as student

from cxlab.estimate import Estimate
from cxlab.gestures.basis import as_numbers
from cxlab.gestures.fitted import Fitted, Mask
from cxlab.gestures.means import Array, fewest_clusters
from cxlab.gestures.sample import Sample

SlopeToken = Literal["less", "more", "no_slope", "cannot_tell"]
LEVEL = 0.95


@dataclass(frozen=True)
class Slope:
    """The change of an effect along a scale.

    Attributes
    ----------
    plain : change of the effect for each unit of the scale, as it lies in the data.
    alike : the same between rows of one segment from which as much was expected without a gesture.
    verdict : less, more, no_slope or cannot_tell. less : both 95% intervals lie below zero; more : both lie above.
        no_slope : what the 90% interval of `alike` makes over the scale's range is within the equivalence margin of the
        outcome without a gesture.
    """

    plain: Estimate
    alike: Estimate
    verdict: SlopeToken


def effect_slope(fitted: Fitted, scale: Array, beside: Array, mine: Mask) -> tuple[float, float, int]:
    """Project the effect on those treated on a scale, and on what else is to be held alike.

    Parameters
    ----------
    scale : shape (rows,), known before the occasion. beside : shape (rows, k), further columns of the projection.
    mine : bool, shape (rows,), rows that count.

    Returns
    -------
    The slope on the scale, its standard error (clustered by customer), and the degrees of freedom.

    Notes
    -----
    The best linear projection of the effect, by least squares of the doubly robust scores among the treated: errors of
    the two models reach it only as their product. Weights are normalised as in `effect_on_treated`, to which it comes
    down without a scale. A scale that is itself an estimate, as the chance of a gesture is, is taken as it was
    estimated from other customers: the slope is on that, and noise in it makes the slope flatter as a rule.

    References
    ----------
    Semenova and Chernozhukov (2021), Debiased machine learning of conditional average treatment effects and other
    causal functions, The Econometrics Journal 24(2).
    """
    among = fitted.among(mine)
    treated = fitted.treated & among
    odds = fitted.nuisance.propensity / (1 - fitted.nuisance.propensity)
    weight = np.where(~fitted.treated & among, odds, 0.0)
    residual = fitted.outcome - fitted.nuisance.control
    design = _design(scale, beside, treated)
    share, total = float(treated.mean()), float(weight.mean())
    normed = weight * (share / total)
    n = len(design)
    inverse = np.linalg.pinv(design[treated].T @ design[treated] / n, hermitian=True)
    moved = design.T @ (normed * residual) / n
    found = inverse @ (design[treated].T @ residual[treated] / n - moved)
    own = np.where(treated, residual - design @ found, 0.0) - normed * residual
    influence = design * own[:, None] - np.outer(treated / share - weight / total, moved)
    on_scale = influence @ inverse[1]
    sums = np.bincount(fitted.clusters, weights=on_scale)
    customers = fewest_clusters(fitted.clusters[among], fitted.treated[among])
    return float(found[1]), float(np.sqrt(sums @ sums) / n), max(customers - design.shape[1], 1)


def find_slope(
    fitted: Fitted, sample: Sample, scale: Array, mine: Mask, *, unit: str, reach: float, margin: float
) -> Slope | None:
    """Find the slope of the effect along a scale; None where too few are in it, or the scale does not vary.

    Parameters
    ----------
    unit : of the slope. reach : how far the scale goes, by which it is seen whether a slope is worth the name.
    margin : what of the outcome counts as no effect.
    """
    among = fitted.among(mine)
    if not fitted.enough(among) or np.ptp(scale[fitted.treated & among]) == 0 or reach <= 0:
        return None
    n = int(among.sum())
    plain = _estimate(effect_slope(fitted, scale, np.empty((len(scale), 0)), mine), n, unit)
    value, error, df = found = effect_slope(fitted, scale, _alike(fitted, sample), mine)
    alike = _estimate(found, n, f"{unit}, others alike")
    narrow = float(student.ppf(0.95, df)) * error
    verdict: SlopeToken = "cannot_tell"
    if max(plain.ends[1], alike.ends[1]) < 0:
        verdict = "less"
    elif min(plain.ends[0], alike.ends[0]) > 0:
        verdict = "more"
    elif error > 0 and (abs(value) + narrow) * reach <= margin:
        verdict = "no_slope"
    return Slope(plain, alike, verdict)


def _estimate(found: tuple[float, float, int], n: int, unit: str) -> Estimate:
    value, error, df = found
    half = float(student.ppf(0.5 + LEVEL / 2, df)) * error
    return Estimate(value, value - half, value + half, LEVEL, n, unit)


def _alike(fitted: Fitted, sample: Sample) -> Array:
    """Return what is held alike: how much was expected without a gesture (the prognostic score), and the segment.

    An effect in proportion to what a customer buys anyway is larger where more is bought: without this, whatever goes
    with buying much would seem to make a gesture work more.
    """
    expected = fitted.nuisance.control[:, None]
    if "segment" not in sample.groups:
        return expected
    segment = pd.DataFrame({"segment": sample.groups["segment"][fitted.rows].astype(str)})
    return np.column_stack([expected, as_numbers(segment)[0]])


def _design(scale: Array, beside: Array, treated: Mask) -> Array:
    """Put a constant, the scale and what stands beside it together; columns centred among the treated."""
    columns = [scale, *(column for column in beside.T if np.ptp(column[treated]) > 0)]
    return np.column_stack([np.ones(len(scale)), *(column - column[treated].mean() for column in columns)])
