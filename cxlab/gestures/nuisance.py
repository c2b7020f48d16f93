"""Who gets a gesture, and what comes with and without it, foreseen for customers that were not learned from."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import DTypeLike, NDArray
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from cxlab.gestures.basis import Basis, expand
from cxlab.gestures.boosting import cross_fit_boosting
from cxlab.gestures.means import Array, Codes
from cxlab.gestures.ridge import ROUGHLY, Kind, cross_fit_as_if, cross_fit_ridge, fit_ridge

Learner = Literal["ridge", "boosting"]
FOLDS = 5
DEALS = 2
"""So often the customers of a smaller comparison are dealt into folds anew: what comes out hangs on the deal, too."""
_DEALT_AGAIN = 5_000  # rows up to which they are; with more the deals hardly differ
PENALTIES = (1.0, 1e-1, 1e-2, 1e-3)
_TUNED_ON = 5_000  # rows on which the penalty is chosen
_TUNING_FOLDS = 3
_TUNED_IN: DTypeLike = np.float32  # which penalty foresees best shows in half the precision as well, in half the time
_UNDERSMOOTHED = 0.15
"""The outcome is learned with so much of the penalty that foresees it best. That one shrinks till what is left of the
shapes behind choice and outcome costs as much as noise; in an effect the noise averages out, and what is left stays."""
_EDGE = 0.005  # propensities are kept off 0 and 1 by so much
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Nuisance:
    """What each row would be expected to do, by models that did not see its customer.

    Attributes
    ----------
    propensity : shape (n,), probability of a gesture, given the history.
    treated, control : shape (n,), expected outcome with and without it.
    deals : the same by every deal of the customers into folds, where there are several: then the above are their means.
    """

    propensity: Array
    treated: Array
    control: Array
    deals: tuple["Nuisance", ...] = ()

    @classmethod
    def of(cls, propensity: Array, treated: Array, control: Array) -> "Nuisance":
        """Put models together whose predictions have shape (n,), or (deals, n)."""
        if propensity.ndim == 1:
            return cls(propensity, treated, control)
        deals = tuple(cls(*one) for one in zip(propensity, treated, control, strict=True))
        return cls(over_deals(propensity), over_deals(treated), over_deals(control), deals)

    @property
    def each(self) -> tuple["Nuisance", ...]:
        """The models of every deal."""
        return self.deals or (self,)

    @property
    def chances(self) -> Array:
        """The probability of a gesture by every deal: shape (n,), or (deals, n)."""
        return np.stack([one.propensity for one in self.deals]) if self.deals else self.propensity


def make_folds(clusters: Codes, seed: int, folds: int = FOLDS) -> Codes:
    """Deal the customers into folds by chance: shape (n,), number of each row's fold; a customer stays in one."""
    rng = np.random.default_rng(seed)
    n = int(clusters.max()) + 1
    return np.asarray((rng.permutation(n) % folds)[clusters], dtype=np.int64)


def make_deals(clusters: Codes, seed: int) -> Codes:
    """Deal the customers into folds, a smaller comparison's several times: shape (n,) or (deals, n)."""
    if len(clusters) > _DEALT_AGAIN:
        return make_folds(clusters, seed)
    seeds = np.random.SeedSequence(seed).generate_state(DEALS)
    return np.stack([make_folds(clusters, int(one)) for one in seeds])


def over_deals(found: Array) -> Array:
    """Average what several deals give, shape (deals, n); what one gives, shape (n,), stays as it is."""
    return found if found.ndim == 1 else np.asarray(found.mean(axis=0))


def make_features(matrix: Array, treated: Mask, outcome: Array, learner: Learner = "ridge") -> Basis:
    """Make of the covariates, shape (n, p), what a learner takes: a ridge a basis of curves, boosting them as they are.

    Parameters
    ----------
    treated, outcome : shape (n,), by which it is seen which covariates matter most.
    """
    return expand(matrix, treated, outcome) if learner == "ridge" else Basis(matrix)


