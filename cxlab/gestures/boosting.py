"""Gradient boosting as an alternative to the ridge regressions, where effects jump or hang on many things at once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from cxlab.gestures.means import Array, Codes
from cxlab.gestures.ridge import Kind

_SETTINGS: dict[str, Any] = {
    "learning_rate": 0.05, "max_iter": 400, "max_leaf_nodes": 8, "min_samples_leaf": 20, "l2_regularization": 1.0,
    "early_stopping": True, "validation_fraction": 0.2, "n_iter_no_change": 10,
}  # fmt: skip
"""Small trees, slowly, until held-out rows are foreseen no better."""
_FEWEST = 50
"""With fewer rows to learn from, the mean is foreseen."""


def cross_fit_boosting(
    kind: Kind, target: Array, features: Array, folds: Codes, *, learned: NDArray[np.bool_] | None = None, seed: int = 1
) -> Array:
    """Foresee each row by boosted trees that have seen nothing of its fold: shape (n,).

    Parameters
    ----------
    kind : logit (a chance), log (a mean that is never negative, Poisson's loss), line (least squares).
    features : shape (n, p), covariates as they stand.
    learned : bool, shape (n,), rows that are learned from; None: all.

    References
    ----------
    Friedman (2001), Greedy function approximation: a gradient boosting machine, Annals of Statistics 29(5).
    """
    mine = np.ones(len(target), dtype=bool) if learned is None else learned
    found = np.empty(len(target))
    with threadpool_limits(limits=1):  # sums in one order: the same bytes each time
        for fold in np.unique(folds):
            away = folds == fold
            seen = mine & ~away
            found[away] = _foresee(kind, target[seen], features[seen], features[away], seed)
    return found


def _foresee(kind: Kind, target: Array, features: Array, ahead: Array, seed: int) -> Array:
    if len(target) < _FEWEST or features.shape[1] == 0 or np.ptp(target) == 0:
        return np.full(len(ahead), float(target.mean()) if len(target) else 0.0)
    if kind == "logit":
        if min(target.sum(), (1 - target).sum()) < _FEWEST / 5:
            return np.full(len(ahead), float(target.mean()))
        chooser = HistGradientBoostingClassifier(**_SETTINGS, random_state=seed).fit(features, target > 0)
        return np.asarray(chooser.predict_proba(ahead)[:, 1], dtype=np.float64)
    loss = "poisson" if kind == "log" else "squared_error"
    model = HistGradientBoostingRegressor(loss=loss, **_SETTINGS, random_state=seed).fit(features, target)
    return np.asarray(model.predict(ahead), dtype=np.float64)
