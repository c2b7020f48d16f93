"""The models of chosen gestures, kept so that other questions can be asked of the same comparison."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cxlab.gestures.basis import Basis
from cxlab.gestures.doubly_robust import effect_on_treated
from cxlab.gestures.means import Array, Codes, TwoMeans, fewest_clusters
from cxlab.gestures.nuisance import Learner, Nuisance, fit_outcomes, make_features
from cxlab.gestures.verdict import LEAST_CUSTOMERS

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Fitted:
    """What the effect of a chosen arm rests on: rows, folds and models.

    Attributes
    ----------
    rows : bool, shape (n of the sample,), rows of this arm and of the control; all else has their shape.
    outcome, treated, clusters : as in `Sample`, the arm as a mask.
    matrix : covariates as numbers, shape (rows, p).
    folds : which customers were not learned from, by row, or by deal and row.
    nuisance : cross-fitted.
    kept : rows that the effect rests on, where some are left out for want of others alike; None: all.
    seed : of the choice of the models' penalties.
    learner : of the models.
    """

    rows: Mask
    outcome: Array
    treated: Mask
    clusters: Codes
    matrix: Array
    folds: Codes
    nuisance: Nuisance
    kept: Mask | None
    seed: int
    learner: Learner = "ridge"

    @cached_property
    def features(self) -> Basis:
        """What the models were fitted on: made anew, for it is large."""
        return make_features(self.matrix, self.treated, self.outcome, self.learner)

    def among(self, mine: Mask | None = None) -> Mask:
        """Return the rows of a part that the effect may rest on, by what was known before them."""
        part = np.ones(len(self.treated), dtype=np.bool_) if mine is None else mine
        return part if self.kept is None else part & self.kept

    def enough(self, mine: Mask) -> bool:
        """Whether enough customers are on both sides of a part."""
        return fewest_clusters(self.clusters[mine], self.treated[mine]) >= LEAST_CUSTOMERS

    def part(self, mine: Mask) -> TwoMeans | None:
        """Return the outcome with and without the gesture in a part of the rows; None where too few are in it."""
        among = self.among(mine)
        if not self.enough(among):
            return None
        return effect_on_treated(self.outcome, self.treated, self.nuisance, self.clusters, among=among)

    def of(self, outcome: Array) -> TwoMeans | None:
        """Return another outcome of the same rows with and without the gesture; None where too few are in it.

        Parameters
        ----------
        outcome : shape (rows,). Its model is fitted on the same basis and folds; the chance of a gesture is the same.
        """
        among = self.among()
        if not self.enough(among):
            return None
        if np.array_equal(outcome, self.outcome):
            nuisance = self.nuisance
        else:
            foreseen = fit_outcomes(outcome, self.treated, self.features, self.folds, self.seed, self.learner)
            nuisance = Nuisance.of(self.nuisance.chances, *foreseen)
        return effect_on_treated(outcome, self.treated, nuisance, self.clusters, among=among)
