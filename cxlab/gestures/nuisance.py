"""Who gets a gesture, and what comes with and without it, foreseen for customers that were not learned from."""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, PoissonRegressor, Ridge
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from cxlab.gestures.means import Array, Codes

FOLDS = 5
PENALTIES = (1e-3, 1e-2, 1e-1, 1.0)
_TUNED_ON = 5_000  # rows on which the penalty is chosen
_TUNING_FOLDS = 3
_EDGE = 0.005  # propensities are kept off 0 and 1 by so much
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Nuisance:
    """What each row would be expected to do, by models that did not see its customer.

    Attributes
    ----------
    propensity : shape (n,), probability of a gesture, given the history.
    treated, control : shape (n,), expected outcome with and without it.
    """

    propensity: Array
    treated: Array
    control: Array


def make_folds(clusters: Codes, seed: int, folds: int = FOLDS) -> Codes:
    """Deal the customers into folds by chance: shape (n,), number of each row's fold; a customer stays in one."""
    rng = np.random.default_rng(seed)
    n = int(clusters.max()) + 1
    return np.asarray((rng.permutation(n) % folds)[clusters], dtype=np.int64)


def fit_propensity(treated: Mask, basis: Array, folds: Codes, seed: int) -> Array:
    """Cross-fit the probability of a gesture by ridge logistic regression: shape (n,)."""
    target = treated.astype(np.float64)
    penalty = _choose("logit", target, basis, folds, seed)
    found = _cross_fit("logit", target, basis, folds, np.ones(len(target), dtype=bool), penalty)
    return np.clip(found, _EDGE, 1 - _EDGE)


def fit_outcome(outcome: Array, rows: Mask, basis: Array, folds: Codes, seed: int) -> Array:
    """Cross-fit the expected outcome, learned on some rows and foreseen for all: shape (n,).

    Where the outcome is nowhere negative it is foreseen through a log link (Poisson's likelihood needs only the mean
    to be right), else by least squares; both with a ridge whose strength is chosen on held-out customers.
    """
    kind = "log" if (outcome >= 0).all() else "line"
    scale = float(np.abs(outcome[rows]).mean()) or 1.0
    penalty = _choose(kind, outcome[rows] / scale, basis[rows], folds[rows], seed)
    return _cross_fit(kind, outcome / scale, basis, folds, rows, penalty) * scale


def _choose(kind: str, target: Array, basis: Array, folds: Codes, seed: int) -> float:
    """Return the penalty that foresees held-out customers best.

    It is chosen on a part of the rows, and weighs on the mean of the losses: with more rows the same penalty in all is
    less for each.
    """
    rows = np.arange(len(target))
    if len(rows) > _TUNED_ON:
        rows = np.sort(np.random.default_rng(seed).choice(len(rows), _TUNED_ON, replace=False))
    y, x, fold = target[rows], basis[rows], folds[rows] % _TUNING_FOLDS
    everything = np.ones(len(rows), dtype=bool)
    losses = [_loss(kind, y, _cross_fit(kind, y, x, fold, everything, penalty)) for penalty in PENALTIES]
    return PENALTIES[int(np.argmin(losses))] * len(rows) / len(target)


def _cross_fit(kind: str, target: Array, basis: Array, folds: Codes, rows: Mask, penalty: float) -> Array:
    found = np.empty(len(target))
    with threadpool_limits(limits=1):  # many small fits: threads would wait for each other, and sum in any order
        for fold in np.unique(folds):
            away = folds == fold
            learned = rows & ~away
            found[away] = _fit(kind, target[learned], basis[learned], penalty, basis[away])
    return found


def _fit(kind: str, target: Array, basis: Array, penalty: float, ahead: Array) -> Array:
    """Fit one model and foresee other rows; where there is nothing to learn, foresee the mean."""
    if len(target) == 0 or basis.shape[1] == 0 or np.ptp(target) == 0:
        return np.full(len(ahead), float(target.mean()) if len(target) else 0.0)
    model: Any = {
        "logit": lambda: LogisticRegression(C=1 / (penalty * len(target)), solver="newton-cholesky", max_iter=50),
        "log": lambda: PoissonRegressor(alpha=penalty, solver="newton-cholesky", max_iter=50),
        "line": lambda: Ridge(alpha=penalty * len(target)),
    }[kind]()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a penalised fit that is nearly there foresees as well
        model.fit(basis, target)
    if kind == "logit":
        return np.asarray(model.predict_proba(ahead)[:, 1])
    found = np.asarray(model.predict(ahead), dtype=np.float64)
    return np.minimum(found, 3 * target.max()) if kind == "log" else found


def _loss(kind: str, target: Array, foreseen: Array) -> float:
    if kind == "line":
        return float(((target - foreseen) ** 2).mean())
    if kind == "logit":
        p = np.clip(foreseen, 1e-6, 1 - 1e-6)
        return float(-(target * np.log(p) + (1 - target) * np.log1p(-p)).mean())
    mean = np.maximum(foreseen, 1e-9)
    return float((mean - target * np.log(mean)).mean())
