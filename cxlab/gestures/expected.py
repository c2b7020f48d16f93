"""The effect of chosen gestures by how likely they were, in parts that share a joint band."""

import math
from dataclasses import dataclass

import numpy as np

from cxlab.estimate import Estimate
from cxlab.gestures.fitted import Fitted
from cxlab.gestures.means import Array, TwoMeans
from cxlab.language import tr
from cxlab.words import percent_between

MOST_PARTS, FEWEST_A_PART = 10, 50
"""Parts by chance: tenths, or fewer where a part would have fewer gestures than this."""
_DRAWS = 20_000


@dataclass(frozen=True)
class Expected:
    """Occasions whose gesture was about equally foreseeable.

    Attributes
    ----------
    low, high : ends of the chance of a gesture among them.
    n_treated, n_control : rows.
    effect : with its interval, for itself. joint : ends of the band that holds all parts' effects at once.
    percent : the effect in percent of the outcome without the gesture.
    """

    low: float
    high: float
    n_treated: int
    n_control: int
    effect: Estimate
    joint: tuple[float, float]
    percent: Estimate

    @property
    def name(self) -> str:
        """The chances in words."""
        return tr("{chance} likely", chance=percent_between(self.low, self.high))


def parts_by_chance(fitted: Fitted, unit: str, chance: Array, seed: int) -> tuple[Expected, ...]:
    """Sort the occasions into parts of as many gestures each, as many parts as there are customers for.

    Parameters
    ----------
    unit : of the effect. chance : shape (rows,), of a gesture. seed : of the draws behind the joint band.
    """
    treated = fitted.treated & fitted.among()
    for k in range(min(MOST_PARTS, int(treated.sum()) // FEWEST_A_PART), 1, -1):
        edges = np.unique(np.quantile(chance[treated], np.linspace(0, 1, k + 1)[1:-1]))
        place = np.searchsorted(edges, chance, side="right")
        masks = [np.asarray(place == i, dtype=np.bool_) for i in range(len(edges) + 1)]
        means = [fitted.part(mask) for mask in masks]
        told = [m for m in means if m is not None]
        if len(told) == len(masks) > 1:
            width = joint_width(told, seed)
            return tuple(
                _part(chance[mask & fitted.among()], m, unit, width) for mask, m in zip(masks, told, strict=True)
            )
    return ()


def _part(chances: Array, means: TwoMeans, unit: str, width: float) -> Expected:
    reach = width * means.standard_error
    ends = (means.difference - reach, means.difference + reach)
    return Expected(
        float(chances.min()), float(chances.max()), means.n_treated, means.n_control, means.estimate(unit), ends,
        means.percent(),
    )  # fmt: skip


def joint_width(parts: list[TwoMeans], seed: int, *, level: float = 0.95) -> float:
    """Return how many standard errors a band reaches that holds the effects of all parts at once.

    The quantile of the largest of several standard normal numbers that correlate as the parts do (their customers may
    be the same), by `_DRAWS` draws.

    Parameters
    ----------
    parts : of the same rows and customers.
    """
    influence = np.column_stack([m.influence_treated - m.influence_control for m in parts])
    sums = np.column_stack([np.bincount(parts[0].clusters, weights=column) for column in influence.T])
    spread = np.sqrt((sums**2).sum(axis=0))
    if not (spread > 0).all():
        return math.nan
    correlation = sums.T @ sums / np.outer(spread, spread)
    values, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    draws = np.random.default_rng(seed).standard_normal((_DRAWS, len(parts))) @ root.T
    return float(np.quantile(np.abs(draws).max(axis=1), level))
