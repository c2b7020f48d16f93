"""Who gets a gesture, and what comes with and without it, foreseen for customers that were not learned from."""

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import DTypeLike, NDArray
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from cxlab.gestures.basis import expand
from cxlab.gestures.boosting import cross_fit_boosting
from cxlab.gestures.means import Array, Codes
from cxlab.gestures.ridge import Kind, cross_fit_ridge, fit_ridge

Learner = Literal["ridge", "boosting"]
FOLDS = 5
PENALTIES = (1.0, 1e-1, 1e-2, 1e-3)
_TUNED_ON = 5_000  # rows on which the penalty is chosen
_TUNING_FOLDS = 3
_TUNED_IN: DTypeLike = np.float32  # which penalty foresees best shows in half the precision as well, in half the time
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


def make_features(matrix: Array, treated: Mask, outcome: Array, learner: Learner = "ridge") -> Array:
    """Make of the covariates, shape (n, p), what a learner takes: a ridge a basis of curves, boosting them as they are.

    Parameters
    ----------
    treated, outcome : shape (n,), by which it is seen which covariates matter most.
    """
    return expand(matrix, treated, outcome) if learner == "ridge" else matrix


def fit_propensity(treated: Mask, features: Array, folds: Codes, seed: int, learner: Learner = "ridge") -> Array:
    """Cross-fit the probability of a gesture, by ridge logistic regression or by boosting: shape (n,)."""
    found = _foresee("logit", treated.astype(np.float64), features, folds, seed, learner)
    return np.clip(found, _EDGE, 1 - _EDGE)


def fit_outcome(
    outcome: Array, rows: Mask, features: Array, folds: Codes, seed: int, learner: Learner = "ridge"
) -> Array:
    """Cross-fit the expected outcome, learned on some rows and foreseen for all: shape (n,).

    Where the outcome is nowhere negative it is foreseen through a log link (Poisson's likelihood needs only the mean
    to be right), else by least squares; a ridge's strength is chosen on held-out customers.
    """
    kind: Kind = "log" if (outcome >= 0).all() else "line"
    scale = float(np.abs(outcome[rows]).mean()) or 1.0
    return _foresee(kind, outcome / scale, features, folds, seed, learner, rows) * scale


def fit_share(share: Array, trials: Array, features: Array, folds: Codes, seed: int) -> Array:
    """Cross-fit a chance from the share of trials that came off, shape (n,) each, by ridge logistic regression."""
    tried = trials > 0
    with _threads().limit(limits=1):
        penalty, start = _choose("logit", share, features, folds, seed, np.flatnonzero(tried), trials)
        return cross_fit_ridge("logit", share, features, folds, penalty, learned=tried, weights=trials, start=start)


@cache
def _threads() -> ThreadpoolController:
    """Return what tells the linear algebra how many threads to take; to find the libraries takes longer than a fit."""
    return ThreadpoolController()


def _foresee(
    kind: Kind, target: Array, features: Array, folds: Codes, seed: int, learner: Learner, rows: Mask | None = None
) -> Array:
    if learner == "boosting":
        return cross_fit_boosting(kind, target, features, folds, learned=rows, seed=seed)
    mine = np.arange(len(target)) if rows is None else np.flatnonzero(rows)
    with _threads().limit(limits=1):  # many small fits: threads would wait for each other, and sum in any order
        penalty, start = _choose(kind, target, features, folds, seed, mine)
        return cross_fit_ridge(kind, target, features, folds, penalty, learned=rows, start=start)


def _choose(
    kind: Kind,
    target: Array,
    features: Array,
    folds: Codes,
    seed: int,
    rows: NDArray[np.int64],
    weights: Array | None = None,
) -> tuple[float, Array | None]:
    """Return the penalty that foresees held-out customers best, and coefficients to start from.

    They are tried from the strongest on, until one foresees worse than that. It is chosen on a part of the rows, and
    weighs on the mean of the losses: with more rows the same penalty in all is less for each.
    """
    n = len(rows)
    if n == 0 or features.shape[1] == 0 or np.ptp(target[rows]) == 0:
        return PENALTIES[0], None
    if n > _TUNED_ON:
        rows = np.sort(np.random.default_rng(seed).choice(rows, _TUNED_ON, replace=False))
    y, x, fold = target[rows], features[rows].astype(_TUNED_IN, copy=False), folds[rows] % _TUNING_FOLDS
    if np.ptp(y) == 0:
        return PENALTIES[0], None
    w = None if weights is None else weights[rows]
    starts: list[Array] = []
    losses = []
    for penalty in PENALTIES:
        starts.append(fit_ridge(kind, y, x, penalty, weights=w, start=starts[-1] if starts else None))
        foreseen = cross_fit_ridge(kind, y, x, fold, penalty, weights=w, start=starts[-1])
        losses.append(float(np.average(_losses(kind, y, foreseen), weights=w)))
        if losses[-1] > losses[0]:
            break  # weaker still foresees worse still, and takes longest
    best = int(np.argmin(losses))
    return PENALTIES[best] * len(rows) / n, starts[best]


def _losses(kind: Kind, target: Array, foreseen: Array) -> Array:
    if kind == "line":
        return np.asarray((target - foreseen) ** 2)
    if kind == "logit":
        p = np.clip(foreseen, 1e-6, 1 - 1e-6)
        return np.asarray(-(target * np.log(p) + (1 - target) * np.log1p(-p)))
    mean = np.maximum(foreseen, 1e-9)
    return np.asarray(mean - target * np.log(mean))
