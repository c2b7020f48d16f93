"""One more outcome of a gesture, by the same comparison as its effect on purchases; and the ratio of two outcomes."""

import numpy as np
from numpy.typing import NDArray

from cxlab.gestures.basis import as_numbers
from cxlab.gestures.data import GestureData
from cxlab.gestures.effect import GestureEffect
from cxlab.gestures.means import Array, TwoMeans, fewest_clusters
from cxlab.gestures.sample import Sample
from cxlab.gestures.trial_means import adjusted_means
from cxlab.gestures.verdict import LEAST_CUSTOMERS

Mask = NDArray[np.bool_]
_ROUNDING = 1e-9
"""A ratio whose error is a smaller part of it than this is one and the same in all rows."""


def sample_of(data: GestureData, effect: GestureEffect) -> Sample:
    """Return the sample in which an arm was held against the control."""
    return next(s for s in data.samples if (s.design, s.experiment) == (effect.design, effect.experiment))


def compare_outcome(
    sample: Sample, effect: GestureEffect, outcome: Array, *, mine: Mask | None = None
) -> TwoMeans | None:
    """Compare an outcome with the gesture and without it; None where that cannot be told.

    A trial: as drawn, adjusted for the same as its effect. Chosen gestures: doubly robust, with the same chances of a
    gesture and a model of this outcome.

    Parameters
    ----------
    outcome : shape (n,), same rows as the sample. mine : of a trial, the rows that count; None: all.
    """
    if effect.design == "observational":
        return None if effect.fitted is None else effect.fitted.of(outcome[effect.fitted.rows])
    rows = np.asarray((sample.arms == effect.arm) | (sample.arms == sample.control), dtype=bool)
    rows = rows if mine is None else rows & mine
    treated, clusters = np.asarray(sample.arms[rows] == effect.arm, dtype=bool), sample.clusters[rows]
    if fewest_clusters(clusters, treated) < LEAST_CUSTOMERS:
        return None
    matrix, _ = as_numbers(sample.adjust[rows])
    means = adjusted_means(outcome[rows], treated, matrix, clusters)
    return means if means.standard_error > 0 else None


def ratio_of(above: TwoMeans, below: TwoMeans) -> TwoMeans | None:
    """Return one outcome as a share of another, with the gesture and without it.

    A ratio of means, its error by the delta method: what each row adds to the ratio is what it adds to the upper mean
    less the ratio times what it adds to the lower, over the lower mean. None where the lower mean is not above 0, or
    the ratio is the same in all rows.

    References
    ----------
    Deng, Knoblich and Lu (2018), Applying the delta method in metric analytics, KDD.
    """
    if min(below.treated, below.control) <= 0:
        return None
    ratios, influences = [], []
    for which in ("treated", "control"):
        mean, influence = getattr(below, which), getattr(below, f"influence_{which}")
        ratios.append(getattr(above, which) / mean)
        influences.append((getattr(above, f"influence_{which}") - ratios[-1] * influence) / mean)
    found = TwoMeans(
        ratios[0], ratios[1], influences[0], influences[1], below.clusters, below.n_treated, below.n_control, below.df
    )
    return found if found.standard_error > _ROUNDING * max(map(abs, ratios)) else None