def fit_propensity(treated: Mask, features: Basis, folds: Codes, seed: int, learner: Learner = "ridge") -> Array:
    """Cross-fit the probability of a gesture, by ridge logistic regression or by boosting.

    Parameters
    ----------
    folds : shape (n,), or (deals, n); what is returned has that shape as well.
    """
    target = treated.astype(np.float64)
    if learner == "boosting":
        found = _by_deal(folds, lambda one: cross_fit_boosting("logit", target, features.columns, one, seed=seed))
    else:
        with _threads().limit(limits=1):
            penalty, start = _choose("logit", target, features.columns, folds, seed, np.arange(len(target)))
            found = _by_deal(
                folds, lambda one: cross_fit_ridge("logit", target, features.columns, one, penalty, start=start)
            )
    return np.clip(found, _EDGE, 1 - _EDGE)


def fit_outcomes(
    outcome: Array,
    treated: Mask,
    features: Basis,
    folds: Codes,
    seed: int,
    learner: Learner = "ridge",
    *,
    known: Mask | None = None,
) -> tuple[Array, Array]:
    """Cross-fit what is expected with a gesture and without one.

    Where the outcome is nowhere negative it is foreseen through a log link (Poisson's likelihood needs only the mean
    to be right), else by least squares. A ridge learns both arms at once, with the gesture and its products with the
    covariates among the columns: what the arms have in common is learned from all rows. Its strength is chosen on
    held-out customers, and a seventh of that is taken, so that less of what lies behind choice and outcome is left in
    the effect. Boosting learns each arm for itself.

    Parameters
    ----------
    folds : shape (n,), or (deals, n); what is returned has that shape twice.
    known : bool, shape (n,), rows whose outcome is known, to learn from; None: all.

    References
    ----------
    Newey, Hsieh and Robins (1998), Undersmoothing and bias corrected functional estimation, MIT working paper 98-17.
    """
    learned = np.ones(len(outcome), dtype=np.bool_) if known is None else known
    kind: Kind = "log" if (outcome[learned] >= 0).all() else "line"
    scale = float(np.abs(outcome[learned]).mean()) or 1.0
    target = outcome / scale
    if learner == "boosting":

        def boosted(arm: Mask) -> Array:
            return _by_deal(
                folds,
                lambda one: cross_fit_boosting(kind, target, features.columns, one, learned=arm & learned, seed=seed),
            )

        with_it, without = boosted(treated), boosted(~treated)
    else:
        share = float(treated[learned].mean())
        spread = math.sqrt(share * (1 - share)) or 1.0
        with_one, with_none = (1 - share) / spread, -share / spread
        part = features.of_gesture
        counted = np.where(treated, with_one, with_none).astype(part.dtype)
        basis = np.hstack([features.columns, counted[:, None] * part])
        with _threads().limit(limits=1):  # many small fits: threads would wait for each other, and sum in any order
            penalty, start = _choose(kind, target, basis, folds, seed, np.flatnonzero(learned))
            found = [
                cross_fit_as_if(
                    kind, target, basis, one, _UNDERSMOOTHED * penalty, part, (with_one, with_none), learned=known,
                    start=start,
                )
                for one in np.atleast_2d(folds)
            ]  # fmt: skip
            with_it, without = (np.stack(arm).reshape(folds.shape) for arm in zip(*found, strict=True))
    return with_it * scale, without * scale


def fit_share(share: Array, trials: Array, features: Array, folds: Codes, seed: int) -> Array:
    """Cross-fit a chance from the share of trials that came off, shape (n,) each, by ridge logistic regression.

    Parameters
    ----------
    folds : shape (n,), or (deals, n), over which the chance is averaged.
    """
    tried = trials > 0
    with _threads().limit(limits=1):
        penalty, start = _choose("logit", share, features, folds, seed, np.flatnonzero(tried), trials)
        return over_deals(
            _by_deal(
                folds,
                lambda one: cross_fit_ridge(
                    "logit", share, features, one, penalty, learned=tried, weights=trials, start=start
                ),
            )
        )


def _by_deal(folds: Codes, fit: Callable[[Codes], Array]) -> Array:
    return np.stack([fit(one) for one in np.atleast_2d(folds)]).reshape(folds.shape)


@cache
def _threads() -> ThreadpoolController:
    """Return what tells the linear algebra how many threads to take; to find the libraries takes longer than a fit."""
    return ThreadpoolController()


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
    folds = np.atleast_2d(folds)[0]
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
        starts.append(fit_ridge(kind, y, x, penalty, weights=w, start=starts[-1] if starts else None, flat=ROUGHLY))
        foreseen = cross_fit_ridge(kind, y, x, fold, penalty, weights=w, start=starts[-1], flat=ROUGHLY)
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
